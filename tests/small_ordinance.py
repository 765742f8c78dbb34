"""Small made-up ordinances in a line, and receptors that need no land."""

import math

import numpy as np

from siting.law import (
    Allowance,
    AmbientRule,
    Cited,
    Hours,
    Limit,
    NearHomes,
    Ordinance,
    Period,
    Place,
    Standby,
    ToneRule,
)
from siting.model import Receptors

READ = Cited("1-2", "the code of Town", True)
UNREAD = Cited("1-2", "the code of Town", False)
NONE, NOT_READ = math.inf, math.nan
WEEK = {
    "day": (Hours("Mon-Sun", "07:00", "22:00"),),
    "night": (Hours("Mon-Sun", "22:00", "07:00"),),
    "any": (Hours("Mon-Sun", "00:00", "24:00"),),
}


def limit(zone, period, db, source="*", metric="dba", statistic="level", cap=False, cited=READ):
    """One limit; `source` is the class of the emitting lot."""
    return Limit(zone, source, period, metric, statistic, float(db), cap, cited)


def bands(zone, period, values, metrics, **fields):
    """A limit for each of some metrics: `bands("A", "day", (75, ...), NINE)`."""
    return tuple(limit(zone, period, v, metric=m, **fields) for m, v in zip(metrics, values, strict=True))


def small_ordinance(limits=None, rows=(), patterns=None, hours=None, **fields):
    """An ordinance of the periods that its limits name.

    `limits` are {(zone, period): dB(A)}, `rows` more limits by `limit` or `bands`, `patterns` {class: names}, `hours`
    {period: (Hours, ...)} where "day", "night" and "any" are not as usual. `fields` are those of `Ordinance`.
    """
    written = tuple(limit(zone, period, db) for (zone, period), db in (limits or {}).items()) + tuple(rows)
    week = WEEK | (hours or {})
    names = list(dict.fromkeys([*(row.period for row in written), *(hours or {})]))
    known = {
        "id": "town", "place": "Town", "code": "1-2", "title": "Noise", "url": "", "evidence": "made up",
        "measured": Place("receiving lot line", None, None, READ), "averaging_minutes": None,
        "where_zones_meet": "strictest", "periods": tuple(Period(n, tuple(week.get(n, ()))) for n in names),
        "limits": written, "allowances": (), "tone": None, "ambient": None, "near_homes": None, "standby": None,
        "zone_patterns": tuple((c, tuple(p)) for c, p in (patterns or {}).items()), "setback": None,
        "building_distance": None, "conditions": (), "not_applied": (), "source": {"role": "ordinance"},
    }  # fmt: skip
    return Ordinance(**(known | fields))


def allowances(pairs, cited=READ):
    """{minutes: dB} of any hour."""
    return tuple(Allowance(minutes, plus, cited) for minutes, plus in pairs.items())


def tone(minus_db=5.0, over=None, cited=READ, tables_only=False):
    return ToneRule(minus_db, over, cited, tables_only)


def ambient(combine, plus, cited=READ, together=False):
    """`plus` is {period: dB}, for the ambient sound and the units together or for the units alone."""
    return AmbientRule(tuple(plus.items()), combine, cited, together)


def near_homes(minus_db=6.0, within_m=60.96, zones=("residential",), cited=READ):
    return NearHomes(minus_db, within_m, tuple(zones), cited)


def standby(exempt=True, testing=(), minutes=None, every_days=None, testing_exempt=False, cited=READ):
    return Standby(exempt, tuple(testing), minutes, every_days, testing_exempt, cited)


def receptors(zones, across=None, home_m=None, neighbour=None):
    """Receptors on a line, one for each entry of `zones`, each of its own neighbour unless said."""
    n = len(zones)
    return Receptors(
        id=[f"r{k}" for k in range(n)],
        neighbour=list(neighbour or [f"n{k}" for k in range(n)]),
        zones=[tuple(z) for z in zones],
        across=[tuple(z) for z in (across or [()] * n)],
        xy=np.column_stack([np.arange(n) * 10.0, np.zeros(n)]),
        height_m=np.full(n, 1.5),
        distance_m=np.arange(n) * 10.0,
        between=np.zeros(n, bool),
        open_directions=0,
        home_m=np.full(n, np.inf) if home_m is None else np.array(home_m, float),
        lots=np.zeros(0, np.int64),
        notes=(),
    )
