"""Scenes read. Oracles: values written by hand, and one sentence for every kind of bad input."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from shapely.geometry import LineString, Polygon
from small_scene import POWER, building, feature, receiver, same, source, square, wall

from siting.errors import InputError
from siting.parts import Air, Belt, Building, Elevation, Ground, Receiver, Scene, Source, Wall
from siting.scene.file import read_scene


@pytest.fixture
def read(tmp_path):
    def read_features(*features, **members):
        file = tmp_path / "mine.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": features, **members}))
        return read_scene(file)

    return read_features


def test_every_kind_and_key_as_written_by_hand(read):
    scene = read(
        source(
            id="G1",
            power_31_db=80,
            size_m=[1.5, 0.9, 1.8],
            heading_deg=30,
            directivity_db=[0, 1, 2, 3, 4, 3, 2, 1],
        ),
        receiver(id=7, height_m=None, z_m=12.5),
        building(id="B", absorption=0.2),
        wall(id="W", absorption=[0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1], height_m=None, top_m=9),
        wall([(0, 9, 3), (5, 9, 4)], height_m=None),
        feature("ground", "Polygon", square(), g=0.5),
        feature("elevation", "Point", [1, 2], z_m=3),
        feature("elevation", "LineString", [[1, 2, 3], [4, 5, 6]]),
        feature("foliage", "Polygon", square(), height_m=8),
        feature("site", "Polygon", square(30), height_m=6),
        air={"temperature_c": 15, "humidity_pct": 50, "pressure_kpa": 100},
        ground_g=1,
        ground_method="alternative",
        c0_db=2,
        reflections=0,
        lateral_rule_8x=True,
        edges_below_sight=False,
    )
    steps = tuple((float(v),) * 8 for v in (0, 1, 2, 3, 4, 3, 2, 1))
    absorbing = (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1)
    expected = Scene(
        (Source("G1", 0, 0, tuple(POWER), 1, None, 80, steps, 30, (1.5, 0.9, 1.8)),),
        (Receiver("7", 50, 0, None, 12.5),),
        (Building("B", Polygon(square()[0]), 3, None, (0.2,) * 8),),
        (
            Wall("W", LineString([(10, -5), (10, 5)]), top_m=9, absorption=absorbing),
            Wall("wall 2", LineString([(0, 9), (5, 9)]), tops_m=(3, 4)),
        ),
        (Ground(Polygon(square()[0]), 0.5),),
        (Belt("foliage", Polygon(square()[0]), 8), Belt("site", Polygon(square(30)[0]), 6)),
        (Elevation(np.array([[1.0, 2, 3]])), Elevation(np.array([[1.0, 2, 3], [4, 5, 6]]))),
        None,
        Air(15, 50, 100),
        1,
        "alternative",
        2,
        0,
        True,
        False,
    )
    assert same(scene, expected)
    assert scene.name.endswith("mine.geojson")


def test_what_is_left_out_keeps_the_scenes_defaults(read):
    assert same(
        read(source(), receiver(), name="x", description="words", bbox=[0, 0, 1, 1], crs=None),
        Scene((Source("source 1", 0, 0, tuple(POWER), 1),), (Receiver("receiver 1", 50, 0, 4),)),
    )


def test_multiple_shapes_are_taken_apart_and_made_up_ids_are_free(read):
    scene = read(
        source(),
        feature("receiver", "MultiPoint", [[1, 1], [2, 2]], height_m=1, id="R"),
        feature("receiver", "MultiPoint", [[3, 3], [4, 4]], height_m=1),
        receiver(id="receiver 4"),
        feature("wall", "MultiLineString", [[[0, 1], [1, 1]], [[0, 2], [1, 2]]], height_m=1),
        feature("building", "MultiPolygon", [square(20), square(40)], height_m=1, id="B"),
        feature("elevation", "MultiPoint", [[1, 1, 5], [2, 2, 6]]),
    )
    assert [r.id for r in scene.receivers] == ["R/1", "R/2", "receiver 3", "receiver 5", "receiver 4"]
    assert [w.id for w in scene.walls] == ["wall 1", "wall 2"]
    assert [(b.id, b.outline.bounds[0]) for b in scene.buildings] == [("B/1", 20), ("B/2", 40)]
    assert [e.xyz.tolist() for e in scene.elevation] == [[[1, 1, 5]], [[2, 2, 6]]]


def test_zeros_as_third_coordinates_of_a_plain_layer_say_nothing(read):
    scene = read(
        source(), receiver(), wall([(0, 1, 0), (1, 1, 0)]), feature("elevation", "Point", [1, 1, 0], z_m=4)
    )
    assert scene.walls[0].height_m == 2 and scene.walls[0].tops_m is None and not scene.walls[0].line.has_z
    assert scene.elevation[0].xyz.tolist() == [[1, 1, 4]]


def test_geojsons_own_id_counts_where_the_properties_have_none(read):
    one, two = source() | {"id": 3}, receiver(id="mine") | {"id": "other"}
    scene = read(one, two)
    assert (scene.sources[0].id, scene.receivers[0].id) == ("3", "mine")


BOTH = (source(), receiver())
CROSSED = [[[0, 0], [4, 4], [4, 0], [0, 4], [0, 0]]]
BAD = [
    # features, members, what the sentence says
    ([*BOTH, wall([(10, 0)])], {}, ["feature 3 (wall)", "its line has 1 point", "at least two"]),
    ([*BOTH, wall([(1, 1), (1, 1)], id="W")], {}, ['feature 3 (wall "W")', "one place"]),
    ([*BOTH, wall(absorption=1.5)], {}, ["absorption is 1.5", "from 0 to 1"]),
    ([*BOTH, building(absorption=[0.1] * 7 + [-0.1])], {}, ["value 8 of absorption is -0.1", "from 0 to 1"]),
    ([*BOTH, wall(absorption=[0.1] * 7)], {}, ["absorption has 7 values", "give 8"]),
    (
        [source(power_db=POWER[:7]), receiver()],
        {},
        ["feature 1 (source)", "power_db has 7 values", "63 Hz to 8 kHz"],
    ),
    ([source(power_db=90), receiver()], {}, ["power_db is 90", "list of 8"]),
    ([source(power_db=[None] * 8), receiver()], {}, ["value 1 of power_db is null"]),
    ([source(power_db=[math.inf] * 8), receiver()], {}, ["power_db is Infinity", "give a number"]),
    ([source(power_db=[*POWER[:7], -99]), receiver()], {}, ["value 8 of power_db is -99", "from -50 to 250"]),
    ([source(power_db=[1e300] * 8), receiver()], {}, ["value 1 of power_db is 1e+300", "from -50 to 250"]),
    ([source(power_31_db=999), receiver()], {}, ["power_31_db is 999", "from -50 to 250"]),
    (
        [source(directivity_db=[0] * 7 + [400]), receiver()],
        {},
        ["value 8 of directivity_db is 400", "-100 to 100"],
    ),
    ([*BOTH, wall(height_m=0)], {}, ["(wall)", "height_m is 0", "above 0, or remove the feature"]),
    ([*BOTH, building(height_m=0.0)], {}, ["(building)", "height_m is 0.0", "above 0"]),
    ([source(power_db=None), receiver()], {}, ["it has no power_db"]),
    ([source(directivity_db=[0] * 7), receiver()], {}, ["directivity_db has 7 values"]),
    ([source(directivity_db=[[0] * 8] * 9), receiver()], {}, ["directivity_db has 9 positions"]),
    ([source(directivity_db=[[0] * 7] * 8), receiver()], {}, ["position 1 of directivity_db has 7 values"]),
    ([source(size_m=[1, 0, 1]), receiver()], {}, ["size_m", "above 0"]),
    ([source(size_m=[1, 1]), receiver()], {}, ["size_m has 2 values", "give 3"]),
    ([*BOTH, building(hieght_m=3)], {}, ['"hieght_m" is no key of a building', "did you mean height_m?"]),
    (
        [*BOTH, building(zzz=3)],
        {},
        ['"zzz" is no key', "a building has kind, id, height_m, top_m, absorption"],
    ),
    ([*BOTH, building(g=0.5)], {}, ['"g" is no key of a building']),
    (
        [*BOTH, feature("bilding", "Polygon", square())],
        {},
        ['its kind is "bilding"', "did you mean building?"],
    ),
    (
        [*BOTH, feature("qqqq", "Polygon", square())],
        {},
        ['its kind is "qqqq"', "give one of source, receiver"],
    ),
    ([*BOTH, feature(["a"], "Polygon", square())], {}, ['its kind is ["a"]']),
    ([*BOTH, {"type": "Feature", "properties": {}, "geometry": None}], {}, ["feature 3", "geometry is null"]),
    (
        [*BOTH, {"type": "Feature", "properties": {}, "geometry": receiver()["geometry"]}],
        {},
        ["it has no kind"],
    ),
    ([*BOTH, {"type": "Feature", "geometry": receiver()["geometry"]}], {}, ["it has no properties"]),
    ([*BOTH, receiver() | {"kind": "wall"}], {}, ['"kind" is no key of a feature', "properties"]),
    ([*BOTH, 5], {}, ["feature 3", "no GeoJSON feature"]),
    ([source(z_m=4), receiver()], {}, ["both height_m and z_m"]),
    ([source(), receiver(height_m=None)], {}, ["neither height_m nor z_m"]),
    ([source(), receiver(height_m=-1)], {}, ["feature 2 (receiver)", "height_m is -1", "0 or more"]),
    ([source(), receiver(height_m=True)], {}, ["height_m is true", "number"]),
    ([source(), receiver(height_m="4")], {}, ['height_m is "4"', "number"]),
    ([source(), receiver(height_m=math.nan)], {}, ["height_m is NaN"]),
    ([source(), receiver(height_m=10**400)], {}, ["height_m is 1000"]),
    ([*BOTH, wall(top_m=3)], {}, ["both height_m and top_m"]),
    ([*BOTH, wall(height_m=None)], {}, ["no height_m and no top_m", "third coordinate"]),
    ([*BOTH, wall([(0, 0, 3), (1, 0, 3)])], {}, ["height_m and a third coordinate"]),
    ([*BOTH, wall([(0, 0, 3), (1, 0)])], {}, ["some of its positions have two numbers and some three"]),
    ([*BOTH, feature("elevation", "Point", [1, 1])], {}, ["neither z_m nor a third coordinate"]),
    ([*BOTH, feature("elevation", "Point", [1, 1, 3], z_m=2)], {}, ["z_m and a third coordinate"]),
    (
        [*BOTH, feature("elevation", "Polygon", square(), z_m=2)],
        {},
        ["Polygon", "give a Point or a LineString"],
    ),
    (
        [source(), feature("receiver", "LineString", [[0, 0], [1, 1]], height_m=1)],
        {},
        ["LineString", "give a Point"],
    ),
    ([source(), feature("receiver", "Point", [1, 1, 5], height_m=1)], {}, ["third number", "leave it out"]),
    ([source(), feature("receiver", "MultiPoint", [], height_m=1)], {}, ["geometry is empty"]),
    (
        [source(), feature("receiver", "Circle", [1, 1], height_m=1)],
        {},
        ['"Circle"', "Point, LineString or Polygon"],
    ),
    ([source(), feature("receiver", "point", [1, 1], height_m=1)], {}, ["did you mean Point?"]),
    ([source(), feature("receiver", "Point", [1, "1"], height_m=1)], {}, ['[1, "1"]', "finite numbers"]),
    ([source(), feature("receiver", "Point", [1, True], height_m=1)], {}, ["finite numbers"]),
    ([source(), feature("receiver", "Point", [1, math.nan], height_m=1)], {}, ["finite numbers"]),
    ([source(), feature("receiver", "Point", [1], height_m=1)], {}, ["a position is [1]", "[x, y]"]),
    ([source(), feature("receiver", "Point", None, height_m=1)], {}, ["a position is null"]),
    (
        [*BOTH, feature("building", "Polygon", CROSSED, height_m=1)],
        {},
        ["self-intersection at (2, 2)", "redraw"],
    ),
    (
        [*BOTH, feature("building", "Polygon", [square()[0][:-1]], height_m=1)],
        {},
        ["not closed", "repeat its first"],
    ),
    ([*BOTH, feature("building", "Polygon", [[[0, 0], [1, 1], [0, 0]]], height_m=1)], {}, ["has 3 points"]),
    ([*BOTH, feature("building", "Polygon", [], height_m=1)], {}, ["no ring"]),
    (
        [*BOTH, feature("building", "Polygon", [[[0, 0], [1, 0], [2, 0], [0, 0]]], height_m=1)],
        {},
        ["no simple polygon"],
    ),
    ([*BOTH, feature("ground", "Polygon", square(), g=1.2)], {}, ["g is 1.2", "from 0 to 1"]),
    ([*BOTH, feature("ground", "Polygon", square())], {}, ["it has no g"]),
    ([*BOTH, feature("foliage", "Polygon", square(), height_m=-2)], {}, ["height_m is -2"]),
    ([source(), receiver(id="A"), receiver(id="A")], {}, ["the id is taken by feature 2", "receiver"]),
    ([source(id=1), source(id="1"), receiver()], {}, ["the id is taken by feature 1"]),
    ([source(), receiver(id="")], {}, ['its id is ""']),
    ([source(), receiver(id=1.5)], {}, ["its id is 1.5"]),
    ([receiver()], {}, ["it has no source"]),
    ([], {}, ["empty list"]),
    (BOTH, {"reflexions": 1}, ['"reflexions" is no key of a scene', "did you mean reflections?"]),
    (BOTH, {"reflections": 2}, ["reflections is 2", "give 0 or 1"]),
    (BOTH, {"reflections": True}, ["reflections is true"]),
    (BOTH, {"ground_method": "alternativ"}, ["did you mean alternative?"]),
    (BOTH, {"ground_method": 7}, ["ground_method is 7", '"general" or "alternative"']),
    (BOTH, {"ground_g": 1.1}, ["ground_g is 1.1", "from 0 to 1"]),
    (BOTH, {"c0_db": -1}, ["c0_db is -1"]),
    (BOTH, {"lateral_rule_8x": 1}, ["lateral_rule_8x is 1", "true or false"]),
    (BOTH, {"edges_below_sight": "no"}, ['edges_below_sight is "no"']),
    (BOTH, {"air": {"temp_c": 5}}, ["air", '"temp_c" is no key of the air', "did you mean temperature_c?"]),
    (BOTH, {"air": {"temperature_c": 60}}, ["air.temperature_c is 60", "from -20 to 50"]),
    (BOTH, {"air": {"humidity_pct": 101}}, ["air.humidity_pct is 101", "from 0 to 100"]),
    (BOTH, {"air": {"pressure_kpa": 101325}}, ["air.pressure_kpa is 101325", "from 30 to 200"]),
    (BOTH, {"air": 20}, ["air is 20", "object"]),
    (BOTH, {"terrain": "hills.tif"}, ['terrain is "hills.tif"', "no such file beside it"]),
    (BOTH, {"terrain": 5}, ["terrain is 5", "name of a raster file"]),
    (
        BOTH,
        {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}},
        ["is in degrees", "UTM"],
    ),
    (BOTH, {"crs": {"type": "name", "properties": {"name": "EPSG:2249"}}}, ["US survey foot", "in metres"]),
    (
        BOTH,
        {"crs": {"type": "name", "properties": {"name": "EPSG:999999"}}},
        ["mine.geojson", "no CRS that is known"],
    ),
    (BOTH, {"crs": "EPSG:26986"}, ['its crs is "EPSG:26986"', "leave it out"]),
]


@pytest.mark.parametrize(("features", "members", "says"), BAD, ids=[case[2][-1][:40] for case in BAD])
def test_bad_input_is_one_sentence(read, features, members, says):
    with pytest.raises(InputError) as error:
        read(*features, **members)
    sentence = str(error.value)
    assert all(words in sentence for words in ["mine.geojson: ", *says]), sentence
    assert sentence.endswith((".", "?")) and "\n" not in sentence and len(sentence) < 330


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty; write a GeoJSON"),
        (b"  \n", "is empty"),
        (b"hello", "is not valid JSON"),
        (b"[1]", "no GeoJSON FeatureCollection (it has no type)"),
        (b'{"type": "Feature"}', 'its type is "Feature"'),
        (b'{"type": "FeatureCollection"}', '"features" is no list'),
        (b'{"type": "FeatureCollection", "type": "x"}', 'the key "type" stands twice'),
        (b"\xff\xfe\x00", "is not UTF-8"),
        (b"SQLite format 3\0 but no more", "cannot be read as a GeoPackage"),
    ],
)
def test_files_that_hold_no_scene(tmp_path, content, says):
    file = tmp_path / "mine.geojson"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"mine\.geojson") as error:
        read_scene(file)
    assert says in str(error.value)


def test_files_that_are_not_there(tmp_path):
    (tmp_path / "scene.geojson").write_text("{}")
    with pytest.raises(InputError, match=r"did you mean scene\.geojson"):
        read_scene(tmp_path / "scne.geojson")
    with pytest.raises(InputError, match="is a folder"):
        read_scene(tmp_path)


def placed(dx, dy, scale):
    """A small town of a source, a receiver and a building, in metres times `scale`, moved."""

    def move(points):
        return [[x * scale + dx, y * scale + dy] for x, y in points]

    return [
        feature("source", "Point", move([(0.3, 0.2)])[0], height_m=1, power_db=POWER),
        feature("receiver", "Point", move([(80.5, 40)])[0], height_m=1),
        feature("building", "Polygon", [move(square()[0])], height_m=1),
    ]


@pytest.mark.parametrize(("lon", "lat"), [(-71.1, 42.37), (11.97, 57.7), (42.37, -71.1), (-0.12, 51.5)])
def test_degrees_are_refused_even_where_no_crs_says_so(read, lon, lat):
    for scale in (1e-5, 1e-4):  # about a metre, and a town 90 km wide whose buildings are still too small
        with pytest.raises(InputError, match=r"look like degrees .* project the scene to metres"):
            read(*placed(lon, lat, scale))


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (-71.1, 42.37), (10, 10), (326000.5, 4690000.5)])
def test_metres_are_metres_wherever_they_lie(read, dx, dy):
    assert len(read(*placed(dx, dy, 1)).buildings) == 1
    assert len(read(*placed(dx, dy, 0.05)).buildings) == 1  # a model of 4 m


def test_source_and_receiver_over_each_other_are_no_degrees(read):
    scene = read(
        feature("source", "Point", [10, 10], height_m=1, power_db=POWER),
        feature("receiver", "Point", [10, 10], height_m=5),
    )
    assert scene.receivers[0].x_m == 10


def stated(name):
    return {"crs": {"type": "name", "properties": {"name": name}}}


def test_a_projected_crs_in_metres_is_taken_and_a_stretched_one_refused(read):
    town = placed(236000, 901000, 1)
    assert len(read(*town, **stated("urn:ogc:def:crs:EPSG::26986")).sources) == 1
    with pytest.raises(InputError, match=r"EPSG:3857 .* stretches lengths by 3\d\.\d%"):
        read(*placed(-7910000, 5220000, 1), **stated("EPSG:3857"))
    with pytest.raises(InputError, match="is in degrees"):
        read(*BOTH, **stated("EPSG:4979"))


def test_a_geojson_scene_is_read_without_the_heavy_readers():
    heavy = {"pandas", "geopandas", "pyogrio", "pyproj", "rasterio", "numba"}
    code = f"import sys, siting.scene.file, siting.listing; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
