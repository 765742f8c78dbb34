"""What stands between source and receiver: walls, buildings and terrain edges, found through a grid of cells.

An edge is a straight line in plan with a top. A building is a ring of edges with flat tops, interior on the left; a wall segment
is an object of one edge; a terrain edge is where two slopes of a triangulated ground meet, and screens only over its top.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kernels.cache import kernel, lean, lean_inlined
from kernels.pyramid import Pyramid, build_pyramid, march

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WALL, BUILDING, TERRAIN = 0, 1, 2
TOUCH_M = 1e-3  # walls and buildings nearer to each other than this leave no gap
PAD_M = 1e-3  # an edge is also listed in cells that it misses by this
END_M = 1e-6  # what a path touches at its very end does not stand in its way
MOST_CELLS = 4_000_000


class Obstacles(NamedTuple):
    """Edges and the objects that they belong to.

    Attributes
    ----------
    edge : (E, 6) float64
        ax, ay, top at a, bx, by, top at b; metres, heights absolute.
    owner : (E,) int64
        The edge's object.
    kind : (O,) int64
        WALL, BUILDING or TERRAIN.
    cluster : (O,) int64
        Walls and buildings that touch have the same number.
    first : (O + 1,) int64
        Object o has the edges first[o] to first[o + 1].
    corner : (E, 4) float64
        At the edge's point a: unit vector out of the object, along which a way round it keeps off, and unit vector back along the
        outline; zeros where no way can turn.
    cells : Pyramid
        Highest top in each cell of the grid.
    start : (C + 1,) int64
        Cell c lists the edges listed[start[c]] to listed[start[c + 1]].
    listed : (L,) int64
    line : (L, 6) float64
        The edges so listed, as in `edge`.
    origin : (3,) float64
        x and y of the grid's corner and the size of a cell.
    """

    edge: Floats
    owner: Ints
    kind: Ints
    cluster: Ints
    first: Ints
    corner: Floats
    cells: Pyramid
    start: Ints
    listed: Ints
    line: Floats
    origin: Floats


def make_obstacles(edges: ArrayLike, owner: ArrayLike, kind: ArrayLike) -> Obstacles:
    """Put edges into a grid and find the corners round which a way can lead.

    Parameters
    ----------
    edges : (E, 6) array_like
        ax, ay, top at a, bx, by, top at b. The edges of an object stand together; a building's rings are closed, shells
        counter-clockwise and holes clockwise.
    owner : (E,) array_like of int
        Object of each edge, counting from 0 without gaps.
    kind : (O,) array_like of int
        WALL, BUILDING or TERRAIN.

    Raises
    ------
    ValueError
        A shape does not fit, or a value is not finite.
    """
    edge = np.ascontiguousarray(edges, dtype=np.float64).reshape(-1, 6)
    owners = np.ascontiguousarray(owner, dtype=np.int64)
    kinds = np.ascontiguousarray(kind, dtype=np.int64)
    if not np.isfinite(edge).all():
        raise ValueError("edges must be finite numbers")
    if owners.shape != (len(edge),) or (np.diff(owners, prepend=0, append=len(kinds)) < 0).any():
        raise ValueError("owner must name the object of each edge, in rising order")
    if len(np.unique(owners)) != len(kinds):
        raise ValueError("every object must have an edge")
    first = np.searchsorted(owners, np.arange(len(kinds) + 1))
    origin, shape = _grid(edge)
    start = np.zeros(shape[0] * shape[1] + 1, np.int64)
    tops = np.full(shape, -np.inf)
    list_edges(edge, origin, shape[1], start, np.empty(0, np.int64), tops.ravel())
    start = np.concatenate([[0], np.cumsum(start[:-1])])
    listed = np.empty(start[-1], np.int64)
    list_edges(edge, origin, shape[1], start[:-1].copy(), listed, tops.ravel())
    corner = _corners(edge, owners, kinds)
    cluster = find_clusters(edge, owners, kinds, start, listed)
    cells = build_pyramid(tops)
    return Obstacles(edge, owners, kinds, cluster, first, corner, cells, start, listed, edge[listed], origin)


def no_obstacles() -> Obstacles:
    """Nothing stands anywhere."""
    return make_obstacles(np.empty((0, 6)), np.empty(0, np.int64), np.empty(0, np.int64))


def _grid(edge: Floats) -> tuple[Floats, tuple[int, int]]:
    """Corner and size of cells that hold about an edge each, and how many rows and columns of them."""
    if not len(edge):
        return np.array([0.0, 0.0, 1.0]), (1, 1)
    x, y = edge[:, [0, 3]], edge[:, [1, 4]]
    west, south = x.min() - 2 * PAD_M, y.min() - 2 * PAD_M
    width, height = x.max() - west + 2 * PAD_M, y.max() - south + 2 * PAD_M
    mean = np.hypot(edge[:, 3] - edge[:, 0], edge[:, 4] - edge[:, 1]).mean()
    size = max(np.sqrt(width * height / len(edge)), 0.5 * mean, np.sqrt(width * height / MOST_CELLS), 0.1)
    return np.array([west, south, size]), (int(height / size) + 1, int(width / size) + 1)


@kernel
def list_edges(edge: Floats, origin: Floats, columns: int, at: Ints, listed: Ints, tops: Floats) -> None:
    """Count the edges of each cell in `at` (with an empty `listed`), or write them at those places; raise the cells' tops."""
    x0, y0, size = origin
    pad = PAD_M / size
    for e in range(len(edge)):
        ca, ra = (edge[e, 0] - x0) / size, (edge[e, 1] - y0) / size
        cb, rb = (edge[e, 3] - x0) / size, (edge[e, 4] - y0) / size
        top = max(edge[e, 2], edge[e, 5])
        for row in range(int(min(ra, rb) - pad), int(max(ra, rb) + pad) + 1):
            low, high = min(ca, cb), max(ca, cb)
            if ra != rb:  # the part of the edge in this row of cells
                p = (row - pad - ra) / (rb - ra)
                q = (row + 1 + pad - ra) / (rb - ra)
                p, q = min(max(min(p, q), 0.0), 1.0), min(max(max(p, q), 0.0), 1.0)
                low = min(ca + (cb - ca) * p, ca + (cb - ca) * q)
                high = max(ca + (cb - ca) * p, ca + (cb - ca) * q)
            for column in range(int(low - pad), int(high + pad) + 1):
                cell = row * columns + column
                if len(listed):
                    listed[at[cell]] = e
                at[cell] += 1
                tops[cell] = max(tops[cell], top)


@kernel
def find_clusters(edge: Floats, owner: Ints, kind: Ints, start: Ints, listed: Ints) -> Ints:
    """(O,) the lowest number of an object that each wall or building is joined to, by those that touch."""
    root = np.arange(len(kind))
    for cell in range(len(start) - 1):
        for i in range(start[cell], start[cell + 1]):
            for j in range(i + 1, start[cell + 1]):
                e, f = listed[i], listed[j]
                a, b = owner[e], owner[f]
                if a == b or kind[a] == TERRAIN or kind[b] == TERRAIN:
                    continue
                while root[a] != a:
                    a = root[a]
                while root[b] != b:
                    b = root[b]
                if a != b and touch(edge, e, f):
                    root[max(a, b)] = min(a, b)
    for o in range(len(root)):
        a = root[o]
        while root[a] != a:
            a = root[a]
        root[o] = a
    return root


@lean_inlined
def touch(edge: Floats, e: int, f: int) -> bool:
    """Whether two edges cross or come within a millimetre of each other."""
    ax, ay, bx, by = edge[e, 0], edge[e, 1], edge[e, 3], edge[e, 4]
    cx, cy, dx, dy = edge[f, 0], edge[f, 1], edge[f, 3], edge[f, 4]
    if max(ax, bx) + TOUCH_M < min(cx, dx) or max(cx, dx) + TOUCH_M < min(ax, bx):
        return False
    if max(ay, by) + TOUCH_M < min(cy, dy) or max(cy, dy) + TOUCH_M < min(ay, by):
        return False
    c_side = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    d_side = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax)
    a_side = (dx - cx) * (ay - cy) - (dy - cy) * (ax - cx)
    b_side = (dx - cx) * (by - cy) - (dy - cy) * (bx - cx)
    if (c_side > 0.0) != (d_side > 0.0) and (a_side > 0.0) != (b_side > 0.0):
        return True
    return (
        point_gap(ax, ay, cx, cy, dx, dy) < TOUCH_M
        or point_gap(bx, by, cx, cy, dx, dy) < TOUCH_M
        or point_gap(cx, cy, ax, ay, bx, by) < TOUCH_M
        or point_gap(dx, dy, ax, ay, bx, by) < TOUCH_M
    )


@lean_inlined
def point_gap(x: float, y: float, ax: float, ay: float, bx: float, by: float) -> float:
    """Distance from a point to a line between two ends."""
    ex, ey = bx - ax, by - ay
    square = ex * ex + ey * ey
    share = min(max(((x - ax) * ex + (y - ay) * ey) / square, 0.0), 1.0) if square > 0.0 else 0.0
    return np.sqrt((ax + share * ex - x) ** 2 + (ay + share * ey - y) ** 2)


def _corners(edge: Floats, owner: Ints, kind: Ints) -> Floats:
    """Directions out of the objects at their convex corners, and along a wall at its ends (row e: point a of edge e).

    A wall segment turns at both ends; its second is found by turning its direction, so one row does for both.
    """
    along = edge[:, 3:5] - edge[:, 0:2]
    length = np.hypot(*along.T)
    along = along / np.where(length > 0, length, 1.0)[:, None]
    corner = np.hstack([-along, along])  # of walls, at a
    before = _before(edge, owner)
    building = kind[owner] == BUILDING
    turn = along[before, 0] * along[:, 1] - along[before, 1] * along[:, 0]
    out = along[before] - along
    size = np.hypot(*out.T)
    convex = building & (turn > 1e-12) & (size > 0)
    corner[building] = 0.0
    corner[convex] = np.hstack([out[convex] / size[convex][:, None], -along[before][convex]])
    corner[kind[owner] == TERRAIN] = 0.0
    return corner


def _before(edge: Floats, owner: Ints) -> Ints:
    """The edge that ends where each edge starts, in the same ring; the edge itself where there is none."""
    before = np.arange(len(edge)) - 1
    starts = np.ones(len(edge), bool)
    starts[1:] = (owner[1:] != owner[:-1]) | (edge[1:, :2] != edge[:-1, 3:5]).any(axis=1)
    first = np.flatnonzero(starts)
    last = np.append(first[1:], len(edge)) - 1
    closed = (edge[first, :2] == edge[last, 3:5]).all(axis=1) if len(first) else np.zeros(0, bool)
    before[first] = np.where(closed, last, first)
    return before


class Crossings(NamedTuple):
    """Where a path crosses edges, in no order; room for as many as there are edges, and for the cells on the way."""

    t: Floats
    z: Floats  # the edge's top there
    edge: Ints
    inward: NDArray[np.bool_]  # whether the path goes into the building there
    cell: Ints
    enter: Floats
    leave: Floats


@kernel
def make_crossings(obstacles: Obstacles, legs: int) -> Crossings:
    """Room for the crossings of one path of so many legs."""
    room = legs * len(obstacles.edge) + 1
    cells = 4 * (obstacles.cells.rows[0] + obstacles.cells.columns[0]) + 16
    return Crossings(
        np.empty(room),
        np.empty(room),
        np.empty(room, np.int64),
        np.empty(room, np.bool_),
        np.empty(cells, np.int64),
        np.empty(cells),
        np.empty(cells),
    )


@lean
def find_edges(
    x: float,
    y: float,
    z0: float,
    ux: float,
    uy: float,
    plan: float,
    z1: float,
    sink: float,
    before: float,
    found: int,
    obstacles: Obstacles,
    crossings: Crossings,
) -> int:
    """Add the crossings of one leg whose tops are higher than `sink` below it; returns how many there are now.

    The leg runs from (x, y, z0) along (ux, uy) for `plan` metres to the height z1; `found` crossings are there already, and
    `before` metres are added to its own t. The ends do not count.
    """
    if len(obstacles.edge) == 0:
        return found
    x0, y0, size = obstacles.origin
    visited = march(
        obstacles.cells,
        (x - x0) / size,
        (y - y0) / size,
        (x + ux * plan - x0) / size,
        (y + uy * plan - y0) / size,
        z0,
        z1,
        sink,
        crossings.cell,
        crossings.enter,
        crossings.leave,
    )
    slope = (z1 - z0) / plan
    lines, start = obstacles.line, obstacles.start
    for k in range(visited):
        cell = crossings.cell[k]
        enter = max(crossings.enter[k] * plan, END_M)
        leave = min(crossings.leave[k] * plan, plan - END_M)
        for i in range(start[cell], start[cell + 1]):
            ax, ay = lines[i, 0] - x, lines[i, 1] - y
            bx, by = lines[i, 3] - x, lines[i, 4] - y
            a_side, b_side = ux * ay - uy * ax, ux * by - uy * bx
            if (a_side > 0.0) == (b_side > 0.0):
                continue
            share = a_side / (a_side - b_side)
            t = (ux * ax + uy * ay) * (1.0 - share) + (ux * bx + uy * by) * share
            if not (enter <= t < leave):
                continue
            top = lines[i, 2] + (lines[i, 5] - lines[i, 2]) * share
            if top <= z0 + slope * t - sink:
                continue
            crossings.t[found], crossings.z[found] = before + t, top
            crossings.edge[found] = obstacles.listed[i]
            crossings.inward[found] = a_side > 0.0
            found += 1
    return found
