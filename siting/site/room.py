"""One lot ready to be placed on: the area where units may stand, and what every rule took from the lot."""

import math

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siting.errors import InputError
from siting.geodata.layers import listed
from siting.geodata.terrain import Terrain, read_terrain
from siting.law import Ordinance
from siting.model import Assumption, Site
from siting.site.land import Land

SETBACK_M = 1.524  # 5 ft: the low end of accessory setbacks
BUILDING_DISTANCE_M = 1.524  # 5 ft: NFPA 37 4.1.4
ARC_SEGMENTS = 16  # a quarter circle
SHARED_M2 = 0.5  # of two lots: more than rounded corners make


def make_site(land: Land, row: int, ordinance: Ordinance | None) -> tuple[Site, Terrain | None]:
    """The lot in a row with its buildable area: setback from the lot line, distance from buildings, keep-outs.

    Raises
    ------
    InputError
        Where the row has no usable lot, or the terrain does not cover it.
    """
    lot_id, lot = land.parcels.ids[row], land.parcels.lots[row]
    if row in land.parcels.unusable:
        raise InputError(f"Lot {lot_id} cannot be assessed: {land.parcels.unusable[row]}.")
    if row in land.streets:
        raise InputError(
            f"Lot {lot_id} cannot be assessed: its id says that it is a street, railway or water, not a lot."
        )
    setback, distance, assumptions = _distances(ordinance)
    if land.streets:
        assumptions = (*assumptions, _streets(land))
    near = land.buildings.query(lot, predicate="dwithin", distance=max(distance, 1.0))
    buildings = tuple(land.buildings.geometries[np.sort(near)])
    keep_outs = tuple(land.keep_outs.geometries[np.sort(land.keep_outs.query(lot, predicate="intersects"))])
    inside = _buffered(lot, -setback) if setback else lot
    taken = {"setback": lot.area - inside.area}
    for name, bodies, gap in (("buildings", buildings, distance), ("keep-outs", keep_outs, 0.0)):
        before = inside.area
        if bodies:
            grown = [_buffered(b, gap) if gap else b for b in bodies]
            inside = inside.difference(shapely.union_all(grown))
        taken[name] = before - inside.area
    terrain = read_terrain(land.terrain, lot, land.parcels.crs) if land.terrain else None
    site = Site(
        id=lot_id,
        crs=land.crs_text,
        crs_name=land.parcels.crs.name,
        lot=lot,
        buildable=_polygons(inside),
        taken_m2=taken,
        buildings=buildings,
        keep_outs=keep_outs,
        elevation=None if terrain is None else terrain.facts,
        assumptions=assumptions,
        notes=(*land.parcels.notes_of(row), *_overlap_notes(land, row, inside)),
    )
    return site, terrain


def start_of(site: Site) -> BaseGeometry:
    """Where distances to receptors begin: the buildable area, or the lot where there is none."""
    return site.lot if site.buildable.is_empty else site.buildable


def _distances(ordinance: Ordinance | None) -> tuple[float, float, tuple[Assumption, ...]]:
    """Setback and distance from buildings, from the ordinance or assumed."""
    stated = (ordinance.setback, ordinance.building_distance) if ordinance else (None, None)
    reasons = (
        ("setback_m", SETBACK_M, "5 ft, the low end of accessory setbacks; the ordinance file states none"),
        (
            "building_distance_m",
            BUILDING_DISTANCE_M,
            "5 ft from wall openings and combustible walls, NFPA 37 4.1.4",
        ),
    )
    values, assumptions = [], []
    for rule, (name, default, reason) in zip(stated, reasons, strict=True):
        if rule is None:
            values.append(default)
            assumptions.append(Assumption(f"site.{name}", default, "assumed", reason))
        else:
            values.append(rule.distance_m)
            where = f"from the ordinance file, {rule.cited.section}"
            assumptions.append(Assumption(f"site.{name}", rule.distance_m, "file", where))
    return values[0], values[1], tuple(assumptions)


def _streets(land: Land) -> Assumption:
    names = sorted({land.parcels.ids[k] for k in land.streets})
    return Assumption(
        "neighbours.not_lots",
        ", ".join(names),
        "assumed",
        f"{len(land.streets)} rows whose ids say street, railway or water: nobody's lot, so no receptors on them",
    )


def _buffered(shape: BaseGeometry, distance: float) -> BaseGeometry:
    """A buffer that comes nowhere nearer than `distance` to the shape's boundary, neither by chords nor by simplifying.

    Chords cut arcs short by 0.12 % of the distance, and GEOS smooths curves before it buffers by up to 0.15 %: what comes
    nearer is measured and made good.
    """
    wide = abs(distance)
    while True:
        out = shape.buffer(math.copysign(wide, distance), quad_segs=ARC_SEGMENTS)
        short = abs(distance) - shapely.distance(out.boundary, shape.boundary)
        if not short > 1e-9:  # not a number where nothing is left
            return out
        wide += short


def _overlap_notes(land: Land, row: int, inside: BaseGeometry) -> tuple[str, ...]:
    """A note where another lot of the file claims ground on which a unit may stand."""
    rows = np.unique(land.parcels.primary[land.tree.query(inside, predicate="intersects")])
    rows = rows[rows != land.parcels.primary[row]]
    shared = shapely.area(shapely.intersection(land.parcels.lots[rows], inside))
    rows, shared = rows[shared > SHARED_M2], shared[shared > SHARED_M2]
    if not len(rows):
        return ()
    names = listed([f"{land.parcels.ids[k]} ({area:,.0f} m²)" for k, area in zip(rows, shared, strict=True)])
    return (
        f"Other lots of the file claim ground where units may stand on lot {land.parcels.ids[row]}: {names}; "
        "find out whose it is.",
    )


def _polygons(area: BaseGeometry) -> BaseGeometry:
    """The polygons of a difference, lines and points left by touching edges dropped."""
    parts = [p for p in shapely.get_parts(area) if p.geom_type == "Polygon" and p.area > 0]
    return shapely.MultiPolygon(parts) if len(parts) != 1 else parts[0]
