"""The shortest way out of a yard: among blocking lines from corner to corner, past all of them on one hand."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels.cache import kernel, lean, lean_inlined

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REACH_M = 2.5e-4  # blocking lines are longer by this at both ends, so that none passes where two touch
CORNER_M = 5e-4  # how far off a corner the way is tried
ASIDE = 1e-9  # a line nearer to an outline than this runs along it
TURNS = 3  # how often a way has crossed the ray: -1, 0, 1


class Search(NamedTuple):
    """Room for one search; a state is a corner with the crossings of the ray so far, three to a corner."""

    cost: Floats
    came: Ints
    waiting: Ints  # states that have been reached and not yet been gone on from
    bound: Floats  # of each of them: no way by it is shorter


@kernel
def make_search(corners: int) -> Search:
    """Room for a search among so many corners."""
    states = TURNS * (corners + 2)
    return Search(np.empty(states), np.empty(states, np.int64), np.empty(states, np.int64), np.empty(states))


@lean_inlined
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


@lean
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


@lean_inlined
def passes(dt: float, ds: float, corner: int, corners: Floats) -> bool:
    """Whether a line in the direction (dt, ds) passes a corner with the outline on one side; others are no part of a way."""
    back = dt * corners[corner, 5] - ds * corners[corner, 4]
    on = dt * corners[corner, 7] - ds * corners[corner, 6]
    near = ASIDE * (abs(dt) + abs(ds))
    return not ((back > near and on < -near) or (back < -near and on > near))


@lean
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

    Corners (n, 8) are their true place, the place a little off them where the way is tried, and the directions of the outline
    back and on; lengths along t count `stretch` times. A way that passes the other side crosses the ray from (ray_t, 0) to
    (ray_t, -infinity) once more one way than back.

    Returns
    -------
    int
        How many true corners of the way `chain` holds; -1 where there is no way out.
    """
    goal, start = corner_count, corner_count + 1
    for state in range(TURNS * (corner_count + 2)):
        search.cost[state] = np.inf
    search.cost[TURNS * start + 1] = 0.0
    search.waiting[0], search.bound[0] = TURNS * start + 1, 0.0
    waiting = 1
    final = TURNS * goal + 1
    while waiting > 0:
        least = 0
        for i in range(1, waiting):
            if search.bound[i] < search.bound[least]:
                least = i
        now = search.waiting[least]
        if now == final:
            return _trace(now, start, corners, search, chain)
        waiting -= 1
        search.waiting[least], search.bound[least] = search.waiting[waiting], search.bound[waiting]
        waiting = _spread_from(
            now, plan, stretch, ray_t, blocks, block_count, corners, corner_count, search, waiting
        )
    return -1


@lean_inlined
def _place(node: int, plan: float, corners: Floats, corner_count: int, first: int) -> tuple[float, float]:
    """Place of a corner, of the goal (the first after them) or of the start: the true one (first 0) or the tried one (2)."""
    if node == corner_count:
        return plan, 0.0
    if node > corner_count:
        return 0.0, 0.0
    return corners[node, first], corners[node, first + 1]


@lean
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
    waiting: int,
) -> int:
    """Offer every corner in sight the way by this one; returns how many states wait now."""
    node, turns = now // TURNS, now % TURNS - 1
    t, s = _place(node, plan, corners, corner_count, 0)
    pt, ps = _place(node, plan, corners, corner_count, 2)
    for other in range(corner_count + 1):
        if other == node:
            continue
        at, as_ = _place(other, plan, corners, corner_count, 0)
        if node < corner_count and not passes(at - t, as_ - s, node, corners):
            continue
        if other < corner_count and not passes(at - t, as_ - s, other, corners):
            continue
        qt, qs = _place(other, plan, corners, corner_count, 2)
        turn = turns
        if (pt < ray_t) != (qt < ray_t) and ps + (qs - ps) * (ray_t - pt) / (qt - pt) < 0.0:
            turn += 1 if pt < ray_t else -1
        if abs(turn) > 1:
            continue
        cost = search.cost[now] + np.sqrt(((at - t) * stretch) ** 2 + (as_ - s) ** 2)
        state = TURNS * other + turn + 1
        if cost >= search.cost[state] or not is_free(pt, ps, qt, qs, blocks, block_count):
            continue
        if search.cost[state] < np.inf:  # it waits already, or a way of the same length has gone on
            slot = 0
            while slot < waiting and search.waiting[slot] != state:
                slot += 1
        else:
            slot = waiting
        if slot == waiting:
            waiting += 1
        search.cost[state], search.came[state] = cost, now
        search.waiting[slot] = state
        search.bound[slot] = cost + np.sqrt(((plan - at) * stretch) ** 2 + as_ * as_)
    return waiting


@lean
def _trace(final: int, start: int, corners: Floats, search: Search, chain: Floats) -> int:
    """Write the true corners of the way found, from the source on."""
    count = 0
    k = search.came[final]
    while k // TURNS != start:
        count += 1
        k = search.came[k]
    k = search.came[final]
    for i in range(count - 1, -1, -1):
        corner = k // TURNS
        chain[i, 0], chain[i, 1] = corners[corner, 0], corners[corner, 1]
        k = search.came[k]
    return count
