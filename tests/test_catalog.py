"""What ships, and finding it. Oracles: the facts' figures retyped here, and A-weighted sums by hand."""

import math
import tomllib

import pytest

from siting.catalog import data_folder, load_ordinance, load_spectra, load_unit, ordinance_names, unit_names
from siting.errors import InputError
from siting.metrics import NINE, OLD

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
    assert {*CODES, "exampleton"} <= set(ordinance_names()) and len(ordinance_names()) >= 13
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


# (receiving class, emitting class, metric, statistic, period): limit, as ordinances.json has them
def by_zone(rows, source="*", statistic="level"):
    return {
        (zone, source, "dba", statistic, period): limit
        for zone, *limits in rows
        for period, limit in zip(("day", "night"), limits, strict=True)
    }


def by_band(zone, source, statistic, period, limits, names=NINE):
    return {(zone, source, name, statistic, period): limit for name, limit in zip(names, limits, strict=True)}


MATRIX = {
    "A": (55, 57, 60),
    "B": (57, 60, 65),
    "C": (60, 65, 70),
}  # Washington: by the emitting class, to A, B, C
CODES = {
    "columbia-county-ar": by_zone([("*", 65, 55)]),
    "lynchburg-va": by_zone(
        [
            ("noise sensitive", 55, 50),
            ("residential", 57, 52),
            ("park", 67, 62),
            ("business", 67, 62),
            ("industrial", 77, 77),
        ]
    ),
    "carencro-la": by_zone([("residential", 60, 50), ("commercial", 65, 65), ("industrial", 70, 70)]),
    "winter-garden-fl": by_zone(
        [
            ("single family", 60, 55),
            ("multifamily", 55, 45),
            ("office", 75, 70),
            ("commercial", 75, 70),
            ("industrial", 75, 70),
        ]
    ),
    "ogden-ut": by_zone(
        [("residential", 55, 50), ("commercial", 65, 60), ("industrial", 80, 75), ("public", 75, 70)]
    ),
    "washington-state": {
        (to, source, "dba", "level", period): limit - (10 if (period, to) == ("night", "A") else 0)
        for source, row in MATRIX.items()
        for to, limit in zip("ABC", row, strict=True)
        for period in ("day", "night")
    },
    "illinois": {
        **by_band("A", "C", "Leq", "day", (75, 74, 69, 64, 58, 52, 47, 43, 40)),
        **by_band("A", "B", "Leq", "day", (72, 71, 65, 57, 51, 45, 39, 34, 32)),
        **by_band("A", "A", "Leq", "day", (72, 71, 65, 57, 51, 45, 39, 34, 32)),
    },
    "cuyahoga-heights-oh": {
        **by_band("residence", "*", "level", "day", (77, 76, 70, 62, 56, 50, 44, 39, 37)),
        **by_band("residence", "*", "level", "night", (67, 66, 60, 52, 46, 40, 34, 29, 27)),
        **by_zone([("residence", 60, 50)]),
    },
    "lake-success-ny": by_band("*", "*", "level", "any time", (60, 52, 50, 45, 40, 36, 31, 30), OLD),
    "oregon": by_zone([("*", 55, 50)], statistic="L50"),
    "pembroke-pines-fl": {("*", "*", "dba", "level", "any time", "cap"): 72},
    "san-diego-ca": {("industrial", "*", "dba", "Leq", period): 75 for period in ("day", "evening", "night")},
}


@pytest.mark.parametrize("name", CODES)
def test_numbers_of_real_codes(name):
    found = {
        (m.zone, m.source_zone, m.metric, m.statistic, m.period, *(("cap",) if m.cap else ())): m
        for m in load_ordinance(name).limits
    }
    assert {key: found[key].limit_db for key in CODES[name]} == CODES[name]
    assert all(found[key].cited.read for key in CODES[name])


def test_corrections_of_real_codes():
    washington, lake = load_ordinance("washington-state"), load_ordinance("lake-success-ny")
    assert [(a.minutes, a.plus_db) for a in washington.allowances] == [(15, 5), (5, 10), (1.5, 15)]
    assert (lake.near_homes.minus_db, lake.near_homes.within_m) == pytest.approx((6, 60.96))  # 200 ft
    assert [
        load_ordinance(name).tone.minus_db for name in ("winter-garden-fl", "ogden-ut", "citrus-heights-ca")
    ] == [5, 5, 5]
    ogden, oregon, broward, street = (
        load_ordinance(name).ambient for name in ("ogden-ut", "oregon", "broward-county-fl", "scottville-mi")
    )
    assert dict(ogden.plus_db) == {"day": 10, "night": 5} and dict(oregon.plus_db) == {"day": 10, "night": 10}
    assert dict(broward.plus_db) == {"all times": 5}
    # what is measured has the background in it; Scottville speaks of the noise that comes from the premises
    assert [rule.with_ambient for rule in (ogden, oregon, broward, street)] == [True, True, True, False]
    assert (
        load_ordinance("ogden-ut").tone.tables_only
        and not load_ordinance("winter-garden-fl").tone.tables_only
    )
    assert load_ordinance("san-diego-ca").where_zones_meet == "mean"
    place = load_ordinance("oregon").measured
    assert (place.at, place.distance_m) == ("near building", pytest.approx(7.62))
    test = load_ordinance("pembroke-pines-fl").standby
    assert [(h.days, h.start, h.end) for h in test.testing] == [("Mon-Sat", "11:00", "17:00")]
    assert (test.testing_minutes, test.testing_every_days) == (30, 7)
    hours = {
        p.name: [(h.start, h.end) for h in p.hours] for p in load_ordinance("columbia-county-ar").periods
    }
    assert hours == {"day": [("08:00", "22:00")], "night": [("22:00", "08:00")]}


@pytest.mark.parametrize("name", ordinance_names())
def test_every_number_of_the_catalogue_says_where_it_stands(name):
    code = load_ordinance(name)
    rules = [
        code.measured,
        code.setback,
        *(rule for _, rule in code.side_setbacks),
        code.building_distance,
        code.tone,
        code.ambient,
        code.near_homes,
        code.standby,
    ]
    cites = [rule.cited for rule in (*code.limits, *code.allowances, *rules) if rule is not None]
    assert all(cited.section and cited.source for cited in cites)
    assert (code.evidence == "made up") == (name == "exampleton")


def test_rules_that_are_read_but_not_computed_are_said():
    assert "impulsive" in load_ordinance("winter-garden-fl").not_applied[0]
    assert "impulsive" in load_ordinance("carencro-la").not_applied[0]
    assert "engineer" in load_ordinance("columbia-county-ar").conditions[0]


def test_exampleton_is_made_up_and_says_so():
    code = load_ordinance("exampleton")
    texts = (
        code.place,
        code.code,
        code.title,
        code.evidence,
        code.source["notes"][0],
        code.limits[0].cited.source,
    )
    assert all("made up" in text for text in texts)
    assert dict(code.zone_patterns) == {"residential": ("R*",), "commercial": ("C*",), "industrial": ("I*",)}
    assert (code.setback.distance_m, code.building_distance.distance_m) == pytest.approx((3.048, 1.524))
    assert [(h.start, h.end) for p in code.periods for h in p.hours] == [
        ("07:00", "22:00"),
        ("22:00", "07:00"),
    ]


def test_unknown_name_lists_the_catalogue():
    with pytest.raises(
        InputError,
        match=r'"gx203" is not in the catalogue of units \(.*gx230\) \(did you mean "gx230"\?\).*path of a TOML',
    ):
        load_unit("gx203")
    with pytest.raises(InputError, match=r'"lynchburg" is not .*ordinances \(.*did you mean "lynchburg-va"'):
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
