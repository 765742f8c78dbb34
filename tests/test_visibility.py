"""Ways out of yards against Dijkstra's search over an exact visibility graph, with shapely's predicates."""

import heapq
import itertools
import math

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, affinity
from shapely.ops import split
from small_obstacles import COMPILED, ways
from small_ways import SOURCE, agrees, measured, other_hand, things


def is_blocked(a, b, solid, walls):
    """Whether the line from a to b goes through the inside of a building or across a wall; touching is allowed."""
    line = LineString([a, b])
    return bool(shapely.relate_pattern(line, solid, "T********")) or any(line.crosses(part) for part in walls)


def shortest(solid, walls, plan, mark, slope=0.0):
    """Shortest way from (0, 0) to (plan, 0) that has `mark`, a point of what stands there, on its right; None: no way.

    It may cross the ray from the mark to the right only as often forwards as backwards.
    """
    points = {(0.0, 0.0), (plan, 0.0)} | set(map(tuple, shapely.get_coordinates([solid, *walls]).tolist()))
    nodes = sorted(points)
    sees = {}

    def step(a, b):
        if (a, b) not in sees:
            turn = 0
            if (a[0] > mark[0]) != (b[0] > mark[0]):
                s = a[1] + (mark[0] - a[0]) / (b[0] - a[0]) * (b[1] - a[1])
                turn = (1 if b[0] > a[0] else -1) if s < mark[1] else 0
            sees[a, b] = None if is_blocked(a, b, solid, walls) else turn
        return sees[a, b]

    queue, done = [(0.0, (0.0, 0.0), 0, ((0.0, 0.0),))], set()
    while queue:
        cost, here, turns, way = heapq.heappop(queue)
        if (here, turns) in done:
            continue
        done.add((here, turns))
        if here == (plan, 0.0) and turns == 0:
            return straightened(way)
        for there in nodes:
            turn = None if there == here else step(here, there)
            if turn is not None and abs(turns + turn) < 4 and (there, turns + turn) not in done:
                length = math.hypot(there[0] - here[0], there[1] - here[1], slope * (there[0] - here[0]))
                heapq.heappush(queue, (cost + length, there, turns + turn, (*way, there)))
    return None


def straightened(way):
    """Without corners at which the way does not turn."""
    kept = [way[0]]
    for here, after in itertools.pairwise(way[1:]):
        (a, b), (c, d), (e, f) = kept[-1], here, after
        if abs((c - a) * (f - d) - (d - b) * (e - c)) > 1e-9 * math.dist((a, b), here) * math.dist(
            here, after
        ):
            kept.append(here)
    return [*kept, way[-1]]


def both_ways(shapes, plan, slope=0.0):
    """Left and right way round buildings and walls of which the line of sight crosses the first one.

    They pass it where it is farthest from the end that it surrounds.
    """
    solid = shapely.union_all([shape for shape in shapes if isinstance(shape, Polygon)])
    walls = [shape for shape in shapes if not isinstance(shape, Polygon)]
    common = shapes[0].intersection(LineString([(0, 0), (plan, 0)]))
    places = [part.interpolate(0.5, normalized=True) for part in getattr(common, "geoms", [common])]
    behind = shapes[0].intersects(LineString([(-99, 0), (0, 0)]))
    mark = (max if behind else min)(places, key=lambda place: place.x)
    left = shortest(solid, walls, plan, (mark.x, mark.y), slope)
    flipped = (
        affinity.scale(solid, 1, -1, origin=(0, 0)),
        [affinity.scale(w, 1, -1, origin=(0, 0)) for w in walls],
    )
    right = shortest(*flipped, plan, (mark.x, -mark.y), slope)
    return left, right and other_hand(right)


def check(shapes, plan, slope=0.0):
    """Whether both ways are those of the graph; nothing to ask where the line of sight is free."""
    found = ways(things(shapes), SOURCE, (plan, 0.0, 2.0 + slope * plan))
    if not shapes[0].intersects(LineString([(0, 0), (plan, 0)])):
        assert all(math.isnan(way.detour) for way in found[:3])
        return None
    left, right = both_ways(shapes, plan, slope)
    assert agrees(found.left, left, plan, slope), (found.left, left and measured(left, plan, slope))
    assert agrees(found.right, right, plan, slope), (found.right, right and measured(right, plan, slope))
    return left, right


U_YARD = Polygon([(-4, -3), (4, -3), (4, 3), (-4, 3), (-4, 2), (3, 2), (3, -2), (-4, -2)])


SPIRAL = Polygon(
    [(-6, -6), (7, -6), (7, 6), (-5, 6), (-5, -3), (4, -3), (4, 3), (-3, 3), (-3, 2), (3, 2), (3, -2), (-4, -2),
     (-4, 5), (6, 5), (6, -5), (-6, -5)]
)  # fmt: skip


HOOK = Polygon([(-5, -6), (-4, -6), (-4, 4), (4, 4), (4, -1), (5, -1), (5, 5), (-5, 5)])


GATE = Polygon(
    [
        (-5, -5),
        (5, -5),
        (5, 5),
        (-5, 5),
        (-5, 1),
        (-4, 1),
        (-4, 4),
        (4, 4),
        (4, -4),
        (-4, -4),
        (-4, 0),
        (-5, 0),
    ]
)


def test_out_of_a_yard_by_hand():
    left, right = check([U_YARD], 10.0)
    assert left == [(0, 0), (-4, 2), (-4, 3), (4, 3), (10, 0)]
    assert right == [(0, 0), (-4, -2), (-4, -3), (4, -3), (10, 0)]
    into = ways(things([affinity.translate(affinity.scale(U_YARD, -1, 1), 12, 0)]), SOURCE, (12, 0, 2))
    assert agrees(into.left, [(0, 0), (8, 3), (16, 3), (16, 2), (12, 0)], 12.0), (
        "and into it, through its mouth"
    )


TURNED = [
    (shape, turn) for shape in (U_YARD, HOOK, GATE, SPIRAL) for turn in range(0, 360, 30 if COMPILED else 75)
]


@pytest.mark.parametrize("slope", [0.0, 0.3])
@pytest.mark.parametrize(("shape", "turn"), TURNED)
def test_out_of_yards_turned_all_round(shape, turn, slope):
    """The source is in the yard, a little off its middle."""
    turned = affinity.translate(affinity.rotate(shape, turn + 3.7, origin=(0, 0)), 0.31, -0.17)
    check([turned], 14.0, slope)


@pytest.mark.parametrize("turn", range(0, 360, 40 if COMPILED else 100))
@pytest.mark.parametrize("shape", [U_YARD, HOOK, SPIRAL])
def test_into_yards_turned_all_round(shape, turn):
    turned = affinity.translate(affinity.rotate(shape, turn + 3.7, origin=(0, 0)), 14.13, 0.21)
    check([turned], 14.0)


def test_in_and_out_are_the_same_way():
    for turn in (10, 100, 190, 280):
        yard = things([affinity.rotate(HOOK, turn, origin=(0, 0))])
        there, back = ways(yard, SOURCE, (14, 1, 2)), ways(yard, (14, 1, 2), SOURCE)
        assert there.left[:1] + there.left[3:] == pytest.approx(
            back.right[:1] + back.right[3:], abs=1e-9, nan_ok=True
        )
        assert there.right[:1] + there.right[3:] == pytest.approx(
            back.left[:1] + back.left[3:], abs=1e-9, nan_ok=True
        )


@pytest.mark.parametrize("seed", range(20 if COMPILED else 5))
def test_random_combs(seed):
    """A back with teeth of random lengths, the source between two of them."""
    rng = np.random.default_rng(seed)
    teeth = rng.uniform(1, 8, 4)
    ring = [(-8.0, 4.0), (-8.0, 4.0 - teeth[0]), (-7.0, 4.0 - teeth[0]), (-7.0, 3.0)]
    for k, x in enumerate((-3.0, 2.0, 7.0)):
        low = 3.0 - teeth[k + 1]
        ring += [(x, 3.0), (x, low), (x + 1.0, low), (x + 1.0, 3.0)]
    comb = Polygon([*ring, (8.0, 4.0)])
    assert comb.is_valid
    turned = affinity.rotate(comb, rng.uniform(0, 360), origin=(0, 0))
    if not turned.contains(Point(0, 0)):
        check([turned], 16.0, float(rng.choice([0.0, 0.25])))


@pytest.mark.parametrize("seed", range(40 if COMPILED else 6))
def test_ways_out_of_yards_of_many_parts_are_those_of_one_piece(seed):
    """Cut along random lines: every way turns at corners that several parts share, or that lie on another's outline."""
    rng = np.random.default_rng(seed)
    shape = (U_YARD, HOOK, GATE, SPIRAL)[seed % 4]
    turned = affinity.translate(affinity.rotate(shape, rng.uniform(0, 360), origin=(0, 0)), 0.31, -0.17)
    parts = [turned]
    for _ in range(3):
        angle, through = rng.uniform(0, math.pi), rng.uniform(-5, 5, 2)
        reach = 100 * np.array([math.cos(angle), math.sin(angle)])
        knife = LineString([through - reach, through + reach])
        parts = [piece for part in parts for piece in split(part, knife).geoms]
    whole, many = (ways(things(some), SOURCE, (14.0, 0.0, 2.0)) for some in ([turned], parts))
    for one, other in zip(whole[:3], many[:3], strict=True):
        assert tuple(one) == pytest.approx(tuple(other), abs=1e-9, nan_ok=True)
