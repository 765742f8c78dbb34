"""The search for most units and its bounds. Oracles: all subsets of a few poses, plain greedy, and what must follow from what."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from bench.baselines import colliding, greedy, packer
from placing_instances import Instance, instance, loads, ring, yard_poses
from shapely import affinity
from slow_placing import best, conflicts
from small_land import unit

from siting.model import Site
from siting.placement import lattice_poses, optimum, some_of, upper_bound
from siting.placement.cells import cell_prices
from siting.placement.cliques import clique_rows
from siting.placement.margin import gathered, quietened
from siting.placement.prices import prices
from siting.placement.program import relaxed, solve

NOTHING = np.zeros(0, np.int64)
EVERY = 10**6
LONG = 60.0
# front, right, back, left: alike, one side deeper, all different, and none between backs
CLEARANCES = [(0.3048,) * 4, (0.9144, 0.3048, 0.3048, 0.3048), (1.2, 0.4, 0.8, 0.6), (0.9, 0.0, 0.3, 0.0)]
SEEDS = range(160)


def tiny(seed, count=11, limits=None):
    """A few poses of a small turned lot, in two or four quarter turns, and limits that some of them fill."""
    draw = np.random.default_rng(seed)
    clear = CLEARANCES[seed % 4]
    lot = shapely.box(0, 0, draw.uniform(3.4, 6.4), draw.uniform(2.2, 5.2))
    lot = affinity.rotate(lot, draw.uniform(0, 90), origin=(0, 0))
    site = Site("L", "EPSG:26986", "", lot.buffer(2, join_style="mitre"), lot, {}, (), (), None, (), ())
    poses = lattice_poses(site, unit(clearance=clear))
    poses = some_of(poses, np.sort(draw.permutation(len(poses))[:count]))
    rows = int(draw.integers(0, 5)) if limits is None else limits
    load = draw.uniform(0.05, draw.choice([0.4, 0.8, 1.2]), (len(poses), rows))
    return poses, load, conflicts(poses, clear)


def is_legal(chosen, load, apart):
    """No two in each other's way, no limit over full, nobody twice."""
    here = np.ix_(chosen, chosen)
    full = load[chosen].sum(axis=0).max(initial=0.0)
    return not apart[here].any() and full <= 1 and len(set(chosen.tolist())) == len(chosen)


def found(case, seconds=LONG, enough=EVERY, start=NOTHING):
    return optimum(case.poses, case.load, start, enough, seconds)


def yard(seed):
    """A yard of some hundred poses with receptors all round it, of which several bind."""
    draw = np.random.default_rng(seed)
    poses, ground = yard_poses(int(draw.integers(22, 34)), int(draw.integers(14, 24)))
    ears = ring(ground, 40, draw)
    limit = draw.choice([58.0, 60.0, 62.0, 65.0], len(ears))
    return Instance(f"yard {seed}", poses, loads(poses, ears, limit, draw.uniform(77, 80)))


@pytest.mark.parametrize("seed", SEEDS)
def test_as_many_as_the_best_of_all_subsets_and_proved(seed):
    poses, load, apart = tiny(seed)
    most, _ = best(apart, load)
    answer = optimum(poses, load, NOTHING, EVERY, LONG)
    assert is_legal(answer.chosen, load, apart)
    assert (len(answer.chosen), answer.bound, answer.status) == (most, most, "optimal")


def test_the_instances_are_not_all_alike():
    sizes = [best(apart, load)[0] for _, load, apart in map(tiny, SEEDS)]
    assert min(sizes) == 1 and max(sizes) >= 6 and len(set(sizes)) >= 6
    assert {len(tiny(seed)[0].bodies) for seed in SEEDS} == {2, 4}
    assert {tiny(seed)[1].shape[1] for seed in SEEDS} == {0, 1, 2, 3, 4}


@pytest.mark.parametrize("seed", SEEDS[:80])
def test_no_bound_is_below_the_best_of_all_subsets(seed, monkeypatch):
    poses, load, apart = tiny(seed)
    most, _ = best(apart, load)
    assert upper_bound(poses, load, 1.0)[0] >= most
    assert relaxed(poses, load, LONG).bound >= most - 1e-9
    rough = cell_prices(poses, load)
    assert rough.bound >= most - 1e-9
    assert prices(poses, load, rough, most, np.inf).bound >= most - 1e-9
    monkeypatch.setattr(
        "siting.placement.prices.THIN", 6
    )  # prices of every second pose or so, and steps from there
    thin = prices(poses, load, rough, 0, np.inf)
    assert len(thin.thin) <= 6 < len(poses) and thin.bound >= most - 1e-9


@pytest.mark.parametrize("seed", SEEDS[:80])
def test_what_gains_most_under_what_is_left_of_the_limits(seed):
    poses, load, apart = tiny(seed, limits=2)
    draw = np.random.default_rng(seed)
    gain, room = draw.uniform(0.7, 1.0, len(poses)), draw.uniform(0.3, 1.0, 2)
    worth = max(
        (
            gain[list(subset)].sum()
            for subset in subsets(len(poses))
            if not apart[np.ix_(subset, subset)].any() and (load[list(subset)].sum(axis=0) <= room).all()
        ),
        default=0.0,
    )
    answer = solve(poses, load, gain, room, 0, LONG, 10_000)
    assert answer.done and gain[answer.chosen].sum() == pytest.approx(worth, abs=1e-9)
    assert answer.bound >= worth - 1e-6 and (load[answer.chosen].sum(axis=0) <= room).all()
    more = len(answer.chosen) + 1
    asked_for = solve(poses, load, gain, room, more, LONG, 10_000).chosen
    assert asked_for is None or len(asked_for) >= more


@pytest.mark.parametrize("seed", SEEDS[:80])
def test_of_as_many_units_those_with_the_largest_smallest_margin(seed):
    poses, load, apart = tiny(seed, limits=1 + seed % 4)
    most, peak = best(apart, load)
    chosen = optimum(poses, load, NOTHING, EVERY, LONG).chosen
    quiet = quietened(poses, load, chosen, LONG)
    assert is_legal(quiet, load, apart) and len(quiet) == most
    if most:
        assert peak <= load[quiet].sum(axis=0).max() <= peak * (1 + 2e-4)


@pytest.mark.parametrize("seed", range(4))
def test_nearer_to_the_services_without_filling_a_limit_further(seed):
    case = yard(seed)
    quiet = quietened(case.poses, case.load, found(case).chosen, 2.0)
    full = case.load[quiet].sum(axis=0).max() * 1.01
    place = np.array([[3.0, -2.0]])
    near = gathered(case.poses, case.load, quiet, full, place)
    assert len(set(near.tolist())) == len(quiet) and case.load[near].sum(axis=0).max() <= full
    blocked = sum(colliding(case.poses, pose).astype(int) for pose in near)
    assert (blocked[near] == 1).all()
    runs = [np.hypot(*(case.poses.xy[chosen] - place).T).sum() for chosen in (near, quiet)]
    assert runs[0] < runs[1]


def subsets(count):
    return [[k for k in range(count) if number >> k & 1] for number in range(2**count)]


@pytest.mark.parametrize("seed", SEEDS[:40])
def test_rows_of_poses_say_which_are_in_each_others_way(seed):
    poses, _, apart = tiny(seed, count=60)
    rows = clique_rows(poses).toarray()
    together = rows.T @ rows > 0
    np.fill_diagonal(together, False)
    assert not (together & ~apart).any()  # no row forbids what is allowed
    if seed % 4 == 0:  # clearances that are all alike: they say all
        assert (together == apart).all()


@pytest.mark.parametrize("seed", range(6))
def test_never_fewer_than_greedy_or_a_packer(seed):
    case = yard(seed)
    answer = found(case)
    plain, packed = greedy(case.poses, case.load), packer(case.poses, case.load)
    assert max(len(plain), len(packed)) <= len(answer.chosen) <= answer.bound
    assert (case.load[answer.chosen].sum(axis=0) <= 1).all()
    blocked = sum(colliding(case.poses, pose).astype(int) for pose in answer.chosen)
    assert (blocked[answer.chosen] == 1).all()


def test_never_fewer_where_limits_bind_on_all_sides_of_a_yard_too_large_to_prove():
    draw = np.random.default_rng(0)
    poses, ground = yard_poses(80, 70)
    ears = ring(ground, 300, draw, 1.5, 3.0)
    case = Instance("close neighbours", poses, loads(poses, ears, np.full(len(ears), 55.0), 62.0))
    answer = found(case, seconds=3.0)
    plain, packed = greedy(poses, case.load), packer(poses, case.load)
    assert 20 < max(len(plain), len(packed)) <= len(answer.chosen) <= answer.bound
    assert (case.load[answer.chosen].sum(axis=0) <= 1).all()


@pytest.mark.parametrize("seed", range(6))
def test_more_ways_to_stand_and_looser_limits_never_give_fewer(seed):
    case = yard(seed)
    most = len(found(case).chosen)
    straight = case.poses.quarter == 0
    fewer = Instance("straight", some_of(case.poses, straight), case.load[straight])
    assert len(found(fewer).chosen) <= most
    counts = [len(found(case._replace(load=case.load * 10 ** (-db / 10))).chosen) for db in (-2, -1, 0, 1, 2)]
    assert counts == sorted(counts) and counts[2] == most and counts[0] < counts[-1]


def test_the_same_layout_every_time_whatever_the_number_of_threads():
    work = (
        "import json; from test_program import told, yard, instance\n"
        "print(json.dumps([told(yard(3)), told(instance('10,146 × 1,000'))]))"
    )
    said = [[told(yard(3)), told(instance("10,146 × 1,000"))]]
    for threads in ("1", "2"):
        names = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        env = os.environ | dict.fromkeys(names, threads) | {"PYTHONPATH": str(Path(__file__).parent)}
        done = subprocess.run(
            [sys.executable, "-c", work], capture_output=True, text=True, env=env, check=True
        )
        said.append(json.loads(done.stdout))
    assert said[0] == said[1] == said[2] and said[0][0][2] == "optimal"


def told(case):
    answer = found(case)
    return [answer.chosen.tolist(), answer.bound, answer.status]


@pytest.mark.parametrize("seconds", [0.0, 0.01])
def test_when_the_time_is_up_there_is_a_legal_layout_and_a_bound(seconds):
    case = instance("4,104 × 1,000")
    answer = found(case, seconds)
    assert answer.status == "ended"
    assert 25 <= len(answer.chosen) < answer.bound <= 60
    assert (case.load[answer.chosen].sum(axis=0) <= 1).all()
    blocked = sum(colliding(case.poses, pose).astype(int) for pose in answer.chosen)
    assert (blocked[answer.chosen] == 1).all()


def test_a_start_is_never_made_worse_and_the_search_ends_where_enough_are_found():
    case = yard(1)
    most = found(case).chosen
    assert len(found(case, seconds=0.0, start=most).chosen) == len(most)
    few = found(case, enough=3)
    assert len(few.chosen) == 3 and few.bound >= len(most)


def test_nowhere_to_stand_nobody_to_hear_and_limits_that_no_unit_keeps():
    case = yard(2)
    none = found(Instance("none", some_of(case.poses, NOTHING), case.load[:0]))
    assert (len(none.chosen), none.bound, none.status) == (0, 0, "optimal")
    shut = found(case._replace(load=np.full_like(case.load, 1.5)))
    assert (len(shut.chosen), shut.bound, shut.status) == (0, 0, "optimal")
    quiet = found(case._replace(load=case.load[:, :0]))
    packed = packer(case.poses, case.load[:, :0])
    assert len(packed) <= len(quiet.chosen) <= quiet.bound


def test_limits_that_are_full_to_the_last_digit_by_hand():
    # four units of a quarter each fill a limit: the search stops short of that, and does not say that four cannot be
    case = yard(4)
    answer = found(case._replace(load=np.full((len(case.poses), 1), 0.25)))
    assert len(answer.chosen) in (3, 4) and answer.bound == 4
    assert (answer.status == "optimal") == (len(answer.chosen) == 4)
    over = found(case._replace(load=np.full((len(case.poses), 1), 0.2500001)))
    assert (len(over.chosen), over.bound) == (3, 3)
