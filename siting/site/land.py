"""Everything read from files, once for all lots, in one working CRS in metres."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from siting.errors import InputError
from siting.existing import Existing, read_machines
from siting.geodata.buildings import read_buildings
from siting.geodata.crs import crs_text
from siting.geodata.ground import read_ground
from siting.geodata.landcover import read_cover_table
from siting.geodata.layers import Layer, read_layer
from siting.geodata.parcels import Parcels, read_parcels
from siting.geodata.walls import Walls, read_walls
from siting.geodata.zoning import Zoning, read_zoning, zone_names
from siting.law import WallKind
from siting.model import Facts, Floats
from siting.outcome import Machine
from siting.parts import Ground, Wall

NOBODYS = frozenset(
    ("road", "row", "r.o.w.", "right of way", "right-of-way", "street", "alley", "rr", "rail", "railroad", "railway", "water")
)  # fmt: skip


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
    walls: Walls | None = None
    building_walls: tuple[WallKind, ...] = ()  # of the tree's geometries, what they are made of
    openings: shapely.STRtree | None = (
        None  # windows, doors and intakes; None where no layer of them is given
    )

    @property
    def machines(self) -> tuple[Machine, ...]:
        """The machines that are there already."""
        return () if self.existing is None else self.existing.machines

    @property
    def standing_walls(self) -> tuple[Wall, ...]:
        """The walls that stand or shall stand."""
        return () if self.walls is None else self.walls.parts

    @property
    def reflects(self) -> bool:
        """Whether anything sends sound back."""
        return bool((self.building_heights_m > 0).any()) or bool(self.standing_walls)


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
    walls: Path | None = None,
    openings: Path | None = None,
) -> Land:
    """Read every file that the question names; layers beside the parcels come out in the parcels' working CRS."""
    cover = _cover(land_cover, land_cover_table)
    lots = read_parcels(parcels, layer=layer, id_field=id_field, stated_crs=crs)

    def beside(path: Path | None, role: str) -> Layer | None:
        return None if path is None else read_layer(path, role=role, crs=lots.crs, near=_bounds(lots))

    zones, kept, points, holes = (
        beside(zoning, "zoning"),
        beside(keep_out, "keep-out"),
        beside(receptors, "receptors"),
        beside(openings, "openings"),
    )
    built = None if buildings is None else read_buildings(buildings, crs=lots.crs, near=_bounds(lots))
    soft = None if ground is None else read_ground(ground, crs=lots.crs, near=_bounds(lots))
    fences = None if walls is None else read_walls(walls, crs=lots.crs, near=_bounds(lots))
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
        inputs=tuple(
            x.source
            for x in (lots, zones, built, soft, kept, holes, points, fences, machines)
            if x is not None
        ),
        existing=machines,
        walls=fences,
        building_walls=() if built is None else tuple(built.frame["wall_kind"][_drawn(built)]),
        openings=None if holes is None else _tree(holes),
    )


def zones_at(land: Land, xy: Floats) -> list[tuple[str, ...]]:
    """The names of every zone that covers each point (n, 2), sorted; empty where there is none."""
    return zone_names(land.zoning, xy)


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
