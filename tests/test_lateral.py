"""Ways round the sides: which side is which, and what is cut in two is passed as one."""

import math

import numpy as np
import pytest
from shapely import LineString, Polygon, affinity, box
from shapely.ops import split
from small_obstacles import COMPILED, building, wall, ways
from small_ways import SOURCE, TALL, things


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
