"""Oracle: planes and slopes by hand, heights along a break line, the same ground turned and moved."""

import itertools
import math

import numpy as np
import pytest
from shapely.geometry import Point

from siting.errors import InputError
from siting.parts import Elevation, Raster, Scene
from siting.scene.elevation import ground_at, make_ground, make_triangles, wall_joints


def spots(*points):
    return tuple(Elevation(np.array([point], float)) for point in points)


def line(*points):
    return Elevation(np.array(points, float))


def ground(*parts, **other):
    return make_ground(Scene((), elevation=parts, name="hill.json", **other))


SQUARE = spots((0, 0, 0), (10, 0, 0), (10, 10, 0), (0, 10, 0))


def test_without_heights_the_ground_is_level():
    level = make_ground(Scene(()))
    assert ground_at(level, [(1, 2), (1e6, -3)]).tolist() == [0, 0]
    assert level.edges.shape == (0, 6)
    assert wall_joints(level, [(0, 0), (5, 5), (7, 0)]).tolist() == [[0, 0], [5, 5], [7, 0]]


def test_a_plane_stays_a_plane():
    rng = np.random.default_rng(0)
    xy = rng.uniform(0, 100, (60, 2))
    plane = ground(*spots(*np.column_stack([xy, 3 + 0.2 * xy[:, 0] - 0.1 * xy[:, 1]])))
    inside = rng.uniform(30, 70, (500, 2))
    assert np.allclose(
        ground_at(plane, inside), 3 + 0.2 * inside[:, 0] - 0.1 * inside[:, 1], rtol=0, atol=1e-9
    )


def test_a_tent_by_hand():
    """A ridge of 6 m over the middle of a square: from its foot it rises 6 m in 5 m; edges are those of four triangles."""
    tent = ground(*SQUARE, line((5, 0, 6), (5, 10, 6)))
    assert np.allclose(
        ground_at(tent, [(0, 3), (2.5, 3), (5, 7), (9, 5)]), [0, 3, 6, 1.2], rtol=0, atol=1e-12
    )
    assert len(tent.edges) == 9  # six around, the ridge, a diagonal in each half
    assert [5, 0, 6, 5, 10, 6] in tent.edges.tolist()


def test_the_border_belongs_to_the_ground_and_a_millimetre_outside_does_not():
    flat = ground(*SQUARE)
    assert ground_at(flat, [(0, 5), (10, 10), (10 + 9e-7, 4)]).tolist() == [0, 0, 0]
    assert np.isnan(ground_at(flat, [(10.001, 4), (-0.001, 0), (math.nan, 1)])).all()
    assert ground_at(flat, np.empty((0, 2))).shape == (0,)


def test_along_a_break_line_the_ground_is_straight_whatever_lies_beside_it():
    rng = np.random.default_rng(1)
    around = np.column_stack([rng.uniform(0, 100, (300, 2)), rng.normal(0, 5, 300)])
    kink = ((5, 5, 1), (60, 70, 9), (95, 20, -4))
    hill = ground(*spots(*around), line(*kink))
    for a, b in itertools.pairwise(kink):
        t = np.linspace(0, 1, 97)[:, None]
        way = np.array(a) + t * (np.array(b) - np.array(a))
        assert np.allclose(ground_at(hill, way[:, :2]), way[:, 2], rtol=0, atol=1e-6)


def test_break_lines_meet_touch_and_cover_each_other():
    cross = ground(
        *SQUARE, line((1, 1, 1), (9, 9, 9)), line((1, 9, 5), (9, 1, 5)), line((2, 2, 2), (5, 5, 5), (5, 9, 1))
    )
    assert np.allclose(ground_at(cross, [(5, 5), (3, 3), (7, 3), (5, 7)]), [5, 3, 5, 3], rtol=0, atol=1e-9)
    assert len({tuple(edge) for edge in cross.edges.tolist()}) == len(cross.edges)


def test_turned_and_moved_ground_is_the_same():
    rng = np.random.default_rng(2)
    grid = np.stack(np.meshgrid(np.arange(8.0), np.arange(8.0)), axis=-1).reshape(-1, 2) * 10
    xyz = np.column_stack([grid, rng.normal(0, 3, 64)])
    kink = np.array([(0, 0, xyz[0, 2]), (33, 47, 4), (70, 12, 2.5)])
    points = rng.uniform(1, 69, (400, 2))
    expected = ground_at(ground(*spots(*xyz), line(*kink)), points)
    for angle in rng.uniform(0, 6, 6):
        cos, sin = math.cos(angle), math.sin(angle)
        turn = np.array([[cos, sin], [-sin, cos]])

        def moved(part, turn=turn):
            return np.column_stack([part[:, :2] @ turn + (3000, -200), part[:, 2:]])

        there = ground(*spots(*moved(xyz)), line(*moved(kink)))
        assert np.allclose(ground_at(there, moved(points)), expected, rtol=0, atol=1e-9)


def test_many_points_at_once_are_as_one_by_one():
    rng = np.random.default_rng(3)
    hill = ground(*spots(*np.column_stack([rng.uniform(0, 50, (80, 2)), rng.normal(size=80)])))
    points = np.concatenate([rng.uniform(-5, 55, (200, 2)), hill.triangles.corners[:, 0, :2]])
    assert np.array_equal(ground_at(hill, points), [ground_at(hill, [p])[0] for p in points], equal_nan=True)


def test_a_wall_bends_where_the_ground_does():
    tent = ground(*SQUARE, line((5, 0, 6), (5, 10, 6)))
    joints = wall_joints(tent, [(1, 5), (9, 5)])
    assert [5, 5] in joints.tolist()
    t = np.linspace(0, 1, 50)
    for a, b in itertools.pairwise(joints):  # straight between joints
        way = a + t[:, None] * (b - a)
        ends = ground_at(tent, [a, b])
        assert np.allclose(ground_at(tent, way), ends[0] + t * (ends[1] - ends[0]), rtol=0, atol=1e-9)


def test_on_a_raster_heights_are_bilinear_and_walls_bend_at_its_nodes():
    """Cells of 2 m turned by 90 degrees: column = (y - 1) / 2, row = (x - 1) / 2."""
    raster = Raster(np.array([[0.0, 1.0, 2.0], [10.0, 11.0, 20.0]]), (-0.5, 0.0, 0.5, -0.5, 0.5, 0.0))
    hill = make_ground(Scene((), terrain=raster))
    assert np.allclose(
        ground_at(hill, [(1, 1), (3, 5), (2, 4), (0.1, 1)]), [0, 20, 8.5, 0], rtol=0, atol=1e-12
    )
    assert np.isnan(ground_at(hill, [(-0.1, 1), (1, 6.1)])).all()
    assert np.allclose(wall_joints(hill, [(2, 0.5), (2, 5.5)]), [(2, 0.5), (2, 1), (2, 3), (2, 5), (2, 5.5)])
    assert hill.raster is raster
    assert hill.edges.shape == (0, 6)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (spots((0, 0, 0), (1, 0, 0)), "at 2 places"),
        (spots((0, 0, 0)), "at 1 place;"),
        (spots((0, 0, 0), (1, 1, 1), (2, 2, 0), (3, 3, 3)), "4 places that lie on one line"),
        ((*SQUARE, *spots((10, 10, 2))), r"\(10.00, 10.00\) has the heights 0.00 m and 2.00 m"),
        (
            (*SQUARE, line((0, 1, 1), (9, 9, 1)), line((1, 9, 5), (9, 1, 5))),
            "cross at .* at 1.00 m and one at 5.00 m",
        ),
        (
            (*SQUARE, line((0, 1, 1), (8, 9, 1)), *spots((4, 5, 3))),
            r"passes the elevation at \(4.00, 5.00\) at 1.00 m",
        ),
    ],
)
def test_heights_that_contradict_each_other_are_refused(parts, words):
    with pytest.raises(InputError, match=words) as error:
        ground(*parts)
    assert str(error.value).startswith("hill.json")


def test_elevation_and_terrain_together_are_refused():
    with pytest.raises(InputError, match="both a terrain raster and elevation"):
        ground(*SQUARE, terrain=Raster(np.zeros((2, 2)), (0, 1, 0, 0, 0, 1)))


def test_the_same_place_twice_at_one_height_is_one_place():
    twice = make_triangles("hill.json", (*SQUARE, *SQUARE, *spots((10, 1e-7, 4e-4))))
    assert len(twice.corners) == 2
    hull = [Point(x, y) for x, y in twice.corners.reshape(-1, 3)[:, :2]]
    assert len(set(hull)) == 4
