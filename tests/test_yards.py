"""Yards: closed, with a gate or a slit, of one piece or many, one in another."""

import math

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, affinity, box
from small_obstacles import COMPILED, building, wall, ways
from small_ways import SOURCE, TALL, agrees, things
from test_visibility import U_YARD, both_ways, check

CLOSED = Polygon(box(-5, -5, 5, 5).exterior, [box(-4, -4, 4, 4).exterior])


def no_sides(found):
    return found.top.detour > 0 and math.isnan(found.left.detour) and math.isnan(found.right.detour)


@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_a_closed_yard_has_no_way_out_and_none_in(slope):
    yard = building(CLOSED, 8.0)
    for a, b in (((0, 0), (14, 1)), ((-9, 3), (1, 2)), ((2, -2), (0, -30))):
        lift = slope * math.dist(a, b)
        assert no_sides(ways(yard, (*a, 2.0), (*b, 2.0 + lift)))
        assert no_sides(ways(yard, (*b, 2.0 + lift), (*a, 2.0)))


@pytest.mark.parametrize("seed", range(20))
def test_yards_are_closed_where_one_end_is_in_them(seed):
    """A building with two yards, in one of them another with a yard: there is a way where each ring holds both ends or none."""
    rng = np.random.default_rng(seed)
    inner = Polygon(box(-6, -6, 6, 6).exterior, [box(-4, -4, 4, 4).exterior])
    outer = Polygon(
        box(-30, -20, 30, 20).exterior, [box(-10, -15, 14, 15).exterior, box(-28, -15, -14, 15).exterior]
    )
    shapes = [affinity.rotate(shape, rng.uniform(0, 360), origin=(0, 0)) for shape in (inner, outer)]
    rings = [Polygon(ring) for shape in shapes for ring in (shape.exterior, *shape.interiors)]
    solid, among, shut = shapely.union_all(shapes), things(shapes), 0
    for _ in range(30 if COMPILED else 8):
        a, b = rng.uniform(-26, 26, 2), rng.uniform(-40, 40, 2)
        if min(solid.distance(Point(a)), solid.distance(Point(b))) < 0.01 or not solid.intersects(
            LineString([a, b])
        ):
            continue
        found = ways(among, (*a, 2.0), (*b, 2.5))
        apart = any(ring.contains(Point(a)) != ring.contains(Point(b)) for ring in rings)
        assert no_sides(found) if apart else not math.isnan(found.left.detour + found.right.detour)
        shut += apart
    assert shut


@pytest.mark.parametrize("turn", [0.0, 33.0])
def test_an_end_at_a_facade_is_not_shut_in(turn):
    """Behind a building, at its far facade; the line of sight crosses the outline once before it ends there."""
    block = affinity.rotate(box(10, -5, 20, 3), turn, origin=(0, 0))
    at = shapely.get_coordinates(affinity.rotate(Point(20, 0), turn, origin=(0, 0)))[0]
    found = ways(building(block, TALL), SOURCE, (*at, 2.0))
    assert found.left.detour == pytest.approx(math.hypot(10, 3) + 10 + 3 - 20, abs=1e-9)
    assert found.right.detour == pytest.approx(math.hypot(10, 5) + 10 + 5 - 20, abs=1e-9)


def test_a_yard_of_walls_is_closed_where_their_ends_meet():
    ring = wall([(-5, -5), (5, -5), (5, 5), (-5, 5), (-5, -5)], TALL)
    assert no_sides(ways(ring, SOURCE, (14, 1, 2)))
    found = ways(wall([(-5, -5), (5, -5), (5, 5), (-5, 5), (-5, -4)], TALL), SOURCE, (14, 1, 2))
    assert not math.isnan(found.left.detour) and not math.isnan(found.right.detour)


def test_from_yard_to_yard():
    """Two yards that open to the right-hand side; none of both is passed between."""
    one = Polygon([(-3, -4), (-2, -4), (-2, 2), (2, 2), (2, -4), (3, -4), (3, 3), (-3, 3)])
    two = affinity.translate(one, 20, 0)
    found = ways(things([one, two]), SOURCE, (20, 0, 2))
    assert agrees(found.right, [(0, 0), (2, -4), (22 - 4, -4), (20, 0)], 20.0)
    assert agrees(
        found.left, [(0, 0), (-2, -4), (-3, -4), (-3, 3), (23, 3), (23, -4), (22, -4), (20, 0)], 20.0
    )


FOUR = [box(-5, -5, 5, -4), box(4, -4, 5, 5), box(-5, 4, 4, 5), box(-5, -4, -4, 4)]


@pytest.mark.parametrize("turn", [0.0, 17.0, 45.0])
def test_touching_buildings_leave_no_gap(turn):
    """Four blocks close a yard; it stays closed where one is moved off by less than half a millimetre."""
    for gap in (0.0, 0.0004):
        blocks = [*FOUR[:2], affinity.translate(FOUR[2], -gap, 0), FOUR[3]]
        turned = [affinity.rotate(block, turn, origin=(0, 0)) for block in blocks]
        assert no_sides(ways(things(turned), SOURCE, (14, 1, 2)))


@pytest.mark.parametrize("turn", [0.0, 17.0, 45.0])
def test_a_slit_of_less_than_a_millimetre_is_closed_and_a_wider_one_is_a_way(turn):
    """In one building, 1 m deep and aside of the line of sight."""

    def slit(width):
        return affinity.rotate(CLOSED.difference(box(2, 3, 2 + width, 6)), turn, origin=(0, 0))

    assert no_sides(ways(things([slit(0.0004)]), SOURCE, (14, 1, 2)))
    for width in (0.005, 0.02, 1.0):
        check([slit(width)], 14.0)


def test_a_gate_between_blocks_that_hang_together_is_a_way_and_one_between_others_is_none():
    """A gate of 0.5 m beside the block that the line of sight crosses: as in one piece, so long as the rest closes the yard."""
    blocks = [*FOUR[:2], box(-5, 4, 3.5, 5), FOUR[3]]
    whole = ways(things([shapely.union_all(blocks)]), SOURCE, (14, 0, 2))
    parts = ways(things(blocks), SOURCE, (14, 0, 2))
    for one, other in ((parts.left, whole.left), (parts.right, whole.right)):
        assert tuple(one) == pytest.approx(tuple(other), abs=1e-9)
    # two boxes in a row, both crossed: the source in a nook of the first; no way leads through between the two
    nook, box_behind = affinity.translate(U_YARD, 0, 0.5), box(6, -9, 7, 2.8)
    found = ways(things([nook, box_behind]), SOURCE, (14, 0, 2))
    assert agrees(found.right, [(0, 0), (-4, -1.5), (-4, -2.5), (6, -9), (7, -9), (14, 0)], 14.0)
    assert agrees(found.left, [(0, 0), (-4, 2.5), (-4, 3.5), (4, 3.5), (7, 2.8), (14, 0)], 14.0)


def test_a_yard_of_blocks_is_the_yard_of_one_piece():
    """U of three touching blocks, turned; the same ways as the exact graph round their union."""
    for turn in range(5, 360, 60):
        blocks = [box(-4, -3, 3, -2), box(3, -3, 4, 3), box(-4, 2, 3, 3)]
        turned = [affinity.rotate(block, turn, origin=(0, 0)) for block in blocks]
        found = ways(things(turned), SOURCE, (15, 0.5, 2))
        whole = ways(things([affinity.rotate(U_YARD, turn, origin=(0, 0))]), SOURCE, (15, 0.5, 2))
        for one, other in ((found.left, whole.left), (found.right, whole.right)):
            assert tuple(one) == pytest.approx(tuple(other), abs=1e-9, nan_ok=True)


def test_both_in_one_yard_see_each_other():
    found = ways(building(CLOSED, 8.0), SOURCE, (3, 2, 2))
    assert all(math.isnan(way.detour) for way in found[:3])


def test_a_closed_yard_opens_where_the_plane_rises_out_of_its_roof():
    """A square yard turned by 30 degrees: the plane leaves the roof at t = 5.3, short of the yard's farthest corner at 5.46."""
    turned = affinity.rotate(CLOSED, 30, origin=(0, 0))
    slope = 2 / 5.3
    found = ways(building(turned, 4.0), SOURCE, (20, 0, 2 + 20 * slope))
    left, right = both_ways([turned.intersection(box(-99, -99, 5.3, 99))], 20.0, slope)
    assert left is not None and agrees(found.left, left, 20.0, slope)
    assert right is not None and agrees(found.right, right, 20.0, slope)
    slope = 2 / 5.5
    assert no_sides(ways(building(turned, 4.0), SOURCE, (20, 0, 2 + 20 * slope)))


def test_through_the_outer_yard_of_two():
    """The inner yard opens to the left, the outer one to the right: the way crosses the line of sight between them."""
    inner = Polygon(box(-5, -5, 5, 5).exterior, [box(-4, -4, 4, 4).exterior]).difference(box(-1, 3, 1, 6))
    outer = Polygon(box(-11, -11, 11, 11).exterior, [box(-10, -10, 10, 10).exterior]).difference(
        box(-1, -12, 1, -9)
    )
    left, right = check([inner.union(outer).union(box(-10.5, -0.5, -4.5, 0.5))], 20.0)
    out = [(0, 0), (1, 5), (5, 5), (5, -5)]
    assert right == [*out, (1, -10), (1, -11), (11, -11), (20, 0)]
    assert left == [*out, (-1, -11), (-11, -11), (-11, 11), (11, 11), (20, 0)]


def test_out_of_a_wall_bent_round_the_source():
    """The way turns round the wall's end and along its first corner, where a segment begins that has another's end before it."""
    bent = wall([(-10, 0), (2, 4), (10, 6), (12, -8)], TALL)
    found = ways(bent, SOURCE, (65, 14, 2))
    plan, turn = math.hypot(65, 14), math.atan2(14, 65)
    left = [
        (x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn))
        for x, y in ((0, 0), (-10, 0), (2, 4), (10, 6), (65, 14))
    ]
    assert agrees(found.left, [*left[:-1], (plan, 0.0)], plan)
