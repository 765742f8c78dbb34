"""Steps towards what cells and limits cost where units are thinned out over a lattice (primal-dual hybrid gradient).

The program: as much of units as possible, at most one over each cell, no limit over 1. Its matrix is never made: a sum over the
cells of a pose, or over the poses of a cell, is four numbers of a table of sums. The steps are those of Chambolle and Pock (2011)
with their diagonal step lengths.
"""

import numpy as np

from kernels.cache import kernel
from kernels.footprints import Floats, Ints


@kernel
def table_of_sums(values: Floats, table: Floats) -> None:
    """Fill `table` (n + 1, m + 1) with the sums of `values` (n, m) before each row and column."""
    for i in range(values.shape[0]):
        along = 0.0
        for j in range(values.shape[1]):
            along += values[i, j]
            table[i + 1, j + 1] = table[i, j + 1] + along


@kernel
def box_sum(table: Floats, i0: int, j0: int, i1: int, j1: int) -> float:
    """The sum over i0 <= i < i1, j0 <= j < j1."""
    return table[i1, j1] - table[i0, j1] - table[i1, j0] + table[i0, j0]


@kernel
def add_standing(grid: Floats, table: Floats, wide: int, tall: int, out: Floats) -> None:
    """Add to each cell what stands over it: `grid` (n, m) holds it by the lower left corners of bodies of one size."""
    table_of_sums(grid, table)
    for i in range(out.shape[0]):
        i0 = max(i + 1 - wide, 0)
        for j in range(out.shape[1]):
            out[i, j] += box_sum(table, i0, max(j + 1 - tall, 0), i + 1, j + 1)


@kernel
def pricing_steps(
    steps: int,
    cells: Ints,
    orientation: Ints,
    extent: Ints,
    load: Floats,
    per_pose: Floats,
    per_cell: Floats,
    per_limit: Floats,
    stands: Floats,
    cell: Floats,
    limit: Floats,
    sum_stands: Floats,
    sum_cell: Floats,
    sum_limit: Floats,
) -> None:
    """Take some steps in place, and add what each comes to.

    Parameters
    ----------
    cells, orientation : (P, 2), (P,) int64
        Lower left corner and orientation of each pose.
    extent : (O, 2) int64
        Cells that each orientation covers.
    load : (P, R)
        What a unit takes of each limit.
    per_pose, per_cell, per_limit : (P,), (n, m), (R,)
        Step lengths; 0 where no pose covers a cell.
    stands, cell, limit : (P,), (n, m), (R,)
        How much of a unit stands at each pose, the prices of cells and limits; changed.
    sum_stands, sum_cell, sum_limit
        The same shapes; grow by every step's.
    """
    table = np.zeros((cell.shape[0] + 1, cell.shape[1] + 1))
    grids = np.zeros((extent.shape[0], cell.shape[0], cell.shape[1]))
    over = np.zeros(cell.shape)
    taken = np.zeros(load.shape[1])
    for _ in range(steps):
        table_of_sums(cell, table)
        taken[:] = 0.0
        for p in range(cells.shape[0]):
            o = orientation[p]
            i, j = cells[p, 0], cells[p, 1]
            left = 1.0 - box_sum(table, i, j, i + extent[o, 0], j + extent[o, 1])
            for r in range(load.shape[1]):
                left -= load[p, r] * limit[r]
            moved = min(max(stands[p] + per_pose[p] * left, 0.0), 1.0)
            ahead = 2.0 * moved - stands[p]
            stands[p] = moved
            sum_stands[p] += moved
            grids[o, i, j] = ahead
            for r in range(load.shape[1]):
                taken[r] += load[p, r] * ahead
        over[:] = -1.0
        for o in range(extent.shape[0]):
            add_standing(grids[o], table, extent[o, 0], extent[o, 1], over)
        for i in range(cell.shape[0]):
            for j in range(cell.shape[1]):
                cell[i, j] = max(cell[i, j] + per_cell[i, j] * over[i, j], 0.0)
                sum_cell[i, j] += cell[i, j]
        for r in range(load.shape[1]):
            limit[r] = max(limit[r] + per_limit[r] * (taken[r] - 1.0), 0.0)
            sum_limit[r] += limit[r]
