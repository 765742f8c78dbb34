"""The buildable area. Oracles: areas by hand, shapely's distances point by point, a plane of known slope."""

import math

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from small_land import EAST, NORTH, ORIGIN, at, block, code, land_of, square, write, write_lots, write_zones

from siting.errors import InputError
from siting.site import make_site, read_land, zones_at


def site_of(tmp_path, lots, ordinance=None, row=0, **options):
    return make_site(land_of(tmp_path, lots, **options), row, ordinance)[0]


def test_a_square_loses_its_setback_a_building_with_its_distance_and_a_keep_out_by_hand(tmp_path):
    # 40 x 30 less 3 m all round: 34 x 24 = 816. A house of 6 x 4 grown by 2 m: 10 x 8 with round corners,
    # 6*4 + 2*2*(6+4) + pi 2^2 = 76.566; a keep-out of 5 x 5 wholly inside
    houses = write(tmp_path / "b.gpkg", [square(10, 10, 16, 14)], name=["house"])
    kept = write(tmp_path / "k.gpkg", [square(25, 10, 30, 15)], name=["well"])
    site = site_of(
        tmp_path, block(), code({"*": 60}, setback=3.0, building=2.0), buildings=houses, keep_out=kept
    )
    assert site.lot.area == pytest.approx(1200, abs=1e-6)
    assert site.taken_m2["setback"] == pytest.approx(1200 - 816, abs=1e-6)
    assert site.taken_m2["buildings"] == pytest.approx(24 + 40 + 4 * math.pi, rel=1e-3)
    assert site.taken_m2["buildings"] >= 24 + 40 + 4 * math.pi  # chords outside the arc
    assert site.taken_m2["keep-outs"] == pytest.approx(25, abs=1e-6)
    assert site.buildable.area == pytest.approx(site.lot.area - sum(site.taken_m2.values()), abs=1e-6)
    assert shapely.distance(site.buildable, site.buildings[0]) == pytest.approx(2.0, abs=1e-9)
    assert [(a.name, a.value, a.origin) for a in site.assumptions[:2]] == [
        ("site.setback_m", 3.0, "file"), ("site.building_distance_m", 2.0, "file"),
    ]  # fmt: skip


def test_rules_that_nobody_gives_are_assumed_and_said(tmp_path):
    site = site_of(tmp_path, block())
    assert site.taken_m2["setback"] == pytest.approx(1200 - (40 - 3.048) * (30 - 3.048), abs=1e-6)
    assert [(a.value, a.origin) for a in site.assumptions[:2]] == [(1.524, "assumed")] * 2


@pytest.mark.parametrize("setback", [0.3, 1.524, 3.048, 8.0])
def test_nothing_buildable_is_nearer_than_the_setback_at_reflex_corners_on_curves_and_round_holes(
    tmp_path, setback
):
    rng = np.random.default_rng(1)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 240))
    radius = 30 + 8 * np.sin(3 * angle) + rng.normal(0, 0.02, 240)
    shapes = {
        "L": at(shapely.Polygon([(0, 0), (60, 0), (60, 25), (25, 25), (25, 60), (0, 60)])),
        "curved": at(
            shapely.Polygon(np.column_stack((200 + radius * np.cos(angle), radius * np.sin(angle))))
        ),
        "ring": at(shapely.Point(400, 0).buffer(40).difference(shapely.Point(405, 0).buffer(9))),
        "two": at(shapely.union_all([shapely.box(600, 0, 630, 30), shapely.box(635, 0, 665, 30)])),
    }
    land = land_of(tmp_path, shapes)
    for row in range(4):
        site = make_site(land, row, code({"*": 60}, setback=setback))[0]
        assert shapely.distance(site.buildable, site.lot.boundary) >= setback - 2e-9
        assert site.lot.covers(site.buildable)
        # and hardly anything that may be built on is lost: erosion by a hair more than the setback
        assert site.lot.buffer(-setback * 1.01 - 0.001, quad_segs=64).difference(site.buildable).area < 1e-6


def test_nothing_buildable_is_nearer_to_a_crooked_building_than_its_distance(tmp_path):
    rng = np.random.default_rng(2)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 150))
    radius = 8 + 3 * np.sin(3 * angle) + rng.normal(0, 0.02, 150)
    house = at(shapely.Polygon(np.column_stack((50 + radius * np.cos(angle), 50 + radius * np.sin(angle)))))
    path = write(tmp_path / "b.gpkg", [house, square(101, 40, 110, 60)], name=["round", "next door"])
    site = site_of(
        tmp_path, {"A": square(0, 0, 100, 100)}, code({"*": 60}, setback=0.0, building=5.0), buildings=path
    )
    for building in site.buildings:
        assert shapely.distance(site.buildable, building) >= 5.0 - 2e-9
    assert len(site.buildings) == 2  # the house on the next lot keeps its distance too


def test_a_lot_smaller_than_its_setbacks_has_no_buildable_area(tmp_path):
    site = site_of(tmp_path, {"A": square(0, 0, 5, 5)}, code({"*": 60}, setback=3.0))
    assert site.buildable.is_empty and site.taken_m2["setback"] == pytest.approx(25, abs=1e-6)


def test_a_lot_in_us_survey_feet_is_assessed_in_metres(tmp_path):
    feet = shapely.transform(square(0, 0, 40, 30), lambda xy: xy * 3937 / 1200)
    site = make_site(read_land(write_lots(tmp_path, {"A": feet}, crs=2249)), 0, None)[0]
    assert site.lot.area == pytest.approx(1200, rel=1e-9)
    assert "in metres" in site.crs_name and 'LENGTHUNIT["metre",1]' in site.crs


def test_streets_and_lots_without_area_are_refused_with_their_reason(tmp_path):
    lots = {"A": square(0, 0, 40, 30), "ROW": square(0, -15, 40, 0), "flat": square(50, 0, 50, 30)}
    land = land_of(tmp_path, lots)
    assert land.streets == {1}
    with pytest.raises(InputError, match=r"ROW cannot be assessed.*street"):
        make_site(land, 1, None)
    with pytest.raises(InputError, match="flat cannot be assessed"):
        make_site(land, 2, None)
    said = [a for a in make_site(land, 0, None)[0].assumptions if a.name == "neighbours.not_lots"]
    assert [a.value for a in said] == ["ROW"]


def test_ground_that_two_lots_claim_is_told(tmp_path):
    lots = {"A": square(0, 0, 40, 30), "B": square(30, 10, 60, 20), "C": square(-30, 0, 0, 30)}
    # of the 10 x 10 m that B takes from A, 8.476 x 10 are buildable
    notes = " ".join(site_of(tmp_path, lots).notes)
    assert "B (85 m²)" in notes and "C" not in notes.replace("Other", "")
    assert not site_of(tmp_path, block()).notes


def test_terrain_facts_are_those_of_the_lot_and_a_raster_beside_it_is_refused(tmp_path):
    # a plane that rises 1 m in 10 m eastwards: 10 % everywhere; 0 to 4 m on the lot
    x = np.arange(-20, 60) + 0.5
    heights = np.tile((x / 10).astype(np.float32), (80, 1))

    def raster(name, east):
        with rasterio.open(
            tmp_path / name, "w", driver="GTiff", width=80, height=80, count=1, dtype="float32", crs="EPSG:26986",
            transform=Affine(1, 0, EAST - 20 + east, 0, -1, NORTH + 55),
        ) as file:  # fmt: skip
            file.write(heights, 1)
        return tmp_path / name

    site, terrain = make_site(land_of(tmp_path, block(), terrain=raster("plane.tif", 0)), 0, None)
    assert terrain is not None
    assert site.elevation["steepest_pct"] == pytest.approx(10, rel=0.02)
    assert site.elevation["mean_m"] == pytest.approx(2, abs=0.02)
    assert (site.elevation["min_m"], site.elevation["max_m"]) == pytest.approx((0, 4), abs=0.06)
    with pytest.raises(InputError, match=r"east\.tif"):
        make_site(land_of(tmp_path, block(), terrain=raster("east.tif", 30)), 0, None)


def test_a_place_has_the_names_of_all_zones_that_cover_it(tmp_path):
    zones = [
        ("R-1", square(-50, -50, 20, 80)),
        ("C", square(20, -50, 90, 80)),
        ("overlay", square(0, 0, 40, 10)),
    ]
    land = land_of(tmp_path, block(), zones)
    xy = np.array([[10.0, 20.0], [10, 5], [20, 20], [30, 20], [500, 0]]) + ORIGIN
    assert zones_at(land, xy) == [("R-1",), ("R-1", "overlay"), ("C", "R-1"), ("C",), ()]


def test_zones_in_another_crs_are_brought_to_the_lots(tmp_path):
    import geopandas

    zones = [("R-1", square(-50, -50, 20, 80)), ("C", square(20, -50, 90, 80))]
    degrees = geopandas.read_file(write_zones(tmp_path, zones)).to_crs(4326)
    degrees.to_file(tmp_path / "degrees.geojson")
    land = read_land(write_lots(tmp_path, block()), zoning=tmp_path / "degrees.geojson", zone_field="zone")
    xy = np.array([[19.9, 20.0], [20.1, 20.0]]) + ORIGIN
    assert zones_at(land, xy) == [("R-1",), ("C",)]


def test_a_zone_field_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    path = write_zones(tmp_path, [("R", square(0, 0, 1, 1))])
    with pytest.raises(InputError, match=r"zoning\.gpkg: there is no field 'zon'.*zone"):
        read_land(write_lots(tmp_path, block()), zoning=path, zone_field="zon")
    with pytest.raises(InputError, match=r"zoning\.gpkg: no zone field was named.*zone"):
        read_land(write_lots(tmp_path, block()), zoning=path)
