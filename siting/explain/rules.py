"""What an ordinance adds to its limits or takes off them, in sentences."""

import math
from collections.abc import Iterator

import numpy as np

from siting.explain.citation import Cite
from siting.law import AmbientRule, Hours, Ordinance, Standby, ToneRule
from siting.rule_words import distance
from siting.rules.ambient import room_db
from siting.zones import needs_zones


def correction_sentences(ordinance: Ordinance, cite: Cite) -> Iterator[str]:
    """Minutes of an hour, tones, ambient level, homes, and what holds where zones meet."""
    for rule in ordinance.allowances:
        more = f"may be {rule.plus_db:g} dB louder" if rule.plus_db else "keeps the same limits"
        yield f"A sound that lasts no longer than {_minutes(rule.minutes)} of any hour {more}{cite(rule.cited)}."
    if ordinance.tone:
        yield from _tone(ordinance.tone, cite)
    if ordinance.ambient:
        yield _ambient(ordinance.ambient) + f"{cite(ordinance.ambient.cited)}."
        yield _counted(ordinance.ambient)
    homes = ordinance.near_homes
    if homes:
        near = " or ".join(f'"{name}"' for name in homes.zones)
        yield (
            f"Within {distance(homes.within_m)} of a lot of class {near} every limit is {homes.minus_db:g} dB lower"
            f"{cite(homes.cited)}."
        )
    if ordinance.where_zones_meet == "mean":
        yield "On a line between two zone classes the arithmetic mean of both limits holds."
    if needs_zones(ordinance):
        yield "Where a receptor lies in several zone classes, the strictest limit holds."


def standby_sentences(ordinance: Ordinance, cite: Cite) -> Iterator[str]:
    """What the code says of outages and tests."""
    code = ordinance.standby
    if code is None:
        return
    caps = ", but for caps" if any(limit.cap for limit in ordinance.limits) else ""
    if code.outage_exempt:
        yield f"While the grid is out, units in standby use are exempt from the limits{caps}{cite(code.cited)}."
    else:
        yield f"The limits hold while the grid is out, too: standby use is judged as continuous use{cite(code.cited)}."
    yield _tests(code, caps) + f"{cite(code.cited)}."


def hours(parts: tuple[Hours, ...]) -> str:
    """Hours of the week in words.

    Examples
    --------
    >>> hours((Hours("Mon-Sun", "07:00", "22:00"), Hours("Sat", "09:00", "12:00")))
    'every day 07:00–22:00, Sat 09:00–12:00'
    """
    return ", ".join(
        f"{'every day' if part.days == 'Mon-Sun' else part.days} {part.start}–{part.end}" for part in parts
    )


def _tests(code: Standby, caps: str) -> str:
    long = f" of at most {_minutes(code.testing_minutes)}" if code.testing_minutes else ""
    days = code.testing_every_days
    often = " once a day" if days == 1 else f" once in {days:g} days" if days else ""
    when = (
        f"may run {hours(code.testing)}"
        if code.testing
        else "may run at any time, for the file gives no hours"
    )
    held = f"are exempt from the limits{caps}" if code.testing_exempt else "keep the limits of their periods"
    return f"Tests{long}{often} {when}, and {held}"


def _tone(rule: ToneRule, cite: Cite) -> Iterator[str]:
    but = ", but for one from the ambient level" if rule.tables_only else ""
    yield f"For a sound with a tone every limit is {rule.minus_db:g} dB lower{but}{cite(rule.cited)}."
    if rule.over_neighbours_db is None:
        yield "The file has no criterion for tones in octave bands: the units are taken for tonal unless you say otherwise."
        return
    over = ", ".join(f"{value:g}" for value in rule.over_neighbours_db)
    yield (
        f"An octave band holds a tone where it exceeds both of its neighbours by {over} dB or more (31.5 Hz to 8 kHz)"
        f"{cite(rule.cited)}."
    )


def _ambient(rule: AmbientRule) -> str:
    over = "the ambient level + " + _each({period: f"{plus:g} dB" for period, plus in rule.plus_db})
    return {
        "fallback": f"Where you give the ambient level, {over} is the limit in dB(A); where not, the numbers above hold",
        "lower": f"The limit in dB(A) is the lower of the number above and {over}; without the ambient level it is UNKNOWN",
        "higher": f"The limit in dB(A) is the higher of the number above and {over}; without the ambient level the number holds",
        "lift": f"The limit in dB(A) is never below {over}; without the ambient level it is not lifted",
    }[rule.combine]


def _counted(rule: AmbientRule) -> str:
    """Whether the ambient sound is in what is compared, and what that leaves the units."""
    if not rule.with_ambient:
        return "That sum is for the units alone, without the ambient sound."
    left = {period: _room(plus) for period, plus in rule.plus_db}
    bare = "" if set(left.values()) == {"nothing"} else "the ambient level "
    return f"That sum is for the ambient sound and the units together: it leaves the units alone {bare}{_each(left)}."


def _room(plus_db: float) -> str:
    room = float(room_db(np.array(plus_db)))
    return "nothing" if room == -math.inf else f"{'−' if room < 0 else '+'} {abs(room):.2f} dB"


def _each(texts: dict[str, str]) -> str:
    """What is said of each period, once where it is the same in all."""
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return " or ".join(f"{text} ({period})" for period, text in texts.items())


def _minutes(count: float) -> str:
    return "1 minute" if count == 1 else f"{count:g} minutes"
