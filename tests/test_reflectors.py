import itertools
import math

import numpy as np
import pytest
from shapely import LineString, Polygon, affinity, box, union_all
from shapely.geometry.polygon import orient
from shapely.ops import split

from kernels.cache import kernel
from kernels.reflectors import make_reflectors, reflects

HARD = [0.0] * 8


@kernel
def large_enough(wavelength, least, cosine, d_so, d_or):
    return reflects(wavelength, least, cosine, d_so, d_or)


# lmin, cos beta, dso, dor and, by equation 19, the frequency from which it reflects: 680/(lmin cos beta)^2 * dso dor/(dso + dor)
CRITERION = [(2.5, 1.0, 4.0, 10.0, 310.86), (10.0, 1.0, 4.0, 10.0, 19.43), (10.0, 1.0, 20.0, 26.0, 76.87)]


@pytest.mark.parametrize(("least", "cosine", "d_so", "d_or", "lowest_hz"), CRITERION)
def test_bands_that_reflect(least, cosine, d_so, d_or, lowest_hz):
    for k in range(8):
        f = 62.5 * 2**k
        assert large_enough(340 / f, least, cosine, d_so, d_or) == (f > lowest_hz)
    assert not large_enough(340 / (lowest_hz * 0.999), least, cosine, d_so, d_or)
    assert large_enough(340 / (lowest_hz * 1.001), least, cosine, d_so, d_or)
    # a slant of 60 degrees makes the surface half as large, so four times the frequency is needed
    assert not large_enough(340 / (lowest_hz * 3.99), least, 0.5, d_so, d_or)
    assert large_enough(340 / (lowest_hz * 4.01), least, 0.5, d_so, d_or)


def test_a_grazing_path_does_not_reflect():
    assert not large_enough(0.04, 100.0, 0.0, 5.0, 5.0)


def walls(lines, tops, absorption=HARD):
    """Edges of walls, each a (list of vertices, list of tops)."""
    parts = []
    for owner, (line, top) in enumerate(zip(lines, tops, strict=True)):
        for i in range(len(line) - 1):
            parts.append(([*line[i], *line[i + 1]], top[i : i + 2], owner, True, absorption))
    return parts


def buildings(outlines, tops, absorption=HARD):
    parts = []
    for owner, (outline, top) in enumerate(zip(outlines, tops, strict=True)):
        turned = orient(outline)
        for ring in (turned.exterior, *turned.interiors):
            xy = np.array(ring.coords)
            for a, b in itertools.pairwise(xy):
                parts.append(([*a, *b], [top, top], 100 + owner, False, absorption))
    return parts


def reflectors(*parts):
    edges, tops, owner, is_wall, absorption = zip(*(part for some in parts for part in some), strict=True)
    return make_reflectors(edges, tops, np.zeros((len(edges), 2)), owner, is_wall, absorption)


def hits(found, source, receiver, height):
    """Points of reflection at one height on the way from source to receiver, with the width of the surface met; sorted."""
    points = []
    for k in range(len(found.x0)):
        normal, origin = np.array([found.nx[k], found.ny[k]]), np.array([found.x0[k], found.y0[k]])
        s, r = normal @ (source - origin), normal @ (receiver - origin)
        if s > 0 and r > 0:
            at = source + (receiver - source) * s / (s + r)
            along = (at - origin) @ np.array([found.ux[k], found.uy[k]])
            if found.start[k] <= along < found.stop[k]:
                share = (along - found.start[k]) / (found.stop[k] - found.start[k])
                top = found.top_a[k] + share * (found.top_b[k] - found.top_a[k])
                if found.bottom[k] < height < top:
                    point = at - normal * (normal @ (at - origin))
                    points.append((*point, found.width[k], *normal, *found.reflect[k]))
    return np.array(sorted(points)).reshape(-1, 13)


def assert_same_surfaces(one, other, rng, reach=60.0, paths=200, height=3.0):
    met = 0
    for ends in rng.uniform(-reach, reach, (paths, 2, 2)):
        first, second = hits(one, *ends, height), hits(other, *ends, height)
        assert first.shape == second.shape
        assert np.allclose(first, second, rtol=0, atol=1e-9)
        met += len(first)
    assert met > 3


def test_faces_of_a_box_look_outwards_and_of_a_court_into_it():
    outline = Polygon(box(0, 0, 30, 20).exterior, [box(5, 5, 25, 15).exterior])
    found = reflectors(buildings([outline], [8.0]))
    assert sorted(found.width) == [10, 10, 20, 20, 20, 20, 30, 30]
    assert np.all(found.bottom == -np.inf) and np.all(found.top_a == 8) and np.all(found.reflect == 1)
    middle = np.column_stack([found.ax + found.bx, found.ay + found.by]) / 2
    for point, normal in zip(middle, np.column_stack([found.nx, found.ny]), strict=True):
        assert np.hypot(*normal) == pytest.approx(1)
        assert not outline.buffer(-1e-9).contains(LineString([point, point + normal]))
        assert outline.contains(LineString([point - normal * 0.01, point - normal]))


def test_a_wall_reflects_on_both_sides():
    found = reflectors(walls([[(0, 0), (10, 0)]], [[2.0, 4.0]]))
    assert sorted(found.ny) == [-1, 1] and np.all(found.width == 10)
    for y in (-5.0, 5.0):
        assert hits(found, np.array([4.0, y]), np.array([6.0, y]), 2.99)[:, :2] == pytest.approx(
            np.array([[5, 0]])
        )
        assert (
            len(hits(found, np.array([4.0, y]), np.array([6.0, y]), 3.01)) == 0
        )  # higher than the top there
    assert len(hits(found, np.array([4.0, -5.0]), np.array([6.0, 5.0]), 1.0)) == 0


@pytest.mark.parametrize("seed", range(20))
def test_cutting_a_wall_changes_nothing(seed):
    """At random places, pieces drawn either way, top level or sloping."""
    rng = np.random.default_rng(seed)
    a, b = rng.uniform(-50, 50, (2, 2))
    tops = np.array([5.0, 5.0]) if seed % 2 else np.array([4.0, 9.0])
    shares = np.sort([0, *rng.random(3), 1])[:, np.newaxis]
    at, heights = a + (b - a) * shares, tops[0] + (tops[1] - tops[0]) * shares[:, 0]
    pieces = []
    for i in rng.permutation(4):
        order = [i, i + 1] if rng.random() < 0.5 else [i + 1, i]
        pieces.append((at[order], heights[order]))
    whole, cut = reflectors(walls([[a, b]], [tops])), reflectors(walls(*zip(*pieces, strict=True)))
    assert len(cut.x0) == 8 and np.allclose(cut.width, np.hypot(*(b - a)), rtol=0, atol=1e-12)
    assert_same_surfaces(whole, cut, rng, height=4.9 if seed % 2 else 5.5)
    # spans join to the bit on one line, so a path at a joint meets exactly one
    for ny in np.unique(cut.ny):
        side = cut.ny == ny
        assert len({*zip(cut.x0[side], cut.y0[side], cut.ux[side], cut.uy[side], strict=True)}) == 1
        assert sorted([*cut.start[side], cut.width[0]]) == sorted([0.0, *cut.stop[side]])


SHAPES = [
    box(-20, -10, 25, 15),
    Polygon([(-20, -20), (25, -20), (25, 0), (5, 0), (5, 22), (-20, 22)]),
    Polygon(box(-30, -30, 30, 30).exterior, [box(-15, -12, 12, 15).exterior]),
]


@pytest.mark.parametrize("seed", range(18))
@pytest.mark.parametrize("shift", [(0.0, 0.0), (583_960.0, 4_507_523.0)])
def test_cutting_a_building_changes_nothing(seed, shift):
    """Along a random line; inner faces vanish, outer ones keep the width of the whole."""
    rng = np.random.default_rng(seed)
    shape = affinity.rotate(SHAPES[seed % 3], rng.uniform(0, 360), origin=(0, 0))
    angle, offset = rng.uniform(0, math.pi), rng.uniform(-8, 8, 2)
    blade = LineString([offset - 200 * np.array([math.cos(angle), math.sin(angle)]), 2 * offset])
    blade = LineString([blade.coords[0], offset * 2 - np.array(blade.coords[0])])
    cut = list(split(shape, blade).geoms)
    assert len(cut) > 1
    parts = [affinity.translate(part, *shift) for part in cut]
    whole, pieces = (
        reflectors(buildings([affinity.translate(shape, *shift)], [8.0])),
        reflectors(buildings(parts, [8.0] * len(parts))),
    )
    for found in (whole, pieces):
        assert np.sum(found.stop - found.start) == pytest.approx(shape.length, abs=1e-6)
    near = [found._replace(x0=found.x0 - shift[0], y0=found.y0 - shift[1]) for found in (whole, pieces)]
    if shift == (0.0, 0.0):
        assert_same_surfaces(*near, rng)
    assert set(np.round(whole.width, 5)) == set(np.round(pieces.width, 5))


def test_widths_are_the_sides_of_what_shapely_unites():
    """Boxes on a grid, many touching: the free faces are the outline of their union, straight sides taken whole."""
    rng = np.random.default_rng(3)
    cells = [
        box(10 * x, 10 * y, 10 * x + 10, 10 * y + 10)
        for x in range(7)
        for y in range(7)
        if rng.random() < 0.5
    ]
    found = reflectors(buildings(cells, [6.0] * len(cells)))
    together = union_all(cells)
    assert np.sum(found.stop - found.start) == pytest.approx(together.length)
    sides = []
    for polygon in getattr(together, "geoms", [together]):
        turned = orient(polygon.simplify(0))
        for ring in (turned.exterior, *turned.interiors):
            sides += list(np.hypot(*np.diff(np.array(ring.coords), axis=0).T))
    # a side that passes a corner where two cells touch goes on beyond it where the faces look the same way
    assert set(np.round(found.width, 9)) <= {10.0 * k for k in range(1, 8)}
    assert np.sum(found.width * (found.stop - found.start)) >= np.sum(np.square(sides)) - 1e-6


def test_a_lower_neighbour_covers_the_lower_part_only():
    found = reflectors(buildings([box(0, 0, 10, 10), box(10, 2, 20, 6)], [9.0, 4.0]))
    east = (found.owner == 100) & (found.nx > 0.5)
    assert sorted(
        zip(found.ay[east], found.by[east], found.bottom[east], found.width[east], strict=True)
    ) == [
        (0, 2, -np.inf, 10),
        (2, 6, 4, 10),
        (6, 10, -np.inf, 10),
    ]
    west = (found.owner == 101) & (found.nx < -0.5)
    assert not west.any()  # its own face is covered whole


def test_a_higher_neighbour_parts_a_face_in_two_surfaces():
    found = reflectors(buildings([box(0, 0, 10, 10), box(10, 2, 20, 6)], [9.0, 9.5]))
    east = (found.owner == 100) & (found.nx > 0.5)
    assert sorted(zip(found.start[east], found.stop[east], found.width[east], strict=True)) == [
        (0, 2, 2),
        (0, 4, 4),
    ]
    west = (found.owner == 101) & (found.nx < -0.5)
    assert found.bottom[west] == [9.0] and found.width[west] == [4]


def test_a_building_that_absorbs_all_its_sound_still_covers():
    silent = [math.nan] * 8
    found = reflectors(buildings([box(0, 0, 10, 10)], [9.0]), buildings([box(10, 0, 20, 10)], [9.0], silent))
    assert sorted(np.column_stack([found.nx, found.ny]).tolist()) == [[-1, 0], [0, -1], [0, 1]]


def test_what_is_not_one_surface():
    end = [(10, 0), (20, 0)]
    for other, top, absorption in (
        (end, [5.1, 5.1], HARD),
        (end, [5.1, 5.0], HARD),
        (end, [5.0, 5.0], [0.5] * 8),
        ([(10, 0), (20, 0.001)], [5.0, 5.0], HARD),
        ([(10.002, 0), (20, 0)], [5.0, 5.0], HARD),
        ([(10, 0.002), (20, 0.002)], [5.0, 5.0], HARD),
    ):
        found = reflectors(walls([[(0, 0), (10, 0)]], [[5.0, 5.0]]), walls([other], [top], absorption))
        assert np.all(found.width < 11)
    for top in ([5.0, 5.0], [5.0, 6.0]):  # the top may bend where they meet
        found = reflectors(walls([[(0, 0), (10, 0)], end], [[5.0, 5.0], top]))
        assert np.all(found.width == 20)


def test_a_wall_goes_on_along_a_face():
    """To the south the wall continues the building's face, to the north it stands alone and meets the corner."""
    found = reflectors(buildings([box(0, 0, 10, 10)], [4.0]), walls([[(10, 0), (25, 0)]], [[4.0, 4.0]]))
    south = (found.ny < -0.5) & (found.y0 == 0)
    assert list(found.width[south]) == [25, 25]
    assert list(found.width[(found.ny > 0.5) & (found.y0 == 0)]) == [15]


def test_faces_on_each_other_count_once():
    found = reflectors(walls([[(0, 0), (10, 0)], [(5, 0), (15, 0)], [(6, 0), (7, 0)]], [[4.0, 4.0]] * 3))
    assert sorted(zip(found.ny, found.start, found.stop, strict=True)) == [
        (-1, 0, 10),
        (-1, 10, 15),
        (1, 0, 10),
        (1, 10, 15),
    ]


def test_a_fine_curve_is_many_surfaces():
    turn = np.linspace(0, 0.2, 201)
    curve = np.column_stack([1000 * np.sin(turn), 1000 * np.cos(turn)])  # 1 m pieces, radius 1 km
    assert np.allclose(reflectors(walls([curve], [[3.0] * 201])).width, 1.0, atol=1e-3)


def test_edges_without_length_have_no_face():
    found = reflectors(walls([[(0, 0), (0, 0), (10, 0)]], [[3.0] * 3]))
    assert list(found.edge) == [1, 1] and list(found.width) == [10, 10]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("edges", [[0, 0, 1]]),
        ("edges", [[0, 0, 1, math.nan]]),
        ("tops", [[1.0]]),
        ("tops", [[1.0, math.inf]]),
        ("ground", [0.0]),
        ("ground", [[0.0, -math.inf]]),
        ("owner", [[0]]),
        ("is_wall", [True, False]),
        ("absorption", [[0.1] * 7]),
        ("absorption", [[1.1] * 8]),
    ],
)
def test_surfaces_that_cannot_be_are_refused_by_name(name, values):
    arguments = {
        "edges": [[0, 0, 1, 0]],
        "tops": [[1, 1]],
        "ground": [[0.0, 0.0]],
        "owner": [0],
        "is_wall": [True],
    }
    with pytest.raises(ValueError, match=name):
        make_reflectors(**{**arguments, "absorption": [HARD], name: values})
