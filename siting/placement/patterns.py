"""Layouts found quickly: patterns of rows, the loudest poses dropped, the gaps filled, units moved about."""

import numpy as np

from kernels import footprints, packing
from siting.model import Floats, Ints, Poses
from siting.placement.full import SHORT
from siting.placement.poses import lattice_of

EXCHANGES = 20
GROWN = 50  # up to so many units, others are moved to make room for one more
MOST_UNITS = 250  # 50 MW of 200 kW units: the search for as many as allowed ends there; a number asked for may be larger
FILLED = 6  # patterns filled up, those that pay least for most units first
PATTERNS = 2  # starts of the search, the fullest first: four or ten found no more on 250 Cambridge lots


def most(poses: Poses, load: Floats, full: float, bound: int | None = None, patterns: int = PATTERNS) -> Ints:
    """The largest legal layout that patterns + drop + fill find, `MOST_UNITS` at most; ties: the lowest fullest row.

    Parameters
    ----------
    load : (P, R)
        What one unit at each pose puts on each row; a layout is legal where no row's sum is over `full`.
    bound : int, optional
        The upper bound; the search ends when it is reached.
    patterns : int
        How many of the fullest patterns are tried.
    """
    full *= SHORT
    legal = np.flatnonzero((load <= full).all(axis=1))
    count = min(len(legal), MOST_UNITS) if bound is None else min(len(legal), MOST_UNITS, bound)
    chosen = _search(poses, load, legal, min(len(legal), MOST_UNITS), full, count, patterns)
    if patterns == 1 or not len(chosen) or not load.shape[1] or len(chosen) >= min(count, GROWN):
        return chosen
    place = np.searchsorted(legal, chosen)
    some = load if len(legal) == len(load) else load[legal]
    return legal[packing.grow(place, some, lattice_of(poses, legal), min(count, GROWN), full, EXCHANGES)]


def quietest(poses: Poses, load: Floats, units: int) -> Ints:
    """A layout of `units` units (or as many as the space holds) whose fullest row is low, legal or not."""
    everywhere = np.arange(len(poses))
    chosen = _search(poses, load, everywhere, units, np.inf, len(poses) + 1, PATTERNS)
    if len(chosen) < units:  # room first, quiet second
        packed = _search(poses, load[:, :0], everywhere, units, np.inf, units, len(poses))
        chosen = max(chosen, packed, key=len)
    if load.shape[1] and len(chosen):
        chosen = packing.exchange(chosen, load, lattice_of(poses, everywhere), EXCHANGES, 0.0)
    return chosen


def quietest_part(poses: Poses, load: Floats, whole: Ints, units: int) -> Ints:
    """A layout cut to a number of units, the one that weighs most on the fullest row going first, then moved about."""
    lattice = lattice_of(poses, np.arange(len(poses)))
    none = np.zeros(0, np.int64)
    part = packing.drop_and_fill(whole, load, none, lattice, units, np.inf)
    return packing.exchange(part, load, lattice, EXCHANGES, 0.0) if load.shape[1] and len(part) else part


def _search(
    poses: Poses, load: Floats, usable: Ints, count: int, full: float, enough: int, patterns: int
) -> Ints:
    """The fullest patterns, and none where several are tried, dropped and filled; the best by number, then by the fullest row."""
    if not len(usable) or count < 1:
        return np.zeros(0, np.int64)
    lattice, load = lattice_of(poses, usable), load if len(usable) == len(load) else load[usable]
    order = np.argsort(load.max(axis=1), kind="stable") if load.shape[1] else np.arange(len(usable))
    best, best_key = np.zeros(0, np.int64), (-1, 0.0)
    starts = _patterns(lattice, poses.step_m, min(patterns, 2))[:patterns]
    for start in starts if patterns == 1 else [*starts, np.zeros(0, np.int64)]:
        chosen = packing.drop_and_fill(start, load, order, lattice, count, full)
        peak = float(load[chosen].sum(axis=0).max()) if load.shape[1] and len(chosen) else 0.0
        if (len(chosen), -peak) > best_key:
            best, best_key = chosen, (len(chosen), -peak)
        if len(best) >= enough:
            break
    return usable[best]


def patterned(poses: Poses, load: Floats, price: Floats, tried: Ints | None = None) -> list[Ints]:
    """Patterns cut down to the units that pay least, the best of them and none filled up; the best first.

    Parameters
    ----------
    price : (R,)
        What each limit costs.
    tried : (n,), optional
        A layout to be cut down and filled up like them.
    """
    cost = load @ price if price.any() else load.max(axis=1, initial=0.0)
    lattice, order = lattice_of(poses, np.arange(len(poses))), np.argsort(cost, kind="stable")
    cut = [_cut(start, load, cost, lattice) for start in _patterns(lattice, poses.step_m, 2)]
    best = sorted(cut, key=lambda chosen: _rank(chosen, cost))[:FILLED]
    best += [order[:0]] if tried is None else [order[:0], tried]
    filled = [packing.drop_and_fill(c, load, order, lattice, len(poses), SHORT) for c in best]
    return sorted(filled, key=lambda chosen: _rank(chosen, cost))


def _rank(chosen: Ints, cost: Floats) -> tuple[int, float]:
    return -len(chosen), float(cost[chosen].sum())


def _cut(start: Ints, load: Floats, cost: Floats, lattice: footprints.Lattice) -> Ints:
    """The units of a pattern that pay least, as many as are legal together."""
    order = start[np.argsort(cost[start], kind="stable")]
    return packing.drop_and_fill(start[:0], load, order, lattice, len(start), SHORT)


def _patterns(lattice: footprints.Lattice, step: float, directions: int) -> list[Ints]:
    """Rows (and, with two directions, columns) of each orientation at every offset, the fullest first."""
    cell, orientation, bodies, margins = lattice.cells, lattice.orientation, lattice.bodies, lattice.margins
    starts = []
    for across in (1, 0)[:directions]:
        order = np.lexsort((cell[:, 1 - across], cell[:, across]))
        lined, turned = cell[order], orientation[order]
        for o in range(len(bodies)):
            gap_x, gap_y = max(margins[o, 0], margins[o, 1]), max(margins[o, 2], margins[o, 3])
            pitch = (
                footprints.cells_apart(bodies[o, 0] + gap_x, step),
                footprints.cells_apart(bodies[o, 1] + gap_y, step),
            )
            for offset in range(pitch[across]):
                picked = footprints.pack_rows(
                    lined, turned, o, across, offset, pitch[across], pitch[1 - across]
                )
                starts.append(order[picked])
    return sorted(starts, key=len, reverse=True)
