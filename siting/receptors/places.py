"""The lines on which an ordinance measures other than lot lines: before façades, near buildings, round units, between zones.

Places inside lots are points of a lattice (`inside_points`).
"""

from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from siting.geodata.layers import listed
from siting.model import Floats, Ints, Site
from siting.receptors.lot_lines import OUT_M, SLACK, Segments, boundaries
from siting.site import Land, start_of

STOREY_M = 3.0
ARC_SEGMENTS = 32  # a quarter circle: a chord is 0.03 % nearer than the arc
SLIVER_M = 2.0  # a part of a building no wider than this lies on a lot because one of the two is drawn amiss
INSIDE_M, INSIDE_SHARE = (
    2.0,
    0.1,
)  # spacing of points inside lots, at the least and as a share of the distance
Geometries = NDArray[Any]


class Lines(NamedTuple):
    """Lines at one height, what they enclose to their left."""

    lines: Segments
    lots: Ints  # (shapes,) row of the lot that each shape belongs to, -1 where it is none
    shapes: Geometries  # (shapes,) in which the zones of its points are looked up
    names: list[str]  # (shapes,)
    height_m: float


def lot_lines(land: Land, rows: Ints, height_m: float) -> Lines:
    """The boundaries of some lots."""
    lots = land.parcels.lots[rows]
    return Lines(boundaries(lots), rows, lots, [land.parcels.ids[k] for k in rows], height_m)


class Standing(NamedTuple):
    """Buildings and the lots on which they stand; one that stands on several has a part on each."""

    building: Ints  # (parts,) its row
    lot: Ints  # (parts,) row, -1 where it stands on none
    part: Geometries


def standing(land: Land, row: int, others: Ints, site: Site, reach_m: float) -> Standing:
    """Buildings within reach or on a lot around, with their parts on every lot; also the lot's own."""
    rows = np.append(others, row)
    lots = land.parcels.lots[rows]
    near = [land.buildings.query(start_of(site), predicate="dwithin", distance=reach_m)]
    near.append(land.buildings.query(lots, predicate="intersects")[1])
    building = np.unique(np.concatenate(near))
    shapes = land.buildings.geometries[building]
    which, lot = shapely.STRtree(lots).query(shapes, predicate="intersects")
    part = shapely.intersection(shapes[which], lots[lot])
    area = shapely.area(part)
    whole = area > 0.5 * shapely.area(shapes[which])
    stands = whole | ~shapely.is_empty(shapely.buffer(part, -SLIVER_M / 2)) & (area > 0)
    which, lot, part = which[stands], lot[stands], part[stands]
    nowhere = np.setdiff1d(np.arange(len(building)), which)
    return Standing(
        np.concatenate([building[which], building[nowhere]]),
        np.concatenate([rows[lot], np.full(len(nowhere), -1)]),
        np.concatenate([part, shapes[nowhere]]),
    )


def facades(
    land: Land, row: int, others: Ints, site: Site, reach_m: float, height_m: float
) -> tuple[list[Lines], list[str]]:
    """Lines a centimetre before the walls of buildings on other lots, one for every storey, and what there is to say of it.

    The first is `height_m` above the ground, the next `STOREY_M` higher, as long as it stays below the building's height; where
    that is not known there is one. Lots without a building have their lot lines.
    """
    stands = standing(land, row, others, site, reach_m)
    building = np.unique(stands.building)
    walls = shapely.buffer(land.buildings.geometries[building], OUT_M, join_style="mitre")
    lines = boundaries(walls)
    lines, part = _by_lot(lines, land, stands, building[lines.of])
    kept = stands.lot[part] != row
    lines, part = Segments(*(values[kept] for values in lines)), part[kept]
    shapes = np.where(
        stands.lot < 0, land.buildings.geometries[stands.building], land.parcels.lots[stands.lot]
    )
    tall = land.building_heights_m[stands.building[part]]
    found, storey = [], 0
    names = _names(land, stands)
    while (here := (height_m + storey * STOREY_M < tall) | (storey == 0)).any():
        some = Segments(lines.a[here], lines.b[here], part[here], lines.line[here])
        found.append(Lines(some, stands.lot, shapes, names, height_m + storey * STOREY_M))
        storey += 1
    unknown = len(np.unique(stands.building[part[np.isnan(tall)]]))
    notes = [
        f"{unknown:,} building{'s' if unknown > 1 else ''} of unknown height: measured before the ground storey alone."
    ] if unknown else []  # fmt: skip
    bare, said = _without_building(land, others, stands, height_m)
    return [*found, *bare], [*notes, *said]


def near_buildings(
    land: Land, row: int, others: Ints, site: Site, reach_m: float, distance_m: float, height_m: float
) -> tuple[list[Lines], list[str]]:
    """Lines a distance before every building on another lot, or the lot line where that is nearer to the building."""
    stands = standing(land, row, others, site, reach_m + distance_m)
    stands = Standing(*(values[stands.lot != row] for values in stands))
    grown = shapely.buffer(stands.part, distance_m, quad_segs=ARC_SEGMENTS)
    lots = np.where(stands.lot < 0, grown, land.parcels.lots[stands.lot])
    around = shapely.intersection(grown, lots)
    found = Lines(boundaries(_areas(around)), stands.lot, lots, _names(land, stands), height_m)
    bare, said = _without_building(land, others, stands, height_m)
    every = (
        ["Every building on another lot is taken for one that the ordinance protects."]
        if len(stands.lot)
        else []
    )
    return [found, *bare], [*said, *every]


def zone_lines(land: Land, site: Site, reach_m: float, height_m: float) -> Lines:
    """Boundaries of the zoning districts within reach in which the lot does not lie; touching zones of one name are one district.

    A district's points are called by the nearest lot in it (`siting.receptors.around`), or by its zone where the file has none.
    """
    assert land.zoning is not None
    start, own = start_of(site), site.lot.point_on_surface()
    near = land.zoning.tree.query(start, predicate="dwithin", distance=SLACK * reach_m)
    window = shapely.box(*shapely.bounds(start)).buffer(2 * SLACK * reach_m + 1, join_style="mitre")
    polygons = shapely.intersection(land.zoning.polygons[near], window)
    code = land.zoning.coded[1][near]
    districts, names = [], []
    for k in np.unique(code):
        parts = shapely.get_parts(shapely.union_all(polygons[code == k]))
        parts = parts[(shapely.area(parts) > 0) & ~shapely.intersects(parts, own)]
        districts += parts.tolist()
        names += [land.zoning.coded[0][k]] * len(parts)
    shapes = np.array([*districts, None], object)[:-1]
    return Lines(boundaries(shapes), np.full(len(shapes), -1), shapes, names, height_m)


def inside_points(land: Land, others: Ints, site: Site, reach_m: float) -> tuple[Floats, Ints]:
    """Points of lattices inside lots, the finer the nearer: xy (n, 2), and of which lot (n,), a row.

    Spaced by a power of two times `INSIDE_M`, never more than a tenth of the distance or `INSIDE_M`.
    """
    start = start_of(site)
    tree = shapely.STRtree(land.parcels.lots[others])
    found, owner, spacing, low = [np.zeros((0, 2))], [np.zeros(0, np.int64)], INSIDE_M, 0.0
    while low < reach_m:
        high = min(2 * spacing / INSIDE_SHARE, reach_m)
        x0, y0, x1, y1 = (np.array(start.bounds) + high * np.array([-1, -1, 1, 1])) / spacing
        x, y = np.meshgrid(np.arange(np.ceil(x0), x1), np.arange(np.ceil(y0), y1))
        points = shapely.points(x.ravel() * spacing, y.ravel() * spacing)
        far = shapely.distance(points, start)
        points = points[(far >= low) & (far < high)]
        point, lot = tree.query(points, predicate="within")
        found.append(shapely.get_coordinates(points[point]))
        owner.append(others[lot])
        spacing, low = 2 * spacing, high
    return np.concatenate(found), np.concatenate(owner)


def around_units(bodies: list[BaseGeometry], distance_m: float, spacing: float) -> Floats:
    """Points (n, 2) at a distance from the units: on the boundary of their bodies grown by it, so far apart at the most."""
    if not bodies:
        return np.zeros((0, 2))
    grown = shapely.union_all(shapely.buffer(np.array(bodies), distance_m, quad_segs=ARC_SEGMENTS))
    rings = shapely.get_rings(shapely.get_parts(grown))
    return np.concatenate([shapely.get_coordinates(ring)[:-1] for ring in shapely.segmentize(rings, spacing)])


def _by_lot(lines: Segments, land: Land, stands: Standing, building: Ints) -> tuple[Segments, Ints]:
    """Walls cut at the lot lines under them: the segments, and the part of a building (index) that each belongs to."""
    order = np.argsort(stands.building, kind="stable")
    first = np.searchsorted(stands.building[order], building)
    many = np.searchsorted(stands.building[order], building, side="right") - first
    shared = np.flatnonzero(many > 1)
    which = np.repeat(shared, many[shared])
    nth = np.arange(len(which)) - np.repeat(np.cumsum(many[shared]) - many[shared], many[shared])
    part = order[first[which] + nth]
    lots = land.parcels.lots[stands.lot[part]]
    drawn = shapely.linestrings(np.stack((lines.a[which], lines.b[which]), axis=1))
    met, pair = shapely.get_coordinates(
        shapely.intersection(drawn, shapely.boundary(lots)), return_index=True
    )
    cut, parent = _cut(lines, met, which[pair])
    middle = shapely.points((cut.a + cut.b) / 2)
    owner = order[first[parent]]
    for k in range(1, int(many.max(initial=1))):
        more = np.flatnonzero(many[parent] > k)
        other = order[first[parent[more]] + k]
        now, then = (
            shapely.distance(middle[more], land.parcels.lots[stands.lot[at]]) for at in (owner[more], other)
        )
        owner[more] = np.where(then < now, other, owner[more])
    return cut, owner


def _cut(lines: Segments, points: Floats, which: Ints) -> tuple[Segments, Ints]:
    """Segments cut at points on them, and which segment each was a part of."""
    step = lines.b - lines.a
    share = ((points - lines.a[which]) * step[which]).sum(axis=1) / (step[which] ** 2).sum(axis=1)
    inner = (share > 1e-9) & (share < 1 - 1e-9)
    parent = np.concatenate([np.arange(len(step)), which[inner]])
    begin = np.concatenate([np.zeros(len(step)), share[inner]])
    order = np.lexsort((begin, parent))
    parent, begin = parent[order], begin[order]
    last = np.append(parent[1:] != parent[:-1], True)[: len(parent)]
    end = np.where(last, 1.0, np.append(begin[1:], 1.0)[: len(begin)])
    a = lines.a[parent] + begin[:, None] * step[parent]
    b = np.where(last[:, None], lines.b[parent], lines.a[parent] + end[:, None] * step[parent])
    return Segments(a, b, lines.of[parent], lines.line[parent]), parent


def _without_building(
    land: Land, others: Ints, stands: Standing, height_m: float
) -> tuple[list[Lines], list[str]]:
    """The lot lines of lots without a building, and a note that names them."""
    bare = others[~np.isin(others, stands.lot)]
    if not len(bare):
        return [], []
    many = f"{len(bare):,} lots have" if len(bare) > 1 else "1 lot has"
    names = listed([land.parcels.ids[k] for k in bare])
    return [lot_lines(land, bare, height_m)], [
        f"{many} no building in the files and {'are' if len(bare) > 1 else 'is'} measured at the lot line: {names}."
    ]


def _names(land: Land, stands: Standing) -> list[str]:
    return [
        land.parcels.ids[lot] if lot >= 0 else f"building B{building + 1}"
        for building, lot in zip(stands.building.tolist(), stands.lot.tolist(), strict=True)
    ]


def _areas(shapes: Geometries) -> Geometries:
    """The polygons of intersections, lines and points of touching edges dropped."""
    parts, of = shapely.get_parts(shapes, return_index=True)
    area = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    return np.asarray(
        shapely.multipolygons(parts[area], indices=of[area], out=np.full(len(shapes), shapely.MultiPolygon()))
    )
