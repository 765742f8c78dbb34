"""What ships, and finding it. Oracles: the facts' figures retyped here, and A-weighted sums by hand."""

import math
import tomllib

import pytest

from siting.catalog import data_folder, load_ordinance, load_spectra, load_unit, ordinance_names, unit_names
from siting.errors import InputError

A_WEIGHTING = (-26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1)


def a_total(levels_db):
    return 10 * math.log10(
        sum(10 ** ((level + weight) / 10) for level, weight in zip(levels_db, A_WEIGHTING, strict=True))
    )


def test_every_shipped_file_loads_under_its_own_name():
    assert unit_names() == (
        "cummins_c1000n6b_housed",
        "cummins_c220d5e_enclosed",
        "cummins_c275d5_enclosed",
        "gx230",
    )
    assert ordinance_names() == (
        "carencro-la",
        "columbia-county-ar",
        "exampleton",
        "lynchburg-va",
        "winter-garden-fl",
    )
    assert [load_unit(name).id for name in unit_names()] == list(unit_names())
    assert [load_ordinance(name).id for name in ordinance_names()] == list(ordinance_names())


def test_gx230_says_what_the_maker_says_and_no_more():
    unit = load_unit("gx230")
    assert (unit.kw, unit.mass_kg, unit.fuels) == (200, 700, ("natural gas", "propane", "hydrogen", "biogas"))
    assert (unit.sound.level_dba, unit.sound.stated_at, unit.sound.shape_origin) == (69, None, "template")
    assert unit.length_m * unit.width_m / 0.3048**2 == pytest.approx(15.0, abs=0.05)  # 15 sq ft
    silent = {a.name: a.origin for a in unit.assumptions}
    sides = [f"unit.clearance.{side}_m" for side in ("front", "right", "back", "left")]
    body = [f"unit.body.{key}" for key in ("length_m", "width_m", "height_m", "source_height_m")]
    assert silent == dict.fromkeys([*body, *sides, "unit.sound.level_dba"], "assumed") | {
        "unit.sound.template": "template"
    }
    reasons = {a.name: (a.value, a.reason) for a in unit.assumptions}
    assert reasons["unit.sound.level_dba"] == (69, "weighting not stated either, read as dB(A)")
    assert reasons["unit.clearance.left_m"][0] == pytest.approx(3 * 0.3048)


def test_engine_template_sums_to_69_dba():
    # A-weighted bands 56.4 61.5 64.1 63.5 58.9 56.1 51.8 44.7: energies .437 1.413 2.570 2.239 .776 .407 .151 .030 million
    # sum 8.023 million, 10 lg = 69.04
    assert a_total(load_unit("gx230").sound.shape_db) == pytest.approx(69.04, abs=0.005)


# total dB(A) that the facts give, and the unweighted 63 Hz and 1 kHz bands by hand (81.1 + 26.2 = 107.3 ...)
REAL_SETS = {
    "cummins_c275d5_enclosed": (220, 93.7, "power", 107.3, 83.6),
    "cummins_c220d5e_enclosed": (176, 96.7, "power", 105.3, 89.0),
    "cummins_c1000n6b_housed": (1000, 92.0, "1m", 91.8, 80.5),
}


@pytest.mark.parametrize("name", REAL_SETS)
def test_real_sets(name):
    unit, (kw, total_dba, stated_at, first_db, middle_db) = load_unit(name), REAL_SETS[name]
    assert (unit.kw, unit.sound.level_dba, unit.sound.stated_at) == (kw, total_dba, stated_at)
    assert (unit.sound.shape_db[0], unit.sound.shape_db[4]) == pytest.approx((first_db, middle_db))
    # the printed bands give the printed total
    assert a_total(unit.sound.shape_db) == pytest.approx(total_dba, abs=0.05)
    assert unit.sound.shape_origin == "file"
    assert unit.source["notes"][0].startswith("Source: ")


# (class, day, night) as ordinances.json has them
CODES = {
    "columbia-county-ar": [("*", 65, 55)],
    "lynchburg-va": [
        ("noise sensitive", 55, 50),
        ("residential", 57, 52),
        ("park", 67, 62),
        ("business", 67, 62),
        ("industrial", 77, 77),
    ],
    "carencro-la": [("residential", 60, 50), ("commercial", 65, 65), ("industrial", 70, 70)],
    "winter-garden-fl": [
        ("single family", 60, 55),
        ("multifamily", 55, 45),
        ("office", 75, 70),
        ("commercial", 75, 70),
        ("industrial", 75, 70),
    ],
}


@pytest.mark.parametrize("name", CODES)
def test_real_codes(name):
    code = load_ordinance(name)
    wanted = [
        (zone, period, limit)
        for zone, *row in CODES[name]
        for period, limit in zip(("day", "night"), row, strict=True)
    ]
    assert [(limit.zone, limit.period, limit.limit_dba) for limit in code.limits] == wanted
    assert (code.evidence, code.measured_at, code.url[:4]) == ("excerpt", "receiving lot line", "http")
    hours = [(p.name, p.start, p.end) for p in code.periods]
    known = name == "columbia-county-ar"  # only its entry gives hours
    assert hours == (
        [("day", "08:00", "22:00"), ("night", "22:00", "08:00")]
        if known
        else [("day", None, None), ("night", None, None)]
    )


def test_rules_that_are_read_but_not_computed_are_said():
    assert "tone" in load_ordinance("winter-garden-fl").not_applied[0]
    assert "impulsive" in load_ordinance("carencro-la").not_applied[0]


def test_exampleton_is_made_up_and_says_so():
    code = load_ordinance("exampleton")
    assert all(
        "made up" in text
        for text in (code.place, code.code, code.title, code.evidence, code.source["notes"][0])
    )
    assert dict(code.zone_patterns) == {"residential": ("R*",), "commercial": ("C*",), "industrial": ("I*",)}
    assert (code.setback_m, code.building_distance_m) == pytest.approx((3.048, 1.524))
    assert [(p.start, p.end) for p in code.periods] == [("07:00", "22:00"), ("22:00", "07:00")]


def test_unknown_name_lists_the_catalogue():
    with pytest.raises(
        InputError,
        match=r'"gx203" is not in the catalogue of units \(.*gx230\) \(did you mean "gx230"\?\).*path of a TOML',
    ):
        load_unit("gx203")
    with pytest.raises(
        InputError, match=r'"lynchburg" is not .*ordinances \(carencro-la, .*did you mean "lynchburg-va"'
    ):
        load_ordinance("lynchburg")


@pytest.mark.parametrize("path", ["nowhere/mine.toml", "mine.toml"])
def test_no_such_file(path):
    with pytest.raises(InputError, match=rf"{path}: there is no such unit file"):
        load_unit(path)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(InputError, match="no such unit file"):
        load_unit(tmp_path)


def test_shipped_spectra_have_a_source_each():
    spectra = tomllib.loads((data_folder() / "spectra.toml").read_text(encoding="utf-8"))
    assert list(spectra) == ["engine", "gas_engine", "turbine", "flat"]
    assert all(entry["source"] and entry["sd_reason"] for entry in spectra.values())
    assert all(len(entry.get("db") or entry["dba"]) == 9 for entry in spectra.values())
    assert "made up" in spectra["turbine"]["source"] and len(set(spectra["flat"]["db"])) == 1
    assert [spectrum.name for spectrum in load_spectra()] == list(spectra)
