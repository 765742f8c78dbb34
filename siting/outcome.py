"""The frozen types of an answer: levels, the terms behind them, the layout, the verdict, and the study that holds all."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from shapely.geometry.base import BaseGeometry

from siting.law import Operation, Ordinance, Statistic
from siting.model import Assumption, Environment, Facts, Neighbour, Question, Site, Sound, State, Unit
from siting.parts import Scene
from siting.remedy import Mitigation
from siting.yard import PlacedItem, Placing, Run


class ReceptorLevel(NamedTuple):
    """One receptor under one rule of the ordinance; limit, margin (limit minus level) and probability are None where unknown.

    `level_db` is what the rule compares: the level of `metric` as `statistic`, all units and existing machines together.
    """

    id: str
    neighbour: str
    zone: str | None
    zone_class: str | None
    period: str
    metric: str  # "dba", "dbc", "31.5" to "8000"
    statistic: Statistic
    level_db: float | None  # None in silence
    limit_db: float | None
    margin_db: float | None
    sigma_db: float  # standard deviation of the level
    p_exceed: float | None  # probability that the limit is exceeded
    state: State
    x: float  # working CRS, metres
    y: float
    height_m: float  # above ground
    file_x: float  # the parcel file's CRS and units
    file_y: float
    lon: float
    lat: float


@dataclass(frozen=True)
class PathTerms:
    """The arithmetic of one path from one unit to one receptor: 8 values a band term, dB; names as in `siting levels --json`."""

    source: str  # the unit; of a unit so near that it is divided, unit#1, unit#2, ...
    kind: Literal["direct", "reflection"]
    via: str | None  # the building that sends the sound back
    distance_m: float
    plan_distance_m: float
    power_db: tuple[float, ...]
    directivity_db: tuple[float, ...]
    divergence_db: float
    air_db: tuple[float, ...]
    ground_db: tuple[float, ...]
    screening_db: tuple[float, ...]
    reflection_db: tuple[float, ...]  # inf in a band that the surface is too small to send back
    level_db: tuple[float, ...]  # -inf there
    level_dba: float


@dataclass(frozen=True)
class Reading:
    """The answer to the same question under one reading of the stated level and one spectrum."""

    reading: str
    spectrum: str
    chosen: bool  # the reading and spectrum that the study uses
    power_dba: float
    state: State
    allowed: bool
    units: int
    bound: int
    worst_margin_db: float | None  # of the most probable exceedance
    worst_metric: str | None
    state_dba: State | None  # of the A-weighted limits alone, where there are any


@dataclass(frozen=True)
class PeriodAnswer:
    """How many of the placed units may run in one period, at the wanted confidence, and which of them."""

    period: str
    hours: tuple[str, ...]  # "Mon-Sun 07:00-22:00"; empty where the code gives none
    units: int | None  # None where a limit is not known
    unit_ids: tuple[str, ...]
    state: State  # with all placed units running


@dataclass(frozen=True)
class Deviation:
    """A part of the standard deviation of a level, and where it comes from."""

    part: Literal["source", "method", "reading"]
    sigma_db: float  # of the A-weighted level, at the receptor nearest to its limit
    metrics_db: dict[str, float]  # of every metric that is compared
    reason: str


@dataclass(frozen=True)
class ZoneCount:
    """How many receptors and neighbours lie in one zone of the map (None: in none), and its class (None: no limit known)."""

    zone: str | None
    zone_class: str | None
    receptors: int
    neighbours: int


@dataclass(frozen=True)
class Machine:
    """A machine that is already there and adds to the level."""

    id: str
    x: float
    y: float
    height_m: float
    power_db: tuple[float, ...]  # 9 octave bands, 31.5 Hz to 8 kHz; the lowest is nan where it is not known
    power_dba: float


@dataclass(frozen=True)
class PlacedUnit:
    """A unit in the layout: centre in the site's CRS, rotation, and the ground under it where terrain was given."""

    id: str
    x_m: float
    y_m: float
    rotation_deg: float
    body: BaseGeometry
    elevation_m: float | None


@dataclass(frozen=True)
class Binding:
    """A row that stops one unit more: a limit at a receptor, and by how much one unit more would be over what is planned for."""

    receptor: str
    neighbour: str
    side: str  # the compass point at which it lies, seen from the middle of the lot
    distance_m: float  # from the nearest unit, or from where units may stand
    period: str
    metric: str
    statistic: Statistic
    limit_db: float
    planned_db: float  # the limit with the margin of the wanted confidence taken off
    level_db: float | None  # of the layout, existing machines included
    over_db: (
        float | None
    )  # that the best layout found of one unit more is over `planned_db`; None where none was found


@dataclass(frozen=True)
class Search:
    """How good the layout is, and what stops a better one.

    `optimal`: no layout on this lattice holds more. `open`: between the layout's number and the bound nobody knows. `ended`: the
    time was up before the search was through. `asked`: a number was asked for, and it stands.
    """

    status: Literal["optimal", "open", "ended", "asked"]
    gap: float  # (bound - units) / bound
    seconds: float  # of the search; printed, not written: the same study gives the same files
    binding: tuple[Binding, ...]  # empty where space alone stops it
    one_more: str  # why not one unit more, a sentence


@dataclass(frozen=True)
class Verdict:
    """The state of the worst receptor, and whether all limits are kept at the wanted confidence.

    PASS: exceeded with a probability of at most 5 %; MARGINAL PASS 50 %; MARGINAL FAIL 95 %; FAIL: more, or no room; UNKNOWN: a
    limit, or a number that it rests on, is not known.
    """

    state: State
    allowed: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Study:
    """Everything that one assessment found; `siting.export.document` writes it as data."""

    question: Question
    unit: Unit
    sound: Sound
    ordinance: Ordinance | None
    site: Site
    neighbours: tuple[Neighbour, ...]
    step_m: float
    placed: tuple[PlacedUnit, ...]
    bound: int
    bound_by: str
    levels: tuple[ReceptorLevel, ...]
    worst_terms: tuple[PathTerms, ...]
    readings: tuple[Reading, ...]
    periods: tuple[PeriodAnswer, ...]
    zones: tuple[ZoneCount, ...]
    deviations: tuple[Deviation, ...]
    operation: Operation
    existing: tuple[Machine, ...]
    unverified: tuple[
        str, ...
    ]  # numbers of the ordinance that were not read in their source, a sentence each
    warnings: tuple[str, ...]  # a sentence where dB(A) passes and another metric or the tone rule does not
    verdict: Verdict
    assumptions: tuple[Assumption, ...]
    notes: tuple[str, ...]
    environment: Environment
    scene: Scene  # what the levels were computed from
    inputs: tuple[Facts, ...] = field(default=())
    placing: Placing = field(default_factory=Placing)
    items: tuple[PlacedItem, ...] = ()
    runs: tuple[Run, ...] = ()
    search: Search | None = None
    mitigation: Mitigation | None = None  # None: not asked for
