"""Walls that stand or shall stand: lines with a height, and how much sound they take in."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from kernels.bands import BANDS
from siting.errors import InputError
from siting.geodata.layers import Box, Layer, listed, read_layer
from siting.model import FOOT_M, Assumption, Facts, Floats
from siting.parts import Wall

HEIGHTS = {"height_ft": FOOT_M, "height_m": 1.0}  # field -> metres in its unit
ABSORPTION = "absorption"
HARD = 0.0
HARD_WHY = "a flat hard wall sends back all of the energy, ISO 9613-2 Table 4; the loud reading"
HIGHEST_M = 100.0
THICK_M = 0.3048  # a foot
THICK_WHY = "neither a unit's body nor its clearance stands within half a foot of a wall's line"


@dataclass(frozen=True)
class Walls:
    """Walls in the file's order, what was assumed of them, and what was read."""

    parts: tuple[Wall, ...]
    assumptions: tuple[Assumption, ...]
    source: Facts


def read_walls(path: str | Path, *, crs: CRS, near: Box | None = None) -> Walls:
    """Read lines of walls with the field `height_ft` or `height_m` above ground, and `absorption` (0 to 1) where it is known.

    Parameters
    ----------
    path, crs, near
        As for `siting.geodata.layers.read_layer`.

    Raises
    ------
    InputError
        The layer cannot be read, a feature is no line, or a height or an absorption is missing or of the wrong form.
    """
    read = read_layer(path, role="walls", crs=crs, near=near)
    name, shapes = str(path), np.asarray(read.frame.geometry.array)
    _check_lines(name, read, shapes)
    height, told = _heights(name, read)
    absorption, assumed = _absorption(name, read)
    lines, owner = shapely.get_parts(shapes, return_index=True)
    pieces = np.bincount(owner, minlength=len(shapes))
    parts, nth = [], 0
    for k, (line, row) in enumerate(zip(lines, owner.tolist(), strict=True)):
        nth = nth + 1 if k and owner[k - 1] == row else 1
        id = f"W{row + 1}" if pieces[row] == 1 else f"W{row + 1}/{nth}"
        parts.append(
            Wall(id, line, height_m=float(height[row]), absorption=(float(absorption[row]),) * BANDS)
        )
    notes = [*read.source["notes"], told]
    return Walls(tuple(parts), (*assumed, thickness()), {**read.source, "notes": notes})


def hard(count: int) -> Assumption:
    """That walls of which nobody says how much sound they take in send back all of it."""
    walls = "1 wall" if count == 1 else f"{count:,} walls"
    return Assumption("walls.absorption", HARD, "assumed", f"{walls} of unknown surface: {HARD_WHY}")


def thickness() -> Assumption:
    """How wide a strip a wall takes from the room for units."""
    return Assumption("walls.thickness_m", THICK_M, "assumed", THICK_WHY)


def _check_lines(name: str, read: Layer, shapes: NDArray[np.object_]) -> None:
    """Refuse what is no line, row by row."""
    lines = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
    for row, shape in enumerate(shapes):
        if shape is None:
            why = read.unusable.get(row, "it has no geometry")
            raise InputError(
                f"{name}: row {row + 1} cannot be used, {why}; draw the wall as a line, or delete the row."
            )
        if shapely.get_type_id(shape) not in lines:
            raise InputError(f"{name}: row {row + 1} is a {shape.geom_type}; a wall is a line.")
        if not shapely.length(shapely.get_parts(shape)).all():
            raise InputError(
                f"{name}: row {row + 1} has a line of no length; draw the wall from one end to the other."
            )


def _heights(name: str, read: Layer) -> tuple[Floats, str]:
    """Height of every wall above ground, metres, and how it was read."""
    fields = {str(column).casefold(): str(column) for column in _fields(read)}
    found = [key for key in HEIGHTS if key in fields]
    if len(found) != 1:
        has = f"both {' and '.join(found)}" if found else f"no {' or '.join(HEIGHTS)}"
        known = listed(list(fields.values()), 20) or "none"
        raise InputError(
            f"{name} has {has}; give each wall its height above ground in one of them; its fields: {known}."
        )
    field, unit = fields[found[0]], HEIGHTS[found[0]]
    height = pd.to_numeric(read.frame[field], errors="coerce").to_numpy(float, na_value=np.nan) * unit
    wrong = np.flatnonzero(~((height > 0) & (height <= HIGHEST_M)))
    if len(wrong):
        raise InputError(
            f"{name}: field {field} is {_said(read.frame[field].iloc[wrong[0]])} in row {wrong[0] + 1}; the height of a wall is "
            f"a number above 0 and up to {HIGHEST_M / unit:.0f}."
        )
    return height, f"heights from field {field}, read as {'metres' if unit == 1.0 else 'feet'} above ground"


def _absorption(name: str, read: Layer) -> tuple[Floats, tuple[Assumption, ...]]:
    """The share of the energy that every wall takes in, and what is assumed where the file says nothing."""
    field = next((str(column) for column in _fields(read) if str(column).casefold() == ABSORPTION), None)
    share = np.full(len(read.frame), np.nan)
    if field is not None:
        values = read.frame[field]
        share = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)
        blank = (values.isna() | (values.astype(str).str.strip() == "")).to_numpy(bool)
        wrong = np.flatnonzero(~blank & ~((share >= 0) & (share <= 1)))
        if len(wrong):
            raise InputError(
                f"{name}: field {field} is {_said(values.iloc[wrong[0]])} in row {wrong[0] + 1}; how much a wall takes in is a "
                "number from 0 (nothing) to 1 (all), or nothing where it is not known."
            )
    silent = np.isnan(share)
    assumed = (hard(int(silent.sum())),) if silent.any() else ()
    return np.where(silent, HARD, share), assumed


def _fields(read: Layer) -> list[str]:
    return [str(column) for column in read.frame.columns if column != read.frame.geometry.name]


def _said(value: object) -> str:
    return "empty" if value is None or pd.isna(value) or not str(value).strip() else str(value)
