"""How long the units run: what a steady sound reads as each statistic, allowances for short sounds, and standby use."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.law import Allowance, Hours, Operation, Ordinance, Standby
from siting.rules.fixed_limits import Key

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_MINUTES = 24 * 60
LDN_DB = 10 * math.log10((15 + 9 * 10) / 24)
"""Ldn of a steady sound less its level: 9 hours of night count ten times (ANSI S12.9-1)."""
CNEL_DB = 10 * math.log10((12 + 3 * 10**0.5 + 9 * 10) / 24)
"""CNEL of a steady sound less its level: 3 hours of evening count 5 dB more, 9 of night 10 dB."""


@dataclass(frozen=True)
class Duty:
    """How the units run under the ordinance's rules; `exempt` (K,) marks rules that do not hold for them in this use."""

    minutes: float  # of any hour
    exempt: NDArray[np.bool_]
    known: bool  # False where the code's words on standby use decide and were not read in their source
    notes: tuple[str, ...]


def duty_of(ordinance: Ordinance, operation: Operation, keys: tuple[Key, ...]) -> Duty:
    """How long the units run and which rules hold, as `siting.model.Standby` says for standby use.

    Where outages are exempt a test sets the minutes, at most the whole hour, and the limits hold in the periods that share time
    with the testing hours; where the code gives no such hours a test may fall into any period. Caps hold always.
    """
    everywhere = np.zeros(len(keys), bool)
    code = ordinance.standby
    running = 60.0 if operation.beside_machines else operation.minutes_per_hour
    if operation.use == "continuous":
        return Duty(running, everywhere, True, ())
    if code is None or not code.outage_exempt:
        why = "has no rule on standby use" if code is None else "does not exempt outages"
        note = f"{ordinance.id} {why}: standby use is judged as continuous use."
        return Duty(running, everywhere, code is None or code.cited.read, (note,))
    tested = running if code.testing_minutes is None else min(60.0, code.testing_minutes)
    tested = 60.0 if operation.beside_machines else tested
    held = _periods_of_tests(ordinance, code)
    exempt = np.array([not key.cap and key.period not in held for key in keys], bool)
    freed = tuple(period.name for period in ordinance.periods if period.name not in held)
    return Duty(tested, exempt, code.cited.read, (_words(code, freed, tested),))


def statistic_shift(ordinance: Ordinance, key: Key, minutes: float) -> float:
    """What a rule compares less the level of a steady sound that lasts so many minutes of any hour, dB.

    "level" and Lmax: 0. Leq: the share of the averaging time. L50 and L10: 0 where the sound lasts 30 or 6 minutes, else -inf, as
    the statistic does not see it. Where the code has allowances, its L50 is the first of a table of minutes and levels, so a
    shorter sound is compared as a level with its allowance. Ldn and CNEL: as if the units ran in every hour of the day.
    """
    if key.statistic == "Leq":
        return _share_db(minutes, ordinance.averaging_minutes or 60.0)
    if key.statistic == "Ldn":
        return LDN_DB + _share_db(minutes, 60.0)
    if key.statistic == "CNEL":
        return CNEL_DB + _share_db(minutes, 60.0)
    if key.statistic == "L50" and not ordinance.allowances:
        return 0.0 if minutes >= 30 else -math.inf
    if key.statistic == "L10":
        return 0.0 if minutes >= 6 else -math.inf
    return 0.0


def allowance_of(ordinance: Ordinance, minutes: float) -> Allowance | None:
    """The largest allowance for a sound that lasts so many minutes of any hour; None where there is none."""
    long_enough = (a for a in ordinance.allowances if a.minutes >= minutes)
    return max(long_enough, key=lambda a: a.plus_db, default=None)


def allows_short(key: Key) -> bool:
    """Whether allowances count for a rule: those that compare levels exceeded for so long, not averages, maxima or caps."""
    return key.statistic in ("level", "L50") and not key.cap


def minutes_of_week(hours: tuple[Hours, ...]) -> NDArray[np.bool_]:
    """The minutes of a week, Monday first, that lie in some hours: (10080,)."""
    week = np.zeros(7 * DAY_MINUTES, bool)
    for part in hours:
        start, end = _minutes(part.start), _minutes(part.end)
        span = np.arange(start, end if end > start else end + DAY_MINUTES)
        for day in _days(part.days):
            week[(day * DAY_MINUTES + span) % len(week)] = True
    return week


def _periods_of_tests(ordinance: Ordinance, code: Standby) -> set[str]:
    """Periods in which a test may fall under limits; a period without hours may be at any time."""
    if code.testing_exempt:
        return set()
    if not code.testing:
        return {period.name for period in ordinance.periods}
    tests = minutes_of_week(code.testing)
    return {p.name for p in ordinance.periods if not p.hours or (minutes_of_week(p.hours) & tests).any()}


def _words(code: Standby, freed: tuple[str, ...], minutes: float) -> str:
    said = f"Standby use: outages are exempt ({code.cited.section})"
    if code.testing_exempt:
        return f"{said} and so are tests; caps alone hold."
    when = ", ".join(f"{h.days} {h.start}-{h.end}" for h in code.testing)
    at = f"tests run {when}" if when else "the code gives no testing hours, so tests may run in any period"
    none = f"; no limit holds in {', '.join(freed)}" if freed else ""
    return f"{said}; {at}, {minutes:g} minutes of an hour{none}."


def _share_db(minutes: float, averaging: float) -> float:
    """Leq over an averaging time, less the level: each hour of it holds so many minutes, and less than an hour may be full."""
    full, rest = divmod(averaging, 60.0)
    running = full * min(minutes, 60.0) + min(minutes, rest)
    return 10 * math.log10(running / averaging) if running > 0 else -math.inf


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _days(text: str) -> list[int]:
    first, _, last = text.partition("-")
    start = DAYS.index(first)
    return [(start + k) % 7 for k in range((DAYS.index(last or first) - start) % 7 + 1)]
