"""Sections of walls and buildings: as far as they reach through the plane of a way round, whose height is z0 + slope t."""

import numpy as np

from kernels.cache import lean, lean_inlined
from kernels.obstacles import WALL, Obstacles
from kernels.plane import IN_PLANE_M, ends, outwards
from kernels.pool import (
    FIRST_LINE,
    LEG,
    LINES,
    OBJECT,
    SECTIONS,
    Frame,
    Pool,
    add_corner,
    add_line,
)
from kernels.roofs import add_roof


@lean_inlined
def add_section(
    e: int, leg: int, frame: Frame, z0: float, slope: float, obstacles: Obstacles, pool: Pool
) -> None:
    """Add the section that edge e of a leg is in: of a wall's segment or a roof, or of one of a roof's parts."""
    o = obstacles.owner[e]
    n, section = pool.counts[SECTIONS], pool.section
    pool.root[n] = n
    section[n, OBJECT], section[n, LEG] = o, leg
    section[n, FIRST_LINE] = pool.counts[LINES]
    pool.counts[SECTIONS] = n + 1
    if obstacles.kind[o] == WALL:
        pool.member[leg, e] = pool.turn[0] + n
        add_wall(e, frame, z0, slope, obstacles, pool)
    elif not add_roof(o, leg, frame, z0, slope, obstacles, pool):
        add_cut_roof(e, leg, frame, z0, slope, obstacles, pool)


@lean_inlined
def add_wall(e: int, frame: Frame, z0: float, slope: float, obstacles: Obstacles, pool: Pool) -> None:
    """Add a wall's segment as far as its top is above the plane."""
    ta, sa, tb, sb = ends(e, frame, obstacles)
    over_a, over_b = obstacles.edge[e, 2] - z0 - slope * ta, obstacles.edge[e, 5] - z0 - slope * tb
    in_a, in_b = over_a > -IN_PLANE_M, over_b > -IN_PLANE_M
    if not in_a and not in_b:
        return
    dt, ds, _, _ = outwards(e, frame, obstacles)
    if not in_a or not in_b:  # the way turns where the plane leaves the wall's top
        over_a, over_b = max(over_a, 0.0) if in_a else over_a, max(over_b, 0.0) if in_b else over_b
        share = over_a / (over_a - over_b)
        tc, sc = ta + (tb - ta) * share, sa + (sb - sa) * share
        sign = -1.0 if in_a else 1.0
        add_end(pool, tc, sc, sign * dt, sign * ds)
        ta, sa, tb, sb = (ta, sa, tc, sc) if in_a else (tc, sc, tb, sb)
    add_line(pool, ta, sa, tb, sb)
    add_line(pool, tb, sb, ta, sa)
    all_joins = pool.ends[0] == pool.ends[0]  # on a straight path, also what the wall goes on with
    if in_a and not (all_joins and obstacles.goes_on[e, 0]):
        add_end(pool, ta, sa, dt, ds)
    if in_b and not (all_joins and obstacles.goes_on[e, 1]):
        add_end(pool, tb, sb, -dt, -ds)


@lean_inlined
def add_end(pool: Pool, t: float, s: float, dt: float, ds: float) -> None:
    """Add the end of a wall that goes on to (dt, ds): tried a little beyond it on either side, as round a thin rectangle."""
    add_corner(pool, t, s, 0.7 * (dt - ds), 0.7 * (ds + dt), -dt, -ds, -dt, -ds)
    add_corner(pool, t, s, 0.7 * (dt + ds), 0.7 * (ds - dt), -dt, -ds, -dt, -ds)


@lean
def add_cut_roof(
    e: int, leg: int, frame: Frame, z0: float, slope: float, obstacles: Obstacles, pool: Pool
) -> None:
    """Add that part of a roof cut by the plane which edge e bounds: its outline, its cuts, and the holes in it."""
    o = obstacles.owner[e]
    member, stamp = pool.member, pool.turn[0] + pool.counts[SECTIONS] - 1
    room = obstacles.edge[e, 2] - z0
    at_cut = room / slope
    cuts = find_cuts(o, frame, room, slope, obstacles, pool)
    begin, now = pool.counts[LINES], edge_of_rim(e, frame, room, slope, obstacles)
    while member[leg, now] < pool.turn[0]:
        member[leg, now] = stamp
        if add_outline(now, frame, room, slope, obstacles, pool):
            now = obstacles.after[now]
            continue
        k = 0
        while k < cuts and pool.cut_edge[k] != now:
            k += 1
        if k == cuts:  # it only touches the plane, by rounding
            break
        other = k ^ 1  # between the first and the second cut, the third and the fourth is roof
        leaves, enters, along = pool.cut[k], pool.cut[other], 1.0 if other > k else -1.0
        add_line(pool, at_cut, leaves, at_cut, enters)
        dt, ds = direction(now, frame, obstacles)
        add_turn(pool, at_cut, leaves, dt, ds, 0.0, along)
        now = pool.cut_edge[other]
        dt, ds = direction(now, frame, obstacles)
        add_turn(pool, at_cut, enters, 0.0, along, dt, ds)
    stop, ring = pool.counts[LINES], obstacles.first[o]
    while ring < obstacles.first[o + 1]:
        end, whole = end_of_ring(ring, frame, room, slope, obstacles)
        if (
            whole
            and member[leg, ring] < pool.turn[0]
            and lies_within(ring, frame, begin, stop, obstacles, pool)
        ):
            for i in range(ring, end):
                member[leg, i] = stamp
                add_outline(i, frame, room, slope, obstacles, pool)
        ring = end
    member[leg, e] = stamp


@lean_inlined
def direction(e: int, frame: Frame, obstacles: Obstacles) -> tuple[float, float]:
    """Unit direction of an edge."""
    ta, sa, tb, sb = ends(e, frame, obstacles)
    length = np.sqrt((tb - ta) ** 2 + (sb - sa) ** 2)
    return (tb - ta) / length, (sb - sa) / length


@lean_inlined
def add_turn(pool: Pool, t: float, s: float, bt: float, bs: float, nt: float, ns: float) -> None:
    """Add a convex corner between an outline that comes in the direction (bt, bs) and goes on in (nt, ns)."""
    size = np.sqrt((bt - nt) ** 2 + (bs - ns) ** 2)
    if size > 0.0:
        add_corner(pool, t, s, (bt - nt) / size, (bs - ns) / size, -bt, -bs, nt, ns)


@lean_inlined
def find_cuts(o: int, frame: Frame, room: float, slope: float, obstacles: Obstacles, pool: Pool) -> int:
    """Where the plane leaves a roof that is `room` above z0, sorted, into pool.cut; returns how many such places there are."""
    cut, cut_edge, cuts = pool.cut, pool.cut_edge, 0
    for e in range(obstacles.first[o], obstacles.first[o + 1]):
        ta, sa, tb, sb = ends(e, frame, obstacles)
        over_a, over_b = room - slope * ta, room - slope * tb
        if (over_a > -IN_PLANE_M) == (over_b > -IN_PLANE_M):
            continue
        s, k = cut_at(over_a, over_b, sa, sb), cuts
        while k > 0 and cut[k - 1] > s:
            cut[k], cut_edge[k] = cut[k - 1], cut_edge[k - 1]
            k -= 1
        cut[k], cut_edge[k] = s, e
        cuts += 1
    return cuts


@lean_inlined
def cut_at(over_a: float, over_b: float, a: float, b: float) -> float:
    """Where between a and b the height over the plane is zero; on that side which counts as above it, it is not less."""
    over_a = max(over_a, 0.0) if over_a > -IN_PLANE_M else over_a
    over_b = max(over_b, 0.0) if over_b > -IN_PLANE_M else over_b
    return a + (b - a) * (over_a / (over_a - over_b))


@lean_inlined
def add_outline(e: int, frame: Frame, room: float, slope: float, obstacles: Obstacles, pool: Pool) -> bool:
    """Add an edge as far as it is above the plane; returns whether the outline goes on above the plane beyond it."""
    ta, sa, tb, sb = ends(e, frame, obstacles)
    over_a, over_b = room - slope * ta, room - slope * tb
    in_a, in_b = over_a > -IN_PLANE_M, over_b > -IN_PLANE_M
    if not in_a and not in_b:
        return False
    if in_a:
        dt, ds, bt, bs = outwards(e, frame, obstacles)
        if dt != 0.0 or ds != 0.0:
            add_corner(pool, ta, sa, dt, ds, bt, bs, tb - ta, sb - sa)
    if in_a != in_b:
        tc, sc = cut_at(over_a, over_b, ta, tb), cut_at(over_a, over_b, sa, sb)
        ta, sa, tb, sb = (ta, sa, tc, sc) if in_a else (tc, sc, tb, sb)
    add_line(pool, ta, sa, tb, sb)
    return in_b


@lean_inlined
def end_of_ring(e: int, frame: Frame, room: float, slope: float, obstacles: Obstacles) -> tuple[int, bool]:
    """The edge behind the ring that begins with edge e, and whether the ring lies above the plane as a whole."""
    whole = True
    while True:
        ta, _, _, _ = ends(e, frame, obstacles)
        whole = whole and room - slope * ta > -IN_PLANE_M
        if obstacles.after[e] <= e:
            return e + 1, whole
        e += 1


@lean_inlined
def edge_of_rim(e: int, frame: Frame, room: float, slope: float, obstacles: Obstacles) -> int:
    """Edge e, or if it is of a hole above the plane as a whole, an edge of the outline round the part that the hole is in."""
    o = obstacles.owner[e]
    t, s, _, _ = ends(e, frame, obstacles)
    ring, best, nearest, is_hole = obstacles.first[o], e, 0.0, False
    while ring < obstacles.first[o + 1]:
        end, whole = end_of_ring(ring, frame, room, slope, obstacles)
        is_hole = is_hole or (whole and ring <= e < end)
        for i in range(ring, end if not whole else ring):
            above = rise_to(
                i, t, s, frame, obstacles
            )  # the next outline above bounds the same part, or another hole in it
            if above > 0.0 and (best == e or above < nearest):
                best, nearest = i, above
        ring = end
    return best if is_hole else e


@lean_inlined
def rise_to(e: int, t: float, s: float, frame: Frame, obstacles: Obstacles) -> float:
    """How far edge e is from (t, s) towards greater s; negative where it is not there."""
    ta, sa, tb, sb = ends(e, frame, obstacles)
    if (ta > t) == (tb > t):
        return -1.0
    return sa + (sb - sa) * ((t - ta) / (tb - ta)) - s


@lean_inlined
def lies_within(e: int, frame: Frame, begin: int, stop: int, obstacles: Obstacles, pool: Pool) -> bool:
    """Whether the first point of an edge lies within the outline of lines begin to stop."""
    t, s, _, _ = ends(e, frame, obstacles)
    within = False
    for k in range(begin, stop):
        ta, sa, tb, sb = pool.line[k, 0], pool.line[k, 1], pool.line[k, 2], pool.line[k, 3]
        if (ta > t) != (tb > t) and sa + (sb - sa) * ((t - ta) / (tb - ta)) > s:
            within = not within
    return within
