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

    `ground_s` and `ground_r` are the heights of the ground under source and receiver.
    """
    first, second, fx, fy = legs_of(path)
    sight = 0.5 * (path.zs + path.zr) * (first + second)
    surface, obstacles = medium.screens.surface, medium.screens.obstacles
    if len(surface.z):
        below = profile_area(surface, fx, fy, path.xr, path.yr)
        if path.bent:
            below += profile_area(surface, path.xs, path.ys, fx, fy)
        return sight - below
    if not path.bent or first == 0.0 or second == 0.0:
        return sight - area_of_leg(fx, fy, ground_s, path.xr, path.yr, ground_r, obstacles, work.crossings)
    bend = ground_at_end(path.xs, path.ys, ground_s, fx, fy, obstacles, work.crossings)
    below = area_of_leg(path.xs, path.ys, ground_s, fx, fy, bend, obstacles, work.crossings)
    return sight - below - area_of_leg(fx, fy, bend, path.xr, path.yr, ground_r, obstacles, work.crossings)


@kernel
def area_of_leg(
    x: float, y: float, z: float, xe: float, ye: float, ze: float, obstacles: Obstacles, crossings: Crossings
) -> float:
    """Area under a triangulated ground from (x, y), where it is z high, to (xe, ye), where it is ze high."""
    length = np.sqrt((xe - x) ** 2 + (ye - y) ** 2)
    if length == 0.0:
        return 0.0
    ux, uy = (xe - x) / length, (ye - y) / length
    found = find_edges(x, y, 0.0, ux, uy, length, 0.0, np.inf, 0.0, 0, obstacles, crossings)
    area, t = 0.0, 0.0
    for i in np.argsort(crossings.t[:found]):
        if obstacles.kind[obstacles.owner[crossings.edge[i]]] == TERRAIN:
            area += 0.5 * (z + crossings.z[i]) * (crossings.t[i] - t)
            t, z = crossings.t[i], crossings.z[i]
    return area + 0.5 * (z + ze) * (length - t)


@kernel
def ground_at_end(
    x: float, y: float, z: float, xe: float, ye: float, obstacles: Obstacles, crossings: Crossings
) -> float:
    """Height of a triangulated ground at (xe, ye), seen from (x, y), where it is z: straight between the edges on either side.

    Where no edge follows, the ground goes on level.
    """
    length = np.sqrt((xe - x) ** 2 + (ye - y) ** 2)
    ux, uy = (xe - x) / length, (ye - y) / length
    far = length + obstacles.origin[2] * (obstacles.cells.rows[0] + obstacles.cells.columns[0])
    found = find_edges(x, y, 0.0, ux, uy, far, 0.0, np.inf, 0.0, 0, obstacles, crossings)
    before, z_before, after, z_after = 0.0, z, np.inf, 0.0
    for i in range(found):
        t = crossings.t[i]
        if obstacles.kind[obstacles.owner[crossings.edge[i]]] != TERRAIN:
            continue
        if before <= t <= length:
            before, z_before = t, crossings.z[i]
        elif length < t < after:
            after, z_after = t, crossings.z[i]
    if after == np.inf:
        return z_before
    return z_before + (z_after - z_before) * (length - before) / (after - before)
