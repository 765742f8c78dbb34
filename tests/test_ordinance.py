"""Oracles: hand arithmetic in every test, the unchanged parts held fixed, and orders that hold for every ordinance."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_ordinance import (
    NONE,
    NOT_READ,
    UNREAD,
    allowances,
    ambient,
    bands,
    limit,
    near_homes,
    receptors,
    small_ordinance,
    standby,
    tone,
)

from siting.errors import InputError
from siting.law import Cited, Operation, Place, Setback
from siting.metrics import NINE
from siting.ordinance import limits_at, metrics_of, steady, strictest

PATTERNS = {"residential": ["R*"], "shop": ["B*"]}
LIMITS = {
    ("residential", "day"): 60,
    ("residential", "night"): 50,
    ("shop", "day"): 70,
    ("shop", "night"): 65,
}
HOME, SHOP, LAKE = ("R-1",), ("B",), ("lake",)


def town(**fields):
    return small_ordinance(LIMITS, patterns=PATTERNS, **fields)


def at(code, zones, tonal=False, home_m=None, across=None, **operation):
    return limits_at(code, receptors(zones, across, home_m), (), Operation(**operation), tonal)


def test_rules_are_ordered_by_period_cap_metric_and_statistic():
    rows = [
        limit("*", "night", 50, statistic="Lmax"), limit("*", "night", 50), limit("*", "day", 50, metric="63"),
        limit("*", "day", 60, metric="dbc", cap=True), limit("*", "day", 60, metric="dbc"),
    ]  # fmt: skip
    code = small_ordinance(rows=rows, hours={"day": (), "night": ()})
    names = [(r.period, r.metric, r.statistic, r.cap) for r in at(code, [()]).rules]
    kinds = [("dba", "level", False), ("dba", "Lmax", False), ("dbc", "level", False), ("63", "level", False),
             ("dbc", "level", True)]  # fmt: skip
    assert names == [(period, *kind) for period in ("night", "day") for kind in kinds]
    assert metrics_of(code) == ("dba", "dbc", "63")


def test_near_homes_tone_and_short_sounds_in_turn():
    """Lake Success takes 6 dB off within 200 ft (60.96 m): 60 - 6 - 5 + 10 = 59 by day, 50 - 6 - 5 + 10 = 49 at night."""
    code = town(near_homes=near_homes(6, 60.96), tone=tone(5), allowances=allowances({15: 5, 5: 10}))
    zones, away = [HOME, HOME, SHOP, LAKE], [60.96, 60.97, 0.0, 0.0]
    got = at(code, zones, True, away, minutes_per_hour=5)
    np.testing.assert_array_equal(got.limit_db, [[59, 49], [65, 55], [69, 64], [NOT_READ] * 2])
    np.testing.assert_array_equal(at(code, zones, False, away).limit_db[:3], [[54, 44], [60, 50], [64, 59]])
    told = " ".join(got.notes)
    for words in (
        "3 of 4 receptors are within",
        "6 dB lower there",
        "5 dB lower for a sound with a tone",
        "10 dB higher",
    ):
        assert words in told
    assert at(code, [HOME], False, [999.0]).notes == ()


@pytest.mark.parametrize(
    ("minutes", "plus"), [(60, 0), (15.1, 0), (15, 5), (5.1, 5), (5, 10), (1.5, 15), (0.5, 15)]
)
def test_washington_allows_more_for_fewer_minutes(minutes, plus):
    code = town(allowances=allowances({15: 5, 5: 10, 1.5: 15}))
    np.testing.assert_array_equal(
        at(code, [HOME], minutes_per_hour=minutes).limit_db, [[60 + plus, 50 + plus]]
    )


def test_tone_and_homes_lower_bands_and_caps_too():
    rows = [*bands("*", "any", range(60, 69), NINE), limit("*", "any", 72, cap=True)]
    code = small_ordinance(rows=rows, tone=tone(5), near_homes=near_homes(6, 10))
    got = at(code, [()], True, [5.0], minutes_per_hour=5).limit_db
    np.testing.assert_array_equal(got, [[*range(49, 58), 61]])


@pytest.mark.parametrize(
    ("combine", "day", "night"),
    [  # fixed 60 and 50; the ambient level by day 45 + 10 = 55, at night 48 + 5 = 53
        ("fallback", 55, 53), ("lower", 55, 50), ("higher", 60, 53), ("lift", 60, 53),
    ],
)  # fmt: skip
def test_the_ambient_level_of_ogden_is_combined_with_the_limit(combine, day, night):
    code = town(ambient=ambient(combine, {"day": 10, "night": 5}))
    got = at(code, [HOME], ambient_dba=(("day", 45.0), ("night", 48.0)))
    np.testing.assert_array_equal(got.limit_db, [[day, night]])
    assert [a.value for a in got.assumptions] == [45, 48] and {a.origin for a in got.assumptions} == {"given"}
    assert len(got.notes) == 2
    half = at(code, [HOME], ambient_dba=(("night", 48.0),))
    np.testing.assert_array_equal(half.limit_db, [[NOT_READ if combine == "lower" else 60, night]])
    assert [(a.value, a.origin) for a in half.assumptions] == [("not known", "assumed"), (48, "given")]


def test_what_is_taken_off_is_taken_off_the_ambient_limit_and_allowances_are_not_added_to_it():
    """45 + 10 - 5 = 50 for a tone; the fixed one is 60 - 5 + 5 = 60, the higher; 70 + 10 - 5 = 75 over a loud road."""
    fields = {"tone": tone(5), "allowances": allowances({15: 5})}
    known = {"ambient_dba": (("day", 45.0), ("night", 70.0)), "minutes_per_hour": 15}
    alone = town(ambient=ambient("fallback", {"day": 10, "night": 10}), **fields)
    np.testing.assert_array_equal(at(alone, [HOME], True, **known).limit_db, [[50, 75]])
    higher = town(ambient=ambient("higher", {"day": 10, "night": 10}), **fields)
    np.testing.assert_array_equal(at(higher, [HOME], True, **known).limit_db, [[60, 75]])


def test_a_known_ambient_level_is_the_limit_where_no_zone_is_known_and_where_a_class_has_none():
    known = (("day", 45.0), ("night", 45.0))
    code = town(ambient=ambient("fallback", {"day": 10, "night": 5}))
    np.testing.assert_array_equal(at(code, [LAKE, ()], ambient_dba=known).limit_db, [[55, 50]] * 2)
    for combine in ("lower", "higher", "lift"):
        code = town(ambient=ambient(combine, {"day": 10, "night": 5}))
        assert np.isnan(at(code, [LAKE], ambient_dba=known).limit_db).all()
    none = small_ordinance({("*", "day"): NONE}, ambient=ambient("lower", {"day": 10}))
    np.testing.assert_array_equal(at(none, [()], ambient_dba=(("day", 45.0),)).limit_db, [[55]])


def test_the_ambient_level_is_for_a_weighted_levels_of_a_period_alone():
    kinds = ["level", "Leq", "L50", "L10", "Lmax", "Ldn", "CNEL"]
    rows = [limit("*", "day", 60, statistic=s) for s in kinds]
    rows += [
        limit("*", "day", 60, metric="dbc"),
        limit("*", "day", 60, metric="63"),
        limit("*", "day", 60, cap=True),
    ]
    code = small_ordinance(rows=rows, ambient=ambient("lower", {"day": 10}))
    np.testing.assert_array_equal(
        at(code, [()], ambient_dba=(("day", 40.0),)).limit_db, [[50] * 5 + [60] * 5]
    )
    assert np.isnan(at(code, [()]).limit_db).tolist() == [[True] * 5 + [False] * 5]


def test_an_ambient_level_for_a_period_that_the_code_does_not_have_is_refused():
    with pytest.raises(InputError, match=r'"evening", but town has day, night: name one'):
        at(town(), [HOME], ambient_dba=(("evening", 45.0),))
    told = at(town(), [HOME], ambient_dba=(("day", 45.0),))
    np.testing.assert_array_equal(told.limit_db, [[60, 50]])
    assert "no rule on the ambient level" in told.notes[0]


def test_numbers_not_read_leave_a_limit_unknown_until_accepted_and_are_told_either_way():
    rows = [limit("residential", "day", 60), limit("residential", "night", 50, cited=UNREAD),
            limit("shop", "day", 70, cited=UNREAD), limit("shop", "night", NOT_READ, cited=UNREAD)]  # fmt: skip
    code = small_ordinance(rows=rows, patterns=PATTERNS)
    at_home = (
        "The limits of residential in dB(A) (night 50; 1-2) were not read in the source, the code of Town."
    )
    in_shop = "The limits of shop in dB(A) (day 70; 1-2) were not read in the source, the code of Town."
    missing = "The limits of shop in dB(A) (night; 1-2) are not known: they were not read in the source, the code of Town."
    for accept, night, shop in ((False, NOT_READ, NOT_READ), (True, 50, 70)):
        home = at(code, [HOME], accept_unverified=accept)
        np.testing.assert_array_equal(home.limit_db, [[60, night]])
        assert home.unverified == (at_home,) and home.notes == ()
        both = at(code, [HOME, SHOP], accept_unverified=accept)
        np.testing.assert_array_equal(both.limit_db, [[60, night], [shop, NOT_READ]])
        assert both.unverified == (at_home, in_shop) and both.notes == (missing,)


def test_bands_and_emitting_classes_not_read_are_one_sentence():
    rows = [limit("A", "day", 60, source="B"), *bands("A", "day", range(60, 69), NINE, source="C", cited=UNREAD),
            *bands("A", "night", range(50, 59), NINE, source="C", cited=UNREAD)]  # fmt: skip
    code = small_ordinance(rows=rows)
    found = limits_at(code, receptors([("A",)]), ("C",), Operation(), False)
    assert found.unverified == (
        "The limits of A from C in octave bands (day, night; 1-2) were not read in the source, the code of Town.",
    )
    assert limits_at(code, receptors([("A",)]), ("B",), Operation(), False).unverified == ()


CORRECTIONS = {
    "tone": (tone(5, cited=UNREAD), "The correction for tones"),
    "near_homes": (near_homes(cited=UNREAD), "The correction near homes"),
    "allowances": (allowances({15: 5}, cited=UNREAD), "The allowance for short sounds"),
    "ambient": (ambient("lower", {"day": 5, "night": 5}, cited=UNREAD), "What is added to the ambient level"),
    "measured": (Place("facade", None, 4.0, UNREAD), "The place of measurement"),
    "setback": (Setback(3.0, UNREAD), "The distance from the lot line"),
    "side_setbacks": ((("rear", Setback(3.0, UNREAD)),), "The distance from rear lot lines"),
    "building_distance": (Setback(3.0, UNREAD), "The distance from buildings"),
}


@pytest.mark.parametrize("name", CORRECTIONS)
def test_a_part_not_read_that_decides_leaves_every_limit_unknown_until_accepted(name):
    part, subject = CORRECTIONS[name]
    code = town(**{name: part})
    how = {"minutes_per_hour": 10, "ambient_dba": (("day", 40.0), ("night", 40.0))}
    found = at(code, [HOME, SHOP], True, [5.0, 500.0], **how)
    assert np.isnan(found.limit_db).all()
    assert found.unverified == (f"{subject} (1-2) was not read in the source, the code of Town.",)
    accepted = at(code, [HOME, SHOP], True, [5.0, 500.0], **how, accept_unverified=True)
    assert not np.isnan(accepted.limit_db).any() and accepted.unverified == found.unverified


def test_a_part_not_read_that_decides_nothing_is_not_told():
    code = town(
        tone=tone(5, cited=UNREAD), allowances=allowances({15: 5}, cited=UNREAD),
        ambient=ambient("higher", {"day": 5, "night": 5}, cited=UNREAD), standby=standby(cited=UNREAD),
    )  # fmt: skip
    found = at(code, [HOME])
    np.testing.assert_array_equal(found.limit_db, [[60, 50]])
    assert found.unverified == ()
    criterion = town(tone=tone(5, (5.0,) * 9, cited=UNREAD))
    assert at(criterion, [HOME], accept_unverified=True).unverified[0].startswith("The correction for tones")


def test_limits_that_the_ambient_level_replaces_need_not_be_read():
    rows = [limit("residential", "day", 60, cited=UNREAD)]
    code = small_ordinance(rows=rows, patterns=PATTERNS, ambient=ambient("fallback", {"day": 5}))
    found = at(code, [HOME], ambient_dba=(("day", 45.0),))
    np.testing.assert_array_equal(found.limit_db, [[50]])
    assert found.unverified == ()


def test_classes_are_named_as_they_govern():
    code = town(where_zones_meet="mean")
    zones = [HOME, ("R-1", "B"), LAKE, (), SHOP, SHOP, SHOP]
    across = [(), (), (), (), HOME, LAKE, ("B2",)]
    assert at(code, zones, across=across).classes == [
        "residential", "residential + shop", None, None, "mean of shop and residential", None, "shop",
    ]  # fmt: skip
    assert at(small_ordinance({("*", "any"): 60}), [(), HOME]).classes == ["*", "*"]


def test_what_zones_do_is_told():
    matrix = small_ordinance(
        rows=[limit("residential", "any", 55, source="shop"), limit("shop", "any", 60, source="shop")],
        patterns=PATTERNS, where_zones_meet="mean",
    )  # fmt: skip
    here = receptors([("R", "B"), ("R",), ("R",)], across=[(), ("B",), ()])
    told = limits_at(matrix, here, ("B",), Operation(), False).notes
    assert len(told) == 2
    assert told[0].startswith("1 of 3 receptors is in several") and told[1].startswith(
        "1 of 3 receptors is on a line"
    )
    assert "class is not known" in limits_at(matrix, here, ("lake",), Operation(), False).notes[-1]
    assert "residential and shop" in limits_at(matrix, here, ("R", "B"), Operation(), False).notes[-1]


def test_the_steady_level_keeps_every_rule_of_its_metric():
    """Leq over an hour of 15 minutes is 6.02 dB below: 50 + 6.02 = 56.02 is less than 60; Ldn 55 - 6.41 + 6.02 = 54.61."""
    rows = [limit("*", "any", 60), limit("*", "any", 50, statistic="Leq"), limit("*", "any", NONE, metric="dbc"),
            limit("*", "any", 55, statistic="Ldn"), limit("*", "any", NOT_READ, metric="63"),
            limit("*", "any", 70, metric="125")]  # fmt: skip
    code = small_ordinance(rows=rows)
    found = at(code, [(), ()], minutes_per_hour=15)
    got = steady(found, ("dba", "dbc", "63", "125", "250"))
    assert got.shape == (2, 5)
    np.testing.assert_allclose(got[0], [54.6108, NONE, NOT_READ, 70, NONE], atol=1e-4)
    np.testing.assert_array_equal(got[0], got[1])
    without = small_ordinance(rows=rows[:2])
    assert steady(at(without, [()], minutes_per_hour=15), ("dba",)) == pytest.approx(56.0206, abs=1e-4)
    assert {a.name for a in found.assumptions} == {"operation.hours"}


def test_no_receptors_are_no_rows():
    found = at(town(), [])
    assert found.limit_db.shape == (0, 2) and found.classes == []
    assert steady(found, ("dba",)).shape == (0, 1)


def test_the_strictest_is_the_lowest_that_anybody_may_be_held_to():
    """50 - 6 - 5 = 39 at night near homes with a tone; 44 where the user denies the tone; 70 in dB(C), 59 less 11."""
    rows = [limit("shop", "day", 70, metric="dbc"), limit("*", "day", NOT_READ, metric="63")]
    code = small_ordinance(LIMITS, rows, PATTERNS, near_homes=near_homes(6), tone=tone(5))
    assert metrics_of(code) == ("dba", "dbc", "63")
    np.testing.assert_array_equal(strictest(code, Operation()), [39, 59, NONE])
    np.testing.assert_array_equal(strictest(code, Operation(tone=False)), [44, 64, NONE])
    lower = town(ambient=ambient("lower", {"day": 3, "night": 3}))
    np.testing.assert_array_equal(strictest(lower, Operation()), [50])
    np.testing.assert_array_equal(strictest(lower, Operation(ambient_dba=(("day", 30.0),))), [33])
    exempt = town(standby=standby(testing_exempt=True))
    np.testing.assert_array_equal(strictest(exempt, Operation(use="standby")), [NONE])


numbers = st.integers(40, 70).map(float)
parts = st.fixed_dictionaries(
    {},
    optional={
        "tone": st.builds(tone, st.integers(1, 6)),
        "near_homes": st.builds(near_homes, st.integers(1, 6)),
        "allowances": st.just(allowances({15: 5, 5: 10})),
        "ambient": st.builds(
            lambda how, n: ambient(how, {"day": n, "night": 5}),
            st.sampled_from(["fallback", "lower", "higher", "lift"]), st.integers(0, 10),
        ),
        "standby": st.builds(lambda exempt: standby(minutes=30, testing_exempt=exempt), st.booleans()),
        "where_zones_meet": st.just("mean"),
    },
)  # fmt: skip
rows = st.builds(
    limit, st.sampled_from(["residential", "shop", "*"]), st.sampled_from(["day", "night"]), numbers,
    statistic=st.sampled_from(["level", "Leq", "L50", "Ldn"]), metric=st.sampled_from(["dba", "63"]),
    cap=st.booleans(),
)  # fmt: skip
codes = st.builds(
    lambda some, fields: small_ordinance(LIMITS, some, PATTERNS, **fields), st.lists(rows, max_size=5), parts
)
operations = st.builds(
    Operation,
    use=st.sampled_from(["continuous", "standby"]),
    minutes_per_hour=st.sampled_from([60.0, 30.0, 12.0, 3.0]),
    tone=st.sampled_from([None, True, False]),
    ambient_dba=st.sampled_from([(), (("day", 50.0),), (("day", 50.0), ("night", 38.0))]),
)
EVERYBODY = receptors([HOME, SHOP, LAKE, (), ("R", "B"), SHOP], [()] * 5 + [HOME], [0, 500, 0, 0, 90, 30])


def limits(code, operation):
    return limits_at(code, EVERYBODY, (), operation, code.tone is not None and operation.tone is not False)


@settings(max_examples=300, deadline=None)
@given(codes, operations)
def test_nobody_is_held_to_less_than_the_strictest(code, operation):
    got = steady(limits(code, operation), metrics_of(code))
    assert not (got < strictest(code, operation) - 1e-9).any()  # nan is not compared


@settings(max_examples=300, deadline=None)
@given(codes, operations, st.data())
def test_raising_any_number_never_lowers_a_limit(code, operation, data):
    """A limit, an allowance or what is added to the ambient level raised, or less taken off."""
    changes = [replace(code, limits=tuple(replace(m, limit_db=m.limit_db + 3) if k == which else m
                                          for k, m in enumerate(code.limits))) for which in range(len(code.limits))]  # fmt: skip
    if code.tone:
        changes.append(replace(code, tone=replace(code.tone, minus_db=0.0)))
    if code.near_homes:
        changes.append(replace(code, near_homes=replace(code.near_homes, minus_db=0.0)))
    if code.allowances:
        changes.append(replace(code, allowances=allowances({15: 7, 5: 12})))
    if code.ambient:
        changes.append(replace(code, ambient=ambient(code.ambient.combine, {"day": 20, "night": 20})))
    raised = data.draw(st.sampled_from(changes))
    before, after = limits(code, operation), limits(raised, operation)
    assert before.rules == after.rules
    assert not (after.limit_db < before.limit_db).any()


@settings(max_examples=100, deadline=None)
@given(codes, operations, st.sampled_from([60.0, 30.0, 12.0]), st.sampled_from([30.0, 12.0, 3.0]))
def test_running_longer_never_allows_more(code, operation, longer, shorter):
    if longer < shorter:
        return
    metrics = metrics_of(code)
    long = steady(limits(code, replace(operation, minutes_per_hour=longer)), metrics)
    short = steady(limits(code, replace(operation, minutes_per_hour=shorter)), metrics)
    assert not (long > short + 1e-9).any()


def test_a_county_of_receptors_is_a_few_rows_repeated():
    """Each receptor has what it has alone."""
    rng = np.random.default_rng(3)
    kinds = [HOME, SHOP, LAKE, (), ("R-1", "B")]
    zones = [kinds[k] for k in rng.integers(0, 5, 3000)]
    across = [kinds[k] for k in rng.integers(0, 5, 3000)]
    away = rng.uniform(0, 200, 3000)
    code = town(where_zones_meet="mean", near_homes=near_homes(6, 100))
    whole = at(code, zones, False, away, across)
    for k in range(0, 3000, 97):
        one = at(code, [zones[k]], False, [away[k]], [across[k]])
        np.testing.assert_array_equal(one.limit_db[0], whole.limit_db[k])
        assert one.classes[0] == whole.classes[k]


def test_a_source_without_a_name_is_told_plainly():
    nowhere = Cited("1-2", "", False)
    code = small_ordinance(
        rows=[limit("*", "any", 60, metric="dbc", statistic="Leq", cap=True, cited=nowhere)]
    )
    assert at(code, [()]).unverified == (
        "The limits of any zone in dB(C) as Leq as a cap (any 60; 1-2) were not read in the source.",
    )
    assert math.isnan(at(code, [()]).limit_db[0, 0])
