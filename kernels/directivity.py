"""How much louder or quieter a source is in the direction of a path: Dc of ISO 9613-2:1996, equation 3. Radians, dB."""

import math

import numpy as np
from numpy.typing import NDArray

from kernels.bands import BANDS
from kernels.cache import kernel

Floats = NDArray[np.float64]

POSITIONS = 8
_STEP = math.tau / POSITIONS


@kernel
def directivity_db(table: Floats, heading: float, dx: float, dy: float, out: Floats) -> None:
    """Directivity towards (dx, dy) in each band, linear in dB between neighbouring positions.

    Straight above the source there is no direction: there the loudest position of each band counts, which is never too low.

    Parameters
    ----------
    table : (8, 8) float64
        dB by position and band; the first position lies along the heading, the others follow every 45 degrees counter-clockwise
        seen from above.
    heading : float
        Radians counter-clockwise from the x axis.
    dx, dy : float
        Plan direction from the source along the path, of any length; with a reflection, to the point where it reflects.
    out : (8,) float64
        Filled.
    """
    if dx == 0.0 and dy == 0.0:
        for band in range(BANDS):
            out[band] = table[:, band].max()
        return
    steps = (np.arctan2(dy, dx) - heading) / _STEP
    first = np.floor(steps)
    share = steps - first
    before = int(first) % POSITIONS
    after = (before + 1) % POSITIONS
    for band in range(BANDS):
        out[band] = table[before, band] + share * (table[after, band] - table[before, band])
