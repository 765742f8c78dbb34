import itertools
import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
import shapely
from shapely import LineString
from small_obstacles import COMPILED, Thing, building, obstacles, wall

from kernels.obstacles import (
    BUILDING,
    WALL,
    find_edges,
    make_crossings,
    make_obstacles,
    no_obstacles,
)


def found(among, start, stop, z0=0.0, z1=0.0, sink=np.inf, before=0.0, room=None):
    """{edge: (t, top there, inward)} of what a leg crosses; the same edge is never found twice."""
    crossings = room or make_crossings(among, 1)
    (x, y), plan = start, math.dist(start, stop)
    ux, uy = (stop[0] - x) / plan, (stop[1] - y) / plan
    count = find_edges(x, y, z0, ux, uy, plan, z1, sink, before, 0, among, crossings)
    edges = crossings.edge[:count].tolist()
    assert len(set(edges)) == count, "an edge found twice"
    rows = zip(crossings.t[:count], crossings.z[:count], crossings.inward[:count], strict=True)
    return dict(zip(edges, rows, strict=True))


def by_shapely(among, start, stop):
    """{edge: (t, top there)} for a leg that meets no end of an edge."""
    leg = LineString([start, stop])
    lines = shapely.linestrings(among.edge[:, [0, 1, 3, 4]].reshape(-1, 2, 2))
    met = np.flatnonzero(shapely.intersects(lines, leg))
    result = {}
    for e in met:
        place = lines[e].intersection(leg)
        share = lines[e].project(place) / lines[e].length
        top_a, top_b = among.edge[e, [2, 5]]
        result[int(e)] = (leg.project(place), top_a + share * (top_b - top_a))
    return result


def random_walls(rng, count, reach=100.0, longest=30.0):
    """Single segments with sloping tops."""
    middle, step = rng.uniform(0, reach, (count, 2)), rng.uniform(-longest, longest, (count, 2)) / 2
    tops = rng.uniform(0, 10, (count, 2))
    return [
        part
        for a, b, top in zip(middle - step, middle + step, tops, strict=True)
        for part in wall([a, b], top)
    ]


def assert_same(got, expected):
    assert set(got) == set(expected)
    for e, (t, z) in expected.items():
        assert got[e][:2] == pytest.approx((t, z), abs=1e-8)


@pytest.mark.parametrize("seed", range(20 if COMPILED else 6))
@pytest.mark.parametrize("longest", [2.0, 40.0, 150.0])
def test_crossings_are_shapelys_intersections(seed, longest):
    rng = np.random.default_rng(seed)
    among = obstacles(random_walls(rng, int(rng.integers(1, 60)), longest=longest))
    met = 0
    for start, stop in rng.uniform(-50, 150, (20, 2, 2)):
        expected = by_shapely(among, start, stop)
        assert_same(found(among, start, stop), expected)
        met += len(expected)
    assert met > 3 or longest == 2.0


@pytest.mark.parametrize("seed", range(6))
def test_paths_along_the_lines_of_cells(seed):
    """Level and upright paths, exactly on a line of the grid, from one of its nodes to another or beyond."""
    rng = np.random.default_rng(seed)
    among = obstacles(random_walls(rng, 80))
    x0, y0, size = among.origin
    rows, columns = int(among.cells.rows[0]), int(among.cells.columns[0])
    assert rows > 3 and columns > 3
    for k in range(rows + 1):
        y = y0 + k * size
        for a, b in ((-1.0, columns + 1.0), (0.0, columns), (2.0, 1.0), (columns - 0.5, 0.25)):
            start, stop = (x0 + a * size, y), (x0 + b * size, y)
            assert_same(found(among, start, stop), by_shapely(among, start, stop))
    for k in range(columns + 1):
        x = x0 + k * size
        for a, b in ((-1.0, rows + 1.0), (rows, 0.0), (1.0, 3.0)):
            start, stop = (x, y0 + a * size), (x, y0 + b * size)
            assert_same(found(among, start, stop), by_shapely(among, start, stop))


@pytest.mark.parametrize("seed", range(6))
def test_edges_on_the_lines_of_cells(seed):
    """Edges from node to node of the grid, along its lines and across; and paths through nodes, by exact arithmetic."""
    rng = np.random.default_rng(seed)
    # four short edges hold the grid, so that its cells stay where they are when other edges are laid on their lines
    count, corners = 252, [(0, 0, 1, 0), (256, 0, 256, 1), (256, 256, 255, 256), (0, 256, 0, 255)]
    frame = [part for x in corners for part in wall([x[:2], x[2:]], 1.0)]
    origin = obstacles(frame + frame * (count // 4)).origin
    x0, size = origin[0], origin[2]
    nodes = rng.integers(2, 14, (count, 2))
    steps = rng.permutation(np.repeat([(1, 0), (0, 1), (1, 1), (1, -1), (2, 1), (-1, 0)], count // 6, axis=0))
    ends = origin[:2] + size * np.stack([nodes, nodes + steps], axis=1)
    among = obstacles(frame + [part for line in ends for part in wall(line, 2.0)])
    assert among.origin.tolist() == origin.tolist() and 15 < size < 17
    for start, stop in rng.uniform(0, 256, (40 if COMPILED else 15, 2, 2)):
        assert_same(found(among, start, stop), by_shapely(among, start, stop))
    # half a cell off the nodes, straight up: every edge that covers that column, whose ends lie on lines of cells
    for column in range(1, 15):
        x = x0 + (column + 0.5) * size
        start, stop = (x, -5.0), (x, 300.0)
        got = found(among, start, stop)
        assert_same(got, by_shapely(among, start, stop))
        covered = np.minimum(nodes, nodes + steps)[:, 0] <= column
        covered &= column < np.maximum(nodes, nodes + steps)[:, 0]
        assert sum(e >= 4 for e in got) == covered.sum()


def rectangles(rng, count, reach):
    """Corners (count, 4, 2), counter-clockwise, turned."""
    angle, half = rng.uniform(0, 2 * np.pi, count), rng.uniform(1, 8, (count, 2))
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    a, b = half[:, :1] * [[-1, 1, 1, -1]], half[:, 1:] * [[-1, -1, 1, 1]]
    middle = rng.uniform(0, reach, (count, 2))
    return np.stack([middle[:, :1] + c * a - s * b, middle[:, 1:] + s * a + c * b], axis=2)


def test_ten_thousand_rectangles():
    rng = np.random.default_rng(5)
    count, asked = (10_000, 300) if COMPILED else (400, 40)
    corners = rectangles(rng, count, 2000.0 * math.sqrt(count / 10_000))
    top = rng.uniform(2, 20, count)
    z = np.broadcast_to(top[:, None, None], (count, 4, 1))
    edges = np.concatenate([corners, z, np.roll(corners, -1, axis=1), z], axis=2)
    among = make_obstacles(edges.reshape(-1, 6), np.repeat(np.arange(count), 4), np.full(count, BUILDING))
    tree = shapely.STRtree(shapely.linestrings(among.edge[:, [0, 1, 3, 4]].reshape(-1, 2, 2)))
    room = make_crossings(among, 1)
    met = 0
    for start, stop in rng.uniform(0, corners.max(), (asked, 2, 2)):
        got = found(among, start, stop, room=room)
        assert sorted(got) == sorted(tree.query(LineString([start, stop]), "intersects").tolist())
        met += len(got)
        z0, z1 = rng.uniform(0, 25, 2)  # and those alone that reach the line of sight
        plan = math.dist(start, stop)
        high = {e for e, (t, z, _) in got.items() if z > z0 + (z1 - z0) * t / plan - 0.5}
        assert set(found(among, start, stop, z0, z1, 0.5, room=room)) == high
        for e, (_, z, inward) in got.items():
            a, b = among.edge[e, :2], among.edge[e, 3:5]
            (dx, dy), (ex, ey) = np.subtract(stop, start), b - a
            assert inward == (dx * ey - dy * ex < 0)  # the interior lies left of a -> b
            assert z == top[among.owner[e]]
    assert met > 10 * asked / 4


def test_a_path_through_joints_crosses_each_wall_once_and_goes_in_as_often_as_out():
    """Whole numbers, so that vertices lie on the path to the bit."""
    zigzag = wall([(10, -5), (10, 0), (13, 8)], 3.0)
    diamond = building([(20, 0), (25, -5), (30, 0), (25, 5)], 3.0)
    notched = building([(40, -4), (48, -4), (48, 4), (44, 0), (40, 4)], 3.0)
    among = obstacles([*zigzag, *diamond, *notched])
    for start, stop in (((0, 0), (60, 0)), ((60, 0), (0, 0))):
        got = found(among, start, stop)
        owners = Counter(int(among.owner[e]) for e in got)
        assert owners[0] + owners[1] == 1 and got.keys() & {0, 1}
        assert owners[2] == 2
        assert owners[3] in (2, 4)
        for o in (2, 3):
            rows = sorted(row[::2] for e, row in got.items() if among.owner[e] == o)
            assert sum(1 if inward else -1 for _, inward in rows) == 0 and rows[0][1]


@pytest.mark.parametrize("seed", range(6))
def test_whole_numbers_by_exact_arithmetic(seed):
    """Paths along x or y through many ends of edges and along edges: a point on the path counts as lying to its right."""
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, 24, (150, 2, 2))
    ends = ends[(ends[:, 0] != ends[:, 1]).any(axis=1)]
    among = obstacles([part for line in ends for part in wall(line, 2.0)])
    for k in range(-1, 26):
        for start, stop in (((-2, k), (27, k)), ((27, k), (-2, k)), ((k, 3), (k, 19)), ((k, 19), (k, 3))):
            (dx, dy), expected = np.sign(np.subtract(stop, start)), {}
            for e, line in enumerate((ends - start).tolist()):
                (a_t, a_s), (b_t, b_s) = ((dx * x + dy * y, dx * y - dy * x) for x, y in line)
                if (a_s > 0) != (b_s > 0):
                    t = Fraction(a_t * b_s - b_t * a_s, b_s - a_s)
                    if 0 < t < math.dist(start, stop):
                        expected[e] = (float(t), 2.0)
            assert_same(found(among, start, stop), expected)


def test_a_path_that_touches_without_crossing():
    """Along an edge, and past a corner: never in without out."""
    among = obstacles(
        [*building([(5, 0), (9, 0), (9, 6), (5, 6)], 3.0), *wall([(20, 0), (22, 5), (24, 0)], 3.0)]
    )
    for y in (0.0, 6.0, 5.0):
        for start, stop in (((0, y), (40, y)), ((40, y), (0, y))):
            got = found(among, start, stop)
            inward = [row[2] for e, row in got.items() if among.owner[e] == 0]
            assert inward.count(True) == inward.count(False)
            assert sum(among.owner[e] > 0 for e in got) in (0, 2)


def test_what_a_path_touches_at_its_ends_does_not_count():
    among = obstacles([part for x in (0.0, 10.0, 20.0) for part in wall([(x, -1), (x, 1)], 3.0)])
    assert list(found(among, (0, 0), (20, 0))) == [1]
    assert sorted(found(among, (-0.01, 0), (20.01, 0))) == [0, 1, 2]


def test_tops_are_straight_between_vertices_and_sink_and_start_count():
    """By hand: the top rises from 1 m to 5 m, met at a quarter of its length; the sight goes from 0 m to 6 m."""
    among = obstacles(wall([(6, -1), (6, 3)], [1.0, 5.0]))
    assert found(among, (0, 0), (12, 0), 0.0, 6.0, 2.0, before=7.0)[0][:2] == (13.0, 2.0)
    assert found(among, (0, 0), (12, 0), 0.0, 6.0, 1.0) == {}, "a top exactly at the limit is not above it"
    assert found(among, (0, 2), (12, 2), 0.0, 6.0, 0.0)[0][:2] == (6.0, 4.0)


def test_nothing_stands_nowhere():
    among = no_obstacles()
    assert found(among, (0, 0), (9, 9)) == {}


@pytest.mark.parametrize("seed", range(4))
def test_far_from_the_origin_of_coordinates_nothing_is_missed(seed):
    """As far as easting and northing of projected coordinates; what stands within a micrometre of an end is not asked."""
    rng = np.random.default_rng(seed)
    near = random_walls(rng, 60)
    shift = np.array([674_000.0, 6_402_000.0])
    far = [Thing(part.kind, part.edges + np.array([*shift, 0, *shift, 0]), None) for part in near]
    here, there = obstacles(near), obstacles(far)
    for start, stop in rng.uniform(-20, 120, (25, 2, 2)):
        a, b = found(here, start, stop), found(there, start + shift, stop + shift)
        assert set(a) == set(b)
        assert all(a[e][:2] == pytest.approx(b[e][:2], abs=1e-7) for e in a)


GOOD = {"edges": [[0, 0, 1, 1, 0, 1], [1, 0, 1, 1, 1, 1]], "owner": [0, 1], "kind": [WALL, WALL]}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("edges", [[0, 0, 1, 1, 0, math.nan], [1, 0, 1, 1, 1, 1]], "finite"),
        ("owner", [0], "owner"),
        ("owner", [1, 0], "rising"),
        ("owner", [0, 0], "every object"),
        ("owner", [0, 2], "rising|object"),
        ("kind", [WALL], "rising|object"),
        ("kind", [WALL, BUILDING], "closed rings"),
    ],
)
def test_what_cannot_stand_is_refused(name, value, said):
    assert len(make_obstacles(**GOOD).edge) == 2
    with pytest.raises(ValueError, match=said):
        make_obstacles(**(GOOD | {name: value}))


def test_every_edge_is_listed_in_each_cell_that_it_passes():
    """Cells and edges by shapely; a cell's top is its highest edge's."""
    rng = np.random.default_rng(9)
    among = obstacles(random_walls(rng, 40))
    x0, y0, size = among.origin
    columns = int(among.cells.columns[0])
    for row, column in itertools.product(range(int(among.cells.rows[0])), range(columns)):
        cell = row * columns + column
        square = shapely.box(
            x0 + column * size, y0 + row * size, x0 + (column + 1) * size, y0 + (row + 1) * size
        )
        lines = shapely.linestrings(among.edge[:, [0, 1, 3, 4]].reshape(-1, 2, 2))
        inside = set(np.flatnonzero(shapely.intersects(lines, square)).tolist())
        listed = among.listed[among.start[cell] : among.start[cell + 1]].tolist()
        assert inside <= set(listed) and len(set(listed)) == len(listed)
        tops = [among.edge[e, [2, 5]].max() for e in listed]
        assert among.cells.values[cell] == max(tops, default=-np.inf)
