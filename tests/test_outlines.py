"""Corners, rings and clusters of outlines, against shapely."""

import itertools
import math

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, box
from small_obstacles import building, obstacles, ridge, wall, ways

from kernels.obstacles import TERRAIN, WALL


@pytest.mark.parametrize("outline", [
    [(0, 0), (8, 0), (8, 5), (0, 5)],
    [(0, 0), (9, 1), (7, 3), (9, 8), (1, 6)],
    Polygon([(0, 0), (20, 0), (20, 20), (0, 20)], [[(5, 5), (12, 6), (14, 15), (4, 13)]]),
])  # fmt: skip
def test_ways_turn_at_convex_corners_off_the_building(outline):
    shape = outline if isinstance(outline, Polygon) else Polygon(outline)
    (thing,) = building(shape, 4.0)
    among = obstacles([thing])
    for (x, y), (dx, dy) in zip(among.edge[:, :2], among.corner[:, :2], strict=True):
        wedge = Point(x, y).buffer(1e-3).intersection(shape).area / (
            np.pi * 1e-6
        )  # share of the circle inside
        if wedge > 0.5:
            assert (dx, dy) == (0.0, 0.0)
        else:
            assert math.hypot(dx, dy) == pytest.approx(1.0)
            off = Point(x + dx, y + dy)
            assert shape.distance(off) > 0.5 and not shape.contains(Point(x + 1e-6 * dx, y + 1e-6 * dy))


def test_ways_turn_at_the_ends_of_walls_and_nowhere_on_terrain():
    among = obstacles([*wall([(0, 0), (3, 4)], 2.0), *ridge([(5, 5), (9, 5)], 3.0)])
    assert among.corner[:, :2] == pytest.approx(np.array([[-0.6, -0.8], [0, 0]]), abs=1e-15)
    assert among.kind.tolist() == [WALL, TERRAIN]


def test_rings_go_on_and_close():
    yard = Polygon([(0, 0), (9, 0), (9, 9)], [[(5, 1), (8, 1), (8, 4)]])
    among = obstacles([*wall([(20, 0), (21, 0)], 2.0), *building(yard, 4.0)])
    starts, ends = among.edge[:, :2], among.edge[:, 3:5]
    assert (starts[among.after[1:]] == ends[1:]).all()
    assert sorted(among.after.tolist()) == list(range(7))


@pytest.mark.parametrize("seed", range(5))
def test_clusters_are_what_shapely_finds_within_a_millimetre(seed):
    rng = np.random.default_rng(seed)
    lines = [LineString(rng.uniform(0, 40, (1, 2)) + rng.uniform(-4, 4, (2, 2))) for _ in range(60)]
    for k in range(0, 40, 4):  # ends that meet to half a millimetre, or miss by two
        (x, y), gap = lines[k].coords[1], (0.0005, 0.002)[k % 8 == 0]
        lines[k + 1] = LineString([(x + gap, y), (x + 3, y + rng.uniform(-3, 3))])
    among = obstacles([part for line in lines for part in wall(line.coords, 2.0)])
    together = shapely.union_all([line.buffer(0.0005, cap_style="round") for line in lines])
    pieces = list(together.geoms)
    expected = [next(k for k, piece in enumerate(pieces) if piece.intersects(line)) for line in lines]
    pairs = np.equal.outer(expected, expected)
    assert (np.equal.outer(among.cluster, among.cluster) == pairs).all()
    assert 2 * len(lines) > pairs.sum() - len(lines) > 20


def test_where_a_wall_goes_straight_on():
    """Cut in three, turned by a hair, with a step in its top, and against a house: only the first goes on."""
    straight = wall([(0, 0), (3, 4), (6, 8), (9, 12)], [2, 3, 4, 4.5])
    turned = wall([(20, 0), (20, 5), (20.00001, 10)], 3.0)
    stepped = [*wall([(30, 0), (30, 5)], 3.0), *wall([(30, 10), (30, 5)], 3.5)]
    housed = [*wall([(40, 0), (40, 5)], 3.0), *building(box(38, 5, 42, 9), 3.0)]
    found = obstacles([*straight, *turned, *stepped, *housed])
    assert found.goes_on[:3].tolist() == [[False, True], [True, True], [True, False]]
    assert not found.goes_on[3:].any()


@pytest.mark.parametrize("parts", [2, 7, 40])
def test_a_wall_in_many_pieces_is_gone_round_as_one(parts):
    """A source within a bent wall, so that the way out is searched for."""
    corners = [(10.0, -8.0), (-6.0, -8.0), (-6.0, 8.0), (10.0, 8.0)]
    pieces = [
        (a[0] + (b[0] - a[0]) * k / parts, a[1] + (b[1] - a[1]) * k / parts)
        for a, b in itertools.pairwise(corners)
        for k in range(parts)
    ]
    one, many = (
        ways(wall(points, 5.0), (0, 0, 1), (-60, 3, 1)) for points in (corners, [*pieces, corners[-1]])
    )
    for a, b in zip(one[:3], many[:3], strict=True):
        assert tuple(a) == pytest.approx(tuple(b), abs=1e-9, nan_ok=True)
    assert one.left.detour > 1
