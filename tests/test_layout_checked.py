"""Layouts of whole studies, checked by `layout_checker` and `way_checker`: made-up lots with all that can be, and the example."""

import copy
import json
from dataclasses import replace

import geopandas
import pytest
import shapely
from layout_checker import faults
from shapely.geometry import shape
from small_land import EAST, NORTH, block, square, write, write_lots
from small_town import write_houses, write_terrain
from way_checker import way_faults

from siting.catalog import data_folder, load_item, load_ordinance, load_unit
from siting.export import document, dumps
from siting.fuel import fuel_items
from siting.law import Operation
from siting.model import Question
from siting.scene.write import write_scene
from siting.site import read_land
from siting.study import placed
from siting.yard import Placing

CODE = """id = "town"
place = "Town"
code = "1-2"
title = "Noise"
url = ""
evidence = "made up"
[measured]
at = "receiving lot line"
[setbacks]
front_ft = 14
side_ft = 5
rear_ft = 9
building_ft = 6
[periods]
day = "07:00-22:00"
night = "22:00-07:00"
[[limits]]
zone = "*"
day = 66
night = 61
[[limits]]
zone = "*"
metric = "bands"
day = [84, 80, 76, 70, 66, 61, 58, 55, 52]
night = [80, 76, 72, 66, 61, 56, 52, 50, 46]
"""
UNIT = """id = "lopsided"
name = "Lopsided"
maker = "nobody"
kw = 200
fuels = ["propane"]
mass_kg = 700
[body]
length_m = 1.5
width_m = 0.93
height_m = 1.8
source_height_m = 1.8
[clearance]
front_m = 1.2
right_m = 0.5
back_m = 0.7
left_m = 0.6
[sound]
level_dba = 69
stated_at = "power"
template = "engine"
[source]
text = "made up"
"""


def at(x, y):
    return EAST + x, NORTH + y


OPENINGS = [shapely.LineString([at(8, 10), at(8, 12)])]
TREES = [square(30, 20, 34, 24)]
FENCE = [shapely.LineString([at(22, 4), at(26, 4)])]
HOUSES = [square(8, 8, 20, 16), square(-4, 12, 0.4, 20)]
# a corner is cut off, so that not every side has a right angle
LOT = square(0, 0, 40, 30).difference(shapely.Polygon([at(x, y) for x, y in ((32, 0), (40, 0), (40, 6))]))
SAID = Placing(step_m=0.6096, front=("south",), rear=("north",), time_limit_s=3.0)


def yard(folder, placing, unit=None, confidence=0.95, **layers):
    """A study of a lot with a house, a window and trees, as many units as are allowed: its document and its folder."""
    (folder / "town.toml").write_text(CODE)
    here = read_land(
        write_lots(folder, block() | {"007": LOT}),
        keep_out=write(folder / "trees.gpkg", TREES, what=["trees"]),
        openings=write(folder / "windows.gpkg", OPENINGS, what=["window"]),
        **({"buildings": write(folder / "houses.gpkg", HOUSES, what=["own", "on the line"])} | layers),
    )
    study, _ = placed(
        here, here.parcels.ids.index("007"), unit or load_unit("gx230"), load_ordinance(folder / "town.toml"),
        Question("max"), "power", operation=Operation(confidence=confidence), placing=placing,
    )  # fmt: skip
    return written(study, folder)


def written(study, folder):
    """A study as it leaves: its document, and the folder with its scene."""
    write_scene(study.scene, folder / "scene.geojson")
    return json.loads(dumps(document(study))), folder


def plain(folder):
    return yard(folder, replace(SAID, step_m=0.3048))


def past_houses(folder):
    """Houses and a fence that screen and reflect, on a mound whose sides are too steep."""
    fence = write(folder / "fence.gpkg", FENCE, height_m=[2.0])
    layers = {"buildings": write_houses(folder), "terrain": write_terrain(folder), "walls": fence}
    return yard(folder, replace(SAID, step_m=0.9144, max_slope_pct=12.0), **layers)


def with_a_tank(folder):
    """A propane tank and switchgear, and a way of 5 ft to every unit."""
    unit = load_unit("gx230")
    items = fuel_items(unit, "propane", 250, items=(load_item("switchgear"),))
    return yard(folder, replace(SAID, fuel="propane", items=items, aisle_m=1.524))


def lopsided(folder):
    """Clearances that differ on every side, so that a unit has four ways to stand."""
    (folder / "lopsided.toml").write_text(UNIT)
    return yard(folder, SAID, load_unit(folder / "lopsided.toml"), confidence=0.8)


@pytest.fixture(scope="module", params=[plain, past_houses, with_a_tank, lopsided])
def study(request, tmp_path_factory):
    return request.param(tmp_path_factory.mktemp("yard"))


def test_a_layout_is_what_its_rules_allow(study):
    data, folder = study
    assert data["verdict"]["allowed"] and data["layout"]["units"] > 4
    assert not [*faults(data, folder), *way_faults(data)]


def test_the_document_is_of_the_land_that_was_given(study):
    site = study[0]["site"]
    assert shape(site["lot"]).symmetric_difference(LOT).area < 0.01
    assert shapely.union_all([shape(k) for k in site["keep_outs"]]).symmetric_difference(TREES[0]).area < 0.01
    assert [shape(o).hausdorff_distance(OPENINGS[0]) < 0.001 for o in site["openings"]] == [True]
    kept = {(side["kind"], round(side["setback_m"] / 0.3048, 6)) for side in site["sides"]}
    assert kept >= {("front", 14), ("rear", 9), ("side", 5)}
    assert len(site["buildings"]) >= 2 and all(far >= 6 * 0.3048 for far in site["building_distances_m"])


def moved(data, unit, x_m, y_m):
    """A unit's place and body carried away."""
    placed = next(p for p in data["layout"]["placed"] if p["id"] == unit)
    placed["x_m"] += x_m
    placed["y_m"] += y_m
    placed["body"] = shapely.geometry.mapping(shapely.affinity.translate(shape(placed["body"]), x_m, y_m))


def over_the_setback(data):
    """The first unit a metre from the street."""
    south = shape(data["layout"]["placed"][0]["body"]).bounds[1]
    moved(data, "U1", 0, NORTH + 1 - south)


def beside(data):
    """The second unit half a metre from the first."""
    one, other = data["layout"]["placed"][:2]
    moved(data, other["id"], one["x_m"] - other["x_m"] + 1.2, one["y_m"] - other["y_m"] + 1.2)


def walled_in(data):
    """A ring of keep-outs close round the first unit."""
    body = shape(data["layout"]["placed"][0]["body"])
    ring = body.buffer(2.2).difference(body.buffer(1.8))
    data["site"]["keep_outs"].append(shapely.geometry.mapping(ring))
    data["placing"]["aisle_m"] = 1.0


def changed(*path):
    """A number of the document that is other than it was: its place in it, then what is added."""
    *keys, last, more = path

    def change(data):
        for key in keys:
            data = data[key]
        data[last] = data[last] + more

    return change


SLIPS = {
    "moved off the lot": (lambda data: moved(data, "U1", 30, 0), "U1 stands off the lot"),
    "moved over the setback": (over_the_setback, "m from the front lot line to the south, not 4.267 m"),
    "moved into another's clearance": (beside, "wants to be clear"),
    "not where it sounds": (lambda data: moved(data, "U2", 0.01, 0), "U2 does not sound in the scene where it stands"),
    "a body of another size": (changed("unit", "length_m", 0.02), "its body is not the unit's"),
    "another sound": (changed("sound", "power_db", 3, 0.1), "sounds otherwise"),
    "another level": (changed("receptors", 0, "level_db", -0.01), "dB in the scene"),
    "another deviation": (changed("receptors", 0, "sigma_db", -0.01), "not what the deviations add up to"),
    "a lower limit": (changed("receptors", 0, "limit_db", -40), "over what the wanted confidence leaves"),
    "another chance": (changed("receptors", 0, "p_exceed", 0.001), "it is exceeded with a probability of"),
    "another setback": (changed("site", "sides", 0, "setback_m", 0.3), "not what is said"),
    "another area": (changed("site", "taken_m2", "setback", 2.0), "not the lot together"),
    "a missing side": (lambda data: data["site"]["sides"].pop(), "belongs to no side"),
    "a low bound": (lambda data: data["layout"].update(bound=2), "over the bound of 2"),
    "a lost unit": (lambda data: data["layout"]["placed"].pop(), "are listed"),
    "a house not kept off": (changed("site", "building_distances_m", 0, 5.0), "from building 1"),
    "a window not kept off": (changed("site", "opening_distance_m", 25.0), "from opening 1"),
    "walled in": (walled_in, "no way of 1.00 m reaches the front of U1"),
}  # fmt: skip


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    return plain(tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("slip", SLIPS)
def test_the_checker_sees_every_slip(checked, slip):
    data, folder = copy.deepcopy(checked[0]), checked[1]
    assert not [*faults(data, folder), *way_faults(data)]
    slipped, words = SLIPS[slip]
    slipped(data)
    assert any(words in fault for fault in [*faults(data, folder), *way_faults(data)])


def test_the_example_site(tmp_path):
    example = data_folder() / "examples"
    here = read_land(
        example / "parcels.geojson", zoning=example / "zoning.geojson", zone_field="zone",
        buildings=example / "buildings.geojson", terrain=example / "terrain.tif",
    )  # fmt: skip
    row = here.parcels.ids.index("EX-021")
    placing = Placing(step_m=0.9144, time_limit_s=3.0)
    study, _ = placed(
        here, row, load_unit("gx230"), load_ordinance("exampleton"), Question("max"), "power", placing=placing
    )
    data, folder = written(study, tmp_path)
    assert data["verdict"]["allowed"] and data["layout"]["units"] > 2
    assert not [*faults(data, folder), *way_faults(data)]
    lots = geopandas.read_file(example / "parcels.geojson").to_crs(data["site"]["crs"])
    lot = lots.geometry[lots.parcel_id == "EX-021"].item()
    assert shape(data["site"]["lot"]).area == pytest.approx(lot.area, rel=1e-3)
