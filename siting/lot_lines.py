"""Points along lot lines, dense enough that the worst one is not missed.

Along a straight line the level peaks at a corner or at the foot of the perpendicular from a unit. Corners are
receptors; between them the spacing is a quarter of the distance to the nearest place a unit may stand, so the foot is
missed by at most an eighth of the distance, 20 lg sqrt(1 + 1/64) = 0.07 dB. A unit louder to one side is as loud as that
only within an angle: there the spacing is finer, so that half of it turns the unit by no more than 0.1 dB.

Where buildings or terrain screen, the level along a line is no longer smooth: a gap between two houses lets sound through
on a stretch as long as the gap is wide, or longer, since sound spreads behind it. Points at most `GAP_M` apart are put
between the others, so that no gap wider than that is missed; a narrower one lets through what is bent round its edges
on both sides, and a line 2 m on hears that too. They are marked `between`: a study computes those where its layout, with
nothing in the way, comes within 10 dB of the limit (`siting.case`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from siting.model import Floats, Ints, Site, Unit
from siting.site import start_of

SPACING = 0.25  # of the distance to the buildable area
FINEST, TURN_DB = (
    0.02,
    0.1,
)  # of the distance, for units that are louder to one side, and what half the spacing may change
GAP_M = 2.0
SLACK = 1.05  # points this much farther than the reach are kept: the nearest point of a line lies between two of them
CLOSEST_M = 0.1  # no finer than this: at the line itself a unit's middle is still half its width away
CORNER = 0.01  # corners nearer together than this share of the distance are one: 0.09 dB
INWARD_M = 0.25  # how far inside a lot its own zone is looked up
OUT_M = 0.01  # before a façade
Geometries = np.ndarray[Any, Any]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Lines:
    """How points are put on lot lines."""

    site: Site
    reach_m: float
    spacing: float
    roofs: Geometries | None


def spacing_for(unit: Unit) -> float:
    """How far apart receptors may stand, as a share of their distance, for a unit that may be louder to one side."""
    pattern = unit.sound.directivity_db
    if pattern is None:
        return SPACING
    table = np.array(pattern)
    slope = np.abs(table - np.roll(table, 1, axis=0)).max() / (np.pi / 4)  # dB/rad
    return float(max(FINEST, min(SPACING, 2 * TURN_DB / max(slope, 1e-9))))


def boundary_points(lots: Geometries, how: Lines) -> tuple[Floats, Ints, Floats, Flags]:
    """Points along the boundaries of lots within reach.

    Returns
    -------
    tuple
        xy (n, 2), the lot's index (n,), unit vector into the lot (n, 2), whether a point stands between others (n,).
    """
    parts, owner = shapely.get_parts(shapely.orient_polygons(lots), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    a, b, ring = coords[:-1][same], coords[1:][same], ring[1:][same]
    owner = owner[part[ring]]
    length = np.hypot(*(b - a).T)
    start = start_of(how.site)
    distance = shapely.distance(shapely.linestrings(np.stack((a, b), axis=1)), start)
    keep = (distance <= how.reach_m) & (length > 0) & _corners_apart(ring, length, distance)
    a, b, owner, length, distance = a[keep], b[keep], owner[keep], length[keep], distance[keep]
    count = np.ceil(length / np.maximum(how.spacing * distance, CLOSEST_M)).astype(np.int64)
    gaps = 1 if how.roofs is None else np.ceil(length / count / GAP_M).astype(np.int64)
    segment, nth, share = _divided(count * gaps)
    along = (b - a) / length[:, None]
    # the lot lies to the left of an oriented ring; a corner is looked up from a little way along its segment
    left = np.column_stack((-along[:, 1], along[:, 0]))
    step = np.where(nth == 0, np.minimum(1.0, length[segment] / 2 / INWARD_M), 0.0)
    xy, inward = (
        a[segment] + share[:, None] * (b - a)[segment],
        left[segment] + step[:, None] * along[segment],
    )
    between = nth % np.broadcast_to(gaps, count.shape)[segment] != 0
    if how.roofs is not None:
        out, at = _coming_out(a, b, how.roofs)
        xy, segment = np.concatenate([xy, out]), np.concatenate([segment, at])
        inward, between = np.concatenate([inward, left[at]]), np.append(between, np.zeros(len(at), bool))
    near = shapely.distance(shapely.points(xy), start) <= SLACK * how.reach_m
    return xy[near], owner[segment][near], inward[near], between[near]


def _divided(count: Ints) -> tuple[Ints, Ints, Floats]:
    """Segments cut into so many equal pieces: of every piece the segment, its number there, and where it begins, 0 to 1."""
    segment = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(segment)) - np.repeat(np.cumsum(count) - count, count)
    return segment, nth, nth / count[segment]


def _coming_out(a: Floats, b: Floats, roofs: Geometries) -> tuple[Floats, Ints]:
    """Where segments come out from under buildings, a centimetre before them: points (n, 2), and of which segment (n,)."""
    lines = shapely.linestrings(np.stack((a, b), axis=1))
    line, roof = shapely.STRtree(roofs).query(lines, predicate="intersects")
    walls = shapely.boundary(shapely.buffer(roofs, OUT_M, join_style="mitre"))
    met = shapely.intersection(lines[line], walls[roof])
    points, which = shapely.get_coordinates(met, return_index=True)
    return points, line[which]


def _corners_apart(ring: Ints, length: Floats, distance: Floats) -> Flags:
    """Which segments to keep where a curve has been digitised finer than a receptor can tell."""
    travelled = np.cumsum(length / np.maximum(distance, CLOSEST_M)) / CORNER
    bucket = np.floor(travelled - length / np.maximum(distance, CLOSEST_M) / CORNER)
    keep = np.ones(len(ring), bool)
    keep[1:] = (bucket[1:] != bucket[:-1]) | (ring[1:] != ring[:-1])
    # a long segment is kept whatever came before it
    return keep | (length > CORNER * np.maximum(distance, CLOSEST_M))
