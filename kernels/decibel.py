"""Levels in dB to energy 10^(L/10) and back."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kernels.bands import A_WEIGHTING_DB, BANDS


def to_energy(level_db: ArrayLike) -> NDArray[np.float64]:
    """Energy 10^(L/10) of levels of any shape; -inf dB is no sound and gives 0."""
    return np.asarray(np.power(10.0, np.asarray(level_db, dtype=np.float64) / 10.0))


def to_level(energy: ArrayLike) -> NDArray[np.float64]:
    """Level 10 lg E in dB of energies of any shape; no energy gives -inf.

    Raises
    ------
    ValueError
        An energy is negative or not a number.
    """
    values = np.asarray(energy, dtype=np.float64)
    if not np.all(values >= 0):
        raise ValueError("energy must not be negative or NaN")
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 * np.log10(values))


def energy_sum(level_db: ArrayLike, axis: int = -1) -> NDArray[np.float64]:
    """Level of several sounds together, dB: 10 lg of the sum of 10^(L/10) along `axis`."""
    return to_level(to_energy(level_db).sum(axis=axis))


def a_weighted_total(level_db: ArrayLike) -> NDArray[np.float64]:
    """A-weighted level in dB(A) of unweighted octave-band levels (..., 8), 63 Hz to 8 kHz.

    Raises
    ------
    ValueError
        The last axis does not hold 8 bands.
    """
    levels = np.asarray(level_db, dtype=np.float64)
    if levels.ndim == 0 or levels.shape[-1] != BANDS:
        raise ValueError(
            f"level_db must hold {BANDS} octave bands on its last axis, got shape {levels.shape}"
        )
    return energy_sum(levels + A_WEIGHTING_DB)
