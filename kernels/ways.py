"""The ways of sound from source to receiver past all that stands between: over the top, left and right (ISO 9613-2:1996, 7.4).

A path is straight, or reflected and has two legs; it is then unfolded: t counts along both legs, and what stands on the first leg
is mirrored.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels.band import NO_WAY, Way, over_the_top, sort_points
from kernels.below_sight import edge_below, stands_over
from kernels.cache import inlined, kernel, lean, lean_inlined
from kernels.closed import shuts_in
from kernels.lateral import side_way
from kernels.obstacles import TERRAIN, Crossings, Obstacles, find_edges, make_crossings
from kernels.pool import Frame, Pool, make_pool
from kernels.screening import weather_factor
from kernels.surface import Surface, make_march, profile_above

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WAY_VALUES = 10
SHORT_M = 1e-6  # on a leg shorter than this nothing stands


class Screens(NamedTuple):
    """What can stand in the way and by which rules.

    Attributes
    ----------
    obstacles : Obstacles
    surface : Surface
        Terrain as a raster; a triangulated one is among the obstacles.
    reach : float
        Greatest detour below the line of sight that still screens, metres: lambda / 10 of the lowest band, or 0 where only edges
        that break the line of sight count.
    side_limit : float
        A way round is dropped where it is farther from the line of sight than so many times the way over the top.
    """

    obstacles: Obstacles
    surface: Surface
    reach: float
    side_limit: float


class Room(NamedTuple):
    """Room for the arithmetic of one path."""

    crossings: Crossings
    roofs: Crossings
    pool: Pool
    t: Floats
    z: Floats
    hull: Ints
    march: tuple[Ints, Floats, Floats]


class Path(NamedTuple):
    """A straight path, or one that is reflected at (dx, dy) as seen from the source; metres, heights absolute.

    Seen from there, since far from the origin an absolute place is known to a nanometre only, and near a wall that is heard.
    """

    xs: float
    ys: float
    zs: float
    xr: float
    yr: float
    zr: float
    bent: bool
    dx: float
    dy: float


class Ways(NamedTuple):
    """The three ways, Kmet of the one over the top, and the width of all that screens; `top.detour` is nan where nothing does.

    The width is ll + lr of 7.4, across the line of sight; inf where there is no way round on one of the sides.
    """

    top: Way
    left: Way
    right: Way
    kmet: float
    width: float


@kernel
def make_room(screens: Screens) -> Room:
    """Room for one path at a time among these screens."""
    crossings = make_crossings(screens.obstacles, 2)
    march = make_march(screens.surface)
    points = len(crossings.t) + 4 * (screens.surface.z.shape[0] + screens.surface.z.shape[1]) + 8
    return Room(
        crossings,
        make_crossings(screens.obstacles, 1),
        make_pool(screens.obstacles, crossings),
        np.empty(points),
        np.empty(points),
        np.empty(points + 1, np.int64),
        march,
    )


@inlined
def legs_of(path: Path) -> tuple[float, float, float, float]:
    """Lengths in plan of the first leg, 0 on a straight path, and of the last, and the place at which the last begins."""
    first = np.sqrt(path.dx * path.dx + path.dy * path.dy)
    last = np.sqrt((path.xr - path.xs - path.dx) ** 2 + (path.yr - path.ys - path.dy) ** 2)
    return first, last, path.xs + path.dx, path.ys + path.dy


@lean_inlined
def leg_frame(x: float, y: float, t: float, ux: float, uy: float, mirror: float) -> Frame:
    """Frame of a leg through (x, y), which is t metres along the path, in the direction (ux, uy); mirror -1 turns it over."""
    return x, y, t, ux, uy, -mirror * uy, mirror * ux


@lean
def find_ways(path: Path, screens: Screens, room: Room) -> Ways:
    """The ways past everything on one path."""
    first_leg, second_leg, fx, fy = legs_of(path)
    plan = first_leg + second_leg
    if second_leg < SHORT_M or (path.bent and first_leg < SHORT_M):
        return Ways(NO_WAY, NO_WAY, NO_WAY, 1.0, np.inf)
    rise = path.zr - path.zs
    slope = rise / plan
    zp = path.zs + slope * first_leg
    ux, uy = (path.xr - path.xs - path.dx) / second_leg, (path.yr - path.ys - path.dy) / second_leg
    frame = leg_frame(path.xs, path.ys, 0.0, ux, uy, 1.0)
    mirrored = frame
    sink = 0.0
    if screens.reach > 0.0:
        square = plan * plan + rise * rise
        straight = np.sqrt(square)
        sink = 0.5 * np.sqrt((straight + screens.reach) ** 2 - square) * straight / plan
    count = found = 0
    if path.bent:
        vx, vy = path.dx / first_leg, path.dy / first_leg
        mirrored = leg_frame(path.xs, path.ys, 0.0, vx, vy, -1.0)
        frame = leg_frame(path.xr, path.yr, plan, ux, uy, 1.0)
        count = profile_above(
            screens.surface,
            path.xs,
            path.ys,
            path.zs,
            fx,
            fy,
            zp,
            0.0,
            count,
            room.t,
            room.z,
            room.march,
        )
        found = find_edges(
            path.xs,
            path.ys,
            path.zs,
            vx,
            vy,
            first_leg,
            zp,
            sink,
            0.0,
            found,
            screens.obstacles,
            room.crossings,
        )
    count = profile_above(
        screens.surface, fx, fy, zp, path.xr, path.yr, path.zr, first_leg, count, room.t, room.z, room.march
    )
    found = find_edges(
        fx, fy, zp, ux, uy, second_leg, path.zr, sink, first_leg, found, screens.obstacles, room.crossings
    )
    if count == 0 and found == 0:
        return Ways(NO_WAY, NO_WAY, NO_WAY, 1.0, np.inf)
    return combine(path, plan, slope, first_leg, frame, mirrored, count, found, screens, room)


@lean_inlined
def combine(
    path: Path,
    plan: float,
    slope: float,
    first_leg: float,
    frame: Frame,
    mirrored: Frame,
    count: int,
    found: int,
    screens: Screens,
    room: Room,
) -> Ways:
    """The ways, from `count` terrain points above the line of sight in the room and `found` crossings of edges."""
    crossings, obstacles = room.crossings, screens.obstacles
    terrain = count > 0
    sorted_points = count
    objects = False
    for k in range(found):
        t, z = crossings.t[k], crossings.z[k]
        if z > path.zs + slope * t:
            room.t[count], room.z[count] = t, z
            count += 1
            if obstacles.kind[obstacles.owner[crossings.edge[k]]] == TERRAIN:
                terrain = True
            else:
                objects = True
    plane, drop = path.zs, 0.0
    if count > 0:
        sort_points(room.t, room.z, sorted_points, count)
        top = over_the_top(plan, path.zs, path.zr, room.t, room.z, count, room.hull)
    else:
        top, drop = edge_below(path.zs, path.zr, plan, slope, found, screens.reach, obstacles, crossings)
        plane -= drop
        if top.detour == top.detour and (
            stands_over(path.xs, path.ys, plane, path.zs, obstacles, room.roofs)
            or stands_over(path.xr, path.yr, plane + slope * plan, path.zr, obstacles, room.roofs)
        ):
            top = NO_WAY
    left, right, width = NO_WAY, NO_WAY, np.inf
    if top.detour != top.detour:
        return Ways(NO_WAY, NO_WAY, NO_WAY, 1.0, np.inf)
    sides = not terrain and (objects or count == 0)
    if sides and (
        path.bent or not shuts_in(plan, plane, slope, frame, crossings, found, obstacles, room.pool)
    ):
        left = side_way(
            1.0, frame, mirrored, first_leg, plan, plane, slope, crossings, found, obstacles, room.pool
        )
        right = side_way(
            -1.0, frame, mirrored, first_leg, plan, plane, slope, crossings, found, obstacles, room.pool
        )
        if left.detour == left.detour and right.detour == right.detour:
            width = left.offset + right.offset
        if top.detour > 0.0:
            limit = screens.side_limit * top.offset
            left = left if left.offset <= limit else NO_WAY
            right = right if right.offset <= limit else NO_WAY
    straight = np.sqrt(plan * plan + (path.zr - path.zs) ** 2)
    kmet = weather_factor(top.first, top.last, straight, top.detour)
    return Ways(top, left, right, kmet, width)


def trace_rows(sources: Floats, receivers: Floats, first: int, stop: int, screens: Screens) -> Floats:
    """(S, stop - first, 10) the ways from sources (S, 5) to receivers (4, R), as `keep_ways` has them."""
    paths = np.full((len(sources), stop - first, 8), np.nan)
    paths[:, :, 0:3] = sources[:, None, 0:3]
    paths[:, :, 3:6] = receivers[0:3, first:stop].T
    return trace_paths(paths.reshape(-1, 8), screens).reshape(len(sources), stop - first, WAY_VALUES)


@kernel
def trace_paths(paths: Floats, screens: Screens) -> Floats:
    """(n, 10) the ways of paths (n, 8): source x, y, z, receiver x, y, z, and the bend from the source or nan."""
    room = make_room(screens)
    kept = np.empty((len(paths), WAY_VALUES))
    for i in range(len(paths)):
        keep_ways(find_ways(path_of(paths[i]), screens, room), kept[i])
    return kept


@inlined
def path_of(row: Floats) -> Path:
    """A path from its row of eight values."""
    bent = row[6] == row[6]
    dx, dy = (row[6], row[7]) if bent else (0.0, 0.0)
    return Path(row[0], row[1], row[2], row[3], row[4], row[5], bent, dx, dy)


@inlined
def keep_ways(ways: Ways, kept: Floats) -> None:
    """Write z and e over the top, Kmet, z and e on the left and on the right, the width, dss and dsr; nan for no way."""
    kept[0], kept[1], kept[2] = ways.top.detour, ways.top.thickness, ways.kmet
    kept[3], kept[4] = ways.left.detour, ways.left.thickness
    kept[5], kept[6] = ways.right.detour, ways.right.thickness
    kept[7], kept[8], kept[9] = ways.width, ways.top.first, ways.top.last
