"""The way round what stands between source and receiver, in the plane through both that is level across (7.4; TR 17534-3, 5).

Coordinates are t along the line of sight and s across it, towards the side that is asked: the way passes everything in its pool
at greater s. The plane's height is z0 + slope t.
"""

from kernels.band import NO_WAY, Way
from kernels.cache import lean
from kernels.enclosure import walls_in
from kernels.hulls import hull_way, measure_way
from kernels.meeting import join_met
from kernels.obstacles import TERRAIN, Crossings, Obstacles
from kernels.plane import IN_PLANE_M
from kernels.pool import CROSSED, Frame, Pool, clear_pool, turn_frame
from kernels.touching import add_cluster
from kernels.yards import yard_way


@lean
def side_way(
    side: float,
    frame: Frame,
    mirrored: Frame,
    bend: float,
    plan: float,
    z0: float,
    slope: float,
    crossings: Crossings,
    count: int,
    obstacles: Obstacles,
    pool: Pool,
) -> Way:
    """The way round on one side (1 left, -1 right) of the walls and buildings among the first `count` crossings.

    Crossings before `bend` metres lie on a reflected path's first leg, which `mirrored` unfolds. What the way meets joins the
    pool with all that hangs together with it; on a reflected path, whose way is no true line on the map, nothing joins but what
    the way meets and what touches the pool.
    """
    bent = bend > 0.0
    clear_pool(pool, frame, plan, bent)
    turned, turned_mirror = turn_frame(frame, side), turn_frame(mirrored, side)
    for k in range(count):
        e = crossings.edge[k]
        o = obstacles.owner[e]
        if obstacles.kind[o] == TERRAIN or crossings.z[k] < z0 + slope * crossings.t[k] - IN_PLANE_M:
            continue
        pool.order[pool.counts[CROSSED]] = k
        pool.counts[CROSSED] += 1
        leg = 1 if crossings.t[k] < bend else 0
        if pool.member[leg, e] < pool.turn[0]:
            pool.cluster[leg, obstacles.cluster[o]] = pool.turn[0]
            add_cluster(e, leg, bent, turned_mirror if leg == 1 else turned, z0, slope, obstacles, pool)
    while True:
        corners = hull_way(plan, pool)
        if corners < 0 and (bent or not walls_in(plan, turned, z0, slope, obstacles, pool)):
            corners = yard_way(plan, slope, bend, crossings, pool)
        if corners < 0:
            return NO_WAY
        met = False
        for leg in range(2 if bent else 1):
            here, there = (turned_mirror, turned) if leg == 1 else (turned, turned_mirror)
            if join_met(corners, plan, here, there, leg, bent, z0, slope, obstacles, pool):
                met = True
        if not met:
            return measure_way(corners, plan, slope, pool)
