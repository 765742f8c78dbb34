"""From levels and limits to PASS, FAIL or UNKNOWN, with the sentences that say why."""

import math
from collections.abc import Iterable

import numpy as np

from siting import quantities, wording
from siting.model import Floats, Ints, Ordinance, Receptors, Site, State
from siting.outcome import ReceptorLevel, Verdict

NOBODY = "No other lot in the parcel file lies near enough to measure at, so nobody's limit is known."


def receptor_levels(
    receptors: Receptors,
    ordinance: Ordinance | None,
    classes: list[str | None],
    limits: Floats,
    level: Floats,
    height_m: float,
    which: Ints,
) -> list[ReceptorLevel]:
    """One row per period for some receptors, the comparison made on unrounded levels.

    Parameters
    ----------
    classes, limits : list of R, (R, periods)
        From `siting.ordinance.limits_at`; NaN where no limit is known.
    level : (R,)
        dB(A); -inf where no unit is placed.
    which : (k,)
        Indices of the receptors to list.
    """
    periods = [period.name for period in ordinance.periods] if ordinance else ["any"]
    picked, count = which.tolist(), len(periods)
    heard = np.repeat(level[which], count)
    limit = limits[which].ravel()
    margin = limit - heard
    state: list[State] = ["UNKNOWN" if m != m else "FAIL" if m < 0 else "PASS" for m in margin.tolist()]
    zones = {z: " + ".join(z) or None for z in set(receptors.zones)}
    columns: tuple[Iterable[object], ...] = (
        [receptors.id[i] for i in picked for _ in periods],
        [receptors.neighbour[i] for i in picked for _ in periods],
        [zones[receptors.zones[i]] for i in picked for _ in periods],
        [classes[i] for i in picked for _ in periods],
        periods * len(picked),
        _known(heard),
        _known(limit),
        _known(margin),
        state,
        np.repeat(receptors.xy[which, 0], count).tolist(),
        np.repeat(receptors.xy[which, 1], count).tolist(),
        [height_m] * (len(picked) * count),
    )
    return list(map(ReceptorLevel._make, zip(*columns, strict=True)))


def _known(values: Floats) -> list[float | None]:
    """Values as a list; what is not finite (no unit, no limit) is None."""
    return [v if math.isfinite(v) else None for v in values.tolist()]


def urgency(row: ReceptorLevel) -> tuple[int, float]:
    """Sort key: what is over its limit first, then unknown limits, then by margin; the loudest first where none is known."""
    order = {"FAIL": 0, "UNKNOWN": 1, "PASS": 2}[row.state]
    if row.margin_db is not None:
        return order, row.margin_db
    return order, -row.level_dba if row.level_dba is not None else 0.0


def worst_row(rows: tuple[ReceptorLevel, ...] | list[ReceptorLevel]) -> ReceptorLevel | None:
    """The row with the smallest margin; the loudest where no limit is known; None without receptors or units."""
    heard = [row for row in rows if row.level_dba is not None]
    known = [row for row in heard if row.margin_db is not None]
    return min(known or heard, key=urgency, default=None)


def worst_of_each_neighbour(rows: tuple[ReceptorLevel, ...] | list[ReceptorLevel]) -> list[ReceptorLevel]:
    """The row that decides for every neighbour, the most pressing first."""
    first: dict[str, ReceptorLevel] = {}
    for row in sorted(rows, key=urgency):
        first.setdefault(row.neighbour, row)
    return list(first.values())


def state_of(level: Floats, limits: Floats, placed: int, wanted: int | None, possible: bool) -> State:
    """The verdict's state from arrays alone.

    Parameters
    ----------
    level, limits : (R,), (R, periods)
        dB(A), limits NaN where unknown.
    placed, wanted : int
        Units in the layout and units asked for (None: as many as allowed).
    possible : bool
        Whether the true limits alone leave room for at least one unit.
    """
    missing = np.isnan(limits)
    over = bool((~(level[:, None] <= limits) & ~missing).any())  # a level that is no number is never below
    unknown = not limits.size or bool(missing.any())
    if over or (wanted is not None and placed < wanted):
        return "FAIL"
    if placed == 0:
        return "UNKNOWN" if unknown and possible else "FAIL"
    return "UNKNOWN" if unknown else "PASS"


def reasons(
    state: State,
    rows: list[ReceptorLevel],
    site: Site,
    ordinance: Ordinance | None,
    placed: int,
    wanted: int | None,
    alone: ReceptorLevel | None,
    receptors: int,
) -> Verdict:
    """The verdict with its sentences.

    Parameters
    ----------
    alone : ReceptorLevel or None
        Where nothing is placed: the receptor that stops even one unit in the quietest place.
    receptors : int
        How many receptors were compared, listed or not.
    """
    said: list[str] = []
    if placed == 0 and alone is None:
        said.append(_no_room(site))
    elif placed == 0 and alone is not None:
        said.append(f"Even one unit in the quietest place gives {_compared(alone)}.")
    elif wanted is not None and placed < wanted:
        said.append(f"Only {placed} of the {wanted} units have room on lot {site.id}.")
    over = worst_of_each_neighbour([row for row in rows if row.state == "FAIL"])
    if over:
        said.append(f"{wording.units(placed)} {'gives' if placed == 1 else 'give'} {_compared(over[0])}.")
        if len(over) > 1:
            said.append(f"{len(over)} neighbours are over their limit.")
    if ordinance is None:
        said.append("No ordinance was given, so no limit is known: name one with --ordinance.")
    elif not rows:
        said.append(NOBODY)
    else:
        said.extend(_unknown(rows, ordinance))
    if state == "PASS":
        worst = min((row for row in rows if row.margin_db is not None), key=urgency)
        said.append(f"All {receptors} receptors are within their limits; the nearest is {_compared(worst)}.")
    return Verdict(state, tuple(said))


def _unknown(rows: list[ReceptorLevel], ordinance: Ordinance) -> list[str]:
    zones: dict[str, set[str]] = {}
    for row in rows:
        if row.state == "UNKNOWN":
            zones.setdefault(row.zone or "no zone", set()).add(row.neighbour)
    mapped = any(row.zone for row in rows)
    hint = (
        ": the zoning layer does not reach them." if mapped else ": name one with --zoning and --zone-field."
    )
    return [
        f"{ordinance.id} has no limit for {len(lots)} neighbour{'s' if len(lots) > 1 else ''} in {zone}"
        + (hint if zone == "no zone" else ".")
        for zone, lots in sorted(zones.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _no_room(site: Site) -> str:
    took = ", ".join(
        f"{name} {quantities.area(taken)}" for name, taken in site.taken_m2.items() if taken > 0.05
    )
    return (
        f"No unit has room on lot {site.id}: of {quantities.area(site.lot.area)} "
        f"the rules took {took or 'nothing'}, and no body with its clearances stands in the rest."
    )


def _compared(row: ReceptorLevel) -> str:
    """Level, place, limit and margin in words."""
    when = wording.period(row.period)
    place = f"at {row.id} (lot {row.neighbour}, {wording.zone_class(row.zone_class or row.zone or 'no zone')}, {when})"
    if row.limit_dba is None or row.margin_db is None:
        return f"{row.level_dba:.1f} dB(A) {place}, where no limit is known"
    return (
        f"{row.level_dba:.1f} dB(A) {place}, {quantities.side(row.margin_db)} the limit of {row.limit_dba:g}"
    )
