"""A file of lots. Oracle: the same lots one by one through `assess`, and the two files read back by other programs."""

import csv

import geopandas
import pandas
import pytest
import shapely
from small_land import block, square, write_lots, write_zones

from siting.batch import run_batch
from siting.catalog import load_ordinance, load_unit
from siting.errors import InputError
from siting.judgement import STATES
from siting.model import Question
from siting.site import read_land
from siting.study import assess
from siting.verdict import worst_row
from siting.yard import Placing

COARSE = Placing(step_m=6 * 0.3048)  # a lattice that is searched in a moment
MOST, UNIT = Question("max"), load_unit("gx230")
OF_WORST = ("level_db", "limit_db", "margin_db", "sigma_db", "p_exceed")


def files(folder):
    """Nine lots with ids that look like numbers, and rows of every awkward kind."""
    lots = {
        **{f"0{k + 1:02d}": shape for k, shape in enumerate(block().values())},
        "010": square(0, 0, 40, 30),  # stacked on 001
        "ROW": square(-30, -15, 70, 0),
        "flat": square(300, 0, 300, 30),
        "1e5": square(80, 0, 83, 3),  # too small for a unit
        "NA": shapely.Polygon(
            shapely.get_coordinates(square(100, 0, 140, 30))[[0, 2, 1, 3, 0]]
        ),  # crosses itself
    }
    zones = [("1", square(-200, 15, 300, 300)), ("2", square(-200, -200, 300, 15))]
    ordinance = folder / "town.toml"
    ordinance.write_text(
        'id = "town"\nplace = "Town"\ncode = "1"\ntitle = "Noise"\nurl = ""\nevidence = "made up"\n'
        '[measured]\nat = "receiving lot line"\n[periods]\nany = ""\n[[limits]]\nzone = "home"\nall = 70\n'
        '[[limits]]\nzone = "works"\nall = 80\n[zones]\nhome = ["1"]\nworks = ["2"]\n'
    )
    land = {
        "parcels": write_lots(folder, lots), "id_field": "parcel_id", "zoning": write_zones(folder, zones), "zone_field": "zone",
    }  # fmt: skip
    return land, load_ordinance(ordinance), list(lots)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("batch")
    land, ordinance, ids = files(folder)
    progress = []
    counts = run_batch(
        land,
        UNIT,
        ordinance,
        MOST,
        None,
        folder / "out",
        placing=COARSE,
        workers=1,
        progress=lambda *p: progress.append(p),
    )
    with (folder / "out" / "lots.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return folder, land, ordinance, ids, counts, rows, progress


def test_every_lot_has_its_row_in_the_files_order(done):
    _, _, _, ids, counts, rows, progress = done
    assert [row["id"] for row in rows] == ids
    assert counts["lots"] == counts["rows"] == len(ids) == sum(counts[s] for s in STATES)
    assert progress[-1] == (len(ids), len(ids)) and len(progress) == len(ids)
    assert {row["state"] for row in rows} == {"PASS", "FAIL", "UNKNOWN"}
    assert counts["allowed"] == sum(row["allowed"] == "True" for row in rows) > 0


def test_every_number_is_the_one_that_assess_gives_for_that_lot(done):
    _, land, ordinance, _, _, rows, _ = done
    read = read_land(**land)
    compared = 0
    for index, row in enumerate(rows):
        try:
            study = assess(read, index, UNIT, ordinance, MOST, None, placing=COARSE)
        except InputError as error:
            assert (row["state"], row["reason"], row["units"]) == ("UNKNOWN", str(error), "")
            assert row["allowed"] == "False"
            continue
        worst = worst_row(study.levels)
        assert row["allowed"] == str(study.verdict.allowed)
        assert row["state"] == study.verdict.state and int(row["units"]) == len(study.placed)
        assert float(row["gap"]) == study.search.gap and row["status"] == study.search.status
        assert int(row["bound"]) == study.bound and float(row["kw"]) == 200 * len(study.placed)
        assert float(row["area_m2"]) == study.site.lot.area
        assert float(row["buildable_area_m2"]) == study.site.buildable.area
        for key in OF_WORST:
            assert row[key] == ("" if worst is None else repr(getattr(worst, key)))
        for key in ("metric", "statistic", "period"):
            assert row[key] == ("" if worst is None else getattr(worst, key))
        for reading in study.readings:
            if reading.spectrum != study.sound.spectrum:
                continue
            assert row[f"units_{reading.reading}"] == str(reading.units)
            assert row[f"state_{reading.reading}"] == reading.state
        compared += 1
    assert compared >= 11


def test_awkward_rows_say_why(done):
    rows = {row["id"]: row for row in done[5]}
    assert "street" in rows["ROW"]["reason"] and rows["ROW"]["state"] == "UNKNOWN"
    assert "encloses no area" in rows["flat"]["reason"] and rows["flat"]["area_m2"] == ""
    assert rows["010"]["reason"].startswith("stacked on lot 001; ")
    same = [key for key in rows["010"] if key not in ("id", "reason")]
    assert [rows["010"][key] for key in same] == [rows["001"][key] for key in same]
    assert rows["1e5"]["state"] == "FAIL" and "No unit has room" in rows["1e5"]["reason"]
    assert rows["NA"]["units"] != ""  # repaired and assessed


def test_the_parquet_holds_what_the_csv_holds_and_ids_and_zones_stay_text(done):
    folder, _, _, ids, _, rows, _ = done
    table = geopandas.read_parquet(folder / "out" / "lots.parquet")
    assert list(table["id"]) == ids and table.crs.to_epsg() == 26986
    assert (
        table.geometry.iloc[0].area == pytest.approx(1200)
        and table.geometry[table["id"] == "flat"].isna().all()
    )
    for key in rows[0]:
        for ours, theirs in zip(table[key], (row[key] for row in rows), strict=True):
            if theirs == "":
                assert pandas.isna(ours)
            elif isinstance(ours, str):
                assert ours == theirs
            elif key == "allowed":
                assert str(bool(ours)) == theirs
            else:
                assert float(ours) == float(theirs)
    assert {"002", "003"} <= set(table["neighbour"].dropna()) | set(table["id"])
    assert all(isinstance(v, str) for key in ("neighbour", "zone", "receptor") for v in table[key].dropna())
    assert (
        set(table["zone"].dropna()) <= {"1", "2", "1 + 2"}
        and table["neighbour"].dropna().str.len().min() == 3
    )
    assert str(table["units"].dtype) == "Int64"


def test_two_workers_give_the_same_bytes_as_one(done):
    folder, land, ordinance, *_ = done
    run_batch(land, UNIT, ordinance, MOST, None, folder / "two", placing=COARSE, workers=2)
    for name in ("lots.csv", "lots.parquet"):
        assert (folder / "two" / name).read_bytes() == (folder / "out" / name).read_bytes()


def test_bad_input_ends_before_anything_is_written(done, tmp_path):
    folder, land, ordinance, *_ = done
    with pytest.raises(InputError, match="not empty"):
        run_batch(land, UNIT, ordinance, MOST, None, folder / "out", workers=1)
    for given in (
        {"land": {**land, "zone_field": "zon"}},
        {"sound_at": "7"},
    ):
        order = {
            "land": land,
            "unit": UNIT,
            "ordinance": ordinance,
            "question": MOST,
            "sound_at": None,
            **given,
        }
        with pytest.raises(InputError):
            run_batch(**order, output=tmp_path / "out", workers=1)
        assert not (tmp_path / "out").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError):
        run_batch(land, UNIT, ordinance, MOST, None, tmp_path / "file" / "out", workers=1)
