"""A layout of which units are taken away until a way from the street reaches all others."""

import heapq
from itertools import pairwise

import numpy as np
import shapely

from siting.model import Ints, Poses, Site
from siting.placement.aisle import Bools, Middles, Shapes, fronts, grown_bodies, reached_units, way_middles

TOUCH_M = 1e-6

Units = frozenset[int]
Lists = list[list[int]]


def opened(site: Site, poses: Poses, chosen: Ints, aisle_m: float) -> Ints:
    """A layout less the few units that bar the way to others, or that none can reach.

    The ground is cut along the boxes that units bar, and for each unit that is cut off the way is looked for that the fewest bar.
    Where taking these away opens as many units as it costs, they go, else the unit that most others bar. What was taken away
    comes back where it bars nothing in the end.

    Returns
    -------
    (n,) int64
        The units that are left, in their order; a way reaches every one.
    """
    middles, stays = way_middles(site, aisle_m), np.ones(len(chosen), bool)
    if reached_units(middles, poses, chosen, aisle_m).all():
        return chosen
    boxes = grown_bodies(poses, chosen, middles.half_m)
    faces = _faces(middles, boxes)
    covers, beside = _covers(faces, boxes), _beside(faces)
    starts = np.flatnonzero(shapely.intersects(faces, middles.beyond)).tolist()
    lines = fronts(poses, chosen, aisle_m)
    ends = [
        np.flatnonzero(shapely.dwithin(faces, some[:, None], TOUCH_M).any(axis=0)).tolist() for some in lines
    ]
    while take := _next(_barring(covers, beside, starts), ends, stays):
        stays[list(take)] = False
        covers = [cover - take for cover in covers]
    stays[stays] = reached_units(middles, poses, chosen[stays], aisle_m)
    for unit in np.flatnonzero(~stays):
        stays[unit] = True
        stays[unit] = reached_units(middles, poses, chosen[stays], aisle_m).all()
    return chosen[stays]


def _next(barring: list[Units | None], ends: Lists, stays: Bools) -> Units:
    """The units to take away next, none where all that stand are reached; `ends` are the faces before the front of each unit."""
    cut = {}
    for unit in np.flatnonzero(stays).tolist():
        ways = [way for face in ends[unit] if (way := barring[face]) is not None and unit not in way]
        fewest = min(ways, key=_order, default=Units([unit]))
        if fewest:
            cut[unit] = fewest
    gains = {way: sum(other <= way for other in cut.values()) - len(way) for way in cut.values()}
    best = min(gains, key=lambda way: (-gains[way], _order(way)), default=Units())
    return best if not cut or gains[best] >= 0 else Units([max(cut, key=lambda unit: (len(cut[unit]), unit))])


def _barring(covers: list[Units], beside: Lists, starts: list[int]) -> list[Units | None]:
    """The units that bar the way from the street to each face, by the faces that the fewest bar; None where there is no way.

    Parameters
    ----------
    covers : list of frozenset
        The units that bar each face.
    beside : list of lists
        The faces next to each.
    starts : list of int
        Faces beyond the street line.
    """
    barring: list[Units | None] = [None] * len(covers)
    fewest = [len(covers) + 1] * len(covers)
    heap: list[tuple[int, int, Units]] = [(len(covers[face]), face, covers[face]) for face in starts]
    heapq.heapify(heap)
    while heap:
        _, face, way = heapq.heappop(heap)
        if barring[face] is not None:
            continue
        barring[face] = way
        for other in beside[face]:
            longer = way | covers[other]
            if barring[other] is None and len(longer) < fewest[other]:
                fewest[other] = len(longer)
                heapq.heappush(heap, (len(longer), other, longer))
    return barring


def _faces(middles: Middles, boxes: Shapes) -> Shapes:
    """The ground of a way in pieces along the outlines of boxes."""
    lines = shapely.union_all(shapely.boundary([middles.free, *boxes]))
    pieces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inside = shapely.point_on_surface(pieces)
    shapely.prepare(middles.free)
    return np.asarray(pieces[shapely.contains(middles.free, inside)], dtype=np.object_)


def _covers(faces: Shapes, boxes: Shapes) -> list[Units]:
    """Which boxes each face lies in."""
    covers: list[set[int]] = [set() for _ in faces]
    for face, box in (
        shapely.STRtree(boxes).query(shapely.point_on_surface(faces), predicate="within").T.tolist()
    ):
        covers[face].add(box)
    return [Units(cover) for cover in covers]


def _beside(faces: Shapes) -> Lists:
    """Which faces share a piece of outline with each: cut along the same lines, they have its corners in common."""
    rings, face = shapely.get_rings(faces, return_index=True)
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    run = np.flatnonzero(ring[1:] == ring[:-1])
    ends = np.stack((coords[run] @ (1, 1j), coords[run + 1] @ (1, 1j)), axis=1)
    _, side = np.unique(np.sort(ends, axis=1), axis=0, return_inverse=True)
    order = np.argsort(side.ravel(), kind="stable")
    beside: Lists = [[] for _ in faces]
    for a, b in pairwise(order.tolist()):
        if side.flat[a] == side.flat[b]:
            one, other = int(face[ring[run[a]]]), int(face[ring[run[b]]])
            beside[one].append(other)
            beside[other].append(one)
    return beside


def _order(way: Units) -> tuple[int, list[int]]:
    return len(way), sorted(way)
