"""A yard item from its TOML file: body, clearances, distances, its own sound where it has one, and what its maker did not say."""

import math
from dataclasses import replace
from typing import cast

from siting.catalog.ordinance_numbers import length_m
from siting.catalog.toml_table import Table
from siting.catalog.unit_file import assumptions_of, source_note, stated_sound
from siting.model import Assumption, Clearance, Facts, Spectrum
from siting.sound import machine_power_dba, octave_powers
from siting.yard import Distances, Fuel, YardItem

SIDES = ("front", "right", "back", "left")  # in the order of Clearance
FROM = ("lot_line", "building", "opening", "unit")  # in the order of Distances
BODY = ("length", "width", "height")
HOLDS = ("propane", "hydrogen")
SOUND = (
    "level_dba", "stated_at", "template", "spectrum_db", "spectrum_dba", "spectrum_31_db", "spectrum_31_dba",
)  # fmt: skip
LONGEST_M = 100.0
FARTHEST_M = 300.0


def item_from(whole: Table, facts: Facts, spectra: tuple[Spectrum, ...]) -> YardItem:
    """Check a yard item's file and build it.

    Parameters
    ----------
    whole : Table
        The item's file.
    facts : Facts
        What was read; the source that the file names is added to its notes.
    spectra : tuple of Spectrum
        The octave shapes that the item may name as its template.

    Raises
    ------
    InputError
        A key is missing, unknown, of the wrong form or without its unit, or contradicts another.
    """
    whole.only("id", "name", "holds", "body", "clearance", "distances", "sound", "source", "assumed")
    body, clearance = whole.table("body"), whole.table("clearance")
    distances = whole.table("distances", optional=True)
    _only_lengths(body, *BODY, "source_height")
    _only_lengths(clearance, *SIDES)
    _only_lengths(distances, *FROM)
    facts["notes"] = [source_note(whole.table("source"))]
    length, width, height = (_required(body, name, above=0) for name in BODY)
    source_height = length_m(body, "source_height", LONGEST_M, above=0)
    item = YardItem(
        id=whole.text("id"),
        name=whole.text("name"),
        length_m=length,
        width_m=width,
        height_m=height,
        clearance=Clearance(*(_required(clearance, side) for side in SIDES)),
        distances=Distances(*(length_m(distances, name, FARTHEST_M) or 0.0 for name in FROM)),
        power_db=None,
        source_height_m=height if source_height is None else source_height,
        assumptions=(),
        source=facts,
        holds=cast(Fuel, whole.one_of("holds", HOLDS)) if "holds" in whole.values else None,
    )
    known = assumptions_of(whole, f"item.{item.id}", ("body", "clearance", "distances", "sound"), spectra)
    item = replace(item, assumptions=known)
    return _sounding(item, whole.table("sound"), spectra) if "sound" in whole.values else _silent(item)


def _sounding(item: YardItem, table: Table, spectra: tuple[Spectrum, ...]) -> YardItem:
    """The item with its sound power in nine bands, the lowest nan where nothing states it."""
    table.only(*SOUND)
    stated = stated_sound(table, spectra)
    if stated.stated_at is None:
        table.refuse("stated_at", 'where the level holds: "1m", "3ft" or "power"')
    total_dba = machine_power_dba(item, stated.level_dba, stated.stated_at)
    power_db, lowest = octave_powers(stated.shape_db, stated.shape_31_db, total_dba)
    return replace(item, power_db=(math.nan if lowest is None else lowest, *power_db))


def _silent(item: YardItem) -> YardItem:
    name, why = f"item.{item.id}.sound", "its file states no sound: taken to be silent"
    return replace(item, assumptions=(*item.assumptions, Assumption(name, "none", "assumed", why)))


def _only_lengths(table: Table, *names: str) -> None:
    """Refuse keys that are none of the lengths; one without its unit is left to `length_m`, which says so."""
    table.only(
        *(f"{name}{unit}" for name in names for unit in ("_ft", "_m")),
        *(n for n in names if n in table.values),
    )


def _required(table: Table, name: str, above: float | None = None) -> float:
    value = length_m(table, name, LONGEST_M, above=above)
    if value is None:
        table.refuse(f"{name}_ft", f"a length in feet, or {name}_m in metres")
    return value
