"""A given number of units where the receptor nearest to its limit is best off."""

import numpy as np

from siting import placement
from siting.hearing import Hearing
from siting.layout.demand import Demand, loads
from siting.layout.heard import nearest_to_limit
from siting.layout.rows import Rows, with_receptors
from siting.model import Ints

ROUNDS = 8  # where a number of units is wanted, legal or not: rounds of refining which receptors matter


def quietest_units(
    hearing: Hearing, demand: Demand, units: int, rows: Rows, legal: list[Ints]
) -> tuple[Ints, Rows]:
    """A given number of units (or as many as there is space for) where the receptor nearest its limit is best off.

    Parameters
    ----------
    legal : list of (n,)
        Layouts of at least as many units that are legal at some power; the answer is no worse than the best part of them.
    """
    poses = hearing.poses
    load = loads(demand, rows)
    tried = [placement.quietest_part(poses, load.load, whole, units) for whole in legal]
    peaks = [nearest_to_limit(hearing, demand, chosen)[0] for chosen in tried]
    for _ in range(ROUNDS):
        load = loads(demand, rows, before=load)
        tried.append(placement.quietest(poses, load.load, units))
        peak, worst = nearest_to_limit(hearing, demand, tried[-1])
        peaks.append(peak)
        if worst < 0 or worst in rows.index:
            break
        rows = with_receptors(hearing, rows, np.array([worst]))
    best = min(range(len(tried)), key=lambda k: (-len(tried[k]), peaks[k]))
    return tried[best], rows
