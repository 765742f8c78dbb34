import itertools
import math

import numpy as np
import pytest
import slow_twin
from flat_cases import box
from shapely import LineString, union_all

from kernels.belts import (
    FOLIAGE,
    SITE,
    foliage_db,
    lengths_in_belts,
    make_belt_scratch,
    make_belts,
    no_belts,
    site_db,
)


def belts_of(polygons, kinds, heights):
    rings = [np.array(ring, float) for polygon in polygons for ring in polygon]
    return make_belts(
        np.vstack(rings),
        np.cumsum([0] + [len(ring) for ring in rings]),
        np.cumsum([0] + [len(polygon) for polygon in polygons]),
        kinds,
        heights,
    )


def lengths(start, stop, belts, ground=(0.0, 0.0)):
    scratch = make_belt_scratch(belts)
    ends = [*map(float, start), float(ground[0]), *map(float, stop), float(ground[1])]
    result = lengths_in_belts(*ends, belts, scratch)
    assert not scratch.inside.any()  # ready for the next path
    assert lengths_in_belts(*ends[4:], *ends[:4], belts, scratch) == result  # the way back, to the bit
    return result


def attenuation(function, length):
    out = np.full(8, math.nan)
    function(length, out)
    return out


def test_forty_metres_of_annex_a():
    assert np.allclose(
        attenuation(foliage_db, 40.0), [0.8, 1.2, 1.6, 2.0, 2.4, 3.2, 3.6, 4.8], rtol=0, atol=1e-12
    )
    assert np.allclose(attenuation(site_db, 40.0), [0, 0.6, 1, 1, 0.8, 0.8, 0.6, 0.6], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (0.0, [0] * 8),
        (9.999, [0] * 8),
        (10.0, [0, 0, 1, 1, 1, 1, 2, 3]),
        (20.0, [0, 0, 1, 1, 1, 1, 2, 3]),
        (25.0, [0.5, 0.75, 1, 1.25, 1.5, 2, 2.25, 3]),
        (200.0, [4, 6, 8, 10, 12, 16, 18, 24]),
        (900.0, [4, 6, 8, 10, 12, 16, 18, 24]),
    ],
)
def test_steps_and_end_of_table_a1(length, expected):
    assert np.allclose(attenuation(foliage_db, length), expected, rtol=0, atol=1e-12)


def test_a_site_takes_ten_db_at_most():
    # 0.025 dB/m reaches 10 dB at 400 m, 0.02 at 500 m
    assert np.allclose(attenuation(site_db, 450.0), [0, 6.75, 10, 10, 9, 9, 6.75, 6.75], rtol=0, atol=1e-12)


def test_lengths_by_hand():
    """A wood of 40 m, 5 m high; the line climbs from 1 m to 11 m over 100 m and is as high as the trees 40 m from its start."""
    wood = belts_of([[box(20, -10, 60, 10)]], [FOLIAGE], [5.0])
    assert lengths((0, 0, 1), (100, 0, 1), wood) == pytest.approx((40, 0))
    assert lengths((0, 0, 1), (100, 0, 11), wood) == pytest.approx((20, 0))
    assert lengths((0, 0, 11), (100, 0, 1), wood) == pytest.approx((0, 0))  # down to 5 m only at its far edge
    assert lengths((0, 0, 6), (100, 0, 6), wood) == (0, 0)
    assert lengths((0, 0, 106), (100, 0, 1), wood, (100, 0)) == pytest.approx((0.6 * 100 - 20, 0))
    assert lengths((30, 0, 1), (40, 0, 1), wood) == pytest.approx((10, 0))  # both ends within
    assert lengths((30, 0, 1), (30, 0, 3), wood) == (0, 0)  # straight up
    assert lengths((0, 20, 1), (100, 20, 1), wood) == (0, 0)
    assert lengths((0, 0, 1), (100, 0, 1), no_belts()) == (0, 0)


def test_belts_that_overlap_count_once_by_kind():
    # foliage 20..60 m (5 m high) and 40..80 m (2 m high), a site from 50 to 90 m
    polygons = [[box(20, -9, 60, 9)], [box(40, -9, 80, 9)], [box(50, -9, 90, 9)]]
    belts = belts_of(polygons, [FOLIAGE, FOLIAGE, SITE], [5.0, 2.0, 5.0])
    assert lengths((0, 0, 1), (100, 0, 1), belts) == pytest.approx((60, 40))
    assert lengths((0, 0, 3), (100, 0, 3), belts) == pytest.approx((40, 40))


def test_a_belt_cut_in_two_changes_nothing_and_a_hole_is_outside():
    whole = belts_of([[box(20, -10, 60, 10), box(30, -2, 35, 2)]], [SITE], [4.0])
    halves = [[box(20, 0, 60, 10), box(30, 0, 35, 2)], [box(20, -10, 60, 0), box(30, -2, 35, 0)]]
    for y in (0.0, 1.0, -7.0, 2.0):
        expected = lengths((0, y, 1), (100, -y, 5), whole)
        assert lengths((0, y, 1), (100, -y, 5), belts_of(halves, [SITE] * 2, [4.0] * 2)) == pytest.approx(
            expected
        )
    assert lengths((0, 0, 1), (100, 0, 1), whole) == pytest.approx((0, 35))


def slow_lengths(start, stop, ground, areas, kinds, heights):
    """Cut the line where it is as high as each belt, then measure with shapely."""
    found = []
    for kind in (FOLIAGE, SITE):
        low = []
        for area, own, height in zip(areas, kinds, heights, strict=True):
            if own == kind:
                above = [start[2] - ground[0] - height, stop[2] - ground[1] - height]
                t = np.linspace(0, 1, 2)
                if above[0] * above[1] < 0:
                    t = np.array([0, above[0] / (above[0] - above[1]), 1])
                for a, b in itertools.pairwise(t):
                    if above[0] + (above[1] - above[0]) * (a + b) / 2 < 0:
                        ends = [np.add(start[:2], np.subtract(stop[:2], start[:2]) * u) for u in (a, b)]
                        low.append(LineString(ends).intersection(area))
        # pieces of one line: measured along it, so that they can be united
        line = LineString([start[:2], stop[:2]])
        spans = [
            sorted((line.project(part.boundary.geoms[0]), line.project(part.boundary.geoms[1])))
            for piece in low
            for part in getattr(piece, "geoms", [piece])
            if part.length > 0
        ]
        found.append(union_all([LineString([(a, 0), (b, 0)]) for a, b in spans]).length if spans else 0.0)
    return found


@pytest.mark.parametrize("seed", range(30))
def test_lengths_agree_with_shapely(seed):
    rng = np.random.default_rng(seed)
    polygons = []
    for _ in range(rng.integers(1, 6)):
        corners = rng.integers(3, 9)
        angles = np.arange(corners) * 2 * np.pi / corners + rng.uniform(0, 1)
        spokes = rng.uniform(15, 90, (corners, 1)) * np.column_stack([np.cos(angles), np.sin(angles)])
        centre = rng.uniform((0, 0), (200, 100))
        polygons.append([np.vstack([r, r[:1]]) for r in (centre + spokes, centre + 0.4 * spokes)])
    kinds, heights = rng.integers(0, 2, len(polygons)), rng.uniform(1, 12, len(polygons))
    belts, areas = belts_of(polygons, kinds, heights), [slow_twin.even_odd(rings) for rings in polygons]
    for ends in rng.uniform((-50, -50, 10), (250, 150, 20), (6, 2, 3)):
        ground = rng.uniform(5, 10, 2)
        slow = slow_lengths(*ends, ground, areas, kinds, heights)
        assert lengths(*ends, belts, ground) == pytest.approx(slow, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("height", {"height": [-1.0]}),
        ("height", {"height": [math.nan]}),
        ("kind", {"kind": [2]}),
        ("kind", {"kind": [0, 1]}),
        ("xy", {"xy": [*box(0, 0, 1, 1)[:4], [0, 0.5]]}),
        ("polygon_offsets", {"polygon_offsets": [0, 2]}),
    ],
)
def test_belts_that_do_not_fit_are_refused_by_name(name, changes):
    parts = {
        "xy": box(0, 0, 1, 1),
        "ring_offsets": [0, 5],
        "polygon_offsets": [0, 1],
        "kind": [0],
        "height": [3.0],
    }
    with pytest.raises(ValueError, match=name):
        make_belts(**(parts | changes))
