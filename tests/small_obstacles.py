"""Walls, buildings and terrain edges as the kernels' obstacles, the medium that they make, and the paths through it."""

import math
from typing import NamedTuple

import numpy as np
from numba import config
from shapely import Polygon
from shapely.geometry.polygon import orient

from kernels.bands import BANDS
from kernels.medium import open_medium
from kernels.obstacles import BUILDING, TERRAIN, WALL, make_obstacles
from kernels.reflectors import make_reflectors
from kernels.surface import no_surface
from kernels.transfer import list_paths
from kernels.ways import Path, Screens, find_ways, make_room
from kernels.zones import uniform_zones

COMPILED = not config.DISABLE_JIT  # loops are shorter without the compiler
WAVELENGTH = 340 / (62.5 * 2.0 ** np.arange(BANDS))
REACH = WAVELENGTH[0] / 10  # z >= -2 lambda / 20
NO_ALPHA = np.zeros(BANDS)


class Thing(NamedTuple):
    """One object: its edges (n, 6), and what it absorbs, None where nothing is reflected."""

    kind: int
    edges: np.ndarray
    absorption: float | None


def wall(points, tops, absorption=None):
    """The segments of a wall; one top, or one a vertex."""
    xy = np.array(points, float)
    z = np.broadcast_to(np.array(tops, float), len(xy))[:, None]
    rows = np.hstack([xy[:-1], z[:-1], xy[1:], z[1:]])
    return [Thing(WALL, row[None], absorption) for row in rows]


def building(outline, top, absorption=None):
    """A building with holes, from a polygon or its corners."""
    turned = orient(outline if isinstance(outline, Polygon) else Polygon(outline))
    rows = []
    for ring in (turned.exterior, *turned.interiors):
        xy = np.array(ring.coords)
        z = np.full((len(xy) - 1, 1), float(top))
        rows.append(np.hstack([xy[:-1], z, xy[1:], z]))
    return [Thing(BUILDING, np.vstack(rows), absorption)]


def ridge(points, tops):
    """Terrain edges along a line."""
    return [part._replace(kind=TERRAIN) for part in wall(points, tops)]


def obstacles(things):
    """The kernels' obstacles of many things, in their order."""
    count = [len(thing.edges) for thing in things]
    edges = np.vstack([np.empty((0, 6)), *(thing.edges for thing in things)])
    return make_obstacles(edges, np.repeat(np.arange(len(things)), count), [thing.kind for thing in things])


def screens(things, reach=REACH, side_limit=np.inf, surface=None):
    """Screens of things on level ground, or on a surface."""
    return Screens(obstacles(things), surface or no_surface(), float(reach), float(side_limit))


def straight(source, receiver):
    """A straight path between two points (x, y, z)."""
    return Path(*map(float, source), *map(float, receiver), False, 0.0, 0.0)


def ways(things, source, receiver, bend=None, **settings):
    """The ways from source to receiver, (x, y, z) each, past things; by a reflection at `bend` (x, y)."""
    among = screens(things, **settings)
    path = straight(source, receiver)
    if bend is not None:
        path = path._replace(bent=True, dx=float(bend[0]) - path.xs, dy=float(bend[1]) - path.ys)
    return find_ways(path, among, make_room(among))


def reflectors(things, ground=0.0):
    """The faces of all things but terrain, their feet at one height, or (E, 2) at those of the ends of all edges."""
    stands = [(k, thing) for k, thing in enumerate(things) if thing.kind != TERRAIN]
    edges = np.vstack([np.empty((0, 6)), *(thing.edges for _, thing in stands)])
    owner = np.repeat([k for k, _ in stands], [len(thing.edges) for _, thing in stands]).astype(int)
    absorbed = [np.nan if things[k].absorption is None else things[k].absorption for k in owner]
    return make_reflectors(
        edges[:, [0, 1, 3, 4]],
        edges[:, [2, 5]],
        np.broadcast_to(ground, (len(edges), 2)),
        owner,
        np.array([things[k].kind == WALL for k in owner], bool),
        np.tile(np.array(absorbed, float)[:, None], (1, BANDS)),
    )


def medium(things=(), g=0.0, alpha=NO_ALPHA, ground=0.0, **settings):
    """Things in the open; ground of one factor, or zones. `settings` are fields of Medium or of Screens."""
    rules = {key: settings.pop(key) for key in ("reach", "side_limit", "surface") if key in settings}
    zones = uniform_zones(g) if isinstance(g, float | int) else g
    return open_medium(zones, np.asarray(alpha, float))._replace(
        screens=screens(things, **rules),
        reflectors=reflectors(list(things), ground),
        wavelength=WAVELENGTH,
        **settings,
    )


class Listed(NamedTuple):
    """One path: the reflector's number or -1, its band terms (13, 8) and its single values (17,)."""

    reflector: int
    bands: np.ndarray
    single: np.ndarray


def paths(source, receiver, between, pattern=None):
    """All paths of a source (x, y, z, ground, heading) to a receiver (x, y, z, ground)."""
    which, bands, single = list_paths(source, receiver, pattern, between)
    return [Listed(int(which[k]), bands[k], single[k]) for k in range(len(which))]


def no_way(way):
    """Whether there is no such way."""
    return math.isnan(way.detour)
