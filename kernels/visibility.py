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
SLACK_M = 3e-3  # a way may turn away from an outline by so much: corners are tried a little off their places
SURE = 1e-6  # an outline seen at a lesser angle is straight ahead or behind
TURNS = 3  # how often a way has crossed the ray: -1, 0, 1


class Search(NamedTuple):
    """Room for one search; a state is a corner with the crossings of the ray so far, three to a corner."""

    cost: Floats
    came: Ints
    waiting: Ints  # states that have been reached and not yet been gone on from
    bound: Floats  # of each of them: no way by it is shorter
    column: Floats  # (8, n) the corners' values side by side, so that loops over corners vectorise
    ahead: Floats  # of each corner: no way from it to the goal is shorter
    offer: Floats  # cost of each by the corner that is gone on from; inf where that is no way


@kernel
def make_search(corners: int) -> Search:
    """Room for a search among so many corners."""
    states = TURNS * (corners + 2)
    return Search(
        np.empty(states),
        np.empty(states, np.int64),
        np.empty(states, np.int64),
        np.empty(states),
        np.empty((8, corners)),
        np.empty(corners),
        np.empty(corners),
    )


@lean_inlined
def put_block(blocks: Floats, n: int, at: float, as_: float, bt: float, bs: float) -> None:
    """Write a blocking line, made longer by REACH_M at both ends, into column n."""
    et, es = bt - at, bs - as_
    length = np.sqrt(et * et + es * es)
    if length > 0.0:
        et, es = et / length * REACH_M, es / length * REACH_M
    blocks[0, n], blocks[1, n], blocks[2, n], blocks[3, n] = at - et, as_ - es, bt + et, bs + es


@lean
def is_free(pt: float, ps: float, qt: float, qs: float, blocks: Floats, count: int) -> bool:
    """Whether none of the first `count` blocking lines (4, n) stands between p and q.

    All are tried and nothing branches: so many are tried side by side.
    """
    at, as_, bt, bs = blocks[0], blocks[1], blocks[2], blocks[3]
    dt, ds = qt - pt, qs - ps
    hits = 0
    for k in range(count):
        et, es = bt[k] - at[k], bs[k] - as_[k]
        a = dt * (as_[k] - ps) - ds * (at[k] - pt)
        b = dt * (bs[k] - ps) - ds * (bt[k] - pt)
        p = et * (ps - as_[k]) - es * (pt - at[k])
        q = et * (qs - as_[k]) - es * (qt - at[k])
        hits += ((a > 0.0) != (b > 0.0)) & ((p > 0.0) != (q > 0.0))
    return hits == 0


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
    for k in range(corner_count):
        for c in range(8):
            search.column[c, k] = corners[k, c]
        search.ahead[k] = np.sqrt(((plan - corners[k, 0]) * stretch) ** 2 + corners[k, 1] * corners[k, 1])
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
def _offer_from(now: int, t: float, s: float, stretch: float, corner_count: int, search: Search) -> None:
    """Fill search.offer: what each corner costs by this state, where a step turns at both ends and may be of a shorter way."""
    column, offer, ahead, node = search.column, search.offer, search.ahead, now // TURNS
    so_far, best = search.cost[now], search.cost[TURNS * corner_count + 1]
    bt, bs, nt, ns = 0.0, 0.0, 0.0, 0.0
    if node < corner_count:
        bt, bs, nt, ns = column[4, node], column[5, node], column[6, node], column[7, node]
    it, is_, hand = _come_by(now, t, s, corner_count, search)
    at, as_, back_t, back_s, on_t, on_s = column[0], column[1], column[4], column[5], column[6], column[7]
    for k in range(corner_count):
        dt, ds = at[k] - t, as_[k] - s
        near = ASIDE * (abs(dt) + abs(ds))
        back, on = dt * bs - ds * bt, dt * ns - ds * nt
        ends = ((back > near) & (on < -near)) | ((back < -near) & (on > near))
        back, on = dt * back_s[k] - ds * back_t[k], dt * on_s[k] - ds * on_t[k]
        ends |= ((back > near) & (on < -near)) | ((back < -near) & (on > near))
        turn = it * ds - is_ * dt
        ends |= (turn * hand < 0.0) & (turn * turn > SLACK_M * SLACK_M * ((it + dt) ** 2 + (is_ + ds) ** 2))
        cost = so_far + np.sqrt((dt * stretch) ** 2 + ds * ds)
        offer[k] = np.inf if ends | (cost + ahead[k] > best) else cost


@lean_inlined
def _come_by(now: int, t: float, s: float, corner_count: int, search: Search) -> tuple[float, float, float]:
    """The last step to a state, and its hand: 1 where it has the outline on its left, -1 on its right, 0 where it is not told.

    A shortest way turns towards the outline, or it would be shorter past that corner.
    """
    node, column = now // TURNS, search.column
    if node >= corner_count:
        return 0.0, 0.0, 0.0
    last = search.came[now] // TURNS
    ct, cs = (column[0, last], column[1, last]) if last < corner_count else (0.0, 0.0)
    it, is_ = t - ct, s - cs
    wt, ws = column[4, node] + column[6, node], column[5, node] + column[7, node]
    side, clear = it * ws - is_ * wt, SURE * (abs(it) + abs(is_)) * (abs(wt) + abs(ws))
    return it, is_, 1.0 if side > clear else -1.0 if side < -clear else 0.0


@lean_inlined
def _runs_into(node: int, dt: float, ds: float, corner_count: int, search: Search) -> bool:
    """Whether a line in the direction (dt, ds) from a corner has the outline on both sides: that is no part of a way."""
    if node >= corner_count:
        return False
    column = search.column
    back = dt * column[5, node] - ds * column[4, node]
    on = dt * column[7, node] - ds * column[6, node]
    near = ASIDE * (abs(dt) + abs(ds))
    return (back > near and on < -near) or (back < -near and on > near)


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
    _offer_from(now, t, s, stretch, corner_count, search)
    for other in range(corner_count + 1):
        if other == node:
            continue
        if other < corner_count:
            cost, ahead = search.offer[other], search.ahead[other]
        else:
            dt, ds, ahead = plan - t, -s, 0.0
            cost = search.cost[now] + np.sqrt((dt * stretch) ** 2 + ds * ds)
            if _runs_into(node, dt, ds, corner_count, search):
                continue
        if cost == np.inf:
            continue
        qt, qs = _place(other, plan, corners, corner_count, 2)
        turn = turns
        if (pt < ray_t) != (qt < ray_t) and ps + (qs - ps) * (ray_t - pt) / (qt - pt) < 0.0:
            turn += 1 if pt < ray_t else -1
        if abs(turn) > 1:
            continue
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
        search.bound[slot] = cost + ahead
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
