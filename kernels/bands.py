"""The eight octave bands and their A-weighting, and the 31.5 Hz octave below them, which ISO 9613-2 leaves out."""

import numpy as np
from numpy.typing import NDArray


def _constant(values: list[float]) -> NDArray[np.float64]:
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


BANDS = 8
"""Number of octave bands, 63 Hz to 8 kHz."""

NOMINAL_HZ = _constant([63, 125, 250, 500, 1000, 2000, 4000, 8000])
"""(8,) nominal midbands, for labels only."""

MIDBAND_HZ = _constant([1000 * 10 ** (0.3 * k) for k in range(-4, 4)])
"""(8,) exact base-10 midbands (IEC 61260-1), where the air is evaluated (ISO/TR 17534-3)."""

A_WEIGHTING_DB = _constant([-26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1])
"""(8,) A-weighting at the midbands (IEC 61672-1 Table 3)."""

LOWEST_NOMINAL_HZ = 31.5
"""Nominal midband of the octave below 63 Hz, for labels only."""

LOWEST_HZ = 1000 * 10**-1.5
"""Its exact base-10 midband, 31.62 Hz (IEC 61260-1), where the air is evaluated."""

LOWEST_WAVELENGTH_HZ = 31.25
"""The frequency that gives its wavelength, half of 62.5 Hz (the series of ISO/TR 17534-3 continued)."""

LOWEST_A_WEIGHTING_DB = -39.4
"""Its A-weighting (IEC 61672-1 Table 3)."""
