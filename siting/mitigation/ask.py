"""The question behind a study, asked again with something changed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import shapely
from shapely.geometry.base import BaseGeometry

from siting.geodata.walls import Walls, hard, thickness
from siting.law import Operation, Ordinance
from siting.model import Environment, Question, Unit
from siting.outcome import Study
from siting.parts import Wall
from siting.site import Land
from siting.study import placed
from siting.yard import Placing


@dataclass(frozen=True)
class Ask:
    """What `siting.study.placed` is asked."""

    land: Land
    row: int
    unit: Unit
    ordinance: Ordinance | None
    question: Question
    sound_at: str | None
    environment: Environment
    operation: Operation
    placing: Placing


@dataclass
class Runs:
    """Full runs, counted; `told` hears of each how many there were."""

    told: Callable[[int], None] = lambda count: None
    answers: list[Study] = field(default_factory=list)

    def of(self, ask: Ask) -> Study:
        """The whole answer for the reading and the spectrum that the study uses; the verdict asks for no other."""
        found, _ = placed(
            ask.land, ask.row, ask.unit, ask.ordinance, ask.question, ask.sound_at, ask.environment,
            ask.operation, ask.placing,
        )  # fmt: skip
        self.answers.append(found)
        self.told(len(self.answers))
        return found


def for_units(ask: Ask, units: int) -> Ask:
    """The question for a number of units."""
    return replace(ask, question=Question("units", units))


def quieter(ask: Ask, by_db: float) -> Ask:
    """With every band of every unit so much lower: another enclosure. How the level was stated stays."""
    sound = replace(ask.unit.sound, level_dba=ask.unit.sound.level_dba - by_db)
    return replace(ask, unit=replace(ask.unit, sound=sound))


def with_walls(ask: Ask, walls: tuple[Wall, ...]) -> Ask:
    """With walls beside those that are there."""
    known = ask.land.walls or Walls((), (thickness(),), {})
    assumed = tuple(a for a in known.assumptions if a.name != "walls.absorption")
    new = replace(known, parts=(*known.parts, *walls), assumptions=(hard(len(walls)), *assumed))
    return replace(ask, land=replace(ask.land, walls=new))


def without_machine(ask: Ask, id: str) -> Ask:
    """With one of the machines that are there silenced."""
    assert ask.land.existing is not None
    rest = tuple(machine for machine in ask.land.machines if machine.id != id)
    return replace(ask, land=replace(ask.land, existing=ask.land.existing._replace(machines=rest)))


def kept_off(ask: Ask, area: BaseGeometry) -> Ask:
    """With no unit on some ground."""
    areas = [*ask.land.keep_outs.geometries, area]
    return replace(ask, land=replace(ask.land, keep_outs=shapely.STRtree(areas)))


def passes(study: Study, units: int) -> bool:
    """Whether a full run keeps every limit with so many units."""
    return study.verdict.allowed and len(study.placed) >= units
