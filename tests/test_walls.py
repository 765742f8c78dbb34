"""Walls in a study. Oracles: files and feet by hand, the slow twin, `siting levels`, distances between bodies and lines."""

import json
import math
import re
from dataclasses import replace

import geopandas
import numpy as np
import pytest
import shapely
import slow_scene
from click.testing import CliRunner
from pyproj import CRS
from shapely.geometry import LineString, MultiLineString, Point
from small_land import MASS_M, TOWN, at, block, code, land_of, unit, write, write_lots
from small_town import write_terrain

from siting.cli import main
from siting.errors import InputError
from siting.geodata.walls import read_walls
from siting.levels import levels
from siting.model import Question
from siting.scene.elevation import ground_at, make_ground
from siting.scene.file import read_scene
from siting.study import assess

NEAR = (229_900.0, 899_900.0, 230_200.0, 900_200.0)
ALONG = LineString([(-2, 29.7), (42, 29.7)])  # inside the lot's north line


def walls(folder, lines, name="walls.gpkg", **fields):
    return write(folder / name, [None if line is None else at(line) for line in lines], **fields)


def read(file):
    return read_walls(file, crs=CRS(MASS_M), near=NEAR)


def refused(file):
    with pytest.raises(InputError) as caught:
        read(file)
    message = str(caught.value)
    assert message.endswith(".") and "\n" not in message and "walls.gpkg" in message
    return message


def study(folder, question, limit=70.0, **options):
    land = land_of(folder, block(), **options)
    return assess(land, 0, unit(), code({"*": limit}, periods=("any",)), question, spectra=False)


def test_heights_in_feet_and_parts_of_a_wall(tmp_path):
    bent, two = LineString([(0, 0), (9, 0), (9, 5)]), MultiLineString([[(0, 9), (5, 9)], [(7, 9), (9, 9)]])
    found = read(walls(tmp_path, [bent, two], HEIGHT_FT=[10.0, 6.0], absorption=[0.4, None]))
    assert [wall.id for wall in found.parts] == ["W1", "W2/1", "W2/2"]
    assert [wall.height_m for wall in found.parts] == [3.048, pytest.approx(1.8288), pytest.approx(1.8288)]
    assert [wall.absorption for wall in found.parts] == [(0.4,) * 8, (0.0,) * 8, (0.0,) * 8]
    assert [wall.line.length for wall in found.parts] == pytest.approx([14, 5, 2])
    said = {a.name: (a.value, a.origin) for a in found.assumptions}
    assert said == {"walls.absorption": (0.0, "assumed"), "walls.thickness_m": (0.3048, "assumed")}
    assert "1 wall of unknown surface" in found.assumptions[0].reason
    assert found.source["role"] == "walls" and "read as feet above ground" in found.source["notes"][-1]


def test_heights_in_metres_and_a_file_in_degrees(tmp_path):
    frame = geopandas.GeoDataFrame({"height_m": [2.5]}, geometry=[at(ALONG)], crs=MASS_M).to_crs(4326)
    frame.to_file(tmp_path / "walls.geojson")
    (wall,) = read(tmp_path / "walls.geojson").parts
    assert wall.height_m == 2.5 and wall.line.length == pytest.approx(44, abs=0.001)
    assert wall.line.hausdorff_distance(at(ALONG)) < 0.001


def test_bad_walls_name_file_and_row(tmp_path):
    line = LineString([(0, 0), (9, 0)])
    for shapes, fields, words in (
        ([line], {"tall": [3.0]}, "has no height_ft or height_m; .* its fields: tall"),
        ([line], {"height_m": [3.0], "height_ft": [9.0]}, "has both height_ft and height_m"),
        ([line, line], {"height_ft": [8.0, 0.0]}, "field height_ft is 0.0 in row 2; .* above 0"),
        ([line, line], {"height_ft": [8.0, None]}, "field height_ft is empty in row 2"),
        ([line], {"height_m": [-2.0]}, "field height_m is -2.0 in row 1"),
        ([line], {"height_m": [3000.0]}, "up to 100"),
        ([line], {"height_m": ["tall"]}, "field height_m is tall in row 1"),
        ([line, shapely.box(0, 0, 3, 3)], {"height_m": [2.0, 2.0]}, "row 2 is a Polygon; a wall is a line"),
        ([Point(1, 1)], {"height_m": [2.0]}, "row 1 is a Point"),
        ([line, None], {"height_m": [2.0, 2.0]}, "row 2 cannot be used, it has no geometry"),
        ([line], {"height_m": [2.0], "absorption": [1.5]}, "field absorption is 1.5 in row 1; .* 0"),
        ([LineString([(1, 1), (1, 1)])], {"height_m": [2.0]}, "row 1 has a line of no length"),
    ):
        assert re.search(words, refused(walls(tmp_path, shapes, **fields))), words
        (tmp_path / "walls.gpkg").unlink()
    with pytest.raises(InputError, match="km from the lots"):
        read(write(tmp_path / "far.gpkg", [LineString([(0, 0), (9, 9)])], height_m=[2.0]))


@pytest.mark.parametrize("ground", ["flat", "terrain"])
def test_the_levels_behind_a_wall_are_the_slow_twins(tmp_path, ground):
    more = {"terrain": write_terrain(tmp_path)} if ground == "terrain" else {}
    fence = walls(tmp_path, [ALONG], height_ft=[10.0], absorption=[None if ground == "flat" else 0.3])
    found = study(tmp_path, Question("units", 2), walls=fence, **more)
    bare = study(tmp_path, Question("units", 2), **more)
    scene = replace(found.scene, reflections=0) if ground == "terrain" else found.scene
    some = replace(scene, receivers=scene.receivers[::9])
    heard = {one.id: one.level_dba for one in levels(some, paths=False)}
    for twin in slow_scene.levels(some):
        assert heard[twin.id] == pytest.approx(twin.level_dba, abs=1e-7)
    loudest = {row.id: row.level_db for row in bare.levels if row.neighbour == "N"}
    behind = {row.id: row.level_db for row in found.levels if row.neighbour == "N"}
    gain = [loudest[id] - behind[id] for id in loudest.keys() & behind.keys()]
    assert len(gain) > 5 and np.median(gain) > 5  # the layouts differ, so single points may gain less
    note = (
        "1 wall screens and reflects" if ground == "flat" else "1 wall screens and reflects, ground heights"
    )
    assert note in found.notes[0] and found.notes[0].endswith("Fences and plants are not in them.")
    assert "no building screens" in bare.notes[0]
    assert {facts["role"] for facts in found.inputs} >= {"walls"}
    assert {a.name for a in found.assumptions} >= {"walls.thickness_m", "walls.reflections"}


def test_a_wall_reflects_to_the_other_side(tmp_path):
    found = study(tmp_path, Question("units", 1), walls=walls(tmp_path, [ALONG], height_ft=[16.0]))
    (wall,) = found.scene.walls
    scenes = (found.scene, replace(found.scene, walls=(replace(wall, absorption=(1.0,) * 8),)))
    hard, dead = ({one.id: one.level_dba for one in levels(each, paths=False)} for each in scenes)
    south = [id for id in hard if id.startswith("S/")]
    gain = max(hard[id] - dead[id] for id in south)
    assert 0.2 < gain < 3.02  # one surface that sends everything back along a longer way: below 10 lg 2
    assert all(hard[id] == row.level_db for row in found.levels if (id := row.id) in hard)


def test_no_body_and_no_clearance_on_a_wall(tmp_path):
    middle = LineString([(3, 15), (37, 15.5)])
    fence = walls(tmp_path, [middle], height_m=[0.5])
    found = study(tmp_path, Question("max"), limit=200.0, walls=fence)
    bare = study(tmp_path, Question("max"), limit=200.0)
    assert 0 < len(found.placed) <= len(bare.placed)
    clear = 0.9144 + 0.1524  # clearance of the unit and half a foot
    assert min(unit.body.distance(at(middle)) for unit in found.placed) >= clear - 1e-6
    assert min(unit.body.distance(at(middle)) for unit in bare.placed) < 0.1524
    strip = 34.00367 * 0.3048 + 0.3048**2  # the wall's length and a square end on both sides
    assert found.site.taken_m2["walls"] == pytest.approx(strip, rel=1e-4)
    assert found.site.buildable.area == pytest.approx(bare.site.buildable.area - strip, rel=1e-6)


def test_a_wall_along_the_lot_line_itself_is_told(tmp_path):
    fence = walls(tmp_path, [LineString([(0, 30), (40, 30)])], height_ft=[10.0])
    found = study(tmp_path, Question("units", 1), walls=fence)
    assert any("within half a foot of a wall" in note and "draw it a foot" in note for note in found.notes)


def test_a_wall_beyond_the_terrain_is_left_out_and_counted(tmp_path):
    ground = write_terrain(tmp_path, margin=70)
    fence = walls(tmp_path, [ALONG, LineString([(90, 10), (150, 20)])], height_ft=[10.0, 10.0])
    found = study(tmp_path, Question("units", 1), walls=fence, terrain=ground)
    assert [wall.id for wall in found.scene.walls] == ["W1"]
    assert any("1 of the buildings and walls near by stand" in note for note in found.notes)


def test_assess_takes_walls_and_its_scene_gives_the_same_levels(tmp_path):
    (tmp_path / "town.toml").write_text(TOWN.replace("LIMIT", "68"))
    fence = walls(tmp_path, [ALONG], height_ft=[8.0])
    words = [
        "assess", write_lots(tmp_path, block()), "--id", "007", "--units", 2, "--sound-at", "3ft", "--ordinance",
        tmp_path / "town.toml", "--walls", fence, "-o", tmp_path / "out",
    ]  # fmt: skip
    result = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code in (0, 1), result.output
    data = json.loads((tmp_path / "out" / "study.json").read_text("utf-8"))
    scene = read_scene(tmp_path / "out" / "scene.geojson")
    assert [(wall.id, wall.height_m) for wall in scene.walls] == [("W1", pytest.approx(8 * 0.3048))]
    heard = CliRunner().invoke(main, ["levels", str(tmp_path / "out" / "scene.geojson"), "--json"]).stdout
    said = {row["id"]: row["level_db"] for row in data["receptors"]}
    assert {row["id"]: row["level_dba"] for row in json.loads(heard)["receivers"]} == said and len(said) > 30


def test_dz_of_a_long_wall_by_hand(tmp_path):
    """One unit before a wall so long that no way round counts: Dz of ISO 9613-2 (14) over its top, by hand in one band."""
    fence = walls(tmp_path, [LineString([(-3000, 29.7), (3040, 29.7)])], height_m=[4.0], absorption=[1.0])
    found = study(tmp_path, Question("units", 1), walls=fence)
    bare = study(tmp_path, Question("units", 1))
    assert found.site.id == bare.site.id
    here = next(r for r in found.scene.receivers if r.id.startswith("N/"))
    (heard,) = levels(replace(found.scene, receivers=(here,)))
    path = next(p for p in heard.paths if p.kind == "direct" and p.source.startswith("U1"))
    source = next(s for s in found.scene.sources if s.id == "U1")
    if path.source != "U1":
        pytest.skip("the unit is divided: no single path")
    wall_y = 900_000.0 + 29.7
    plan = math.hypot(here.x_m - source.x_m, here.y_m - source.y_m)
    share = (wall_y - source.y_m) / (here.y_m - source.y_m)
    a, b = share * plan, (1 - share) * plan
    over = math.hypot(a, 4.0 - 1.8) + math.hypot(b, 4.0 - 1.5) - math.hypot(plan, 0.3)
    dss, dsr = math.hypot(a, 2.2), math.hypot(b, 2.5)
    kmet = math.exp(-(1 / 2000) * math.sqrt(dss * dsr * math.hypot(plan, 0.3) / (2 * over)))
    dz = 10 * math.log10(3 + 20 / (340 / 1000) * over * kmet)  # C2 = 20, C3 = 1, 1 kHz
    assert path.terms.diffraction_top_db[4] == pytest.approx(min(dz, 20.0), abs=0.01)
    assert np.isfinite(dz)


def test_panels_over_terrain_are_straight_and_nowhere_higher_than_the_wall(tmp_path):
    fence = walls(tmp_path, [LineString([(-2, 29.7), (41.7, 29.7), (41.7, 2)])], height_ft=[8.0])
    found = study(tmp_path, Question("units", 1), walls=fence, terrain=write_terrain(tmp_path))
    (wall,) = found.scene.walls
    xy = np.array(wall.line.coords)[:, :2]
    assert len(xy) == len(wall.tops_m) < 20 and np.hypot(*np.diff(xy, axis=0).T).max() <= 10 + 1e-9
    ground = make_ground(found.scene)
    along = np.append(0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T)))
    dense = np.linspace(0, along[-1], 4001)
    places = np.column_stack([np.interp(dense, along, xy[:, k]) for k in (0, 1)])
    height = np.interp(dense, along, wall.tops_m) - ground_at(ground, places)
    assert height.max() <= 8 * 0.3048 + 1e-9 and height.min() > 0.75 * 8 * 0.3048
    assert np.ptp(height) > 0.01  # the ground does bend
    assert {a.name: a.value for a in found.assumptions}["walls.panel_m"] == 10.0
