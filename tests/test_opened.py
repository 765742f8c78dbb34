"""Oracles: every subset of a small layout, and rows of units that bar a lot, by hand."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import shapely
from test_aisle import random_field, random_layout
from test_placement import site, unit

from siting.placement import lattice_poses, opened, unreached


def most_that_are_reached(field, poses, chosen, aisle):
    for count in range(len(chosen), 0, -1):
        for some in combinations(chosen.tolist(), count):
            if not len(unreached(field, poses, np.array(some), aisle)):
                return count
    return 0


def test_no_layout_is_left_barred_and_hardly_one_loses_more_than_it_has_to():
    lost, more, kept = 0, 0, 0
    for seed in range(40):
        rng = np.random.default_rng(200 + seed)
        field, aisle = random_field(rng), rng.uniform(0.9, 1.5)
        poses = lattice_poses(field, unit(1.6, 1.1, (0.2, 0.05, 0.1, 0.0)), 0.2, aisle_m=aisle)
        chosen = random_layout(poses, rng, units=8)
        left = opened(field, poses, chosen, aisle)
        assert not len(unreached(field, poses, left, aisle))
        assert [p for p in chosen if p in left] == left.tolist()  # their order kept, none twice
        if len(left) == len(chosen):
            kept += 1
            continue
        best = most_that_are_reached(field, poses, chosen, aisle)
        assert len(left) >= best - 1
        lost, more = lost + 1, more + best - len(left)
    assert lost > 8 and kept > 3 and more <= 1


def row_of(poses, y, rotation):
    """Indices of the poses whose bodies lie in a row from x = 0, side by side, by their centres' height and rotation."""
    there = np.flatnonzero(
        (np.abs(poses.xy[:, 1] - y) < 1e-6) & (np.abs(poses.rotation_deg - rotation) < 1e-6)
    )
    there = there[np.argsort(poses.xy[there, 0])]
    return there[np.isclose((poses.xy[there, 0] - 0.75) % 1.5, 0, atol=1e-6)]


@pytest.mark.parametrize(("behind", "left"), [(3, 6), (1, 4)])
def test_a_row_across_the_lot_opens_once_by_hand(behind, left):
    # the street south; four units of 1.5 m fill the width of 6 m, others stand behind: a way of 1.2 m needs one of the four gone
    lot = shapely.box(0, 0, 6, 30)
    field = replace(site(lot), street=shapely.LineString([(0, 0), (6, 0)]))
    poses = lattice_poses(field, unit(1.5, 1.0, (0, 0, 0, 0)), 0.5, aisle_m=1.2, direction=0.0)
    row = row_of(poses, 10.5, 0.0)
    back = row_of(poses, 20.5, 0.0)[:behind]
    assert len(row) == 4 and len(back) == behind
    chosen = np.concatenate((back, row))
    np.testing.assert_array_equal(unreached(field, poses, chosen, 1.2), back)
    mended = opened(field, poses, chosen, 1.2)
    assert len(mended) == left and set(mended) >= set(back) and len(set(row) - set(mended)) == 1
    # a way wider than one unit's place takes the next one, too
    assert len(opened(field, poses, chosen, 1.6)) == max(left - 1, 4)


def test_where_the_row_is_thicker_than_what_it_bars_it_stays():
    # three rows behind each other bar one unit: it goes, not one of each row
    field = replace(site(shapely.box(0, 0, 6, 30)), street=shapely.LineString([(0, 0), (6, 0)]))
    poses = lattice_poses(field, unit(1.5, 1.0, (0, 0, 0, 0)), 0.5, aisle_m=1.2, direction=0.0)
    rows = [row_of(poses, y, 0.0) for y in (5.5, 8.5, 11.5)]
    back = row_of(poses, 20.5, 0.0)[:1]
    chosen = np.concatenate((*rows, back))
    assert len(unreached(field, poses, chosen, 1.2)) == 9
    mended = opened(field, poses, chosen, 1.2)
    # the first row opens for the second (1 for 4), the second for the third (1 for 4), and the last unit is not worth a third
    assert len(mended) == 10


def test_a_unit_that_no_way_can_reach_goes_and_a_layout_that_is_reached_stays():
    house = shapely.box(1, 8, 20, 12)  # leaves 1 m
    lot = shapely.box(0, 0, 20, 20)
    field = replace(site(lot, lot.difference(house), [house]), street=shapely.LineString([(0, 0), (20, 0)]))
    poses = lattice_poses(field, unit(), 0.5, aisle_m=1.2, direction=0.0)
    front = np.flatnonzero(poses.xy[:, 1] < 6)[:1]
    back = np.flatnonzero(poses.xy[:, 1] > 13)[:1]
    both = np.concatenate((back, front))
    np.testing.assert_array_equal(opened(field, poses, both, 1.2), front)
    np.testing.assert_array_equal(opened(field, poses, both, 0.9), both)
    assert len(opened(field, poses, np.zeros(0, np.int64), 1.2)) == 0
    assert len(opened(field, poses, both, 25.0)) == 0  # wider than the lot
