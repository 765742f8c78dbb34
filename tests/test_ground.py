import math

import numpy as np
import pytest
import slow_twin
from flat_cases import CASES
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.ground import ground_attenuation_db, region_attenuation_rows

HEIGHT = st.floats(0, 60)
FACTOR = st.floats(0, 1)


@pytest.mark.parametrize("name", [f"TR17534-3_T0{n}" for n in (1, 2, 3)])
def test_regions_of_the_official_cases(name):
    inputs, expected = CASES[name]["inputs"], CASES[name]["expected"]["intermediate"]
    plan = math.dist(inputs["S"][:2], inputs["R"][:2])
    at_source, at_middle, at_receiver = region_attenuation_rows(plan, 1.0, 4.0, *[inputs["G"]] * 3)
    assert np.allclose(at_source, expected["Agr_s"], rtol=0, atol=0.01)  # one unit of the last digit
    assert np.allclose(at_middle, expected["Agr_m"], rtol=0, atol=0.01)
    assert np.allclose(at_receiver, expected["Agr_r"], rtol=0, atol=0.01)
    assert np.allclose(
        ground_attenuation_db(plan, 1.0, 4.0, *[inputs["G"]] * 3), expected["Agr"], rtol=0, atol=0.01
    )


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("JRC")])
def test_ground_of_the_eu_reference_software(name):
    inputs, expected = CASES[name]["inputs"], CASES[name]["expected"]
    factors = expected["G_source_middle_receiver"]
    computed = ground_attenuation_db(inputs["dp_m"], inputs["hs_m"], inputs["hr_m"], *factors)
    assert np.allclose(computed, expected["Agr_dB"], rtol=0, atol=0.06)


@settings(deadline=None)  # the first example compiles
@given(dp=st.floats(0, 5000), hs=HEIGHT, hr=HEIGHT, gs=FACTOR, gm=FACTOR, gr=FACTOR)
def test_ground_agrees_with_the_twin(dp, hs, hr, gs, gm, gr):
    assert np.allclose(
        ground_attenuation_db(dp, hs, hr, gs, gm, gr),
        slow_twin.ground(dp, hs, hr, gs, gm, gr),
        rtol=0,
        atol=1e-9,
    )


@settings(deadline=None)  # the first example compiles
@given(dp=st.floats(0, 5000), hs=HEIGHT, hr=HEIGHT, gs=FACTOR, gm=FACTOR, gr=FACTOR)
def test_ground_is_the_same_both_ways(dp, hs, hr, gs, gm, gr):
    there, back = ground_attenuation_db(dp, hs, hr, gs, gm, gr), ground_attenuation_db(dp, hr, hs, gr, gm, gs)
    assert np.array_equal(there, back)


def test_hard_ground_by_hand():
    # hs + hr = 3 m: the regions meet at 90 m; at 180 m q = 1/2 and Am = -1.5
    assert np.allclose(ground_attenuation_db(90.0, 1.5, 1.5, 0, 0, 0), -3.0, atol=1e-12)
    assert np.allclose(ground_attenuation_db(180.0, 1.5, 1.5, 0, 0, 0), -4.5, atol=1e-12)
    assert np.allclose(ground_attenuation_db(0.0, 0.0, 0.0, 0, 0, 0), -3.0, atol=1e-12)


def test_porous_ground_by_hand():
    # far away at height 0: a' = 1.5 + 3 e^-3 + 5.7, b' = 10.1, c' = 15.5, d' = 6.5; G = 1 and q = 1 for 63 Hz only
    a = 1.5 + 3 * math.exp(-3) + 5.7
    expected = 2 * np.array([-1.5, a - 1.5, 8.6, 14.0, 5.0, 0, 0, 0]) + np.array([-3.0] + [0] * 7)
    assert np.allclose(ground_attenuation_db(1e5, 0, 0, 1, 1, 1), expected, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("dp", (-1, 1, 1, 0, 0, 0)),
        ("dp", (math.nan, 1, 1, 0, 0, 0)),
        ("hs", (100, -0.1, 1, 0, 0, 0)),
        ("hr", (100, 1, math.inf, 0, 0, 0)),
        ("g_source", (100, 1, 1, 1.01, 0, 0)),
        ("g_middle", (100, 1, 1, 0, -0.01, 0)),
        ("g_receiver", (100, 1, 1, 0, 0, math.nan)),
    ],
)
def test_impossible_ground_is_refused_by_name(name, values):
    with pytest.raises(ValueError, match=name):
        ground_attenuation_db(*values)
