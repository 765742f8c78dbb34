"""Ground that is too steep for a unit: the program's bilinear surface, measured over the length of a pad."""

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from siting.errors import InputError
from siting.geodata.terrain import Terrain, cell_m, elevation_at
from siting.model import Assumption, Floats
from siting.yard import Placing

MOST_PCT = 10.0
RUN_M = 3.0  # 10 ft, a unit with its clearances: a curb is no slope, a retaining wall is
SQUARE_M = 1.0  # the surface is looked at this finely, or as finely as the raster is
MOST_NODES = 200_000
ROUNDING_PCT = 0.01  # heights are stored in 32 bits
REASON = (
    "a level pad on steeper ground takes grading or a retaining wall, which is not planned here; slope over 10 ft (3 m), or over "
    "two cells of the terrain where that is more"
)


def most_slope(placing: Placing, terrain_given: bool) -> tuple[float, tuple[Assumption, ...]]:
    """The steepest ground in per cent on which a unit may stand, and where that comes from; without a terrain any.

    Raises
    ------
    InputError
        A limit is given without a terrain, or one that is no slope.
    """
    given = placing.max_slope_pct
    if given is not None and not 0 < given < math.inf:
        raise InputError(f"--max-slope-pct is {given:g}; expected a slope above 0 %.")
    if given is not None and not terrain_given:
        raise InputError(
            "--max-slope-pct limits the slope of the ground; name heights of the ground with --terrain."
        )
    if not terrain_given:
        return math.inf, ()
    if given is None:
        return MOST_PCT, (Assumption("site.max_slope_pct", MOST_PCT, "assumed", REASON),)
    return given, (Assumption("site.max_slope_pct", given, "given", REASON),)


def too_steep(terrain: Terrain, area: BaseGeometry, most_pct: float) -> BaseGeometry:
    """The squares that cover all of an area's ground steeper than `most_pct`.

    A square is too steep where any of its corners is. Where no corner of a square has a slope that can be told, for lack of
    heights, it is too steep as well: what nobody knows is not built on.
    """
    if area.is_empty:
        return shapely.MultiPolygon()
    cell = cell_m(terrain, area)
    west, south, east, north = area.bounds
    side = max(min(cell, SQUARE_M), math.sqrt((east - west) * (north - south) / MOST_NODES))
    x = west + side * np.arange(math.ceil((east - west) / side) + 1)
    y = south + side * np.arange(math.ceil((north - south) / side) + 1)
    across, up = np.meshgrid(x, y)
    slope = _slope_pct(terrain, across, up, max(cell, RUN_M / 2))
    corners = np.stack([slope[:-1, :-1], slope[:-1, 1:], slope[1:, :-1], slope[1:, 1:]])
    known = ~np.isnan(corners)
    steep = np.where(known, corners, -np.inf).max(axis=0) > most_pct + ROUNDING_PCT
    return _polygons(steep | ~known.any(axis=0), x, y)


def _slope_pct(terrain: Terrain, x: Floats, y: Floats, half_m: float) -> Floats:
    """Slope at points, NaN where heights for it are lacking: rise over run to both sides, or to one where the other has none."""
    here = elevation_at(terrain, x, y)

    def rise(dx: float, dy: float) -> Floats:
        ahead, behind = elevation_at(terrain, x + dx, y + dy), elevation_at(terrain, x - dx, y - dy)
        run = (dx + dy) * ((~np.isnan(ahead)).astype(float) + ~np.isnan(behind))
        climb = np.where(np.isnan(ahead), here, ahead) - np.where(np.isnan(behind), here, behind)
        return np.where(run > 0, climb / np.where(run > 0, run, 1.0), np.nan)

    return np.asarray(100 * np.hypot(rise(half_m, 0.0), rise(0.0, half_m)))


def _polygons(squares: NDArray[np.bool_], x: Floats, y: Floats) -> BaseGeometry:
    """Squares of a grid as polygons, those of a row joined first."""
    edge = np.diff(np.pad(squares, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, start = np.nonzero(edge == 1)
    _, end = np.nonzero(edge == -1)
    return shapely.union_all(shapely.box(x[start], y[row], x[end], y[row + 1]))
