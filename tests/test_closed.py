"""Closed yards: outlines that hold source or receiver and not the other, against shapely."""

import numpy as np
import pytest
from shapely import Point, Polygon, box
from small_obstacles import building, no_way, wall, ways

TALL = 20.0
RING = Polygon(box(0, 0, 40, 40).exterior, [box(5, 5, 35, 35).exterior.coords])
NESTED = Polygon(box(10, 10, 30, 30).exterior, [box(13, 13, 27, 27).exterior.coords])


@pytest.mark.parametrize("seed", range(60))
def test_there_is_a_way_round_where_no_outline_is_closed_between(seed):
    """A yard in a yard, and a hall apart: ways exist on both sides or on none."""
    draw = np.random.default_rng(seed)
    solid = RING.union(NESTED).union(box(50, 0, 60, 40))
    points = []
    while len(points) < 2:
        x, y = draw.uniform((-20, -20), (80, 60))
        if solid.distance(Point(x, y)) > 0.1:
            points.append((x, y))
    things = [part for shape in (RING, NESTED, box(50, 0, 60, 40)) for part in building(shape, TALL)]
    found = ways(things, *((x, y, 1.0) for x, y in points))
    inside = [tuple(Polygon(yard.interiors[0]).contains(Point(p)) for yard in (RING, NESTED)) for p in points]
    if no_way(found.top):
        assert inside[0] == inside[1]
        return
    assert no_way(found.left) == no_way(found.right) == (inside[0] != inside[1])


def test_walls_close_no_yard_by_their_outline():
    """A wall has no inside: one across the line of sight leaves both ways."""
    found = ways(wall([(20, -10), (20, 10)], TALL), (0.0, 0.0, 1.0), (40.0, 0.0, 1.0))
    assert not no_way(found.left) and not no_way(found.right)
