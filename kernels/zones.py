"""Polygons of known ground factor G, and where a straight line crosses them (ISO 9613-2, 7.3.1)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels.cache import kernel
from kernels.checks import check_factor, check_points

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class GroundZones(NamedTuple):
    """Polygons of known ground factor; where they overlap the last one counts.

    The coordinates and offsets are those of `shapely.to_ragged_array` for polygons. What lies in an odd number of a polygon's
    rings is inside it, so holes are rings like any other.

    Attributes
    ----------
    xy : (V, 2) float64
        Vertices of all rings in metres; each ring ends on its first vertex.
    ring_offsets : (K + 1,) int64
        Ring k holds the vertices ring_offsets[k] to ring_offsets[k + 1].
    polygon_offsets : (P + 1,) int64
        Polygon p holds the rings polygon_offsets[p] to polygon_offsets[p + 1].
    g : (P,) float64
        Ground factor of each polygon, 0 (hard) to 1 (porous).
    g_outside : float
        Ground factor outside all polygons.
    """

    xy: Floats
    ring_offsets: Ints
    polygon_offsets: Ints
    g: Floats
    g_outside: float


class ZoneScratch(NamedTuple):
    """What one path at a time needs beside its zones; made once per call, since a path has no use for fresh memory.

    Attributes
    ----------
    bounds : (P, 4) float64
        Least x, least y, greatest x, greatest y of each polygon.
    at : (V,) float64
        Where along the path it crosses an edge, in metres from its start.
    polygon : (V,) int64
        Which polygon's edge it crosses there.
    inside : (P,) bool
        Which polygons hold the point that the sweep has reached; all False between two paths.
    """

    bounds: Floats
    at: Floats
    polygon: Ints
    inside: NDArray[np.bool_]


def check_zones(zones: GroundZones) -> GroundZones:
    """The zones with arrays of the types that kernels take.

    Raises
    ------
    ValueError
        A shape, offset or ground factor does not fit, or a ring is not closed; names the field.
    """
    xy = check_points("ground.xy", zones.xy)
    rings = np.ascontiguousarray(zones.ring_offsets, dtype=np.int64)
    polygons = np.ascontiguousarray(zones.polygon_offsets, dtype=np.int64)
    g = np.ascontiguousarray(zones.g, dtype=np.float64)
    _check_offsets("ground.ring_offsets", rings, len(xy))
    _check_offsets("ground.polygon_offsets", polygons, len(rings) - 1)
    if g.shape != (len(polygons) - 1,):
        raise ValueError(
            f"ground.g must hold one value for each of {len(polygons) - 1} polygons, got shape {g.shape}"
        )
    first, last_vertex = rings[:-1][np.diff(rings) > 0], rings[1:][np.diff(rings) > 0] - 1
    if (xy[first] != xy[last_vertex]).any():
        raise ValueError("ground.xy must hold closed rings: each ends on its first vertex")
    check_factor("ground.g", g)
    return GroundZones(xy, rings, polygons, g, float(check_factor("ground.g_outside", zones.g_outside)))


def _check_offsets(name: str, offsets: Ints, last: int) -> None:
    steps = np.diff(offsets, prepend=0, append=last) if offsets.ndim == 1 and len(offsets) else np.array([-1])
    if (steps < 0).any() or steps[0] != 0 or steps[-1] != 0:
        raise ValueError(f"{name} must rise from 0 to {last}")


def uniform_zones(g: float) -> GroundZones:
    """Zones that say G is the same everywhere."""
    none = np.zeros(1, dtype=np.int64)
    return GroundZones(np.empty((0, 2)), none, none, np.empty(0), g)


@kernel
def make_scratch(zones: GroundZones) -> ZoneScratch:
    """Bounds of each polygon and room for the crossings of one path."""
    count, vertices = len(zones.g), len(zones.xy)
    bounds = np.empty((count, 4))
    for p in range(count):
        bounds[p, :2], bounds[p, 2:] = np.inf, -np.inf
        for i in range(
            zones.ring_offsets[zones.polygon_offsets[p]], zones.ring_offsets[zones.polygon_offsets[p + 1]]
        ):
            for axis in range(2):
                bounds[p, axis] = min(bounds[p, axis], zones.xy[i, axis])
                bounds[p, 2 + axis] = max(bounds[p, 2 + axis], zones.xy[i, axis])
    return ZoneScratch(bounds, np.empty(vertices), np.empty(vertices, np.int64), np.zeros(count, np.bool_))


@kernel
def find_crossings(
    x: float, y: float, ux: float, uy: float, plan: float, zones: GroundZones, scratch: ZoneScratch
) -> int:
    """Where the line through (x, y) with direction (ux, uy) crosses the edges of polygons near its first `plan` metres.

    A vertex on the line counts as lying to its right: a ring then has an even number of crossings, and of two polygons on either
    side of an edge along the path exactly one holds it.

    Returns
    -------
    int
        How many crossings scratch.at and scratch.polygon hold; unsorted.
    """
    west, east = min(x, x + plan * ux), max(x, x + plan * ux)
    south, north = min(y, y + plan * uy), max(y, y + plan * uy)
    count = 0
    for p in range(len(zones.g)):
        box = scratch.bounds[p]
        if box[0] > east or box[2] < west or box[1] > north or box[3] < south:
            continue
        for k in range(zones.polygon_offsets[p], zones.polygon_offsets[p + 1]):
            for i in range(zones.ring_offsets[k], zones.ring_offsets[k + 1] - 1):
                ax, ay = zones.xy[i, 0] - x, zones.xy[i, 1] - y
                bx, by = zones.xy[i + 1, 0] - x, zones.xy[i + 1, 1] - y
                a_side, b_side = ux * ay - uy * ax, ux * by - uy * bx
                if (a_side > 0.0) == (b_side > 0.0):
                    continue
                # Every edge is taken from right to left, so that both polygons at a shared one get the same bits.
                if a_side > 0.0:
                    ax, ay, a_side, bx, by, b_side = bx, by, b_side, ax, ay, a_side
                a_along, b_along = ux * ax + uy * ay, ux * bx + uy * by
                scratch.at[count] = a_along + (b_along - a_along) * (a_side / (a_side - b_side))
                scratch.polygon[count] = p
                count += 1
    return count


@kernel
def sort_crossings(count: int, scratch: ZoneScratch) -> None:
    """Sort the first `count` crossings along the path, in place; they are few."""
    for i in range(1, count):
        at, polygon = scratch.at[i], scratch.polygon[i]
        j = i
        while j > 0 and scratch.at[j - 1] > at:
            scratch.at[j], scratch.polygon[j] = scratch.at[j - 1], scratch.polygon[j - 1]
            j -= 1
        scratch.at[j], scratch.polygon[j] = at, polygon
