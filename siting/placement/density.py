"""A bound for many poses in a moment: units thinned out over the cells they cover, cells and limits priced.

Any prices of cells and limits bound the number of units: a unit is worth what it pays at its cells and limits, and what one
at a pose is worth more has to be paid for on top (weak duality of the clique rows and the limits). Good prices of the limits come
from a small linear program over cells instead of poses; with them and those of the cells the primal-dual hybrid gradient method
of Chambolle and Pock (2011) begins, in which one step costs a few sums over the lattice.
"""

import math
from dataclasses import dataclass
from time import monotonic

import numpy as np
from scipy.ndimage import maximum_filter1d
from scipy.optimize import linprog

from kernels import pricing
from siting.model import Floats, Ints, Poses
from siting.placement.cliques import extents

SAMPLED = 1_000  # cells of the small program: enough to price by
ROUNDS = 4  # of limits that join the small program
JOINED = 6  # limits a time
STEPS = 50  # between two looks at the bound
RESTART = 8  # looks, after which the method begins again from its mean
LOOKS = 100
ENOUGH = 2e-4  # of the bound, by which it has to fall in as many looks


@dataclass(frozen=True, eq=False)
class Prices:
    """What cells (columns, rows) and limits (R,) cost, and the bound that they give."""

    bound: float
    cell: Floats
    limit: Floats


@dataclass(frozen=True, eq=False)
class Board:
    """The lattice as cells: how many each pose covers along x and y (P, 2), and where every orientation's poses stand."""

    poses: Poses
    extent: Ints  # (O, 2)
    size: Ints  # (P, 2)
    shape: tuple[int, int]
    turned: tuple[Ints, ...]


def board_of(poses: Poses) -> Board:
    """The cells under all poses."""
    extent = extents(poses)
    size = extent[poses.quarter]
    columns, rows = (poses.cell + size).max(axis=0, initial=0)
    turned = tuple(np.flatnonzero(poses.quarter == o) for o in range(len(extent)))
    return Board(poses, extent, size, (int(columns), int(rows)), turned)


def prices(poses: Poses, load: Floats, goal: int, ends: float) -> Prices:
    """Prices whose bound is as low as the time and a few thousand steps make it, or below `goal + 1`."""
    board = board_of(poses)
    first, active = _of_cells(board, load)
    if not len(active) or first.bound < goal + 1 or monotonic() > ends:
        return first
    return _by_steps(board, load, first, active, goal, ends)


def priced(board: Board, load: Floats, cell: Floats, limit: Floats) -> Prices:
    """The bound that prices give, with what poses are worth beyond them paid for by their cells."""
    area = board.size.prod(axis=1)
    short = 1.0 - load @ limit - covered(board, cell)
    more = np.maximum(over_cells(board, np.maximum(short, 0.0) / area), 0.0)
    cell = cell + more
    left = np.maximum(1.0 - load @ limit - covered(board, cell), 0.0)  # nothing but what rounding leaves
    return Prices(float(cell.sum() + limit.sum() + left.sum()), cell, limit)


def covered(board: Board, cell: Floats) -> Floats:
    """The sum of a grid (columns, rows) over the cells of each pose (P,)."""
    low, high = board.poses.cell, board.poses.cell + board.size
    total = np.zeros((cell.shape[0] + 1, cell.shape[1] + 1))
    total[1:, 1:] = cell.cumsum(axis=0).cumsum(axis=1)
    (i, j), (k, m) = low.T, high.T
    return np.asarray(total[k, m] - total[i, m] - total[k, j] + total[i, j])


def standing(board: Board, value: Floats) -> Floats:
    """The sum over the poses (P,) that cover each cell (columns, rows): the transpose of `covered`."""
    columns, rows = board.shape
    out = np.zeros(board.shape)
    for here, (wide, tall) in zip(board.turned, board.extent.tolist(), strict=True):
        grid = np.zeros((columns + 1, rows + 1))
        grid[board.poses.cell[here, 0] + 1, board.poses.cell[here, 1] + 1] = value[here]
        grid = grid.cumsum(axis=0).cumsum(axis=1)
        left, low = np.maximum(np.arange(columns) + 1 - wide, 0), np.maximum(np.arange(rows) + 1 - tall, 0)
        out += grid[1:, 1:] - grid[left, 1:] - grid[1:, low] + grid[np.ix_(left, low)]
    return out


def over_cells(board: Board, value: Floats) -> Floats:
    """The largest value (P,) of the poses that cover each cell (columns, rows); -inf where none does."""
    best = np.full(board.shape, -np.inf)
    for here, extent in zip(board.turned, board.extent.tolist(), strict=True):
        grid = np.full(board.shape, -np.inf)
        grid[tuple(board.poses.cell[here].T)] = value[here]
        for axis, length in enumerate(
            extent
        ):  # the poses over a cell have their corner in the box that ends there
            grid = maximum_filter1d(
                grid, length, axis=axis, origin=(length - 1) // 2, mode="constant", cval=-np.inf
            )
        np.maximum(best, grid, out=best)
    return best


def _of_cells(board: Board, load: Floats) -> tuple[Prices, Ints]:
    """Prices from the program over cells, each of which takes of a limit as little as any pose over it, and its limits."""
    area = board.size.prod(axis=1)
    there = over_cells(board, np.zeros(len(area))) > -np.inf
    every = math.isqrt(int(there.sum()) // SAMPLED) + 1  # the cells stand for as many of their kind
    sampled = np.zeros_like(there)
    sampled[every // 2 :: every, every // 2 :: every] = True
    there &= sampled
    least: dict[int, Floats] = {}
    active = np.argsort(-load.sum(axis=0), kind="stable")[:JOINED]
    best = priced(board, load, *_even(board, load, np.zeros(load.shape[1])))
    middle = board.poses.cell + board.size // 2
    for _ in range(ROUNDS if len(active) else 0):
        for r in active.tolist():
            if r not in least:
                least[r] = -over_cells(board, -load[:, r] / area)[there]
        found = linprog(
            -np.full(int(there.sum()), every**2 / area.min()), A_ub=every**2 * np.array([least[r] for r in active.tolist()]),
            b_ub=np.ones(len(active)), bounds=(0, 1), method="highs-ds",
        )  # fmt: skip
        limit = np.zeros(load.shape[1])
        limit[active] = np.maximum(-found.ineqlin.marginals, 0.0)
        this = priced(board, load, *_even(board, load, limit))
        best = this if this.bound < best.bound else best
        thin = np.zeros(board.shape)
        thin[there] = found.x
        total = (thin[tuple(middle.T)] / area / len(board.extent)) @ load * every**2
        more = np.setdiff1d(np.flatnonzero(total > 1.0), active)
        if not len(more):
            break
        active = np.concatenate([active, more[np.argsort(-total[more], kind="stable")][:JOINED]])
    return best, active


def _even(board: Board, load: Floats, limit: Floats) -> tuple[Floats, Floats]:
    """Prices of cells under given prices of the limits: what poses are worth, shared evenly among their cells."""
    worth = (1.0 - load @ limit) / board.size.prod(axis=1)
    return np.maximum(over_cells(board, worth), 0.0), limit


def _by_steps(board: Board, load: Floats, best: Prices, active: Ints, goal: int, ends: float) -> Prices:
    """Better prices from good ones; begun again from their mean now and then, which is nearer than where the steps circle."""
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
            if before - best.bound < ENOUGH * best.bound:
                break
            before, taken, now, sums = best.bound, 0, mean, [np.zeros_like(part) for part in mean]
    return best
