"""What one unit takes of what each receptor leaves, and which limits another of the same receptor always stops first."""

import numpy as np

from kernels.cache import kernel
from kernels.footprints import Bools, Floats, Ints


@kernel
def shares(energy: Floats, mix: Floats, room: Floats, receptor: Ints, metric: Ints) -> Floats:
    """What one unit at each pose takes of some limits: (P, c), full at 1.

    Parameters
    ----------
    energy : (P, k, B)
        What one unit at each pose brings to each receptor.
    mix : (M, B)
        What the energy is to each metric.
    room : (k, M)
        What each receptor leaves.
    receptor, metric : (c,)
        The limits, by receptor and metric.
    """
    out = np.empty((energy.shape[0], receptor.size))
    for p in range(energy.shape[0]):
        for c in range(receptor.size):
            out[p, c] = share(energy[p, receptor[c]], mix[metric[c]], room[receptor[c], metric[c]])
    return out


@kernel
def never_fuller(energy: Floats, mix: Floats, room: Floats, limited: Bools) -> Bools:
    """Whether at no pose a limit is fuller than another of the same receptor: (k, M, M), the one first.

    Parameters
    ----------
    limited : (k, M)
        Limits that are compared; others are False.
    """
    count, metrics = limited.shape
    below = np.zeros((count, metrics, metrics), np.bool_)
    for r in range(count):
        for a in range(metrics):
            for b in range(metrics):
                below[r, a, b] = a != b and limited[r, a] and limited[r, b]
    left = np.array([below[r].sum() for r in range(count)])
    value = np.empty(metrics)
    for p in range(energy.shape[0]):
        for r in range(count):
            if left[r] == 0:
                continue
            for m in range(metrics):
                if limited[r, m]:
                    value[m] = share(energy[p, r], mix[m], room[r, m])
            for a in range(metrics):
                for b in range(metrics):
                    if below[r, a, b] and not value[a] <= value[b]:
                        below[r, a, b] = False
                        left[r] -= 1
    return below


@kernel
def share(energy: Floats, mix: Floats, room: float) -> float:
    """Energy in one metric over what is left of its limit."""
    total = 0.0
    for k in range(mix.size):
        total += energy[k] * mix[k]
    return total / room
