"""Levels against limits. Oracles: a table of every case written by hand, and sentences read by a person."""

import itertools

import numpy as np
import pytest
from small_land import code, square

from siting.model import Receptors, Site
from siting.verdict import (
    NOBODY,
    reasons,
    receptor_levels,
    state_of,
    urgency,
    worst_of_each_neighbour,
    worst_row,
)

TOWN = code({"home": (55, 50), "works": (75, 70)}, [("home", ("R*",)), ("works", ("I*",))])
NONE = -np.inf
NAN = np.nan


def rows_of(levels, limits, ordinance=TOWN, neighbours=("A", "B", "C"), zones=(("R-1",), ("I",), ())):
    n = len(levels)
    names = {"R-1": "home", "I": "works"}
    receptors = Receptors(
        [f"{k}/1" for k in neighbours[:n]], list(neighbours[:n]), list(zones[:n]), np.arange(2.0 * n).reshape(n, 2),
        np.ones(n), np.zeros(n, bool), 0, np.arange(n), (),
    )  # fmt: skip
    classes = [names.get(z[0]) if z else None for z in receptors.zones]
    return receptor_levels(
        receptors, ordinance, classes, np.array(limits, float), np.array(levels, float), 1.5, np.arange(n)
    )


def site():
    lot = square(0, 0, 40, 30)
    return Site("007", "EPSG:26986", "", lot, lot, {"setback": 200.0, "buildings": 0.0}, (), (), None, (), ())


@pytest.mark.parametrize(
    ("level", "limits", "placed", "wanted", "possible", "state"),
    [
        # as many as allowed
        ([49.0], [[55, 50]], 3, None, True, "PASS"),
        ([50.0], [[55, 50]], 3, None, True, "PASS"),  # at the limit is not over it
        ([50.0 + 1e-9], [[55, 50]], 3, None, True, "FAIL"),
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
        ([], np.zeros((0, 2)), 3, None, True, "UNKNOWN"),  # nobody to measure at
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
        ([], np.zeros((0, 1)), 3, 3, True, "UNKNOWN"),
        # a level that is no number is never within a limit
        ([NAN], [[55, 50]], 3, None, True, "FAIL"),
    ],
)
def test_the_table_of_states(level, limits, placed, wanted, possible, state):
    assert state_of(np.array(level, float), np.array(limits, float), placed, wanted, possible) == state


def test_pass_needs_every_receptor_known_and_within_in_every_combination():
    for levels in itertools.product((40.0, 60.0), repeat=2):
        for limits in itertools.product((50.0, NAN), repeat=4):
            table = np.array(limits).reshape(2, 2)
            for placed, wanted in ((0, None), (0, 2), (1, 2), (2, 2), (2, None)):
                level = np.array(levels) if placed else np.full(2, NONE)
                fine = all(
                    not np.isnan(m) and v <= m for v, row in zip(level, table, strict=True) for m in row
                )
                passed = state_of(level, table, placed, wanted, True) == "PASS"
                assert passed == (fine and placed > 0 and placed == (wanted or placed))


def test_rows_have_one_line_a_period_with_margins_by_hand():
    rows = rows_of([52.5, 60.0, 58.0], [[55, 50], [75, 70], [NAN, NAN]])
    assert [(r.id, r.period, r.limit_dba, r.margin_db, r.state) for r in rows] == [
        ("A/1", "day", 55, 2.5, "PASS"), ("A/1", "night", 50, -2.5, "FAIL"),
        ("B/1", "day", 75, 15, "PASS"), ("B/1", "night", 70, 10, "PASS"),
        ("C/1", "day", None, None, "UNKNOWN"), ("C/1", "night", None, None, "UNKNOWN"),
    ]  # fmt: skip
    assert [(r.zone, r.zone_class) for r in rows[::2]] == [("R-1", "home"), ("I", "works"), (None, None)]
    assert (rows[2].x, rows[2].y, rows[2].height_m, rows[2].level_dba) == (2.0, 3.0, 1.5, 60.0)
    silent = rows_of([NONE], [[55, 50]])
    assert silent[0].level_dba is None and silent[0].margin_db is None


def test_the_worst_comes_first_over_before_unknown_before_within():
    rows = rows_of([52.5, 60.0, 58.0], [[55, 50], [75, 70], [NAN, NAN]])
    assert [r.neighbour for r in worst_of_each_neighbour(rows)] == ["A", "C", "B"]
    assert worst_row(rows).id == "A/1" and worst_row(rows).period == "night"
    quiet = rows_of([40.0, 60.0, 58.0], [[55, 50], [75, 70], [NAN, NAN]])
    assert [r.neighbour for r in worst_of_each_neighbour(quiet)] == ["C", "A", "B"]
    assert (
        worst_row(quiet).margin_db == 10.0
    )  # of those that are known: 10 at A by night, 10 at B by night, A first
    unknown = rows_of([40.0, 60.0], [[NAN, NAN], [NAN, NAN]])
    assert worst_row(unknown).id == "B/1"  # the loudest where no limit is known
    assert worst_row([]) is None and worst_row(rows_of([NONE], [[55, 50]])) is None
    assert urgency(rows[1]) < urgency(rows[4]) < urgency(rows[0])


def said(state, rows, **changes):
    given = {
        "ordinance": TOWN,
        "placed": 3,
        "wanted": None,
        "alone": None,
        "receptors": len(rows) // 2,
    } | changes
    return reasons(state, rows, site(), **given).reasons


def test_a_fail_names_receptor_lot_level_period_and_limit():
    rows = rows_of([52.5, 71.25], [[55, 50], [75, 70]])
    text = " ".join(said("FAIL", rows))
    assert "3 units give 52.5 dB(A) at A/1 (lot A, home, night), 2.5 dB over the limit of 50" in text
    assert "2 neighbours are over their limit." in text
    assert "1 unit gives" in said("FAIL", rows, placed=1)[0]


def test_a_pass_names_the_nearest_receptor_and_counts_all():
    rows = rows_of([47.5, 50.0], [[55, 50], [75, 70]])
    assert said("PASS", rows, receptors=612) == (
        "All 612 receptors are within their limits; the nearest is 47.5 dB(A) at A/1 (lot A, home, night), "
        "2.5 dB below the limit of 50.",
    )


@pytest.mark.parametrize("margin", [0.04, 0.004, 0.0004, 1e-9])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_tiny_margin_is_not_printed_as_nothing(margin, sign):
    rows = rows_of([50.0 - sign * margin], [[90, 50]])
    text = " ".join(said("PASS" if sign > 0 else "FAIL", rows))
    assert not any(f", {nothing} dB" in text for nothing in ("0.0", "0.00", "0.000"))
    assert ("below" in text or "under" in text) == (sign > 0)


def test_what_is_unknown_is_said_with_what_to_do():
    assert said("UNKNOWN", rows_of([49.0], [[NAN]], ordinance=None), ordinance=None) == (
        "No ordinance was given, so no limit is known: name one with --ordinance.",
    )
    assert said("UNKNOWN", []) == (NOBODY,)
    nowhere = rows_of([49.0], [[NAN, NAN]], zones=[()])
    assert said("UNKNOWN", nowhere) == (
        "town has no limit for 1 neighbour in no zone: name one with --zoning and --zone-field.",
    )
    lake = rows_of([49.0, 49.0], [[NAN, NAN]] * 2, zones=[("lake",), ("lake",)])
    assert said("UNKNOWN", lake) == ("town has no limit for 2 neighbours in lake.",)


def test_what_does_not_fit_is_said():
    nothing = said("FAIL", rows_of([NONE], [[55, 50]]), placed=0)
    assert len(nothing) == 1 and nothing[0].startswith("No unit has room on lot 007: of")
    assert "setback" in nothing[0] and "buildings" not in nothing[0]
    alone = rows_of([61.0], [[55, 50]])[1]
    assert said("FAIL", rows_of([NONE], [[55, 50]]), placed=0, alone=alone) == (
        "Even one unit in the quietest place gives 61.0 dB(A) at A/1 (lot A, home, night), 11.0 dB over the limit of 50.",
    )
    few = said("FAIL", rows_of([40.0], [[55, 50]]), placed=2, wanted=3)
    assert few == ("Only 2 of the 3 units have room on lot 007.",)
