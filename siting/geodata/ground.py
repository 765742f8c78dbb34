"""Pieces of ground of known ground factor: polygons with a field `g`."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from siting.errors import InputError
from siting.geodata.layers import Box, listed, read_layer
from siting.model import Facts
from siting.parts import Ground

FIELD = "g"


@dataclass(frozen=True)
class Grounds:
    """Ground polygons in the file's order, of which the last one counts where they overlap, and what was read."""

    parts: tuple[Ground, ...]
    source: Facts


def read_ground(path: str | Path, *, crs: CRS, near: Box | None = None) -> Grounds:
    """Read ground polygons, each with its ground factor in the field `g`: 0 (hard) to 1 (porous).

    Parameters
    ----------
    path, crs, near
        As for `siting.geodata.layers.read_layer`.

    Raises
    ------
    InputError
        The layer cannot be read, there is no such field, or a ground factor is no number from 0 to 1.
    """
    read = read_layer(path, role="ground", crs=crs, near=near)
    frame = read.frame
    named = {str(name).casefold(): name for name in frame.columns if name != frame.geometry.name}
    if FIELD not in named:
        has = listed([str(name) for name in named.values()], 20) or "none"
        raise InputError(
            f'{path} has no field "{FIELD}" for the ground factor, 0 (hard) to 1 (porous); its fields: {has}.'
        )
    values = frame[named[FIELD]]
    g = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)
    wrong = np.flatnonzero(~((g >= 0) & (g <= 1)))
    if len(wrong):
        raise InputError(
            f"{path}: field {named[FIELD]} is {values.iloc[wrong[0]]} in row {wrong[0] + 1}; a ground factor is a number from "
            "0 (hard) to 1 (porous)."
        )
    shapes = np.asarray(frame.geometry.array)
    pieces, owner = shapely.get_parts(shapely.force_2d(shapes), return_index=True)
    return Grounds(
        tuple(Ground(piece, float(g[k])) for piece, k in zip(pieces, owner, strict=True)), read.source
    )
