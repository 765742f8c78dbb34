"""The bench of placing. Oracles: counts by hand, shapely, every rectangle of a small grid, and nothing that takes time."""

import numpy as np
import pytest
import real_lots
import shapely
from bench import page, placing
from bench.baselines import colliding, greedy, largest_rectangle, packed, packer
from placing_instances import FAR_M, NEAR_M, SIZES, instance, ring, yard_poses
from slow_placing import conflicts

from siting.placement import optimum, some_of

NOTHING = np.zeros(0, np.int64)
THREE_FEET = (0.9144,) * 4


@pytest.mark.parametrize(("name", "poses", "limits"), [("1,008 × 100", 1008, 100), ("4,104 × 1,000", 4104, 1000),
                                                       ("10,146 × 1,000", 10146, 1000)])  # fmt: skip
def test_instances_are_as_large_as_they_say_and_the_same_every_time(name, poses, limits):
    case = instance(name)
    assert case.load.shape == (poses, limits) == (len(case.poses), limits)
    assert np.bincount(case.poses.quarter).tolist() == [poses // 2, poses // 2]
    assert case.poses.step_m == 0.3048 and case.poses.bodies.tolist() == [[1.5, 0.93], [0.93, 1.5]]
    np.testing.assert_array_equal(case.load, instance(name).load)


def test_noise_binds_before_space_does():
    case = instance("1,008 × 100")
    heard = optimum(case.poses, case.load, NOTHING, 99, 10.0)
    deaf = optimum(case.poses, case.load[:, :0], NOTHING, 99, 10.0)
    assert heard.status == deaf.status == "optimal"
    # 24 nodes hold a body every 8 cells, 21 one every 7: three by three, and four with the bodies turned: 12
    assert len(deaf.chosen) == 12 and 0.6 * 12 <= len(heard.chosen) <= 0.8 * 12


def test_the_ring_is_where_it_is_said_to_be():
    _, yard = yard_poses(54, 38)
    away = shapely.distance(shapely.points(ring(yard, 200, np.random.default_rng(1))), yard)
    assert away.min() > NEAR_M - 0.2 and away.max() < FAR_M + 0.2 and np.ptp(away) > 50


def test_collisions_of_the_baselines_are_those_of_plane_geometry():
    poses, _ = yard_poses(14, 12)
    poses = some_of(poses, np.sort(np.random.default_rng(2).permutation(len(poses))[:40]))
    apart = conflicts(poses, THREE_FEET)
    for pose in range(len(poses)):
        mine = colliding(poses, pose)
        assert mine[pose] and (np.delete(mine, pose) == np.delete(apart[pose], pose)).all()


@pytest.mark.parametrize("work", [greedy, packer])
def test_baselines_are_legal_and_no_unit_can_be_added_to_the_greedy_one(work):
    case = instance("1,008 × 100")
    chosen = work(case.poses, case.load)
    total = case.load[chosen].sum(axis=0)
    blocked = sum(colliding(case.poses, pose).astype(int) for pose in chosen)
    assert len(chosen) > 5 and total.max() <= 1 and (blocked[chosen] == 1).all()
    if work is greedy:
        assert not ((blocked == 0) & (case.load + total <= 1).all(axis=1)).any()
    else:
        assert len(packed(case.poses)) == 12  # that is as many as there is space for, see above


@pytest.mark.parametrize("seed", range(8))
def test_the_largest_rectangle_is_that_of_all(seed):
    free = np.random.default_rng(seed).random((7, 6)) < 0.75
    largest = max(
        wide * high
        for i in range(7)
        for j in range(6)
        for wide in range(8 - i)
        for high in range(7 - j)
        if free[i : i + wide, j : j + high].all()
    )
    column, row, wide, high = largest_rectangle(free)
    assert wide * high == largest and free[column : column + wide, row : row + high].all()


def test_a_line_says_what_was_reached():
    (row,) = placing.rows("1,008 × 100")
    assert placing.line(row).count("|") == placing.HEAD.splitlines()[0].count("|")
    assert row.found.units == row.bound >= max(row.greedy.units, row.packer.units)
    slow = row._replace(found=placing.Timed(row.bound, 1.5))
    assert "yes" in placing.line(row._replace(found=placing.Timed(row.bound, 0.5)))
    assert "**no**" in placing.line(slow) and "| 0.0% |" in placing.line(slow)
    assert "**no**" in placing.line(row._replace(bound=row.bound + 1))
    assert {*placing.ALL} == {*SIZES, *real_lots.LOTS} and len(real_lots.LOTS) == 6


def test_a_table_takes_the_place_of_the_old_one(tmp_path):
    file = tmp_path / "performance.md"
    file.write_text(
        f"a\n{page.BEGIN}\nsound\n{page.END}\nb\n{placing.BEGIN}\nold\n{page.END}\nc\n", encoding="utf-8"
    )
    page.put(placing.HEAD, ["| new |\n"], placing.BEGIN, file)
    text = file.read_text(encoding="utf-8")
    assert "sound" in text and "old" not in text and text.endswith(f"| new |\n{page.END}\nc\n")
    assert text.index("b\n") < text.index("| instance |")


@pytest.mark.skipif(not real_lots.DATA.is_dir(), reason=real_lots.MISSING)
@pytest.mark.parametrize("name", real_lots.LOTS)
def test_real_lots_are_heard_in_all_periods(name):
    found = real_lots.ready(name, step_m=1.0)
    room, case = found.demand.room, found.case
    acres = float(name.split()[-2])
    assert case.site.lot.area == pytest.approx(acres * 4046.856, rel=0.01)
    assert len(case.poses) > 1000 and len(case.receptors) > 400
    assert np.isfinite(room).all() and (room > 0).all() and found.demand.true.all()
    assert room.shape[1] == (10 if name.startswith("Cambridge") else 1)  # dB(A) and nine bands
