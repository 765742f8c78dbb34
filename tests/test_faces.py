import numpy as np
import pytest
from shapely import LineString, MultiLineString, affinity, box, union_all
from shapely.geometry.polygon import orient

from kernels.faces import all_faces, free_faces, surfaces


def outline_faces(outlines, tops):
    lines, heights = [], []
    for outline, top in zip(outlines, tops, strict=True):
        xy = np.array(orient(outline).exterior.coords)
        lines.append(np.hstack([xy[:-1], xy[1:]]))
        heights.append(np.full((len(xy) - 1, 2), top))
    walls = np.zeros(sum(map(len, lines)), bool)
    return free_faces(all_faces(np.vstack(lines), np.vstack(heights), walls), walls, ~walls, np.empty((0, 4)))


@pytest.mark.parametrize("seed", range(12))
def test_free_faces_are_the_outline_of_all_buildings_together(seed):
    """Rows of houses side by side, each as deep as it likes, turned: walls between them are covered where they touch."""
    rng = np.random.default_rng(seed)
    houses, x = [], 0.0
    for _ in range(12):
        width, back = rng.uniform(3, 12), rng.uniform(-9, 0)
        houses += [box(x, back, x + width, 5), box(x, 5, x + width, 5 + rng.uniform(3, 9))]
        x += width
    together = union_all(houses)
    angle = rng.uniform(0, 360)
    turned = [affinity.rotate(house, angle, origin=(0, 0)) for house in houses]
    found = outline_faces(turned, [7.0] * len(houses))
    assert np.all(found.bottom == -np.inf) and np.all(found.top == 7)
    faces = affinity.rotate(
        MultiLineString([LineString([line[:2], line[2:]]) for line in found.line]), -angle, origin=(0, 0)
    )
    assert faces.length == pytest.approx(together.length, abs=1e-6)
    assert together.boundary.buffer(1e-6).covers(faces)


def test_what_is_free_grows_with_the_height_above_the_neighbours():
    """A slab of 10 m between neighbours of 4, 6 and 12 m: each part of its face is free above what touches it."""
    slab = box(0, 0, 30, 5)
    neighbours = [box(0, 5, 8, 9), box(8, 5, 20, 9), box(24, 5, 30, 9)]
    found = outline_faces([slab, *neighbours], [10.0, 4.0, 6.0, 12.0])
    back = (found.edge < 4) & (found.line[:, 1] == 5) & (found.line[:, 3] == 5)
    rows = np.column_stack([found.line[back][:, [2, 0]], found.bottom[back]])
    assert sorted(map(tuple, rows)) == [(0, 8, 4), (8, 20, 6), (20, 24, -np.inf)]


def test_a_surface_has_the_number_of_its_first_face():
    line = np.array([[5, 0, 9, 0], [0, 1, 0, 5], [0, 0, 2, 0], [2, 0, 5, 0], [9, 0, 2, 0]], float)
    faces = all_faces(line, np.full((5, 2), 3.0), np.zeros(5, bool))
    assert surfaces(faces, np.ones((5, 8))).tolist() == [0, 1, 0, 0, 4]  # the last one looks the other way
    unlike = np.ones((5, 8))
    unlike[3, 7] = 0.9
    assert surfaces(faces, unlike).tolist() == [0, 1, 2, 3, 4]
