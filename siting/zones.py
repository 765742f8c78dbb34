"""Zone names of the map to the zone classes of an ordinance."""

from fnmatch import fnmatchcase

from siting.law import Ordinance
from siting.model import Receptors

ANY_ZONE = "*"


def named_classes(ordinance: Ordinance) -> tuple[str, ...]:
    """Every zone class that the ordinance names, of receiving and emitting lots; "*" is none."""
    limits = [zone for limit in ordinance.limits for zone in (limit.zone, limit.source_zone)]
    homes = ordinance.near_homes.zones if ordinance.near_homes else ()
    patterns = (name for name, _ in ordinance.zone_patterns)
    return tuple(name for name in dict.fromkeys([*limits, *homes, *patterns]) if name != ANY_ZONE)


def classes_of(ordinance: Ordinance, name: str) -> tuple[str, ...]:
    """The classes that a zone's name belongs to, by patterns (case and surrounding blanks ignored); none where it matches none.

    A class without patterns has the one pattern that is its own name. With patterns they alone decide: "C" is industrial land in
    one code and commercial on the next town's map.
    """
    patterns = dict(ordinance.zone_patterns)
    plain = name.strip().casefold()
    return tuple(
        c
        for c in named_classes(ordinance)
        if any(_fits(plain, p.strip().casefold()) for p in patterns.get(c) or (c,))
    )


def needs_zones(ordinance: Ordinance) -> bool:
    """Whether a limit depends on the class of the receiving lot."""
    return any(limit.zone != ANY_ZONE for limit in ordinance.limits)


def unmatched(ordinance: Ordinance, receptors: Receptors) -> tuple[tuple[str, int, int], ...]:
    """Zone names that belong to no class, each with its receptors and their neighbours, the most receptors first.

    Names across a line count where the mean of both sides holds. None where no limit depends on the receiving zone.
    """
    if not needs_zones(ordinance):
        return ()
    mean = ordinance.where_zones_meet == "mean"
    places = [
        (*zones, *(across if mean else ()))
        for zones, across in zip(receptors.zones, receptors.across, strict=True)
    ]
    names = sorted({name for place in set(places) for name in place})
    wrong = {name for name in names if not classes_of(ordinance, name)}
    counts: dict[str, int] = {}
    lots: dict[str, set[str]] = {}
    for place, neighbour in zip(places, receptors.neighbour, strict=True):
        for name in wrong.intersection(place):
            counts[name] = counts.get(name, 0) + 1
            lots.setdefault(name, set()).add(neighbour)
    order = sorted(counts, key=lambda name: (-counts[name], name))
    return tuple((name, counts[name], len(lots[name])) for name in order)


def _fits(name: str, pattern: str) -> bool:
    """A pattern, or a name that is written like it: real names hold brackets."""
    return name == pattern or fnmatchcase(name, pattern)
