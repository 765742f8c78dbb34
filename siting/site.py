"""One lot with what surrounds it: the land read once, the area where units may stand, and what that took from the lot."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siting.errors import InputError
from siting.existing import Existing, read_machines
from siting.geodata.buildings import read_buildings
from siting.geodata.crs import crs_text
from siting.geodata.ground import read_ground
from siting.geodata.landcover import read_cover_table
from siting.geodata.layers import Layer, listed, read_layer
from siting.geodata.parcels import Parcels, read_parcels
from siting.geodata.terrain import Terrain, read_terrain
from siting.geodata.zoning import Zoning, read_zoning, zone_names
from siting.law import Ordinance
from siting.model import Assumption, Facts, Floats, Site
from siting.outcome import Machine
from siting.parts import Ground

SETBACK_M = 1.524  # 5 ft: the low end of accessory setbacks
BUILDING_DISTANCE_M = 1.524  # 5 ft: NFPA 37 4.1.4
NOBODYS = frozenset(
    ("road", "row", "r.o.w.", "right of way", "right-of-way", "street", "alley", "rr", "rail", "railroad", "railway", "water")
)  # fmt: skip
ARC_SEGMENTS = 16  # a quarter circle
SHARED_M2 = 0.5  # of two lots: more than rounded corners make


@dataclass(frozen=True)
class Land:
    """Everything read from files, once for all lots, in one working CRS in metres."""

    parcels: Parcels
    tree: shapely.STRtree  # of the lots that may hear a unit: not of streets
    streets: frozenset[int]  # rows that their ids call a street, railway or water: nobody's lot
    zoning: Zoning | None
    buildings: shapely.STRtree
    building_heights_m: Floats  # of the tree's geometries, NaN where not known
    ground: tuple[Ground, ...]  # pieces of known ground factor
    land_cover: (
        tuple[Path, str] | None
    )  # a raster of classes, read around each lot, and the table of its classes
    keep_outs: shapely.STRtree
    points: Layer | None
    terrain: Path | None
    crs_text: str
    inputs: tuple[Facts, ...]
    existing: Existing | None = None

    @property
    def machines(self) -> tuple[Machine, ...]:
        """The machines that are there already."""
        return () if self.existing is None else self.existing.machines


def read_land(
    parcels: Path,
    *,
    layer: str | None = None,
    id_field: str | None = None,
    crs: str | None = None,
    zoning: Path | None = None,
    zone_field: str | None = None,
    buildings: Path | None = None,
    keep_out: Path | None = None,
    receptors: Path | None = None,
    terrain: Path | None = None,
    ground: Path | None = None,
    land_cover: Path | None = None,
    land_cover_table: str | None = None,
    existing: Path | None = None,
    existing_power_dba: float | None = None,
    existing_type: str | None = None,
    existing_crs: str | None = None,
) -> Land:
    """Read every file that the question names; layers beside the parcels come out in the parcels' working CRS."""
    cover = _cover(land_cover, land_cover_table)
    lots = read_parcels(parcels, layer=layer, id_field=id_field, stated_crs=crs)

    def beside(path: Path | None, role: str) -> Layer | None:
        return None if path is None else read_layer(path, role=role, crs=lots.crs, near=_bounds(lots))

    zones, kept, points = (
        beside(zoning, "zoning"),
        beside(keep_out, "keep-out"),
        beside(receptors, "receptors"),
    )
    built = None if buildings is None else read_buildings(buildings, crs=lots.crs, near=_bounds(lots))
    soft = None if ground is None else read_ground(ground, crs=lots.crs, near=_bounds(lots))
    machines = _machines(lots, existing, existing_power_dba, existing_type, existing_crs)
    streets = frozenset(k for k, name in enumerate(lots.ids) if name.strip().casefold() in NOBODYS)
    searched = lots.lots.copy()
    searched[list(streets)] = None
    return Land(
        parcels=lots,
        tree=shapely.STRtree(searched),
        streets=streets,
        zoning=read_zoning(lots, zones, zone_field),
        buildings=_tree(built),
        building_heights_m=_heights(built),
        ground=() if soft is None else soft.parts,
        keep_outs=_tree(kept),
        points=points,
        land_cover=cover,
        terrain=terrain,
        crs_text=crs_text(lots.crs),
        inputs=tuple(x.source for x in (lots, zones, built, soft, kept, points, machines) if x is not None),
        existing=machines,
    )


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


def zones_at(land: Land, xy: Floats) -> list[tuple[str, ...]]:
    """The names of every zone that covers each point (n, 2), sorted; empty where there is none."""
    return zone_names(land.zoning, xy)


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


def _bounds(lots: Parcels) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = map(float, lots.frame.total_bounds)
    return x0, y0, x1, y1


def _machines(
    lots: Parcels, path: Path | None, power_dba: float | None, kind: str | None, crs: str | None
) -> Existing | None:
    if path is not None:
        return read_machines(path, lots.crs, _bounds(lots), power_dba, kind=kind, stated=crs)
    given = {"--existing-power-dba": power_dba, "--existing-type": kind, "--existing-crs": crs}
    for option, value in given.items():
        if value is not None:
            raise InputError(
                f"{option} says something of existing machines; name their file with --existing."
            )
    return None


def _cover(raster: Path | None, table: str | None) -> tuple[Path, str] | None:
    """A land cover with the table of its classes; one without the other is refused, and so is a table that cannot be read."""
    if raster is None and table is None:
        return None
    if raster is None:
        raise InputError(
            f"The table {table} says what land-cover classes are to sound; name the raster with --land-cover."
        )
    if table is None:
        raise InputError(
            f"{raster}: name the table that says what its classes are to sound with --land-cover-table: umep, nlcd, worldcover, "
            "or a TOML file."
        )
    read_cover_table(table)
    return raster, table


def _tree(layer: Layer | None) -> shapely.STRtree:
    if layer is None:
        return shapely.STRtree([])
    return shapely.STRtree(np.asarray(layer.frame.geometry.array)[_drawn(layer)])


def _drawn(layer: Layer) -> np.ndarray[Any, Any]:
    """Which rows of a layer have a shape."""
    geometry = np.asarray(layer.frame.geometry.array)
    return ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))


def _heights(built: Layer | None) -> Floats:
    return np.zeros(0) if built is None else built.frame["height_m"].to_numpy(float)[_drawn(built)]


def _polygons(area: BaseGeometry) -> BaseGeometry:
    """The polygons of a difference, lines and points left by touching edges dropped."""
    parts = [p for p in shapely.get_parts(area) if p.geom_type == "Polygon" and p.area > 0]
    return shapely.MultiPolygon(parts) if len(parts) != 1 else parts[0]
