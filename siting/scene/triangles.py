"""A plane's points as triangles that keep given lines: the constrained Delaunay triangulation, the same however it is turned.

Where four points lie on one circle both diagonals are Delaunay; the one that keeps the ground lower is taken, since ground that
is too high would screen too much.
"""

from collections import deque
from typing import Any

import numpy as np
import shapely

from siting.model import Floats, Ints

ON_CIRCLE = 1e-6  # sine by which two opposite angles may miss 180 degrees
FLAT_M = 1e-6  # a triangle on the border that is no higher than this is none
LEVEL_M = 1e-9
Apex = dict[tuple[int, int], int]  # a triangle's side, counter-clockwise: the corner opposite to it
Place = tuple[float, float, float]


def triangulate(xyz: Floats, lines: Ints) -> Ints:
    """Triangles between points.

    Parameters
    ----------
    xyz : (n, 3) array
        Points, no two at one place in plan and not all on one line.
    lines : (m, 2) array of int
        Pairs of points whose straight connection has to be a side of triangles. No two cross, and none passes through a point.

    Returns
    -------
    (t, 3) array of int
        Corners of the triangles, counter-clockwise.
    """
    centred = np.column_stack([xyz[:, :2] - xyz[:, :2].mean(axis=0), xyz[:, 2]])
    corners = _delaunay(centred[:, :2])
    apex: Apex = {}
    for k in range(3):
        sides = zip(corners[:, k].tolist(), corners[:, (k + 1) % 3].tolist(), strict=True)
        apex.update(zip(sides, corners[:, (k + 2) % 3].tolist(), strict=True))
    beside = dict(zip(corners.ravel().tolist(), np.roll(corners, -1, axis=1).ravel().tolist(), strict=True))
    at: list[Place] = [tuple(point) for point in centred.tolist()]
    kept: set[tuple[int, int]] = set()
    _turn(apex, beside, at, kept, _doubtful(apex, centred))
    for a, b in lines.tolist():
        fresh = _lay(apex, beside, at, a, b)
        kept.add((min(a, b), max(a, b)))
        _turn(apex, beside, at, kept, fresh)
    _peel(apex, at)
    return np.array(sorted((u, v, w) for (u, v), w in apex.items() if u < v and u < w), np.int64).reshape(
        -1, 3
    )


def _delaunay(xy: Floats) -> Ints:
    """Corners, counter-clockwise, of one of the Delaunay triangulations."""
    triangles = shapely.get_parts(shapely.delaunay_triangles(shapely.multipoints(xy)))
    corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
    keys, wanted = (part[..., 0] + 1j * part[..., 1] for part in (xy + 0.0, corners + 0.0))
    order = np.argsort(keys)
    found = order[np.searchsorted(keys, wanted, sorter=order)]
    a, b, c = np.moveaxis(corners, 1, 0)
    clockwise = (b - a)[:, 0] * (c - a)[:, 1] < (b - a)[:, 1] * (c - a)[:, 0]
    found[clockwise] = found[clockwise][:, ::-1]
    return np.asarray(found, dtype=np.int64)


def _doubtful(apex: Apex, xyz: Floats) -> list[tuple[int, int]]:
    """Sides between two triangles whose other diagonal is as good or better."""
    inner = np.array(
        [(u, v, w, apex[v, u]) for (u, v), w in apex.items() if u < v and (v, u) in apex], np.int64
    )
    if not len(inner):
        return []
    with np.errstate(divide="ignore", invalid="ignore"):
        sine = _sine(xyz[inner[:, 0]].T, xyz[inner[:, 1]].T, xyz[inner[:, 2]].T, xyz[inner[:, 3]].T)
    return [(u, v) for u, v, *_ in inner[~(sine > ON_CIRCLE)].tolist()]


def _sine(u: Any, v: Any, w: Any, x: Any) -> Any:
    """Sine of the angles at w and x together, opposite to the side u v, of places or columns of them; below 0: not Delaunay."""
    ux, uy, vx, vy = u[0] - w[0], u[1] - w[1], v[0] - w[0], v[1] - w[1]
    px, py, qx, qy = v[0] - x[0], v[1] - x[1], u[0] - x[0], u[1] - x[1]
    sines = (ux * vy - uy * vx) * (px * qx + py * qy) + (ux * vx + uy * vy) * (px * qy - py * qx)
    return (
        sines / ((ux * ux + uy * uy) * (vx * vx + vy * vy) * (px * px + py * py) * (qx * qx + qy * qy)) ** 0.5
    )


def _area(a: Place, b: Place, c: Place) -> float:
    """Twice the area of a triangle, above 0 counter-clockwise."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _is_convex(u: Place, x: Place, v: Place, w: Place) -> bool:
    """Whether the four corners, in this order around, make a quadrangle that either diagonal can cut."""
    least = FLAT_M * ((x[0] - w[0]) ** 2 + (x[1] - w[1]) ** 2) ** 0.5
    return _area(x, v, w) > least and _area(w, u, x) > least


def _is_better(u: Place, v: Place, w: Place, x: Place) -> bool:
    """Whether the diagonal w x is to be taken in place of u v."""
    sine = _sine(u, v, w, x)
    if sine > ON_CIRCLE or not _is_convex(u, x, v, w):
        return False
    if sine < -ON_CIRCLE:
        return True
    at_w, at_x, at_u, at_v = _area(u, v, w), _area(v, u, x), _area(w, u, x), _area(x, v, w)
    along_new = (x[2] * at_w + w[2] * at_x) / (at_w + at_x)
    along_old = (u[2] * at_v + v[2] * at_u) / (at_u + at_v)
    return along_new < along_old - LEVEL_M


def _flip(apex: Apex, beside: dict[int, int], u: int, v: int) -> tuple[int, int]:
    """Replace the side u v by the other diagonal of its two triangles, which is returned."""
    w, x = apex.pop((u, v)), apex.pop((v, u))
    apex[x, v], apex[v, w], apex[w, x] = w, x, v
    apex[w, u], apex[u, x], apex[x, w] = x, w, u
    beside[u], beside[v] = x, w
    return w, x


def _turn(
    apex: Apex,
    beside: dict[int, int],
    at: list[Place],
    kept: set[tuple[int, int]],
    doubtful: list[tuple[int, int]],
) -> None:
    """Flip sides until none is left to be bettered."""
    rounds = 20 * len(apex)  # rounding within ON_CIRCLE could go round in a ring
    while doubtful and rounds:
        u, v = doubtful.pop()
        if (u, v) not in apex or (v, u) not in apex or (min(u, v), max(u, v)) in kept:
            continue
        w, x = apex[u, v], apex[v, u]
        if _is_better(at[u], at[v], at[w], at[x]):
            _flip(apex, beside, u, v)
            doubtful += [(u, x), (x, v), (v, w), (w, u)]
            rounds -= 1


def _lay(apex: Apex, beside: dict[int, int], at: list[Place], a: int, b: int) -> list[tuple[int, int]]:
    """Make the line a b a side, by flipping those that cross it; returns the sides that are new beside it."""
    if (a, b) in apex or (b, a) in apex:
        return []
    crossing, fresh = deque(_crossed(apex, beside, at, a, b)), []
    while crossing:
        u, v = crossing.popleft()
        w, x = apex[u, v], apex[v, u]
        if not _is_convex(at[u], at[x], at[v], at[w]):
            crossing.append((u, v))
            continue
        _flip(apex, beside, u, v)
        if {w, x} == {a, b}:
            continue
        if {w, x} & {a, b} or (_area(at[a], at[b], at[w]) > 0) == (_area(at[a], at[b], at[x]) > 0):
            fresh.append((w, x))
        else:
            crossing.append((w, x))
    return fresh


def _crossed(apex: Apex, beside: dict[int, int], at: list[Place], a: int, b: int) -> list[tuple[int, int]]:
    """The sides between a and b that the straight line crosses, in order, right corner first."""

    def is_left(corner: int) -> bool:
        return _area(at[a], at[b], at[corner]) > 0

    right, left = next(
        (n, w)
        for n, w in _around(apex, beside, a)
        if not is_left(n) and is_left(w) and _faces(at, a, b, n, w)
    )
    sides = [(right, left)]
    while (corner := apex[left, right]) != b:
        if is_left(corner):
            left = corner
        else:
            right = corner
        sides.append((right, left))
    return sides


def _faces(at: list[Place], a: int, b: int, right: int, left: int) -> bool:
    """Whether b lies beyond the side of a triangle at a, not behind a."""
    return _area(at[right], at[left], at[a]) * _area(at[right], at[left], at[b]) < 0


def _around(apex: Apex, beside: dict[int, int], a: int) -> list[tuple[int, int]]:
    """Far sides of the triangles at a corner, counter-clockwise."""
    sides, n = [], beside[a]
    while (w := apex.get((a, n))) is not None:
        sides.append((n, w))
        if (n := w) == beside[a]:
            return sides
    n = beside[a]
    while (w := apex.get((n, a))) is not None:
        sides.append((w, n))
        n = w
    return sides


def _peel(apex: Apex, at: list[Place]) -> None:
    """Take away border triangles without height, which rounding lays along a straight border."""
    border = [(u, v) for u, v in apex if (v, u) not in apex]
    while border:
        u, v = border.pop()
        if (w := apex.get((u, v))) is None:
            continue
        length = ((at[u][0] - at[v][0]) ** 2 + (at[u][1] - at[v][1]) ** 2) ** 0.5
        if _area(at[u], at[v], at[w]) <= FLAT_M * length:
            for side in ((u, v), (v, w), (w, u)):
                del apex[side]
            border += [(w, v), (u, w)]
