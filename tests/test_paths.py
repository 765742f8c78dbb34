"""Terms of one path: how ways combine, ground under profiles and bent paths, belts along the legs; by hand and from the cases."""

import json
import math
from pathlib import Path as File

import numpy as np
import pytest
from flat_cases import box, case_ground, make_zones
from small_obstacles import REACH, WAVELENGTH, building, medium, paths, ridge, wall

from kernels import paths as term
from kernels.air import band_absorption_db_per_m
from kernels.belts import FOLIAGE, SITE, make_belts
from kernels.surface import make_surface

CASES = json.loads((File(__file__).parent / "reference" / "acoustics.json").read_text(encoding="utf-8"))[
    "cases"
]
HARD = 0.0


def only(source, receiver, between):
    """The direct path of (x, y, height) above level ground to another."""
    return paths([*source, 0, 0], [*receiver, 0], between)[0]


def combined(*ways_db):
    return max(0.0, -10 * math.log10(sum(10 ** (-way / 10) for way in ways_db)))


def test_three_ways_combine_by_energy():
    """Porous ground, so that Agr > 0 in some bands and < 0 in others; every way by equation 14 from its own detour."""
    path = only((0, 0, 1), (60, 0, 2), medium(wall([(20, -6), (20, 5)], 4.0), 1.0))
    b, single = path.bands, path.single
    assert (b[term.GROUND] > 0.5).any() and (b[term.GROUND] <= 0).any()
    for k, wavelength in enumerate(WAVELENGTH):
        top, left, right = (
            10 * math.log10(3 + 20 / wavelength * single[z] * kmet)
            for z, kmet in ((term.Z_TOP, single[term.KMET]), (term.Z_LEFT, 1), (term.Z_RIGHT, 1))
        )
        agr = b[term.GROUND, k]
        over = max(0.0, min(top, 20.0) - agr) if agr > 0 else min(top, 20.0)
        assert b[[term.TOP, term.LEFT, term.RIGHT], k] == pytest.approx([over, left, right], abs=1e-9)
        assert b[term.SCREENING, k] == pytest.approx(combined(over, left, right), abs=1e-9)
        assert b[term.SCREENING, k] <= min(over, left, right)
    assert (single[[term.E_TOP, term.E_LEFT, term.E_RIGHT]] == 0).all()


def test_screening_is_never_below_nothing():
    """Two side ways with 4.77 dB each and a top way with nothing left after the ground would add up to more than no screen."""
    path = only((0, 0, 2), (2000, 0, 2), medium(wall([(1000, -3), (1000, 3)], 2.001), 1.0))
    top, left, right = path.bands[[term.TOP, term.LEFT, term.RIGHT], 0]
    assert 10 ** (-top / 10) + 10 ** (-left / 10) + 10 ** (-right / 10) == pytest.approx(1.0, abs=0.01)
    low = path.bands[[term.TOP, term.LEFT, term.RIGHT], 2]  # 250 Hz, where porous ground attenuates
    assert (10 ** (-low / 10)).sum() > 1 and path.bands[term.SCREENING, 2] == 0
    assert (path.bands[term.SCREENING] >= 0).all()


def test_what_is_no_wider_than_the_wavelength_does_not_screen():
    """7.4: ll + lr > lambda; a wall 1 m wide screens from 500 Hz (0.68 m) on."""
    path = only((0, 0, 1), (20, 0, 1), medium(wall([(8, -0.4), (8, 0.6)], 3.0), 0.0))
    assert path.single[term.WIDTH] == pytest.approx(1.0, abs=1e-12)
    assert (path.bands[term.SCREENING, :3] == 0).all() and (path.bands[term.SCREENING, 3:] > 1).all()
    long = only((0, 0, 1), (20, 0, 1), medium(wall([(8, -4), (8, 6)], 3.0), 0.0))
    assert (long.bands[term.SCREENING] > 3).all()


def test_a_band_without_screening_over_the_top_has_none_at_all():
    """An edge below the sight at z between -lambda/10 of 125 and 250 Hz: the side ways do not count alone."""
    z = -(WAVELENGTH[1] + WAVELENGTH[2]) / 20
    below = math.sqrt(((100 - z) / 2) ** 2 - 50**2)
    path = only((0, 0, 9), (100, 0, 9), medium(wall([(50, -300), (50, 300)], 9 - below)))
    assert path.single[term.Z_TOP] == pytest.approx(z, abs=1e-9)
    assert (path.bands[term.SCREENING, :2] > 0).all() and (path.bands[term.SCREENING, 2:] == 0).all()
    assert np.isfinite(path.bands[[term.LEFT, term.RIGHT]]).all()


def test_a_path_in_the_open_has_no_ways():
    path = only((0, 0, 1), (60, 0, 2), medium())
    assert (path.bands[term.SCREENING] == 0).all()
    assert np.isinf(path.bands[[term.TOP, term.LEFT, term.RIGHT]]).all()
    assert (
        np.isnan(path.single[[term.Z_TOP, term.Z_LEFT, term.Z_RIGHT]]).all() and path.single[term.KMET] == 1
    )


def test_swapping_source_and_receiver_among_screens():
    things = [*wall([(20, -6), (22, 5)], [4.0, 3.0]), *building([(30, -2), (40, -3), (41, 7), (31, 6)], 5.0)]
    between = medium(things, 0.7, c0=2.0)
    there, back = only((0, 0, 1), (60, 1, 4), between), only((60, 1, 4), (0, 0, 1), between)
    swapped = list(range(len(there.bands)))
    for a, b in ((term.LEFT, term.RIGHT), (term.GROUND_S, term.GROUND_R)):
        swapped[a], swapped[b] = b, a
    assert there.bands == pytest.approx(back.bands[swapped], abs=1e-9)


def test_case_t05_by_the_alternative_method():
    inputs, expected = CASES["TR17534-3_T05"]["inputs"], CASES["TR17534-3_T05"]["expected"]
    alpha = band_absorption_db_per_m(inputs["T_C"], inputs["RH_pct"], inputs["p_kPa"])
    path = only(inputs["S"], inputs["R"], medium((), case_ground(inputs), alpha, alternative=True))
    assert path.bands[term.GROUND] == pytest.approx([expected["intermediate"]["Agr"]] * 8, abs=0.005)
    assert path.single[term.SOLID_ANGLE] == pytest.approx(expected["intermediate"]["D_Omega"], abs=0.005)
    level = np.array(inputs["Lw_dB"]) + path.single[term.SOLID_ANGLE] - path.single[term.DIVERGENCE]
    assert level - path.bands[term.AIR] - path.bands[term.GROUND] == pytest.approx(expected["L_dB"], abs=0.05)
    assert (path.bands[[term.GROUND_S, term.GROUND_M, term.GROUND_R]] == 0).all()


def test_a_point_near_the_ground_by_the_alternative_method():
    expected = CASES["HAND_point_alt"]["expected"]
    path = only((0, 0, 1), (10, 0, 1), medium(alpha=np.full(8, 0.002), alternative=True))
    assert path.single[term.DIVERGENCE] == pytest.approx(expected["Adiv"], abs=5e-5)
    assert path.single[term.SOLID_ANGLE] == pytest.approx(
        expected["D_Omega"], abs=CASES["HAND_point_alt"]["tolerance"]["value_dB"]
    )
    assert path.bands[term.AIR, 0] == pytest.approx(expected["Aatm"], abs=1e-12)
    assert (path.bands[term.GROUND] == expected["Agr_alternative"]).all()


def alternative_db(area, d):
    return max(0.0, 4.8 - 2 * area / d / d * (17 + 300 / d))


SIGHT = ([0, 0, 6, 4, 0], [200, 0, 5, 3])  # 2 m above ground that falls from 4 m to 3 m


@pytest.mark.parametrize("as_raster", [False, True])
def test_mean_height_over_a_valley(as_raster):
    """By hand: the ground goes from 4 m at 0 over 0 m at 100 m to 3 m at 200 m; under the sight lie 1100 - 200 - 150 m2."""
    if as_raster:
        heights = np.tile(np.interp(np.arange(-20, 241, 20), [0, 100, 200], [4, 0, 3]), (5, 1))
        between = medium(alternative=True, surface=make_surface(heights, (1.0, 0.05, 0.0, 2.0, 0.0, 0.05)))
    else:
        between = medium(ridge([(100, -9), (100, 9)], 0.0), alternative=True)
    (path,) = paths(*SIGHT, between)
    d = math.hypot(200, 1)
    assert path.bands[term.GROUND] == pytest.approx([alternative_db(750, d)] * 8, abs=1e-9)
    assert 0 < alternative_db(750, d) < alternative_db(400, d)
    assert path.single[[term.HS, term.HR]] == pytest.approx([2, 2])


def test_mean_height_of_a_reflected_path_goes_along_both_legs():
    """The valley of the straight path folded at its bottom: a wall there sends it back."""
    hard = wall([(100, -50), (100, 50)], 9.0, absorption=0.0)
    between = medium(ridge([(50, -60), (50, 60)], 0.0) + hard, alternative=True, reach=0.0)
    found = paths([0, -30, 6, 4, 0], [20, 30, 5, 3], between)
    assert [path.reflector >= 0 for path in found] == [False, True]
    # unfolded: 180 m along, 60 m across; the ground's bends lie at 50 m from the source and 30 m before the receiver, along x
    plan = math.hypot(180, 60)
    t = [0.0, 50 * plan / 180, 150 * plan / 180, plan]
    z = [4.0, 0.0, 0.0, 3.0]
    below = sum((b - a) * (y + w) / 2 for a, b, y, w in zip(t, t[1:], z, z[1:], strict=False))
    d = math.hypot(plan, 1)
    assert found[1].single[term.DISTANCE] == pytest.approx(d, abs=1e-9)
    assert found[1].bands[term.GROUND] == pytest.approx([alternative_db(5.5 * plan - below, d)] * 8, abs=1e-9)


@pytest.mark.parametrize("row", CASES["DERIVED_Cmet"]["expected"]["rows"])
def test_meteorological_correction(row):
    path = only((0, 0, row["hs"]), (row["dp"], 0, row["hr"]), medium(c0=float(row["C0"])))
    assert path.single[term.CMET] == pytest.approx(row["Cmet"], abs=1e-4)


def belts(kind, x0, x1, height=5.0):
    return make_belts(np.array(box(x0, -50, x1, 50), float), [0, 5], [0, 1], [kind], [height])


@pytest.mark.parametrize(
    ("kind", "which", "key"), [(FOLIAGE, term.FOLIAGE, "Afol_dB"), (SITE, term.SITE, "Asite_dB")]
)
def test_forty_metres_of_a_belt(kind, which, key):
    """Straight through, and on a path that a wall sends back within the belt, 20 m on each leg."""
    expected = CASES["AMISC_annexA"]["expected"][key]
    path = only((0, 0, 1), (100, 0, 1), medium(belts=belts(kind, 30, 70)))
    assert path.bands[which] == pytest.approx(expected, abs=1e-3)
    other = term.SITE if which == term.FOLIAGE else term.FOLIAGE
    assert (path.bands[other] == 0).all()
    hard = wall([(50, -90), (50, 90)], 9.0, absorption=0.0)
    found = paths([0, 0, 1, 0, 0], [10, 0, 1, 0], medium(hard, belts=belts(kind, 30, 70)))
    assert found[1].single[term.PLAN] == pytest.approx(90) and found[1].bands[which] == pytest.approx(
        expected, abs=1e-3
    )
    assert (found[0].bands[which] == 0).all()


def test_ground_of_a_reflected_path_follows_both_legs():
    """Porous up to x = 30 m, hard beyond; unfolded the path is 30 m porous, 40 m hard, 20 m porous."""
    ground = make_zones([[box(-99, -99, 30, 99)]], [1.0], 0.0)
    hard = wall([(50, -90), (50, 90)], 30.0, absorption=0.0)
    bent = paths([0, 0, 1, 0, 0], [10, 0, 2, 0], medium(hard, ground))[1]
    strips = make_zones([[box(-99, -99, 30, 99)], [box(70, -99, 199, 99)]], [1.0, 1.0], 0.0)
    straight = only((0, 0, 1), (90, 0, 2), medium((), strips))
    assert bent.single[[term.G_S, term.G_R]] == pytest.approx([1.0, 20 / 60], abs=1e-12)
    for which in (term.GROUND, term.GROUND_S, term.GROUND_M, term.GROUND_R):
        assert bent.bands[which] == pytest.approx(straight.bands[which], abs=1e-9)
    assert bent.single[: term.G_S] == pytest.approx(straight.single[: term.G_S], abs=1e-9)


def test_directivity_of_a_reflected_path_is_that_towards_the_wall():
    """Heading north; the receiver is to the east, the point of reflection north-east at 45 degrees: position 7."""
    pattern = np.arange(64.0).reshape(8, 8)
    hard = wall([(-90, 20), (90, 20)], 9.0, absorption=0.0)
    direct, bent = paths([0, 0, 1, 0, math.pi / 2], [40, 0, 1, 0], medium(hard), pattern)
    assert direct.bands[term.DIRECTIVITY] == pytest.approx(pattern[6], abs=1e-9)
    assert bent.bands[term.DIRECTIVITY] == pytest.approx(pattern[7], abs=1e-9)


def test_the_reach_of_the_lowest_band():
    assert pytest.approx(340 / 62.5 / 10) == REACH
