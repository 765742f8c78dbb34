"""The limits of an ordinance in sentences: who may hear how much from whom, when, and what a statistic compares."""

import math
from typing import NamedTuple

from siting.explain.citation import Cite
from siting.judgement import metric
from siting.law import Cited, Limit, Ordinance
from siting.metrics import NINE, OLD
from siting.rules.duty import CNEL_DB, LDN_DB
from siting.zones import ANY_ZONE, named_classes

BANDS = {
    NINE: "in the octave bands 31.5 Hz to 8 kHz",
    OLD: "in the old octave bands 20-75 Hz to 4800-10000 Hz",
}
ANY_TIME = "any time"


class Kind(NamedTuple):
    """What the limits of one table share, beside their zones."""

    unit: str  # a metric, "bands" or "old bands"
    statistic: str
    cap: bool


class Group(NamedTuple):
    """Limits that are told in one sentence."""

    zone: str
    source_zone: str
    kind: Kind
    cited: Cited


def kind_of(limit: Limit) -> Kind:
    """Bands belong together; every other metric is a kind of its own."""
    unit = "bands" if limit.metric in NINE else "old bands" if limit.metric in OLD else limit.metric
    return Kind(unit, limit.statistic, limit.cap)


def limit_sentences(ordinance: Ordinance, cite: Cite) -> tuple[str, ...]:
    """One sentence for every receiving class, emitting class, quantity and section, in the file's order."""
    groups: dict[Group, list[Limit]] = {}
    for limit in ordinance.limits:
        group = Group(limit.zone, limit.source_zone, kind_of(limit), limit.cited)
        groups.setdefault(group, []).append(limit)
    periods = len(ordinance.periods)
    return tuple(
        _sentence(ordinance, group, limits, periods) + cite(group.cited) + "."
        for group, limits in groups.items()
    )


def hole_sentences(ordinance: Ordinance) -> tuple[str, ...]:
    """Where the file has no number: receiving classes without a limit, and emitting zones that a table leaves out."""
    limits = [m for m in ordinance.limits if not m.cap] or list(ordinance.limits)
    named, emitting = {m.zone for m in limits}, {m.source_zone for m in ordinance.limits}
    bare = [] if ANY_ZONE in named else [name for name in named_classes(ordinance) if name not in named]
    others = (*emitting, *(ordinance.near_homes.zones if ordinance.near_homes else ()))
    said = [
        f'No limit is written for class "{name}"{" (it is named for other lots)" if name in others else ""}: '
        "UNKNOWN at a receptor there."
        for name in bare
    ]
    holes: dict[tuple[Kind, tuple[str, ...]], list[str]] = {}
    for kind in dict.fromkeys(kind_of(m) for m in ordinance.limits):
        for zone in dict.fromkeys(m.zone for m in ordinance.limits if kind_of(m) == kind):
            left = _left_out(ordinance, kind, zone)
            if left:
                holes.setdefault((kind, left), []).append(zone)
    return (
        *said,
        *(
            f"{_receivers(zones)}: no limit in {_quantity(kind)} is written for sound from a lot of "
            f"{' or '.join(left)}: UNKNOWN."
            for (kind, left), zones in holes.items()
        ),
    )


def _left_out(ordinance: Ordinance, kind: Kind, zone: str) -> tuple[str, ...]:
    """The emitting zones from which one kind of limit is not written for a receiving class."""
    table: dict[str, str] = {}  # numbers by emitting class, as text: nan equals itself there
    for limit in ordinance.limits:
        if kind_of(limit) == kind and limit.zone in (zone, ANY_ZONE):
            table[limit.source_zone] = (
                table.get(limit.source_zone, "") + f"{limit.period} {limit.metric} {limit.limit_db};"
            )
    if ANY_ZONE in table:
        return ()
    left = tuple(f'class "{name}"' for name in named_classes(ordinance) if name not in table)
    # where every class has the same numbers, a lot of no class has them too
    return left if not left and len(set(table.values())) == 1 else (*left, "any other zone")


def statistic_sentences(ordinance: Ordinance) -> tuple[str, ...]:
    """What every statistic of the file compares, for a sound that is steady while the units run."""
    minutes = f"{ordinance.averaging_minutes or 60:g}"
    short = (
        "; of a shorter one its level counts, with what is allowed for few minutes"
        if ordinance.allowances
        else ""
    )
    words = {
        "level": "The level while the units run is compared as it is.",
        "Leq": f"Leq is the average over {minutes} minutes: units that run for a part of them count for that part.",
        "L50": "L50 is the level that is exceeded half of the time: the level of a steady sound that lasts 30 minutes "
        f"of an hour or longer{short or '; it does not see a shorter one'}.",
        "L10": "L10 is the level that is exceeded a tenth of the time: the level of a steady sound that lasts 6 minutes "
        "of an hour or longer; it does not see a shorter one.",
        "Lmax": "Lmax is the highest level: for a steady sound its level.",
        "Ldn": f"Ldn is taken as if the units ran in every hour of the day: {LDN_DB:.1f} dB over their level.",
        "CNEL": f"CNEL is taken as if the units ran in every hour of the day: {CNEL_DB:.1f} dB over their level.",
    }
    used = {limit.statistic for limit in ordinance.limits}
    return tuple(sentence for name, sentence in words.items() if name in used)


def _sentence(ordinance: Ordinance, group: Group, limits: list[Limit], periods: int) -> str:
    levels: dict[str, dict[str, float]] = {}
    for limit in limits:
        levels.setdefault(limit.period, {})[limit.metric] = limit.limit_db
    said: dict[str, list[str]] = {}
    for period, row in levels.items():
        said.setdefault(_amount(row), []).append(period)
    when = {amount: ANY_TIME if len(names) == periods else ", ".join(names) for amount, names in said.items()}
    between = ", " if len(limits) == len(levels) else "; "  # rows of bands have commas of their own
    much = between.join(f"{amount} ({times})" for amount, times in when.items())
    classes = {m.zone for m in ordinance.limits if kind_of(m) == group.kind} - {ANY_ZONE}
    source = "" if group.source_zone == ANY_ZONE else f' from a lot of class "{group.source_zone}"'
    statistic = "" if group.kind.statistic == "level" else f" as {group.kind.statistic}"
    cap = "As a cap on the machine in any use, tests and outages included: " if group.kind.cap else ""
    return f"{cap}{_receiver(group.zone, bool(classes))} may hear{source}{statistic} {much}"


def _receiver(zone: str, others: bool) -> str:
    if zone == ANY_ZONE:
        return "A lot of any other zone" if others else "Any lot"
    return f'A lot of class "{zone}"'


def _receivers(zones: list[str]) -> str:
    return _receiver(zones[0], False) + "".join(f' or "{zone}"' for zone in zones[1:])


def _amount(row: dict[str, float]) -> str:
    """The numbers of one period: one of them, or a row of bands."""
    numbers, names = list(row.values()), tuple(row)
    if all(map(math.isnan, numbers)):
        return f"a level {_in(names)} that was not read, so UNKNOWN"
    if all(map(math.isinf, numbers)):
        return f"any level {_in(names)}"
    if names in (("dba",), ("dbc",)):
        return f"at most {numbers[0]:g} {metric(names[0])}"
    return f"at most {', '.join(map(_number, numbers))} dB {_in(names)}"


def _in(names: tuple[str, ...]) -> str:
    """In which metric or bands."""
    if names in BANDS:
        return BANDS[names]
    if len(names) == 1:
        return f"in {'' if names[0] in ('dba', 'dbc') else 'the '}{metric(names[0])}"
    return f"in the bands {', '.join(names)} Hz"


def _number(level: float) -> str:
    return "not read" if math.isnan(level) else "any" if math.isinf(level) else f"{level:g}"


def _quantity(kind: Kind) -> str:
    unit = {"bands": "octave bands", "old bands": "old octave bands"}.get(kind.unit) or metric(kind.unit)
    return f"{unit}{'' if kind.statistic == 'level' else f' as {kind.statistic}'}{' as a cap' if kind.cap else ''}"
