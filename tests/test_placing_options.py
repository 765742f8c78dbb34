"""Options of the yard. Oracles: feet times 0.3048 by hand, the tables of data/, sentences read by a person."""

import click
import pytest
from click.testing import CliRunner

from siting.catalog import load_unit
from siting.cli.placing_options import PLACING, placing_of, placing_options
from siting.errors import InputError
from siting.yard import Placing, ServicePoint

UNIT = load_unit("gx230")


def given(*words):
    """What the options come to, as a verb has them."""
    found = []

    @click.command()
    @placing_options
    def verb(**options):
        assert set(options) == set(PLACING)
        found.append(options)

    result = CliRunner().invoke(verb, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return placing_of(found[0], UNIT)


def refusal(*words):
    with pytest.raises(InputError) as error:
        given(*words)
    text = str(error.value)
    assert text.endswith(".") and "\n" not in text
    return text


def test_nothing_said_is_nothing_placed():
    assert given() == Placing()


def test_feet_become_metres():
    placing = given("--step-ft", 2, "--aisle-ft", 12, "--max-slope-pct", 8, "--time-limit", 5)
    assert placing.step_m == pytest.approx(0.6096, abs=1e-12)
    assert placing.aisle_m == pytest.approx(3.6576, abs=1e-12)
    assert (placing.max_slope_pct, placing.time_limit_s) == (8.0, 5.0)


def test_no_aisle_is_said_by_a_width_of_nothing():
    assert given("--aisle-ft", 0).aisle_m == 0.0 and given().aisle_m is None


def test_sides_in_any_case_and_with_spaces():
    placing = given("--front", "North, east", "--rear", "southwest")
    assert placing.front == ("north", "east") and placing.rear == ("southwest",)


def test_service_points_are_longitude_then_latitude():
    placing = given("--service-point", "gas=-71.11,42.37", "--service-point", "grid=-71.12, 42.38")
    assert placing.service_points == (ServicePoint("gas", -71.11, 42.37), ServicePoint("grid", -71.12, 42.38))


def test_two_tanks_of_500_gallons():
    """IFC table 6104.3: 125 to 500 gal keep 10 ft from buildings and lot lines."""
    placing = given("--fuel", "propane", "--tank-gal", 500, "--tanks", 2)
    assert placing.fuel == "propane" and len(placing.items) == 2
    for item in placing.items:
        assert (item.distances.lot_line_m, item.distances.building_m) == pytest.approx((3.048, 3.048))


def test_hydrogen_keeps_the_distance_that_is_given():
    (store,) = given("--fuel", "hydrogen", "--hydrogen-distance-ft", 25).items
    assert store.distances.lot_line_m == store.distances.opening_m == pytest.approx(7.62)


def test_items_of_the_catalogue_in_their_order():
    placing = given("--item", "transformer", "--item", "switchgear", "--item", "transformer")
    assert [item.id for item in placing.items] == ["transformer", "switchgear", "transformer"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--step-ft", 0), ["--step-ft is 0", "from 0.25 up to 100"]),
        (("--step-ft", "nan"), ["--step-ft is nan"]),
        (("--aisle-ft", -3), ["--aisle-ft is -3", "above 0 and up to 100"]),
        (("--max-slope-pct", "inf"), ["--max-slope-pct is inf", "percent"]),
        (("--time-limit", 0), ["--time-limit is 0", "seconds"]),
        (("--hydrogen-distance-ft", -1), ["--hydrogen-distance-ft is -1"]),
        (("--front", "up"), ['"up"', "northwest"]),
        (("--front", "north,"), ['--front names ""']),
        (("--rear", "west,West"), ["--rear names west twice"]),
        (("--front", "north,east", "--rear", "south,east"), ["--front north,east", "--rear south,east", "both name east"]),
        (("--service-point", "water=-71,42"), ['"water=-71,42"', "gas=-71.11,42.37"]),
        (("--service-point", "gas=-71.11"), ['"gas=-71.11"', "gas or grid"]),
        (("--service-point", "gas=42.37,-171.11"), ["gas=42.37,-171.11"]),
        (("--service-point", "gas=nan,1"), ["gas=nan,1"]),
        (("--service-point", "gas=1,2", "--service-point", "gas=1,3"), ["two places for gas"]),
        (("--fuel", "diesel"), ['"diesel"', "propane"]),
        (("--fuel", "propane"), ["--tank-gal"]),
        (("--fuel", "hydrogen"), ["does not guess", "--hydrogen-distance-ft"]),
        (("--tank-gal", 500), ["--tank-gal", "natural gas", "--fuel propane"]),
        (("--fuel", "propane", "--tanks", 2), ["--tanks 2", "--tank-gal"]),
        (("--fuel", "propane", "--tank-gal", 50), ["50 gal", "125"]),
        (("--fuel", "propane", "--tank-gal", 500, "--tanks", 0), ["--tanks is 0"]),
        (("--hydrogen-distance-ft", 20), ["--hydrogen-distance-ft", "--fuel hydrogen"]),
        (("--item", "transfromer"), ["transfromer", "transformer"]),
        (("--distances", "nfpa38"), ["nfpa38", "nfpa37"]),
    ],
)  # fmt: skip
def test_what_cannot_be_gets_one_sentence(words, says):
    text = refusal(*words)
    assert [part for part in says if part not in text] == [], text
