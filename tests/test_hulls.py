"""Ways round the sides against shapely's convex hulls."""

import math

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, affinity, box
from small_obstacles import COMPILED, wall, ways
from small_ways import SOURCE, TALL, agrees, other_hand, things


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


def mirrored(shapes):
    return [affinity.scale(shape, 1, -1, origin=(0, 0)) for shape in shapes]


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


def test_lengths_lie_in_the_tilted_plane():
    """Rise 6 m over 12 m; round a wall's end 4 m aside at 4 m: 3-D steps (4, 4, 2) and (8, 4, 4)."""
    found = ways(wall([(4, -9), (4, 4)], TALL), (0, 0, 1), (12, 0, 7))
    assert found.left.first == pytest.approx(6.0, abs=1e-12)
    assert found.left.last == pytest.approx(math.sqrt(64 + 16 + 16), abs=1e-12)
    assert found.left.detour == pytest.approx(6 + math.sqrt(96) - math.sqrt(180), abs=1e-12)
