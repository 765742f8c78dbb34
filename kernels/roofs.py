"""Roofs that lie above the plane of a way round as a whole: their outlines without the hollows that no way leads into."""

import numpy as np

from kernels.cache import lean, lean_inlined
from kernels.hollows import lies_in
from kernels.obstacles import Obstacles
from kernels.plane import IN_PLANE_M, ends, outwards
from kernels.pool import CORNERS, LINES, SECTIONS, Frame, Pool, add_corner, add_line

MOUTH = -1  # a line that is no edge but leads across a hollow


@lean_inlined
def add_roof(
    o: int, leg: int, frame: Frame, z0: float, slope: float, obstacles: Obstacles, pool: Pool
) -> bool:
    """Add a roof that lies above the plane as a whole, without hollows that hold no end of the way.

    Returns False, and adds nothing, where it does not.
    """
    lines, corners = pool.counts[LINES], pool.counts[CORNERS]
    first, stop = obstacles.first[o], obstacles.first[o + 1]
    room = obstacles.edge[first, 2] - z0
    begin, k = lines, first
    while k < stop:
        e, after = obstacles.walk[k], obstacles.beyond[k]
        if obstacles.ring[e] == k and k > first:
            add_corners(begin, frame, obstacles, pool)
            begin = pool.counts[LINES]
        ta, sa, tb, sb = ends(e, frame, obstacles)
        if room - slope * ta <= -IN_PLANE_M:
            pool.counts[LINES], pool.counts[CORNERS] = lines, corners
            return False
        n = pool.counts[LINES]
        if after == 0 or holds_end(k, obstacles, pool):
            pool.cut_edge[n] = e
            add_line(pool, ta, sa, tb, sb)
            k += 1
        elif after > 0:
            _, _, tb, sb = ends(obstacles.walk[after - 1], frame, obstacles)
            pool.cut_edge[n] = MOUTH
            add_line(pool, ta, sa, tb, sb)
            k = after
        else:
            k = -after
    add_corners(begin, frame, obstacles, pool)
    for e in range(first, stop):
        pool.member[leg, e] = pool.turn[0] + pool.counts[SECTIONS] - 1
    return True


@lean_inlined
def holds_end(k: int, obstacles: Obstacles, pool: Pool) -> bool:
    """Whether the way may begin or end in the hollow that begins at place k of the walk."""
    box, at = obstacles.hollow[k], pool.ends
    return lies_in(box, at[0], at[1]) or lies_in(box, at[2], at[3])


@lean
def add_corners(begin: int, frame: Frame, obstacles: Obstacles, pool: Pool) -> None:
    """Add the corners of the ring that the lines from `begin` on make; pool.cut_edge has their edges, or MOUTH."""
    line, edge, stop = pool.line, pool.cut_edge, pool.counts[LINES]
    for k in range(begin, stop):
        before, e = k - 1 if k > begin else stop - 1, edge[k]
        ta, sa = line[k, 0], line[k, 1]
        bt, bs, nt, ns = line[before, 0] - ta, line[before, 1] - sa, line[k, 2] - ta, line[k, 3] - sa
        dt = ds = 0.0
        if e == MOUTH or edge[before] == MOUTH:
            back, on = np.sqrt(bt * bt + bs * bs), np.sqrt(nt * nt + ns * ns)
            dt, ds = -bt / back - nt / on, -bs / back - ns / on
            size = np.sqrt(dt * dt + ds * ds)
            if size > 0.0:
                dt, ds = dt / size, ds / size
        else:
            dt, ds, _, _ = outwards(e, frame, obstacles)
        if dt != 0.0 or ds != 0.0:
            add_corner(pool, ta, sa, dt, ds, bt, bs, nt, ns)
