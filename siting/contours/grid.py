"""The regular grid of a noise map: square cells, a level for each cell's middle."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from siting.errors import InputError
from siting.model import Floats

Box = tuple[float, float, float, float]  # west, south, east, north
MOST_CELLS = 100_000_000
LEAST_STEP_M = 0.1
PART_OF_A_CELL = 1e-6  # bounds that miss a whole number of cells by less are that number


class Grid(NamedTuple):
    """Square cells in rows from the north and columns from the west."""

    west_m: float
    north_m: float
    step_m: float
    columns: int
    rows: int

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return self.columns * self.rows

    @property
    def bounds(self) -> Box:
        """The outer edges of the cells."""
        east, south = self.west_m + self.columns * self.step_m, self.north_m - self.rows * self.step_m
        return self.west_m, south, east, self.north_m


class Block(NamedTuple):
    """A rectangle of cells: its first row and column, and how many of each."""

    row: int
    column: int
    rows: int
    columns: int


def grid_over(bounds: Box, step_m: float) -> Grid:
    """The grid over an area, from its north-western corner on and as far as whole cells cover it.

    Raises
    ------
    InputError
        The area or the step is none, or there would be more than 100 million cells.
    """
    west, south, east, north = bounds
    if not (all(map(math.isfinite, bounds)) and west < east and south < north):
        raise InputError(
            f"The bounds of the map are {','.join(f'{value:g}' for value in bounds)}; give XMIN,YMIN,XMAX,YMAX with XMIN below "
            "XMAX and YMIN below YMAX."
        )
    check_step(step_m)
    columns, rows = _counts(bounds, step_m)
    if columns * rows > MOST_CELLS:
        raise InputError(
            f"A map of {east - west:,.0f} m by {north - south:,.0f} m with a step of {step_m:g} m has {columns * rows:,} "
            f"receivers, more than {MOST_CELLS:,}; take a step of {_fitting_step(bounds):g} m or a smaller area."
        )
    return Grid(west, north, step_m, columns, rows)


def check_step(step_m: float) -> None:
    """Refuse what is no side of a cell.

    Raises
    ------
    InputError
        It is below 0.1 m or no number.
    """
    if not LEAST_STEP_M <= step_m < math.inf:
        raise InputError(
            f"The step of the map is {step_m:g} m; give a number of metres from {LEAST_STEP_M:g} up."
        )


def _counts(bounds: Box, step_m: float) -> tuple[int, int]:
    west, south, east, north = bounds
    columns, rows = (
        max(math.ceil(side / step_m - PART_OF_A_CELL), 1) for side in (east - west, north - south)
    )
    return columns, rows


def _fitting_step(bounds: Box) -> float:
    """The smallest step of two digits that leaves no more cells than there may be."""
    west, south, east, north = bounds
    step = math.sqrt((east - west) * (north - south) / MOST_CELLS)
    digit = 10.0 ** (math.floor(math.log10(step)) - 1)
    tries = (round(count * digit, 12) for count in range(math.ceil(step / digit), 10_000))
    return next(step_m for step_m in tries if math.prod(_counts(bounds, step_m)) <= MOST_CELLS)


def middles(grid: Grid, block: Block) -> Floats:
    """(rows * columns, 2) coordinates of the middles of a block's cells, row by row: the numbers that a GIS program shows."""
    x = grid.west_m + grid.step_m * (np.arange(block.column, block.column + block.columns) + 0.5)
    y = grid.north_m - grid.step_m * (np.arange(block.row, block.row + block.rows) + 0.5)
    return np.column_stack([np.tile(x, block.rows), np.repeat(y, block.columns)])


def spread(grid: Grid, count: int) -> Floats:
    """(count, 2) middles of cells spread evenly over the map, the same each time.

    The R2 sequence (Roberts 2018): multiples of the plastic number's powers, which fill a square without lattice or clumps.
    """
    plastic = 1.32471795724474602596
    k = np.arange(1, count + 1)
    column = np.floor((k / plastic % 1) * grid.columns)
    row = np.floor((k / plastic**2 % 1) * grid.rows)
    return np.column_stack(
        [grid.west_m + grid.step_m * (column + 0.5), grid.north_m - grid.step_m * (row + 0.5)]
    )


def blocks(grid: Grid, side: int, overlap: int = 0) -> Iterator[Block]:
    """Square blocks over the whole grid, row by row; with an `overlap` each holds that many rows and columns of the next."""
    for row in range(0, max(grid.rows - overlap, 1), side):
        for column in range(0, max(grid.columns - overlap, 1), side):
            yield Block(
                row,
                column,
                min(side + overlap, grid.rows - row),
                min(side + overlap, grid.columns - column),
            )
