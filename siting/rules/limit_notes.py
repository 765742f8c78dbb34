"""What was done to the limits of the tables, in sentences."""

import math

import numpy as np
from numpy.typing import NDArray

from siting import quantities
from siting.law import Operation, Ordinance
from siting.model import Assumption
from siting.rules.ambient import ambient_notes
from siting.rules.corrections import taken_off
from siting.rules.duty import Duty, allowance_of, allows_short, statistic_shift
from siting.rules.fixed_limits import Classes, Key, Table
from siting.rules.zones_met import Place, meets


def zone_notes(table: Table, places: list[Place], sources: Classes) -> tuple[str, ...]:
    """Which lots and lines are not in one zone, and what holds there; `places` has an entry for every receptor."""
    notes = []
    several = sum(len(place.zones) > 1 for place in places)
    if several and table.zones:
        notes.append(
            f"{_count(several, len(places))} in several zone classes: the strictest limit of each rule holds."
        )
    lines = sum(meets(place) for place in places)
    if lines:
        notes.append(
            f"{_count(lines, len(places))} on a line between two zone classes: the mean of both limits holds "
            f"({table.ordinance.code})."
        )
    if table.sources and None in sources:
        notes.append(
            f"{table.ordinance.id} has limits by the zone of the emitting lot, whose class is not known: only limits that are "
            "the same for every class, or lowest for any, are known."
        )
    elif table.sources and len(sources) > 1:
        notes.append(
            f"The emitting lot lies in the zone classes {' and '.join(s for s in sources if s)}: "
            "the strictest limit of each rule holds."
        )
    return tuple(notes)


def correction_notes(
    ordinance: Ordinance,
    operation: Operation,
    keys: tuple[Key, ...],
    duty: Duty,
    tonal: bool,
    near: NDArray[np.bool_],
) -> tuple[str, ...]:
    """The corrections that were made, with their sections; `near` (R,) are the receptors near homes."""
    notes = []
    homes = ordinance.near_homes
    if homes is not None and near.any():
        notes.append(
            f"{_count(int(near.sum()), len(near))} within {quantities.length(homes.within_m)} of "
            f"{' or '.join(homes.zones)} lots: limits are {homes.minus_db:g} dB lower there ({homes.cited.section})."
        )
    if ordinance.tone is not None and tonal:
        tone = ordinance.tone
        which = "Fixed limits" if tone.tables_only else "Limits"
        notes.append(
            f"{which} are {tone.minus_db:g} dB lower for a sound with a tone ({tone.cited.section})."
        )
    allowance = allowance_of(ordinance, duty.minutes)
    if allowance is not None and allowance.plus_db > 0 and any(allows_short(key) for key in keys):
        notes.append(
            f"Limits are {allowance.plus_db:g} dB higher, caps and averages excepted: the units run "
            f"{duty.minutes:g} minutes of an hour, no longer than {allowance.minutes:g} ({allowance.cited.section})."
        )
    unseen = [key.statistic for key in keys if statistic_shift(ordinance, key, duty.minutes) == -math.inf]
    notes.extend(
        f"{name} does not see a sound of {duty.minutes:g} minutes of an hour: its limits are kept."
        for name in dict.fromkeys(unseen)
    )
    _, minus = taken_off(ordinance, tonal, near)
    return (*notes, *ambient_notes(ordinance, operation, keys, duty, minus))


def steady_assumptions(keys: tuple[Key, ...]) -> tuple[Assumption, ...]:
    """What a steady level is taken to say of the statistics that the rules compare."""
    found = []
    of = [name for name in ("L50", "L10", "Lmax") if any(key.statistic == name for key in keys)]
    if of:
        why = (
            f"{', '.join(of)} of the units' sound {'is' if len(of) == 1 else 'are'} its level while they run"
        )
        found.append(Assumption("sound.course", "steady", "assumed", why))
    days = [name for name in ("Ldn", "CNEL") if any(key.statistic == name for key in keys)]
    if days:
        why = f"{' and '.join(days)} of units that run in every hour of day and night"
        found.append(Assumption("operation.hours", "every hour", "assumed", why))
    return tuple(found)


def _count(some: int, of: int) -> str:
    return f"{some:,} of {of:,} receptors {'is' if some == 1 else 'are'}"
