"""What units take of limits. Oracle: the same in numpy, and every pair of limits compared at every pose."""

import numpy as np
import pytest

from siting.layout import Demand, Rows, loads

POSES, RECEPTORS, METRICS, SUMS = 40, 12, 4, 3


def drawn(seed):
    """A demand of some metrics, of which a few are nowhere fuller than another, and what poses bring."""
    draw = np.random.default_rng(seed)
    mix = draw.uniform(0, 1, (METRICS, SUMS))
    room = draw.choice([0.02, 0.5, 1.0, 30.0, np.inf], (RECEPTORS, METRICS))
    room[0], room[1, :2] = np.inf, 0.0  # a receptor without limits, and one over two of them already
    true = draw.uniform(size=room.shape) < 0.8
    energy = draw.uniform(0, 1, (POSES, RECEPTORS, SUMS)) ** 3
    energy[:, 2] = energy[:, 2, :1]  # one spectrum everywhere: one limit always stops first
    return Demand(mix, room, true), energy


def told(demand, energy, index, true):
    """Receptor, metric and share of every limit that no other one of its receptor is always at least as full as."""
    out = []
    for r in index:
        kept = [m for m in range(METRICS) if demand.room[r, m] < np.inf and (demand.true[r, m] or not true)]
        with np.errstate(divide="ignore"):
            full = {m: (energy[:, r] @ demand.mix[m]) / demand.room[r, m] for m in kept}
        left = dict(full)
        for m in kept:
            if any(k != m and (full[m] <= left[k]).all() for k in left):
                del left[m]
        out += [(r, m, left[m]) for m in left]
    return out


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("true", [False, True])
def test_shares_of_the_limits_that_may_stop_first(seed, true):
    demand, energy = drawn(seed)
    index = np.random.default_rng(seed).permutation(RECEPTORS)
    found = loads(demand, Rows(index, energy[:, index]), true)
    wanted = told(demand, energy, index, true)
    assert list(zip(found.receptor, found.metric, strict=True)) == [(r, m) for r, m, _ in wanted]
    assert 0 < len(wanted) < (demand.room < np.inf).sum()
    np.testing.assert_allclose(found.load.T, [full for *_, full in wanted], rtol=1e-12)


@pytest.mark.parametrize("first", [0, 1, 5, RECEPTORS])
def test_more_receptors_join_those_that_are_known(first):
    demand, energy = drawn(3)
    index = np.arange(RECEPTORS)
    some = loads(demand, Rows(index[:first], energy[:, :first]))
    both = loads(demand, Rows(index, energy), before=some)
    whole = loads(demand, Rows(index, energy))
    for one, other in zip(both, whole, strict=True):
        assert np.array_equal(one, other)
