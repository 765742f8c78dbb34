"""What a way round meets, and so has to be gone round too."""

import numpy as np

from kernels.cache import lean_inlined
from kernels.obstacles import TERRAIN, Obstacles
from kernels.plane import IN_PLANE_M, ends
from kernels.pool import MOST_STEPS, STEPS, Floats, Frame, Pool
from kernels.pyramid import march
from kernels.touching import add_cluster

TOUCH_M = 1e-6  # a way that comes this close touches
STRAIGHT_M = 1e-5  # what is this close to the line of a surface that reflects is part of it


@lean_inlined
def join_met(
    corners: int,
    plan: float,
    frame: Frame,
    mirrored: Frame,
    leg: int,
    touching: bool,
    z0: float,
    slope: float,
    obstacles: Obstacles,
    pool: Pool,
) -> bool:
    """Take into the pool what the way meets, or only what also touches the pool; returns whether there was anything."""
    met = False
    for k in range(corners + 1):
        pt, ps = (pool.chain[k - 1, 0], pool.chain[k - 1, 1]) if k > 0 else (0.0, 0.0)
        qt, qs = (pool.chain[k, 0], pool.chain[k, 1]) if k < corners else (plan, 0.0)
        if not touching and is_known(pt, ps, qt, qs, pool):
            continue
        if join_on_step(
            pt, ps, qt, qs, k == 0, k == corners, frame, mirrored, leg, touching, z0, slope, obstacles, pool
        ):
            met = True
    return met


@lean_inlined
def is_known(pt: float, ps: float, qt: float, qs: float, pool: Pool) -> bool:
    """Whether a step was part of an earlier way, so that all that it meets is in the pool; remembers it if not."""
    n, step = pool.counts[STEPS], pool.step
    for k in range(n):
        if step[k, 0] == pt and step[k, 1] == ps and step[k, 2] == qt and step[k, 3] == qs:
            return True
    if n < MOST_STEPS:
        step[n, 0], step[n, 1], step[n, 2], step[n, 3] = pt, ps, qt, qs
        pool.counts[STEPS] = n + 1
    return False


@lean_inlined
def join_on_step(
    pt: float,
    ps: float,
    qt: float,
    qs: float,
    is_first: bool,
    is_last: bool,
    frame: Frame,
    mirrored: Frame,
    leg: int,
    touching: bool,
    z0: float,
    slope: float,
    obstacles: Obstacles,
    pool: Pool,
) -> bool:
    """Take into the pool what the straight step from p to q crosses or touches."""
    x, y, t, tx, ty, sx, sy = frame
    length = np.sqrt((qt - pt) ** 2 + (qs - ps) ** 2)
    if length == 0.0:
        return False
    dt, ds = (qt - pt) / length, (qs - ps) / length
    # the frame is a rotation, so its transpose leads back
    px, py = x + tx * (pt - t) + sx * ps, y + ty * (pt - t) + sy * ps
    ux, uy = tx * dt + sx * ds, ty * dt + sy * ds
    x0, y0, size = obstacles.origin
    visited = march(
        obstacles.cells,
        (px - TOUCH_M * ux - x0) / size,
        (py - TOUCH_M * uy - y0) / size,
        (px + (length + TOUCH_M) * ux - x0) / size,
        (py + (length + TOUCH_M) * uy - y0) / size,
        z0 + slope * pt,
        z0 + slope * qt,
        1e-5,
        pool.cell,
        pool.enter,
        pool.leave,
    )
    # next to source and receiver a wall may stand that the way does not pass
    low, high = TOUCH_M if is_first else -TOUCH_M, length - TOUCH_M if is_last else length + TOUCH_M
    rise = slope * dt
    met = False
    for k in range(visited):
        cell = pool.cell[k]
        for i in range(obstacles.start[cell], obstacles.start[cell + 1]):
            e = obstacles.listed[i]
            if pool.member[leg, e] >= pool.turn[0]:
                continue
            at = touch_at(i, obstacles.line, px, py, ux, uy, low, high, z0 + slope * pt, rise)
            if at == at:
                o = obstacles.owner[e]
                if obstacles.kind[o] == TERRAIN:
                    continue
                if touching and (
                    pool.cluster[leg, obstacles.cluster[o]] != pool.turn[0]
                    or lies_on_mirror(e, frame, mirrored, obstacles)
                ):
                    continue
                add_cluster(e, leg, touching, frame, z0, slope, obstacles, pool)
                met = True
    return met


@lean_inlined
def lies_on_mirror(e: int, frame: Frame, mirrored: Frame, obstacles: Obstacles) -> bool:
    """Whether an edge lies on the line at which the path is reflected: both legs' frames have it at one place."""
    ta, sa, tb, sb = ends(e, frame, obstacles)
    ua, va, ub, vb = ends(e, mirrored, obstacles)
    return max(abs(ta - ua), abs(sa - va), abs(tb - ub), abs(sb - vb)) < 2.0 * STRAIGHT_M


@lean_inlined
def touch_at(
    i: int,
    line: Floats,
    px: float,
    py: float,
    ux: float,
    uy: float,
    low: float,
    high: float,
    z: float,
    rise: float,
) -> float:
    """Where between low and high metres along the line from p edge i stands in its way at its height; nan where it does not."""
    ax, ay, bx, by = line[i, 0] - px, line[i, 1] - py, line[i, 3] - px, line[i, 4] - py
    a_side, b_side = ux * ay - uy * ax, ux * by - uy * bx
    if min(a_side, b_side) > TOUCH_M or max(a_side, b_side) < -TOUCH_M:
        return np.nan
    ta, tb = ux * ax + uy * ay, ux * bx + uy * by
    if abs(a_side) <= TOUCH_M and abs(b_side) <= TOUCH_M:  # along the line
        at = min(max(min(ta, tb), low), high)
        if max(ta, tb) < low or min(ta, tb) > high:
            return np.nan
        return at if max(line[i, 2], line[i, 5]) > z + rise * at - IN_PLANE_M else np.nan
    share = min(max(a_side / (a_side - b_side), 0.0), 1.0)
    at = ta + (tb - ta) * share
    if at < low or at > high:
        return np.nan
    return at if line[i, 2] + (line[i, 5] - line[i, 2]) * share > z + rise * at - IN_PLANE_M else np.nan
