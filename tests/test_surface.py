"""Oracle: the profile cut at every line of nodes in plain Python, its hull by trying all pairs; bilinear patches by hand."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from kernels.surface import (
    ground_height,
    ground_heights,
    make_march,
    make_surface,
    no_surface,
    profile_above,
    profile_area,
)

SHARED = Path(__file__).parents[2] / "shared"
TURN, STEP, CORNER = math.radians(23.0), 2.5, (1000.0, -400.0)


def tilted(heights):
    """A surface turned by 23 degrees with nodes 2.5 m apart, and the way from column and row to x and y."""
    cos, sin = math.cos(TURN) / STEP, math.sin(TURN) / STEP
    x, y = CORNER
    surface = make_surface(heights, (-cos * x - sin * y, cos, sin, sin * x - cos * y, -sin, cos))

    def point(c, r):
        return (
            x + STEP * (c * math.cos(TURN) - r * math.sin(TURN)),
            y + STEP * (c * math.sin(TURN) + r * math.cos(TURN)),
        )

    return surface, point


def bilinear(z, c, r):
    c, r = min(max(c, 0), z.shape[1] - 1), min(max(r, 0), z.shape[0] - 1)
    j, i = min(int(c), max(z.shape[1] - 2, 0)), min(int(r), max(z.shape[0] - 2, 0))
    right, down = min(j + 1, z.shape[1] - 1), min(i + 1, z.shape[0] - 1)
    u, v = c - j, r - i
    return (z[i, j] * (1 - u) + z[i, right] * u) * (1 - v) + (z[down, j] * (1 - u) + z[down, right] * u) * v


def plain_profile(z, start, stop):
    """(share, height) at both ends and at each crossing of a line of nodes between them."""
    (c0, r0), (c1, r1) = start, stop
    cuts = {0.0, 1.0}
    for a, b, lines in ((c0, c1, z.shape[1]), (r0, r1, z.shape[0])):
        if a != b:
            cuts |= {t for t in ((line - a) / (b - a) for line in range(lines)) if 0 < t < 1}
    return [(t, bilinear(z, c0 + t * (c1 - c0), r0 + t * (r1 - r0))) for t in sorted(cuts)]


def plain_hull(points):
    """Vertices of the upper hull, ends left out: those that no straight line between two others passes over or touches."""
    return [
        q
        for k, q in enumerate(points[1:-1], 1)
        if not any(
            a[1] + (b[1] - a[1]) * (q[0] - a[0]) / (b[0] - a[0]) >= q[1] - 1e-9
            for a, b in itertools.product(points[:k], points[k + 1 :])
        )
    ]


def above(surface, start, z0, stop, z1, before=0.0, held=()):
    room = len(held) + sum(surface.z.shape) + 2
    t, z = np.full(room, np.nan), np.full(room, np.nan)
    t[: len(held)] = held
    found = make_march(surface)
    count = profile_above(surface, *start, z0, *stop, z1, before, len(held), t, z, found)
    assert t[: len(held)].tolist() == list(held)
    return list(zip(t[len(held) : count], z[len(held) : count], strict=True))


def hills(rng, shape):
    """Rough ground with a few hills, so that some paths are clear and some are broken more than once."""
    row, column = np.indices(shape)
    z = rng.normal(0, 0.2, shape)
    for _ in range(3):
        z += rng.uniform(1, 6) * np.exp(
            -((row - rng.uniform(0, shape[0])) ** 2 + (column - rng.uniform(0, shape[1])) ** 2)
            / rng.uniform(4, 60)
        )
    return z


def test_heights_are_bilinear_and_hold_half_a_cell_beyond_the_nodes():
    surface, point = tilted([[0.0, 4.0], [8.0, 20.0]])
    assert ground_height(surface, *point(0, 0)) == pytest.approx(0, abs=1e-9)
    assert ground_height(surface, *point(1, 1)) == pytest.approx(20)
    assert ground_height(surface, *point(0.5, 0.25)) == pytest.approx(2 * 0.75 + 14 * 0.25)
    assert ground_height(surface, *point(-0.49, 0.5)) == pytest.approx(4)
    assert ground_height(surface, *point(1.49, 1.49)) == pytest.approx(20)
    assert np.isnan(
        ground_heights(surface, *(np.array(v) for v in zip(point(-0.51, 0.5), point(0, 1.6), strict=True)))
    ).all()
    assert math.isnan(ground_height(no_surface(), 0.0, 0.0))


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (6, 2), (9, 14)])
def test_heights_as_the_plain_twin(shape):
    rng = np.random.default_rng(sum(shape))
    z = rng.normal(size=shape)
    surface, point = tilted(z)
    for c, r in zip(
        rng.uniform(-0.5, shape[1] - 0.5, 40), rng.uniform(-0.5, shape[0] - 0.5, 40), strict=True
    ):
        assert ground_height(surface, *point(c, r)) == pytest.approx(bilinear(z, c, r), abs=1e-9)


@pytest.mark.parametrize("shape", [(5, 6), (23, 31), (40, 12)])
def test_vertices_are_the_hull_of_the_whole_profile(shape):
    rng = np.random.default_rng(shape[0])
    broken = 0
    for _ in range(40):
        z = hills(rng, shape)
        surface, point = tilted(z)
        start, stop = rng.uniform(0, 1, (2, 2)) * (shape[1] - 1, shape[0] - 1)
        profile = plain_profile(z, start, stop)
        z0, z1 = profile[0][1] + rng.uniform(0.1, 3), profile[-1][1] + rng.uniform(0.1, 3)
        plan = math.dist(start, stop) * STEP
        expected = plain_hull([(0.0, z0), *((t * plan, h) for t, h in profile[1:-1]), (plan, z1)])
        found = above(surface, point(*start), z0, point(*stop), z1)
        assert np.allclose(found, expected, rtol=0, atol=1e-8) if expected else not found
        broken += bool(expected)
    assert 5 < broken < 40


def test_both_ways_along_a_path_find_the_same_vertices():
    rng = np.random.default_rng(5)
    for _ in range(30):
        surface, point = tilted(hills(rng, (30, 30)))
        a, b = point(*rng.uniform(0, 29, 2)), point(*rng.uniform(0, 29, 2))
        there, back = above(surface, a, 1.0, b, 2.0), above(surface, b, 2.0, a, 1.0)
        plan = math.dist(a, b)
        assert (
            np.allclose(there, [(plan - t, h) for t, h in reversed(back)], rtol=0, atol=1e-8)
            or there == back == []
        )


def test_one_ridge_by_hand():
    """A ridge of 5 m at column 4; from column 0 at 1 m to column 10 at 3 m the line is at 1.8 m there."""
    z = np.zeros((6, 12))
    z[:, 4] = 5.0
    surface = make_surface(z, (0, 1, 0, 0, 0, 1))
    assert above(surface, (0.0, 2.5), 1.0, (10.0, 2.5), 3.0) == [(4.0, 5.0)]
    assert above(surface, (0.0, 2.5), 1.0, (10.0, 2.5), 3.0, before=7.0, held=(1.0, 2.0)) == [(11.0, 5.0)]
    assert above(surface, (0.0, 2.5), 5.0, (10.0, 2.5), 5.0) == []  # touches
    assert above(surface, (4.0, 2.5), 1.0, (10.0, 2.5), 3.0) == []  # starts in the ridge itself
    assert above(surface, (0.0, 2.5), 1.0, (3.5, 2.5), 1.0) == []  # ends before it
    assert above(no_surface(), (0.0, 2.5), 1.0, (10.0, 2.5), 3.0) == []


def test_even_slopes_never_rise_above_a_path_on_them():
    rng = np.random.default_rng(6)
    row, column = np.indices((40, 40))
    surface, point = tilted(0.3 * row - 0.7 * column + 1e4)
    for _ in range(50):
        a, b = point(*rng.uniform(0, 39, 2)), point(*rng.uniform(0, 39, 2))
        assert above(surface, a, ground_height(surface, *a), b, ground_height(surface, *b)) == []


def test_area_by_hand_and_as_the_plain_twin():
    z = np.zeros((6, 12))
    z[:, 4] = 5.0
    surface = make_surface(z, (0, 1, 0, 0, 0, 1))
    assert profile_area(surface, 0.0, 2.5, 10.0, 2.5) == pytest.approx(
        5.0
    )  # a triangle 2 m wide and 5 m high
    assert profile_area(surface, 3.0, 2.5, 4.0, 2.5) == pytest.approx(2.5)
    assert profile_area(surface, 4.0, 2.5, 4.0, 2.5) == 0.0
    assert math.isnan(profile_area(surface, 4.0, 2.5, 40.0, 2.5))
    assert math.isnan(profile_area(no_surface(), 0.0, 0.0, 1.0, 1.0))
    rng = np.random.default_rng(7)
    for _ in range(20):
        heights = hills(rng, (20, 15))
        surface, point = tilted(heights)
        start, stop = rng.uniform(0, 1, (2, 2)) * (14, 19)
        profile = plain_profile(heights, start, stop)
        plan = math.dist(start, stop) * STEP
        expected = plan * sum((b - a) * (y + z) / 2 for (a, y), (b, z) in itertools.pairwise(profile))
        assert profile_area(surface, *point(*start), *point(*stop)) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(
    ("heights", "to_cell", "word"),
    [
        (np.zeros(4), (0, 1, 0, 0, 0, 1), "shape"),
        ([[0.0, np.nan]], (0, 1, 0, 0, 0, 1), "finite"),
        (np.zeros((2, 2)), (0, 1, 2, 0, 1, 2), "turned round"),
        (np.zeros((2, 2)), (0, 1, 2), "six numbers"),
    ],
)
def test_what_is_no_surface_is_refused(heights, to_cell, word):
    with pytest.raises(ValueError, match=word):
        make_surface(heights, to_cell)


def test_real_ground_as_the_plain_twin():
    file = SHARED / "geodata" / "goteborg-se" / "DEM_KRbig.tif"
    if not file.exists():
        pytest.skip("needs shared/geodata beside the project")
    import rasterio

    with rasterio.open(file) as data:
        z, cell = data.read(1).astype(float), ~data.transform
    surface = make_surface(z, (cell.c - 0.5, cell.a, cell.b, cell.f - 0.5, cell.d, cell.e))
    rng = np.random.default_rng(8)
    broken = 0
    for _ in range(15):
        start, stop = rng.uniform(0, 1, (2, 2)) * (z.shape[1] - 1, z.shape[0] - 1)
        ends = [data.xy(r, c) for c, r in (start, stop)]
        profile = plain_profile(z, start, stop)
        z0, z1, plan = profile[0][1] + 1.5, profile[-1][1] + 4, math.dist(start, stop)
        inner = [(t * plan, h) for t, h in profile[1:-1]]
        high = [p for p in inner if p[1] > z0 + (z1 - z0) * p[0] / plan]  # the twin tries all pairs
        expected = plain_hull([(0.0, z0), *high, (plan, z1)])
        found = above(surface, ends[0], z0, ends[1], z1)
        assert np.allclose(found, expected, rtol=0, atol=1e-6) if expected else not found
        broken += bool(expected)
    assert broken
