"""Hollows of outlines that no way round leads into, unless it begins or ends there: holes, and notches where nothing stands.

A way that enters a notch has to leave it by the same mouth, and straight across the mouth is shorter. A notch in which something
else stands is none of these: a way may lead between the two.
"""

import numpy as np
from numpy.typing import NDArray

from kernels.cache import kernel, lean, lean_inlined
from kernels.outlines import come_near

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CLEAR_M = 2e-3  # what stands so near to a hollow may leave a gap that counts, or stop one
NEAR_M = 1e-2  # so far round it a way's end counts as in it


@kernel
def find_hollows(
    edge: Floats,
    ring: Ints,
    building: Bools,
    terrain: Bools,
    start: Ints,
    listed: Ints,
    origin: Floats,
    columns: int,
) -> tuple[Ints, Ints, Floats]:
    """Order of the edges, where the outline goes on behind the hollow that begins at a place in it, and the hollow's box.

    Parameters
    ----------
    edge : (E, 6) float64
    ring : (E,) int64
        First edge of each edge's ring.
    building, terrain : (E,) bool
        Of what each edge is.
    start, listed, origin, columns
        The grid of edges, as in `Obstacles`, and how many columns it has.

    Returns
    -------
    walk : (E,) ndarray
        The edges of a building's ring in their order, from a corner of its hull on.
    beyond : (E,) ndarray
        Place in `walk` behind the last edge of the notch that begins at this place, less than 0 for a hole; 0 where none begins.
    hollow : (E, 4) ndarray
        Least and greatest x, least and greatest y of it.
    """
    count = len(edge)
    walk, beyond, hollow = np.arange(count), np.zeros(count, np.int64), np.zeros((count, 4))
    turned = np.empty(count, np.int64)
    for first in range(count):
        if ring[first] != first:
            continue
        stop = first + 1
        while stop < count and ring[stop] == first:
            stop += 1
        if building[first] and twice_area(edge, first, stop) < 0.0:
            beyond[first] = -stop
            fill_box(edge, walk, first, stop, hollow)
        elif building[first]:
            turn_ring(edge, first, stop, walk, turned)
            k = first
            while k < stop:
                j = next_on_hull(edge, walk, k, stop)
                if j > k + 1:
                    fill_box(edge, walk, k, j, hollow)
                    if not is_taken(
                        edge, ring, walk, k, j, terrain, hollow[k], start, listed, origin, columns
                    ):
                        beyond[k] = j
                k = j
    return walk, beyond, hollow


@lean
def twice_area(edge: Floats, first: int, stop: int) -> float:
    """Twice the area within a ring; negative where it runs clockwise."""
    area = 0.0
    x, y = edge[first, 0], edge[first, 1]
    for e in range(first, stop):
        area += (edge[e, 0] - x) * (edge[e, 4] - y) - (edge[e, 3] - x) * (edge[e, 1] - y)
    return area


@lean
def turn_ring(edge: Floats, first: int, stop: int, walk: Ints, turned: Ints) -> None:
    """Let a ring's walk begin at its westernmost corner, of several the southernmost: it is one of the hull."""
    least = first
    for e in range(first + 1, stop):
        if edge[e, 0] < edge[least, 0] or (edge[e, 0] == edge[least, 0] and edge[e, 1] < edge[least, 1]):
            least = e
    for k in range(first, stop):
        e = least + k - first
        turned[k] = e if e < stop else e - stop + first
    for k in range(first, stop):
        walk[k] = turned[k]


@lean
def next_on_hull(edge: Floats, walk: Ints, k: int, stop: int) -> int:
    """Place in the walk of the next corner of the hull behind place k; the ring's end for its first corner."""
    x, y = edge[walk[k], 0], edge[walk[k], 1]
    best, bx, by = k + 1, edge[walk[k], 3] - x, edge[walk[k], 4] - y
    for j in range(k + 1, stop):  # the end of edge j is the corner at place j + 1
        qx, qy = edge[walk[j], 3] - x, edge[walk[j], 4] - y
        cross = bx * qy - by * qx
        if cross < 0.0 or (cross == 0.0 and qx * qx + qy * qy > bx * bx + by * by):
            best, bx, by = j + 1, qx, qy
    return best


@lean
def fill_box(edge: Floats, walk: Ints, first: int, stop: int, hollow: Floats) -> None:
    """Fill hollow[first] with the box round the edges of a stretch of the walk."""
    west, east, south, north = np.inf, -np.inf, np.inf, -np.inf
    for k in range(first, stop):
        e = walk[k]
        west, east = min(west, edge[e, 0], edge[e, 3]), max(east, edge[e, 0], edge[e, 3])
        south, north = min(south, edge[e, 1], edge[e, 4]), max(north, edge[e, 1], edge[e, 4])
    hollow[first, 0], hollow[first, 1] = west - NEAR_M, east + NEAR_M
    hollow[first, 2], hollow[first, 3] = south - NEAR_M, north + NEAR_M


@lean
def is_taken(
    edge: Floats,
    ring: Ints,
    walk: Ints,
    first: int,
    stop: int,
    terrain: Bools,
    box: Floats,
    start: Ints,
    listed: Ints,
    origin: Floats,
    columns: int,
) -> bool:
    """Whether something else stands in the notch between places first and stop of the walk, or nearly so."""
    x0, y0, size = origin
    rows = (len(start) - 1) // columns
    for row in range(max(int((box[2] - y0) / size), 0), min(int((box[3] - y0) / size), rows - 1) + 1):
        for column in range(
            max(int((box[0] - x0) / size), 0), min(int((box[1] - x0) / size), columns - 1) + 1
        ):
            cell = row * columns + column
            for i in range(start[cell], start[cell + 1]):
                e = listed[i]
                if ring[e] == ring[walk[first]] or terrain[e]:
                    continue
                if reaches_into(edge, e, walk, first, stop, box):
                    return True
    return False


@lean
def reaches_into(edge: Floats, e: int, walk: Ints, first: int, stop: int, box: Floats) -> bool:
    """Whether an edge begins in a notch, or comes near to its outline or its mouth."""
    ax, ay, bx, by = edge[e, 0], edge[e, 1], edge[e, 3], edge[e, 4]
    if max(ax, bx) < box[0] or min(ax, bx) > box[1] or max(ay, by) < box[2] or min(ay, by) > box[3]:
        return False
    within = False
    for k in range(first, stop + 1):
        if k < stop:
            f = walk[k]
            cx, cy, dx, dy = edge[f, 0], edge[f, 1], edge[f, 3], edge[f, 4]
        else:
            f, g = walk[stop - 1], walk[first]
            cx, cy, dx, dy = edge[f, 3], edge[f, 4], edge[g, 0], edge[g, 1]
        if come_near(ax, ay, bx, by, cx, cy, dx, dy, CLEAR_M):
            return True
        if (cy > ay) != (dy > ay) and cx + (dx - cx) * ((ay - cy) / (dy - cy)) > ax:
            within = not within
    return within


@lean_inlined
def lies_in(box: Floats, x: float, y: float) -> bool:
    """Whether a point lies in a hollow's box; one that is unknown, nan, may."""
    return not (x < box[0] or x > box[1] or y < box[2] or y > box[3])
