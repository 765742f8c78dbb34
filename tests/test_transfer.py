import hashlib
import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import slow_twin
from flat_cases import CASES, box, case_ground, flat_transfer, level_medium, make_zones, on_level
from small_obstacles import COMPILED, building, medium, paths, wall

from kernels import paths as term
from kernels.air import absorption_db_per_m, band_absorption_db_per_m
from kernels.bands import A_WEIGHTING_DB, NOMINAL_HZ
from kernels.belts import FOLIAGE, SITE, make_belts
from kernels.decibel import to_energy, to_level
from kernels.rows import TILE
from kernels.transfer import SamePointError, transfer

ALPHA = band_absorption_db_per_m(10, 70)
NO_AIR = np.zeros(8)
EVERY_BAND = np.eye(8)
OFFICIAL = [f"TR17534-3_T0{n}" for n in (1, 2, 3, 4)]
ZONES = make_zones(
    [[box(-50, -50, 120, 300)], [box(60, 40, 260, 200), box(100, 80, 150, 130)], [box(200, -100, 400, 90)]],
    [0.0, 1.0, 0.35],
    0.8,
)


def flat_terms(xy, hs, at, hr, alpha, ground):
    """Band terms (13, 8) and single values (17,) of the one path over level ground."""
    (path,) = paths(on_level([xy], hs, 5)[0], on_level([at], hr, 4)[0], level_medium(ground, alpha))
    assert path.reflector == -1
    return path.bands, path.single


def lost(bands, single):
    """Adiv + Aatm + Agr."""
    return single[term.DIVERGENCE] + bands[term.AIR] + bands[term.GROUND]


def scene(sources, receivers, seed=0):
    """Arguments of flat_transfer up to band_energy: random places and heights, three metrics."""
    rng = np.random.default_rng(seed)
    places = (
        rng.uniform(0, 300, (sources, 2)),
        rng.uniform(0.2, 5, sources),
        rng.uniform(-50, 900, (receivers, 2)),
        rng.uniform(0, 8, receivers),
    )
    return *places, to_energy(rng.uniform(70, 100, (3, 8)) + A_WEIGHTING_DB), ALPHA


@pytest.mark.parametrize("name", OFFICIAL)
def test_official_cases_in_every_band_and_in_total(name):
    inputs, expected = CASES[name]["inputs"], CASES[name]["expected"]
    source, receiver, power = (
        np.array(inputs["S"], float),
        np.array(inputs["R"], float),
        np.array(inputs["Lw_dB"]),
    )
    alpha = band_absorption_db_per_m(inputs["T_C"], inputs["RH_pct"], inputs["p_kPa"])
    weighted = to_energy(power + A_WEIGHTING_DB)
    metrics = np.vstack([np.diag(to_energy(power)), np.diag(weighted), weighted])
    energy = flat_transfer(
        [source[:2]], source[2], [receiver[:2]], receiver[2], metrics, alpha, case_ground(inputs)
    )
    levels = to_level(energy[0, 0])
    assert np.allclose(levels[:8], expected["L_dB"], rtol=0, atol=0.05)
    assert np.allclose(levels[8:16], expected["LA_dB"], rtol=0, atol=0.05)
    assert levels[16] == pytest.approx(expected["LA_total"], abs=0.05)


@pytest.mark.parametrize("name", OFFICIAL)
def test_terms_of_the_official_cases(name):
    inputs, expected = CASES[name]["inputs"], CASES[name]["expected"]["intermediate"]
    first = CASES[OFFICIAL[0]]["expected"]["intermediate"]  # geometry and air, the same in all four
    alpha = band_absorption_db_per_m(inputs["T_C"], inputs["RH_pct"], inputs["p_kPa"])
    bands, single = flat_terms(
        inputs["S"][:2], inputs["S"][2], inputs["R"][:2], inputs["R"][2], alpha, case_ground(inputs)
    )
    assert single[term.PLAN] == pytest.approx(first["dp"], abs=0.01)
    assert single[term.DISTANCE] == pytest.approx(first["d3"], abs=0.01)
    assert single[term.DIVERGENCE] == pytest.approx(first["Adiv"], abs=0.01)
    assert np.allclose(bands[term.AIR], first["Aatm"], rtol=0, atol=0.01)
    assert np.allclose(bands[term.GROUND], expected["Agr"], rtol=0, atol=0.01)
    assert np.allclose(bands[term.GROUND_S], expected["Agr_s"], rtol=0, atol=0.01)
    assert np.allclose(bands[term.GROUND_M], expected["Agr_m"], rtol=0, atol=0.01)
    assert np.allclose(bands[term.GROUND_R], expected["Agr_r"], rtol=0, atol=0.01)
    factors = [expected.get(key, inputs.get("G")) for key in ("Gs", "Gm", "Gr")]
    assert np.allclose(single[[term.G_S, term.G_M, term.G_R]], factors, rtol=0, atol=0.005)


def test_pywake_on_63_flat_grounds():
    inputs = CASES["PYWAKE_flat_63"]["inputs"]
    alpha = absorption_db_per_m(NOMINAL_HZ, inputs["T_C"], inputs["RH_pct"], inputs["p_Pa"] / 1000)
    power = np.diag(to_energy(inputs["Lw_dB"]))
    rows = CASES["PYWAKE_flat_63"]["expected"]["rows"]
    assert len(rows) == 63
    for row in rows:
        energy = flat_transfer([[0, 0]], row["hs"], [[0, row["d_plan"]]], row["hr"], power, alpha, row["G"])
        assert np.allclose(to_level(energy[0, 0]), row["L_dB"], rtol=0, atol=0.005)


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("JRC")])
def test_terms_of_the_eu_reference_software(name):
    inputs, expected = CASES[name]["inputs"], CASES[name]["expected"]
    alpha = absorption_db_per_m(NOMINAL_HZ, inputs["T_C"], inputs["RH_pct"])
    zones = make_zones(
        [[box(-1, -1, inputs["profile_d_z"][1][0], 1)]], [inputs["G_segments"][0]], inputs["G_segments"][1]
    )
    bands, single = flat_terms([0, 0], inputs["hs_m"], [inputs["dp_m"], 0], inputs["hr_m"], alpha, zones)
    assert single[term.DIVERGENCE] == pytest.approx(expected["Adiv_dB"], abs=0.06)
    assert np.allclose(bands[term.AIR], expected["Aatm_dB"], rtol=0, atol=0.06)
    assert np.allclose(bands[term.GROUND], expected["Agr_dB"], rtol=0, atol=0.06)


@pytest.mark.parametrize("ground", [0.0, 0.6, ZONES])
def test_transfer_agrees_with_the_twin_and_with_its_terms(ground):
    xy, hs, at, hr, energy, alpha = scene(5, 9)
    levels = to_level(flat_transfer(xy, hs, at, hr, energy, alpha, ground))
    areas, factors, outside = [], [], ground
    if ground is ZONES:
        rings = [ZONES.xy[a:b] for a, b in pairwise(ZONES.ring_offsets)]
        parts = pairwise(ZONES.polygon_offsets)
        areas, factors, outside = [slow_twin.even_odd(rings[a:b]) for a, b in parts], ZONES.g, ZONES.g_outside
    for s, r in np.ndindex(5, 9):
        g = slow_twin.regions(xy[s], hs[s], at[r], hr[r], areas, factors, outside)
        g = [0.0 if value is None else value for value in g]
        slow = slow_twin.attenuation(xy[s], hs[s], at[r], hr[r], alpha, *g)
        terms = flat_terms(xy[s], hs[s], at[r], hr[r], alpha, ground)
        assert np.allclose(lost(*terms), slow, rtol=0, atol=1e-9)
        for m in range(3):
            assert levels[s, r, m] == pytest.approx(slow_twin.level(to_level(energy[m]), slow), abs=1e-9)


@pytest.mark.parametrize("ground", [0.3, ZONES])
def test_source_and_receiver_may_change_places(ground):
    xy, hs, at, hr, energy, alpha = scene(6, 11, seed=1)
    there = flat_transfer(xy, hs, at, hr, energy, alpha, ground)
    back = flat_transfer(at, hr, xy, hs, energy, alpha, ground)
    if ground is ZONES:
        assert np.allclose(to_level(there), to_level(back.transpose(1, 0, 2)), rtol=0, atol=1e-11)
    else:
        assert np.array_equal(there, back.transpose(1, 0, 2))


@pytest.mark.parametrize("ground", [0.3, ZONES])
def test_a_level_does_not_depend_on_the_other_receivers(ground):
    """Blocks of every length around the widths of vectors, and across a tile's end, give the same bits as one call."""
    count = TILE + 21
    xy, hs, at, hr, energy, alpha = scene(1, count, seed=2)
    whole = flat_transfer(xy, hs, at, hr, energy, alpha, ground)
    cuts = np.cumsum([0, *range(1, 12), 16, 17, 31, 33])
    for first, stop in zip(cuts, [*cuts[1:], count], strict=True):
        part = flat_transfer(xy, hs, at[first:stop], hr[first:stop], energy, alpha, ground)
        assert np.array_equal(part, whole[:, first:stop])
    order = np.random.default_rng(3).permutation(count)
    assert np.array_equal(flat_transfer(xy, hs, at[order], hr[order], energy, alpha, ground), whole[:, order])


def test_a_metric_does_not_depend_on_the_other_metrics():
    xy, hs, at, hr, energy, alpha = scene(2, 13)
    whole = flat_transfer(xy, hs, at, hr, energy, alpha, 0.5)
    for m in range(3):
        assert np.array_equal(
            flat_transfer(xy, hs, at, hr, energy[m : m + 1], alpha, 0.5)[..., 0], whole[..., m]
        )


@pytest.mark.parametrize("ground", [0.3, ZONES])
def test_threads_give_the_same_bits(ground):
    arguments = (*scene(2, 101, seed=4), ground)
    alone = flat_transfer(*arguments)
    for threads in (2, 3, 200):
        assert np.array_equal(flat_transfer(*arguments, threads=threads), alone)
    with ThreadPoolExecutor(2) as pool:  # and two calls at once
        for result in pool.map(lambda _: flat_transfer(*arguments), range(4)):
            assert np.array_equal(result, alone)


def digest_of_levels():
    """Hash of every bit of some transfers; also called in a process without a compiler."""
    digest = hashlib.sha256()
    for ground in (0.0, 0.37, ZONES):
        digest.update(flat_transfer(*scene(3, 50, seed=9), ground).tobytes())
    return digest.hexdigest()


def test_compiled_code_gives_the_bits_of_plain_python():
    """So nothing is reordered or fused, on any processor."""
    code = "from test_transfer import digest_of_levels as d; print(d())"
    here = Path(__file__).parent
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": f"{here}{os.pathsep}{here.parent}"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == digest_of_levels()


def test_zones_of_one_factor_are_uniform_ground():
    arguments = scene(3, 20, seed=5)
    everywhere = make_zones([[box(0, 0, 100, 100)], [box(50, 50, 500, 500)]], [0.4, 0.4], 0.4)
    levels = to_level(flat_transfer(*arguments, everywhere))
    assert np.allclose(levels, to_level(flat_transfer(*arguments, 0.4)), rtol=0, atol=1e-12)


def test_a_zone_cut_in_two_changes_no_level():
    arguments = scene(4, 15, seed=6)
    whole = make_zones([[box(20, -40, 480, 400)]], [0.9], 0.1)
    cut = make_zones([[box(20, -40, 133.7, 400)], [box(133.7, -40, 480, 400)]], [0.9, 0.9], 0.1)
    levels = to_level(flat_transfer(*arguments, whole))
    assert np.allclose(to_level(flat_transfer(*arguments, cut)), levels, rtol=0, atol=1e-10)
    assert not np.allclose(levels, to_level(flat_transfer(*arguments, 0.1)), atol=0.1)


@pytest.mark.parametrize("ground", [0.5, ZONES])
def test_a_source_right_above_the_receiver_is_at_its_slant_distance(ground):
    # by hand: 20 lg 3 + 11, hard -1.5 twice in band 63; dp = 0, so a' = b' = 1.5 and the ground is -3 (1 - G)
    bands, single = flat_terms([70, 60], 4, [70, 60], 1, ALPHA, ground)
    assert single[term.DIVERGENCE] == pytest.approx(20 * math.log10(3) + 11, abs=1e-12)
    g = 1.0 if ground is ZONES else 0.5
    assert np.allclose(bands[term.GROUND], [-3.0] + [-3 * (1 - g)] * 7, atol=1e-12)
    levels = to_level(flat_transfer([[70, 60]], 4, [[70, 60]], 1, EVERY_BAND, ALPHA, ground)[0, 0])
    assert np.allclose(-levels, lost(bands, single), rtol=0, atol=1e-9)


def test_twice_as_far_is_six_decibels_in_a_vacuum():
    energy = flat_transfer([[0, 0]], 0, [[10, 0], [20, 0]], 0, EVERY_BAND[:1], np.zeros(8), 0.0)[0, :, 0]
    # at height 0 the whole path is middle region, q = 1: -3 in each of three regions less, at 63 Hz -1.5 -1.5 -3
    assert to_level(energy[0]) == pytest.approx(-20 - 11 + 6, abs=1e-12)
    assert energy[0] / energy[1] == pytest.approx(4, rel=1e-14)


def test_nothing_in_gives_nothing_out():
    assert flat_transfer(np.empty((0, 2)), 1, [[0, 0]], 1, EVERY_BAND, ALPHA, 0.5).shape == (0, 1, 8)
    assert flat_transfer([[0, 0]], 1, np.empty((0, 2)), 1, EVERY_BAND, ALPHA, 0.5).shape == (1, 0, 8)


@pytest.mark.parametrize("ground", [0.4, ZONES])
@pytest.mark.parametrize("lift", [1024.0, -37.5])
def test_lifting_ground_and_points_together_changes_no_bit(ground, lift):
    """Heights in 1/1024 m, so that the lifted ones are exact."""
    xy, hs, at, hr, energy, alpha = scene(3, 40, seed=7)
    hs, hr = np.ceil(hs * 1024) / 1024, np.ceil(hr * 1024) / 1024
    levels, lifted = (
        transfer(on_level(xy, hs, 5, z), on_level(at, hr, 4, z), energy, level_medium(ground, alpha))
        for z in (0.0, lift)
    )
    assert np.array_equal(levels, lifted)


def test_points_at_different_heights_of_ground():
    """By hand: a source 1 m above a terrace at 7 m, a receiver 2 m above ground at 0 m, 8 m away in plan."""
    got = transfer([[0, 0, 8, 7, 0]], [[8, 0, 2, 0]], EVERY_BAND[4:5], level_medium(0.0, NO_AIR))[0, 0, 0]
    # d = sqrt(64 + 36) = 10; the ground is hard: -1.5 at either end, no middle up to 30 (1 + 2) m
    assert to_level(got) == pytest.approx(-20 - 11 + 3, abs=1e-12)


YARD = [(30, 20), (55, 20), (55, 45), (30, 45), (30, 40), (50, 40), (50, 25), (30, 25)]
PATTERN = np.random.default_rng(11).uniform(-9, 3, (2, 8, 8))


def crowded(**settings):
    """Buildings, walls, belts, zones, air and C0 between sources and receivers."""
    belts = make_belts(
        np.array(box(-10, -40, 70, -15) + box(0, 50, 90, 80), float), [0, 5, 10], [0, 1, 2], [FOLIAGE, SITE], [6.0, 9.0]
    )  # fmt: skip
    things = [
        *building(YARD, 7.0, 0.2),
        *building([(5, -12), (18, -12), (18, -4), (5, -4)], 5.5, 0.0),
        *building([(18, -12), (26, -12), (26, -4), (18, -4)], 4.0),
        *wall([(-20, 10), (0, 14), (22, 9)], [3.0, 3.5, 2.5], 0.3),
        *wall([(70, -20), (74, 60)], 4.0),
    ]
    chosen = {"g": ZONES, "alpha": ALPHA, "belts": belts, "c0": 2.0}
    return medium(things, **(chosen | settings))


def crowd(receivers, seed=21):
    rng = np.random.default_rng(seed)
    sources = np.array([[11.0, 0.0, 1.5, 0.0, 0.3], [40.0, 32.0, 2.0, 0.5, -2.0]])  # the second in the yard
    rows = np.column_stack(
        [
            rng.uniform(-60, 130, (receivers, 2)),
            rng.uniform(0.5, 9, receivers),
            rng.uniform(0, 0.5, receivers),
        ]
    )
    return sources, rows, to_energy(rng.uniform(70, 100, (2, 3, 8)))


@pytest.mark.parametrize("alternative", [False, True])
@pytest.mark.parametrize("limit", [np.inf, 8.0])
def test_energy_is_the_sum_over_all_paths_of_what_their_terms_leave(alternative, limit):
    """Rows of paths against one path at a time, whose terms are added in plain dB."""
    between = crowded(alternative=alternative, side_limit=limit)
    sources, receivers, energy = crowd(40 if COMPILED else 12)
    got = transfer(sources, receivers, energy, between, PATTERN)
    reflected = screened = 0
    for s, r in np.ndindex(got.shape[:2]):
        total = np.zeros(3)
        for _, bands, single in paths(sources[s], receivers[r], between, PATTERN[s]):
            loss = bands[
                [term.AIR, term.GROUND, term.SCREENING, term.FOLIAGE, term.SITE, term.REFLECTION]
            ].sum(axis=0)
            loss += (
                single[term.DIVERGENCE]
                + single[term.CMET]
                - single[term.SOLID_ANGLE]
                - bands[term.DIRECTIVITY]
            )
            total += energy[s] @ 10 ** (-loss / 10)
            screened += bands[term.SCREENING, 7] > 0
        reflected += len(paths(sources[s], receivers[r], between)) - 1
        assert np.allclose(to_level(got[s, r]), to_level(total), rtol=0, atol=1e-9)
    assert reflected > 5 and screened > 10


def test_among_buildings_too_a_level_depends_neither_on_threads_nor_on_the_other_receivers():
    between = crowded()
    sources, receivers, energy = crowd(TILE + 9 if COMPILED else 30)
    whole = transfer(sources, receivers, energy, between, PATTERN)
    for threads in (2, 7):
        assert np.array_equal(transfer(sources, receivers, energy, between, PATTERN, threads), whole)
    order = np.random.default_rng(3).permutation(len(receivers))
    assert np.array_equal(transfer(sources, receivers[order], energy, between, PATTERN), whole[:, order])
    for s in range(2):
        alone = transfer(sources[s : s + 1], receivers[:9], energy[s], between, PATTERN[s : s + 1])
        assert np.array_equal(alone, whole[s : s + 1, :9])


def test_what_stands_aside_of_all_paths_changes_no_bit():
    """A wall and a building behind the receivers, reflections off."""
    sources, receivers = on_level([[0, 0], [3, 9]], 1.0, 5), on_level([[60, 0], [50, 20]], 2.0, 4)
    things = wall([(20, -30), (20, 40)], 4.0)
    aside = [*wall([(70, -30), (70, 90)], 9.0), *building([(-9, 0), (-5, 0), (-5, 9), (-9, 9)], 30.0)]
    without, within = (
        transfer(sources, receivers, EVERY_BAND, medium(some, 0.5, ALPHA))
        for some in (things, things + aside)
    )
    assert np.array_equal(without, within)
    open_ground = transfer(sources, receivers, EVERY_BAND, level_medium(0.5, ALPHA))
    assert (to_level(without) < to_level(open_ground) - 0.5)[..., 7].all()


def test_directivity_belongs_to_its_source():
    sources, receivers = on_level([[0, 0], [5, 5]], 1.0, 5), on_level([[40, 7]], 2.0, 4)
    pattern = np.zeros((2, 8, 8))
    pattern[1] = 3.0
    plain = transfer(sources, receivers, EVERY_BAND, level_medium(0.5, ALPHA))
    turned = transfer(sources, receivers, EVERY_BAND, level_medium(0.5, ALPHA), pattern)
    change = to_level(turned) - to_level(plain)
    assert np.allclose(change[0], 0, atol=1e-9) and np.allclose(change[1], 3, rtol=0, atol=1e-9)


GOOD = {
    "sources": [[0.0, 0.0, 1.0, 0.0, 0.0], [1.0, 5.0, 1.0, 0.0, 0.0]],
    "receivers": [[9.0, 9.0, 2.0, 0.0], [1.0, 5.0, 3.0, 0.0]],
    "band_energy": EVERY_BAND,
    "medium": level_medium(0.5, ALPHA),
}


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")  # without JIT the kernel is plain Python
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("sources", [1.0, 2.0], "shape"),
        ("sources", [[0.0, 0.0, 1.0, 0.0]], "shape"),
        ("sources", [[math.nan, 0.0, 1.0, 0.0, 0.0]] * 2, "finite"),
        ("sources", [[0.0, 0.0, 1.0, 0.0, math.inf]] * 2, "finite"),
        ("sources", [[0.0, 0.0, 4.9, 5.0, 0.0]] * 2, "below the ground"),
        ("receivers", [[0.0, 1.0, 2.0]], "shape"),
        ("receivers", [[0.0, 1.0, math.inf, 0.0]], "finite"),
        ("receivers", [[0.0, 1.0, -0.1, 0.0]], "below the ground"),
        ("band_energy", np.ones(8), "shape"),
        ("band_energy", np.ones((3, 1, 8)), "for all 2 sources"),
        ("band_energy", -EVERY_BAND, "negative"),
        ("directivity", np.zeros((1, 8, 8)), "shape"),
        ("threads", 0, "at least 1"),
    ],
)
def test_what_cannot_be_is_refused_by_name(name, value, said):
    assert np.isfinite(transfer(**GOOD)).all()
    with pytest.raises(ValueError, match=said) as error:
        transfer(**(GOOD | {name: value}))
    assert name in str(error.value)


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
def test_a_source_where_a_receiver_is_has_no_level():
    same = {"receivers": [[9.0, 9.0, 2.0, 0.0], [1.0, 5.0, 1.0, 0.5]]}
    with pytest.raises(SamePointError, match="source 1 and receiver 1 are the same point"):
        transfer(**(GOOD | same))
