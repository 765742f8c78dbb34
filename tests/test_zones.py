import math

import numpy as np
import pytest
import slow_twin
from flat_cases import CASES, box, case_ground, make_zones

from kernels.regions import region_ground_factors
from kernels.zones import GroundZones

NAN = math.nan


def test_regions_of_case_t04():
    inputs, expected = CASES["TR17534-3_T04"]["inputs"], CASES["TR17534-3_T04"]["expected"]["intermediate"]
    factors = region_ground_factors(inputs["S"][:2], 1.0, inputs["R"][:2], 4.0, case_ground(inputs))
    assert np.allclose(factors, [expected["Gs"], expected["Gm"], expected["Gr"]], rtol=0, atol=0.005)
    # by hand, x along the 190 m: source region 30 m (x to 39.35), receiver region 120 m (x from 82.59), edges at 50 and 150
    along = math.dist(inputs["S"][:2], inputs["R"][:2]) / 190
    middle = (0.2 * (40 * along - 30) + 0.5 * (along * 150 - 120)) / (190 * along - 150)
    receiver = (0.9 * 50 * along + 0.5 * (120 - 50 * along)) / 120
    assert np.allclose(factors, [0.2, middle, receiver], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("JRC")])
def test_regions_of_the_eu_reference_software(name):
    inputs, expected = CASES[name]["inputs"], CASES[name]["expected"]
    edge = inputs["profile_d_z"][1][0]
    zones = make_zones([[box(-1, -1, edge, 1)]], [inputs["G_segments"][0]], inputs["G_segments"][1])
    factors = region_ground_factors([0, 0], inputs["hs_m"], [inputs["dp_m"], 0], inputs["hr_m"], zones)
    assert np.allclose(factors, expected["G_source_middle_receiver"], rtol=0, atol=5.1e-5)


def random_star(rng):
    """A simple ring about a random centre, with or without a hole."""
    corners, centre = rng.integers(3, 9), rng.uniform((-40, -40), (240, 140))
    angles = np.arange(corners) * 2 * np.pi / corners + rng.uniform(0, 1)
    spokes = rng.uniform(15, 90, corners)[:, np.newaxis] * np.column_stack([np.cos(angles), np.sin(angles)])
    rings = [centre + spokes] + ([centre + 0.4 * spokes] if rng.random() < 0.5 else [])
    return [np.vstack([ring, ring[:1]]) for ring in rings]


@pytest.mark.parametrize("seed", range(60))
def test_regions_agree_with_lengths_measured_by_shapely(seed):
    """Random overlapping polygons with holes; and the way back gives the same."""
    rng = np.random.default_rng(seed)
    polygons = [random_star(rng) for _ in range(rng.integers(0, 5))]
    factors, outside = rng.random(len(polygons)), rng.random()
    areas, zones = [slow_twin.even_odd(rings) for rings in polygons], make_zones(polygons, factors, outside)
    for source, receiver in rng.uniform((-50, -50), (250, 150), (4, 2, 2)):
        hs, hr = rng.uniform(0.1, 6, 2)
        slow = slow_twin.regions(source, hs, receiver, hr, areas, factors, outside)
        fast = region_ground_factors(source, hs, receiver, hr, zones)
        for got, want in zip(fast, slow, strict=True):
            assert got == pytest.approx(0.0 if want is None else want, abs=1e-9)
        assert region_ground_factors(receiver, hr, source, hs, zones)[::2] == fast[2::-2]


def test_a_hole_is_outside():
    zones = make_zones([[box(0, 0, 100, 100), box(40, 40, 60, 60)]], [1.0], 0.0)
    # 100 m along the middle, 20 m of it in the hole; heights so large that both end regions are the whole path
    assert region_ground_factors([0, 50], 50, [100, 50], 50, zones) == pytest.approx(
        (0.8, 0.0, 0.8), abs=1e-12
    )


def test_where_polygons_overlap_the_last_one_counts():
    ground, path = [[box(0, 0, 100, 100)], [box(50, 0, 150, 100)]], ([0, 50], 50, [150, 50], 50)
    assert region_ground_factors(*path, make_zones(ground, [0.2, 0.8], 0))[0] == pytest.approx(
        (10 + 80) / 150, abs=1e-12
    )
    assert region_ground_factors(*path, make_zones(ground[::-1], [0.8, 0.2], 0))[0] == pytest.approx(
        (20 + 40) / 150, abs=1e-12
    )


@pytest.mark.parametrize("y", [0.0, 50.0, 37.123456, 100.0])
def test_a_zone_cut_in_two_changes_nothing(y):
    """Also for a path along the cut, through vertices, and along the outer edges."""
    whole = make_zones([[box(20, 0, 180, 100)]], [0.7], 0.1)
    cut = make_zones([[box(20, 0, 180, y)], [box(20, y, 180, 100)]], [0.7, 0.7], 0.1)
    across = make_zones([[box(20, 0, 90, 100)], [box(90, 0, 180, 100)]], [0.7, 0.7], 0.1)
    for path in (
        ([0, y], 1, [200, y], 2),
        ([0, 0], 1, [200, 100], 2),
        ([200, y], 1, [3, 7], 2),
        ([90, -20], 1, [90, 130], 2),
    ):
        expected = region_ground_factors(*path, whole)
        assert region_ground_factors(*path, cut) == pytest.approx(expected, abs=1e-12)
        assert region_ground_factors(*path, across) == pytest.approx(expected, abs=1e-12)


def test_regions_of_no_length_have_the_ground_at_their_ends():
    zones = make_zones([[box(-10, -10, 10, 10)]], [0.9], 0.2)
    assert region_ground_factors([0, 0], 0, [100, 0], 0, zones) == pytest.approx((0.9, (9 + 18) / 100, 0.2))
    assert region_ground_factors([0, 0], 2, [0, 0], 3, zones) == pytest.approx((0.9, 0.0, 0.9))
    # an end on the edge has the ground on its path's side
    for ends in (([0, 0], 0, [10, 0], 0), ([10, 0], 0, [0, 0], 0)):
        assert region_ground_factors(*ends, zones) == pytest.approx((0.9, 0.9, 0.9))
    assert region_ground_factors([50, 0], 2, [50, 0], 3, zones) == pytest.approx((0.2, 0.0, 0.2))


def test_far_from_the_origin_nothing_is_lost():
    shift = np.array([583_960.0, 4_507_523.0])
    rings = [np.array(box(0, -10, 50, 60.0)) + shift]
    near = region_ground_factors([10, 10], 1, [200, 50], 4, make_zones([[box(0, -10, 50, 60)]], [0.2], 0.8))
    far = region_ground_factors(
        np.array([10, 10]) + shift, 1, np.array([200, 50]) + shift, 4, make_zones([rings], [0.2], 0.8)
    )
    assert far == pytest.approx(near, abs=1e-9)


SQUARE = (np.array(box(0, 0, 1, 1.0)), np.array([0, 5]), np.array([0, 1]), np.array([0.5]), 0.5)


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        (0, np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0.1]]), "ground.xy"),
        (0, np.full((5, 2), NAN), "ground.xy"),
        (0, np.zeros(10), "ground.xy"),
        (1, np.array([0, 4]), "ground.ring_offsets"),
        (1, np.array([0, 6, 5]), "ground.ring_offsets"),
        (2, np.array([1, 1]), "ground.polygon_offsets"),
        (3, np.array([0.5, 0.5]), "ground.g"),
        (3, np.array([1.5]), "ground.g"),
        (4, -0.1, "ground.g_outside"),
    ],
)
def test_zones_that_do_not_fit_are_refused_by_name(field, value, name):
    parts = list(SQUARE)
    parts[field] = value
    with pytest.raises(ValueError, match=name):
        region_ground_factors([0, 0], 1, [1, 1], 1, GroundZones(*parts))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("source_xy", ([0, NAN], 1, [1, 1], 1)),
        ("source_height", ([0, 0], -1, [1, 1], 1)),
        ("receiver_xy", ([0, 0], 1, [1, 1, 1], 1)),
        ("receiver_height", ([0, 0], 1, [1, 1], NAN)),
    ],
)
def test_path_ends_that_cannot_be_are_refused_by_name(name, values):
    with pytest.raises(ValueError, match=name):
        region_ground_factors(*values, GroundZones(*SQUARE))
