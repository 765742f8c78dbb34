"""One lot ready to be placed on: the area where units may stand, and what every rule took from the lot."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siting.errors import InputError
from siting.geodata.layers import listed
from siting.geodata.terrain import Terrain, read_terrain
from siting.geodata.walls import THICK_M
from siting.law import Ordinance
from siting.model import Assumption, Site
from siting.site.buffers import without
from siting.site.distances import around_lot
from siting.site.land import Land
from siting.site.setbacks import setbacks, sides_assumption, within_setbacks
from siting.site.sides import lot_sides, street_of
from siting.site.slope import RUN_M, most_slope, too_steep
from siting.yard import Placing

AS_ASSUMED = Placing()
SHARED_M2 = 0.5  # of two lots: more than rounded corners make


def make_site(
    land: Land, row: int, ordinance: Ordinance | None, placing: Placing = AS_ASSUMED
) -> tuple[Site, Terrain | None]:
    """The lot in a row with its sides and its buildable area, and the ground under it where a terrain is given.

    Buildable is the lot less what setbacks, buildings and openings with their distances, keep-outs, steep ground and walls take,
    in this order.

    Raises
    ------
    InputError
        Where the row has no usable lot, the terrain does not cover it, or `placing` cannot be meant.
    """
    lot_id, lot = land.parcels.ids[row], land.parcels.lots[row]
    _check_lot(land, row)
    kept, told = setbacks(ordinance)
    steepest, slope_told = most_slope(placing, land.terrain is not None)
    sides = lot_sides(land, row, placing, kept)
    around = around_lot(land, lot, ordinance, placing)
    keep_outs = tuple(land.keep_outs.geometries[np.sort(land.keep_outs.query(lot, predicate="intersects"))])
    terrain = read_terrain(land.terrain, lot, land.parcels.crs, reach_m=RUN_M) if land.terrain else None
    left = {"setback": within_setbacks(lot, sides)}
    left["buildings"] = without(left["setback"], around.buildings, around.building_m)
    near = (around.opening_m,) * len(around.openings)
    left["openings"] = without(left["buildings"], around.openings, near)
    left["keep-outs"] = without(left["openings"], keep_outs, (0.0,) * len(keep_outs))
    inside = left["keep-outs"]
    steep = shapely.MultiPolygon() if terrain is None else too_steep(terrain, inside, steepest)
    left["slope"] = inside if steep.is_empty else inside.difference(steep)
    walls = _under_walls(land, lot)
    if walls:
        left["walls"] = left["slope"].difference(shapely.union_all(walls))
    areas = [lot.area, *(area.area for area in left.values())]
    site = Site(
        id=lot_id,
        crs=land.crs_text,
        crs_name=land.parcels.crs.name,
        lot=lot,
        buildable=_polygons(left["walls" if walls else "slope"]),
        taken_m2={rule: max(areas[k] - areas[k + 1], 0.0) for k, rule in enumerate(left)},
        buildings=around.buildings,
        keep_outs=keep_outs,
        elevation=None if terrain is None else terrain.facts,
        assumptions=(
            *told,
            *around.assumptions,
            *slope_told,
            *sides_assumption(sides, kept, placing),
            *_streets(land),
        ),
        notes=(*land.parcels.notes_of(row), *_overlap_notes(land, row, left["slope"])),
        sides=sides,
        street=street_of(lot, sides),
        openings=around.openings,
        building_distances_m=around.building_m,
        opening_distance_m=around.opening_m,
        inputs=(around.source,),
        walls=walls,
    )
    return site, terrain


def start_of(site: Site) -> BaseGeometry:
    """Where distances to receptors begin: the buildable area, or the lot where there is none."""
    return site.lot if site.buildable.is_empty else site.buildable


def _check_lot(land: Land, row: int) -> None:
    """Raise InputError for a row that is no lot."""
    lot_id = land.parcels.ids[row]
    if row in land.parcels.unusable:
        raise InputError(f"Lot {lot_id} cannot be assessed: {land.parcels.unusable[row]}.")
    if row in land.streets:
        raise InputError(
            f"Lot {lot_id} cannot be assessed: its id says that it is a street, railway or water, not a lot."
        )


def _under_walls(land: Land, lot: BaseGeometry) -> tuple[BaseGeometry, ...]:
    """The strips of a lot on which walls stand, square at their ends."""
    strips = (wall.line.buffer(THICK_M / 2, cap_style="square") for wall in land.standing_walls)
    return tuple(strip for strip in strips if strip.intersects(lot))


def _streets(land: Land) -> tuple[Assumption, ...]:
    """The rows that are taken for nobody's lot."""
    if not land.streets:
        return ()
    names = sorted({land.parcels.ids[k] for k in land.streets})
    why = f"{len(land.streets)} rows whose ids say street, railway or water: nobody's lot, so no receptors on them"
    return (Assumption("neighbours.not_lots", ", ".join(names), "assumed", why),)


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
