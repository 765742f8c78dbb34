"""The mean height of paths over triangulated ground: by arithmetic on a ridge."""

import math

import pytest
from small_obstacles import medium, ridge, straight

from kernels.medium import make_work
from kernels.path_height import ground_area, ground_at_end

# ground falls from 4 m along x = 10 to 0 at x = 0 and x = 20
TENT = [edge for x, z in ((0, 0), (10, 4), (20, 0)) for edge in ridge([(x, -50), (x, 50)], z)]


def area_under(path, ground_s, ground_r):
    over = medium(TENT, 1.0)
    return ground_area(path, ground_s, ground_r, over, make_work(over))


def test_straight_over_the_ridge():
    path = straight((2, 0, 7), (16, 0, 7))
    below = 8 * (0.8 + 4) / 2 + 6 * (4 + 1.6) / 2
    assert area_under(path, 0.8, 1.6) == pytest.approx(7 * 14 - below, abs=1e-12)


def test_the_ground_may_bend_where_the_path_does():
    """From (0, 0) over the ridge to (15, 0), where the ground is 2 m high, and back over it to (0, 10)."""
    path = straight((0, 0, 7), (0, 10, 7))._replace(bent=True, dx=15.0, dy=0.0)
    back = math.hypot(15, 10)
    below = 10 * (0 + 4) / 2 + 5 * (4 + 2) / 2 + back / 3 * (2 + 4) / 2 + back * 2 / 3 * (4 + 0) / 2
    assert area_under(path, 0.0, 0.0) == pytest.approx(7 * (15 + back) - below, abs=1e-12)


@pytest.mark.parametrize(("x", "z"), [(3, 1.2), (10, 4.0), (14, 2.4), (19.5, 0.2)])
def test_the_ground_at_a_place_is_straight_between_edges(x, z):
    over = medium(TENT, 1.0)
    found = ground_at_end(1.0, 5.0, 0.4, float(x), -3.0, over.screens.obstacles, make_work(over).crossings)
    assert found == pytest.approx(z, abs=1e-12)


def test_beyond_the_last_edge_it_goes_on_level():
    over = medium(TENT, 1.0)
    assert ground_at_end(1.0, 0.0, 0.4, 25.0, 0.0, over.screens.obstacles, make_work(over).crossings) == 0.0
