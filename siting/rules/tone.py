"""Whether the units' sound holds a tone, as the ordinance or the user says."""

import math
from collections.abc import Sequence

from siting.law import Operation, Ordinance
from siting.metrics import NINE
from siting.model import Assumption

NAME = "operation.tone"


def tonal(
    ordinance: Ordinance, operation: Operation, spectrum_db: Sequence[float]
) -> tuple[bool, Assumption | None]:
    """Whether the ordinance's correction for tones is made, and what that rests on; False and None without a rule on tones.

    The user's word decides; else the code's criterion in octave bands; else the sound is taken for tonal. A band holds a tone
    where it exceeds the bands beside it by the criterion or more. A band whose level is not known, or whose neighbour is not,
    may hold one: the lowest and the highest band are compared with the one neighbour that they have.

    Parameters
    ----------
    spectrum_db : sequence of 9
        Unweighted octave levels, 31.5 Hz to 8 kHz; nan where not known.
    """
    rule = ordinance.tone
    if rule is None:
        return False, None
    if operation.tone is not None:
        said = "tonal" if operation.tone else "no tone"
        return operation.tone, Assumption(NAME, said, "given", "the user says so")
    where = rule.cited.section
    if rule.over_neighbours_db is None or not (rule.cited.read or operation.accept_unverified):
        why = f"{where} corrects for tones and has no criterion in octave bands that was read, and the user does not say"
        return True, Assumption(NAME, "tonal", "assumed", why)
    bands = _bands_with_tone(spectrum_db, rule.over_neighbours_db)
    unknown = [NINE[k] for k in bands if any(math.isnan(v) for v in _around(spectrum_db, k))]
    sure = [NINE[k] for k in bands if NINE[k] not in unknown]
    if sure:
        why = f"the octave at {_hertz(sure)} exceeds its neighbours by the criterion of {where}"
        return True, Assumption(NAME, "tonal", "file", why)
    if unknown:
        why = f"whether the octave at {_hertz(unknown)} holds a tone ({where}) is not known, as a level there is not"
        return True, Assumption(NAME, "tonal", "assumed", why)
    why = f"no octave exceeds its neighbours by the criterion of {where}"
    return False, Assumption(NAME, "no tone", "file", why)


def _bands_with_tone(spectrum_db: Sequence[float], over_db: Sequence[float]) -> list[int]:
    """Bands that exceed each neighbour whose level is known by the criterion, and bands whose own level is not known."""
    found = []
    for k, over in enumerate(over_db):
        own, *beside = _around(spectrum_db, k)
        if math.isnan(own) or all(math.isnan(level) or own - level >= over for level in beside):
            found.append(k)
    return found


def _around(spectrum_db: Sequence[float], k: int) -> list[float]:
    """A band's level and those of the one or two bands beside it."""
    return [spectrum_db[k], *spectrum_db[max(k - 1, 0) : k], *spectrum_db[k + 1 : k + 2]]


def _hertz(names: list[str]) -> str:
    return f"{', '.join(names)} Hz"
