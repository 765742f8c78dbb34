"""The example site. Oracles: the script that writes it, areas by the shoelace formula in its own field, and plane geometry."""

import importlib.util
from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio
from shapely import STRtree

from siting.catalog import data_folder, load_ordinance
from siting.zones import classes_of

EXAMPLE = data_folder() / "examples"


@pytest.fixture(scope="module")
def parcels():
    return geopandas.read_file(EXAMPLE / "parcels.geojson")


def overlaps(geometries):
    """Areas that two polygons of a layer share."""
    pairs = STRtree(geometries).query(geometries, predicate="intersects").T
    return [geometries[a].intersection(geometries[b]).area for a, b in pairs if a < b]


@pytest.fixture(scope="module")
def rewritten(tmp_path_factory):
    folder = tmp_path_factory.mktemp("example")
    spec = importlib.util.spec_from_file_location("make_example", EXAMPLE / "make_example.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.write_example(folder)
    return folder


@pytest.mark.parametrize("layer", ["parcels", "zoning", "buildings"])
def test_the_script_writes_the_shipped_layers(rewritten, layer):
    name = f"{layer}.geojson"
    assert (rewritten / name).read_bytes() == (EXAMPLE / name).read_bytes()


def test_the_script_writes_the_shipped_terrain(rewritten):
    # values, not bytes: the packing of a raster may differ between versions of its library
    with rasterio.open(rewritten / "terrain.tif") as new, rasterio.open(EXAMPLE / "terrain.tif") as shipped:
        assert (new.crs, new.transform, new.nodata, new.units) == (
            shipped.crs,
            shipped.transform,
            shipped.nodata,
            ("metre",),
        )
        assert np.array_equal(new.read(1), shipped.read(1))


def test_it_is_small_and_says_that_it_is_made_up():
    assert sum(file.stat().st_size for file in EXAMPLE.iterdir() if file.is_file()) < 300_000
    assert "made up" in Path(EXAMPLE / "README.md").read_text(encoding="utf-8")


def test_lots(parcels):
    assert 55 <= len(parcels) <= 65
    assert parcels.parcel_id.is_unique
    assert (parcels.crs.to_epsg(), parcels.crs.axis_info[0].unit_name) == (3419, "US survey foot")
    assert parcels.is_valid.all()
    # corners to 0.001 ft, so an area is right to some 0.001 ft x 2,000 ft; the field is rounded to 1 sq ft
    assert np.allclose(parcels.area, parcels.land_sqft, atol=2.5)
    industrial = parcels[parcels.zone == "I-1"].area / 43_560
    assert industrial.max() == pytest.approx(3.0, abs=0.001) and industrial.min() == pytest.approx(
        0.504, abs=0.001
    )


def test_lots_do_not_overlap(parcels):
    shared = overlaps(parcels.geometry.values)
    assert len(shared) > 50  # neighbours touch
    assert max(shared) < 0.05  # sq ft: nothing but the rounding of corners


def test_every_zone_is_one_that_exampleton_knows(parcels):
    code = load_ordinance("exampleton")
    wanted = {"R": "residential", "C": "commercial", "I": "industrial"}
    assert {zone: classes_of(code, zone) for zone in parcels.zone} == {
        zone: (wanted[zone[0]],) for zone in parcels.zone
    }


def test_zoning_covers_every_lot_with_the_lots_own_zone(parcels):
    zoning = geopandas.read_file(EXAMPLE / "zoning.geojson")
    assert max(overlaps(zoning.geometry.values)) < 2.0  # sq ft, along lines of 1,200 ft
    for lot in parcels.itertuples():
        own = zoning[zoning.zone == lot.zone].union_all().intersection(lot.geometry).area
        assert own == pytest.approx(lot.geometry.area, abs=0.5)


def test_buildings_stand_inside_their_lots_with_heights(parcels):
    buildings = geopandas.read_file(EXAMPLE / "buildings.geojson")
    assert 50 < len(buildings) < len(parcels)
    assert buildings.height_m.between(3, 15).all()
    lots = parcels.geometry
    assert all(lots.contains(house).sum() == 1 for house in buildings.geometry)


def test_terrain_covers_all_lots_and_is_gentle(parcels):
    with rasterio.open(EXAMPLE / "terrain.tif") as raster:
        heights, bounds, pixel_ft = raster.read(1), raster.bounds, raster.res[0]
    west, south, east, north = parcels.total_bounds
    assert bounds.left < west and bounds.bottom < south and bounds.right > east and bounds.top > north
    slopes = [np.abs(np.diff(heights, axis=axis)).max() / (pixel_ft * 0.3048) for axis in (0, 1)]
    assert 5 < np.ptp(heights) < 25 and max(slopes) < 0.1
