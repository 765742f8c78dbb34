import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from small_obstacles import COMPILED

from kernels.band import nearest_on_roof, over_the_top, sort_points, under_sight

CASES = json.loads((Path(__file__).parent / "reference" / "acoustics.json").read_text(encoding="utf-8"))[
    "cases"
]
JRC = [name for name, case in CASES.items() if "barrier_path" in case["expected"]]


def band(plan, zs, zr, points):
    """The band over points (t, z) in any order."""
    t, z = np.array(sorted(points), float).reshape(-1, 2).T.copy()
    return over_the_top(plan, zs, zr, t, z, len(t), np.empty(len(t) + 1, np.int64))


def length(points):
    return sum(math.dist(a, b) for a, b in itertools.pairwise(points))


def shortest_over(plan, zs, zr, points):
    """Of the broken lines over all subsets of the points, the shortest that passes above all of them."""
    best = None
    for count in range(1, len(points) + 1):
        for chosen in itertools.combinations(sorted(points), count):
            line = [(0.0, zs), *chosen, (plan, zr)]
            at, heights = np.array(line).T
            passes = all(np.interp(t, at, heights) >= z - 1e-12 for t, z in points)
            if passes and (best is None or length(line) < length(best)):
                best = line
    return best


@pytest.mark.parametrize("seed", range(40 if COMPILED else 12))
def test_the_band_is_the_shortest_line_over_all_edges(seed):
    rng = np.random.default_rng(seed)
    plan, zs, zr = rng.uniform(20, 200), rng.uniform(0, 5), rng.uniform(0, 20)
    t = np.sort(rng.uniform(0.5, plan - 0.5, rng.integers(1, 8)))
    z = zs + (zr - zs) * t / plan + rng.uniform(0.01, 6, len(t))
    line = shortest_over(plan, zs, zr, list(zip(t.tolist(), z.tolist(), strict=True)))
    way = band(plan, zs, zr, zip(t, z, strict=True))
    straight = math.hypot(plan, zr - zs)
    assert way.detour == pytest.approx(length(line) - straight, abs=1e-11)
    assert way.first == pytest.approx(math.dist(*line[:2]), abs=1e-11)
    assert way.last == pytest.approx(math.dist(*line[-2:]), abs=1e-11)
    assert way.thickness == pytest.approx(length(line[1:-1]), abs=1e-11)
    # distance of a point from a line by the cross product
    off = [((b - zs) * plan - (zr - zs) * a) / straight for a, b in line[1:-1]]
    assert way.offset == pytest.approx(max(off), abs=1e-11)


@pytest.mark.parametrize("name", JRC)
def test_eu_reference_software(name):
    inputs = CASES[name]["inputs"]
    profile, expected = inputs["profile_d_z"], CASES[name]["expected"]["barrier_path"]
    plan, zs, zr = inputs["dp_m"], profile[0][1] + inputs["hs_m"], profile[-1][1] + inputs["hr_m"]
    above = [(t, z) for t, z in profile if 0 < t < plan and z > zs + (zr - zs) * t / plan]
    way = band(plan, zs, zr, above)
    for got, key in zip(way, ("z", "dss", "dsr", "e"), strict=False):
        assert got == pytest.approx(expected[key], abs=6e-5)


def test_thick_wall_by_hand():
    way = band(10.0, 1.0, 1.0, [(4.88, 3.0), (5.12, 3.0)])
    leg = math.hypot(4.88, 2.0)
    assert way.detour == pytest.approx(CASES["HAND_thick_wall"]["expected"]["z_m"], abs=5e-5)
    assert way == pytest.approx((2 * leg + 0.24 - 10, leg, leg, 0.24, 2.0), abs=1e-12)


def test_one_edge_by_hand():
    """3-4-5 triangles in a line of sight that rises 3 in 4."""
    assert band(8.0, 0.0, 6.0, [(0.0625, 3.0)]).thickness == 0.0
    way = band(24.0, 0.0, 0.0, [(9.0, 12.0)])
    assert way == (15.0 + math.hypot(15, 12) - 24.0, 15.0, math.hypot(15, 12), 0.0, 12.0)


def test_edges_that_the_band_only_touches_or_passes_over_do_not_count():
    two = band(30.0, 0.0, 0.0, [(10.0, 4.0), (20.0, 4.0)])
    for more in ((15.0, 4.0), (15.0, 3.0), (5.0, 2.0), (5.0, 1.9), (25.0, 2.0), (10.0, 3.0), (10.0, 4.0)):
        assert band(30.0, 0.0, 0.0, [(10.0, 4.0), (20.0, 4.0), more]) == pytest.approx(two, abs=1e-12)
    assert band(30.0, 0.0, 0.0, [(10.0, 4.0), (20.0, 4.0), (15.0, 4.1)]).detour > two.detour


def test_no_edge_is_no_way():
    assert math.isnan(band(30.0, 1.0, 2.0, []).detour)


def test_an_edge_a_hair_above_the_sight_has_no_negative_detour():
    for t in np.linspace(0.1, 99.9, 400):
        assert 0.0 <= band(100.0, 1.0, 7.3, [(t, 1.0 + 6.3 * t / 100 + 1e-13)]).detour < 1e-12


@pytest.mark.parametrize("seed", range(10))
def test_points_are_sorted_into_those_before(seed):
    rng = np.random.default_rng(seed)
    t, z = rng.integers(0, 20, 12).astype(float), np.arange(12.0)
    start = int(rng.integers(0, 12))
    t[:start].sort()
    expected = sorted(zip(t.tolist(), z.tolist(), strict=True), key=lambda pair: pair[0])  # stable
    sort_points(t, z, start, 12)
    assert list(zip(t.tolist(), z.tolist(), strict=True)) == expected


def test_below_the_sight_by_hand():
    case = CASES["HAND_negative_z"]["inputs"]
    way = under_sight(100.0, 2.0, 2.0, 50.0, 2.0 - case["edge_below_los_m"])
    leg = math.hypot(50, 0.5)
    assert way == pytest.approx((100 - 2 * leg, leg, leg, 0.0, 0.0), abs=1e-12)
    assert way.detour < 0
    assert under_sight(100.0, 0.0, 50.0, 30.0, 15.0).detour == pytest.approx(0.0, abs=1e-13)


@pytest.mark.parametrize("seed", range(30))
def test_nearest_place_of_a_roof_is_where_the_way_over_it_is_shortest(seed):
    """Against ten thousand places on the roof."""
    rng = np.random.default_rng(seed)
    plan, zs, zr = rng.uniform(5, 100), rng.uniform(0, 9), rng.uniform(0, 9)
    top = rng.uniform(-4, 9)
    start, stop = np.sort(rng.uniform(0, plan, 2))
    places = np.linspace(start, stop, 10001)
    lengths = np.hypot(places, zs - top) + np.hypot(plan - places, zr - top)
    t = nearest_on_roof(plan, zs, zr, top, start, stop)
    assert start <= t <= stop
    assert math.hypot(t, zs - top) + math.hypot(plan - t, zr - top) <= lengths.min() + 1e-12


def test_roof_at_the_height_of_the_sight():
    """Every place of it lies on the line of sight then: its beginning is as good as any."""
    assert nearest_on_roof(50.0, 3.0, 3.0, 3.0, 12.0, 20.0) == 12.0
