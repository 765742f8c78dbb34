"""How many of the placed units may run in each period, and which: the rest are switched off, the one that weighs most first."""

from itertools import combinations

import numpy as np

from siting.hearing import energy
from siting.law import Hours, Period
from siting.model import Floats, Ints
from siting.outcome import PeriodAnswer, PlacedUnit
from siting.study.case import Case, limits_of, sigma_db
from siting.study.voices import Voice
from siting.verdict import Compared, state_of

ALL_TRIED = 12  # units
FULL = 1 + 1e-9  # the verdict adds the same energies in another order


def period_answers(
    case: Case, voice: Voice, chosen: Ints, placed: tuple[PlacedUnit, ...], judged: Compared, which: Ints
) -> tuple[PeriodAnswer, ...]:
    """One answer for every period of the ordinance; none without one.

    Parameters
    ----------
    judged : Compared
        With all placed units running, at every receptor.
    which : (k,)
        The listed receptors, among which those that bind are.
    """
    if case.asked.ordinance is None:
        return ()
    limits = limits_of(case, voice)
    each = energy(case.hearing, chosen, which) @ voice.mix.T if len(chosen) else np.zeros((0, len(which), 1))
    sigma = sigma_db(case, voice)[which]
    answers = []
    for period in case.asked.ordinance.periods:
        columns = np.array([k for k, rule in enumerate(limits.rules) if rule.period == period.name], np.int64)
        state = state_of(judged.p[:, columns], len(placed), None, True)
        limit = limits.limit_db[np.ix_(which, columns)]
        unknown = not limit.size or np.isnan(limit).any() or np.isnan(judged.p[:, columns]).any()
        if unknown or not len(placed):
            count = 0 if not len(placed) else None
            answers.append(PeriodAnswer(period.name, hours_in_words(period), count, (), state))
            continue
        metric = np.array([case.asked.metrics.index(limits.rules[k].metric) for k in columns])
        shift = np.array([limits.rules[k].shift_db for k in columns])
        with np.errstate(invalid="ignore"):
            most = 10 ** ((limit - shift - case.z * sigma[:, metric]) / 10)  # a rule that sees nothing: inf
        room = np.maximum(most - np.nan_to_num(case.existing[np.ix_(which, metric)]), 0.0)
        run = _running(each[:, :, metric].reshape(len(placed), -1), room.ravel())
        names = tuple(placed[k].id for k in run.tolist())
        answers.append(PeriodAnswer(period.name, hours_in_words(period), len(names), names, state))
    return tuple(answers)


def hours_in_words(period: Period) -> tuple[str, ...]:
    """The hours of a period, one text for each part of the week."""
    return tuple(_hours(part) for part in period.hours)


def _hours(part: Hours) -> str:
    return f"{part.days} {part.start}–{part.end}"


def _running(each: Floats, room: Floats) -> Ints:
    """The most units (N, rows) that may run together; of as many the quietest, by their fullest row.

    Up to `ALL_TRIED` units every choice is tried. Of more, the one that takes most of the fullest row is switched off until none
    is over, and those that fit again are switched on: as many as found may run, and perhaps some more.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        full = np.nan_to_num(each / room, nan=0.0, posinf=np.inf)
    if len(each) <= ALL_TRIED:
        return _best_choice(full)
    run = np.arange(len(each))
    while len(run) and (total := full[run].sum(axis=0)).max() > FULL:
        run = np.delete(run, int(full[run, int(total.argmax())].argmax()))
    for unit in np.setdiff1d(np.arange(len(each)), run)[::-1]:
        more = np.sort(np.append(run, unit))
        run = more if full[more].sum(axis=0).max() <= FULL else run
    return run


def _best_choice(full: Floats) -> Ints:
    """The same by trying every choice of units, the largest first."""
    for count in range(len(full), 0, -1):
        choices = np.array(list(combinations(range(len(full)), count)))
        peak = np.array([full[choice].sum(axis=0).max(initial=0.0) for choice in choices])
        if peak.min() <= FULL:
            return np.asarray(choices[int(peak.argmin())])
    return np.zeros(0, np.int64)
