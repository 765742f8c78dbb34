"""The command line. Oracles: the written study, exit codes by the table in the help, sentences read by a person."""

import json
import subprocess
import sys

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from click.testing import CliRunner
from small_land import EAST, MASS_M, NORTH, TOWN, UNIT, block, square, write, write_lots, write_zones

from siting.cli import main
from siting.cli.study_verbs import exit_code


def run(*words):
    return CliRunner().invoke(main, [str(w) for w in words], catch_exceptions=False)


@pytest.fixture
def lots(tmp_path):
    return write_lots(tmp_path, block())


def town(tmp_path, limit):
    path = tmp_path / f"town{limit}.toml"
    path.write_text(TOWN.replace("LIMIT", str(limit)))
    return path


def refused(tmp_path, *words, says):
    """The command ends with 2, one sentence that has all of `says`, and nothing written."""
    before = sorted(tmp_path.rglob("*"))
    result = run(*words, "-o", tmp_path / "never")
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    text = result.stderr.strip()
    assert text.startswith("siting: ") and "\n" not in text and text.endswith((".", "?")), text
    missing = [word for word in says if word not in text]
    assert not missing, (missing, text)
    assert sorted(tmp_path.rglob("*")) == before


COARSE = ("--step-ft", 6)  # a lattice that is searched in a moment


def assess(parcels, *words):
    return ("assess", parcels, "--id", "007", "--max", *COARSE, *words)


def test_the_exit_code_is_the_verdict(tmp_path, lots):
    assert run(*assess(lots, "--ordinance", town(tmp_path, 75))).exit_code == 0
    assert run(*assess(lots, "--ordinance", town(tmp_path, 45))).exit_code == 1
    assert run(*assess(lots)).exit_code == 3
    far = run("assess", lots, "--id", "007", *COARSE, "--units", 900, "--ordinance", town(tmp_path, 75))
    assert far.exit_code == 1


@pytest.mark.parametrize(
    ("state", "allowed", "code"),
    [("PASS", True, 0), ("PASS", False, 1), ("MARGINAL PASS", True, 0), ("MARGINAL FAIL", False, 1), ("FAIL", False, 1),
     ("UNKNOWN", False, 3), ("UNKNOWN", True, 3)],
)  # fmt: skip
def test_exit_codes_by_the_table_in_the_help(state, allowed, code):
    assert exit_code({"state": state, "allowed": allowed}) == code


def test_a_wanted_confidence_moves_the_answer(tmp_path, lots):
    """One unit for which the limit is exceeded with a chance between 5 and 50 %: what is wanted decides."""
    one = ("assess", lots, "--id", "007", *COARSE, "--units", 1, "--json", "--ordinance")
    level = json.loads(run(*one, town(tmp_path, 90)).stdout)["worst"]
    limit = round(level["level_db"] + 0.5 * level["sigma_db"], 2)  # half a deviation: exceeded with 31 %
    for confidence, code in ((0.95, 1), (0.6, 0)):
        result = run(*one, town(tmp_path, limit), "--confidence", confidence)
        verdict = json.loads(result.stdout)["verdict"]
        assert result.exit_code == code and verdict["allowed"] == (code == 0)
        assert verdict["state"] == "MARGINAL PASS" and verdict["confidence"] == confidence


def test_options_of_running_reach_the_study(tmp_path, lots):
    path = tmp_path / "ambient.toml"
    path.write_text(
        TOWN.replace("LIMIT", "60") + '[tone]\nminus_db = 5\n[ambient]\ncombine = "fallback"\n'
        "measured_with_ambient = false\nany = 10\n"
    )
    words = (
        *assess(lots, "--ordinance", path, "--json"),
        "--use",
        "standby",
        "--minutes-per-hour",
        30,
        "--no-tone",
    )
    words = (*words, "--ambient", "any=52.5", "--accept-unverified", "--spectrum", "turbine")
    data = json.loads(run(*words).stdout)
    assert data["operation"] == {
        "use": "standby", "minutes_per_hour": 30.0, "tone": False, "ambient_dba": {"any": 52.5}, "confidence": 0.95,
        "accept_unverified": True, "beside_machines": False,
    }  # fmt: skip
    assert {row["limit_db"] for row in data["receptors"]} == {62.5}  # ambient 52.5 + 10
    assert data["sound"]["spectrum"] == "turbine" and data["sound"]["spectrum_origin"] == "template"


def test_machines_that_are_there_are_added(tmp_path, lots):
    there = write(tmp_path / "there.gpkg", [shapely.Point(EAST + 55, NORTH + 15)], type=["CHILLER"])
    words = (
        "assess",
        lots,
        "--id",
        "007",
        *COARSE,
        "--units",
        1,
        "--json",
        "--ordinance",
        town(tmp_path, 75),
    )
    quiet = json.loads(run(*words).stdout)
    loud = json.loads(run(*words, "--existing", there, "--existing-power-dba", 100).stdout)
    assert [machine["power_dba"] for machine in loud["existing"]] == [100.0]
    assert loud["worst"]["level_db"] > quiet["worst"]["level_db"] + 3
    assert "existing" in {path["source"].split()[0] for path in loud["worst"]["paths"]}
    refused(tmp_path, *assess(lots), "--existing", there, says=["there.gpkg", "--existing-power-dba"])
    refused(
        tmp_path, *assess(lots), "--existing", there, "--existing-power-dba", 90, "--existing-type", "FAN",
        says=["there.gpkg", "FAN", "CHILLER"],
    )  # fmt: skip


def test_bad_values_of_running_get_one_sentence(tmp_path, lots):
    code = ("--ordinance", town(tmp_path, 60))
    for words, says in (
        (("--confidence", "95"), ["--confidence", "95", "0.95"]),
        (("--confidence", "nan"), ["--confidence", "nan"]),
        (("--minutes-per-hour", "61"), ["--minutes-per-hour", "61"]),
        (("--minutes-per-hour", "0"), ["--minutes-per-hour", "0"]),
        (("--ambient", "42"), ["--ambient", "night=42.5"]),
        (("--ambient", "any=loud"), ["--ambient", "loud"]),
        (("--ambient", "any=nan"), ["--ambient", "nan"]),
        (("--ambient", "dusk=42"), ["dusk", "town", "any"]),
        (("--ambient", "any=42", "--ambient", "any=43"), ["two levels", "any"]),
        (("--spectrum", "pump"), ["pump", "engine", "turbine"]),
    ):
        refused(tmp_path, *assess(lots, *code, *words), says=says)
    refused(tmp_path, *assess(lots, "--ambient", "any=42"), says=["--ambient", "--ordinance"])
    assert run(*assess(lots, *code, "--use", "sometimes")).exit_code == 2


def test_json_is_what_is_written_and_the_text_says_the_same(tmp_path, lots):
    words = assess(lots, "--ordinance", town(tmp_path, 75))
    out = run(*words, "--json", "-o", tmp_path / "out")
    assert out.exit_code == 0 and out.stderr == ""
    assert out.stdout == (tmp_path / "out" / "study.json").read_text(encoding="utf-8")
    names = [
        "layout.geojson",
        "map.html",
        "receptors.csv",
        "receptors.geojson",
        "scene.geojson",
        "study.json",
    ]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == names
    data = json.loads(out.stdout)
    text = " ".join(run(*words).stdout.split())
    assert f"{data['layout']['units']} placed, at most {data['layout']['bound']}" in text
    for said in (
        "PASS: allowed at 95 % confidence",
        "ASSUMED",
        "lots.gpkg",
        "EPSG:26986",
        "9 features",
        "no building screens or reflects, flat ground",
        "town",
    ):
        assert said in text
    assert f"{data['worst']['level_db']:.1f} dB(A), limit 75" in text and data["worst"]["receptor"] in text
    for row in data["readings"]:
        assert f"{row['power_dba']:.1f}" in text


def test_a_place_finds_the_lot(tmp_path, lots):
    middle = geopandas.GeoSeries([shapely.Point(EAST + 20, NORTH + 15)], crs=MASS_M).to_crs(4326)[0]
    result = run("assess", lots, "--at", f"{middle.x},{middle.y}", "--max", *COARSE, "--json")
    assert json.loads(result.stdout)["site"]["id"] == "007"
    refused(
        tmp_path, "assess", lots, "--at", f"{middle.y},{middle.x}", "--max",
        says=["lots.gpkg", "latitude and longitude swapped", "007"],
    )  # fmt: skip
    refused(tmp_path, "assess", lots, "--at", "42", "--max", says=["--at", "LON,LAT"])
    refused(tmp_path, "assess", lots, "--at", "nan,42", "--max", says=["longitude"])


def test_a_lot_is_named_once(tmp_path, lots):
    refused(tmp_path, "assess", lots, "--max", says=["by its id or by longitude and latitude"])
    refused(
        tmp_path,
        "assess",
        lots,
        "--id",
        "007",
        "--at",
        "-71,42",
        "--max",
        says=["either by its id or by longitude"],
    )
    refused(tmp_path, "assess", lots, "--id", "07", "--max", says=["lots.gpkg", '"07"', "did you mean 007"])
    refused(tmp_path, *assess(lots, "--id-field", "pin"), says=["lots.gpkg", '"pin"', "parcel_id"])


def test_an_id_on_two_lots_is_refused(tmp_path):
    twice = write(
        tmp_path / "twice.gpkg", [square(0, 0, 9, 9), square(20, 0, 29, 9)], parcel_id=["007", "007"]
    )
    refused(
        tmp_path,
        *assess(twice, "--id-field", "parcel_id"),
        says=["twice.gpkg", "007", "2 rows", "--id-field", "--at"],
    )


def test_one_question_is_asked(tmp_path, lots):
    some = ("assess", lots, "--id", "007", *COARSE)
    for words in ((), ("--max", "--units", 3), ("--units", 3, "--load-kw", 400)):
        refused(tmp_path, *some, *words, says=["--units", "--load-kw", "--max"])
    refused(tmp_path, *some, "--units", 3, "--spare", 1, says=["--spare", "--load-kw"])
    for value in ("nan", "-5", "0", "inf"):
        refused(tmp_path, *some, "--load-kw", value, says=["--load-kw", "above 0"])
    assert run(*some, "--units", 0).exit_code == 2
    load = json.loads(run(*some, "--load-kw", 500, "--spare", 1, "--json").stdout)
    assert load["layout"]["units"] == 4 and load["question"]["mode"] == "load"


def test_files_that_are_not_there_or_hold_nothing(tmp_path, lots):
    refused(tmp_path, *assess(tmp_path / "no.gpkg"), says=["no.gpkg"])
    empty = tmp_path / "empty.geojson"
    empty.write_text('{"type": "FeatureCollection", "features": []}')
    refused(tmp_path, *assess(empty), says=["empty.geojson"])
    points = write(tmp_path / "points.gpkg", [shapely.Point(EAST, NORTH)], parcel_id=["007"])
    refused(tmp_path, *assess(points), says=["points.gpkg", "polygons", "1 Point"])
    nowhere = tmp_path / "nowhere.shp"
    with pytest.warns(UserWarning, match="crs"):
        geopandas.GeoDataFrame({"parcel_id": ["007"]}, geometry=[square(0, 0, 40, 30)]).to_file(nowhere)
    refused(tmp_path, *assess(nowhere), says=["nowhere.shp", "CRS", "--crs EPSG:"])
    assert run(*assess(nowhere, "--crs", "EPSG:26986")).exit_code == 3
    refused(tmp_path, *assess(lots, "--layer", "roofs"), says=["lots.gpkg", "roofs"])
    refused(tmp_path, *assess(lots, "--buildings", tmp_path / "b.gpkg"), says=["b.gpkg"])


def test_lots_without_area_are_refused_and_lots_that_cross_themselves_are_repaired_and_said(tmp_path):
    bow = shapely.Polygon(shapely.get_coordinates(square(0, 0, 40, 30))[[0, 2, 1, 3, 0]])
    flat = square(50, 0, 50, 30)
    path = write_lots(tmp_path, {"007": flat, "B": square(80, 0, 99, 30)}, "flat.gpkg")
    refused(tmp_path, *assess(path), says=["flat.gpkg", "007", "encloses no area"])
    result = run(
        *assess(write_lots(tmp_path, {"007": bow, "B": square(40, 0, 99, 30)}, "bow.gpkg"), "--json")
    )
    data = json.loads(result.stdout)
    assert any("007 was invalid and was repaired" in note for note in data["notes"])
    assert data["site"]["area_m2"] == pytest.approx(600, abs=1e-3)  # two triangles of 40 x 15 m, half of each


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("mass_kg = 700\n", ""), ["mass_kg"]),
        (("mass_kg = 700", 'mass_kg = "heavy"'), ["mass_kg", "heavy"]),
        (("mass_kg", "mas_kg"), ["mas_kg"]),
        (("height_m = 1.8\nsource", "height_m = -1.8\nsource"), ["height_m", "-1.8"]),
        (("level_dba = 69", "level_dba = nan"), ["level_dba", "nan"]),
        (("kw = 200", "kw = inf"), ["kw", "inf"]),
        (("kw = 200", "kw = "), ["box.toml"]),
    ],
)
def test_a_unit_file_that_is_wrong_names_its_key(tmp_path, lots, change, says):
    path = tmp_path / "box.toml"
    path.write_text(UNIT)
    assert run(*assess(lots, "--unit", path)).exit_code == 3
    path.write_text(UNIT.replace(*change))
    refused(tmp_path, *assess(lots, "--unit", path), says=["box.toml", *says])


def test_names_that_the_catalogue_does_not_have(tmp_path, lots):
    refused(tmp_path, *assess(lots, "--unit", "gx23"), says=["gx23", "gx230"])
    refused(tmp_path, *assess(lots, "--ordinance", "lynchberg"), says=["lynchberg", "lynchburg-va"])
    refused(tmp_path, *assess(lots, "--sound-at", "7"), says=['"7"', "23ft"])
    path = tmp_path / "box.toml"
    path.write_text(UNIT)
    refused(tmp_path, *assess(lots, "--unit", path, "--sound-at", "1m"), says=["box", "7m", "1m"])


def test_zoning_has_to_be_told_by_field(tmp_path, lots):
    zoning = write_zones(tmp_path, [("R-1", square(-200, -200, 300, 300))])
    refused(tmp_path, *assess(lots, "--zoning", zoning), says=["zoning.gpkg", "--zone-field", "zone"])
    refused(
        tmp_path,
        *assess(lots, "--zoning", zoning, "--zone-field", "zon"),
        says=["zoning.gpkg", "'zon'", "zone"],
    )
    refused(tmp_path, *assess(lots, "--zone-field", "zon"), says=["lots.gpkg", "'zon'", "parcel_id"])


def test_layers_in_another_crs_are_reprojected_and_those_of_another_place_refused(tmp_path, lots):
    house = geopandas.GeoDataFrame({"name": ["house"]}, geometry=[square(8, 8, 20, 16)], crs=MASS_M)
    house.to_crs(4326).to_file(tmp_path / "degrees.geojson")
    data = json.loads(run(*assess(lots, "--buildings", tmp_path / "degrees.geojson", "--json")).stdout)
    assert data["site"]["taken_m2"]["buildings"] > 96
    assert shapely.geometry.shape(data["site"]["buildings"][0]).area == pytest.approx(96, abs=0.01)
    turned = house.to_crs(4326)
    turned.geometry = shapely.transform(turned.geometry.array, lambda xy: xy[:, ::-1])
    turned.to_file(tmp_path / "turned.geojson")
    refused(
        tmp_path,
        *assess(lots, "--buildings", tmp_path / "turned.geojson"),
        says=["turned.geojson", "latitude and longitude"],
    )
    lots_in_degrees = geopandas.read_file(lots).to_crs(4326)
    lots_in_degrees.geometry = shapely.transform(lots_in_degrees.geometry.array, lambda xy: xy[:, ::-1])
    lots_in_degrees.to_file(tmp_path / "swapped.geojson")
    refused(
        tmp_path, *assess(tmp_path / "swapped.geojson"), says=["swapped.geojson", "latitude and longitude"]
    )


def test_terrain_that_does_not_cover_the_lot_is_refused(tmp_path, lots):
    path = tmp_path / "ground.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=20, height=80, count=1, dtype="float32", crs="EPSG:26986",
        transform=Affine(1, 0, EAST - 5, 0, -1, NORTH + 50),
    ) as file:  # fmt: skip
        file.write(np.full((80, 20), 7.0, np.float32), 1)
    refused(tmp_path, *assess(lots, "--terrain", path), says=["ground.tif", "lot"])


def test_heights_of_buildings_are_numbers_from_zero_up(tmp_path, lots):
    path = write(tmp_path / "b.gpkg", [square(8, 8, 20, 16)], height_m=[-3.0])
    refused(tmp_path, *assess(lots, "--buildings", path), says=["b.gpkg", "height_m", "-3"])


def test_an_ordinance_at_points_needs_points(tmp_path, lots):
    path = tmp_path / "points.toml"
    path.write_text(TOWN.replace("receiving lot line", "points").replace("LIMIT", "60"))
    refused(tmp_path, *assess(lots, "--ordinance", path), says=["town", "--receptors"])
    points = write(tmp_path / "p.gpkg", [shapely.Point(EAST + 60, NORTH + 15)], name=["bedroom"])
    data = json.loads(run(*assess(lots, "--ordinance", path, "--receptors", points, "--json")).stdout)
    assert {row["id"] for row in data["receptors"]} == {"bedroom"}


def test_a_folder_with_something_in_it_is_refused_before_any_work(tmp_path, lots):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    broken = tmp_path / "broken.gpkg"
    broken.write_text("no layer")
    for verb in (assess(broken), ("batch", broken, "--max")):
        result = run(*verb, "-o", tmp_path / "full")
        assert result.exit_code == 2 and "not empty" in result.stderr and "broken" not in result.stderr
    result = run(*assess(lots), "-o", tmp_path / "full", "--overwrite")
    assert result.exit_code == 3 and (tmp_path / "full" / "mine.txt").read_text() == "mine"


def test_place_gives_the_layout_of_assess_and_every_pose(tmp_path, lots):
    """The same layout as `assess` finds; poses and bodies read back by another program."""
    words = ("--id", "007", "--units", 3, *COARSE, "--ordinance", town(tmp_path, 75))
    whole = run("assess", lots, *words, "--json")
    result = run("place", lots, *words, "-o", tmp_path / "out")
    assert result.exit_code == whole.exit_code
    study = json.loads(whole.stdout)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["layout.geojson", "poses.geojson"]
    yard = geopandas.read_file(tmp_path / "out" / "layout.geojson")
    units = yard[yard["kind"] == "unit"]
    assert [tuple(xy) for xy in units[["x_m", "y_m"]].to_numpy()] == [
        (unit["x_m"], unit["y_m"]) for unit in study["layout"]["placed"]
    ]
    poses = geopandas.read_file(tmp_path / "out" / "poses.geojson")
    assert f"{len(poses):,} poses on the lattice" in result.stdout and poses["unit"].notna().sum() == 3
    assert poses.within(shapely.geometry.shape(study["site"]["buildable"]).buffer(1e-3)).all()
    for said in (
        "Placing (",
        "3 placed, at most",
        "asked for",
        study["search"]["one_more"][:40],
        "setback took",
    ):
        assert said in result.stdout, said
    alone = json.loads(run("place", lots, *words, "--json").stdout)
    assert (
        alone["layout"] == study["layout"]
        and len(alone["readings"]) == 1
        and "seconds" not in str(alone["search"])
    )
    refused(tmp_path, "place", lots, "--id", "008", *words[2:], says=["008"])


def test_what_is_said_of_the_yard_reaches_the_study(tmp_path, lots):
    middle = geopandas.GeoSeries([shapely.Point(EAST, NORTH)], crs=MASS_M).to_crs(4326)[0]
    words = ("place", lots, "--id", "007", "--units", 1, *COARSE, "--json")
    data = json.loads(
        run(
            *words, "--front", "north", "--rear", "south", "--aisle-ft", 6, "--fuel", "propane", "--tank-gal", 125,
            "--service-point", f"grid={middle.x},{middle.y}", "--time-limit", 7,
        ).stdout
    )  # fmt: skip
    placing = data["placing"]
    assert (placing["front"], placing["rear"], placing["fuel"]) == (["north"], ["south"], "propane")
    assert placing["aisle_m"] == pytest.approx(1.8288) and placing["time_limit_s"] == 7.0
    assert {side["compass"]: side["kind"] for side in data["site"]["sides"]} == {
        "north": "front", "south": "rear", "east": "side", "west": "side",
    }  # fmt: skip
    (tank,) = data["items"]
    edge = shapely.geometry.shape(data["site"]["lot"]).boundary
    assert edge.distance(shapely.geometry.shape(tank["body"])) >= 3.048 - 1e-3  # 10 ft to the lot line
    (run_,) = data["runs"]
    unit = data["layout"]["placed"][0]
    straight = np.hypot(unit["x_m"] - EAST, unit["y_m"] - NORTH)
    assert run_["kind"] == "grid" and run_["nearest_m"] == run_["tree_m"] == pytest.approx(straight, abs=1e-3)
    refused(tmp_path, *words[:-1], "--front", "north", "--rear", "north", says=["both name north"])
    refused(tmp_path, *words[:-1], "--front", "southeast", says=["007", "southeast"])
    refused(tmp_path, *words[:-1], "--fuel", "propane", "--tank-gal", 20_000, says=["007", "tank"])


def test_batch_prints_what_went_in_and_out(tmp_path, lots):
    result = run(
        "batch",
        lots,
        "--max",
        *COARSE,
        "--ordinance",
        town(tmp_path, 75),
        "-o",
        tmp_path / "out",
        "--workers",
        1,
    )
    assert result.exit_code == 0 and "9 lots in, 9 rows out" in result.stdout and " allowed" in result.stdout
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["lots.csv", "lots.parquet"]
    for words, says in (
        (("no.gpkg", "--max"), "no.gpkg: no such file"),
        ((lots,), "--units N, --load-kw KW or --max"),
    ):
        refusal = run("batch", *words, "-o", tmp_path / "never")
        assert refusal.exit_code == 2 and says in refusal.stderr and not (tmp_path / "never").exists()


def test_every_option_has_help_and_every_verb_its_line():
    import click

    listed = run("--help").stdout
    for name, verb in main.commands.items():
        assert name in listed and verb.help
        for option in verb.params:
            assert not isinstance(option, click.Option) or option.help, (name, option.name)


def test_the_program_itself_answers_with_help_version_and_exit_codes(tmp_path, lots):
    program = [sys.executable, "-c", "from siting.cli import program; program()"]
    shown = subprocess.run([*program, "--help"], capture_output=True, text=True, timeout=60)
    assert (
        shown.returncode == 0
        and "assess" in shown.stdout
        and "batch" in shown.stdout
        and "package" in shown.stdout
    )
    missing = subprocess.run(
        [*program, "assess", "no.gpkg", "--id", "1", "--max"], capture_output=True, text=True, timeout=60
    )
    assert (
        missing.returncode == 2
        and missing.stderr.startswith("siting: no.gpkg")
        and "Traceback" not in missing.stderr
    )
    solver = "import ctypes, siting.cli as c; c.main = lambda: (ctypes.CDLL(None).puts(b'noise'), print('answer')); c.program()"
    apart = subprocess.run([sys.executable, "-c", solver], capture_output=True, text=True, timeout=60)
    assert (apart.stdout, apart.stderr) == (
        "answer\n",
        "noise\n",
    )  # what a compiled library prints is no answer
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "from siting.cli import main; main(['--help'])"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    # what keeps the help instant: none of the heavy libraries is imported for it
    assert not any(name in loaded.stderr for name in ("pandas", "shapely", "numba", "rich.table"))
