"""The line of a lot in straight runs, and these in short stretches."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siting.model import Floats

BEND_M = 0.5  # a run is straight where its line strays no farther
STRETCH_M = 10.0  # the longest stretch
MOST_STRETCHES = 200


class Stretch(NamedTuple):
    """A piece of a ring of the lot line between two distances along it."""

    ring: int
    start_m: float
    end_m: float
    line: shapely.LineString
    outward: tuple[float, float]  # unit normal of the straight run that it is of
    inner: bool  # of a hole in the lot


def stretches_of(lot: BaseGeometry) -> list[Stretch]:
    """The whole line of a lot, ring by ring; the lot lies to the left of each."""
    rings = enumerate(_rings(lot))
    return [found for k, (xy, inner) in rings for found in _stretches(k, xy, inner, lot.length)]


def _rings(lot: BaseGeometry) -> Iterator[tuple[Floats, bool]]:
    """The rings of a lot, which lies to their left, and whether each is a hole's; each begins at a corner."""
    for part in shapely.get_parts(shapely.orient_polygons(lot)):
        for inner, ring in ((False, part.exterior), *((True, hole) for hole in part.interiors)):
            xy = shapely.get_coordinates(ring)[:-1]
            xy = np.roll(xy, -int(np.hypot(*(xy - xy.mean(axis=0)).T).argmax()), axis=0)
            yield np.vstack((xy, xy[:1])), inner


def _stretches(ring: int, xy: Floats, inner: bool, length_m: float) -> Iterator[Stretch]:
    """A ring cut where it bends, and its straight runs into equal stretches."""
    along = np.concatenate(([0.0], np.hypot(*np.diff(xy, axis=0).T).cumsum()))
    most = max(STRETCH_M, length_m / MOST_STRETCHES)
    bends = _bends(xy)
    for i, j in pairwise(bends):
        dx, dy = xy[j] - xy[i]
        far = float(np.hypot(dx, dy))
        if not far:
            continue
        cuts = np.linspace(along[i], along[j], int(np.ceil((along[j] - along[i]) / most)) + 1)
        for start, end in pairwise(cuts):
            line = shapely.LineString(_cut(xy, along, start, end))
            yield Stretch(ring, float(start), float(end), line, (float(dy / far), float(-dx / far)), inner)


def _bends(xy: Floats) -> list[int]:
    """The vertices of a closed line between which it is straight."""
    kept = shapely.get_coordinates(shapely.simplify(shapely.LineString(xy), BEND_M, preserve_topology=False))
    if len(kept) < 4:  # thinner than a bend: every vertex counts
        return list(range(len(xy)))
    bends, at = [0], 0
    for point in kept[1:-1]:
        at = next(k for k in range(at + 1, len(xy)) if (xy[k] == point).all())
        bends.append(at)
    return [*bends, len(xy) - 1]


def _cut(xy: Floats, along: Floats, start: float, end: float) -> Floats:
    """The part of a line between two distances along it, its own vertices kept as they are."""
    near = 1e-7
    inside = (along > start + near) & (along < end - near)
    at = []
    for where in (start, end):
        k = int(np.abs(along - where).argmin())
        exact = abs(along[k] - where) <= near
        at.append(xy[k] if exact else [np.interp(where, along, xy[:, 0]), np.interp(where, along, xy[:, 1])])
    return np.vstack((at[0], xy[inside], at[1]))
