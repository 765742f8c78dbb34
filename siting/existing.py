"""Machines that are already there and add to the level: from a vector file of points or outlines, with their sound power."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from siting.catalog import load_spectra
from siting.errors import InputError
from siting.geodata.layers import Box, Layer, listed, read_layer
from siting.model import FOOT_M, Assumption, Facts, Floats, Spectrum
from siting.outcome import Machine
from siting.parts import Source
from siting.sound import octave_powers

ROLE = "existing machines"
POWER, SPECTRUM, TYPE = "power_dba", "spectrum", "type"
NAMES = ("id", "name")
HEIGHT_FIELDS = {"height_m": 1.0, "height_ft": FOOT_M, "top_gl": FOOT_M}
"""Fields with the height of a machine's top above ground, and their unit in metres.

TOP_GL is that of Cambridge's rooftop machines: feet above ground, for TOP_GL + BASE_ELEV = TOP_SL in every row, and BASE_ELEV in
feet is the city's terrain (median 0.2 m off, nine in ten within 0.9 m); in metres it would lie 7 m off.
"""
ASSUMED_SPECTRUM = "engine"
ASSUMED_HEIGHT_M = 2.0
LOUDEST_DBA, HIGHEST_M = 200.0, 1000.0


class Existing(NamedTuple):
    """The machines of a file, what was assumed of them, and what was read."""

    machines: tuple[Machine, ...]
    assumptions: tuple[Assumption, ...]
    source: Facts


def read_machines(
    path: str | Path,
    crs: CRS,
    near: Box,
    power_dba: float | None = None,
    *,
    kind: str | None = None,
    layer: str | None = None,
    stated: str | None = None,
) -> Existing:
    """Read existing machines: a point where it stands, an outline in its middle, sending from the top.

    Fields: `power_dba`, A-weighted sound power; `spectrum`, a template of the catalogue; `height_m` or `height_ft` of the top
    above ground; `id` or `name`; `type`.

    Parameters
    ----------
    path, crs, near, layer, stated
        As for `siting.geodata.layers.read_layer`.
    power_dba : float, optional
        Sound power of every machine for which the file states none, dB(A).
    kind : str, optional
        Only machines whose field `type` says so, for example ROOF-TOP-GENERATOR.

    Raises
    ------
    InputError
        The layer cannot be read, a machine has no sound power, or a value is of the wrong form.
    """
    read = read_layer(path, role=ROLE, layer=layer, stated=stated, crs=crs, near=near)
    rows = _rows(str(path), read, kind)
    fields = read.frame.drop(columns=read.frame.geometry.name).iloc[rows]
    power, given = _powers(str(path), fields, power_dba)
    spectra, dressed = _spectra(str(path), fields)
    height, raised, note = _heights(str(path), fields)
    xy = _middles(str(path), read, rows)
    ids = _ids(fields, rows)
    machines = tuple(
        _machine(name, place, float(top), float(dba), spectrum)
        for name, place, top, dba, spectrum in zip(ids, xy, height, power, spectra, strict=True)
    )
    notes = [*read.source["notes"], *note]
    if kind is not None:
        notes.append(
            f"{len(rows):,} of {len(read.frame):,} features are of the type {kind}; the others are left out"
        )
    return Existing(machines, (*given, *dressed, *raised), {**read.source, "notes": notes})


def machine_sources(machines: Sequence[Machine]) -> tuple[Source, ...]:
    """The machines as sources of a scene, the same all round."""
    return tuple(
        Source(
            each.id,
            each.x,
            each.y,
            each.power_db[1:],
            height_m=each.height_m,
            power_31_db=None if math.isnan(each.power_db[0]) else each.power_db[0],
        )
        for each in machines
    )


def _machine(name: str, xy: Floats, height_m: float, power_dba: float, spectrum: Spectrum) -> Machine:
    power_db, lowest = octave_powers(spectrum.shape_db, spectrum.shape_31_db, power_dba)
    nine = (math.nan if lowest is None else lowest, *power_db)
    return Machine(name, float(xy[0]), float(xy[1]), height_m, nine, power_dba)


def _rows(name: str, read: Layer, kind: str | None) -> NDArray[np.intp]:
    """Rows of the wanted type that have a place."""
    usable = ~shapely.is_missing(np.asarray(read.frame.geometry.array))
    if kind is None:
        return np.flatnonzero(usable)
    field = _field(read.frame, TYPE)
    if field is None:
        has = listed([str(column) for column in read.frame.columns if column != read.frame.geometry.name], 20)
        raise InputError(f'{name} has no field "{TYPE}" to choose machines by; its fields: {has}.')
    types = read.frame[field].astype(str).str.strip()
    rows = np.flatnonzero(usable & (types.str.casefold() == kind.strip().casefold()).to_numpy(bool))
    if not len(rows):
        found = listed([f"{count:,} {what}" for what, count in types.value_counts().items()])
        raise InputError(f'{name}: no machine has the {field} "{kind}"; it holds {found}.')
    return rows


def _powers(
    name: str, fields: pd.DataFrame, power_dba: float | None
) -> tuple[Floats, tuple[Assumption, ...]]:
    """A-weighted sound power of every machine."""
    field = _field(fields, POWER)
    power = np.full(len(fields), np.nan) if field is None else _numbers(name, fields, field, 0.0, LOUDEST_DBA)
    silent = np.isnan(power)
    if not silent.any():
        return power, ()
    if power_dba is None:
        some = f'there is no field "{POWER}"' if field is None else (
            f"field {field} is empty for {int(silent.sum()):,} of {len(power):,} machines"
        )  # fmt: skip
        raise InputError(
            f"{name}: {some}; give each machine its sound power in dB(A), or one number for all with --existing-power-dba."
        )
    if not 0 <= power_dba <= LOUDEST_DBA:
        raise InputError(
            f"the sound power of existing machines is {power_dba:g} dB(A); expected 0 to {LOUDEST_DBA:g}."
        )
    why = f"{int(silent.sum()):,} of {len(power):,} existing machines have no sound power in their file; one number for all"
    return np.where(silent, power_dba, power), (
        Assumption("existing.power_dba", float(power_dba), "given", why),
    )


def _spectra(name: str, fields: pd.DataFrame) -> tuple[list[Spectrum], tuple[Assumption, ...]]:
    """The octave shape of every machine."""
    known, field = {spectrum.name: spectrum for spectrum in load_spectra()}, _field(fields, SPECTRUM)
    said = [""] * len(fields) if field is None else [_text(value) for value in fields[field]]
    for row, text in zip(fields.index, said, strict=True):
        if text and text not in known:
            raise InputError(
                f'{name}: field {field} is "{text}" in row {row + 1}; expected one of {", ".join(known)}.'
            )
    silent = said.count("")
    why = f"{silent:,} of {len(said):,} existing machines have no spectrum in their file: {known[ASSUMED_SPECTRUM].source}"
    assumed = (Assumption("existing.spectrum", ASSUMED_SPECTRUM, "assumed", why),) if silent else ()
    return [known[text or ASSUMED_SPECTRUM] for text in said], assumed


def _heights(name: str, fields: pd.DataFrame) -> tuple[Floats, tuple[Assumption, ...], list[str]]:
    """Height of every machine's top above ground, metres."""
    field = next((found for key in HEIGHT_FIELDS if (found := _field(fields, key)) is not None), None)
    height, notes = np.full(len(fields), np.nan), []
    if field is not None:
        unit = HEIGHT_FIELDS[field.casefold()]
        height = _numbers(name, fields, field, 0.0, HIGHEST_M / unit) * unit
        notes = [f"heights from field {field}, read as {'metres' if unit == 1.0 else 'feet'} above ground"]
    silent = np.isnan(height)
    why = (
        f"{int(silent.sum()):,} of {len(height):,} existing machines have no height (height_m, height_ft) in their file; "
        "taken to stand on the ground, as high as a person"
    )
    assumed = (Assumption("existing.height_m", ASSUMED_HEIGHT_M, "assumed", why),) if silent.any() else ()
    return np.where(silent, ASSUMED_HEIGHT_M, height), assumed, notes


def _middles(name: str, read: Layer, rows: NDArray[np.intp]) -> Floats:
    """Where every machine stands (n, 2): a point itself, an outline's middle, or a point on it where its middle lies outside."""
    shapes = np.asarray(read.frame.geometry.array)[rows]
    wrong = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), (0, 3, 6)))
    if len(wrong):
        raise InputError(
            f"{name}: row {rows[wrong[0]] + 1} is a {shapes[wrong[0]].geom_type}; a machine is one point or an outline."
        )
    whole = shapely.make_valid(shapes)
    middle = shapely.centroid(whole)
    middle = np.where(shapely.intersects(whole, middle), middle, shapely.point_on_surface(whole))
    return shapely.get_coordinates(middle)


def _ids(fields: pd.DataFrame, rows: NDArray[np.intp]) -> list[str]:
    """What each machine is called, each once."""
    field = next((found for key in NAMES if (found := _field(fields, key)) is not None), None)
    said = [""] * len(rows) if field is None else [_text(value) for value in fields[field]]
    alike = pd.Series(said).duplicated(keep=False)
    return [
        f"existing {text}"
        if text and not twice
        else " ".join(filter(None, ("existing", text, f"row {row + 1}")))
        for text, twice, row in zip(said, alike, rows.tolist(), strict=True)
    ]


def _field(frame: pd.DataFrame, wanted: str) -> str | None:
    """The column of this name, in whatever case."""
    return next((str(column) for column in frame.columns if str(column).casefold() == wanted), None)


def _numbers(name: str, fields: pd.DataFrame, field: str, least: float, most: float) -> Floats:
    """A field's numbers, nan where it is empty."""
    values = fields[field]
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)
    blank = np.array([_text(value) == "" for value in values], bool)
    wrong = np.flatnonzero(~blank & ~((numbers >= least) & (numbers <= most)))
    if len(wrong):
        raise InputError(
            f"{name}: field {field} is {values.iloc[wrong[0]]} in row {fields.index[wrong[0]] + 1}; expected a number from "
            f"{least:g} to {most:g}, or nothing where it is not known."
        )
    return np.where(blank, np.nan, numbers)


def _text(value: object) -> str:
    return (
        ""
        if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))
        else str(value).strip()
    )
