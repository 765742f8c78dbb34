"""A source too large to be one point for a near receiver, divided into small parts (ISO 9613-2:1996, clause 4)."""

import math

import numpy as np
from numpy.typing import ArrayLike

from siting.model import Floats

FAR = 2.0  # a point stands for a source at twice its largest dimension and beyond
MOST_BOXES = 4096
_ALIKE = 1e-9  # sides of a box that differ by less, as a share, are equally long


def sub_sources(
    source: ArrayLike, ground: float, size: ArrayLike, heading: float, receiver: ArrayLike
) -> tuple[Floats, Floats]:
    """Points that stand for a source at one receiver, and the share of the sound power that each sends.

    From twice its largest dimension on the source is one point. Nearer it is divided into equal boxes: the longest side of the
    boxes is cut into one part more, until each box is a point for this receiver by the same rule. More than 4096 boxes are never
    made: a unit of 1.5 x 0.93 x 1.8 m reaches that 13 cm from its side, and a receiver still nearer is left with those boxes.

    Parameters
    ----------
    source : (3,) array_like
        Middle of the box, absolute height; metres.
    ground : float
        Absolute height of the ground at the source; what would lie below it is cut off.
    size : (3,) array_like
        Length along the heading, width, height.
    heading : float
        Radians counter-clockwise from the x axis.
    receiver : (3,) array_like

    Returns
    -------
    tuple of ndarray
        (k, 3) points, (k,) equal shares.

    Raises
    ------
    ValueError
        The receiver is in the box or on it, the box lies below the ground, or a size is negative.
    """
    middle, sides, ear = (np.asarray(values, dtype=np.float64) for values in (source, size, receiver))
    if (sides < 0).any():
        raise ValueError("size must not be negative")
    ahead, left = (
        np.array([math.cos(heading), math.sin(heading)]),
        np.array([-math.sin(heading), math.cos(heading)]),
    )
    offset = ear - middle
    bottom, top = max(-sides[2] / 2, ground - middle[2]), sides[2] / 2
    if bottom > top:
        raise ValueError("the box of the source lies below the ground")
    sides = np.array([sides[0], sides[1], top - bottom])
    # in the box's own frame: along the heading, to its left, up, from the middle of what stands above the ground
    seen = np.array([ahead @ offset[:2], left @ offset[:2], offset[2] - (bottom + top) / 2])
    if sides.any() and (np.abs(seen) <= sides / 2).all():
        raise ValueError("the receiver is inside the source")
    if np.linalg.norm(offset) >= FAR * sides.max():
        return middle[np.newaxis], np.ones(1)

    steps = _divide(sides, seen)
    at = [side * ((np.arange(n) + 0.5) / n - 0.5) for side, n in zip(sides, steps, strict=True)]
    along, aside, up = (values.ravel() for values in np.meshgrid(*at, indexing="ij"))
    plan = middle[:2] + along[:, np.newaxis] * ahead + aside[:, np.newaxis] * left
    points = np.column_stack([plan, middle[2] + (bottom + top) / 2 + up])
    return points, np.full(len(points), 1.0 / len(points))


def _divide(sides: Floats, seen: Floats) -> tuple[int, ...]:
    """Into how many parts each side is cut, for a receiver seen from the middle of the box."""
    steps = np.ones(3, dtype=np.int64)
    while True:
        boxes = sides / steps
        away = np.array([_to_nearest(sides[axis], int(steps[axis]), seen[axis]) for axis in range(3)])
        longest = boxes.max()
        finer = steps + (boxes >= longest * (1 - _ALIKE))
        if np.linalg.norm(away) >= FAR * longest or finer.prod() > MOST_BOXES:
            return tuple(int(n) for n in steps)
        steps = finer


def _to_nearest(side: float, parts: int, seen: float) -> float:
    """Distance along one axis from the receiver to the nearest middle of the parts of a side."""
    return float(np.abs(side * ((np.arange(parts) + 0.5) / parts - 0.5) - seen).min())
