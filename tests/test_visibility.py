"""Ways out of yards against Dijkstra's search over an exact visibility graph, with shapely's predicates."""

import heapq
import itertools
import math

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, affinity, box
from small_obstacles import COMPILED, building, wall, ways
from test_lateral import SOURCE, TALL, agrees, measured, other_hand, things


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
    """Left and right way round buildings and walls of which the line of sight crosses the first one."""
    solid = shapely.union_all([shape for shape in shapes if isinstance(shape, Polygon)])
    walls = [shape for shape in shapes if not isinstance(shape, Polygon)]
    common = shapes[0].intersection(LineString([(0, 0), (plan, 0)]))
    mark = max(getattr(common, "geoms", [common]), key=lambda part: part.length).interpolate(
        0.5, normalized=True
    )
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
CLOSED = Polygon(box(-5, -5, 5, 5).exterior, [box(-4, -4, 4, 4).exterior])


def test_out_of_a_yard_by_hand():
    left, right = check([U_YARD], 10.0)
    assert left == [(0, 0), (-4, 2), (-4, 3), (4, 3), (10, 0)]
    assert right == [(0, 0), (-4, -2), (-4, -3), (4, -3), (10, 0)]
    into = ways(things([affinity.translate(affinity.scale(U_YARD, -1, 1), 12, 0)]), SOURCE, (12, 0, 2))
    assert agrees(into.left, [(0, 0), (8, 3), (16, 3), (16, 2), (12, 0)], 12.0), (
        "and into it, through its mouth"
    )


TURNED = [(shape, turn) for shape in (U_YARD, HOOK, GATE) for turn in range(0, 360, 30 if COMPILED else 75)]


@pytest.mark.parametrize("slope", [0.0, 0.3])
@pytest.mark.parametrize(("shape", "turn"), [*TURNED, *((SPIRAL, turn) for turn in (150, 180, 210))])
def test_out_of_yards_turned_all_round(shape, turn, slope):
    """The source is in the yard, a little off its middle."""
    turned = affinity.translate(affinity.rotate(shape, turn + 3.7, origin=(0, 0)), 0.31, -0.17)
    check([turned], 14.0, slope)


@pytest.mark.parametrize("turn", range(0, 360, 40 if COMPILED else 100))
@pytest.mark.parametrize("shape", [U_YARD, HOOK])
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


def no_sides(found):
    return found.top.detour > 0 and math.isnan(found.left.detour) and math.isnan(found.right.detour)


@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_a_closed_yard_has_no_way_out_and_none_in(slope):
    yard = building(CLOSED, 8.0)
    for a, b in (((0, 0), (14, 1)), ((-9, 3), (1, 2)), ((2, -2), (0, -30))):
        lift = slope * math.dist(a, b)
        assert no_sides(ways(yard, (*a, 2.0), (*b, 2.0 + lift)))
        assert no_sides(ways(yard, (*b, 2.0 + lift), (*a, 2.0)))


def test_a_yard_of_walls_is_closed_where_their_ends_meet():
    ring = wall([(-5, -5), (5, -5), (5, 5), (-5, 5), (-5, -5)], TALL)
    assert no_sides(ways(ring, SOURCE, (14, 1, 2)))
    found = ways(wall([(-5, -5), (5, -5), (5, 5), (-5, 5), (-5, -4)], TALL), SOURCE, (14, 1, 2))
    assert not math.isnan(found.left.detour) and not math.isnan(found.right.detour)


def test_from_yard_to_yard():
    """Two yards that open to the right-hand side; none of both is passed between."""
    one = Polygon([(-3, -4), (-2, -4), (-2, 2), (2, 2), (2, -4), (3, -4), (3, 3), (-3, 3)])
    two = affinity.translate(one, 20, 0)
    found = ways(things([one, two]), SOURCE, (20, 0, 2))
    assert agrees(found.right, [(0, 0), (2, -4), (22 - 4, -4), (20, 0)], 20.0)
    assert agrees(
        found.left, [(0, 0), (-2, -4), (-3, -4), (-3, 3), (23, 3), (23, -4), (22, -4), (20, 0)], 20.0
    )


FOUR = [box(-5, -5, 5, -4), box(4, -4, 5, 5), box(-5, 4, 4, 5), box(-5, -4, -4, 4)]


@pytest.mark.parametrize("turn", [0.0, 17.0, 45.0])
def test_touching_buildings_leave_no_gap(turn):
    """Four blocks close a yard; it stays closed where one is moved off by less than half a millimetre."""
    for gap in (0.0, 0.0004):
        blocks = [*FOUR[:2], affinity.translate(FOUR[2], -gap, 0), FOUR[3]]
        turned = [affinity.rotate(block, turn, origin=(0, 0)) for block in blocks]
        assert no_sides(ways(things(turned), SOURCE, (14, 1, 2)))


@pytest.mark.parametrize("turn", [0.0, 17.0, 45.0])
def test_a_slit_of_less_than_a_millimetre_is_closed_and_a_wider_one_is_a_way(turn):
    """In one building, 1 m deep and aside of the line of sight."""

    def slit(width):
        return affinity.rotate(CLOSED.difference(box(2, 3, 2 + width, 6)), turn, origin=(0, 0))

    assert no_sides(ways(things([slit(0.0004)]), SOURCE, (14, 1, 2)))
    for width in (0.005, 0.02, 1.0):
        check([slit(width)], 14.0)


def test_between_two_blocks_that_join_there_is_no_way():
    """A gate of 1 m before the corner at which the way turns: what stands in that way joins, and the gate is between the two."""
    blocks = [*FOUR[:2], box(-5, 4, 3, 5), FOUR[3]]
    assert agrees(ways(things(blocks), SOURCE, (14, 0, 2)).left, [(0, 0), (4, 5), (5, 5), (14, 0)], 14.0)
    blocks[2] = box(-5, 4, 3.5, 5)  # the line from the source to (4, 5) runs through it
    assert math.isnan(ways(things(blocks), SOURCE, (14, 0, 2)).left.detour)


def test_a_yard_of_blocks_is_the_yard_of_one_piece():
    """U of three touching blocks, turned; the same ways as the exact graph round their union."""
    for turn in range(5, 360, 60):
        blocks = [box(-4, -3, 3, -2), box(3, -3, 4, 3), box(-4, 2, 3, 3)]
        turned = [affinity.rotate(block, turn, origin=(0, 0)) for block in blocks]
        found = ways(things(turned), SOURCE, (15, 0.5, 2))
        whole = ways(things([affinity.rotate(U_YARD, turn, origin=(0, 0))]), SOURCE, (15, 0.5, 2))
        for one, other in ((found.left, whole.left), (found.right, whole.right)):
            assert tuple(one) == pytest.approx(tuple(other), abs=1e-9, nan_ok=True)


def test_both_in_one_yard_see_each_other():
    found = ways(building(CLOSED, 8.0), SOURCE, (3, 2, 2))
    assert all(math.isnan(way.detour) for way in found[:3])


def test_a_closed_yard_opens_where_the_plane_rises_out_of_its_roof():
    """A square yard turned by 30 degrees: the plane leaves the roof at t = 5.3, short of the yard's farthest corner at 5.46."""
    turned = affinity.rotate(CLOSED, 30, origin=(0, 0))
    slope = 2 / 5.3
    found = ways(building(turned, 4.0), SOURCE, (20, 0, 2 + 20 * slope))
    left, right = both_ways([turned.intersection(box(-99, -99, 5.3, 99))], 20.0, slope)
    assert left is not None and agrees(found.left, left, 20.0, slope)
    assert right is not None and agrees(found.right, right, 20.0, slope)
    slope = 2 / 5.5
    assert no_sides(ways(building(turned, 4.0), SOURCE, (20, 0, 2 + 20 * slope)))


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
