"""How sure a level is. Oracles: printed quantiles of the normal distribution, Table 5 of ISO 9613-2, real sheets by hand."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from siting import uncertainty
from siting.catalog import load_spectra, load_unit
from siting.errors import InputError
from siting.metrics import METRICS
from siting.sound import resolve_sound, surface_m2

SPECTRA_JSON = Path(__file__).parents[2] / "shared" / "facts" / "spectra.json"
A9 = np.array([-39.4, -26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1])
# printed in every table of the standard normal distribution
QUANTILES = [(0.5, 0.0), (0.841345, 1.0), (0.90, 1.2816), (0.95, 1.6449), (0.975, 1.9600), (0.99, 2.3263)]
# octave bands 31.5 Hz to 8 kHz as printed, A-weighted but for the third; total dB(A)
ENCLOSED = {
    "C275 D5": (np.array([60.6, 81.1, 86.2, 88.8, 88.2, 83.6, 80.8, 76.5, 69.4]) - A9, 93.74),
    "C1000 N6B": (np.array([50.2, 65.6, 87.7, 86.4, 84.5, 80.5, 80.3, 74.9, 69.4]) - A9, 91.96),
    "C220 D5e": (np.array([np.nan, 105.3, 101.2, 100.3, 91.9, 89.0, 87.3, 85.6, 79.5]), 96.68),
}
POSITIONS = {  # dB(A) at 7 m, every 45 degrees, and their mean
    "C275 D5": ([66.5, 67.0, 63.0, 67.1, 66.9, 67.0, 65.7, 67.3], 66.5),
    "C1000 N6B": ([84.1, 85.9, 82.3, 83.0, 82.2, 81.0, 79.1, 84.4], 83.2),
}


@pytest.fixture(scope="module")
def gx230():
    return load_unit("gx230")


@pytest.mark.parametrize(("confidence", "z"), QUANTILES)
def test_quantile_and_probability_are_the_printed_ones(confidence, z):
    assert uncertainty.quantile(confidence) == pytest.approx(z, abs=2e-4)
    at_z = uncertainty.p_exceed(np.array([50.0]), np.array([50.0 + 4.0 * z]), np.array([4.0]))
    assert at_z == pytest.approx([1 - confidence], abs=2e-5)
    above = uncertainty.p_exceed(np.array([50.0 + 4.0 * z]), np.array([50.0]), np.array([4.0]))
    assert above == pytest.approx([confidence], abs=2e-5)


def test_keeping_a_limit_with_a_confidence_is_one_rule():
    # what placing keeps to (limit - z sigma) has exactly the probability that the verdict allows
    for confidence in (0.6, 0.9, 0.95, 0.99):
        level = 55.0 - uncertainty.quantile(confidence) * 4.2
        p = float(uncertainty.p_exceed(np.array(level), np.array(55.0), np.array(4.2)))
        assert p == pytest.approx(1 - confidence, abs=1e-12)


@pytest.mark.parametrize("confidence", [0.0, 0.49, 1.0, -0.1, 95.0, math.nan])
def test_no_such_confidence(confidence):
    with pytest.raises(InputError, match=r"expected a number from 0\.5"):
        uncertainty.quantile(confidence)


def test_silence_no_limit_unknown_and_no_deviation():
    inf, nan = math.inf, math.nan
    cases = [  # level, limit, sigma, probability
        (-inf, 40.0, 3.0, 0.0),
        (-inf, 40.0, 0.0, 0.0),
        (60.0, inf, 3.0, 0.0),
        (60.0, inf, 0.0, 0.0),
        (-inf, inf, 3.0, 0.0),
        (60.0, 60.0, 3.0, 0.5),
        (60.0, 60.0, 0.0, 0.0),  # a limit that is just met is kept
        (60.0, 59.9, 0.0, 1.0),
        (60.0, 60.1, 0.0, 0.0),
        (nan, 60.0, 3.0, nan),
        (60.0, nan, 3.0, nan),
        (60.0, 70.0, nan, nan),
        (-inf, nan, 3.0, nan),
        (nan, inf, 3.0, nan),
    ]
    level, limit, sigma, p = (np.array(column) for column in zip(*cases, strict=True))
    assert np.array_equal(uncertainty.p_exceed(level, limit, sigma), p, equal_nan=True)


def test_probability_of_receptors_and_metrics():
    level = np.array([[50.0, 60.0], [52.0, -math.inf]])
    p = uncertainty.p_exceed(level, np.array([[52.0, 57.0]]), np.array([[2.0, 3.0], [4.0, 3.0]]))
    assert p.shape == (2, 2)
    assert p == pytest.approx(np.array([[0.158655, 0.841345], [0.5, 0.0]]), abs=1e-6)  # Phi(-1), Phi(1)


@pytest.mark.parametrize(
    ("p", "state"),
    [
        (0.0, "PASS"), (0.05, "PASS"), (math.nextafter(0.05, 1), "MARGINAL PASS"), (0.5, "MARGINAL PASS"),
        (math.nextafter(0.5, 1), "MARGINAL FAIL"), (0.95, "MARGINAL FAIL"), (math.nextafter(0.95, 1), "FAIL"), (1.0, "FAIL"),
        (math.nan, "UNKNOWN"), (None, "UNKNOWN"),
    ],
)  # fmt: skip
def test_states(p, state):
    assert uncertainty.state_of_probability(p) == state


def test_method_is_table_5():
    near, mid, edge, beyond = 50.0, 100.0, 1000.0, 1000.1
    low, five, middle, thirty, high = 1.5, 5.0, 12.0, 30.0, 30.1
    table = {
        low: [3, 3, 3, 6], five: [3, 3, 3, 6], middle: [1, 3, 3, 6], thirty: [1, 3, 3, 6], high: [6, 6, 6, 6],
    }  # fmt: skip
    for height_m, row in table.items():
        found = uncertainty.method_db(np.array([near, mid, edge, beyond]), np.full(4, height_m))
        assert found.tolist() == row, height_m


def test_direction_is_the_spread_of_the_positions(gx230):
    squares = [level - mean for levels, mean in POSITIONS.values() for level in levels]
    assert math.sqrt(np.mean(np.square(squares))) == pytest.approx(1.72, abs=0.005)
    around = replace(gx230, sound=replace(gx230.sound, directivity_db=((0.0,) * 8,) * 8))
    sound = resolve_sound(gx230, None)
    # 2.5 dB of the level alone, and with 1.7 dB of an unknown direction: sqrt(6.25 + 2.89) = 3.0232
    assert uncertainty.source_db(around, sound, ("dba",)) == pytest.approx([2.5])
    assert uncertainty.source_db(gx230, sound, ("dba",)) == pytest.approx([3.0232], abs=1e-4)


def test_reading_is_how_far_the_surface_differs(gx230):
    c275, c1000 = load_unit("cummins_c275d5_enclosed"), load_unit("cummins_c1000n6b_housed")
    at_1 = 78.3 + 10 * math.log10(surface_m2(c275, 1.0))  # 4 (3.0*1.7 + 1.7*3.2 + 3.2*3.0) = 80.56 m2
    at_7 = 66.5 + 10 * math.log10(surface_m2(c275, 7.0))  # 4 (9.0*7.7 + 7.7*9.2 + 9.2*9.0) = 891.76 m2
    assert (round(at_1 - 93.7, 2), round(at_7 - 93.7, 2)) == (3.66, 2.30)
    assert round(at_1 - at_7, 1) == 1.4 == uncertainty.SURFACE_DB
    other = 92.0 + 10 * math.log10(surface_m2(c1000, 1.0)) - 83.2 - 10 * math.log10(surface_m2(c1000, 7.0))
    assert round(other, 2) == 0.93
    assert uncertainty.reading_db(gx230, resolve_sound(gx230, "power")) == 0.0
    assert uncertainty.reading_db(gx230, resolve_sound(gx230, "3ft")) == uncertainty.SURFACE_DB
    assert uncertainty.reading_db(c275, resolve_sound(c275, None)) == 0.0


def test_templates_spread_as_real_enclosed_sets_do():
    shapes = np.array([bands - total for bands, total in ENCLOSED.values()])
    for bands, total in ENCLOSED.values():
        assert 10 * math.log10(np.nansum(10 ** ((bands + A9)[1:] / 10))) == pytest.approx(total, abs=0.005)
    spread = np.nanstd(shapes, axis=0, ddof=1)
    # by hand at 63 Hz: 13.56, -0.16, 8.62 around 7.34: sqrt((6.22^2 + 7.50^2 + 1.28^2) / 2) = 6.95
    assert spread[1] == pytest.approx(6.95, abs=0.005)
    sd = np.round(np.maximum(spread, 2.0), 1)
    sd[1] = 7.0  # 6.95 to a tenth, up
    by_name = {spectrum.name: spectrum for spectrum in load_spectra()}
    assert by_name["engine"].sd_db == by_name["gas_engine"].sd_db == pytest.approx(tuple(sd))
    assert by_name["turbine"].sd_db == by_name["flat"].sd_db == (sd.max(),) * 9


def test_a_band_adds_its_spread_to_the_level(gx230):
    sound = resolve_sound(gx230, None)  # the engine
    found = uncertainty.source_db(gx230, sound, ("dba", "31.5", "63", "8000"))
    # 31.5 Hz: sqrt(2.5^2 + 6.1^2 + 1.7^2); 63 Hz with 7.0, 8 kHz with 3.1
    assert found == pytest.approx([3.0232, 6.8081, 7.6250, 4.3301], abs=1e-4)


def test_several_bands_by_their_parts_of_the_energy(gx230):
    engine = resolve_sound(gx230, "power")
    # C-weighted bands of the engine shape: 72.3 81.8 77.4 72.7 66.7 58.9 54.7 50.0 42.8, energies in millions
    # 16.98 151.4 54.95 18.62 4.68 0.78 0.30 0.10 0.02, together 247.8; times the deviations 6.1 7.0 3.7 2 2 2 2.5 4.1 3.1:
    # (103.6 + 1059.5 + 203.3 + 37.2 + 9.4 + 1.6 + 0.7 + 0.4 + 0.1) / 247.8 = 5.714; sqrt(5.714^2 + 2.5^2 + 1.7^2) = 6.464
    assert uncertainty.source_db(gx230, engine, ("dbc",)) == pytest.approx([6.464], abs=0.005)
    dba, dbc, low = uncertainty.source_db(gx230, engine, ("dba", "dbc", "63"))
    assert dba < dbc < low


def test_the_makers_tolerance_is_one_standard_deviation(gx230):
    sure = replace(gx230, sound=replace(gx230.sound, tolerance_db=2.0))
    sound = resolve_sound(sure, None)
    # sqrt(2^2 + 1.7^2) = 2.6249, and with 7 dB of the engine's 63 Hz octave 7.4760
    assert uncertainty.source_db(sure, sound, ("dba", "63")) == pytest.approx([2.6249, 7.4760], abs=1e-4)


def test_own_bands_are_those_of_iso_3744():
    unit = load_unit("cummins_c275d5_enclosed")
    found = uncertainty.source_db(unit, resolve_sound(unit, None), ("63", "125", "1000", "8000"))
    # 5 dB at 63 Hz holds the 1.5 dB of the level: sqrt(5^2 - 1.5^2 + 2.5^2 + 1.7^2) = 5.6471; 125 Hz 3 dB, 1 kHz 1.5, 8 kHz 2.5
    assert found == pytest.approx([5.6471, 3.9862, 3.0232, 3.6249], abs=1e-4)


def test_a_band_that_no_sheet_states_is_not_known():
    unit = load_unit("cummins_c220d5e_enclosed")
    found = uncertainty.source_db(unit, resolve_sound(unit, None), METRICS)
    unknown = {metric for metric, sigma in zip(METRICS, found, strict=True) if math.isnan(sigma)}
    assert unknown == {"dbc", "31.5", "20-75"}


def test_parts_add_as_squares():
    total = uncertainty.total_db(np.array([2.0, 6.0]), np.array([1.0, 3.0, 6.0]), 2.0)
    # sqrt(4 + 1 + 4) = 3, sqrt(36 + 9 + 4) = 7
    assert total.shape == (3, 2)
    assert (total[0, 0], total[1, 1], total[2, 1]) == pytest.approx((3.0, 7.0, math.sqrt(76.0)))


def test_deviations_name_their_part_and_reason(gx230):
    sound = resolve_sound(gx230, None)
    source, method, reading = uncertainty.deviations(
        gx230, sound, ("dba", "63"), np.array([50.0, 1200.0]), np.array([1.65, 1.65])
    )
    assert [part.part for part in (source, method, reading)] == ["source", "method", "reading"]
    assert source.metrics_db == pytest.approx({"dba": 3.0232, "63": 7.6250}, abs=1e-4)
    assert source.sigma_db == source.metrics_db["dba"]
    assert (method.sigma_db, method.metrics_db) == (6.0, {"dba": 6.0, "63": 6.0})
    assert (reading.sigma_db, reading.metrics_db["63"]) == (1.4, 1.4)
    assert (
        "no tolerance" in source.reason and '"engine"' in source.reason and "direction 1.7" in source.reason
    )
    assert "Table 5" in method.reason and "beyond 1000 m" in method.reason and "7m" in reading.reason
    _, near, power = uncertainty.deviations(
        gx230, resolve_sound(gx230, "power"), ("63",), np.array([50.0]), np.array([1.65])
    )
    assert near.sigma_db == 3.0 and "beyond" not in near.reason and power.sigma_db == 0.0
    silent = uncertainty.deviations(gx230, sound, (), np.zeros(0), np.zeros(0))
    assert [part.metrics_db for part in silent] == [{}, {}, {}]


def test_the_sheets_are_those_of_the_facts():
    if not SPECTRA_JSON.is_file():
        pytest.skip("shared/facts is not beside the checkout")
    sets = {entry["id"]: entry for entry in json.loads(SPECTRA_JSON.read_text())}
    c275, c1000 = sets["cummins_c275d5_enclosed_100prime_lw"], sets["cummins_c1000n6b_housedL2_75pct_lp1m"]
    c220 = sets["cummins_c220d5e_enclosed_100_lw"]
    assert pytest.approx(c275["dB"]) == ENCLOSED["C275 D5"][0] + A9
    assert pytest.approx(c1000["dB"]) == ENCLOSED["C1000 N6B"][0] + A9
    assert pytest.approx(c220["dB"]) == ENCLOSED["C220 D5e"][0][1:]
    assert (c275["lp7m_positions_dBA"], c275["lp7m_avg_dBA"]) == POSITIONS["C275 D5"]
    assert (c1000["lp7m_positions_dBA_full"], c1000["lp7m_avg_dBA_full"]) == POSITIONS["C1000 N6B"]
    assert (c275["lp1m_avg_dBA"], c275["total_dBA"], c1000["total_dBA"]) == (78.3, 93.7, 92.0)
