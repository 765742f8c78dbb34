"""Yards that touching buildings and walls close: where source or receiver is in one, and not the other, there is no way round.

A closed line that crosses the line of sight more often one way than back has one of its ends inside. Such lines are looked for
along the outlines of a pool and from one outline to the next where they touch: a forest of outlines, each with how often the line
of sight is crossed on the way to it, finds one as soon as two ways to the same outline differ.
"""

from kernels.cache import lean, lean_inlined
from kernels.obstacles import WALL, Obstacles
from kernels.outlines import point_gap
from kernels.plane import IN_PLANE_M, crossing, ends, touches_end
from kernels.pool import OBJECT, SECTIONS, Frame, Pool


@lean
def walls_in(plan: float, frame: Frame, z0: float, slope: float, obstacles: Obstacles, pool: Pool) -> bool:
    """Whether outlines of a straight path's pool, above the plane as a whole, close it in at one end and not at the other."""
    for p in range(pool.counts[SECTIONS]):
        if follow_outlines(pool.section[p, OBJECT], plan, frame, z0, slope, obstacles, pool):
            return True
    for p in range(pool.counts[SECTIONS]):
        o = pool.section[p, OBJECT]
        for e in range(obstacles.first[o], obstacles.first[o + 1]):
            if pool.outline[obstacles.ring[e]] < 0:
                continue
            for i in range(obstacles.touch_first[e], obstacles.touch_first[e + 1]):
                f = obstacles.touching[i]
                if f < e or pool.member[0, f] < pool.turn[0] or pool.outline[obstacles.ring[f]] < 0:
                    continue
                if join_outlines(e, f, plan, frame, obstacles, pool):
                    return True
    return False


@lean_inlined
def follow_outlines(
    o: int, plan: float, frame: Frame, z0: float, slope: float, obstacles: Obstacles, pool: Pool
) -> bool:
    """Count the crossings up to each edge of an object's outlines; whether one of these closes one end in by itself.

    Outlines that the plane cuts, or that one end touches, are marked as none.
    """
    outline, crossed = pool.outline, pool.crossed
    begin, count, whole = obstacles.first[o], 0, True
    for e in range(obstacles.first[o], obstacles.first[o + 1]):
        if obstacles.ring[e] == e:
            begin, count, whole = e, 0, True
            outline[e], pool.offset[e] = e, 0
        ta, sa, tb, sb = ends(e, frame, obstacles)
        over_a, over_b = obstacles.edge[e, 2] - z0 - slope * ta, obstacles.edge[e, 5] - z0 - slope * tb
        whole = whole and min(over_a, over_b) > -IN_PLANE_M and not touches_end(plan, ta, sa, tb, sb)
        crossed[e] = count
        count += crossing(plan, ta, sa, tb, sb)
        if not whole:
            outline[begin] = -1
        elif count != 0 and obstacles.after[e] == begin and obstacles.kind[o] != WALL:
            return True
    return False


@lean_inlined
def join_outlines(e: int, f: int, plan: float, frame: Frame, obstacles: Obstacles, pool: Pool) -> bool:
    """Go from edge e to edge f, which touches it; whether that closes a line round one end."""
    ta, sa, tb, sb = ends(e, frame, obstacles)
    tc, sc, td, sd = ends(f, frame, obstacles)
    share, other = where_they_touch(ta, sa, tb, sb, tc, sc, td, sd)
    te, se, tf, sf = (
        ta + (tb - ta) * share,
        sa + (sb - sa) * share,
        tc + (td - tc) * other,
        sc + (sd - sc) * other,
    )
    step = pool.crossed[e] + crossing(plan, ta, sa, te, se) + crossing(plan, te, se, tf, sf)
    step -= pool.crossed[f] + crossing(plan, tc, sc, tf, sf)
    one, two = obstacles.ring[e], obstacles.ring[f]
    while pool.outline[one] != one:
        step += pool.offset[one]
        one = pool.outline[one]
    while pool.outline[two] != two:
        step -= pool.offset[two]
        two = pool.outline[two]
    if one == two:
        return step != 0
    pool.outline[two], pool.offset[two] = one, step
    return False


@lean_inlined
def where_they_touch(
    ta: float, sa: float, tb: float, sb: float, tc: float, sc: float, td: float, sd: float
) -> tuple[float, float]:
    """Shares of the lines a to b and c to d at which they cross or, if they do not, come nearest to each other."""
    c_side, d_side = (
        (tb - ta) * (sc - sa) - (sb - sa) * (tc - ta),
        (tb - ta) * (sd - sa) - (sb - sa) * (td - ta),
    )
    a_side, b_side = (
        (td - tc) * (sa - sc) - (sd - sc) * (ta - tc),
        (td - tc) * (sb - sc) - (sd - sc) * (tb - tc),
    )
    if (c_side > 0.0) != (d_side > 0.0) and (a_side > 0.0) != (b_side > 0.0):
        return a_side / (a_side - b_side), c_side / (c_side - d_side)
    gap_a, gap_b = point_gap(ta, sa, tc, sc, td, sd), point_gap(tb, sb, tc, sc, td, sd)
    gap_c, gap_d = point_gap(tc, sc, ta, sa, tb, sb), point_gap(td, sd, ta, sa, tb, sb)
    least = min(min(gap_a, gap_b), min(gap_c, gap_d))
    if gap_a == least:
        return 0.0, foot(ta, sa, tc, sc, td, sd)
    if gap_b == least:
        return 1.0, foot(tb, sb, tc, sc, td, sd)
    if gap_c == least:
        return foot(tc, sc, ta, sa, tb, sb), 0.0
    return foot(td, sd, ta, sa, tb, sb), 1.0


@lean_inlined
def foot(t: float, s: float, ta: float, sa: float, tb: float, sb: float) -> float:
    """Share of the line a to b that is nearest to a point."""
    dt, ds = tb - ta, sb - sa
    square = dt * dt + ds * ds
    return min(max(((t - ta) * dt + (s - sa) * ds) / square, 0.0), 1.0) if square > 0.0 else 0.0
