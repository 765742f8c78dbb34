"""Ways out of and into yards: past all that the line of sight crosses on one hand, past what joined later on either.

Sections that touch hang together. Between those that do not, and that the line of sight crosses one after the other, no way
passes; so all are passed on one hand where the way passes one place of them so.
"""

import numpy as np

from kernels.cache import lean, lean_inlined
from kernels.obstacles import Crossings
from kernels.pool import CORNERS, CROSSED, FIRST_LINE, LINES, SECTIONS, Pool
from kernels.visibility import put_block, shortest_way


@lean
def yard_way(plan: float, slope: float, bend: float, crossings: Crossings, pool: Pool) -> int:
    """The shortest way outside the pool from or to a place that it surrounds, into pool.chain; -1 where there is none.

    pool.order holds the crossings of the pool, in any order.
    """
    count = pool.counts[CROSSED]
    sort_crossings(count, crossings, pool)
    n, blocks, line = pool.counts[LINES], pool.blocks, pool.line
    for k in range(n):
        put_block(blocks, k, line[k, 0], line[k, 1], line[k, 2], line[k, 3])
    ray, after_source, before_receiver, nearest = 0.0, -np.inf, np.inf, np.inf
    for i in range(count):
        t, root = crossings.t[pool.order[i]], root_of(pool.order[i], bend, crossings, pool)
        behind, ahead = stands_beyond(root, plan, pool)
        if behind and not ahead:
            after_source = t
        elif ahead and not behind:
            before_receiver = min(before_receiver, t)
        if abs(t - 0.5 * plan) < nearest:
            nearest, ray = abs(t - 0.5 * plan), t
        if i == count - 1:
            break
        if (behind or ahead) and root == root_of(pool.order[i + 1], bend, crossings, pool):
            continue  # a yard's way out may lead there
        put_block(blocks, n, t, 0.0, crossings.t[pool.order[i + 1]], 0.0)
        n += 1
    if after_source > -np.inf:
        ray = after_source
    elif before_receiver < np.inf:
        ray = before_receiver
    stretch = np.sqrt(1.0 + slope * slope)
    return shortest_way(
        plan, stretch, ray, blocks, n, pool.corner, pool.counts[CORNERS], pool.search, pool.chain
    )


@lean_inlined
def root_of(k: int, bend: float, crossings: Crossings, pool: Pool) -> int:
    """Which sections crossing k is of: the lowest number of them."""
    return pool.root[pool.member[1 if crossings.t[k] < bend else 0, crossings.edge[k]] - pool.turn[0]]


@lean_inlined
def sort_crossings(count: int, crossings: Crossings, pool: Pool) -> None:
    """Sort pool.order by t."""
    order = pool.order
    for i in range(1, count):
        k, j = order[i], i
        while j > 0 and crossings.t[order[j - 1]] > crossings.t[k]:
            order[j] = order[j - 1]
            j -= 1
        order[j] = k


@lean_inlined
def last_line(p: int, pool: Pool) -> int:
    """The line behind those of a section."""
    return pool.section[p + 1, FIRST_LINE] if p + 1 < pool.counts[SECTIONS] else pool.counts[LINES]


@lean_inlined
def stands_beyond(root: int, plan: float, pool: Pool) -> tuple[bool, bool]:
    """Whether the line of sight made longer would meet these sections behind the source, and beyond the receiver."""
    behind = ahead = False
    for p in range(root, pool.counts[SECTIONS]):
        for k in range(pool.section[p, FIRST_LINE], last_line(p, pool) if pool.root[p] == root else 0):
            ta, sa, tb, sb = pool.line[k, 0], pool.line[k, 1], pool.line[k, 2], pool.line[k, 3]
            if (sa > 0.0) != (sb > 0.0):
                t = ta + (tb - ta) * (sa / (sa - sb))
                behind, ahead = behind or t < 0.0, ahead or t > plan
    return behind, ahead
