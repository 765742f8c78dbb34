import math

import numpy as np
import pytest

from siting.near_source import many_sub_sources, sub_sources

UNIT = (1.5, 0.93, 1.8)  # length, width, height
MIDDLE = (0.0, 0.0, 0.9)


@pytest.mark.parametrize(
    ("gap", "boxes"),
    [
        # gap before the end of the unit, at the height of its middle: the receiver is 0.75 m + gap from the middle
        # 3 m: 3.75 m are more than 2 * 1.8 m, one point
        (3.0, (1, 1, 1)),
        # 2 m, 2.75 m: 1.8 x 2 > 2.75. Two boxes 0.9 m high leave the length: 1.5 x 2 > sqrt(2.75^2 + 0.45^2) = 2.79.
        # Then 0.75 x 0.93 x 0.9 m, nearest middle 2.75 - 0.375 = 2.375 m and 0.45 m away: 2.417 m >= 2 x 0.93
        (2.0, (2, 1, 2)),
        # 1 m, 1.75 m: 2 x 1 x 2 gives sqrt(1.375^2 + 0.45^2) = 1.447 < 2 x 0.93; 2 x 2 x 2 1.465 < 2 x 0.9;
        # 2 x 2 x 3 (the middle one of three is level with the receiver) sqrt(1.375^2 + 0.2325^2) = 1.395 < 2 x 0.75;
        # 3 x 2 x 3: sqrt(1.25^2 + 0.2325^2) = 1.271 >= 2 x 0.6
        (1.0, (3, 2, 3)),
    ],
)
def test_a_unit_by_hand(gap, boxes):
    points, share = sub_sources(MIDDLE, 0.0, UNIT, 0.0, (0.75 + gap, 0.0, 0.9))
    assert len(points) == math.prod(boxes)
    for axis, (side, n) in enumerate(zip(UNIT, boxes, strict=True)):
        at = MIDDLE[axis] + side * ((np.arange(n) + 0.5) / n - 0.5)
        assert np.allclose(np.unique(np.round(points[:, axis], 9)), at, rtol=0, atol=1e-9)
    assert np.allclose(share, 1 / len(points), rtol=0, atol=1e-15)


@pytest.mark.parametrize("seed", range(20))
def test_every_part_is_a_point_for_the_receiver_and_together_they_are_the_box(seed):
    rng = np.random.default_rng(seed)
    size, heading = rng.uniform(0.2, 4, 3), rng.uniform(-7, 7)
    source = np.array([*rng.uniform(-50, 50, 2), size[2] / 2 + 20])
    turn = np.array([[math.cos(heading), -math.sin(heading)], [math.sin(heading), math.cos(heading)]])
    local = size / 2 * rng.choice([-1, 1], 3) * rng.uniform(0.2, 1, 3)
    axis = seed % 3  # outside along this one
    local[axis] += math.copysign(size[axis] / 2 + size.max() * rng.uniform(0.2, 1), local[axis])
    receiver = source + np.append(turn @ local[:2], local[2])
    points, share = sub_sources(source, 20.0, size, heading, receiver)
    assert share.sum() == pytest.approx(1, abs=1e-12)
    assert np.allclose(points.mean(axis=0), source, rtol=0, atol=1e-9)
    back = (points - source) @ np.block([[turn, np.zeros((2, 1))], [np.zeros((1, 2)), np.eye(1)]])
    assert np.all(np.abs(back) <= size / 2)
    assert len(points) < 3000
    if len(points) > 1:
        cells = [len(np.unique(np.round(back[:, axis], 6))) for axis in range(3)]
        assert math.prod(cells) == len(points)
        assert 2 * np.max(size / cells) <= np.min(np.linalg.norm(points - receiver, axis=1)) + 1e-12


def test_turning_and_shifting_everything_changes_nothing():
    rng = np.random.default_rng(4)
    points, share = sub_sources((0, 0, 1), 0.0, (3, 1, 2), 0.0, (2.5, 1.0, 1.2))
    for turn in rng.uniform(-9, 9, 5):
        matrix = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
        turned, same = sub_sources(
            (7, -9, 31), 30.0, (3, 1, 2), turn, (*(matrix @ [2.5, 1.0] + [7, -9]), 31.2)
        )
        assert np.allclose(
            turned, np.column_stack([points[:, :2] @ matrix.T + [7, -9], points[:, 2] + 30]), atol=1e-9
        )
        assert np.array_equal(share, same)


@pytest.mark.parametrize("seed", range(5))
def test_many_sources_at_once_are_each_to_the_bit_what_it_is_alone(seed):
    rng = np.random.default_rng(seed)
    size = rng.uniform(0.5, 4, 3)
    headings = rng.uniform(-7, 7, 40)
    middles = np.column_stack([rng.uniform(-9, 9, (40, 2)), rng.uniform(0.3, 3, 40)])
    middles[0] = 0.1, 0.1, 1.4
    receiver = np.array([0.0, 0.0, 1.5])
    points, share, whose, inside = many_sub_sources(middles, np.zeros(40), size, headings, receiver)
    assert 0 < inside.sum() < 20
    for middle, heading in zip(middles[inside], headings[inside], strict=True):
        with pytest.raises(ValueError, match="inside"):
            sub_sources(middle, 0.0, size, heading, receiver)
    counts = set()
    for k in np.flatnonzero(~inside):
        middle, heading = middles[k], headings[k]
        alone, its_share = sub_sources(middle, 0.0, size, heading, receiver)
        assert points[whose == k].tobytes() == alone.tobytes()
        assert share[whose == k].tobytes() == its_share.tobytes()
        counts.add(len(alone))
    assert len(counts) > 3


def test_what_lies_below_the_ground_is_cut_off():
    points, _ = sub_sources((0, 0, 0.5), 0.0, (1, 1, 4), 0.0, (2, 0, 1))
    assert points[:, 2].min() > 0 and points[:, 2].mean() == pytest.approx(1.25)  # from 0 to 2.5 m
    far, _ = sub_sources((0, 0, 0.5), 0.0, (1, 1, 4), 0.0, (20, 0, 1))
    assert far.tolist() == [[0, 0, 0.5]]  # the given point where one is enough


def test_the_level_near_a_line_is_that_of_the_integral():
    """A rod of 10 m, receiver 1 m before its middle: the mean of 1/r^2 is 2 atan(5)/10."""
    points, share = sub_sources((0, 0, 5), 0.0, (10, 0, 0), 0.3, (-math.sin(0.3), math.cos(0.3), 5))
    found = np.sum(share / np.sum((points - [-math.sin(0.3), math.cos(0.3), 5]) ** 2, axis=1))
    assert 10 * math.log10(found / (2 * math.atan(5) / 10)) == pytest.approx(0, abs=0.05)
    assert len(points) > 15


def test_boxes_are_no_more_than_4096():
    for gap, enough in ((0.13, True), (0.11, False), (1e-6, False)):
        receiver = (0.75 + gap, 0.0, 0.9)
        points, share = sub_sources(MIDDLE, 0.0, UNIT, 0.0, receiver)
        side = np.max(np.array(UNIT) / [len(np.unique(np.round(points[:, axis], 9))) for axis in range(3)])
        assert 3000 < len(points) <= 4096 and share.sum() == pytest.approx(1)
        assert (np.linalg.norm(points - receiver, axis=1).min() >= 2 * side) == enough


@pytest.mark.parametrize(
    ("message", "source", "size", "receiver"),
    [
        ("inside", MIDDLE, UNIT, (0.7, 0.4, 1.7)),
        ("inside", MIDDLE, UNIT, (0.75, 0.0, 0.9)),
        ("below the ground", (0, 0, -3.0), UNIT, (5, 5, 1)),
        ("size", MIDDLE, (1.5, -0.93, 1.8), (5, 5, 1)),
    ],
)
def test_what_cannot_be_is_refused(message, source, size, receiver):
    with pytest.raises(ValueError, match=message):
        sub_sources(source, 0.0, size, 0.0, receiver)
