"""Sides of lots. Oracles: streets drawn by hand, rotation, areas by hand, distances point by point, real lots."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely import affinity
from small_land import EAST, NORTH, at, block, code, land_of, square
from small_ordinance import READ

from siting.errors import InputError
from siting.law import Setback
from siting.site import make_site, read_land
from siting.site.sides import POINTS, lot_sides
from siting.yard import Placing

KEPT = {"front": 8.0, "side": 2.0, "rear": 4.0, "unknown": 8.0}
CITY = Path(__file__).parents[2] / "shared" / "geodata" / "cambridge-ma"
PARCELS = CITY / "derived_parcels_fy2014_tax_epsg2249_usfeet.gpkg"


def town(front=8.0, side=2.0, rear=4.0, **fields):
    """An ordinance with a distance from each kind of lot line; None: none of its own."""
    rules = {"front": front, "side": side, "rear": rear}
    own = tuple((kind, Setback(metres, READ)) for kind, metres in rules.items() if metres is not None)
    return code({"*": 60}, side_setbacks=own, **fields)


def sides_of(land, row=0, **placing):
    """{compass: kinds} of a lot."""
    found = {}
    for side in lot_sides(land, row, Placing(**placing), KEPT):
        found.setdefault(side.compass, set()).add(side.kind)
    return {compass: kinds.pop() if len(kinds) == 1 else kinds for compass, kinds in found.items()}


def elbow():
    """An L on the corner of two streets, to the south and to the west, and the lots around it."""
    return {
        "L": at(shapely.Polygon([(0, 0), (60, 0), (60, 25), (25, 25), (25, 60), (0, 60)])),
        "notch": square(25, 25, 60, 60),
        "east": square(60, 0, 90, 60),
        "north": square(0, 60, 90, 90),
        "over the south street": square(-60, -40, 90, -12),
        "over the west street": square(-60, -12, -12, 90),
    }


def test_front_is_where_the_street_is_rear_away_from_it_and_the_rest_are_sides(tmp_path):
    land = land_of(tmp_path, block())
    assert sides_of(land) == {"south": "front", "north": "rear", "east": "side", "west": "side"}
    site = make_site(land, 0, town())[0]
    # 40 - 2 - 2 by 30 - 8 - 4
    assert site.buildable.area == pytest.approx(36 * 18, abs=1e-6)
    assert site.buildable.bounds == pytest.approx((EAST + 2, NORTH + 8, EAST + 38, NORTH + 26))
    assert site.street.equals(at(shapely.LineString([(0, 0), (40, 0)])))
    said = {a.name: (a.value, a.origin) for a in site.assumptions}
    assert said["site.setback_front_m"] == (8.0, "file") and said["site.setback_rear_m"] == (4.0, "file")
    assert said["site.sides"] == ("front: south; rear: north; side: east, west", "assumed")


@pytest.mark.parametrize("turn", [45, 90, 135, 180, 270, 17])
def test_a_turned_town_has_the_same_sides_by_turned_names(tmp_path, turn):
    shapes = {name: affinity.rotate(shape, turn, origin=(EAST, NORTH)) for name, shape in block().items()}
    eighths = round(turn / 45)
    turned = {
        POINTS[(POINTS.index(compass) + eighths) % 8]: kind
        for compass, kind in {"south": "front", "north": "rear", "east": "side", "west": "side"}.items()
    }
    land = land_of(tmp_path, shapes)
    assert sides_of(land) == turned
    assert make_site(land, 0, town())[0].buildable.area == pytest.approx(36 * 18, abs=1e-5)


def test_a_corner_lot_has_two_fronts_and_its_rears_keep_the_larger_of_side_and_rear(tmp_path):
    land = land_of(tmp_path, elbow())
    fronts = {"south": "front", "west": "front", "east": "rear", "north": "rear"}
    assert sides_of(land) == fronts
    site = make_site(land, 0, town(front=6.0, side=3.0, rear=2.0))[0]
    # 6 from streets, 3 from the rest: two arms of 51 x 16 share 16 x 16; at the inner corner a square of 3 less a quarter circle
    assert site.buildable.area == pytest.approx(2 * 51 * 16 - 16**2 + 9 - math.pi * 9 / 4, rel=1e-3)
    assert shapely.distance(site.buildable, at(shapely.Point(25, 25))) >= 3 - 2e-9
    assert {side.setback_m for side in site.sides if side.kind == "rear"} == {3.0}
    # as the user says which front counts, the lines beside it are sides
    said = {"south": "front", "west": "side", "east": "side", "north": "rear"}
    assert sides_of(land, front=("south",)) == said
    assert make_site(land, 0, town(6.0, 3.0, 2.0), Placing(front=("south",)))[0].buildable.area > 0


def test_sides_are_named_by_compass_and_what_is_named_counts_more_than_what_is_found(tmp_path):
    land = land_of(tmp_path, block())
    assert sides_of(land, front=("west",)) == {
        "south": "side",
        "north": "side",
        "east": "rear",
        "west": "front",
    }
    assert sides_of(land, rear=("east",)) == {
        "south": "front",
        "north": "side",
        "east": "rear",
        "west": "side",
    }
    assert sides_of(land, rear=("south",)) == {
        "south": "rear",
        **dict.fromkeys(("north", "east", "west"), "unknown"),
    }
    both = sides_of(land, front=("south", "west"), rear=("north",))
    assert both == {"south": "front", "west": "front", "north": "rear", "east": "side"}
    given = make_site(land, 0, town(), Placing(front=("west",)))[0].assumptions
    assert [a.origin for a in given if a.name == "site.sides"] == ["given"]


def test_a_side_on_the_border_of_two_points_goes_by_either_name(tmp_path):
    shapes = {name: affinity.rotate(s, 20, origin=(EAST, NORTH)) for name, s in block().items()}
    land = land_of(
        tmp_path, shapes
    )  # the street lies to the south, 20 degrees to the east: 22.5 is the border
    for name in ("south", "southeast"):
        assert sides_of(land, front=(name,)) == {
            "south": "front",
            "north": "rear",
            "east": "side",
            "west": "side",
        }


@pytest.mark.parametrize(
    ("front", "rear", "words"),
    [
        (("south",), ("south",), ["south side of lot 007 is named as front and as rear"]),
        (("northeast",), (), ["Lot 007 has no northeast side", "as its front", "east, north, west, south"]),
        ((), ("southwest",), ["Lot 007 has no southwest side", "as its rear"]),
        (("up",), (), ['"up" is no side of a lot', "northwest"]),
    ],
)
def test_sides_that_contradict_or_are_not_there_are_refused(tmp_path, front, rear, words):
    land = land_of(tmp_path, block())
    with pytest.raises(InputError) as error:
        make_site(land, 0, None, Placing(front=front, rear=rear))
    text = str(error.value)
    assert all(word in text for word in words) and "\n" not in text


def test_where_no_street_is_known_every_line_keeps_the_largest_setback_and_is_the_street(tmp_path):
    land = land_of(tmp_path, {"A": square(0, 0, 40, 30)})
    assert set(sides_of(land).values()) == {"unknown"}
    site = make_site(land, 0, town())[0]
    assert site.buildable.area == pytest.approx((40 - 16) * (30 - 16), abs=1e-6)
    assert site.street.length == pytest.approx(140, abs=1e-6)
    (told,) = [a for a in site.assumptions if a.name == "site.sides"]
    assert told.origin == "assumed" and "no street" in told.reason and "largest" in told.reason
    # one distance for all: nothing rests on the sides, so nothing is told of them
    plain = make_site(land, 0, code({"*": 60}))[0]
    assert not [a for a in plain.assumptions if a.name == "site.sides"]


@pytest.mark.parametrize(
    ("gap", "name", "kind"),
    [
        (0.0, "S", "unknown"),
        (0.4, "S", "unknown"),  # a sliver
        (5.5, "S", "unknown"),  # a passage
        (6.6, "S", "front"),
        (55.0, "S", "front"),
        (70.0, "S", "unknown"),  # nothing across: it may be the end of the file
        (0.0, "ROW", "front"),
        (0.0, "rail", "unknown"),
    ],
)
def test_a_street_is_a_gap_of_more_than_20_feet_with_a_lot_across_or_a_row_of_that_name(
    tmp_path, gap, name, kind
):
    lots = {"A": square(0, 0, 40, 30), name: square(0, -gap - 10, 40, -gap)}
    assert sides_of(land_of(tmp_path, lots))["south"] == kind


def test_most_of_a_stretch_decides_and_a_line_may_be_front_in_part(tmp_path):
    # the lot in the south reaches 60 m of 100, with a gap of 3 m in it; beyond the street 15 m away lies another
    lots = {
        "A": square(0, 0, 100, 50),
        "S": square(0, -15, 28, 0),
        "S2": square(31, -15, 60, 0),
        "far": square(0, -60, 100, -15),
    }
    sides = lot_sides(land_of(tmp_path, lots), 0, Placing(), KEPT)
    south = [(s.kind, s.line.length) for s in sides if s.compass == "south"]
    assert south == [("side", pytest.approx(60)), ("front", pytest.approx(40))]


def test_a_front_on_a_curve_is_one_front_with_sides_and_a_rear(tmp_path):
    # a wedge on the outside of a round end of a street: its front an arc of 60 degrees about the middle of the round
    def arc(radius, start, end):
        angle = np.radians(np.linspace(start, end, 40))
        return np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))

    def wedge(start, end):
        return at(shapely.Polygon(np.vstack((arc(50, start, end), arc(15, end, start)))))

    lots = {"A": wedge(60, 120), "B": wedge(120, 180), "C": wedge(0, 60), "over": wedge(210, 330)}
    sides = lot_sides(land_of(tmp_path, lots), 0, Placing(rear=("north",)), KEPT)
    fronts = [s for s in sides if s.kind == "front"]
    assert sum(s.line.length for s in fronts) == pytest.approx(15 * math.pi / 3, rel=0.01)
    assert [s.kind for s in sides if s.compass in ("east", "west", "southeast", "southwest")].count(
        "side"
    ) >= 2


def test_the_sides_are_the_whole_line_and_nothing_buildable_is_nearer_to_one_than_its_setback(tmp_path):
    rng = np.random.default_rng(5)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 160))
    radius = 40 + 8 * np.sin(3 * angle) + rng.normal(0, 0.05, 160)
    shapes = {
        "crooked": at(shapely.Polygon(np.column_stack((radius * np.cos(angle), radius * np.sin(angle))))),
        "hole": at(shapely.box(200, 0, 260, 60).difference(shapely.box(220, 20, 230, 35))),
        "two": at(shapely.union_all([shapely.box(400, 0, 430, 30), shapely.box(445, 0, 475, 30)])),
        "over": square(-60, -100, 500, -58),
        "beside": square(200, -50, 260, -15),
    }
    land = land_of(tmp_path, shapes)
    for row in range(3):
        site = make_site(land, row, town(9.0, 2.5, 5.0))[0]
        assert shapely.union_all([s.line for s in site.sides]).hausdorff_distance(site.lot.boundary) < 1e-6
        assert sum(s.line.length for s in site.sides) == pytest.approx(site.lot.length, rel=1e-9)
        for side in site.sides:
            assert shapely.distance(site.buildable, side.line) >= side.setback_m - 2e-9
        # a slow twin: every point of a fine grid, side by side
        x0, y0, x1, y1 = site.lot.bounds
        points = shapely.points(rng.uniform((x0, y0), (x1, y1), (3000, 2)))
        inside = shapely.contains(site.lot, points)
        clear = np.min([shapely.distance(points, s.line) - s.setback_m for s in site.sides], axis=0)
        sure = np.abs(clear) > 0.05  # chords of round corners
        assert ((inside & (clear > 0)) == shapely.contains(site.buildable, points))[sure].all()


def test_a_side_without_its_own_distance_keeps_that_of_the_lot_line_or_five_feet(tmp_path):
    land = land_of(tmp_path, block())
    site = make_site(land, 0, town(front=None, side=None, rear=4.0, setback=3.0))[0]
    assert {s.compass: s.setback_m for s in site.sides} == {
        "south": 3.0,
        "east": 3.0,
        "west": 3.0,
        "north": 4.0,
    }
    site = make_site(land, 0, replace(town(8.0, None, None), setback=None))[0]
    assert {s.compass: s.setback_m for s in site.sides} == {
        "south": 8.0,
        "east": 1.524,
        "west": 1.524,
        "north": 1.524,
    }
    told = {a.name: a.origin for a in site.assumptions}
    assert told["site.setback_front_m"] == "file" and told["site.setback_side_m"] == "assumed"


@pytest.mark.skipif(not PARCELS.exists(), reason="the real files are not beside the checkout")
def test_the_fronts_of_real_lots_have_no_lot_before_them_and_the_other_lines_mostly_have():
    land = read_land(PARCELS)
    rng = np.random.default_rng(3)
    rows = [
        r for r in rng.choice(len(land.parcels.ids), 60, replace=False) if land.parcels.lots[r] is not None
    ]
    before, beside = [], []
    for row in set(rows) - land.streets:
        for side in lot_sides(land, int(row), Placing(), KEPT):
            if side.kind not in ("front", "side", "rear") or side.line.length < 8:
                continue
            strip = side.line.buffer(3.0, cap_style="flat").difference(land.parcels.lots[row].buffer(0.3))
            others = [land.tree.geometries[k] for k in land.tree.query(strip) if k != row]
            covered = shapely.union_all(others).intersection(strip).area / strip.area if strip.area > 1 else 0
            (before if side.kind == "front" else beside).append(covered)
    assert len(before) > 40 and np.mean(np.array(before) < 0.2) > 0.95
    assert len(beside) > 80 and np.mean(np.array(beside) > 0.5) > 0.9
