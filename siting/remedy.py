"""The frozen types of what would make a study pass, or let more units in."""

from dataclasses import dataclass
from typing import Literal

from siting.model import Facts, State
from siting.parts import Wall

Kind = Literal["period cap", "fewer units", "quieter unit", "moved yard", "wall", "machine silenced"]


@dataclass(frozen=True)
class Costs:
    """What remedies cost, as a user says; None: not said, and then no cost is told."""

    currency: str
    wall_per_sq_ft: float | None
    wall_per_ft: float | None
    quieter_per_db: float | None  # per unit
    quieter_per_unit: float | None  # whatever the decibels
    unit_left_out: float | None
    unit_capped: float | None  # that may not run in some period
    machine_silenced: float | None
    source: Facts


@dataclass(frozen=True)
class Remedy:
    """One change with which a full run keeps every limit at the wanted confidence, and how large it is."""

    kind: Kind
    units: int  # that stand
    quieter_db: float = 0.0  # of every unit, in every band
    walls: tuple[Wall, ...] = ()  # new ones
    where: str = ""  # "along the north lot line"
    silenced: tuple[str, ...] = ()  # machines
    running: tuple[tuple[str, int], ...] = ()  # how many units may run in a period, where not all
    kept_off_m: float = 0.0  # from the line that is named in `where`
    state: State = "PASS"
    margin_db: float | None = None  # the smallest
    cost: float | None = None
    sentence: str = ""

    @property
    def height_m(self) -> float:
        """Of the tallest new wall above ground."""
        return max((wall.height_m or 0.0 for wall in self.walls), default=0.0)

    @property
    def length_m(self) -> float:
        """Of all new walls together."""
        return float(sum(wall.line.length for wall in self.walls))

    @property
    def area_m2(self) -> float:
        """Of one face of all new walls together."""
        return float(sum(wall.line.length * (wall.height_m or 0.0) for wall in self.walls))


@dataclass(frozen=True)
class Mitigation:
    """What would make a lot pass: every remedy that a full run confirmed, the smallest first, and what does not help."""

    goal: int  # units that the remedies let stand
    allowed: int  # units that are allowed without any
    remedies: tuple[Remedy, ...]
    no_help: tuple[str, ...]  # a sentence each
    frontier: tuple[
        Remedy, ...
    ]  # the smallest wall and the fewest decibels for each of some numbers of units
    runs: int  # full runs
    notes: tuple[str, ...]
    costs: Costs | None = None
