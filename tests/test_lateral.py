"""Ways round the sides against shapely's convex hulls, and by hand where the tilted plane leaves what stands there."""

import itertools
import math

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, affinity, box
from shapely.ops import split
from small_obstacles import COMPILED, building, wall, ways

SOURCE, TALL = (0.0, 0.0, 2.0), 1000.0


def measured(way, plan, slope):
    """Detour, first, last and middle stretch and offset of a plan way in a plane of that slope."""
    steps = [math.hypot(b[0] - a[0], b[1] - a[1], slope * (b[0] - a[0])) for a, b in itertools.pairwise(way)]
    straight = plan * math.hypot(1, slope)
    return sum(steps) - straight, steps[0], steps[-1], sum(steps[1:-1]), max(abs(s) for _, s in way)


def agrees(way, line, plan, slope=0.0):
    """Whether a kernel's way is this line of points; `line` None: there is none."""
    if line is None:
        return math.isnan(way.detour)
    detour, first, last, middle, offset = measured(line, plan, slope)
    expected = (detour, first, last, middle, offset) if len(line) > 2 else (0.0,) * 5
    return tuple(way) == pytest.approx(expected, abs=1e-9)


def hull_line(shapes, plan):
    """The hull's chain on the left of what the line of sight crosses and of all that the chain itself meets."""
    ends = [Point(0, 0), Point(plan, 0)]
    pool = [shape for shape in shapes if shape.intersects(LineString(ends))]
    while True:
        hull = shapely.union_all(pool + ends).convex_hull
        ring = shapely.get_coordinates(shapely.orient_polygons(hull))[:-1].tolist()
        if [0.0, 0.0] not in ring or [plan, 0.0] not in ring:
            return "inside"
        first = ring.index([plan, 0.0])
        ring = ring[first:] + ring[:first]
        line = ring[: ring.index([0.0, 0.0]) + 1][::-1]
        met = [shape for shape in shapes if shape not in pool and shape.distance(LineString(line)) <= 1e-6]
        if not met:
            return line
        pool += met


def random_shapes(rng, count, plan):
    """Boxes, triangles and single walls near the line of sight, clear of its ends and of each other."""
    shapes = []
    while len(shapes) < count:
        kind, (t, s) = rng.integers(3), rng.uniform((6, -9), (plan - 6, 9))
        shape = [box(-1, -2, 1, 2), Polygon([(-2, -1), (2, -1), (0, 3)]), LineString([(-3, 0), (3, 0)])][kind]
        shape = affinity.translate(affinity.rotate(shape, rng.uniform(0, 360), origin=(0, 0)), t, s)
        if all(shape.distance(other) > 0.05 for other in shapes):
            shapes.append(shape)
    return shapes


def things(shapes, top=TALL):
    return [
        part
        for shape in shapes
        for part in (building(shape, top) if isinstance(shape, Polygon) else wall(shape.coords, top))
    ]


def mirrored(shapes):
    return [affinity.scale(shape, 1, -1, origin=(0, 0)) for shape in shapes]


def other_hand(line):
    return [(t, -s) for t, s in line]


@pytest.mark.parametrize("slope", [0.0, 0.35, -0.2])
@pytest.mark.parametrize("seed", range(25 if COMPILED else 8))
def test_ways_are_the_chains_of_shapelys_hulls(seed, slope):
    rng = np.random.default_rng(seed)
    plan = 60.0
    shapes = random_shapes(rng, int(rng.integers(2, 12)), plan)
    found = ways(things(shapes), SOURCE, (plan, 0.0, 2.0 + slope * plan))
    crossed = [shape for shape in shapes if shape.intersects(LineString([(0, 0), (plan, 0)]))]
    if not crossed:
        assert math.isnan(found.top.detour) and math.isnan(found.left.detour)
        return
    assert agrees(found.left, hull_line(shapes, plan), plan, slope)
    assert agrees(found.right, other_hand(hull_line(mirrored(shapes), plan)), plan, slope)


@pytest.mark.parametrize("angle", [0.3, 2.1, -1.2])
def test_left_is_left_of_the_way_from_source_to_receiver(angle):
    """A wall that reaches 3 m to the left and 5 m to the right, 4 m from the source and 12 m from the receiver."""
    c, s = math.cos(angle), math.sin(angle)

    def turned(t, a):
        return 100 + c * t - s * a, -40 + s * t + c * a

    barrier = wall([turned(4, 3), turned(4, -5)], TALL)
    found = ways(barrier, (*turned(0, 0), 1.0), (*turned(16, 0), 1.0))
    assert found.left[:3] == pytest.approx((5 + math.hypot(12, 3) - 16, 5, math.hypot(12, 3)), abs=1e-12)
    assert found.right[:3] == pytest.approx((math.hypot(4, 5) + 13 - 16, math.hypot(4, 5), 13), abs=1e-12)
    assert (found.left.thickness, found.left.offset) == pytest.approx((0, 3), abs=1e-12)
    back = ways(barrier, (*turned(16, 0), 1.0), (*turned(0, 0), 1.0))
    assert back.left.detour == pytest.approx(found.right.detour, abs=1e-12)
    assert back.right.detour == pytest.approx(found.left.detour, abs=1e-12)


def test_lengths_lie_in_the_tilted_plane():
    """Rise 6 m over 12 m; round a wall's end 4 m aside at 4 m: 3-D steps (4, 4, 2) and (8, 4, 4)."""
    found = ways(wall([(4, -9), (4, 4)], TALL), (0, 0, 1), (12, 0, 7))
    assert found.left.first == pytest.approx(6.0, abs=1e-12)
    assert found.left.last == pytest.approx(math.sqrt(64 + 16 + 16), abs=1e-12)
    assert found.left.detour == pytest.approx(6 + math.sqrt(96) - math.sqrt(180), abs=1e-12)


def test_a_wall_counts_as_far_as_its_top_is_above_the_plane():
    """The plane is at 2 m; a top that falls from 7 m at s = -8 by 0.5 m a metre is there at s = 2; the wall ends at 4."""
    found = ways(wall([(5, -8), (5, 4)], [7.0, 1.0]), SOURCE, (10, 0, 2))
    assert agrees(found.left, [(0, 0), (5, 2), (10, 0)], 10.0)
    assert agrees(found.right, [(0, 0), (5, -8), (10, 0)], 10.0)


def test_a_building_counts_as_far_as_the_tilted_plane_is_below_its_roof():
    """The plane rises from 0 m by 1 in 2 and reaches the roof of 6 m at t = 12; the building goes on to t = 18."""
    house = building(box(8, -3, 18, 4), 6.0)
    found = ways(house, (0, 0, 0), (24, 0, 12))
    assert agrees(found.left, [(0, 0), (8, 4), (12, 4), (24, 0)], 24.0, 0.5)
    assert agrees(found.right, [(0, 0), (8, -3), (12, -3), (24, 0)], 24.0, 0.5)
    back = ways(house, (24, 0, 12), (0, 0, 0))
    assert back.left.detour == pytest.approx(found.right.detour, abs=1e-12)
    assert back.right.thickness == pytest.approx(found.left.thickness, abs=1e-12)


def test_a_roof_with_arms_counts_as_far_as_the_plane_leaves_them():
    """A roof like a U, open to the high side: the plane cuts its arms short at t = 15, and the way turns at their cut ends."""
    outline = [(6, -6), (20, -6), (20, -4), (9, -4), (9, 5), (20, 5), (20, 8), (6, 8)]
    found = ways(building(outline, 5.0), (0, 0, 0), (30, 0, 10))
    assert agrees(found.left, [(0, 0), (6, 8), (15, 8), (30, 0)], 30.0, 1 / 3)
    assert agrees(found.right, [(0, 0), (6, -6), (15, -6), (30, 0)], 30.0, 1 / 3)


@pytest.mark.parametrize("slope", [0.0, 0.12, -0.12])
@pytest.mark.parametrize("seed", range(20 if COMPILED else 6))
def test_cutting_a_building_in_two_changes_no_way(seed, slope):
    rng = np.random.default_rng(seed)
    shape = [box(-9, -5, 9, 5), Polygon([(-9, -6), (9, -6), (9, 0), (1, 0), (1, 7), (-9, 7)])][seed % 2]
    shape = affinity.translate(
        affinity.rotate(shape, rng.uniform(0, 360), origin=(0, 0)), 25, rng.uniform(-3, 3)
    )
    angle, through = rng.uniform(0, math.pi), np.array(shape.representative_point().coords[0])
    reach = 100 * np.array([math.cos(angle), math.sin(angle)])
    parts = list(split(shape, LineString([through - reach, through + reach])).geoms)
    assert len(parts) > 1
    receiver = (50.0, 0.0, 2.0 + 50 * slope)
    top = 1.5 + 2.0 * rng.random() + max(0.0, 25 * slope)  # near the line of sight
    whole, cut = ways(building(shape, top), SOURCE, receiver), ways(things(parts, top), SOURCE, receiver)
    for one, other in zip(whole[:3], cut[:3], strict=True):
        # a way over one roof or another of the same height has the same edges
        assert tuple(one) == pytest.approx(tuple(other), abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("seed", range(10))
def test_cutting_a_wall_in_two_changes_no_way(seed):
    rng = np.random.default_rng(seed)
    a, b = np.array([20.0, -rng.uniform(1, 9)]), np.array([25.0, rng.uniform(1, 9)])
    tops, share = rng.uniform(2, 6, 2), rng.uniform(0.1, 0.9)
    middle, top = a + share * (b - a), tops[0] + share * (tops[1] - tops[0])
    whole = ways(wall([a, b], tops), SOURCE, (50, 0, 3))
    cut = ways(wall([a, middle, b], [tops[0], top, tops[1]]), SOURCE, (50, 0, 3))
    for one, other in zip(whole[:3], cut[:3], strict=True):
        assert tuple(one) == pytest.approx(tuple(other), abs=1e-9, nan_ok=True)


def test_what_the_way_meets_is_passed_too_and_then_what_the_wider_way_meets():
    """By hand: round a wall's end 3 m aside; one from 1 to 5 m stands in that way, one from 4.5 m clear of the wider way."""
    first = wall([(5, -2), (5, 3)], TALL)
    second, third = wall([(10, 1), (10, 5)], TALL), wall([(12, 4.5), (12, 9)], TALL)
    assert agrees(ways(first, SOURCE, (20, 0, 2)).left, [(0, 0), (5, 3), (20, 0)], 20.0)
    found = ways(first + second + third, SOURCE, (20, 0, 2))
    assert agrees(found.left, [(0, 0), (5, 3), (10, 5), (20, 0)], 20.0)
    assert agrees(found.right, [(0, 0), (5, -2), (20, 0)], 20.0)
    third = wall([(12, 3.5), (12, 9)], TALL)  # that way is at 4 m there
    assert agrees(ways(first + second + third, SOURCE, (20, 0, 2)).left, [(0, 0), (12, 9), (20, 0)], 20.0)


def test_an_object_too_low_for_the_plane_is_not_met():
    low = wall([(10, 1), (10, 4)], 1.99)
    found = ways(wall([(5, -2), (5, 2)], TALL) + low, SOURCE, (20, 0, 2))
    assert agrees(found.left, [(0, 0), (5, 2), (20, 0)], 20.0)


def test_a_wall_along_the_way_from_source_to_receiver():
    """Two cross walls, and one along the line between their ends: the way touches it and turns where it did."""
    ends = wall([(5, -3), (5, 2)], TALL) + wall([(15, -3), (15, 2)], TALL)
    along = wall([(6, 2), (14, 2)], TALL)
    assert agrees(ways(ends + along, SOURCE, (20, 0, 2)).left, [(0, 0), (5, 2), (15, 2), (20, 0)], 20.0)
