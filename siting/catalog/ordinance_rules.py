"""What an ordinance adds to its limits or takes off them: minutes of an hour, tones, ambient levels, homes, standby use."""

from itertools import pairwise
from typing import Literal, cast

from siting.catalog.ordinance_numbers import CITE, cited, classes_of, length_m, only_with_periods
from siting.catalog.ordinance_periods import hours_of
from siting.catalog.toml_table import Table
from siting.law import Allowance, AmbientRule, Cited, NearHomes, Standby, ToneRule
from siting.metrics import NINE

COMBINE = ("fallback", "lower", "higher", "lift")
HOUR_MINUTES = 60
DAY_MINUTES = 24 * 60
MOST_DB = 40.0  # of a correction: more is a level
FARTHEST_M = 3000.0
ALL = "all"
WITH_AMBIENT = "measured_with_ambient"
TABLES_ONLY = "tables_only"


def allowances_of(file: Table, cite: Cited) -> tuple[Allowance, ...]:
    """What is added for a sound of few minutes an hour, the most minutes first; fewer minutes allow more.

    Raises
    ------
    InputError
        A key is missing, unknown or of the wrong form, or a shorter time does not allow more than a longer one.
    """
    found = []
    for table in file.tables("allowances"):
        table.only("minutes", "plus_db", *CITE)
        minutes = table.number("minutes", above=0, most=HOUR_MINUTES)
        if minutes == HOUR_MINUTES:
            table.refuse(
                "minutes", "a number above 0 and below 60, for the limits themselves hold for the whole hour"
            )
        plus_db = table.number("plus_db", least=0, most=MOST_DB)
        found.append((Allowance(minutes, plus_db, cited(table, cite)), table))
    found.sort(key=lambda pair: -pair[0].minutes)
    for (longer, _), (shorter, table) in pairwise(found):
        if shorter.minutes == longer.minutes:
            raise table.error(
                "minutes", f"two tables [[allowances]] are for {longer.minutes:g} minutes; expected one."
            )
        if shorter.plus_db <= longer.plus_db:
            raise table.error(
                "plus_db",
                f"[[allowances]] adds {shorter.plus_db:g} dB for {shorter.minutes:g} minutes of an hour and "
                f"{longer.plus_db:g} dB for {longer.minutes:g}; expected more for fewer minutes.",
            )
    return tuple(allowance for allowance, _ in found)


def tone_of(file: Table, cite: Cited) -> ToneRule | None:
    """What is taken off for a sound with a tone; None where the file has no such rule."""
    if "tone" not in file.values:
        return None
    table = file.table("tone")
    table.only("minus_db", "over_neighbours_db", TABLES_ONLY, *CITE)
    criterion = None
    if "over_neighbours_db" in table.values:
        criterion = table.numbers("over_neighbours_db", len(NINE))
        if min(criterion) <= 0:
            raise table.error(
                "over_neighbours_db",
                f"{table.dotted('over_neighbours_db')} has {min(criterion):g} dB; expected numbers above 0, by which a band "
                "exceeds both of its neighbours.",
            )
    minus_db = table.number("minus_db", above=0, most=MOST_DB)
    return ToneRule(minus_db, criterion, cited(table, cite), table.flag(TABLES_ONLY, default=False))


def ambient_of(file: Table, periods: list[str], cite: Cited) -> AmbientRule | None:
    """What is added to the ambient level in each period; None where the file has no such rule.

    A file that does not say what is compared with the sum is taken to mean all that a meter hears, which allows the units less.
    """
    if "ambient" not in file.values:
        return None
    table = file.table("ambient")
    only_with_periods(table, periods, "combine", WITH_AMBIENT, ALL, *CITE)
    combine = table.one_of("combine", COMBINE)
    if ALL in table.values:
        both = next((period for period in periods if period in table.values), None)
        if both:
            raise table.error(
                both, f"[ambient] has a number for all periods and one for {both}; expected either."
            )
    else:
        for period in periods:
            if period not in table.values:
                table.refuse(period, "how many dB over the ambient level are allowed in that period")
    plus_db = tuple(
        (period, table.number(ALL if ALL in table.values else period, least=0, most=MOST_DB))
        for period in periods
    )
    how = cast(Literal["fallback", "lower", "higher", "lift"], combine)
    return AmbientRule(plus_db, how, cited(table, cite), table.flag(WITH_AMBIENT, default=True))


def near_homes_of(file: Table, classes: list[str], cite: Cited) -> NearHomes | None:
    """What is taken off near lots of some classes; None where the file has no such rule."""
    if "near_homes" not in file.values:
        return None
    table = file.table("near_homes")
    table.only("minus_db", "within_ft", "within_m", "within", "zones", *CITE)
    within_m = length_m(table, "within", FARTHEST_M, above=0)
    if within_m is None:
        table.refuse("within_ft", "a distance in feet, or within_m, one in metres")
    zones = classes_of(table, "zones", classes)
    if zones == ("*",):
        table.refuse("zones", "the zone classes of homes by name")
    return NearHomes(table.number("minus_db", above=0, most=MOST_DB), within_m, zones, cited(table, cite))


def standby_of(file: Table, cite: Cited) -> Standby | None:
    """What the code says of generators for outages; None where it says nothing."""
    if "standby" not in file.values:
        return None
    table = file.table("standby")
    table.only("outage_exempt", "testing", "testing_minutes", "testing_every_days", "testing_exempt", *CITE)
    if all(key in CITE for key in table.values):
        table.refuse("outage_exempt", "at least one rule of [standby], such as outage_exempt = true")
    return Standby(
        outage_exempt=table.flag("outage_exempt", default=False),
        testing=hours_of(table, "testing") if "testing" in table.values else (),
        testing_minutes=_optional(table, "testing_minutes", DAY_MINUTES),
        testing_every_days=_optional(table, "testing_every_days", 366),
        testing_exempt=table.flag("testing_exempt", default=False),
        cited=cited(table, cite),
    )


def _optional(table: Table, key: str, most: float) -> float | None:
    return table.number(key, above=0, most=most) if key in table.values else None
