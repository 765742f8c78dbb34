"""Oracle: spectra whose bands stand out or not as they are drawn in each test."""

import math

import pytest
from small_ordinance import UNREAD, small_ordinance, tone

from siting.law import Operation
from siting.ordinance import tonal

OVER = (15.0,) * 3 + (8.0,) * 2 + (5.0,) * 4
FLAT = (70.0,) * 9
NAN = math.nan
CODE = small_ordinance({("*", "any"): 60}, tone=tone(5, OVER))


def changed(band, level, spectrum=FLAT):
    return (*spectrum[:band], level, *spectrum[band + 1 :])


@pytest.mark.parametrize(
    ("spectrum", "expected", "origin"),
    [
        (FLAT, False, "file"),
        (changed(4, 77.9), False, "file"), (changed(4, 78.0), True, "file"),
        (changed(1, 84.9), False, "file"), (changed(1, 85.0), True, "file"),
        (changed(4, 78.0, changed(5, 70.1)), False, "file"),  # not above both of its neighbours by 8 dB
        (changed(0, 85.0), True, "file"), (changed(0, 84.0), False, "file"), (changed(8, 75.0), True, "file"),
        (tuple(100.0 - 20 * k for k in range(9)), True, "file"),  # falls so steeply that the lowest band stands out
        (tuple(100.0 - 14 * k for k in range(9)), False, "file"),
        (changed(0, NAN), True, "assumed"),  # it may hold a tone
        (changed(0, NAN, changed(5, 80.0)), True, "file"),
        ((NAN,) * 9, True, "assumed"),
    ],
)  # fmt: skip
def test_a_band_that_exceeds_its_neighbours_by_the_criterion_holds_a_tone(spectrum, expected, origin):
    found, why = tonal(CODE, Operation(), spectrum)
    assert found is expected
    assert why is not None and (why.value, why.origin) == ("tonal" if expected else "no tone", origin)


def test_the_band_is_named():
    assert "at 500 Hz" in tonal(CODE, Operation(), changed(4, 80.0))[1].reason
    assert "at 31.5 Hz" in tonal(CODE, Operation(), changed(0, NAN))[1].reason


def test_the_users_word_decides():
    for said in (True, False):
        found, why = tonal(CODE, Operation(tone=said), changed(4, 90.0 if not said else 70.0))
        assert found is said and why.origin == "given"


def test_without_a_criterion_the_sound_is_taken_for_tonal():
    bare = small_ordinance({("*", "any"): 60}, tone=tone(5))
    found, why = tonal(bare, Operation(), FLAT)
    assert found and why.origin == "assumed" and "1-2" in why.reason


def test_a_criterion_that_was_not_read_does_not_decide_unless_accepted():
    code = small_ordinance({("*", "any"): 60}, tone=tone(5, OVER, cited=UNREAD))
    assert tonal(code, Operation(), FLAT)[0]
    assert not tonal(code, Operation(accept_unverified=True), FLAT)[0]


def test_a_code_without_a_rule_on_tones_asks_nothing():
    code = small_ordinance({("*", "any"): 60})
    assert tonal(code, Operation(tone=True), changed(4, 99.0)) == (False, None)
