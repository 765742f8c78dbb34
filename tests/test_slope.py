"""Ground that is too steep. Oracles: planes and ramps of known slope, a hill worked out by hand, rotation."""

import math

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from small_land import EAST, NORTH, at, block, code, land_of, square

from siting.errors import InputError
from siting.geodata.terrain import read_terrain
from siting.site import make_site
from siting.site.slope import too_steep
from siting.yard import Placing

RULES = code({"*": 60}, setback=0.0, building=0.0)


def raster(folder, height, cell=1.0, name="ground.tif", size=120.0):
    """Heights over -40 to 80 m both ways as a function of metres east and north of the place."""
    count = int(size / cell)
    x = -40 + cell * (np.arange(count) + 0.5)
    z = height(*np.meshgrid(x, x[::-1])).astype(np.float32)
    with rasterio.open(
        folder / name, "w", driver="GTiff", width=count, height=count, count=1, dtype="float32", crs="EPSG:26986",
        transform=Affine(cell, 0, EAST - 40, 0, -cell, NORTH - 40 + size), nodata=-9999,
    ) as file:  # fmt: skip
        file.write(np.where(np.isnan(z), -9999, z), 1)
    return folder / name


def site_of(folder, height, cell=1.0, ordinance=RULES, **placing):
    land = land_of(folder, {"A": square(0, 0, 40, 30)}, terrain=raster(folder, height, cell))
    return make_site(land, 0, ordinance, Placing(**placing))[0]


@pytest.mark.parametrize("direction", [0, 30, 45, 90, 200])
@pytest.mark.parametrize("cell", [0.5, 1.0, 3.0, 10.0])
def test_a_plane_is_taken_whole_or_not_at_all(tmp_path, direction, cell):
    east, north = math.cos(math.radians(direction)), math.sin(math.radians(direction))

    def plane(pct):
        return lambda x, y: pct / 100 * (x * east + y * north) + 50

    assert site_of(tmp_path, plane(9.8), cell).taken_m2["slope"] == 0
    assert site_of(tmp_path, plane(10.0), cell).taken_m2["slope"] == 0  # at the limit, in 32 bits
    steep = site_of(tmp_path, plane(10.2), cell)
    assert steep.taken_m2["slope"] == pytest.approx(1200, abs=1e-6) and steep.buildable.is_empty


def test_a_ramp_is_taken_where_it_is(tmp_path):
    # flat up to 10 m, 20 % from there to 25 m, flat again. Over 3 m the slope exceeds 10 % where more than half of them lie
    # on the ramp: from 10 to 25 m east; and a square of 1 m beside it where its corner does
    def ramp(x, y):
        return 0.2 * np.clip(x, 10, 25) - 2

    site = site_of(tmp_path, ramp)
    assert 15 * 30 - 1e-6 <= site.taken_m2["slope"] <= 17 * 30 + 1e-6
    taken = site.lot.difference(site.buildable)
    assert taken.buffer(1e-6).covers(square(10, 0, 25, 30)) and square(9, 0, 26, 30).buffer(1e-6).covers(
        taken
    )
    assert site_of(tmp_path, ramp, max_slope_pct=21).taken_m2["slope"] == 0
    told = {a.name: (a.value, a.origin) for a in site.assumptions}
    assert told["site.max_slope_pct"] == (10.0, "assumed")
    given = site_of(tmp_path, ramp, max_slope_pct=21).assumptions
    assert [(a.value, a.origin) for a in given if a.name == "site.max_slope_pct"] == [(21, "given")]


def test_a_curb_is_no_slope_and_a_retaining_wall_is(tmp_path):
    def step(height):
        return lambda x, y: height * (x > 20)

    assert site_of(tmp_path, step(0.15)).taken_m2["slope"] == 0
    wall = site_of(tmp_path, step(1.0))
    assert 0 < wall.taken_m2["slope"] <= 6 * 30
    assert wall.lot.difference(wall.buildable).buffer(1e-6).covers(square(19.5, 0, 20.5, 30))


def test_a_bowl_keeps_its_middle_by_hand(tmp_path):
    # z = a r^2 has the slope 2 a r: 10 % at r = 0.05 / a; central differences of a square are exact, the bilinear surface nearly
    a = 0.1 / (2 * 12)
    site = site_of(tmp_path, lambda x, y: a * ((x - 20) ** 2 + (y - 15) ** 2))
    kept = site.buildable
    assert at(shapely.Point(20, 15)).buffer(12.1).covers(kept)
    assert kept.covers(at(shapely.Point(20, 15)).buffer(12 - 1.5))

    # a quarter turn of the ground turns what is kept
    def saddle(x, y):
        return 0.004 * ((x - 20) ** 2 - 2 * (y - 20) ** 2)

    land = land_of(tmp_path, {"A": square(0, 0, 40, 40)}, terrain=raster(tmp_path, saddle))
    one = make_site(land, 0, RULES)[0]
    land = land_of(
        tmp_path, {"A": square(0, 0, 40, 40)}, terrain=raster(tmp_path, lambda x, y: saddle(y, 40 - x))
    )
    other = make_site(land, 0, RULES)[0]
    assert 0 < one.taken_m2["slope"] == pytest.approx(other.taken_m2["slope"], abs=1e-6)


def test_the_slope_is_asked_last_and_takes_of_what_is_left(tmp_path):
    site = site_of(tmp_path, lambda x, y: 0.3 * x, ordinance=code({"*": 60}, setback=3.0, building=0.0))
    assert site.taken_m2["setback"] == pytest.approx(1200 - 34 * 24)
    assert site.taken_m2["slope"] == pytest.approx(34 * 24, abs=1e-6)
    assert list(site.taken_m2)[-1] == "slope"


def test_ground_of_unknown_slope_is_not_built_on(tmp_path):
    # heights in a single column of cells: nothing tells how the ground rises east or west of it
    path = raster(tmp_path, lambda x, y: np.where(np.abs(x - 15.0) < 5, 1.0, np.nan), cell=10.0)
    land = land_of(tmp_path, {"A": square(10.5, 5, 19.5, 15)}, terrain=path)
    lot = land.parcels.lots[0]
    terrain = read_terrain(path, square(11, 6, 19, 14), land.parcels.crs)
    steep = too_steep(terrain, lot, 10.0)
    assert steep.buffer(1e-6).covers(lot)


def test_without_heights_nothing_is_steep_and_a_limit_is_refused(tmp_path):
    land = land_of(tmp_path, block())
    assert make_site(land, 0, None)[0].taken_m2["slope"] == 0
    with pytest.raises(InputError, match=r"--max-slope-pct .* --terrain"):
        make_site(land, 0, None, Placing(max_slope_pct=5.0))
    land = land_of(tmp_path, block(), terrain=raster(tmp_path, lambda x, y: 0 * x))
    for wrong in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(InputError, match=r"--max-slope-pct is .*above 0"):
            make_site(land, 0, None, Placing(max_slope_pct=wrong))
