"""The zones that receptors lie in and the zones across a line: the places that limits depend on."""

from typing import NamedTuple

import numpy as np

from siting.law import Limit, Ordinance
from siting.model import Floats, Ints, Receptors
from siting.rules.fixed_limits import Classes, Key, Table, classes_at, limits_between, limits_used
from siting.rules.zone_counts import class_name


class Place(NamedTuple):
    """All that limits depend on; receptors that agree in it have the same limits."""

    zones: Classes
    across: Classes  # empty where the mean of both sides is not wanted
    near: bool  # homes


def places_of(ordinance: Ordinance, receptors: Receptors) -> tuple[list[Place], Ints]:
    """The distinct places of receptors, and the place of each (R,)."""
    homes = ordinance.near_homes
    near = ~(receptors.home_m > homes.within_m) if homes else np.zeros(len(receptors), bool)
    mean = ordinance.where_zones_meet == "mean"
    across = receptors.across if mean else [()] * len(receptors)
    written: dict[tuple[tuple[str, ...], tuple[str, ...], bool], int] = {}
    places: dict[Place, int] = {}
    row = np.empty(len(receptors), np.int64)
    for k, key in enumerate(zip(receptors.zones, across, near.tolist(), strict=True)):
        if key not in written:
            zones, other, home = key
            beyond = classes_at(ordinance, other) if other else ()
            written[key] = places.setdefault(Place(classes_at(ordinance, zones), beyond, home), len(places))
        row[k] = written[key]
    return list(places), row


def meets(place: Place) -> bool:
    """Whether a place is on a line between different classes."""
    return bool(place.across) and set(place.across) != set(place.zones)


def fixed_limits_at(table: Table, place: Place, sources: Classes) -> Floats:
    """The limits of the tables at a place: (K,), nan unknown, inf none; on a line the mean, or that of the only side with one."""
    own = limits_between(table, place.zones, sources)
    if not meets(place):
        return own
    other = limits_between(table, place.across, sources)
    return np.where(np.isinf(own), other, np.where(np.isinf(other), own, (own + other) / 2))


def name_of(table: Table, place: Place) -> str | None:
    """The class that governs at a place, in words."""
    own = class_name(table, place.zones)
    if not meets(place) or own is None:
        return own
    other = class_name(table, place.across)
    return None if other is None else own if own == other else f"mean of {own} and {other}"


def limits_deciding(table: Table, places: list[Place], sources: Classes, keys: list[Key]) -> list[Limit]:
    """The rows of the tables that decide some rules at some places, in the order of the ordinance."""
    zones = dict.fromkeys((*place.zones, *(place.across if meets(place) else ())) for place in places)
    used = {id(row) for at in zones for key in keys for row in limits_used(table, at, sources, key)}
    return [row for row in table.ordinance.limits if id(row) in used]
