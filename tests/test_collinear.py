import numpy as np
import pytest
from shapely import LineString

from kernels.collinear import collinear_pairs


def slow_pairs(lines, reach):
    """Every pair, measured by shapely: both ends of the shorter one near the longer one's line, and no wide gap."""
    found = set()
    for i in range(len(lines)):
        for j in range(i + 1, len(lines)):
            longer, shorter = (i, j) if LineString(lines[i]).length >= LineString(lines[j]).length else (j, i)
            a, b = lines[longer]
            far = LineString([a - 1e3 * (b - a), b + 1e3 * (b - a)])
            if all(far.distance(LineString([end, end])) <= reach for end in lines[shorter]):
                gap = LineString(lines[longer]).distance(LineString(lines[shorter]))
                if gap <= 1.5 * reach:  # lines in the test are either closer than this or much farther apart
                    found.add((longer, shorter))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_pairs_are_those_of_all_against_all(seed):
    """Segments on a few lines through a turned lattice: many touch, overlap, cross or run beside each other."""
    rng = np.random.default_rng(seed)
    at, step = rng.integers(0, 5, (40, 2)), rng.choice([[1, 0], [0, 1], [1, 1], [-1, 2]], 40)
    ends = np.stack([at, at + step * rng.integers(1, 4, (40, 1))], axis=1).astype(float)
    angle = rng.uniform(0, 7)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    lines = 10 * ends @ turn.T + rng.uniform(-4e-4, 4e-4, (40, 1, 2)) + [583_960, 4_507_523]
    _, alone = np.unique(np.round(np.sort(ends, axis=1), 3), axis=0, return_index=True)
    lines = lines[alone]  # of two equal ones it is chance which is longer
    pairs = collinear_pairs(lines.reshape(-1, 4), 1e-3)
    assert len(pairs) > 3
    assert {tuple(sorted(pair)) for pair in pairs.tolist()} == {
        tuple(sorted(pair)) for pair in slow_pairs(lines, 1e-3)
    }


def test_reach_is_aside_and_along():
    lines = np.array(
        [[0, 0, 10, 0], [10.0009, 0, 14, 0], [14.0011, 0, 17, 0], [2, 0.0009, 3, 0], [5, 0.0011, 6, 0]], float
    )
    assert sorted(map(tuple, collinear_pairs(lines, 1e-3).tolist())) == [(0, 1), (0, 3)]
    # the shorter one comes second, also where it comes first in the list
    assert collinear_pairs(lines[[3, 0]], 1e-3).tolist() == [[1, 0]]
    assert collinear_pairs(lines[:0], 1e-3).shape == (0, 2)


def test_more_pairs_than_segments():
    pile = np.tile([0.0, 0.0, 5.0, 5.0], (30, 1))
    assert len({tuple(pair) for pair in collinear_pairs(pile, 1e-3).tolist()}) == 30 * 29 / 2
