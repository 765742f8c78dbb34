"""The ways round what stands between source and receiver, in the plane through both that is level across (7.4; TR 17534-3, 5).

Coordinates are t along the line of sight and s across it, towards the side that is asked: the way passes everything in its pool
at greater s. The plane's height is z0 + slope t.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels.band import NO_WAY, Way
from kernels.cache import kernel, lean, lean_inlined
from kernels.obstacles import TERRAIN, WALL, Crossings, Obstacles
from kernels.pyramid import march
from kernels.visibility import CORNER_M, Search, make_search, shortest_way

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Frame = tuple[float, float, float, float, float, float]  # t = f0 + f1 x + f2 y, s = f3 + f4 x + f5 y

TOUCH_M = 1e-6
IN_PLANE_M = 1e-9
STEPS = 32  # as many steps of a way are remembered


class Pool(NamedTuple):
    """The objects that one way goes round, as far as they reach through its plane; `counts` says how many of each there are."""

    counts: Ints  # 0 lines, 1 corners, 2 ties, 3 steps
    line: Floats  # (n, 4) outlines: ta, sa, tb, sb
    corner: Floats  # (n, 8) where a way turns: its place, one a little off it, and the outline back and on
    tie: Floats  # (n, 4) lines between objects that are taken together
    step: Floats  # (n, 4) steps of earlier ways on this side, which meet nothing more
    cut: Floats  # where the plane leaves a roof
    member: Ints  # (2, O) the search in which an object on the path's last or first leg joined
    cluster: Ints  # (2, O) and a cluster of objects that touch
    chain: Floats  # (n, 2) the way's corners
    blocks: Floats  # (n, 4) all that stops a way in a yard
    search: Search
    turn: Ints  # (1,) number of this search
    cell: Ints  # room for a march
    enter: Floats
    leave: Floats


@kernel
def make_pool(obstacles: Obstacles, crossings: Crossings) -> Pool:
    """Room for the pools of one path."""
    edges = 2 * len(obstacles.edge) + 4  # two legs
    lines, corners = 2 * edges, 3 * edges
    return Pool(
        np.zeros(4, np.int64),
        np.empty((lines, 4)),
        np.empty((corners, 8)),
        np.empty((len(obstacles.kind) + 4, 4)),
        np.empty((STEPS, 4)),
        np.empty(edges),
        np.zeros((2, len(obstacles.kind)), np.int64),
        np.zeros((2, len(obstacles.kind)), np.int64),
        np.empty((corners + 2, 2)),
        np.empty((lines + len(obstacles.kind) + 8, 4)),
        make_search(corners),
        np.zeros(1, np.int64),
        np.empty_like(crossings.cell),
        np.empty_like(crossings.enter),
        np.empty_like(crossings.leave),
    )


@lean_inlined
def turn_frame(frame: Frame, side: float) -> Frame:
    """The frame whose s points to the left (side 1) or to the right (side -1)."""
    return frame[0], frame[1], frame[2], side * frame[3], side * frame[4], side * frame[5]


@lean_inlined
def clear_pool(pool: Pool) -> None:
    """Begin another way."""
    pool.counts[:] = 0
    pool.turn[0] += 1


@lean_inlined
def add_line(pool: Pool, ta: float, sa: float, tb: float, sb: float) -> None:
    """Add one outline."""
    n, line = pool.counts[0], pool.line
    line[n, 0], line[n, 1], line[n, 2], line[n, 3] = ta, sa, tb, sb
    pool.counts[0] = n + 1


@lean_inlined
def add_corner(
    pool: Pool, t: float, s: float, dt: float, ds: float, bt: float, bs: float, nt: float, ns: float
) -> None:
    """Add a corner with the direction out of its object and those of the outline back and on; zeros where it may be any."""
    n, corner = pool.counts[1], pool.corner
    corner[n, 0], corner[n, 1] = t, s
    corner[n, 2], corner[n, 3] = t + CORNER_M * dt, s + CORNER_M * ds
    corner[n, 4], corner[n, 5], corner[n, 6], corner[n, 7] = bt, bs, nt, ns
    pool.counts[1] = n + 1


@lean_inlined
def add_object(o: int, frame: Frame, z0: float, slope: float, obstacles: Obstacles, pool: Pool) -> None:
    """Add the part of an object that reaches through the plane."""
    f0, f1, f2, f3, f4, f5 = frame
    wall = obstacles.kind[o] == WALL
    cuts, edge, corner = 0, obstacles.edge, obstacles.corner
    for e in range(obstacles.first[o], obstacles.first[o + 1]):
        ta, sa = f0 + f1 * edge[e, 0] + f2 * edge[e, 1], f3 + f4 * edge[e, 0] + f5 * edge[e, 1]
        tb, sb = f0 + f1 * edge[e, 3] + f2 * edge[e, 4], f3 + f4 * edge[e, 3] + f5 * edge[e, 4]
        over_a, over_b = edge[e, 2] - z0 - slope * ta, edge[e, 5] - z0 - slope * tb
        in_a, in_b = over_a > -IN_PLANE_M, over_b > -IN_PLANE_M
        if not in_a and not in_b:
            continue
        dt, ds = f1 * corner[e, 0] + f2 * corner[e, 1], f4 * corner[e, 0] + f5 * corner[e, 1]
        bt, bs = f1 * corner[e, 2] + f2 * corner[e, 3], f4 * corner[e, 2] + f5 * corner[e, 3]
        if not in_a or not in_b:
            over_a, over_b = max(over_a, 0.0) if in_a else over_a, max(over_b, 0.0) if in_b else over_b
            share = over_a / (over_a - over_b)
            tc, sc = ta + (tb - ta) * share, sa + (sb - sa) * share
            if wall:  # the way turns where the plane leaves the wall's top
                sign = -1.0 if in_a else 1.0
                add_corner(pool, tc, sc, sign * dt, sign * ds, 0.0, 0.0, 0.0, 0.0)
            else:
                pool.cut[cuts] = sc
                cuts += 1
            if in_a:
                tb, sb = tc, sc
            else:
                ta, sa = tc, sc
        add_line(pool, ta, sa, tb, sb)
        if in_a and (dt != 0.0 or ds != 0.0):
            add_corner(pool, ta, sa, dt, ds, bt, bs, tb - ta, sb - sa)
        if wall and in_b:
            add_corner(pool, tb, sb, -dt, -ds, dt, ds, dt, ds)
    if cuts:
        close_cut(
            pool, cuts, (obstacles.edge[obstacles.first[o], 2] - z0) / slope, 1.0 if slope > 0.0 else -1.0
        )


@lean_inlined
def close_cut(pool: Pool, cuts: int, t: float, out: float) -> None:
    """Close the part of a roof that stands out of the plane along the line where the plane leaves it."""
    cut = pool.cut
    for k in range(1, cuts):
        s, i = cut[k], k
        while i > 0 and cut[i - 1] > s:
            cut[i] = cut[i - 1]
            i -= 1
        cut[i] = s
    for k in range(0, cuts - 1, 2):
        add_line(pool, t, cut[k], t, cut[k + 1])
        add_corner(pool, t, cut[k], 0.7 * out, -0.7, 0.0, 0.0, 0.0, 0.0)
        add_corner(pool, t, cut[k + 1], 0.7 * out, 0.7, 0.0, 0.0, 0.0, 0.0)


@lean_inlined
def hull_way(plan: float, pool: Pool) -> int:
    """The pool's hull on the side of greater s, from the source to the receiver, into pool.chain.

    Returns
    -------
    int
        How many corners it has; -1 where source or receiver is not on the hull.
    """
    lines, count = pool.line, pool.counts[0]
    t, s, corners = 0.0, 0.0, 0
    while True:
        bt, bs = plan, 0.0
        for k in range(2 * count):
            qt, qs = lines[k >> 1, 2 * (k & 1)], lines[k >> 1, 2 * (k & 1) + 1]
            cross = (bt - t) * (qs - s) - (bs - s) * (qt - t)
            far_b, far_q = (bt - t) ** 2 + (bs - s) ** 2, (qt - t) ** 2 + (qs - s) ** 2
            if far_q == 0.0:
                continue
            near = 1e-12 * np.sqrt(far_b * far_q)
            if cross > near or (cross > -near and far_q > far_b):
                bt, bs = qt, qs
        if corners == 0 and not _all_right(t, s, bt, bs, lines, count):
            return -1
        if bt == plan and bs == 0.0:
            return corners
        cross = (bt - t) * (0.0 - s) - (bs - s) * (0.0 - t)
        if (corners > 0 and cross > 0.0) or corners > 2 * count:
            return -1  # the hull comes back to the source's side without having met the receiver
        pool.chain[corners, 0], pool.chain[corners, 1] = bt, bs
        corners += 1
        t, s = bt, bs


@lean_inlined
def _all_right(t: float, s: float, bt: float, bs: float, lines: Floats, count: int) -> bool:
    """Whether all points lie to the right of the line from (t, s) to (bt, bs)."""
    for k in range(2 * count):
        qt, qs = lines[k >> 1, 2 * (k & 1)], lines[k >> 1, 2 * (k & 1) + 1]
        cross = (bt - t) * (qs - s) - (bs - s) * (qt - t)
        if cross > 1e-9 * (abs(bt - t) + abs(bs - s)) * (abs(qt - t) + abs(qs - s)):
            return False
    return True


@lean
def yard_way(plan: float, slope: float, first: float, last: float, pool: Pool) -> int:
    """The shortest way outside the pool from or to a place that it surrounds, into pool.chain; -1 where there is none.

    The line of sight from the first crossing to the last, `first` to `last` metres from the source, cannot be crossed.
    """
    n = 0
    for k in range(pool.counts[0]):
        for c in range(4):
            pool.blocks[n, c] = pool.line[k, c]
        n += 1
    for k in range(pool.counts[2]):
        for c in range(4):
            pool.blocks[n, c] = pool.tie[k, c]
        n += 1
    blocks = pool.blocks
    blocks[n, 0], blocks[n, 1], blocks[n, 2], blocks[n, 3] = first, 0.0, last, 0.0
    stretch = np.sqrt(1.0 + slope * slope)
    return shortest_way(
        plan,
        stretch,
        0.5 * (first + last),
        pool.blocks,
        n + 1,
        pool.corner,
        pool.counts[1],
        pool.search,
        pool.chain,
    )


@lean_inlined
def join_met(
    corners: int,
    plan: float,
    frame: Frame,
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
            pt, ps, qt, qs, k == 0, k == corners, frame, leg, touching, z0, slope, obstacles, pool
        ):
            met = True
    return met


@lean_inlined
def is_known(pt: float, ps: float, qt: float, qs: float, pool: Pool) -> bool:
    """Whether a step was part of an earlier way, so that all that it meets is in the pool; remembers it if not."""
    n, step = pool.counts[3], pool.step
    for k in range(n):
        if step[k, 0] == pt and step[k, 1] == ps and step[k, 2] == qt and step[k, 3] == qs:
            return True
    if n < STEPS:
        step[n, 0], step[n, 1], step[n, 2], step[n, 3] = pt, ps, qt, qs
        pool.counts[3] = n + 1
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
    leg: int,
    touching: bool,
    z0: float,
    slope: float,
    obstacles: Obstacles,
    pool: Pool,
) -> bool:
    """Take into the pool what the straight step from p to q crosses or touches."""
    f0, f1, f2, f3, f4, f5 = frame
    length = np.sqrt((qt - pt) ** 2 + (qs - ps) ** 2)
    if length == 0.0:
        return False
    dt, ds = (qt - pt) / length, (qs - ps) / length
    # the frame is a rotation, so its transpose leads back
    px, py = f1 * (pt - f0) + f4 * (ps - f3), f2 * (pt - f0) + f5 * (ps - f3)
    ux, uy = f1 * dt + f4 * ds, f2 * dt + f5 * ds
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
            at = touch_at(i, obstacles.line, px, py, ux, uy, low, high, z0 + slope * pt, rise)
            if at == at:
                o = obstacles.owner[obstacles.listed[i]]
                if pool.member[leg, o] == pool.turn[0] or obstacles.kind[o] == TERRAIN:
                    continue
                if touching and pool.cluster[leg, obstacles.cluster[o]] != pool.turn[0]:
                    continue
                pool.member[leg, o] = pool.turn[0]
                add_object(o, frame, z0, slope, obstacles, pool)
                met = True
                if not (is_first and is_last):
                    n, tie = pool.counts[2], pool.tie
                    tie[n, 0], tie[n, 1] = pt + at * dt, ps + at * ds
                    tie[n, 2], tie[n, 3] = (qt, qs) if is_first else (pt, ps)
                    pool.counts[2] = n + 1
    return met


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


@lean_inlined
def measure_way(corners: int, plan: float, slope: float, pool: Pool) -> Way:
    """Detour and length between first and last corner of the way in pool.chain; corners where it does not turn do not count."""
    stretch = np.sqrt(1.0 + slope * slope)
    kept = 0
    offset = 0.0
    t, s = 0.0, 0.0
    for k in range(corners):
        qt, qs = pool.chain[k, 0], pool.chain[k, 1]
        nt, ns = (pool.chain[k + 1, 0], pool.chain[k + 1, 1]) if k + 1 < corners else (plan, 0.0)
        turn = (qt - t) * (ns - qs) - (qs - s) * (nt - qt)
        if abs(turn) <= 1e-11 * (abs(qt - t) + abs(qs - s)) * (abs(nt - qt) + abs(ns - qs)):
            continue
        pool.chain[kept, 0], pool.chain[kept, 1] = qt, qs
        kept += 1
        t, s = qt, qs
        offset = max(offset, abs(qs))
    straight = plan * stretch
    if kept == 0:
        return Way(0.0, 0.0, 0.0, 0.0, 0.0)
    chain = pool.chain
    thickness = 0.0
    for k in range(1, kept):
        thickness += np.sqrt(
            ((chain[k, 0] - chain[k - 1, 0]) * stretch) ** 2 + (chain[k, 1] - chain[k - 1, 1]) ** 2
        )
    first = np.sqrt((chain[0, 0] * stretch) ** 2 + chain[0, 1] ** 2)
    last = np.sqrt(((plan - chain[kept - 1, 0]) * stretch) ** 2 + chain[kept - 1, 1] ** 2)
    return Way(max(first + thickness + last - straight, 0.0), first, last, thickness, offset)


@lean
def side_way(
    side: float,
    frame: Frame,
    mirrored: Frame,
    bend: float,
    plan: float,
    z0: float,
    slope: float,
    crossings: Crossings,
    count: int,
    obstacles: Obstacles,
    pool: Pool,
) -> Way:
    """The way round on one side (1 left, -1 right) of the walls and buildings among the first `count` crossings.

    Crossings before `bend` metres lie on a reflected path's first leg, which `mirrored` unfolds. What the way meets joins the
    pool; on a reflected path, whose way is no true line on the map, only what touches the pool.
    """
    clear_pool(pool)
    bent = bend > 0.0
    first, last = np.inf, -np.inf
    turned, turned_mirror = turn_frame(frame, side), turn_frame(mirrored, side)
    for k in range(count):
        o = obstacles.owner[crossings.edge[k]]
        if obstacles.kind[o] == TERRAIN or crossings.z[k] < z0 + slope * crossings.t[k] - IN_PLANE_M:
            continue
        first, last = min(first, crossings.t[k]), max(last, crossings.t[k])
        leg = 1 if crossings.t[k] < bend else 0
        if pool.member[leg, o] != pool.turn[0]:
            pool.member[leg, o] = pool.turn[0]
            pool.cluster[leg, obstacles.cluster[o]] = pool.turn[0]
            add_object(o, turned_mirror if leg == 1 else turned, z0, slope, obstacles, pool)
    while True:
        corners = hull_way(plan, pool)
        if corners < 0:
            corners = yard_way(plan, slope, first, last, pool)
        if corners < 0:
            return NO_WAY
        met = join_met(corners, plan, turned, 0, bent, z0, slope, obstacles, pool)
        if bent and join_met(corners, plan, turned_mirror, 1, True, z0, slope, obstacles, pool):
            met = True
        if not met:
            return measure_way(corners, plan, slope, pool)
