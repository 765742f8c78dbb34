"""Receptors. Oracles: a 1 cm sampling of the same lines, the slow twin's levels, zones and lots read off a drawing by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import affinity
from small_land import EAST, NORTH, ORIGIN, at, block, code, land_of, square, unit, write

from siting import noise
from siting.errors import InputError
from siting.metrics import weights
from siting.receptors.around import neighbours, place_receptors
from siting.site import make_site

SPACING_DB = 0.1  # what the module promises
HEIGHT_M = 1.5
BASIS = weights(("dba",)) / weights(("dba",)).sum()  # a flat spectrum of 0 dB(A)
POINT = replace(unit(length=0.01, width=0.01), height_m=0.01)  # a point at every receptor


def placed(land, ordinance=None, row=0, reach=1000.0):
    site = make_site(land, row, ordinance)[0]
    return site, place_receptors(land, row, site, ordinance, reach, HEIGHT_M)


def level(sources, points):
    """Energy sum over units of 0 dB(A) at points, dB."""
    xy = np.atleast_2d(sources)
    energy = noise.transfer(POINT, xy, np.zeros(len(xy)), points, HEIGHT_M, BASIS).energy[:, :, 0].sum(axis=0)
    return 10 * np.log10(energy)


def worst_on_lines(lots, sources):
    """The highest level over a 1 cm sampling of all boundaries and their corners, as far as the loudest place can be.

    A single unit is loudest at the nearest point. Several together are within 10 lg n of it, so nowhere farther than
    sqrt(n) times the nearest distance is looked at.
    """
    lines = shapely.union_all([shapely.boundary(lot) for lot in lots])
    near = min(shapely.distance(shapely.Point(s), lines) for s in sources)
    ears = [shapely.Point(s).buffer(math.sqrt(len(sources)) * near + 0.5, quad_segs=32) for s in sources]
    parts = shapely.get_parts(shapely.intersection(lines, shapely.union_all(ears)))
    points = [shapely.get_coordinates(parts)]
    for part in parts:
        points.append(
            shapely.get_coordinates(shapely.line_interpolate_point(part, np.arange(0, part.length, 0.01)))
        )
    return level(sources, np.vstack(points)).max()


def star(rng, corners, mean, roughness):
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    radius = mean * np.exp(rng.normal(0, roughness, corners))
    shape = shapely.Polygon(np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))).buffer(0)
    return max(shapely.get_parts(shape), key=lambda part: part.area)


def around(kind, lot, rng):
    """The land about a lot as one neighbour, in several ways to draw it."""
    if kind == "touching":
        hole = lot
    elif kind == "across a street":
        hole = lot.buffer(rng.uniform(2, 12), join_style="mitre")
    elif kind == "curves digitised finely":
        hole = lot.buffer(rng.uniform(0.05, 3), quad_segs=300)
    else:  # slivers: a ragged line with corners every few centimetres
        line = shapely.segmentize(lot, 0.07)
        corners = shapely.get_coordinates(line)[:-1]
        hole = shapely.Polygon(corners + rng.normal(0, 0.004, corners.shape)).buffer(0)
        hole = max(shapely.get_parts(hole), key=lambda part: part.area).union(lot)
    return shapely.box(-200, -200, 200, 200).difference(hole)


@pytest.mark.parametrize("setback", [0.0, 0.3, 1.524, 6.0])
@pytest.mark.parametrize("kind", ["touching", "across a street", "curves digitised finely", "slivers"])
def test_the_worst_receptor_is_within_a_tenth_of_a_decibel_of_the_worst_place(tmp_path, kind, setback):
    rng = np.random.default_rng([int(10 * setback), len(kind)])
    for _ in range(4):
        lot = star(rng, rng.integers(3, 30), rng.uniform(14, 30), 0.12)
        others = [around(kind, lot, rng)]
        land = land_of(tmp_path, {"A": at(lot), "B": at(others[0])})
        site, receptors = placed(land, code({"*": 60}, setback=setback))
        room = site.buildable.buffer(
            -0.4651
        )  # the middle of a body cannot be nearer to the edge than half its width
        for line in shapely.get_rings(shapely.get_parts(room)):
            for count in (1, 1, 3):
                along = rng.uniform(0, line.length) + np.arange(count) * 1.9
                sources = shapely.get_coordinates(shapely.line_interpolate_point(line, along % line.length))
                heard = level(sources, receptors.xy).max()
                assert heard >= worst_on_lines([at(others[0])], sources) - SPACING_DB
                assert heard <= worst_on_lines([at(others[0])], sources) + 1e-3


def test_a_long_straight_line_is_looked_at_everywhere(tmp_path):
    land = land_of(tmp_path, {"A": square(0, 0, 900, 20), "B": square(-500, 20, 1500, 60)})
    _, receptors = placed(land, code({"*": 60}, setback=2.0))
    for x in np.random.default_rng(3).uniform(3, 897, 60):
        source = np.array([[EAST + x, NORTH + 20 - 2 - 0.465]])
        foot = np.array([[EAST + x, NORTH + 20.0]])
        assert (
            level(source, foot)[0] - SPACING_DB
            <= level(source, receptors.xy).max()
            <= level(source, foot)[0] + 1e-9
        )


def test_the_hole_of_a_neighbour_in_which_the_lot_lies_and_a_speck_of_one_are_lines_too(tmp_path):
    # the second part of the ring lot is 8 cm wide: less than a hundredth of its distance, yet nearer than all the rest
    speck = shapely.box(300, 0, 300.08, 0.08)
    ring = shapely.box(-700, -700, 700, 700).difference(shapely.box(-250, -250, 650, 250)).union(speck)
    land = land_of(tmp_path, {"A": square(0, 0, 40, 30), "ring": at(ring)})
    _, receptors = placed(land)
    assert set(receptors.neighbour) == {"ring"}
    local = receptors.xy - ORIGIN
    assert receptors.distance_m.min() == pytest.approx(250 - 30 + 1.524, abs=1e-6)
    assert np.hypot(*(local - (300, 0)).T).min() < 0.1
    assert np.abs(local[:, 1]).max() > 600


def test_corners_of_a_square_are_receptors_and_no_receptor_lies_off_its_line(tmp_path):
    land = land_of(tmp_path, block())
    _, receptors = placed(land)
    for row, name in enumerate(land.parcels.ids[1:], 1):
        mine = receptors.xy[[n == name for n in receptors.neighbour]]
        lot = land.parcels.lots[row]
        corners = shapely.get_coordinates(lot)[:4]
        assert np.hypot(*(corners[:, None] - mine[None]).transpose(2, 0, 1)).min(axis=1).max() < 1e-6
        assert shapely.distance(shapely.points(mine), lot.boundary).max() < 1e-6
    assert receptors.id[0].startswith(receptors.neighbour[0] + "/")
    assert len(set(receptors.id)) == len(receptors)


def test_only_lots_within_reach_and_only_lines_within_reach(tmp_path):
    land = land_of(tmp_path, block())
    # the lots across the street begin 15 + 1.524 m from the buildable area
    site, receptors = placed(land, reach=14.0)
    assert set(receptors.neighbour) == {"W", "E", "N", "NE", "NW"}
    # the far side of N is 30 + 1.524 m away and not looked at, nor are the far ends of its sides
    x, y = (receptors.xy - ORIGIN).T
    assert (
        ((y > 42) & (x < 1)).any()
        and y.max() < 30 - 1.524 + 14 * 1.05
        and receptors.distance_m.max() <= 14 * 1.05
    )
    assert {n.id for n in neighbours(land, receptors, {"W", "N"})} == {"W", "N"}
    np.testing.assert_allclose(
        receptors.distance_m, shapely.distance(shapely.points(receptors.xy), site.buildable)
    )


def test_stacked_lots_are_no_neighbours_of_themselves_and_one_neighbour_of_others(tmp_path):
    lots = {
        "A": square(0, 0, 40, 30),
        "A2": square(0, 0, 40, 30),
        "B": square(40, 0, 70, 30),
        "B2": square(40, 0, 70, 30),
    }
    land = land_of(tmp_path, lots)
    assert set(placed(land)[1].neighbour) == {"B"}
    assert set(placed(land, row=2)[1].neighbour) == {"A"}


def test_streets_have_no_receptors(tmp_path):
    land = land_of(
        tmp_path, {"A": square(0, 0, 40, 30), "ROW": square(0, -15, 40, 0), "B": square(0, -45, 40, -15)}
    )
    assert set(placed(land)[1].neighbour) == {"B"}


TOWN = code({"home": (55, 50), "works": (75, 70)}, [("home", ("R*",)), ("works", ("I*",))])


def zones_of(receptors, name):
    return {z for z, n in zip(receptors.zones, receptors.neighbour, strict=True) if n == name}


def test_a_receptor_has_the_zone_of_its_own_lot(tmp_path):
    # the zone line runs along the common line of A and N and in the middle of the street south of A
    zones = [
        ("I", square(-100, -7.5, 200, 30)),
        ("R", square(-100, 30, 200, 200)),
        ("R-2", square(-100, -200, 200, -7.5)),
    ]
    _, receptors = placed(land_of(tmp_path, block(), zones))
    assert zones_of(receptors, "N") == {("R",)} and zones_of(receptors, "S") == {("R-2",)}
    assert zones_of(receptors, "E") == zones_of(receptors, "W") == {("I",)}


@pytest.mark.parametrize("off", [-2.0, -0.4, 0.4, 2.0])
def test_a_zoning_map_drawn_off_the_lot_lines_lends_no_home_the_limit_of_the_works(tmp_path, off):
    zones = [("I", square(-100, -100, 200, 30 + off)), ("R", square(-100, 30 + off, 200, 200))]
    _, receptors = placed(land_of(tmp_path, block(), zones), TOWN)
    assert all("R" in z for z in zones_of(receptors, "N"))


def test_a_zone_line_through_a_lot_and_a_sharp_corner(tmp_path):
    zones = [("I", square(-100, -100, 55, 200)), ("R", square(55, -100, 200, 200))]
    _, receptors = placed(land_of(tmp_path, block(), zones))
    east = receptors.xy[:, 0] - EAST
    mine = np.array([n == "E" for n in receptors.neighbour])
    beyond = mine & (east > 55.3)
    assert beyond.any() and all("R" in receptors.zones[k] for k in np.flatnonzero(beyond))
    # a needle of a lot, R, in a sea of I: no place of it has the sea's limit
    needle = at(shapely.Polygon([(45, 10), (75, 11), (45, 12)]))
    lots = {"A": square(0, 0, 40, 30), "needle": needle}
    sea = at(shapely.box(-100, -100, 200, 200)).difference(needle)
    _, receptors = placed(land_of(tmp_path, lots, [("I", sea), ("R", needle)]))
    assert all("R" in z for z in zones_of(receptors, "needle"))


def test_overlapping_zones_are_all_named_and_a_gap_is_none(tmp_path):
    zones = [("I", square(-100, -100, 200, 200)), ("R", square(40, -5, 71, 31))]
    _, receptors = placed(land_of(tmp_path, block(), zones))
    assert zones_of(receptors, "E") == {("I", "R")} and zones_of(receptors, "W") == {("I",)}
    _, receptors = placed(land_of(tmp_path, block(), [("I", square(-100, -100, 39, 200))]))
    assert zones_of(receptors, "E") == {()}


def test_at_the_own_lot_line_each_point_has_the_zone_of_the_lot_that_touches_or_lies_across(tmp_path):
    zones = [
        ("I", square(-100, -7.5, 200, 30)),
        ("R", square(-100, 30, 200, 200)),
        ("R-2", square(-100, -200, 200, -7.5)),
    ]
    ordinance = code({"*": 60}, where="lot line")
    site, receptors = placed(land_of(tmp_path, block(), zones), ordinance, reach=200.0)
    assert shapely.distance(shapely.points(receptors.xy), site.lot.boundary).max() < 1e-6
    x, y = (receptors.xy - ORIGIN).T
    for side, name, zone in (
        ((y > 29.9) & (x > 1) & (x < 39), "N", "R"), ((y < 0.1) & (x > 15) & (x < 25), "S", "R-2"),
        ((x > 39.9) & (y > 16) & (y < 29), "E", "I"), ((x < 0.1) & (y > 16) & (y < 29), "W", "I"),
    ):  # fmt: skip
        assert side.any()
        assert {receptors.neighbour[k] for k in np.flatnonzero(side)} == {name}
        assert {receptors.zones[k] for k in np.flatnonzero(side)} == {(zone,)}


@pytest.mark.parametrize("setback", [0.0, 1.524])
def test_at_the_own_lot_line_the_worst_place_is_found_too(tmp_path, setback):
    rng = np.random.default_rng(5)
    lot = star(rng, 12, 22, 0.1)
    land = land_of(tmp_path, {"A": at(lot), "B": at(around("touching", lot, rng))})
    site, receptors = placed(land, code({"*": 60}, where="lot line", setback=setback))
    line = shapely.get_parts(site.buildable.buffer(-0.4651))[0].exterior
    for k in rng.uniform(0, line.length, 25):
        source = shapely.get_coordinates(line.interpolate(k))
        assert level(source, receptors.xy).max() >= worst_on_lines([site.lot], source) - SPACING_DB


def test_a_lot_alone_in_its_file_has_no_neighbour_to_measure_at(tmp_path):
    land = land_of(tmp_path, {"A": square(0, 0, 40, 30)})
    _, nobody = placed(land)
    assert len(nobody) == 0 and nobody.open_directions == 36
    _, own = placed(land, code({"*": 60}, where="lot line"))
    assert len(own) > 0 and set(own.zones) == {()}


def test_points_that_are_given_are_receptors_with_their_own_names_and_zones(tmp_path):
    points = write(
        tmp_path / "p.gpkg",
        [at(shapely.Point(50, 10)), at(shapely.Point(300, 10))],
        name=["bedroom", "school"],
    )
    zones = [("R", square(-100, -100, 100, 100))]
    land = land_of(tmp_path, block(), zones, receptors=points)
    _, receptors = placed(land, code({"*": 60}, where="points"))
    assert receptors.id == ["bedroom", "school"]
    assert receptors.neighbour == ["E", "school"]
    assert receptors.zones == [("R",), ()]
    np.testing.assert_allclose(receptors.xy - ORIGIN, [[50, 10], [300, 10]], atol=1e-6)
    _, both = placed(land)
    assert "bedroom" in both.id and "N/1" in both.id
    with pytest.raises(
        InputError, match="measures at given points and none are given: name a point file with --receptors"
    ):
        placed(land_of(tmp_path, block()), code({"*": 60}, where="points"))


def test_open_directions_are_counted_from_the_middle(tmp_path):
    # a wall of lots to the north and nobody else: of 36 rays those that reach y = 30 within 1000 m hit it, 1° to 179°
    wall = affinity.translate(shapely.box(-3000, 30, 3000, 60), EAST, NORTH)
    land = land_of(tmp_path, {"A": square(-20, -15, 20, 15), "wall": wall})
    assert placed(land)[1].open_directions == 36 - 17


def test_no_line_is_followed_beyond_reach_and_each_point_stands_on_its_piece(tmp_path):
    # a triangle that points at the lot: its sides begin within reach and end 2 km off, one of them without a point within reach
    wedge = at(shapely.Polygon([(90, 15), (2000, 400), (2000, -400)]))
    strip = square(-2000, 40, 2000, 300)
    land = land_of(tmp_path, {"A": square(0, 0, 40, 30), "wedge": wedge, "strip": strip})
    for reach in (30.0, 52.0, 60.0, 120.0):
        site, receptors = placed(land, reach=reach)
        ends = receptors.pieces.reshape(-1, 2, 2)
        far = shapely.distance(shapely.points(ends.reshape(-1, 2)), site.buildable)
        assert far.max() <= 1.05 * reach + 1e-9
        apart = shapely.distance(shapely.points(receptors.xy), shapely.linestrings(ends[receptors.piece]))
        assert apart.max() < 1e-6
        # every place of the lines within reach lies on a piece, but for what ends beyond the last point
        near = shapely.intersection(strip.exterior, site.buildable.buffer(0.95 * reach))
        spots = shapely.points(shapely.get_coordinates(shapely.segmentize(near, 1.0)))
        gap = shapely.distance(spots, shapely.multilinestrings(list(ends)))
        assert gap.max(initial=0.0) < 0.3 * reach
