"""What is asked of one lot, in every sound and metric."""

import math
from dataclasses import dataclass

from siting.model import Operation, Ordinance, Question, Unit
from siting.voices import Voice


@dataclass(frozen=True)
class Asked:
    """What is asked of one lot: the sounds in the order of their power, and which of them the study uses."""

    unit: Unit
    ordinance: Ordinance | None
    question: Question
    operation: Operation
    metrics: tuple[str, ...]
    voices: tuple[Voice, ...]
    used: int

    @property
    def wanted(self) -> int | None:
        """The number of units asked for; None for as many as allowed."""
        return wanted_units(self.question, self.unit)


def wanted_units(question: Question, unit: Unit) -> int | None:
    """The number of units asked for: N, or the load's units and spares; None for as many as allowed."""
    if question.mode == "units":
        return question.units
    if question.mode == "load":
        assert question.load_kw is not None
        return math.ceil(question.load_kw / unit.kw - 1e-9) + question.spare
    return None
