"""Rows, rules and readings in words. Oracle: sentences written by hand from the numbers."""

import io

import pytest
from rich.console import Console
from study_document import CITED, example_document

from siting import judgement, readings_table, rule_words
from siting.console import print_study

ROW = {
    "metric": "dba", "statistic": "level", "level_db": 55.04, "limit_db": 55.0, "margin_db": -0.04, "p_exceed": 0.504,
    "state": "MARGINAL FAIL",
}  # fmt: skip


def printed(document):
    console = Console(width=120, highlight=False, record=True, file=io.StringIO())
    print_study(document, console)
    return " ".join(console.export_text().split())


def test_a_row_in_words_says_what_is_not_known_and_what_nobody_hears():
    assert (
        judgement.judgement(ROW) == "55.0 dB(A), limit 55, margin −0.04 dB, P(exceed) 50.4 %: MARGINAL FAIL"
    )
    unknown = {**ROW, "limit_db": None, "margin_db": None, "p_exceed": None, "state": "UNKNOWN"}
    assert judgement.levels(unknown) == {
        "level": "55.0", "limit": "not known", "margin": "not known", "chance": "not known",
    }  # fmt: skip
    assert judgement.judgement(unknown) == "55.0 dB(A), limit not known: UNKNOWN"
    silent = {**ROW, "level_db": None, "margin_db": None, "p_exceed": 0.0, "state": "PASS"}
    assert judgement.levels(silent) == {"level": "—", "limit": "55", "margin": "—", "chance": "—"}
    free = {**ROW, "limit_db": None, "margin_db": None, "p_exceed": 0.0, "state": "PASS"}
    assert judgement.judgement(free) == "55.0 dB(A), limit none: PASS"
    band = {**ROW, "metric": "31.5", "statistic": "Leq"}
    assert judgement.judgement(band).startswith("31.5 Hz band Leq 55.0 dB, limit 55,")


@pytest.mark.parametrize(
    ("state", "allowed", "confidence", "words"),
    [
        ("PASS", True, 0.95, "allowed at 95 % confidence"),
        ("PASS", False, 0.99, "not allowed at 99 % confidence"),
        ("MARGINAL PASS", True, 0.5, "allowed at 50 % confidence"),
        ("FAIL", False, 0.975, "not allowed at 97.5 % confidence"),
        ("UNKNOWN", False, 0.95, "cannot be known"),
    ],
)
def test_headlines(state, allowed, confidence, words):
    assert judgement.headline({"state": state, "allowed": allowed, "confidence": confidence}) == words


def test_every_state_has_its_own_sign_and_a_rank():
    assert set(judgement.SIGNS) == set(judgement.STATES) == set(judgement.SEVERITY) - {"NONE"}
    assert len(set(judgement.SIGNS.values())) == 5
    ranks = [judgement.SEVERITY[s] for s in ("PASS", "MARGINAL PASS", "UNKNOWN", "MARGINAL FAIL", "FAIL")]
    assert ranks == sorted(ranks) and len(set(ranks)) == 5


def test_how_many_may_run():
    layout = {"units": 6}
    row = {
        "hours": ["Mon-Fri 07:00–22:00", "Sat 09:00–18:00"],
        "units": 4,
        "unit_ids": ["U1", "U2", "U3", "U6"],
    }
    assert rule_words.may_run(row, layout) == {
        "hours": "Mon-Fri 07:00–22:00, Sat 09:00–18:00", "count": "4 of 6", "which": "U1–U3, U6",
    }  # fmt: skip
    everything = {"hours": [], "units": 6, "unit_ids": [f"U{n}" for n in range(1, 7)]}
    assert rule_words.may_run(everything, layout) == {"hours": "not given", "count": "6 of 6", "which": "all"}
    assert rule_words.may_run({**row, "units": 0, "unit_ids": []}, layout)["which"] == "none"
    assert rule_words.may_run({**row, "units": None}, layout)["count"] == "not known"


def test_standard_deviations_add_as_squares():
    parts = [
        {"part": "source", "sigma_db": 3.0, "metrics_db": {"dba": 3.0, "31.5": None}},
        {"part": "method", "sigma_db": 4.0, "metrics_db": {"dba": 4.0, "31.5": 4.0}},
    ]
    table = rule_words.deviations(parts)
    assert table["metrics"] == ("dB(A)", "31.5 Hz")
    assert table["rows"][-1] == {"part": "together", "numbers": ["5.0", "—"]}


def test_readings_by_spectra():
    document = example_document()
    table = readings_table.matrix(document)
    assert table["spectra"] == ("engine", "gas engine")
    assert [row["reading"] for row in table["rows"]] == [
        "1 m (3.3 ft)",
        "3 ft (0.91 m)",
        "7 m (23 ft)",
        "sound power",
    ]
    used, gas = table["rows"][2]["cells"]
    assert used["text"] == "6/3 ▲ FAIL ASSUMED" and gas["text"] == "6/2 ▲ FAIL†"
    assert any("dB(A) alone" in remark for remark in readings_table.remarks(document))
    for row in document["readings"]:
        row["state_dba"] = row["state"]
    del document["readings"][1]  # a spectrum that one reading lacks
    assert readings_table.matrix(document)["rows"][0]["cells"][1] is None
    assert not any("†" in remark for remark in readings_table.remarks(document))


def test_unverified_numbers_are_said_either_way():
    document = example_document()
    assert rule_words.unverified(document) == ""
    document["unverified"] = ["The night limit was not read."]
    assert "the verdict is UNKNOWN until" in rule_words.unverified(document)
    document["operation"]["accept_unverified"] = True
    assert rule_words.unverified(document) == (
        "UNVERIFIED: 1 number of the ordinance was not read in the source; accepted by the user, not checked"
    )
    text = printed(document)
    assert (
        rule_words.unverified(document) in text
        and "not read in its source: The night limit was not read." in text
    )


def test_the_console_says_everything_that_decides():
    document = example_document()
    document["operation"] |= {
        "use": "standby",
        "minutes_per_hour": 15.0,
        "tone": False,
        "ambient_dba": {"day": 52.0},
    }
    document["ordinance"]["tone"] = {"minus_db": 5, "over_neighbours_db": None, **CITED}
    document["ordinance"]["ambient"] = {"plus_db": {"day": 10}, "combine": "fallback", **CITED}
    document["warnings"] = ["In dB(A) alone this would read PASS."]
    document["existing"] = [
        {
            "id": f"existing {n}",
            "x": 1.0,
            "y": 2.0,
            "height_m": 3.0,
            "power_db": [None] + [80.0] * 8,
            "power_dba": 87.04,
        }
        for n in range(7)
    ]
    text, worst = printed(document), document["worst"]
    for said in (
        "FAIL: not allowed at 95 % confidence",
        "65.7 dB(A), limit 62, margin −3.7 dB, P(exceed) 99.3 %: FAIL",
        f"x, y {worst['file_x']:.2f}, {worst['file_y']:.2f} in the parcel file (EPSG:2263)",
        f"latitude, longitude {worst['lat']:.6f}, {worst['lon']:.6f}",
        "use: standby: outages and tests alone, 15 minutes of any hour",
        "tone: the units have none",
        "ambient: given: day 52 dB(A)",
        "While the grid is out, units in standby use are exempt",
        "existing 0: sound power 87.0 dB(A)",
        "and 2 more, in study.json",
        "no zone known NONE: no limit is known 22 1",
        "together 1.5 1.8",
        "a permit also needs: An engineer finds",
        "WARNING: In dB(A) alone",
    ):
        assert said in text, said
    assert "none of this is used" not in text


def test_zones_are_told_where_one_has_no_class():
    document = example_document()
    for row in document["zones"]:
        row["zone_class"] = row["zone_class"] or "homes"
    assert "Zones of the map" not in printed(document)
