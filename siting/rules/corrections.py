"""What an ordinance adds to the limits of its tables and takes off them: homes near by, tones, short sounds, ambient sound."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from siting.law import Cited, Operation, Ordinance
from siting.model import Floats
from siting.rules.ambient import ambient_alone, ambient_plus, combined
from siting.rules.duty import Duty, allowance_of, allows_short
from siting.rules.fixed_limits import Key


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
    ambient level, too, and, where that counts the ambient sound, before what it leaves the units is worked out; an allowance
    is not added to it. Numbers that decide and were not read in their source leave the limit unknown, unless the user accepts
    them.

    Parameters
    ----------
    fixed : (n, K)
        From the tables.
    near : (n,)
        Near homes.
    """
    minus, ambient_minus = taken_off(ordinance, tonal, near)
    allowance = allowance_of(ordinance, duty.minutes)
    plus = np.array([allowance.plus_db if allowance and allows_short(key) else 0.0 for key in keys])
    limit = fixed - minus[:, None] + plus
    for k, key in enumerate(keys):
        limit[:, k] = combined(ordinance, operation, key, limit[:, k], ambient_minus)
    limit[:, duty.exempt] = np.inf
    if not operation.accept_unverified:
        for _, rules, cited in deciding(ordinance, operation, keys, duty, tonal):
            if not cited.read:
                limit[:, rules] = np.nan
    return limit


def taken_off(ordinance: Ordinance, tonal: bool, near: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """What homes and tones take off the limits of the tables, and off those from the ambient level: (n,) dB each."""
    homes = np.where(near, ordinance.near_homes.minus_db if ordinance.near_homes else 0.0, 0.0)
    tone = ordinance.tone if tonal else None
    if tone is None:
        return homes, homes
    return homes + tone.minus_db, homes if tone.tables_only else homes + tone.minus_db


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
        other = ambient_alone(ordinance, operation, keys) & ordinance.tone.tables_only
        yield "The correction for tones", held & ~other, ordinance.tone.cited
    allowance = allowance_of(ordinance, duty.minutes)
    if allowance is not None:
        short = np.array([allows_short(key) for key in keys], bool)
        yield "The allowance for short sounds", held & short, allowance.cited
    if ordinance.ambient is not None:
        known, lower = dict(operation.ambient_dba), ordinance.ambient.combine == "lower"
        counts = [ambient_plus(ordinance, key) is not None and (lower or key.period in known) for key in keys]
        yield "What is added to the ambient level", held & np.array(counts, bool), ordinance.ambient.cited
    if ordinance.standby is not None and operation.use == "standby":
        yield "The rule on standby use", ~caps, ordinance.standby.cited
