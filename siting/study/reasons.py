"""Why a study comes to its verdict, in sentences."""

from siting import judgement, quantities, wording
from siting.law import Operation, Ordinance
from siting.model import Site, State
from siting.outcome import ReceptorLevel, Verdict
from siting.verdict import urgency, worst_of_each_neighbour

NOBODY = "No other lot in the parcel file lies near enough to measure at, so nobody's limit is known."


def verdict(
    state: State,
    allowed: bool,
    rows: list[ReceptorLevel],
    site: Site,
    ordinance: Ordinance | None,
    operation: Operation,
    placed: int,
    wanted: int | None,
    alone: ReceptorLevel | None,
    receptors: int,
    unverified: tuple[str, ...],
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
        said.extend(_not_sure_enough(alone, operation))
    elif wanted is not None and placed < wanted:
        said.append(f"Only {placed} of the {wanted} units have room on lot {site.id}.")
    over = worst_of_each_neighbour([row for row in rows if _too_likely(row, operation)])
    if over and placed:
        said.append(f"{wording.units(placed)} {'gives' if placed == 1 else 'give'} {_compared(over[0])}.")
        said.extend(_not_sure_enough(over[0], operation))
        if len(over) > 1:
            said.append(f"{len(over)} neighbours are over what their limits allow{_wanted(operation)}.")
    if ordinance is None:
        said.append("No ordinance was given, so no limit is known: name one with --ordinance.")
    elif not rows:
        said.append(NOBODY)
    else:
        said.extend(_unknown(rows, ordinance, unverified))
    if allowed:
        worst = min((row for row in rows if row.margin_db is not None), key=urgency, default=None)
        near = "" if worst is None else f"; the nearest is {_compared(worst)}{_chance(worst)}"
        said.append(f"All {receptors:,} receptors keep their limits{_wanted(operation)}{near}.")
    return Verdict(state, allowed, tuple(said))


def _not_sure_enough(row: ReceptorLevel, operation: Operation) -> list[str]:
    """What stops a level that is within its limit."""
    if row.margin_db is None or row.margin_db < 0:
        return []
    return [
        f"That is within the limit, but the limit is{_chance(row)[1:]}, and a confidence of "
        f"{quantities.percent(operation.confidence)} is wanted."
    ]


def _chance(row: ReceptorLevel) -> str:
    return f", exceeded with a probability of {quantities.chance(row.p_exceed)}"


def _too_likely(row: ReceptorLevel, operation: Operation) -> bool:
    return row.p_exceed is not None and row.p_exceed > 1 - operation.confidence + 1e-9


def _wanted(operation: Operation) -> str:
    return f" at a confidence of {quantities.percent(operation.confidence)}"


def _unknown(rows: list[ReceptorLevel], ordinance: Ordinance, unverified: tuple[str, ...]) -> list[str]:
    lacking = [row for row in rows if row.state == "UNKNOWN"]
    zones: dict[str, set[str]] = {}
    for row in lacking:
        if row.zone_class is None:
            zones.setdefault(row.zone or "no zone", set()).add(row.neighbour)
    mapped = any(row.zone for row in rows)
    hint = (
        ": the zoning layer does not reach them." if mapped else ": name one with --zoning and --zone-field."
    )
    said = [
        f"{ordinance.id} has no limit for {len(lots)} neighbour{'s' if len(lots) > 1 else ''} in {zone}"
        + (hint if zone == "no zone" else ".")
        for zone, lots in sorted(zones.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    others = sorted(
        {
            (wording.period(row.period), judgement.metric(row.metric))
            for row in lacking
            if row.zone_class is not None
        }
    )
    if others:
        what = "; ".join(f"{metric}, {period}" for period, metric in others)
        why = (
            "some of its numbers were not read in their source (--accept-unverified takes them as they are)"
            if unverified
            else "siting ordinance check says what each of them needs"
        )
        said.append(f"Limits of {ordinance.id} that are not known: {what}; {why}.")
    return said


def _no_room(site: Site) -> str:
    """Which rule took how much of the lot, in the order in which they did."""
    took = wording.taken(site.taken_m2)
    gone = f"{took} are taken" if took else "nothing is taken"
    return (
        f"No unit has room on lot {site.id}: of its {quantities.area(site.lot.area)} {gone}, "
        "and no body with its clearances stands in what is left."
    )


def _compared(row: ReceptorLevel) -> str:
    """Level, place, limit and margin in words."""
    when = wording.period(row.period)
    place = f"at {row.id} (lot {row.neighbour}, {wording.zone_class(row.zone_class or row.zone or 'no zone')}, {when})"
    heard = judgement.named_level(row._asdict())
    if row.limit_db is None or row.margin_db is None:
        return f"{heard} {place}, where no limit is known"
    return f"{heard} {place}, {quantities.side(row.margin_db)} the limit of {row.limit_db:g}"
