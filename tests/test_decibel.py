import math

import numpy as np
import pytest
from flat_cases import CASES

from kernels.decibel import a_weighted_total, energy_sum, to_energy, to_level


def test_two_equal_sounds_are_ten_lg_two_louder():
    assert energy_sum([60.0, 60.0]) == pytest.approx(60 + 10 * math.log10(2), abs=1e-12)
    assert energy_sum([60.0, 50.0]) == pytest.approx(10 * math.log10(1.1e6), abs=1e-12)


def test_levels_survive_the_way_to_energy_and_back():
    levels = np.linspace(-120, 140, 53)
    assert np.allclose(to_level(to_energy(levels)), levels, rtol=0, atol=1e-12)
    assert to_energy(20.0) == pytest.approx(100)


def test_no_sound_is_minus_infinity_and_adds_nothing():
    assert to_level(0.0) == -math.inf
    assert to_energy(-math.inf) == 0
    assert energy_sum([-math.inf, 40.0]) == pytest.approx(40, abs=1e-12)


@pytest.mark.parametrize("name", [f"TR17534-3_T0{n}" for n in (1, 2, 3, 4)])
def test_totals_of_the_official_cases(name):
    expected = CASES[name]["expected"]
    assert a_weighted_total(expected["L_dB"]) == pytest.approx(expected["LA_total"], abs=0.02)
    assert energy_sum(expected["L_dB"]) == pytest.approx(
        expected["intermediate"]["total_unweighted"], abs=0.02
    )


def test_energy_sum_takes_an_axis():
    assert np.allclose(energy_sum([[10.0, 20.0], [10.0, 20.0]], axis=0), [13.0103, 23.0103], atol=1e-4)


@pytest.mark.parametrize("bad", [-1.0, math.nan])
def test_energy_that_cannot_be_is_refused(bad):
    with pytest.raises(ValueError, match="energy"):
        to_level([1.0, bad])


def test_a_weighting_needs_eight_bands():
    with pytest.raises(ValueError, match="level_db"):
        a_weighted_total([60.0] * 7)
