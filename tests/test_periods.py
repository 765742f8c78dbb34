"""How many units may run in a period. Oracles: every subset tried in plain Python, and a case by hand."""

from itertools import combinations

import numpy as np
import pytest

from siting.law import Hours, Period
from siting.study.periods import ALL_TRIED, _running, hours_in_words


def plain_most(each, room):
    """The largest number of units that keeps every row, by trying every subset."""
    for count in range(len(each), 0, -1):
        for some in combinations(range(len(each)), count):
            if all(sum(each[u][r] for u in some) <= room[r] for r in range(len(room))):
                return count
    return 0


@pytest.mark.parametrize("seed", range(12))
def test_as_many_run_as_any_choice_allows(seed):
    rng = np.random.default_rng(seed)
    each = rng.uniform(0.05, 1.0, (rng.integers(1, 8), rng.integers(1, 5)))
    room = rng.uniform(0.3, 3.0, each.shape[1])
    run = _running(each, room)
    assert len(run) == plain_most(each.tolist(), room.tolist())
    assert not len(run) or (each[run].sum(axis=0) <= room * (1 + 1e-9)).all()


@pytest.mark.parametrize("seed", range(6))
def test_of_many_units_what_runs_is_legal_and_no_other_fits_beside_it(seed):
    rng = np.random.default_rng(seed)
    each = rng.uniform(0.05, 1.0, (ALL_TRIED + 20, 6))
    room = rng.uniform(4.0, 9.0, 6)
    run = _running(each, room)
    assert 0 < len(run) < len(each) and (each[run].sum(axis=0) <= room * (1 + 1e-9)).all()
    for unit in np.setdiff1d(np.arange(len(each)), run):
        assert (each[[*run, unit]].sum(axis=0) > room).any()


def test_the_loud_one_rests_by_hand():
    # rows hold 1.0: 0.9 + 0.2 is over it, 0.4 + 0.2 + 0.3 is not; where there is no room nobody runs
    each = np.array([[0.9], [0.4], [0.2], [0.3]])
    assert _running(each, np.array([1.0])).tolist() == [1, 2, 3]
    assert _running(each, np.array([0.0])).tolist() == []
    assert _running(each, np.array([np.inf])).tolist() == [0, 1, 2, 3]


def test_of_as_many_the_quietest_run():
    # two of three may run: the pairs reach 0.9, 0.8 and 0.7
    assert _running(np.array([[0.5], [0.4], [0.3]]), np.array([1.0])).tolist() == [1, 2]


def test_hours_in_words():
    parts = (Hours("Mon-Fri", "07:00", "22:00"), Hours("Sat-Sun", "09:00", "24:00"))
    assert hours_in_words(Period("day", parts)) == ("Mon-Fri 07:00–22:00", "Sat-Sun 09:00–24:00")
