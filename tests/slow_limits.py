"""The limits of an ordinance's tables for one rule at one place, told case by case in plain Python."""

import fnmatch
import math

from siting.metrics import NINE, OLD

KINDS = dict.fromkeys(NINE, "bands") | dict.fromkeys(OLD, "old bands")


def lowest(values):
    return math.nan if any(v != v for v in values) else min(values)


def classes(ordinance, names):
    """Classes by pattern; None for a name without one, and where there is no name."""
    out = set()
    for name in names:
        fits = {
            c
            for c, ps in ordinance.zone_patterns
            if any(fnmatch.fnmatch(name.lower(), p.lower()) for p in ps)
        }
        out |= fits or {None}
    return out or {None}


def written(ordinance, zone, source, key, accept):
    """The number of the row that names the most of both lots; None without a row."""
    rows = [r for r in ordinance.limits if (r.period, r.metric, r.statistic, r.cap) == key]
    fit = [r for r in rows if r.zone in (zone, "*") and r.source_zone in (source, "*")]
    if not fit:
        return None
    named = {id(r): (r.zone != "*") + (r.source_zone != "*") for r in fit}
    best = [r for r in fit if named[id(r)] == max(named.values())]
    return lowest([r.limit_db if r.cited.read or accept else math.nan for r in best])


def for_class(ordinance, zone, source, key, accept):
    """The limit for a known class from a known class."""
    number = written(ordinance, zone, source, key, accept)
    if number is not None:
        return number
    kind = KINDS.get(key[1], key[1])
    for r in ordinance.limits:
        same = (KINDS.get(r.metric, r.metric), r.statistic, r.cap) == (kind, key[2], key[3])
        if same and r.zone in (zone, "*"):
            return math.nan  # a hole in a table for that class
    for r in ordinance.limits:
        if r.period == key[0] and not r.cap and r.zone in (zone, "*") and r.source_zone in (source, "*"):
            return math.inf  # limited in another way
    return math.nan


def for_any(ordinance, zone, source, key, accept):
    """The same where the receiving class may be None."""
    if zone is not None:
        return for_class(ordinance, zone, source, key, accept)
    other = written(ordinance, "none of them", source, key, accept)
    worlds = [written(ordinance, r.zone, source, key, accept) for r in ordinance.limits if r.zone != "*"]
    if other is None or lowest([other, *worlds]) != other:
        return math.nan
    return other


def from_any(ordinance, zone, source, key, accept):
    """The same where the emitting class may be None, too."""
    if source is not None:
        return for_any(ordinance, zone, source, key, accept)
    named = [r.source_zone for r in ordinance.limits if r.source_zone != "*"]
    worlds = [for_any(ordinance, zone, s, key, accept) for s in named]
    other = for_any(ordinance, zone, "none of them", key, accept)
    if worlds and written(ordinance, zone or "none of them", "none of them", key, accept) is None:
        return worlds[0] if len(set(worlds)) == 1 and worlds[0] == worlds[0] else math.nan
    return other if lowest([other, *worlds]) == other else math.nan


def at(ordinance, names, own, key, accept=False):
    return lowest(
        [
            from_any(ordinance, z, s, key, accept)
            for z in classes(ordinance, names)
            for s in classes(ordinance, own)
        ]
    )


def on_line(ordinance, names, across, own, key, accept=False):
    """With the mean of both sides of a line, where the ordinance has it."""
    here = at(ordinance, names, own, key, accept)
    if ordinance.where_zones_meet != "mean" or not across:
        return here
    if classes(ordinance, names) == classes(ordinance, across):
        return here
    there = at(ordinance, across, own, key, accept)
    if math.isnan(here) or math.isnan(there):
        return math.nan
    if math.inf in (here, there):
        return min(here, there)
    return (here + there) / 2


def units_alone(ambient, over):
    """The loudest sound that, added to the ambient one, makes ambient + over; by halving, -100 where there is none."""
    if over <= 0:
        return -100.0
    low, high = -100.0, 200.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        total = 10 * math.log10(10 ** (middle / 10) + 10 ** (ambient / 10))
        low, high = (middle, high) if total <= ambient + over else (low, middle)
    return low


def beside_ambient(fixed, ambient, over, combine, together):
    """A fixed limit, nothing taken off it, beside one that rests on an ambient level, None where that is not known."""
    if ambient is None:
        return math.nan if combine == "lower" else fixed
    other = units_alone(ambient, over) if together else ambient + over
    if combine == "fallback":
        return other
    if fixed != fixed:
        return math.nan
    return min(fixed, other) if combine == "lower" else max(fixed, other)
