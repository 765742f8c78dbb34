"""The small scenes of docs/simplifications.md: each what the program does, beside what it leaves out."""

import math
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

from siting.parts import Belt, Building, Elevation, Receiver, Scene, Source, Wall

SET = (96.0, 98.0, 97.0, 94.0, 92.0, 90.0, 86.0, 80.0)  # a set's sound power in bands, dB
FACADE = (0.2,) * 8
WIDE = 1000.0
IMAGES = 60  # orders of reflection between two façades; the next ones add less than 0.001 dB
BODY = (1.5, 0.93, 1.8)
STREET = 12.0


def pair(distance: float, hs: float, hr: float, **parts: object) -> Scene:
    """A set and a receiver on hard level ground."""
    settings: dict = {"reflections": 0, **parts}
    source = Source("S", 0, 0, SET, height_m=hs)
    return Scene((source,), (Receiver("R", distance, 0, height_m=hr),), **settings)


def wall(x: float, half: float, height: float, id: str = "wall") -> Wall:
    """A wall across the path."""
    return Wall(id, LineString([(x, -half), (x, half)]), height_m=height)


def across(*profile: tuple[float, float]) -> tuple[Elevation, ...]:
    """Ground that is the same everywhere across the path."""
    return tuple(Elevation(np.array([(x, -500, z), (x, 500, z)], float)) for x, z in profile)


def scenes() -> dict[str, tuple[str, Scene]]:
    """Name -> what it shows, and the scene; those of one group differ in the one thing that is compared."""
    return screening() | terrain() | roofs() | reflections() | canyon() | ground() | bodies()


def screening() -> dict[str, tuple[str, Scene]]:
    """Kerbs, posts, walls that come and go, foliage."""
    open_ground = pair(50, 1, 1.5)
    low, back = wall(8, WIDE, 3, "low"), wall(30, WIDE, 8, "back")
    far = pair(1000, 1, 1.5, ground_g=1.0)
    belt = Belt("foliage", shapely.box(450, -500, 550, 500), 10)
    return {
        "open": ("50 m of hard level ground with nothing on it", open_ground),
        "kerb": ("A kerb of 0.5 m halfway", replace(open_ground, walls=(wall(25, WIDE, 0.5, "kerb"),))),
        "short-open": ("20 m of hard level ground with nothing on it", pair(20, 1, 1.5)),
        "post-0.2m": ("A post 0.2 m wide and 5 m high", pair(20, 1, 1.5, walls=(wall(10, 0.1, 5, "post"),))),
        "post-1m": ("A pillar 1 m wide and 5 m high", pair(20, 1, 1.5, walls=(wall(10, 0.5, 5, "pillar"),))),
        "three-walls": (
            "Walls of 3 m, 8 m and 8 m, the last two 2 m apart",
            pair(60, 1, 1.5, walls=(low, wall(28, WIDE, 8, "front"), back)),
        ),
        "front-lowered": (
            "The same, the middle wall 4 m high",
            pair(60, 1, 1.5, walls=(low, wall(28, WIDE, 4, "front"), back)),
        ),
        "far-open": ("1 km of porous level ground with nothing on it", far),
        "far-foliage": ("100 m of trees 10 m high halfway along 1 km", replace(far, belts=(belt,))),
    }


def terrain() -> dict[str, tuple[str, Scene]]:
    """Ground that just breaks the line of sight, and one shape as a building and as a hill."""
    start, end = ((-50.0, 0.0), (20.0, 0.0)), ((30.0, 0.0), (120.0, 0.0))
    box = Polygon([(55, 5), (65, 5), (65, 15), (55, 15)])
    ends = ((Source("S", 50, 10, SET, z_m=1),), (Receiver("R", 70, 10, z_m=4),))

    def ring(out: float, z: float) -> Elevation:
        """The box's outline widened, or the end of the known ground."""
        outline = box.buffer(out, join_style="mitre") if out else box
        return Elevation(np.array([(x, y, z) for x, y in outline.exterior.coords], float))

    return {
        "ridge-below": (
            "A ridge 2 cm below the line of sight",
            pair(50, 1, 1.5, elevation=across(*start, (25, 1.23), *end)),
        ),
        "ridge-above": (
            "A ridge 2 cm above the line of sight",
            pair(50, 1, 1.5, elevation=across(*start, (25, 1.27), *end)),
        ),
        "block-building": (
            "The cube of case T11 as a building",
            Scene(*ends, buildings=(Building("B", box, height_m=10),), ground_g=0.5, reflections=0),
        ),
        "block-hill": (
            "The cube of case T11 as a hill with steep sides",
            Scene(*ends, elevation=(ring(0, 10), ring(0.01, 0), ring(100, 0)), ground_g=0.5, reflections=0),
        ),
    }


def roofs() -> dict[str, tuple[str, Scene]]:
    """A house with a ridge, and one on a slope."""
    house, ridge = shapely.box(15, -200, 25, 200), wall(20, 200, 9, "ridge")
    on_slope = shapely.box(10, -200, 30, 200)
    slope = across((-50, 0), (10, 0), (30, 2), (120, 2))
    return {
        "roof-eaves": (
            "A long house, flat at its eaves",
            pair(40, 1, 4, buildings=(Building("house", house, 6),)),
        ),
        "roof-gable": (
            "The same house with its ridge as a wall",
            pair(40, 1, 4, buildings=(Building("house", house, 6),), walls=(ridge,)),
        ),
        "roof-ridge": (
            "The same house, flat at its ridge",
            pair(40, 1, 4, buildings=(Building("house", house, 9),)),
        ),
        "slope-height": (
            "A house of 6 m on a slope of 10 %, as the program takes it: above its lowest ground",
            pair(60, 1, 1.5, buildings=(Building("house", on_slope, height_m=6),), elevation=slope),
        ),
        "slope-top": (
            "The same house, 6 m above its highest ground",
            pair(60, 1, 1.5, buildings=(Building("house", on_slope, top_m=8),), elevation=slope),
        ),
    }


def reflections() -> dict[str, tuple[str, Scene]]:
    """A receiver on a façade and just before it."""
    house = Building("house", shapely.box(30, -10, 40, 10), height_m=8, absorption=FACADE)
    scene = pair(30, 1.2, 1.5, buildings=(house,), reflections=1)
    before = replace(scene, receivers=(Receiver("R", 29.99, 0, height_m=1.5),))
    return {
        "facade-on": ("A receiver on a façade", scene),
        "facade-before": ("A receiver 1 cm before a façade", before),
        "facade-without": (
            "The same façade with no absorption stated",
            replace(before, buildings=(replace(house, absorption=None),)),
        ),
    }


def canyon() -> dict[str, tuple[str, Scene]]:
    """A street between two façades, as the program has it and with the images of all orders as sources of their own."""
    receiver = (Receiver("R", 60, 0, height_m=1.5),)
    sides = tuple(
        Wall(id, LineString([(-100, y), (160, y)]), height_m=15, absorption=FACADE)
        for id, y in (("north", STREET / 2), ("south", -STREET / 2))
    )
    loss = -10 * math.log10(1 - FACADE[0])
    images = tuple(
        Source(f"image {n}", 0, n * STREET, tuple(p - abs(n) * loss for p in SET), height_m=1.5)
        for n in range(-IMAGES, IMAGES + 1)
    )
    return {
        "canyon": (
            "A street 12 m wide between façades of 15 m",
            Scene(images[IMAGES : IMAGES + 1], receiver, walls=sides),
        ),
        "canyon-images": (
            "The same street as images of every order, without its walls",
            Scene(images, receiver, reflections=0),
        ),
    }


def ground() -> dict[str, tuple[str, Scene]]:
    """Hard, mixed and porous ground, the alternative method, and weather."""
    hard = pair(100, 1.2, 1.5)
    return {
        "ground-hard": ("100 m of hard ground", hard),
        "ground-mixed": ("100 m of ground half hard, half porous", replace(hard, ground_g=0.5)),
        "ground-porous": ("100 m of porous ground", replace(hard, ground_g=1.0)),
        "ground-alternative": ("100 m by the alternative method", replace(hard, ground_method="alternative")),
        "weather": ("100 m of hard ground with C0 of 2 dB", replace(hard, c0_db=2.0)),
    }


def bodies() -> dict[str, tuple[str, Scene]]:
    """What the body of a set does: to another behind it, before it, and to a receiver near by."""
    open_ground = pair(20, 1.2, 1.5)
    length, width, height = BODY

    def body(x: float, absorption: tuple[float, ...] | None) -> Building:
        return Building(
            "body",
            shapely.box(x - width / 2, -length / 2, x + width / 2, length / 2),
            height,
            None,
            absorption,
        )

    source = Source("S", 0, 0, SET, height_m=height / 2, size_m=BODY)
    near = Scene((source,), (Receiver("R", 1.5, 0, height_m=1.5),), reflections=0)
    return {
        "set-alone": ("A set 20 m away", open_ground),
        "set-behind": (
            "The same with the body of another set 2 m before it",
            replace(open_ground, buildings=(body(2, None),)),
        ),
        "set-before": (
            "The same with the body of another set 2 m behind it",
            replace(open_ground, buildings=(body(-2, (0.0,) * 8),), reflections=1),
        ),
        "near-boxes": ("A receiver 1.5 m from the middle of a set, the set in boxes", near),
        "near-point": (
            "The same, the set as a point",
            replace(near, sources=(replace(source, size_m=None),)),
        ),
    }
