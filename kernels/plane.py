"""Edges in the plane of a way round, whose height is z0 + slope t."""

from kernels.cache import lean_inlined
from kernels.obstacles import Obstacles
from kernels.pool import Frame

IN_PLANE_M = 1e-9  # what is less below the plane reaches through it


@lean_inlined
def ends(e: int, frame: Frame, obstacles: Obstacles) -> tuple[float, float, float, float]:
    """Both ends of an edge: ta, sa, tb, sb."""
    x, y, t, tx, ty, sx, sy = frame
    ax, ay, bx, by = obstacles.edge[e, 0], obstacles.edge[e, 1], obstacles.edge[e, 3], obstacles.edge[e, 4]
    ax, ay, bx, by = ax - x, ay - y, bx - x, by - y
    return t + tx * ax + ty * ay, sx * ax + sy * ay, t + tx * bx + ty * by, sx * bx + sy * by


@lean_inlined
def outwards(e: int, frame: Frame, obstacles: Obstacles) -> tuple[float, float, float, float]:
    """The directions out of the object at an edge's point a, and back along the outline: dt, ds, bt, bs."""
    (_, _, _, tx, ty, sx, sy), corner = frame, obstacles.corner
    return (
        tx * corner[e, 0] + ty * corner[e, 1],
        sx * corner[e, 0] + sy * corner[e, 1],
        tx * corner[e, 2] + ty * corner[e, 3],
        sx * corner[e, 2] + sy * corner[e, 3],
    )
