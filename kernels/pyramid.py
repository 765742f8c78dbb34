"""A pyramid of maxima over a grid, and the march of a straight line through the cells that reach up to it.

A block of cells below the line is passed in one step, so that open ground costs the logarithm of its cells.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kernels.cache import lean, lean_inlined

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Line = tuple[
    float, float, float, float
]  # height at parameter 0 and rise to parameter 1 of two lines; the lower counts

SHIFT = 2
FACTOR = 1 << SHIFT  # cells of one level along each side of a block of the next
SPAN = 32  # blocks along a segment that are asked before any smaller ones
ROUNDING = 1e-7  # cells
STANDSTILL = 1e-300  # a segment that goes less far along an axis has no inverse


class Pyramid(NamedTuple):
    """The greatest value of every cell, of every 4 x 4 cells, of every 16 x 16, ... up to one block; flat, row by row.

    Attributes
    ----------
    values : (N,) float64
        All levels, level 0 (the cells) first; -inf in an empty cell.
    offsets, rows, columns : (L,) int64
        Where each level begins in `values`, and its shape. No levels: no grid.
    """

    values: Floats
    offsets: Ints
    rows: Ints
    columns: Ints


def build_pyramid(cell_max: ArrayLike) -> Pyramid:
    """Pyramid over a grid of cells.

    Parameters
    ----------
    cell_max : array_like
        (rows, columns) greatest value in each cell, -inf where it is empty. Without cells: the pyramid of no grid.
    """
    level = np.ascontiguousarray(cell_max, dtype=np.float64)
    levels = [level] if level.size else []
    while level.size > 1:
        rows, columns = (-(-n // FACTOR) for n in level.shape)
        room = np.full((rows * FACTOR, columns * FACTOR), -np.inf)
        room[: level.shape[0], : level.shape[1]] = level
        level = room.reshape(rows, FACTOR, columns, FACTOR).max(axis=(1, 3))
        levels.append(level)
    sizes = np.array([each.size for each in levels], dtype=np.int64)
    shapes = np.array([each.shape for each in levels], dtype=np.int64).reshape(-1, 2)
    values = np.concatenate([each.ravel() for each in levels]) if levels else np.empty(0)
    return Pyramid(
        values,
        np.cumsum(sizes) - sizes,
        np.ascontiguousarray(shapes[:, 0]),
        np.ascontiguousarray(shapes[:, 1]),
    )


class Axis(NamedTuple):
    """One axis of a march.

    The line between two cells is crossed at the parameter (line - origin) * inverse, always worked out so: one line has one
    parameter, whichever cell or block asks. Along an axis on which the segment stands still, every line is crossed at infinity.
    """

    start: float
    run: float
    step: int  # from a cell to the next: 1, 0 or -1
    ahead: int  # from a cell's number to that of the line ahead: 1 or 0
    origin: float
    inverse: float


@lean_inlined
def make_axis(start: float, stop: float) -> Axis:
    """The axis of a march from start to stop."""
    run = stop - start
    if run > STANDSTILL:
        return Axis(start, run, 1, 1, start, 1.0 / run)
    if run < -STANDSTILL:
        return Axis(start, run, -1, 0, start, 1.0 / run)
    return Axis(start, 0.0, 0, 1, -1.0, np.inf)


@lean_inlined
def stay(axis: Axis, count: int) -> tuple[float, float]:
    """Parameters at which the segment enters and leaves the cells 0 to count - 1; the first is greater where it never does."""
    near, far = (0.0 - axis.origin) * axis.inverse, (float(count) - axis.origin) * axis.inverse
    if axis.step != 0:
        return min(near, far), max(near, far)
    return (-np.inf, np.inf) if 0.0 <= axis.start <= count else (np.inf, -np.inf)


@lean_inlined
def lower(level: int, reach: float, lowest: int) -> int:
    """The lowest level under `level` at which stretches of `reach` cells in all are at most SPAN blocks; else the next."""
    level = max(level - 1, lowest)
    while level > lowest and reach <= float(SPAN << (SHIFT * (level - 1))):
        level -= 1
    return level


@lean_inlined
def block_at(t: float, axis: Axis, size: float, last: int) -> int:
    """Number, 0 to `last`, of the block that the segment is in just after parameter t."""
    block = int(min(max((axis.start + t * axis.run) * (1.0 / size), 0.0), float(last)))
    # Rounding may have put it on the wrong side of a line.
    if (size * (block + axis.ahead) - axis.origin) * axis.inverse <= t:
        block += axis.step
    elif (size * (block + 1 - axis.ahead) - axis.origin) * axis.inverse > t:
        block -= axis.step
    return min(max(block, 0), last)


@lean_inlined
def height_at(line: Line, t: float) -> float:
    """Height of a line at a parameter."""
    return min(line[0] + t * line[1], line[2] + t * line[3])


@lean_inlined
def march_column(
    values: Floats,
    column: tuple[int, int, int, int, float],
    start: float,
    stop: float,
    line: Line,
    axis: Axis,
    merge: bool,
    count: int,
    cell: Ints,
    enter: Floats,
    leave: Floats,
) -> int:
    """The blocks of one column that reach the line between the parameters start and stop.

    `column`: where the level begins, the column's first block, from block to block, number of the last, size of a block.
    `merge`: a block joins the stretch that ends where it begins.
    """
    begin, at, stride, last, size = column
    block, t = block_at(start, axis, size, last), start
    while True:
        out = min((size * (block + axis.ahead) - axis.origin) * axis.inverse, stop)
        if values[begin + at + block * stride] > min(height_at(line, t), height_at(line, out)):
            if merge and count > 0 and leave[count - 1] == t:
                leave[count - 1] = out
            else:
                cell[count], enter[count], leave[count] = at + block * stride, t, out
                count += 1
        if out >= stop:
            return count
        block += axis.step
        t = out


@lean_inlined
def march_blocks(
    pyramid: Pyramid,
    ends: tuple[float, float, float, float],
    line: Line,
    start: float,
    end: float,
    lowest: int,
    cell: Ints,
    enter: Floats,
    leave: Floats,
) -> int:
    """Blocks of one level along a stretch of a segment that reach up to a line; see `march`.

    Parameters
    ----------
    pyramid : Pyramid
    ends : tuple of float
        Column and row of the segment's first end, then of its second.
    line : tuple of float
        Height and rise of two straight lines; the lower counts.
    start, end : float
        Parameters of the stretch, within 0 to 1.
    lowest : int
        The level; 0 for cells.
    cell, enter, leave : arrays
        As in `march`.
    """
    if len(pyramid.offsets) == 0:
        return 0
    along, across = make_axis(ends[0], ends[2]), make_axis(ends[1], ends[3])
    in_c, out_c = stay(along, pyramid.columns[0])
    in_r, out_r = stay(across, pyramid.rows[0])
    start, end = max(start, in_c, in_r), min(end, out_c, out_r)
    if not start < end:
        return 0
    upright = abs(across.run) > abs(along.run)
    if upright:  # "columns" are taken along the axis on which the segment goes farther
        along, across = across, along
    level = lower(len(pyramid.offsets), abs(along.run) * (end - start), lowest)
    aside = -ROUNDING if across.run < 0.0 else ROUNDING
    diagonal = abs(across.run) > (1.0 - 10.0 * ROUNDING) * abs(along.run)
    # The segment is cut into stretches, those that may reach a block of this level, and those again by the blocks of a level
    # below. Stretches still to be cut stand at the end of `enter` and `leave`: each leads over one cell at least, so what is
    # written from the front never reaches them.
    room = len(enter)
    first = room - 1
    enter[first], leave[first] = start, end
    values = pyramid.values
    while True:
        begin, size = pyramid.offsets[level], float(1 << (SHIFT * level))
        stride, stride_across = 1, pyramid.columns[level]
        last, last_across = pyramid.columns[level] - 1, pyramid.rows[level] - 1
        if upright:
            stride, stride_across, last, last_across = stride_across, stride, last_across, last
        most, shrink, count = float(last_across + 1) - 2.0 * ROUNDING, 1.0 / size, 0
        for stretch in range(first, room):
            t, stop = enter[stretch], leave[stretch]
            column = block_at(t, along, size, last)
            ahead = size * (column + along.ahead)
            u, z = min(max((across.start + t * across.run) * shrink, 0.0), most), height_at(line, t)
            while True:
                out = min((ahead - along.origin) * along.inverse, stop)
                v, z_out = (
                    min(max((across.start + out * across.run) * shrink, 0.0), most),
                    height_at(line, out),
                )
                at, low = begin + column * stride, min(z, z_out)
                if (
                    values[at + int(u - aside) * stride_across] > low
                    or values[at + int(v + aside) * stride_across] > low
                    or diagonal
                ):
                    blocks = (begin, at - begin, stride_across, last_across, size)
                    count = march_column(
                        values, blocks, t, out, line, across, level > lowest, count, cell, enter, leave
                    )
                if out >= stop:
                    break
                column += along.step
                ahead += size * along.step
                t, u, z = out, v, z_out
        if level == lowest:
            return count
        first, reach = room - count, 0.0
        for k in range(count - 1, -1, -1):
            enter[first + k], leave[first + k] = enter[k], leave[k]
            reach += leave[k] - enter[k]
        level = lower(level, reach * abs(along.run), lowest)


@lean
def march(
    pyramid: Pyramid,
    c0: float,
    r0: float,
    c1: float,
    r1: float,
    z0: float,
    z1: float,
    sink: float,
    cell: Ints,
    enter: Floats,
    leave: Floats,
) -> int:
    """Cells along a segment whose value is above the line over it, less `sink`.

    Cell (i, j) covers the columns j to j + 1 and the rows i to i + 1. The line goes from height z0 to z1; a cell counts where its
    value is > the lower end of the line within it - sink (sink = inf: every cell that is not empty). What lies outside the grid
    is skipped. A segment that passes exactly through a corner need not visit the cells it only touches there; one that runs
    exactly along a line visits the cells on one side of it, one without length the cell that it stands in.

    Parameters
    ----------
    pyramid : Pyramid
    c0, r0, c1, r1 : float
        Ends of the segment in column and row coordinates, finite, up to some 1e8.
    z0, z1, sink : float
    cell : (N,) int64
        Takes the cells, i * columns + j, in order along the segment; N is rows + columns of the grid or more.
    enter, leave : (N,) float64
        Take the parameters, 0 to 1, at which the segment enters and leaves each; of two cells in a row they are equal to the bit.

    Returns
    -------
    int
        How many cells were found; what stands behind them in the three arrays has no meaning.
    """
    line = (float(z0 - sink), float(z1 - z0), float(z0 - sink), float(z1 - z0))
    return march_blocks(
        pyramid, (float(c0), float(r0), float(c1), float(r1)), line, 0.0, 1.0, 0, cell, enter, leave
    )
