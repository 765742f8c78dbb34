"""Oracles: tables written in the test and read by a person, a slow plain twin, and bounds that hold for every ordinance."""

import math
from dataclasses import replace

import numpy as np
import pytest
import slow_limits
from hypothesis import given, settings
from hypothesis import strategies as st
from small_ordinance import NONE, NOT_READ, READ, UNREAD, bands, limit, receptors, small_ordinance

from siting.law import Operation
from siting.metrics import NINE
from siting.ordinance import limits_at

PATTERNS = {"A": ["a*"], "B": ["b*", "ab"], "C": ["c"]}
NAMES = ["a1", "b", "ab", "c", "lake"]
AS_IS = Operation()


def at(ordinance, zones, own=(), across=None, operation=AS_IS):
    """(R, K) limits, the rules in the order of the table."""
    return limits_at(ordinance, receptors(zones, across), own, operation, False).limit_db


def matrix(cells, **fields):
    """Limits in dB(A) by (receiving, emitting) class, the same in the one period."""
    rows = [limit(zone, "any", db, source=source) for (zone, source), db in cells.items()]
    return small_ordinance(rows=rows, patterns=PATTERNS, **fields)


WASHINGTON = matrix(
    {("A", "A"): 55, ("B", "A"): 57, ("C", "A"): 60, ("A", "B"): 57, ("B", "B"): 60, ("C", "B"): 65,
     ("A", "C"): 60, ("B", "C"): 65, ("C", "C"): 70}
)  # fmt: skip


@pytest.mark.parametrize(
    ("own", "zones", "expected"),
    [
        (("c",), ("a",), 60), (("a",), ("c",), 60), (("c",), ("c",), 70), (("b",), ("c",), 65),
        (("c",), ("a", "c"), 60),  # two zones at the place: the strictest
        (("c", "a"), ("c",), 60),  # two zones at the emitting lot: the strictest
        (("c",), ("ab",), 60),  # "ab" is both A and B
        (("lake",), ("a",), None), ((), ("a",), None), (("c",), ("lake",), None), (("c",), (), None),
        (("c",), ("a", "lake"), None), (("c", "lake"), ("a",), None),
    ],
)  # fmt: skip
def test_the_matrix_of_washington(own, zones, expected):
    got = at(WASHINGTON, [zones], own)[0, 0]
    assert got == expected if expected else math.isnan(got)


def test_an_unknown_emitting_zone_leaves_only_what_all_share_or_what_is_lowest_for_any():
    same = matrix({("A", "A"): 55, ("A", "B"): 55, ("B", "A"): 60, ("B", "B"): 62})
    assert at(same, [("a",)])[0, 0] == 55
    assert math.isnan(at(same, [("b",)])[0, 0])
    any_lowest = matrix({("A", "*"): 50, ("A", "C"): 60, ("B", "*"): 60, ("B", "C"): 50})
    np.testing.assert_array_equal(at(any_lowest, [("a",), ("b",)]), [[50], [math.nan]])
    np.testing.assert_array_equal(at(any_lowest, [("a",), ("b",)], ("c",)), [[60], [50]])


def test_any_zone_counts_where_the_class_has_no_row_and_for_unknown_names_only_where_none_is_lower():
    code = small_ordinance({("A", "any"): 50, ("C", "any"): 75, ("*", "any"): 65}, patterns=PATTERNS)
    got = at(code, [("a",), ("b",), ("c",), ("lake",), ()])[:, 0]
    np.testing.assert_array_equal(got, [50, 65, 75, math.nan, math.nan])  # an unknown zone may be A
    lowest = small_ordinance({("*", "any"): 50, ("C", "any"): 75}, patterns=PATTERNS)
    np.testing.assert_array_equal(at(lowest, [("lake",), (), ("lake", "c")])[:, 0], [50, 50, 50])


def test_a_code_for_any_zone_needs_no_zone():
    anywhere = small_ordinance({("*", "day"): 65, ("*", "night"): 55})
    np.testing.assert_array_equal(at(anywhere, [(), ("lake",)]), [[65, 55]] * 2)


def test_two_rows_that_name_one_side_each_give_the_stricter():
    code = matrix({("A", "*"): 60, ("*", "B"): 55, ("*", "*"): 70})
    np.testing.assert_array_equal(at(code, [("a",), ("c",)], ("b",)), [[55], [55]])
    np.testing.assert_array_equal(at(code, [("a",), ("c",)], ("a",)), [[60], [70]])


def test_holes_are_unknown_and_classes_limited_otherwise_are_not():
    """By hand: A has dB(A) day and night, and dB(C) by day alone; B dB(A) by day; C nothing but the cap."""
    code = small_ordinance(
        rows=[
            limit("A", "day", 60), limit("A", "night", 50), limit("A", "day", 70, metric="dbc"), limit("B", "day", 65),
            limit("*", "day", 80, cap=True), limit("*", "night", 80, cap=True),
        ],
        patterns=PATTERNS,
    )  # fmt: skip
    names = ["day dba", "day dbc", "day cap", "night dba", "night dbc", "night cap"]
    got = dict(zip(names, at(code, [("a",), ("b",), ("c",)]).T, strict=True))
    np.testing.assert_array_equal(got["day dba"], [60, 65, NOT_READ])
    np.testing.assert_array_equal(got["day dbc"], [70, NONE, NOT_READ])  # C has no limit that would free it
    np.testing.assert_array_equal(got["night dba"], [50, NOT_READ, NOT_READ])
    np.testing.assert_array_equal(
        got["night dbc"], [NOT_READ, NOT_READ, NOT_READ]
    )  # B: nothing known at night
    np.testing.assert_array_equal(got["day cap"], [80, 80, 80])


def test_a_band_that_a_class_lacks_is_unknown_though_it_has_other_limits():
    full, short = bands("A", "any", range(60, 69), NINE), bands("B", "any", range(60, 68), NINE[:-1])
    code = small_ordinance(
        rows=[*full, *short, limit("B", "any", 60), limit("C", "any", 60)], patterns=PATTERNS
    )
    got = at(code, [("a",), ("b",), ("c",)])
    np.testing.assert_array_equal(got[0], [NONE, *range(60, 69)])  # A has no dB(A), but bands
    np.testing.assert_array_equal(got[1], [60, *range(60, 68), NOT_READ])
    np.testing.assert_array_equal(got[2], [60] + [NONE] * 9)


def test_none_is_none_and_not_read_is_unknown():
    code = small_ordinance({("A", "day"): NONE, ("A", "night"): NOT_READ}, patterns=PATTERNS)
    np.testing.assert_array_equal(at(code, [("a",)]), [[NONE, NOT_READ]])


def test_the_strictest_is_taken_rule_by_rule():
    code = small_ordinance(
        {("A", "day"): 60, ("A", "night"): 55, ("B", "day"): 65, ("B", "night"): 50}, patterns=PATTERNS
    )
    np.testing.assert_array_equal(at(code, [("a", "b1")]), [[60, 50]])


def test_the_mean_of_san_diego():
    """Industrial 75 beside homes 50 by day: (75 + 50) / 2 = 62.5, at night (75 + 40) / 2 = 57.5."""
    limits = {("A", "day"): 50, ("A", "night"): 40, ("C", "day"): 75, ("C", "night"): 75, ("B", "day"): NONE,
              ("B", "night"): 60}  # fmt: skip
    code = small_ordinance(limits, patterns=PATTERNS, where_zones_meet="mean")
    zones = [("a",), ("c",), ("a",), ("a",), ("a",), ("a",), ("lake",)]
    across = [("c",), ("a",), (), ("a2",), ("lake",), ("b",), ("a",)]
    expected = [[62.5, 57.5], [62.5, 57.5], [50, 40], [50, 40], [NOT_READ] * 2, [50, 50], [NOT_READ] * 2]
    np.testing.assert_array_equal(at(code, zones, across=across), expected)
    strict = small_ordinance(limits, patterns=PATTERNS)
    np.testing.assert_array_equal(at(strict, zones[:2], across=across[:2]), [[50, 40], [75, 75]])


numbers = st.sampled_from([50.0, 55.0, 60.0, 60.0, NONE, NOT_READ])
rows = st.builds(
    limit,
    st.sampled_from(["A", "B", "C", "*"]),
    st.sampled_from(["day", "night"]),
    numbers,
    source=st.sampled_from(["*", "*", "A", "B"]),
    metric=st.sampled_from(["dba", "dba", "63", "125"]),
    cap=st.sampled_from([False, False, True]),
    cited=st.sampled_from([READ, READ, READ, UNREAD]),
)
codes = st.builds(
    lambda found, meet: small_ordinance(rows=found, patterns=PATTERNS, where_zones_meet=meet),
    st.lists(rows, min_size=1, max_size=12),
    st.sampled_from(["strictest", "mean"]),
)
places = st.lists(st.sampled_from(NAMES), max_size=2, unique=True).map(tuple)


@settings(max_examples=400, deadline=None)
@given(codes, st.lists(st.tuples(places, places), min_size=1, max_size=4), places, st.booleans())
def test_agrees_with_the_plain_twin(code, here, own, accept):
    zones, across = [z for z, _ in here], [a for _, a in here]
    found = limits_at(code, receptors(zones, across), own, Operation(accept_unverified=accept), False)
    for k, rule in enumerate(found.rules):
        expected = [slow_limits.on_line(code, z, a, own, rule[:4], accept) for z, a in here]
        np.testing.assert_array_equal(found.limit_db[:, k], expected, err_msg=str(rule))


@settings(max_examples=200, deadline=None)
@given(codes, places, places)
def test_not_knowing_never_allows_more_and_more_zones_never_do(code, zones, own):
    """A limit that is known in spite of an unknown zone is at most that of every class that the zone may be."""
    classes = [(name,) for name in ("a1", "b", "c")]
    unknown = at(code, [("lake",), ()], own)
    each = at(code, classes, own)
    assert not (unknown[:, None] > each[None]).any()  # nan on either side is not compared
    unknown_source = at(code, [zones])
    for name in classes:
        assert not (unknown_source > at(code, [zones], name)).any()
    joined = at(code, [(*zones, "a9")], own)
    assert not (joined > at(code, [("a9",)], own)).any()
    if zones:
        assert not (joined > at(code, [zones], own)).any()


@settings(max_examples=200, deadline=None)
@given(codes, places, places, places, st.data())
def test_raising_a_number_never_lowers_a_limit(code, zones, across, own, data):
    which = data.draw(st.integers(0, len(code.limits) - 1))
    raised = tuple(
        replace(row, limit_db=row.limit_db + 7) if k == which else row for k, row in enumerate(code.limits)
    )
    before = at(code, [zones], own, [across])
    after = at(replace(code, limits=raised), [zones], own, [across])
    assert not (after < before).any()
