"""The last touch on a layout: of as many units the quietest, then those that stand closest together."""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic

import numpy as np

from siting import placement
from siting.hearing import Hearing
from siting.layout.demand import Demand, loads
from siting.layout.heard import nearest_to_limit
from siting.layout.most import OVER_DB
from siting.layout.rows import Rows
from siting.model import Floats, Ints, Layout

CLOSER_DB = 0.05  # of the largest smallest margin, given up for a closer yard


def settled(
    hearing: Hearing,
    demand: Demand,
    found: Layout,
    rows: Rows,
    services_xy: Floats,
    ends: float,
    mended: Callable[[Ints], Ints],
) -> Layout:
    """The layout with the same number of units, a larger smallest margin, and nearer to where services come in.

    Every step is kept only where it holds at all receptors, computed or not, and where every unit keeps its way (`mended`).
    """
    if not len(found.chosen):
        return found
    poses, load = hearing.poses, loads(demand, rows).load
    peak, _ = nearest_to_limit(hearing, demand, found.chosen)
    best = found.chosen
    quiet = placement.quietened(poses, load, best, max(ends - monotonic(), 0.0))
    if (over := _over(hearing, demand, quiet, mended)) < peak:
        best, peak = quiet, over
    full = float(load[best].sum(axis=0).max(initial=0.0)) * 10 ** (CLOSER_DB / 10)
    legal = peak <= OVER_DB
    close = placement.gathered(poses, load, best, min(full, placement.SHORT) if legal else full, services_xy)
    allowed = max(min(peak + CLOSER_DB, OVER_DB), peak) if legal else peak + CLOSER_DB
    if _over(hearing, demand, close, mended) <= allowed:
        best = close
    return replace(found, chosen=best)


def _over(hearing: Hearing, demand: Demand, chosen: Ints, mended: Callable[[Ints], Ints]) -> float:
    """How far the layout's tightest limit is from what is planned for, dB; inf where a unit has no way."""
    if len(mended(chosen)) < len(chosen):
        return np.inf
    return nearest_to_limit(hearing, demand, chosen)[0]
