"""Oracles: shapely for every pose of a small lattice, sides turned by hand, the same lot turned, arithmetic."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import shapely
from shapely import affinity
from test_placement import site, unit

from kernels import footprints
from siting.placement import body_polygon, clear_ground, directions, lattice_of, lattice_poses, some_of
from siting.placement.poses import orientations

LOPSIDED = (1.2, 0.4, 0.8, 0.6)  # front, right, back, left


def with_sides(machine, levels):
    """A unit that is louder to some of the eight directions."""
    pattern = tuple((float(level),) * 8 for level in levels)
    return replace(machine, sound=replace(machine.sound, directivity_db=pattern))


def zone(x, y, rotation, machine):
    """Body and clearance as one box; the front is the south side at rotation 0, its right the east."""
    c, half, deep = machine.clearance, machine.length_m / 2, machine.width_m / 2
    box = shapely.box(x - half - c.left_m, y - deep - c.front_m, x + half + c.right_m, y + deep + c.back_m)
    return affinity.rotate(box, rotation, origin=(x, y))


@pytest.mark.parametrize(
    ("machine", "turns"),
    [
        (unit(), 2),
        (unit(clearance=(1, 2, 1, 2)), 2),  # longer at both ends: half a turn changes nothing
        (unit(clearance=(1, 2, 1, 2.5)), 4),
        (unit(clearance=(1, 2, 1.5, 2)), 4),
        (with_sides(unit(), [3, 1, 0, 1, 3, 1, 0, 1]), 2),  # as loud at the back as at the front
        (with_sides(unit(), [3, 1, 0, 1, 2, 1, 0, 1]), 4),
    ],
)
def test_half_a_turn_is_a_pose_of_its_own_where_it_can_be_heard_or_stood_in(machine, turns):
    bodies, margins = orientations(machine)
    assert (len(bodies), len(margins)) == (turns, turns)
    assert set(lattice_poses(site(shapely.box(0, 0, 8, 8)), machine).quarter) == set(range(turns))


def test_an_aisle_widens_the_front_alone_and_makes_it_one():
    bodies, margins = orientations(unit(clearance=(1, 1, 1, 1)), 1.5)
    assert bodies.tolist() == [[1.5, 0.93], [0.93, 1.5]] * 2
    assert margins.tolist() == [[1, 1, 1.5, 1], [1, 1.5, 1, 1], [1, 1, 1, 1.5], [1.5, 1, 1, 1]]
    narrow = orientations(unit(clearance=(1, 1, 1, 1)), 0.9)
    assert len(narrow[0]) == 2 and (narrow[1] == 1).all()


@pytest.mark.parametrize("angle", [0, 30])
def test_every_pose_of_a_lattice_agrees_with_shapely(angle):
    """All nodes in all four turns: bodies in the buildable area, clearances clear of building, wall, item and lot line."""

    def turned(shape):
        return affinity.rotate(shape, angle, origin=(0, 0))

    lot = shapely.Polygon([(0, 0), (11, 0), (11, 6), (7, 9), (0, 9)])
    house, wall, tank = shapely.box(4, 4, 5.5, 6), shapely.box(8, 1, 8.1, 3), shapely.box(1, 6.5, 2, 7.5)
    field = site(turned(lot), turned(lot.buffer(-0.35, join_style="mitre")), [turned(house)])
    field = replace(field, walls=(turned(wall),), items=(turned(tank),))
    machine, step = unit(clearance=LOPSIDED), 0.25
    poses = lattice_poses(field, machine, step, direction=float(angle))
    inside, clear = field.buildable.buffer(1e-5), clear_ground(field).buffer(1e-5)
    assert clear_ground(field).area == pytest.approx(lot.area - 3 - 0.2 - 1)
    x0, y0, x1, y1 = affinity.rotate(field.buildable, -angle, origin=(0, 0)).bounds
    expected = set()
    for quarter in range(4):
        wide, deep = (1.5, 0.93) if quarter % 2 == 0 else (0.93, 1.5)
        for i, j in product(range(int((x1 - x0) / step) + 1), range(int((y1 - y0) / step) + 1)):
            centre = turned(shapely.Point(x0 + i * step + wide / 2, y0 + j * step + deep / 2))
            place = (centre.x, centre.y, angle + 90 * quarter)
            if inside.contains(body_polygon(*place, poses.body_m)) and clear.contains(zone(*place, machine)):
                expected.add((quarter, i, j))
    found = np.column_stack((poses.quarter, poses.cell))
    assert set(map(tuple, found.tolist())) == expected and len(found) == len(expected) > 800
    assert np.bincount(poses.quarter).min() > 100
    for p in range(0, len(poses), 37):
        body = body_polygon(*poses.xy[p], poses.rotation_deg[p], poses.body_m)
        corner = affinity.rotate(body, -angle, origin=(0, 0)).bounds[:2]
        assert corner == pytest.approx((x0 + poses.cell[p, 0] * step, y0 + poses.cell[p, 1] * step), abs=1e-9)


def test_collisions_of_all_sixteen_pairs_of_turns_agree_with_shapely():
    machine = unit(clearance=LOPSIDED)
    poses = lattice_poses(site(shapely.box(0, 0, 7.2, 6.4)), machine, 0.4)
    rng, seen = np.random.default_rng(5), np.zeros((4, 4, 2), int)
    lattice = lattice_of(poses, np.arange(len(poses)))
    bodies = [body_polygon(*xy, r, poses.body_m) for xy, r in zip(poses.xy, poses.rotation_deg, strict=True)]
    zones = [zone(*xy, r, machine) for xy, r in zip(poses.xy, poses.rotation_deg, strict=True)]
    for a in rng.permutation(len(poses))[:60]:
        entered = shapely.area(shapely.intersection(zones[a], bodies)) > 1e-5
        entering = shapely.area(shapely.intersection(zones, bodies[a])) > 1e-5
        count = np.zeros(len(poses), np.int64)
        footprints.block_colliding(a, lattice, count, 1)
        np.testing.assert_array_equal(count, entered | entering)
        np.add.at(seen, (poses.quarter[a], poses.quarter, count), 1)
    assert seen.min() > 30  # every pair of turns both collides and stands apart


def test_a_lot_turned_by_thirty_degrees_has_the_same_poses():
    lot = shapely.Polygon([(0, 0), (14, 0), (14, 8), (9, 11), (0, 11)])
    house = shapely.box(5, 5, 7, 7.5)
    machine = unit(clearance=LOPSIDED)
    plain, turned = (
        lattice_poses(site(g, g.buffer(-0.3, join_style="mitre"), [h]), machine)
        for g, h in ((lot, house), tuple(affinity.rotate(g, 30, origin=(0, 0)) for g in (lot, house)))
    )
    np.testing.assert_array_equal(plain.cell, turned.cell)
    np.testing.assert_array_equal(plain.quarter, turned.quarter)
    assert turned.angle_deg - plain.angle_deg == pytest.approx(30) and len(set(plain.quarter)) == 4
    back = affinity.rotate(shapely.multipoints(turned.xy), -30, origin=(0, 0))
    np.testing.assert_allclose(shapely.get_coordinates(back), plain.xy, atol=1e-9)


def test_a_lattice_follows_the_direction_that_is_asked_for():
    # a house lot whose back runs at 53.13°: along it stand units whose bodies are turned by it, and by right angles to it
    field = site(shapely.Polygon([(0, 0), (20, 0), (20, 10), (0, 25)]))
    second = directions(field)[1]
    poses = lattice_poses(field, unit(), direction=second)
    assert poses.angle_deg == second and set(np.round(poses.rotation_deg - second)) == {0, 90}
    for p in range(0, len(poses), 50):
        assert field.buildable.buffer(1e-5).contains(
            body_polygon(*poses.xy[p], poses.rotation_deg[p], poses.body_m)
        )


def test_some_of_the_poses_keep_what_they_are():
    poses = lattice_poses(site(shapely.box(0, 0, 8, 8)), unit(clearance=LOPSIDED))
    few = some_of(poses, poses.quarter == 3)
    assert len(few) == (poses.quarter == 3).sum() > 5 and len(few.bodies) == 4
    np.testing.assert_array_equal(few.xy, poses.xy[poses.quarter == 3])
    assert lattice_of(poses, np.array([3, 7])).cells.tolist() == poses.cell[[3, 7]].tolist()
