"""A way of a given width from the street to every unit's front.

The middle of the way has to keep half its width from whatever stands: it lies in the lot, shrunk by that, without the bodies,
grown by that as boxes. It may begin anywhere on the street line, and crosses neither buildings, walls, yard items nor keep-outs.

Where all clearances are at least the width w, no units ever cut another off. Two bodies are then w apart along x or along y, so
bodies grown by w/2 are disjoint boxes. Body and clearance stand on free ground, so the middle of the way can follow each box all
the way round. So a way that any set of boxes bars is led round each of them in turn, and a unit is reached if its pose is.
Where a clearance is less than w, or reaches over a keep-out, a layout has to be looked at as a whole.
"""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from siting.model import Floats, Ints, Poses, Site
from siting.placement.poses import clear_ground

AISLE_M = 0.9144  # 3 ft: the depth of working space at electrical equipment up to 150 V to ground, NEC 110.26
# of half the width: makes up for chords that cut arcs, and lets a gap of just the width through
NARROW = 0.995

Bools = NDArray[np.bool_]
Shapes = NDArray[np.object_]


class Middles(NamedTuple):
    """Where the middle of a way may lie while no unit stands.

    Attributes
    ----------
    free : polygons
        All such ground, beyond the street line too.
    beyond : polygons
        The part that lies beyond the street line, from which every way comes.
    half_m : float
        What the middle keeps from bodies.
    """

    free: BaseGeometry
    beyond: BaseGeometry
    half_m: float


def way_middles(site: Site, aisle_m: float) -> Middles:
    """Where the middle of a way of some width, more than 0, may lie while no unit stands."""
    half = NARROW * aisle_m / 2
    line = site.lot.boundary if site.street.is_empty else site.street
    ground = clear_ground(site).union(line.buffer(aisle_m, cap_style="flat", join_style="mitre"))
    there = (*site.buildings, *site.walls, *site.items, *site.keep_outs)
    free = ground.difference(shapely.union_all(np.array(there, dtype=np.object_))).buffer(-half)
    return Middles(free, free.difference(site.lot), half)


def reachable_poses(site: Site, poses: Poses, aisle_m: float) -> Bools:
    """Which poses (n,) a way reaches while no unit stands in it."""
    reached, _ = from_street(way_middles(site, aisle_m), shapely.Polygon())
    return _any_front(reached, poses, np.arange(len(poses)), aisle_m)


def cut_off_m2(site: Site, aisle_m: float) -> float:
    """How much of the buildable area no way reaches though it is wide enough there."""
    middles = way_middles(site, aisle_m)
    reached, cut = from_street(middles, shapely.Polygon())
    lost = cut.buffer(middles.half_m).difference(reached.buffer(middles.half_m))
    return float(lost.intersection(site.buildable).area)


def unreached(site: Site, poses: Poses, chosen: Ints, aisle_m: float) -> Ints:
    """The units of a layout that no way reaches past the others."""
    return chosen[~reached_units(way_middles(site, aisle_m), poses, chosen, aisle_m)]


def reached_units(middles: Middles, poses: Poses, chosen: Ints, aisle_m: float) -> Bools:
    """Which units of a layout (n,) a way reaches past the others."""
    boxes = grown_bodies(poses, chosen, middles.half_m)
    reached, _ = from_street(middles, shapely.union_all(boxes))
    return _any_front(reached, poses, chosen, aisle_m)


def from_street(middles: Middles, taken: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """What is left of the ground that a way comes to from the street, and what it does not come to."""
    parts = shapely.get_parts(middles.free.difference(taken))
    comes = shapely.intersects(parts, middles.beyond)
    return shapely.multipolygons(parts[comes]), shapely.multipolygons(parts[~comes])


def grown_bodies(poses: Poses, which: Ints, by_m: float) -> Shapes:
    """Boxes (n,) around the bodies of some poses, wider by a distance on every side."""
    along, across = poses.body_m[0] / 2 + by_m, poses.body_m[1] / 2 + by_m
    turn = np.radians(poses.rotation_deg[which])
    x = np.array([-along, along, along, -along])
    y = np.array([-across, -across, across, across])
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    corners = np.stack((x * cos - y * sin, x * sin + y * cos), axis=2) + poses.xy[which][:, None]
    return np.asarray(shapely.polygons(corners), dtype=np.object_)


def fronts(poses: Poses, which: Ints, aisle_m: float) -> Shapes:
    """Lines on which the middle of a way may end, (n, k): before the front, or also behind the back where the two are alike."""
    middle, along = _before_fronts(poses, which, aisle_m)
    ends = np.stack((middle - along[:, None], middle + along[:, None]), axis=2)
    return np.asarray(shapely.linestrings(ends), dtype=np.object_)


def _before_fronts(poses: Poses, which: Ints, aisle_m: float) -> tuple[Floats, Floats]:
    """The middles of those lines (n, k, 2), and from there to their ends (n, 2)."""
    turn = np.radians(poses.rotation_deg[which])
    along = poses.body_m[0] / 2 * np.column_stack((np.cos(turn), np.sin(turn)))
    out = (poses.body_m[1] + aisle_m) / 2 * np.column_stack((np.sin(turn), -np.cos(turn)))
    sides = (1, -1) if len(poses.bodies) == 2 else (1,)
    return np.stack([poses.xy[which] + side * out for side in sides], axis=1), along


def _any_front(reached: BaseGeometry, poses: Poses, which: Ints, aisle_m: float) -> Bools:
    """Whether the ground that a way comes to meets a front of each pose (n,); most do so in its middle, which is quick to see."""
    shapely.prepare(reached)
    middle, _ = _before_fronts(poses, which, aisle_m)
    met = np.asarray(shapely.contains_xy(reached, middle[..., 0], middle[..., 1]).any(axis=1))
    met[~met] = shapely.intersects(fronts(poses, which[~met], aisle_m), reached).any(axis=1)
    return met
