"""Rows of paths over flat ground: one source and up to `TILE` receivers, term by term (ISO 9613-2:1996).

Every loop runs over receivers, so that it vectorises and its arrays stay in the processor's nearest memory. No checks: callers
are `kernels.transfer`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels.cache import inlined, kernel
from kernels.exponential import energy_factor
from kernels.ground import (
    end_attenuation,
    far_growth,
    height_shapes,
    middle_attenuation,
    middle_share,
    near_growth,
    porous_shape,
)
from kernels.regions import path_ground_factors
from kernels.zones import GroundZones, ZoneScratch

Floats = NDArray[np.float64]
Shapes = tuple[float, float, float, float, float]

TILE = 256
SPHERE = 10.0**-1.1  # the 11 dB of the divergence


class PathRows(NamedTuple):
    """What all bands of a row of paths share; arrays of one value a path."""

    plan: Floats
    slant: Floats
    spreading: Floats  # 10^(-Adiv/10)
    share: Floats  # q
    near: Floats  # 1 - exp(-dp/50)
    far: Floats  # 1 - exp(-2.8e-6 dp^2)
    g_source: Floats
    g_middle: Floats
    g_receiver: Floats


@inlined
def first_paths(rows: PathRows, n: int) -> PathRows:
    """The first n paths of the rows."""
    return PathRows(
        rows.plan[:n],
        rows.slant[:n],
        rows.spreading[:n],
        rows.share[:n],
        rows.near[:n],
        rows.far[:n],
        rows.g_source[:n],
        rows.g_middle[:n],
        rows.g_receiver[:n],
    )


@inlined
def fill_distances(
    xs: float, ys: float, zs: float, hs: float, x: Floats, y: Floats, z: Floats, h: Floats, rows: PathRows
) -> int:
    """Distances, divergence (7.1) and q of a row; returns how many of its paths have no length at all.

    Heights z are absolute, h above the ground.
    """
    plan, slant, spreading, share = rows.plan, rows.slant, rows.spreading, rows.share
    coincident = 0
    for j in range(len(plan)):
        dx, dy = x[j] - xs, y[j] - ys
        plan[j] = np.sqrt(dx * dx + dy * dy)
    for j in range(len(plan)):
        rise = z[j] - zs
        square = plan[j] * plan[j] + rise * rise
        slant[j] = np.sqrt(square)
        spreading[j] = SPHERE / square
        share[j] = middle_share(plan[j], hs + h[j])
        coincident += square == 0.0
    return coincident


@inlined
def fill_growth(rows: PathRows) -> None:
    """The parts of a', b', c', d' that hang on the plan distance."""
    plan, near, far = rows.plan, rows.near, rows.far
    for j in range(len(plan)):
        near[j] = near_growth(plan[j])
        far[j] = far_growth(plan[j])


@kernel
def fill_ground_factors(
    xs: float,
    ys: float,
    hs: float,
    x: Floats,
    y: Floats,
    h: Floats,
    zones: GroundZones,
    scratch: ZoneScratch,
    rows: PathRows,
) -> None:
    """Mean G of the three regions of every path of a row."""
    for j in range(len(x)):
        rows.g_source[j], rows.g_middle[j], rows.g_receiver[j] = path_ground_factors(
            xs, ys, hs, x[j], y[j], h[j], zones, scratch
        )


@inlined
def fill_ground(
    band: int, source: Shapes, receivers: Floats, first: int, stop: int, rows: PathRows, ground: Floats
) -> None:
    """Agr in one band for receivers first to stop (Table 3); `source` and `receivers` (5, R) are the heights' shapes."""
    gs, gm, gr, share, near, far = (
        rows.g_source,
        rows.g_middle,
        rows.g_receiver,
        rows.share,
        rows.near,
        rows.far,
    )
    if band == 0:
        for j in range(len(ground)):
            ground[j] = 2.0 * end_attenuation(0.0, 1.5) + middle_attenuation(0.0, share[j])
    elif band == 1:
        a_near, a_far = receivers[0, first:stop], receivers[1, first:stop]
        for j in range(len(ground)):
            at_source = end_attenuation(gs[j], porous_shape(source[0], source[1], near[j], far[j]))
            at_receiver = end_attenuation(gr[j], porous_shape(a_near[j], a_far[j], near[j], far[j]))
            ground[j] = at_source + at_receiver + middle_attenuation(gm[j], share[j])
    elif band < 5:
        shape, shapes = source[band], receivers[band, first:stop]
        for j in range(len(ground)):
            at_source = end_attenuation(gs[j], porous_shape(shape, 0.0, near[j], 0.0))
            at_receiver = end_attenuation(gr[j], porous_shape(shapes[j], 0.0, near[j], 0.0))
            ground[j] = at_source + at_receiver + middle_attenuation(gm[j], share[j])
    elif band == 5:  # the bands above have the same, so the row stays
        for j in range(len(ground)):
            at_source, at_receiver = end_attenuation(gs[j], 1.5), end_attenuation(gr[j], 1.5)
            ground[j] = at_source + at_receiver + middle_attenuation(gm[j], share[j])


@inlined
def fill_factors(alpha: float, slant: Floats, ground: Floats, factor: Floats) -> None:
    """10^(-(Aatm + Agr)/10) of a row in one band; Aatm = alpha d (7.2)."""
    for j in range(len(factor)):
        factor[j] = energy_factor(ground[j] + alpha * slant[j])


@inlined
def add_band(energy: float, factor: Floats, total: Floats) -> None:
    """Add one band's energy to one metric of a row."""
    for j in range(len(total)):
        total[j] += energy * factor[j]


@inlined
def spread(total: Floats, spreading: Floats, result: Floats) -> None:
    """Apply the divergence, the same in all bands, to one metric of a row."""
    for j in range(len(total)):
        result[j] = total[j] * spreading[j]


@kernel
def shape_rows(heights: Floats) -> Floats:
    """(5, n) heights' shapes of n receivers."""
    rows = np.empty((5, len(heights)))
    for j in range(len(heights)):
        rows[0, j], rows[1, j], rows[2, j], rows[3, j], rows[4, j] = height_shapes(heights[j])
    return rows
