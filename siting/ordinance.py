"""Zone names to the ordinance's classes, and the limit that holds at each receptor in each period."""

from fnmatch import fnmatchcase

import numpy as np

from siting.model import Floats, Ordinance

ANY_ZONE = "*"


def zone_class(ordinance: Ordinance, zone: str) -> str | None:
    """The class that a zone's name belongs to, None where no pattern matches.

    A name that is a class's own name belongs to it; else the patterns decide (case and surrounding blanks ignored).
    Where several classes match, the one with the lowest limit in any period is taken.
    """
    name = zone.strip().casefold()
    named = [c for c in _classes(ordinance) if c.casefold() == name]
    matched = named or [
        c
        for c, patterns in ordinance.zone_patterns
        if any(fnmatchcase(name, p.strip().casefold()) for p in patterns)
    ]
    if matched:
        return min(matched, key=lambda c: _strictest(ordinance, c))
    return ANY_ZONE if ANY_ZONE in _classes(ordinance) else None


def receptor_class(ordinance: Ordinance, zones: tuple[str, ...]) -> str | None:
    """The class that governs a place: the strictest of its zones; None where one of them, or any, is not known.

    An ordinance whose only class is "*" needs no zone.
    """
    if _classes(ordinance) == [ANY_ZONE]:
        return ANY_ZONE
    classes = [zone_class(ordinance, zone) for zone in zones]
    known = [c for c in classes if c is not None]
    if not classes or len(known) < len(classes):
        return None
    return min(known, key=lambda c: _strictest(ordinance, c))


def class_limits(ordinance: Ordinance, name: str | None) -> Floats:
    """The limit of a class in each of the ordinance's periods, dB(A); NaN where the code gives none."""
    given = {limit.period: limit.limit_dba for limit in ordinance.limits if limit.zone == name}
    return np.array([given.get(period.name, np.nan) for period in ordinance.periods])


def limits_at(ordinance: Ordinance, zones: list[tuple[str, ...]]) -> tuple[list[str | None], Floats]:
    """Class and limits of every receptor: a list of n classes and an array (n, periods), NaN where unknown."""
    classes = {z: receptor_class(ordinance, z) for z in set(zones)}
    rows = {c: class_limits(ordinance, c) for c in set(classes.values())}
    named = [classes[z] for z in zones]
    return named, np.array([rows[c] for c in named]).reshape(len(zones), len(ordinance.periods))


def strictest_limit(ordinance: Ordinance) -> float:
    """The lowest limit anywhere in the ordinance, dB(A)."""
    return min(limit.limit_dba for limit in ordinance.limits)


def _classes(ordinance: Ordinance) -> list[str]:
    return list(
        dict.fromkeys([limit.zone for limit in ordinance.limits] + [c for c, _ in ordinance.zone_patterns])
    )


def _strictest(ordinance: Ordinance, name: str) -> float:
    limits = class_limits(ordinance, name)
    return -np.inf if np.isnan(limits).any() else float(limits.min())
