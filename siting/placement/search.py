"""The layout of most units that can be found and proved: patterns, their best parts put together, exact programs, and the bound.

Everything is deterministic but for the clock: the search ends by itself, and sooner where the time is up.
"""

from dataclasses import dataclass
from time import monotonic

import numpy as np

from kernels import footprints, packing
from siting.model import Floats, Ints, Poses, Status
from siting.placement.bound import space_bound, upper_bound
from siting.placement.density import Prices, prices
from siting.placement.full import SHORT
from siting.placement.neighbourhood import improved
from siting.placement.patterns import EXCHANGES, starts
from siting.placement.poses import lattice_of, some_of
from siting.placement.program import alone, relaxed, solve, whole

SMALL = 5_000  # poses that one integer program takes as a whole
FILLED = 6  # patterns filled up, those that pay least for most units first, and put together
NODES = 2_000
POOL_NODES = 60
WEIGHT = 0.3  # of what a unit takes of the limits against the unit itself, where parts are put together


@dataclass(frozen=True, eq=False)
class Found:
    """A legal layout, and what is known of all others.

    `status` is "optimal" where the bound says that no layout holds more, "open" where neither more was found nor the bound
    reached, "ended" where the time was up before. `price` (R,) is what each limit costs in units, 0 for those that stop nothing.
    """

    chosen: Ints
    bound: int
    status: Status
    price: Floats


def optimum(poses: Poses, load: Floats, start: Ints, enough: int, seconds: float) -> Found:
    """As many units as can be found under all limits, `enough` at most, and a number that no layout exceeds.

    Parameters
    ----------
    load : (P, R)
        What one unit at each pose takes of each limit; a layout is legal where no limit's sum is over 1.
    start : (n,)
        A legal layout, or none.
    seconds : float
        After which the search ends with what it has.
    """
    ends = monotonic() + seconds
    legal = np.flatnonzero(alone(load))
    counted, _ = upper_bound(poses, load, 1.0)
    rows = _may_bind(load[legal], space_bound(poses, alone(load)))
    some, part = some_of(poses, legal), np.ascontiguousarray(load[np.ix_(legal, rows)])
    first = np.searchsorted(legal, np.sort(start))
    chosen, bound, done, price = _searched(some, part, first, counted, enough, ends)
    bound = max(bound, len(chosen))
    every = np.zeros(load.shape[1])
    every[rows] = price
    status: Status = "open" if done else "ended"
    return Found(legal[np.sort(chosen)], bound, "optimal" if len(chosen) >= bound else status, every)


def quick(poses: Poses, load: Floats, start: Ints, enough: int) -> Found:
    """A legal layout that patterns give, at least the start, `enough` at most, with the bound that prices give at once."""
    legal = np.flatnonzero(alone(load))
    counted, row = upper_bound(poses, load, 1.0)
    every = np.zeros(load.shape[1])
    every[row if row >= 0 else []] = 1.0
    if len(start) >= counted or not len(legal):
        return Found(start, max(counted, len(start)), "optimal" if len(start) >= counted else "open", every)
    rows = _may_bind(load[legal], space_bound(poses, alone(load)))
    some, part = some_of(poses, legal), np.ascontiguousarray(load[np.ix_(legal, rows)])
    known = prices(some, part, 0, -np.inf)
    if len(start) < enough:
        start = np.sort(_most(start, legal[patterned(some, part, known.limit)[0]], enough))
    if whole(known.bound) < counted:
        counted = whole(known.bound)
        every[:] = 0.0
        every[rows] = known.limit
    counted = max(counted, len(start))
    return Found(start, counted, "optimal" if len(start) >= counted else "open", every)


def bounded(poses: Poses, load: Floats, goal: int, seconds: float) -> tuple[int, Floats]:
    """How many units no legal layout exceeds, and what each limit costs (R,); the time is used until `goal` is proved."""
    every = np.zeros(load.shape[1])
    legal = np.flatnonzero(alone(load))
    counted, row = upper_bound(poses, load, 1.0)
    rows = _may_bind(load[legal], space_bound(poses, alone(load)))
    if not len(rows) or counted <= goal:
        every[row if row >= 0 else []] = 1.0
        return counted, every
    known = prices(
        some_of(poses, legal), np.ascontiguousarray(load[np.ix_(legal, rows)]), goal, monotonic() + seconds
    )
    every[rows] = known.limit
    return min(counted, whole(known.bound)), every


def _may_bind(load: Floats, units: int) -> Ints:
    """Limits that as many units as there is space for could break, wherever they stand."""
    if not len(load) or not units:
        return np.zeros(0, np.int64)
    most = min(units, len(load))
    top = np.partition(load, len(load) - most, axis=0)[len(load) - most :]
    return np.flatnonzero(top.sum(axis=0) > SHORT)


def _searched(
    poses: Poses, load: Floats, start: Ints, counted: int, enough: int, ends: float
) -> tuple[Ints, int, bool, Floats]:
    """The stages in order, until the bound is reached: layout, bound, whether the search came to its end, prices."""
    price = np.zeros(load.shape[1])
    if len(start) >= min(counted, enough):
        return start, counted, True, price
    rough = prices(poses, load, 0, -np.inf)
    filled = patterned(poses, load, rough.limit)
    chosen = _most(start, filled[0] if filled else start, enough)
    if load.shape[1] and len(chosen) < min(counted, enough):
        lattice = lattice_of(poses, np.arange(len(poses)))
        grown = packing.grow(start[:0], load, lattice, min(counted, enough), SHORT, EXCHANGES)
        chosen, filled = _most(chosen, grown, enough), sorted([grown, *filled], key=len, reverse=True)
    known = rough if len(chosen) > rough.bound - 1 else prices(poses, load, len(chosen), ends)
    bound = min(counted, whole(known.bound))
    if len(chosen) < min(bound, enough):
        chosen = _most(chosen, mixed(poses, load, filled, known.limit, ends), enough)
    if len(chosen) >= min(bound, enough):
        return chosen, bound, True, known.limit
    if len(poses) <= SMALL:
        return _whole_program(poses, load, chosen, bound, known, enough, ends)
    chosen, done = improved(poses, load, chosen, known.limit, min(bound, enough), ends)
    return chosen, bound, done, known.limit


def _whole_program(
    poses: Poses, load: Floats, chosen: Ints, bound: int, known: Prices, enough: int, ends: float
) -> tuple[Ints, int, bool, Floats]:
    """One program of all poses: its relaxation first, which often is proof enough."""
    tight = relaxed(poses, load, ends - monotonic())
    price = known.limit if tight is None else tight.price
    bound = bound if tight is None else min(bound, whole(tight.bound))
    if len(chosen) >= min(bound, enough):
        return chosen, bound, True, price
    room = np.full(load.shape[1], SHORT)
    found = solve(poses, load, np.ones(len(poses)), room, len(chosen) + 1, ends - monotonic(), NODES)
    chosen = chosen if found.chosen is None else found.chosen[:enough]
    bound = whole(min(bound, max(found.bound, len(chosen))))
    return chosen, bound, found.done, price


def patterned(poses: Poses, load: Floats, price: Floats) -> list[Ints]:
    """Patterns cut down to the units that pay least, the best of them filled up; the best first."""
    if not len(poses):
        return []
    cost = load @ price if price.any() else load.max(axis=1, initial=0.0)
    lattice, order = lattice_of(poses, np.arange(len(poses))), np.argsort(cost, kind="stable")
    cut = sorted((_cut(start, load, cost, lattice) for start in starts(poses)), key=lambda c: _rank(c, cost))
    filled = [
        packing.drop_and_fill(c, load, order, lattice, len(poses), SHORT) for c in (*cut[:FILLED], order[:0])
    ]
    return sorted(filled, key=lambda c: _rank(c, cost))


def mixed(poses: Poses, load: Floats, layouts: list[Ints], price: Floats, ends: float) -> Ints:
    """The best parts of some layouts together, by an exact program of their poses alone; no worse than the first."""
    pool, cost = np.unique(np.concatenate(layouts)), load @ price
    top = cost[pool].max(initial=0.0)
    gain = 1.0 - WEIGHT / top * cost[pool] if top > 0 else np.ones(len(pool))
    room = np.full(load.shape[1], SHORT)
    least = len(layouts[0])
    found = solve(some_of(poses, pool), load[pool], gain, room, least, ends - monotonic(), POOL_NODES, 0.005)
    return layouts[0] if found.chosen is None else pool[found.chosen]


def _rank(chosen: Ints, cost: Floats) -> tuple[int, float]:
    return -len(chosen), float(cost[chosen].sum())


def _cut(start: Ints, load: Floats, cost: Floats, lattice: footprints.Lattice) -> Ints:
    """The units of a pattern that pay least, as many as are legal together."""
    order = start[np.argsort(cost[start], kind="stable")]
    return packing.drop_and_fill(start[:0], load, order, lattice, len(start), SHORT)


def _most(one: Ints, other: Ints, enough: int) -> Ints:
    return one if len(one) >= min(len(other), enough) else other[:enough]
