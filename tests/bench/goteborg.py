"""Blocks in Göteborg on their 1 m ground, from ../shared/geodata beside the checkout."""

from pathlib import Path

import numpy as np
import shapely
from pyproj import CRS

from bench.scenes import CLEAR_M, FACADE, POWER_DB, SOURCE_M
from siting.geodata.buildings import read_buildings
from siting.geodata.grid import terrain_raster
from siting.geodata.terrain import elevation_at, read_terrain
from siting.parts import Building, Scene, Source

DATA = Path(__file__).parents[3] / "shared" / "geodata" / "goteborg-se"
MISSING = "../shared/geodata is not beside the checkout"
CODE = 3007
AREA = shapely.box(147722, 6398559, 147952, 6398778)
LOWEST_M = 2.0  # a roof above its ground; the surface model shows less over two that it does not know
BOUNDS = (147724.0, 6398561.0, 147950.0, 6398776.0)


def goteborg(sources=20):
    """All 137 footprints with roofs at ground plus the median of surface minus ground, and units outdoors; no reflections.

    The rasters hold 41 of them, some in part. The others are needed for the ways round: they stand on the median ground, as high
    as the median building. Both rasters end before the outermost receivers' paths could leave them.
    """
    crs = CRS.from_epsg(CODE)
    terrain, surface = (read_terrain(DATA / f"{name}_KRbig.tif", AREA, crs) for name in ("DEM", "DSM"))
    ground = terrain_raster(terrain, AREA, crs)
    outlines = list(read_buildings(DATA / "buildings.shp", crs=crs).frame.geometry)
    known = [_heights(shapely.intersection(outline, AREA), terrain, surface) for outline in outlines]
    foot, height = np.nanmedian(ground.z_m), np.nanmedian([high for _, high in known])
    tops = [foot + height if np.isnan(high) else low + max(high, LOWEST_M) for low, high in known]
    blocks = tuple(
        Building(f"B{k + 1}.{i + 1}", part, top_m=float(top), absorption=FACADE)
        for k, (outline, top) in enumerate(zip(outlines, tops, strict=True))
        for i, part in enumerate(shapely.get_parts(outline))
    )
    units = tuple(
        Source(f"U{k + 1}", float(x), float(y), POWER_DB, height_m=SOURCE_M)
        for k, (x, y) in enumerate(outdoors(blocks, sources, seed=7))
    )
    return Scene(
        units,
        buildings=blocks,
        terrain=ground,
        ground_g=0.3,
        reflections=0,
        crs=f"EPSG:{CODE}",
        name="Göteborg",
    )


def outdoors(blocks, count, seed):
    """(n, 2) places within the map, at least 1 m from every building."""
    draw = np.random.default_rng(seed)
    solid = shapely.union_all([block.outline for block in blocks]).buffer(CLEAR_M)
    shapely.prepare(solid)
    west, south, east, north = BOUNDS
    xy = draw.uniform((west, south), (east, north), (20 * count + 20, 2))
    return xy[~shapely.contains_xy(solid, xy)][:count]


def _heights(outline, terrain, surface):
    """Lowest ground under an outline and the median height above the ground within it; nan outside the rasters."""
    west, south, east, north = (0.0, 0.0, 0.0, 0.0) if outline.is_empty else outline.bounds
    x, y = np.meshgrid(np.arange(west + 0.5, east), np.arange(south + 0.5, north))
    inside = shapely.contains_xy(outline, x, y)
    ground = elevation_at(terrain, x[inside], y[inside])
    above = elevation_at(surface, x[inside], y[inside]) - ground
    if not np.isfinite(above).any():
        return np.nan, np.nan
    return float(np.nanmin(ground)), float(np.nanmedian(above))
