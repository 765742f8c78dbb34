"""Image sources by hand, the size criterion, and where a surface ends."""

import json
import math
from pathlib import Path as File

import numpy as np
import pytest
from small_obstacles import COMPILED, building, medium, paths, reflectors, wall

from kernels import paths as term
from kernels.decibel import to_level
from kernels.reflection import find_bend
from kernels.transfer import transfer

CASES = json.loads((File(__file__).parent / "reference" / "acoustics.json").read_text(encoding="utf-8"))[
    "cases"
]
NOMINAL = [63, 125, 250, 500, 1000, 2000, 4000, 8000]


def bends(found, source, receiver):
    """(number, bend) of every surface that reflects."""
    every = [
        (k, find_bend(k, found, *map(float, source), *map(float, receiver))) for k in range(len(found.x0))
    ]
    return [(k, bend) for k, bend in every if bend.meets]


def test_the_image_source_by_hand():
    """A wall along y = 12; the source 12 m and the receiver 4 m before it, 12 m apart along: at 9 m, as 12 to 4."""
    found = reflectors(wall([(-20, 12), (30, 12)], 6.0, absorption=0.0))
    ((_, bend),) = bends(found, (0, 0, 1), (12, 8, 5))
    assert (bend.dx, bend.dy) == pytest.approx((9, 12), abs=1e-12)
    # the height goes with the way: 1 + 4 * 3/4 = 4 m; legs (9, 12, 3) and (3, 4, 1)
    assert bend.to_source == pytest.approx(math.sqrt(81 + 144 + 9), abs=1e-12)
    assert bend.to_receiver == pytest.approx(math.sqrt(9 + 16 + 1), abs=1e-12)
    assert bend.cosine == pytest.approx(12 / math.sqrt(234), abs=1e-12)
    assert bend.least == pytest.approx(6.0, abs=1e-12)


def test_terms_of_the_reflected_path_are_those_of_the_image():
    """Distance from the image at (0, 24): sqrt(12^2 + 16^2 + 4^2); 10 lg 0.8 lost at the wall."""
    between = medium(wall([(-20, 12), (30, 12)], 6.0, absorption=0.2), 0.4)
    direct, bent = paths([0, 0, 1, 0, 0], [12, 8, 5, 0], between)
    assert (direct.reflector, bent.single[term.PLAN]) == (-1, pytest.approx(20.0))
    d = math.sqrt(144 + 256 + 16)
    assert bent.single[term.DISTANCE] == pytest.approx(d, abs=1e-12)
    assert bent.single[term.DIVERGENCE] == pytest.approx(20 * math.log10(d) + 11, abs=1e-12)
    (image,) = paths([0, 24, 1, 0, 0], [12, 8, 5, 0], medium(g=0.4))
    assert bent.bands[term.GROUND] == pytest.approx(image.bands[term.GROUND], abs=1e-12)
    assert bent.bands[term.REFLECTION, 4:] == pytest.approx([-10 * math.log10(0.8)] * 4, abs=1e-12)
    assert (direct.bands[term.REFLECTION] == 0).all()


@pytest.mark.parametrize("row", CASES["DERIVED_reflection_criterion"]["expected"]["rows"])
def test_which_bands_are_reflected(row):
    """A wall as high as lmin and much wider, seen at right angles: source and receiver one behind the other."""
    between = medium(wall([(0, -500), (0, 500)], row["lmin"], absorption=0.0), reach=0.0)
    found = paths([row["d_so"], 0, 1, 0, 0], [row["d_or"], 0, 1, 0], between)
    assert len(found) == 2
    lost = found[1].bands[term.REFLECTION]
    assert [f for f, db in zip(NOMINAL, lost, strict=True) if np.isfinite(db)] == row["bands_reflecting"]
    assert (lost[np.isfinite(lost)] == 0).all()
    narrow = medium(wall([(0, -row["lmin"] / 2), (0, row["lmin"] / 2)], 500.0, absorption=0.0), reach=0.0)
    (_, other) = paths([row["d_so"], 0, 1, 0, 0], [row["d_or"], 0, 1, 0], narrow)
    assert np.array_equal(other.bands[term.REFLECTION], lost), "the width counts as the height does"


def test_the_angle_of_incidence_makes_a_surface_smaller():
    """At 60 degrees lmin counts half: from 4 times the frequency on. lmin 2.5 m, legs 4 m and 10 m: 310.86 Hz * 4 = 1243 Hz."""
    between = medium(wall([(0, -500), (0, 500)], 2.5, absorption=0.0))
    so, onward = 4.0, 10.0
    source = (so * 0.5, -so * math.sin(math.pi / 3))
    receiver = (onward * 0.5, onward * math.sin(math.pi / 3))
    _, bent = paths([*source, 1, 0, 0], [*receiver, 1, 0], between)
    assert [f for f, db in zip(NOMINAL, bent.bands[term.REFLECTION], strict=True) if db == 0] == [
        2000,
        4000,
        8000,
    ]


def test_hard_walls_next_to_the_source():
    expected = CASES["HAND_reflection_levels"]["expected"]
    one = wall([(0, 0), (50, 0)], 20.0, absorption=0.0)
    two = one + wall([(0, 0), (0, 50)], 20.0, absorption=0.0)
    alone, doubled, trebled = (
        to_level(transfer([[0.01, 0.01, 1, 0, 0]], [[20, 15, 1, 0]], np.ones((1, 8)), medium(things)))[
            0, 0, 0
        ]
        for things in ([], one, two)
    )
    assert doubled - alone == pytest.approx(expected["one_wall_rho1_dB"], abs=0.05)
    assert trebled - alone == pytest.approx(expected["corner_first_order_only_dB"], abs=0.05)


def test_a_path_past_the_end_of_a_wall_is_not_reflected():
    """It would meet the wall's line at x = 10 m, between equal legs."""
    for a, b, met in ((0, 9.99, 0), (0, 10.01, 1), (10.01, 20, 0), (9.99, 20, 1)):
        found = reflectors(wall([(a, 5), (b, 5)], 4.0, absorption=0.0))
        assert len(bends(found, (5, 0, 1), (15, 0, 1))) == met


def test_a_path_over_the_top_is_not_reflected():
    """It meets the wall 3 m above ground."""
    for top, met in ((2.99, 0), (3.01, 1)):
        found = reflectors(wall([(0, 5), (20, 5)], top, absorption=0.0))
        assert len(bends(found, (5, 0, 1), (15, 0, 5))) == met
    sloping = reflectors(wall([(0, 5), (20, 5)], [2.0, 4.2], absorption=0.0))  # 3.1 m in the middle
    ((_, bend),) = bends(sloping, (5, 0, 1), (15, 0, 5))
    assert bend.least == pytest.approx(3.1)


def test_the_ground_at_the_foot_runs_straight_between_the_ends_of_an_edge():
    """A level top of 3 m over ground from -5 m to 5 m along 100 m; the path, at 1 m, meets no wall where the foot is above it."""
    found = reflectors(wall([(-50, 0), (50, 0)], 3.0, absorption=0.0), [[-5.0, 5.0]])
    for x, least in ((-40, 7.0), (0, 3.0), (5, 2.5)):
        ((_, bend),) = bends(found, (x - 4, 8, 1), (x + 4, 8, 1))
        assert bend.least == pytest.approx(least)
        ((_, bend),) = bends(found, (x - 4, -8, 1), (x + 4, -8, 1))
        assert bend.least == pytest.approx(least), "the other face, from b to a"
    assert len(bends(found, (5.9, 8, 1), (13.9, 8, 1))) == 1
    assert len(bends(found, (6.1, 8, 1), (14.1, 8, 1))) == 0
    unknown = reflectors(wall([(-50, 0), (50, 0)], 3.0, absorption=0.0), [[-np.inf, -np.inf]])
    assert bends(unknown, (5.9, 8, 1), (13.9, 8, 1))[0][1].least == 100.0


@pytest.mark.parametrize(
    ("source", "receiver", "met"), [((5, 0), (15, 0), 1), ((5, 9), (15, 9), 1), ((5, 0), (15, 9), 0)]
)
def test_both_stand_on_one_side(source, receiver, met):
    found = reflectors(wall([(0, 5), (20, 5)], 4.0, absorption=0.0))
    assert len(bends(found, (*source, 1), (*receiver, 1))) == met


def test_a_building_reflects_outwards_only():
    found = reflectors(building([(0, 0), (20, 0), (20, 10), (0, 10)], 8.0, absorption=0.3))
    assert len(bends(found, (5, -5, 1), (15, -5, 1))) == 1
    assert bends(found, (5, 5, 1), (15, 5, 1)) == []
    assert (
        bends(reflectors(building([(0, 0), (20, 0), (20, 10), (0, 10)], 8.0)), (5, -5, 1), (15, -5, 1)) == []
    )


@pytest.mark.parametrize("seed", range(30 if COMPILED else 8))
def test_a_joint_is_met_once_and_cutting_a_wall_changes_no_term(seed):
    """A wall in pieces, and the path that meets it right at a joint."""
    rng = np.random.default_rng(seed)
    a, b = rng.uniform(-30, 0, 2), rng.uniform(20, 50, 2)
    shares = np.sort([0, *rng.random(3), 1])
    joints = a + (b - a) * shares[:, None]
    whole, cut = (medium(wall(points, 6.0, absorption=0.1)) for points in ([a, b], joints))
    along = (b - a) / math.dist(a, b)
    off = np.array([-along[1], along[0]])
    place = joints[1 + seed % 3]
    source, receiver = place - 7 * along + 7 * off, place + 5 * along + 5 * off
    one = paths([*source, 1.5, 0, 0], [*receiver, 1.5, 0], whole)
    many = paths([*source, 1.5, 0, 0], [*receiver, 1.5, 0], cut)
    assert len(one) == len(many) == 2
    assert many[1].bands == pytest.approx(one[1].bands, abs=1e-9)
    assert many[1].single == pytest.approx(one[1].single, abs=1e-9, nan_ok=True)


def test_a_lower_building_before_a_face_covers_what_is_behind_it():
    """The face is 9 m high, the shed before it 4 m: a path that meets it at 3 m is not reflected, one at 5 m is."""
    house = building([(0, 0), (20, 0), (20, 10), (0, 10)], 9.0, absorption=0.0)
    shed = building([(8, -3), (12, -3), (12, 0), (8, 0)], 4.0)
    for height, met in ((3.0, 0), (5.0, 1)):
        found = bends(reflectors(house + shed), (5, -10, height), (15, -10, height))
        assert len(found) == met


def test_a_full_absorber_sends_nothing_back():
    between = medium(wall([(-20, 12), (30, 12)], 6.0, absorption=1.0))
    receivers = [[12, 8, 5, 0]]
    silent = transfer([[0, 0, 1, 0, 0]], receivers, np.eye(8), between)
    assert np.array_equal(silent, transfer([[0, 0, 1, 0, 0]], receivers, np.eye(8), medium()))


def test_a_screen_before_the_wall_counts_on_the_reflected_path():
    """Source and receiver 20 m before the wall; a low screen that only the first leg crosses. Unfolded it is a straight path."""
    hard = wall([(-50, 20), (50, 20)], 9.0, absorption=0.0)
    screen = wall([(-5, 10), (9, 10)], 3.0)
    _, bent = paths([0, 0, 1, 0, 0], [20, 0, 1, 0], medium(hard + screen))
    _, clear = paths([0, 0, 1, 0, 0], [20, 0, 1, 0], medium(hard))
    assert (clear.bands[term.SCREENING] == 0).all()
    d = math.hypot(20, 40)  # the first leg crosses the screen after a quarter of the way
    by_hand = math.hypot(d / 4, 2) + math.hypot(3 * d / 4, 2) - d
    assert bent.single[term.Z_TOP] == pytest.approx(by_hand, abs=1e-9)
    mirrored = wall([(-5, 30), (9, 30)], 3.0)
    (straight,) = paths([0, 40, 1, 0, 0], [20, 0, 1, 0], medium(mirrored))
    assert (straight.bands[term.SCREENING] > 1.5).all()
    for which in (term.SCREENING, term.TOP, term.LEFT, term.RIGHT):
        assert bent.bands[which] == pytest.approx(straight.bands[which], abs=1e-9)
