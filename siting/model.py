"""The frozen types that the rooms hand to each other.

Inside siting lengths are metres in the site's working CRS, levels dB re 20 µPa (power re 1 pW), energy 10^(L/10);
every name at the edge carries its unit.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

FOOT_M = 0.3048  # the international foot
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Origin = Literal["given", "file", "template", "assumed"]
State = Literal["PASS", "MARGINAL PASS", "MARGINAL FAIL", "FAIL", "UNKNOWN"]
Statistic = Literal["level", "Leq", "L50", "L10", "Lmax", "Ldn", "CNEL"]
MeasuredAt = Literal[
    "lot line", "receiving lot line", "receiving lot", "facade", "near building", "zone line", "source", "points"
]
Facts = dict[str, Any]  # one entry of the study's `inputs`: role, path, layer, crs, features, sha256, notes


@dataclass(frozen=True)
class Assumption:
    """A value that shapes the verdict, where it comes from, and why it was chosen."""

    name: str
    value: float | str
    origin: Origin
    reason: str


@dataclass(frozen=True)
class Clearance:
    """Space to keep free of other bodies beyond each side of a unit's body, metres; the front is at rotation 0 the south side."""

    front_m: float
    right_m: float
    back_m: float
    left_m: float


@dataclass(frozen=True)
class Spectrum:
    """An octave shape that stands in where a maker gives a total level only; just the differences between its bands count."""

    name: str
    shape_db: tuple[float, ...]  # 8 bands, 63 Hz to 8 kHz, unweighted
    shape_31_db: float | None  # the 31.5 Hz octave, with the shape; None where the source states none
    sd_db: tuple[float, ...]  # 9 bands from 31.5 Hz: standard deviation of machines around the shape at equal dB(A)
    source: str
    sd_reason: str


@dataclass(frozen=True)
class StatedSound:
    """What the maker says: an A-weighted level, where it holds (None: not said), and the octave shape (8 bands, dB).

    `directivity_db` is what each of 8 directions is louder than the sound power says, 8 bands each: the first from the front,
    then every 45 degrees counter-clockwise seen from above; None: the same all round.
    """

    level_dba: float
    stated_at: str | None
    shape_db: tuple[float, ...]
    shape_name: str
    shape_origin: Origin
    shape_31_db: float | None = None  # the 31.5 Hz octave, with the shape; None where no sheet states it
    tolerance_db: float | None = None  # the maker's, of the stated level
    directivity_db: tuple[tuple[float, ...], ...] | None = None
    spectra: tuple[Spectrum, ...] = ()  # every template, the chosen one among them; none where the shape is the unit's own


@dataclass(frozen=True)
class Unit:
    """A generator as the catalogue describes it. `length_m` runs along x at rotation 0, `width_m` along y."""

    id: str
    name: str
    maker: str
    kw: float
    fuels: tuple[str, ...]
    mass_kg: float
    length_m: float
    width_m: float
    height_m: float
    source_height_m: float
    clearance: Clearance
    sound: StatedSound
    assumptions: tuple[Assumption, ...]
    source: Facts


@dataclass(frozen=True)
class Sound:
    """The sound power of one unit under one reading of its stated level."""

    reading: str  # "1m", "3ft", "7m", "power", ...
    origin: Origin
    power_db: tuple[float, ...]  # 8 octave bands 63 Hz to 8 kHz, unweighted
    power_31_db: float | None  # the 31.5 Hz octave
    power_dba: float
    spectrum: str  # the template's name, or "the unit's own"


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
    setback: Setback | None  # distance every unit's body keeps from the lot line
    building_distance: Setback | None
    conditions: tuple[str, ...]  # what a permit needs beside the levels, such as an engineer's finding
    not_applied: tuple[str, ...]  # rules of the code that this version does not compute, in a sentence each
    source: Facts


@dataclass(frozen=True)
class Operation:
    """How the units run, and what the user says of the place and of the answer that is wanted."""

    use: Literal["continuous", "standby"] = "continuous"
    minutes_per_hour: float = 60.0
    tone: bool | None = None  # None: not said, and then taken for tonal
    ambient_dba: tuple[tuple[str, float], ...] = ()  # (period, measured ambient level)
    confidence: float = 0.95  # 1 - probability of exceedance at which a limit is kept
    accept_unverified: bool = False


@dataclass(frozen=True)
class Neighbour:
    """A lot that may hear the units."""

    id: str
    geometry: BaseGeometry
    zone: str | None  # its name at the lot's own place, for display; None where no zoning layer covers it


@dataclass(frozen=True)
class Site:
    """One lot with everything around it that the question needs, in one working CRS in metres."""

    id: str
    crs: str  # how the working CRS is written in files: "EPSG:26918" or WKT
    crs_name: str
    lot: BaseGeometry
    buildable: BaseGeometry  # where a unit's body may stand
    taken_m2: dict[str, float]  # area that each rule took from the lot, in order
    buildings: tuple[BaseGeometry, ...]
    keep_outs: tuple[BaseGeometry, ...]
    elevation: dict[str, float] | None
    assumptions: tuple[Assumption, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Receptors:
    """The points where levels are compared with limits; all arrays and lists have n entries."""

    id: list[str]
    neighbour: list[str]
    zones: list[tuple[str, ...]]  # the zones' names as the map writes them; empty where no zone is known
    across: list[tuple[str, ...]]  # the zones on the other side of the line that a point stands on; empty elsewhere
    xy: Floats  # (n, 2) metres
    height_m: Floats  # (n,) above ground
    distance_m: Floats  # (n,) from the buildable area
    between: NDArray[
        np.bool_
    ]  # (n,) points put between others, for gaps through which sound passes buildings
    open_directions: int  # of 36 directions from the lot, those without another lot of the file within reach
    home_m: Floats  # (n,) distance to the nearest lot that a rule for homes means; inf beyond its reach and without such a rule
    lots: Ints  # rows of the parcel file, the lots around, the nearest first
    notes: tuple[str, ...]  # which places were no receptors, and which were moved
    # (n,) the neighbour's row in the parcel file, -1 where it is no lot
    lot: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    # (n,) the straight piece of line that a point stands on, -1 where it stands on none
    piece: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    # (m, 4) x, y of the two ends of each piece
    pieces: Floats = field(default_factory=lambda: np.zeros((0, 4)))
    # (m,) the piece whose points speak for one that is too short for its own, else itself; -1: they are all indoors
    alike: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def __len__(self) -> int:
        """How many points."""
        return len(self.id)


@dataclass(frozen=True)
class Poses:
    """Where a unit may stand: lattice poses whose body lies inside the buildable area; arrays of n entries."""

    xy: Floats  # (n, 2) centre of the body, metres
    rotation_deg: Floats  # (n,) counter-clockwise from the x axis
    cell: Ints  # (n, 2) lattice column and row of the body's lower left corner in the lattice frame
    turned: NDArray[np.bool_]  # (n,) True where length and width are swapped in the lattice frame
    step_m: float
    angle_deg: float  # the lattice's direction
    body_m: tuple[float, float]  # length, width

    def __len__(self) -> int:
        """How many poses."""
        return len(self.xy)


@dataclass(frozen=True)
class Transfer:
    """Energy at each receptor from one unit that sends 0 dB in every octave band: (pose, receptor, band).

    The 9 bands are `siting.metrics.NINE`, 31.5 Hz to 8 kHz; the lowest is 0 where it was not asked for.
    """

    energy: Floats


@dataclass(frozen=True)
class Layout:
    """The poses chosen, how loud they are together, and how many units no layout on this lattice can exceed."""

    chosen: Ints  # indices into Poses, in the order of the unit numbers
    bound: int
    bound_by: int  # a receptor's index, or -1 for space
    bound_metric: int  # which of the metrics sets it, or -1
    level: Floats  # (R, M) of every receptor and metric, existing machines included; -inf in silence


@dataclass(frozen=True)
class Question:
    """What was asked: a number of units, a load with spare units, or as many as allowed."""

    mode: Literal["units", "load", "max"]
    units: int | None = None
    load_kw: float | None = None
    spare: int = 0


@dataclass(frozen=True)
class Environment:
    """Air and ground between units and receptors, the receptors' height, and which edges screen."""

    temperature_c: float
    humidity_pct: float
    pressure_kpa: float
    ground_g: float
    receptor_height_m: float
    edges_below_sight: bool = True
