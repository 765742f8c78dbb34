"""Where a noise map reaches to when nobody says: around the sources to 35 dB(A), as far as the ground is known."""

import math

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from kernels.decibel import a_weighted_total, energy_sum
from siting.contours.grid import PART_OF_A_CELL, Box, check_step
from siting.errors import InputError
from siting.parts import Raster, Scene

QUIET_DBA = 35.0
POINT_DB = 11.0  # ISO 9613-2 (3): 10 lg(4 pi), a point source at 1 m
LEAST_M, MOST_M = 50.0, 2000.0
HALVINGS = 40  # 2,000 m to a nanometre


def default_bounds(scene: Scene, step_m: float) -> tuple[Box, str]:
    """Bounds of the map in whole steps, and in words how they came about.

    All sources together fall to 35 dB(A) there by divergence alone; at least 50 m and at most 2,000 m around them, and no
    farther than ground heights reach where the scene has any.

    Raises
    ------
    InputError
        The scene has no sources, or the step is none or wider than the area.
    """
    check_step(step_m)
    if not scene.sources:
        raise InputError(f"{scene.name} has no sources; a noise map needs at least one.")
    reach = reach_m(scene)
    xy = np.array([(source.x_m, source.y_m) for source in scene.sources])
    near = (*xy.min(axis=0).tolist(), *xy.max(axis=0).tolist())
    wide = (near[0] - reach, near[1] - reach, near[2] + reach, near[3] + reach)
    words = f"{reach:,.0f} m around the sources"
    ground = known_ground(scene)
    if ground is not None:
        words += "" if shapely.covers(ground, shapely.box(*wide)) else ", as far as ground heights are known"
        wide = _on_ground(near, wide, ground)
    low_x, low_y = (math.ceil(value / step_m - PART_OF_A_CELL) * step_m for value in wide[:2])
    high_x, high_y = (math.floor(value / step_m + PART_OF_A_CELL) * step_m for value in wide[2:])
    if low_x >= high_x or low_y >= high_y:
        raise InputError(
            f"A step of {step_m:g} m is too wide for a map {words}; take a smaller step, or give the bounds."
        )
    return (low_x, low_y, high_x, high_y), words


def reach_m(scene: Scene) -> float:
    """Distance at which all sources together come to 35 dB(A) by divergence alone, 50 to 2,000 m."""
    power_dba = float(energy_sum(a_weighted_total([source.power_db for source in scene.sources])))
    return min(max(10 ** ((power_dba - POINT_DB - QUIET_DBA) / 20), LEAST_M), MOST_M)


def known_ground(scene: Scene) -> BaseGeometry | None:
    """The area with ground heights: the raster's cells, or the hull of the elevations; else None."""
    if scene.terrain is not None:
        return _raster_area(scene.terrain)
    if scene.elevation:
        return shapely.convex_hull(
            shapely.multipoints(np.vstack([part.xyz[:, :2] for part in scene.elevation]))
        )
    return None


def _raster_area(raster: Raster) -> BaseGeometry:
    c0, cx, cy, r0, rx, ry = raster.to_cell
    rows, columns = raster.z_m.shape
    corners = np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)]) - 0.5
    return shapely.polygons(np.linalg.solve([[cx, cy], [rx, ry]], (corners - (c0, r0)).T).T)


def _on_ground(near: Box, wide: Box, ground: BaseGeometry) -> Box:
    """The first box grown towards the second, all sides, then each, while its corners stay on known ground, which is convex."""

    def grown(box: Box, sides: tuple[int, ...], share: float) -> Box:
        west, south, east, north = (
            box[side] + share * (wide[side] - box[side]) if side in sides else box[side] for side in range(4)
        )
        return west, south, east, north

    def fits(box: Box) -> bool:
        corners = shapely.points([box[0], box[0], box[2], box[2]], [box[1], box[3], box[1], box[3]])
        return bool(shapely.covers(ground, corners).all())

    box = near
    for sides in ((0, 1, 2, 3), (0,), (1,), (2,), (3,)):
        kept, out = 0.0, 1.0
        for _ in range(HALVINGS):
            middle = (kept + out) / 2
            kept, out = (middle, out) if fits(grown(box, sides, middle)) else (kept, middle)
        box = grown(box, sides, kept)
    return box
