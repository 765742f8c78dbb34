"""How units are placed, in words. Oracles: hand arithmetic on the made-up study, and the same words wherever they are shown."""

import copy
import doctest
import io

import pytest
from rich.console import Console
from study_document import example_document

from siting import placing_words
from siting.console import print_study
from siting.maps import study_map


@pytest.fixture
def example():
    return example_document()


def printed(document, seconds=None):
    text = io.StringIO()
    print_study(document, Console(file=text, width=200, highlight=False), seconds)
    return text.getvalue()


def test_the_examples_in_the_docstrings():
    result = doctest.testmod(placing_words)
    assert result.attempted == 2 and not result.failed


@pytest.mark.parametrize(
    ("units", "bound", "status", "says"),
    [
        (24, 24, "optimal", "24 placed, at most 24, gap 0 %: optimal: no layout on this lattice holds more"),
        (23, 25, "open", "23 placed, at most 25, gap 8 %: open: whether a layout holds more"),
        (1999, 2000, "ended", "1,999 placed, at most 2,000, gap 0.1 %: ended by the time limit"),
        (2999, 3000, "ended", "gap under 0.1 %"),
    ],
)
def test_how_good_a_layout_is(units, bound, status, says):
    layout = {"units": units, "bound": bound, "status": status, "gap": (bound - units) / bound}
    assert says in placing_words.found(layout)


def test_a_study_without_a_search_says_only_what_it_knows(example):
    example["search"] = None
    example["layout"] |= {"status": None, "gap": None}
    assert placing_words.found(example["layout"]) == "6 placed, at most 3 allowed"
    assert (
        placing_words.binding(example) == []
        and placing_words.one_more(example) == placing_words.binds(example) == ""
    )
    assert "gap" not in printed(example)


def test_the_row_that_binds_has_its_place_and_its_numbers(example):
    """62 dB(A) less 2.5 dB of margin; 28.3 m are 92.85 ft."""
    (row,) = placing_words.binding(example)
    assert row == {
        "receptor": "12-031/1", "side": "north", "distance": "92′-10″ (28.30 m)", "period": "night", "compared": "dB(A)",
        "limit": "62", "planned": "59.5", "level": "65.7", "over": "0.5",
    }  # fmt: skip
    example["search"]["binding"][0] |= {"over_db": 0.004}
    assert placing_words.binding(example)[0]["over"] == "0.004"
    example["search"]["binding"][0] |= {"over_db": None, "level_db": None}
    (row,) = placing_words.binding(example)
    assert row["over"] == row["level"] == "—"


def test_space_binds_where_no_limit_does(example):
    assert placing_words.binds(example) == "one limit at one receptor binds"
    example["search"]["binding"] *= 3
    assert placing_words.binds(example) == "3 limits at receptors bind"
    example["search"]["binding"] = []
    assert placing_words.binds(example) == "the space binds"


def test_only_what_was_said_of_the_yard_is_told(example):
    said = dict(placing_words.facts(example))
    assert said["Lattice"] == "a pose every 1 ft (0.3 m)" and said["Aisle"].startswith("12 ft (3.66 m) wide")
    assert (
        said["Slope"] == "at most 10 %"
        and said["Front"] == "south"
        and said["Beside the units"] == "propane tank, 500 gal"
    )
    lat, lon = (example["placing"]["service_points"][0][key] for key in ("lat", "lon"))
    assert said["Gas comes in"] == f"latitude, longitude {lat:.6f}, {lon:.6f}"
    example["placing"] |= {
        "front": [],
        "max_slope_pct": None,
        "aisle_m": None,
        "items": [],
        "service_points": [],
    }
    assert set(dict(placing_words.facts(example))) == {"Lattice", "Fuel"}


def test_the_same_words_on_the_console_and_on_the_map(example):
    example["items"][0]["power_dba"] = 71.26
    text, page = printed(example, 3.14159), study_map(example)
    assert "Placing (3.1 s): 6 placed, at most 3 allowed, gap 0 %: asked for" in text
    for words in (
        example["search"]["one_more"],
        *placing_words.sides(example),
        *placing_words.items(example),
        *placing_words.runs(example),
        "92′-10″ (28.30 m)",
    ):
        assert words in text, words
        assert words in page or words.capitalize() in page or words[0].upper() + words[1:] in page, words
    assert "sound power 71.3 dB(A), counted in every level" in text
    assert "setback took 10,764 sq ft (1,000.0 m²)" in text  # 2976 - 52 * 38 = 1000 m2
    assert "3.1 s" not in page and "Placing: " in printed(example)


def test_alike_sides_are_told_once(example):
    sides = copy.deepcopy(example["site"]["sides"])
    example["site"]["sides"] += sides
    assert len(placing_words.sides(example)) == 4
    assert placing_words.sides(example)[0] == "south (front): 20 ft (6.1 m); Exampleton Code 8-9(c)"
