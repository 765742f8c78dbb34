"""The zones at a receptor's own place, on the other side of its line, and how far homes are.

Zoning maps are drawn a metre or two off the lot lines, so a place is looked up just inside its lot and `DEEP_M` inside, straight
in and to both sides; all zones found there count, and the strictest of them governs.
"""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from siting.geodata.zoning import zone_names
from siting.law import Ordinance
from siting.model import Floats, Ints
from siting.receptors.lot_lines import Along
from siting.site import Land
from siting.zones import classes_of

INWARD_M, DEEP_M = 0.25, 3.0  # how far inside its lot a place is looked up
CHANGE_M = 0.05  # a change of zones along a line is found to this
HOME_SHARE, ZONED_SHARE = (
    0.1,
    0.5,
)  # of a lot: so much in a zone of homes makes it one; less in any zone leaves that open
Geometries = NDArray[Any]
Names = list[tuple[str, ...]]
Key = TypeVar("Key", bound=Hashable)


class Homes(NamedTuple):
    """The lots near by that a rule for homes means, and within what distance it holds; without such a rule none."""

    rows: Ints  # of the parcel file
    tree: shapely.STRtree
    within_m: float
    notes: tuple[str, ...]


def one_zone(land: Land, shapes: Geometries) -> list[tuple[str, ...] | None]:
    """The zones of each shape that lies in one polygon of the map and meets no other; None for the rest."""
    found: list[tuple[str, ...] | None] = [None] * len(shapes)
    if land.zoning is None:
        return [()] * len(shapes)
    shape, zone = land.zoning.tree.query(shapes, predicate="intersects")
    alone = np.bincount(shape, minlength=len(shapes))[shape] == 1
    shape, zone = shape[alone], zone[alone]
    whole = shapely.covers(land.zoning.polygons[zone], shapes[shape])
    for k, z in zip(shape[whole].tolist(), zone[whole].tolist(), strict=True):
        found[k] = (land.zoning.names[z],)
    return found


def zones_inside(land: Land, points: Along, shapes: Geometries, known: list[tuple[str, ...] | None]) -> Names:
    """Zones on the side of its shape, to the left of each point; `known` are those of shapes that have the same everywhere.

    Where a shape is so narrow that no probe lies in it, the zones on the line and in the shape's middle.
    """
    found = [known[k] for k in points.of.tolist()]
    open_ = np.array([zones is None for zones in found], bool)
    rest, which = picked_points(points, open_), np.flatnonzero(open_).tolist()
    for k, zones in zip(which, _looked_up(land, rest, shapes[rest.of]), strict=True):
        found[k] = zones
    return [zones or () for zones in found]


def _looked_up(land: Land, points: Along, shapes: Geometries) -> Names:
    xy, short = points.xy, np.minimum(points.corner, INWARD_M)
    probes = [
        xy + depth * points.left + np.reshape(aside, (-1, 1)) * points.ahead
        for depth, aside in ((INWARD_M, short), (DEEP_M, 0.0), (DEEP_M, DEEP_M), (DEEP_M, -DEEP_M))
    ]
    shapely.prepare(shapes)
    there = [shapely.contains_xy(shapes, *probe.T) for probe in probes]
    lost = np.flatnonzero(~np.any(there, axis=0))
    middle = shapely.get_coordinates(shapely.point_on_surface(shapes[lost]))
    found = [probe[inside] for probe, inside in zip(probes, there, strict=True)]
    whose = [np.flatnonzero(inside) for inside in there]
    return zone_names(
        land.zoning, np.concatenate([*found, xy[lost], middle]), np.concatenate([*whose, lost, lost]), len(xy)
    )


def zones_outside(land: Land, points: Along, shapes: Geometries) -> Names:
    """Zones on the other side of the line, to the right of each point."""
    if land.zoning is None:
        return [()] * len(points.xy)
    short = np.minimum(points.corner, INWARD_M)[:, None]
    straight = points.xy - DEEP_M * points.left
    probes = np.concatenate([points.xy - INWARD_M * points.left + short * points.ahead, straight])
    whose, shapes = np.tile(np.arange(len(points.xy)), 2), np.tile(shapes[points.of], 2)
    shapely.prepare(shapes)
    out = ~shapely.contains_xy(shapes, *probes.T)
    return zone_names(land.zoning, probes[out], whose[out], len(points.xy))


def zones_around(land: Land, xy: Floats, shapes: Geometries) -> Names:
    """Zones at points inside shapes and `DEEP_M` to four sides of them, as far as the shape goes."""
    if land.zoning is None:
        return [()] * len(xy)
    steps = DEEP_M * np.array([[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]])
    probes = (xy[None] + steps[:, None]).reshape(-1, 2)
    whose = np.tile(np.arange(len(xy)), len(steps))
    shapely.prepare(shapes)
    there = shapely.contains_xy(shapes[whose], *probes.T)
    return zone_names(land.zoning, probes[there], whose[there], len(xy))


def homes(land: Land, ordinance: Ordinance | None, near: BaseGeometry, reach_m: float) -> Homes:
    """The lots that a rule for homes means, as far as they matter for receptors within reach.

    A lot with a zone that belongs to no class, or of which zones cover less than half, may be one and is taken for one.
    """
    rule = None if ordinance is None else ordinance.near_homes
    if ordinance is None or rule is None:
        return Homes(np.zeros(0, np.int64), shapely.STRtree([]), -1.0, ())
    rows = land.tree.query(near, predicate="dwithin", distance=reach_m + rule.within_m)
    lots = land.parcels.lots[rows]
    if land.zoning is None:
        note = "No zoning tells which lots are homes: for the limits near homes every lot is taken for one."
        return Homes(rows, shapely.STRtree(lots), rule.within_m, (note,))
    names, code = land.zoning.coded
    classes = [set(classes_of(ordinance, name)) for name in names]
    meant = np.array([not c or bool(c & set(rule.zones)) for c in classes], bool)[code]
    lot, zone = land.zoning.tree.query(lots, predicate="intersects")
    area = shapely.area(shapely.intersection(lots[lot], land.zoning.polygons[zone]))
    lived, zoned = (
        np.bincount(lot, area * counts, len(lots)) for counts in (meant[zone], np.ones(len(zone)))
    )
    whole = shapely.area(lots)
    home = (lived >= HOME_SHARE * whole) | (zoned < ZONED_SHARE * whole)
    return Homes(rows[home], shapely.STRtree(lots[home]), rule.within_m, ())


def home_distance(lived: Homes, xy: Floats, lot: Ints) -> Floats:
    """Distance from points of lots (n,) to the nearest home (n,); inf where none is so near that the rule holds."""
    away = np.where(np.isin(lot, lived.rows), 0.0, np.inf)
    if len(lived.rows):
        rest = np.flatnonzero(away > 0)
        (point, _), distance = lived.tree.query_nearest(
            shapely.points(xy[rest]), max_distance=lived.within_m, all_matches=False, return_distance=True
        )
        away[rest[point]] = distance
    return away


def with_changes(along: Along, keys: Callable[[Along], list[Key]]) -> tuple[Along, list[Key]]:
    """Points and what is found at them, with two more points wherever that changes along a line, one on each side."""
    found = keys(along)
    if not found:
        return along, found
    pieces, first = np.unique(along.piece, return_index=True)
    ends = on_same_lines(along, first, along.pieces[pieces, 2:])
    points, found = joined(along, ends), [*found, *keys(ends)]
    wanted = np.arange(len(found)) < len(along.xy)
    while True:
        codes = {key: k for k, key in enumerate(dict.fromkeys(found))}
        kind = np.array([codes[key] for key in found])
        far = np.hypot(*(points.xy - points.pieces[points.piece, :2]).T)
        order = np.lexsort((far, points.piece))
        i, j = order[:-1], order[1:]
        change = (points.piece[i] == points.piece[j]) & (kind[i] != kind[j])
        i, j = i[change], j[change]
        wide = far[j] - far[i] > CHANGE_M
        if not wide.any():
            wanted[i] = wanted[j] = True
            return picked_points(points, wanted), [found[k] for k in np.flatnonzero(wanted).tolist()]
        more = on_same_lines(points, i[wide], (points.xy[i] + points.xy[j])[wide] / 2)
        points, found = joined(points, more), [*found, *keys(more)]
        wanted = np.append(wanted, np.zeros(len(more.xy), bool))


def on_same_lines(along: Along, which: Ints, xy: Floats) -> Along:
    """Further points (n, 2) on the lines of some points (n,)."""
    none = np.zeros(len(which))
    return along._replace(
        xy=xy, of=along.of[which], left=along.left[which], ahead=along.ahead[which], corner=none,
        between=none > 0, piece=along.piece[which],
    )  # fmt: skip


def joined(some: Along, more: Along) -> Along:
    """All points of both, which are on the same pieces."""
    return some._replace(
        xy=np.concatenate((some.xy, more.xy)), of=np.concatenate((some.of, more.of)),
        left=np.concatenate((some.left, more.left)), ahead=np.concatenate((some.ahead, more.ahead)),
        corner=np.concatenate((some.corner, more.corner)), between=np.concatenate((some.between, more.between)),
        piece=np.concatenate((some.piece, more.piece)),
    )  # fmt: skip


def picked_points(along: Along, keep: NDArray[np.bool_]) -> Along:
    """Some of the points."""
    return along._replace(
        xy=along.xy[keep], of=along.of[keep], left=along.left[keep], ahead=along.ahead[keep],
        corner=along.corner[keep], between=along.between[keep], piece=along.piece[keep],
    )  # fmt: skip
