"""The frozen types of a noise ordinance as it is written, and how the units run under it; docs/ordinances.md explains each."""

from dataclasses import dataclass
from typing import Literal

from siting.model import Facts

Statistic = Literal["level", "Leq", "L50", "L10", "Lmax", "Ldn", "CNEL"]
MeasuredAt = Literal[
    "lot line",
    "receiving lot line",
    "receiving lot",
    "facade",
    "near building",
    "zone line",
    "source",
    "points",
]


WallKind = Literal["combustible", "rated", "noncombustible"]  # rated: it withstands a fire for an hour
LotLine = Literal["front", "side", "rear"]


@dataclass(frozen=True)
class Cited:
    """Where a number stands: section of the code, the document that was read, and whether the number was read there."""

    section: str
    source: str
    read: bool


@dataclass(frozen=True)
class Hours:
    """A part of the week: the same hours on some days; `end` "24:00" is midnight, an end before the start is on the day after."""

    days: str  # "Mon-Sun", "Mon-Fri", "Sat", "Sat-Sun"
    start: str  # "07:00"
    end: str


@dataclass(frozen=True)
class Period:
    """A part of the week as the ordinance names it; no hours where the source does not give them."""

    name: str
    hours: tuple[Hours, ...]


@dataclass(frozen=True)
class Limit:
    """The limit of one receiving zone class in one period for one quantity.

    `zone` and `source_zone` are classes of the receiving and the emitting lot, "*" any. `metric` is "dba", "dbc", an octave band
    "31.5" to "8000" or an old octave band "20-75" to "4800-10000". `limit_db` is inf where the code sets none in that period, nan
    where it could not be read. A `cap` holds for the machine in any use, tests and outages included.
    """

    zone: str
    source_zone: str
    period: str
    metric: str
    statistic: Statistic
    limit_db: float
    cap: bool
    cited: Cited


@dataclass(frozen=True)
class Allowance:
    """How much louder a sound may be that lasts no longer than so many minutes of any hour."""

    minutes: float
    plus_db: float
    cited: Cited


@dataclass(frozen=True)
class ToneRule:
    """What is taken off a limit for a sound with a tone, in some metrics.

    `over_neighbours_db` is the criterion of the code, if it has one in octave bands: 9 values, 31.5 Hz to 8 kHz, by which a band
    exceeds both of its neighbours where it holds a tone. Without it the user says whether the units have one. `tables_only`:
    it is taken off the limits of the tables and not off one that rests on the ambient level.
    """

    minus_db: float
    over_neighbours_db: tuple[float, ...] | None
    cited: Cited
    tables_only: bool = False


@dataclass(frozen=True)
class AmbientRule:
    """A limit relative to the ambient level: `plus_db` per period, A-weighted.

    "fallback": where the ambient level is known it alone gives the limit, else the fixed limits hold. "lower", "higher": the
    lower or the higher of the fixed limit and ambient + n holds. "lift": the fixed limit, but never below the ambient level + n.
    `with_ambient`: ambient + n holds for the ambient sound and the units together, as a meter hears them, so the units alone may
    make 10 lg(10^((ambient + n)/10) - 10^(ambient/10)); else it holds for the units alone.
    """

    plus_db: tuple[tuple[str, float], ...]  # (period, n)
    combine: Literal["fallback", "lower", "higher", "lift"]
    cited: Cited
    with_ambient: bool = True  # the stricter reading where nobody says


@dataclass(frozen=True)
class NearHomes:
    """What is taken off limits where a receptor lies within a distance of lots of some zone classes."""

    minus_db: float
    within_m: float
    zones: tuple[str, ...]
    cited: Cited


@dataclass(frozen=True)
class Standby:
    """What a code says of generators for outages: exempt while the grid is out, and when and how long they may be tested.

    In standby use limits hold in the testing hours alone where outages are exempt; where tests are exempt too, caps alone.
    """

    outage_exempt: bool
    testing: tuple[Hours, ...]
    testing_minutes: float | None  # of one test
    testing_every_days: float | None
    testing_exempt: bool
    cited: Cited


@dataclass(frozen=True)
class Place:
    """Where an ordinance measures, how high above ground, and the distance that "near building" and "source" need."""

    at: MeasuredAt
    distance_m: float | None
    height_m: float | None
    cited: Cited


@dataclass(frozen=True)
class Setback:
    """A distance that units keep."""

    distance_m: float
    cited: Cited


@dataclass(frozen=True)
class BuildingDistances:
    """How far units stay from openings in walls, and from walls by what they are made of."""

    id: str
    title: str
    openings: Setback
    walls: tuple[tuple[WallKind, Setback], ...]
    source: Facts


@dataclass(frozen=True)
class Ordinance:
    """A noise ordinance as it is written; docs/ordinances.md says what every part of its file means."""

    id: str
    place: str
    code: str
    title: str
    url: str
    evidence: str  # how the numbers were read: "excerpt", "press", "user", "made up"
    measured: Place
    averaging_minutes: float | None  # of Leq
    where_zones_meet: Literal["strictest", "mean"]
    periods: tuple[Period, ...]
    limits: tuple[Limit, ...]
    allowances: tuple[Allowance, ...]
    tone: ToneRule | None
    ambient: AmbientRule | None
    near_homes: NearHomes | None
    standby: Standby | None
    zone_patterns: tuple[tuple[str, tuple[str, ...]], ...]  # (zone class, patterns of zone names)
    setback: Setback | None  # distance that bodies keep from a lot line without one of its own
    building_distance: Setback | None
    conditions: tuple[str, ...]  # what a permit needs beside the levels, such as an engineer's finding
    not_applied: tuple[str, ...]  # rules of the code that this version does not compute, in a sentence each
    source: Facts
    side_setbacks: tuple[tuple[LotLine, Setback], ...] = ()  # of front, side and rear lot lines


@dataclass(frozen=True)
class Operation:
    """How the units run, and what the user says of the place and of the answer that is wanted."""

    use: Literal["continuous", "standby"] = "continuous"
    minutes_per_hour: float = 60.0
    tone: bool | None = None  # None: not said, and then taken for tonal
    ambient_dba: tuple[tuple[str, float], ...] = ()  # (period, measured ambient level)
    confidence: float = 0.95  # 1 - probability of exceedance at which a limit is kept
    accept_unverified: bool = False
    beside_machines: bool = False  # machines there run all hour: nothing is taken off for units that run less
