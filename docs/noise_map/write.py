"""Writes the pictures of docs/noise-map.md: noise maps of two towns from the files in ../shared/geodata.

From the checkout's folder, with ../shared beside it: `.venv/bin/python docs/noise_map/write.py`. It takes some minutes.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import rasterio
import shapely
from picture import draw
from pyproj import CRS
from rasterio.fill import fillnodata

from siting.catalog import load_unit
from siting.contours import write_contours
from siting.geodata.buildings import read_buildings
from siting.geodata.crs import crs_text
from siting.geodata.grid import terrain_raster
from siting.geodata.terrain import elevation_at, read_terrain
from siting.parts import Building, Scene, Source
from siting.scene.prepared import prepare
from siting.sound import resolve_sound

HERE = Path(__file__).parent
DATA = HERE.parents[2] / "shared" / "geodata"
FACADE = (0.2,) * 8  # walls with windows send back 0.8 (ISO 9613-2 Table 4)
GROUND_G = 0.3  # paved for the greater part
UNIT = load_unit("gx230")


def units(places: list[tuple[float, float]]) -> tuple[Source, ...]:
    """Units of the catalogue at places."""
    power_db = resolve_sound(UNIT, None).power_db
    return tuple(
        Source(f"U{k + 1}", x, y, power_db, height_m=UNIT.source_height_m) for k, (x, y) in enumerate(places)
    )


def blocks(outlines: list[shapely.Geometry], heights: list[float]) -> tuple[Building, ...]:
    """Buildings, a block for each part of an outline."""
    return tuple(
        Building(f"B{k + 1}.{i + 1}", part, height_m=float(height), absorption=FACADE)
        for k, (outline, height) in enumerate(zip(outlines, heights, strict=True))
        if outline is not None and height > 0
        for i, part in enumerate(shapely.get_parts(outline))
        if isinstance(part, shapely.Polygon) and part.area > 1
    )


def alexandria() -> Scene:
    """Alexandria, Virginia: houses with their heights from a field, the ground from a 2 m raster; three units in a yard."""
    folder, crs = DATA / "alexandria-va", CRS.from_epsg(26918)
    area = shapely.box(321602, 4297552, 322028, 4297945)
    with tempfile.TemporaryDirectory() as place:
        terrain = read_terrain(filled(folder / "dtm.tif", Path(place) / "dtm.tif"), area, crs)
    layer = read_buildings(folder / "buildings.geojson", crs=crs)
    heights = layer.frame.height_m
    return Scene(
        units([(321801, 4297747), (321806, 4297747), (321811, 4297747)]),
        buildings=blocks(list(layer.frame.geometry), list(heights.fillna(heights.median()))),
        terrain=terrain_raster(terrain, area, crs),
        ground_g=GROUND_G,
        crs=crs_text(crs),
        name="Alexandria",
    )


def goteborg() -> Scene:
    """Göteborg: closed blocks round courtyards, heights as surface minus ground, both from 1 m rasters; units in two places."""
    folder, crs = DATA / "goteborg-se", CRS.from_epsg(3007)
    area = shapely.box(147722, 6398559, 147952, 6398778)
    terrain, surface = (read_terrain(folder / f"{name}_KRbig.tif", area, crs) for name in ("DEM", "DSM"))
    layer = read_buildings(folder / "buildings.shp", crs=crs)
    outlines = [
        shapely.intersection(outline, area) for outline in layer.frame.geometry if outline is not None
    ]
    outlines = [outline for outline in outlines if outline.area > 1]
    return Scene(
        units([(147769, 6398719.5), (147774, 6398719.5), (147824.5, 6398606.5)]),
        buildings=blocks(outlines, [height(outline, terrain, surface) for outline in outlines]),
        terrain=terrain_raster(terrain, area, crs),
        ground_g=GROUND_G,
        crs=crs_text(crs),
        name="Göteborg",
    )


def filled(raster: Path, copy: Path) -> Path:
    """A copy of a raster whose gaps take heights from around them."""
    with rasterio.open(raster) as data:
        profile, heights, known = data.profile, data.read(1), data.read_masks(1)
    with rasterio.open(copy, "w", **profile) as data:
        data.write(fillnodata(heights, known), 1)
    return copy


def height(outline: shapely.Geometry, terrain: object, surface: object) -> float:
    """Median of surface minus ground inside an outline, at points a metre apart."""
    west, south, east, north = outline.bounds
    x, y = np.meshgrid(np.arange(west + 0.5, east), np.arange(south + 0.5, north))
    inside = shapely.contains_xy(outline, x, y)
    above = elevation_at(surface, x[inside], y[inside]) - elevation_at(terrain, x[inside], y[inside])
    return float(np.nanmedian(above)) if np.isfinite(above).any() else 0.0


TOWNS = {
    "alexandria": (alexandria, (321610.0, 4297560.0, 322020.0, 4297930.0), 1.0),
    "goteborg": (goteborg, (147724.0, 6398561.0, 147950.0, 6398776.0), 0.5),
}


def write(name: str) -> None:
    """Compute a town's map and draw it."""
    town, bounds, step_m = TOWNS[name]
    scene = town()
    with tempfile.TemporaryDirectory() as folder:
        threads = os.cpu_count() or 1
        facts = write_contours(prepare(scene), bounds, step_m, 1.5, Path(folder), threads=threads)
        isolines = json.loads((Path(folder) / "isolines.geojson").read_text(encoding="utf-8"))
        draw(Path(folder), scene, isolines, HERE / f"{name}.png")
    print(name, f"{len(scene.buildings)} buildings", facts)


if __name__ == "__main__":
    for name in sys.argv[1:] or TOWNS:
        write(name)
