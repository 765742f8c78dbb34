"""The limits of an ordinance, table by table: who may hear how much, from whom, when, in which quantity."""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from siting.catalog.ordinance_numbers import CITE, cited, classes_of, only_with_periods
from siting.catalog.toml_table import Table, suggestion
from siting.errors import InputError
from siting.law import Cited, Limit, Statistic
from siting.metrics import METRICS, NINE, OLD

ALL = "all"
KEYS = ("zone", "source_zone", "metric", "statistic", "cap", ALL, "unread", *CITE)
STATISTICS = ("level", "Leq", "L50", "L10", "Lmax", "Ldn", "CNEL")
WHOLE_DAY = ("Ldn", "CNEL")
LISTS = {"bands": (NINE, "31.5 Hz to 8 kHz"), "old bands": (OLD, "20-75 Hz to 4800-10000 Hz")}
WORDS = {"none": math.inf, "not read": math.nan}
LOUDEST_DB = 150.0
LEVEL = f'a number above 0 and at most {LOUDEST_DB:g}, "none" (the code sets no limit there) or "not read"'


class Case(NamedTuple):
    """What two limits cannot share, beside the period."""

    zone: str
    source_zone: str
    metric: str
    statistic: str
    cap: bool


def limits_of(whole: Table, periods: list[str], classes: list[str], cite: Cited) -> tuple[Limit, ...]:
    """The limits in the file's order, those of `all` and of a list of bands one by one.

    Raises
    ------
    InputError
        No limit; a key that is unknown, missing or of the wrong form; a zone class without patterns; a band list of the wrong
        length; two limits for the same case; a case with a limit in some periods and no word of the others.
    """
    if isinstance(whole.values.get("limits"), dict):
        raise _old_form(whole.table("limits"))
    statistic = whole.one_of("statistic", STATISTICS, default="level")
    holder: dict[tuple[Case, str], Table] = {}
    found = []
    for table in whole.tables("limits"):
        for limit in _limits(table, periods, classes, cite, statistic):
            case = Case(limit.zone, limit.source_zone, limit.metric, limit.statistic, limit.cap)
            if (case, limit.period) in holder:
                raise table.error(
                    "",
                    f"{table.name} sets a limit {_named(case)} in the period {limit.period}, "
                    f"and so does {holder[case, limit.period].name}; expected one.",
                )
            holder[case, limit.period] = table
            found.append(limit)
    if not found:
        raise whole.error("limits", '[[limits]] is missing; expected one such as zone = "*" with day = 55.')
    _check_complete(holder, periods)
    return tuple(found)


def _old_form(limits: Table) -> InputError:
    """What to write instead of [limits.residential], or of [limits] with one pair of brackets."""
    zone = next((key for key, value in limits.values.items() if isinstance(value, dict)), None)
    if zone is None:
        return limits.error("", "[limits] has single brackets; expected each limit as a table [[limits]].")
    row = "".join(f", {period} = {level}" for period, level in limits.values[zone].items())
    return limits.error(
        zone,
        f'[limits.{zone}] is not read any more; expected a table [[limits]] with zone = "{zone}"{row}.',
    )


def _limits(
    table: Table, periods: list[str], classes: list[str], cite: Cited, statistic: str
) -> Iterator[Limit]:
    """The limits of one table."""
    only_with_periods(table, periods, *KEYS)
    zones = classes_of(table, "zone", classes)
    sources = classes_of(table, "source_zone", classes, default="*")
    metrics = _metrics(table)
    statistic = table.one_of("statistic", STATISTICS, default=statistic)
    levels = _levels(table, periods, metrics)
    if statistic in WHOLE_DAY and (metrics != ("dba",) or ALL not in table.values):
        raise table.error(
            "statistic", f'{table.name} has {statistic}, a level of the whole day; expected metric "dba" and all = a number.'
        )  # fmt: skip
    cap, own = table.flag("cap", default=False), cited(table, cite)
    unread = _unread(table, levels)
    for zone in zones:
        for source in sources:
            for period, row in levels.items():
                where = Cited(own.section, own.source, own.read and period not in unread)
                for metric, level in zip(metrics, row, strict=True):
                    yield Limit(zone, source, period, metric, cast(Statistic, statistic), level, cap, where)


def _metrics(table: Table) -> tuple[str, ...]:
    """The metrics that a table's numbers are for."""
    value = table.values.get("metric", "dba")
    if isinstance(value, str) and value in LISTS:
        return LISTS[value][0]
    if not isinstance(value, str) or value not in METRICS:
        near = suggestion(str(value), [*METRICS, *LISTS])
        table.refuse(
            "metric",
            f'"dba", "dbc", "bands" (9 numbers, {LISTS["bands"][1]}), "old bands" (8 numbers, {LISTS["old bands"][1]}) '
            f'or one band in quotes such as "31.5" or "20-75"{near}',
        )
    return (value,)


def _levels(table: Table, periods: list[str], metrics: tuple[str, ...]) -> dict[str, tuple[float, ...]]:
    """Limits by period, one for each metric."""
    given = [period for period in periods if period in table.values]
    if ALL in table.values:
        if given:
            raise table.error(
                given[0],
                f"{table.name} has a number for all periods and one for {given[0]}; expected either.",
            )
        return dict.fromkeys(periods, _row(table, ALL, metrics))
    if not given:
        raise table.error(
            "", f"{table.name} has no limit; expected one for each of {', '.join(periods)}, or for all."
        )
    return {period: _row(table, period, metrics) for period in given}


def _row(table: Table, key: str, metrics: tuple[str, ...]) -> tuple[float, ...]:
    """The levels of one period: a number, a list of bands, or a word for all of them."""
    value = table.values[key]
    if isinstance(value, str) and value in WORDS:
        return (WORDS[value],) * len(metrics)
    if len(metrics) == 1:
        return (_level(table, key, value),)
    name = str(table.values["metric"])
    form = f"{len(metrics)} numbers, {LISTS[name][1]}"
    if not isinstance(value, list):
        table.refuse(key, f'a list of {form}, or "none" or "not read" for all of them')
    if len(value) != len(metrics):
        why = "so a band is missing" if len(value) < len(metrics) else "one for each band is all"
        raise table.error(
            key,
            f'the key {table.dotted(key)} has {len(value)} numbers, {why}; "{name}" expects {form}, with "none" in '
            'a band that has no limit and "not read" in one whose number was not read.',
        )
    return tuple(_level(table, f"{key}[{place}]", entry) for place, entry in enumerate(value, start=1))


def _level(table: Table, key: str, value: Any) -> float:
    if isinstance(value, str) and value in WORDS:
        return WORDS[value]
    hint = '; a list goes with metric = "bands"' if isinstance(value, list) else ""
    entry = Table(table.path, table.name, {key: value}, table.lines)
    try:
        return entry.number(key, above=0, most=LOUDEST_DB)
    except InputError:
        entry.refuse(key, LEVEL + hint)


def _unread(table: Table, levels: dict[str, tuple[float, ...]]) -> list[str]:
    """The periods whose number stands in the table without having been read in its source."""
    names = table.texts("unread", default=())
    known = [*levels, ALL] if ALL in table.values else list(levels)
    for name in names:
        if name not in known:
            raise table.error(
                "unread",
                f'{table.dotted("unread")} names "{name}", for which {table.name} has no number'
                f"{suggestion(name, known)}; it has {', '.join(known)}.",
            )
    return list(levels) if ALL in names else list(names)


def _check_complete(holder: dict[tuple[Case, str], Table], periods: list[str]) -> None:
    """Raise InputError where a case has a limit in some periods and the file does not say whether it has one in the others."""
    tables = {case: table for (case, _), table in holder.items()}
    for case, table in tables.items():
        for period in periods:
            if (case, period) not in holder:
                raise table.error(
                    "", f"no limit is given {_named(case)} in the period {period}; expected {table.name}.{period} as {LEVEL}."
                )  # fmt: skip


def _named(case: Case) -> str:
    source = "" if case.source_zone == "*" else f' from source_zone "{case.source_zone}"'
    cap = " as a cap" if case.cap else ""
    return f'for zone "{case.zone}"{source} in {case.metric} as {case.statistic}{cap}'
