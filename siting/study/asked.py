"""What is asked of one lot, in every sound and metric."""

import math
from dataclasses import dataclass

from siting.law import Operation, Ordinance
from siting.model import Floats, Question, Unit
from siting.ordinance import metrics_of
from siting.sound import readings, resolve_sound, variants
from siting.study.voices import Voice, voices
from siting.yard import Placing


@dataclass(frozen=True, eq=False)
class Asked:
    """What is asked of one lot: the sounds in the order of their power, and which of them the study uses."""

    unit: Unit
    ordinance: Ordinance | None
    question: Question
    operation: Operation
    metrics: tuple[str, ...]
    basis: Floats  # (B, 9) the sums over octave bands that transfer is computed in
    voices: tuple[Voice, ...]
    used: int
    placing: Placing

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


def asked(
    unit: Unit,
    ordinance: Ordinance | None,
    question: Question,
    sound_at: str | None,
    operation: Operation,
    spectra: bool,
    placing: Placing,
    others: bool = True,
) -> Asked:
    """The question with every reading of the stated level, and with every spectrum template where `spectra` is true.

    Without `others` the one sound alone that the study uses.

    Raises
    ------
    InputError
        `sound_at` is malformed, or the maker states another place.
    """
    metrics = metrics_of(ordinance) if ordinance else ("dba",)
    resolved = resolve_sound(unit, sound_at)
    sounds = variants(unit, sound_at) if spectra else readings(unit, sound_at)
    sounds = sounds if others else (resolved,)
    used = [(s.reading, s.spectrum) for s in sounds].index((resolved.reading, resolved.spectrum))
    basis, heard = voices(unit, sounds, metrics, ordinance, operation)
    return Asked(unit, ordinance, question, operation, metrics, basis, heard, used, placing)
