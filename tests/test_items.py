"""Yard items placed. Oracles: rectangles by hand, shapely polygons of every rule, every place on a small lot tried."""

import itertools
import math

import numpy as np
import pytest
import shapely
from shapely import affinity
from small_land import block, code, land_of, square, write

from siting.catalog import load_item, load_unit
from siting.errors import InputError
from siting.fuel import fuel_items, propane_tank
from siting.model import Clearance, Site, StatedSound, Unit
from siting.placement import lattice_poses
from siting.placement.items import item_sources, place_items
from siting.placement.standing import standing_places, turned_yard
from siting.site import make_site
from siting.yard import Distances, Placing, YardItem

FT = 0.3048
GX230 = load_unit("gx230")
NO_CLEARANCE = (0.0, 0.0, 0.0, 0.0)


def unit(length=1.5, width=0.93, clearance=(0.9144,) * 4):
    sound = StatedSound(69.0, None, (70.0,) * 8, "flat", "template")
    return Unit(
        "box", "Box", "nobody", 200.0, ("gas",), 700.0, length, width, 1.8, 1.8, Clearance(*clearance), sound, (), {}
    )  # fmt: skip


def site(lot, buildable=None, **more):
    parts = {"taken_m2": {"setback": 1.0}, "buildings": (), "keep_outs": (), "elevation": None}
    parts |= {"assumptions": (), "notes": ()} | more
    return Site("L-1", "EPSG:26986", "", lot, lot if buildable is None else buildable, **parts)


def item(length=2.0, width=1.0, clearance=NO_CLEARANCE, distances=(0.0, 0.0, 0.0, 0.0), name="box"):
    return YardItem(
        name, f"a {name}", length, width, 2.0, Clearance(*clearance), Distances(*distances), None, 2.0, (), {}
    )


def outline(x, y, rotation_deg, length, width, sides=NO_CLEARANCE):
    """A body with its clearances by trigonometry: corner by corner, front, right, back, left as `sides`."""
    front, right, back, left = sides
    local = [
        (-length / 2 - left, -width / 2 - front), (length / 2 + right, -width / 2 - front),
        (length / 2 + right, width / 2 + back), (-length / 2 - left, width / 2 + back),
    ]  # fmt: skip
    cos, sin = math.cos(math.radians(rotation_deg)), math.sin(math.radians(rotation_deg))
    return shapely.Polygon([(x + u * cos - v * sin, y + u * sin + v * cos) for u, v in local])


def outlines(poses, machine, sides):
    """The same for every pose."""
    front, right, back, left = sides
    long, wide = machine.length_m / 2, machine.width_m / 2
    x0, y0, x1, y1 = -long - left, -wide - front, long + right, wide + back
    local = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    turn = np.radians(poses.rotation_deg)
    axes = np.stack(
        [np.stack([np.cos(turn), np.sin(turn)], -1), np.stack([-np.sin(turn), np.cos(turn)], -1)], 1
    )
    return shapely.polygons(local @ axes + poses.xy[:, None, :])


def sides_of(thing):
    c = thing.clearance
    return c.front_m, c.right_m, c.back_m, c.left_m


def apart(a, b):
    """Two polygons share no ground but a touch."""
    return a.intersection(b).area < 1e-5


def check_kept(before, machine, placed, after):
    """Every rule of every item, and of every pose that is left, on polygons."""
    ground = before.lot.difference(shapely.union_all([*before.buildings, *before.walls]))
    bodies, wide = [], []
    for each in placed:
        thing, where = each.item, (each.x_m, each.y_m, each.rotation_deg)
        body = outline(*where, thing.length_m, thing.width_m)
        clear = outline(*where, thing.length_m, thing.width_m, sides_of(thing))
        assert body.symmetric_difference(each.body).area < 1e-6
        assert before.buildable.buffer(1e-5).covers(body) and ground.buffer(1e-5).covers(clear)
        away = thing.distances
        assert body.distance(before.lot.boundary) >= away.lot_line_m - 1e-5
        assert all(body.distance(b) >= away.building_m - 1e-5 for b in before.buildings)
        assert all(body.distance(o) >= away.opening_m - 1e-5 for o in before.openings)
        for other, other_wide in zip(bodies, wide, strict=True):
            assert apart(body, other_wide) and apart(clear, other)
        bodies.append(body)
        wide.append(clear)
    assert after.items == (*before.items, *(each.body for each in placed))
    left = before.buildable.area - after.buildable.area
    assert after.taken_m2 == {**before.taken_m2, "items": pytest.approx(left)}
    poses = lattice_poses(after, machine)
    own, own_wide = outlines(poses, machine, NO_CLEARANCE), outlines(poses, machine, sides_of(machine))
    for each, body, clear in zip(placed, bodies, wide, strict=True):
        near = shapely.dwithin(own_wide, clear, 0.01)
        assert (shapely.area(shapely.intersection(own[near], clear)) < 1e-5).all()
        assert (shapely.area(shapely.intersection(own_wide[near], body)) < 1e-5).all()
        assert (shapely.distance(own, body) >= each.item.distances.unit_m - 1e-5).all()
    return len(poses)


def test_a_lot_that_holds_a_tank_in_one_place():
    """1,000 gal: 25 ft + 16 ft + 25 ft long, 25 ft + 41 in + 25 ft wide, nothing to spare."""
    lot = shapely.box(0, 0, 66 * FT, (50 + 41 / 12) * FT)
    (tank,), after = place_items(site(lot), GX230, (propane_tank(1000),))
    assert (tank.x_m / FT, tank.y_m / FT) == pytest.approx((33, 25 + 41 / 24), abs=1e-6)
    assert tank.rotation_deg % 180 == pytest.approx(0, abs=1e-9) and tank.id == "propane_tank"
    boxes, rule = standing_places(turned_yard(site(lot)), propane_tank(1000), [])
    assert len(boxes.quarter) == 1 and rule == ""
    # 10 ft from units: 16 ft x 41 in, 10 ft along each side, a quarter circle at each corner
    ground = (16 * 41 / 12 + 2 * 10 * (16 + 41 / 12) + math.pi * 100) * FT**2
    assert after.taken_m2["items"] == pytest.approx(ground, rel=0.002)
    assert after.taken_m2["items"] >= ground


@pytest.mark.parametrize(("width_ft", "depth_ft"), [(66, 53.4), (65.9, 53.5), (65.9, 65.9)])
def test_an_inch_less_holds_none(width_ft, depth_ft):
    lot = shapely.box(0, 0, width_ft * FT, depth_ft * FT)
    with pytest.raises(InputError) as caught:
        place_items(site(lot), GX230, (propane_tank(1000),))
    assert str(caught.value) == (
        "Lot L-1: the 1,000 gal propane tank fits nowhere: its 25′-0″ (7.62 m) from the lot line leave no place for it; a "
        "smaller store may need less distance; else choose a fuel other than propane, or another lot. Taken before: setbacks "
        "from the lot line 11 sq ft (1.0 m²)."
    )


def test_a_smaller_tank_fits_there():
    lot = shapely.box(0, 0, 65.9 * FT, 53.4 * FT)
    before = site(lot, lot.buffer(-5 * FT, join_style="mitre"))
    placed, after = place_items(before, GX230, (propane_tank(500),))
    assert check_kept(before, GX230, placed, after)


LOT = shapely.box(0, 0, 30, 24)
HOUSE = shapely.box(10, 8, 20, 16)
REFUSED = {
    "as large": ({}, item(31, 2), "its 101′-8″ (31.00 m) by 6′-6″ (2.00 m) lie nowhere within the 7,750 sq ft"),
    "clearance": ({}, item(10, 10, (25, 0, 0, 0)), "its clearances lie nowhere on the lot"),
    "building": ({"buildings": (HOUSE,)}, item(distances=(0, 15, 0, 0)), "its 49′-2″ (15.00 m) from buildings leave"),
    "opening": (
        {"buildings": (HOUSE,), "openings": (shapely.Point(15, 8),)}, item(distances=(0, 0, 25, 0)),
        "its 82′-0″ (25.00 m) from openings leave",
    ),
    "opening anywhere": (
        {"buildings": (HOUSE,)}, item(distances=(0, 0, 15, 0)), "(15.00 m) from buildings of which no opening is known leave",
    ),
    "no ground": ({"buildable": shapely.Polygon()}, item(), "lie nowhere within the 0 sq ft"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED.values(), ids=list(REFUSED))
def test_the_rule_that_took_the_room_is_named(case):
    around, thing, words = case
    ground = LOT.difference(HOUSE) if "buildings" in around else LOT
    before = site(LOT, **({"buildable": ground} | around))
    with pytest.raises(InputError) as caught:
        place_items(before, unit(), (thing,))
    assert "Lot L-1: the a box fits nowhere: " in str(caught.value) and words in str(caught.value)
    advice, _, taken = str(caught.value).partition(" Taken before: ")
    assert advice.endswith("leave it out, or give one that needs less room.")
    assert taken == "setbacks from the lot line 11 sq ft (1.0 m²)."  # what the site says


def test_items_that_leave_each_other_no_room():
    with pytest.raises(InputError, match=r"what is placed before it \(a box\) leaves no place for it"):
        place_items(site(shapely.box(0, 0, 5, 3)), unit(), (item(3, 2.5), item(2.5, 2.9)))


def test_packed_into_a_corner_where_the_first_stands_in_the_way():
    """Three boxes fill a strip; drawn to a service point in its middle the first would leave no room for the third."""
    strip, box = site(shapely.box(0, 0, 30 * FT, 10 * FT)), item(10 * FT, 10 * FT)
    large, middle = unit(50.0, 50.0), np.array([[15 * FT, 5 * FT]])
    (alone,), _ = place_items(strip, large, (box,), middle)
    assert alone.x_m / FT == pytest.approx(10)  # the lowest that the point touches
    placed, _ = place_items(strip, large, (box,) * 3, middle)
    assert [p.x_m / FT for p in placed] == pytest.approx([5, 15, 25])
    assert [p.id for p in placed] == ["box 1", "box 2", "box 3"]


@pytest.mark.parametrize(("south", "turn"), [(True, 180.0), (False, 0.0)])
def test_the_front_faces_where_it_has_room(south, turn):
    """10 ft to keep clear in front, none behind: at the south lot line the front faces north, at the north one south."""
    lot = shapely.box(0, 0, 40 * FT, 14 * FT)
    half = shapely.box(0, 0, 40 * FT, 3 * FT) if south else shapely.box(0, 11 * FT, 40 * FT, 14 * FT)
    before = site(lot, half)
    placed, after = place_items(before, unit(50.0), (item(20 * FT, 3 * FT, (10 * FT, 0, 0, 0)),))
    assert placed[0].rotation_deg % 360 == pytest.approx(turn)
    check_kept(before, unit(50.0), placed, after)


@pytest.mark.parametrize("seed", range(6))
def test_every_rule_on_polygons(seed):
    """Turned lots with a cut corner, a house, an opening and a wall; tanks, switchgear, a transformer and made-up boxes."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(-90, 90)

    def turned(shape):
        return affinity.translate(affinity.rotate(shape, angle, origin=(0, 0)), 230000, 900000)

    lot = turned(shapely.Polygon([(0, 0), (70, 0), (75, 30), (60, 62), (4, 58)]))
    house, wall = turned(shapely.box(20, -2, 34, 9)), turned(shapely.box(50, 40, 65, 40.2))
    opening = turned(shapely.LineString([(26, 9), (27, 9)]))
    buildable = lot.buffer(-1.524).difference(house.buffer(1.6)).difference(wall)
    before = site(lot, buildable, buildings=(house,), openings=(opening,), walls=(wall,))
    sides = tuple(float(s) for s in rng.uniform(0, 2.5, 4))
    own = item(rng.uniform(1, 6), rng.uniform(1, 4), sides, tuple(rng.uniform(0, 5, 4)), "made up")
    chosen = [load_item("transformer"), load_item("switchgear"), load_item("gas_meter"), own]
    rng.shuffle(chosen)
    items = (*fuel_items(GX230, "propane", 1000 if seed % 2 else 500, 2), *chosen[: 2 + seed % 3])
    machine = GX230 if seed % 2 else unit(2.0, 1.2, (1.5, 0.3, 0.6, 0.9))
    service = np.array([[lot.centroid.x, lot.centroid.y]])
    placed, after = place_items(before, machine, items, service)
    assert [p.item for p in placed] == list(items)
    assert check_kept(before, machine, placed, after) > 100
    again, after_again = place_items(before, machine, items, service)
    assert again == placed and after_again.buildable.equals_exact(after.buildable, 0.0)


@pytest.mark.parametrize("seed", range(3))
def test_no_other_place_takes_fewer_poses(seed):
    """Every place on a small lot, its lost poses counted on polygons; among the fewest the nearest to a service point."""
    rng = np.random.default_rng(seed)
    lot = shapely.box(0, 0, 9.0, 7.0).difference(
        shapely.box(*(3.0, 2.5, 4.2, 3.4) if seed % 2 else (0, 0, 2.2, 1.4))
    )
    machine, gap = unit(1.5, 0.93, (0.6,) * 4), float(rng.uniform(0.3, 1.2))
    thing, before = item(2.4, 1.1, (gap,) * 4), site(lot)
    service = rng.uniform(0, 7, (2, 2))
    (placed,), _ = place_items(before, machine, (thing,), service)
    poses = lattice_poses(before, machine)
    yard = turned_yard(before)
    assert yard.angle % 90 == pytest.approx(0, abs=1e-9)
    where = list(zip(poses.xy[:, 0], poses.xy[:, 1], poses.rotation_deg, strict=True))
    own = np.array([outline(*w, 1.5, 0.93) for w in where])
    own_wide = np.array([outline(*w, 1.5, 0.93, (0.6,) * 4) for w in where])

    def lost(x, y, rotation):
        body, clear = outline(x, y, rotation, 2.4, 1.1), outline(x, y, rotation, 2.4, 1.1, (gap,) * 4)
        hit = shapely.area(shapely.intersection(own, clear)) > 1e-5
        return int((hit | (shapely.area(shapely.intersection(own_wide, body)) > 1e-5)).sum())

    x0, y0 = lot.bounds[:2]
    tried = []
    for rotation, i, j in itertools.product((0.0, 90.0), range(30), range(30)):
        across, up = (2.4, 1.1) if rotation == 0 else (1.1, 2.4)
        x, y = x0 + i * FT + across / 2, y0 + j * FT + up / 2
        body, clear = outline(x, y, rotation, 2.4, 1.1), outline(x, y, rotation, 2.4, 1.1, (gap,) * 4)
        if lot.buffer(1e-7).covers(body) and lot.buffer(1e-7).covers(clear):
            tried.append((lost(x, y, rotation), round(body.distance(shapely.MultiPoint(service)), 6)))
    mine = outline(placed.x_m, placed.y_m, placed.rotation_deg, 2.4, 1.1)
    found = lost(placed.x_m, placed.y_m, placed.rotation_deg)
    assert len(tried) > 20 and found > 0
    assert (found, round(mine.distance(shapely.MultiPoint(service)), 6)) == min(tried)


def test_buildings_on_other_lots_are_seen_as_far_as_items_keep_away(tmp_path):
    """A house 3 m beyond the lot line, and a box that keeps 9 m from buildings and none from the line."""
    house = write(tmp_path / "houses.gpkg", [square(43, 0, 60, 30)])
    land = land_of(tmp_path, block(), buildings=house)
    row, ordinance = land.parcels.ids.index("007"), code({"*": 60}, setback=0.0, building=1.0)
    away, near = item(distances=(0, 9, 0, 0)), item()
    machine = unit(60.0, 60.0)  # too large for the lot: nothing draws a box but the service point
    beside = np.array([[230000.0 + 40, 900000.0 + 15]])
    for thing, least in ((away, 6.0), (near, 0.0)):
        before, _ = make_site(land, row, ordinance, Placing(items=(thing,)))
        (placed,), _ = place_items(before, machine, (thing,), beside)
        assert placed.body.distance(square(43, 0, 60, 30)) >= least + 3.0 - 1e-6 or least == 0.0
        assert least <= 40 - (placed.body.bounds[2] - 230000.0) < least + FT


def test_two_tanks_stand_together():
    """What the first takes from units the second takes hardly again: 3 ft between them, not 20 ft of their distances."""
    lot = shapely.box(0, 0, 200 * FT, 180 * FT)
    before = site(lot, lot.buffer(-5 * FT, join_style="mitre"))
    tanks = fuel_items(GX230, "propane", 1000, 2)
    placed, after = place_items(before, GX230, tanks)
    assert placed[0].body.distance(placed[1].body) == pytest.approx(4 * FT, abs=1.01 * FT)
    _, after_one = place_items(before, GX230, tanks[:1])
    assert after.taken_m2["items"] < 1.6 * after_one.taken_m2["items"]
    assert check_kept(before, GX230, placed, after)


def test_no_items_leave_the_site_as_it_is():
    before = site(LOT)
    assert place_items(before, unit(), ()) == ((), before)


def test_the_sound_of_items_is_that_of_their_files():
    before = site(shapely.box(0, 0, 60, 50))
    transformer, switchgear = load_item("transformer"), load_item("switchgear")
    placed, _ = place_items(before, GX230, (switchgear, transformer, transformer))
    first, second = item_sources(placed)  # switchgear is silent
    assert (first.id, second.id) == ("transformer 1", "transformer 2")
    assert (first.x_m, first.y_m) == (placed[1].x_m, placed[1].y_m)
    assert first.height_m == pytest.approx(6 * FT)
    # the file's bands sum to 73.98 dB(A) and are raised to its 74
    assert first.power_db == pytest.approx((76.6, 78.6, 73.6, 73.6, 67.6, 62.6, 57.6, 50.6), abs=0.05)
    assert first.power_31_db == pytest.approx(70.6, abs=0.05)
    lowest_unknown = YardItem(
        **{**transformer.__dict__, "power_db": (math.nan, *transformer.power_db[1:]), "id": "other"}
    )
    (source,) = item_sources(place_items(before, GX230, (lowest_unknown,))[0])
    assert source.power_31_db is None and len(source.power_db) == 8
