"""Propane tanks by water capacity, from data/tanks.toml: how far they stay from what is around, their size, what they hold."""

from typing import NamedTuple

from siting.catalog.toml_table import Table
from siting.model import FOOT_M, Facts

INCH_M = FOOT_M / 12


class Capacity(NamedTuple):
    """Distances of one container of up to so much water capacity, metres."""

    most_gal: float
    away_m: float  # from buildings and lot lines
    between_m: float  # from another container


class TankSize(NamedTuple):
    """The outside of a tank that holds so much water, metres."""

    gal: float
    length_m: float
    diameter_m: float
    height_m: float
    source: str


class Tanks(NamedTuple):
    """All that is known of propane tanks; capacities and sizes grow."""

    least_gal: float
    capacities: tuple[Capacity, ...]
    source: str
    filling_m: float  # from sources of ignition and air inlets
    filling_source: str
    filling_reason: str
    most_tanks: int
    most_reason: str
    sizes: tuple[TankSize, ...]
    btu_per_gal: float  # gross heating value
    filled: float  # share of the water capacity
    energy_source: str
    efficiency: float  # electric of gross heating value
    efficiency_reason: str
    facts: Facts


def tanks_from(whole: Table, facts: Facts) -> Tanks:
    """The table of tanks.

    Raises
    ------
    InputError
        A key is missing, unknown or of the wrong form.
    """
    whole.only("table", "capacity", "filling", "group", "size", "energy")
    table, filling, group, energy = (whole.table(key) for key in ("table", "filling", "group", "energy"))
    table.only("least_gal", "source", "url")
    filling.only("away_ft", "source", "reason")
    group.only("most", "reason")
    energy.only("btu_per_gal", "filled", "source", "efficiency", "reason")
    facts["notes"] = [f"Source: {table.text('source')}; {table.text('url')}."]
    return Tanks(
        least_gal=table.number("least_gal", above=0),
        capacities=tuple(_capacity(entry) for entry in whole.tables("capacity")),
        source=table.text("source"),
        filling_m=filling.number("away_ft", above=0) * FOOT_M,
        filling_source=filling.text("source"),
        filling_reason=filling.text("reason"),
        most_tanks=int(group.number("most", least=1)),
        most_reason=group.text("reason"),
        sizes=tuple(_size(entry) for entry in whole.tables("size")),
        btu_per_gal=energy.number("btu_per_gal", above=0),
        filled=energy.number("filled", above=0, most=1),
        energy_source=energy.text("source"),
        efficiency=energy.number("efficiency", above=0, most=1),
        efficiency_reason=energy.text("reason"),
        facts=facts,
    )


def _capacity(entry: Table) -> Capacity:
    entry.only("most_gal", "away_ft", "between_ft")
    away, between = entry.number("away_ft", above=0), entry.number("between_ft", least=0)
    return Capacity(entry.number("most_gal", above=0), away * FOOT_M, between * FOOT_M)


def _size(entry: Table) -> TankSize:
    entry.only("gal", "length_in", "diameter_in", "height_in", "source")
    long, across, high = (
        entry.number(f"{name}_in", above=0) * INCH_M for name in ("length", "diameter", "height")
    )
    return TankSize(entry.number("gal", above=0), long, across, high, entry.text("source"))
