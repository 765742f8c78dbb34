"""Edges in the plane of a way round, whose height is z0 + slope t."""

from kernels.cache import lean_inlined
from kernels.obstacles import Obstacles
from kernels.pool import Frame

IN_PLANE_M = 1e-9  # what is less below the plane reaches through it


@lean_inlined
def ends(e: int, frame: Frame, obstacles: Obstacles) -> tuple[float, float, float, float]:
    """Both ends of an edge: ta, sa, tb, sb."""
    f0, f1, f2, f3, f4, f5 = frame
    ax, ay, bx, by = obstacles.edge[e, 0], obstacles.edge[e, 1], obstacles.edge[e, 3], obstacles.edge[e, 4]
    return f0 + f1 * ax + f2 * ay, f3 + f4 * ax + f5 * ay, f0 + f1 * bx + f2 * by, f3 + f4 * bx + f5 * by


@lean_inlined
def outwards(e: int, frame: Frame, obstacles: Obstacles) -> tuple[float, float, float, float]:
    """The directions out of the object at an edge's point a, and back along the outline: dt, ds, bt, bs."""
    (_, f1, f2, _, f4, f5), corner = frame, obstacles.corner
    return (
        f1 * corner[e, 0] + f2 * corner[e, 1],
        f4 * corner[e, 0] + f5 * corner[e, 1],
        f1 * corner[e, 2] + f2 * corner[e, 3],
        f4 * corner[e, 2] + f5 * corner[e, 3],
    )
