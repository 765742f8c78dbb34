"""The verb `siting contours`. Oracles: `siting levels` at the same places to the bit, and outlines by shapely."""

import json
import re
from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from click.testing import CliRunner

from siting.cli import main

PAGE = Path(__file__).parents[1] / "docs" / "noise-map.md"
X0, Y0 = 147_800.0, 6_398_600.0  # coordinates as large as they are on maps


def feature(kind, geometry, **properties):
    return {
        "type": "Feature",
        "properties": {"kind": kind, **properties},
        "geometry": shapely.geometry.mapping(geometry),
    }


def yard(*receivers):
    """Two units among a house, a courtyard and a wall, on a slope; coordinates as large as they are on maps."""
    house = shapely.box(X0 + 12, Y0 - 20, X0 + 30, Y0 + 5)
    court = shapely.box(X0 - 60, Y0 - 40, X0 - 20, Y0 - 5) - shapely.box(X0 - 50, Y0 - 30, X0 - 30, Y0 - 15)
    parts = [
        feature(
            "source", shapely.Point(X0, Y0), id="u1", height_m=1.8, power_db=[96, 95, 93, 92, 90, 88, 84, 78]
        ),
        feature(
            "source",
            shapely.Point(X0 + 3, Y0 + 1),
            id="u2",
            height_m=1.8,
            power_db=[97, 95, 93, 92, 90, 88, 84, 78],
        ),
        feature("building", house, height_m=7.0, absorption=0.2),
        feature("building", court, height_m=11.0),
        feature("wall", shapely.LineString([(X0 - 8, Y0 + 6), (X0 + 9, Y0 + 9)]), height_m=2.5),
        *(
            feature(
                "elevation", shapely.Point(X0 + x, Y0 + y), z_m=20 + 0.05 * x - 0.02 * y + 1e-3 * x * y / 9
            )
            for x in (-90, 0, 90)
            for y in (-90, 10, 90)
        ),
        *(
            feature("receiver", shapely.Point(x, y), id=str(k), height_m=1.5)
            for k, (x, y) in enumerate(receivers)
        ),
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3007"}}
    return {"type": "FeatureCollection", "crs": crs, "ground_g": 0.4, "features": parts}


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


def test_a_cell_has_the_level_of_a_receiver_there_to_the_bit(tmp_path):
    scene, out = tmp_path / "yard.geojson", tmp_path / "map"
    scene.write_text(json.dumps(yard((X0 + 5, Y0 - 5))))
    box = (X0 - 70, Y0 - 50, X0 + 50, Y0 + 40)
    bounds = ",".join(map(str, box))
    done = run("contours", scene, "-o", out, "--step-m", 5, "--bounds", bounds, "--threads", 2)
    assert done.exit_code == 0, done.output
    assert (
        "432 receivers (24 x 18, every 5 m, 1.5 m above ground), 2 sources, 2 buildings, 1 wall: "
        in done.stderr
    )
    assert "on 2 threads, from a sample of 21 points." in done.stderr
    assert done.stdout.endswith(f"Written to {out}: isolines.geojson, levels.tif\n")
    with rasterio.open(out / "levels.tif") as data:
        assert data.crs.to_epsg() == 3007
        level = data.read(1).ravel()
        x, y = (np.array(part).ravel() for part in data.xy(*np.indices(data.shape).reshape(2, -1)))
    houses = shapely.union_all(
        [
            shapely.geometry.shape(f["geometry"])
            for f in yard()["features"]
            if f["properties"]["kind"] == "building"
        ]
    )
    indoors = shapely.contains_xy(houses, x, y)
    assert np.array_equal(np.isnan(level), indoors) and 40 < indoors.sum() < 80
    free = np.flatnonzero(~indoors)
    scene.write_text(json.dumps(yard(*zip(x[free].tolist(), y[free].tolist(), strict=True))))
    heard = json.loads(run("levels", scene, "--json").stdout)["receivers"]
    assert [one["level_dba"] for one in heard] == level[free].tolist()
    assert np.ptp(level[free]) > 40


def test_threads_and_a_second_run_give_the_same_bytes(tmp_path):
    scene = tmp_path / "yard.geojson"
    scene.write_text(json.dumps(yard((X0 + 5, Y0 - 5))))
    for name, threads in (("a", 1), ("b", 2), ("c", 1)):
        done = run(
            "contours", scene, "-o", tmp_path / name, "--step-m", 3, "--height-m", 4, "--threads", threads
        )
        assert done.exit_code == 0 and "as far as ground heights are known" in done.stderr
    for file in ("levels.tif", "isolines.geojson"):
        assert len({(tmp_path / name / file).read_bytes() for name in "abc"}) == 1
    assert (
        len(
            {
                f["properties"]["level_dba"]
                for f in json.loads((tmp_path / "a" / "isolines.geojson").read_text())["features"]
            }
        )
        > 5
    )


@pytest.mark.parametrize(
    "words, says",
    [
        (("--bounds", "1,2,3"), ('--bounds is "1,2,3"', "XMIN,YMIN,XMAX,YMAX")),
        (("--bounds", "0,0,5,a"), ("0,0,5,a",)),
        (("--bounds=10,0,0,5",), ("XMIN below",)),
        (("--step-m", "0"), ("step of the map is 0 m",)),
        (("--step-m", "0.1", "--bounds", "0,0,20000,20000"), ("100,000,000", "step of 2 m")),
        (("--height-m", "-1"), ("height of the map is -1 m",)),
        (("--height-m", "nan"), ("nan m",)),
    ],
)
def test_bad_options_are_one_sentence(tmp_path, words, says):
    scene = tmp_path / "yard.geojson"
    scene.write_text(json.dumps(yard((X0 + 5, Y0 - 5))))
    done = run("contours", scene, "-o", tmp_path / "map", *words)
    assert done.exit_code == 2 and done.stdout == ""
    assert all(word in done.stderr.splitlines()[-1] for word in says), done.stderr
    assert not (tmp_path / "map").exists()


def test_a_folder_with_files_is_left_alone(tmp_path):
    scene = tmp_path / "yard.geojson"
    scene.write_text(json.dumps(yard((X0 + 5, Y0 - 5))))
    done = run("contours", scene, "-o", tmp_path)
    assert done.exit_code == 2 and "not empty" in done.stderr
    assert run("contours", scene, "-o", tmp_path, "--step-m", 20, "--overwrite").exit_code == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "isolines.geojson",
        "levels.tif",
        "yard.geojson",
    ]


@pytest.mark.parametrize("crs", ["EPSG:3007", None])
def test_the_map_of_a_geopackage_is_in_its_crs(tmp_path, crs):
    columns = {"kind": ["source"], "height_m": [1.0], "power_db": ["[90,90,90,90,90,90,90,90]"]}
    frame = geopandas.GeoDataFrame(columns, geometry=[shapely.Point(X0, Y0)], crs=crs)
    frame.to_file(tmp_path / "scene.gpkg", layer="parts")
    assert run("contours", tmp_path / "scene.gpkg", "-o", tmp_path / "map", "--step-m", 50).exit_code == 0
    with rasterio.open(tmp_path / "map" / "levels.tif") as data:
        assert data.crs == (None if crs is None else rasterio.CRS.from_string(crs))
    stated = json.loads((tmp_path / "map" / "isolines.geojson").read_text())["crs"]
    assert stated == (crs and {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3007"}})


def test_the_page_names_every_option_and_shows_small_pictures():
    page = PAGE.read_text(encoding="utf-8")
    options = [
        name for option in main.commands["contours"].params for name in option.opts if name.startswith("--")
    ]
    assert len(options) == 6 and all(
        f"`{name}`" in page or f"{name} " in page for name in {*options} - {"--output"}
    )
    pictures = re.findall(r"\((noise_map/\w+\.png)\)", page)
    assert len(pictures) == 2 and all(0 < (PAGE.parent / name).stat().st_size < 300_000 for name in pictures)
