"""Ways along the hull of a pool, and how long a way is."""

import numpy as np

from kernels.band import Way
from kernels.cache import lean_inlined
from kernels.pool import LINES, Floats, Pool

IN_LINE = 1e-12  # what is seen at a lesser angle is in line
SAME_M2 = 1e-16  # points that are no farther apart, squared, are one: a corner on the mirror's line is in both legs' frames


@lean_inlined
def hull_way(plan: float, pool: Pool) -> int:
    """The pool's hull on the side of greater s, from the source to the receiver, into pool.chain.

    Returns
    -------
    int
        How many corners it has; -1 where source or receiver is not on the hull.
    """
    lines, count = pool.line, pool.counts[LINES]
    t, s, corners = 0.0, 0.0, 0
    while True:
        bt, bs, at_end = plan, 0.0, True
        dt, ds = plan - t, -s
        far = dt * dt + ds * ds
        for k in range(count):
            qt, qs = lines[k, 0] - t, lines[k, 1] - s
            cross, far_q = dt * qs - ds * qt, qt * qt + qs * qs
            near = IN_LINE * IN_LINE * far * far_q
            straight_on = (
                not at_end and cross * cross <= near and far_q > far
            )  # not beyond an end at a facade
            if far_q > SAME_M2 and ((cross > 0.0 and cross * cross > near) or straight_on):
                at_end = False
                bt, bs, dt, ds, far = lines[k, 0], lines[k, 1], qt, qs, far_q
        if corners == 0 and not _all_right(t, s, bt, bs, lines, count):
            return -1
        if bt == plan and bs == 0.0:
            return corners
        cross = (bt - t) * (0.0 - s) - (bs - s) * (0.0 - t)
        if (corners > 0 and cross > 0.0) or corners > count:
            return -1  # the hull comes back to the source's side without having met the receiver
        pool.chain[corners, 0], pool.chain[corners, 1] = bt, bs
        corners += 1
        t, s = bt, bs


@lean_inlined
def _all_right(t: float, s: float, bt: float, bs: float, lines: Floats, count: int) -> bool:
    """Whether all points lie to the right of the line from (t, s) to (bt, bs)."""
    for k in range(count):
        qt, qs = lines[k, 0], lines[k, 1]
        cross = (bt - t) * (qs - s) - (bs - s) * (qt - t)
        if cross > 1e-9 * (abs(bt - t) + abs(bs - s)) * (abs(qt - t) + abs(qs - s)):
            return False
    return True


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
