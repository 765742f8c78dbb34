"""Oracles: a slow flood fill over points a few centimetres apart that measures every distance, and lots drawn by hand."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from scipy import ndimage
from shapely import affinity
from test_placement import site, unit

from kernels import footprints
from siting.placement import (
    body_polygon,
    cut_off_m2,
    lattice_of,
    lattice_poses,
    most,
    reachable_poses,
    some_of,
    unreached,
)

POINTS_M = 0.06
SOUTH = shapely.LineString([(0, 0), (20, 0)])


def flooded(field, poses, chosen, half_m, square):
    """Whether the middle of a way that keeps `half_m` from all that stands comes before each unit (n,), over points on a grid.

    `square`: bodies are kept off by boxes wider by `half_m`, else by rounded ones.
    """
    open_land = field.lot.union(field.street.buffer(3.0, cap_style="flat"))
    solid = [*field.buildings, *field.walls, *field.items, *field.keep_outs]
    open_land = open_land.difference(shapely.union_all(solid)) if solid else open_land
    bodies = [body_polygon(*poses.xy[p], poses.rotation_deg[p], poses.body_m) for p in chosen]
    grown = [b.buffer(half_m, join_style="mitre" if square else "round", quad_segs=64) for b in bodies]
    x0, y0, x1, y1 = open_land.bounds
    x, y = np.meshgrid(np.arange(x0, x1, POINTS_M), np.arange(y0, y1, POINTS_M))
    points = shapely.points(x, y)
    free = shapely.contains_xy(open_land, x, y) & (shapely.distance(points, open_land.boundary) >= half_m)
    for shape in grown:
        shapely.prepare(shape)
        free &= ~shapely.contains_xy(shape, x, y)
    label, _ = ndimage.label(free)
    street = np.unique(label[free & ~shapely.contains_xy(field.lot, x, y)])
    comes = np.isin(label, street) & free
    there = shapely.multipoints(np.column_stack((x[comes], y[comes])))
    ends = []
    for p in chosen:
        turn, out = np.radians(poses.rotation_deg[p]), poses.body_m[1] / 2 + half_m
        along, out = np.array([np.cos(turn), np.sin(turn)]), out * np.array([np.sin(turn), -np.cos(turn)])
        along *= poses.body_m[0] / 2 - (POINTS_M if square else 0)
        middles = [poses.xy[p] + s * out for s in ((1, -1) if len(poses.bodies) == 2 else (1,))]
        lines = shapely.multilinestrings([[m - along, m + along] for m in middles])
        ends.append(shapely.distance(lines, there) < (0.75 if square else 2) * POINTS_M)
    return np.array(ends)


def random_field(rng):
    """A lot of 14 m by 11 m with a notch, a house across it that leaves a slot, another house, and a piece of street, turned."""
    turn = rng.uniform(0, 90)
    lot = shapely.box(0, 0, 14, 11).difference(shapely.box(rng.uniform(11, 13), rng.uniform(5, 9), 14, 11))
    slot, y = rng.uniform(0.3, 1.9), rng.uniform(3.5, 5.5)
    across = shapely.box(slot, y, 14, y + rng.uniform(0.3, 1.5))
    if rng.random() < 0.5:
        across = shapely.box(0, y, 14 - slot, y + rng.uniform(0.3, 1.5))
    x, y = rng.uniform(1, 12), rng.uniform(1, 9)
    house = shapely.box(x, y, x + rng.uniform(1, 3), y + rng.uniform(0.5, 2))
    houses = [across, affinity.rotate(house, rng.uniform(-20, 20))]
    street = shapely.LineString([(rng.uniform(0, 5), 0), (rng.uniform(8, 14), 0)])
    buildable = lot.buffer(-0.3, join_style="mitre").difference(shapely.union_all(houses).buffer(0.3))
    lot, buildable, street, *houses = (
        affinity.rotate(g, turn, origin=(0, 0)) for g in (lot, buildable, street, *houses)
    )
    return replace(site(lot, buildable, houses), street=street)


def random_layout(poses, rng, units=99):
    """Units put down one after the other where none collides, as many as fit or as are asked for."""
    blocked, lattice, chosen = np.zeros(len(poses), np.int64), lattice_of(poses, np.arange(len(poses))), []
    for p in rng.permutation(len(poses)):
        if not blocked[p] and len(chosen) < units:
            chosen.append(p)
            footprints.block_colliding(p, lattice, blocked, 1)
    return np.array(chosen, np.int64)


@pytest.mark.parametrize("seed", range(30))
def test_where_every_gap_is_as_wide_as_the_aisle_no_layout_cuts_a_unit_off(seed):
    rng = np.random.default_rng(seed)
    field, aisle = random_field(rng), rng.uniform(0.5, 1.1)
    clearance = aisle + np.where(rng.random(4) < 0.5, 0.0, rng.uniform(0, 0.6, 4))
    poses = lattice_poses(field, unit(0.9, 0.5, tuple(clearance)), rng.choice([0.15, 0.25, aisle / 4]))
    reached = reachable_poses(field, poses, aisle)
    inside, outside = (some_of(poses, mask) for mask in (reached, ~reached))
    for _ in range(3):
        assert len(unreached(field, inside, random_layout(inside, rng), aisle)) == 0
    for p in range(0, len(outside), max(1, len(outside) // 9)):
        assert unreached(field, outside, np.array([p]), aisle).tolist() == [p]
    if seed < 4 and len(inside):
        chosen = random_layout(inside, rng)
        assert flooded(field, inside, chosen, 0.99 * aisle / 2 - POINTS_M, square=False).all()


def test_both_kinds_of_poses_occur_on_those_lots():
    share = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        field, aisle = random_field(rng), rng.uniform(0.5, 1.1)
        poses = lattice_poses(field, unit(0.9, 0.5, (aisle,) * 4), 0.25)
        share.append(reachable_poses(field, poses, aisle).mean() if len(poses) else 1.0)
    assert sum(s == 1 for s in share) > 5 and sum(0 < s < 1 for s in share) > 3 and min(share) < 0.5


def test_a_wide_way_reaches_what_a_slow_flood_reaches():
    """Wider than the gaps between units: what is called reached is, what surely is is called so."""
    ever, never = 0, 0
    for seed in range(12):
        rng = np.random.default_rng(100 + seed)
        field, aisle = random_field(rng), rng.uniform(0.9, 1.6)
        poses = lattice_poses(field, unit(1.0, 0.6, (0.2, 0.1, 0.3, 0.0)), 0.2, aisle_m=aisle)
        chosen = random_layout(poses, rng, units=rng.integers(3, 15))
        reached = ~np.isin(chosen, unreached(field, poses, chosen, aisle))
        surely = flooded(field, poses, chosen, aisle / 2 + POINTS_M, square=True)
        perhaps = flooded(field, poses, chosen, 0.99 * aisle / 2 - POINTS_M, square=False)
        assert (surely <= reached).all() and (reached <= perhaps).all()
        ever, never = ever + surely.sum(), never + (~perhaps).sum()
    assert ever > 20 and never > 20


def test_a_gap_of_just_the_width_lets_the_way_through_and_a_narrower_one_does_not():
    # bodies of 5 ft by 3 ft, 3 ft apart on a lattice of 1 ft: every gap is 3 ft to the bit and no wider way fits anywhere
    foot = 0.3048
    machine = unit(5 * foot, 3 * foot, (3 * foot,) * 4)
    area = shapely.box(0, 0, 29 * foot, 27 * foot)  # 4 columns every 8 ft, 5 rows every 6 ft
    field = replace(
        site(area.buffer(3 * foot, join_style="mitre"), area),
        street=shapely.LineString([(-3 * foot, -3 * foot), (32 * foot, -3 * foot)]),
    )
    poses = some_of(poses := lattice_poses(field, machine), poses.quarter == 0)
    chosen = most(poses, np.zeros((len(poses), 0)), 1.0)
    assert len(chosen) == 20
    assert reachable_poses(field, poses, 3 * foot).all() and not len(
        unreached(field, poses, chosen, 3 * foot)
    )
    # those at the street are reached from there
    np.testing.assert_array_equal(
        unreached(field, poses, chosen, 3.1 * foot), chosen[poses.cell[chosen, 1] > 0]
    )


def test_a_slot_beside_a_house_by_hand():
    # 1 m between the house and the lot line is the only way to the back, 18 m by 6 m of it buildable
    front, back = shapely.box(1, 1, 19, 7), shapely.box(1, 13, 19, 19)
    field = replace(
        site(shapely.box(0, 0, 20, 20), front.union(back), [shapely.box(1, 8, 20, 12)]), street=SOUTH
    )
    poses = lattice_poses(field, unit(), direction=0.0)
    behind = poses.xy[:, 1] > 12
    assert reachable_poses(field, poses, 0.99).all() and cut_off_m2(field, 0.99) == 0
    np.testing.assert_array_equal(reachable_poses(field, poses, 1.01), ~behind)
    assert cut_off_m2(field, 1.01) == pytest.approx(18 * 6) and 0 < behind.sum() < len(poses)
    # any line may be a street where none is known
    nobody_knows = replace(field, street=shapely.LineString())
    assert reachable_poses(nobody_knows, poses, 3.0).all() and cut_off_m2(nobody_knows, 3.0) == 0


@pytest.mark.parametrize("kind", ["buildings", "walls", "items", "keep_outs"])
def test_a_gate_in_what_stands_along_the_street_by_hand(kind):
    lot = shapely.box(0, 0, 20, 20)
    fence = tuple(shapely.box(*box) for box in ((0, 0, 9, 0.2), (11, 0, 20, 0.2)))
    field = replace(site(lot, shapely.box(1, 3, 19, 19)), street=SOUTH, **{kind: fence})
    poses = lattice_poses(field, unit(), 0.5)
    assert len(poses) > 500 and reachable_poses(field, poses, 1.98).all()
    assert not reachable_poses(field, poses, 2.02).any()
    assert cut_off_m2(field, 2.02) == pytest.approx(18 * 16)


def test_a_front_is_reached_where_a_disc_of_the_width_has_room_to_touch_it():
    lot, width = (
        shapely.Polygon([(0, 0), (9, 0), (9, 5), (2.6, 6), (2.6, 12), (0, 12)]),
        3.0,
    )  # an arm of 2.6 m
    field = replace(site(lot), street=shapely.LineString([(0, 0), (9, 0)]))
    machine = unit(clearance=(0.5, 0.1, 0.1, 0.1))
    poses = lattice_poses(field, machine, 0.2, aisle_m=width)
    reached = reachable_poses(field, poses, width)
    ground = lot.union(shapely.box(0, -3, 9, 0))
    across = np.linspace(-0.75, 0.75, 61)
    for p in range(len(poses)):
        turn = np.radians(poses.rotation_deg[p])
        out, along = np.array([np.sin(turn), -np.cos(turn)]), np.array([np.cos(turn), np.sin(turn)])
        middles = shapely.points(poses.xy[p] + (0.93 / 2 + 1.5) * out + across[:, None] * along)
        room = shapely.distance(middles, ground.boundary).max()
        if abs(room - 1.5) > 0.03:
            assert reached[p] == (room > 1.5)
    assert 20 < reached.sum() < len(poses) - 20 and set(poses.quarter) == {0, 1, 2, 3}


def test_a_lot_turned_by_thirty_degrees_is_reached_alike():
    rng = np.random.default_rng(8)
    field = random_field(rng)
    turn = {
        name: affinity.rotate(getattr(field, name), 30, origin=(0, 0))
        for name in ("lot", "buildable", "street")
    }
    houses = tuple(affinity.rotate(h, 30, origin=(0, 0)) for h in field.buildings)
    turned = replace(field, buildings=houses, **turn)
    machine = unit(1.0, 0.6, (0.3, 0.1, 0.3, 0.0))
    for aisle in (0.6, 1.0, 1.5):
        a, b = (lattice_poses(f, machine, 0.2, aisle_m=aisle) for f in (field, turned))
        np.testing.assert_array_equal(a.cell, b.cell)
        np.testing.assert_array_equal(reachable_poses(field, a, aisle), reachable_poses(turned, b, aisle))
        assert cut_off_m2(field, aisle) == pytest.approx(
            cut_off_m2(turned, aisle), abs=1e-4
        )  # chords of arcs
