"""The eight octave bands and their A-weighting."""

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
