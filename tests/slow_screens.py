"""What stands between two points, in plan coordinates of a path (t along, s to the left), and the rubber band over its top.

ISO 9613-2:1996, 7.4, with ISO/TR 17534-3:2015: the slow twin, in plain floats.
"""

import itertools
import math
from typing import NamedTuple

import slow_land
from shapely.geometry.polygon import orient

TOUCH = 1e-9  # metres; what is closer than this is at one place


class Body(NamedTuple):
    """A whole building, or one segment of a wall."""

    kind: str  # "building" or "wall"
    id: str
    rings: list  # of a building: outline and holes, closed, material on the left; of a wall: its two ends
    tops: tuple  # of a building: its roof, twice; of a wall: at its two ends
    absorption: tuple | None


class Leg(NamedTuple):
    """A straight piece of a path in plan; `mirror` is the line (two points) across which its surroundings are unfolded."""

    start: tuple
    stop: tuple
    mirror: tuple | None


class Track(NamedTuple):
    """A path from source to receiver, unfolded to one straight line; `bounce` is the body and edge that it leaves out."""

    legs: list
    zs: float
    zr: float
    bounce: tuple | None = None  # (number of the body, ring, edge)

    @property
    def dp(self):
        return sum(math.dist(leg.start, leg.stop) for leg in self.legs)

    @property
    def slope(self):
        return (self.zr - self.zs) / self.dp

    @property
    def d(self):
        return math.hypot(self.dp, self.zr - self.zs)

    def sight(self, t):
        """Height of the line of sight."""
        return self.zs + self.slope * t


class Bend(NamedTuple):
    """A way over or round what stands between: detour z, first and last stretch, e between, and the greatest offset."""

    z: float
    dss: float
    dsr: float
    e: float
    offset: float
    lowered: float = 0.0  # how far below the line of sight the edge lies that gives z


def bodies(scene, land):
    """Buildings and wall segments with their absolute tops."""
    found = []
    for part in scene.buildings:
        outline = orient(part.outline)
        rings = [list(ring.coords) for ring in (outline.exterior, *outline.interiors)]
        top = part.top_m
        if top is None:
            top = part.height_m + min(slow_land.height(land, *point) for ring in rings for point in ring)
        found.append(Body("building", part.id, rings, (top, top), part.absorption))
    for part in scene.walls:
        points = wall_top(part, land)
        for (*a, top_a), (*b, top_b) in itertools.pairwise(points):
            found.append(Body("wall", part.id, [[tuple(a), tuple(b)]], (top_a, top_b), part.absorption))
    return found


def wall_top(wall, land):
    """(x, y, absolute top) of a wall's corners; one that is given by its height follows the bends of the ground."""
    line = [point[:2] for point in wall.line.coords]
    if wall.height_m is None:
        return [
            (*point, top) for point, top in zip(line, wall.tops_m or [wall.top_m] * len(line), strict=True)
        ]
    points = []
    for a, b in itertools.pairwise(line):
        for t, z in slow_land.profile(land, a, b)[bool(points) :]:
            share = t / math.dist(a, b)
            points.append((*(p + share * (q - p) for p, q in zip(a, b, strict=True)), z + wall.height_m))
    return points


def mirrored(point, line):
    """The point on the other side of a line."""
    (ax, ay), (bx, by) = line
    ux, uy = bx - ax, by - ay
    share = ((point[0] - ax) * ux + (point[1] - ay) * uy) / (ux * ux + uy * uy)
    return 2 * (ax + share * ux) - point[0], 2 * (ay + share * uy) - point[1]


def windows(track):
    """For each leg: where it begins and ends along the path, and the function that takes a point to (t, s)."""
    last, before, found = track.legs[-1], 0.0, []
    for leg in track.legs:
        length = math.dist(leg.start, leg.stop)
        axis = [
            (b - a) / math.dist(last.start, last.stop) for a, b in zip(last.start, last.stop, strict=True)
        ]
        start = leg.start if leg.mirror is None else mirrored(leg.start, leg.mirror)

        def to_plan(point, leg=leg, start=start, axis=axis, before=before):
            x, y = point if leg.mirror is None else mirrored(point, leg.mirror)
            x, y = x - start[0], y - start[1]
            return before + x * axis[0] + y * axis[1], y * axis[0] - x * axis[1]

        found.append((before, before + length, to_plan))
        before += length
    return found


def crossings(points, tops, skip=None):
    """(t, height of the top) where the line of points crosses the path's line; edge number `skip` left out."""
    found = []
    for k in range(len(points) - 1):
        (t0, s0), (t1, s1) = points[k : k + 2]
        if k != skip and (s0 > 0) != (s1 > 0):
            share = s0 / (s0 - s1)
            found.append((t0 + share * (t1 - t0), tops[0] + share * (tops[1] - tops[0])))
    return found


def under_the_path(track, everything):
    """What stands in the vertical plane, as (first t, last t, top): walls as points, roofs as stretches."""
    found = []
    for first, last, to_plan in windows(track):
        for number, body in enumerate(everything):
            rings = [[to_plan(point) for point in ring] for ring in body.rings]
            if body.kind == "building":
                at = sorted(t for ring in rings for t, _ in crossings(ring, body.tops))
                cut = [
                    (max(a, first), min(b, last), body.tops[0])
                    for a, b in zip(at[::2], at[1::2], strict=True)
                ]
                found += [(a, b, top) for a, b, top in cut if b - a > TOUCH]
            else:
                skip = 0 if track.bounce and track.bounce[0] == number else None
                met = crossings(rings[0], body.tops, skip)
                found += [(t, t, top) for t, top in met if first < t < last]
    return found


def ground_under(track, land):
    """(t, height) of the ground's profile under the path, both ends included."""
    points, before = [], 0.0
    for leg in track.legs:
        points += [(before + t, z) for t, z in slow_land.profile(land, leg.start, leg.stop)]
        before = points[-1][0]
    return points


def over_the_top(track, stretches, ground, edges_below_sight=True):
    """The way over the top, None where nothing screens; and whether walls or buildings alone make it."""
    inside = [(t, top) for a, b, top in stretches for t in (a, b) if 0 < t < track.dp]
    terrain = [(t, z) for t, z in ground if 0 < t < track.dp and z > track.sight(t)]
    above = [(t, top) for t, top in inside if top > track.sight(t)]
    if above or terrain:
        return rubber_band(track, above + terrain), not terrain
    if not edges_below_sight or not stretches:
        return None, False
    return max((below_sight(track, *stretch) for stretch in stretches), key=lambda bend: bend.z), True


def rubber_band(track, points):
    """Upper convex hull of source, receiver and points above the line of sight."""
    band = []
    for t, z in [(0.0, track.zs), *sorted(points), (track.dp, track.zr)]:
        while len(band) > 1 and _left_turn(band[-2], band[-1], (t, z)):
            band.pop()
        band.append((t, z))
    steps = [math.dist(a, b) for a, b in itertools.pairwise(band)]
    offset = max(z - track.sight(t) for t, z in band[1:-1]) * track.dp / track.d
    between = sum(steps[1:-1])
    return Bend(
        max(0.0, sum(steps) - track.d), steps[0], steps[-1], between if between > TOUCH else 0.0, offset
    )


def _left_turn(a, b, c):
    """Whether b lies on or below the line from a to c."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) >= 0


def below_sight(track, first, last, top):
    """The shortest way that touches a roof or the top of a wall below the line of sight."""
    down, up = abs(track.zs - top), abs(track.zr - top)
    t = first if down + up == 0 else min(max(track.dp * down / (down + up), first), last)
    dss, dsr = math.hypot(t, track.zs - top), math.hypot(track.dp - t, track.zr - top)
    return Bend(-(dss + dsr - track.d), dss, dsr, 0.0, 0.0, track.sight(t) - top)


def dz(bend, wavelength, d, over_the_top):
    """Dz, eq. 14, with its caps over the top."""
    if bend.z <= -2 * wavelength / 20:
        return 0.0
    c3 = 1.0
    if bend.e > 0:
        c3 = (1 + (5 * wavelength / bend.e) ** 2) / (1 / 3 + (5 * wavelength / bend.e) ** 2)
    value = 10 * math.log10(3 + 20 / wavelength * c3 * bend.z * (kmet(bend, d) if over_the_top else 1.0))
    return min(value, 25.0 if bend.e > 0 else 20.0) if over_the_top else value


def kmet(bend, d):
    """Meteorological correction of screening, eq. 18, over the top."""
    return math.exp(-math.sqrt(bend.dss * bend.dsr * d / (2 * bend.z)) / 2000) if bend.z > 0 else 1.0


def screening(top, sides, width, agr, wavelength, d):
    """Abar in one band, of each way alone (over the top, left, right), and Dz over the top; inf where there is no such way.

    What stands in the way screens only where its width across the line of sight, ll + lr, is greater than the wavelength (7.4).
    """
    if top is None or width <= wavelength:
        return 0.0, [math.inf] * 3, math.inf
    over = dz(top, wavelength, d, over_the_top=True)
    round_it = [math.inf if side is None else dz(side, wavelength, d, over_the_top=False) for side in sides]
    ways = [max(0.0, over - agr) if agr > 0 else over, *round_it]
    whole = 0.0 if over == 0 else max(0.0, -10 * math.log10(sum(10 ** (-way / 10) for way in ways)))
    return whole, ways, over
