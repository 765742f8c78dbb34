"""What a way round meets, by hand."""

import math

import pytest
from small_obstacles import wall, ways
from small_ways import SOURCE, TALL, agrees


def test_what_the_way_meets_is_passed_too_and_then_what_the_wider_way_meets():
    """By hand: round a wall's end 3 m aside; one from 1 to 5 m stands in that way, one from 4.5 m clear of the wider way."""
    first = wall([(5, -2), (5, 3)], TALL)
    second, third = wall([(10, 1), (10, 5)], TALL), wall([(12, 4.5), (12, 9)], TALL)
    assert agrees(ways(first, SOURCE, (20, 0, 2)).left, [(0, 0), (5, 3), (20, 0)], 20.0)
    found = ways(first + second + third, SOURCE, (20, 0, 2))
    assert agrees(found.left, [(0, 0), (5, 3), (10, 5), (20, 0)], 20.0)
    assert agrees(found.right, [(0, 0), (5, -2), (20, 0)], 20.0)
    third = wall([(12, 3.5), (12, 9)], TALL)  # that way is at 4 m there
    assert agrees(ways(first + second + third, SOURCE, (20, 0, 2)).left, [(0, 0), (12, 9), (20, 0)], 20.0)


def test_an_object_too_low_for_the_plane_is_not_met():
    low = wall([(10, 1), (10, 4)], 1.99)
    found = ways(wall([(5, -2), (5, 2)], TALL) + low, SOURCE, (20, 0, 2))
    assert agrees(found.left, [(0, 0), (5, 2), (20, 0)], 20.0)


def test_a_wall_along_the_way_from_source_to_receiver():
    """Two cross walls, and one along the line between their ends: the way touches it and turns where it did."""
    ends = wall([(5, -3), (5, 2)], TALL) + wall([(15, -3), (15, 2)], TALL)
    along = wall([(6, 2), (14, 2)], TALL)
    assert agrees(ways(ends + along, SOURCE, (20, 0, 2)).left, [(0, 0), (5, 2), (15, 2), (20, 0)], 20.0)


def test_on_a_reflected_path_joins_what_hangs_together_with_what_is_crossed():
    """A wall of two segments before the one that reflects, crossed by the second leg; a third stands by itself in its way round.

    By the image source: unfolded at y = 0, the path is 40 m long and meets the screen at t = 30 m.
    """
    bend = (20.0, 0.0)
    screen = wall([(30, 1), (30, 12), (34, 20)], TALL)
    apart = wall([(26, 8), (26, 30)], TALL)  # the way, from (0, -20) to (34, 20), meets it at (26, 10.6)
    alone = ways(screen[:1], (0, 20, 2), (40, 20, 2), bend=bend)
    both = ways(screen, (0, 20, 2), (40, 20, 2), bend=bend)
    assert both.left.detour > alone.left.detour > 0
    assert both.right.detour == pytest.approx(alone.right.detour, abs=1e-12)
    assert ways(screen + apart, (0, 20, 2), (40, 20, 2), bend=bend).left == pytest.approx(
        both.left, abs=1e-12
    )


@pytest.mark.parametrize("cut", [False, True])
def test_what_reflects_neither_screens_its_own_reflection_nor_joins(cut):
    """A wall of two legs: one reflects, the other, at its end, is crossed; the way round that leads over what reflects."""
    line = [(0, 0), (40, 0)] if not cut else [(0, 0), (25, 0), (40, 0)]
    corner = wall([(30, 12), (40, 0)], TALL)
    source, receiver, bend = (0, 20, 2), (40, 20, 2), (20.0, 0.0)
    alone, with_it = (
        ways(things, source, receiver, bend=bend) for things in (corner, wall(line, TALL) + corner)
    )
    assert not math.isnan(alone.right.detour)
    assert with_it.right == pytest.approx(alone.right, abs=1e-12)
    assert with_it.left == pytest.approx(alone.left, abs=1e-12)
