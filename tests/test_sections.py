"""Sections of walls and roofs by the tilted plane: by hand, and against the pieces into which shapely cuts a footprint."""

import math

import numpy as np
import pytest
import shapely
from shapely import LineString, Polygon, affinity, box
from small_obstacles import COMPILED, building, wall, ways
from small_ways import SOURCE, TALL, agrees, things


def test_a_wall_counts_as_far_as_its_top_is_above_the_plane():
    """The plane is at 2 m; a top that falls from 7 m at s = -8 by 0.5 m a metre is there at s = 2; the wall ends at 4."""
    found = ways(wall([(5, -8), (5, 4)], [7.0, 1.0]), SOURCE, (10, 0, 2))
    assert agrees(found.left, [(0, 0), (5, 2), (10, 0)], 10.0)
    assert agrees(found.right, [(0, 0), (5, -8), (10, 0)], 10.0)


def test_a_building_counts_as_far_as_the_tilted_plane_is_below_its_roof():
    """The plane rises from 0 m by 1 in 2 and reaches the roof of 6 m at t = 12; the building goes on to t = 18."""
    house = building(box(8, -3, 18, 4), 6.0)
    found = ways(house, (0, 0, 0), (24, 0, 12))
    assert agrees(found.left, [(0, 0), (8, 4), (12, 4), (24, 0)], 24.0, 0.5)
    assert agrees(found.right, [(0, 0), (8, -3), (12, -3), (24, 0)], 24.0, 0.5)
    back = ways(house, (24, 0, 12), (0, 0, 0))
    assert back.left.detour == pytest.approx(found.right.detour, abs=1e-12)
    assert back.right.thickness == pytest.approx(found.left.thickness, abs=1e-12)


def test_a_roof_with_arms_counts_as_far_as_the_plane_leaves_them():
    """A roof like a U, open to the high side: the plane cuts its arms short at t = 15, and the way turns at their cut ends."""
    outline = [(6, -6), (20, -6), (20, -4), (9, -4), (9, 5), (20, 5), (20, 8), (6, 8)]
    found = ways(building(outline, 5.0), (0, 0, 0), (30, 0, 10))
    assert agrees(found.left, [(0, 0), (6, 8), (15, 8), (30, 0)], 30.0, 1 / 3)
    assert agrees(found.right, [(0, 0), (6, -6), (15, -6), (30, 0)], 30.0, 1 / 3)


ARMS = Polygon([(8, -1), (20, -1), (20, 8), (8, 8), (8, 6), (17, 6), (17, 1), (8, 1)])


def test_parts_of_a_roof_that_the_plane_parts_are_objects_of_their_own():
    """Two arms towards the source, one of them crossed, joined behind t = 17 m; the plane leaves the roof at t = 15."""
    halves = [ARMS.intersection(box(0, -9, 30, 3.5)), ARMS.intersection(box(0, 3.5, 30, 9))]
    for whole_or_cut in (building(ARMS, 5.0), building(halves[0], 5.0) + building(halves[1], 5.0)):
        found = ways(whole_or_cut, (0, 0, 0), (30, 0, 10))
        assert agrees(found.left, [(0, 0), (8, 1), (15, 1), (30, 0)], 30.0, 1 / 3)
        assert agrees(found.right, [(0, 0), (8, -1), (15, -1), (30, 0)], 30.0, 1 / 3)


def test_another_part_of_the_same_roof_joins_where_the_way_meets_it():
    """A wall of 7.5 m sends the left way through the second arm; the plane is at 5 m at t = 15 m."""
    found = ways(building(ARMS, 5.0) + wall([(4, -2), (4, 7.5)], TALL), (0, 0, 0), (30, 0, 10))
    assert agrees(found.left, [(0, 0), (4, 7.5), (8, 8), (15, 8), (30, 0)], 30.0, 1 / 3)
    assert agrees(found.right, [(0, 0), (4, -2), (30, 0)], 30.0, 1 / 3)


def block_of_boxes(rng):
    """The largest piece of some boxes laid over each other, less others."""
    boxes = [
        affinity.translate(
            affinity.rotate(box(-a, -b, a, b), rng.uniform(0, 180), origin=(0, 0)), *rng.uniform(-8, 8, 2)
        )
        for a, b in rng.uniform((4, 0.7), (12, 2), (9, 2))
    ]
    holes = [shapely.Point(*rng.uniform(-9, 9, 2)).buffer(rng.uniform(0.2, 1), 2) for _ in range(12)]
    shape = shapely.union_all(boxes).difference(shapely.union_all(holes))
    return max(getattr(shape, "geoms", [shape]), key=lambda part: part.area)


@pytest.mark.parametrize("seed", range(60 if COMPILED else 15))
def test_a_roof_is_passed_as_the_pieces_that_shapely_cuts_it_into(seed):
    """Much broken blocks with courts, cut across; the pieces, each a building, stand alone in the plane."""
    rng = np.random.default_rng(seed)
    plan, middle = 60.0, 30.0
    shape = affinity.translate(block_of_boxes(rng), middle, rng.uniform(-6, 6))
    at, slope = rng.uniform(middle - 8, middle + 8), rng.uniform(0.1, 0.5) * rng.choice([-1, 1])
    top = 20.0
    source, receiver = top - slope * at, top + slope * (plan - at)
    side = box(-99, -99, at, 99) if slope > 0 else box(at, -99, 99, 99)
    cut = shape.intersection(side)
    pieces = [part for part in getattr(cut, "geoms", [cut]) if isinstance(part, Polygon)]
    whole = ways(building(shape, top), (0, 0, source), (plan, 0, receiver), reach=0.0)
    parts = ways(things(pieces, top), (0, 0, source), (plan, 0, receiver), reach=0.0)
    assert math.isnan(whole.left.detour) == (not cut.intersects(LineString([(0, 0), (plan, 0)])))
    for one, other in zip(whole[:3], parts[:3], strict=True):
        assert tuple(one) == pytest.approx(tuple(other), abs=1e-9, nan_ok=True)
