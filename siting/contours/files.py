"""The files of a noise map: levels on a grid as a cloud-optimised GeoTIFF, isolines as GeoJSON."""

import math
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from siting import wording
from siting.contours.forecast import Evaluate
from siting.contours.grid import Grid, blocks, middles
from siting.contours.isolines import geojson, isolines
from siting.errors import InputError
from siting.geodata.raster_file import Cells, cloud_optimised
from siting.model import Facts
from siting.output import make_folder

LEVELS, ISOLINES = "levels.tif", "isolines.geojson"
TILE = 128  # cells on a side of a tile: seconds of work, so that progress is seen and an interrupt heard
Progress = Callable[[int, int], None]


def write_map(
    evaluate: Evaluate,
    grid: Grid,
    folder: Path,
    *,
    height_m: float,
    crs: str | None = None,
    progress: Progress | None = None,
    tile: int = TILE,
) -> Facts:
    """Write `levels.tif` and `isolines.geojson`; both appear at the end, whole, or not at all.

    Parameters
    ----------
    evaluate : callable
        Coordinates (n, 2) to levels (n,) in dB(A), NaN where a point has none. A number in the raster is what it gives for
        the cell's middle, to the bit.
    height_m : float
        Height above ground that the levels hold for; stated in both files.
    crs : str, optional
        The CRS of the coordinates, EPSG:N or WKT.
    progress : callable, optional
        Called with the number of cells done and of all.
    tile : int
        Cells on a side of what is computed and held at a time; has no part in what is written.

    Returns
    -------
    dict
        `files`, `bounds`, `step_m`, `height_m`, `receivers`, `without_level` (cells), `lowest_dba` and `highest_dba` (None
        where no cell has a level).

    Raises
    ------
    InputError
        The folder cannot be written to.
    """
    make_folder(folder)
    try:
        with tempfile.TemporaryDirectory(prefix=".noise-map-", dir=folder) as name:
            facts = _write(evaluate, grid, Path(name), height_m, crs, progress, tile)
            for file in facts["files"]:
                os.replace(Path(name) / file, folder / file)
    except OSError as error:
        raise InputError(
            f"{folder}: the noise map cannot be written ({error.strerror or error}); choose another folder with -o."
        ) from error
    return facts


def _write(
    evaluate: Evaluate,
    grid: Grid,
    folder: Path,
    height_m: float,
    crs: str | None,
    progress: Progress | None,
    tile: int,
) -> Facts:
    raster = cloud_optimised(
        folder / LEVELS, shape=(grid.rows, grid.columns), corner=(grid.west_m, grid.north_m), step_m=grid.step_m,
        crs=crs, unit="dB(A)", tags={"height_m": f"{height_m:g}"},
    )  # fmt: skip
    with raster as cells:
        lowest, highest, known = _fill(evaluate, grid, cells, progress, tile)
        with (folder / ISOLINES).open("w", encoding="utf-8", newline="") as file:
            lines = isolines(lambda block: cells.read(*block), grid)
            file.writelines(
                geojson(lines, {"height_m": height_m}, None if crs is None else wording.crs_urn(crs))
            )
    return {
        "files": [ISOLINES, LEVELS],
        "bounds": list(grid.bounds),
        "step_m": grid.step_m,
        "height_m": height_m,
        "receivers": grid.cells,
        "without_level": grid.cells - known,
        "lowest_dba": lowest if math.isfinite(lowest) else None,
        "highest_dba": highest if math.isfinite(highest) else None,
    }


def _fill(
    evaluate: Evaluate, grid: Grid, cells: Cells, progress: Progress | None, tile: int
) -> tuple[float, float, int]:
    """Compute and write tile after tile; lowest and highest level, and how many cells have one."""
    lowest, highest, known, done = math.inf, -math.inf, 0, 0
    for block in blocks(grid, tile):
        values = evaluate(middles(grid, block)).reshape(block.rows, block.columns)
        cells.write(block.row, block.column, values)
        there = values[~np.isnan(values)]
        if there.size:
            lowest, highest = min(lowest, float(there.min())), max(highest, float(there.max()))
        known, done = known + there.size, done + values.size
        if progress:
            progress(done, grid.cells)
    return lowest, highest, known
