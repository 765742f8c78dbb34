"""What stands between source and receiver: walls, buildings and terrain edges, found through a grid of cells.

An edge is a straight line in plan with a top. A building is a ring of edges with flat tops, interior on the left; a wall segment
is an object of one edge; a terrain edge is where two slopes of a triangulated ground meet, and screens only over its top.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kernels.cache import kernel, lean
from kernels.hollows import find_hollows
from kernels.outlines import find_clusters, find_corners, find_joints, find_rings, list_touching
from kernels.pyramid import Pyramid, build_pyramid, march

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WALL, BUILDING, TERRAIN = 0, 1, 2
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
    touch_first : (E + 1,) int64
        Edge e touches the edges touching[touch_first[e]] to touching[touch_first[e + 1]] of other walls and buildings.
    touching : (T,) int64
    first : (O + 1,) int64
        Object o has the edges first[o] to first[o + 1].
    after : (E,) int64
        The edge that goes on where an edge of a building ends; in a ring it is the next but at the ring's end.
    ring : (E,) int64
        The first edge of an edge's ring.
    walk : (E,) int64
        The edges in the order of their outlines, which begin at a corner of the hull; within a ring as above.
    beyond : (E,) int64
        Where in `walk` the outline goes on behind the hollow that begins there; less than 0 for a hole, 0 for none.
    hollow : (E, 4) float64
        That hollow's box: least and greatest x, least and greatest y.
    goes_on : (E, 2) bool
        Whether a wall goes straight on beyond an edge's points a and b.
    corner : (E, 4) float64
        At the edge's point a: unit vector out of the object, along which a way round it keeps off, and unit vector back along the
        outline; zeros where no way can turn.
    cells : Pyramid
        Highest top in each cell of the grid.
    roof : (C,) float64
        Lowest top of the buildings whose boxes overlap a cell; inf where there are none.
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
    touch_first: Ints
    touching: Ints
    first: Ints
    after: Ints
    ring: Ints
    walk: Ints
    beyond: Ints
    hollow: Floats
    goes_on: Bools
    corner: Floats
    cells: Pyramid
    roof: Floats
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
        A shape does not fit, a value is not finite, or a ring is not closed.
    """
    edge = np.ascontiguousarray(edges, dtype=np.float64).reshape(-1, 6)
    owners = np.ascontiguousarray(owner, dtype=np.int64)
    kinds = np.ascontiguousarray(kind, dtype=np.int64)
    if not np.isfinite(edge).all():
        raise ValueError("edges must be finite numbers")
    if owners.shape != (len(edge),) or (np.diff(owners, prepend=0, append=len(kinds)) < 0).any():
        raise ValueError("owner must name the object of each edge, in rising order")
    if not np.array_equal(np.unique(owners), np.arange(len(kinds))):
        raise ValueError("every object must have an edge, and every edge an object")
    before, after, ring = find_rings(edge, owners)
    building, terrain = kinds[owners] == BUILDING, kinds[owners] == TERRAIN
    if (before == np.arange(len(edge)))[building].any():
        raise ValueError("edges of a building must be closed rings")
    first = np.searchsorted(owners, np.arange(len(kinds) + 1))
    origin, shape = _grid(edge)
    start = np.zeros(shape[0] * shape[1] + 1, np.int64)
    tops = np.full(shape, -np.inf)
    list_edges(edge, origin, shape[1], start, np.empty(0, np.int64), tops.ravel())
    start = np.concatenate([[0], np.cumsum(start[:-1])])
    listed = np.empty(start[-1], np.int64)
    list_edges(edge, origin, shape[1], start[:-1].copy(), listed, tops.ravel())
    corner = find_corners(edge, building, terrain, before)
    touching = list_touching(edge, owners, kinds != TERRAIN, start, listed)
    cluster = find_clusters(owners, len(kinds), *touching)
    cells = build_pyramid(tops)
    roof = np.full(tops.size, np.inf)
    spread_roofs(edge, first, kinds, origin, shape[1], roof)
    hollows = find_hollows(edge, ring, building, terrain, start, listed, origin, shape[1])
    goes_on = find_joints(edge, kinds[owners] == WALL, *touching)
    outlines = *touching, first, after, ring, *hollows, goes_on, corner
    grid = cells, roof, start, listed, edge[listed], origin
    return Obstacles(edge, owners, kinds, cluster, *outlines, *grid)


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
def spread_roofs(edge: Floats, first: Ints, kind: Ints, origin: Floats, columns: int, roof: Floats) -> None:
    """Lower `roof` (C,) to the top of each building in all cells that its box overlaps."""
    x0, y0, size = origin
    for o in range(len(kind)):
        if kind[o] != BUILDING:
            continue
        low_x, high_x, low_y, high_y = np.inf, -np.inf, np.inf, -np.inf
        for e in range(first[o], first[o + 1]):
            low_x, high_x = min(low_x, edge[e, 0]), max(high_x, edge[e, 0])
            low_y, high_y = min(low_y, edge[e, 1]), max(high_y, edge[e, 1])
        for row in range(int((low_y - y0) / size), int((high_y - y0) / size) + 1):
            for column in range(int((low_x - x0) / size), int((high_x - x0) / size) + 1):
                cell = row * columns + column
                roof[cell] = min(roof[cell], edge[first[o], 2])


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
