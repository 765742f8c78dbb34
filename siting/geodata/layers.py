"""One layer of any vector file, in metres in the working CRS, with what was done to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from siting.errors import InputError
from siting.geodata.coordinates import Gate, gate_to, moved, own_gate, swapped
from siting.geodata.crs import crs_label, horizontal, stated_crs, unit_m
from siting.geodata.polygons import finite, has_area, kinds_listed, polygonal, repaired
from siting.geodata.sources import opened
from siting.geodata.tables import Table, read_table
from siting.model import Facts

Shapes = NDArray[np.object_]
Box = tuple[float, float, float, float]
# role -> what is looked for in a layer of other shapes than polygons
POINT_ROLES = {
    "receptors": "points", "existing machines": "points or polygons", "walls": "lines",
    "openings": "points, lines or polygons",
}  # fmt: skip
STATED_BY = {"parcels": "--crs", "existing machines": "--existing-crs"}  # role -> option with the file's CRS
NOWHERE_NEAR_M = 50_000.0
Namer = Callable[[pd.DataFrame], Sequence[str]]


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer past the gate.

    `frame` has one row for every feature, in the file's order, with a geometry in metres in `crs`: a valid polygon or
    multipolygon (whatever the file has for the roles of `POINT_ROLES`), None where `unusable` says why not.
    """

    frame: geopandas.GeoDataFrame
    unusable: Mapping[int, str]  # row -> reason
    crs: CRS
    source: Facts
    repaired: tuple[int, ...]  # rows whose polygon had to be made valid
    not_numbers: Mapping[str, list[int]]  # number field -> rows that hold NaN or infinity
    unit_m: float  # metres in one unit of the file's own CRS; NaN for degrees
    own_crs: CRS  # the file's, its horizontal part


def read_layer(
    path: str | Path,
    *,
    role: str,
    layer: str | None = None,
    stated: str | None = None,
    crs: CRS | None = None,
    bbox: Box | None = None,
    near: Box | None = None,
    names: Namer | None = None,
) -> Layer:
    """Read one layer of a vector file into metres.

    Parameters
    ----------
    path : str or Path
        GeoPackage, Shapefile (also zipped), GeoJSON, TopoJSON, FlatGeobuf, GeoParquet, KML or File Geodatabase.
    role : str
        What the layer is for: "parcels", "zoning", "buildings", "keep-out", "receptors", "existing machines", "walls",
        "openings".
    layer : str, optional
        Its name; left out, the only layer with polygons is taken.
    stated : str, optional
        The file's CRS as the user states it, for example "EPSG:2249"; counts before the file's own.
    crs : CRS, optional
        The working CRS. Left out, this layer sets it: its own projection in metres, else its UTM zone.
    bbox : (min x, min y, max x, max y), optional
        In `crs`: only features whose bounds meet this box are returned.
    near : (min x, min y, max x, max y), optional
        In `crs`, by default `bbox`: the layer must lie within 50 km of this box.
    names : callable, optional
        What the rows are called in notes, from the fields; "row 1" and so on by default.

    Raises
    ------
    InputError
        One sentence that names the file, what was found and what to do.
    """
    with opened(path, layer) as source:
        table = read_table(source, (crs, bbox) if crs is not None and bbox is not None else None)
        if not len(
            table.shapes
        ):  # nothing in the box: look at all of it, to tell a wrong place from an empty one
            table = read_table(source)
    name = str(path)
    notes = [*source.notes, *table.notes]
    shapes, reasons, remarks = (finite if role in POINT_ROLES else polygonal)(table.shapes)
    reasons |= table.torn
    shapes[list(table.torn)] = None
    _require_some(name, role, table, shapes, reasons)
    notes += remarks
    own, remarks = _own_crs(name, role, table, stated)
    notes += remarks
    gate = _gate(name, own, shapes, crs)
    notes += gate.notes
    shapes, mended, lost = _in_metres(shapes, gate, role)
    reasons |= lost
    _check_near(name, own, table.shapes, shapes, crs, near or bbox)
    called = _called(table, names)
    notes += _geometry_notes(mended, reasons, called)
    kept = _within(shapes, bbox)
    if bbox is not None:
        notes.append(f"{len(kept):,} of {table.total:,} features lie in the area looked at")
    facts: Facts = {
        "role": role, "path": name, "layer": table.layer, "crs": crs_label(own), "features": table.total,
        "sha256": source.sha256, "notes": list(dict.fromkeys(notes)),
    }  # fmt: skip
    frame = geopandas.GeoDataFrame(
        table.fields.iloc[kept].reset_index(drop=True), geometry=shapes[kept], crs=gate.crs
    )
    place = {int(row): spot for spot, row in enumerate(kept)}
    return Layer(
        frame=frame,
        unusable={place[row]: why for row, why in sorted(reasons.items()) if row in place},
        crs=gate.crs,
        source=facts,
        repaired=tuple(place[row] for row in mended if row in place),
        not_numbers={key: [place[r] for r in rows if r in place] for key, rows in table.not_numbers.items()},
        unit_m=unit_m(own),
        own_crs=own,
    )


def listed(items: Sequence[str], most: int = 8) -> str:
    """A list for a sentence: the first few, and how many more there are."""
    more = f" and {len(items) - most:,} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more


def _own_crs(name: str, role: str, table: Table, stated: str | None) -> tuple[CRS, list[str]]:
    """The horizontal CRS of the file's coordinates, stated by the user or by the file."""
    notes = []
    crs = table.crs
    if stated is not None:
        crs = stated_crs(stated)
        if table.crs is None or not table.crs_said:
            notes.append(f"its CRS was stated: {crs_label(crs)}")
        elif not crs.equals(table.crs, ignore_axis_order=True):
            notes.append(
                f"its CRS was stated: {crs_label(crs)}, in place of the file's own {crs_label(table.crs)}"
            )
    if crs is None:
        degrees = bool(np.all(np.abs(shapely.total_bounds(table.shapes)) <= (180, 90, 180, 90)))
        hint = " (its coordinates look like degrees, perhaps EPSG:4326)" if degrees else ""
        advice = f"state it with {STATED_BY[role]} EPSG:NNNN" if role in STATED_BY else (
            "save it with its CRS, as a GeoPackage or with a .prj beside the Shapefile"
        )  # fmt: skip
        raise InputError(f"{name}: layer {table.layer} states no CRS{hint}; {advice}.")
    if not table.crs_said and stated is None:
        notes.append("GeoJSON without a crs member is longitude and latitude in WGS 84 (RFC 7946)")
    flat, remarks = horizontal(crs, name)
    return flat, [*notes, *remarks]


def _require_some(name: str, role: str, table: Table, shapes: Shapes, reasons: dict[int, str]) -> None:
    if not shapely.is_missing(shapes).all():
        return
    wanted = POINT_ROLES.get(role, "polygons")
    areal = [
        why
        for row, why in sorted(reasons.items())
        if table.shapes[row] is None or has_area(table.shapes[row])
    ]
    why = f": {areal[0]}" if areal else ""
    raise InputError(
        f"{name}: layer {table.layer} holds no {wanted} that can be used ({kinds_listed(table.shapes)}{why}); "
        f"give a file or choose a layer with {wanted}."
    )


def _gate(name: str, own: CRS, shapes: Shapes, crs: CRS | None) -> Gate:
    """The way into the working CRS, told from the middles of the features."""
    box = shapely.bounds(shapes[~shapely.is_missing(shapes)])
    centres = (box[:, :2] + box[:, 2:]) / 2
    if crs is None:
        return own_gate(name, own, centres)
    return gate_to(name, own, crs, centres)


def _in_metres(shapes: Shapes, gate: Gate, role: str) -> tuple[Shapes, list[int], dict[int, str]]:
    """Shapes in the working CRS, valid; rows that were made valid; rows that cannot be used."""
    there = np.flatnonzero(~shapely.is_missing(shapes))
    moved = shapely.transform(shapes, gate.to_metres)
    lost = dict.fromkeys(
        there[gate.stray].tolist(), "its coordinates lie far outside the region of the file's CRS"
    )
    xy, owner = shapely.get_coordinates(moved, return_index=True)
    for row in np.unique(owner[~np.isfinite(xy).all(axis=1)]):
        lost.setdefault(int(row), "its coordinates have no place in the working CRS")
    moved[list(lost)] = None
    if role in POINT_ROLES:
        return moved, [], lost
    moved, mended, flat = repaired(moved)
    return moved, mended.tolist(), lost | flat


def _check_near(name: str, own: CRS, raw: Shapes, shapes: Shapes, crs: CRS | None, near: Box | None) -> None:
    """Refuse a further layer that lies in another region than the lots."""
    if crs is None or near is None or shapely.is_missing(shapes).all():
        return
    around = shapely.box(*near)
    away = shapely.distance(shapely.box(*shapely.total_bounds(shapes)), around)
    if away <= NOWHERE_NEAR_M:
        return
    corner = shapely.total_bounds(raw)[:2]
    turned = shapely.points(moved(own, crs, corner[None, ::-1]))
    if np.any(shapely.distance(turned, around) <= NOWHERE_NEAR_M):
        raise InputError(swapped(name, *corner))
    raise InputError(
        f"{name} lies {away / 1000:,.0f} km from the lots; give the layer of this place, or check its CRS."
    )


def _within(shapes: Shapes, bbox: Box | None) -> NDArray[np.intp]:
    if bbox is None:
        return np.arange(len(shapes))
    low_x, low_y, high_x, high_y = shapely.bounds(shapes).T
    return np.flatnonzero((low_x <= bbox[2]) & (high_x >= bbox[0]) & (low_y <= bbox[3]) & (high_y >= bbox[1]))


def _called(table: Table, names: Namer | None) -> Sequence[str]:
    """What each row is called in a note; a row's place in the file is known only where all of it was read."""
    if names is not None:
        return names(table.fields)
    if len(table.fields) == table.total:
        return [f"row {place}" for place in range(1, table.total + 1)]
    return [f"feature {number}" for number in table.number]


def _geometry_notes(mended: list[int], reasons: dict[int, str], called: Sequence[str]) -> list[str]:
    notes = []
    if mended:
        notes.append(
            f"{len(mended):,} invalid polygons were repaired: {listed([called[row] for row in mended])}"
        )
    for why in dict.fromkeys(reasons.values()):
        rows = [called[row] for row in sorted(reasons) if reasons[row] == why]
        notes.append(f"{len(rows):,} cannot be used, {why}: {listed(rows)}")
    return notes
