"""Any vector file to metres. Oracles: areas by hand, pyproj's own transformations and geodesic areas, other writers."""

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from pyproj import CRS, Geod, Transformer
from shapely.geometry import box

from siting.errors import InputError
from siting.geodata.buildings import read_buildings
from siting.geodata.crs import metre_twin, unit_m
from siting.geodata.layers import read_layer

SHARED = Path(__file__).parents[2] / "shared" / "geodata"
TORTURE = SHARED / "torture"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/geodata is not beside the checkout")
SURVEY_FOOT = 1200 / 3937
MASS_FT, MASS_M, UTM31, LONLAT = 2249, 26986, 32631, 4326
X, Y = 750_000.0, 2_960_000.0  # a place in Cambridge MA, EPSG:2249
PARIS = (2.33, 48.68)


def frame(*shapes, crs=MASS_FT, **fields):
    return geopandas.GeoDataFrame(
        fields or {"pin": range(1, len(shapes) + 1)}, geometry=list(shapes), crs=crs
    )


def written(path, *shapes, crs=MASS_FT, **fields):
    frame(*shapes, crs=crs, **fields).to_file(path)
    return path


def geojson(path, *geometries, **members):
    features = [
        {"type": "Feature", "properties": {"pin": k}, "geometry": g} for k, g in enumerate(geometries, 1)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": features}))
    return path


def lots(path, **options):
    return read_layer(path, role="parcels", **options)


def shapes_of(layer):
    return np.asarray(layer.frame.geometry.array)


def refused(*words, call=lots, **options):
    with pytest.raises(InputError) as caught:
        call(**options)
    text = str(caught.value)
    assert all(word in text for word in words), text
    assert "\n" not in text and text.endswith((".", "?"))


def ring(*points):
    return {"type": "Polygon", "coordinates": [[*map(list, points), list(points[0])]]}


# the gate


@pytest.mark.parametrize(("crs", "foot"), [(MASS_FT, SURVEY_FOOT), (2222, 0.3048)])
def test_an_acre_in_either_foot(tmp_path, crs, foot):
    x, y = (X, Y) if crs == MASS_FT else (700_000.0, 1_000_000.0)
    layer = lots(written(tmp_path / "a.gpkg", box(x, y, x + 660, y + 66), crs=crs))
    (lot,) = shapes_of(layer)
    assert lot.area == pytest.approx(
        43_560 * foot**2, rel=1e-9
    )  # 660 ft by 66 ft; 4046.8726 and 4046.8564 m²
    assert np.allclose(lot.bounds, np.array([x, y, x + 660, y + 66]) * foot, rtol=1e-12, atol=0)
    assert layer.unit_m == foot
    assert layer.crs.axis_info[0].unit_name == "metre"


@pytest.mark.parametrize("code", [2249, 2227, 2263, 2222, 3437, 6487])
def test_the_metre_twin_is_the_same_place(code):
    own = CRS.from_epsg(code)
    twin = metre_twin(own)
    west, south, east, north = own.area_of_use.bounds
    lon, lat = np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9))
    x, y = Transformer.from_crs(own.geodetic_crs, own, always_xy=True).transform(lon, lat)
    back = Transformer.from_crs(twin, twin.geodetic_crs, always_xy=True)
    for crs in (twin, CRS.from_wkt(twin.to_wkt())):
        back = Transformer.from_crs(crs, own.geodetic_crs, always_xy=True).transform(
            x * unit_m(own), y * unit_m(own)
        )
        assert np.allclose(back, (lon, lat), rtol=0, atol=1e-9)
        there = Transformer.from_crs(own, crs, always_xy=True).transform(x, y)
        assert np.allclose(there, (x * unit_m(own), y * unit_m(own)), rtol=1e-9, atol=1e-6)


def test_units_are_exact():
    assert unit_m(CRS.from_epsg(2249)) == SURVEY_FOOT
    assert unit_m(CRS.from_epsg(2222)) == 0.3048
    short = CRS.from_epsg(2249).to_wkt("WKT1_ESRI").replace("0.304800609601219", "0.3048006096")
    assert unit_m(CRS.from_wkt(short)) == SURVEY_FOOT
    assert np.isnan(unit_m(CRS.from_epsg(4326)))


def test_degrees_become_the_local_utm_zone(tmp_path):
    lot = box(3.0, 48.0, 3.001, 48.001)
    layer = lots(written(tmp_path / "a.geojson", lot, crs=LONLAT))
    assert layer.crs.to_epsg() == 32631
    (drawn,) = shapes_of(layer)
    assert drawn.bounds[0] == pytest.approx(500_000, abs=1e-6)  # 3° east is the zone's middle meridian
    true = abs(Geod(ellps="WGS84").geometry_area_perimeter(lot)[0])
    assert drawn.area == pytest.approx(true * 0.9996**2, rel=1e-6)
    assert any("UTM zone 31N" in note for note in layer.source["notes"])


@pytest.mark.parametrize(("crs", "zone"), [(4269, 26919), (4326, 32619)])
def test_the_utm_zone_keeps_the_datum(tmp_path, crs, zone):
    assert lots(written(tmp_path / "a.gpkg", box(-71.1, 42.3, -71.09, 42.31), crs=crs)).crs.to_epsg() == zone


def test_a_datum_without_listed_zones_is_not_shifted(tmp_path):
    layer = lots(written(tmp_path / "a.gpkg", box(140.01, 36.0, 140.02, 36.01), crs=6668))  # JGD2011
    assert layer.crs.geodetic_crs.datum.name == "Japanese Geodetic Datum 2011"
    x, y = Transformer.from_crs(6668, 6691, always_xy=True).transform(140.01, 36.0)  # JGD2011 / UTM zone 54N
    assert np.hypot(*(shapely.get_coordinates(shapes_of(layer)) - (x, y)).T).min() < 1e-6


def test_web_mercator_is_left_because_it_stretches(tmp_path):
    lot = box(-71.1, 42.37, -71.099, 42.371)
    layer = lots(written(tmp_path / "a.gpkg", *frame(lot, crs=LONLAT).to_crs(3857).geometry, crs=3857))
    true = abs(Geod(ellps="WGS84").geometry_area_perimeter(lot)[0])
    assert shapes_of(layer)[0].area == pytest.approx(
        true, rel=1.5e-3
    )  # drawn in EPSG:3857 it is 1.83 times as large
    assert layer.crs.to_epsg() == 32619
    assert any("stretches lengths by 35" in note for note in layer.source["notes"])


def test_the_vertical_part_of_a_crs_is_set_aside(tmp_path):
    frame(box(155_000, 463_000, 155_100, 463_050), crs=7415).to_parquet(tmp_path / "a.parquet")
    layer = lots(tmp_path / "a.parquet")
    assert layer.crs.to_epsg() == 28992
    assert shapes_of(layer)[0].area == pytest.approx(5000)
    assert any("vertical part" in note for note in layer.source["notes"])


def test_a_compound_crs_stated_for_the_wrong_region_is_noted(tmp_path):
    path = written(tmp_path / "a.gpkg", box(X, Y, X + 100, Y + 100), crs=None)
    for stated in ("EPSG:2263", "EPSG:2263+6360"):  # New York's plane for a place in Massachusetts
        assert any("outside the region" in note for note in lots(path, stated=stated).source["notes"])


def test_nad27_warns(tmp_path):
    layer = lots(written(tmp_path / "a.gpkg", box(700_000, 500_000, 700_100, 500_100), crs=26786))
    assert any("NAD27" in note and "20 m" in note for note in layer.source["notes"])


def test_a_further_layer_lands_on_the_lots(tmp_path):
    first = lots(written(tmp_path / "lots.gpkg", box(X, Y, X + 100, Y + 100)))
    for crs in (MASS_M, LONLAT, 4269, 32619):
        moved = frame(box(X, Y, X + 100, Y + 100)).to_crs(crs)
        path = tmp_path / f"{crs}.gpkg"
        moved.to_file(path)
        layer = read_layer(path, role="zoning", crs=first.crs, near=tuple(first.frame.total_bounds))
        assert shapely.hausdorff_distance(shapes_of(layer)[0], shapes_of(first)[0]) < 1e-3
        assert layer.crs == first.crs
        assert any("reprojected from EPSG:" in note and "Mainland" in note for note in layer.source["notes"])
    same = read_layer(tmp_path / "lots.gpkg", role="zoning", crs=first.crs)
    assert shapes_of(same)[0].equals_exact(shapes_of(first)[0], 0.0)
    assert not any("reprojected" in note for note in same.source["notes"])


def test_a_missing_crs_can_be_stated(tmp_path):
    path = written(tmp_path / "a.shp", box(X, Y, X + 100, Y + 100), crs=None)
    refused("states no CRS", "--crs EPSG:NNNN", "a.shp", path=path)
    layer = lots(path, stated="EPSG:2249")
    assert shapes_of(layer)[0].area == pytest.approx(1e4 * SURVEY_FOOT**2, rel=1e-9)
    refused('"EPSG:0"', "EPSG:2249", path=path, stated="EPSG:0")
    degrees = written(tmp_path / "b.shp", box(2, 48, 2.1, 48.1), crs=None)
    refused("look like degrees", path=degrees)
    with pytest.raises(InputError, match=r"with a \.prj"):
        read_layer(path, role="zoning", crs=layer.crs)


def test_a_stated_crs_counts_before_the_files_own(tmp_path):
    path = written(tmp_path / "a.gpkg", box(X, Y, X + 100, Y + 100), crs=MASS_M)
    layer = lots(path, stated="EPSG:2249")
    assert shapes_of(layer)[0].area == pytest.approx(1e4 * SURVEY_FOOT**2, rel=1e-9)
    assert any("in place of the file's own EPSG:26986" in note for note in layer.source["notes"])


def test_geojson_that_looks_projected(tmp_path):
    path = geojson(tmp_path / "a.geojson", ring((X, Y), (X + 100, Y), (X + 100, Y + 100)))
    refused("looks projected", "--crs", path=path)
    assert shapes_of(lots(path, stated="EPSG:2249"))[0].area == pytest.approx(5000 * SURVEY_FOOT**2, rel=1e-9)


def test_geojson_with_an_older_crs_member(tmp_path):
    square = ring((X, Y), (X + 100, Y), (X + 100, Y + 100))
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2249"}}
    assert lots(geojson(tmp_path / "a.geojson", square, crs=named)).unit_m == SURVEY_FOOT
    named["properties"]["name"] = "EPSG:99999"  # GDAL takes such a name for longitude and latitude
    refused("names no CRS", path=geojson(tmp_path / "b.geojson", square, crs=named))
    refused("states no CRS", path=geojson(tmp_path / "c.geojson", square, crs=None))


@pytest.mark.parametrize(
    ("lon", "lat"), [(-100.0, 42.0), (-71.1, 42.37), (151.0, -33.8)], ids=["range", "Antarctica", "Australia"]
)
def test_swapped_latitude_and_longitude(tmp_path, lon, lat):
    refused(
        "swapped", path=written(tmp_path / "a.geojson", box(lat, lon, lat + 0.01, lon + 0.01), crs=LONLAT)
    )


def test_swapped_where_only_the_region_of_the_crs_tells(tmp_path):
    refused(
        "swapped", path=written(tmp_path / "a.gpkg", box(52.5, 13.4, 52.51, 13.41), crs=4258)
    )  # ETRS89: Europe
    swapped = box(Y, X, Y + 100, X + 100)
    refused("swapped", path=written(tmp_path / "b.gpkg", swapped, crs=MASS_FT))


def test_a_further_layer_swapped_or_elsewhere(tmp_path):
    lon, lat = PARIS
    first = lots(written(tmp_path / "lots.gpkg", box(lon, lat, lon + 0.01, lat + 0.01), crs=LONLAT))
    near = tuple(first.frame.total_bounds)

    def beside(path):
        return read_layer(path, role="zoning", crs=first.crs, near=near)

    path = written(tmp_path / "zones.geojson", box(lat, lon, lat + 0.01, lon + 0.01), crs=LONLAT)
    refused("swapped", call=beside, path=path)
    path = written(tmp_path / "far.gpkg", box(lon + 3, lat, lon + 3.01, lat + 0.01), crs=LONLAT)
    refused("km from the lots", call=beside, path=path)


def test_outliers_are_unusable_and_stay_in_the_table(tmp_path):
    path = geojson(
        tmp_path / "a.geojson", *(ring((2 + k, 48), (2.001 + k, 48), (2.001 + k, 48.001)) for k in (0, 0.01, 0.02)),
        ring((500, 48), (500.1, 48), (500.1, 48.1)), ring((60, 48), (60.1, 48), (60.1, 48.1)),
    )  # fmt: skip
    layer = lots(path)
    assert len(layer.frame) == 5
    assert sorted(layer.unusable) == [3, 4]
    assert all("region" in why for why in layer.unusable.values())


# formats, layers, hashes


def two_lots(crs=LONLAT):
    lon, lat = PARIS
    plain, holed = box(lon, lat, lon + 0.001, lat + 0.001), box(lon + 0.002, lat, lon + 0.004, lat + 0.002)
    hole = box(lon + 0.0025, lat + 0.0005, lon + 0.003, lat + 0.001)
    return frame(plain, holed.difference(hole), crs=LONLAT, name=["a", "b"]).to_crs(crs)


@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson", "json", "fgb", "parquet", "kml", "gdb"])
@pytest.mark.parametrize("stem", ["lots", "a;b!lots é"])
def test_every_format_gives_the_same_lots(tmp_path, ending, stem):
    path = tmp_path / f"{stem}.{ending}"
    plain = tmp_path / "plain"
    plain.mkdir()
    if ending == "parquet":
        two_lots().to_parquet(plain / "x.parquet")
    else:
        two_lots().to_file(plain / f"x.{ending}", **({"driver": "KML"} if ending == "kml" else {}))
    for part in plain.iterdir():  # the writers cannot take a name with ! or ;
        part.rename(tmp_path / (stem + part.suffix))
    layer = lots(path)
    oracle = two_lots(UTM31).geometry.to_numpy()
    assert len(layer.frame) == 2 and not layer.unusable
    names = layer.frame["Name" if ending == "kml" else "name"].tolist()
    order = [names.index("a"), names.index("b")]  # FlatGeobuf sorts by place
    assert np.allclose(shapely.hausdorff_distance(shapes_of(layer)[order], oracle), 0, atol=1e-4)
    facts = layer.source
    assert (facts["role"], facts["path"], facts["features"]) == ("parcels", str(path), 2)
    assert facts["crs"] in ("EPSG:4326 WGS 84", "OGC:CRS84 WGS 84 (CRS84)")


def test_topojson(tmp_path):
    topology = {
        "type": "Topology",
        "arcs": [[[2, 48], [2, 48.001], [2.001, 48.001], [2.001, 48], [2, 48]], [[2.01, 48.01]]],
        "objects": {
            "lots": {"type": "GeometryCollection", "geometries": [
                {"type": "Polygon", "arcs": [[0]], "properties": {"pin": "a"}},
                {"type": "MultiPolygon", "arcs": [[[0]], [[1]]], "properties": {"pin": "b"}},
            ]},
            "lamps": {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [2, 48]}]},
        },
    }  # fmt: skip
    path = tmp_path / "a.topojson"
    path.write_text(json.dumps(topology))
    refused("states no CRS", "perhaps EPSG:4326", "--crs", path=path)
    layer = lots(path, stated="EPSG:4326")
    oracle = frame(box(2, 48, 2.001, 48.001), crs=LONLAT).to_crs(UTM31).area[0]
    assert shapely.area(shapes_of(layer)) == pytest.approx(
        [oracle, oracle]
    )  # the arc of one point encloses nothing
    assert layer.source["layer"] == "lots"
    topology["objects"]["lots"]["geometries"][0]["arcs"] = [[0], [7]]
    path.write_text(json.dumps(topology))
    assert "1 of its 2 rings" in lots(path, stated="EPSG:4326").unusable[0]


def zipped(path, source, *, inside=""):
    parts = [source.with_suffix(end) for end in (".shp", ".shx", ".dbf", ".prj", ".cpg")]
    with zipfile.ZipFile(path, "a") as archive:
        for part in parts:
            archive.write(part, inside + part.name)
    return path


@pytest.mark.parametrize("inside", ["", "town/lots 2024/"])
def test_zipped_shapefile(tmp_path, inside):
    path = zipped(
        tmp_path / "all!.zip",
        written(tmp_path / "lots.SHP".lower(), box(X, Y, X + 100, Y + 50)),
        inside=inside,
    )
    layer = lots(path)
    assert shapes_of(layer)[0].area == pytest.approx(5000 * SURVEY_FOOT**2, rel=1e-9)
    assert layer.source["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert any(f"{inside}lots.shp" in note for note in layer.source["notes"])


def test_zip_with_several(tmp_path):
    one, two = (
        written(tmp_path / f"{n}.shp", box(X, Y, X + side, Y + side))
        for n, side in (("one", 10), ("two", 20))
    )
    path = zipped(zipped(tmp_path / "a.zip", one, inside="x/"), two, inside="y/")
    refused("2 data sets", "x/one.shp", "y/two.shp", "--layer", path=path)
    for name in ("two", "y/two.shp", "TWO.shp"):
        assert shapes_of(lots(path, layer=name))[0].area == pytest.approx(400 * SURVEY_FOOT**2)
    assert shapes_of(lots(f"{path}!y/two.shp"))[0].area == pytest.approx(400 * SURVEY_FOOT**2)
    refused('no "three"', path=path, layer="three")


def test_layers_by_name_or_the_only_one_with_polygons(tmp_path):
    path = tmp_path / "a.gpkg"
    frame(box(X, Y, X + 10, Y + 10)).to_file(path, layer="lots")
    frame(shapely.Point(X, Y)).to_file(path, layer="wells")
    layer = lots(path)
    assert layer.source["layer"] == "lots"
    assert any("lots was taken" in note for note in layer.source["notes"])
    refused('no layer "lot"', "did you mean lots", path=path, layer="lot")
    refused("no polygons", "1 Point", path=path, layer="wells")
    frame(box(X, Y, X + 20, Y + 20)).to_file(path, layer="zones")
    refused("3 layers", "lots (Polygon)", "zones (Polygon)", "--layer", path=path)
    assert shapes_of(lots(path, layer="zones"))[0].area == pytest.approx(400 * SURVEY_FOOT**2)


def test_the_hash_of_a_shapefile_is_over_its_members_in_order(tmp_path):
    path = written(tmp_path / "a.shp", box(X, Y, X + 10, Y + 10))
    (tmp_path / "a.shp.xml").write_text("not part of it")
    joined = b"".join((tmp_path / f"a.{end}").read_bytes() for end in ("cpg", "dbf", "prj", "shp", "shx"))
    assert lots(path).source["sha256"] == hashlib.sha256(joined).hexdigest()


def test_only_what_lies_in_the_box(tmp_path):
    squares = [box(X + 1000 * k, Y, X + 1000 * k + 10, Y + 10) for k in range(10)]
    near = tuple(np.array([X + 2990, Y, X + 4005, Y + 5]) * SURVEY_FOOT)
    crs = metre_twin(CRS.from_epsg(MASS_FT))
    for ending, own in (("gpkg", MASS_FT), ("geojson", LONLAT), ("fgb", MASS_M)):
        path = tmp_path / f"a.{ending}"
        frame(*squares).to_crs(own).to_file(path)
        layer = read_layer(path, role="buildings", crs=crs, bbox=near)
        assert sorted(layer.frame["pin"]) == [4, 5]
        assert layer.source["features"] == 10
        assert any("2 of 10 features" in note for note in layer.source["notes"])
        none = read_layer(path, role="buildings", crs=crs, bbox=tuple(np.array(near) + 30_000))
        assert len(none.frame) == 0
        assert any("0 of 10 features" in note for note in none.source["notes"])


def test_receptors_are_points(tmp_path):
    crs = metre_twin(CRS.from_epsg(MASS_FT))
    path = written(tmp_path / "a.gpkg", shapely.Point(X, Y, 7), shapely.Point(X + 1, Y))
    layer = read_layer(path, role="receptors", crs=crs)
    assert np.allclose(
        shapely.get_coordinates(shapes_of(layer)), np.array([[X, Y], [X + 1, Y]]) * SURVEY_FOOT
    )


# geometry


def test_a_self_crossing_lot_is_repaired_and_named(tmp_path):
    bow = shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)])
    layer = lots(written(tmp_path / "a.gpkg", box(X, Y, X + 1, Y + 1), bow))
    assert layer.repaired == (1,)
    assert shapes_of(layer)[1].is_valid
    assert shapes_of(layer)[1].area == pytest.approx(
        5000 * SURVEY_FOOT**2, rel=1e-9
    )  # two triangles of 100 by 50
    assert any("1 invalid polygons were repaired: row 2" in note for note in layer.source["notes"])


def test_parts_holes_heights_and_collections(tmp_path):
    square, other = box(X, Y, X + 100, Y + 100), box(X + 200, Y, X + 210, Y + 10)
    holed = square.difference(box(X + 10, Y + 10, X + 20, Y + 20))
    both = shapely.MultiPolygon([square, other])
    mixed = shapely.GeometryCollection([square, shapely.Point(X, Y), shapely.GeometryCollection([other])])
    high = shapely.force_3d(square, 12.0)
    frame(holed, both, mixed, high).to_parquet(tmp_path / "a.parquet")
    layer = lots(tmp_path / "a.parquet")
    assert shapely.area(shapes_of(layer)) / SURVEY_FOOT**2 == pytest.approx([9900, 10_100, 10_100, 10_000])
    assert not shapely.has_z(shapes_of(layer)).any()
    assert not layer.unusable
    notes = " | ".join(layer.source["notes"])
    assert "1 geometry collections" in notes and "vertices of 1 shapes" in notes


def test_measures_are_dropped(tmp_path):
    measured = shapely.from_wkt("POLYGON M ((0 0 1, 10 0 2, 10 10 3, 0 10 4, 0 0 1))")
    frame(shapely.transform(measured, lambda xy: xy + np.array([X, Y]))).to_file(tmp_path / "a.gpkg")
    assert shapes_of(lots(tmp_path / "a.gpkg"))[0].area == pytest.approx(100 * SURVEY_FOOT**2)


def test_what_cannot_be_used_keeps_its_row_and_its_reason(tmp_path):
    good = box(X, Y, X + 10, Y + 10)
    nan = shapely.Polygon([(X, Y), (X + 10, Y), (X + 10, np.nan), (X, Y + 10)])
    far = shapely.Polygon([(X, Y), (X + 10, Y), (1e300, Y + 10)])
    flat = shapely.Polygon([(X, Y), (X + 10, Y), (X + 20, Y)])
    speck = box(X, Y, X + 0.1, Y + 0.1)  # 0.0009 m²
    frame(None, shapely.Polygon(), nan, far, flat, speck, shapely.Point(X, Y), shapely.LineString([(X, Y), (X + 1, Y)]), good,
          shapely.GeometryCollection([shapely.Point(X, Y)])).to_parquet(tmp_path / "a.parquet")  # fmt: skip
    layer = lots(tmp_path / "a.parquet")
    assert len(layer.frame) == layer.source["features"] == 10
    words = [
        "no geometry",
        "empty",
        "no number",
        "no number",
        "no area",
        "no area",
        "point",
        "line string",
        None,
        "empty",
    ]
    for row, word in enumerate(words):
        assert (word is None) == (row not in layer.unusable)
        assert word is None or word in layer.unusable[row]
        assert (shapes_of(layer)[row] is None) == (word is not None)
    notes = " | ".join(layer.source["notes"])
    assert "row 1" in notes and "row 8" in notes


def test_not_a_number_in_geojson(tmp_path):
    path = tmp_path / "a.geojson"
    geojson(path, ring((2, 48), (2.1, 48), (2.1, 48.1)), ring((2, 48), (2.1, 48), (2.1, float("nan"))))
    assert list(lots(path).unusable) == [1]


@pytest.mark.parametrize(
    "bad", [[[2.02, 48.02], [2.04, 48.02], ["x", 48.04]], [[2.02, 48.02], [2.04], [2.04, 48.04]], 5]
)
def test_a_hole_that_the_reader_would_lose(tmp_path, bad):
    whole = ring((2, 48), (2.1, 48), (2.1, 48.1))
    broken = {"type": "Polygon", "coordinates": [*whole["coordinates"], bad]}
    layer = lots(geojson(tmp_path / "a.geojson", whole, broken))
    assert "1 of its 2 rings" in layer.unusable[1]
    assert 0 not in layer.unusable


def test_an_open_ring_is_closed_with_a_note(tmp_path):
    shape = {"type": "Polygon", "coordinates": [[[2, 48], [2.001, 48], [2.001, 48.001], [2, 48.001]]]}
    layer = lots(geojson(tmp_path / "a.geojson", shape))
    oracle = frame(box(2, 48, 2.001, 48.001), crs=LONLAT).to_crs(UTM31).area[0]
    assert shapes_of(layer)[0].area == pytest.approx(oracle)
    assert any("closed" in note for note in layer.source["notes"])


# fields and their encodings


def test_two_fields_of_one_name_and_whole_numbers_with_gaps(tmp_path):
    path = written(
        tmp_path / "a.shp", box(X, Y, X + 1, Y + 1), box(X, Y, X + 2, Y + 2), aa=[1, 2], ab=["p", "q"]
    )
    table = tmp_path / "a.dbf"
    table.write_bytes(table.read_bytes().replace(b"ab\0\0\0\0\0\0\0\0\0", b"aa\0\0\0\0\0\0\0\0\0", 1))
    layer = lots(path)
    assert layer.frame["aa"].tolist() == [1, 2]
    assert layer.frame["aa_2"].tolist() == ["p", "q"]
    assert any('second field "aa"' in note for note in layer.source["notes"])
    big = 404_000_000_000_000_001  # beyond what a float holds
    path = geojson(
        tmp_path / "b.geojson", ring((2, 48), (2.1, 48), (2.1, 48.1)), ring((2, 48), (2.1, 48), (2.1, 48.1))
    )
    text = path.read_text().replace('"pin": 1', f'"pin": {big}').replace('"pin": 2', '"pin": null')
    path.write_text(text)
    assert lots(path).frame["pin"][0] == big


@needs_shared
@pytest.mark.parametrize(
    ("name", "text"),
    [("big5", "國語"), ("euckr", "한국말"), ("koi8r", "русский"), ("latin2", "čeština"), ("shiftjis", "カタカナひらがな"),
     ("win1251", "РУССКИЙ"), ("win874", "ภาษาไทย")],
)  # fmt: skip
def test_encodings(tmp_path, name, text):
    path = written(tmp_path / f"{name}.shp", box(X, Y, X + 1, Y + 1))
    for end in ("dbf", "cpg"):
        shutil.copyfile(TORTURE / "encoding" / f"{name}.{end}", tmp_path / f"{name}.{end}")
    assert lots(path).frame["NAME"].tolist() == [text]


@needs_shared
def test_swedish_field_names_without_a_stated_encoding():
    layer = read_layer(SHARED / "goteborg-se" / "buildings.shp", role="buildings", crs=CRS.from_epsg(3007))
    assert "OPERATÖR" in layer.frame.columns
    assert len(layer.frame) == 137 and len(layer.repaired) == 2
    assert any("assumed" in note for note in layer.source["notes"])


def test_unsaid_and_wrong_encodings(tmp_path):
    path, cpg = tmp_path / "a.shp", tmp_path / "a.cpg"
    frame(box(X, Y, X + 1, Y + 1), operatör=["Göteborg"]).to_file(path, encoding="UTF-8")
    cpg.unlink()
    layer = lots(path)
    assert layer.frame["operatör"].tolist() == ["Göteborg"]
    assert any("valid UTF-8" in note for note in layer.source["notes"])
    for text, words in (("klingon", 'says "klingon"'), ("UTF-16", "no .dbf can be"), ("ascii", "are not")):
        cpg.write_text(text)
        refused(words, "a.cpg", path=path)


# damaged and absent files


def test_absent_files_and_folders(tmp_path):
    written(tmp_path / "parcels.gpkg", box(X, Y, X + 1, Y + 1))
    refused("no such file", "did you mean parcels.gpkg", path=tmp_path / "parcel.gpkg")
    refused("no such file", "no folder", path=tmp_path / "nowhere" / "a.gpkg")
    refused("is a folder", "parcels.gpkg", path=tmp_path)
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    refused('".xlsx"', "GeoPackage", path=tmp_path / "a.xlsx")
    refused("is a folder", path="")


def test_files_that_are_not_what_they_say(tmp_path):
    for ending in ("gpkg", "shp", "fgb", "parquet", "kml", "geojson"):
        path = tmp_path / f"a.{ending}"
        path.write_bytes(b"")
        refused("is empty", path=path)
        path.write_text('<OGRVRTDataSource><OGRVRTLayer name="x"/></OGRVRTDataSource>')
        refused("a." + ending, "export", path=path)
    path.write_bytes(b'{"type": "FeatureCollection", "features": [], "name": "G\xf6teborg"}')
    refused("not UTF-8", path=path)
    refused("is empty", path=geojson(path))


@pytest.mark.parametrize("ending", ["gpkg", "shp", "fgb", "parquet", "geojson", "kml", "zip"])
def test_files_cut_short(tmp_path, ending):
    whole = tmp_path / f"a.{'shp' if ending == 'zip' else ending}"
    squares = frame(*(box(k / 1e3, 48, k / 1e3 + 5e-4, 48.001) for k in range(300)), crs=LONLAT)
    if ending == "parquet":
        squares.to_parquet(whole)
    else:
        squares.to_file(whole, **({"driver": "KML"} if ending == "kml" else {}))
    path = zipped(tmp_path / "a.zip", whole) if ending == "zip" else whole
    data = path.read_bytes()
    for share in (0.3, 0.7, 0.95):
        path.write_bytes(data[: int(len(data) * share)])
        try:
            layer = lots(path)
        except InputError as error:
            assert f"a.{ending}" in str(error)
        else:
            assert ending == "gpkg" and len(layer.frame) == 300 and not layer.unusable


def test_a_zip_that_would_fill_the_disk(tmp_path, monkeypatch):
    path = zipped(tmp_path / "a.zip", written(tmp_path / "a.shp", box(X, Y, X + 100, Y + 50)))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage._replace(free=300))
    refused("unpacks to", "make room", path=path)


def test_a_zip_with_a_broken_byte(tmp_path):
    path = zipped(tmp_path / "a.zip", written(tmp_path / "a.shp", box(X, Y, X + 100, Y + 50)))
    data = bytearray(path.read_bytes())
    data[data.find(b"\x00\x00\x27\x0a") + 60] ^= 0xFF  # in a corner of the lot, stored without compression
    path.write_bytes(data)
    refused("cannot be unpacked", path=path)
    path.write_bytes(b"PK\x03\x04 no zip")
    refused("cannot be unpacked", path=path)


def test_shapefile_parts_that_do_not_belong_together(tmp_path):
    path = written(tmp_path / "a.shp", box(X, Y, X + 1, Y + 1), box(X, Y, X + 2, Y + 2))
    written(tmp_path / "b.shp", box(X, Y, X + 1, Y + 1))
    shutil.copyfile(tmp_path / "b.dbf", tmp_path / "a.dbf")
    refused("2 shapes", "1 rows", path=path)
    (tmp_path / "a.dbf").unlink()
    assert any("a.dbf is missing" in note for note in lots(path).source["notes"])
    (tmp_path / "a.shx").unlink()
    refused("a.shx is missing", path=path)
    refused("part of a Shapefile", "give b.shp", path=tmp_path / "b.dbf")


# buildings


def test_heights_of_buildings(tmp_path):
    crs = metre_twin(CRS.from_epsg(MASS_FT))
    squares = [box(X + 10 * k, Y, X + 10 * k + 5, Y + 5) for k in range(3)]
    path = written(tmp_path / "a.gpkg", *squares, HEIGHT_FT=[10.0, 20.0, None])
    layer = read_buildings(path, crs=crs)
    assert layer.frame["height_m"].tolist() == pytest.approx([3.048, 6.096, np.nan], nan_ok=True)
    assert any("1 buildings have no height" in note for note in layer.source["notes"])
    plain = read_buildings(written(tmp_path / "b.gpkg", *squares, Height=["3", "4.5", ""]), crs=crs)
    assert plain.frame["height_m"].tolist() == pytest.approx([3, 4.5, np.nan], nan_ok=True)
    assert any("assumed" in note for note in plain.source["notes"])
    none = read_buildings(written(tmp_path / "c.gpkg", *squares), crs=crs)
    assert np.isnan(none.frame["height_m"]).all()
    assert any("not known" in note for note in none.source["notes"])
    for number, values in enumerate(([1.0, -2.0, 3.0], ["1", "tall", "3"], [1.0, float("inf"), 3.0])):
        bad = written(tmp_path / f"bad{number}.gpkg", *squares, height_m=values)
        refused("height_m", "row 2", f"bad{number}.gpkg", call=read_buildings, path=bad, crs=crs)
    refused('no field "roof"', call=read_buildings, path=path, crs=crs, height_field="roof")


def test_a_height_that_is_not_a_number(tmp_path):
    path = geojson(tmp_path / "a.geojson", *[ring((-71.1, 42.3), (-71.09, 42.3), (-71.09, 42.31))] * 3)
    text = path.read_text()
    for k, value in enumerate(("3", "null", "NaN"), 1):
        text = text.replace(f'"pin": {k}', f'"height": {value}')
    path.write_text(text)
    refused("field height", "row 3", call=read_buildings, path=path, crs=CRS.from_epsg(MASS_M))
    path.write_text(text.replace("NaN", "4"))
    assert read_buildings(path, crs=CRS.from_epsg(MASS_M)).frame["height_m"].tolist() == pytest.approx(
        [3, np.nan, 4], nan_ok=True
    )


@needs_shared
def test_alexandria_buildings_in_the_site_crs():
    layer = read_buildings(SHARED / "alexandria-va" / "buildings.geojson", crs=CRS.from_epsg(26918))
    assert len(layer.frame) == 84
    assert layer.frame["height_m"].isna().sum() == 2
    assert layer.frame["height_m"].min() == pytest.approx(3.86)
    plain = geopandas.read_file(SHARED / "alexandria-va" / "buildings.geojson")
    true = [abs(Geod(ellps="GRS80").geometry_area_perimeter(shape)[0]) for shape in plain.geometry]
    assert shapely.area(shapes_of(layer)) == pytest.approx(true, rel=1e-3)  # UTM's scale is within 0.0004


# everything in torture/

RIGHT = {  # what can be read: rows, usable rows; areas are checked below
    "bad-geojson/bad-polygon-interiorring-rhr.geojson": (1, 1),
    "bad-geojson/different-first-last.geojson": (1, 1),
    "bad-geojson/different-first-size.geojson": (1, 1),
    "bad-geojson/featurecollection-type-case.geojson": (3, 1),
    "bad-geojson/featurecollection_changed_semantics.geojson": (3, 1),
    "bad-geojson/polygon_winding_order.geojson": (1, 1),
    "bad-geojson/short-linearring.geojson": (1, 1),
    "corrupt/openring.json": (1, 1),
    "crs/nybb_16a_epsg2263.zip": (5, 5),
    "fiona/!test.geojson": (1, 1),
    "fiona/gre.shp": (1, 1),
    "fiona/issue627.geojson": (3, 3),
    "pyogrio/curvepolygon.gpkg": (1, 1),
    "pyogrio/multisurface.gpkg": (1, 1),
}
FILES = (
    sorted(p.relative_to(TORTURE).as_posix() for p in TORTURE.rglob("*") if p.is_file())
    if TORTURE.is_dir()
    else []
)


@needs_shared
@pytest.mark.parametrize("name", FILES)
def test_torture(name):
    if name in RIGHT:
        layer = lots(TORTURE / name)
        usable = shapes_of(layer)[[row for row in range(len(layer.frame)) if row not in layer.unusable]]
        assert (len(layer.frame), len(usable)) == RIGHT[name]
        assert shapely.is_valid(usable).all() and (shapely.area(usable) > 1).all()
    else:
        refused(Path(name).name, path=TORTURE / name)


@needs_shared
def test_torture_areas():
    geod = Geod(ellps="WGS84")
    degree, hole = box(100, 0, 101, 1), box(100.2, 0.2, 100.8, 0.8)
    answers = {
        "bad-geojson/bad-polygon-interiorring-rhr.geojson": degree.difference(hole),
        "bad-geojson/different-first-last.geojson": degree,
        "bad-geojson/short-linearring.geojson": shapely.Polygon([(100, 0), (101, 0), (101, 1)]),
        "bad-geojson/polygon_winding_order.geojson": degree,
    }
    for name, shape in answers.items():
        true = abs(geod.geometry_area_perimeter(shapely.segmentize(shape, 0.01))[0])
        assert shapes_of(lots(TORTURE / name))[0].area == pytest.approx(
            true, rel=2e-3
        )  # the map plane's scale
    layer = lots(TORTURE / "crs" / "nybb_16a_epsg2263.zip")
    assert shapely.area(shapes_of(layer)) / SURVEY_FOOT**2 == pytest.approx(
        layer.frame["Shape_Area"], rel=2e-6
    )
