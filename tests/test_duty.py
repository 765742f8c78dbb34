"""Oracles: hand arithmetic, a minute-by-minute day for Leq, Ldn and CNEL, and weeks drawn hour by hour."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_ordinance import UNREAD, allowances, limit, receptors, small_ordinance, standby

from siting.law import Hours, Operation
from siting.ordinance import limits_at, steady
from siting.rules.duty import duty_of, minutes_of_week, statistic_shift
from siting.rules.fixed_limits import Key

TEST_HOURS = (Hours("Mon-Sat", "11:00", "17:00"),)


def shift(statistic, minutes, averaging=None, cap=False, **fields):
    code = small_ordinance({("*", "any"): 60}, averaging_minutes=averaging, **fields)
    return statistic_shift(code, Key("any", "dba", statistic, cap), minutes)


@pytest.mark.parametrize(
    ("statistic", "minutes", "averaging", "expected"),
    [
        ("level", 1, None, 0.0), ("Lmax", 1, None, 0.0),
        ("Leq", 60, 60, 0.0), ("Leq", 15, 60, 10 * math.log10(15 / 60)), ("Leq", 30, None, 10 * math.log10(0.5)),
        ("Leq", 20, 15, 0.0),  # it can run the whole quarter of an hour
        ("Leq", 5, 15, 10 * math.log10(5 / 15)),
        ("Leq", 15, 480, 10 * math.log10(0.25)), ("Leq", 40, 90, 10 * math.log10((40 + 30) / 90)),
        ("L50", 30, None, 0.0), ("L50", 29.9, None, -math.inf), ("L10", 6, None, 0.0), ("L10", 5, None, -math.inf),
        ("Ldn", 60, None, 6.4098), ("CNEL", 60, None, 6.6701), ("Ldn", 6, None, 6.4098 - 10),
        ("CNEL", 6, None, 6.6701 - 10),
    ],
)  # fmt: skip
def test_what_a_steady_sound_reads(statistic, minutes, averaging, expected):
    assert shift(statistic, minutes, averaging) == pytest.approx(expected, abs=1e-4)


def test_ldn_and_cnel_are_those_of_a_day_counted_hour_by_hour():
    weights = {
        "Ldn": [10 if h < 7 or h >= 22 else 1 for h in range(24)],
        "CNEL": [10 if h < 7 or h >= 22 else 10**0.5 if h >= 19 else 1 for h in range(24)],
    }
    for statistic, day in weights.items():
        assert shift(statistic, 60) == pytest.approx(10 * math.log10(np.mean(day)), abs=1e-12)


@given(st.integers(1, 60), st.integers(1, 600))
def test_leq_is_that_of_the_worst_window_of_an_hourly_pattern(minutes, averaging):
    """Units that run the first minutes of every hour: no window hears more than the shift says, and one hears as much."""
    run = np.tile(np.arange(60) < minutes, 24)
    total = np.concatenate([[0], np.cumsum(run)])
    worst = (total[averaging:] - total[:-averaging]).max() / averaging
    assert shift("Leq", minutes, averaging) == pytest.approx(10 * math.log10(worst), abs=1e-9)


def test_l50_with_allowances_is_a_table_of_minutes():
    """L50 55, 15 minutes 5 dB more, 5 minutes 10: a sound of 10 minutes may have 60, though L50 does not see it."""
    code = small_ordinance(
        rows=[limit("*", "any", 55, statistic="L50")], allowances=allowances({15: 5, 5: 10})
    )
    for minutes, expected in [(60, 55), (20, 55), (15, 60), (10, 60), (5, 65), (1, 65)]:
        found = limits_at(code, receptors([()]), (), Operation(minutes_per_hour=minutes), False)
        assert steady(found, ("dba",)) == expected, minutes
    bare = small_ordinance(rows=[limit("*", "any", 55, statistic="L50")])
    found = limits_at(bare, receptors([()]), (), Operation(minutes_per_hour=10), False)
    assert found.limit_db == 55 and steady(found, ("dba",)) == math.inf
    assert "L50 does not see" in " ".join(found.notes)


def test_allowances_are_not_for_averages_maxima_and_caps():
    kinds = ["level", "Leq", "L10", "Lmax", "Ldn", "CNEL"]
    rows = [limit("*", "any", 60, statistic=s) for s in kinds] + [limit("*", "any", 60, cap=True)]
    code = small_ordinance(rows=rows, allowances=allowances({15: 5}))
    found = limits_at(code, receptors([()]), (), Operation(minutes_per_hour=10), False)
    got = {(rule.statistic, rule.cap): db for rule, db in zip(found.rules, found.limit_db[0], strict=True)}
    assert got.pop(("level", False)) == 65
    assert set(got.values()) == {60} and len(got) == 6


def test_the_minutes_of_a_week_are_marked():
    """By hand, hour by hour from Monday 0:00."""
    week = minutes_of_week((Hours("Sat-Sun", "22:00", "07:00"), Hours("Tue", "11:30", "24:00")))
    hours = week.reshape(168, 60)
    full = [5 * 24 + 22, 5 * 24 + 23, *range(144, 151), 166, 167, *range(7), *range(36, 48)]
    assert sorted(np.flatnonzero(hours.all(axis=1)).tolist()) == sorted(full)
    assert hours[35].tolist() == [False] * 30 + [True] * 30
    assert week.sum() == 60 * len(full) + 30
    assert minutes_of_week((Hours("Mon-Sun", "00:00", "24:00"),)).all()
    assert minutes_of_week((Hours("Mon-Sun", "07:00", "07:00"),)).all()
    assert minutes_of_week((Hours("Fri-Mon", "07:00", "08:00"),)).reshape(7, -1).any(axis=1).tolist() == [
        True, False, False, False, True, True, True,
    ]  # fmt: skip


def pembroke(**fields):
    rows = [limit("*", p, 72, cap=True) for p in ("day", "night")] + [
        limit("*", p, 55) for p in ("day", "night")
    ]
    return small_ordinance(rows=rows, **fields)


def in_standby(code, **fields):
    return limits_at(code, receptors([()]), (), Operation(use="standby", **fields), False)


def test_limits_hold_in_the_testing_hours_and_caps_always():
    code = pembroke(standby=standby(testing=TEST_HOURS, minutes=30, every_days=7))
    found = in_standby(code)
    assert [rule[:4] for rule in found.rules] == [
        ("day", "dba", "level", False), ("day", "dba", "level", True),
        ("night", "dba", "level", False), ("night", "dba", "level", True),
    ]  # fmt: skip
    np.testing.assert_array_equal(found.limit_db, [[55, 72, math.inf, 72]])
    assert found.notes == (
        "Standby use: outages are exempt (1-2); tests run Mon-Sat 11:00-17:00, 30 minutes of an hour; "
        "no limit holds in night.",
    )
    continuous = limits_at(code, receptors([()]), (), Operation(), False)
    np.testing.assert_array_equal(continuous.limit_db, [[55, 72, 55, 72]])


def test_tests_exempt_too_leave_the_caps_alone():
    found = in_standby(pembroke(standby=standby(testing=TEST_HOURS, testing_exempt=True)))
    np.testing.assert_array_equal(found.limit_db, [[math.inf, 72, math.inf, 72]])
    assert "caps alone hold" in found.notes[0]
    unread = small_ordinance(rows=[limit("*", "any", 55, cited=UNREAD)], standby=standby(testing_exempt=True))
    assert (
        in_standby(unread).unverified == () and in_standby(unread).limit_db == math.inf
    )  # it decides nothing


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (None, "has no rule on standby use"),
        (standby(exempt=False, testing=TEST_HOURS), "does not exempt outages"),
        (standby(exempt=False, testing=TEST_HOURS, testing_exempt=True), "does not exempt outages"),
        (standby(), "no testing hours"),
    ],
)
def test_standby_use_is_held_to_every_limit_where_the_code_frees_it_from_none(rule, words):
    found = in_standby(pembroke(standby=rule))
    np.testing.assert_array_equal(found.limit_db, [[55, 72, 55, 72]])
    assert words in found.notes[0]


def test_tests_that_touch_two_periods_are_held_in_both_and_periods_without_hours_too():
    late = (Hours("Sat", "21:59", "22:01"),)
    np.testing.assert_array_equal(
        in_standby(pembroke(standby=standby(testing=late))).limit_db, [[55, 72, 55, 72]]
    )
    before = (Hours("Sat", "21:00", "22:00"),)
    np.testing.assert_array_equal(
        in_standby(pembroke(standby=standby(testing=before))).limit_db[0, 2], math.inf
    )
    unknown = pembroke(standby=standby(testing=before), hours={"day": (), "night": ()})
    np.testing.assert_array_equal(in_standby(unknown).limit_db, [[55, 72, 55, 72]])


def test_a_test_sets_the_minutes_of_statistics_and_allowances_but_caps_hold_for_whole_outages():
    """A test of 15 minutes is 6.02 dB below its hour as Leq and may be 5 dB louder; an outage under a cap lasts the hour."""
    rows = [
        limit("*", "day", 55),
        limit("*", "day", 55, statistic="Leq"),
        limit("*", "day", 70, statistic="Leq", cap=True),
    ]
    code = small_ordinance(
        rows=rows, allowances=allowances({15: 5}), standby=standby(testing=TEST_HOURS, minutes=15)
    )
    found = in_standby(code)
    assert [rule.shift_db for rule in found.rules] == pytest.approx([0, 10 * math.log10(0.25), 0])
    np.testing.assert_array_equal(found.limit_db, [[60, 55, 70]])
    longer = small_ordinance(rows=rows, standby=standby(testing=TEST_HOURS, minutes=120))
    assert [rule.shift_db for rule in in_standby(longer).rules] == [0, 0, 0]
    assert "60 minutes of an hour" in in_standby(longer).notes[0]
    unsaid = small_ordinance(rows=rows, standby=standby(testing=TEST_HOURS))
    assert [rule.shift_db for rule in in_standby(unsaid, minutes_per_hour=30).rules] == pytest.approx(
        [0, 10 * math.log10(0.5), 0]
    )


def test_a_rule_on_standby_use_that_was_not_read_frees_nothing_unless_accepted():
    code = pembroke(standby=standby(testing=TEST_HOURS, cited=UNREAD))
    found = in_standby(code)
    np.testing.assert_array_equal(found.limit_db, [[math.nan, 72, math.nan, 72]])
    accepted = in_standby(code, accept_unverified=True)
    np.testing.assert_array_equal(accepted.limit_db, [[55, 72, math.inf, 72]])
    assert found.unverified == accepted.unverified
    assert found.unverified == (
        "The rule on standby use (1-2) was not read in the source, the code of Town.",
    )
    assert limits_at(code, receptors([()]), (), Operation(), False).unverified == ()


def test_beside_machines_that_run_all_hour_nothing_is_taken_off_for_a_short_run():
    # 20 minutes of an hour are 10 lg(20 / 60) = -4.8 dB, but not of the machine that runs on beside the units
    code = small_ordinance({}, rows=(limit("*", "any", 55, statistic="Leq"),), averaging_minutes=60.0)
    key = Key("any", "dba", "Leq", False)
    for beside, minutes in ((False, 20.0), (True, 60.0)):
        duty = duty_of(code, Operation(minutes_per_hour=20.0, beside_machines=beside), (key,))
        assert duty.minutes == minutes
        assert statistic_shift(code, key, duty.minutes) == pytest.approx(
            10 * math.log10(minutes / 60), abs=1e-12
        )
