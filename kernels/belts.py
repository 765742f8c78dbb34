"""Sound that dense foliage and the installations of industrial sites take: ISO 9613-2:1996, Annex A.1 and A.2. Metres, dB.

Lengths are those of the straight path. The standard says that a downwind path may be taken as an arc of 5 km radius, which rises
d^2/40 km above the straight one: 0.25 m over 100 m, 25 m over 1 km, so that far away it would leave the trees below.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kernels.bands import BANDS
from kernels.cache import inlined, kernel
from kernels.zones import GroundZones, ZoneScratch, check_zones, find_crossings, make_scratch, sort_crossings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLIAGE, SITE = 0, 1
FOLIAGE_SHORT_DB = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 2.0, 3.0])  # 10 to 20 m (Table A.1)
FOLIAGE_DB_PER_M = np.array([0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.09, 0.12])  # 20 to 200 m
SITE_DB_PER_M = np.array([0.0, 0.015, 0.025, 0.025, 0.02, 0.02, 0.015, 0.015])  # Table A.2
SITE_MOST_DB = 10.0


class Belts(NamedTuple):
    """Polygons with foliage or installations; what lies in an odd number of a polygon's rings is inside it.

    Attributes
    ----------
    xy : (V, 2) float64
        Vertices of all rings in metres; each ring ends on its first vertex.
    ring_offsets : (K + 1,) int64
        Ring k holds the vertices ring_offsets[k] to ring_offsets[k + 1].
    polygon_offsets : (P + 1,) int64
        Polygon p holds the rings polygon_offsets[p] to polygon_offsets[p + 1].
    kind : (P,) int64
        FOLIAGE or SITE.
    height : (P,) float64
        Metres above the ground.
    """

    xy: Floats
    ring_offsets: Ints
    polygon_offsets: Ints
    kind: Ints
    height: Floats


def no_belts() -> Belts:
    """Neither foliage nor installations anywhere."""
    none = np.zeros(1, dtype=np.int64)
    return Belts(np.empty((0, 2)), none, none, np.empty(0, dtype=np.int64), np.empty(0))


def make_belts(
    xy: ArrayLike, ring_offsets: ArrayLike, polygon_offsets: ArrayLike, kind: ArrayLike, height: ArrayLike
) -> Belts:
    """Belts of checked arrays; the coordinates and offsets are those of `shapely.to_ragged_array` for polygons.

    Raises
    ------
    ValueError
        A shape, offset, kind or height does not fit, or a ring is not closed; names the field.
    """
    heights = np.ascontiguousarray(height, dtype=np.float64)
    kinds = np.ascontiguousarray(kind, dtype=np.int64)
    if heights.ndim != 1 or not (np.isfinite(heights) & (heights >= 0)).all():
        raise ValueError("height must hold one number a belt, finite and not negative")
    if kinds.shape != heights.shape or not np.isin(kinds, (FOLIAGE, SITE)).all():
        raise ValueError(
            f"kind must hold {FOLIAGE} (foliage) or {SITE} (site) for each of {len(heights)} belts"
        )
    rings, polygons = np.asarray(ring_offsets), np.asarray(polygon_offsets)
    checked = check_zones(GroundZones(np.asarray(xy), rings, polygons, np.zeros(len(heights)), 0.0))
    return Belts(checked.xy, checked.ring_offsets, checked.polygon_offsets, kinds, heights)


@inlined
def _areas(belts: Belts) -> GroundZones:
    """The belts' polygons for `find_crossings`, which does not look at ground factors."""
    return GroundZones(belts.xy, belts.ring_offsets, belts.polygon_offsets, belts.height, 0.0)


@kernel
def make_belt_scratch(belts: Belts) -> ZoneScratch:
    """Room for the crossings of one path at a time."""
    return make_scratch(_areas(belts))


@inlined
def _length_below(start: float, stop: float, clearance: float, rise: float, height: float) -> float:
    """Length of start..stop on which clearance + rise t is less than `height`."""
    low, high = clearance + rise * start - height, clearance + rise * stop - height
    if low < 0.0 and high < 0.0:
        return stop - start
    if low >= 0.0 and high >= 0.0:
        return 0.0
    return (stop - start) * (min(low, high) / (min(low, high) - max(low, high)))


@kernel
def _tallest_inside(kind: int, belts: Belts, scratch: ZoneScratch) -> float:
    """Height of the tallest belt of a kind that holds the stretch; -inf without one."""
    tallest = -np.inf
    for p in range(len(belts.kind)):
        if scratch.inside[p] and belts.kind[p] == kind:
            tallest = max(tallest, belts.height[p])
    return tallest


@kernel
def lengths_in_belts(
    x0: float,
    y0: float,
    z0: float,
    g0: float,
    x1: float,
    y1: float,
    z1: float,
    g1: float,
    belts: Belts,
    scratch: ZoneScratch,
) -> tuple[float, float]:
    """Plan length of a straight segment within foliage and within sites, where it runs lower than they are high.

    Belts of one kind that overlap count once. A path with a reflection is given as its two legs, and their lengths are added.

    Parameters
    ----------
    x0, y0, z0, x1, y1, z1 : float
        Ends of the segment.
    g0, g1 : float
        Height of the ground line at either end; it runs straight between them, and belts stand on it.
    belts : Belts
    scratch : ZoneScratch
        From `make_belt_scratch`.

    Returns
    -------
    tuple of float
        Metres in foliage, metres in sites; the same for both directions to the bit.
    """
    foliage = site = 0.0
    if len(belts.kind) == 0:
        return foliage, site
    if x1 < x0 or (x1 == x0 and y1 < y0):
        x0, y0, z0, g0, x1, y1, z1, g1 = x1, y1, z1, g1, x0, y0, z0, g0
    plan = np.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0))
    if plan == 0.0:
        return foliage, site
    clearance = z0 - g0
    rise = ((z1 - g1) - clearance) / plan
    count = find_crossings(x0, y0, (x1 - x0) / plan, (y1 - y0) / plan, plan, _areas(belts), scratch)
    sort_crossings(count, scratch)
    tall_foliage = tall_site = -np.inf
    for k in range(count - 1):
        p = scratch.polygon[k]
        scratch.inside[p] = not scratch.inside[p]
        if belts.kind[p] == FOLIAGE:
            tall_foliage = _tallest_inside(FOLIAGE, belts, scratch)
        else:
            tall_site = _tallest_inside(SITE, belts, scratch)
        start, stop = max(0.0, scratch.at[k]), min(plan, scratch.at[k + 1])
        if stop > start:
            foliage += _length_below(start, stop, clearance, rise, tall_foliage)
            site += _length_below(start, stop, clearance, rise, tall_site)
    if count > 0:
        scratch.inside[scratch.polygon[count - 1]] = False
    return foliage, site


@kernel
def foliage_db(length: float, out: Floats) -> None:
    """Attenuation by `length` metres of dense foliage into `out` (8,): nothing below 10 m, as 200 m above 200 m (Table A.1).

    The table gives fixed values up to 20 m and values a metre beyond. So there are steps at 10 and at 20 m, and just beyond 20 m
    250 Hz, 4 and 8 kHz come out lower than before.
    """
    for band in range(BANDS):
        if length < 10.0:
            out[band] = 0.0
        elif length <= 20.0:
            out[band] = FOLIAGE_SHORT_DB[band]
        else:
            out[band] = FOLIAGE_DB_PER_M[band] * min(length, 200.0)


@kernel
def site_db(length: float, out: Floats) -> None:
    """Attenuation by `length` metres among installations into `out` (8,), 10 dB at most (Table A.2)."""
    for band in range(BANDS):
        out[band] = min(SITE_MOST_DB, SITE_DB_PER_M[band] * length)
