"""An ordinance from its TOML file: where it measures, setbacks, zone names of each class, and the rooms for all the rest."""

from typing import Literal, cast, get_args

from siting.catalog.ordinance_limits import KEYS as LIMIT_KEYS
from siting.catalog.ordinance_limits import limits_of
from siting.catalog.ordinance_numbers import CITE, cited, length_m
from siting.catalog.ordinance_periods import periods_of
from siting.catalog.ordinance_rules import allowances_of, ambient_of, near_homes_of, standby_of, tone_of
from siting.catalog.toml_table import Table
from siting.law import Cited, Limit, LotLine, MeasuredAt, Ordinance, Place, Setback
from siting.model import Facts

EVIDENCE = ("excerpt", "press", "made up", "user")
PLACES = (
    "receiving lot line", "lot line", "receiving lot", "facade", "near building", "zone line", "source", "points",
)  # fmt: skip
AT_A_DISTANCE = ("near building", "source")
KEYS = (
    "id", "place", "code", "title", "url", "evidence", *CITE, "statistic", "averaging_minutes", "where_zones_meet",
    "conditions", "not_applied", "notes",
)  # fmt: skip
TABLES = (
    "measured", "setbacks", "periods", "limits", "allowances", "tone", "ambient", "near_homes", "standby", "zones",
)  # fmt: skip
LOT_LINES: tuple[LotLine, ...] = get_args(LotLine)
SETBACKS = ("lot_line", *LOT_LINES, "building")
FARTHEST_M, HIGHEST_M = 3000.0, 30.0


def ordinance_from(whole: Table, facts: Facts) -> Ordinance:
    """Check an ordinance's file and build it; its notes go to `facts`.

    Raises
    ------
    InputError
        A key is missing, unknown, of the wrong form, or contradicts another (a limit of a zone or period that is not there).
    """
    _check_old_keys(whole)
    whole.only(*KEYS, *TABLES)
    cite = _cited(whole)
    found = periods_of(whole.table("periods"), (*LIMIT_KEYS, "combine"))
    patterns = _patterns(whole.table("zones", optional=True))
    periods, classes = [period.name for period in found], [name for name, _ in patterns]
    limits = limits_of(whole, periods, classes, cite)
    setbacks = whole.table("setbacks", optional=True)
    sides = _side_setbacks(setbacks, cite)
    meet = whole.one_of("where_zones_meet", ("strictest", "mean"), default="strictest")
    facts["notes"] = list(whole.texts("notes", default=()))
    return Ordinance(
        id=whole.text("id"),
        place=whole.text("place"),
        code=whole.text("code"),
        title=whole.text("title"),
        url=whole.text("url", default=""),
        evidence=whole.one_of("evidence", EVIDENCE),
        measured=_measured(whole.table("measured"), cite),
        averaging_minutes=_averaging_minutes(whole, limits),
        where_zones_meet=cast(Literal["strictest", "mean"], meet),
        periods=found,
        limits=limits,
        allowances=allowances_of(whole, cite),
        tone=tone_of(whole, cite),
        ambient=ambient_of(whole, periods, cite),
        near_homes=near_homes_of(whole, classes, cite),
        standby=standby_of(whole, cite),
        zone_patterns=patterns,
        setback=_setback(setbacks, "lot_line", cite),
        building_distance=_setback(setbacks, "building", cite),
        conditions=whole.texts("conditions", default=()),
        not_applied=whole.texts("not_applied", default=()),
        source=facts,
        side_setbacks=sides,
    )


def _check_old_keys(whole: Table) -> None:
    """Raise InputError for a file as it was written before [measured]; the old [limits.X] is told where limits are read."""
    if "measured_at" in whole.values:
        raise whole.error(
            "measured_at",
            "the key measured_at is not read any more; expected a table [measured] with "
            f'at = "{whole.values["measured_at"]}".',
        )


def _cited(whole: Table) -> Cited:
    """What holds for every number of the file that does not say otherwise."""
    return cited(whole, Cited(whole.text("code"), whole.text("url", default=""), True))


def _measured(table: Table, whole: Cited) -> Place:
    """Where levels are compared with limits."""
    table.only("at", "distance_m", "distance_ft", "distance", "height_m", "height_ft", "height", *CITE)
    at = table.one_of("at", PLACES)
    distance_m = length_m(table, "distance", FARTHEST_M, above=0)
    if distance_m is None and at in AT_A_DISTANCE:
        table.refuse(
            "distance_ft", f'a distance in feet, or distance_m, one in metres, for at = "{at}" needs it'
        )
    if distance_m is not None and at not in AT_A_DISTANCE:
        key = next(key for key in table.values if key.startswith("distance"))
        needs = " and ".join(f'"{place}"' for place in AT_A_DISTANCE)
        raise table.error(
            key, f'the key {table.dotted(key)} goes with at = {needs} alone; expected none with at = "{at}".'
        )
    height_m = length_m(table, "height", HIGHEST_M, above=0)
    return Place(cast(MeasuredAt, at), distance_m, height_m, cited(table, whole))


def _setback(table: Table, name: str, whole: Cited) -> Setback | None:
    """A distance as `name_ft` or `name_m`, or as a table of its own with a section of its own."""
    if not isinstance(table.values.get(name), dict):
        distance_m = length_m(table, name, FARTHEST_M)
        return None if distance_m is None else Setback(distance_m, cited(table, whole))
    both = next((key for key in (f"{name}_ft", f"{name}_m") if key in table.values), None)
    if both:
        raise table.error(
            both, f"[{table.name}] has {both} and a table [{table.dotted(name)}]; expected one of them."
        )
    own = table.table(name)
    own.only("distance_m", "distance_ft", "distance", *CITE)
    distance_m = length_m(own, "distance", FARTHEST_M)
    if distance_m is None:
        own.refuse("distance_ft", "a distance in feet, or distance_m, one in metres")
    return Setback(distance_m, cited(own, cited(table, whole)))


def _side_setbacks(table: Table, whole: Cited) -> tuple[tuple[LotLine, Setback], ...]:
    """The distances from front, side and rear lot lines that have their own."""
    table.only(*(f"{name}{unit}" for name in SETBACKS for unit in ("_ft", "_m", "")), *CITE)
    found = tuple((side, own) for side in LOT_LINES if (own := _setback(table, side, whole)) is not None)
    if len(found) == len(LOT_LINES) and _setback(table, "lot_line", whole) is not None:
        key = next(key for key in table.values if key.startswith("lot_line"))
        raise table.error(
            key,
            f"{table.dotted(key)} is for lot lines without a distance of their own, and front, side and rear all have one; "
            "expected it, or the three.",
        )
    return found


def _averaging_minutes(whole: Table, limits: tuple[Limit, ...]) -> float | None:
    """The time that Leq is taken over, which a file has if it has a limit in Leq."""
    averaged = any(limit.statistic == "Leq" for limit in limits)
    if "averaging_minutes" not in whole.values:
        if averaged:
            whole.refuse(
                "averaging_minutes", "the minutes that Leq is taken over, such as 60 for an hourly Leq"
            )
        return None
    if not averaged:
        raise whole.error(
            "averaging_minutes", 'averaging_minutes is for limits with statistic = "Leq"; the file has none.'
        )
    return whole.number("averaging_minutes", above=0, most=24 * 60)


def _patterns(table: Table) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The zone names of each class; a pattern in two classes would leave it to their order which limit holds."""
    if "*" in table.values:
        table.refuse("*", 'named classes only, for "*" in [[limits]] holds for any zone already')
    found = tuple((name, table.texts(name)) for name in table.values)
    owner: dict[str, str] = {}
    for name, patterns in found:
        for pattern in patterns:
            same = pattern.strip().casefold()
            if owner.setdefault(same, name) != name:
                raise table.error(
                    name,
                    f'the pattern "{pattern}" is in {table.dotted(owner[same])} and {table.dotted(name)}; '
                    "expected it in one zone class.",
                )
    return found
