"""The lattice as cells under the poses that cover them: sums and largest values over it, and the bound that prices give.

Any prices of cells and limits bound the number of units: a unit is worth what it pays at its cells and limits, and what one
at a pose is worth more has to be paid for on top (weak duality of the clique rows and the limits).
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d

from siting.model import Floats, Ints, Poses
from siting.placement.cliques import extents


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


def priced(board: Board, load: Floats, cell: Floats, limit: Floats) -> Prices:
    """The bound that prices give, with what poses are worth beyond them paid for by their cells."""
    area = board.size.prod(axis=1)
    short = 1.0 - load @ limit - covered(board, cell)
    more = np.maximum(over_cells(board, np.maximum(short, 0.0) / area), 0.0)
    cell = cell + more
    left = np.maximum(1.0 - load @ limit - covered(board, cell), 0.0)  # nothing but what rounding leaves
    return Prices(float(cell.sum() + limit.sum() + left.sum()), cell, limit)


def evenly(board: Board, load: Floats, limit: Floats) -> tuple[Floats, Floats]:
    """Prices of cells under given prices of the limits: what poses are worth, shared evenly among their cells."""
    worth = (1.0 - load @ limit) / board.size.prod(axis=1)
    return np.maximum(over_cells(board, worth), 0.0), limit


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
