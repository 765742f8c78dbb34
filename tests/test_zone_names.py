"""Oracle: names and counts written in each test, read by a person."""

import pytest
from small_ordinance import near_homes, receptors, small_ordinance

from siting.outcome import ZoneCount
from siting.rules.zone_counts import zone_counts
from siting.zones import classes_of, named_classes, unmatched

PATTERNS = {
    "residential": ["R-*", "SD-1", "Res*", "*\tpud"],
    "industrial": ["I[A-C]*", "SD-*", "M?"],
    "park": [" OS "],
}
LIMITS = {("residential", "day"): 57, ("industrial", "day"): 77, ("park", "day"): 67}
TOWN = small_ordinance(LIMITS, patterns=PATTERNS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("R-1", ("residential",)), (" r-12 ", ("residential",)), ("RESIDENTIAL", ("residential",)),
        ("IA-2", ("industrial",)), ("ID", ()), ("M1", ("industrial",)), ("M12", ()), ("os", ("park",)),
        ("SD-12", ("industrial",)), ("SD-1", ("residential", "industrial")), ("R1", ()), ("", ()), ("*", ()),
    ],
)  # fmt: skip
def test_names_find_their_classes_by_pattern(name, expected):
    assert classes_of(TOWN, name) == expected


def test_a_class_is_its_own_pattern_only_where_it_has_no_other():
    assert classes_of(TOWN, "park") == () and classes_of(TOWN, "industrial") == ()
    letters = small_ordinance({("B", "day"): 60, ("C", "day"): 70}, patterns={"B": ["C", "C-*"]})
    assert classes_of(letters, "c") == ("B", "C")  # a commercial zone of the map, and the class C
    mapped = small_ordinance({("B", "day"): 60, ("C", "day"): 70}, patterns={"B": ["C", "C-*"], "C": ["M-*"]})
    assert classes_of(mapped, "C") == ("B",)


def test_a_name_with_brackets_is_found_as_it_is_written():
    code = small_ordinance({("A", "day"): 60}, patterns={"A": ["R-[5]"]})
    assert classes_of(code, "R-[5]") == classes_of(code, "r-5") == ("A",)


def test_classes_are_those_of_limits_homes_and_patterns():
    code = small_ordinance(
        {("A", "day"): 60, ("*", "day"): 70}, patterns={"B": ["b"]}, near_homes=near_homes(zones=("H",))
    )
    assert named_classes(code) == ("A", "H", "B")
    assert classes_of(code, "h") == ("H",)


def test_unmatched_names_are_listed_with_receptors_and_neighbours():
    zones = [("R-1",), ("lake",), ("lake", "R-1"), ("Resdential",), (), ("lake", "Resdential")]
    placed = receptors(zones, across=[("pond",)] + [()] * 5, neighbour=["a", "b", "b", "c", "d", "e"])
    town = small_ordinance(LIMITS, patterns=PATTERNS | {"residential": ["R-*"]})
    assert unmatched(town, placed) == (("lake", 3, 2), ("Resdential", 2, 2))
    mean = small_ordinance(LIMITS, patterns=PATTERNS, where_zones_meet="mean")
    assert unmatched(mean, placed) == (("lake", 3, 2), ("pond", 1, 1))  # Res* finds the other
    anywhere = small_ordinance({("*", "day"): 60}, patterns=PATTERNS)
    assert unmatched(anywhere, placed) == ()


def test_counts_add_up_to_all_receptors():
    zones = [("R-1",), ("IA",), ("IA", "R-1"), ("lake",), (), ("R-1",), ("IA", "lake")]
    placed = receptors(zones, neighbour=["a", "b", "b", "c", "d", "a", "b"])
    assert zone_counts(TOWN, placed) == (
        ZoneCount("R-1", "residential", 2, 1),
        ZoneCount("IA", "industrial", 1, 1),
        ZoneCount("IA + R-1", "industrial + residential", 1, 1),
        ZoneCount("IA + lake", None, 1, 1),
        ZoneCount("lake", None, 1, 1),
        ZoneCount(None, None, 1, 1),
    )
    assert sum(count.receptors for count in zone_counts(TOWN, placed)) == len(placed)
    assert [count.zone_class for count in zone_counts(None, placed)] == [None] * 6
    assert zone_counts(TOWN, receptors([])) == ()


def test_a_limit_for_any_zone_is_the_class_of_names_that_match_nothing():
    placed = receptors([("R-1",), ("lake",), ()])
    anywhere = small_ordinance({("*", "day"): 60}, patterns=PATTERNS)
    assert [c.zone_class for c in zone_counts(anywhere, placed)] == ["*"] * 3
    lowest = small_ordinance(LIMITS | {("*", "day"): 50}, patterns=PATTERNS)
    assert [c.zone_class for c in zone_counts(lowest, placed)] == ["residential", "*", "*"]
    higher = small_ordinance(LIMITS | {("*", "day"): 60}, patterns=PATTERNS)
    assert [c.zone_class for c in zone_counts(higher, placed)] == ["residential", None, None]
