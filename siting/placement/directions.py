"""The directions along which units on a lot may be lined up."""

import math

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siting.model import Floats, Site

SHARE = 0.2  # of the boundary's length that has to run along a further direction
APART_DEG = 3.0
MOST = 3


def directions(site: Site) -> tuple[float, ...]:
    """The buildable area's main directions, degrees; a lattice along one of them runs along its right angle, too.

    The first is that of the longer side of the smallest rectangle around the area, in [-90, 90). Others are those along which at
    least `SHARE` of the boundary runs, the longest first, in [0, 90), each `APART_DEG` away from those before it.
    """
    if site.buildable.is_empty:
        return (0.0,)
    found = [_longer_side(site.buildable)]
    angle, length = _boundary(site.buildable)
    least = SHARE * length.sum()
    while len(found) < MOST:
        free = np.all([_between(angle, other) > APART_DEG for other in found], axis=0)
        angle, length = angle[free], length[free]
        along = _beside(angle, length)
        if along.max(initial=0.0) < least:
            break
        same = _between(angle, angle[along.argmax()]) <= APART_DEG / 2
        # the mean of angles that are the same after a right angle
        mean = np.exp(4j * np.radians(angle[same])) @ length[same]
        found.append(math.degrees(np.angle(mean)) / 4 % 90.0)
    return tuple(found)


def _longer_side(area: BaseGeometry) -> float:
    corners = shapely.get_coordinates(shapely.oriented_envelope(area))
    sides = np.diff(corners[:3], axis=0)
    dx, dy = sides[np.argmax(np.hypot(sides[:, 0], sides[:, 1]))]
    return (math.degrees(math.atan2(dy, dx)) + 90.0) % 180.0 - 90.0


def _boundary(area: BaseGeometry) -> tuple[Floats, Floats]:
    """Directions in [0, 90) degrees and lengths of the boundary's segments."""
    coords, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(area)), return_index=True)
    run = np.diff(coords, axis=0)[ring[1:] == ring[:-1]]
    return np.degrees(np.arctan2(run[:, 1], run[:, 0])) % 90.0, np.hypot(run[:, 0], run[:, 1])


def _beside(angle: Floats, length: Floats) -> Floats:
    """How much of the boundary runs within half of `APART_DEG` of each segment's direction."""
    order = np.argsort(angle, kind="stable")
    around = np.concatenate((angle[order] - 90.0, angle[order], angle[order] + 90.0))
    run = np.append(0.0, np.cumsum(np.tile(length[order], 3)))
    low = np.searchsorted(around, angle - APART_DEG / 2, side="left")
    high = np.searchsorted(around, angle + APART_DEG / 2, side="right")
    return np.asarray(run[high] - run[low])


def _between(a: Floats, b: Floats | float) -> Floats:
    """Degrees between directions that are the same after a right angle, 0 to 45."""
    return np.abs((a - b + 45.0) % 90.0 - 45.0)
