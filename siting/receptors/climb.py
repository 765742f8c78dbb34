"""Points that a search knows, and the search inside lots: steps from the loudest to eight sides, halved where none is louder."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.model import Floats, Ints
from siting.receptors.places import INSIDE_M, INSIDE_SHARE

CENTRES = 3  # in each neighbour's lot, where the search begins
LAST_M = 0.05  # the shortest step
SAME_M = 1e-3
SIDES = np.array([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y], float)


class Points(NamedTuple):
    """Points with their excess over the limit, nan where it is not known."""

    xy: Floats  # (n, 2)
    of: Ints  # (n,) the receptor whose limit and height hold
    piece: Ints  # (n,) -1: on none
    far: Floats  # (n,) from where the piece begins, metres
    group: Ints  # (n,) the neighbour, -1: none that is asked for
    excess: Floats
    open: Floats  # over open land; nan where nothing screens

    def picked(self, keep: NDArray[np.bool_]) -> "Points":
        """Some of the points."""
        return Points(
            self.xy[keep], self.of[keep], self.piece[keep], self.far[keep], self.group[keep], self.excess[keep],
            self.open[keep],
        )  # fmt: skip

    def with_more(self, more: "Points") -> "Points":
        """These points and more."""
        xy, of, piece = (np.concatenate(pair) for pair in zip(self[:3], more[:3], strict=True))
        far, group, excess, over_land = (
            np.concatenate(pair) for pair in zip(self[3:], more[3:], strict=True)
        )
        return Points(xy, of, piece, far, group, excess, over_land)


class Walk(NamedTuple):
    """Where the search inside lots has come to."""

    at: Ints  # (c,) points
    step: Floats  # (c,)
    tried: list[Ints]  # of each the points of its last steps


def start(points: Points, inside: NDArray[np.bool_], distance_m: Floats) -> Walk:
    """Begin at the loudest points inside the lot of every neighbour.

    Parameters
    ----------
    inside : (n,)
        Which points are those of lattices inside lots and loud enough to begin at.
    distance_m : (n,)
        From the buildable area, which tells how far apart they are.
    """
    rows = np.flatnonzero(inside)
    rows = rows[np.lexsort((-points.excess[rows], points.group[rows]))]
    group = points.group[rows]
    rank = np.arange(len(rows)) - np.searchsorted(group, group)
    at = rows[rank < CENTRES]
    step = np.maximum(INSIDE_M, INSIDE_SHARE * distance_m[at]) / 2
    return Walk(at, step, [np.zeros(0, np.int64)] * len(at))


def walked(walk: Walk, points: Points) -> Walk:
    """The search after its last steps are known: at the loudest of them, or with half the step where none is louder."""
    excess = np.where(np.isnan(points.excess), -np.inf, points.excess)
    at, step = walk.at.copy(), walk.step.copy()
    for k, tried in enumerate(walk.tried):
        best = tried[excess[tried].argmax()] if len(tried) else at[k]
        if excess[best] > excess[at[k]]:
            at[k] = best
        else:
            step[k] /= 2
    going = step >= LAST_M
    _, first = np.unique(at, return_index=True)  # walks that have met go on as one
    going &= np.isin(np.arange(len(at)), first)
    return Walk(at[going], step[going], [np.zeros(0, np.int64)] * int(going.sum()))


def steps(walk: Walk, points: Points) -> tuple[Points, Ints]:
    """The next points to ask for, none of them known before, and the walk that each belongs to."""
    xy = (points.xy[walk.at][:, None] + walk.step[:, None, None] * SIDES).reshape(-1, 2)
    whose = np.repeat(np.arange(len(walk.at)), len(SIDES))
    known = {tuple(key) for key in np.round(points.xy[points.piece < 0] / SAME_M).astype(np.int64).tolist()}
    fresh = []
    for key in np.round(xy / SAME_M).astype(np.int64).tolist():
        fresh.append(tuple(key) not in known)
        known.add(tuple(key))
    xy, whose = xy[fresh], whose[fresh]
    at, nothing = walk.at[whose], np.full(len(whose), np.nan)
    return Points(xy, points.of[at], np.full(len(at), -1), nothing, points.group[at], nothing, nothing), whose
