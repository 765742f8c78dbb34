"""A layout of which units are taken away until a way from the street reaches all others."""

import heapq
from collections import defaultdict

import numpy as np
import shapely
from numpy.typing import NDArray

from siting.model import Ints, Poses, Site
from siting.placement.aisle import Bools, Middles, fronts, grown_bodies, reached_units, way_middles

TOUCH_M = 1e-6
NOWHERE = -1

Shapes = NDArray[np.object_]


def opened(site: Site, poses: Poses, chosen: Ints, aisle_m: float) -> Ints:
    """A layout less the few units that bar the way to others, or that none can reach.

    One pocket after the other, first the one whose opening gains most: the units on the way that passes the fewest are taken
    away, or the pocket's own where those are fewer. What was taken away comes back where it bars nothing in the end.

    Returns
    -------
    (n,) int64
        The units that are left, in their order; a way reaches every one.
    """
    middles, stays = way_middles(site, aisle_m), np.ones(len(chosen), bool)
    while not (reached := reached_units(middles, poses, chosen[stays], aisle_m)).all():
        here = np.flatnonzero(stays)
        stays[here[_in_the_way(middles, poses, chosen[here], ~reached, aisle_m)]] = False
    for unit in np.flatnonzero(~stays):
        stays[unit] = True
        stays[unit] = reached_units(middles, poses, chosen[stays], aisle_m).all()
    return chosen[stays]


def _in_the_way(middles: Middles, poses: Poses, chosen: Ints, cut: Bools, aisle_m: float) -> list[int]:
    """Which units to take away for the pocket that gains most by it; `cut` (n,) are those that no way reaches."""
    boxes = grown_bodies(poses, chosen, middles.half_m)
    pieces = shapely.get_parts(middles.free.difference(shapely.union_all(boxes)))
    nodes = np.concatenate((pieces, shapely.intersection(boxes, middles.free)))
    from_street = np.flatnonzero(shapely.intersects(pieces, middles.beyond))
    before, cost = _fewest_units(nodes, len(pieces), from_street.tolist())
    pockets: dict[int, list[int]] = defaultdict(list)
    for unit, ends in zip(np.flatnonzero(cut), fronts(poses, chosen[cut], aisle_m), strict=True):
        there = shapely.dwithin(nodes, shapely.points(ends)[:, None], TOUCH_M).any(axis=0)
        there[len(pieces) + unit] = False
        end = min(np.flatnonzero(there), key=lambda node: (cost[node], node), default=NOWHERE)
        pockets[int(end) if end != NOWHERE and np.isfinite(cost[end]) else NOWHERE].append(int(unit))
    best: tuple[int, int] | None = None
    for end in sorted(pockets):
        own, barring = pockets[end], []
        while end >= 0:
            if end >= len(pieces):
                barring.append(end - len(pieces))
            end = before[end]
        take = barring if 0 < len(barring) <= len(own) else own
        gain = (len(own) - len(take), -len(take))
        if best is None or gain > best:
            best, taken = gain, take
    return taken


def _fewest_units(nodes: Shapes, pieces: int, starts: list[int]) -> tuple[list[int], list[float]]:
    """The node before each on the way from the street that passes the fewest units, and how many those are.

    Nodes are pieces of free ground, then the ground that each unit bars; a way goes on where two touch.
    """
    beside: dict[int, list[int]] = defaultdict(list)
    for a, b in shapely.STRtree(nodes).query(nodes, predicate="dwithin", distance=TOUCH_M).T.tolist():
        if a != b and max(a, b) >= pieces:
            beside[a].append(b)
    before, cost = [NOWHERE] * len(nodes), [np.inf] * len(nodes)
    heap = [(0, start) for start in starts]
    for start in starts:
        cost[start] = 0
    while heap:
        units, node = heapq.heappop(heap)
        if units > cost[node]:
            continue
        for other in sorted(beside[node]):
            with_it = units + (other >= pieces)
            if with_it < cost[other]:
                cost[other], before[other] = with_it, node
                heapq.heappush(heap, (with_it, other))
    return before, cost
