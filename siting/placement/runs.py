"""How far pipes and cables run from where a service comes in to the units."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse.csgraph import minimum_spanning_tree

from siting.model import Floats
from siting.yard import Run, Service


def runs(points: Sequence[tuple[Service, tuple[float, float]]], units_xy: Floats) -> tuple[Run, ...]:
    """Lengths of the straight lines between service points and units, one entry for each kind in order of first mention.

    Parameters
    ----------
    points : sequence of (kind, (x, y))
        Where gas or the grid comes in, in the units' CRS; where a kind comes in at several points, the nearest serves.
    units_xy : (n, 2)
        Centres of the units.

    Returns
    -------
    tuple of Run
        Empty without units.
    """
    if not len(units_xy):
        return ()
    found = []
    for kind in dict.fromkeys(kind for kind, _ in points):
        places = np.array([xy for other, xy in points if other == kind], float)
        away = np.hypot(*(units_xy[:, None] - places).transpose(2, 0, 1)).min(axis=1)
        found.append(Run(kind, float(away.min()), float(away.max()), _tree_m(away, units_xy)))
    return tuple(found)


def _tree_m(away: Floats, units_xy: Floats) -> float:
    """Length of the shortest tree that joins the service and all units, at distances `away` (n,) from it."""
    n = len(away)
    between = np.zeros((n + 1, n + 1))
    between[1:, 1:] = np.hypot(*(units_xy[:, None] - units_xy).transpose(2, 0, 1))
    between[0, 1:] = away
    # a distance of zero would be no edge; a metre more on each of the tree's n edges changes no choice
    return float(minimum_spanning_tree(np.triu(between + 1.0, 1)).sum() - n)
