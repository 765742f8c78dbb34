"""How many receptors lie in each zone of the map, and the class of the ordinance that governs there."""

import numpy as np

from siting.law import Ordinance
from siting.model import Receptors
from siting.outcome import ZoneCount
from siting.rules.fixed_limits import Classes, Table, classes_at, limits_between, read_table
from siting.zones import ANY_ZONE, needs_zones


def class_name(table: Table, classes: Classes) -> str | None:
    """The classes of a place: "A + B" where the strictest of both holds, "*" for any zone, None where no limit is known."""
    if not needs_zones(table.ordinance):
        return ANY_ZONE
    if None in classes and not _known_anywhere(table):
        return None
    return " + ".join(ANY_ZONE if c is None else c for c in classes)


def zone_counts(ordinance: Ordinance | None, receptors: Receptors) -> tuple[ZoneCount, ...]:
    """Receptors and neighbours by the zones they lie in, the most receptors first.

    A receptor in several zones counts once, under the joined names "A + B", so that the receptors add up to all; a neighbour
    counts in each of its zones.
    """
    places: dict[tuple[str, ...], list[int]] = {}
    for k, zones in enumerate(receptors.zones):
        places.setdefault(zones, []).append(k)
    table = None if ordinance is None else read_table(ordinance, accept_unverified=True)
    counted = [
        ZoneCount(
            zone=" + ".join(zones) or None,
            zone_class=None if table is None else class_name(table, classes_at(table.ordinance, zones)),
            receptors=len(rows),
            neighbours=len({receptors.neighbour[k] for k in rows}),
        )
        for zones, rows in places.items()
    ]
    return tuple(sorted(counted, key=lambda count: (-count.receptors, count.zone is None, count.zone or "")))


def _known_anywhere(table: Table) -> bool:
    """Whether every rule is known for a receptor in no class, from one emitting class at least."""
    sources = (*table.sources, ANY_ZONE)
    return any(not np.isnan(limits_between(table, (None,), (source,))).any() for source in sources)
