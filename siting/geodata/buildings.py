"""Buildings with their heights, and what their walls are made of."""

import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
from pyproj import CRS

from siting.errors import InputError
from siting.geodata.layers import Box, Layer, listed, read_layer
from siting.law import WallKind
from siting.model import FOOT_M, Floats

HEIGHT_FIELDS = (
    "height_m", "height_ft", "height", "hgt_m", "hgt_ft", "hgt", "bldg_height", "bldgheight", "bldg_hgt", "bld_height",
    "building_height", "roof_height", "roofheight", "max_height", "hoehe", "hauteur",
)  # fmt: skip
WALLS: tuple[WallKind, ...] = get_args(WallKind)
FEET = re.compile(r"(^|_)(ft|feet)$", re.IGNORECASE)
METRES = re.compile(r"(^|_)(m|metres|meters)$", re.IGNORECASE)


def read_buildings(
    path: str | Path,
    *,
    crs: CRS,
    layer: str | None = None,
    stated: str | None = None,
    bbox: Box | None = None,
    near: Box | None = None,
    height_field: str | None = None,
) -> Layer:
    """Read building footprints; the layer's `frame` gains the columns `height_m` and `wall_kind`.

    `height_m` is NaN where a height is not known. `wall_kind` is "rated", "noncombustible" or "combustible" by the file's field
    `wall`; "combustible" where it says nothing or another word.

    Parameters
    ----------
    path, crs, layer, stated, bbox, near
        As for `siting.geodata.layers.read_layer`.
    height_field : str, optional
        The field with the height above ground; left out, the first known name. Feet or metres by the end of its name
        (`_ft`, `_m`), else metres, assumed.

    Raises
    ------
    InputError
        The layer cannot be read, there is no such field, or a height is negative, NaN or no number.
    """
    read = read_layer(path, role="buildings", layer=layer, stated=stated, crs=crs, bbox=bbox, near=near)
    field = _field(str(path), read.frame, height_field)
    if field is None:
        height, notes = (
            np.full(len(read.frame), np.nan),
            ["no height field was found: the buildings' heights are not known"],
        )
    else:
        height, notes = _heights(str(path), read, field)
    walls, remarks = _walls(read.frame)
    frame = read.frame.assign(height_m=height, wall_kind=walls)
    return replace(
        read, frame=frame, source={**read.source, "notes": [*read.source["notes"], *notes, *remarks]}
    )


def _walls(frame: pd.DataFrame) -> tuple[list[WallKind], list[str]]:
    """What the walls of each building are made of, and the words that say nothing of it."""
    field = next((column for column in frame.columns if str(column).casefold() == "wall"), None)
    if field is None:
        return ["combustible"] * len(frame), []
    words = frame[field].fillna("").astype(str).str.strip()
    known: dict[str, WallKind] = {wall: wall for wall in WALLS}
    walls = [known.get(word.casefold(), "combustible") for word in words]
    other = sorted({word for word in words if word and word.casefold() not in known})
    if not other:
        return walls, []
    count = sum(word in other for word in words)
    quoted = listed([f'"{word}"' for word in other])
    return walls, [
        f"{count:,} buildings have a wall of another word than {', '.join(WALLS)} ({quoted}): taken for combustible"
    ]


def _field(name: str, frame: pd.DataFrame, wanted: str | None) -> str | None:
    known = {
        str(column).casefold(): str(column) for column in reversed(frame.columns) if column != "geometry"
    }
    if wanted is None:
        return next((known[item] for item in HEIGHT_FIELDS if item in known), None)
    if wanted.casefold() not in known:
        raise InputError(f'{name} has no field "{wanted}"; it has {listed(list(known.values()), 20)}.')
    return known[wanted.casefold()]


def _heights(name: str, read: Layer, field: str) -> tuple[Floats, list[str]]:
    """Heights in metres, NaN where the file states none, and how they were read."""
    values = read.frame[field]
    height = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)
    blank = values.isna() | (values.astype(str).str.strip() == "")
    wrong = np.flatnonzero((height < 0) | np.isinf(height) | (np.isnan(height) & ~blank.to_numpy()))
    bad = sorted({*wrong.tolist(), *read.not_numbers.get(field, [])})
    if bad:
        found = values.iloc[bad[0]]
        raise InputError(
            f"{name}: field {field} is {found} in row {bad[0] + 1}"
            f"{f' and in {len(bad) - 1:,} more' if len(bad) > 1 else ''}; a height above ground is a number from 0 up: "
            "correct it, or leave it empty where it is not known."
        )
    if FEET.search(field):
        height, unit = height * FOOT_M, "feet"
    else:
        unit = "metres" if METRES.search(field) else "metres (assumed: its name states no unit)"
    notes = [f"heights from field {field}, read as {unit}"]
    if blank.any():
        notes.append(f"{int(blank.sum()):,} buildings have no height")
    return height, notes
