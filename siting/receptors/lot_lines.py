"""Points along lot lines and other lines, dense enough that the worst one is not missed.

Along a straight line the level peaks at a corner or at the foot of the perpendicular from a unit. Corners are
receptors; between them the spacing is a quarter of the distance to the nearest place a unit may stand, so the foot is
missed by at most an eighth of the distance, 20 lg sqrt(1 + 1/64) = 0.07 dB. A unit louder to one side is as loud as that
only within an angle: there the spacing is finer, so that half of it turns the unit by no more than 0.1 dB.

Where buildings or terrain screen, the level along a line is no longer smooth: a gap between two houses lets sound through
on a stretch as long as the gap is wide, or longer, since sound spreads behind it. Points at most `GAP_M` apart are put
between the others, so that no gap wider than that is missed; a narrower one lets through what is bent round its edges
on both sides, and a line 2 m on hears that too. They are marked `between`: a study computes those where its layout, with
nothing in the way, comes within 10 dB of the limit (`siting.study.case`).
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

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
OUT_M = 0.01  # before a façade
Geometries = np.ndarray[Any, Any]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class How:
    """How points are put on lines."""

    site: Site
    reach_m: float
    spacing: float
    roofs: Geometries | None


class Segments(NamedTuple):
    """Straight segments, what they enclose to their left."""

    a: Floats  # (s, 2) where each begins
    b: Floats  # (s, 2) where it ends
    of: Ints  # (s,) the shape that it belongs to
    line: Ints  # (s,) segments of one line follow each other


class Along(NamedTuple):
    """Points on lines."""

    xy: Floats  # (n, 2)
    of: Ints  # (n,) the shape
    left: Floats  # (n, 2) unit vector into the shape
    ahead: Floats  # (n, 2) unit vector along the line
    corner: Floats  # (n,) half the length of the segment that begins here, 0 elsewhere
    between: Flags
    piece: Ints  # (n,)
    pieces: Floats  # (m, 4) both ends of every straight piece within reach
    alike: Ints  # (m,) the piece whose points speak for one that is too short for its own


def spacing_for(unit: Unit) -> float:
    """How far apart receptors may stand, as a share of their distance, for a unit that may be louder to one side."""
    slope = turn_db_per_rad(unit)
    return float(max(FINEST, min(SPACING, 2 * TURN_DB / max(slope, 1e-9))))


def turn_db_per_rad(unit: Unit) -> float:
    """By how much a unit's level changes at most with the direction, dB/rad in any band; 0 where it is the same all round."""
    pattern = unit.sound.directivity_db
    if pattern is None:
        return 0.0
    table = np.array(pattern)
    return float(np.abs(table - np.roll(table, 1, axis=0)).max() / (np.pi / 4))


def boundaries(shapes: Geometries) -> Segments:
    """The rings of polygons, each shape to the left of its own."""
    parts, owner = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    ring = ring[1:][same]
    return Segments(coords[:-1][same], coords[1:][same], owner[part[ring]], ring)


def points_along(lines: Segments, how: How) -> Along:
    """Points along lines within reach: corners, points between them at the spacing, and where a line leaves a building."""
    start = start_of(how.site)
    length = np.hypot(*(lines.b - lines.a).T)
    distance = shapely.distance(shapely.linestrings(np.stack((lines.a, lines.b), axis=1)), start)
    keep = (distance <= how.reach_m) & (length > 0)
    apart = _corners_apart(lines.line, length, distance)[keep]
    a, b, of, line = (values[keep] for values in lines)
    apart |= np.append(True, line[1:] != line[:-1])[: len(line)]
    length, distance = length[keep], distance[keep]
    ahead = (b - a) / length[:, None]
    count = np.where(apart, np.ceil(length / np.maximum(how.spacing * distance, CLOSEST_M)), 0.0)
    gaps = np.ceil(length / np.maximum(count, 1) / (np.inf if how.roofs is None else GAP_M)).clip(1)
    count, gaps = count.astype(np.int64), gaps.astype(np.int64)
    piece, nth, share = _divided(count * gaps)
    xy = a[piece] + share[:, None] * (b - a)[piece]
    corner = np.where(nth == 0, length[piece] / 2, 0.0)
    between = nth % gaps[piece] != 0
    if how.roofs is not None:
        out, at = _coming_out(a, b, how.roofs)
        xy, piece = np.concatenate([xy, out]), np.concatenate([piece, at])
        corner, between = (np.append(v, np.zeros(len(at), v.dtype)) for v in (corner, between))
    near = shapely.distance(shapely.points(xy), start) <= SLACK * how.reach_m
    xy, piece, corner, between = xy[near], piece[near], corner[near], between[near]
    left = np.column_stack((-ahead[:, 1], ahead[:, 0]))
    alike = np.maximum.accumulate(np.where(apart, np.arange(len(line)), -1))
    pieces = _within(np.column_stack((a, b)), xy, piece, start, SLACK * how.reach_m)
    return Along(xy, of[piece], left[piece], ahead[piece], corner, between, piece, pieces, alike)


def _within(pieces: Floats, xy: Floats, piece: Ints, start: BaseGeometry, far_m: float) -> Floats:
    """The pieces without what lies beyond their first or last point, where the end itself is too far off."""
    along = ((xy - pieces[piece, :2]) * (pieces[piece, 2:] - pieces[piece, :2])).sum(axis=1)
    order = np.lexsort((along, piece))
    those, first = np.unique(piece[order], return_index=True)
    last = np.append(first[1:], len(order)) - 1
    cut = pieces.copy()
    for ends, outermost in ((slice(0, 2), order[first]), (slice(2, 4), order[last[: len(first)]])):
        off = shapely.distance(shapely.points(pieces[those, ends]), start) > far_m
        cut[those[off], ends] = xy[outermost[off]]
    bare = np.setdiff1d(
        np.arange(len(pieces)), those
    )  # where they end within reach the next piece has a point
    for ends, other in ((slice(0, 2), slice(2, 4)), (slice(2, 4), slice(0, 2))):
        off = bare[shapely.distance(shapely.points(pieces[bare, ends]), start) > far_m]
        cut[off, ends] = pieces[off, other]
    return cut


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
