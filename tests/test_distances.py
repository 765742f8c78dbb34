"""Distances from buildings and openings. Oracles: areas by hand, distances measured by shapely, the codes' own numbers."""

import math

import pytest
import shapely
from small_land import at, code, land_of, square, write

from siting.catalog import load_distances
from siting.errors import InputError
from siting.model import FOOT_M
from siting.site import make_site
from siting.yard import Placing

FIVE, TEN = 5 * FOOT_M, 10 * FOOT_M
TABLE = """id = "mine"
title = "Mine"
section = "7-1"
source = "the town's sheet"
[openings]
distance_ft = 10
[walls.combustible]
distance_m = 2
[walls.rated]
distance_m = 1
[walls.noncombustible]
distance_m = 0
"""
HOUSES = {"plain": square(20, 20, 30, 30), "rated": square(50, 20, 60, 30), "brick": square(80, 20, 90, 30)}


def houses(folder, walls=("", "rated", "NonCombustible")):
    return write(folder / "houses.gpkg", HOUSES.values(), wall=list(walls))


def site_of(folder, ordinance=None, distances=None, **layers):
    land = land_of(folder, {"A": square(0, 0, 110, 60)}, **layers)
    free = ordinance or code({"*": 60}, setback=0.0, building=0.0)
    return make_site(land, 0, free, Placing(distances=distances))[0]


def mine(folder, old="", new=""):
    assert old in TABLE
    (folder / "mine.toml").write_text(TABLE.replace(old, new, 1), "utf-8")
    return str(folder / "mine.toml")


def grown(side, metres):
    """Area within a distance of a square."""
    return side**2 + 4 * side * metres + math.pi * metres**2


def test_the_catalogues_tables_have_the_numbers_of_their_codes():
    known = {
        "nfpa37": (5, {"combustible": 5, "rated": 0, "noncombustible": 0}),
        "darien-il": (10, {"combustible": 5, "rated": 0, "noncombustible": 0}),
        "atlantis-fl": (10, {"combustible": 5, "rated": 0, "noncombustible": 0}),
    }
    for name, (openings, walls) in known.items():
        table = load_distances(name)
        assert table.id == name and table.openings.distance_m == pytest.approx(openings * FOOT_M)
        assert {kind: rule.distance_m / FOOT_M for kind, rule in table.walls} == pytest.approx(walls)
        assert all(
            rule.cited.section and rule.cited.source for rule in (table.openings, *dict(table.walls).values())
        )
    assert (
        load_distances("darien-il").openings.cited.read and not load_distances("nfpa37").openings.cited.read
    )


def test_without_a_layer_of_openings_every_wall_may_have_one(tmp_path):
    site = site_of(tmp_path, buildings=houses(tmp_path))
    assert site.building_distances_m == pytest.approx((FIVE,) * 3)  # NFPA 37: 5 ft from openings
    assert site.taken_m2["buildings"] == pytest.approx(3 * grown(10, FIVE), rel=2e-3)
    assert site.taken_m2["openings"] == 0 and site.openings == ()
    told = {a.name: (a.value, a.origin, a.reason) for a in site.assumptions}
    value, origin, reason = told["site.building_distance_m"]
    assert (value, origin) == (pytest.approx(FIVE), "assumed")
    assert "NFPA 37, 4.1.4" in reason and "not read there" in reason
    assert told["site.building_walls"][0] == "2 of 3 buildings near by"
    # 10 ft from openings that nobody has drawn
    assert site_of(tmp_path, distances="darien-il", buildings=houses(tmp_path)).building_distances_m == (
        pytest.approx((TEN,) * 3)
    )


def test_where_openings_are_given_walls_keep_what_they_are_made_of_and_openings_their_own(tmp_path):
    # a door in the middle of the south wall of each house
    doors = [at(shapely.Point(x, 20)) for x in (25, 55, 85)]
    layers = {
        "buildings": houses(tmp_path),
        "openings": write(tmp_path / "doors.gpkg", doors, kind=["door"] * 3),
    }
    site = site_of(tmp_path, distances=mine(tmp_path), **layers)
    assert site.building_distances_m == (2.0, 1.0, 0.0) and site.opening_distance_m == pytest.approx(TEN)
    for building, gap in zip(site.buildings, (2.0, 1.0, 0.0), strict=True):
        assert shapely.distance(site.buildable, building) == pytest.approx(gap, abs=2e-3)
        assert shapely.distance(site.buildable, building) >= gap - 2e-9
    for door in site.openings:
        assert shapely.distance(site.buildable, door) == pytest.approx(TEN, abs=2e-9)
    assert site.taken_m2["buildings"] == pytest.approx(grown(10, 2) + grown(10, 1) + 100, rel=2e-3)

    # half discs of 10 ft before the walls less the strips that these keep: by hand, the part of a disc beyond a chord
    def beyond(chord):
        return TEN**2 * math.acos(chord / TEN) - chord * math.sqrt(TEN**2 - chord**2)

    assert site.taken_m2["openings"] == pytest.approx(beyond(2) + beyond(1) + beyond(0), rel=5e-3)
    assert list(site.taken_m2) == ["setback", "buildings", "openings", "keep-outs", "slope"]
    told = {a.name: (a.value, a.origin) for a in site.assumptions}
    assert told["site.opening_distance_m"] == (pytest.approx(TEN), "given")


def test_a_building_without_an_opening_in_the_layer_keeps_the_distance_all_round(tmp_path):
    window = at(shapely.LineString([(22, 30), (24, 30)]))
    layers = {
        "buildings": houses(tmp_path),
        "openings": write(tmp_path / "w.gpkg", [window], kind=["window"]),
    }
    site = site_of(tmp_path, distances=mine(tmp_path), **layers)
    assert site.building_distances_m == pytest.approx((2.0, TEN, TEN))


def test_openings_of_a_house_on_the_next_lot_count_too(tmp_path):
    intake = square(112, 30, 113, 31)  # 2 m beyond the lot line
    site = site_of(
        tmp_path, openings=write(tmp_path / "o.gpkg", [intake], kind=["intake"]), distances="darien-il"
    )
    # within 10 ft of a square of 1 m whose near side is 2 m away: a strip of 1.048 by 1 m and two pieces of a disc
    reach = TEN - 2
    corner = (TEN**2 * math.acos(2 / TEN) - 2 * math.sqrt(TEN**2 - 4)) / 2
    assert site.taken_m2["openings"] == pytest.approx(reach + 2 * corner, rel=5e-3)


def test_the_stricter_of_the_ordinance_and_the_table_holds(tmp_path):
    for stated, kept, origin in ((3.0, 3.0, "file"), (0.5, FIVE, "assumed"), (FIVE, FIVE, "file")):
        rules = code({"*": 60}, setback=0.0, building=stated)
        site = site_of(tmp_path, rules, buildings=houses(tmp_path))
        assert site.building_distances_m == pytest.approx((kept,) * 3)
        told = {a.name: a for a in site.assumptions}["site.building_distance_m"]
        assert (told.value, told.origin) == (pytest.approx(kept), origin)


def test_words_for_walls_that_say_nothing_are_combustible_and_told(tmp_path):
    layers = {"buildings": houses(tmp_path, ("brick", "stucco", "rated"))}
    site = site_of(tmp_path, distances=mine(tmp_path, "distance_ft = 10", "distance_ft = 0"), **layers)
    assert site.building_distances_m == (2.0, 2.0, 1.0)
    land = land_of(tmp_path, {"A": square(0, 0, 110, 60)}, **layers)
    (notes,) = [facts["notes"] for facts in land.inputs if facts["role"] == "buildings"]
    assert any(
        "2 buildings" in note and '"brick", "stucco"' in note and "combustible" in note for note in notes
    )


def test_the_table_is_among_the_files_that_were_read(tmp_path):
    assert [facts["role"] for facts in site_of(tmp_path).inputs] == ["distances"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[walls.rated]\ndistance_m = 1\n", "", ["walls.rated is missing", "[walls.rated]"]),
        ("[walls.rated]", "[walls.timber]", ["walls.timber is not known", "combustible"]),
        ("distance_ft = 10", "distance = 10", ["line 6", "openings.distance has no unit"]),
        ("distance_ft = 10", "", ["openings.distance_ft is missing", "0 for none"]),
        ("distance_ft = 10", "distance_ft = -1", ["openings.distance_ft is -1", "at least 0"]),
        ('section = "7-1"\n', "", ["openings.section is missing", "where the number stands"]),
        ('id = "mine"\n', "", ["the key id is missing"]),
        ("[openings]", "[opening]", ['opening is not known (did you mean "openings"?)']),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(tmp_path, old, new, words):
    with pytest.raises(InputError) as error:
        site_of(tmp_path, distances=mine(tmp_path, old, new))
    text = str(error.value)
    assert text.startswith(str(tmp_path / "mine.toml")) and all(word in text for word in words), text


def test_a_table_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    with pytest.raises(
        InputError, match=r'"nfpa-37" is not in the catalogue of distances .*did you mean "nfpa37"'
    ):
        site_of(tmp_path, distances="nfpa-37")
