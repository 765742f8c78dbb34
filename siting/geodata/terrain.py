"""Ground heights from an elevation raster, read where it lies: points go to the raster, the raster is never resampled."""

import itertools
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from siting.errors import InputError
from siting.geodata.raster_source import (
    cell_at,
    cells_over,
    check_one_band,
    check_place,
    height_unit,
    opened_raster,
    raster_crs,
    raster_facts,
)
from siting.model import Facts, Floats

ACROSS = 24  # samples over the shorter side of the lot at least
MOST_SAMPLES = 250_000
ON_BORDER = 1e-6  # cells


@dataclass(frozen=True, eq=False)
class Terrain:
    """Ground heights over and around a lot, and what they come to on the lot."""

    elevation_m: Floats  # (rows, columns) of the cells read; NaN where the raster has no value
    transform: Affine  # column, row of a cell's corner -> coordinates in the raster's CRS
    move: Transformer  # site coordinates -> coordinates in the raster's CRS
    facts: dict[str, float]  # min_m, max_m, mean_m, steepest_pct, all inside the lot
    source: Facts


def read_terrain(
    path: str | Path, area: BaseGeometry, crs: CRS, *, reach_m: float = 0.0, stated: str | None = None
) -> Terrain:
    """Read the ground under a lot.

    Parameters
    ----------
    path : str or Path
        A raster with one band of heights.
    area : polygon or multipolygon
        The lot, in `crs`.
    crs : CRS
        The site's working CRS, metres.
    reach_m : float
        How far beyond the lot heights are kept for `elevation_at`.
    stated : str, optional
        The raster's CRS as the user states it; counts before the file's own.

    Raises
    ------
    InputError
        The raster cannot be read, states no CRS, is a picture, or does not cover the whole lot with heights.
    """
    name = str(path)
    with opened_raster(path) as data:
        check_one_band(name, data, False, "heights")
        check_place(name, data)
        crs_of_raster, notes = raster_crs(name, data, stated)
        move = Transformer.from_crs(crs, crs_of_raster, always_xy=True)
        heights, transform = cells_over(name, data, area.buffer(max(reach_m, 0.0)), area, move)
        factor, remarks = height_unit(name, data, stated)
        facts = raster_facts("terrain", path, data, crs_of_raster, [*notes, *remarks])
    terrain = Terrain(heights * factor, transform, move, {}, facts)
    return replace(terrain, facts=_lot_facts(name, terrain, area))


@overload
def elevation_at(terrain: Terrain, x: float, y: float) -> float: ...
@overload
def elevation_at(terrain: Terrain, x: Floats, y: Floats) -> Floats: ...
def elevation_at(terrain: Terrain, x: float | Floats, y: float | Floats) -> float | Floats:
    """Height of the ground at points of the site, bilinear between cell middles, metres.

    Parameters
    ----------
    terrain : Terrain
    x, y : float or array
        Coordinates in the site's working CRS.

    Returns
    -------
    float or array
        NaN where the cell at the point has no height or was not read. Beside a cell without a height the weights of its
        neighbours are shared out; within half a cell of the raster's edge the edge cells hold.
    """
    px, py = terrain.move.transform(np.asarray(x, float), np.asarray(y, float))
    with np.errstate(invalid="ignore"):
        column, row = cell_at(terrain.transform, np.asarray(px), np.asarray(py))
    z = terrain.elevation_m
    rows, columns = z.shape
    inside = (column >= 0) & (column <= columns) & (row >= 0) & (row <= rows)
    column, row = np.where(inside, column, 0.5), np.where(inside, row, 0.5)
    c, r = np.clip(column - 0.5, 0, columns - 1), np.clip(row - 0.5, 0, rows - 1)
    left, top = np.minimum(c.astype(int), max(columns - 2, 0)), np.minimum(r.astype(int), max(rows - 2, 0))
    u, v = c - left, r - top
    total, weight = np.zeros(np.shape(c)), np.zeros(np.shape(c))
    for i, j, w in ((0, 0, (1 - u) * (1 - v)), (0, 1, u * (1 - v)), (1, 0, (1 - u) * v), (1, 1, u * v)):
        corner = z[np.minimum(top + i, rows - 1), np.minimum(left + j, columns - 1)]
        known = ~np.isnan(corner)
        total += np.where(known, w * np.where(known, corner, 0.0), 0.0)
        weight += np.where(known, w, 0.0)
    valid = inside & _in_known_cell(z, column, row) & (weight > 0)
    height = np.where(valid, total / np.where(weight > 0, weight, 1.0), np.nan)
    return float(height) if np.ndim(height) == 0 else height


def _in_known_cell(z: Floats, column: Floats, row: Floats) -> NDArray[np.bool_]:
    """Whether the cell at a point has a height; on a border between cells one of them is enough."""
    found = np.zeros(np.shape(column), bool)
    for down, right in itertools.product((-ON_BORDER, ON_BORDER), repeat=2):
        i = np.clip(np.floor(row + down).astype(int), 0, z.shape[0] - 1)
        j = np.clip(np.floor(column + right).astype(int), 0, z.shape[1] - 1)
        found |= ~np.isnan(z[i, j])
    return found


def _lot_facts(name: str, terrain: Terrain, area: BaseGeometry) -> dict[str, float]:
    """Lowest, highest and mean height and the steepest slope inside a lot, from samples no farther apart than the cells."""
    step, spacing = _steps(terrain, area)
    x, y = _samples(area, spacing)
    inner = len(x)
    edge, nodes = shapely.get_coordinates(shapely.segmentize(area, spacing)), _cell_middles(terrain, area)
    x, y = np.concatenate([x, edge[:, 0], nodes[0]]), np.concatenate([y, edge[:, 1], nodes[1]])
    z = elevation_at(terrain, x, y)
    known = ~np.isnan(z)
    if not known.all():
        share = np.mean(known[:inner]) if inner else np.mean(known)
        raise InputError(
            f"{name} has heights for {min(math.floor(100 * share), 99)} % of the lot only; give a raster that covers all of "
            "it, or fill its gaps."
        )
    slope = np.hypot(_rise(terrain, x, y, z, step, 0.0), _rise(terrain, x, y, z, 0.0, step))
    return {
        "min_m": float(z.min()),
        "max_m": float(z.max()),
        "mean_m": float(z[:inner].mean()) if inner else float(z.mean()),
        "steepest_pct": float(100 * slope.max()),
    }


def cell_m(terrain: Terrain, area: BaseGeometry) -> float:
    """The size of a cell at an area of the site, metres."""
    middle = area.representative_point()
    x, y = terrain.move.transform(middle.x + np.array([0.0, 1.0, 0.0]), middle.y + np.array([0.0, 0.0, 1.0]))
    (east_x, north_x), (east_y, north_y) = x[1:] - x[0], y[1:] - y[0]  # a metre of the site on the raster
    return math.sqrt(abs(terrain.transform.determinant / (east_x * north_y - north_x * east_y)))


def _steps(terrain: Terrain, area: BaseGeometry) -> tuple[float, float]:
    """The size of a cell in metres at the lot, and how far apart the lot is sampled."""
    step = cell_m(terrain, area)
    west, south, east, north = area.bounds
    coarsest = math.sqrt((east - west) * (north - south) / MOST_SAMPLES)
    return step, max(min(step, min(east - west, north - south) / ACROSS), coarsest)


def _samples(area: BaseGeometry, spacing: float) -> tuple[Floats, Floats]:
    """A regular grid of points inside an area."""
    west, south, east, north = area.bounds
    x, y = np.meshgrid(
        np.arange(west + spacing / 2, east, spacing), np.arange(south + spacing / 2, north, spacing)
    )
    shapely.prepare(area)
    inside = shapely.contains_xy(area, x, y)
    return x[inside], y[inside]


def _cell_middles(terrain: Terrain, area: BaseGeometry) -> tuple[Floats, Floats]:
    """The middles of the cells inside an area: a bilinear surface has its extremes there or on the area's edge."""
    a, b, c, d, e, f = terrain.transform[:6]
    row, column = np.indices(terrain.elevation_m.shape) + 0.5
    x, y = terrain.move.transform(a * column + b * row + c, d * column + e * row + f, direction="INVERSE")
    inside = shapely.contains_xy(area, x, y)
    return x[inside], y[inside]


def _rise(terrain: Terrain, x: Floats, y: Floats, z: Floats, dx: float, dy: float) -> Floats:
    """Rise over run along one axis over a cell to either side; over one side only where the other has no height."""
    ahead, behind = elevation_at(terrain, x + dx, y + dy), elevation_at(terrain, x - dx, y - dy)
    run = (~np.isnan(ahead)).astype(float) + ~np.isnan(behind)
    rise = np.where(np.isnan(ahead), z, ahead) - np.where(np.isnan(behind), z, behind)
    return np.where(run > 0, rise / (np.maximum(run, 1) * (dx + dy)), 0.0)
