"""Limits over the ambient level. Oracles: sums of energies by hand, a slow twin that halves, orders that hold for every code."""

import math

import numpy as np
import pytest
import slow_limits
from hypothesis import given, settings
from hypothesis import strategies as st
from small_land import land_of, square
from small_ordinance import (
    NONE,
    NOT_READ,
    UNREAD,
    ambient,
    limit,
    near_homes,
    receptors,
    small_ordinance,
    standby,
    tone,
)

from siting.catalog import load_unit
from siting.export import document
from siting.law import AmbientRule, Cited, Operation
from siting.model import Question
from siting.ordinance import leaves_no_room, limits_at, strictest
from siting.rules.ambient import NO_ROOM_DB, room_db
from siting.study import assess

COMBINE = ("fallback", "lower", "higher", "lift")
LIMITS = {("*", "day"): 60, ("*", "night"): 50}
KNOWN = (("day", 48.0), ("night", 40.0))


def town(combine="fallback", plus=None, together=True, **fields):
    rule = ambient(combine, plus or {"day": 10, "night": 5}, together=together)
    return small_ordinance(LIMITS, ambient=rule, **fields)


def at(code, tonal=False, home_m=None, known=KNOWN, **operation):
    return limits_at(
        code, receptors([()], None, home_m), (), Operation(ambient_dba=known, **operation), tonal
    )


def test_what_a_sum_leaves_the_units():
    # 10 dB over in all is ten times the ambient energy, nine parts of it the units': 10 lg 9 = 9.542; 5 dB: 10 lg 2.1623 = 3.349;
    # twice the energy leaves as much as the ambient sound itself; 0.1 dB leaves 10 lg 0.0233 = -16.33
    assert room_db(np.array([10.0, 5.0, 10 * math.log10(2), 0.1])) == pytest.approx(
        [9.5424, 3.3492, 0, -16.327], abs=1e-3
    )
    assert room_db(np.array([0.0, -1.0, -40.0])).tolist() == [-math.inf] * 3


def test_ogden_by_hand():
    # day 10^5.8 - 10^4.8 = 630957 - 63096 = 567861, 57.54 dB; night 10^4.5 - 10^4 = 31623 - 10000 = 21623, 43.35 dB
    together = at(town())
    assert together.limit_db == pytest.approx(np.array([[57.54, 43.35]]), abs=0.005)
    assert 10 ** (together.limit_db[0] / 10) == pytest.approx([10**5.8 - 10**4.8, 10**4.5 - 10**4])
    np.testing.assert_array_equal(at(town(together=False)).limit_db, [[58, 45]])
    assert together.notes == (
        "day: the ambient level 48 dB(A) + 10 dB is for the ambient sound and the units together: for the units that leaves "
        "57.54 dB(A), which alone is the A-weighted limit (1-2).",
        "night: the ambient level 40 dB(A) + 5 dB is for the ambient sound and the units together: for the units that leaves "
        "43.35 dB(A), which alone is the A-weighted limit (1-2).",
    )
    assert at(town(together=False)).notes[1] == (
        "night: the ambient level 40 dB(A) + 5 dB alone is the A-weighted limit (1-2)."
    )


def test_what_is_taken_off_is_taken_off_before_the_ambient_sound_is():
    # day 10 - 5 = 5: 48 + 3.349; near homes 10 - 5 - 3 = 2: 10 lg(10^0.2 - 1) = 10 lg 0.58489 = -2.329, 45.67
    code = town(tone=tone(5), near_homes=near_homes(3, 50))
    here = receptors([(), ()], None, [40.0, 60.0])
    found = limits_at(code, here, (), Operation(ambient_dba=KNOWN), True)
    assert found.limit_db[:, 0] == pytest.approx([45.671, 51.349], abs=1e-3)
    assert any(
        "10 dB, less 5 dB for homes or tones, is for the ambient sound" in note for note in found.notes
    )
    assert any(
        "10 dB, less 8 dB for homes or tones, is for the ambient sound" in note for note in found.notes
    )
    # at night 5 - 5 leaves nothing
    assert found.limit_db[:, 1].tolist() == [NO_ROOM_DB] * 2
    tables = town(tone=tone(5, tables_only=True))
    assert at(tables, True).limit_db == pytest.approx(np.array([[57.5424, 43.3492]]), abs=1e-3)
    np.testing.assert_array_equal(at(tables, True, known=()).limit_db, [[55, 45]])  # 60 - 5, 50 - 5


def test_a_tone_rule_that_was_not_read_decides_nothing_where_the_ambient_level_alone_does():
    code = town(tone=tone(5, cited=UNREAD, tables_only=True))
    assert at(code, True).unverified == () and not np.isnan(at(code, True).limit_db).any()
    assert np.isnan(at(code, True, known=()).limit_db).all()


@pytest.mark.parametrize(
    ("combine", "most"), [("fallback", NO_ROOM_DB), ("lower", NO_ROOM_DB), ("higher", 50), ("lift", 50)]
)
def test_nothing_more_than_the_ambient_level_leaves_the_units_nothing(combine, most):
    code = town(combine, {"day": 10, "night": 0})
    found = at(code)
    assert found.limit_db[0, 1] == most
    said = "no sound of theirs keeps it, and -100 dB(A)" if most < 0 else "the fixed limit holds"
    assert "that leaves the units nothing" in found.notes[-1] and said in found.notes[-1]
    quiet = Operation(ambient_dba=KNOWN)
    assert leaves_no_room(code, quiet).tolist() == [most < 0]
    assert strictest(code, quiet)[0] == (most if most < 0 else 50)


def test_only_what_everybody_has_leaves_nobody_room():
    known, both = Operation(ambient_dba=KNOWN), town(tone=tone(5))
    assert [leaves_no_room(both, Operation(tone=t, ambient_dba=KNOWN))[0] for t in (True, None, False)] == [
        True,
        False,
        False,
    ]
    assert not leaves_no_room(town(near_homes=near_homes(6)), known)[0]  # away from homes there is room
    assert strictest(town(near_homes=near_homes(6)), known)[0] == NO_ROOM_DB
    nothing = {"day": 0, "night": 0}
    assert not leaves_no_room(town(plus=nothing), Operation())[0]  # the ambient level is not known
    exempt = town(plus=nothing, standby=standby(testing_exempt=True))
    assert not leaves_no_room(exempt, Operation(use="standby", ambient_dba=KNOWN))[0]
    assert at(exempt, use="standby").notes == tuple(
        n for n in at(exempt, use="standby").notes if "ambient" not in n
    )
    rows = [limit("*", "day", 60, statistic="L50"), limit("*", "day", 70, metric="dbc")]
    code = small_ordinance(rows=rows, ambient=ambient("fallback", {"day": 0}, together=True))
    heard = Operation(ambient_dba=(("day", 40.0),))
    assert leaves_no_room(code, heard).tolist() == [True, False]
    unheard = Operation(ambient_dba=(("day", 40.0),), minutes_per_hour=20.0)  # L50 does not see them
    assert leaves_no_room(code, unheard).tolist() == [False, False] and strictest(code, unheard)[0] == NONE


def test_who_does_not_say_has_the_stricter_reading():
    assert AmbientRule((("day", 10.0),), "lower", Cited("1", "", True)).with_ambient


levels = st.one_of(st.none(), st.floats(-20, 90))


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.just(NONE), st.just(NOT_READ), st.floats(20, 90)), levels, st.one_of(st.just(0.0), st.floats(0.01, 40)),
    st.sampled_from(COMBINE), st.booleans(),
)  # fmt: skip
def test_agrees_with_the_plain_twin(fixed, level, over, combine, together):
    rule = ambient(combine, {"day": over}, together=together)
    code = small_ordinance({("*", "day"): fixed}, ambient=rule)
    found = at(code, known=() if level is None else (("day", level),)).limit_db[0, 0]
    expected = slow_limits.beside_ambient(fixed, level, over, combine, together)
    assert found == pytest.approx(expected, abs=1e-4, nan_ok=True)


@settings(max_examples=200, deadline=None)
@given(levels, st.floats(0, 40), st.floats(0, 10), st.sampled_from(COMBINE), st.booleans())
def test_with_the_ambient_sound_in_it_nobody_may_hear_more(level, over, minus, combine, tonal):
    known = () if level is None else (("day", level),)
    alone, together = (
        at(small_ordinance({("*", "day"): 55}, ambient=ambient(combine, {"day": over}, together=t), tone=tone(minus)),
           tonal, known=known).limit_db[0, 0]
        for t in (False, True)
    )  # fmt: skip
    assert not together > alone
    if (
        level is not None and combine == "fallback"
    ):  # both together are what the code says, or there is no room
        total = 10 * math.log10(10 ** (together / 10) + 10 ** (level / 10))
        n = over - minus * tonal
        assert total == pytest.approx(level + n, abs=1e-6) if n > 1e-3 else together < level - 30


def test_a_study_without_room_fails_and_does_not_look_at_the_whole_county(tmp_path):
    lots = {"own": square(0, 0, 5, 5), "near": square(100, 0, 130, 20), "far": square(40_000, 0, 40_030, 20)}
    code = town(plus={"day": 10, "night": 0}, source={"role": "ordinance", "notes": []})
    operation = Operation(tone=False, ambient_dba=KNOWN)
    unit, land = load_unit("gx230"), land_of(tmp_path, lots)
    found = document(assess(land, 0, unit, code, Question("units", 1), "7m", operation=operation))
    assert (found["verdict"]["state"], found["verdict"]["allowed"]) == ("FAIL", False)
    assert {row["neighbour"] for row in found["receptors"]} == {"near"}
    assert (found["worst"]["limit_db"], found["worst"]["state"]) == (NO_ROOM_DB, "FAIL")
    none = document(assess(land, 0, unit, code, Question("max"), "7m", operation=operation))
    assert (none["layout"]["units"], none["verdict"]["state"]) == (0, "FAIL")
