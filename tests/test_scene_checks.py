"""Places that get no level. Oracles: positions worked out by hand, and a plain count over random points."""

import random

import numpy as np
import pytest
from shapely.geometry import box
from small_scene import POWER

from siting.errors import InputError
from siting.parts import Building, Receiver, Scene, Source
from siting.scene.checks import check_scene


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
