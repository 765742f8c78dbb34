"""Hollows of outlines against shapely, and ways past them against ways round the whole outlines."""

import math

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, affinity, box
from small_obstacles import COMPILED, building, obstacles, screens, straight, wall, ways
from small_ways import SOURCE, TALL, things

from kernels.ways import find_ways, make_room


def star(rng, x=0.0, y=0.0, size=10.0):
    """A ring of random corners seen from its middle, deeply notched."""
    angles = np.sort(rng.uniform(0, 2 * math.pi, rng.integers(5, 14)))
    far = size * rng.uniform(0.2, 1.0, len(angles))
    return Polygon(np.column_stack([x + far * np.cos(angles), y + far * np.sin(angles)]))


def notches(shape):
    hull = shape.convex_hull
    return [
        part
        for part in getattr(hull.difference(shape), "geoms", [hull.difference(shape)])
        if part.area > 1e-9
    ]


def short_outline(among, first, stop):
    """The outline of edges first to stop with straight lines across its hollows, and the hollows as rings."""
    points, hollows, k = [], [], first
    while k < stop:
        points.append(among.edge[among.walk[k], :2])
        after = abs(int(among.beyond[k])) or k + 1
        if after > k + 1:
            ring = [*among.edge[among.walk[k:after], :2], among.edge[among.walk[after - 1], 3:5]]
            hollows.append(Polygon(ring))
        k = after
    return Polygon(points), hollows


@pytest.mark.parametrize("seed", range(30))
def test_the_outline_of_a_lone_building_without_its_hollows_is_its_hull(seed):
    shape = star(np.random.default_rng(seed), 300.0, -20.0)
    if not shape.is_valid:
        shape = shape.convex_hull
    among = obstacles([*wall([(200, 0), (201, 0)], TALL), *building(shape, TALL)])
    assert sorted(among.walk.tolist()) == list(range(len(among.edge)))
    short, hollows = short_outline(among, 1, len(among.edge))
    assert short.equals(shape.convex_hull)
    assert shapely.union_all(hollows).symmetric_difference(shapely.union_all(notches(shape))).area < 1e-9
    boxes = [among.hollow[k] for k in range(len(among.edge)) if among.beyond[k] > 0]
    for (west, east, south, north), hollow in zip(boxes, hollows, strict=True):
        assert box(west, south, east, north).contains(hollow)


@pytest.mark.parametrize("seed", range(30))
def test_a_notch_in_which_something_stands_is_no_hollow(seed):
    rng = np.random.default_rng(seed)
    shape = star(rng)
    if not shape.is_valid:
        return
    others = [LineString(rng.uniform(-9, 9, (1, 2)) + rng.uniform(-2, 2, (2, 2))) for _ in range(3)]
    others = [other for other in others if other.distance(shape) > 0.01]
    others += [box(2, 2, 3, 3)] if shape.distance(box(2, 2, 3, 3)) > 0.01 else []
    among = obstacles(things([shape, *others]))
    _, hollows = short_outline(among, 0, len(shape.exterior.coords) - 1)
    free = [part for part in notches(shape) if all(part.distance(other) > 0.002 for other in others)]
    assert len(hollows) == len(free)
    assert shapely.union_all(hollows).symmetric_difference(shapely.union_all(free)).area < 1e-9


def test_holes_are_hollows_whatever_stands_in_them():
    yard = Polygon(box(0, 0, 20, 20).exterior, [box(2, 2, 8, 8).exterior, box(10, 10, 18, 18).exterior])
    among = obstacles(things([yard, box(3, 3, 4, 4)]))
    assert among.beyond[[4, 8]].tolist() == [-8, -12] and not among.beyond[[*range(4), 12, 13, 14, 15]].any()


def outdoors(rng, shapes):
    solid = shapely.union_all(shapes)
    while True:
        x, y = rng.uniform(-14, 44), rng.uniform(-14, 14)
        if solid.distance(Point(x, y)) > 0.05:
            return float(x), float(y)


@pytest.mark.parametrize("slope", [0.0, 0.06])
@pytest.mark.parametrize("seed", range(60 if COMPILED else 4))
def test_ways_past_hollows_are_those_round_whole_outlines(seed, slope):
    """Deeply notched buildings, one with a hole, walls in some notches, ends anywhere; roofs partly below a tilted plane."""
    rng = np.random.default_rng(seed)
    shapes = [star(rng, x, y, 9.0) for x, y in ((0, 0), (12, 6), (15, -7), (30, 0))]
    shapes = [shape for shape in shapes if shape.is_valid]
    shapes += [Polygon(box(-3, 9, 6, 15).exterior, [box(-2, 10, 5, 14).exterior])]
    lines = [LineString(rng.uniform(-9, 30, (1, 2)) + rng.uniform(-3, 3, (2, 2))) for _ in range(3)]
    among = screens(things([*shapes, *lines], 5.0))
    plain = among._replace(obstacles=among.obstacles._replace(beyond=np.zeros_like(among.obstacles.beyond)))
    room, other = make_room(among), make_room(plain)
    for _ in range(30 if COMPILED else 3):
        source, (x, y) = outdoors(rng, shapes), outdoors(rng, shapes)
        plan = math.dist(source, (x, y))
        path = straight((*source, 2.0), (x, y, 2.0 + slope * plan))
        short, whole = find_ways(path, among, room), find_ways(path, plain, other)
        for a, b in zip(short[:3], whole[:3], strict=True):
            assert tuple(a) == pytest.approx(tuple(b), abs=1e-9, nan_ok=True)


def test_a_way_leads_between_a_building_and_what_stands_in_its_notch():
    """A wall that reaches into the notch: through the gap between the two it is shorter than round the wall's far end."""
    notched = Polygon([(10, -2), (40, -2), (40, 4), (30, 4), (30, 1), (20, 1), (20, 4), (10, 4)])
    post = box(24, 2, 26, 30)
    found = ways(things([notched, post]), SOURCE, (50.0, 0.0, 2.0))
    assert found.left.offset == pytest.approx(30.0), "hulls pass all on one hand"
    nook = Polygon([(-2, -2), (8, -2), (8, 3), (7, 3), (7, -1), (-2, -1)])
    inside = ways(things([nook, post, notched]), SOURCE, (50.0, 0.0, 2.0))
    assert inside.left.offset == pytest.approx(4.0), "out of a nook what only joins is passed on either"


@pytest.mark.parametrize("shift", [0.0, 6_400_000.0])
def test_ways_do_not_hang_on_where_the_map_has_its_origin(shift):
    """Round a tower of short edges, as at the corner of a street block, from a nook of it."""
    tower = Point(20, 6).buffer(2.0, quad_segs=9)
    shape = affinity.rotate(
        tower.union(box(-4, 5, 20, 7)).union(box(-4, -8, -3, 7)).union(box(-4, -8, 6, -7)), 20.3
    )
    lane = affinity.rotate(box(18, -9, 30, 5.2), 20.3, origin=(20, 6))
    at_zero = ways(things([shape, lane]), SOURCE, (45.0, 9.0, 2.0))
    moved = [affinity.translate(part, shift / 40, shift) for part in (shape, lane)]
    found = ways(things(moved), (shift / 40, shift, 2.0), (45.0 + shift / 40, 9.0 + shift, 2.0))
    for a, b in zip(at_zero[:3], found[:3], strict=True):
        assert tuple(a) == pytest.approx(tuple(b), abs=1e-6, nan_ok=True)
