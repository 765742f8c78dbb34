"""Where a number of an ordinance stands, as explanations say it."""

from collections.abc import Callable
from typing import NamedTuple

from siting.law import Cited, Ordinance

Cite = Callable[[Cited], str]
"""What is said of a place in brackets, with a blank before it; empty where there is nothing to say."""
UNNAMED = "no source named"


class Ruling(NamedTuple):
    """A rule beside the limits, as a sentence's subject, and where its numbers stand."""

    subject: str
    cited: Cited


def in_short(cited: Cited) -> str:
    """Nothing, or that the number was not read in its source."""
    return "" if cited.read else f" [{cited.section}: NOT READ in its source]"


def with_source(sources: tuple[str, ...]) -> Cite:
    """Section and the number of the source, each time."""

    def said(cited: Cited) -> str:
        number = sources.index(cited.source or UNNAMED) + 1
        return f" [{cited.section}, source {number}{'' if cited.read else ', NOT READ there'}]"

    return said


def sources_of(ordinance: Ordinance) -> tuple[str, ...]:
    """The documents where the numbers stand, in the order of the file."""
    cites = [limit.cited for limit in ordinance.limits] + [ruling.cited for ruling in rulings(ordinance)]
    return tuple(dict.fromkeys(cited.source or UNNAMED for cited in cites))


def rulings(ordinance: Ordinance) -> tuple[Ruling, ...]:
    """Every rule with numbers beside the limits."""
    rules = {
        "The place of measurement": ordinance.measured,
        "The distance from the lot line": ordinance.setback,
        **{f"The distance from {side} lot lines": rule for side, rule in ordinance.side_setbacks},
        "The distance from buildings": ordinance.building_distance,
        "The correction for tones": ordinance.tone,
        "What is added to the ambient level": ordinance.ambient,
        "The correction near homes": ordinance.near_homes,
        "The rule on standby use": ordinance.standby,
    }
    short = (Ruling("The allowance for short sounds", rule.cited) for rule in ordinance.allowances)
    return (*(Ruling(subject, rule.cited) for subject, rule in rules.items() if rule is not None), *short)
