"""Which boxes lie inside a region, which poses collide, and rows of poses packed from one end.

Everything happens in the lattice frame, where bodies are axis-parallel boxes. A pose has one of O orientations (2 or 4);
`bodies[o]` is its (width along x, width along y), `margins[o]` the space to keep free of other bodies beyond its
sides (-x, +x, -y, +y). All lengths in metres.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels.cache import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TOUCH = 1e-6  # boxes that share less than a micrometre only touch


class Lattice(NamedTuple):
    """Poses where each can be found by its cell.

    Attributes
    ----------
    cells : (P, 2) int64
        Column and row of each pose's lower left corner.
    orientation : (P,) int64
    corners : (P, 2) float
        The same corners in metres.
    grid : (O, columns, rows) int64
        The pose at an orientation and cell, -1 where there is none.
    reach : int
        Poses farther apart than this many cells never collide.
    bodies, margins : (O, 2) and (O, 4) float
    """

    cells: Ints
    orientation: Ints
    corners: Floats
    grid: Ints
    reach: int
    bodies: Floats
    margins: Floats


def make_lattice(cells: Ints, orientation: Ints, step: float, bodies: Floats, margins: Floats) -> Lattice:
    """Index poses by their cells."""
    columns, rows = cells.max(axis=0, initial=0) + 1
    grid = np.full((len(bodies), columns, rows), -1, np.int64)
    grid[orientation, cells[:, 0], cells[:, 1]] = np.arange(len(cells))
    reach = cells_apart(float(bodies.max() + margins.max()), step)
    return Lattice(cells, orientation, np.multiply(cells, step), grid, reach, bodies, margins)


@kernel
def edge_enters_box(
    ax: float, ay: float, bx: float, by: float, x0: float, y0: float, x1: float, y1: float
) -> bool:
    """True where the segment a-b meets the open box (x0, x1) x (y0, y1): separating axes x, y and the segment's normal."""
    if max(ax, bx) <= x0 or min(ax, bx) >= x1 or max(ay, by) <= y0 or min(ay, by) >= y1:
        return False
    dx, dy = bx - ax, by - ay
    c1 = dx * (y0 - ay) - dy * (x0 - ax)
    c2 = dx * (y0 - ay) - dy * (x1 - ax)
    c3 = dx * (y1 - ay) - dy * (x0 - ax)
    c4 = dx * (y1 - ay) - dy * (x1 - ax)
    return not (
        (c1 >= 0 and c2 >= 0 and c3 >= 0 and c4 >= 0) or (c1 <= 0 and c2 <= 0 and c3 <= 0 and c4 <= 0)
    )


@kernel
def point_inside(x: float, y: float, edges: Floats) -> bool:
    """Even-odd rule over all edges (n, 4) of a region with holes and parts."""
    inside = False
    for k in range(edges.shape[0]):
        ax, ay, bx, by = edges[k, 0], edges[k, 1], edges[k, 2], edges[k, 3]
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            inside = not inside
    return inside


@kernel
def box_inside(x0: float, y0: float, x1: float, y1: float, edges: Floats) -> bool:
    """True where the closed box lies in the region, its sides allowed to touch the region's."""
    x0, y0, x1, y1 = x0 + TOUCH, y0 + TOUCH, x1 - TOUCH, y1 - TOUCH
    for k in range(edges.shape[0]):
        if edge_enters_box(edges[k, 0], edges[k, 1], edges[k, 2], edges[k, 3], x0, y0, x1, y1):
            return False
    return point_inside(0.5 * (x0 + x1), 0.5 * (y0 + y1), edges)


@kernel
def edges_between(edges: Floats, low: float, high: float) -> Floats:
    """The edges that reach into the strip low < y < high; no other edge decides on a box in the strip."""
    near = np.empty(edges.shape[0], np.int64)
    n = 0
    for k in range(edges.shape[0]):
        if max(edges[k, 1], edges[k, 3]) > low and min(edges[k, 1], edges[k, 3]) < high:
            near[n] = k
            n += 1
    return edges[near[:n]]


@kernel
def standing_room(
    columns: int,
    rows: int,
    step: float,
    body: Floats,
    margin: Floats,
    body_edges: Floats,
    clear_edges: Floats,
) -> Ints:
    """Lattice cells (column, row) where a body's lower left corner may stand.

    Parameters
    ----------
    columns, rows : int
        Size of the lattice; node (i, j) is at (i * step, j * step).
    body, margin : (2,) and (4,) float
        The box and the space beyond its sides.
    body_edges, clear_edges : (n, 4) float
        The region that holds the body, and the region that holds body and margins.

    Returns
    -------
    (n, 2) int64
        Ordered by row, then column.
    """
    out = np.empty((columns * rows, 2), np.int64)
    n = 0
    for j in range(rows):
        y0, y1 = j * step, j * step + body[1]
        near_body = edges_between(body_edges, y0, y1)
        near_clear = edges_between(clear_edges, y0 - margin[2], y1 + margin[3])
        for i in range(columns):
            x0, x1 = i * step, i * step + body[0]
            if box_inside(x0, y0, x1, y1, near_body) and box_inside(
                x0 - margin[0], y0 - margin[2], x1 + margin[1], y1 + margin[3], near_clear
            ):
                out[n, 0], out[n, 1] = i, j
                n += 1
    return out[:n].copy()


@kernel
def overlap(
    ax0: float, ay0: float, ax1: float, ay1: float, bx0: float, by0: float, bx1: float, by1: float
) -> bool:
    """True where two open boxes share more than a touch."""
    return ax0 < bx1 - TOUCH and bx0 < ax1 - TOUCH and ay0 < by1 - TOUCH and by0 < ay1 - TOUCH


@kernel
def collide(
    ax: float, ay: float, ao: int, bx: float, by: float, bo: int, bodies: Floats, margins: Floats
) -> bool:
    """True where one body, or its margin, enters the other body; margins may share ground."""
    ax1, ay1 = ax + bodies[ao, 0], ay + bodies[ao, 1]
    bx1, by1 = bx + bodies[bo, 0], by + bodies[bo, 1]
    ma, mb = margins[ao], margins[bo]
    return overlap(ax - ma[0], ay - ma[2], ax1 + ma[1], ay1 + ma[3], bx, by, bx1, by1) or overlap(
        ax, ay, ax1, ay1, bx - mb[0], by - mb[2], bx1 + mb[1], by1 + mb[3]
    )


@kernel
def poses_collide(a: int, b: int, lattice: Lattice) -> bool:
    """True where two poses of a lattice collide."""
    corners, orientation = lattice.corners, lattice.orientation
    return collide(
        corners[a, 0], corners[a, 1], orientation[a], corners[b, 0], corners[b, 1], orientation[b],
        lattice.bodies, lattice.margins,
    )  # fmt: skip


@kernel
def block_colliding(k: int, lattice: Lattice, count: Ints, change: int) -> None:
    """Add `change` (+1 or -1) to `count[p]` for every pose p that collides with pose k, k itself included."""
    i, j = lattice.cells[k, 0], lattice.cells[k, 1]
    orientations, columns, rows = lattice.grid.shape
    for o in range(orientations):
        for column in range(max(0, i - lattice.reach), min(columns, i + lattice.reach + 1)):
            for row in range(max(0, j - lattice.reach), min(rows, j + lattice.reach + 1)):
                p = lattice.grid[o, column, row]
                if p >= 0 and poses_collide(k, p, lattice):
                    count[p] += change


@kernel
def pack_rows(
    cells: Ints, orientation: Ints, which: int, across: int, offset: int, period: int, pitch: int
) -> Ints:
    """Poses of one orientation packed greedily along every `period`-th row (or column), which is the most a row can hold.

    Parameters
    ----------
    cells : (n, 2) int64
        Lattice cells, ordered by the row index first, then along the row.
    which : int
        The orientation to pack.
    across : int
        1: rows run along x; 0: columns run along y.
    offset, period : int
        Rows with (row - offset) % period == 0 are used.
    pitch : int
        Cells between neighbours in a row.

    Returns
    -------
    (m,) int64
        Indices into `cells`.
    """
    out = np.empty(cells.shape[0], np.int64)
    n, row, free = 0, -1, 0
    for p in range(cells.shape[0]):
        if orientation[p] != which or (cells[p, across] - offset) % period != 0:
            continue
        if cells[p, across] != row:
            row, free = cells[p, across], -(2**60)
        if cells[p, 1 - across] >= free:
            out[n] = p
            n += 1
            free = cells[p, 1 - across] + pitch
    return out[:n].copy()


@kernel
def covered_cells(cells: Ints, orientation: Ints, extent: Ints, columns: int, rows: int) -> int:
    """How many lattice cells the poses cover, each pose `extent[orientation]` cells from its lower left corner.

    Poses that do not collide cover disjoint cells where `extent` is the smallest distance, in cells, at which two
    bodies can stand, so cells / extent is an upper bound on how many fit.
    """
    taken = np.zeros((columns + extent[:, 0].max(), rows + extent[:, 1].max()), np.bool_)
    for p in range(cells.shape[0]):
        i, j, o = cells[p, 0], cells[p, 1], orientation[p]
        taken[i : i + extent[o, 0], j : j + extent[o, 1]] = True
    return taken.sum()


def cells_apart(distance: float, step: float) -> int:
    """Smallest whole number of lattice steps that is at least `distance`, a touch forgiven."""
    return max(1, math.ceil((distance - TOUCH) / step))
