import json
import math
from pathlib import Path

import pytest
from small_obstacles import WAVELENGTH

from kernels.cache import kernel
from kernels.screening import diffraction, over_top, thickness_factor, top_share, weather_factor

CASES = json.loads((Path(__file__).parent / "reference" / "acoustics.json").read_text(encoding="utf-8"))[
    "cases"
]
JRC = [name for name, case in CASES.items() if "barrier_path" in case["expected"]]


@kernel
def factors(wavelength, z, e, dss, dsr, d):
    """C3, Kmet, Dz without and with the cap as energy."""
    kmet = weather_factor(dss, dsr, d, z)
    return (
        thickness_factor(wavelength, e),
        kmet,
        diffraction(wavelength, z, e, kmet),
        over_top(wavelength, z, e, kmet),
    )


@kernel
def share(dz, ground_db):
    return top_share(dz, ground_db, 10.0 ** (-0.1 * ground_db))


def db(factor):
    return 10 * math.log10(factor)


def test_equation_14_by_hand():
    """z = 0.5 m at 500 Hz (lambda 0.68 m) past two edges 3.4 m apart: 5 lambda / e = 1, so C3 = 2 / (4/3) = 1.5."""
    c3, kmet, dz, capped = factors(0.68, 0.5, 3.4, 16.0, 9.0, 25.0)
    assert c3 == pytest.approx(1.5, abs=1e-14)
    assert kmet == pytest.approx(math.exp(-60 / 2000), abs=1e-14)  # sqrt(16 * 9 * 25 / (2 * 0.5)) = 60
    assert db(dz) == pytest.approx(10 * math.log10(3 + 20 / 0.68 * 1.5 * 0.5 * math.exp(-0.03)), abs=1e-12)
    assert capped == dz


@pytest.mark.parametrize("wavelength", WAVELENGTH)
def test_grazing_and_the_limit_below_the_line_of_sight(wavelength):
    expected = CASES["HAND_grazing"]["expected"]
    assert db(factors(wavelength, 0.0, 0.0, 1, 1, 2)[2]) == pytest.approx(expected["z0_dB"], abs=5e-4)
    limit = -wavelength / 10
    assert db(factors(wavelength, limit, 0.0, 1, 1, 2)[2]) == pytest.approx(
        expected["z_minus_lambda_over_10_dB"], abs=1e-12
    )
    assert factors(wavelength, 1.001 * limit, 0.0, 1, 1, 2)[2:] == (1.0, 1.0)
    assert factors(wavelength, 100 * limit, 0.0, 1, 1, 2)[2:] == (1.0, 1.0)
    assert 0 < db(factors(wavelength, 0.99 * limit, 0.0, 1, 1, 2)[2]) < 0.1


def test_an_edge_below_the_line_of_sight():
    inputs, expected = CASES["HAND_negative_z"]["inputs"], CASES["HAND_negative_z"]["expected"]
    half, below = inputs["d"] / 2, inputs["edge_below_los_m"]
    z = inputs["d"] - 2 * math.hypot(half, below)
    for f, dz in zip(inputs["f"], expected["Dz_dB"], strict=True):
        c3, kmet, got, _ = factors(inputs["c"] / f, z, 0.0, half, half, inputs["d"])
        assert (c3, kmet) == (1.0, 1.0)
        assert db(got) == pytest.approx(dz, abs=0.002)


def test_thick_wall():
    expected = CASES["HAND_thick_wall"]["expected"]
    dss = math.hypot(4.88, 2)
    c3, kmet, dz, _ = factors(0.68, 2 * dss + 0.24 - 10, 0.24, dss, dss, 10.0)
    assert c3 == pytest.approx(expected["C3"], abs=5e-5)
    assert kmet == pytest.approx(expected["Kmet"], abs=5e-5)
    assert db(dz) == pytest.approx(expected["Dz_dB"], abs=0.02)


@pytest.mark.parametrize("name", JRC)
def test_eu_reference_software(name):
    expected = CASES[name]["expected"]
    path, d = expected["barrier_path"], expected["d_m"]
    for wavelength, dz in zip(WAVELENGTH, expected["Dz_dB"], strict=True):
        _, kmet, _, got = factors(wavelength, path["z"], path["e"], path["dss"], path["dsr"], d)
        low, high = (
            factors(wavelength, path["z"] + off, path["e"], path["dss"], path["dsr"], d)[1]
            for off in (-6e-5, 6e-5)
        )  # z is printed to 0.0001 m
        assert low - 6e-5 <= path["Kmet"] <= high + 6e-5 and low < kmet < high
        assert db(got) == pytest.approx(dz, abs=0.06)


@pytest.mark.parametrize(("thickness", "cap"), [(0.0, 20.0), (0.001, 25.0), (30.0, 25.0)])
def test_caps_hold_over_the_top_only(thickness, cap):
    _, _, dz, capped = factors(340 / 8000, 40.0, thickness, 1, 1, 2)
    assert db(capped) == pytest.approx(cap, abs=1e-12)
    assert db(dz) > 42


def test_a_way_between_two_edges_far_apart_counts_three_times():
    assert factors(0.34, 0.1, 0.0, 1, 1, 2)[0] == 1.0
    assert factors(0.34, 0.1, 1e-9, 1, 1, 2)[0] == pytest.approx(1.0, abs=1e-12)
    assert factors(0.34, 0.1, 1e9, 1, 1, 2)[0] == pytest.approx(3.0, abs=1e-12)


def test_more_detour_and_shorter_waves_screen_more():
    zs = [-0.05, -0.01, 0.0, 0.001, 0.1, 1.0, 10.0]
    rows = [[factors(w, z, 2.0, 30.0, 20.0, 50.0)[2] for z in zs] for w in WAVELENGTH]
    assert all(row == sorted(row) and row[-1] > 10 * row[2] for row in rows)
    by_band = list(zip(*rows, strict=True))
    for z, column in zip(zs, by_band, strict=True):
        assert list(column) == sorted(column, reverse=z < 0)


@pytest.mark.parametrize(
    ("dz", "agr", "abar"),
    [(12.0, 5.0, 7.0), (4.0, 5.0, 0.0), (12.0, -3.0, 12.0), (12.0, 0.0, 12.0), (5.0, 5.0, 0.0)],
)
def test_screening_takes_the_place_of_ground_that_attenuates(dz, agr, abar):
    """Equation 12, and Dz alone where the ground amplifies (ISO/TR 17534-3, 5.3)."""
    assert -db(share(10 ** (dz / 10), agr)) == pytest.approx(abar, abs=1e-12)
