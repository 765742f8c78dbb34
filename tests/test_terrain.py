"""Ground heights. Oracles: planes whose height and slope are known in closed form, and rasterio's own sampling."""

import hashlib
import math
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import CRS, Transformer
from shapely.geometry import box

from siting.errors import InputError
from siting.geodata.terrain import elevation_at, read_terrain

SHARED = Path(__file__).parents[2] / "shared" / "geodata"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/geodata is not beside the checkout")
MASS_M, MASS_FT = 26986, 2249
FOOT = 1200 / 3937
WEST, NORTH = 232_000.0, 902_000.0
SITE = CRS.from_epsg(MASS_M)
LOT = box(WEST + 40, NORTH - 120, WEST + 100, NORTH - 60)


def plane(x, y):
    """Rises 3 % to the east and falls 4 % to the north, so 5 % along its steepest line."""
    return 20 + 0.03 * (x - WEST) - 0.04 * (y - NORTH)


def raster(path, height=plane, *, crs=MASS_M, transform=None, shape=(40, 40), **profile):
    transform = transform or Affine(5, 0, WEST, 0, -5, NORTH)
    row, column = np.indices(shape) + 0.5
    x = transform.a * column + transform.b * row + transform.c
    y = transform.d * column + transform.e * row + transform.f
    z = np.asarray(height(x, y), "float64")
    units = profile.pop("units", None)
    options = {"driver": "GTiff", "dtype": "float64", "count": 1, "nodata": -9999.0, **profile}
    with rasterio.open(
        path, "w", crs=crs, transform=transform, height=shape[0], width=shape[1], **options
    ) as data:
        data.write(z, 1)
        if units:
            data.units = (units,)
    return path


def refused(*words, **options):
    with pytest.raises(InputError) as caught:
        read_terrain(**{"area": LOT, "crs": SITE, **options})
    text = str(caught.value)
    assert all(word in text for word in words), text
    assert "\n" not in text and text.endswith(".")


def on_a_plane(terrain, tolerance=1e-9):
    """The facts of LOT on `plane`: corners, middle, steepest line."""
    x0, y0, x1, y1 = LOT.bounds
    facts = terrain.facts
    assert facts["min_m"] == pytest.approx(plane(x0, y1), abs=tolerance)
    assert facts["max_m"] == pytest.approx(plane(x1, y0), abs=tolerance)
    assert facts["mean_m"] == pytest.approx(plane((x0 + x1) / 2, (y0 + y1) / 2), abs=tolerance)
    assert facts["steepest_pct"] == pytest.approx(5.0, rel=1e-6 + tolerance)


def test_a_plane(tmp_path):
    path = raster(tmp_path / "dem.tif")
    terrain = read_terrain(path, LOT, SITE)
    on_a_plane(terrain)
    source = terrain.source
    assert (source["role"], source["path"], source["nodata"]) == ("terrain", str(path), -9999.0)
    assert source["crs"].startswith("EPSG:26986") and source["resolution"] == [5.0, 5.0]
    assert source["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert any("taken as metres (assumed" in note for note in source["notes"])


def test_heights_at_points_are_bilinear(tmp_path):
    rng = np.random.default_rng(7)
    z = rng.normal(30, 5, (40, 40))
    terrain = read_terrain(raster(tmp_path / "dem.tif", lambda x, y: z), LOT, SITE)
    middles_x, middles_y = WEST + 2.5 + 5 * np.arange(40), NORTH - 2.5 - 5 * np.arange(40)
    x, y = rng.uniform(WEST + 40, WEST + 100, 200), rng.uniform(NORTH - 120, NORTH - 60, 200)
    rows_at_x = [
        np.array([np.interp(at, middles_x, row) for row in z]) for at in x
    ]  # first along every row, then down
    other = [np.interp(-at, -middles_y, column) for at, column in zip(y, rows_at_x, strict=True)]
    assert elevation_at(terrain, x, y) == pytest.approx(other, abs=1e-9)
    single = elevation_at(terrain, float(x[0]), float(y[0]))
    assert isinstance(single, float) and single == pytest.approx(other[0])
    assert math.isnan(elevation_at(terrain, WEST - 1000.0, NORTH))
    own = z[16, 12]  # the cell over (WEST + 62.5, NORTH - 82.5)
    assert elevation_at(terrain, WEST + 62.5, NORTH - 82.5) == pytest.approx(own)


def test_the_extremes_are_those_of_the_cells_inside(tmp_path):
    def peak(x, y):
        return np.where((abs(x - WEST - 62.5) < 1) & (abs(y - NORTH + 82.5) < 1), 50.0, 10.0)

    facts = read_terrain(raster(tmp_path / "dem.tif", peak), LOT, SITE).facts
    assert (facts["min_m"], facts["max_m"]) == pytest.approx((10, 50))
    assert facts["mean_m"] == pytest.approx(
        10 + 40 * 25 / LOT.area, rel=0.02
    )  # a tent of volume 40 m x 25 m²


@pytest.mark.parametrize("degrees", [0, 30, 137])
def test_rotated_grids(tmp_path, degrees):
    turned = (
        Affine.translation(WEST + 70, NORTH - 90) @ Affine.rotation(degrees) @ Affine.translation(-150, 150)
    )
    on_a_plane(
        read_terrain(
            raster(tmp_path / "dem.tif", transform=turned @ Affine.scale(3, -3), shape=(100, 100)), LOT, SITE
        )
    )


def test_the_site_in_feet_elsewhere_and_the_raster_in_metres(tmp_path):
    feet = Transformer.from_crs(MASS_M, 32619, always_xy=True)
    lot = shapely.transform(LOT, lambda xy: np.column_stack(feet.transform(*xy.T)))
    terrain = read_terrain(raster(tmp_path / "dem.tif"), lot, CRS.from_epsg(32619))
    on_a_plane(terrain, 1e-3)  # UTM's scale differs from the state plane's by 1e-5
    x, y = feet.transform(WEST + 61.0, NORTH - 77.0)
    assert elevation_at(terrain, x, y) == pytest.approx(plane(WEST + 61, NORTH - 77), abs=1e-6)


def test_a_raster_in_degrees_and_one_in_feet(tmp_path):
    def from_degrees(lon, lat):
        return plane(*Transformer.from_crs(4326, MASS_M, always_xy=True).transform(lon, lat))

    lon, lat = Transformer.from_crs(MASS_M, 4326, always_xy=True).transform(WEST + 70, NORTH - 90)
    grid = Affine(3e-5, 0, lon - 0.003, 0, -3e-5, lat + 0.003)
    terrain = read_terrain(
        raster(tmp_path / "a.tif", from_degrees, crs=4326, transform=grid, shape=(200, 200)), LOT, SITE
    )
    on_a_plane(terrain, 1e-3)
    grid = Affine(10, 0, WEST / FOOT, 0, -10, NORTH / FOOT)
    path = raster(
        tmp_path / "b.tif",
        lambda x, y: plane(x * FOOT, y * FOOT),
        crs=MASS_FT,
        transform=grid,
        shape=(60, 60),
    )
    terrain = read_terrain(path, LOT, SITE)
    on_a_plane(terrain, 1e-4)  # the false easting of EPSG:2249 is rounded to a thousandth of a foot
    assert any("map unit is the foot" in note for note in terrain.source["notes"])


@pytest.mark.parametrize(("unit", "metres"), [("ft", 0.3048), ("US survey foot", FOOT), ("metre", 1.0)])
def test_heights_in_feet_by_the_bands_unit(tmp_path, unit, metres):
    path = raster(tmp_path / "dem.tif", lambda x, y: plane(x, y) / metres, units=unit)
    terrain = read_terrain(path, LOT, SITE)
    on_a_plane(terrain)
    assert any("converted" in note for note in terrain.source["notes"]) == (metres != 1)


def test_heights_in_an_unknown_unit(tmp_path):
    refused('"dm"', "convert them", path=raster(tmp_path / "dem.tif", units="dm"))


def test_heights_in_feet_by_the_crs(tmp_path):
    path = raster(
        tmp_path / "dem.tif", lambda x, y: plane(x, y) / FOOT, crs="EPSG:26986+6360"
    )  # NAVD88 height (ftUS)
    terrain = read_terrain(path, LOT, SITE)
    on_a_plane(terrain, 1e-6)
    assert any("us survey foot" in note.lower() and "converted" in note for note in terrain.source["notes"])
    assert any("vertical part" in note for note in terrain.source["notes"])


def test_whole_numbers_with_scale_and_offset(tmp_path):
    path = raster(tmp_path / "dem.tif", lambda x, y: np.full(x.shape, 150), dtype="int16", nodata=-1)
    with rasterio.open(path, "r+") as data:
        data.scales, data.offsets = (0.1,), (5.0,)
    facts = read_terrain(path, LOT, SITE).facts
    assert facts == pytest.approx({"min_m": 20, "max_m": 20, "mean_m": 20, "steepest_pct": 0})


def test_a_hole_beside_the_lot_does_not_matter_and_one_in_it_does(tmp_path):
    def holed(west):
        return lambda x, y: np.where((x > west) & (x < west + 20), -9999.0, plane(x, y))

    facts = read_terrain(
        raster(tmp_path / "a.tif", holed(WEST + 100)), LOT, SITE
    ).facts  # begins at the lot's east side
    x0, y0, x1, y1 = LOT.bounds
    assert facts["min_m"] == pytest.approx(plane(x0, y1))
    assert facts["max_m"] == pytest.approx(
        plane(x1 - 2.5, y0), abs=1e-9
    )  # half a cell in, the last known middle
    refused("b.tif", "66 %", "fill its gaps", path=raster(tmp_path / "b.tif", holed(WEST + 60)))
    refused("0 %", path=raster(tmp_path / "c.tif", lambda x, y: np.full(x.shape, np.nan)))


def test_a_raster_that_does_not_cover_the_lot(tmp_path):
    path = raster(tmp_path / "dem.tif")
    away = shapely.transform(LOT, lambda xy: xy + 5000)
    refused("0 % of the lot", "dem.tif", "give a raster of this place", path=path, area=away)
    half = box(WEST - 50, NORTH - 120, WEST + 50, NORTH - 60)
    refused("50 % of the lot", path=path, area=half)
    refused("0 % of the lot", path=raster(tmp_path / "b.tif", crs=3007), area=LOT)


def test_heights_beyond_the_lot_on_request(tmp_path):
    path = raster(tmp_path / "dem.tif")
    x, y = WEST + 160.0, NORTH - 90.0
    assert math.isnan(elevation_at(read_terrain(path, LOT, SITE), x, y))
    assert elevation_at(read_terrain(path, LOT, SITE, reach_m=80), x, y) == pytest.approx(plane(x, y))


def test_an_ascii_grid_needs_its_crs_beside_it(tmp_path):
    path = tmp_path / "dem.asc"
    rows = [
        " ".join(f"{plane(WEST + 5 * c + 2.5, NORTH - 5 * r - 2.5):.9f}" for c in range(40))
        for r in range(40)
    ]
    head = f"ncols 40\nnrows 40\nxllcorner {WEST}\nyllcorner {NORTH - 200}\ncellsize 5\nNODATA_value -9999\n"
    path.write_text(head + "\n".join(rows) + "\n")
    refused("states no CRS", ".prj", path=path)
    on_a_plane(read_terrain(path, LOT, SITE, stated="EPSG:26986"), 1e-5)
    path.with_suffix(".prj").write_text(SITE.to_wkt("WKT1_ESRI"))
    on_a_plane(read_terrain(path, LOT, SITE), 1e-5)


def test_what_is_no_raster_of_heights(tmp_path):
    refused("no such file", path=tmp_path / "dem.tif")
    refused("is a folder", path=tmp_path)
    (tmp_path / "a.gpkg").write_text("x")
    refused('".gpkg"', "GeoTIFF", path=tmp_path / "a.gpkg")
    (tmp_path / "b.tif").write_text("<VRTDataset></VRTDataset>")
    refused("cannot be read", "b.tif", path=tmp_path / "b.tif")
    picture = tmp_path / "c.tif"
    with rasterio.open(
        picture, "w", driver="GTiff", dtype="uint8", count=3, width=9, height=9, crs=MASS_M,
        transform=Affine(50, 0, WEST, 0, -50, NORTH),
    ) as data:  # fmt: skip
        data.write(np.zeros((3, 9, 9), "uint8"))
    refused("3 bands", "picture", path=picture)
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        loose = raster(tmp_path / "d.tif", transform=Affine.identity())
    refused("where it lies", path=loose)
    cut = raster(tmp_path / "e.tif")
    cut.write_bytes(cut.read_bytes()[:4000])
    refused("cannot be read", path=cut)


@needs_shared
def test_cambridge_dem():
    lot = box(232_000, 902_500, 232_080, 902_560)
    path = SHARED / "cambridge-ma" / "derived_dem_10m_epsg26986_metres.tif"
    terrain = read_terrain(path, lot, SITE)
    with rasterio.open(path) as data:
        middles = [(x, y) for x in np.arange(232_005, 232_080, 10) for y in np.arange(902_505, 902_560, 10)]
        known = np.array([value[0] for value in data.sample(middles)])
    assert elevation_at(terrain, *np.array(middles, float).T) == pytest.approx(known, abs=1e-5)
    assert terrain.facts["min_m"] <= known.min() and terrain.facts["max_m"] >= known.max()
    assert terrain.facts["mean_m"] == pytest.approx(known.mean(), abs=0.2)
