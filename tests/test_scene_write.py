"""Scenes written. Oracle: they read back to the same bits."""

from dataclasses import replace

import geopandas
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import CRS
from shapely.geometry import LineString, box
from small_scene import POWER, same

from siting.geodata.crs import crs_text, metre_twin
from siting.parts import (
    Air,
    Belt,
    Building,
    Elevation,
    Ground,
    Raster,
    Receiver,
    Scene,
    Source,
    Wall,
)
from siting.scene.features import EVERY_KEY, KEYS
from siting.scene.file import SETTINGS, read_scene
from siting.scene.write import scene_document, scene_text, write_scene

numbers = st.floats(-1e7, 1e7, allow_nan=False)
shares = st.tuples(*[st.floats(0, 1)] * 8)
bands = st.tuples(*[st.floats(-50, 250)] * 8)
texts = st.text(min_size=1, max_size=6)


def heights(low, high):
    return st.one_of(
        st.builds(lambda v: {low: v}, st.floats(0, 500, exclude_min=True)),
        st.builds(lambda v: {high: v}, st.floats(-500, 5000)),
    )


@st.composite
def drawn_scenes(draw):
    def some(what, least=0):
        return draw(st.lists(what, min_size=least, max_size=3))

    def spread(parts):
        return tuple(parts)

    outlines = st.builds(
        lambda x, y, w, h, hole: (
            box(x, y, x + w, y + h).difference(box(x + w / 3, y + h / 3, x + w / 2, y + h / 2))
            if hole
            else box(x, y, x + w, y + h)
        ),
        *[st.floats(-1e5, 1e5)] * 2,
        *[st.floats(1, 100)] * 2,
        st.booleans(),
    )
    lines = (
        st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=2, max_size=4, unique=True)
        .map(LineString)
        .filter(lambda line: line.length > 1e-3)
    )
    optional = st.fixed_dictionaries(
        {},
        optional={
            "power_31_db": st.floats(-50, 250),
            "heading_deg": numbers,
            "size_m": st.tuples(*[st.floats(0.01, 50)] * 3),
            "directivity_db": st.tuples(*[st.tuples(*[st.floats(-100, 100)] * 8)] * 8),
        },
    )
    absorbing = st.fixed_dictionaries({}, optional={"absorption": shares})
    source_ids = draw(st.lists(texts, min_size=1, max_size=3, unique=True))
    receiver_ids = draw(st.lists(texts, min_size=1, max_size=3, unique=True))
    walls = []
    for id, line in some(st.tuples(texts, lines)):
        tops = draw(st.booleans())
        height = (
            {"tops_m": tuple(draw(numbers) for _ in line.coords)}
            if tops
            else draw(heights("height_m", "top_m"))
        )
        walls.append(Wall(id, line, **height, **draw(absorbing)))
    return Scene(
        spread(
            Source(
                id,
                draw(numbers),
                draw(numbers),
                draw(bands),
                **draw(heights("height_m", "z_m")),
                **draw(optional),
            )
            for id in source_ids
        ),
        spread(
            Receiver(id, draw(numbers), draw(numbers), **draw(heights("height_m", "z_m")))
            for id in receiver_ids
        ),
        spread(
            Building(id, outline, **draw(heights("height_m", "top_m")), **draw(absorbing))
            for id, outline in some(st.tuples(texts, outlines))
        ),
        spread(walls),
        spread(some(st.builds(Ground, outlines, st.floats(0, 1)))),
        spread(some(st.builds(Belt, st.sampled_from(["foliage", "site"]), outlines, st.floats(0, 50)))),
        spread(
            some(
                st.lists(
                    st.tuples(numbers, numbers, numbers), min_size=1, max_size=4, unique_by=lambda p: p[:2]
                ).map(lambda xyz: Elevation(np.array(xyz)))
            )
        ),
        None,
        draw(st.builds(Air, st.floats(-20, 50), st.floats(0, 100), st.floats(30, 200))),
        draw(st.floats(0, 1)),
        draw(st.sampled_from(["general", "alternative"])),
        draw(st.floats(0, 5)),
        draw(st.sampled_from([0, 1])),
        draw(st.booleans()),
        draw(st.booleans()),
    )


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(scene=drawn_scenes())
def test_what_is_written_reads_back_to_the_bit(tmp_path, scene):
    xy = np.array([[s.x_m, s.y_m] for s in scene.sources])
    if np.abs(xy).max() <= 180:
        scene = replace(
            scene, sources=(replace(scene.sources[0], x_m=1e3), *scene.sources[1:])
        )  # clear of degrees
    file = tmp_path / "scene.geojson"
    write_scene(scene, file)
    back = read_scene(file)
    assert same(back, scene)
    assert scene_text(scene_document(back)) == file.read_text(encoding="utf-8")


def test_a_negative_zero_keeps_its_sign(tmp_path):
    scene = Scene(
        (Source("S", -0.0, 0, tuple(POWER), 1, heading_deg=-0.0),), (Receiver("R", 50, -0.0, None, -0.0),)
    )
    write_scene(scene, tmp_path / "scene.geojson")
    assert same(read_scene(tmp_path / "scene.geojson"), scene)


TWIN = crs_text(metre_twin(CRS.from_epsg(2249)))  # Massachusetts in metres; no code names it
OWN_AXES = 'LOCAL_CS["site grid",UNIT["metre",1],AXIS["x",EAST],AXIS["y",NORTH]]'


@pytest.mark.parametrize("crs", ["EPSG:26986", TWIN, str(CRS.from_wkt(OWN_AXES).to_wkt())])
def test_the_crs_comes_back_and_gis_programs_read_it(tmp_path, crs):
    scene = Scene(
        (Source("S", 236000, 901000, tuple(POWER), 1),), (Receiver("R", 236050, 901000, 1),), crs=crs
    )
    file = tmp_path / "scene.geojson"
    write_scene(scene, file)
    assert same(read_scene(file), scene)
    if crs != TWIN:
        assert geopandas.read_file(file).crs == CRS.from_user_input(crs)


def test_the_vertical_part_of_a_crs_is_left_out(tmp_path):
    scene = Scene((Source("S", 236000, 901000, tuple(POWER), 1),), (Receiver("R", 236050, 901000, 1),))
    document = scene_document(scene)
    document["crs"] = {"type": "name", "properties": {"name": "EPSG:26986+5703"}}
    (tmp_path / "scene.geojson").write_text(scene_text(document))
    assert same(read_scene(tmp_path / "scene.geojson"), replace(scene, crs="EPSG:26986"))


def test_a_terrain_raster_goes_with_its_scene(tmp_path):
    rng = np.random.default_rng(3)
    raster = Raster(rng.uniform(0, 30, (7, 9)), (-101.5, 0.5, 0.0, 612.5, 0.0, -0.5))
    scene = Scene((Source("S", 204, 1220, tuple(POWER), 1),), (Receiver("R", 206, 1219, 1),), terrain=raster)
    write_scene(scene, tmp_path / "hill.geojson")
    assert (tmp_path / "hill-terrain.tif").is_file()
    assert same(read_scene(tmp_path / "hill.geojson"), scene)


def test_every_key_of_the_file_is_a_key_of_the_written_one():
    """A key that could be read but not written would be lost on the way."""
    xyz = np.array([[0.0, 0, 1]])
    scene = Scene(
        (
            Source("S", 0, 0, tuple(POWER), 1, None, 80, ((0.0,) * 8,) * 8, 5, (1, 1, 1)),
            Source("T", 0, 0, tuple(POWER), None, 3),
        ),
        (Receiver("R", 50, 0, 1),),
        (Building("B", box(0, 0, 1, 1), 1, None, (0.5,) * 8), Building("C", box(0, 0, 1, 1), None, 1)),
        (Wall("W", LineString([(0, 0), (1, 1)]), 1),),
        (Ground(box(0, 0, 1, 1), 0.5),),
        (Belt("foliage", box(0, 0, 1, 1), 5), Belt("site", box(0, 0, 1, 1), 5)),
        (Elevation(xyz),),
        Raster(np.zeros((2, 2)), (0, 1, 0, 0, 0, 1)),
    )
    document = scene_document(scene, "t.tif")
    assert {key for f in document["features"] for key in f["properties"]} == EVERY_KEY | {"kind", "id"}
    assert {f["properties"]["kind"] for f in document["features"]} == set(KEYS)
    assert set(SETTINGS) <= set(document)
    with pytest.raises(ValueError, match="terrain_name"):
        scene_document(scene)
