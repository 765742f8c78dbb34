"""The mean height of paths over triangulated ground: by arithmetic on a ridge."""

import math

import numpy as np
import pytest
from small_obstacles import medium, ridge, straight

from kernels.medium import make_work
from kernels.path_height import area_of_leg, ground_area

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


@pytest.mark.parametrize(
    ("first", "last", "below"), [(3, 8, 5 * 2.2), (8, 14, 2 * 3.6 + 4 * 3.2), (12, 12.5, 0.5 * 3.1)]
)
def test_a_leg_that_ends_between_edges(first, last, below):
    over = medium(TENT, 1.0)
    work = make_work(over)
    leg = (float(first), -3.0, 1.0, 0.0, float(last - first))
    assert area_of_leg(*leg, np.nan, np.nan, over.screens.obstacles, work.crossings) == pytest.approx(
        below, abs=1e-12
    )
    back = (float(last), 7.0, -1.0, 0.0, float(last - first))
    assert area_of_leg(*back, np.nan, np.nan, over.screens.obstacles, work.crossings) == pytest.approx(
        below, abs=1e-12
    )


def test_beyond_the_last_edge_it_goes_on_level():
    ground = medium([edge for x in (0, 10) for edge in ridge([(x, -50), (x, 50)], 0.2 * x)], 1.0)
    leg = (5.0, 0.0, 1.0, 0.0, 20.0)
    below = 5 * (1 + 2) / 2 + 15 * 2
    found = area_of_leg(*leg, np.nan, np.nan, ground.screens.obstacles, make_work(ground).crossings)
    assert found == pytest.approx(below, abs=1e-12)


def test_a_ground_without_edges_is_level():
    nothing = medium([], 1.0)
    path = straight((0, 0, 7), (10, 0, 9))
    assert ground_area(path, 0.0, 0.0, nothing, make_work(nothing)) == pytest.approx(80.0, abs=1e-12)
