"""Where codes measure. Oracles: houses, lots and zones drawn by hand in metres, distances by shapely point by point."""

import itertools

import numpy as np
import pytest
import shapely
from small_land import ORIGIN, at, block, code, land_of, square, write
from small_ordinance import READ, near_homes
from small_town import write_houses

from siting.errors import InputError
from siting.law import Place
from siting.model import FOOT_M
from siting.receptors.around import place_receptors
from siting.receptors.lot_lines import OUT_M
from siting.receptors.outdoors import outdoors
from siting.receptors.places import around_units
from siting.site import make_site
from siting.surroundings import ENVIRONMENT, surroundings

HEIGHT_M = 1.5
NO_ROOFS = np.zeros(0, object)


def placed(
    folder,
    where,
    houses=None,
    zones=None,
    lots=None,
    roofs=None,
    reach=60.0,
    distance=None,
    height=None,
    **fields,
):
    """Receptors around lot 007 of the block, in metres from its corner."""
    files = {} if houses is None else {"buildings": write_houses(folder, houses)}
    land = land_of(folder, lots or block(), zones, **files, **fields.pop("files", {}))
    ordinance = code({"*": 60}, measured=Place(where, distance, height, READ), **fields)
    site = make_site(land, 0, ordinance)[0]
    return land, site, place_receptors(land, 0, site, ordinance, reach, HEIGHT_M, roofs=roofs)


def of(receptors, name):
    """Which receptors stand for a neighbour, and where."""
    which = np.array([n == name for n in receptors.neighbour])
    return which, receptors.xy[which] - ORIGIN


# façades


def test_every_storey_of_a_house_is_measured_a_centimetre_before_its_walls(tmp_path):
    house = square(45, 5, 55, 13)
    _, _, receptors = placed(tmp_path, "facade", {"home": (house, 7.0), "own": (square(10, 10, 20, 16), 5.0)})
    which, xy = of(receptors, "E")
    away = shapely.distance(shapely.points(receptors.xy[which]), house)
    corners = np.isclose(away, OUT_M * 2**0.5, atol=1e-6)
    assert np.allclose(away[~corners], OUT_M, atol=1e-6) and corners.sum() == 2 * 4
    # 1.5 and 4.5 m; the next, 7.5 m, is above the roof
    for height in (1.5, 4.5):
        here = xy[receptors.height_m[which] == height]
        for x, y in ((45 - OUT_M, 5 - OUT_M), (55 + OUT_M, 13 + OUT_M)):
            assert np.hypot(*(here - (x, y)).T).min() < 1e-6
        assert len(here) == len(xy) / 2
    assert not shapely.dwithin(shapely.points(receptors.xy), square(10, 10, 20, 16), 1.0).any()
    (note,) = receptors.notes
    assert (
        note.startswith("7 lots have no building in the files and are measured at the lot line: N")
        and "E" not in note.split()
    )
    assert set(receptors.neighbour) == {"W", "E", "N", "NW", "NE", "S", "SW", "SE"}
    which, xy = of(receptors, "N")
    assert np.abs(xy[:, 1] - 30).min() == 0 and set(receptors.height_m[which]) == {1.5}


def test_the_height_of_the_code_begins_the_storeys_and_an_unknown_house_has_one(tmp_path):
    houses = {
        "high": (square(45, 5, 55, 13), 9.1),
        "unknown": (square(10, 40, 20, 50), None),
        "low": (square(-20, 5, -10, 13), 1.2),
    }
    _, _, receptors = placed(tmp_path, "facade", houses, height=2.0)
    heights = {name: set(receptors.height_m[of(receptors, name)[0]]) for name in ("E", "N", "W")}
    assert heights == {"E": {2.0, 5.0, 8.0}, "N": {2.0}, "W": {2.0}}
    assert receptors.notes[0] == "1 building of unknown height: measured before the ground storey alone."


def test_a_house_on_two_lots_has_a_facade_on_each_and_one_drawn_a_metre_over_the_line_does_not(tmp_path):
    twin, over = square(50, 22, 60, 38), square(5, 20, 15, 31)
    _, _, receptors = placed(tmp_path, "facade", {"twin": (twin, 4.0), "over": (over, 4.0)})
    for name, low, high in (("E", 22 - OUT_M, 30), ("NE", 30, 38 + OUT_M)):
        xy = of(receptors, name)[1]
        assert xy[:, 1].min() == pytest.approx(low) and xy[:, 1].max() <= high + 1e-9
        assert np.allclose(shapely.distance(shapely.points(xy + ORIGIN), twin.exterior), OUT_M, atol=0.005)
    assert "N" in receptors.notes[0].split(": ")[1].split(", ")  # the shed is no house of N
    assert (of(receptors, "N")[1][:, 1] >= 30 - 1e-9).all()


def test_facades_survive_where_nobody_measures_indoors_but_not_in_a_party_wall(tmp_path):
    houses = {"one": (square(45, 5, 55, 13), 7.0), "two": (square(55, 5, 62, 13), 7.0)}
    land, site, receptors = placed(
        tmp_path, "facade", houses, roofs=np.array([h for h, _ in houses.values()])
    )
    around = surroundings(land, site, None, receptors.xy, 60.0, ENVIRONMENT)
    left = outdoors(receptors, around)
    xy = of(left, "E")[1]
    assert len(xy) > 50 and set(left.height_m[of(left, "E")[0]]) == {1.5, 4.5}
    between = (np.abs(xy[:, 0] - 55) < 0.02) & (xy[:, 1] > 5.02) & (xy[:, 1] < 12.98)
    assert not between.any()
    outline = shapely.union_all([h for h, _ in houses.values()])
    assert shapely.distance(shapely.points(xy + ORIGIN), outline).max() < 0.015
    assert (left.piece >= 0).all() and len(left.notes) == 2  # bare lots, and points indoors


# near buildings


@pytest.mark.parametrize(
    ("west", "line"),
    [
        (58.0, 58 - 25 * FOOT_M),
        (42.0, 40.0),
    ],  # 25 ft before the house; the lot line where that is nearer to the house
)
def test_a_point_25_ft_from_the_building_toward_the_source_or_the_lot_line(tmp_path, west, line):
    house = square(west, 10, west + 8, 20)
    land, _, receptors = placed(tmp_path, "near building", {"home": (house, 5.0)}, distance=25 * FOOT_M)
    which, xy = of(receptors, "E")
    before = xy[(xy[:, 1] > 10) & (xy[:, 1] < 20) & (xy[:, 0] < west)]
    assert len(before) and np.allclose(before[:, 0], line, atol=1e-6)
    points = shapely.points(receptors.xy[which])
    away = shapely.distance(points, house)
    on_line = shapely.distance(points, land.parcels.lots[2].boundary) < 1e-6
    assert (away <= 25 * FOOT_M + 1e-9).all() and (away > 7.617)[~on_line].all() and on_line.any()
    assert receptors.notes[0].startswith("7 lots have no building")


# zone lines

DISTRICTS = [
    ("I", square(-100, -60, 200, 40)),
    ("R", square(-100, 40, 20, 200)),
    ("R", square(20, 40, 200, 200)),
    ("P", square(-100, -200, 200, -60)),
]


def test_lines_between_zones_bound_other_districts_and_have_their_zone_and_the_lot_behind(tmp_path):
    _, _, receptors = placed(tmp_path, "zone line", zones=DISTRICTS, reach=70.0)
    x, y = (receptors.xy - ORIGIN).T
    near = y > -50
    assert np.allclose(y[near], 40) and np.allclose(y[~near], -60) and near.sum() > 10 and (~near).sum() > 3
    assert {receptors.zones[k] for k in np.flatnonzero(near)} == {("R",)}
    for k in np.flatnonzero(
        near & (np.abs(x % 40) > 1e-6)
    ):  # the middles of the lots north of 007 lie at y = 45, in R
        assert receptors.neighbour[k] == ("NW" if x[k] < 0 else "N" if x[k] < 40 else "NE")
    assert set(receptors.neighbour) == {"NW", "N", "NE", "P"}
    assert set(receptors.across) == {()}
    _, _, mean = placed(tmp_path, "zone line", zones=DISTRICTS, reach=70.0, where_zones_meet="mean")
    assert set(mean.across) == {("I",)}


def test_without_zoning_there_are_no_lines_between_zones(tmp_path):
    with pytest.raises(
        InputError, match=r"measures at the lines between zones and there is no zoning: .* --zoning"
    ):
        placed(tmp_path, "zone line")


def test_lots_that_carry_their_zone_are_one_district_where_they_touch(tmp_path):
    lots = {
        "A": square(0, 0, 40, 30),
        "B": square(40, 0, 80, 30),
        "C": square(80, 0, 120, 30),
        "D": square(120, 0, 160, 30),
    }
    zones = [("C", lots["A"]), ("C", lots["B"]), ("R", lots["C"]), ("R", lots["D"])]
    _, _, receptors = placed(tmp_path, "zone line", zones=zones, lots=lots, reach=200.0)
    x, y = (receptors.xy - ORIGIN).T
    edge = np.isclose(x, 80) | np.isclose(x, 160) | np.isclose(y, 0) | np.isclose(y, 30)
    assert edge.all() and x.min() == 80 and not (np.isclose(x, 120) & (y > 1) & (y < 29)).any()


# on the receiving lot


def test_inside_lots_no_place_is_far_from_a_point_where_something_screens(tmp_path):
    land, site, receptors = placed(tmp_path, "receiving lot", roofs=NO_ROOFS, reach=60.0)
    inside = receptors.piece < 0
    assert inside.any() and receptors.between[inside].all()
    lots = land.parcels.lots[receptors.lot[inside]]
    assert shapely.contains_xy(lots, *receptors.xy[inside].T).all()
    rng = np.random.default_rng(1)
    for name in ("N", "SE"):
        row = land.parcels.ids.index(name)
        low_x, low_y, high_x, high_y = land.parcels.lots[row].bounds
        spots = rng.uniform((low_x, low_y), (high_x, high_y), (300, 2))
        far = shapely.distance(shapely.points(spots), site.buildable)
        mine = shapely.multipoints(receptors.xy[of(receptors, name)[0]])
        gap = shapely.distance(shapely.points(spots), mine)
        assert (gap <= np.maximum(2.0, far / 10) * 0.75)[far < 60].all()
    assert not (
        placed(tmp_path, "receiving lot", reach=60.0)[2].piece < 0
    ).any()  # open land: loudest on the line


# sources and points


def test_points_round_units_lie_at_their_distance_from_the_nearest_body():
    bodies = [shapely.box(0, 0, 2, 1), shapely.box(10, 0, 12, 1)]
    xy = around_units(bodies, 15.24, 0.5)
    away = shapely.distance(shapely.points(xy), shapely.union_all(bodies))
    assert away.max() <= 15.24 + 1e-9 and away.min() > 15.24 * 0.9996
    ring = shapely.union_all([b.buffer(15.24, quad_segs=200) for b in bodies]).exterior
    every = shapely.get_coordinates(shapely.line_interpolate_point(ring, np.arange(0, ring.length, 0.1)))
    assert shapely.distance(shapely.points(every), shapely.multipoints(xy)).max() < 0.26
    assert around_units([], 15.24, 0.5).shape == (0, 2)


def test_at_the_source_there_are_no_receptors_before_there_are_units(tmp_path):
    assert len(placed(tmp_path, "source", distance=15.24)[2]) == 0


@pytest.mark.parametrize("field", ["height_m", "HEIGHT_FT"])
def test_a_point_has_the_height_that_its_file_states(tmp_path, field):
    spots = [at(shapely.Point(50, 10)), at(shapely.Point(50, 20))]
    path = write(tmp_path / "p.gpkg", spots, name=["low", "high"], **{field: [None, 30.0]})
    _, _, receptors = placed(tmp_path, "points", files={"receptors": path}, height=1.2)
    assert receptors.height_m.tolist() == [1.2, 30.0 if field == "height_m" else 30 * FOOT_M]


@pytest.mark.parametrize(
    "wrong", [{"height_m": [-1.0]}, {"height_m": ["tall"]}, {"height_m": [2.0], "height_ft": [6.0]}]
)
def test_a_height_that_is_none_is_refused(tmp_path, wrong):
    path = write(tmp_path / "p.gpkg", [at(shapely.Point(50, 10))], **wrong)
    with pytest.raises(InputError, match=r"p\.gpkg: .*height_m"):
        placed(tmp_path, "points", files={"receptors": path})


# homes and the other side of a line

HOMES = [("R-1", square(-100, 30, 200, 200)), ("I", square(-100, -100, 200, 30))]
PATTERNS = {"patterns": [("home", ("R*",)), ("works", ("I",))]}


def test_the_distance_to_homes_is_that_to_the_nearest_lot_in_their_zones(tmp_path):
    rule = near_homes(within_m=60.96, zones=("home",))
    land, _, receptors = placed(tmp_path, "receiving lot line", zones=HOMES, near_homes=rule, **PATTERNS)
    homes = shapely.union_all([land.parcels.lots[land.parcels.ids.index(n)] for n in ("N", "NW", "NE")])
    expected = shapely.distance(shapely.points(receptors.xy), homes)
    np.testing.assert_allclose(receptors.home_m, np.where(expected > 60.96, np.inf, expected), atol=1e-9)
    assert {0.0, np.inf} < set(receptors.home_m)
    away = placed(tmp_path, "receiving lot line", zones=HOMES, **PATTERNS)[2]
    assert np.isinf(away.home_m).all()


def test_a_lot_whose_zone_no_class_knows_or_that_has_none_is_taken_for_a_home(tmp_path):
    rule = near_homes(within_m=60.96, zones=("home",))
    odd = [
        ("Rsd 1", square(39, -1, 71, 31)),
        ("I", square(-100, -100, 39, 200)),
        ("I", square(39, 31, 200, 200)),
    ]
    land, _, receptors = placed(
        tmp_path,
        "receiving lot line",
        zones=odd,
        near_homes=rule,
        patterns=[("home", ("R-*",)), ("works", ("I",))],
    )
    homes = [land.parcels.lots[land.parcels.ids.index(n)] for n in ("E", "SE")]
    expected = shapely.distance(shapely.points(receptors.xy), shapely.union_all(homes))
    np.testing.assert_allclose(receptors.home_m, np.where(expected > 60.96, np.inf, expected), atol=1e-9)
    own = placed(
        tmp_path, "lot line", zones=odd, near_homes=rule, patterns=[("home", ("R-*",)), ("works", ("I",))]
    )[2]
    expected = shapely.distance(shapely.points(own.xy), shapely.union_all(homes))
    np.testing.assert_allclose(own.home_m, expected, atol=1e-9)
    bare = placed(tmp_path, "receiving lot line", near_homes=rule, **PATTERNS)[2]
    assert (bare.home_m == 0).all() and "every lot is taken for one" in bare.notes[0]


def test_the_other_side_of_the_line_has_its_zones_where_the_mean_holds(tmp_path):
    for where, expected in (("receiving lot line", ("R-1", "I")), ("lot line", ("R-1", "I"))):
        _, _, receptors = placed(tmp_path, where, zones=HOMES, where_zones_meet="mean", **PATTERNS)
        xy = receptors.xy - ORIGIN
        middle = np.isclose(xy[:, 1], 30) & (xy[:, 0] > 5) & (xy[:, 0] < 35)
        mine = np.flatnonzero(middle & np.array([n == "N" for n in receptors.neighbour]))
        assert len(mine) > 3
        assert {(receptors.zones[k], receptors.across[k]) for k in mine} == {((expected[0],), (expected[1],))}
    assert set(placed(tmp_path, "lot line", zones=HOMES, **PATTERNS)[2].across) == {()}


def test_where_zones_change_along_a_line_two_points_stand_a_hand_apart(tmp_path):
    zones = [("I", square(-100, -100, 55, 200)), ("R-1", square(55, -100, 200, 200))]
    _, _, receptors = placed(tmp_path, "receiving lot line", zones=zones, **PATTERNS)
    far = np.hypot(*(receptors.xy - receptors.pieces[receptors.piece, :2]).T)
    order = np.lexsort((far, receptors.piece))
    changes = 0
    for i, j in itertools.pairwise(order):
        if receptors.piece[i] == receptors.piece[j] and receptors.zones[i] != receptors.zones[j]:
            assert far[j] - far[i] <= 0.05 + 1e-9
            changes += 1
    assert changes >= 4
