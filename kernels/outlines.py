"""Outlines of what stands: corners round which a way can lead, rings, and objects that hang together since they touch."""

import numpy as np
from numpy.typing import NDArray

from kernels.cache import kernel, lean_inlined

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

STRAIGHT = 1e-8  # a wall that turns by less goes straight on
TOUCH_M = 1e-3  # walls and buildings nearer to each other than this leave no gap


@kernel
def find_touching(edge: Floats, owner: Ints, stands: Bools, start: Ints, listed: Ints, pairs: Ints) -> int:
    """Write pairs of edges of different objects that touch, some of them twice; returns how many there are, with no room as well.

    `stands` (O,) says which objects are asked; of a cell c the edges are listed[start[c]] to listed[start[c + 1]].
    """
    count = 0
    for cell in range(len(start) - 1):
        for i in range(start[cell], start[cell + 1]):
            for j in range(i + 1, start[cell + 1]):
                e, f = listed[i], listed[j]
                if owner[e] == owner[f] or not stands[owner[e]] or not stands[owner[f]]:
                    continue
                if touch(
                    edge[e, 0],
                    edge[e, 1],
                    edge[e, 3],
                    edge[e, 4],
                    edge[f, 0],
                    edge[f, 1],
                    edge[f, 3],
                    edge[f, 4],
                ):
                    if count < len(pairs):
                        pairs[count, 0], pairs[count, 1] = e, f
                    count += 1
    return count


def list_touching(edge: Floats, owner: Ints, stands: Bools, start: Ints, listed: Ints) -> tuple[Ints, Ints]:
    """(E + 1,) and (T,): edge e touches the edges touching[first[e]] to touching[first[e + 1]] of other objects."""
    pairs = np.empty(
        (find_touching(edge, owner, stands, start, listed, np.empty((0, 2), np.int64)), 2), np.int64
    )
    find_touching(edge, owner, stands, start, listed, pairs)
    both = np.unique(np.vstack([pairs, pairs[:, ::-1]]), axis=0)
    return np.searchsorted(both[:, 0], np.arange(len(edge) + 1)), np.ascontiguousarray(both[:, 1])


@kernel
def find_clusters(owner: Ints, objects: int, first: Ints, touching: Ints) -> Ints:
    """(objects,) the lowest number of an object that each is joined to by those that touch."""
    root = np.arange(objects)
    for e in range(len(owner)):
        for i in range(first[e], first[e + 1]):
            a, b = owner[e], owner[touching[i]]
            while root[a] != a:
                a = root[a]
            while root[b] != b:
                b = root[b]
            root[max(a, b)] = min(a, b)
    for o in range(objects):
        a = o
        while root[a] != a:
            a = root[a]
        root[o] = a
    return root


@lean_inlined
def touch(ax: float, ay: float, bx: float, by: float, cx: float, cy: float, dx: float, dy: float) -> bool:
    """Whether two lines, a to b and c to d, cross or come within a millimetre of each other."""
    return come_near(ax, ay, bx, by, cx, cy, dx, dy, TOUCH_M)


@lean_inlined
def come_near(
    ax: float, ay: float, bx: float, by: float, cx: float, cy: float, dx: float, dy: float, gap: float
) -> bool:
    """Whether two lines, a to b and c to d, cross or come nearer to each other than `gap`."""
    if max(ax, bx) + gap < min(cx, dx) or max(cx, dx) + gap < min(ax, bx):
        return False
    if max(ay, by) + gap < min(cy, dy) or max(cy, dy) + gap < min(ay, by):
        return False
    c_side = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    d_side = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax)
    a_side = (dx - cx) * (ay - cy) - (dy - cy) * (ax - cx)
    b_side = (dx - cx) * (by - cy) - (dy - cy) * (bx - cx)
    if (c_side > 0.0) != (d_side > 0.0) and (a_side > 0.0) != (b_side > 0.0):
        return True
    return (
        point_gap(ax, ay, cx, cy, dx, dy) < gap
        or point_gap(bx, by, cx, cy, dx, dy) < gap
        or point_gap(cx, cy, ax, ay, bx, by) < gap
        or point_gap(dx, dy, ax, ay, bx, by) < gap
    )


@lean_inlined
def point_gap(x: float, y: float, ax: float, ay: float, bx: float, by: float) -> float:
    """Distance from a point to a line between two ends."""
    ex, ey = bx - ax, by - ay
    square = ex * ex + ey * ey
    share = min(max(((x - ax) * ex + (y - ay) * ey) / square, 0.0), 1.0) if square > 0.0 else 0.0
    return np.sqrt((ax + share * ex - x) ** 2 + (ay + share * ey - y) ** 2)


def find_joints(edge: Floats, wall: Bools, first: Ints, touching: Ints) -> Bools:
    """(E, 2) whether a wall goes straight on as high beyond the ends a and b of an edge: no way turns there.

    A wall that follows the ground has such a joint wherever that bends. `first` and `touching` are those of `list_touching`.
    """
    goes_on = np.zeros((len(edge), 2), bool)
    one, other = np.repeat(np.arange(len(edge)), np.diff(first)), touching
    both = wall[one] & wall[other]
    one, other = one[both], other[both]
    for end in (0, 1):
        here, there = edge[one, 3 * end : 3 * end + 3], edge[one, 3 - 3 * end : 6 - 3 * end]
        for end_of_other in (0, 1):
            begins = edge[other, 3 * end_of_other : 3 * end_of_other + 3]
            leads = edge[other, 3 - 3 * end_of_other : 6 - 3 * end_of_other] - begins
            back = there - here
            cross = back[:, 0] * leads[:, 1] - back[:, 1] * leads[:, 0]
            along = back[:, 0] * leads[:, 0] + back[:, 1] * leads[:, 1]
            straight = (here == begins).all(axis=1) & (along < 0) & (np.abs(cross) < -STRAIGHT * along)
            goes_on[one[straight], end] = True
    return goes_on


def find_rings(edge: Floats, owner: Ints) -> tuple[Ints, Ints, Ints]:
    """Of each edge the one that ends where it starts, the one that starts where it ends, else itself, and its ring's first."""
    edges = np.arange(len(edge))
    before = edges - 1
    starts = np.ones(len(edge), bool)
    starts[1:] = (owner[1:] != owner[:-1]) | (edge[1:, :2] != edge[:-1, 3:5]).any(axis=1)
    first = np.flatnonzero(starts)
    last = np.append(first[1:], len(edge)) - 1
    closed = (edge[first, :2] == edge[last, 3:5]).all(axis=1) if len(first) else np.zeros(0, bool)
    before[first] = np.where(closed, last, first)
    after = edges.copy()
    after[before] = edges
    after[last[~closed]] = last[~closed]
    return before, after, np.repeat(first, np.diff(first, append=len(edge)))


def find_corners(edge: Floats, building: Bools, terrain: Bools, before: Ints) -> Floats:
    """Directions out of the objects at their convex corners, and along a wall at its ends (row e: point a of edge e).

    A wall segment turns at both ends; its second is found by turning its direction, so one row does for both. `building` and
    `terrain` (E,) say of what an edge is, `before` which edge ends where it starts.
    """
    along = edge[:, 3:5] - edge[:, 0:2]
    length = np.hypot(*along.T)
    along = along / np.where(length > 0, length, 1.0)[:, None]
    corner = np.hstack([-along, along])  # of walls, at a
    turn = along[before, 0] * along[:, 1] - along[before, 1] * along[:, 0]
    out = along[before] - along
    size = np.hypot(*out.T)
    convex = building & (turn > 1e-12) & (size > 0)
    corner[building] = 0.0
    corner[convex] = np.hstack([out[convex] / size[convex][:, None], -along[before][convex]])
    corner[terrain] = 0.0
    return corner
