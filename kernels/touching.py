"""What hangs together in the plane of a way round: sections that touch there are gone round as one."""

import numpy as np

from kernels.cache import lean, lean_inlined
from kernels.obstacles import Obstacles
from kernels.outlines import touch
from kernels.plane import IN_PLANE_M, ends
from kernels.pool import OBJECT, SECTIONS, Frame, Pool
from kernels.sections import add_section


@lean
def add_cluster(
    e: int,
    leg: int,
    alone: bool,
    frame: Frame,
    z0: float,
    slope: float,
    obstacles: Obstacles,
    pool: Pool,
) -> None:
    """Add the section of edge e of a leg, and all that hangs together with it unless it is to be added `alone`."""
    p = pool.counts[SECTIONS]
    add_section(e, leg, frame, z0, slope, obstacles, pool)
    while p < pool.counts[SECTIONS]:
        o, stamp = pool.section[p, OBJECT], pool.turn[0] + p
        for own in range(obstacles.first[o], obstacles.first[o + 1]):
            if pool.member[leg, own] != stamp:
                continue
            for i in range(obstacles.touch_first[own], obstacles.touch_first[own + 1]):
                other = obstacles.touching[i]
                known = pool.member[leg, other] >= pool.turn[0]
                if known and pool.root[pool.member[leg, other] - pool.turn[0]] == pool.root[p]:
                    continue
                if (known or not alone) and touch_in_plane(own, other, frame, z0, slope, obstacles):
                    if known:
                        hang_together(p, pool.member[leg, other] - pool.turn[0], pool)
                    else:
                        add_section(other, leg, frame, z0, slope, obstacles, pool)
                        pool.root[pool.counts[SECTIONS] - 1] = pool.root[p]
        p += 1


@lean_inlined
def hang_together(p: int, q: int, pool: Pool) -> None:
    """Note that two sections hang together: all that do have the root of the lowest number."""
    root = pool.root
    low, high = min(root[p], root[q]), max(root[p], root[q])
    for k in range(pool.counts[SECTIONS]):
        if root[k] == high:
            root[k] = low


@lean_inlined
def touch_in_plane(e: int, f: int, frame: Frame, z0: float, slope: float, obstacles: Obstacles) -> bool:
    """Whether two edges that touch on the map do so above the plane."""
    ta, sa, tb, sb, whole = above_plane(e, frame, z0, slope, obstacles)
    tc, sc, td, sd, other = above_plane(f, frame, z0, slope, obstacles)
    return (whole and other) or (ta == ta and tc == tc and touch(ta, sa, tb, sb, tc, sc, td, sd))


@lean_inlined
def above_plane(
    e: int, frame: Frame, z0: float, slope: float, obstacles: Obstacles
) -> tuple[float, float, float, float, bool]:
    """Ends of an edge's part above the plane, nan where there is none, and whether that is all of it."""
    ta, sa, tb, sb = ends(e, frame, obstacles)
    over_a, over_b = obstacles.edge[e, 2] - z0 - slope * ta, obstacles.edge[e, 5] - z0 - slope * tb
    in_a, in_b = over_a > -IN_PLANE_M, over_b > -IN_PLANE_M
    if in_a and in_b:
        return ta, sa, tb, sb, True
    if not in_a and not in_b:
        return np.nan, np.nan, np.nan, np.nan, False
    share = over_a / (over_a - over_b)
    tc, sc = ta + (tb - ta) * share, sa + (sb - sa) * share
    if in_a:
        return ta, sa, tc, sc, False
    return tc, sc, tb, sb, False
