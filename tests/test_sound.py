"""Readings of a stated level. Oracles: the box of ISO 3744 by hand, the A-weighted sum by hand, and the facts' own totals."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from siting.catalog import load_unit, readings, resolve_sound
from siting.errors import InputError
from siting.sound import surface_m2, variants, with_spectrum

# gx230: body 1.5 x 0.93 x 1.8 m, 69 dB(A). At distance D: a = 0.75 + D, b = 0.465 + D, c = 1.8 + D, S = 4(ab + bc + ca).
BY_HAND = {
    # 4 (1.75*1.465 + 1.465*2.8 + 2.8*1.75) = 4 (2.56375 + 4.102 + 4.9) = 46.263 m2; 10 lg = 16.652
    "1m": (46.263, 85.652),
    # D = 0.9144: 4 (1.6644*1.3794 + 1.3794*2.7144 + 2.7144*1.6644) = 4 (2.29588 + 3.74427 + 4.51785) = 42.2320; 16.256
    "3ft": (42.2320, 85.256),
    # D = 3.048: 4 (3.798*3.513 + 3.513*4.848 + 4.848*3.798) = 4 (13.34237 + 17.03102 + 18.41270) = 195.1444; 22.904
    "10ft": (195.1444, 91.904),
    # 4 (7.75*7.465 + 7.465*8.8 + 8.8*7.75) = 4 (57.85375 + 65.692 + 68.2) = 766.983; 28.848
    "7m": (766.983, 97.848),
    # 4 (10.75*10.465 + 10.465*11.8 + 11.8*10.75) = 4 (112.49875 + 123.487 + 126.85) = 1451.343; 31.618
    "10m": (1451.343, 100.618),
}
A_WEIGHTING = (-26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1)


@pytest.fixture(scope="module")
def gx230():
    return load_unit("gx230")


def a_total(levels_db):
    return 10 * math.log10(
        sum(10 ** ((level + weight) / 10) for level, weight in zip(levels_db, A_WEIGHTING, strict=True))
    )


@pytest.mark.parametrize(("reading", "area_m2", "power_dba"), [(r, *v) for r, v in BY_HAND.items()])
def test_measurement_surface_by_hand(gx230, reading, area_m2, power_dba):
    distance_m = float(reading[:-2]) * 0.3048 if reading.endswith("ft") else float(reading[:-1])
    assert surface_m2(gx230, distance_m) == pytest.approx(area_m2, abs=0.001)
    sound = resolve_sound(gx230, reading)
    assert sound.power_dba == pytest.approx(power_dba, abs=0.001)
    assert a_total(sound.power_db) == pytest.approx(power_dba, abs=0.001)


@pytest.mark.parametrize(("reading", "printed"), [("1m", 85.7), ("3ft", 85.3), ("10ft", 91.9), ("7m", 97.8)])
def test_printed_figures_of_the_method(gx230, reading, printed):
    assert round(resolve_sound(gx230, reading).power_dba, 1) == printed


def test_power_reading_is_the_stated_level(gx230):
    assert resolve_sound(gx230, "power").power_dba == 69.0


def test_bands_keep_the_template_shape(gx230):
    # the engine of the facts: 63 Hz 82.6 ... 8 kHz 45.8, so neighbours differ by these steps whatever the reading
    steps = [-5.0, -4.9, -6.0, -7.8, -4.0, -4.1, -5.0]
    power_db = resolve_sound(gx230, "7m").power_db
    assert [b - a for a, b in pairwise(power_db)] == pytest.approx(steps, abs=1e-9)


def test_nothing_given_reads_7_m_as_assumed(gx230):
    sound = resolve_sound(gx230, None)
    assert (sound.reading, sound.origin) == ("7m", "assumed")
    assert resolve_sound(gx230, "7m").origin == "given"
    assert sound.power_db == resolve_sound(gx230, "7m").power_db


@pytest.mark.parametrize("text", ["7m", "7 m", " 7.0M", "7.m"])
def test_one_name_for_one_reading(gx230, text):
    assert resolve_sound(gx230, text).reading == "7m"


def test_23_ft_is_7_0104_m(gx230):
    # the trade says 7 m and 23 ft for the same thing; 0.0104 m more is 0.011 dB
    assert resolve_sound(gx230, "23ft").power_dba - resolve_sound(gx230, "7m").power_dba == pytest.approx(
        0.0113, abs=5e-4
    )


@pytest.mark.parametrize(
    "text", ["", "m", "7", "7 yards", "-7m", "0m", "nanm", "1e3m", "101m", "seven", "7mm", "0.05 m"]
)
def test_malformed_reading(gx230, text):
    with pytest.raises(InputError, match="expected"):
        resolve_sound(gx230, text)


def test_shown_readings_go_from_quiet_to_loud(gx230):
    assert [s.reading for s in readings(gx230, None)] == ["power", "3ft", "1m", "10ft", "7m", "10m"]
    assert [s.origin for s in readings(gx230, None)] == ["assumed"] * 6
    with_own = readings(gx230, "10ft")
    assert [(s.reading, s.origin) for s in with_own] == [
        ("power", "assumed"), ("3ft", "assumed"), ("1m", "assumed"), ("10ft", "given"), ("7m", "assumed"), ("10m", "assumed"),
    ]  # fmt: skip
    assert [s.reading for s in readings(gx230, "5m")][3:5] == ["10ft", "5m"]


def test_every_reading_with_every_spectrum(gx230):
    shown = variants(gx230, "1m")
    assert [(s.reading, s.spectrum) for s in shown] == [
        (reading, spectrum)
        for reading in ("power", "3ft", "1m", "10ft", "7m", "10m")
        for spectrum in ("engine", "gas_engine", "turbine", "flat")
    ]
    assert all(a.power_dba <= b.power_dba for a, b in pairwise(shown))
    assert [s for s in shown if s == resolve_sound(gx230, "1m")] == [shown[8]]
    assert {s.origin for s in shown[8:12]} == {"given"} and {s.origin for s in shown[:8]} == {"assumed"}
    for sound in shown:
        assert a_total(sound.power_db) == pytest.approx(sound.power_dba, abs=1e-9)


def test_spectra_at_the_stated_level(gx230):
    engine, gas_engine, turbine, flat = variants(gx230, "power")[:4]
    # printed for an engine at 69 dB(A); the sheet's total is 0.04 dB above it
    printed = [75.3, 82.6, 77.6, 72.7, 66.7, 58.9, 54.9, 50.8, 45.8]
    assert [engine.power_31_db, *engine.power_db] == pytest.approx(printed, abs=0.05)
    # 31.5 Hz A-weighted 50.2 of 92.0 dB(A): 50.2 + 39.4 - 91.96 + 69 = 66.64
    assert gas_engine.power_31_db == pytest.approx(66.64, abs=0.01)
    # eight equal bands: 10 lg of 0.0024 + 0.0245 + 0.1380 + 0.4786 + 1 + 1.3183 + 1.2589 + 0.7762 = 4.9970 is 6.99 dB
    assert [flat.power_31_db, *flat.power_db] == pytest.approx([69 - 6.987] * 9, abs=0.001)
    # A-weighted turbine: 41.8 50.9 55.4 58.8 63.0 64.2 62.0 54.9, most of it from 1 to 4 kHz
    high = sum(
        10 ** ((level + weight) / 10)
        for level, weight in zip(turbine.power_db[4:7], (0, 1.2, 1.0), strict=True)
    )
    assert high / 10**6.9 == pytest.approx(0.80, abs=0.01)


def test_a_spectrum_of_the_users_choice(gx230):
    turbine = with_spectrum(gx230, "turbine")
    assert resolve_sound(turbine, "7m") == next(
        s for s in variants(gx230, "7m") if (s.reading, s.spectrum) == ("7m", "turbine")
    )
    said = {a.name: (a.value, a.origin) for a in turbine.assumptions}
    assert said["unit.sound.template"] == ("turbine", "given")
    assert len(turbine.assumptions) == len(gx230.assumptions)
    assert variants(turbine, None) == variants(gx230, None)
    with pytest.raises(
        InputError, match=r'"rocket" is not a known spectrum; expected one of engine, gas_engine'
    ):
        with_spectrum(gx230, "rocket")
    with pytest.raises(InputError, match=r"octave bands of unit .* are stated in .*leave the option out"):
        with_spectrum(load_unit("cummins_c275d5_enclosed"), "flat")


def test_a_unit_with_its_own_spectrum_and_distance_has_one_variant(gx230):
    unit = load_unit("cummins_c275d5_enclosed")
    (sound,) = variants(unit, None)
    assert (sound.reading, sound.spectrum) == ("power", "the unit's own")
    # 60.6 + 39.4 = 100.0 as printed, shifted by 93.70 - 93.74 to the stated level
    assert sound.power_31_db == pytest.approx(99.96, abs=0.005)
    assert resolve_sound(load_unit("cummins_c220d5e_enclosed"), None).power_31_db is None
    stated = replace(gx230, sound=replace(gx230.sound, stated_at="7m"))
    assert [(s.reading, s.spectrum) for s in variants(stated, None)] == [
        ("7m", "engine"), ("7m", "gas_engine"), ("7m", "turbine"), ("7m", "flat"),
    ]  # fmt: skip
    silent = replace(unit, sound=replace(unit.sound, stated_at=None))
    assert {s.spectrum for s in variants(silent, None)} == {"the unit's own"} and len(
        variants(silent, None)
    ) == 6


def test_a_stated_distance_is_the_only_reading():
    unit = load_unit("cummins_c1000n6b_housed")
    (sound,) = readings(unit, None)
    # a = 7.1, b = 2.22, c = 3.9: S = 4 (15.762 + 8.658 + 27.69) = 208.44 m2, 10 lg = 23.190; 92.0 + 23.190
    assert (sound.reading, sound.origin, round(sound.power_dba, 3)) == ("1m", "file", 115.190)
    assert resolve_sound(unit, "1 m") == sound
    with pytest.raises(
        InputError, match=r"stated at 1m in data/units/cummins_c1000n6b_housed\.toml.*read at 7m"
    ):
        resolve_sound(unit, "7m")


def test_a_bigger_body_is_louder_at_the_same_level(gx230):
    bigger = replace(gx230, length_m=3.0)
    assert resolve_sound(bigger, "1m").power_dba > resolve_sound(gx230, "1m").power_dba
    assert resolve_sound(bigger, "power") == resolve_sound(gx230, "power")
