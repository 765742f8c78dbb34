"""The words that people read. Oracle: a printed margin, read back, lies on the side of its limit where the level lies."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting import quantities, wording

ROW = {"level_dba": 55.04, "limit_dba": 55.0, "margin_db": -0.04, "state": "FAIL"}


def test_the_examples_in_the_docstrings():
    results = [doctest.testmod(module) for module in (quantities, wording)]
    assert sum(result.attempted for result in results) >= 15 and not any(result.failed for result in results)


@given(st.floats(-80, 80).filter(lambda m: m != 0))
def test_no_printed_margin_hides_the_side(margin_db):
    printed, side = quantities.margin(margin_db), quantities.side(margin_db)
    assert side.endswith("over" if margin_db < 0 else "below")
    if "less than" in printed:
        assert abs(margin_db) <= 0.0005 and printed.startswith("over" if margin_db < 0 else "under")
        assert side.startswith("less than 0.001 dB")
    else:
        number = float(printed.replace("−", "-"))
        assert number != 0 and (number > 0) == (margin_db > 0)
        assert number == pytest.approx(margin_db, abs=0.0501)
        assert float(side.split()[0]) == abs(number)


def test_a_row_in_words_says_what_is_not_known():
    assert wording.judgement(ROW) == "55.0 dB(A), limit 55, margin −0.04 dB: FAIL"
    unknown = {**ROW, "limit_dba": None, "margin_db": None, "state": "UNKNOWN"}
    assert wording.levels(unknown) == {"level": "55.0", "limit": "not known", "margin": "not known"}
    silent = {**ROW, "level_dba": None, "margin_db": None}
    assert wording.levels(silent) == {"level": "—", "limit": "55", "margin": "—"}


@pytest.mark.parametrize(
    ("zone", "zone_class", "words"),
    [
        ("C-1", "residential", "C-1 (residential)"),
        ("residential", "residential", "residential"),
        ("R-9", None, "R-9"),
        (None, "*", "any zone"),
        ("R-9", "*", "R-9"),
        (None, None, "no zone known"),
    ],
)
def test_zones(zone, zone_class, words):
    assert wording.zone({"zone": zone, "zone_class": zone_class}) == words


def test_questions():
    assert wording.asked({"mode": "max"}) == "as many units as allowed"
    assert wording.asked({"mode": "units", "units": 1}) == "1 unit"
    assert wording.asked({"mode": "load", "load_kw": 450.5, "spare": 0}) == "450.5 kW"
    assert (
        wording.asked({"mode": "load", "load_kw": 1234567.0, "spare": 2})
        == "1,234,567 kW with 2 units to spare"
    )
