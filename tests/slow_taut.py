"""The shortest way out of a yard and round everything: Dijkstra's search over the corners, with the sides on which it passes.

Obstacles are swollen by half a millimetre, so that gaps of a millimetre are closed; lengths are taken between the true corners.
"""

import heapq
import itertools
import math

import shapely
from shapely import LineString, Point
from shapely.ops import nearest_points

SWELL = 5e-4


def taut_way(pool, dp, slope):
    """Shortest way from (0, 0) to (dp, 0) outside the pool with all that is crossed on the right, None where there is none.

    The pool has each piece with whether the path crosses it.
    """
    ends = ((0.0, 0.0), (dp, 0.0))
    crossed = [piece for piece, crosses in pool if crosses]
    pool = [piece for piece, _ in pool]
    solid = shapely.union_all([_swollen(shape, SWELL) for shape in pool])
    if any(solid.contains(Point(end)) for end in ends):
        return None
    nodes = [(end, end) for end in ends] + _corners(pool)
    clusters = _clusters(pool, solid)
    marks = [mark for cluster in clusters if (mark := _mark(cluster, crossed, dp))]
    solid = shapely.union_all([solid, *_gaps(clusters, crossed, dp)])
    goal = (1, (0,) * len(marks))
    shapely.prepare(solid)
    seen = {}

    def step(i, j):
        """What a step changes in the passings, None where it is blocked."""
        if (i, j) not in seen:
            a, b = nodes[i][0], nodes[j][0]
            free = a != b and not solid.intersects(LineString([a, b]))
            seen[i, j] = [_passes(a, b, mark) for mark in marks] if free else None
        return seen[i, j]

    def length(i, j):
        (t0, s0), (t1, s1) = nodes[i][1], nodes[j][1]
        return math.hypot(t1 - t0, s1 - s0, slope * (t1 - t0))

    start = (0, (0,) * len(marks))
    queue, done = [(length(0, 1), 0.0, start, None)], {}
    while queue:
        _, sofar, state, came = heapq.heappop(queue)
        if state in done:
            continue
        done[state] = came
        if state == goal:
            return _corners_back(done, state, nodes)
        here, passed = state
        for there in range(len(nodes)):
            change = step(here, there)
            if change is None:
                continue
            now = tuple(p + c for p, c in zip(passed, change, strict=True))
            if max(map(abs, now)) > 1 or (there, now) in done:
                continue
            gone = sofar + length(here, there)
            heapq.heappush(queue, (gone + length(there, 1), gone, (there, now), state))
    return None


def _swollen(shape, by):
    return shape.buffer(by, cap_style="square", join_style="mitre")


def _corners(pool):
    """Corners of the pool a little outside of it, each with the true corner that it stands for."""
    true = shapely.get_coordinates(pool).tolist()
    tree = shapely.STRtree(shapely.points(true))
    rim = shapely.union_all([_swollen(shape, 1.2 * SWELL) for shape in pool])
    found = []
    for point in shapely.get_coordinates(rim).tolist():
        nearest = true[tree.nearest(Point(point))]
        if math.dist(point, nearest) < 8 * SWELL and (tuple(point), tuple(nearest)) not in found:
            found.append((tuple(point), tuple(nearest)))
    return found


def _clusters(pool, solid):
    """Shapes that hang together, for each such cluster."""
    pieces = getattr(solid, "geoms", [solid])
    return [[shape for shape in pool if piece.intersects(shape)] for piece in pieces]


def _gaps(clusters, crossed, dp):
    """Lines along the line of sight between different clusters that it crosses one after the other: no way passes there."""
    sight = LineString([(0, 0), (dp, 0)])
    met = []
    for number, cluster in enumerate(clusters):
        for shape in cluster:
            if any(shape is one for one in crossed) and shape.distance(sight) <= 1e-6:
                common = shape.intersection(sight)
                parts = [part for part in getattr(common, "geoms", [common]) if not part.is_empty]
                met += [(part.bounds[0], part.bounds[2], number) for part in parts]
    met.sort()
    return [
        LineString([(end, 0), (start, 0)])
        for (_, end, one), (start, _, other) in itertools.pairwise(met)
        if one != other and start > end
    ]


def _mark(cluster, crossed, dp):
    """A place on the line of sight in a cluster that the way passes on its left; None where the line does not cross it.

    Of several such places it is that farthest from the end which the cluster surrounds, or the one nearest to the middle.
    """
    places = []
    for shape in cluster:
        if not any(shape is one for one in crossed):
            continue
        common = shape.intersection(LineString([(0, 0), (dp, 0)]))
        parts = getattr(common, "geoms", [common])
        places += [part.centroid.x for part in parts if not part.is_empty]
        if not places and shape.distance(LineString([(0, 0), (dp, 0)])) <= 1e-6:  # by rounding
            places.append(nearest_points(shape, LineString([(0, 0), (dp, 0)]))[1].x)
    behind, ahead = (
        any(shape.intersects(LineString(beyond)) for shape in cluster)
        for beyond in ([(-1e5, 0), (0, 0)], [(dp, 0), (dp + 1e5, 0)])
    )
    if not places:
        return None
    if behind != ahead:
        return (max(places) if behind else min(places)), 0.0
    return min(places, key=lambda t: abs(t - dp / 2)), 0.0


def _passes(a, b, mark):
    """Whether a step crosses the ray from the mark to the right: one towards the receiver, minus one back, else zero."""
    if (a[0] > mark[0]) == (b[0] > mark[0]):
        return 0
    s = a[1] + (mark[0] - a[0]) / (b[0] - a[0]) * (b[1] - a[1])
    if s > mark[1]:
        return 0
    return 1 if b[0] > a[0] else -1


def _corners_back(done, state, nodes):
    way = []
    while state is not None:
        way.append(nodes[state[0]][1])
        state = done[state]
    return way[::-1]
