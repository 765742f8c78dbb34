"""What hangs together in the plane of a way: rows of houses, walls of many segments, and what the plane separates."""

import numpy as np
import pytest
from shapely import box
from small_obstacles import building, obstacles, wall, ways
from small_ways import TALL

from kernels.obstacles import make_crossings
from kernels.pool import OBJECT, SECTIONS, clear_pool, make_pool
from kernels.touching import add_cluster

STRAIGHT = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0)  # the frame of a path along the x axis


def together(things, first, z0=1.0, slope=0.0, alone=False):
    """Objects that are gone round with edge `first`."""
    found = obstacles(things)
    pool = make_pool(found, make_crossings(found, 2))
    clear_pool(pool, STRAIGHT, 100.0, False)
    add_cluster(first, 0, alone, STRAIGHT, z0, slope, found, pool)
    count = pool.counts[SECTIONS]
    assert (pool.root[:count] == 0).all()
    return sorted(pool.section[:count, OBJECT].tolist())


def test_a_row_of_houses_is_one():
    row = [part for k in range(4) for part in building(box(10 * k, 0, 10 * k + 10, 8), TALL)]
    apart = building(box(40.002, 0, 50, 8), TALL)
    assert together(row + apart, 5) == [0, 1, 2, 3]
    assert together(row + apart, 16) == [4]
    assert together(row, 5, alone=True) == [1]


def test_houses_that_touch_below_the_plane_only_are_apart():
    """The plane rises to the right: through the middle house's roof, which no longer touches the third above it."""
    row = [
        *building(box(0, 0, 10, 8), 9.0),
        *building(box(10, 0, 20, 8), 3.0),
        *building(box(20, 0, 30, 8), 9.0),
    ]
    assert together(row, 0, z0=2.0, slope=0.0) == [0, 1, 2]
    assert together(row, 0, z0=1.0, slope=0.15) == [0, 1]  # 3 m high at 13.3 m
    assert together(row, 8, z0=1.0, slope=0.15) == [2]


@pytest.mark.parametrize("slope", [0.0, 0.05])
def test_a_bent_wall_is_one_however_many_segments_it_has(slope):
    angle = np.linspace(0, np.pi, 13)
    for points in (angle, angle[::3]):
        things = wall(np.column_stack([20 * np.cos(points), 20 * np.sin(points)]), 9.0)
        assert together(things, 2, slope=slope) == list(range(len(points) - 1))


def test_a_way_round_one_house_of_a_row_goes_round_the_row():
    """A row across the line of sight, 30 m to the left and 10 m to the right, bent back at its left end."""
    row = [part for k in range(-1, 3) for part in building(box(50, 10 * k, 58, 10 * k + 10), TALL)]
    back = building(box(30, 22, 50, 30), TALL)
    whole = building(box(50, -10, 58, 30).union(box(30, 22, 50, 30)), TALL)
    source, receiver = (0.0, 4.0, 1.0), (100.0, 4.0, 1.0)
    cut, one = ways([*row, *back], source, receiver), ways(whole, source, receiver)
    for a, b in zip(cut[:3], one[:3], strict=True):
        assert tuple(a) == pytest.approx(tuple(b), abs=1e-12)
