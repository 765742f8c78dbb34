"""Oracles: brute force over every subset of tiny lattices, shapely for bodies and clearances, arithmetic by hand."""

from itertools import combinations

import numpy as np
import pytest
import shapely
from shapely import affinity

from siting.errors import InputError
from siting.model import Clearance, Site, StatedSound, Unit
from siting.placement import body_polygon, lattice_poses, most, quietest, some_of, space_bound, upper_bound


def unit(length=1.5, width=0.93, clearance=(0.9144,) * 4):
    sound = StatedSound(69.0, None, (70.0,) * 8, "flat", "template")
    return Unit(
        "box", "Box", "nobody", 200.0, ("gas",), 700.0, length, width, 1.8, 1.8, Clearance(*clearance), sound, (), {}
    )  # fmt: skip


def site(lot, buildable=None, buildings=()):
    return Site(
        "L",
        "EPSG:26986",
        "",
        lot,
        lot if buildable is None else buildable,
        {},
        tuple(buildings),
        (),
        None,
        (),
        (),
    )


def brute_force(poses, machine, load, legal):
    """The most compatible poses within every row, by trying all subsets, largest first."""
    bodies = [body_polygon(*xy, r, poses.body_m) for xy, r in zip(poses.xy, poses.rotation_deg, strict=True)]
    gap = machine.clearance.front_m
    apart = np.array([[_apart(a, b, gap, poses.angle_deg) for b in bodies] for a in bodies])
    for count in range(len(poses), 0, -1):
        for subset in combinations(range(len(poses)), count):
            if all(apart[a, b] for a, b in combinations(subset, 2)) and (
                not legal or (load[list(subset)].sum(axis=0) <= 1).all()
            ):
                return count
    return 0


def _apart(a, b, gap, angle):
    """A body's box grown by the same gap on every side stays out of the other body."""
    a, b = (affinity.rotate(g, -angle, origin=(0, 0)) for g in (a, b))
    x0, y0, x1, y1 = a.bounds
    return shapely.box(x0 - gap, y0 - gap, x1 + gap, y1 + gap).intersection(b).area < 1e-5


def small_case(seed):
    rng = np.random.default_rng(seed)
    lot = affinity.rotate(
        shapely.box(0, 0, rng.uniform(3.4, 4.4), rng.uniform(2.2, 3.2)), rng.uniform(0, 90), origin=(0, 0)
    )
    machine = unit(clearance=(0.3048,) * 4)
    poses = lattice_poses(site(lot, buildable=lot.buffer(-0.31, join_style="mitre")), machine)
    keep = np.sort(rng.permutation(len(poses))[:11])
    poses = some_of(poses, keep)
    return poses, machine, rng.uniform(0.1, 0.8, (len(keep), 3))


@pytest.mark.parametrize("seed", range(12))
def test_the_bound_holds_and_the_search_finds_what_brute_force_finds(seed):
    poses, machine, load = small_case(seed)
    optimum = brute_force(poses, machine, load, legal=True)
    bound, _ = upper_bound(poses, load, 1.0)
    chosen = most(poses, load, 1.0, bound)
    assert len(chosen) <= optimum <= bound
    assert len(chosen) >= optimum - 1  # patterns and filling may miss one on scattered poses, never more here
    assert (load[chosen].sum(axis=0) <= 1).all()
    packed = most(poses, np.zeros((len(poses), 0)), 1.0)
    assert len(packed) <= brute_force(poses, machine, load, legal=False) <= space_bound(poses)


def test_one_unit_is_found_wherever_one_is_legal():
    for seed in range(40):
        poses, _, load = small_case(seed)
        scale = load.max(axis=1).min()  # the quietest pose alone just fits
        assert len(most(poses, load / scale * 0.999999, 1.0)) >= 1
        assert len(most(poses, load / scale * 1.000001, 1.0)) == 0


def test_a_rectangle_is_packed_as_by_hand():
    # 5 x 4 bodies of 1.5 x 0.93 m, 3 ft apart: on a one-foot lattice every 8 ft along x and every 7 ft along y,
    # the last body 1.5 and 0.93 m: 4*8*0.3048 + 1.5 = 11.2536, 3*7*0.3048 + 0.93 = 7.3308
    machine = unit()
    field = shapely.box(0, 0, 4 * 8 * 0.3048 + 1.5, 3 * 7 * 0.3048 + 0.93)
    poses = lattice_poses(site(field.buffer(2), buildable=field), machine)
    assert len(most(poses, np.zeros((len(poses), 0)), 1.0)) == 20
    assert space_bound(poses) == 20


def test_bodies_stand_inside_and_clearances_stay_on_the_lot_and_out_of_buildings_at_any_angle():
    lot = affinity.rotate(
        shapely.Polygon([(0, 0), (18, 0), (18, 9), (7, 9), (7, 16), (0, 16)]), 27, origin=(0, 0)
    )
    building = affinity.rotate(shapely.box(9, 3, 12, 6), 27, origin=(0, 0))
    machine = unit(clearance=(1.2, 0.4, 0.8, 0.6))
    poses = lattice_poses(
        site(lot, buildable=lot.buffer(-0.2).difference(building.buffer(0.5)), buildings=[building]), machine
    )
    chosen = most(poses, np.zeros((len(poses), 0)), 1.0)
    assert len(chosen) > 10 and len(set(poses.quarter)) == 4
    zones = []
    for p in chosen:
        x, y = poses.xy[p]
        body = body_polygon(x, y, poses.rotation_deg[p], poses.body_m)
        assert lot.buffer(-0.2).difference(building.buffer(0.5)).buffer(1e-5).contains(body)
        # front is -y at rotation 0
        zone = affinity.rotate(
            shapely.box(x - 0.75 - 0.6, y - 0.465 - 1.2, x + 0.75 + 0.4, y + 0.465 + 0.8),
            poses.rotation_deg[p],
            origin=(x, y),
        )
        assert lot.difference(building).buffer(1e-5).contains(zone)
        zones.append((body, zone))
    for (body_a, zone_a), (body_b, zone_b) in combinations(zones, 2):
        assert zone_a.intersection(body_b).area < 1e-5 and zone_b.intersection(body_a).area < 1e-5


def test_a_row_bounds_by_its_quietest_poses_by_hand():
    # loads 0.2 0.3 0.4 0.6 on one row: 0.2 + 0.3 + 0.4 = 0.9 fits, a fourth does not: at most 3
    machine = unit()
    poses = lattice_poses(site(shapely.box(0, 0, 40, 40)), machine)
    row = np.full(len(poses), 0.6)
    row[[5, 900, 1700]] = 0.2, 0.3, 0.4
    loud = np.column_stack((np.zeros(len(poses)), row))
    assert upper_bound(poses, loud, 1.0) == (3, 1)
    # quieter everywhere: the space rules, and says so
    assert upper_bound(poses, loud * 1e-6, 1.0) == (space_bound(poses), -1)


def test_a_wanted_number_stands_where_the_fullest_row_is_low():
    machine = unit(clearance=(0.3048,) * 4)
    poses = lattice_poses(site(shapely.box(0, 0, 20, 6)), machine)
    ears = np.array([[-2.0, 3.0], [25.0, 3.0]])
    load = 1 / ((poses.xy[:, None] - ears) ** 2).sum(axis=2)
    two = quietest(poses, load, 2)
    assert len(two) == 2
    # no exchange of one of the two for any third pose does better: tried here one by one
    peak = load[two].sum(axis=0).max()
    best = min(load[k].max() for k in range(len(poses)))
    assert best < peak < 2.2 * best
    everyone = quietest(poses, load, 10_000)
    assert len(everyone) <= space_bound(poses)


def test_no_room_gives_no_poses():
    poses = lattice_poses(site(shapely.box(0, 0, 1, 1)), unit())
    assert len(poses) == 0 and space_bound(poses) == 0
    empty = lattice_poses(site(shapely.box(0, 0, 9, 9), buildable=shapely.Polygon()), unit())
    assert len(empty) == 0 and len(most(empty, np.zeros((0, 0)), 1.0)) == 0


def test_a_large_lot_takes_a_coarser_lattice_of_whole_feet_unless_a_step_is_asked_for():
    large = site(shapely.box(0, 0, 240, 160))  # 2 * 38,400 m² at 1 ft: 826,700 poses; at 3 ft 91,900
    poses = lattice_poses(large, unit())
    assert poses.step_m == pytest.approx(3 * 0.3048) and 80_000 < len(poses) < 91_900
    assert lattice_poses(large, unit(), 2.5).step_m == 2.5
    with pytest.raises(
        InputError,
        match=r"0\.1 ft makes about 82,666,832 poses on the 413,334 sq ft of lot L .* step of 1 ft or more",
    ):
        lattice_poses(large, unit(), 0.03048)
