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
    ring: bool


def wall_places(study: Study) -> list[Place]:
    """Sides of the lot line, sides of the yard, and the ring round it."""
    lot = shapely.union_all(shapely.get_parts(study.site.lot)).buffer(-INSIDE_M, join_style="mitre")
    found = [
        Place(f"along the {_compass(side)} lot line", cut, False)
        for part in shapely.get_parts(lot)
        for side in sides(part)
        if (cut := _clear(study, side)) is not None
    ]
    yard = yard_of(study).intersection(lot)
    for part in shapely.get_parts(yard):
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        for side in sides(part):
            if (cut := _clear(study, side)) is not None:
                found.append(Place(f"on the {_compass(side)} side of the yard", cut, False))
        if len(shapely.get_parts(yard)) == 1 and _clear(study, part.exterior) is not None:
            found.append(Place("round the yard", shapely.LineString(part.exterior), True))
    return _told_apart(found)


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


def between(place: Place, units_xy: Floats, ears_xy: Floats) -> bool:
    """Whether the line crosses the sight from a unit to an ear."""
    if place.ring:
        return True
    pairs = np.stack(np.broadcast_arrays(units_xy[:, None], ears_xy[None]), axis=2).reshape(-1, 2, 2)
    return bool(shapely.intersects(shapely.linestrings(pairs), place.line).any())


def stretch(line: BaseGeometry, start_m: float, end_m: float) -> BaseGeometry:
    """A part of a line, its ends told to a millimetre."""
    part = shapely.ops.substring(line, start_m, end_m)
    return shapely.set_precision(part, GRAIN_M, mode="pointwise")


def _run(xy: Floats, a: int, b: int) -> BaseGeometry:
    count: Ints = np.arange(a, b + 1 if b > a else b + len(xy) + 1) % len(xy)
    return shapely.LineString(xy[count])


def _clear(study: Study, line: BaseGeometry) -> BaseGeometry | None:
    """The line where no building stands in its way; None where one does, or where it is too short to matter."""
    if line.length < SHORTEST_M or any(line.dwithin(b, THICK_M / 2) for b in study.site.buildings):
        return None
    return line


def _compass(line: BaseGeometry) -> str:
    """The compass point to which a side faces, its polygon to the left."""
    (x0, y0), *_, (x1, y1) = shapely.get_coordinates(line)
    outward = math.degrees(math.atan2(y1 - y0, x1 - x0)) - 90.0
    return POINTS[round(outward / 45.0) % 8]


def _told_apart(places: list[Place]) -> list[Place]:
    """Places of one name with their numbers."""
    names = [place.where for place in places]
    seen: dict[str, int] = {}
    out = []
    for place in places:
        if names.count(place.where) > 1:
            seen[place.where] = seen.get(place.where, 0) + 1
            place = place._replace(where=f"{place.where} (part {seen[place.where]})")
        out.append(place)
    return out
