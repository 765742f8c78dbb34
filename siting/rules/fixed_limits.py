"""The limits as the ordinance's tables write them, for zones of the receiving and the emitting lot, before any correction."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from siting.law import Limit, Ordinance, Statistic
from siting.metrics import METRICS, NINE, OLD
from siting.model import Floats
from siting.zones import ANY_ZONE, classes_of

STATISTICS: tuple[Statistic, ...] = ("level", "Leq", "L50", "L10", "Lmax", "Ldn", "CNEL")


Classes = tuple[str | None, ...]
"""The classes of a place; None stands for one that is not known."""


class Key(NamedTuple):
    """What a rule compares: every limit with the same key is the same rule for another zone."""

    period: str
    metric: str
    statistic: Statistic
    cap: bool


@dataclass(frozen=True)
class Table:
    """The limits of an ordinance by rule and by the zone classes of the receiving and the emitting lot."""

    ordinance: Ordinance
    keys: tuple[Key, ...]
    rows: dict[tuple[str, str, Key], list[Limit]]
    tables: dict[tuple[str, Statistic, bool], set[str]]  # receiving classes that each kind of table names
    zones: tuple[str, ...]  # receiving classes with limits of their own
    sources: tuple[str, ...]  # emitting classes with limits of their own
    accept_unverified: bool


def read_table(ordinance: Ordinance, accept_unverified: bool) -> Table:
    """The limits in the order in which results list them: by period, caps last, then by metric and statistic.

    Every kind of limit is a rule in every period, so that a period that a table leaves out is told as unknown.
    """
    kinds = sorted(
        {(limit.cap, limit.metric, limit.statistic) for limit in ordinance.limits},
        key=lambda kind: (kind[0], METRICS.index(kind[1]), STATISTICS.index(kind[2])),
    )
    keys = tuple(
        Key(period.name, metric, statistic, cap)
        for period in ordinance.periods
        for cap, metric, statistic in kinds
    )
    rows: dict[tuple[str, str, Key], list[Limit]] = {}
    tables: dict[tuple[str, Statistic, bool], set[str]] = {}
    for limit in ordinance.limits:
        key = Key(limit.period, limit.metric, limit.statistic, limit.cap)
        rows.setdefault((limit.zone, limit.source_zone, key), []).append(limit)
        tables.setdefault(_kind(key), set()).add(limit.zone)
    zones = dict.fromkeys(limit.zone for limit in ordinance.limits if limit.zone != ANY_ZONE)
    sources = dict.fromkeys(limit.source_zone for limit in ordinance.limits if limit.source_zone != ANY_ZONE)
    return Table(ordinance, keys, rows, tables, tuple(zones), tuple(sources), accept_unverified)


def classes_at(ordinance: Ordinance, names: tuple[str, ...]) -> Classes:
    """The classes of the zones at a place; None stands for a name that matches nothing, and for a place without a zone."""
    found = [c for name in names for c in (classes_of(ordinance, name) or (None,))]
    return tuple(dict.fromkeys(found)) or (None,)


def limits_between(table: Table, zones: Classes, sources: Classes) -> Floats:
    """The strictest limit of each rule for a place in some classes, from a lot in some classes: (K,), nan unknown, inf none."""
    cells = [_limits(table, zone, source) for zone in zones for source in sources]
    return np.asarray(np.min(cells, axis=0, initial=np.inf))


def limits_used(table: Table, zones: Classes, sources: Classes, key: Key) -> list[Limit]:
    """The rows that decide one rule there; where a class is not known, those of every class."""
    every_zone = dict.fromkeys(
        z for zone in zones for z in ([*table.zones, ANY_ZONE] if zone is None else [zone])
    )
    every_source = dict.fromkeys(
        s for source in sources for s in ([*table.sources, ANY_ZONE] if source is None else [source])
    )
    return [
        limit for zone in every_zone for source in every_source for limit in _rows(table, zone, source, key)
    ]


def _limits(table: Table, zone: str | None, source: str | None) -> Floats:
    return np.array([_limit(table, zone, source, key) for key in table.keys], float)


def _limit(table: Table, zone: str | None, source: str | None, key: Key) -> float:
    """A rule's limit for one class from one class, None where a class is not known.

    An emitting lot that is not known may be of any class. What the code writes for any lot ("*") then holds if no class has
    less; else only a number that all classes share is known.
    """
    if source is not None:
        return _from_known(table, zone, source, key)
    of_any = _from_known(table, zone, ANY_ZONE, key)
    of_classes = [_from_known(table, zone, s, key) for s in table.sources]
    if not _rows(table, zone or ANY_ZONE, ANY_ZONE, key) and of_classes:
        return of_classes[0] if all(value == of_classes[0] for value in of_classes) else math.nan
    return of_any if all(value >= of_any for value in of_classes) else math.nan


def _from_known(table: Table, zone: str | None, source: str, key: Key) -> float:
    """A rule's limit from a known class.

    A receiving lot that is not known may be of any class too: what the code writes for any lot holds if no class has less.
    """
    rows = _rows(table, ANY_ZONE if zone is None else zone, source, key)
    if zone is not None:
        return _strictest(table, rows) if rows else _unwritten(table, zone, source, key)
    if not rows:
        return math.nan
    limit = _strictest(table, rows)
    others = [_strictest(table, _rows(table, z, source, key)) for z in table.zones]
    return limit if all(other >= limit for other in others) else math.nan


def _rows(table: Table, zone: str, source: str, key: Key) -> list[Limit]:
    """What is written for two classes: for both by name, else for either by name and any other, else for any."""
    both = table.rows.get((zone, source, key))
    if both:
        return both
    either = table.rows.get((zone, ANY_ZONE, key), []) + table.rows.get((ANY_ZONE, source, key), [])
    return either or table.rows.get((ANY_ZONE, ANY_ZONE, key), [])


def _strictest(table: Table, rows: list[Limit]) -> float:
    """The lowest of some limits; nan where one of them is not known."""
    values = [limit.limit_db if limit.cited.read or table.accept_unverified else math.nan for limit in rows]
    return math.nan if any(math.isnan(value) for value in values) else min(values)


def _unwritten(table: Table, zone: str, source: str, key: Key) -> float:
    """What holds where nothing is written for a class.

    Not known (nan) where the code has a table of that kind for the class, with a hole in it: another period, another band or
    another emitting class; and where it limits the class in no other way in that period. Else none (inf): a code may limit
    homes in dB(C) too and shops in dB(A) alone. Caps limit the machine, not the class, and do not count.
    """
    named = table.tables[_kind(key)]
    if zone in named or ANY_ZONE in named:
        return math.nan
    others = (k for k in table.keys if k.period == key.period and not k.cap)
    return math.inf if any(_rows(table, zone, source, k) for k in others) else math.nan


def _kind(key: Key) -> tuple[str, Statistic, bool]:
    table = "bands" if key.metric in NINE else "old bands" if key.metric in OLD else key.metric
    return table, key.statistic, key.cap
