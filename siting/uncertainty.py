"""How sure a level is: standard deviations of source, method and reading, kept apart, and the probability of exceeding a limit.

All units are of one type and read the same way, and one method computes them all: their errors go together, and the standard
deviation in dB of their sum is that of one unit; it does not shrink with their number.
"""

import math
from statistics import NormalDist
from typing import Final

import numpy as np

from siting.errors import InputError
from siting.metrics import weights
from siting.model import Floats, Sound, Spectrum, State, Unit
from siting.outcome import Deviation

REPRODUCIBILITY_DB: Final = 1.5
"""Of an A-weighted sound power by ISO 3744 (accuracy grade 2), as it is quoted."""

BETWEEN_MACHINES_DB: Final = 2.0
"""Between machines of one type, assumed; with the above 2.5 dB, which ISO 4871 is quoted with for declared levels."""

OWN_BANDS_DB: Final = (8.0, 5.0, 3.0, 2.0, 1.5, 1.5, 1.5, 1.5, 2.5)
"""Reproducibility of octave bands by ISO 3744 (grade 2) from 63 Hz, as it is quoted; at 31.5 Hz, where it has none, assumed."""

DIRECTION_DB: Final = 1.7
"""What one direction differs from the mean where no directivity is known: root mean square of 8 positions at 7 m of two sets.

C275 D5, mean 66.5 dB(A): 0, 0.5, -3.5, 0.6, 0.4, 0.5, -0.8, 0.8, squares 14.55; C1000 N6B, mean 83.2: 0.9, 2.7, -0.9, -0.2, -1.0,
-2.2, -4.1, 1.2, squares 33.04; sqrt((14.55 + 33.04) / 16) = 1.72.
"""

SURFACE_DB: Final = 1.4
"""How far two readings of one set come to different sound powers, of the one set whose levels at 1 m and 7 m and power are known.

C275 D5, 4.0 x 1.4 x 2.2 m: at 1 m 78.3 + 10 lg 80.56 = 97.36, at 7 m 66.5 + 10 lg 891.8 = 96.00, 1.36 apart; their difference
is taken as one standard deviation, though of two values it would be 0.96. Both lie over the stated 93.7 dB(A), by 3.66 and 2.30,
which is the safe side and is left in the level. C1000 N6B, whose power is not known, comes to powers 0.93 apart.
"""

NEAR_M, FAR_M = 100.0, 1000.0
LOW_M, HIGH_M = 5.0, 30.0
STATED_DB, SURE_DB = 3.0, 1.0
BEYOND_DB = 2 * STATED_DB
MOST_PASS, MOST_MARGINAL_PASS, MOST_MARGINAL_FAIL = 0.05, 0.50, 0.95

_erfc = np.frompyfunc(math.erfc, 1, 1)


def source_db(unit: Unit, sound: Sound, metrics: tuple[str, ...]) -> Floats:
    """Standard deviation of what a unit sends toward a receptor, for every metric (M,), dB; nan where a band is not known.

    Three parts, added as squares. The level: the maker's tolerance, taken as one standard deviation, else 2.5 dB. The spectrum,
    in every metric but dB(A), which the level fixes: the deviations of the template's bands at equal dB(A), else those of
    ISO 3744 beyond that of the A-weighted level; a metric of several bands takes them by their parts of its energy, as if all
    erred the same way. The direction: 1.7 dB where no directivity is known.
    """
    spectrum = _spectrum_db(unit, sound, metrics)
    return np.sqrt(_level_db(unit) ** 2 + spectrum**2 + _direction_db(unit) ** 2)


def method_db(distance_m: Floats, mean_height_m: Floats) -> Floats:
    """Standard deviation of ISO 9613-2:1996 (Table 5), dB.

    The table states ± 3 dB to 1000 m, and ± 1 dB nearer than 100 m where the mean height is from 5 to 30 m. It does not say what
    ± is: taken as one standard deviation, the largest of the usual readings (95 % would be half of it). Beyond 1000 m or 30 m it
    states nothing: twice as much is assumed.

    Parameters
    ----------
    distance_m : (R,) array
        From source to receptor; of several sources the farthest is the cautious choice.
    mean_height_m : (R,) array
        Mean of the heights of source and receptor above ground; of several sources the lowest.
    """
    distance_m, mean_height_m = np.broadcast_arrays(distance_m, mean_height_m)
    sure = (distance_m < NEAR_M) & (mean_height_m > LOW_M) & (mean_height_m <= HIGH_M)
    beyond = ~((distance_m <= FAR_M) & (mean_height_m <= HIGH_M))
    return np.where(beyond, BEYOND_DB, np.where(sure, SURE_DB, STATED_DB))


def reading_db(unit: Unit, sound: Sound) -> float:
    """Standard deviation of the step from a stated pressure level to sound power, dB; none where the power is stated.

    Whether the level holds at that distance at all is no deviation: the table of readings answers it.
    """
    return 0.0 if sound.reading == "power" else SURFACE_DB


def total_db(source: Floats, method: Floats, reading: float) -> Floats:
    """Standard deviation of all three parts together, which are independent of each other: (M,) and (R,) to (R, M)."""
    return np.sqrt(method[:, None] ** 2 + source[None, :] ** 2 + reading**2)


def p_exceed(level: Floats, limit: Floats, sigma: Floats) -> Floats:
    """Probability that a normally distributed level exceeds a limit: Phi((level - limit) / sigma); arrays of like shape.

    Silence (-inf) exceeds nothing, and nothing exceeds no limit (inf); nan where level, limit or deviation is not known.
    """
    level, limit, sigma = np.broadcast_arrays(
        np.asarray(level, float), np.asarray(limit, float), np.asarray(sigma, float)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = (limit - level) / (sigma * math.sqrt(2))
    apart = np.where((sigma == 0) & (level == limit), math.inf, apart)  # a limit that is just met is kept
    unknown = np.isnan(level) | np.isnan(limit) | np.isnan(sigma)
    apart = np.where(~unknown & (np.isneginf(level) | np.isposinf(limit)), math.inf, apart)
    return np.where(unknown, math.nan, 0.5 * np.asarray(_erfc(apart), dtype=np.float64))


def quantile(confidence: float) -> float:
    """How many standard deviations a level stays under its limit to keep it with this confidence.

    Raises
    ------
    InputError
        The confidence is below 0.5, or not below 1.
    """
    if not 0.5 <= confidence < 1:
        raise InputError(
            f"the confidence is {confidence:g}; expected a number from 0.5 (at the limit) to below 1, such as 0.95."
        )
    return NormalDist().inv_cdf(confidence)


def state_of_probability(p: float | None) -> State:
    """PASS: exceeded with at most 5 %; MARGINAL PASS 50 %, MARGINAL FAIL 95 %, FAIL beyond; UNKNOWN without a number."""
    if p is None or math.isnan(p):
        return "UNKNOWN"
    if p <= MOST_PASS:
        return "PASS"
    if p <= MOST_MARGINAL_PASS:
        return "MARGINAL PASS"
    return "MARGINAL FAIL" if p <= MOST_MARGINAL_FAIL else "FAIL"


def deviations(
    unit: Unit, sound: Sound, metrics: tuple[str, ...], distance_m: Floats, mean_height_m: Floats
) -> tuple[Deviation, ...]:
    """The three parts with their reasons: source, method (the largest over the receptors), reading.

    Parameters
    ----------
    unit, sound, metrics
        As `source_db`.
    distance_m, mean_height_m : (R,) array
        As `method_db`.
    """
    source = source_db(unit, sound, ("dba", *metrics))
    method = float(method_db(distance_m, mean_height_m).max(initial=0.0))
    reading = reading_db(unit, sound)
    return (
        Deviation(
            "source",
            float(source[0]),
            dict(zip(metrics, map(float, source[1:]), strict=True)),
            _why_source(unit, sound),
        ),
        Deviation("method", method, dict.fromkeys(metrics, method), _why_method(method)),
        Deviation("reading", reading, dict.fromkeys(metrics, reading), _why_reading(sound)),
    )


def _level_db(unit: Unit) -> float:
    """Of the A-weighted level that the maker states."""
    if unit.sound.tolerance_db is not None:
        return unit.sound.tolerance_db
    return math.hypot(REPRODUCIBILITY_DB, BETWEEN_MACHINES_DB)


def _spectrum_db(unit: Unit, sound: Sound, metrics: tuple[str, ...]) -> Floats:
    """Of each metric against dB(A), from the bands' deviations (M,)."""
    table = weights(metrics)
    lowest = math.nan if sound.power_31_db is None else sound.power_31_db
    power = 10 ** (np.array([lowest, *sound.power_db]) / 10)
    energy = np.where(table > 0, table * power, 0.0)
    parts = energy / energy.sum(axis=1, keepdims=True)
    fixed = np.array([metric == "dba" for metric in metrics], bool)
    return np.where(fixed, 0.0, parts @ _bands_db(unit, sound))


def _bands_db(unit: Unit, sound: Sound) -> Floats:
    """Of the 9 octave bands against dB(A)."""
    spectrum = _template(unit, sound)
    if spectrum is not None:
        return np.array(spectrum.sd_db)
    return np.sqrt(np.square(OWN_BANDS_DB) - REPRODUCIBILITY_DB**2)


def _template(unit: Unit, sound: Sound) -> Spectrum | None:
    """What stands in for the spectrum; None where the maker states it."""
    return next((spectrum for spectrum in unit.sound.spectra if spectrum.name == sound.spectrum), None)


def _direction_db(unit: Unit) -> float:
    return DIRECTION_DB if unit.sound.directivity_db is None else 0.0


def _why_source(unit: Unit, sound: Sound) -> str:
    level, parts = _level_db(unit), []
    if unit.sound.tolerance_db is not None:
        parts.append(f"level {level:g} dB: the maker's tolerance, taken as one standard deviation, not two")
    else:
        parts.append(
            f"level {level:.1f} dB, because no tolerance is stated: {REPRODUCIBILITY_DB} dB between laboratories (ISO 3744, "
            f"grade 2) and {BETWEEN_MACHINES_DB} dB, assumed, between machines of a type"
        )
    spectrum = _template(unit, sound)
    if spectrum is None:
        parts.append("octave bands: the reproducibility of ISO 3744, grade 2")
    else:
        parts.append(f'octave bands of the spectrum "{spectrum.name}": {spectrum.sd_reason}')
    if unit.sound.directivity_db is None:
        parts.append(
            f"direction {DIRECTION_DB} dB: the file gives no directivity, and two real sets differ that much around their mean"
        )
    return "; ".join(parts)


def _why_method(method: float) -> str:
    why = (
        "ISO 9613-2:1996 Table 5 states ± 3 dB to 1000 m, ± 1 dB nearer than 100 m where the mean height of source and receptor "
        "is 5 to 30 m; it does not say what ± is: taken as one standard deviation, the largest of the usual readings. It was "
        "estimated for broadband sound without screens and reflections, and it is the same for all units together"
    )
    if method > STATED_DB:
        why += f"; beyond 1000 m or a mean height of 30 m it states nothing, and {BEYOND_DB:g} dB are assumed"
    return why


def _why_reading(sound: Sound) -> str:
    if sound.reading == "power":
        return "the level is read as a sound power: there is no step from a pressure level"
    return (
        f"the level is read as a sound pressure at {sound.reading}: on the one real set whose levels at 1 m and 7 m and sound "
        f"power are all known, the measurement surface gives powers {SURFACE_DB} dB apart; both are 2.3 to 3.7 dB too high, "
        "which is the safe side and is left in the level; whether the level holds at this distance is for the table of readings"
    )
