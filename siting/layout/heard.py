"""What a layout brings to every receptor, computed where it may matter."""

import numpy as np
from numpy.typing import NDArray

from siting import noise
from siting.hearing import Hearing, open_together, together
from siting.layout.demand import Demand, excess
from siting.model import Floats, Ints

OPEN_DB = 5.0
AT_ONCE = 24  # receptors computed before it is asked again which others may matter


def completed(hearing: Hearing, demand: Demand, chosen: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """Energy of a layout at every receptor (R, B), and where it is exact (R,).

    Where something screens, receptors that open land leaves so far below their limit that they cannot be the nearest to it keep
    the energy of open land, which is above theirs; others are computed.
    """
    everyone = np.arange(len(hearing))
    if not len(chosen):
        return np.zeros((len(hearing), len(hearing.basis))), np.ones(len(hearing), bool)
    if not hearing.around.screens:
        return together(hearing, chosen, everyone), np.ones(len(hearing), bool)
    heard, exact = open_together(hearing, chosen), np.zeros(len(hearing), bool)
    bound = excess(demand, heard) + noise.REFLECTION_GAIN_DB
    for wanted in (demand.true.all(axis=1), np.ones(len(hearing), bool)):
        while True:
            best = excess(demand, heard)[wanted & exact].max(initial=-np.inf)
            more = np.flatnonzero(wanted & ~exact & (bound > best))
            if not len(more):
                break
            more = more[np.argsort(-bound[more], kind="stable")[:AT_ONCE]]
            heard[more] = together(hearing, chosen, more)
            exact[more] = True
    return heard, exact


def nearest_to_limit(hearing: Hearing, demand: Demand, chosen: Ints) -> tuple[float, int]:
    """How far the receptor nearest its limit is over it, dB, and which it is (-1: there is none)."""
    if not len(chosen) or not len(hearing):
        return -np.inf, -1
    heard, exact = completed(hearing, demand, chosen)
    over = np.where(exact, excess(demand, heard), -np.inf)
    worst = int(over.argmax())
    return float(over[worst]), worst


def in_earshot(hearing: Hearing, demand: Demand, chosen: Ints) -> Ints:
    """Receptors that open land brings within `OPEN_DB` of their limit, the loudest first; all where nothing screens."""
    if not hearing.around.screens or not len(chosen):
        return np.arange(len(hearing))
    over = excess(demand, open_together(hearing, chosen))
    order = np.argsort(-over, kind="stable")
    return order[: int((over > -OPEN_DB).sum())]
