"""What limits are compared in: dB(A), dB(C), octave bands and the octave bands of before 1960, as weights of nine bands."""

from itertools import pairwise

import numpy as np

from kernels.bands import A_WEIGHTING_DB
from siting.model import Floats

NINE = ("31.5", "63", "125", "250", "500", "1000", "2000", "4000", "8000")
"""The octave bands by name."""

OLD_EDGES_HZ = (20, 75, 150, 300, 600, 1200, 2400, 4800, 10000)
OLD = tuple(f"{low}-{high}" for low, high in pairwise(OLD_EDGES_HZ))
"""The eight octave bands that codes before ANSI S1.6-1960 name, by their edges in Hz."""

METRICS = ("dba", "dbc", *NINE, *OLD)
"""Every metric, in the order in which results list them."""

C_WEIGHTING_DB = (-3.0, -0.8, -0.2, 0.0, 0.0, 0.0, -0.2, -0.8, -3.0)
"""(9,) C-weighting at the midbands (IEC 61672-1 Table 3)."""

_LOW_EDGES_HZ = 1000 * 10 ** (0.3 * np.arange(-5, 4) - 0.15)


def weights_db(metrics: tuple[str, ...]) -> Floats:
    """What each octave band counts in each metric, dB: (M, 9), -inf where nothing.

    A-weighted levels begin at 63 Hz as in ISO 9613-2. An old octave band takes from each band of today the part of that octave,
    on a logarithmic scale, that it covers, as if the energy were spread evenly over the octave.
    """
    with np.errstate(divide="ignore"):
        return np.array([_weights_db(metric) for metric in metrics]).reshape(len(metrics), len(NINE))


def weights(metrics: tuple[str, ...]) -> Floats:
    """The same as energy, (M, 9)."""
    return np.asarray(10 ** (weights_db(metrics) / 10))


def needs_lowest(metrics: tuple[str, ...]) -> bool:
    """Whether a metric cannot be told without the 31.5 Hz octave."""
    table = weights(metrics)
    return bool((table[:, 0] > 0).any())


def ordered(metrics: set[str]) -> tuple[str, ...]:
    """Some metrics in the order of `METRICS`."""
    return tuple(metric for metric in METRICS if metric in metrics)


def _weights_db(metric: str) -> Floats:
    if metric == "dba":
        return np.append(-np.inf, A_WEIGHTING_DB)
    if metric == "dbc":
        return np.array(C_WEIGHTING_DB)
    if metric in NINE:
        return np.where(np.arange(len(NINE)) == NINE.index(metric), 0.0, -np.inf)
    low, high = (np.log10(float(edge)) for edge in metric.split("-"))
    start = np.log10(_LOW_EDGES_HZ)
    share = np.clip(np.minimum(high, start + 0.3) - np.maximum(low, start), 0.0, None) / 0.3
    return np.asarray(10 * np.log10(share))
