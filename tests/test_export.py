"""The written study. Oracles: other readers (json, csv, geopandas) of the same files, and the study's own objects."""

import csv
import io
import json
import math
from dataclasses import replace

import geopandas
import pytest
import shapely
from shapely.geometry import shape
from small_land import EAST, NORTH, block, code, land_of, square, unit, write

from siting.catalog import load_item
from siting.errors import InputError
from siting.export import COLUMNS, document, dumps, study_files
from siting.law import Allowance, AmbientRule, Cited, Hours, Limit, Operation, Standby
from siting.model import Question
from siting.ordinance_document import ordinance_document
from siting.outcome import Binding, Search
from siting.output import check_folder, write_files
from siting.package.contradictions import contradiction
from siting.study import assess
from siting.yard import PlacedItem, Placing, Run, ServicePoint

COARSE = Placing(step_m=6 * 0.3048)  # a lattice that is searched in a moment
KEYS = (
    "siting", "question", "verdict", "unit", "sound", "environment", "operation", "placing", "ordinance", "site", "layout",
    "items", "runs", "search", "mitigation", "receptors", "neighbours", "worst", "periods", "zones", "readings", "deviations",
    "existing", "unverified", "warnings", "assumptions", "notes", "inputs",
)  # fmt: skip


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("land")
    house = write(folder / "b.gpkg", [square(8, 8, 20, 16)], name=["house"])
    land = land_of(folder, block(), [("R-1", square(-200, -200, 300, 300))], buildings=house)
    study = assess(land, 0, unit(), code({"*": (75, 70)}), Question("units", 4), None, placing=COARSE)
    return study, document(study)


def test_the_document_has_the_contracts_keys_and_survives_json(answered):
    _, data = answered
    assert tuple(data) == KEYS
    assert json.loads(dumps(data)) == json.loads(json.dumps(data))
    assert data["layout"]["kw"] == 800 and data["layout"]["area_m2"] == pytest.approx(4 * 1.5 * 0.93)
    assert "103 lb/sq ft (502 kg/m²)" in data["unit"]["floor_load"]  # 700 kg on 1.395 m2
    assert data["question"] == {"mode": "units", "units": 4, "load_kw": None, "spare": 0}
    assert data["site"]["crs"] == "EPSG:26986" and data["site"]["area_m2"] == pytest.approx(1200)
    assert "level dB" not in dumps(data) and "NaN" not in dumps(data)
    assert data["notes"][:2] == [
        "In the levels: no building screens or reflects, flat ground. Walls, fences and plants are not in them.",
        "1 building near by has no known height: it neither screens nor reflects.",
    ]
    assert {f["role"] for f in data["inputs"]} == {
        "parcels",
        "zoning",
        "buildings",
        "distances",
        "unit",
        "ordinance",
    }
    assert all(
        len(f["sha256"]) == 64 for f in data["inputs"] if f["role"] in ("parcels", "zoning", "buildings")
    )


def test_shapes_are_written_to_a_tenth_of_a_millimetre(answered):
    study, data = answered
    for ours, theirs in (
        (study.site.lot, data["site"]["lot"]), (study.site.buildable, data["site"]["buildable"]),
        (study.placed[0].body, data["layout"]["placed"][0]["body"]),
    ):  # fmt: skip
        assert shapely.hausdorff_distance(ours, shape(theirs)) < 1e-4


def test_levels_are_written_in_full(answered):
    study, data = answered
    again = json.loads(dumps(data))
    assert [r["level_db"] for r in again["receptors"]] == [row.level_db for row in study.levels]
    assert [r["p_exceed"] for r in again["receptors"]] == [row.p_exceed for row in study.levels]
    assert [(r["x"], r["y"]) for r in again["receptors"]] == [(row.x, row.y) for row in study.levels]


def test_other_programs_read_the_same_layout_and_receptors(answered, tmp_path):
    _, data = answered
    write_files(study_files(data), tmp_path / "out")
    yard = geopandas.read_file(tmp_path / "out" / "layout.geojson")
    assert yard.crs.to_epsg() == 26986
    bodies = yard[yard["kind"] == "unit"]
    assert list(bodies["id"]) == ["U1", "U2", "U3", "U4"]
    for row, unit_ in zip(bodies.itertuples(), data["layout"]["placed"], strict=True):
        assert (row.x_m, row.y_m, row.rotation_deg) == (unit_["x_m"], unit_["y_m"], unit_["rotation_deg"])
        assert row.geometry.centroid.distance(shapely.Point(row.x_m, row.y_m)) < 2e-4
    points = geopandas.read_file(tmp_path / "out" / "receptors.geojson")
    assert points.crs.to_epsg() == 26986 and len(points) == len(data["receptors"])
    with (tmp_path / "out" / "receptors.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    for row, ours in zip(rows, data["receptors"], strict=True):
        assert float(row["level_db"]) == ours["level_db"] and row["id"] == ours["id"]
        assert float(row["lat"]) == ours["lat"] and row["metric"] == "dba" and row["statistic"] == "level"
    assert json.loads((tmp_path / "out" / "study.json").read_text(encoding="utf-8")) == json.loads(
        dumps(data)
    )


def test_what_is_not_known_is_an_empty_cell_and_null(tmp_path):
    study = assess(land_of(tmp_path, block()), 0, unit(), None, Question("max"), None, placing=COARSE)
    files = study_files(document(study))
    assert json.loads(files["study.json"])["ordinance"] is None
    row = next(csv.DictReader(io.StringIO(files["receptors.csv"])))
    assert (
        row["limit_db"] == row["margin_db"] == row["p_exceed"] == row["zone"] == ""
        and row["state"] == "UNKNOWN"
    )


def yard_of(study):
    """The study with a transformer that hums, a service point, a run and a search."""
    hum = (40.0, 50.0, 60.0, 50.0, 40.0, 30.0, 20.0, 10.0, 0.0)  # 31.5 Hz to 8 kHz
    item = replace(load_item("transformer"), power_db=hum)
    body = shapely.box(EAST + 5, NORTH + 5, EAST + 5 + item.length_m, NORTH + 5 + item.width_m)
    point = geopandas.GeoSeries([shapely.Point(EAST, NORTH)], crs=26986).to_crs(4326)[0]
    worst = study.levels[0]
    row = Binding(
        worst.id,
        worst.neighbour,
        "north",
        12.0,
        worst.period,
        worst.metric,
        worst.statistic,
        75.0,
        72.5,
        worst.level_db,
        0.3,
    )
    return replace(
        study,
        placing=Placing(
            front=("south",),
            aisle_m=3.6576,
            items=(item,),
            service_points=(ServicePoint("gas", point.x, point.y),),
        ),
        items=(PlacedItem("I1", item, *shapely.get_coordinates(body.centroid)[0].tolist(), 0.0, body),),
        runs=(Run("gas", 3.0, 9.0, 14.5),),
        search=Search("asked", 0.2, 3.25, (row,), "A fifth unit has no place."),
    )


def test_the_yard_is_written_and_the_seconds_are_not(answered, tmp_path):
    """The hum A-weighted by hand: 60 - 16.1 in the 125 Hz band, and 6 more bands below it."""
    study = yard_of(answered[0])
    data = document(study)
    assert data["layout"]["gap"] == 0.2 and data["layout"]["status"] == "asked"
    assert (
        data["search"]["one_more"] == "A fifth unit has no place."
        and data["search"]["binding"][0]["over_db"] == 0.3
    )
    assert "seconds" not in dumps(data) and "3.25" not in dumps(data["search"])
    assert data["runs"] == [{"kind": "gas", "nearest_m": 3.0, "farthest_m": 9.0, "tree_m": 14.5}]
    placing = data["placing"]
    assert (placing["aisle_m"], placing["aisle_ft"]) == (3.6576, pytest.approx(12.0))
    assert placing["step_m"] == study.step_m == pytest.approx(placing["step_ft"] * 0.3048)
    assert (
        placing["fuel"] == study.unit.fuels[0]
        and placing["front"] == ["south"]
        and placing["items"] == [study.items[0].item.name]
    )
    (gas,) = placing["service_points"]
    assert (gas["x"], gas["y"]) == pytest.approx((EAST, NORTH), abs=1e-3)
    (item,) = data["items"]
    weighted = [50 - 26.2, 60 - 16.1, 50 - 8.6, 40 - 3.2, 30 - 0.0, 20 + 1.2, 10 + 1.0, 0 - 1.1]
    assert item["power_dba"] == pytest.approx(
        10 * math.log10(sum(10 ** (x / 10) for x in weighted)), abs=0.01
    )
    assert item["distances"].keys() == {"lot_line_m", "building_m", "opening_m", "unit_m"}
    assert not contradiction(data)


def test_the_layout_holds_all_of_the_yard(answered, tmp_path):
    study = yard_of(answered[0])
    write_files(study_files(document(study)), tmp_path / "out")
    yard = geopandas.read_file(tmp_path / "out" / "layout.geojson")
    assert set(yard["kind"]) == {"buildable", "side", "street", "item", "unit", "service point"}
    by = {kind: rows.geometry for kind, rows in yard.groupby("kind")}
    assert by["side"].length.sum() == pytest.approx(study.site.lot.boundary.length, abs=1e-3)
    assert by["buildable"].iloc[0].equals_exact(study.site.buildable, 1e-3)
    assert by["item"].area.sum() == pytest.approx(study.items[0].body.area, abs=1e-3)
    assert by["service point"].iloc[0].distance(shapely.Point(EAST, NORTH)) < 1e-3
    sides = yard[yard["kind"] == "side"]
    assert set(sides["setback_m"]) == {1.524} and set(sides["compass"]) == {"north", "east", "south", "west"}


def test_without_units_there_is_no_level_and_no_worst_point(tmp_path):
    lots = {**block(), "007": square(18, 13, 20, 15)}
    data = document(
        assess(land_of(tmp_path, lots), 0, unit(), code({"*": 60}), Question("max"), None, placing=COARSE)
    )
    assert data["verdict"]["state"] == "FAIL" and data["worst"] is None and data["layout"]["placed"] == []
    assert data["receptors"] and all(r["level_db"] is None for r in data["receptors"])
    kinds = {row["properties"]["kind"] for row in json.loads(study_files(data)["layout.geojson"])["features"]}
    assert kinds <= {"side", "street"}  # neither units nor a place for one


def test_the_document_does_not_contradict_itself(answered):
    study, data = answered
    assert not contradiction(data)
    worst = data["worst"]
    assert worst["level_dba"] == pytest.approx(
        worst["level_db"], abs=1e-9
    )  # steady, in dB(A): the paths are all there is
    assert data["verdict"]["confidence"] == 0.95 and data["verdict"]["allowed"] == study.verdict.allowed


def test_places_are_given_in_the_files_crs_and_in_degrees(answered):
    _, data = answered
    points = geopandas.GeoSeries(
        [shapely.Point(r["x"], r["y"]) for r in data["receptors"]], crs=26986
    ).to_crs(4326)
    for row, point in zip(data["receptors"], points, strict=True):
        assert (row["lon"], row["lat"]) == pytest.approx((point.x, point.y), abs=1e-9)
        assert (row["file_x"], row["file_y"]) == pytest.approx(
            (row["x"], row["y"]), abs=1e-6
        )  # the file is in EPSG:26986


def test_an_ordinance_is_written_with_every_citation_and_what_is_not_a_number():
    read, unread = Cited("1-2", "the code", True), Cited("1-3", "a flyer", False)
    limits = (
        Limit("home", "*", "day", "63", "L50", 71.0, False, read),
        Limit("home", "*", "night", "63", "L50", math.inf, True, unread),
        Limit("works", "*", "day", "dba", "level", math.nan, False, unread),
    )
    standby = Standby(True, (Hours("Mon-Sat", "11:00", "17:00"),), 30.0, 7.0, False, read)
    ambient = AmbientRule((("day", 10.0), ("night", 5.0)), "fallback", read)
    town = replace(
        code({"*": 60}), limits=limits, standby=standby, ambient=ambient, allowances=(Allowance(15.0, 5.0, unread),),
        conditions=("A letter.",),
    )  # fmt: skip
    data = json.loads(json.dumps(ordinance_document(town), allow_nan=False))
    assert [(row["limit_db"], row["stated"]) for row in data["limits"]] == [
        (71.0, "number"), (None, "none"), (None, "not read"),
    ]  # fmt: skip
    assert (
        data["limits"][1]
        | {"zone": "home", "cap": True, "section": "1-3", "source": "a flyer", "read": False}
        == data["limits"][1]
    )
    assert data["standby"]["testing"] == ["Mon-Sat 11:00-17:00"] and data["ambient"]["plus_db"] == {
        "day": 10.0,
        "night": 5.0,
    }
    assert data["ambient"]["with_ambient"] is True
    assert data["allowances"] == [
        {"minutes": 15.0, "plus_db": 5.0, "section": "1-3", "source": "a flyer", "read": False}
    ]
    assert data["measured"]["at"] == "receiving lot line" and data["setback"]["distance_m"] == 1.524
    headings = [part["heading"] for part in data["rules"]]
    assert (
        "Limits" in headings
        and "Standby use" in headings
        and "What a permit needs beside levels" not in headings
    )
    assert data["conditions"] == ["A letter."]


def test_what_the_user_said_of_running_is_written(tmp_path):
    operation = Operation("standby", 15.0, True, (("day", 52.0),), 0.8, True)
    study = assess(
        land_of(tmp_path, block()),
        0,
        unit(),
        code({"*": 70}),
        Question("units", 1),
        None,
        operation=operation,
        placing=COARSE,
    )
    data = document(study)
    assert data["operation"] == {
        "use": "standby", "minutes_per_hour": 15.0, "tone": True, "ambient_dba": {"day": 52.0}, "confidence": 0.8,
        "accept_unverified": True,
        "beside_machines": False,
    }  # fmt: skip
    assert data["verdict"]["confidence"] == 0.8 and not contradiction(json.loads(dumps(data)))


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match=r"not empty.*--overwrite"):
        write_files({"a.txt": "a"}, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
    write_files({"a.txt": "a\r\nb"}, tmp_path, overwrite=True)
    assert (tmp_path / "mine.txt").read_text() == "mine" and (tmp_path / "a.txt").read_bytes() == b"a\r\nb"
    with pytest.raises(InputError, match="this is a file"):
        check_folder(tmp_path / "mine.txt", True)
    with pytest.raises(InputError, match="cannot be written"):
        write_files({"a.txt": "a"}, tmp_path / "mine.txt" / "below")
