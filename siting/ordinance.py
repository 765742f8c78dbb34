"""The limits of an ordinance at receptors: every rule that holds there, with all corrections made."""

import math
from dataclasses import dataclass, replace
from itertools import compress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.law import Operation, Ordinance, Statistic
from siting.metrics import ordered
from siting.model import Assumption, Floats, Receptors
from siting.rules import unverified
from siting.rules.ambient import NO_ROOM_DB, ambient_alone, ambient_assumptions
from siting.rules.corrections import corrected, deciding
from siting.rules.duty import Duty, duty_of, statistic_shift
from siting.rules.fixed_limits import Key, classes_at, read_table
from siting.rules.limit_notes import correction_notes, steady_assumptions, zone_notes
from siting.rules.tone import tonal
from siting.rules.zone_counts import zone_counts
from siting.rules.zones_met import fixed_limits_at, limits_deciding, name_of, places_of
from siting.zones import unmatched

__all__ = [
    "Limits",
    "Rule",
    "leaves_no_room",
    "limits_at",
    "metrics_of",
    "steady",
    "strictest",
    "tonal",
    "unmatched",
    "zone_counts",
]


class Rule(NamedTuple):
    """What is compared: the level of a metric as a statistic, in a period; it is the steady level plus `shift_db`.

    The shift is -inf where the statistic does not see a sound that short.
    """

    period: str
    metric: str
    statistic: Statistic
    cap: bool
    shift_db: float


@dataclass(frozen=True)
class Limits:
    """The limits of R receptors under K rules, all corrections made."""

    rules: tuple[Rule, ...]
    classes: list[str | None]  # the zone class that governs, None where no limit is known
    limit_db: Floats  # (R, K) of what is compared; nan unknown, inf none
    notes: tuple[str, ...]
    assumptions: tuple[Assumption, ...]
    unverified: tuple[str, ...]  # numbers that decide and were not read in their source, accepted or not


def limits_at(
    ordinance: Ordinance,
    receptors: Receptors,
    own_zones: tuple[str, ...],
    operation: Operation,
    tonal: bool,
) -> Limits:
    """The limit of every rule at every receptor.

    At a place in several zones the strictest limit holds, rule by rule. Where the code says so, the mean of both sides holds on
    a line between zones of different classes; it is not known where the class across is not, and one side alone holds where
    the other has no limit. A zone that matches no class may be of any: its limit is known only where the code writes one for
    any zone ("*") and has none that is lower. Then come the corrections of `siting.rules.corrections.corrected`. Numbers that
    were not read in their source leave a limit that they decide unknown, unless the user accepts them.

    Parameters
    ----------
    own_zones : tuple of str
        Zones of the emitting lot as the map names them.
    tonal : bool
        From `tonal`.

    Raises
    ------
    InputError
        An ambient level for a period that the ordinance does not have.
    """
    assumed = ambient_assumptions(ordinance, operation)
    table = read_table(ordinance, operation.accept_unverified)
    duty = duty_of(ordinance, operation, table.keys)
    places, row = places_of(ordinance, receptors)
    sources = classes_at(ordinance, own_zones)
    tables = [fixed_limits_at(table, place, sources) for place in places]
    fixed = np.array(tables).reshape(-1, len(table.keys))
    near = np.array([place.near for place in places], bool)
    limit = corrected(ordinance, operation, table.keys, duty, tonal, fixed, near)
    trusted = all(cited.read for _, cited in unverified.everywhere(ordinance))
    if not (trusted or operation.accept_unverified):
        limit[:] = np.nan
    decided = ~duty.exempt & ~ambient_alone(ordinance, operation, table.keys)
    used = limits_deciding(table, places, sources, list(compress(table.keys, decided)))
    names = [name_of(table, place) for place in places]
    return Limits(
        rules=tuple(Rule(*key, _shift(ordinance, operation, duty, key)) for key in table.keys),
        classes=[names[k] for k in row.tolist()],
        limit_db=limit[row],
        notes=(
            *duty.notes,
            *zone_notes(table, [places[k] for k in row.tolist()], sources),
            *correction_notes(ordinance, operation, table.keys, duty, tonal, near[row]),
            *unverified.missing_limits(used),
        ),
        assumptions=(*assumed, *steady_assumptions(table.keys)),
        unverified=(
            *unverified.unread_limits(used),
            *unverified.unread_parts(
                (subject, cited)
                for subject, rules, cited in deciding(ordinance, operation, table.keys, duty, tonal)
                if rules.any()
            ),
            *unverified.unread_parts(unverified.everywhere(ordinance)),
        ),
    )


def steady(limits: Limits, metrics: tuple[str, ...]) -> Floats:
    """The highest steady level of each metric that keeps all its rules: (R, M); inf without a rule, nan where one is unknown."""
    shift = np.array([rule.shift_db for rule in limits.rules])
    allowed = limits.limit_db - shift
    of = np.array([rule.metric for rule in limits.rules])
    columns = [allowed[:, of == metric].min(axis=1, initial=np.inf) for metric in metrics]
    return np.array(columns).reshape(len(metrics), len(allowed)).T


def metrics_of(ordinance: Ordinance) -> tuple[str, ...]:
    """The metrics that the ordinance limits, in the order of `siting.metrics.METRICS`."""
    return ordered({limit.metric for limit in ordinance.limits})


def strictest(ordinance: Ordinance, operation: Operation) -> Floats:
    """The lowest steady level of each of `metrics_of` that any receptor of the ordinance may be held to: (M,).

    As near homes, and with a tone unless the user denies it; numbers that were not read in their source count, and those that are
    not known do not. inf where no number is known or none holds in this use.
    """
    return steady(_lowest(ordinance, operation), metrics_of(ordinance))[0]


def leaves_no_room(ordinance: Ordinance, operation: Operation) -> NDArray[np.bool_]:
    """The metrics of `metrics_of` (M,) in which a limit that everybody has leaves the units nothing over the ambient level.

    Whoever hears them is over it, the nearest receptor as well as one far away. As away from homes, and without a tone unless
    `operation.tone` says that there is one.
    """
    told = replace(operation, tone=operation.tone is True)
    lowest = _lowest(replace(ordinance, near_homes=None), told)
    shut = {
        rule.metric
        for rule, limit in zip(lowest.rules, lowest.limit_db[0].tolist(), strict=True)
        if limit <= NO_ROOM_DB and rule.shift_db > -math.inf
    }
    return np.array([metric in shut for metric in metrics_of(ordinance)], bool)


def _lowest(ordinance: Ordinance, operation: Operation) -> Limits:
    """Of every rule the lowest limit that any receptor may be held to, as `strictest` takes it; one row."""
    trusting = replace(operation, accept_unverified=True)
    table = read_table(ordinance, accept_unverified=True)
    duty = duty_of(ordinance, trusting, table.keys)
    lowest = dict.fromkeys(table.keys, math.inf)
    for (_, _, key), rows in table.rows.items():
        lowest[key] = min([lowest[key], *(row.limit_db for row in rows if not math.isnan(row.limit_db))])
    fixed = np.array([list(lowest.values())])
    tone, near = operation.tone is not False, np.array([True])
    limit = corrected(ordinance, trusting, table.keys, duty, tone, fixed, near)
    alone = corrected(replace(ordinance, ambient=None), trusting, table.keys, duty, tone, fixed, near)
    limit = np.where(np.isnan(limit), alone, limit)  # the ambient level is not known
    rules = tuple(Rule(*key, _shift(ordinance, operation, duty, key)) for key in table.keys)
    return Limits(rules, [None], limit, (), (), ())


def _shift(ordinance: Ordinance, operation: Operation, duty: Duty, key: Key) -> float:
    """A cap holds in outages too, and they may last the whole hour."""
    minutes = 60.0 if key.cap and operation.use == "standby" else duty.minutes
    return statistic_shift(ordinance, key, minutes)
