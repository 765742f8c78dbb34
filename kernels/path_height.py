"""Mean height of a path above the ground, hm of the alternative ground method: ISO 9613-2:1996, 7.3.2 and figure 3. Metres."""

import numpy as np

from kernels.cache import kernel
from kernels.medium import Medium, Work
from kernels.obstacles import TERRAIN, Crossings, Obstacles, find_edges
from kernels.surface import profile_area
from kernels.ways import Path, legs_of


@kernel
def ground_area(path: Path, ground_s: float, ground_r: float, medium: Medium, work: Work) -> float:
    """Area in the vertical plane between the line of sight and the ground under it, m^2: hm d.

    `ground_s` and `ground_r` are the heights of the ground under source and receiver, where nothing else is known of it.
    """
    first, second, fx, fy = legs_of(path)
    sight = 0.5 * (path.zs + path.zr) * (first + second)
    surface, obstacles = medium.screens.surface, medium.screens.obstacles
    if len(surface.z):
        below = profile_area(surface, fx, fy, path.xr, path.yr)
        if path.bent:
            below += profile_area(surface, path.xs, path.ys, fx, fy)
        return sight - below
    if path.bent and first > 0.0:
        ux, uy = path.dx / first, path.dy / first
        sight -= area_of_leg(path.xs, path.ys, ux, uy, first, ground_s, np.nan, obstacles, work.crossings)
    if second > 0.0:
        ux, uy = (path.xr - fx) / second, (path.yr - fy) / second
        start = np.nan if path.bent else ground_s
        sight -= area_of_leg(fx, fy, ux, uy, second, start, ground_r, obstacles, work.crossings)
    return sight


@kernel
def area_of_leg(
    x: float,
    y: float,
    ux: float,
    uy: float,
    length: float,
    start: float,
    stop: float,
    obstacles: Obstacles,
    crossings: Crossings,
) -> float:
    """Area under a triangulated ground from (x, y) along (ux, uy), which is straight between edges, those beyond the leg as well.

    Where no edge lies before or beyond, the ground at that end is `start` or `stop` high, or level if that is nan.
    """
    far = obstacles.origin[2] * (obstacles.cells.rows[0] + obstacles.cells.columns[0])
    found = find_edges(
        x - far * ux,
        y - far * uy,
        0.0,
        ux,
        uy,
        length + 2.0 * far,
        0.0,
        np.inf,
        -far,
        0,
        obstacles,
        crossings,
    )
    area, t, z, edge_before = 0.0, 0.0, start, False
    for i in np.argsort(crossings.t[:found]):
        if obstacles.kind[obstacles.owner[crossings.edge[i]]] != TERRAIN:
            continue
        at, top = crossings.t[i], crossings.z[i]
        if at <= 0.0:
            t, z, edge_before = at, top, True
            continue
        if edge_before:
            t, z, edge_before = 0.0, z - (top - z) * t / (at - t), False
        elif z != z:
            z = top
        end = min(at, length)
        z_end = z + (top - z) * (end - t) / (at - t) if at > t else top
        area += 0.5 * (z + z_end) * (end - t)
        t, z = end, z_end
        if at >= length:
            return area
    if z != z:
        z = stop
    return area + 0.5 * (z + (stop if stop == stop else z)) * (length - max(t, 0.0))
