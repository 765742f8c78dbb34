import math

import numpy as np
import pytest

from kernels.directivity import directivity_db

TABLE = np.random.default_rng(1).uniform(-12, 3, (8, 8))


def directivity(table, heading, dx, dy):
    out = np.full(8, math.nan)
    directivity_db(table, float(heading), float(dx), float(dy), out)
    return out


@pytest.mark.parametrize("position", range(8))
@pytest.mark.parametrize("heading", [0.0, 1.0, -17.0, 100.0])
def test_positions_lie_every_45_degrees_counter_clockwise(position, heading):
    angle = heading + position * math.pi / 4
    found = directivity(TABLE, heading, 30 * math.cos(angle), 30 * math.sin(angle))
    assert np.allclose(found, TABLE[position], rtol=0, atol=1e-9)


def test_between_positions_by_hand():
    # heading north, path to the west-north-west: 67.5 degrees counter-clockwise, half between positions 1 and 2
    angle = math.radians(90 + 67.5)
    assert np.allclose(
        directivity(TABLE, math.pi / 2, math.cos(angle), math.sin(angle)),
        (TABLE[1] + TABLE[2]) / 2,
        atol=1e-12,
    )
    # a third of the way from the last position to the first
    angle = math.radians(315 + 15)
    assert np.allclose(
        directivity(TABLE, 0, math.cos(angle), math.sin(angle)), TABLE[7] * 2 / 3 + TABLE[0] / 3, atol=1e-12
    )


def test_turning_the_unit_and_the_path_together_changes_nothing():
    for turn in np.linspace(-20, 20, 41):
        for angle in np.linspace(0, 7, 29):
            still = directivity(TABLE, 0.3, math.cos(angle), math.sin(angle))
            turned = directivity(TABLE, 0.3 + turn, 5 * math.cos(angle + turn), 5 * math.sin(angle + turn))
            assert np.allclose(still, turned, rtol=0, atol=1e-9)


def test_turning_the_unit_by_45_degrees_is_a_shift_of_its_positions():
    for angle in np.linspace(0, 6, 13):
        path = math.cos(angle), math.sin(angle)
        assert np.allclose(
            directivity(TABLE, math.pi / 4, *path),
            directivity(np.roll(TABLE, 1, axis=0), 0, *path),
            atol=1e-12,
        )


def test_straight_above_the_loudest_position_counts():
    assert np.array_equal(directivity(TABLE, 2.0, 0, 0), TABLE.max(axis=0))
