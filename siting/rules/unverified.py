"""The numbers of an ordinance that were not read in their source, in sentences."""

from collections.abc import Iterable

from siting.law import Cited, Limit, Ordinance
from siting.metrics import NINE, OLD
from siting.zones import ANY_ZONE


def unread_parts(parts: Iterable[tuple[str, Cited]]) -> tuple[str, ...]:
    """A sentence for every part of an ordinance, named as a sentence's subject, that was not read in its source."""
    return tuple(
        f"{subject} ({cited.section}) was {_from(cited)}." for subject, cited in parts if not cited.read
    )


def everywhere(ordinance: Ordinance) -> tuple[tuple[str, Cited], ...]:
    """The parts on which every comparison rests: where the level is measured, and the distances that units keep."""
    setbacks = (
        ("The distance from the lot line", ordinance.setback),
        *((f"The distance from {side} lot lines", rule) for side, rule in ordinance.side_setbacks),
        ("The distance from buildings", ordinance.building_distance),
    )
    return (
        ("The place of measurement", ordinance.measured.cited),
        *((subject, setback.cited) for subject, setback in setbacks if setback is not None),
    )


def unread_limits(limits: Iterable[Limit]) -> tuple[str, ...]:
    """A sentence for every table of limits that were not read in their source but have a number."""
    return tuple(
        f"The limits of {table} ({', '.join(numbers)}; {cited.section}) were {_from(cited)}."
        for (table, cited), numbers in _grouped(
            m for m in limits if not m.cited.read and m.limit_db == m.limit_db
        )
    )


def missing_limits(limits: Iterable[Limit]) -> tuple[str, ...]:
    """A sentence for every table of limits that the code has and whose numbers are not known."""
    return tuple(
        f"The limits of {table} ({', '.join(numbers)}; {cited.section}) are not known: they were {_from(cited)}."
        for (table, cited), numbers in _grouped(m for m in limits if m.limit_db != m.limit_db)
    )


def _from(cited: Cited) -> str:
    return f"not read in the source, {cited.source}" if cited.source else "not read in the source"


def _grouped(limits: Iterable[Limit]) -> Iterable[tuple[tuple[str, Cited], list[str]]]:
    """Numbers by table; the bands of a period are told as one."""
    tables: dict[tuple[str, Cited], dict[str, None]] = {}
    for limit in limits:
        tables.setdefault((_table(limit), limit.cited), {})[_number(limit)] = None
    return [(key, list(numbers)) for key, numbers in tables.items()]


def _table(limit: Limit) -> str:
    zone = "any zone" if limit.zone == ANY_ZONE else limit.zone
    source = "" if limit.source_zone == ANY_ZONE else f" from {limit.source_zone}"
    unit = {"dba": "dB(A)", "dbc": "dB(C)"}.get(limit.metric, "octave bands")
    old = "old " if limit.metric in OLD else ""
    kind = "" if limit.statistic == "level" else f" as {limit.statistic}"
    return f"{zone}{source} in {old}{unit}{kind}{' as a cap' if limit.cap else ''}"


def _number(limit: Limit) -> str:
    if limit.metric in NINE or limit.metric in OLD or limit.limit_db != limit.limit_db:
        return limit.period
    return f"{limit.period} {limit.limit_db:g}" if limit.limit_db < float("inf") else f"{limit.period} none"
