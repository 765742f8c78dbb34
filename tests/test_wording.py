"""The words that people read. Oracle: a printed margin or chance, read back, lies on the side where the number lies."""

import doctest

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from siting import judgement, quantities, rule_words, wording


def test_the_examples_in_the_docstrings():
    results = [doctest.testmod(module) for module in (quantities, wording, judgement, rule_words)]
    assert sum(result.attempted for result in results) >= 30 and not any(result.failed for result in results)


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


@given(st.floats(0, 1) | st.sampled_from([0.05, 0.5, 0.95]).flatmap(lambda e: st.floats(e - 1e-4, e + 1e-4)))
@example(0.05)
@example(0.05 + 1e-12)
@example(0.95 - 1e-12)
def test_no_printed_chance_hides_the_state(p_exceed):
    printed = quantities.chance(p_exceed)
    number = float(printed.split()[-2])
    if printed.startswith("just over"):
        assert number < 100 * p_exceed < number + 0.01
        return
    if printed.startswith(("under", "over")):
        assert (number > 50) == (p_exceed > 0.5) and abs(100 * p_exceed - number) <= 0.1
        return
    assert number == pytest.approx(100 * p_exceed, abs=0.0501)
    for edge in (5, 50, 95):
        assert (number <= edge) == (p_exceed <= edge / 100)


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
