"""Edges in the plane of a way round, whose height is z0 + slope t."""

from kernels.cache import lean_inlined
from kernels.obstacles import Obstacles
from kernels.outlines import TOUCH_M, point_gap
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


@lean_inlined
def touches_end(plan: float, ta: float, sa: float, tb: float, sb: float) -> bool:
    """Whether source or receiver touches a line, so that it is on neither side of it."""
    if min(sa, sb) > TOUCH_M or max(sa, sb) < -TOUCH_M:
        return False
    return min(point_gap(0.0, 0.0, ta, sa, tb, sb), point_gap(plan, 0.0, ta, sa, tb, sb)) < TOUCH_M


@lean_inlined
def crossing(plan: float, ta: float, sa: float, tb: float, sb: float) -> int:
    """How a step from a to b crosses the line of sight: 1 to its left, -1 to its right, 0 not at all."""
    if (sa > 0.0) == (sb > 0.0):
        return 0
    if not 0.0 < ta + (tb - ta) * (sa / (sa - sb)) < plan:
        return 0
    return 1 if sb > 0.0 else -1
