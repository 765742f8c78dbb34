"""The frozen types of an answer: levels, the terms behind them, the layout, the verdict, and the study that holds all."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from shapely.geometry.base import BaseGeometry

from siting.model import (
    Assumption,
    Environment,
    Facts,
    Neighbour,
    Ordinance,
    Question,
    Site,
    Sound,
    State,
    Unit,
)
from siting.parts import Scene


class ReceptorLevel(NamedTuple):
    """One receptor in one period; `limit_dba` and `margin_db` (limit minus level) are None where no limit is known."""

    id: str
    neighbour: str
    zone: str | None
    zone_class: str | None
    period: str
    level_dba: float | None  # None while no unit is placed
    limit_dba: float | None
    margin_db: float | None
    state: State
    x: float
    y: float
    height_m: float


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
    """The answer to the same question under one reading of the stated level."""

    reading: str
    chosen: bool  # the reading that the study uses
    power_dba: float
    state: State
    units: int
    bound: int
    worst_margin_db: float | None


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
class Verdict:
    """PASS: all within their limits in every period; FAIL: a limit exceeded, or no room; UNKNOWN: a limit not known."""

    state: State
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
    verdict: Verdict
    assumptions: tuple[Assumption, ...]
    notes: tuple[str, ...]
    environment: Environment
    scene: Scene  # what the levels were computed from
    inputs: tuple[Facts, ...] = field(default=())
