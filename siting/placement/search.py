"""The layout of most units that can be found and proved: patterns, greedy growth, exact programs, and the bound.

Everything is deterministic but for the clock: the search ends by itself, and sooner where the time is up.
"""

from dataclasses import dataclass, replace
from time import monotonic

import numpy as np

from kernels import packing
from siting.model import Floats, Ints, Poses, Status
from siting.placement.bound import space_bound, upper_bound
from siting.placement.cells import cell_prices
from siting.placement.full import SHORT
from siting.placement.patterns import EXCHANGES, patterned
from siting.placement.poses import lattice_of, some_of
from siting.placement.prices import THIN, Priced, prices
from siting.placement.program import WHOLE, alone, solve, whole

LEAST_S = 1.0  # for the bound, even where the time is up
POOL = 3_000  # poses of a program that is to find one unit more on a larger lattice
NODES, FEW_NODES = 2_000, 30  # of a program that is proof, and of one that is not
POOLED, POOL_NODES = 7, 60  # layouts put together, and nodes of the program that does it
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


@dataclass(frozen=True, eq=False)
class Field:
    """Poses that are legal alone, `legal` of all P, and what they take of the limits that can bind, `rows` of all R."""

    legal: Ints
    rows: Ints
    poses: Poses
    load: Floats  # (legal, rows)
    counted: int  # units that no layout exceeds, by counting
    counted_by: int  # the limit that says so, -1: space


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
    field = _field(poses, load)
    first = np.searchsorted(field.legal, np.sort(start))
    chosen, bound, price = _searched(field, first, enough, ends)
    bound = max(bound, len(chosen))
    status: Status = "optimal" if len(chosen) >= bound else "open" if monotonic() < ends else "ended"
    return Found(field.legal[np.sort(chosen)], bound, status, _of_all(field, load, price))


def quick(poses: Poses, load: Floats, start: Ints, enough: int, tried: Ints | None = None) -> Found:
    """A legal layout that patterns and growth give, at least the start, `enough` at most, with the bound of the cells' prices.

    Parameters
    ----------
    tried : (n,), optional
        A layout that may break a limit: what is left of it without the units that do is one more pattern.
    """
    field = _field(poses, load)
    bound, price = field.counted, _by_count(field)
    if len(start) < min(bound, enough):
        known = cell_prices(field.poses, field.load)
        if whole(known.bound) < bound:
            bound, price = whole(known.bound), known.limit
        some = None if tried is None else np.flatnonzero(np.isin(field.legal, tried))
        best = patterned(field.poses, field.load, known.limit, some)[0]
        start = np.sort(_most(start, field.legal[_grown(field, best, min(bound, enough))], enough))
    bound = max(bound, len(start))
    return Found(start, bound, "optimal" if len(start) >= bound else "open", _of_all(field, load, price))


def bounded(poses: Poses, load: Floats, goal: int, seconds: float) -> tuple[int, Floats]:
    """How many units no legal layout exceeds, and what each limit costs (R,); the time is used until `goal` is proved."""
    field = _field(poses, load)
    bound, price = field.counted, _by_count(field)
    if bound > goal and len(field.rows):
        known = cell_prices(field.poses, field.load)
        if known.bound >= goal + 1 and seconds > 0:
            better = prices(field.poses, field.load, known, goal, monotonic() + seconds)
            known = replace(known, bound=better.bound, limit=better.limit)
        if whole(known.bound) < bound:
            bound, price = whole(known.bound), known.limit
    return bound, _of_all(field, load, price)


def _field(poses: Poses, load: Floats) -> Field:
    fits = alone(load)
    legal = np.flatnonzero(fits)
    counted, row = upper_bound(poses, load, 1.0)
    rows = _may_bind(load[legal], space_bound(poses, fits))
    if row >= 0:
        rows = np.union1d(rows, [row])
    part = load if len(legal) == len(load) and len(rows) == load.shape[1] else load[np.ix_(legal, rows)]
    by = int(np.searchsorted(rows, row)) if row >= 0 else -1
    return Field(legal, rows, some_of(poses, legal), np.ascontiguousarray(part), counted, by)


def _may_bind(load: Floats, units: int) -> Ints:
    """Limits that as many units as there is space for could break, wherever they stand."""
    if not len(load) or not units:
        return np.zeros(0, np.int64)
    most = min(units, len(load))
    top = np.partition(load, len(load) - most, axis=0)[len(load) - most :]
    return np.flatnonzero(top.sum(axis=0) > SHORT)


def _by_count(field: Field) -> Floats:
    price = np.zeros(len(field.rows))
    price[[field.counted_by] if field.counted_by >= 0 else []] = 1.0
    return price


def _of_all(field: Field, load: Floats, price: Floats) -> Floats:
    every = np.zeros(load.shape[1])
    every[field.rows] = price
    return every


def _searched(field: Field, start: Ints, enough: int, ends: float) -> tuple[Ints, int, Floats]:
    """The stages in order, until the bound is reached: layout, bound, prices."""
    poses, load, bound = field.poses, field.load, field.counted
    if len(start) >= min(bound, enough):
        return start, bound, _by_count(field)
    rough = cell_prices(poses, load)
    grown = _grown(field, start[:0], min(bound, enough))
    layouts = _ranked([grown, *patterned(poses, load, rough.limit)])
    chosen = _most(start, layouts[0], enough)
    known = prices(poses, load, rough, len(chosen), max(ends, monotonic() + LEAST_S))
    bound = min(bound, whole(known.bound))
    if len(chosen) < min(bound, enough):
        layouts = _ranked([*layouts, *patterned(poses, load, known.limit), _rounded(field, known, bound)])
        chosen = _most(chosen, mixed(poses, load, layouts[:POOLED], known.limit, ends), enough)
    chosen, bound = _of_the_cheapest(field, known, chosen, bound, enough, ends)
    return chosen, bound, known.limit


def _of_the_cheapest(
    field: Field, known: Priced, chosen: Ints, bound: int, enough: int, ends: float
) -> tuple[Ints, int]:
    """One unit more, as long as there is one, of the poses that cost least: layout and bound.

    Where no other pose can be in a layout of so many units, what the program proves holds for all.
    """
    while len(chosen) < min(bound, enough):
        units = len(chosen) + 1
        pool = np.flatnonzero(known.cost <= known.bound - units + WHOLE)
        every = len(pool) <= THIN
        pool = pool if every else np.sort(pool[np.argsort(known.cost[pool], kind="stable")[:POOL]])
        if len(pool) < units:
            return chosen, len(chosen)
        found = solve(
            some_of(field.poses, pool), field.load[pool], np.ones(len(pool)), np.full(len(field.rows), SHORT), units,
            ends - monotonic(), NODES if every else FEW_NODES,
        )  # fmt: skip
        if every:  # a bound of -inf: there is none
            bound = min(bound, max(whole(found.bound), len(chosen)))
        if found.chosen is None:
            return chosen, bound
        chosen = pool[found.chosen[:enough]]
    return chosen, bound


def _grown(field: Field, start: Ints, most: int) -> Ints:
    """Greedy with exchanges: a unit more where the fullest limit stays emptiest, as long as moving others makes room."""
    if not len(field.rows) or len(start) >= most:
        return start
    lattice = lattice_of(field.poses, np.arange(len(field.poses)))
    return packing.grow(np.sort(start), field.load, lattice, most, SHORT, EXCHANGES)


def _rounded(field: Field, known: Priced, most: int) -> Ints:
    """Poses that hold most of a unit where units may be divided, then the cheapest, then greedy."""
    lattice = lattice_of(field.poses, np.arange(len(field.poses)))
    order = known.thin[np.argsort(-known.value, kind="stable")[: int((known.value > 0).sum())]]
    rest = np.argsort(field.load @ known.limit, kind="stable")
    nothing, count = order[:0], len(field.poses)
    laid = packing.drop_and_fill(nothing, field.load, order, lattice, count, SHORT)
    return _grown(field, packing.drop_and_fill(laid, field.load, rest, lattice, count, SHORT), most)


def mixed(poses: Poses, load: Floats, layouts: list[Ints], price: Floats, ends: float) -> Ints:
    """The best parts of some layouts together, by an exact program of their poses alone; no worse than the first."""
    pool, cost = np.unique(np.concatenate(layouts)), load @ price
    top = cost[pool].max(initial=0.0)
    gain = 1.0 - WEIGHT / top * cost[pool] if top > 0 else np.ones(len(pool))
    room = np.full(load.shape[1], SHORT)
    least = len(layouts[0])
    found = solve(some_of(poses, pool), load[pool], gain, room, least, ends - monotonic(), POOL_NODES, 0.005)
    return layouts[0] if found.chosen is None else pool[found.chosen]


def _ranked(layouts: list[Ints]) -> list[Ints]:
    return sorted(layouts, key=len, reverse=True)


def _most(one: Ints, other: Ints, enough: int) -> Ints:
    return one if len(one) >= min(len(other), enough) else other[:enough]
