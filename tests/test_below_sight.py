"""Edges below the line of sight: the shortest detour by brute force, and roofs that source or receiver stands over."""

import math

import numpy as np
import pytest
from shapely import Point, Polygon, box
from small_obstacles import building, obstacles, wall, ways

from kernels.below_sight import stands_over
from kernels.obstacles import make_crossings

NOTCHED = Polygon([(0, 0), (30, 0), (30, 20), (18, 20), (18, 8), (12, 8), (12, 20), (0, 20)])
YARD = Polygon(box(40, 0, 70, 20).exterior, [box(48, 5, 62, 15).exterior.coords])


@pytest.mark.parametrize("seed", range(5))
def test_over_which_roofs_a_point_stands(seed):
    """Against shapely, on low and high roofs, in a notch, in a yard and outside of all."""
    draw = np.random.default_rng(seed)
    roofs = [(NOTCHED, 4.0), (YARD, 9.0), (box(5, 2, 8, 6), 6.0)]
    found = obstacles([part for shape, top in roofs for part in building(shape, top)])
    room = make_crossings(found, 1)
    for x, y in draw.uniform((-5, -5), (75, 25), (200, 2)):
        for z in (3.0, 5.0, 7.0, 10.0):
            wanted = any(shape.contains(Point(x, y)) and top > z for shape, top in roofs)
            assert stands_over(x, y, z, 20.0, found, room) is wanted, (x, y, z)


def test_a_wall_is_nothing_to_stand_on():
    found = obstacles([*wall([(0, 5), (9, 5)], 8.0), *building(box(20, 0, 30, 10), 8.0)])
    assert not stands_over(2.0, 5.0, 1.0, 20.0, found, make_crossings(found, 1))
    assert not stands_over(2.0, 2.0, 1.0, 20.0, found, make_crossings(found, 1))


@pytest.mark.parametrize("seed", range(6))
def test_the_shortest_detour_of_all_that_lies_below(seed):
    """Walls and a roof under a line of sight, the points of the roof tried every centimetre."""
    draw = np.random.default_rng(seed)
    zs, zr = draw.uniform(8, 12, 2)
    at, tops = draw.uniform(5, 95, 3), draw.uniform(6, 8, 4)
    start = draw.uniform(10, 60)
    things = [part for t, top in zip(at, tops[:3], strict=True) for part in wall([(t, -40), (t, 40)], top)]
    things += building(box(start, -30, start + 20, 30), tops[3])
    points = [(t, top) for t, top in zip(at, tops[:3], strict=True)]
    points += [(t, tops[3]) for t in np.linspace(start, start + 20, 2001)]
    best = max(
        math.hypot(100, zr - zs) - math.hypot(t, top - zs) - math.hypot(100 - t, zr - top)
        for t, top in points
    )
    found = ways(things, (0, 0, zs), (100, 0, zr), reach=50.0)
    assert found.top.detour == pytest.approx(best, abs=1e-5) and found.top.detour >= best - 1e-12
