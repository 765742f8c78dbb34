"""Which poses exclude each other, as rows of an integer program: at most one of those that cover a lattice cell.

A body and the smallest gap that two bodies keep cover whole cells, and poses that cover a common cell collide. Where all
clearances are alike these rows say all there is to say: boxes along two axes that meet in pairs have a point in common (Helly).
Where they differ, collisions that no cell shows are looked for in what a solver finds, and become rows of their own.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kernels import footprints
from siting.model import Floats, Ints, Poses
from siting.placement.poses import lattice_of


def extents(poses: Poses) -> Ints:
    """How many cells a body covers along x and y with the smallest gap, by quarter turn (O, 2)."""
    gap = poses.margins.min()
    return np.array(
        [[footprints.cells_apart(side + gap, poses.step_m) for side in body] for body in poses.bodies]
    )


def wider_extents(poses: Poses) -> Ints:
    """The same for poses of one quarter turn among themselves, which keep the larger of two clearances along one axis (O, 2).

    Of two such poses the one's back faces the other's front, so they are as far apart as the larger of the two says, as long as
    they overlap along the other axis by either clearance.
    """
    m = poses.margins
    gap = np.column_stack([np.minimum(m[:, 0], m[:, 1]), np.minimum(m[:, 2], m[:, 3])])
    wide = np.column_stack([np.maximum(m[:, 0], m[:, 1]), np.maximum(m[:, 2], m[:, 3])])
    more = wide - gap
    axis = more.argmax(axis=1)
    gap[np.arange(len(m)), axis] = wide[np.arange(len(m)), axis]
    sides = poses.bodies + gap
    return np.array([[footprints.cells_apart(side, poses.step_m) for side in pair] for pair in sides])


def clique_rows(poses: Poses) -> sparse.csr_matrix:
    """Rows (n, P) of ones: at most one of the poses of each may be chosen."""
    everyone = np.arange(len(poses))
    base, wider = extents(poses), wider_extents(poses)
    blocks = [_of_cells(poses, everyone, base)]
    for o in np.flatnonzero((wider > base).any(axis=1)).tolist():
        blocks.append(_of_cells(poses, np.flatnonzero(poses.quarter == o), wider))
    return sparse.vstack(blocks, format="csr")


def _of_cells(poses: Poses, which: Ints, extent: Ints) -> sparse.csr_matrix:
    """A row for each cell whose poses are not all among those of a cell beside it."""
    cell, size = poses.cell[which], extent[poses.quarter[which]]
    columns, rows = (cell + size).max(axis=0, initial=0)
    pose, column, row = _covered(cell, size)
    keep = _not_within_another(cell, size, (int(columns), int(rows)))[column, row]
    cells, index = np.unique(column[keep] * rows + row[keep], return_inverse=True)
    ones = np.ones(len(index))
    return sparse.csr_matrix((ones, (index, which[pose[keep]])), shape=(len(cells), len(poses)))


def _covered(cell: Ints, size: Ints) -> tuple[Ints, Ints, Ints]:
    """Every pose with every cell that it covers: index, column, row."""
    pose = np.repeat(np.arange(len(cell)), size.prod(axis=1))
    before = np.cumsum(size.prod(axis=1)) - size.prod(axis=1)
    number = np.arange(len(pose)) - before[pose]
    tall = size[pose, 1]
    return pose, cell[pose, 0] + number // tall, cell[pose, 1] + number % tall


def _not_within_another(cell: Ints, size: Ints, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Cells (columns, rows) whose poses are not all among those of a cell beside them."""
    first, last, low, high = (np.zeros(shape, bool) for _ in range(4))
    for (i, j), (wide, tall) in zip(cell.tolist(), size.tolist(), strict=True):
        first[i, j : j + tall] = last[i + wide - 1, j : j + tall] = True
        low[i : i + wide, j] = high[i : i + wide, j + tall - 1] = True
    after, above = np.zeros(shape, bool), np.zeros(shape, bool)
    after[1:], above[:, 1:] = last[:-1], high[:, :-1]  # a pose ends in the cell before
    return np.asarray(last & high & (first | ~after) & (low | ~above))


def collision_rows(poses: Poses, chosen: Ints) -> sparse.csr_matrix:
    """Rows that a choice of colliding poses breaks: one of a pair, with all bodies over a point of the other in its clearance."""
    lattice = lattice_of(poses, np.arange(len(poses)))
    blocked = np.zeros(len(poses), np.int64)
    for p in chosen.tolist():
        footprints.block_colliding(p, lattice, blocked, 1)
    crowded = [p for p in chosen.tolist() if blocked[p] > 1]
    pairs = [
        (p, q)
        for k, p in enumerate(crowded)
        for q in crowded[k + 1 :]
        if footprints.poses_collide(p, q, lattice)
    ]
    rows = [_collision_row(poses, lattice, p, q) for p, q in pairs]
    return sparse.csr_matrix(np.array(rows).reshape(-1, len(poses)))


def _collision_row(poses: Poses, lattice: footprints.Lattice, p: int, q: int) -> Floats:
    for one, other in ((p, q), (q, p)):
        low = lattice.corners[one] - poses.margins[poses.quarter[one], ::2]
        high = (
            lattice.corners[one] + poses.bodies[poses.quarter[one]] + poses.margins[poses.quarter[one], 1::2]
        )
        inner = np.maximum(low, lattice.corners[other])
        outer = np.minimum(high, lattice.corners[other] + poses.bodies[poses.quarter[other]])
        if (outer - inner > footprints.TOUCH).all():
            point = (inner + outer) / 2
            edge = lattice.corners + footprints.TOUCH
            far = lattice.corners + poses.bodies[poses.quarter] - footprints.TOUCH
            row = ((edge < point) & (point < far)).all(axis=1).astype(float)
            row[[one, other]] = 1.0
            return row
    raise AssertionError("poses that collide share ground")
