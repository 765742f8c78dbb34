"""Oracles: shapely for boxes in polygons, counting by hand for rows and cells."""

import numpy as np
import pytest
import shapely

from kernels import footprints

BODIES = np.array([[1.5, 0.93], [0.93, 1.5]])
MARGINS = np.array([[0.9, 0.3, 0.5, 0.2], [0.2, 0.5, 0.9, 0.3]])


def edges_of(polygon):
    rings = [np.asarray(ring.coords) for ring in (polygon.exterior, *polygon.interiors)]
    return np.vstack([np.hstack((ring[:-1], ring[1:])) for ring in rings])


def test_boxes_inside_a_star_with_a_hole_agree_with_shapely():
    rng = np.random.default_rng(1)
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    star = np.column_stack((np.cos(angles), np.sin(angles))) * rng.uniform(4, 10, 24)[:, None]
    polygon = shapely.Polygon(star, [[(-1, -1), (1, -1), (1, 1), (-1, 1)]])
    edges, inside = edges_of(polygon), 0
    for x, y, w, h in np.column_stack((rng.uniform(-9, 9, (4000, 2)), rng.uniform(0.2, 4, (4000, 2)))):
        expected = polygon.contains(shapely.box(x, y, x + w, y + h))
        assert footprints.box_inside(x, y, x + w, y + h, edges) == expected
        inside += expected
    assert 100 < inside < 3900


def test_a_box_may_touch_the_region_and_fill_it():
    edges = edges_of(shapely.box(0, 0, 3, 2))
    assert footprints.box_inside(0.0, 0.0, 3.0, 2.0, edges)
    assert not footprints.box_inside(0.0, 0.0, 3.001, 2.0, edges)


def test_standing_room_by_hand():
    # a 10 x 10 m square, one-metre lattice, 2 x 3 m body: columns 0..8 and rows 0..7
    edges = edges_of(shapely.box(0, 0, 10, 10))
    cells = footprints.standing_room(11, 11, 1.0, np.array([2.0, 3.0]), np.zeros(4), edges, edges)
    assert sorted(map(tuple, cells.tolist())) == [(i, j) for i in range(9) for j in range(8)]
    # half a metre to keep free at the left and a whole one at the back takes column 0 and row 7
    cells = footprints.standing_room(
        11, 11, 1.0, np.array([2.0, 3.0]), np.array([0.5, 0, 0, 1.0]), edges, edges
    )
    assert sorted(map(tuple, cells.tolist())) == [(i, j) for i in range(1, 9) for j in range(7)]


def boxes(corner, o):
    body = shapely.box(*corner, *(corner + BODIES[o]))
    m = MARGINS[o]
    zone = shapely.box(corner[0] - m[0], corner[1] - m[2], *(corner + BODIES[o] + [m[1], m[3]]))
    return body, zone


def test_collisions_agree_with_shapely_and_are_symmetric():
    rng, hits = np.random.default_rng(2), 0
    for _ in range(3000):
        a, b = rng.uniform(0, 4, (2, 2))
        oa, ob = rng.integers(0, 2, 2)
        (body_a, zone_a), (body_b, zone_b) = boxes(a, oa), boxes(b, ob)
        expected = zone_a.intersection(body_b).area > 1e-5 or zone_b.intersection(body_a).area > 1e-5
        got = footprints.collide(a[0], a[1], oa, b[0], b[1], ob, BODIES, MARGINS)
        assert got == expected
        assert got == footprints.collide(b[0], b[1], ob, a[0], a[1], oa, BODIES, MARGINS)
        hits += got
    assert 500 < hits < 2900


@pytest.mark.parametrize("turns", [2, 4])
def test_a_pose_blocks_what_it_collides_with_wherever_it_stands_and_releases_it_again(turns):
    bodies, margins = np.tile(BODIES, (2, 1))[:turns], np.vstack((MARGINS, MARGINS[:, [1, 0, 3, 2]]))[:turns]
    cells = np.array([(i, j) for i in range(12) for j in range(9)] * turns)
    o = np.repeat(np.arange(turns), 108)
    lattice = footprints.make_lattice(cells, o, 0.4, bodies, margins)
    assert lattice.grid.shape == (turns, 12, 9)
    for k in (0, 50, 107, 160, 108 * turns - 20):
        count = np.zeros(108 * turns, np.int64)
        footprints.block_colliding(k, lattice, count, 1)
        x, y = cells[k] * 0.4
        plain = [
            footprints.collide(x, y, o[k], *(cells[p] * 0.4), o[p], bodies, margins)
            for p in range(108 * turns)
        ]
        assert count.tolist() == plain and 20 < sum(plain) < 108 * turns
        footprints.block_colliding(k, lattice, count, -1)
        assert not count.any()


def test_rows_are_packed_from_one_end_by_hand():
    # rows 0..3, columns 0..6; every second row from row 1, bodies three cells apart: columns 0, 3, 6 of rows 1 and 3
    cells = np.array([(i, j) for j in range(4) for i in range(7)])
    picked = footprints.pack_rows(cells, np.zeros(28, np.int64), 0, 1, 1, 2, 3)
    assert cells[picked].tolist() == [[0, 1], [3, 1], [6, 1], [0, 3], [3, 3], [6, 3]]


@pytest.mark.parametrize("extent", [(1, 1), (2, 1), (2, 3)])
def test_covered_cells_by_counting(extent):
    cells = np.array([[0, 0], [1, 0], [2, 0], [0, 1], [1, 1], [9, 9]])
    paper = {(i + a, j + b) for i, j in cells.tolist() for a in range(extent[0]) for b in range(extent[1])}
    got = footprints.covered_cells(cells, np.zeros(6, np.int64), np.array([extent, extent]), 10, 10)
    assert got == len(paper)


def test_cells_apart_rounds_up_but_forgives_a_touch():
    assert footprints.cells_apart(0.9144, 0.3048) == 3
    assert footprints.cells_apart(0.92, 0.3048) == 4
    assert footprints.cells_apart(0.0, 0.3048) == 1
