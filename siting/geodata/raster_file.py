"""A raster written window by window into a rough file, and from it a cloud-optimised GeoTIFF."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import rasterio
from affine import Affine
from rasterio.shutil import copy
from rasterio.windows import Window

from siting.model import Floats

TILE = 256  # cells of a tile of the file
CACHE_BYTES = 64_000_000  # GDAL's own share of memory: the default is a twentieth of the machine's


class Cells(NamedTuple):
    """Ways into a raster that is being written: row and column of a window's first cell, then its values or its size."""

    write: Callable[[int, int, Floats], None]
    read: Callable[[int, int, int, int], Floats]


@contextmanager
def cloud_optimised(
    path: Path,
    *,
    shape: tuple[int, int],
    corner: tuple[float, float],
    step_m: float,
    crs: str | None,
    unit: str,
    tags: dict[str, str],
) -> Iterator[Cells]:
    """Write a raster of 64-bit numbers, NaN for none; on leaving without an error it becomes a cloud-optimised GeoTIFF.

    Overviews take every second cell as it is, never a mean: a number in a view from afar is one of the map. The same
    numbers give the same bytes.

    Parameters
    ----------
    path : Path
        The file to write; a rough file stands beside it meanwhile.
    shape : (rows, columns)
    corner : (x, y)
        The north-western corner of the first cell.
    unit, tags
        The band's unit and further words kept in the file.

    Raises
    ------
    OSError
        The disk does not take the file.
    """
    rough = path.with_name(f"rough-{path.name}")
    profile = {
        "driver": "GTiff", "height": shape[0], "width": shape[1], "count": 1, "dtype": "float64", "nodata": float("nan"),
        "crs": crs, "transform": Affine(step_m, 0, corner[0], 0, -step_m, corner[1]),
        "tiled": True, "blockxsize": TILE, "blockysize": TILE, "bigtiff": "if_safer",
    }  # fmt: skip
    try:
        with rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES):
            with rasterio.open(rough, "w+", **profile) as data:
                data.units = (unit,)
                data.update_tags(**tags)
                yield Cells(
                    lambda row, column, values: data.write(
                        values, 1, window=Window(column, row, *values.shape[::-1])
                    ),
                    lambda row, column, rows, columns: data.read(
                        1, window=Window(column, row, columns, rows)
                    ),
                )
            copy(
                rough, path, driver="COG", compress="deflate", predictor="yes", blocksize=TILE,
                overview_resampling="nearest", bigtiff="if_safer", num_threads=1,
            )  # fmt: skip
    finally:
        rough.unlink(missing_ok=True)
