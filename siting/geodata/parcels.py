"""The lots of a parcel file: ids, stacked duplicates, areas, and the lot that is asked for."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from siting.errors import InputError
from siting.geodata.areas import stated_area_check
from siting.geodata.coordinates import back, to_lonlat
from siting.geodata.ids import lot_ids, repeated
from siting.geodata.layers import Layer, listed, read_layer
from siting.geodata.polygons import stacks
from siting.model import FOOT_M, Facts, Floats, Ints

SWAPPED_M = 5_000.0  # a swapped place lies this near the lots, and itself a hundred times farther


@dataclass(frozen=True, eq=False)
class Parcels:
    """The lots of one file, one row for every feature in the file's order; `ids`, `area_m2` and `primary` go with the rows.

    `frame` keeps the file's fields; its geometry is a valid polygon or multipolygon in metres in `crs`, or None.
    """

    frame: geopandas.GeoDataFrame
    ids: tuple[str, ...]
    id_field: str | None
    area_m2: Floats  # NaN where the lot cannot be used
    unusable: Mapping[int, str]  # row -> reason
    primary: Ints  # the first row with the same shape: stacked rows are one lot
    repaired: tuple[int, ...]  # rows whose polygon had to be made valid
    crs: CRS
    unit_m: float  # metres in one unit of the file's own CRS; NaN for degrees
    own_crs: CRS  # the file's, its horizontal part
    source: Facts

    @cached_property
    def lots(self) -> NDArray[np.object_]:
        """The geometries as an array."""
        return np.asarray(self.frame.geometry.array)

    def notes_of(self, row: int) -> list[str]:
        """What was done to one lot, in sentences."""
        notes = []
        if row in self.repaired:
            notes.append(f"The polygon of lot {self.ids[row]} was invalid and was repaired.")
        stacked = [self.ids[k] for k in np.flatnonzero(self.primary == self.primary[row]) if k != row]
        if stacked:
            notes.append(
                f"Lot {self.ids[row]} is stacked with {listed(stacked)}: same shape, taken as one lot."
            )
        return notes


def read_parcels(
    path: str | Path, *, layer: str | None = None, id_field: str | None = None, stated_crs: str | None = None
) -> Parcels:
    """Read the lots of a parcel file.

    Parameters
    ----------
    path : str or Path
        Any file that `read_layer` reads.
    layer, id_field : str, optional
        Layer and id field; left out they are found, with a note.
    stated_crs : str, optional
        The file's CRS where it states none, for example "EPSG:2249".

    Raises
    ------
    InputError
        The file, layer or field cannot be used.
    """
    told: list[Any] = []

    def names(fields: pd.DataFrame) -> list[str]:
        told.extend(lot_ids(str(path), fields, id_field))
        return list(told[0])

    read: Layer = read_layer(path, role="parcels", layer=layer, stated=stated_crs, names=names)
    ids, field, notes = told
    shapes = np.asarray(read.frame.geometry.array)
    primary = stacks(shapes)
    area = np.where(shapely.is_missing(shapes), np.nan, shapely.area(shapes))
    parcels = Parcels(
        frame=read.frame, ids=tuple(ids), id_field=field, area_m2=area, unusable=read.unusable, primary=primary,
        repaired=read.repaired, crs=read.crs, unit_m=read.unit_m, own_crs=read.own_crs,
        source=read.source,
    )  # fmt: skip
    notes = [*notes, *_row_notes(parcels)]
    if (check := stated_area_check(read.frame, area, read.unit_m)) is not None:
        notes.append(check.note)
    read.source["notes"].extend(notes)
    return parcels


def find_lot(parcels: Parcels, id: str | None = None, at: tuple[float, float] | None = None) -> int:
    """The row of the lot with an id, or at a place.

    Parameters
    ----------
    parcels : Parcels
    id : str, optional
        An id as `parcels.ids` writes it.
    at : (longitude, latitude), optional
        Degrees, WGS 84.

    Returns
    -------
    int
        The row; of stacked rows the first.

    Raises
    ------
    InputError
        No such id (with the nearest ones), an id on several lots, a place on no lot (with the nearest) or on several, or a
        lot that cannot be used.
    """
    if (id is None) == (at is None):
        raise InputError("Name the lot either by its id or by longitude and latitude.")
    row = _by_id(parcels, id) if id is not None else _by_place(parcels, at)  # type: ignore[arg-type]
    if row in parcels.unusable:
        raise InputError(
            f"{parcels.source['path']}: lot {parcels.ids[row]} (row {row + 1}) cannot be used: {parcels.unusable[row]}; "
            "correct it in the file or choose another lot."
        )
    return row


def file_places(parcels: Parcels, xy: Floats) -> tuple[Floats, Floats]:
    """Points (n, 2) of the working CRS in the parcel file's own CRS and units, and as longitude and latitude (WGS 84)."""
    return back(parcels.own_crs, parcels.crs, xy), to_lonlat(parcels.crs, xy)


def _row_notes(parcels: Parcels) -> list[str]:
    notes = []
    spare = np.flatnonzero(parcels.primary != np.arange(len(parcels.ids)))
    if spare.size:
        pairs = [f"{parcels.ids[k]} on {parcels.ids[parcels.primary[k]]}" for k in spare]
        notes.append(
            f"{spare.size:,} rows are stacked on another with the same shape and are one lot with it: {listed(pairs)}"
        )
    if twice := repeated(list(parcels.ids), parcels.primary):
        notes.append(f"{len(twice):,} ids stand on several lots: {listed(twice)}")
    return notes


def _by_id(parcels: Parcels, wanted: str) -> int:
    rows = [row for row, item in enumerate(parcels.ids) if item == wanted]
    path = parcels.source["path"]
    if not rows:
        close = nearest_ids(parcels.ids, wanted)
        hint = (
            f"did you mean {' or '.join(close)}?" if close else f"its ids look like {listed(parcels.ids, 3)}."
        )
        raise InputError(f'{path} has no lot "{wanted}" ({parcels.id_field or "row numbers"}); {hint}')
    if len({int(parcels.primary[row]) for row in rows}) > 1:
        where = listed([str(row + 1) for row in rows])
        raise InputError(
            f"{path}: id {wanted} stands on {len(rows)} rows with different shapes (rows {where}); choose a field that "
            "tells them apart with --id-field, or point at the lot with --at LON,LAT."
        )
    return int(parcels.primary[rows[0]])


def nearest_ids(ids: tuple[str, ...], wanted: str) -> list[str]:
    """Up to three ids most like the one asked for: first those that differ in case, blanks or punctuation only."""
    same = [item for item in ids if _bare(item) == _bare(wanted)]
    return list(dict.fromkeys([*same, *difflib.get_close_matches(wanted, dict.fromkeys(ids), n=3)]))[:3]


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum()).lstrip("0")


def _by_place(parcels: Parcels, at: tuple[float, float]) -> int:
    lon, lat = at
    if not (abs(lon) <= 180 and abs(lat) <= 180):
        raise InputError(f"{lon}, {lat} is no longitude and latitude; write degrees, longitude first.")
    tree = shapely.STRtree(parcels.lots)
    rows = _lots_at(parcels, tree, lon, lat) if abs(lat) <= 90 else []
    if len(rows) == 1:
        return rows[0]
    path = parcels.source["path"]
    if rows:
        raise InputError(
            f"{path}: {len(rows)} lots overlap at {lon}, {lat}: {listed([parcels.ids[k] for k in rows])}; name one by its id."
        )
    turned = _lots_at(parcels, tree, lat, lon) if abs(lon) <= 90 else []
    if turned or abs(lat) > 90:
        hint = f" {lat}, {lon} lies on lot {parcels.ids[turned[0]]}." if turned else ""
        raise InputError(
            f"{path}: {lon}, {lat} looks like latitude and longitude swapped; write longitude first.{hint}"
        )
    here, there = (_nearest_lot(parcels, tree, *place) for place in ((lon, lat), (lat, lon)))
    if there is not None and there[1] < SWAPPED_M and (here is None or here[1] > 100 * SWAPPED_M):
        raise InputError(
            f"{path}: {lon}, {lat} looks like latitude and longitude swapped; write longitude first. "
            f"{lat}, {lon} lies {there[1] / FOOT_M:,.0f} ft ({there[1]:,.0f} m) from lot {there[0]}."
        )
    if here is None:
        raise InputError(f"{path}: {lon}, {lat} lies outside the region of the file's CRS; check the place.")
    raise InputError(
        f"{path}: no lot lies at {lon}, {lat}; the nearest is {here[0]}, {here[1] / FOOT_M:,.0f} ft ({here[1]:,.0f} m) away."
    )


def _nearest_lot(parcels: Parcels, tree: shapely.STRtree, lon: float, lat: float) -> tuple[str, float] | None:
    """The id of the lot nearest to a place and how far away it is, metres; None outside the CRS's region."""
    point = _point(parcels, lon, lat) if abs(lat) <= 90 else None
    if point is None:
        return None
    near = int(tree.nearest(point))
    return parcels.ids[int(parcels.primary[near])], float(shapely.distance(point, parcels.lots[near]))


def _point(parcels: Parcels, lon: float, lat: float) -> shapely.Point | None:
    x, y = Transformer.from_crs(4326, parcels.crs, always_xy=True).transform(lon, lat)
    return shapely.Point(x, y) if np.isfinite([x, y]).all() else None


def _lots_at(parcels: Parcels, tree: shapely.STRtree, lon: float, lat: float) -> list[int]:
    point = _point(parcels, lon, lat)
    rows = tree.query(point, predicate="intersects") if point is not None else []
    return sorted({int(parcels.primary[row]) for row in rows})
