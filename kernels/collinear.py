"""Pairs of segments that lie along one line and touch or overlap, found by a sweep. Metres."""

import numpy as np
from numpy.typing import NDArray

from kernels.cache import inlined, kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@inlined
def _along_and_aside(px: float, py: float, line: Floats, length: float) -> tuple[float, float]:
    """Where a point lies along the line (ax, ay, bx, by) from its start, and how far to its left."""
    ux, uy = (line[2] - line[0]) / length, (line[3] - line[1]) / length
    dx, dy = px - line[0], py - line[1]
    return ux * dx + uy * dy, ux * dy - uy * dx


@kernel
def in_line(longer: Floats, shorter: Floats, reach: float) -> bool:
    """Whether both ends of the shorter segment are within `reach` of the longer one's line, and the two come that close."""
    length = np.hypot(longer[2] - longer[0], longer[3] - longer[1])
    first, first_aside = _along_and_aside(shorter[0], shorter[1], longer, length)
    last, last_aside = _along_and_aside(shorter[2], shorter[3], longer, length)
    if abs(first_aside) > reach or abs(last_aside) > reach:
        return False
    return max(first, last) >= -reach and min(first, last) <= length + reach


@kernel
def collinear_pairs(lines: Floats, reach: float) -> Ints:
    """Pairs of segments with no more than `reach` between them, aside or along.

    Parameters
    ----------
    lines : (n, 4) float64
        ax, ay, bx, by; none without length.
    reach : float
        The shorter one's ends are at most so far from the longer one's line, and the gap along it is at most so long.

    Returns
    -------
    (m, 2) int64
        The longer and the shorter one of each pair (the first of two equal ones counts as longer), in any direction.
    """
    count = len(lines)
    west, east = np.empty(count), np.empty(count)
    south, north = np.empty(count), np.empty(count)
    length = np.empty(count)
    for i in range(count):
        ax, ay, bx, by = lines[i]
        west[i], east[i] = min(ax, bx) - reach, max(ax, bx) + reach
        south[i], north[i] = min(ay, by) - reach, max(ay, by) + reach
        length[i] = np.hypot(bx - ax, by - ay)
    order = np.argsort(west)
    pairs = np.empty((count + 16, 2), np.int64)
    found = 0
    for k in range(count):
        for m in range(k + 1, count):
            i, j = min(order[k], order[m]), max(order[k], order[m])
            if west[order[m]] > east[order[k]]:
                break
            if south[i] > north[j] or south[j] > north[i]:
                continue
            longer, shorter = (i, j) if length[i] >= length[j] else (j, i)
            if not in_line(lines[longer], lines[shorter], reach):
                continue
            if found == len(pairs):
                more = np.empty((2 * found, 2), np.int64)
                more[:found] = pairs
                pairs = more
            pairs[found, 0], pairs[found, 1] = longer, shorter
            found += 1
    return pairs[:found]
