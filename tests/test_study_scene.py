"""A study past buildings on sloping ground. Oracles: `siting levels` on the written scene, the slow twin, the files by hand."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
import slow_scene
import slow_twin
from click.testing import CliRunner
from small_land import EAST, NORTH, TOWN, block, code, land_of, square, unit, write, write_lots
from small_town import HOUSES, write_houses, write_terrain

from kernels.bands import A_WEIGHTING_DB
from siting.catalog import load_unit
from siting.cli import main
from siting.errors import InputError
from siting.export import document
from siting.layout.settled import CLOSER_DB
from siting.levels import levels
from siting.model import FOOT_M, Environment, Question
from siting.scene.file import read_scene
from siting.study import assess, placed
from siting.yard import Placing

LIMIT = 68.0
ALONE = {"spectra": False}  # the unit's own spectrum alone


def run(*words):
    return CliRunner().invoke(main, [str(w) for w in words], catch_exceptions=False)


@pytest.fixture(scope="module", params=["flat", "terrain"])
def written(request, tmp_path_factory):
    """The folder of a study past houses, and the ground it was asked on."""
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "town.toml").write_text(TOWN.replace("LIMIT", str(LIMIT)))
    words = ["--terrain", write_terrain(folder)] if request.param == "terrain" else []
    result = run(
        "assess", write_lots(folder, block()), "--id", "007", "--units", 3, "--step-ft", 4, "--sound-at", "3ft", "--ordinance",
        folder / "town.toml", "--buildings", write_houses(folder), *words, "--confidence", 0.5, "-o", folder / "out",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    return folder / "out", request.param


def study_of(folder):
    return json.loads((folder / "study.json").read_text("utf-8"))


def test_the_scene_gives_the_studys_levels_to_the_bit(written):
    folder, ground = written
    heard = json.loads(run("levels", folder / "scene.geojson", "--json").stdout)["receivers"]
    data = study_of(folder)
    assert read_scene(folder / "scene.geojson").crs == data["site"]["crs"]
    said = {row["id"]: row["level_db"] for row in data["receptors"]}
    assert {row["id"]: row["level_dba"] for row in heard} == said and len(said) > 60
    worst = next(row for row in heard if row["id"] == data["worst"]["receptor"])
    ours = {(p["source"], p["kind"], p["via"], p["terms"]["distance_m"]): p for p in data["worst"]["paths"]}
    theirs = [p for p in worst["paths"] if any(v is not None for v in p["level_db"])]
    assert len(ours) == len(theirs)
    for path in theirs:
        mine = ours[path["source"], path["kind"], path["via"], path["terms"]["distance_m"]]
        assert mine["level_db"] == path["level_db"]
        assert all(path["terms"][name] == value for name, value in mine["terms"].items())
    assert (folder / "scene-terrain.tif").exists() == (ground == "terrain")


def test_the_levels_are_the_slow_twins(written):
    folder, ground = written
    scene = read_scene(folder / "scene.geojson")
    said = {row["id"]: row["level_db"] for row in study_of(folder)["receptors"]}
    few = replace(scene, receivers=scene.receivers[:: max(1, len(scene.receivers) // 12)])
    if ground == "terrain":  # a surface's height above sloping ground is taken elsewhere by the twin
        few = replace(few, reflections=0)
        said = {heard.id: heard.level_dba for heard in levels(few, paths=False)}
    for heard in slow_scene.levels(few):
        assert said[heard.id] == pytest.approx(heard.level_dba, abs=1e-7)


def test_layout_and_verdict_follow_from_the_levels(written):
    data = study_of(written[0])
    assert data["layout"]["units"] == 3 and data["verdict"]["allowed"]
    for row in data["receptors"]:
        assert row["margin_db"] == LIMIT - row["level_db"] >= 0
    total = sum(10 ** (p["level_dba"] / 10) for p in data["worst"]["paths"])
    assert 10 * math.log10(total) == pytest.approx(data["worst"]["level_dba"], abs=1e-9)
    assert {p["kind"] for p in data["worst"]["paths"]} == {"direct", "reflection"}


def test_what_is_in_the_levels_is_said(written):
    folder, ground = written
    data = study_of(folder)
    name = "ground heights from ground.tif" if ground == "terrain" else "flat ground"
    assert data["notes"][:2] == [
        f"In the levels: 5 buildings screen and reflect, {name}. Walls, fences and plants are not in them.",
        "1 building near by has no known height: it neither screens nor reflects.",
    ]
    assert any("lie inside buildings, where nobody measures" in note for note in data["notes"])
    said = {a["name"]: (a["value"], a["origin"]) for a in data["assumptions"]}
    assert said["buildings.absorption"] == (0.2, "assumed") and said["units.screening"] == ("none", "assumed")
    assert said["screening.edges_below_sight"] == ("yes", "assumed")
    assert said["terrain"] == (("ground.tif", "file") if ground == "terrain" else ("flat", "assumed"))
    assert data["environment"]["edges_below_sight"] is True
    placed = data["layout"]["placed"]
    if ground == "terrain":
        assert all(39 < u["elevation_m"] < 41 for u in placed) and len({u["elevation_m"] for u in placed}) > 1
    scene = read_scene(folder / "scene.geojson")
    assert [b.height_m for b in scene.buildings] == [7.0, 8.5, 6.0, 9.0, 5.0]
    assert {s.id: (s.x_m, s.y_m, s.heading_deg) for s in scene.sources} == {
        u["id"]: (u["x_m"], u["y_m"], u["rotation_deg"]) for u in placed
    }
    assert {s.height_m for s in scene.sources} == {1.8} and {r.height_m for r in scene.receivers} == {1.5}


def study(folder, question, environment=None, asked=None, **options):
    land = land_of(folder, block(), **options)
    more = (asked or {}) | ({} if environment is None else {"environment": environment})
    return assess(land, 0, load_unit("gx230"), code({"*": 70}, periods=("any",)), question, "3ft", **more)


def loudest(found):
    return {row.id: row.level_db for row in found.levels}


def test_the_safe_reading_is_never_quieter(tmp_path):
    houses = write_houses(tmp_path, {"kerb": (square(30, 29, 39, 29.4), 0.4), "own": HOUSES["own"]})
    strict = Environment(10.0, 70.0, 101.325, 0.0, 1.5, edges_below_sight=False)
    one = Question("units", 1)
    usual, safe = (study(tmp_path, one, e, buildings=houses) for e in (None, strict))
    if [u.x_m for u in usual.placed] == [u.x_m for u in safe.placed]:
        both = loudest(usual).keys() & loudest(safe).keys()
        assert all(loudest(safe)[k] >= loudest(usual)[k] - 1e-12 for k in both)
    assert safe.scene.edges_below_sight is False and usual.scene.edges_below_sight is True
    assert {a.name: a.value for a in safe.assumptions}["screening.edges_below_sight"] == "no"
    assert document(safe)["environment"]["edges_below_sight"] is False


def test_a_building_without_a_height_changes_no_level(tmp_path):
    (tmp_path / "b").mkdir()
    unknown = write(tmp_path / "b" / "b.gpkg", [square(44, 5, 55, 27)], name=["house"])
    with_it = study(tmp_path / "b", Question("units", 2), asked=ALONE, buildings=unknown)
    without = study(tmp_path, Question("units", 2), asked=ALONE)
    assert loudest(with_it) == loudest(without) and not with_it.scene.buildings
    assert "1 building near by has no known height: it neither screens nor reflects." in with_it.notes


def test_a_house_between_makes_it_quieter_behind_and_one_of_a_centimetre_does_not(tmp_path):
    # of any layouts: no time to prove that they are the best
    most = Question("max")
    asked = {"spectra": False, "placing": Placing(step_m=3 * FOOT_M, time_limit_s=0.1)}
    (tmp_path / "b").mkdir()
    walls = {
        k: (shape, 9.0) for k, shape in {"n": square(4, 27, 36, 28.4), "e": square(37, 4, 38.4, 26)}.items()
    }
    high = study(tmp_path / "b", most, asked=asked, buildings=write_houses(tmp_path / "b", walls))
    (tmp_path / "c").mkdir()
    low = {k: (shape, 0.01) for k, (shape, _) in walls.items()}
    flat = study(tmp_path / "c", most, asked=asked, buildings=write_houses(tmp_path / "c", low))
    assert high.verdict.state == flat.verdict.state == "PASS" and min(len(high.placed), len(flat.placed)) > 5
    screened = {r.id: r for r in high.levels}
    assert high.levels and any(
        screened[r.id].level_db < r.level_db - 5 for r in flat.levels if r.id in screened
    )


def test_as_many_as_are_allowed_past_a_house_are_allowed_when_asked_for(tmp_path):
    # the worst points that each of the two layouts makes louder differ, and both have to keep to theirs
    house = write_houses(tmp_path, {"n": (square(4, 27, 36, 28.4), 9.0)})
    asked = {"spectra": False, "placing": Placing(step_m=3 * FOOT_M, time_limit_s=2)}
    most = study(tmp_path, Question("max"), asked=asked, buildings=house)
    again = study(tmp_path, Question("units", len(most.placed)), asked=asked, buildings=house)
    assert most.verdict.allowed and again.verdict.allowed and len(again.placed) == len(most.placed) > 5


def test_terrain_that_ends_before_the_neighbours_is_one_sentence(tmp_path):
    with pytest.raises(
        InputError, match=r"ground\.tif has no heights for .* of the ground that sound passes; give a raster"
    ):
        study(tmp_path, Question("units", 1), terrain=write_terrain(tmp_path, margin=4))


def test_ground_polygons_and_land_cover_are_in_the_scene(tmp_path):
    lawn = write(tmp_path / "lawn.gpkg", [square(-40, 30, 80, 70)], G=[1.0])
    soft = study(tmp_path, Question("units", 2), asked=ALONE, ground=lawn)
    assert [(part.g, part.outline.area) for part in soft.scene.ground] == [(1.0, pytest.approx(4800))]
    hard = study(tmp_path, Question("units", 2), asked=ALONE)
    said = {a.name: a.origin for a in soft.assumptions}
    assert said["ground.g"] == "file" and {f["role"] for f in soft.inputs} >= {"ground"}
    assert min(loudest(soft).values()) < min(loudest(hard).values())
    for field, value, words in (("G", 1.5, "field G is 1.5 in row 1"), ("factor", 1.0, 'no field "g"')):
        wrong = write(tmp_path / f"{field}{value}.gpkg", [square(-40, 30, 80, 70)], **{field: [value]})
        with pytest.raises(InputError, match=words):
            land_of(tmp_path, block(), ground=wrong)


def test_land_cover_needs_its_table(tmp_path):
    for given, words in (
        ({"land_cover": tmp_path / "cover.tif"}, "--land-cover-table"),
        ({"land_cover_table": "umep"}, "name the raster with --land-cover"),
        ({"land_cover": tmp_path / "cover.tif", "land_cover_table": "umap"}, 'did you mean "umep"'),
    ):
        with pytest.raises(InputError, match=words):
            land_of(tmp_path, block(), **given)


def test_land_cover_gives_ground_around_the_lot_and_polygons_lie_over_it(tmp_path):
    import rasterio
    from affine import Affine

    table = tmp_path / "mine.toml"
    table.write_text(
        'name = "mine"\nsource = "made up"\n[classes]\n1 = { name = "street", g = 0 }\n2 = { name = "grass", g = 0.8 }\n'
    )
    classes = np.ones((300, 300), np.uint8)
    classes[:120] = 2  # north of y = 30 + 30 - ...
    with rasterio.open(
        tmp_path / "cover.tif", "w", driver="GTiff", width=300, height=300, count=1, dtype="uint8", crs="EPSG:26986",
        transform=Affine(1, 0, EAST - 130, 0, -1, NORTH + 165),
    ) as file:  # fmt: skip
        file.write(classes, 1)
    lawn = write(tmp_path / "lawn.gpkg", [square(-40, -60, 80, -20)], g=[0.3])
    found = study(
        tmp_path,
        Question("units", 1),
        land_cover=tmp_path / "cover.tif",
        land_cover_table=str(table),
        ground=lawn,
    )
    factors = [part.g for part in found.scene.ground]
    assert sorted(set(factors)) == [0.0, 0.3, 0.8] and factors[-1] == 0.3  # the last one counts
    grass = shapely.union_all([part.outline for part in found.scene.ground if part.g == 0.8])
    assert grass.bounds[1] == pytest.approx(NORTH + 45, abs=1e-6)
    assert {f["role"] for f in found.inputs} >= {"land cover", "ground"}


def test_a_unit_that_is_louder_on_one_side_turns_it_away(tmp_path):
    plain = unit(at="power", level=85.0)
    sides = tuple((float(level),) * 8 for level in (10, 6, 0, -6, -10, -6, 0, 6))
    loud = replace(plain, sound=replace(plain.sound, directivity_db=sides))
    lots = {"A": square(0, 0, 30, 12), "S": square(0, -30, 30, 0)}
    land = land_of(tmp_path, lots)
    rules = code({"*": 70}, periods=("any",), setback=3.0)
    found, poses = placed(land, 0, loud, rules, Question("units", 1))
    same, _ = placed(land, 0, plain, rules, Question("units", 1))
    (source,), (there,) = found.scene.sources, found.placed
    assert source.directivity_db[6] == (10.0,) * 8  # 270 degrees on from the length lies the front
    assert (source.heading_deg - 90) % 360 == pytest.approx(90)  # the only neighbour is to the south
    # at a degrees from due south its line is 1 / cos(a) as far off, and the back 10 dB down, 6 dB at 45 degrees
    off = np.linspace(0, 45, 4501)
    less = max(-10 + 4 * off / 45 + 20 * np.log10(np.cos(np.radians(off))))
    best = max(loudest(found).values())
    assert best == pytest.approx(max(loudest(same).values()) + less, abs=0.05)
    worst = worst_of_each_pose(found, poses, sides)
    here = np.flatnonzero(
        (poses.rotation_deg == there.rotation_deg) & (poses.xy == (there.x_m, there.y_m)).all(axis=1)
    )
    assert worst[here] == pytest.approx([best], abs=1e-3)
    assert set(poses.rotation_deg) == {0, 90, 180, 270} and best <= worst.min() + CLOSER_DB + 1e-3
    assert min(worst[poses.rotation_deg != there.rotation_deg]) > best + 10
    path = found.worst_terms[0]
    assert path.directivity_db == pytest.approx(path.directivity_db[:1] * 8)
    assert -10 <= path.directivity_db[0] < -6


def worst_of_each_pose(found, poses, sides):
    """The loudest level on the lot line along y = 0 of one unit at each pose: the slow twin and its sides, nothing else."""
    air = found.environment
    alpha = [
        slow_twin.absorption(f, air.temperature_c, air.humidity_pct, air.pressure_kpa)
        for f in slow_twin.EXACT_HZ
    ]
    bands = [p + a for p, a in zip(found.sound.power_db, A_WEIGHTING_DB, strict=True)]
    ears = (1.5, alpha, air.ground_g, air.ground_g, air.ground_g)
    far = np.geomspace(1, 60, 400)
    heard = [
        slow_twin.level(bands, slow_twin.attenuation((0, 0), found.unit.source_height_m, (d, 0), *ears))
        for d in far
    ]
    line = np.column_stack([np.linspace(EAST, EAST + 30, 301), np.full(301, NORTH)])
    (dx, dy) = (line - poses.xy[:, None]).transpose(2, 0, 1)
    side = np.degrees(np.arctan2(dy, dx)) - poses.rotation_deg[:, None] + 90  # from the front
    louder = np.interp(side % 360, np.arange(0, 361, 45), [level[0] for level in (*sides, sides[0])])
    return (np.interp(np.log(np.hypot(dx, dy)), np.log(far), heard) + louder).max(axis=1)
