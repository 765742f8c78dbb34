"""Yards that touching blocks and walls close: against the parts into which shapely says they cut the map."""

import numpy as np
import pytest
from shapely import LineString, Point, box
from shapely.ops import unary_union
from small_obstacles import building, no_way, wall, ways

TALL = 20.0


def blocks_of(draw):
    """Blocks of a grid, each there or not, touching at sides and corners; some sides closed by walls."""
    there = draw.random((4, 4)) < 0.6
    shapes = [box(10 * c, 10 * r, 10 * c + 10, 10 * r + 10) for r, c in zip(*np.nonzero(there), strict=True)]
    lines = [LineString(draw.choice(5, (2, 2)) * 10.0) for _ in range(3)]
    return shapes, [line for line in lines if line.length > 0]


@pytest.mark.parametrize("seed", range(150))
def test_there_are_ways_round_where_the_open_is_not_cut_in_two(seed):
    draw = np.random.default_rng(seed)
    shapes, lines = blocks_of(draw)
    solid = unary_union([*(shape.buffer(1e-6) for shape in shapes), *(line.buffer(1e-6) for line in lines)])
    open_parts = list(getattr(box(-50, -50, 90, 90).difference(solid), "geoms", []))
    points = []
    while len(points) < 2:
        x, y = draw.uniform(-8, 48, 2)
        if solid.distance(Point(x, y)) > 0.1:
            points.append((x, y))
    things = [part for shape in shapes for part in building(shape, TALL)]
    things += [part for line in lines for part in wall(line.coords, TALL)]
    found = ways(things, *((x, y, 1.0) for x, y in points))
    homes = [next((k for k, part in enumerate(open_parts) if part.contains(Point(p))), 0) for p in points]
    if no_way(found.top):
        assert homes[0] == homes[1]
    else:
        assert no_way(found.left) == no_way(found.right) == (homes[0] != homes[1])
