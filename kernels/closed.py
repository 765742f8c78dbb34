"""Closed yards: where source or receiver is in one, and not the other, there is no way round."""

from kernels.cache import lean, lean_inlined
from kernels.obstacles import BUILDING, Crossings, Obstacles
from kernels.plane import IN_PLANE_M, crossing, ends, touches_end
from kernels.pool import Frame, Pool


@lean
def shuts_in(
    plan: float,
    z0: float,
    slope: float,
    frame: Frame,
    crossings: Crossings,
    count: int,
    obstacles: Obstacles,
    pool: Pool,
) -> bool:
    """Whether the outline of a roof or of a hole in one, above the plane all round, is closed between source and receiver.

    The line of sight crosses such an outline an odd number of times: only those are looked at. An end that touches it counts as
    on either side.
    """
    odd, ring = pool.odd, obstacles.ring
    for k in range(count):
        r = ring[crossings.edge[k]]
        odd[r] = not odd[r] and obstacles.kind[obstacles.owner[r]] == BUILDING
    shut = False
    for k in range(count):
        r = ring[crossings.edge[k]]
        if odd[r]:
            odd[r] = False
            shut = shut or lies_between(r, plan, z0, slope, frame, obstacles)
    return shut


@lean_inlined
def lies_between(r: int, plan: float, z0: float, slope: float, frame: Frame, obstacles: Obstacles) -> bool:
    """Whether a ring is above the plane all round and holds one end of the line of sight, but not the other."""
    apart, e, room = False, r, obstacles.edge[r, 2] - z0
    while e < len(obstacles.ring) and obstacles.ring[e] == r:
        ta, sa, tb, sb = ends(e, frame, obstacles)
        if room - slope * ta <= -IN_PLANE_M:
            return False
        if touches_end(plan, ta, sa, tb, sb):
            return False
        if crossing(plan, ta, sa, tb, sb) != 0:
            apart = not apart
        e += 1
    return apart
