"""Good prices of limits and cells, which bound the number of units: those of a thinned lattice, made better on all poses.

What limits cost hardly changes where only every few feet a unit may stand, and of a few thousand poses HiGHS solves the relaxed
program. Under its prices all poses are priced, and the primal-dual hybrid gradient method of Chambolle and Pock (2011) goes on
from there: one step costs a few sums over the lattice.
"""

from dataclasses import dataclass
from time import monotonic

import numpy as np

from kernels import pricing
from siting.model import Floats, Ints, Poses
from siting.placement.board import Board, Prices, board_of, covered, evenly, priced, standing
from siting.placement.poses import some_of
from siting.placement.program import relaxed, whole

# poses of which the relaxed program is solved: about two seconds, and half a second
THIN, HURRIED = 5_000, 1_500
LONG_S = 15.0  # the time left, below which they are the fewer
STEPS = 50  # between two looks at the bound
RESTART = 8  # looks, after which the method begins again from its mean
LOOKS = 200
CHEAP = 1e-9  # units that a limit has to cost to be priced further


@dataclass(frozen=True, eq=False)
class Priced:
    """What limits cost (R,), the bound that it gives, and what poses do.

    A layout with units at some poses has no more than `bound` less what these `cost` (P,). `thin` (n,) are the poses of the
    thinned lattice, none where the time was too short, and `value` (n,) says how much of a unit stands at each.
    """

    bound: float
    limit: Floats
    cost: Floats
    thin: Ints
    value: Floats


def prices(poses: Poses, load: Floats, rough: Prices, goal: int, ends: float) -> Priced:
    """Prices whose bound is as low as the time and a few thousand steps make it, or below `goal + 1`; no worse than `rough`.

    Of no more than `THIN` poses it is the bound of the relaxed program itself.
    """
    board = board_of(poses)
    if rough.bound < goal + 1:
        return _priced(board, load, rough, np.zeros(0, np.int64), np.zeros(0))
    left = ends - monotonic()
    thin = thinned(poses, THIN if left > LONG_S else HURRIED)
    every = len(thin) == len(poses)
    some = load if every else np.ascontiguousarray(load[thin])
    tight = relaxed(some_of(poses, thin), some, left) if len(thin) else None
    if tight is None:
        return _priced(board, load, rough, thin[:0], np.zeros(0))
    if every and tight.bound <= rough.bound:
        return Priced(tight.bound, tight.price, tight.cost, thin, tight.value)
    best = priced(board, load, *evenly(board, load, tight.price))
    if best.bound >= goal + 1:
        best = _by_steps(board, load, best, goal, ends)
    best = best if best.bound < rough.bound else rough
    return _priced(board, load, best, thin, tight.value)


def _priced(board: Board, load: Floats, known: Prices, thin: Ints, value: Floats) -> Priced:
    cost = np.maximum(load @ known.limit + covered(board, known.cell) - 1.0, 0.0)
    return Priced(known.bound, known.limit, cost, thin, value)


def thinned(poses: Poses, most: int) -> Ints:
    """Poses of every k-th column and row of the lattice, so that no more than `most` are left."""
    k = 1
    while len(thin := np.flatnonzero((poses.cell % k == 0).all(axis=1))) > most:
        k += 1
    return thin


def _by_steps(board: Board, load: Floats, best: Prices, goal: int, ends: float) -> Prices:
    """Better prices from good ones; begun again from their mean now and then, which is nearer than where the steps circle.

    They end where at this pace no further unit can be taken off the bound.
    """
    active = np.flatnonzero(best.limit > CHEAP)
    poses, some = board.poses, np.ascontiguousarray(load[:, active])
    over = standing(board, np.ones(len(load)))
    per_cell = np.where(over > 0, 1.0 / np.maximum(over, 1.0), 0.0)
    per_limit = 1.0 / np.maximum(some.sum(axis=0), 1e-12)
    per_pose = 1.0 / (board.size.prod(axis=1) + some.sum(axis=1))
    now: list[Floats] = [np.zeros(len(load)), best.cell.copy(), best.limit[active]]
    sums, taken, before = [np.zeros_like(part) for part in now], 0, best.bound
    for look in range(1, LOOKS + 1):
        pricing.pricing_steps(
            STEPS, poses.cell, poses.quarter, board.extent, some, per_pose, per_cell, per_limit, *now, *sums
        )
        taken += STEPS
        mean = [total / taken for total in sums]
        limit = np.zeros(load.shape[1])
        limit[active] = mean[2]
        this = priced(board, load, mean[1], limit)
        best = this if this.bound < best.bound else best
        if best.bound < goal + 1 or monotonic() > ends:
            break
        if look % RESTART == 0:
            pace = (before - best.bound) * (LOOKS - look) / RESTART
            if best.bound - pace >= whole(best.bound):
                break
            before, taken, now, sums = best.bound, 0, mean, [np.zeros_like(part) for part in mean]
    return best
