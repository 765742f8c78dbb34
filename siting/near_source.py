"""A source too large to be one point for a near receiver, divided into small parts (ISO 9613-2:1996, clause 4)."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.errors import InputError
from siting.model import Floats, Ints
from siting.scene.prepared import Prepared

FAR_SIZES = 2.0  # a point stands for a source from so many times its largest dimension on
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
    parts = many_sub_sources(np.reshape(source, (1, 3)), [ground], size, [heading], receiver)
    if not len(parts.share):
        raise ValueError("the receiver is inside the source")
    return parts.points, parts.share


class Parts(NamedTuple):
    """Points that stand for many sources at one receiver."""

    points: Floats  # (k, 3)
    share: Floats  # (k,) of the power of its source
    whose: Ints  # (k,) the source that a point is a part of
    inside: NDArray[np.bool_]  # (n,) sources with the receiver in their box or on it: they have no parts


def many_sub_sources(
    sources: ArrayLike, ground: ArrayLike, size: ArrayLike, headings: ArrayLike, receiver: ArrayLike
) -> Parts:
    """The same for many sources (n, 3) of one size, each by itself, to the bit."""
    middle, ear = np.asarray(sources, float), np.asarray(receiver, float)
    ahead, left = _directions(np.asarray(headings, float))
    sides, seen, low = _boxes(middle, ground, size, ahead, left, ear)
    inside = np.asarray(sides.any(axis=1) & (np.abs(seen) <= sides / 2).all(axis=1))
    near = (_length(ear - middle) < FAR_SIZES * sides.max(axis=1, initial=0.0)) & ~inside
    whole = np.flatnonzero(~near & ~inside)
    points, share, whose = [middle[whole]], [np.ones(len(whole))], [whole]
    rows = np.flatnonzero(near)
    steps = _divide(sides[rows], seen[rows])
    for step in np.unique(steps, axis=0):
        which = rows[(steps == step).all(axis=1)]
        at = [np.multiply.outer(sides[which, k], (np.arange(n) + 0.5) / n - 0.5) for k, n in enumerate(step)]
        order = [axis.ravel() for axis in np.indices(tuple(step))]
        along, aside, up = (values[:, k] for values, k in zip(at, order, strict=True))
        plan = middle[which, None, :2] + along[..., None] * ahead[which, None]
        plan = plan + aside[..., None] * left[which, None]
        height = (middle[which, 2] + low[which])[:, None] + up
        points.append(np.concatenate([plan, height[..., None]], axis=2).reshape(-1, 3))
        count = int(step.prod())
        share.append(np.full(len(which) * count, 1.0 / count))
        whose.append(np.repeat(which, count))
    return Parts(np.concatenate(points), np.concatenate(share), np.concatenate(whose), inside)


def _boxes(
    middle: Floats, ground: ArrayLike, size: ArrayLike, ahead: Floats, left: Floats, ear: Floats
) -> tuple[Floats, Floats, Floats]:
    """What stands above the ground: sides (n, 3), the receiver as seen from its middle, and how far that is above the source."""
    whole = np.asarray(size, float)
    if (whole < 0).any():
        raise ValueError("size must not be negative")
    offset = ear - middle
    bottom, top = np.maximum(-whole[2] / 2, np.asarray(ground, float) - middle[:, 2]), whole[2] / 2
    if (bottom > top).any():
        raise ValueError("the box of the source lies below the ground")
    low = (bottom + top) / 2
    sides = np.column_stack([np.full(len(middle), whole[0]), np.full(len(middle), whole[1]), top - bottom])
    # in the box's own frame: along the heading, to its left, up
    along = ahead[:, 0] * offset[:, 0] + ahead[:, 1] * offset[:, 1]
    aside = left[:, 0] * offset[:, 0] + left[:, 1] * offset[:, 1]
    return sides, np.column_stack([along, aside, offset[:, 2] - low]), low


def _directions(headings: Floats) -> tuple[Floats, Floats]:
    """Unit vectors along each heading and to its left; a heading gives the same bits alone and among others."""
    few, which = np.unique(headings, return_inverse=True)
    ahead = np.array([(math.cos(turn), math.sin(turn)) for turn in few.tolist()]).reshape(-1, 2)[which]
    return ahead, np.column_stack([-ahead[:, 1], ahead[:, 0]])


def _length(vectors: Floats) -> Floats:
    return np.sqrt(vectors[:, 0] ** 2 + vectors[:, 1] ** 2 + vectors[:, 2] ** 2)


def _divide(sides: Floats, seen: Floats) -> Ints:
    """Into how many parts each side (n, 3) is cut, for a receiver seen from the middle of each box."""
    steps = np.ones(sides.shape, np.int64)
    open_rows = np.arange(len(sides))
    while len(open_rows):
        now = steps[open_rows]
        boxes = sides[open_rows] / now
        longest = boxes.max(axis=1)
        finer = now + (boxes >= longest[:, None] * (1 - _ALIKE))
        away = _length(_to_nearest(sides[open_rows], now, seen[open_rows]))
        go_on = ~((away >= FAR_SIZES * longest) | (finer.prod(axis=1) > MOST_BOXES))
        steps[open_rows[go_on]] = finer[go_on]
        open_rows = open_rows[go_on]
    return steps


def _to_nearest(sides: Floats, parts: Ints, seen: Floats) -> Floats:
    """Distance along each axis from the receiver to the nearest middle of the parts of a side."""
    share = seen / np.where(sides > 0, sides, 1.0) + 0.5
    nearest = np.clip(np.floor(share * parts), 0, parts - 1)
    tried = [np.clip(nearest + step, 0, parts - 1) for step in (-1, 0, 1)]
    return np.asarray(
        np.min([np.abs(sides * ((k + 0.5) / parts - 0.5) - seen) for k in tried], axis=0), dtype=float
    )


def near_receivers(prepared: Prepared, s: int, receivers: Floats) -> list[int]:
    """Receivers for which a source is too large to be a point."""
    size = prepared.scene.sources[s].size_m
    if size is None:
        return []
    away = np.linalg.norm(receivers[:, :3] - prepared.sources[s, :3], axis=1)
    return list(np.flatnonzero(away < FAR_SIZES * max(size)))


def parts_of_source(prepared: Prepared, s: int, receiver: Floats) -> tuple[Floats, Floats]:
    """A source's parts (k, 5) for one receiver and their shares of its power (k,)."""
    size = prepared.scene.sources[s].size_m
    assert size is not None
    source = prepared.sources[s]
    try:
        points, share = sub_sources(source[:3], float(source[3]), size, float(source[4]), receiver[:3])
    except ValueError as error:
        x, y, z = receiver[:3]
        raise InputError(
            f"{prepared.scene.name}: the receiver at ({x:g}, {y:g}), {z:g} m high, lies in or on the body of the source "
            f'"{prepared.scene.sources[s].id}"; move it away.'
        ) from error
    return np.column_stack([points, np.tile(source[3:], (len(points), 1))]), share
