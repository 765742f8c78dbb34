"""Limits that rest on the ambient level: so much over it, in place of the fixed ones or beside them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from siting import quantities
from siting.errors import InputError
from siting.law import Operation, Ordinance
from siting.model import Assumption, Floats
from siting.rules.duty import Duty
from siting.rules.fixed_limits import Key

LEVELS = ("level", "Leq", "L50", "L10", "Lmax")  # of a period; Ldn and CNEL are of a whole day
NO_ROOM_DB = -100.0
"""The limit where nothing may be added to the ambient level: finite, as a margin is, and far below every level of a unit."""


def room_db(over_db: Floats) -> Floats:
    """How far over the ambient level the units alone may come, so that both together are `over_db` over it.

    10 lg(10^(n/10) - 1), from L = 10 lg(10^(units/10) + 10^(ambient/10)); -inf where `over_db` is 0 or less: sound that is
    added never lowers a level.

    Examples
    --------
    >>> room_db(np.array([10.0, 5.0, 0.0])).round(2)
    array([9.54, 3.35, -inf])
    """
    with np.errstate(divide="ignore"):
        return np.asarray(10 * np.log10(np.maximum(np.expm1(over_db * (np.log(10) / 10)), 0.0)))


def ambient_plus(ordinance: Ordinance, key: Key) -> float | None:
    """What the code adds to the ambient level for a rule: an A-weighted level of a period, and no cap."""
    if ordinance.ambient is None or key.metric != "dba" or key.cap or key.statistic not in LEVELS:
        return None
    return dict(ordinance.ambient.plus_db).get(key.period)


def ambient_alone(ordinance: Ordinance, operation: Operation, keys: tuple[Key, ...]) -> NDArray[np.bool_]:
    """The rules (K,) in which the ambient level alone gives the limit."""
    alone = ordinance.ambient is not None and ordinance.ambient.combine == "fallback"
    known = dict(operation.ambient_dba)
    return np.array(
        [alone and key.period in known and ambient_plus(ordinance, key) is not None for key in keys], bool
    )


def combined(ordinance: Ordinance, operation: Operation, key: Key, limit: Floats, minus: Floats) -> Floats:
    """One rule's limits combined with the ambient level as `siting.model.AmbientRule` says: (n,).

    Parameters
    ----------
    minus : (n,)
        What is taken off the limit from the ambient level, dB.
    """
    plus, rule = ambient_plus(ordinance, key), ordinance.ambient
    if plus is None or rule is None:
        return limit
    level = dict(operation.ambient_dba).get(key.period)
    if level is None:
        return np.full_like(limit, np.nan) if rule.combine == "lower" else limit
    over = _units_alone(level, plus - minus, rule.with_ambient)
    if rule.combine == "fallback":
        return over
    return np.minimum(limit, over) if rule.combine == "lower" else np.maximum(limit, over)


def ambient_assumptions(ordinance: Ordinance, operation: Operation) -> tuple[Assumption, ...]:
    """What is known of the ambient level in the periods for which the code asks for it.

    Raises
    ------
    InputError
        An ambient level for a period that the ordinance does not have.
    """
    names, known = [period.name for period in ordinance.periods], dict(operation.ambient_dba)
    for name in known:
        if name not in names:
            raise InputError(
                f'The ambient level is given for the period "{name}", but {ordinance.id} has {", ".join(names)}: '
                "name one of these."
            )
    rule = ordinance.ambient
    if rule is None:
        return ()
    without = {
        "lower": "without it no A-weighted limit is known",
        "fallback": "without it the fixed limits hold",
    }.get(rule.combine, "without it no limit is raised to it")
    return tuple(
        Assumption(f"operation.ambient_dba.{period}", known[period], "given", "measured, the user says")
        if period in known
        else Assumption(
            f"operation.ambient_dba.{period}", "not known", "assumed", f"{without} ({rule.cited.section})"
        )
        for period, _ in rule.plus_db
    )


def ambient_notes(
    ordinance: Ordinance, operation: Operation, keys: tuple[Key, ...], duty: Duty, minus: Floats
) -> Iterator[str]:
    """What the ambient level makes of the limits of each period, a sentence for every different sum in `minus` (n,)."""
    rule, known = ordinance.ambient, dict(operation.ambient_dba)
    if rule is None:
        if known:
            yield f"{ordinance.id} has no rule on the ambient level: the level given changes no limit."
        return
    held = zip(keys, duty.exempt.tolist(), strict=True)
    periods = {key.period for key, exempt in held if not exempt and ambient_plus(ordinance, key) is not None}
    holds = {
        "fallback": "alone is the A-weighted limit",
        "lower": "is the A-weighted limit where it is lower than the fixed one",
        "higher": "is the A-weighted limit where it is higher than the fixed one",
        "lift": "is the A-weighted limit where the fixed one is below it",
    }[rule.combine]
    for period, plus in rule.plus_db:
        for less in sorted(set(minus.tolist())) if period in known and period in periods else ():
            off = f", less {less:g} dB for homes or tones," if less else ""
            sum_of = f"{period}: the ambient level {known[period]:g} dB(A) + {plus:g} dB{off}"
            if rule.with_ambient:
                limit = float(_units_alone(known[period], np.array(plus - less), True))
                sum_of += " is for the ambient sound and the units together"
                yield f"{sum_of}: {_left(limit, rule.combine, holds)} ({rule.cited.section})."
            else:
                yield f"{sum_of} {holds} ({rule.cited.section})."


def _left(limit: float, combine: str, holds: str) -> str:
    """What a level with the ambient sound in it leaves the units."""
    if limit > NO_ROOM_DB:
        return f"for the units that leaves {quantities.limit(limit)} dB(A), which {holds}"
    if combine in ("higher", "lift"):
        return "that leaves the units nothing, and the fixed limit holds"
    return (
        f"that leaves the units nothing, no sound of theirs keeps it, and {NO_ROOM_DB:g} dB(A) stands for it"
    )


def _units_alone(ambient_dba: float, over_db: Floats, with_ambient: bool) -> Floats:
    """The most that the units alone may make where the limit is `over_db` over the ambient level."""
    if not with_ambient:
        return ambient_dba + over_db
    return np.maximum(ambient_dba + room_db(over_db), NO_ROOM_DB)
