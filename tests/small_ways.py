"""Ways as lines of points, and shapes as things in their way."""

import itertools
import math

import pytest
from shapely import Polygon
from small_obstacles import building, wall

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


def things(shapes, top=TALL):
    return [
        part
        for shape in shapes
        for part in (building(shape, top) if isinstance(shape, Polygon) else wall(shape.coords, top))
    ]


def other_hand(line):
    return [(t, -s) for t, s in line]
