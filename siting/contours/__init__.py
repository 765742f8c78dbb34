"""The noise map: levels on a regular grid as a cloud-optimised GeoTIFF, and 5 dB isolines as GeoJSON."""

from collections.abc import Callable
from pathlib import Path

from siting.contours.extent import default_bounds
from siting.contours.files import write_map
from siting.contours.forecast import Forecast, forecast_time
from siting.contours.grid import Box, Grid, grid_over
from siting.contours.words import sentence, summary
from siting.errors import InputError
from siting.levels import levels_at
from siting.model import Facts, Floats
from siting.scene.prepared import Prepared

__all__ = ["Box", "default_bounds", "sentence", "summary", "write_contours"]


def write_contours(
    prepared: Prepared,
    bounds: Box,
    step_m: float,
    height_m: float,
    folder: Path,
    *,
    threads: int = 1,
    announce: Callable[[Grid, Forecast], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Facts:
    """Compute a noise map and write `levels.tif` and `isolines.geojson`.

    Parameters
    ----------
    prepared : Prepared
        A scene from `siting.levels.prepare`; both files name its CRS.
    bounds : (west, south, east, north)
        Area of the map in the scene's coordinates; `default_bounds` knows one.
    step_m, height_m : float
        Side of a cell; height above ground. The level of a cell is that of a receiver over its middle, to the bit; NaN where
        no receiver can stand.
    folder : Path
        Where the files go, once both are whole.
    threads : int
        Has no part in the result.
    announce : callable, optional
        Called before the work with the grid and the time that it will take; only then that time is measured.
    progress : callable, optional
        Called with the number of receivers done and of all.

    Returns
    -------
    dict
        As `siting.contours.files.write_map` gives it.

    Raises
    ------
    InputError
        The area, step or height is none, the map is too large, a level cannot be had there, or the folder cannot be written.
    """
    if not 0 <= height_m < float("inf"):
        raise InputError(
            f"The height of the map is {height_m:g} m; give metres above ground, 1.5 for a person's ear."
        )
    grid = grid_over(bounds, step_m)

    def evaluate(xy: Floats) -> Floats:
        return levels_at(prepared, xy, height_m, threads=threads, inside="nan")

    if announce:
        announce(grid, forecast_time(evaluate, grid))
    return write_map(evaluate, grid, folder, height_m=height_m, crs=prepared.scene.crs, progress=progress)
