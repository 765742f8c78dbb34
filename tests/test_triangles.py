"""Oracle: the empty circle tried on every point, shapely's convex hull, and the same points turned and moved."""

import math

import numpy as np
import pytest
import shapely

from siting.scene.triangles import triangulate

NO_LINES = np.empty((0, 2), np.int64)


def sides(corners):
    return {tuple(sorted(pair)) for t in corners.tolist() for pair in zip(t, (*t[1:], t[0]), strict=True)}


def areas(xyz, corners):
    a, b, c = np.moveaxis(xyz[corners][:, :, :2], 1, 0)
    return 0.5 * ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])


def turned(xyz, angle, move):
    cos, sin = math.cos(angle), math.sin(angle)
    return np.column_stack([xyz[:, :2] @ np.array([[cos, sin], [-sin, cos]]) + move, xyz[:, 2]])


def is_inside_circle(a, b, c, p):
    rows = np.array([a[:2], b[:2], c[:2]]) - p[:2]
    return np.linalg.det(np.column_stack([rows, (rows**2).sum(axis=1)])) > 1e-6


@pytest.mark.parametrize("count", [3, 4, 30, 200])
def test_no_point_lies_in_the_circle_of_a_triangle(count):
    rng = np.random.default_rng(count)
    xyz = np.column_stack([rng.uniform(0, 10, (count, 2)), rng.normal(size=count)])
    corners = triangulate(xyz, NO_LINES)
    assert areas(xyz, corners).min() > 0
    assert areas(xyz, corners).sum() == pytest.approx(
        shapely.convex_hull(shapely.multipoints(xyz[:, :2])).area
    )
    assert not any(
        is_inside_circle(*xyz[t], xyz[p]) for t in corners[:60] for p in range(count) if p not in t
    )


def test_lines_are_kept_and_the_rest_is_delaunay_as_far_as_they_let_it():
    rng = np.random.default_rng(4)
    xyz = np.column_stack([rng.uniform(0, 10, (120, 2)), rng.normal(size=120)])
    xyz[:6, :2] = [(0.1, 0.1), (9.9, 9.8), (9.7, 0.2), (6.0, 4.0), (0.2, 9.9), (4.0, 6.0)]
    lines = np.array([(0, 1), (2, 3), (4, 5)])
    corners = triangulate(xyz, lines)
    assert {(0, 1), (2, 3), (4, 5)} <= sides(corners)
    assert areas(xyz, corners).min() > 0
    assert areas(xyz, corners).sum() == pytest.approx(
        shapely.convex_hull(shapely.multipoints(xyz[:, :2])).area
    )
    drawn = shapely.linestrings(xyz[lines][:, :, :2])
    for t in corners:
        middle = shapely.Point(xyz[t][:, :2].mean(axis=0))
        for p in range(120):
            if p not in t and is_inside_circle(*xyz[t], xyz[p]):
                sight = shapely.LineString([middle, xyz[p, :2]])
                assert any(sight.crosses(line) for line in drawn)  # it does not see the point


def test_of_two_diagonals_as_good_the_lower_is_taken():
    square = np.array([(0, 0, 0), (1, 0, 5), (1, 1, 0), (0, 1, 4)], float)
    assert (0, 2) in sides(triangulate(square, NO_LINES))
    square[:, 2] = -square[:, 2]
    assert (1, 3) in sides(triangulate(square, NO_LINES))
    assert (0, 2) in sides(triangulate(square, np.array([(0, 2)])))


@pytest.mark.parametrize("shape", ["grid", "ring", "random"])
def test_turned_and_moved_points_have_the_same_triangles(shape):
    rng = np.random.default_rng(3)
    if shape == "grid":
        xy = np.stack(np.meshgrid(np.arange(9.0), np.arange(7.0)), axis=-1).reshape(-1, 2) * 20
    elif shape == "ring":
        angle = np.arange(12) * math.pi / 6
        xy = 50 * np.column_stack([np.cos(angle), np.sin(angle)])
    else:
        xy = rng.uniform(0, 100, (80, 2))
    xyz = np.column_stack([xy, rng.normal(size=len(xy))])
    lines = np.array([(0, len(xy) // 2)]) if shape != "grid" else np.array([(0, 10), (11, 30)])
    expected = sides(triangulate(xyz, lines))
    for angle in rng.uniform(0, 6, 12):
        assert sides(triangulate(turned(xyz, angle, (5e5, 6.4e6)), lines)) == expected
