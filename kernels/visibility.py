"""The shortest way out of a yard: among blocking lines from corner to corner, past all of them on one hand."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels.cache import inlined, kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REACH_M = 2.5e-4  # blocking lines are longer by this at both ends, so that none passes where two touch
CORNER_M = 5e-4  # how far off a corner the way is tried
TURNS = 3  # how often a way has crossed the ray: -1, 0, 1


class Search(NamedTuple):
    """Room for one search; a state is a corner with the crossings of the ray so far, three to a corner."""

    cost: Floats
    came: Ints
    done: NDArray[np.bool_]
    state: Ints


@kernel
def make_search(corners: int) -> Search:
    """Room for a search among so many corners."""
    states = TURNS * (corners + 2)
    return Search(
        np.empty(states),
        np.empty(states, np.int64),
        np.empty(states, np.bool_),
        np.empty(states, np.int64),
    )


@inlined
def crosses(
    pt: float, ps: float, qt: float, qs: float, at: float, as_: float, bt: float, bs: float, reach: float
) -> bool:
    """Whether the line p to q crosses the line a to b made longer by `reach` at both ends."""
    et, es = bt - at, bs - as_
    length = np.sqrt(et * et + es * es)
    if length == 0.0:
        return False
    et, es = et / length * reach, es / length * reach
    at, as_, bt, bs = at - et, as_ - es, bt + et, bs + es
    dt, ds = qt - pt, qs - ps
    a = dt * (as_ - ps) - ds * (at - pt)
    b = dt * (bs - ps) - ds * (bt - pt)
    if (a > 0.0) == (b > 0.0):
        return False
    p = (bt - at) * (ps - as_) - (bs - as_) * (pt - at)
    q = (bt - at) * (qs - as_) - (bs - as_) * (qt - at)
    return (p > 0.0) != (q > 0.0)


@kernel
def is_free(pt: float, ps: float, qt: float, qs: float, blocks: Floats, count: int) -> bool:
    """Whether none of the first `count` blocking lines (n, 4) stands between p and q."""
    low_t, high_t = min(pt, qt) - REACH_M, max(pt, qt) + REACH_M
    low_s, high_s = min(ps, qs) - REACH_M, max(ps, qs) + REACH_M
    for k in range(count):
        at, as_, bt, bs = blocks[k, 0], blocks[k, 1], blocks[k, 2], blocks[k, 3]
        if max(at, bt) < low_t or min(at, bt) > high_t or max(as_, bs) < low_s or min(as_, bs) > high_s:
            continue
        if crosses(pt, ps, qt, qs, at, as_, bt, bs, REACH_M):
            return False
    return True


@kernel
def shortest_way(
    plan: float,
    stretch: float,
    ray_t: float,
    blocks: Floats,
    block_count: int,
    corners: Floats,
    corner_count: int,
    search: Search,
    chain: Floats,
) -> int:
    """The shortest way from (0, 0) to (plan, 0) that no blocking line stands in and that does not wind round (ray_t, -inf).

    Corners (n, 4) are their true place and the place a little off them where the way is tried; lengths along t count `stretch`
    times. A way that passes the other side crosses the ray from (ray_t, 0) to (ray_t, -infinity) once more one way than back.

    Returns
    -------
    int
        How many true corners of the way `chain` holds; -1 where there is no way out.
    """
    goal, start = corner_count, corner_count + 1
    states = TURNS * (corner_count + 2)
    search.cost[:states] = np.inf
    search.done[:states] = False
    search.cost[TURNS * start + 1] = 0.0
    final = TURNS * goal + 1
    while True:
        now, least = -1, np.inf
        for k in range(states):
            if not search.done[k] and search.cost[k] < np.inf:
                t, s = _place(k // TURNS, plan, corners, corner_count)
                bound = search.cost[k] + np.sqrt(((plan - t) * stretch) ** 2 + s * s)
                if bound < least:
                    now, least = k, bound
        if now < 0:
            return -1
        if now == final:
            return _trace(now, start, corners, search, chain)
        search.done[now] = True
        _spread_from(now, plan, stretch, ray_t, blocks, block_count, corners, corner_count, search)


@inlined
def _place(node: int, plan: float, corners: Floats, corner_count: int) -> tuple[float, float]:
    """True place of a corner, of the goal (the first after them) or of the start."""
    if node == corner_count:
        return plan, 0.0
    if node > corner_count:
        return 0.0, 0.0
    return corners[node, 0], corners[node, 1]


@inlined
def _tried(node: int, plan: float, corners: Floats, corner_count: int) -> tuple[float, float]:
    """Where a way by this corner is tried for blocking lines."""
    if node == corner_count:
        return plan, 0.0
    if node > corner_count:
        return 0.0, 0.0
    return corners[node, 2], corners[node, 3]


@kernel
def _spread_from(
    now: int,
    plan: float,
    stretch: float,
    ray_t: float,
    blocks: Floats,
    block_count: int,
    corners: Floats,
    corner_count: int,
    search: Search,
) -> None:
    """Offer every corner in sight the way by this one."""
    node, turns = now // TURNS, now % TURNS - 1
    t, s = _place(node, plan, corners, corner_count)
    pt, ps = _tried(node, plan, corners, corner_count)
    for other in range(corner_count + 1):
        if other == node:
            continue
        qt, qs = _tried(other, plan, corners, corner_count)
        turn = turns
        if (pt < ray_t) != (qt < ray_t) and ps + (qs - ps) * (ray_t - pt) / (qt - pt) < 0.0:
            turn += 1 if pt < ray_t else -1
        if abs(turn) > 1:
            continue
        at, as_ = _place(other, plan, corners, corner_count)
        cost = search.cost[now] + np.sqrt(((at - t) * stretch) ** 2 + (as_ - s) ** 2)
        state = TURNS * other + turn + 1
        if search.done[state] or cost >= search.cost[state]:
            continue
        if is_free(pt, ps, qt, qs, blocks, block_count):
            search.cost[state] = cost
            search.came[state] = now


@kernel
def _trace(final: int, start: int, corners: Floats, search: Search, chain: Floats) -> int:
    """Write the true corners of the way found, from the source on."""
    count = 0
    k = search.came[final]
    while k // TURNS != start:
        search.state[count] = k // TURNS
        count += 1
        k = search.came[k]
    for i in range(count):
        corner = search.state[count - 1 - i]
        chain[i, 0], chain[i, 1] = corners[corner, 0], corners[corner, 1]
    return count
