"""Ground factors from a raster of land-cover classes and a table that says what each class is to sound (ISO 9613-2, 7.3.1)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio.features import shapes
from shapely.geometry import Polygon, shape
from shapely.geometry.base import BaseGeometry

from siting.catalog import data_folder
from siting.catalog.toml_table import read_toml, suggestion
from siting.errors import InputError
from siting.geodata.raster_source import (
    cells_over,
    check_one_band,
    check_place,
    opened_raster,
    raster_crs,
    raster_facts,
)
from siting.model import Facts, Floats
from siting.parts import Ground

MOST_CLASSES, MOST_NAMED = 1000, 5
WHOLE = 1e-6  # a share of an area that is as good as all of it


@dataclass(frozen=True)
class LandCover:
    """Ground of known factor, in the site's coordinates; no two pieces overlap."""

    ground: tuple[Ground, ...]
    source: Facts  # the raster, with notes on the table and on what has no class


@dataclass(frozen=True)
class CoverTable:
    """What the classes of a land cover are to sound."""

    name: str
    path: str
    sha256: str
    g: dict[int, float]  # ground factor of each class, 0 hard to 1 porous


def read_land_cover(
    path: str | Path, table: str | Path, area: BaseGeometry, crs: CRS, *, stated: str | None = None
) -> LandCover:
    """Read the ground factors over an area.

    Parameters
    ----------
    path : str or Path
        A raster of classes.
    table : str or Path
        Name of a table of the catalogue ("umep", "nlcd", "worldcover"), or the path of a TOML file like them.
    area : polygon or multipolygon
        In `crs`.
    crs : CRS
        The site's working CRS, metres.
    stated : str, optional
        The raster's CRS as the user states it; counts before the file's own.

    Returns
    -------
    LandCover
        Neighbouring cells of one ground factor are one piece. Where the raster has no value, or ends, there is no piece, and the
        site's own ground factor holds; a note says how much of the area that is.

    Raises
    ------
    InputError
        Raster or table cannot be read, the raster lies elsewhere, or it has a class that the table lacks.
    """
    name, known = str(path), read_cover_table(table)
    with opened_raster(path) as data:
        check_one_band(name, data, True, "land-cover classes")
        check_place(name, data)
        own, notes = raster_crs(name, data, stated)
        move = Transformer.from_crs(crs, own, always_xy=True)
        cells, transform = cells_over(name, data, area, area, move)
        notes = [*notes, f"ground factors by {known.name} ({known.path}, SHA-256 {known.sha256[:16]})"]
        facts = raster_facts("land cover", path, data, own, notes)
    outlines, factors = _pieces(_factors(name, cells, known), transform)
    outlines = shapely.transform(outlines, lambda xy: _moved_back(move, xy))
    near = shapely.intersects(outlines, area)
    covered = shapely.area(shapely.intersection(outlines[near], area)).sum() / area.area
    if covered < 1 - WHOLE:
        share = f"{max(100 * (1 - covered), 0.1):.3g} %"
        notes.append(f"{share} of the area has no class there and keeps the ground factor given for the site")
    pieces = zip(outlines[near], factors[near], strict=True)
    return LandCover(tuple(Ground(outline, float(g)) for outline, g in pieces), facts)


def read_cover_table(table: str | Path) -> CoverTable:
    """Read a table of classes, of the catalogue by name or a user's own by path.

    Raises
    ------
    InputError
        No such table, or a key is missing, unknown or of the wrong form.
    """
    named, folder = str(table), data_folder() / "landcover"
    names = sorted(file.stem for file in folder.glob("*.toml"))
    file, shown = (
        (folder / f"{named}.toml", f"data/landcover/{named}.toml") if named in names else (Path(named), named)
    )
    if not file.is_file():
        raise InputError(
            f"{named}: no such table of land-cover classes{suggestion(named, names)}; give a TOML file or one of "
            f"{', '.join(names)}."
        )
    whole, sha256 = read_toml(file, shown)
    whole.only("name", "source", "classes")
    whole.text("source")
    classes = whole.table("classes")
    g = {}
    for key in classes.values:
        if not key.isascii() or not key.isdigit():
            raise InputError(
                f"{shown}: the key classes.{key} is no class; expected a whole number as in the raster."
            )
        row = classes.table(key)
        row.only("name", "g")
        row.text("name")
        g[int(key)] = row.number("g", least=0, most=1)
    if not g:
        classes.refuse("1", 'a row for every class, like 1 = { name = "Paved", g = 0 }')
    return CoverTable(whole.text("name"), shown, sha256, g)


def _moved_back(move: Transformer, xy: Floats) -> Floats:
    x, y = move.transform(xy[:, 0], xy[:, 1], direction="INVERSE")
    return np.column_stack([x, y])


def _factors(name: str, cells: Floats, table: CoverTable) -> Floats:
    """Ground factor of each cell, NaN where there is no class."""
    known = ~np.isnan(cells)
    found, count = np.unique(cells[known], return_counts=True)
    broken = found[found != np.round(found)]
    if len(broken) or len(found) > MOST_CLASSES:
        shown = f"{broken[0]:g}" if len(broken) else f"{len(found)} different ones"
        raise InputError(
            f"{name} has values ({shown}) that are no classes; give a raster of land-cover classes."
        )
    shares = zip(found.astype(int), count / max(count.sum(), 1), strict=True)
    missing = [
        f"{value} ({100 * share:.2g} % of its cells here)" for value, share in shares if value not in table.g
    ]
    if missing:
        listed = ", ".join(missing[:MOST_NAMED]) + ", …" * (len(missing) > MOST_NAMED)
        raise InputError(
            f"{name}: no row in {table.path} for {'class' if len(missing) == 1 else 'classes'} {listed}; "
            "add name and g for each."
        )
    factors = np.full(cells.shape, np.nan)
    for value in found:
        factors[cells == value] = table.g[int(value)]
    return factors


def _pieces(factors: Floats, transform: Affine) -> tuple[NDArray[np.object_], Floats]:
    """Outlines of neighbouring cells of one ground factor, in the raster's coordinates, and that factor."""
    values = np.unique(factors[~np.isnan(factors)])
    number = np.searchsorted(values, factors).astype(np.int16)  # NaN comes behind all others and is masked
    found = [
        (shape(outline), values[int(k)])
        for outline, k in shapes(number, mask=~np.isnan(factors), connectivity=4, transform=transform)
    ]
    outlines = np.empty(len(found), object)
    outlines[:] = [outline if isinstance(outline, Polygon) else None for outline, _ in found]
    return outlines, np.array([g for _, g in found], float)
