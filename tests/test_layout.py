"""Layouts under every receptor's limit. Oracles: the levels of all receptors by the slow twin, brute force on tiny lattices."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import shapely
import slow_twin
from shapely import affinity
from small_land import unit
from test_noise import among_houses

from kernels.bands import A_WEIGHTING_DB
from siting import layout
from siting.hearing import Hearing, open_together, together
from siting.layout import Demand
from siting.model import FOOT_M, Site
from siting.placement import body_polygon, lattice_poses, some_of
from siting.surroundings import ENVIRONMENT, open_land

POWER = 97.8


def site(lot, setback=1.524):
    return Site("L", "", "", lot, lot.buffer(-setback, join_style="mitre"), {}, (), (), None, (), ())


def ears(lot, away, count, limits, seed=0):
    """Receptors about a lot, each a neighbour of its own, with limits drawn from a list: places and limits."""
    rng = np.random.default_rng(seed)
    ring = lot.buffer(away).exterior
    xy = shapely.get_coordinates(shapely.line_interpolate_point(ring, rng.uniform(0, ring.length, count)))
    return xy, rng.choice(limits, count).astype(float)


FLAT = np.append(0.0, 10 ** (A_WEIGHTING_DB / 10)) / np.sum(10 ** (A_WEIGHTING_DB / 10))


def hearing_of(machine, poses, xy, around=None):
    n = len(xy)
    return Hearing(
        machine, poses, xy, np.full(n, 1.5), np.arange(n), around or open_land(), FLAT[None], np.arange(n)
    )


def demand_of(limits, power, known=True):
    """Limits in dB(A) for units of a flat octave shape."""
    room = 10 ** (np.array(limits, float) / 10)[:, None]
    return Demand(np.array([[10 ** (power / 10)]]), room, np.full(room.shape, known))


def answer(hearing, demand):
    rows = layout.first_rows(hearing, demand)
    quick = layout.quick_layout(hearing, demand, rows)
    return layout.most_units(hearing, demand, rows, np.zeros(0, np.int64))[0], quick


def levels(hearing, chosen, power):
    """dB(A) at every receptor."""
    if not len(chosen):
        return np.full(len(hearing), -np.inf)
    return 10 * np.log10(together(hearing, np.array(chosen), np.arange(len(hearing)))[:, 0]) + power


def twin_levels(machine, poses, chosen, ears_xy, power):
    """Level at every receptor by the slow twin, units of a flat octave shape, dB(A)."""
    weighted = np.zeros(8) + A_WEIGHTING_DB
    bands = weighted - 10 * np.log10(np.sum(10 ** (weighted / 10))) + power
    e = ENVIRONMENT
    alpha = [
        slow_twin.absorption(f, e.temperature_c, e.humidity_pct, e.pressure_kpa) for f in slow_twin.EXACT_HZ
    ]
    out = []
    for ear in ears_xy:
        lost = [
            slow_twin.attenuation(s, machine.source_height_m, ear, e.receptor_height_m, alpha, 0, 0, 0)
            for s in poses.xy[chosen]
        ]
        out.append(10 * np.log10(sum(10 ** (slow_twin.level(bands, a) / 10) for a in lost)))
    return np.array(out)


@pytest.mark.parametrize(
    ("seed", "count", "limits"), [(0, 12, [60]), (1, 300, [63, 66, 70]), (2, 2000, [60, 75])]
)
def test_layouts_are_legal_at_every_receptor_though_few_are_listened_to(seed, count, limits):
    lot = affinity.rotate(shapely.box(0, 0, 60, 40), 11 * seed)
    machine = unit()
    poses = lattice_poses(site(lot), machine, 4 * FOOT_M)
    xy, limit = ears(lot, 12.0, count, limits, seed)
    hearing, demand = hearing_of(machine, poses, xy), demand_of(limit, POWER)
    best, quick = answer(hearing, demand)
    assert 0 < len(best.chosen) <= best.bound and len(quick) > 0.7 * len(best.chosen)
    assert (levels(hearing, best.chosen, POWER) <= limit).all()
    found = levels(hearing, best.chosen, POWER)
    heard = np.argsort(limit - found)[:15]
    np.testing.assert_allclose(
        twin_levels(machine, poses, best.chosen, xy[heard], POWER), found[heard], atol=1e-9
    )
    assert (limit - found).min() < 4  # and they use what the limits leave


@pytest.mark.parametrize("seed", range(3))
def test_past_houses_a_layout_is_legal_everywhere_and_the_nearest_to_its_limit_is_found(seed):
    rng = np.random.default_rng(seed)
    lot = shapely.box(0, 0, 26, 18)
    houses = [
        shapely.box(x, y, x + rng.uniform(4, 9), y + rng.uniform(4, 9))
        for x, y in ((-12, 2), (30, 4), (5, 24), (16, -14))
    ]
    around = among_houses(*houses)
    machine = unit()
    poses = lattice_poses(site(lot), machine, 2 * FOOT_M)
    few = np.sort(rng.permutation(len(poses))[:60])
    poses = some_of(poses, few)
    xy, limit = ears(lot, 25.0, 70, [60, 66], seed)
    hearing, demand = hearing_of(machine, poses, xy, around), demand_of(limit, 92.0)
    best, quick = answer(hearing, demand)
    fresh = hearing_of(machine, poses, xy, around)  # nothing remembered
    everyone = levels(fresh, best.chosen, 92.0)
    assert 0 < len(best.chosen) <= best.bound and len(quick) > 0.7 * len(best.chosen)
    assert (everyone <= limit).all()
    np.testing.assert_allclose(levels(hearing, best.chosen, 92.0), everyone, atol=1e-11)
    excess = everyone - limit
    found, where = layout.nearest_to_limit(hearing, demand, best.chosen)
    assert found == pytest.approx(excess.max(), abs=1e-9) and where == excess.argmax()
    energy, exact = layout.completed(hearing, demand, best.chosen)
    level = 10 * np.log10(energy[:, 0]) + 92.0
    np.testing.assert_allclose(level[exact], everyone[exact], atol=1e-9)
    assert exact[excess.argmax()] and (level[~exact] - limit[~exact] < excess.max()).all()
    over_land = 10 * np.log10(open_together(hearing, best.chosen)[:, 0]) + 92.0
    assert (everyone < over_land - 3).any()  # the houses do screen


def tiny(seed):
    """About a dozen poses on a small lot, and receptors whose limits let a few stand."""
    rng = np.random.default_rng(seed)
    lot = affinity.rotate(shapely.box(0, 0, rng.uniform(4.3, 6.3), rng.uniform(2.2, 3.0)), rng.uniform(0, 90))
    machine = unit(clearance=(0.3048,) * 4)
    poses = lattice_poses(site(lot, setback=0.31), machine)
    keep = np.sort(rng.permutation(len(poses))[:10])
    poses = some_of(poses, keep)
    xy, limit = ears(lot, 3.0, 7, np.linspace(76, 90, 8), seed)
    return poses, hearing_of(machine, poses, xy), limit


def compatible(poses, gap=0.3048):
    bodies = [
        affinity.rotate(body_polygon(*xy, r, poses.body_m), -poses.angle_deg, origin=(0, 0))
        for xy, r in zip(poses.xy, poses.rotation_deg, strict=True)
    ]

    def apart(a, b):
        x0, y0, x1, y1 = bodies[a].bounds
        return shapely.box(x0 - gap, y0 - gap, x1 + gap, y1 + gap).intersection(bodies[b]).area < 1e-5

    pair = {c for c in combinations(range(len(poses)), 2) if apart(*c)}
    for count in range(1, len(poses) + 1):
        for subset in combinations(range(len(poses)), count):
            if all(c in pair for c in combinations(subset, 2)):
                yield list(subset)


@pytest.mark.parametrize("seed", range(8))
def test_the_bound_is_never_below_the_optimum_and_a_given_number_stands_nearly_as_quiet_as_can_be(seed):
    poses, hearing, limit = tiny(seed)
    demand = demand_of(limit, POWER)
    subsets = list(compatible(poses))
    excess = [levels(hearing, s, POWER) - limit for s in subsets]
    optimum = max((len(s) for s, e in zip(subsets, excess, strict=True) if e.max() <= 0), default=0)
    best, _ = answer(hearing, demand)
    assert len(best.chosen) <= optimum <= best.bound
    assert len(best.chosen) >= optimum - 1
    rows = layout.first_rows(hearing, demand)
    for wanted in {1, min(2, max(map(len, subsets)))}:
        chosen, _ = layout.quietest_units(hearing, demand, wanted, rows, [])
        assert wanted - 1 <= len(chosen) <= wanted  # filling may miss one on poses as scattered as these
        if len(chosen) < wanted:
            continue
        mine = (levels(hearing, chosen, POWER) - limit).max()
        quietest = min(e.max() for s, e in zip(subsets, excess, strict=True) if len(s) == wanted)
        assert quietest - 1e-9 <= mine <= quietest + (1e-9 if wanted == 1 else 1.0)


@pytest.mark.parametrize("seed", range(6))
def test_of_many_metrics_the_optimum_is_that_of_brute_force_over_all_of_them(seed):
    # three sums over bands with limits of their own, some of them none: the same subsets as above, every row by hand
    poses, plain, limit = tiny(seed)
    rng = np.random.default_rng(seed + 50)
    basis = rng.uniform(0.0, 1.0, (3, 9)) * [0, *[1] * 8]
    hearing = replace(plain, basis=basis, memo={}, rows={})
    limits = limit[:, None] + rng.uniform(-1, 3, (7, 3))
    limits[rng.random((7, 3)) < 0.3] = np.inf
    mix = np.diag(10 ** (np.array([POWER, POWER - 1, POWER + 1]) / 10))
    demand = Demand(mix, 10 ** (limits / 10), np.ones((7, 3), bool))
    subsets = list(compatible(poses))
    legal = []
    for s in subsets:
        heard = together(hearing, np.array(s), np.arange(7))
        level = 10 * np.log10(np.stack([heard[:, k] * mix[k, k] for k in range(3)], axis=1))
        assert layout.excess(demand, heard).max() == pytest.approx((level - limits).max(), abs=1e-9)
        if (level <= limits).all():
            legal.append(s)
    optimum = max(map(len, legal), default=0)
    best, _ = answer(hearing, demand)
    assert optimum - 1 <= len(best.chosen) <= optimum <= best.bound
    assert not len(best.chosen) or sorted(best.chosen.tolist()) in [sorted(s) for s in legal]


def test_an_unknown_limit_is_planned_for_and_does_not_lower_the_bound():
    lot = shapely.box(0, 0, 40, 30)
    machine, poses = unit(), lattice_poses(site(lot), unit())
    xy, limit = ears(lot, 10.0, 40, [55])
    hearing = hearing_of(machine, poses, xy)
    known, not_known = (answer(hearing, demand_of(limit, POWER, known))[0] for known in (True, False))
    np.testing.assert_array_equal(known.chosen, not_known.chosen)
    assert not_known.bound > known.bound and not_known.bound_by == -1


@pytest.mark.parametrize("seed", range(6))
def test_louder_units_are_never_more(seed):
    lot = affinity.rotate(shapely.box(0, 0, 30 + 4 * seed, 22), 9 * seed)
    machine = unit()
    poses = lattice_poses(site(lot), machine)
    xy, limit = ears(lot, 8.0, 60, [60, 64], seed)
    hearing = hearing_of(machine, poses, xy)
    counts = [
        len(answer(hearing, demand_of(limit, power))[0].chosen)
        for power in (84.0, 88.0, 92.0, 96.0, 100.0, 104.0)
    ]
    assert counts == sorted(counts, reverse=True) and counts[0] > counts[-1]


def test_no_unit_where_what_is_there_leaves_no_room_and_any_number_where_there_is_no_limit():
    lot = shapely.box(0, 0, 40, 30)
    machine = unit()
    poses = lattice_poses(site(lot), machine)
    xy, limit = ears(lot, 10.0, 40, [80])
    hearing = hearing_of(machine, poses, xy)
    limit[7] = -np.inf
    full, _ = answer(hearing, demand_of(limit, POWER))
    assert len(full.chosen) == 0 and full.bound == 0 and full.bound_by == 7
    free, _ = answer(hearing, demand_of(np.full(40, np.inf), POWER))
    assert len(free.chosen) > 20 and free.bound_by == -1


def test_nobody_to_hear_and_nowhere_to_stand():
    machine, lot = unit(), shapely.box(0, 0, 20, 10)
    poses = lattice_poses(site(lot), machine)
    best, _ = answer(hearing_of(machine, poses, np.zeros((0, 2))), demand_of([], POWER))
    assert len(best.chosen) > 5 and best.bound_by == -1
    nowhere = lattice_poses(site(shapely.box(0, 0, 3, 3)), machine)
    xy, limit = ears(lot, 5, 4, [60])
    best, _ = answer(hearing_of(machine, nowhere, xy), demand_of(limit, POWER))
    assert len(best.chosen) == 0 and best.bound == 0
