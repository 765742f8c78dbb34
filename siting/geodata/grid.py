"""Ground heights as a grid in the scene's own coordinates: made from a terrain, read and written to the bit."""

import math
import warnings
from pathlib import Path

import numpy as np
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from shapely.geometry.base import BaseGeometry

from siting.errors import InputError
from siting.geodata.crs import crs_label, unit_m
from siting.geodata.raster_source import check_one_band, check_place, file_crs, height_unit, opened_raster
from siting.geodata.terrain import Terrain, elevation_at
from siting.model import Floats
from siting.parts import Raster

TAG = "SITING_TO_CELL"  # the file's own place is its inverse, which loses the last bits
SAME_PLACE_M = 1e-6
SAME_CELL = 1e-6  # cells
RINGS = 2  # of cells around an area that take the mean of their known neighbours
Place = tuple[float, float, float, float, float, float]


def read_grid(path: str | Path) -> Raster:
    """Read ground heights that lie in the scene's coordinates already; nothing is reprojected.

    Parameters
    ----------
    path : str or Path
        A raster with one band of heights, in metres unless it says otherwise.

    Raises
    ------
    InputError
        The raster cannot be read, is in degrees or feet, or has cells without a height.
    """
    name = str(path)
    with opened_raster(path) as data:
        check_one_band(name, data, False, "heights")
        written = data.tags().get(TAG)
        if written is None:
            check_place(name, data)
        if data.crs:
            _check_metres(name, file_crs(name, data))
        heights = data.read(1, masked=True).astype(float).filled(np.nan) * data.scales[0] + data.offsets[0]
        factor, _ = height_unit(name, data, None if data.crs else "")
        cell = ~data.transform
        place = (cell.c - 0.5, cell.a, cell.b, cell.f - 0.5, cell.d, cell.e)
    missing = 1.0 - np.isfinite(heights).mean()
    if missing:
        raise InputError(
            f"{name} has no height in {_percent(missing)} of its cells; fill them, or cut the raster to where it has heights."
        )
    if written is not None:
        place = _written_place(written, place, heights.shape)
    return Raster(heights * factor, place, Path(path).name)


def write_grid(raster: Raster, path: str | Path) -> None:
    """Write a grid as a GeoTIFF of 64-bit heights that `read_grid` gives back to the bit.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    c0, cx, cy, r0, rx, ry = raster.to_cell
    rows, columns = raster.z_m.shape
    profile = {
        "driver": "GTiff", "dtype": "float64", "count": 1, "height": rows, "width": columns, "compress": "deflate",
        "predictor": 3, "transform": ~Affine(cx, cy, c0 + 0.5, rx, ry, r0 + 0.5),
    }  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # of a grid at the origin
            data = rasterio.open(path, "w", **profile)
        with data:
            data.write(raster.z_m, 1)
            data.units = ("m",)
            data.update_tags(**{TAG: " ".join(repr(float(value)) for value in raster.to_cell)})
    except (RasterioError, OSError) as error:
        raise InputError(f"{path} cannot be written ({str(error)[:160]}); choose another place.") from error


def terrain_raster(terrain: Terrain, area: BaseGeometry, crs: CRS) -> Raster:
    """A terrain as a grid over an area, in the site's coordinates.

    The raster's own cells where it is in the working CRS, up to the unit; else heights read from it, bilinear, at the nodes of a
    grid along the axes as fine as the raster is.

    Parameters
    ----------
    terrain : Terrain
        What `read_terrain` has read, reaching over the area.
    area : geometry
        Where sources, receivers and all that stands between them are, in `crs`. Sound passes within its convex hull.
    crs : CRS
        The site's working CRS, metres.

    Returns
    -------
    Raster
        Cells without a height that lie outside the hull take the mean of known neighbours, up to two cells away from these;
        farther out the lowest height of all, which screens nothing.

    Raises
    ------
    InputError
        The terrain has no heights in a part of the hull.
    """
    name, hull = terrain.source["path"], area.convex_hull
    factor = _unit_between(terrain, hull)
    grid = _resampled(terrain, hull) if factor is None else _cut(terrain, hull, factor)
    z, place = grid
    _check_known(name, terrain, hull, z, place)
    return Raster(_filled(z), place, Path(name).name)


def _percent(share: float) -> str:
    return f"{min(max(100 * share, 0.1), 99.9):.3g} %"


def _check_metres(name: str, crs: CRS) -> None:
    flat = next((part for part in crs.sub_crs_list if part.is_projected), crs)
    if flat.is_geographic or flat.is_geocentric:
        raise InputError(
            f"{name} is in degrees ({crs_label(crs)}); reproject it to the scene's CRS in metres."
        )
    if flat.is_projected and unit_m(flat) != 1.0:
        raise InputError(f"{name} is in feet ({crs_label(crs)}); reproject it to the scene's CRS in metres.")


def _written_place(text: str, place: Place, shape: tuple[int, ...]) -> Place:
    """The place as it was written, if the file still lies there; a file moved since then lies where it says itself."""
    try:
        written = np.array([float(value) for value in text.split()]).reshape(2, 3)
    except ValueError:
        return place
    now = np.array(place).reshape(2, 3)
    cells = np.array([(0.0, 0.0), (shape[1], 0.0), (0.0, shape[0]), shape[::-1]])
    xy = np.linalg.solve(now[:, 1:], (cells - now[:, 0]).T)
    same = np.abs(written[:, :1] + written[:, 1:] @ xy - cells.T).max() <= SAME_CELL
    return _place(written.ravel()) if same else place


def _place(values: Floats) -> Place:
    c0, cx, cy, r0, rx, ry = (float(value) for value in values)
    return c0, cx, cy, r0, rx, ry


def _unit_between(terrain: Terrain, hull: BaseGeometry) -> float | None:
    """Metres in one unit of the raster's CRS where that is the working CRS but for the unit, else None."""
    target = terrain.move.target_crs
    if target is None or not target.is_projected:
        return None
    west, south, east, north = hull.bounds
    x, y = (part.ravel() for part in np.meshgrid(np.linspace(west, east, 5), np.linspace(south, north, 5)))
    moved, factor = np.array(terrain.move.transform(x, y)), unit_m(target)
    return factor if np.abs(moved * factor - (x, y)).max() <= SAME_PLACE_M else None


def _cut(terrain: Terrain, hull: BaseGeometry, factor: float) -> tuple[Floats, Place]:
    """The raster's own cells over the hull and one beyond."""
    cell = ~terrain.transform
    place = np.array(
        [cell.c - 0.5, cell.a / factor, cell.b / factor, cell.f - 0.5, cell.d / factor, cell.e / factor]
    )
    z = terrain.elevation_m
    low, high = _span(place, hull)
    low, high = np.maximum(low, 0), np.minimum(high, (z.shape[1] - 1, z.shape[0] - 1))
    place[[0, 3]] -= low
    return z[low[1] : high[1] + 1, low[0] : high[0] + 1].copy(), _place(place)


def _span(place: Floats, hull: BaseGeometry) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last column and row whose nodes carry the ground under the hull."""
    cells = place.reshape(2, 3)[:, :1] + place.reshape(2, 3)[:, 1:] @ shapely.get_coordinates(hull).T
    return np.floor(cells.min(axis=1)).astype(int), np.ceil(cells.max(axis=1)).astype(int)


def _resampled(terrain: Terrain, hull: BaseGeometry) -> tuple[Floats, Place]:
    """Heights at whole multiples of a step as long as a cell is wide, to three figures, so that any area gives the same nodes."""
    x, y = hull.centroid.coords[0]
    px, py = terrain.move.transform(x + np.array([0.0, 1.0, 0.0]), y + np.array([0.0, 0.0, 1.0]))
    stretch = (px[1] - px[0]) * (py[2] - py[0]) - (px[2] - px[0]) * (py[1] - py[0])
    step = float(f"{math.sqrt(abs(terrain.transform.determinant / stretch)):.3g}")
    place = np.array([0.0, 1 / step, 0.0, 0.0, 0.0, -1 / step])
    (left, top), (right, bottom) = _span(place, hull)
    columns, rows = np.meshgrid(np.arange(left, right + 1) * step, -np.arange(top, bottom + 1) * step)
    place[[0, 3]] = -left, -top
    return elevation_at(terrain, columns.ravel(), rows.ravel()).reshape(columns.shape), _place(place)


def _check_known(name: str, terrain: Terrain, hull: BaseGeometry, z: Floats, place: Place) -> None:
    """Refuse a hull with a part that has no heights: a node in it, or a place along its outline."""
    row, column = np.indices(z.shape)
    cell = np.array(place).reshape(2, 3)
    x, y = np.linalg.solve(cell[:, 1:], np.array([column.ravel(), row.ravel()]) - cell[:, :1])
    shapely.prepare(hull)
    inside = shapely.contains_xy(hull, x, y)
    step = 1.0 / math.sqrt(abs(np.linalg.det(cell[:, 1:])))
    outline = shapely.get_coordinates(shapely.segmentize(hull, step))
    known = np.concatenate(
        [~np.isnan(z.ravel()[inside]), ~np.isnan(elevation_at(terrain, outline[:, 0], outline[:, 1]))]
    )
    if not known.all():
        raise InputError(
            f"{name} has no heights for {_percent(1 - known.mean())} of the ground that sound passes; give a raster that "
            "covers it, or fill its gaps."
        )


def _filled(z: Floats) -> Floats:
    """The grid with heights in every cell."""
    z = z.copy()
    for _ in range(RINGS):
        missing = np.isnan(z)
        if not missing.any():
            break
        around = np.lib.stride_tricks.sliding_window_view(np.pad(z, 1, constant_values=np.nan), (3, 3))[
            missing
        ]
        known = ~np.isnan(around)
        count = known.sum(axis=(1, 2))
        z[missing] = np.where(
            count > 0, np.where(known, around, 0.0).sum(axis=(1, 2)) / np.maximum(count, 1), np.nan
        )
    return np.where(np.isnan(z), np.nanmin(z), z)
