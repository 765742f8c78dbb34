"""What an ordinance adds to the limits of its tables and takes off them: homes near by, tones, short sounds, ambient sound."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from siting.errors import InputError
from siting.model import Assumption, Cited, Floats, Operation, Ordinance
from siting.rules.duty import Duty, allowance_of, allows_short
from siting.rules.fixed_limits import Key

LEVELS = ("level", "Leq", "L50", "L10", "Lmax")  # of a period; Ldn and CNEL are of a whole day


def corrected(
    ordinance: Ordinance,
    operation: Operation,
    keys: tuple[Key, ...],
    duty: Duty,
    tonal: bool,
    fixed: Floats,
    near: NDArray[np.bool_],
) -> Floats:
    """Limits with every correction made: (n, K), nan unknown, inf none.

    In this order: near homes and for tones the limit is lower, caps included; for short sounds it is higher; then the ambient
    level is combined with it; rules that do not hold in this use are none. What is taken off is taken off a limit from the
    ambient level, too, and an allowance is not added to it. Numbers that decide and were not read in their source leave the
    limit unknown, unless the user accepts them.

    Parameters
    ----------
    fixed : (n, K)
        From the tables.
    near : (n,)
        Near homes.
    """
    minus = np.zeros(len(fixed))
    if ordinance.near_homes is not None:
        minus += np.where(near, ordinance.near_homes.minus_db, 0.0)
    if ordinance.tone is not None and tonal:
        minus += ordinance.tone.minus_db
    allowance = allowance_of(ordinance, duty.minutes)
    plus = np.array([allowance.plus_db if allowance and allows_short(key) else 0.0 for key in keys])
    limit = fixed - minus[:, None] + plus
    for k, key in enumerate(keys):
        limit[:, k] = _with_ambient(ordinance, operation, key, limit[:, k], minus)
    limit[:, duty.exempt] = np.inf
    if not operation.accept_unverified:
        for _, rules, cited in deciding(ordinance, operation, keys, duty, tonal):
            if not cited.read:
                limit[:, rules] = np.nan
    return limit


def deciding(
    ordinance: Ordinance, operation: Operation, keys: tuple[Key, ...], duty: Duty, tonal: bool
) -> Iterator[tuple[str, NDArray[np.bool_], Cited]]:
    """The corrections by name, the rules (K,) that each decides, and where its numbers stand."""
    held = ~duty.exempt
    caps = np.array([key.cap for key in keys], bool)
    if ordinance.near_homes is not None:
        yield "The correction near homes", held, ordinance.near_homes.cited
    criterion = operation.tone is None and ordinance.tone is not None and ordinance.tone.over_neighbours_db
    if ordinance.tone is not None and (tonal or criterion):
        yield "The correction for tones", held, ordinance.tone.cited
    allowance = allowance_of(ordinance, duty.minutes)
    if allowance is not None:
        short = np.array([allows_short(key) for key in keys], bool)
        yield "The allowance for short sounds", held & short, allowance.cited
    if ordinance.ambient is not None:
        known, lower = dict(operation.ambient_dba), ordinance.ambient.combine == "lower"
        counts = [
            _ambient_plus(ordinance, key) is not None and (lower or key.period in known) for key in keys
        ]
        yield "What is added to the ambient level", held & np.array(counts, bool), ordinance.ambient.cited
    if ordinance.standby is not None and operation.use == "standby":
        yield "The rule on standby use", ~caps, ordinance.standby.cited


def ambient_alone(ordinance: Ordinance, operation: Operation, keys: tuple[Key, ...]) -> NDArray[np.bool_]:
    """The rules (K,) in which the ambient level alone gives the limit."""
    alone = ordinance.ambient is not None and ordinance.ambient.combine == "fallback"
    known = dict(operation.ambient_dba)
    return np.array(
        [alone and key.period in known and _ambient_plus(ordinance, key) is not None for key in keys], bool
    )


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


def _with_ambient(
    ordinance: Ordinance, operation: Operation, key: Key, limit: Floats, minus: Floats
) -> Floats:
    """One rule's limits combined with the ambient level as `siting.model.AmbientRule` says: (n,)."""
    plus, rule = _ambient_plus(ordinance, key), ordinance.ambient
    if plus is None or rule is None:
        return limit
    level = dict(operation.ambient_dba).get(key.period)
    if level is None:
        return np.full_like(limit, np.nan) if rule.combine == "lower" else limit
    over = level + plus - minus
    if rule.combine == "fallback":
        return over
    return np.minimum(limit, over) if rule.combine == "lower" else np.maximum(limit, over)


def _ambient_plus(ordinance: Ordinance, key: Key) -> float | None:
    """What the code adds to the ambient level for a rule: an A-weighted level of a period, and no cap."""
    if ordinance.ambient is None or key.metric != "dba" or key.cap or key.statistic not in LEVELS:
        return None
    return dict(ordinance.ambient.plus_db).get(key.period)
