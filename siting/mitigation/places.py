"""Where a new wall may stand: a foot inside the lot line, or round the yard that the units make."""

import math
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siting.geodata.walls import THICK_M
from siting.model import FOOT_M, Floats, Ints
from siting.outcome import Study

POINTS = ("east", "northeast", "north", "northwest", "west", "southwest", "south", "southeast")
CORNER_DEG = 30.0  # a sharper turn ends a side
INSIDE_M = (
    FOOT_M  # of the lot line: the wall stands on the lot, and who measures at the line stands behind it
)
SHORTEST_M = 3.0
GRAIN_M = 0.001  # ends of walls are told to a millimetre


class Place(NamedTuple):
    """A line along which a wall may stand, and how a sentence names it."""

    where: str
    line: BaseGeometry
    ring: bool = False


class Outline(NamedTuple):
    """The sides of a polygon in their order, each with the compass point to which it faces."""

    one: str  # "along the {} lot line"
    more: str  # "along the {} lot lines"
    lines: list[BaseGeometry]
    facing: list[str]


def wall_places(study: Study, ears_xy: Floats) -> list[Place]:
    """Sides of the lot line and of the yard between a unit and an ear, all such sides together, and the ring round the yard."""
    units = np.array([(unit.x_m, unit.y_m) for unit in study.placed])
    lot = shapely.union_all(shapely.get_parts(study.site.lot)).buffer(-INSIDE_M, join_style="mitre")
    yard = yard_of(study).intersection(lot)
    found = []
    for area, one, more in (
        (lot, "along the {} lot line", "along the {} lot lines"),
        (yard, "on the {} side of the yard", "on the {} sides of the yard"),
    ):
        for part in shapely.get_parts(area):
            if part.geom_type == "Polygon" and not part.is_empty:
                lines = sides(part)
                outline = Outline(one, more, lines, [_compass(line) for line in lines])
                found += _of_outline(study, outline, units, ears_xy)
    if yard.geom_type == "Polygon" and not yard.is_empty and _clear(study, yard.exterior):
        found.append(Place("round the yard", shapely.LineString(yard.exterior), True))
    return found


def _of_outline(study: Study, outline: Outline, units_xy: Floats, ears_xy: Floats) -> list[Place]:
    """The sides that lie between, each by itself, and the shortest run of sides that holds them all."""
    count = len(outline.lines)
    hit = [k for k in range(count) if between(outline.lines[k], units_xy, ears_xy)]
    found = [Place(_named(outline, [k]), outline.lines[k]) for k in hit if _clear(study, outline.lines[k])]
    if len(hit) > 1:
        after = [(hit[(n + 1) % len(hit)] - hit[n]) % count or count for n in range(len(hit))]
        first = hit[(int(np.argmax(after)) + 1) % len(hit)]  # the widest gap is left open
        run = [(first + n) % count for n in range(count - max(after) + 1)]
        xy = np.vstack([shapely.get_coordinates(outline.lines[k]) for k in run])
        line = shapely.LineString(xy[np.append(True, (np.diff(xy, axis=0) != 0).any(axis=1))])
        if _clear(study, line):
            found.append(Place(_named(outline, run), line))
    return found


def _named(outline: Outline, which: list[int]) -> str:
    """The sides by their compass points; of several that face one way, which."""
    names = list(dict.fromkeys(outline.facing[k] for k in which))
    if len(which) == 1 and outline.facing.count(names[0]) > 1:
        nth = [k for k, facing in enumerate(outline.facing) if facing == names[0]].index(which[0]) + 1
        return f"{outline.one.format(names[0])} (part {nth})"
    if len(names) == 1:
        return (outline.one if len(which) == 1 else outline.more).format(names[0])
    return outline.more.format(f"{', '.join(names[:-1])} and {names[-1]}")


def yard_of(study: Study) -> BaseGeometry:
    """The smallest rectangle round all units with their clearances and a wall's thickness."""
    bodies = shapely.union_all([unit.body for unit in study.placed])
    c = study.unit.clearance
    room = max(c.front_m, c.right_m, c.back_m, c.left_m) + THICK_M
    return shapely.oriented_envelope(bodies).buffer(room, join_style="mitre")


def sides(polygon: BaseGeometry) -> list[BaseGeometry]:
    """The outer line of a polygon, counter-clockwise, parted at its corners."""
    xy = shapely.get_coordinates(shapely.orient_polygons(polygon).exterior)[:-1]
    ahead = np.diff(np.vstack([xy, xy[:1]]), axis=0)
    course = np.degrees(np.arctan2(ahead[:, 1], ahead[:, 0]))
    turn = np.abs((course - np.roll(course, 1) + 180.0) % 360.0 - 180.0)
    corners = np.flatnonzero(turn > CORNER_DEG)
    if not len(corners):
        return [shapely.LineString(np.vstack([xy, xy[:1]]))]
    return [_run(xy, int(a), int(b)) for a, b in zip(corners, np.roll(corners, -1), strict=True)]


def between(line: BaseGeometry, units_xy: Floats, ears_xy: Floats) -> bool:
    """Whether a line crosses the sight from a unit to an ear."""
    pairs = np.stack(np.broadcast_arrays(units_xy[:, None], ears_xy[None]), axis=2).reshape(-1, 2, 2)
    return bool(shapely.intersects(shapely.linestrings(pairs), line).any())


def stretch(line: BaseGeometry, start_m: float, end_m: float) -> BaseGeometry:
    """A part of a line, its ends told to a millimetre."""
    part = shapely.ops.substring(line, start_m, end_m)
    return shapely.set_precision(part, GRAIN_M, mode="pointwise")


def _run(xy: Floats, a: int, b: int) -> BaseGeometry:
    count: Ints = np.arange(a, b + 1 if b > a else b + len(xy) + 1) % len(xy)
    return shapely.LineString(xy[count])


def _clear(study: Study, line: BaseGeometry) -> bool:
    """Whether a wall can stand there: no building in its way, and long enough to matter."""
    near = any(line.dwithin(building, THICK_M / 2) for building in study.site.buildings)
    return not near and line.length >= SHORTEST_M


def _compass(line: BaseGeometry) -> str:
    """The compass point to which a side faces, its polygon to the left."""
    (x0, y0), *_, (x1, y1) = shapely.get_coordinates(line)
    outward = math.degrees(math.atan2(y1 - y0, x1 - x0)) - 90.0
    return POINTS[round(outward / 45.0) % 8]
