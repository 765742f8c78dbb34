"""Scenes in GeoPackages. Oracle: the same scene written by hand, and files that geopandas and sqlite3 wrote."""

import json
import sqlite3

import geopandas
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import LineString, MultiPoint, MultiPolygon, Point, box
from small_scene import POWER, same

from siting.errors import InputError
from siting.parts import Air, Building, Ground, Receiver, Scene, Source, Wall
from siting.scene.file import read_scene


def write_layers(file, layers, crs="EPSG:26986"):
    for layer, rows in layers.items():
        table = geopandas.GeoDataFrame(rows, geometry="geometry", crs=crs)
        table.to_file(file, layer=layer, driver="GPKG")


def test_a_geopackage_says_the_same(tmp_path):
    east, north = 236000, 901000
    file = tmp_path / "scene.gpkg"
    parts = {
        "units": [
            {"kind": "source", "id": "S", "height_m": 1.0, "z_m": None, "power_db": json.dumps(POWER),
             "geometry": Point(east, north)},
            {"kind": "receiver", "id": "R", "height_m": None, "z_m": 4.0, "power_db": None,
             "geometry": Point(east + 50, north)},
        ],
        "things": [
            {"kind": "building", "height_m": 3, "absorption": None, "g": None,
             "geometry": box(east + 20, north, east + 25, north + 5)},
            {"kind": "ground", "height_m": None, "absorption": None, "g": 0.5, "geometry": box(east, north, east + 5, north + 5)},
            {"kind": "building", "height_m": 4, "absorption": "[0,0,0,0,0,0,0,1]", "g": None,
             "geometry": MultiPolygon([box(east + 30, north, east + 35, north + 5)])},
        ],
        "lines": [
            {"kind": "wall", "id": 4, "absorption": 0.25,
             "geometry": LineString([(east, north + 9, 3), (east + 5, north + 9, 4)])},
        ],
    }  # fmt: skip
    write_layers(file, parts)
    members = [
        ("ground_g", "0.25"),
        ("ground_method", '"alternative"'),
        ("air", '{"temperature_c": 20}'),
        ("lateral_rule_8x", "true"),
    ]
    pyogrio.write_dataframe(pd.DataFrame(members, columns=["key", "value"]), file, layer="scene")
    expected = Scene(
        (Source("S", east, north, tuple(POWER), 1),),
        (Receiver("R", east + 50, north, None, 4),),
        (
            Building("building 1", box(east + 20, north, east + 25, north + 5), 3),
            Building("building 2", box(east + 30, north, east + 35, north + 5), 4, None, (0.0,) * 7 + (1.0,)),
        ),
        (
            Wall(
                "4",
                LineString([(east, north + 9), (east + 5, north + 9)]),
                tops_m=(3, 4),
                absorption=(0.25,) * 8,
            ),
        ),
        (Ground(box(east, north, east + 5, north + 5), 0.5),),
        air=Air(20),
        ground_g=0.25,
        ground_method="alternative",
        lateral_rule_8x=True,
        crs="EPSG:26986",
    )
    assert same(read_scene(file), expected)


GOOD = {
    "all": [
        {"kind": "source", "height_m": 1.0, "power_db": json.dumps(POWER), "geometry": Point(236000, 901000)},
        {"kind": "receiver", "height_m": 1.0, "power_db": None, "geometry": Point(236050, 901000)},
    ]
}


@pytest.mark.parametrize(
    ("layers", "crs", "table", "says"),
    [
        ({"all": [GOOD["all"][0] | {"power_db": "90, 91"}, GOOD["all"][1]]}, "EPSG:26986", None, 'power_db: "90, 91" is no JSON'),
        ({"all": [GOOD["all"][0] | {"power_db": "[90, 91]"}, GOOD["all"][1]]}, "EPSG:26986", None, "power_db has 2 values"),
        (GOOD | {"more": [{"colour": "red", "geometry": Point(1, 1)}]}, "EPSG:26986", None,
         "layer more, feature 1: it has no kind"),
        (GOOD | {"more": [{"kind": "receiver", "height_m": 1, "colour": "red", "geometry": Point(1, 1)}]}, "EPSG:26986", None,
         '"colour" is no key of a receiver'),
        ({"all": [*GOOD["all"], {"kind": "receiver", "height_m": 1, "geometry": None}]}, "EPSG:26986", None,
         "it has no geometry"),
        (GOOD, "EPSG:4326", None, "is in degrees"),
        (GOOD, "EPSG:2249", None, "foot"),
        (GOOD, "EPSG:26986", ("extra", ["key", "value"], [("a", "1")]), "extra is a table without geometry"),
        (GOOD, "EPSG:26986", ("scene", ["key", "worth"], [("a", "1")]), "it has the columns key, worth"),
        (GOOD, "EPSG:26986", ("scene", ["key", "value"], [("ground_gg", "1")]), "did you mean ground_g?"),
        (GOOD, "EPSG:26986", ("scene", ["key", "value"], [("ground_g", "1"), ("ground_g", "0")]), "stands twice"),
        (GOOD, "EPSG:26986", ("scene", ["key", "value"], [("ground_method", "general")]), "with its quotes"),
    ],
)  # fmt: skip
def test_bad_geopackages(tmp_path, layers, crs, table, says):
    file = tmp_path / "mine.gpkg"
    write_layers(file, layers, crs)
    if table:
        name, columns, rows = table
        pyogrio.write_dataframe(pd.DataFrame(rows, columns=columns), file, layer=name)
    with pytest.raises(InputError, match=r"mine\.gpkg: ") as error:
        read_scene(file)
    assert says in str(error.value), str(error.value)


def test_layers_in_two_systems_and_a_gis_own_tables(tmp_path):
    file = tmp_path / "mine.gpkg"
    write_layers(file, GOOD)
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, styleName TEXT)")
    assert len(read_scene(file).receivers) == 1
    write_layers(
        file,
        {"other": [{"kind": "receiver", "height_m": 1.0, "geometry": MultiPoint([(1, 1), (2, 2)])}]},
        "EPSG:32619",
    )
    with pytest.raises(InputError, match="all and other have different CRSs"):
        read_scene(file)
