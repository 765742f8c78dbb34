"""Every sound that a study asks about, in the metrics that the ordinance compares, with the standard deviation of each."""

from dataclasses import dataclass

import numpy as np

from siting import uncertainty
from siting.law import Operation, Ordinance
from siting.metrics import needs_lowest, weights, weights_db
from siting.model import Floats, Sound, Unit
from siting.ordinance import tonal

ALIKE = 12  # decimals to which two spectra are the same


@dataclass(frozen=True)
class Voice:
    """One reading of the stated level with one spectrum.

    `mix` (M, B) puts the metrics together out of the sums of a hearing; `sigma_db` (M,) is the standard deviation of source and
    reading together.
    """

    sound: Sound
    mix: Floats
    sigma_db: Floats
    tonal: bool
    lowest_known: bool  # whether the power in the 31.5 Hz octave is known


def voices(
    unit: Unit,
    sounds: tuple[Sound, ...],
    metrics: tuple[str, ...],
    ordinance: Ordinance | None,
    operation: Operation,
) -> tuple[Floats, tuple[Voice, ...]]:
    """The sums over octave bands (B, 9) that transfer is computed in, and every sound in terms of them.

    Sounds of one spectrum differ in their level alone, so one sum a metric serves them all; from eight sums on, the bands
    themselves are fewer.
    """
    tables = [energies(sound, metrics) for sound in sounds]
    shapes = np.concatenate(tables)
    size = shapes.sum(axis=1, keepdims=True)
    distinct, which = np.unique(np.round(shapes / size, ALIKE), axis=0, return_inverse=True)
    if len(distinct) < 8:
        basis = distinct
        mixes = np.eye(len(distinct))[which.ravel()] * size
    else:
        basis = np.eye(9) if needs_lowest(metrics) else np.eye(9)[1:]
        mixes = shapes @ basis.T
    parts = np.split(mixes, len(sounds))
    return basis, tuple(
        _voice(unit, sound, mix, metrics, ordinance, operation)
        for sound, mix in zip(sounds, parts, strict=True)
    )


def spectrum_db(sound: Sound) -> Floats:
    """Sound power in nine octave bands, 31.5 Hz to 8 kHz; nan where it is not known."""
    low = np.nan if sound.power_31_db is None else sound.power_31_db
    return np.array([low, *sound.power_db])


def energies(sound: Sound, metrics: tuple[str, ...]) -> Floats:
    """Energy that a unit sends in each band times its weight in each metric (M, 9); none in the 31.5 Hz octave if unknown."""
    sent = np.nan_to_num(10 ** (spectrum_db(sound) / 10), nan=0.0)
    energy = sent * weights(metrics)
    energy[:, 1:] = 10 ** ((np.array(sound.power_db) + weights_db(metrics)[:, 1:]) / 10)
    return np.asarray(np.where(energy.sum(axis=1, keepdims=True) > 0, energy, 1e-30))


def _voice(
    unit: Unit,
    sound: Sound,
    mix: Floats,
    metrics: tuple[str, ...],
    ordinance: Ordinance | None,
    operation: Operation,
) -> Voice:
    source, reading = uncertainty.source_db(unit, sound, metrics), uncertainty.reading_db(unit, sound)
    heard = ordinance is not None and tonal(ordinance, operation, spectrum_db(sound).tolist())[0]
    return Voice(sound, mix, np.hypot(source, reading), heard, sound.power_31_db is not None)
