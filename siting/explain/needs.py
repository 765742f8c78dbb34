"""What a verdict under an ordinance needs from the user: files and facts that the code does not hold."""

from collections.abc import Iterator

from siting.law import Ordinance
from siting.metrics import needs_lowest, ordered
from siting.zones import ANY_ZONE, needs_zones


def need_sentences(ordinance: Ordinance) -> Iterator[str]:
    """Files first, then what the user says of the place and the units."""
    limits, at = ordinance.limits, ordinance.measured.at
    emitting = any(limit.source_zone != ANY_ZONE for limit in limits)
    if needs_zones(ordinance) or emitting or at == "zone line" or ordinance.near_homes:
        own = ", which covers the lot itself too" if emitting else ""
        yield f"The zoning map: --zoning FILE with --zone-field NAME{own}."
    if at in ("facade", "near building"):
        yield "The buildings around, at which levels are compared: --buildings FILE."
    if at == "points":
        yield "The points where levels are compared: --receptors FILE."
    if ordinance.side_setbacks:
        yield "Which sides of the lot are front and rear, where the streets of the parcel file do not tell: --front, --rear."
    if ordinance.ambient:
        each = (f"{period}=DBA" for period, _ in ordinance.ambient.plus_db)
        levels = " ".join(f'--ambient "{word}"' if " " in word else f"--ambient {word}" for word in each)
        yield f"The ambient level in each period, if it was measured: {levels}."
    if ordinance.tone:
        yield "Whether the units' sound has a tone: --tone or --no-tone."
    if needs_lowest(ordered({limit.metric for limit in limits})):
        yield "A unit whose sound in the 31.5 Hz octave is known: some limits count it."
    if any(limit.statistic in ("Leq", "L50", "L10") for limit in limits) or ordinance.allowances:
        yield "How long the units run, where it is not the whole hour: --minutes-per-hour N."
    if ordinance.standby:
        yield "Whether the units run in outages and tests alone: --use standby."
    if ordinance.conditions:
        yield "What a permit needs beside levels, as listed above: no computation replaces it."
    if ordinance.not_applied:
        yield "Your own check of the rules that are not applied."
