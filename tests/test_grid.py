"""Grids of ground heights. Oracles: planes in closed form, `elevation_at` on the terrain they come from, the same bits back."""

import math
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS, Transformer
from shapely.geometry import LineString, Polygon, box
from test_terrain import FOOT, LOT, MASS_FT, MASS_M, NORTH, SITE, WEST, plane, raster

from siting.errors import InputError
from siting.geodata.crs import metre_twin
from siting.geodata.grid import read_grid, terrain_raster, write_grid
from siting.geodata.terrain import elevation_at, read_terrain
from siting.parts import Raster
from siting.scene.elevation import Ground, ground_at, make_surface

SHARED = Path(__file__).parents[2] / "shared" / "geodata"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/geodata is not beside the checkout")
TURNED = Affine.translation(WEST - 10, NORTH - 50) @ Affine.rotation(31) @ Affine.scale(5, -5)


def height(grid, xy):
    return ground_at(Ground(grid, make_surface(grid.z_m, grid.to_cell)), xy)


def points_in(area, count=300):
    rng = np.random.default_rng(5)
    west, south, east, north = area.bounds
    return rng.uniform((west, south), (east, north), (count, 2))


@pytest.mark.parametrize("turn", [0.0, 17.0, -120.0])
def test_a_grid_comes_back_to_the_bit(tmp_path, turn):
    rng = np.random.default_rng(1)
    cos, sin = math.cos(math.radians(turn)) / 0.7, math.sin(math.radians(turn)) / 0.7
    grid = Raster(rng.normal(30, 9, (13, 8)), (-0.1 / 3, cos, sin, 7.7 * math.pi, sin, -cos), "hill.tif")
    write_grid(grid, tmp_path / "hill.tif")
    back = read_grid(tmp_path / "hill.tif")
    assert back.to_cell == grid.to_cell and back.name == grid.name
    assert back.z_m.dtype == np.float64 and np.array_equal(back.z_m, grid.z_m)
    with rasterio.open(tmp_path / "hill.tif") as data:  # and other programs see it in the same place
        assert data.profile["compress"] == "deflate" and data.units == ("m",)
        x, y = data.transform @ (3.5, 2.5)
    assert height(grid, [(x, y)])[0] == pytest.approx(grid.z_m[2, 3], abs=1e-9)


def test_a_grid_at_the_origin_comes_back_too(tmp_path):
    """Its affine map is the identity, which files do not keep."""
    grid = Raster(np.arange(6.0).reshape(2, 3), (-0.5, 1.0, 0.0, -0.5, 0.0, 1.0))
    write_grid(grid, tmp_path / "origin.tif")
    assert read_grid(tmp_path / "origin.tif").to_cell == grid.to_cell


def test_the_same_grid_gives_the_same_bytes(tmp_path):
    grid = Raster(np.random.default_rng(2).normal(size=(9, 9)), (0.0, 0.5, 0.0, 9.0, 0.0, -0.5))
    for name in ("a.tif", "b.tif"):
        write_grid(grid, tmp_path / name)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()


def test_a_written_grid_that_was_moved_lies_where_it_says(tmp_path):
    grid = Raster(np.zeros((4, 4)), (0.0, 1.0, 0.0, 3.0, 0.0, -1.0))
    write_grid(grid, tmp_path / "moved.tif")
    with rasterio.open(tmp_path / "moved.tif", "r+") as data:
        data.transform = Affine.translation(100, 0) @ data.transform
    assert read_grid(tmp_path / "moved.tif").to_cell == pytest.approx((-100.0, 1, 0, 3, 0, -1))


def test_a_raster_of_another_program(tmp_path):
    path = raster(tmp_path / "dem.tif", crs=None)
    inside = points_in(LOT)
    assert np.allclose(height(read_grid(path), inside), plane(*inside.T), rtol=0, atol=1e-9)
    feet = raster(tmp_path / "feet.tif", lambda x, y: plane(x, y) / FOOT, units="us-ft")
    assert np.allclose(height(read_grid(feet), inside), plane(*inside.T), rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"crs": 4326, "transform": Affine(1e-5, 0, -71, 0, -1e-5, 42)}, "in degrees"),
        ({"crs": MASS_FT}, "in feet"),
        (
            {"height": lambda x, y: np.where(x < WEST + 20, -9999.0, plane(x, y))},
            "no height in 10 % of its cells",
        ),
        ({"transform": Affine.identity(), "crs": None}, "no georeference"),
    ],
)
def test_what_is_no_grid_of_the_scene_is_refused(tmp_path, options, words):
    path = raster(tmp_path / "dem.tif", **options)
    with pytest.raises(InputError, match=words) as error:
        read_grid(path)
    assert str(error.value).startswith(str(path)) and str(error.value).endswith(".")


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_grid(Raster(np.zeros((2, 2)), (0, 1, 0, 0, 0, 1)), tmp_path / "none" / "dem.tif")


@pytest.mark.parametrize(
    "transform", [Affine(5, 0, WEST, 0, -5, NORTH), TURNED, Affine(4, 0, WEST, 0, 6, NORTH - 230)]
)
def test_in_the_working_crs_the_cells_are_kept(tmp_path, transform):
    rng = np.random.default_rng(3)
    path = raster(tmp_path / "dem.tif", lambda x, y: rng.normal(30, 5, x.shape), transform=transform)
    terrain = read_terrain(path, LOT, SITE)
    grid = terrain_raster(terrain, LOT, SITE)
    inside = points_in(LOT)
    assert np.allclose(height(grid, inside), elevation_at(terrain, *inside.T), rtol=0, atol=1e-8)
    assert set(grid.z_m.ravel()) <= set(terrain.elevation_m.ravel())
    assert grid.name == "dem.tif" and grid.z_m.size < terrain.elevation_m.size


def test_a_raster_in_feet_is_the_working_crs_in_another_unit(tmp_path):
    """Coordinates in US survey feet, heights in metres; every cell is kept, none is made."""
    transform = Affine(16, 0, WEST / FOOT, 0, -16, NORTH / FOOT)
    path = raster(
        tmp_path / "dem.tif", lambda x, y: plane(x * FOOT, y * FOOT), crs=MASS_FT, transform=transform
    )
    site = metre_twin(CRS.from_epsg(MASS_FT))
    terrain = read_terrain(path, LOT, site)
    grid = terrain_raster(terrain, LOT, site)
    inside = points_in(LOT)
    assert np.allclose(height(grid, inside), plane(*inside.T), rtol=0, atol=1e-7)
    assert set(grid.z_m.ravel()) <= set(terrain.elevation_m.ravel())


def test_in_another_crs_heights_are_read_at_a_grid_as_fine(tmp_path):
    utm = CRS.from_epsg(26919)
    move = Transformer.from_crs(SITE, utm, always_xy=True)
    x, y = move.transform(WEST, NORTH)
    back = Transformer.from_crs(utm, SITE, always_xy=True)
    path = raster(
        tmp_path / "dem.tif", lambda x, y: plane(*back.transform(x, y)), crs=26919, shape=(80, 80),
        transform=Affine(5, 0, x - 100, 0, -5, y + 100),
    )  # fmt: skip
    terrain = read_terrain(path, LOT, SITE)
    grid, part = terrain_raster(terrain, LOT, SITE), terrain_raster(terrain, LOT.buffer(-20), SITE)
    inside = points_in(LOT)
    assert np.allclose(height(grid, inside), plane(*inside.T), rtol=0, atol=1e-5)
    assert 1 / grid.to_cell[1] == pytest.approx(5, abs=0.01)
    nodes = {round(float(z), 12) for z in part.z_m.ravel()}
    assert part.z_m.size < grid.z_m.size and nodes <= {round(float(z), 12) for z in grid.z_m.ravel()}


def test_gaps_in_the_ground_that_sound_passes_are_refused(tmp_path):
    def holed(x, y):
        return np.where(np.hypot(x - WEST - 70, y - NORTH + 90) < 12, -9999.0, plane(x, y))

    path = raster(tmp_path / "dem.tif", holed)
    around = box(WEST + 75, NORTH - 150, WEST + 100, NORTH - 110)
    terrain = read_terrain(path, around, SITE, reach_m=90)
    with pytest.raises(InputError, match=r"no heights for \S+ % of the ground that sound passes"):
        terrain_raster(terrain, LOT, SITE)
    arms = Polygon([(WEST + 50, NORTH - 120), (WEST + 70, NORTH - 120), (WEST + 50, NORTH - 60)]).union(
        LineString([(WEST + 50, NORTH - 60), (WEST + 95, NORTH - 60)])
    )
    with pytest.raises(
        InputError, match="no heights"
    ):  # the hole lies in none of its parts, but between them
        terrain_raster(terrain, arms, SITE)
    beyond = box(WEST + 75, NORTH - 150, WEST + 400, NORTH - 110)
    with pytest.raises(InputError, match="no heights"):
        terrain_raster(terrain, beyond, SITE)


def test_beside_the_area_gaps_are_filled_and_screen_nothing(tmp_path):
    def half(x, y):
        return np.where(x > WEST + 110, -9999.0, plane(x, y))

    terrain = read_terrain(raster(tmp_path / "dem.tif", half), LOT, SITE, reach_m=90)
    triangle = Polygon([(WEST + 40, NORTH - 120), (WEST + 100, NORTH - 120), (WEST + 40, NORTH - 20)])
    reached = triangle.union(box(WEST + 20, NORTH - 125, WEST + 21, NORTH - 124))
    grid = terrain_raster(terrain, reached.buffer(8), SITE)
    assert np.isfinite(grid.z_m).all()
    inside = points_in(LOT)
    assert np.allclose(height(grid, inside), elevation_at(terrain, *inside.T), rtol=0, atol=1e-9)
    assert grid.z_m.max() <= np.nanmax(terrain.elevation_m) and grid.z_m.min() >= np.nanmin(
        terrain.elevation_m
    )


@needs_shared
@pytest.mark.parametrize(
    ("file", "crs", "area"),
    [
        ("goteborg-se/DEM_KRbig.tif", 3007, (147722, 6398559, 147952, 6398778)),
        ("alexandria-va/dtm.tif", 26918, (321600, 4297750, 321800, 4297900)),
        ("alexandria-va/dtm.tif", 2283, (3617000, 2128000, 3617400, 2128400)),
        ("cambridge-ma/derived_dem_10m_epsg26986_metres.tif", MASS_M, (232000, 902500, 232180, 902560)),
    ],
)
def test_real_terrain(file, crs, area):
    site = CRS.from_epsg(crs)
    if crs == 2283:  # Virginia North in feet, its metre twin is the working CRS
        site = metre_twin(site)
        x, y = Transformer.from_crs(26918, site, always_xy=True).transform(321700, 4297820)
        area = (x - 60, y - 60, x + 60, y + 60)
    terrain = read_terrain(SHARED / file, box(*area), site)
    grid = terrain_raster(terrain, box(*area), site)
    inside = points_in(box(*area), 500)
    exact = crs != 2283
    expected = elevation_at(terrain, *inside.T)
    assert np.allclose(height(grid, inside), expected, rtol=0, atol=1e-7 if exact else 0.3)
    assert np.median(np.abs(height(grid, inside) - expected)) < (1e-8 if exact else 0.02)
