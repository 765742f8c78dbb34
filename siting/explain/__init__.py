"""What was understood of an ordinance, in plain sentences, and what a verdict under it needs from the user."""

from dataclasses import asdict
from typing import NamedTuple, get_args

from siting.explain.citation import Cite, in_short, rulings, sources_of, with_source
from siting.explain.limits import hole_sentences, limit_sentences, statistic_sentences
from siting.explain.needs import need_sentences
from siting.explain.rules import correction_sentences, hours, standby_sentences
from siting.explain.summary import head, kinds, verified
from siting.law import LotLine, Ordinance, Setback
from siting.rule_words import distance, measured
from siting.rules.unverified import missing_limits, unread_limits, unread_parts
from siting.zones import ANY_ZONE, needs_zones

__all__ = ["Part", "explain", "head", "kinds", "verified"]

ASSUMED_M = 1.524  # what siting.site keeps from lot lines where a file gives no distance, and from buildings by NFPA 37
ASSUMED_HEIGHT_M = 1.5  # where siting.surroundings puts receptors where a file gives no height


class Part(NamedTuple):
    """A heading with its sentences."""

    heading: str
    sentences: tuple[str, ...]


def explain(ordinance: Ordinance, cited: bool = False) -> tuple[Part, ...]:
    """Everything that was understood of an ordinance, part by part.

    Parameters
    ----------
    ordinance : Ordinance
        As read.
    cited : bool
        Whether section and source stand at every number; numbers that were not read in their source say so either way.
    """
    sources = sources_of(ordinance)
    cite = with_source(sources) if cited else in_short
    parts = (
        Part("Where it is measured", _measured(ordinance, cite)),
        Part("Periods", _periods(ordinance)),
        Part("Limits", (*limit_sentences(ordinance, cite), *hole_sentences(ordinance))),
        Part("What is compared", statistic_sentences(ordinance)),
        Part("Corrections", tuple(correction_sentences(ordinance, cite))),
        Part("Standby use", tuple(standby_sentences(ordinance, cite))),
        Part("Zones", _zones(ordinance)),
        Part("Distances that units keep", _setbacks(ordinance, cite)),
        Part("What a permit needs beside levels", ordinance.conditions),
        Part("Rules that are not applied", ordinance.not_applied),
        Part("Numbers that were not read in their source", _unverified(ordinance)),
        Part("What a verdict needs from you", tuple(need_sentences(ordinance))),
        Part("Notes", tuple(ordinance.source["notes"])),
        Part("Sources", tuple(f"{n}: {source}" for n, source in enumerate(sources, 1)) if cited else ()),
    )
    return tuple(part for part in parts if part.sentences)


def _measured(ordinance: Ordinance, cite: Cite) -> tuple[str, ...]:
    place = ordinance.measured
    return (
        f"Levels are compared with limits {measured(asdict(place), ASSUMED_HEIGHT_M)}{cite(place.cited)}.",
    )


def _periods(ordinance: Ordinance) -> tuple[str, ...]:
    names = [period.name for period in ordinance.periods]
    if not any(period.hours for period in ordinance.periods):
        return (
            f"The file gives no hours for {' and '.join(names)}: the limits of every period are checked.",
        )
    return tuple(f"{period.name}: {hours(period.hours)}." for period in ordinance.periods)


def _zones(ordinance: Ordinance) -> tuple[str, ...]:
    if not ordinance.zone_patterns:
        return ("No limit depends on a zone.",)
    said = tuple(
        f'Class "{name}": zones of the map that are called {" or ".join(patterns)}.'
        for name, patterns in ordinance.zone_patterns
    )
    form = (
        "In these patterns * is any signs, ? one sign, [0-9] one of these; upper and lower case are the same."
    )
    if not needs_zones(ordinance):
        return (*said, form)
    kinds = {(m.metric, m.statistic, m.cap) for m in ordinance.limits if m.zone != ANY_ZONE}
    general = {(m.metric, m.statistic, m.cap) for m in ordinance.limits if m.zone == ANY_ZONE}
    rest = (
        "has the limits of any other zone; UNKNOWN where a class is stricter"
        if kinds <= general
        else "leaves its receptors UNKNOWN"
    )
    return (*said, form, f"A zone that belongs to no class {rest}.")


def _setbacks(ordinance: Ordinance, cite: Cite) -> tuple[str, ...]:
    return *_from_lot_lines(ordinance, cite), _from_buildings(ordinance.building_distance, cite)


def _from_lot_lines(ordinance: Ordinance, cite: Cite) -> tuple[str, ...]:
    """The distance from each kind of lot line, and from those that have none of their own."""
    sides = dict(ordinance.side_setbacks)
    said = [_keeps(rule, f"{side} lot lines", cite) for side, rule in ordinance.side_setbacks]
    left = [side for side in get_args(LotLine) if side not in sides]
    if not left:
        return tuple(said)
    of = f"{' and '.join(left)} lot lines" if sides else "the lot line"
    if ordinance.setback is None:
        return *said, f"The file gives no distance from {of}: {distance(ASSUMED_M)} is assumed."
    return *said, _keeps(ordinance.setback, of, cite)


def _from_buildings(rule: Setback | None, cite: Cite) -> str:
    if rule is not None:
        return _keeps(rule, "buildings", cite)
    return (
        "The file gives no distance from buildings: that of the table of distances is kept, "
        f"{distance(ASSUMED_M)} if none is named."
    )


def _keeps(rule: Setback, of: str, cite: Cite) -> str:
    return f"A unit's body keeps {distance(rule.distance_m)} from {of}{cite(rule.cited)}."


def _unverified(ordinance: Ordinance) -> tuple[str, ...]:
    unread = (*unread_limits(ordinance.limits), *unread_parts(dict.fromkeys(rulings(ordinance))))
    if unread:
        unread += (
            "Until --accept-unverified takes them as they are, a verdict that they decide is UNKNOWN.",
        )
    return (*unread, *missing_limits(ordinance.limits)) or ("None.",)
