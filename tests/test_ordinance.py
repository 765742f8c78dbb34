"""Oracle: the table written in each test, read by a person."""

import numpy as np
import pytest

from siting.model import Limit, Ordinance, Period
from siting.ordinance import limits_at, receptor_class, strictest_limit, zone_class


def code(limits, patterns=()):
    periods = tuple(Period(name, None, None) for name in ("day", "night"))
    rows = tuple(
        Limit(zone, period, value) for zone, pair in limits.items() for period, value in pair.items()
    )
    return Ordinance(
        "town", "Town", "1-2", "", "", "made up", "receiving lot line", periods, rows, tuple(patterns), None, None, (), {}
    )  # fmt: skip


TOWN = code(
    {"residential": {"day": 57, "night": 52}, "industrial": {"day": 77, "night": 77}, "park": {"day": 67}},
    [("residential", ("R-*", "SD-1")), ("industrial", ("I*", "SD-*")), ("park", ("OS",)), ("school", ("S",))],
)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("R-1", "residential"), (" r-12 ", "residential"), ("Residential", "residential"), ("IA-2", "industrial"),
     ("SD-1", "residential"), ("SD-12", "industrial"), ("OS", "park"), ("R1", None), ("", None)],
)  # fmt: skip
def test_names_find_their_class_and_the_strictest_of_several(zone, expected):
    assert zone_class(TOWN, zone) == expected


def test_a_place_in_two_zones_has_the_stricter_and_an_unknown_one_makes_it_unknown():
    assert receptor_class(TOWN, ("IA", "R-1")) == "residential"
    assert receptor_class(TOWN, ("IA", "lake")) is None
    assert receptor_class(TOWN, ()) is None


def test_limits_are_read_per_period_and_a_missing_one_is_not_a_number():
    classes, limits = limits_at(TOWN, [("R-1",), ("IB",), ("OS",), ("S",), ("lake",), ()])
    assert classes == ["residential", "industrial", "park", "school", None, None]
    np.testing.assert_array_equal(limits[:2], [[57, 52], [77, 77]])
    assert limits[2, 0] == 67
    assert np.isnan(limits[2, 1]) and np.isnan(limits[3:]).all()
    assert strictest_limit(TOWN) == 52


def test_a_code_for_any_zone_needs_no_zone_but_a_mixed_one_does():
    anywhere = code({"*": {"day": 65, "night": 55}})
    assert receptor_class(anywhere, ()) == "*" and receptor_class(anywhere, ("lake",)) == "*"
    mixed = code(
        {"residential": {"day": 50, "night": 45}, "*": {"day": 65, "night": 55}}, [("residential", ("R*",))]
    )
    assert receptor_class(mixed, ("lake",)) == "*"
    assert receptor_class(mixed, ("R1",)) == "residential"
    assert receptor_class(mixed, ()) is None  # it could be a home
