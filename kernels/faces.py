"""Which parts of the faces of walls and buildings are free, and which parts are one surface. Metres."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels.collinear import collinear_pairs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TOUCH = 1e-3  # surfaces with less than a millimetre between them touch
STRAIGHT = 1e-6  # and are one where they are in line, and their tops too, within a micrometre


class Faces(NamedTuple):
    """Vertical faces seen from the right of a -> b.

    Attributes
    ----------
    line : (n, 4) float64
        ax, ay, bx, by.
    top : (n, 2) float64
        Absolute height of the top at a and at b.
    bottom : (n,) float64
        Absolute height up to which the face is covered; -inf where it is free down to the ground.
    edge : (n,) int64
        Which of the given edges the face is on.
    """

    line: Floats
    top: Floats
    bottom: Floats
    edge: Ints


def all_faces(lines: Floats, tops: Floats, walls: Bools) -> Faces:
    """One face of each edge of a building, two of each wall segment, none of an edge without length."""
    solid = (lines[:, :2] != lines[:, 2:]).any(axis=1)
    there, back = np.flatnonzero(solid), np.flatnonzero(solid & walls)
    edge = np.concatenate([there, back])
    return Faces(
        np.vstack([lines[there], lines[back][:, [2, 3, 0, 1]]]),
        np.vstack([tops[there], tops[back][:, ::-1]]),
        np.full(len(edge), -np.inf),
        edge,
    )


def directions(line: Floats) -> tuple[Floats, Floats]:
    """Unit directions (n, 2) and lengths (n,) of (n, 4) lines."""
    step = line[:, 2:] - line[:, :2]
    length = np.hypot(step[:, 0], step[:, 1])
    return step / length[:, np.newaxis], length


def along(line: Floats, direction: Floats, points: Floats) -> Floats:
    """Where points (n, 2) lie along lines, metres from their starts."""
    return np.asarray(((points - line[:, :2]) * direction).sum(axis=1))


def free_faces(faces: Faces, walls: Bools, reflecting: Bools, indoors: Floats) -> Faces:
    """The parts of reflecting faces that no building covers up to their tops, in the order of the edges.

    Parameters
    ----------
    faces : Faces
    walls, reflecting : (E,) bool
        Whether an edge is of a wall, and whether it reflects.
    indoors : (m, 4) float64
        Spans of reflecting faces that stand inside buildings, as `kernels.indoors.indoor_spans` has them.
    """
    direction, length = directions(faces.line)
    pairs = collinear_pairs(faces.line, TOUCH)
    face, other = np.vstack([pairs, pairs[:, ::-1]]).T
    opposite = (direction[face] * direction[other]).sum(axis=1) < 0
    covered = opposite & ~walls[faces.edge[other]] & reflecting[faces.edge[face]]
    face, other = face[covered], other[covered]
    first = along(faces.line[face], direction[face], faces.line[other, 2:])
    last = along(faces.line[face], direction[face], faces.line[other, :2])
    covers = np.vstack([np.column_stack([first, last, faces.top[other].min(axis=1)]), indoors[:, 1:]])
    face = np.concatenate([face, indoors[:, 0].astype(np.int64)])

    untouched = reflecting[faces.edge]
    untouched[face] = False
    whole = np.flatnonzero(untouched)
    zeros = np.zeros(len(whole))
    parts = [np.column_stack([whole, zeros, length[whole], zeros - np.inf])]
    order = np.argsort(face, kind="stable")
    touched, at = np.unique(face[order], return_index=True)
    for k, rows in zip(touched, np.split(covers[order], at[1:]), strict=len(touched) > 0):
        parts.append(_uncovered(int(k), float(length[k]), faces.top[k], *rows.T))
    table = np.vstack(parts)
    table = table[np.lexsort((table[:, 1], table[:, 0], faces.edge[table[:, 0].astype(np.int64)]))]
    return _cut(faces, direction, length, table)


def _uncovered(face: int, length: float, top: Floats, first: Floats, last: Floats, roofs: Floats) -> Floats:
    """Free parts (face, start, stop, bottom) of one face with covers from first to last, each as high as its roof."""
    joints = np.unique(np.clip([0.0, length, *first, *last], 0.0, length))
    joints = joints[np.diff(joints, prepend=-np.inf) > TOUCH]  # slivers close
    joints[-1] = length
    parts = []
    for start, stop in pairwise(joints):
        over = roofs[(first < (start + stop) / 2) & (last > (start + stop) / 2)]
        bottom = over.max(initial=-np.inf)
        if bottom < top.max():
            parts.append((face, start, stop, bottom))
    return np.array(parts, dtype=np.float64).reshape(-1, 4)


def _cut(faces: Faces, direction: Floats, length: Floats, parts: Floats) -> Faces:
    face, (start, stop, bottom) = parts[:, 0].astype(np.int64), parts[:, 1:].T
    low, high = faces.top[face].T
    to_start, to_stop = start[:, np.newaxis], stop[:, np.newaxis]
    slope = (high - low) / length[face]
    a = faces.line[face, :2] + direction[face] * to_start
    b = np.where(
        to_stop < length[face, np.newaxis],
        faces.line[face, :2] + direction[face] * to_stop,
        faces.line[face, 2:],
    )
    top = np.column_stack([low + slope * start, np.where(stop < length[face], low + slope * stop, high)])
    return Faces(np.hstack([a, b]), top, bottom, faces.edge[face])


def surfaces(faces: Faces, reflect: Floats) -> Ints:
    """Which surface each face is part of: the number of its first face. Faces that continue each other are one surface.

    Parameters
    ----------
    faces : Faces
    reflect : (n, 8) float64
        Of each face; only faces that reflect alike are one surface.
    """
    surface = np.arange(len(faces.edge))
    direction, length = directions(faces.line)
    pairs = collinear_pairs(faces.line, TOUCH)
    for i, j in pairs[_continue(faces, direction, length, reflect, *pairs.T)]:
        first, second = _root(surface, i), _root(surface, j)
        surface[max(first, second)] = min(first, second)
    for i in range(len(surface)):  # from the first on, so that one step is enough
        surface[i] = surface[surface[i]]
    return surface


def _continue(
    faces: Faces, direction: Floats, length: Floats, reflect: Floats, longer: Ints, shorter: Ints
) -> Bools:
    line, ahead = faces.line[longer], direction[longer]
    slope = (faces.top[:, 1] - faces.top[:, 0]) / length
    first = along(line, ahead, faces.line[shorter, :2])
    one = ((ahead * direction[shorter]).sum(axis=1) > 0) & (reflect[longer] == reflect[shorter]).all(axis=1)
    aside = np.empty((2, len(longer)))
    for end in (0, 1):
        point = faces.line[shorter, 2 * end : 2 * end + 2]
        offset = point - line[:, :2]
        aside[end] = ahead[:, 0] * offset[:, 1] - ahead[:, 1] * offset[:, 0]
        at = np.clip(
            along(line, ahead, point), 0.0, length[longer]
        )  # the joint, or either end of what they share
        on = np.clip(at - first, 0.0, length[shorter])
        rise = faces.top[longer, 0] + slope[longer] * at - faces.top[shorter, 0] - slope[shorter] * on
        one &= (np.abs(aside[end]) <= STRAIGHT) & (np.abs(rise) <= STRAIGHT)
    # short pieces of a curve lie within a micrometre of each other's lines, but turn
    return np.asarray(one & (np.abs(aside[1] - aside[0]) <= STRAIGHT * length[shorter] + STRAIGHT / 100))


def _root(surface: Ints, i: int) -> int:
    while surface[i] != i:
        surface[i] = surface[surface[i]]
        i = surface[i]
    return i
