"""Lots, ids, stacks, areas and finding. Oracles: hand arithmetic, the areas that the files state, pyproj."""

import shutil
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Proj, Transformer
from shapely.geometry import box

from siting.errors import InputError
from siting.geodata.areas import stated_area_check
from siting.geodata.parcels import file_places, find_lot, read_parcels

SHARED = Path(__file__).parents[2] / "shared" / "geodata"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/geodata is not beside the checkout")
CAMBRIDGE = SHARED / "cambridge-ma" / "derived_parcels_fy2014_tax_epsg2249_usfeet.gpkg"
FOOT = 1200 / 3937
X, Y = 750_000.0, 2_960_000.0  # a place in Cambridge MA, EPSG:2249


def square(column, side=100.0, row=0):
    x, y = X + 200 * column, Y + 200 * row
    return box(x, y, x + side, y + side)


def parcels(path, shapes, id_field=None, crs=2249, **fields):
    geopandas.GeoDataFrame(fields, geometry=shapes, crs=crs).to_parquet(path)
    return read_parcels(path, id_field=id_field)


def refused(*words, call=find_lot, **options):
    with pytest.raises(InputError) as caught:
        call(**options)
    text = str(caught.value)
    assert all(word in text for word in words), text
    assert "\n" not in text and text.endswith((".", "?"))


def lonlat(x, y, crs=2249):
    return Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)


# ids


def test_the_first_known_field_that_tells_lots_apart(tmp_path):
    shapes = [square(k) for k in range(4)]
    land = parcels(
        tmp_path / "a.parquet", shapes, OBJECTID=[7, 8, 9, 10], pin=[1, 1, 1, 1], APN=["a", " b ", "c", "d"]
    )
    assert (land.id_field, land.ids) == (
        "APN",
        ("a", "b", "c", "d"),
    )  # pin comes first but tells nothing apart
    assert any("field APN" in note for note in land.source["notes"])
    assert parcels(tmp_path / "b.parquet", shapes, id_field="objectid", OBJECTID=[7, 8, 9, 10]).ids == (
        "7",
        "8",
        "9",
        "10",
    )
    none = parcels(tmp_path / "c.parquet", shapes, colour=["red"] * 4)
    assert (none.id_field, none.ids) == (None, ("row 1", "row 2", "row 3", "row 4"))
    assert find_lot(none, "row 3") == 2


def test_numbers_print_without_a_decimal_point(tmp_path):
    shapes = [square(k) for k in range(3)]
    land = parcels(tmp_path / "a.parquet", shapes, id_field="pin", pin=[1404200010000000.0, 12.5, None])
    assert land.ids == ("1404200010000000", "12.5", "row 3")
    assert any("lots without pin, which go by their row: 1" in note for note in land.source["notes"])
    big = parcels(
        tmp_path / "b.parquet",
        shapes,
        id_field="pin",
        pin=pd.array([404_000_000_000_000_001, None, 3], dtype="Int64"),
    )
    assert big.ids == ("404000000000000001", "row 2", "3")


def test_id_fields_that_do_not_help(tmp_path):
    shapes = [square(0), square(1)]
    refused('no field "folio"', "apn", "--id-field", call=parcels, path=tmp_path / "a.parquet", shapes=shapes,
            id_field="folio", apn=["x", "y"])  # fmt: skip
    refused(
        "field apn is empty",
        call=parcels,
        path=tmp_path / "b.parquet",
        shapes=shapes,
        id_field="apn",
        apn=["", None],
    )


# stacks


def test_stacked_rows_are_one_lot_and_every_id_finds_it(tmp_path):
    turned = shapely.Polygon(np.roll(np.array(square(1).exterior.coords)[:-1], 2, axis=0)[::-1])
    hair = shapely.transform(square(1), lambda xy: xy + 1e-7)
    near = shapely.transform(square(1), lambda xy: xy + 1.0)
    land = parcels(tmp_path / "a.parquet", [square(0), square(1), turned, hair, near], pin=list("abcde"))
    assert land.primary.tolist() == [0, 1, 1, 1, 4]
    assert [find_lot(land, item) for item in "abcde"] == [0, 1, 1, 1, 4]
    assert len(land.frame) == 5 and not land.unusable
    assert any("2 rows are stacked" in note and "c on b" in note for note in land.source["notes"])
    assert "stacked with c, d" in land.notes_of(1)[0]
    assert land.notes_of(0) == []
    x, y = X + 250, Y + 50
    assert parcels(tmp_path / "b.parquet", [square(1), turned], pin=["p", "q"]).primary.tolist() == [0, 0]
    with pytest.raises(InputError, match="2 lots overlap"):
        find_lot(land, at=lonlat(x, y))  # e is another lot on the same ground
    assert find_lot(land, at=lonlat(x - 49.5, y)) == 1


def test_an_id_on_two_lots_is_refused_but_on_one_stack_it_is_not(tmp_path):
    land = parcels(
        tmp_path / "a.parquet",
        [square(0), square(1), square(2), square(2)],
        id_field="pin",
        pin=["a", "b", "b", "c"],
    )
    refused("id b stands on 2 rows", "rows 2, 3", "--id-field", "--at", parcels=land, id="b")
    assert any("1 ids stand on several lots: b" in note for note in land.source["notes"])
    same = parcels(
        tmp_path / "b.parquet", [square(0), square(1), square(1)], id_field="pin", pin=["a", "b", "b"]
    )
    assert find_lot(same, "b") == 1
    assert not any("several lots" in note for note in same.source["notes"])


# finding


def test_unknown_ids_get_the_nearest(tmp_path):
    land = parcels(
        tmp_path / "a.parquet", [square(k) for k in range(4)], pin=["3-55-18", "3-55-19", "7-1-1", "R 12/B"]
    )
    assert find_lot(land, "7-1-1") == 2
    refused('no lot "3-55-81"', "3-55-18", parcels=land, id="3-55-81")
    refused("did you mean 3-55-18", parcels=land, id="35518")
    refused("did you mean R 12/B", parcels=land, id="r12b")
    refused("its ids look like", parcels=land, id="zzz")
    with pytest.raises(InputError, match="either by its id or"):
        find_lot(land)


def test_a_place_finds_its_lot_or_the_nearest(tmp_path):
    land = parcels(tmp_path / "a.parquet", [square(0), square(1)], pin=["a", "b"])
    assert find_lot(land, at=lonlat(X + 50, Y + 50)) == 0
    assert find_lot(land, at=lonlat(X + 201, Y + 99)) == 1
    refused("nearest is b, 1,000 ft (305 m)", parcels=land, at=lonlat(X + 1300, Y + 50))
    lon, lat = lonlat(X + 50, Y + 50)
    refused("swapped", "lies on lot a", parcels=land, at=(lat, lon))
    lon, lat = lonlat(X + 1300, Y + 50)  # beside the lots: 1,000 ft from b, as above
    refused("swapped", "lies 1,000 ft (305 m) from lot b", parcels=land, at=(lat, lon))
    refused("swapped", parcels=land, at=(45.0, 120.0))
    refused("no longitude and latitude", parcels=land, at=(float("nan"), 42.0))
    refused("no longitude and latitude", parcels=land, at=(750_000.0, 2_960_000.0))


def test_a_lot_that_cannot_be_used_is_found_and_refused(tmp_path):
    flat = shapely.Polygon([(X, Y), (X + 10, Y), (X + 20, Y)])
    land = parcels(tmp_path / "a.parquet", [square(0), flat, None], pin=["a", "b", "c"])
    assert len(land.ids) == len(land.frame) == len(land.area_m2) == 3
    assert sorted(land.unusable) == [1, 2]
    refused("lot b (row 2)", "encloses no area", parcels=land, id="b")
    refused("lot c (row 3)", "no geometry", parcels=land, id="c")
    assert np.isnan(land.area_m2).tolist() == [False, True, True]
    assert any("b" in note and "no area" in note for note in land.source["notes"])


def test_a_repaired_lot_says_so_by_its_id(tmp_path):
    bow = shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)])
    land = parcels(tmp_path / "a.parquet", [square(1), bow], pin=["a", "b"])
    assert any("1 invalid polygons were repaired: b" in note for note in land.source["notes"])
    assert "was repaired" in land.notes_of(1)[0]
    assert land.area_m2[1] == pytest.approx(5000 * FOOT**2, rel=1e-9)  # two triangles of 100 by 50 ft


# areas


@pytest.mark.parametrize(
    ("field", "value", "unit"),
    [("Shape_Area", 10_000.0, "sq ft"), ("LandArea", 10_000.0, "sq ft"), ("GIS_ACRES", 10_000 / 43_560, "acres"),
     ("contenance", 10_000 * FOOT**2, "m²"), ("lot_area", 1 * FOOT**2, "ha"), ("lot_size", 10_000 / 43_560, "acres")],
)  # fmt: skip
def test_stated_areas(tmp_path, field, value, unit):
    land = parcels(
        tmp_path / "a.parquet",
        [square(0), square(1), square(2), None],
        pin=list("abcd"),
        **{field: [value] * 4},
    )
    check = stated_area_check(land.frame, land.area_m2, land.unit_m)
    assert (check.field, check.unit, check.lots) == (field, unit, 3)
    assert check.ratio == pytest.approx(1, abs=1e-9)
    assert any(f"the file's {field} ({unit})" in note for note in land.source["notes"])


def test_stated_areas_that_do_not_fit(tmp_path):
    land = parcels(tmp_path / "a.parquet", [square(0), square(1)], pin=list("ab"), Shape_Area=[20_000.0] * 2)
    check = stated_area_check(land.frame, land.area_m2, land.unit_m)
    assert check.ratio == pytest.approx(0.5) and "check the CRS" in check.note
    odd = parcels(tmp_path / "b.parquet", [square(0), square(1)], pin=list("ab"), area=[0.00012] * 2)
    assert stated_area_check(odd.frame, odd.area_m2, odd.unit_m) is None


# real land


@needs_shared
def test_cambridge():
    land = read_parcels(CAMBRIDGE)
    assert len(land.ids) == land.source["features"] == 13_116
    assert land.id_field == "ML"
    assert len(land.repaired) == 34 and len(land.unusable) == 1
    check = stated_area_check(land.frame, land.area_m2, land.unit_m)
    assert (check.field, check.unit) == ("LandArea", "sq ft")
    assert check.ratio == pytest.approx(1, abs=0.01)
    usable = land.lots[~shapely.is_missing(land.lots)]
    assert len(usable) == 13_115 and shapely.is_valid(usable).all()
    plain = geopandas.read_file(CAMBRIDGE)
    sound = plain.geometry.is_valid & ~plain.geometry.is_empty
    assert land.area_m2[sound] == pytest.approx(plain.geometry[sound].area * FOOT**2, rel=1e-9)
    drawn = (land.lots, plain.geometry.to_numpy())
    ours, theirs = (
        shapely.get_num_interior_rings(shapely.get_parts(shapes[sound])).sum() for shapes in drawn
    )
    assert ours == theirs > 0
    refused("1278-9", "did you mean", parcels=land, id="1278-9")


@pytest.mark.parametrize(
    ("crs", "corner"), [(2249, (X, Y)), (26986, (233_000.0, 902_000.0)), (3857, (-7_916_000.0, 5_217_000.0))]
)
def test_a_corner_of_a_lot_goes_back_to_the_number_in_its_file_and_to_its_longitude(tmp_path, crs, corner):
    x, y = corner
    land = parcels(tmp_path / "lots.parquet", [box(x, y, x + 100, y + 100)], crs=crs)
    there, degrees = file_places(land, shapely.get_coordinates(land.lots[0]))
    wanted = shapely.get_coordinates(box(x, y, x + 100, y + 100))
    assert {tuple(xy) for xy in there.round(5)} == {tuple(xy) for xy in wanted}
    for place, spot in zip(degrees, there, strict=True):
        np.testing.assert_allclose(place, lonlat(*spot, crs=crs), atol=2e-9)  # 0.2 mm


def test_a_file_in_degrees_gets_its_degrees_back(tmp_path):
    land = parcels(tmp_path / "lots.parquet", [box(-71.112, 42.37, -71.111, 42.371)], crs=4326)
    there, degrees = file_places(land, shapely.get_coordinates(land.lots[0]))
    np.testing.assert_allclose(there.min(axis=0), [-71.112, 42.37], atol=1e-10)
    np.testing.assert_allclose(there, degrees, atol=1e-10)


@needs_shared
def test_cambridge_in_degrees_is_the_same_land():
    feet = read_parcels(CAMBRIDGE)
    degrees = read_parcels(SHARED / "cambridge-ma" / "derived_parcels_fy2014_tax_epsg4326.parquet")
    topology = SHARED / "cambridge-ma" / "ASSESSING_ParcelsFY2014.topojson"
    quantised = read_parcels(topology, stated_crs="EPSG:4326")
    assert (len(degrees.ids), len(quantised.ids)) == (13_115, 13_116)
    at = {item: row for row, item in enumerate(degrees.ids)}
    odd = {*feet.repaired, *feet.unusable}
    rows = [row for row, item in enumerate(feet.ids) if item in at and row not in odd][:500]
    ratio = degrees.area_m2[[at[feet.ids[row]] for row in rows]] / feet.area_m2[rows]
    utm, plane = (Proj(code).get_factors(-71.11, 42.375).areal_scale for code in (32619, 2249))
    assert np.median(ratio) == pytest.approx(utm / plane, rel=2e-5)
    assert quantised.ids == feet.ids


@needs_shared
def test_oakland():
    land = read_parcels(SHARED / "oakland-ca" / "OakParcels2013.shp")
    assert (len(land.ids), land.id_field) == (2_241, "APN")
    assert np.count_nonzero(land.primary != np.arange(2_241)) == 4
    check = stated_area_check(land.frame, land.area_m2, land.unit_m)
    assert (check.field, check.unit, check.lots) == ("Shape_area", "sq ft", 2_241)
    assert check.ratio == pytest.approx(1, abs=1e-6)
    assert find_lot(land, "3-55-18") == 0
    refused("id 2-102-23 stands on", parcels=land, id="2-102-23")
    assert find_lot(land, "8-741-6") == find_lot(land, "8-716-52")


@needs_shared
def test_epinay():
    land = read_parcels(SHARED / "epinay-fr" / "cadastre-91216-parcelles.json")
    assert (len(land.ids), land.id_field, land.crs.to_epsg()) == (4_241, "id", 32631)
    check = stated_area_check(land.frame, land.area_m2, land.unit_m)
    assert (check.field, check.unit) == ("contenance", "m²")
    assert check.ratio == pytest.approx(1, abs=0.01)
    assert np.count_nonzero(shapely.get_num_interior_rings(land.lots)) == 30
    place = shapely.get_coordinates(land.lots[7].representative_point())[0]
    assert find_lot(land, at=lonlat(*place, crs=32631)) == 7


@needs_shared
def test_a_zipped_subfolder_of_oakland(tmp_path):
    folder = tmp_path / "in" / "city" / "2013"
    folder.mkdir(parents=True)
    for end in ("shp", "shx", "dbf", "prj"):
        shutil.copyfile(SHARED / "oakland-ca" / f"OakParcels2013.{end}", folder / f"OakParcels2013.{end}")
    shutil.make_archive(str(tmp_path / "oakland"), "zip", tmp_path / "in")
    land = read_parcels(tmp_path / "oakland.zip")
    plain = read_parcels(SHARED / "oakland-ca" / "OakParcels2013.shp")
    assert land.ids == plain.ids
    assert np.array_equal(land.area_m2, plain.area_m2)
