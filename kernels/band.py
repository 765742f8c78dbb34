"""The rubber band over the top: the upper hull of all edges in the vertical plane through source and receiver (7.4)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels.cache import lean

Floats = NDArray[np.float64]


class Way(NamedTuple):
    """One way round or over what stands between source and receiver; metres.

    Attributes
    ----------
    detour : float
        z: how much longer the way is than the line of sight; below it negative; nan where there is no such way.
    first, last : float
        dss from the source to the first edge and dsr from the last edge to the receiver.
    thickness : float
        e, from the first edge to the last along the way; 0 with one edge.
    offset : float
        Greatest distance of the way from the line of sight.
    """

    detour: float
    first: float
    last: float
    thickness: float
    offset: float


NO_WAY = Way(np.nan, 0.0, 0.0, 0.0, 0.0)


@lean
def sort_points(t: Floats, z: Floats, start: int, stop: int) -> None:
    """Sort the points start to stop into those before them, which are sorted by t already; they are few."""
    for i in range(start, stop):
        ti, zi = t[i], z[i]
        j = i
        while j > 0 and t[j - 1] > ti:
            t[j], z[j] = t[j - 1], z[j - 1]
            j -= 1
        t[j], z[j] = ti, zi


@lean
def over_the_top(
    plan: float, zs: float, zr: float, t: Floats, z: Floats, count: int, hull: NDArray[np.int64]
) -> Way:
    """The band over the first `count` points (t sorted, z), all of them above the line from (0, zs) to (plan, zr).

    `hull` is room for count + 1 indices.
    """
    n = 0
    for i in range(count + 1):  # the last is the receiver
        ti, zi = (t[i], z[i]) if i < count else (plan, zr)
        while n > 0:
            tb, zb = t[hull[n - 1]], z[hull[n - 1]]
            ta, za = (t[hull[n - 2]], z[hull[n - 2]]) if n > 1 else (0.0, zs)
            if (tb - ta) * (zi - za) - (zb - za) * (ti - ta) < 0.0:
                break
            n -= 1
        if i < count:
            hull[n] = i
            n += 1
    if n == 0:
        return NO_WAY
    slope = (zr - zs) / plan
    upright = 1.0 / np.sqrt(1.0 + slope * slope)
    thickness, highest = 0.0, 0.0
    for k in range(n):
        i = hull[k]
        highest = max(highest, (z[i] - zs - slope * t[i]) * upright)
        if k > 0:
            thickness += np.sqrt((t[i] - t[hull[k - 1]]) ** 2 + (z[i] - z[hull[k - 1]]) ** 2)
    a, b = hull[0], hull[n - 1]
    first = np.sqrt(t[a] ** 2 + (z[a] - zs) ** 2)
    last = np.sqrt((plan - t[b]) ** 2 + (z[b] - zr) ** 2)
    straight = np.sqrt(plan * plan + (zr - zs) ** 2)
    # an edge that the straight line only just misses must not come out below it by rounding
    return Way(max(first + thickness + last - straight, 0.0), first, last, thickness, highest)


@lean
def under_sight(plan: float, zs: float, zr: float, t: float, z: float) -> Way:
    """The negative detour by one edge at (t, z) below the line of sight."""
    first = np.sqrt(t * t + (z - zs) ** 2)
    last = np.sqrt((plan - t) ** 2 + (z - zr) ** 2)
    straight = np.sqrt(plan * plan + (zr - zs) ** 2)
    return Way(min(straight - first - last, 0.0), first, last, 0.0, 0.0)


@lean
def nearest_on_roof(plan: float, zs: float, zr: float, top: float, start: float, stop: float) -> float:
    """Where on a flat roof from start to stop the way source, roof, receiver is shortest; plan distance from the source.

    On a level line the shortest way is that of a mirror; a whole roof is asked, so that cutting a building changes nothing.
    """
    a, b = abs(zs - top), abs(zr - top)
    return min(max(plan * a / (a + b) if a + b > 0.0 else start, start), stop)
