"""Oracles: shapes whose sides are known, and the same shapes turned."""

import numpy as np
import pytest
import shapely
from shapely import affinity
from test_placement import site

from siting.placement import directions

# a house lot with a slanting back: sides 40 (0°), 20, 50 (36.87° = 3-4-5), 50 (90°)
SLANTED = shapely.Polygon([(0, 0), (40, 0), (40, 20), (0, 50)])


def apart(a, b):
    return abs((a - b + 45) % 90 - 45)


def test_a_rectangle_has_one_direction_and_it_is_that_of_its_longer_side():
    for angle in (-80, -30, 0, 30, 80):
        field = affinity.rotate(shapely.box(0, 0, 50, 20), angle)
        assert directions(site(field)) == pytest.approx((angle,), abs=1e-9)


def test_a_slanting_side_is_a_direction_of_its_own():
    # the slant runs down 30 over 40: -36.87°, modulo 90 it is 53.13°, 50 m of 160; the rest of the boundary runs along 0 and 90
    found = directions(site(SLANTED))
    assert len(found) == 2 and apart(found[0], 0) < 1e-9
    assert found[1] == pytest.approx(90 - np.degrees(np.arctan2(30, 40)), abs=1e-9)


@pytest.mark.parametrize("angle", [30, 77.7, -141])
def test_directions_turn_with_the_lot(angle):
    still, turned = directions(site(SLANTED)), directions(site(affinity.rotate(SLANTED, angle)))
    assert len(still) == len(turned)
    assert all(apart(b - a, angle) < 1e-6 for a, b in zip(still, turned, strict=True))


def test_a_side_in_many_pieces_counts_whole_and_a_short_or_a_nearly_straight_one_does_not():
    rng = np.random.default_rng(3)
    wavy = shapely.get_coordinates(SLANTED.segmentize(1.0))
    wavy = shapely.Polygon(wavy[:-1] + rng.normal(0, 0.004, wavy[:-1].shape))  # 0.3° either way
    found = directions(site(wavy))
    assert len(found) == 2 and apart(found[1], 53.13) < 0.3
    nick = shapely.Polygon([(0, 0), (40, 0), (40, 14), (34, 20), (0, 20)])  # 8.5 m of 112 along 45°
    assert len(directions(site(nick))) == 1
    lean = shapely.Polygon([(0, 0), (60, 0), (60, 20), (0, 22)])  # its back turned by 1.9°
    assert len(directions(site(lean))) == 1


def test_there_are_three_at_most_each_apart_from_the_others_and_a_circle_has_one():
    sides = np.radians(
        [0, 40, 75, 110, 150, 200, 260, 320]
    )  # eight different sides modulo 90, of much the same length
    xy = np.cumsum(np.column_stack((np.cos(sides), np.sin(sides))) * 30, axis=0)
    many = shapely.convex_hull(shapely.multipoints(xy))
    found = directions(site(many))
    assert 1 <= len(found) <= 3
    assert all(apart(a, b) > 3 for k, a in enumerate(found) for b in found[:k])
    triangle = shapely.Polygon([(0, 0), (30, 0), (15, 15 * np.tan(np.radians(60)))])
    assert sorted(round(d) % 90 for d in directions(site(triangle))) == [0, 30, 60]
    assert len(directions(site(shapely.Point(0, 0).buffer(20, quad_segs=32)))) == 1
    assert directions(site(shapely.box(0, 0, 9, 9), buildable=shapely.Polygon())) == (0.0,)
