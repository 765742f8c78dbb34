"""Spans of faces inside buildings, against shapely."""

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, affinity, box
from small_obstacles import building, reflectors, wall

from kernels.indoors import indoor_spans


def outlines(shapes, tops):
    """Edges, tops and owners of buildings."""
    edges = [building(shape, top)[0].edges for shape, top in zip(shapes, tops, strict=True)]
    rows = np.vstack(edges)
    return rows[:, [0, 1, 3, 4]], rows[:, [2, 5]], np.repeat(np.arange(len(shapes)), [len(e) for e in edges])


@pytest.mark.parametrize("seed", range(8))
def test_spans_are_shapelys_intersections(seed):
    """Random lines over overlapping blocks and a court; the roof is the highest of those that a line runs in."""
    rng = np.random.default_rng(seed)
    court = Polygon(box(-20, -20, 20, 20).exterior, [box(-12, -8, 9, 14).exterior])
    shapes = [affinity.rotate(court, 20 * seed, origin=(0, 0))]
    for _ in range(6):
        block = affinity.rotate(box(-3, -2, 3, 2), rng.uniform(0, 180), origin=(0, 0))
        shapes.append(affinity.translate(block, *rng.uniform(-30, 30, 2)))
    tops = rng.uniform(3, 9, len(shapes))
    lines = rng.uniform(-30, 30, (40, 2, 2))
    spans = indoor_spans(lines.reshape(-1, 4), *outlines(shapes, tops))
    for k, line in enumerate(lines):
        mine = spans[spans[:, 0] == k]
        inside = LineString(line).intersection(shapely.union_all(shapes))
        assert (mine[:, 2] - mine[:, 1]).sum() == pytest.approx(inside.length, abs=0.01)
        for _, start, stop, roof in mine[mine[:, 2] - mine[:, 1] > 0.1]:
            middle = Point(
                *(line[0] + (line[1] - line[0]) * (start + stop) / 2 / np.linalg.norm(line[1] - line[0]))
            )
            assert roof == max(top for shape, top in zip(shapes, tops, strict=True) if shape.covers(middle))
    assert len(spans) > 20


def test_a_wall_in_a_building_reflects_as_far_as_it_stands_out_of_it():
    """A wall of 5 m that runs from 4 m before a building through it, 6 m, to 2 m behind; roofs of 8 m and of 3 m."""
    line, free = wall([(0, 0), (12, 0)], 5.0, absorption=0.0), -np.inf
    higher = [(0, 4, free, 4), (10, 12, free, 2)]
    lower = [(0, 4, free, 12), (4, 10, 3, 12), (10, 12, free, 12)]
    for roof, parts in ((8.0, higher), (3.0, lower)):
        found = reflectors(line + building(box(4, -3, 10, 3), roof))
        for side in (found.ny > 0, found.ny < 0):
            ends = np.sort([found.ax[side], found.bx[side]], axis=0)
            assert sorted(zip(*ends, found.bottom[side], found.width[side], strict=True)) == parts


def test_a_wall_on_a_facade_is_covered_on_one_side_only():
    """Whether it lies to the bit on the outline, or half a millimetre off it on either side."""
    for off in (0.0, 0.0005, -0.0005):
        found = reflectors(
            wall([(0, off), (10, off)], 3.0, absorption=0.0) + building(box(-2, -5, 12, 0), 6.0)
        )
        assert found.ny.tolist() == [1.0]
