"""Oracles: triangles by hand, every tree of a few units, the order of points."""

import itertools
import math

import numpy as np
import pytest

from siting.placement.runs import runs


def test_nearest_farthest_and_tree_by_hand():
    # the service at the origin, units at 3-4-5 corners: (3, 0), (3, 4), (9, 12); tree 3 + 4 + |(6, 8)| = 17
    units = np.array([[3.0, 4.0], [9.0, 12.0], [3.0, 0.0]])
    gas, grid = runs([("gas", (0.0, 0.0)), ("grid", (9.0, 0.0))], units)
    assert (gas.kind, gas.nearest_m, gas.farthest_m) == ("gas", 3.0, 15.0)
    assert gas.tree_m == pytest.approx(17.0, abs=1e-12)
    # from (9, 0): 6 to (3, 0), then the same 4 + 10
    assert (grid.kind, grid.nearest_m, grid.farthest_m) == ("grid", 6.0, 12.0)
    assert grid.tree_m == pytest.approx(20.0, abs=1e-12)


def test_a_unit_at_the_service_point_needs_no_run():
    (gas,) = runs([("gas", (1.0, 1.0))], np.array([[1.0, 1.0], [1.0, 6.0]]))
    assert (gas.nearest_m, gas.farthest_m) == (0.0, 5.0) and gas.tree_m == pytest.approx(5.0, abs=1e-12)


def test_the_nearest_of_several_points_serves():
    # two ends of a street 100 m long, a unit 10 m from each: two runs of 10 m and none between them
    (gas,) = runs([("gas", (0.0, 0.0)), ("gas", (100.0, 0.0))], np.array([[10.0, 0.0], [90.0, 0.0]]))
    assert (gas.nearest_m, gas.farthest_m) == (10.0, 10.0) and gas.tree_m == pytest.approx(20.0, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_no_tree_of_all_is_shorter(seed):
    """Every tree on five places, as Prüfer's codes have them: 125."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 50, (5, 2))
    lengths = []
    for code in itertools.product(range(5), repeat=3):
        degree = [1 + code.count(k) for k in range(5)]
        total = 0.0
        for node in code:
            leaf = degree.index(1)
            total += math.dist(xy[leaf], xy[node])
            degree[leaf] -= 1
            degree[node] -= 1
        total += math.dist(*(xy[k] for k in range(5) if degree[k] == 1))
        lengths.append(total)
    (grid,) = runs([("grid", tuple(xy[0]))], xy[1:])
    assert grid.tree_m == pytest.approx(min(lengths), abs=1e-9)


def test_no_units_no_runs_and_no_points_no_runs():
    assert runs([("gas", (0.0, 0.0))], np.zeros((0, 2))) == ()
    assert runs([], np.ones((3, 2))) == ()
