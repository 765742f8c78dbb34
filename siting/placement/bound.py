"""How many units no legal layout on a lattice can exceed, counted in a moment."""

import numpy as np
from numpy.typing import NDArray

from kernels import footprints
from siting.model import Floats, Poses


def upper_bound(poses: Poses, load: Floats, full: float) -> tuple[int, int]:
    """A number that no legal layout on the lattice can exceed, and the row that sets it (-1: space).

    Counted are the poses that are legal alone. Space: bodies that do not collide cover disjoint lattice cells. A row: the
    quietest poses that fill it, collisions forgiven. Where no pose is legal alone, the row that most of them break is named.
    """
    alone = np.all(load <= full, axis=1)
    if len(load) and not alone.any():
        return 0, int((load > full).sum(axis=0).argmax())
    space, load = space_bound(poses, alone), load if alone.all() else load[alone]
    if not len(load) or not load.shape[1]:
        return space, -1
    few = min(space + 1, len(load))
    lowest = np.sort(np.partition(load, few - 1, axis=0)[:few], axis=0)
    counts = (np.cumsum(lowest, axis=0) <= full).sum(axis=0)
    row = int(np.argmin(counts))
    return (int(counts[row]), row) if counts[row] < space else (space, -1)


def space_bound(poses: Poses, which: NDArray[np.bool_] | None = None) -> int:
    """How many bodies the lattice cells that poses cover can hold at most."""
    cell, quarter = (
        (poses.cell, poses.quarter) if which is None else (poses.cell[which], poses.quarter[which])
    )
    if not len(cell):
        return 0
    gap = poses.margins.min()
    extent = np.array(
        [[footprints.cells_apart(side + gap, poses.step_m) for side in body] for body in poses.bodies]
    )
    columns, rows = cell.max(axis=0) + 1
    covered = footprints.covered_cells(cell, quarter, extent, columns, rows)
    return int(covered // extent.prod(axis=1).min())
