"""Levels as lines and as JSON. Oracles: a path made by hand, its words written here, and the sum of the printed terms."""

import json
import math
import sys
import types
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from small_scene import POWER, receiver, source

from siting.cli import main
from siting.listing import TERMS, levels_document, levels_json, text_lines
from siting.parts import Air, PathLevel, ReceiverLevel, Scene, Source, Terms

ADDED = {"power_db", "directivity_db", "solid_angle_db"}
TAKEN = {
    "divergence_db",
    "air_db",
    "ground_db",
    "screening_db",
    "foliage_db",
    "site_db",
    "reflection_db",
    "cmet_db",
}
NAN, INF = math.nan, math.inf
SCENE = Scene((Source("S", 0, 0, tuple(POWER), 1),))
COUNT = len(TERMS)


def bands(*values):
    return np.array(values * (8 // len(values)), float)


def made(seed=0, **changes):
    """Terms of a path over and round a wall, different in every band."""
    rng = np.random.default_rng(seed)

    def some(low, high):
        return np.round(rng.uniform(low, high, 8), 2)

    values = {
        name: some(-1, 5) if name.endswith("_db") else round(float(rng.uniform(0, 90)), 3)
        for name in Terms._fields
    }
    scalars = {
        name: round(float(rng.uniform(0, 60)), 2) for name in ("solid_angle_db", "divergence_db", "cmet_db")
    }
    values |= scalars | {"power_db": some(80, 100), "kmet": 0.98}
    return Terms(**(values | changes))


def level_of(terms):
    values = terms._asdict()
    return sum(values[name] for name in ADDED) - sum(values[name] for name in TAKEN)


def path(source="S", kind="direct", via=None, seed=0, **changes):
    terms = made(seed, **changes)
    return PathLevel(source, kind, via, terms, level_of(terms))


def heard(*paths, id="R", low=None):
    energy = sum((10 ** (p.level_db / 10) for p in paths), np.zeros(8))
    with np.errstate(divide="ignore"):
        return ReceiverLevel(id, float(10 * np.log10(energy.sum())), 10 * np.log10(energy), low, paths)


def rows(lines):
    """The data lines of the listing's first part, as words."""
    end = lines.index("")
    return [line.split() for line in lines[:end] if not line.startswith("#")]


def test_one_line_for_every_receiver_source_path_and_band_with_every_term():
    reflected = path("S", "reflection", "W", 1, reflection_db=bands(0.5, INF))
    levels = [heard(path("S"), reflected, path("T", seed=2), id="R1"), heard(path("S", seed=3), id="R2")]
    found = rows(list(text_lines(SCENE, levels)))
    assert len(found) == 4 * 8
    names = [(row[0], row[1], " ".join(row[2 : -COUNT - 2]), row[-COUNT - 2]) for row in found]
    order = [("R1", "S", "direct"), ("R1", "S", "via W"), ("R1", "T", "direct"), ("R2", "S", "direct")]
    assert names == [
        (*who, band) for who in order for band in ("63", "125", "250", "500", "1k", "2k", "4k", "8k")
    ]
    for row, (terms, band) in zip(
        found, [(p.terms, b) for level in levels for p in level.paths for b in range(8)], strict=True
    ):
        printed = row[-COUNT - 1 : -1]
        for (name, _), word in zip(TERMS, printed, strict=True):
            value = getattr(terms, name)
            value = value[band] if np.ndim(value) else value
            assert word == "-" if math.isinf(value) else float(word) == pytest.approx(value, abs=0.005 + 1e-9)


def test_the_printed_terms_add_up_to_the_printed_level():
    found = rows(list(text_lines(SCENE, [heard(path(seed=4))])))
    for row in found:
        value = dict(zip([name for name, _ in TERMS], map(float, row[-COUNT - 1 : -1]), strict=True))
        total = sum(value[name] for name in ADDED) - sum(value[name] for name in TAKEN)
        assert float(row[-1]) == pytest.approx(total, abs=0.011)


def test_every_term_with_bands_has_its_column():
    terms = made()
    with_bands = {name for name, value in terms._asdict().items() if np.ndim(value)}
    assert {name for name, _ in TERMS} == with_bands | {"solid_angle_db", "divergence_db", "cmet_db"}
    assert {name for name, _ in TERMS} >= ADDED | TAKEN


def test_lines_are_aligned_and_fit_136_columns():
    long = [
        heard(
            path("a source with a long name", "reflection", "the long wall by the road"),
            id="the house on the hill",
        )
    ]
    short = [heard(path("S"), id="R"), heard(path("T", seed=5), id="R2")]
    for levels in (short, long):
        lines = list(text_lines(SCENE, levels))
        part = lines[: lines.index("")]
        table = [line for line in part if not line.startswith("#") or line.startswith("#to")]
        assert len({len(line) for line in table}) == 1 and len(table[0]) <= 136
        ends = {
            tuple(i for i, c in enumerate(line) if c != " " and line[i + 1 : i + 2] in ("", " "))[
                -COUNT - 1 :
            ]
            for line in table
        }
        assert len(ends) == 1  # every number ends where its heading does
        assert all(len(line) <= 136 for line in lines)
    whole = "\n".join(text_lines(SCENE, long))
    assert "# the house on the hill from a source with a long name, via the long wall by the road" in whole


def test_lengths_stand_over_the_rows_and_ways_that_are_not_there_are_left_out():
    one = path(distance_m=194.1894, plan_distance_m=194.165, height_source_m=1, height_receiver_m=4, g_source=0.2, g_middle=0.43,
               g_receiver=0.67, detour_top_m=0.5382, edges_top_m=0.24, detour_left_m=NAN, edges_left_m=NAN, detour_right_m=NAN,
               edges_right_m=NAN, kmet=0.97531, mean_height_m=NAN, foliage_m=0.0, site_m=0.0,
               screening_left_db=bands(INF))  # fmt: skip
    lines = list(text_lines(SCENE, [heard(one)]))
    assert "#   distance 194.189, in plan 194.165; above ground 1.000 and 4.000; G 0.200 0.430 0.670" in lines
    assert "#   detours: top z 0.5382 e 0.240; Kmet 0.9753" in lines
    assert not any("in foliage" in line or " hm " in line for line in lines)
    left = [name for name, _ in TERMS].index("screening_left_db")
    assert all(row[-COUNT - 1 + left] == "-" for row in rows(lines))


def test_lengths_in_belts_and_the_mean_height_where_there_are_any():
    one = path(foliage_m=34.5, site_m=0.0, mean_height_m=2.6751, height_receiver_m=4, g_source=NAN)
    lines = list(text_lines(SCENE, [heard(one)]))
    assert "#   in foliage 34.500, in sites 0.000" in lines
    assert any(line.endswith("and 4.000; hm 2.675") for line in lines)


def test_the_settings_stand_first_once_and_in_the_names_of_the_file():
    scene = replace(
        SCENE, air=Air(12.5, 55.0), ground_g=0.3, ground_method="alternative", c0_db=2.0, lateral_rule_8x=True
    )
    lines = list(text_lines(scene, [heard(path(), path(seed=2)), heard(path(), id="R2")]))
    assert lines[0] == "# temperature_c 12.5, humidity_pct 55, pressure_kpa 101.325"
    assert lines[1] == (
        "# ground_g 0.3, ground_method alternative, c0_db 2, reflections 1, lateral_rule_8x true, edges_below_sight true"
    )
    assert sum("humidity_pct" in line or "ground_method" in line for line in lines) == 2
    assert levels_document(scene, [])["settings"] == {
        "air": {"temperature_c": 12.5, "humidity_pct": 55.0, "pressure_kpa": 101.325},
        "ground_g": 0.3, "ground_method": "alternative", "c0_db": 2.0, "reflections": 1, "lateral_rule_8x": True,
        "edges_below_sight": True,
    }  # fmt: skip


def test_the_octave_of_31_5_hz_has_its_row_and_its_terms():
    one = path(seed=6)
    low = one.terms._replace(
        **{name: value[:1] - 1 for name, value in one.terms._asdict().items() if np.ndim(value)}
    )
    one = one._replace(terms_31=low, level_31_db=float(level_of(low)[0]))
    first, *others = rows(list(text_lines(SCENE, [heard(one, path(seed=7), low=50.0)])))
    assert [row[-COUNT - 2] for row in (first, *others[:2])] == ["31.5", "63", "125"] and len(others) == 16
    value = dict(zip([name for name, _ in TERMS], map(float, first[-COUNT - 1 : -1]), strict=True))
    assert value["screening_db"] == pytest.approx(low.screening_db[0], abs=0.0051)
    assert float(first[-1]) == pytest.approx(
        sum(value[n] for n in ADDED) - sum(value[n] for n in TAKEN), abs=0.011
    )
    with_it, without = levels_document(SCENE, [heard(one, path(seed=7))])["receivers"][0]["paths"]
    assert (
        with_it["level_31_db"] == one.level_31_db
        and "terms_31" not in without
        and "level_31_db" not in without
    )
    assert with_it["terms_31"]["screening_db"] == low.screening_db[0]
    assert with_it["terms_31"]["distance_m"] == with_it["terms"]["distance_m"]


def test_a_summary_line_for_every_receiver():
    lines = list(text_lines(SCENE, [heard(path(), id="R1", low=61.234), heard(id="R22")]))
    heading, one, two = (line.split() for line in lines[-3:])
    assert heading == ["#", "receiver", "31.5", "63", "125", "250", "500", "1k", "2k", "4k", "8k", "dB(A)"]
    level = heard(path())
    assert one == ["R1", "61.23", *(f"{v:.2f}" for v in level.level_db), f"{level.level_dba:.2f}"]
    assert two == ["R22", *["-"] * 10]  # no source: nothing is heard
    without = list(text_lines(SCENE, [heard(path())]))
    assert "31.5" not in without[-2] and len(without[-1].split()) == 10


def test_minus_nothing_is_nothing():
    assert all(
        "-0.00" not in line for line in text_lines(SCENE, [heard(path(ground_db=bands(-0.001, -1e-9)))])
    )


def test_json_has_the_form_of_the_issue_at_full_precision():
    reflected = path("S", "reflection", "W", 1, reflection_db=bands(0.5, INF), detour_left_m=NAN)
    silent = ReceiverLevel("R2", -INF, np.full(8, -INF), None, ())
    level = heard(path("S"), reflected, id="R1", low=61.5)
    text = levels_json(SCENE, [level, silent])
    data = json.loads(text, parse_constant=pytest.fail)
    one, two = data["receivers"]
    assert two == {"id": "R2", "level_dba": None, "level_db": [None] * 8, "paths": []}
    assert (one["id"], one["level_dba"], one["level_31_db"]) == ("R1", level.level_dba, 61.5)
    assert one["level_db"] == level.level_db.tolist()
    first, second = one["paths"]
    assert (first["source"], first["kind"], first["via"]) == ("S", "direct", None)
    assert (second["source"], second["kind"], second["via"]) == ("S", "reflection", "W")
    assert set(first["terms"]) == set(Terms._fields)
    assert first["terms"]["power_db"] == level.paths[0].terms.power_db.tolist()
    assert first["terms"]["divergence_db"] == level.paths[0].terms.divergence_db
    assert second["terms"]["reflection_db"] == [0.5, None] * 4 and second["terms"]["detour_left_m"] is None
    assert second["level_db"][1::2] == [None] * 4
    assert first["level_db"] == level.paths[0].level_db.tolist()
    assert levels_document(SCENE, [level, silent]) == data


@pytest.fixture
def scene_file(tmp_path, monkeypatch):
    """A scene, and in place of the method a level that tells what was read."""
    stand_in = types.ModuleType("siting.levels")
    stand_in.levels = lambda scene: [heard(path(scene.sources[0].id), id=r.id) for r in scene.receivers]
    monkeypatch.setitem(sys.modules, "siting.levels", stand_in)
    file = tmp_path / "mine.geojson"
    file.write_text(
        json.dumps({"type": "FeatureCollection", "features": [source(id="G"), receiver(id="home")]})
    )
    return file


def run(*words):
    return CliRunner().invoke(main, ["levels", *map(str, words)], catch_exceptions=False)


def test_the_verb_prints_lines_or_json(scene_file):
    answer = run(scene_file)
    assert answer.exit_code == 0 and answer.output.splitlines() == list(
        text_lines(SCENE, [heard(path("G"), id="home")])
    )
    answer = run(scene_file, "--json")
    assert answer.exit_code == 0 and json.loads(answer.output)["receivers"][0]["id"] == "home"


def test_bad_input_is_a_sentence_and_exit_code_2(scene_file):
    scene_file.write_text('{"type": "FeatureCollection", "features": []}')
    answer = run(scene_file)
    assert answer.exit_code == 2 and answer.stdout == ""
    assert (
        answer.stderr.startswith("siting: ")
        and "empty list" in answer.stderr
        and answer.stderr.count("\n") == 1
    )
