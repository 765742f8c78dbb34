"""Levels against limits. Oracles: a table of every case written by hand, the error function, and sentences read by a person."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from small_land import code, square
from small_ordinance import receptors

from siting.law import Operation
from siting.model import Site
from siting.ordinance import Limits, Rule
from siting.study import reasons
from siting.verdict import (
    compared,
    governing,
    is_allowed,
    receptor_levels,
    state_of,
    urgency,
    worst_of_each_neighbour,
    worst_row,
)

TOWN = code({"home": (55, 50), "works": (75, 70)}, [("home", ("R*",)), ("works", ("I*",))])
DAY, NIGHT = (Rule(name, "dba", "level", False, 0.0) for name in ("day", "night"))
NONE, NAN = -np.inf, np.nan
SURE = 1e-9  # a standard deviation so small that only the side of the limit counts
HALF = Operation(confidence=0.5)


def phi(x):
    """The normal distribution, by the error function."""
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def limits_of(table, rules=(DAY, NIGHT), classes=None):
    table = np.array(table, float).reshape(-1, len(rules))
    return Limits(tuple(rules), classes or [None] * len(table), table, (), (), ())


def found_of(levels, limits, sigma=SURE, metrics=("dba",)):
    steady = np.array(levels, float).reshape(-1, len(metrics))
    return compared(limits, steady, np.full(steady.shape, sigma), metrics)


def rows_of(levels, table, sigma=SURE, zones=(("R-1",), ("I",), ()), rules=(DAY, NIGHT), metrics=("dba",)):
    n = len(levels)
    names = {"R-1": "home", "I": "works"}
    ears = receptors(zones[:n], neighbour="ABC"[:n])
    ears.id[:] = [f"{k}/1" for k in "ABC"[:n]]
    limits = limits_of(table, rules, [names.get(z[0]) if z else None for z in zones[:n]])
    found = found_of(levels, limits, sigma, metrics)
    places = (np.full((n, 2), 7.0), np.full((n, 2), 8.0))
    return receptor_levels(ears, limits, found, np.ones(found.p.shape, bool), places, np.arange(n))


def site():
    lot = square(0, 0, 40, 30)
    return Site("007", "EPSG:26986", "", lot, lot, {"setback": 200.0, "buildings": 0.0}, (), (), None, (), ())


@pytest.mark.parametrize(
    ("level", "limits", "placed", "wanted", "possible", "state"),
    [
        # as many as allowed
        ([49.0], [[55, 50]], 3, None, True, "PASS"),
        (
            [50.0],
            [[55, 50]],
            3,
            None,
            True,
            "MARGINAL PASS",
        ),  # at the limit: half of all such levels are over it
        ([50.0 + 1e-6], [[55, 50]], 3, None, True, "FAIL"),
        ([49.0, 49.0], [[55, 50], [NAN, NAN]], 3, None, True, "UNKNOWN"),
        ([49.0, 49.0], [[55, 50], [55, NAN]], 3, None, True, "UNKNOWN"),
        (
            [51.0, 49.0],
            [[55, 50], [NAN, NAN]],
            3,
            None,
            True,
            "FAIL",
        ),  # over somewhere is no, whatever else is unknown
        ([49.0], [[NAN]], 3, None, True, "UNKNOWN"),
        ([], [], 3, None, True, "UNKNOWN"),  # nobody to measure at
        ([NONE], [[55, 50]], 0, None, False, "FAIL"),  # not one unit is legal
        ([NONE], [[55, 50]], 0, None, True, "FAIL"),
        ([NONE], [[NAN, NAN]], 0, None, True, "UNKNOWN"),  # it was the unknown limit that stopped them
        ([NONE], [[NAN, NAN]], 0, None, False, "FAIL"),  # no room, or a known limit stops them anyway
        # a number asked for
        ([49.0], [[55, 50]], 3, 3, True, "PASS"),
        ([49.0], [[55, 50]], 2, 3, True, "FAIL"),
        ([49.0], [[NAN, NAN]], 2, 3, True, "FAIL"),
        ([NONE], [[55, 50]], 0, 3, False, "FAIL"),
        ([51.0], [[55, 50]], 3, 3, True, "FAIL"),
        ([49.0, 40.0], [[55, 50], [NAN, NAN]], 3, 3, True, "UNKNOWN"),
        ([], [], 3, 3, True, "UNKNOWN"),
        # a level that is no number is never within a limit
        ([NAN], [[55, 50]], 3, None, True, "UNKNOWN"),
    ],
)
def test_the_table_of_states(level, limits, placed, wanted, possible, state):
    rules = (DAY, NIGHT)[: len(limits[0]) if limits else 2]
    p = found_of(level, limits_of(limits, rules)).p
    assert state_of(p, placed, wanted, possible) == state
    allowed = is_allowed(state, p, 0.5, placed)
    assert allowed == (state in ("PASS", "MARGINAL PASS"))


@pytest.mark.parametrize(
    ("margin", "state"),  # in standard deviations: 1.6449 is the 95 % quantile
    [(1.7, "PASS"), (1.6, "MARGINAL PASS"), (0.0, "MARGINAL PASS"), (-0.1, "MARGINAL FAIL"), (-1.6, "MARGINAL FAIL"),
     (-1.7, "FAIL")],
)  # fmt: skip
@pytest.mark.parametrize("sigma", [0.5, 3.0])
def test_states_are_bands_of_probability(margin, state, sigma):
    found = found_of([50.0 - margin * sigma], limits_of([[50.0]], (DAY,)), sigma)
    assert found.p[0, 0] == pytest.approx(phi(-margin), abs=1e-12)
    assert state_of(found.p, 1, None, True) == state
    for confidence in (0.5, 0.9, 0.95, 0.99):
        assert is_allowed(state, found.p, confidence, 1) == (phi(margin) >= confidence)


def test_unknown_is_worse_than_a_pass_and_hides_no_failure():
    table = {
        (1.0, NAN): "UNKNOWN",
        (-0.5, NAN): "MARGINAL FAIL",
        (-3.0, NAN): "FAIL",
        (3.0, 0.5): "MARGINAL PASS",
    }
    for margins, state in table.items():
        limits = limits_of([[50.0 + m] for m in margins], (DAY,))
        p = found_of([50.0, 50.0], limits, 1.0).p
        assert state_of(p, 2, None, True) == state
        assert not is_allowed(state, p, 0.95, 2)


def test_allowed_needs_every_receptor_known_and_within_in_every_combination():
    for levels in itertools.product((40.0, 60.0), repeat=2):
        for limits in itertools.product((50.0, NAN), repeat=4):
            table = np.array(limits).reshape(2, 2)
            for placed, wanted in ((0, None), (0, 2), (1, 2), (2, 2), (2, None)):
                level = list(levels) if placed else [NONE, NONE]
                fine = all(
                    not np.isnan(m) and v <= m for v, row in zip(level, table, strict=True) for m in row
                )
                p = found_of(level, limits_of(table)).p
                state = state_of(p, placed, wanted, True)
                assert is_allowed(state, p, 0.95, placed) == (
                    fine and placed > 0 and placed == (wanted or placed)
                )


def test_what_a_rule_compares_is_the_level_with_its_shift_and_what_it_does_not_see_is_never_over():
    rules = (Rule("day", "dba", "Leq", False, -3.0), Rule("day", "63", "level", False, 0.0),
             Rule("day", "dba", "L50", False, -np.inf))  # fmt: skip
    limits = limits_of([[50.0, 70.0, 40.0], [np.inf, np.inf, np.inf]], rules)
    found = found_of([[52.0, 71.0], [90.0, 90.0]], limits, 2.0, ("dba", "63"))
    np.testing.assert_allclose(found.level_db[0, :2], [49.0, 71.0])
    np.testing.assert_allclose(found.p[0], [phi(-0.5), phi(0.5), 0.0], atol=1e-12)
    assert (found.p[1] == 0).all()  # no limit, nothing to exceed
    # of each period the most probable exceedance governs
    assert governing(limits, found).tolist() == [[False, True, False], [True, False, False]]


def test_rows_have_one_line_a_rule_with_margins_and_probabilities_by_hand():
    rows = rows_of([52.5, 60.0, 58.0], [[55, 50], [75, 70], [NAN, NAN]], sigma=2.5)
    assert [(r.id, r.period, r.limit_db, r.margin_db, r.state) for r in rows] == [
        ("A/1", "day", 55, 2.5, "MARGINAL PASS"), ("A/1", "night", 50, -2.5, "MARGINAL FAIL"),
        ("B/1", "day", 75, 15, "PASS"), ("B/1", "night", 70, 10, "PASS"),
        ("C/1", "day", None, None, "UNKNOWN"), ("C/1", "night", None, None, "UNKNOWN"),
    ]  # fmt: skip
    assert rows[0].p_exceed == pytest.approx(phi(-1), abs=1e-12) and rows[4].p_exceed is None
    assert [(r.zone, r.zone_class) for r in rows[::2]] == [("R-1", "home"), ("I", "works"), (None, None)]
    assert (rows[2].x, rows[2].y, rows[2].height_m, rows[2].level_db) == (10.0, 0.0, 1.5, 60.0)
    assert (rows[2].file_x, rows[2].file_y, rows[2].lon, rows[2].lat) == (7.0, 7.0, 8.0, 8.0)
    silent = rows_of([NONE], [[55, 50]])
    assert silent[0].level_db is None and silent[0].margin_db is None and silent[0].p_exceed == 0


def test_the_worst_comes_first_over_before_unknown_before_within():
    rows = rows_of([52.5, 60.0, 58.0], [[55, 50], [75, 70], [NAN, NAN]])
    assert [r.neighbour for r in worst_of_each_neighbour(rows)] == ["A", "C", "B"]
    assert worst_row(rows).id == "A/1" and worst_row(rows).period == "night"
    quiet = rows_of([40.0, 61.0, 58.0], [[55, 50], [75, 70], [NAN, NAN]], sigma=3.0)
    assert [r.neighbour for r in worst_of_each_neighbour(quiet)] == ["C", "B", "A"]
    assert worst_row(quiet).margin_db == 9.0  # of those that are known
    unknown = rows_of([40.0, 60.0], [[NAN, NAN], [NAN, NAN]])
    assert worst_row(unknown).id == "B/1"  # the loudest where no limit is known
    assert worst_row([]) is None and worst_row(rows_of([NONE], [[55, 50]])) is None
    assert urgency(rows[1]) < urgency(rows[4]) < urgency(rows[0])


def said(state, rows, **changes):
    given = {
        "allowed": state == "PASS", "ordinance": TOWN, "operation": HALF, "placed": 3, "wanted": None, "alone": None,
        "receptors": len(rows) // 2, "unverified": (),
    } | changes  # fmt: skip
    return reasons.verdict(state=state, rows=rows, **({"site": site()} | given)).reasons


def test_a_fail_names_receptor_lot_level_period_and_limit():
    rows = rows_of([52.5, 71.25], [[55, 50], [75, 70]])
    text = " ".join(said("FAIL", rows))
    assert "3 units give 52.5 dB(A) at A/1 (lot A, home, night), 2.5 dB over the limit of 50" in text
    assert "2 neighbours are over what their limits allow" in text
    assert "1 unit gives" in said("FAIL", rows, placed=1)[0]


def test_within_the_limit_but_not_surely_enough_is_said_with_its_probability():
    rows = rows_of([49.0], [[55, 50]], sigma=2.0)  # 1 dB below: phi(-0.5) = 30.9 %
    text = " ".join(said("MARGINAL PASS", rows, allowed=False, operation=Operation()))
    assert (
        "1.0 dB below the limit of 50" in text
        and "30.9 %" in text
        and "a confidence of 95 % is wanted" in text
    )


def test_a_pass_names_the_nearest_receptor_and_counts_all():
    rows = rows_of([47.5, 50.0], [[55, 50], [75, 70]], sigma=3.0)
    (text,) = said("PASS", rows, receptors=612)
    assert text.startswith(
        "All 612 receptors keep their limits at a confidence of 50 %; the nearest is 47.5 dB(A) at A/1 (lot A,"
    )
    assert (
        "2.5 dB below the limit of 50, exceeded with a probability of 20.2 %" in text
    )  # phi(-2.5 / 3) = 20.2 %


@pytest.mark.parametrize("margin", [0.04, 0.004, 0.0004, 1e-9])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_tiny_margin_is_not_printed_as_nothing(margin, sign):
    rows = rows_of([50.0 - sign * margin], [[90, 50]])
    text = " ".join(said("PASS" if sign > 0 else "FAIL", rows))
    assert not any(f", {nothing} dB" in text for nothing in ("0.0", "0.00", "0.000"))
    assert ("below" in text or "under" in text) == (sign > 0)


def test_what_is_unknown_is_said_with_what_to_do():
    assert said("UNKNOWN", rows_of([49.0], [[NAN]], rules=(DAY,)), ordinance=None) == (
        "No ordinance was given, so no limit is known: name one with --ordinance.",
    )
    assert said("UNKNOWN", []) == (reasons.NOBODY,)
    nowhere = rows_of([49.0], [[NAN, NAN]], zones=[()])
    assert said("UNKNOWN", nowhere) == (
        "town has no limit for 1 neighbour in no zone: name one with --zoning and --zone-field.",
    )
    lake = rows_of([49.0, 49.0], [[NAN, NAN]] * 2, zones=[("lake",), ("lake",)])
    assert said("UNKNOWN", lake) == ("town has no limit for 2 neighbours in lake.",)
    home = rows_of([49.0], [[55, NAN]])
    assert said("UNKNOWN", home)[0].startswith("Limits of town that are not known: dB(A), night; ")
    assert "--accept-unverified" in said("UNKNOWN", home, unverified=("x",))[0]


def test_where_there_is_no_room_every_rule_is_said_with_what_it_took():
    # 10 m² are 107.6 sq ft; what took nothing is not named
    rules = ("setback", "buildings", "openings", "keep-outs", "slope", "aisle", "items", "clearance", "walls")
    full = replace(site(), taken_m2=dict(zip(rules, [10.0 * k for k in range(9)], strict=True)))
    (text,) = said("FAIL", rows_of([NONE], [[55, 50]]), placed=0, site=full)
    assert text.startswith(
        "No unit has room on lot 007: of its 12,917 sq ft (1,200.0 m²) buildings with their distance 108 sq ft"
    )
    words = ("openings", "keep-outs", "too steep", "aisle", "other things", "clearances", "walls")
    places = [text.index(word) for word in words]
    assert places == sorted(places) and "setback" not in text and text.count("sq ft") == 9
    assert (
        "is taken"
        in said("FAIL", rows_of([NONE], [[55, 50]]), placed=0, site=replace(site(), taken_m2={}))[0]
    )


def test_what_does_not_fit_is_said():
    nothing = said("FAIL", rows_of([NONE], [[55, 50]]), placed=0)
    assert len(nothing) == 1 and nothing[0].startswith("No unit has room on lot 007: of")
    assert "setback" in nothing[0] and "buildings" not in nothing[0]
    alone = rows_of([61.0], [[55, 50]])[1]
    (text,) = said("FAIL", rows_of([NONE], [[55, 50]]), placed=0, alone=alone)
    assert text.startswith(
        "Even one unit in the quietest place gives 61.0 dB(A) at A/1 (lot A, home, night), 11.0 dB over the limit"
    )
    few = said("FAIL", rows_of([40.0], [[55, 50]]), placed=2, wanted=3)
    assert few == ("Only 2 of the 3 units have room on lot 007.",)
