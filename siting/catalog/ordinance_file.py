"""An ordinance from its TOML file: periods of the day, limits by zone class, zone names of each class, setbacks."""

import re
from typing import Literal, cast

from siting.catalog.toml_table import Table, suggestion
from siting.errors import InputError
from siting.model import FOOT_M, Facts, Limit, Ordinance, Period

ANY_ZONE = "*"
DAY_MINUTES = 24 * 60
EVIDENCE = ("excerpt", "press", "made up", "user")
MEASURED_AT = ("lot line", "receiving lot line", "points")
KEYS = ("id", "place", "code", "title", "url", "evidence", "measured_at", "not_applied", "notes")
TABLES = ("setbacks", "periods", "limits", "zones")
COVER = "expected periods that cover the day once"


def ordinance_from(whole: Table, facts: Facts) -> Ordinance:
    """Check an ordinance's file and build it; its notes go to `facts`.

    Raises
    ------
    InputError
        A key is missing, unknown, of the wrong form, or contradicts another (a limit of a zone or period that is not there).
    """
    whole.only(*KEYS, *TABLES)
    setbacks = whole.table("setbacks", optional=True)
    setbacks.only("lot_line_m", "lot_line_ft", "building_m", "building_ft")
    periods = _periods(whole.table("periods"))
    patterns = _patterns(whole.table("zones", optional=True))
    facts["notes"] = list(whole.texts("notes", default=()))
    measured_at = whole.one_of("measured_at", MEASURED_AT)
    return Ordinance(
        id=whole.text("id"),
        place=whole.text("place"),
        code=whole.text("code"),
        title=whole.text("title"),
        url=whole.text("url", default=""),
        evidence=whole.one_of("evidence", EVIDENCE),
        measured_at=cast(Literal["lot line", "receiving lot line", "points"], measured_at),
        periods=periods,
        limits=_limits(
            whole.table("limits"), [period.name for period in periods], [name for name, _ in patterns]
        ),
        zone_patterns=patterns,
        setback_m=_length_m(setbacks, "lot_line"),
        building_distance_m=_length_m(setbacks, "building"),
        not_applied=whole.texts("not_applied", default=()),
        source=facts,
    )


def _periods(table: Table) -> tuple[Period, ...]:
    """The parts of the day; their hours, where given, must cover the day once."""
    if not table.values:
        raise InputError(
            f'{table.path}: [periods] is empty; expected at least one, such as day = "07:00-22:00".'
        )
    spans = {name: _hours(table, name) for name in table.values}
    known = {name: span for name, span in spans.items() if span}
    if known and len(known) < len(spans):
        silent = next(name for name in spans if name not in known)
        table.refuse(silent, 'hours, as the other periods have them, or "" for all of them')
    _check_cover(table, known)
    return tuple(
        Period(name, _clock(span[0]), _clock(span[1])) if span else Period(name, None, None)
        for name, span in spans.items()
    )


def _hours(table: Table, name: str) -> tuple[int, int] | None:
    """Start and end in minutes after midnight; None where the source gives no hours."""
    form = 'hours such as "07:00-22:00", or "" where the source gives none'
    text = table.values[name]
    if text == "":
        return None
    match = (
        re.fullmatch(r"\s*(\d\d):([0-5]\d)\s*-\s*(\d\d):([0-5]\d)\s*", text)
        if isinstance(text, str)
        else None
    )
    if not match:
        table.refuse(name, form)
    hours = [int(part) for part in match.groups()]
    start, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    if start >= DAY_MINUTES or end > DAY_MINUTES or start == end:
        table.refuse(name, form)
    return start, end


def _check_cover(table: Table, spans: dict[str, tuple[int, int]]) -> None:
    """Raise InputError where two periods share a minute, or a minute of the day belongs to none."""
    holder: dict[int, str] = {}
    for name, (start, end) in spans.items():
        for later in range(start, end if end > start else end + DAY_MINUTES):
            minute = later % DAY_MINUTES
            if minute in holder:
                raise InputError(
                    f"{table.path}: {table.dotted(holder[minute])} and {table.dotted(name)} overlap "
                    f"from {_clock(minute)}; {COVER}."
                )
            holder[minute] = name
    for _, end in spans.values():  # a gap can only begin where a period ends
        if end % DAY_MINUTES not in holder:
            until = next(minute for minute in range(end, end + DAY_MINUTES) if minute % DAY_MINUTES in holder)
            gap = f"{_clock(end % DAY_MINUTES)} to {_clock(until % DAY_MINUTES)}"
            raise InputError(f"{table.path}: [{table.name}] has no period from {gap}; {COVER}.")


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _patterns(table: Table) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The zone names of each class; a pattern in two classes would leave it to their order which limit holds."""
    if ANY_ZONE in table.values:
        table.refuse(ANY_ZONE, 'named classes only, for "*" in [limits] holds for any zone already')
    found = tuple((name, table.texts(name)) for name in table.values)
    owner: dict[str, str] = {}
    for name, patterns in found:
        for pattern in patterns:
            if owner.setdefault(pattern.lower(), name) != name:
                raise InputError(
                    f'{table.path}: the pattern "{pattern}" is in {table.dotted(owner[pattern.lower()])} and '
                    f"{table.dotted(name)}; expected it in one zone class."
                )
    return found


def _limits(table: Table, periods: list[str], classes: list[str]) -> tuple[Limit, ...]:
    """Limits in the file's order; a class may lack one in some period, which a study then calls unknown."""
    found = []
    for zone in table.values:
        if zone != ANY_ZONE and zone not in classes:
            _refuse_unknown(table, zone, "zone class", "zones", classes)
        row = table.table(zone)
        for period in row.values:
            if period not in periods:
                _refuse_unknown(row, period, "period", "periods", periods)
            found.append(Limit(zone, period, row.number(period, above=0, most=150)))
    if not found:
        raise InputError(
            f"{table.path}: [limits] holds no limit; expected at least one, such as residential.day = 55."
        )
    return tuple(found)


def _refuse_unknown(table: Table, key: str, what: str, where: str, known: list[str]) -> None:
    near, names = suggestion(key, known), ", ".join(known) or "none"
    raise InputError(
        f"{table.path}: {table.dotted(key)} is for a {what} that [{where}] lacks{near}; it has {names}."
    )


def _length_m(table: Table, name: str) -> float | None:
    """A length given in metres or in feet, in metres; None where it is not given."""
    given = [key for key in (f"{name}_m", f"{name}_ft") if key in table.values]
    if not given:
        return None
    if len(given) == 2:
        raise InputError(f"{table.path}: [{table.name}] has {given[0]} and {given[1]}; expected one of them.")
    return table.number(given[0], least=0, most=10_000) * (FOOT_M if given[0].endswith("_ft") else 1.0)
