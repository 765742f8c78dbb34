"""What a fuel needs on the lot. Oracles: the code's table as read, a shell's volume by hand, heat by hand, one slip a row."""

import math
from dataclasses import replace

import pytest

from siting.catalog import load_item, load_tanks, load_unit
from siting.errors import InputError
from siting.fuel import floor_load, fuel_assumptions, fuel_items, fuel_named, propane_tank, run_time_h
from siting.model import Clearance
from siting.yard import Distances, Placing

FT = 0.3048
GX230 = load_unit("gx230")


@pytest.mark.parametrize(
    ("gallons", "away_ft", "between_ft"),
    [
        (125, 10, 0), (250, 10, 0), (250.5, 10, 3), (251, 10, 3), (500, 10, 3), (500.5, 25, 3), (501, 25, 3),
        (1000, 25, 3), (2000, 25, 3), (2000.5, 50, 5), (2001, 50, 5), (30000, 50, 5),
    ],
)  # fmt: skip
def test_distances_of_table_6104_3(gallons, away_ft, between_ft):
    """A capacity between two rows of the table, which are in whole gallons, takes the stricter."""
    tank = propane_tank(gallons)
    away = away_ft * FT
    assert tank.distances == Distances(away, away, away, 10 * FT)
    assert tank.clearance == Clearance(*(between_ft * FT,) * 4)
    assert (tank.holds, tank.power_db) == ("propane", None)


@pytest.mark.parametrize("gallons", [124.9, 100, 0, -1, 30000.1, 1e9, math.nan, math.inf])
def test_capacities_that_the_table_does_not_hold(gallons):
    with pytest.raises(InputError, match=r"from 125 to 30,000 gal: give a capacity between them"):
        propane_tank(gallons)


def test_every_tank_holds_what_it_says():
    """A shell with 2:1 elliptical ends, deeper in volume than half-round ones: pi d²/4 (l - d/6); 231 cubic inches a gallon."""
    known = load_tanks()
    assert [size.gal for size in known.sizes] == sorted(size.gal for size in known.sizes)
    assert known.sizes[-1].gal == known.capacities[-1].most_gal == 30000
    for size in known.sizes:
        d, long = size.diameter_m / 0.0254, size.length_m / 0.0254
        gallons = math.pi * d**2 / 4 * (long - d / 6) / 231
        assert 0.96 * size.gal <= gallons <= 1.25 * size.gal, size
        assert size.height_m > size.diameter_m


def test_a_tank_takes_the_next_size():
    assert (propane_tank(600).length_m, propane_tank(1000).length_m) == pytest.approx((16 * FT, 16 * FT))
    assert propane_tank(1000).width_m == pytest.approx(41 / 12 * FT)
    assert propane_tank(1001).length_m == pytest.approx(24.5 * FT)


def test_run_time():
    """1,000 gal x 0.8 x 91,500 Btu = 73.2 MMBtu; 200 kW at 30 % need 200 x 3412.14 / 0.3 = 2.2748 MMBtu/h: 32.18 h."""
    assert run_time_h(1000, 1, 200) == pytest.approx(32.18, abs=0.005)
    assert run_time_h(500, 4, 100) == pytest.approx(4 * 32.18, abs=0.02)


def test_floor_load():
    """700 kg on 1.5 m x 0.93 m are 501.8 kg/m²; 1,543.2 lb on 15.016 sq ft are 102.8 lb/sq ft."""
    sentence = floor_load(GX230)
    assert "103 lb/sq ft (502 kg/m²)" in sentence and "structural check" in sentence
    assert "206 lb/sq ft (1,004 kg/m²)" in floor_load(replace(GX230, mass_kg=1400.0))


def test_gas_by_pipe_needs_nothing():
    transformer = load_item("transformer")
    for fuel in (None, "natural gas", "Natural-Gas", "biogas"):
        assert fuel_items(GX230, fuel) == ()
        assert fuel_items(GX230, fuel, items=(transformer,)) == (transformer,)


def test_propane_places_tanks_before_the_others():
    transformer = load_item("transformer")
    first, second, last = fuel_items(GX230, "propane", 1000, 2, items=(transformer,))
    assert first == second and last == transformer
    assert first.name == "1,000 gal propane tank" and first.distances.lot_line_m == pytest.approx(7.62)
    (lasts,) = [a for a in first.assumptions if a.name == "propane_tank.run_time"]
    assert lasts.value == "64.4 h" and "2 filled" in lasts.reason
    assert len(fuel_items(GX230, "propane", 500)) == 1


def test_own_tank_instead(write):
    text = """id = "bullet"
name = "bullet"
holds = "propane"
[body]
length_ft = 10
width_ft = 3
height_ft = 4
[clearance]
front_ft = 3
right_ft = 3
back_ft = 3
left_ft = 3
[distances]
lot_line_ft = 12
building_ft = 13
opening_ft = 14
unit_ft = 15
[source]
text = "mine"
"""
    own = load_item(write(text))
    assert fuel_items(GX230, "propane", items=(own,)) == (own,)
    lacking = load_item(write(text.replace("unit_ft = 15\n", "").replace("building_ft = 13\n", "")))
    with pytest.raises(
        InputError, match=r"holds propane and states no distance from building, unit; write them under"
    ):
        fuel_items(GX230, "propane", items=(lacking,))
    with pytest.raises(
        InputError, match=r'"bullet" .* holds propane, but the unit "gx230" runs on natural gas here'
    ):
        fuel_items(GX230, items=(own,))


def test_hydrogen_takes_its_distance_as_given():
    (store,) = fuel_items(GX230, "hydrogen", hydrogen_distance_m=9.0)
    assert store.id == "hydrogen_storage" and store.distances == Distances(9.0, 9.0, 9.0, 9.0)
    note = store.assumptions[-1]
    assert (note.origin, note.value) == ("given", f"{9 / FT:.10g} ft") and "not checked" in note.reason
    own = replace(load_item("hydrogen_storage"), id="tubes", distances=Distances(4.0, 5.0, 0.0, 0.0))
    (store,) = fuel_items(GX230, "hydrogen", hydrogen_distance_m=9.0, items=(own,))
    assert store.distances == Distances(4.0, 5.0, 9.0, 9.0)  # what its file states stays
    stated = replace(own, distances=Distances(1.0, 2.0, 3.0, 4.0))
    assert fuel_items(GX230, "hydrogen", items=(stated,)) == (stated,)


@pytest.mark.parametrize("distance_m", [None, 0.0, -3.0, math.nan, math.inf])
def test_hydrogen_distances_are_never_guessed(distance_m):
    with pytest.raises(InputError) as caught:
        fuel_items(GX230, "hydrogen", hydrogen_distance_m=distance_m)
    assert "siting does not guess hydrogen distances" in str(caught.value)
    assert "NFPA 2" in str(caught.value) and "--hydrogen-distance-ft" in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        ({"fuel": "propane"}, ["size is not given", "--tank-gal"]),
        ({"tank_gal": 500}, ["--tank-gal", "runs on natural gas here", "--fuel propane"]),
        ({"fuel": "hydrogen", "tank_gal": 500}, ["--tank-gal", "runs on hydrogen here"]),
        ({"tanks": 2}, ["--tanks", "runs on natural gas here"]),
        ({"fuel": "propane", "tanks": 2}, ["--tanks 2", "--tank-gal too"]),
        ({"fuel": "propane", "tank_gal": 500, "tanks": 0}, ["--tanks is 0", "1 to 6"]),
        ({"fuel": "propane", "tank_gal": 500, "tanks": 7}, ["--tanks is 7", "1 to 6", "unverified"]),
        ({"hydrogen_distance_m": 5.0}, ["--hydrogen-distance-ft", "runs on natural gas here"]),
        ({"fuel": "coal"}, ['"coal" is not a fuel', "natural gas, biogas, propane, hydrogen"]),
        ({"fuel": "biogas", "items": "hydrogen"}, ["holds hydrogen", "runs on biogas here"]),
    ],
)  # fmt: skip
def test_what_belongs_to_another_fuel_is_refused(asked, parts):
    if "items" in asked:
        asked = asked | {"items": (load_item("hydrogen_storage"),)}
    with pytest.raises(InputError) as caught:
        fuel_items(GX230, **asked)
    for part in parts:
        assert part in str(caught.value)


def test_a_fuel_that_the_unit_does_not_run_on():
    diesel = load_unit("cummins_c220d5e_enclosed")
    with pytest.raises(
        InputError, match=r'"cummins_c220d5e_enclosed" does not run on propane; .* names diesel'
    ):
        fuel_items(diesel, "propane", 500)
    assert fuel_named(diesel, None) is None and fuel_items(diesel) == ()
    said = {a.name: a for a in fuel_assumptions(diesel, Placing())}
    assert (said["fuel"].value, said["fuel"].origin) == ("diesel", "assumed")
    assert said["fuel.supply"].value == "not placed"


def test_assumptions_of_alike_tanks_are_said_once():
    items = fuel_items(GX230, "propane", 1000, 3)
    said = fuel_assumptions(GX230, Placing(fuel="propane", items=items))
    names = [a.name for a in said]
    assert len(set(names)) == len(names) and names[0] == "fuel" and said[0].origin == "given"
    assert {"propane_tank.distance", "propane_tank.unit_distance", "propane_tank.vapour"} <= set(names)
    piped = fuel_assumptions(GX230, Placing())
    assert [(a.name, a.value, a.origin) for a in piped] == [
        ("fuel", "natural gas", "assumed"),
        ("fuel.supply", "pipe", "assumed"),
    ]
