"""Mean ground factor G in the source, middle and receiver region of a path (ISO 9613-2:1996, 7.3.1)."""

import numpy as np
from numpy.typing import ArrayLike

from kernels.cache import inlined, kernel
from kernels.checks import check_heights, check_points
from kernels.ground import region_length
from kernels.zones import (
    GroundZones,
    ZoneScratch,
    check_zones,
    find_crossings,
    make_scratch,
    sort_crossings,
)


@inlined
def overlap(start: float, stop: float, low: float, high: float) -> float:
    """Length that the intervals start..stop and low..high share."""
    return max(0.0, min(stop, high) - max(start, low))


@kernel
def sweep_regions(
    plan: float, first_end: float, last_start: float, count: int, zones: GroundZones, scratch: ZoneScratch
) -> tuple[float, float, float]:
    """Mean G on 0..first_end, first_end..last_start and last_start..plan of a path with sorted crossings.

    A first or last region of no length has the G of its end point; a middle region of no length has 0, as it has no effect.
    """
    first = middle = last = at_first = at_last = 0.0
    current = -1  # the last polygon that holds the stretch, or none
    start = -np.inf
    for k in range(count + 1):
        stop = scratch.at[k] if k < count else np.inf
        g = zones.g[current] if current >= 0 else zones.g_outside
        first += g * overlap(start, stop, 0.0, first_end)
        middle += g * overlap(start, stop, first_end, last_start)
        last += g * overlap(start, stop, last_start, plan)
        if start <= 0.0 < stop:
            at_first = g
        if start < plan <= stop:
            at_last = g
        start = stop
        if k < count:
            p = scratch.polygon[k]
            scratch.inside[p] = not scratch.inside[p]
            if scratch.inside[p]:
                current = max(current, p)
            while current >= 0 and not scratch.inside[current]:
                current -= 1
    return (
        first / first_end if first_end > 0.0 else at_first,
        middle / (last_start - first_end) if last_start > first_end else 0.0,
        last / (plan - last_start) if plan > last_start else at_last,
    )


@kernel
def path_ground_factors(
    xs: float, ys: float, hs: float, xr: float, yr: float, hr: float, zones: GroundZones, scratch: ZoneScratch
) -> tuple[float, float, float]:
    """Mean G of the source, middle and receiver region of one path; without checks, see `region_ground_factors`."""
    turned = xr < xs or (xr == xs and yr < ys)
    if turned:  # one direction for both ways along a path: G is then the same to the bit
        xs, ys, hs, xr, yr, hr = xr, yr, hr, xs, ys, hs
    plan = np.sqrt((xr - xs) * (xr - xs) + (yr - ys) * (yr - ys))
    ux, uy = ((xr - xs) / plan, (yr - ys) / plan) if plan > 0.0 else (1.0, 0.0)
    count = find_crossings(xs, ys, ux, uy, plan, zones, scratch)
    sort_crossings(count, scratch)
    first_end, last_start = region_length(hs, plan), plan - region_length(hr, plan)
    first, middle, last = sweep_regions(plan, first_end, last_start, count, zones, scratch)
    return (last, middle, first) if turned else (first, middle, last)


@kernel
def bent_ground_factors(
    xs: float,
    ys: float,
    hs: float,
    xp: float,
    yp: float,
    xr: float,
    yr: float,
    hr: float,
    zones: GroundZones,
    scratch: ZoneScratch,
) -> tuple[float, float, float]:
    """Mean G of the three regions of a path that is reflected at (xp, yp): the regions follow the unfolded path."""
    one = np.sqrt((xp - xs) * (xp - xs) + (yp - ys) * (yp - ys))
    two = np.sqrt((xr - xp) * (xr - xp) + (yr - yp) * (yr - yp))
    plan = one + two
    first_end, last_start = region_length(hs, plan), plan - region_length(hr, plan)
    total = np.zeros(3)
    at_source = at_receiver = 0.0
    for leg in range(2):
        x, y, run = (xs, ys, one) if leg == 0 else (xp, yp, two)
        toward_x, toward_y = (xp, yp) if leg == 0 else (xr, yr)
        before = 0.0 if leg == 0 else one
        a, b = min(max(first_end - before, 0.0), run), min(max(last_start - before, 0.0), run)
        count = find_crossings(x, y, (toward_x - x) / run, (toward_y - y) / run, run, zones, scratch)
        sort_crossings(count, scratch)
        first, middle, last = sweep_regions(run, a, b, count, zones, scratch)
        total[0] += first * a
        total[1] += middle * max(b - a, 0.0)
        total[2] += last * (run - b)
        at_source = first if leg == 0 else at_source
        at_receiver = last
    return (
        total[0] / first_end if first_end > 0.0 else at_source,
        total[1] / (last_start - first_end) if last_start > first_end else 0.0,
        total[2] / (plan - last_start) if plan > last_start else at_receiver,
    )


def region_ground_factors(
    source_xy: ArrayLike,
    source_height: float,
    receiver_xy: ArrayLike,
    receiver_height: float,
    zones: GroundZones,
) -> tuple[float, float, float]:
    """Length-weighted mean of G in the source, middle and receiver region of one straight path (7.3.1).

    The source region is 30 source heights long, the receiver region 30 receiver heights, each cut at the plan distance; the
    middle region is what lies between them.

    Parameters
    ----------
    source_xy, receiver_xy : array_like
        (2,) metres.
    source_height, receiver_height : float
        Metres above ground.
    zones : GroundZones

    Returns
    -------
    tuple of float
        G of the source, middle and receiver region. An end region of no length (height 0) has the G of the ground under it; a
        middle region of no length has 0 and no effect.

    Raises
    ------
    ValueError
        An argument has the wrong shape or range; names it.
    """
    source = check_points("source_xy", np.asarray(source_xy)[np.newaxis])[0]
    receiver = check_points("receiver_xy", np.asarray(receiver_xy)[np.newaxis])[0]
    hs = check_heights("source_height", source_height, 1)[0]
    hr = check_heights("receiver_height", receiver_height, 1)[0]
    checked = check_zones(zones)
    scratch = make_scratch(checked)
    return path_ground_factors(source[0], source[1], hs, receiver[0], receiver[1], hr, checked, scratch)
