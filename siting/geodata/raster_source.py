"""A raster file opened for reading: where it lies, in which CRS, in which unit, and its cells over an area."""

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import rasterio
import shapely
from affine import Affine
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from siting.errors import InputError
from siting.geodata.crs import US_SURVEY_FOOT_M, crs_label, horizontal, stated_crs
from siting.geodata.sources import sha256
from siting.model import FOOT_M, Facts, Floats

DRIVERS = {
    ".tif": "GTiff", ".tiff": "GTiff", ".asc": "AAIGrid", ".img": "HFA", ".bil": "EHdr", ".flt": "EHdr", ".hgt": "SRTMHGT",
    ".dem": "USGSDEM",
}  # fmt: skip
KNOWN = "GeoTIFF, Esri ASCII grid or Erdas Imagine raster"
UNITS_M = {
    "m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0, "ft": FOOT_M, "foot": FOOT_M, "feet": FOOT_M,
    "us-ft": US_SURVEY_FOOT_M, "ftus": US_SURVEY_FOOT_M, "us survey foot": US_SURVEY_FOOT_M,
    "us_survey_foot": US_SURVEY_FOOT_M, "foot_us": US_SURVEY_FOOT_M,
}  # fmt: skip
MARGIN_CELLS = 2


@contextmanager
def opened_raster(path: str | Path) -> Iterator[rasterio.DatasetReader]:
    """Open a raster file.

    Raises
    ------
    InputError
        There is no such file, or it cannot be read as a raster; also while it is open.
    """
    file = located(path)
    try:
        with warnings.catch_warnings(), rasterio.open(file, driver=DRIVERS[file.suffix.lower()]) as data:
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            yield data
    except RasterioError as error:
        raise InputError(
            f"{path} cannot be read as a raster ({str(error)[:160]}); give a {KNOWN}."
        ) from error


def located(path: str | Path) -> Path:
    """Where a raster file is; InputError where it is not, or is of no kind that is read here."""
    file = Path(path).expanduser()
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "no such file"
        raise InputError(f"{path}: {what}; give a {KNOWN}.")
    if file.suffix.lower() not in DRIVERS:
        raise InputError(f'{path} ends in "{file.suffix}", which is no raster read here; give a {KNOWN}.')
    return file.absolute()


def check_one_band(name: str, data: rasterio.DatasetReader, palette: bool, wanted: str) -> None:
    """Refuse a picture; with `palette`, coloured classes are none."""
    bands = [kind for kind in data.colorinterp if kind != ColorInterp.alpha]
    if len(bands) > 1 or (ColorInterp.palette in bands and not palette) or "complex" in data.dtypes[0]:
        raise InputError(
            f"{name} has {len(bands)} bands ({data.dtypes[0]}) and looks like a picture; give a raster of {wanted}."
        )


def check_place(name: str, data: rasterio.DatasetReader) -> None:
    """Refuse a raster that does not say where it lies."""
    if data.transform.is_identity or data.transform.is_degenerate:
        raise InputError(f"{name} does not say where it lies (no georeference); export it with its position.")


def raster_crs(name: str, data: rasterio.DatasetReader, stated: str | None) -> tuple[CRS, list[str]]:
    """The raster's horizontal CRS, stated or its own, with notes."""
    flat, notes = horizontal(stated_crs(stated) if stated is not None else file_crs(name, data), name)
    return flat, [*notes, *([f"its CRS was stated: {crs_label(flat)}"] if stated is not None else [])]


def file_crs(name: str, data: rasterio.DatasetReader) -> CRS:
    """The CRS that a raster states itself; InputError where there is none."""
    try:
        return CRS.from_wkt(data.crs.to_wkt(version="WKT2_2019"))
    except (AttributeError, CRSError) as error:  # rasterio gives None where there is none
        found = "has a CRS that cannot be understood" if data.crs else "states no CRS"
        raise InputError(
            f"{name} {found}; put its CRS into a .prj file beside it, or save it as a GeoTIFF with it."
        ) from error


def height_unit(name: str, data: rasterio.DatasetReader, stated: str | None) -> tuple[float, list[str]]:
    """Metres in one unit of the heights: the band's unit, else the CRS's vertical axis, else metres."""
    called = data.units[0] or ""
    axes = file_crs(name, data).axis_info if stated is None else []
    if called and called.strip().lower() not in UNITS_M:
        raise InputError(
            f'{name}: its heights are in "{called}", a unit that is not known; convert them to metres.'
        )
    if called:
        factor = UNITS_M[called.strip().lower()]
    elif len(axes) > 2:
        factor, called = axes[2].unit_conversion_factor, axes[2].unit_name
    else:
        feet = bool(axes) and "foot" in axes[0].unit_name.lower()
        more = ", although its map unit is the foot: check that a hill has its true height" if feet else ""
        return 1.0, [f"heights are taken as metres (assumed: the file states no unit){more}"]
    return factor, [] if factor == 1 else [f"heights are in {called} and were converted to metres"]


def cells_over(
    name: str, data: rasterio.DatasetReader, wide: BaseGeometry, area: BaseGeometry, move: Transformer
) -> tuple[Floats, Affine]:
    """The cells over an area and two beyond, NaN where there is no height, and where they lie."""
    try:
        box = move.transform_bounds(*wide.bounds)
    except ProjError:
        box = (math.inf,) * 4
    if not np.all(np.isfinite(box)):
        raise InputError(
            f"{name} covers 0 % of the lot: the lot has no place in its CRS; give a raster of this place."
        )
    columns, rows = cell_at(data.transform, *np.meshgrid(box[0::2], box[1::2]))
    cells = np.array([columns.ravel(), rows.ravel()])
    low = np.maximum(np.floor(cells.min(axis=1)).astype(int) - MARGIN_CELLS, 0)
    high = np.minimum(np.ceil(cells.max(axis=1)).astype(int) + MARGIN_CELLS, (data.width, data.height))
    if np.any(low >= high):
        lot = shapely.transform(area, lambda xy: np.column_stack(move.transform(*xy.T)))
        raise InputError(
            f"{name} covers 0 % of the lot: it spans {box_text(data.bounds)} and the lot {box_text(lot.bounds)} in "
            f"{data.crs.to_string()[:40] if data.crs else 'its CRS'}; give a raster of this place."
        )
    window = Window(*map(int, (*low, *(high - low))))
    heights = data.read(1, window=window, masked=True).astype(float).filled(np.nan)
    heights = np.where(np.isfinite(heights), heights, np.nan) * data.scales[0] + data.offsets[0]
    a, b, c, d, e, f = data.transform[:6]
    return heights, Affine(
        a, b, c + a * window.col_off + b * window.row_off, d, e, f + d * window.col_off + e * window.row_off
    )


def cell_at(transform: Affine, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Column and row, with fractions, of points in the raster's CRS; whole numbers are cell corners."""
    a, b, c, d, e, f = (~transform)[:6]
    return a * x + b * y + c, d * x + e * y + f


def box_text(bounds: tuple[float, float, float, float]) -> str:
    """West to east by south to north."""
    return f"{bounds[0]:.6g} to {bounds[2]:.6g} by {bounds[1]:.6g} to {bounds[3]:.6g}"


def raster_facts(
    role: str, path: str | Path, data: rasterio.DatasetReader, crs: CRS, notes: list[str]
) -> Facts:
    """What the study's document says of a raster."""
    return {
        "role": role, "path": str(path), "layer": None, "crs": crs_label(crs), "features": None,
        "sha256": sha256(located(path)),
        "resolution": [math.hypot(*data.transform[0:4:3]), math.hypot(*data.transform[1:5:3])],
        "nodata": data.nodata, "notes": notes,
    }  # fmt: skip
