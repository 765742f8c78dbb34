"""Places that get no level. Oracles: positions worked out by hand, and a plain count over random points."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from shapely.geometry import LineString, box
from small_scene import POWER

from siting.errors import InputError
from siting.parts import Building, Elevation, Receiver, Scene, Source, Wall
from siting.scene.checks import check_scene, free_places
from siting.scene.prepared import prepare


def checked(scene, source_ground=None, receiver_ground=None, **tops):
    def grounds(given, parts):
        return np.zeros(len(parts)) if given is None else np.array(given, float)

    check_scene(
        scene, grounds(source_ground, scene.sources), grounds(receiver_ground, scene.receivers), **tops
    )


def plain(receivers, **parts):
    source = Source("S", 0, 0, tuple(POWER), height_m=1.5, size_m=(4, 2, 3), heading_deg=90)
    return Scene(
        (source,),
        tuple(Receiver(f"R{n}", *r) for n, r in enumerate(receivers, 1)),
        name="mine.geojson",
        **parts,
    )


HOUSE = Building("H", box(20, 0, 30, 10), height_m=6)
TOWER = Building("T", box(40, 0, 50, 10), top_m=106)


@pytest.mark.parametrize(
    ("receivers", "says"),
    [
        (
            [(60, 0, 2), (25, 5, 4)],
            'receiver "R2" at (25, 5) lies inside the building "H", 2.00 m below its roof;',
        ),
        ([(25, 5, 4), (26, 5, 4), (27, 5, 4)], "below its roof, and so do 2 more; move it out"),
        ([(25, 5, 4), (26, 5, 4)], "and so does 1 more"),
        ([(45, 5, None, 105)], 'inside the building "T", 1.00 m below'),
        ([(0, 0, 1.5)], 'lies at the source "S"'),
        (
            [(0, 1.9, 1.5)],
            'lies inside the body of the source "S"',
        ),  # the length runs along the heading, north
        ([(0.9, 1.9, 3.0)], "inside the body"),
        ([(0.9, -1.9, 0.1)], "inside the body"),
        ([(60, 0, None, -0.5)], 'receiver "R1" at (60, 0) lies 0.50 m below the ground; raise its z_m.'),
    ],
)
def test_places_that_get_no_level(receivers, says):
    with pytest.raises(InputError) as error:
        checked(plain(receivers, buildings=(HOUSE, TOWER)))
    assert str(error.value).startswith("mine.geojson: ") and says in str(error.value)


@pytest.mark.parametrize(
    "place",
    [(25, 5, 6), (25, 5, 6.1), (20, 5, 2), (30, 10, 0), (19.9, 5, 2), (45, 5, None, 106), (1.1, 0, 1.5), (0, 2.1, 1.5),
     (0, 1, 4.6), (0, 0, 1.6 + 3), (60, 0, 0)],
)  # fmt: skip
def test_places_on_the_border_of_what_is_allowed(place):
    checked(plain([place], buildings=(HOUSE, TOWER)))


def test_a_scene_without_buildings_or_without_receivers():
    checked(plain([(60, 0, 2)]))
    checked(plain([]))
    checked(Scene((), (Receiver("R", 0, 0, 1),)))
    with pytest.raises(InputError, match="below the ground"):
        checked(Scene((Source("S", 0, 0, tuple(POWER), z_m=-1),)))


def test_ground_counts_in_every_check():
    scene = plain([(25, 5, None, 104)], buildings=(HOUSE,))
    checked(scene, [100], [95])  # the roof is at 101
    with pytest.raises(InputError, match=r"2\.00 m below its roof"):
        checked(scene, [100], [100])
    with pytest.raises(InputError, match=r"1\.00 m below its roof"):
        checked(scene, [100], [95], building_top_m=np.array([105.0]))
    with pytest.raises(InputError, match=r"6\.00 m below the ground"):
        checked(scene, [100], [110])
    with pytest.raises(InputError, match=r'receiver "R1" at \(25, 5\) lies outside the terrain'):
        checked(scene, [100], [np.nan])
    with pytest.raises(InputError, match=r'source "S" at \(0, 0\) lies outside the terrain'):
        checked(scene, [np.nan], [100])
    indoors = Building("shed", box(-5, -5, 5, 5), height_m=3)
    with pytest.raises(InputError, match=r'source "S" .* inside the building "shed", 1.50 m below its roof'):
        checked(plain([(50, 0, 1)], buildings=(indoors,)))


def test_random_points_inside_buildings_against_a_plain_count():
    rng = random.Random(5)
    blocks = [
        Building(str(n), box(x, y, x + 4, y + 3), height_m=5)
        for n in range(30)
        for x, y in [(rng.uniform(0, 90), rng.uniform(20, 90))]
    ]
    for _ in range(300):
        x, y, h = rng.uniform(0, 99), rng.uniform(10, 99), rng.uniform(0, 9)
        inside = any(
            b.outline.bounds[0] < x < b.outline.bounds[2] and b.outline.bounds[1] < y < b.outline.bounds[3]
            for b in blocks
        )
        try:
            checked(plain([(x, y, h)], buildings=tuple(blocks)))
            assert not (inside and h < 5)
        except InputError:
            assert inside and h < 5


def buried(ground=(), **parts):
    return replace(
        plain([(60, 0, 1.5)]), **parts, elevation=tuple(Elevation(np.array([place])) for place in ground)
    )


PLATEAU = [(x, y, 100.0) for x in (-20, 70) for y in (-20, 20)]
VALLEY = [(x, y, 0.0 if x == 25 else 100.0) for x in (-20, 25, 70) for y in (-20, 20)]


@pytest.mark.parametrize(
    ("ground", "part", "says"),
    [
        (
            PLATEAU,
            Wall("W", LineString([(20, -5), (20, 5)]), top_m=3),
            'wall "W" has its top nowhere above the ground, 97.00 m',
        ),
        (
            PLATEAU,
            Wall("W", LineString([(20, -5), (20, 5)]), tops_m=(60, 99.5)),
            "0.50 m below it at the least",
        ),
        ((), Wall("W", LineString([(20, -5), (20, 5)]), tops_m=(0, 0)), "0.00 m below it"),
        (
            PLATEAU,
            Building("B", box(20, -5, 30, 5), top_m=6),
            'building "B" has its top nowhere above the ground, 94.00 m',
        ),
    ],
)
def test_tops_below_the_ground_are_no_heights(ground, part, says):
    scene = buried(ground, **{"walls" if isinstance(part, Wall) else "buildings": (part,)})
    with pytest.raises(InputError) as error:
        prepare(scene)
    assert str(error.value).startswith("mine.geojson: ") and says in str(error.value)
    assert "height_m" in str(error.value)


@pytest.mark.parametrize(
    "wall",
    [
        Wall(
            "across", LineString([(-10, 0), (60, 0)]), top_m=50
        ),  # both ends lie in the slopes, its middle spans the valley
        Wall("part", LineString([(5, -5), (10, -5), (25, -5)]), tops_m=(1, 1, 1)),
        Wall("beyond", LineString([(200, -5), (200, 5)]), top_m=-50),  # where the ground is not known
        Wall("low", LineString([(25, -5), (25, 5)]), top_m=1e-3),
    ],
)
def test_tops_above_the_ground_somewhere_are(wall):
    assert len(prepare(buried(VALLEY, walls=(wall,))).stands.edges) == len(wall.line.coords) - 1


def test_places_for_a_map_are_those_that_are_not_refused():
    """The same points one by one: what the check refuses is not free."""
    scene = replace(plain([]), buildings=(HOUSE, TOWER))
    tops, places = np.array([6.0, 106.0]), np.array([[0.0, 0.0, 1.5, 0.0, math.pi / 2]])
    rng = np.random.default_rng(8)
    points = rng.uniform((-3, -4), (52, 12), (300, 2))
    for z in (1.5, 8.0):
        free = free_places(scene, places, tops, points, np.full(300, z))
        for point, is_free in zip(points.tolist(), free, strict=True):
            one = replace(scene, receivers=(Receiver("R", *point, None, z),))
            try:
                checked(one, building_top_m=tops)
            except InputError:
                assert not is_free
            else:
                assert is_free
        assert 0 < free.sum() < 300
    assert not free_places(scene, places, tops, points, np.full(300, np.nan)).any()
