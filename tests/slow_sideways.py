"""The ways round the left and the right in the tilted plane (ISO/TR 17534-3:2015), with shapely: slow on purpose.

The plane holds source and receiver and is horizontal across; shapes in it are given by their plan, (t, s) of the path.
"""

import itertools
import math

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, box
from slow_screens import Bend, windows
from slow_taut import taut_way

MEETS = 1e-6  # metres; a way that comes this close touches
ON_MIRROR = 1e-5  # metres; what is this close to the line of a surface that reflects is part of it
GAP = 1e-3  # metres; what is nearer than this hangs together
FAR = 1e5
FLAT = 1e-9  # a plane that rises less than this is level, and touches tops that are this close


def round_the_sides(track, everything, top):
    """The shortest way round the left and round the right of what the path crosses; None where there is none.

    What hangs together in the plane is gone round as one. On a reflected path the way takes in single pieces, and only such as
    hang together on the map with something that the leg crosses.
    """
    shapes = in_the_plane(track, everything, top.lowered)
    crossed = crossed_by(track, shapes)
    if len(track.legs) > 1:
        near = clusters(everything)
        together = {(shapes[n][0], near[shapes[n][1]]) for n in crossed}
        kept = [n for n, (leg, number, _) in enumerate(shapes) if (leg, near[number]) in together]
        shapes, crossed = [shapes[n] for n in kept], {kept.index(n) for n in crossed}
    pieces = [shape for *_, shape in shapes]
    rims = [off_the_mirror(track, shape) for shape in pieces] if len(track.legs) > 1 else pieces
    hands = [
        (pieces, rims),
        [[shapely.transform(p, lambda xy: xy * [1, -1]) for p in side] for side in (pieces, rims)],
    ]
    together = [{n} for n in range(len(shapes))] if len(track.legs) > 1 else hanging_together(pieces)
    ways = [left_way(track, *hand, together, crossed) for hand in hands]
    return [None if way is None else bend(track, way) for way in ways]


def hanging_together(pieces):
    """For each piece the numbers of all that it hangs together with, itself among them."""
    found = [
        {n, *np.flatnonzero(shapely.dwithin(pieces, piece, GAP)).tolist()} for n, piece in enumerate(pieces)
    ]
    for near in found:
        grown = set()
        while grown != near:
            grown = set(near)
            near |= {m for n in grown for m in found[n]}
    return found


def off_the_mirror(track, shape):
    """The edges of a shape that may join the ways of a reflected path.

    Left out are those on the line at which it is reflected, and those that the plane cuts into a roof: of the building that
    reflects they lie behind the mirror.
    """
    to_plan = windows(track)[0][2]
    (t0, s0), (t1, s1) = map(to_plan, track.legs[0].mirror)
    length = math.dist((t0, s0), (t1, s1))

    def away(point):
        return abs((t1 - t0) * (point[1] - s0) - (s1 - s0) * (point[0] - t0)) / length

    lines = [shape] if isinstance(shape, LineString) else [shape.exterior, *shape.interiors]
    edges = [edge for line in lines for edge in itertools.pairwise(line.coords)]
    cut = isinstance(shape, Polygon) and abs(track.zr - track.zs) >= FLAT
    return shapely.MultiLineString(
        [
            (a, b)
            for a, b in edges
            if max(away(a), away(b)) > ON_MIRROR and not (cut and abs(a[0] - b[0]) < FLAT)
        ]
    )


def stands_over(track, everything, lowered):
    """Whether source or receiver stands over something that reaches above the lowered plane."""
    ends = {0: Point(0, 0), len(track.legs) - 1: Point(track.dp, 0)}
    if len(track.legs) == 1:
        ends = {0: shapely.MultiPoint([(0, 0), (track.dp, 0)])}
    shapes = in_the_plane(track, everything, lowered)
    return any(leg in ends and shape.intersects(ends[leg]) for leg, _, shape in shapes)


def clusters(everything):
    """The number of the first body with which each one hangs together, by gaps of up to a millimetre in plan."""
    plans = [
        Polygon(body.rings[0], body.rings[1:]) if body.kind == "building" else LineString(body.rings[0])
        for body in everything
    ]
    first = list(range(len(plans)))
    for n, plan in enumerate(plans):
        for other in np.flatnonzero(shapely.dwithin(plans[:n], plan, GAP)) if n else []:
            first = [min(first[n], first[other]) if of in (first[n], first[other]) else of for of in first]
    return first


def in_the_plane(track, everything, lowered):
    """What reaches above the plane, as (leg, number of the body, shape): parts of buildings, single segments of walls."""
    found = []
    for leg, (_, _, to_plan) in enumerate(windows(track)):
        for number, body in enumerate(everything):
            if body.kind == "wall" and track.bounce and track.bounce[0] == number:
                continue  # what reflects does not screen
            rings = [[to_plan(point) for point in ring] for ring in body.rings]
            cut = cut_building if body.kind == "building" else cut_wall
            found += [(leg, number, shape) for shape in cut(track, rings, body.tops, lowered)]
    return found


def cut_building(track, rings, tops, lowered):
    """The parts of a footprint where the plane is below the roof."""
    whole = Polygon(rings[0], rings[1:])
    rise, room = track.slope, tops[0] - track.zs + lowered
    if abs(track.zr - track.zs) < FLAT:
        return [whole] if room > -FLAT else []
    low, _, high, _ = whole.bounds
    if max(rise * low, rise * high) < room:
        return [whole]
    if min(rise * low, rise * high) >= room:
        return []
    below = box(-FAR, -FAR, room / rise, FAR) if rise > 0 else box(room / rise, -FAR, FAR, FAR)
    part = whole.intersection(below)
    return [
        piece for piece in getattr(part, "geoms", [part]) if isinstance(piece, Polygon) and piece.area > 0
    ]


def cut_wall(track, rings, tops, lowered):
    """The part of a wall's segment whose top is above the plane."""
    ends = rings[0]
    above = [top - track.sight(t) + lowered for (t, _), top in zip(ends, tops, strict=True)]
    if max(map(abs, above)) < FLAT or min(above) >= 0:
        return [LineString(ends)]
    if max(above) <= 0:
        return []
    share = above[0] / (above[0] - above[1])
    middle = [a + share * (b - a) for a, b in zip(*ends, strict=True)]
    return [LineString([ends[0], middle] if above[0] > 0 else [middle, ends[1]])]


def crossed_by(track, shapes):
    """Numbers of the shapes that a leg crosses or touches; what touches it only where it is reflected does not count."""
    found = set()
    for leg, (first, last, _) in enumerate(windows(track)):
        short = 1e-3 if len(track.legs) > 1 else 0.0
        line = LineString([(first + (short if leg else 0), 0), (last - (0 if leg else short), 0)])
        found |= {n for n, (of, _, shape) in enumerate(shapes) if of == leg and shape.distance(line) <= MEETS}
    return found


def left_way(track, pieces, rims, together, crossed):
    """Shortest way that has all it meets on its right: corners from source to receiver, None where there is no way.

    `rims` are what a way can meet of the pieces, `together` what joins with each.
    """
    pool = {m for n in crossed for m in together[n]}
    while True:
        way = round_pool([(pieces[n], n in crossed) for n in sorted(pool)], track.dp, track.slope)
        if way is None:
            return way
        near = shapely.dwithin(rims, LineString(way), MEETS) if rims else []
        met = {n for n, close in enumerate(near) if close} - pool
        if not met:
            return way
        pool |= {m for n in met for m in together[n]}


def round_pool(pool, dp, slope):
    """Shortest way from (0, 0) to (dp, 0) outside the pool with all of it on the right.

    The pool has each piece with whether the path crosses it: what it does not cross may be on the left of a way out of a yard.
    """
    ends = [(0.0, 0.0), (dp, 0.0)]
    if not pool:
        return ends
    corners = {tuple(point) for piece, _ in pool for point in shapely.get_coordinates(piece).tolist()}
    hull = shapely.MultiPoint(list(corners)).convex_hull
    if any(shapely.contains_properly(hull, Point(end)) for end in ends):
        way = taut_way(pool, dp, slope)
        return way and turns(way)
    ring = convex_ring(corners | set(ends))
    first = ring.index(ends[1])
    ring = ring[first:] + ring[:first]
    return turns(ring[: ring.index(ends[0]) + 1][::-1])


def convex_ring(points):
    """Corners of the convex hull, counter-clockwise."""
    halves = []
    for order in (sorted(points), sorted(points, reverse=True)):
        half = []
        for point in order:
            while len(half) > 1 and _turn(half[-2], half[-1], point) <= 0:
                half.pop()
            half.append(point)
        halves += half[:-1]
    return halves


def turns(way):
    """The way without corners at which it does not turn, or by less than a billionth."""
    kept = way[:1]
    for here, after in zip(way[1:], [*way[2:], None], strict=True):
        if math.dist(kept[-1], here) <= FLAT and after is not None:
            continue
        reach = math.dist(kept[-1], here) * math.dist(here, after) if after else 0
        if after is None or abs(_turn(kept[-1], here, after)) > 1e-9 * reach:
            kept.append(here)
    return kept


def _turn(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def bend(track, way):
    """Detour of a way in the tilted plane."""
    steps = [
        math.hypot(t1 - t0, s1 - s0, track.slope * (t1 - t0))
        for (t0, s0), (t1, s1) in itertools.pairwise(way)
    ]
    between = sum(steps[1:-1])
    return Bend(max(0.0, sum(steps) - track.d), steps[0], steps[-1], between, max(abs(s) for _, s in way))
