"""Blocks of paths from a group of sources to a stretch of receivers: their terms put together as energy (ISO 9613-2:1996).

Paths of one source to a tile of receivers are computed side by side; what only some of them meet, a screen, a belt, a reflection,
path by path. No checks: callers are `kernels.transfer`.
"""

import numpy as np
from numpy.typing import NDArray

from kernels.bands import BANDS
from kernels.cache import inlined, kernel
from kernels.directivity import directivity_db
from kernels.exponential import energy_factor
from kernels.ground import height_shapes
from kernels.medium import Medium, Work, make_work
from kernels.paths import (
    BAND_TERMS,
    BEND_X,
    BEND_Y,
    DIRECTIVITY,
    DISTANCE,
    FOLIAGE,
    GROUND,
    PLAN,
    SINGLE_TERMS,
    SITE,
    SOLID_ANGLE,
    TO_SOURCE,
    fill_belts,
    fill_ground,
    fill_path,
    screen_factor,
    total_attenuation,
)
from kernels.reflection import fill_reflection
from kernels.rows import (
    TILE,
    PathRows,
    add_band,
    fill_distances,
    fill_factors,
    fill_ground_factors,
    fill_growth,
    first_paths,
    shape_rows,
    spread,
)
from kernels.rows import fill_ground as fill_ground_row
from kernels.ways import Path, path_of
from kernels.weather import meteorological_correction

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@kernel
def transfer_block(
    sources: Floats,
    receivers: Floats,
    directivity: Floats,
    medium: Medium,
    band_energy: Floats,
    ways: Floats,
    first: int,
    stop: int,
    result: Floats,
) -> int:
    """Fill result[:, first:stop] (S, R, M) with the direct paths; receivers (4, R), ways (S, stop - first, 10) or none.

    Returns
    -------
    int
        How many sources coincide with a receiver; the result is not finite there.
    """
    work = make_work(medium)
    heights = receivers[2] - receivers[3]
    shapes = shape_rows(heights)
    store = np.empty((11, TILE))
    store[6:9] = medium.zones.g_outside
    every = PathRows(store[0], store[1], store[2], store[3], store[4], store[5], store[6], store[7], store[8])
    extra = np.empty((BANDS + 1, TILE))
    bands, single = np.empty((BAND_TERMS, BANDS)), np.empty(SINGLE_TERMS)
    totals = np.empty((band_energy.shape[1], TILE))
    has_extra = medium.alternative or medium.c0 != 0.0 or len(medium.belts.kind) > 0 or len(directivity) > 0
    coincident = 0
    for s in range(len(sources)):
        xs, ys, zs, ground_s, heading = sources[s]
        hs = zs - ground_s
        source_shapes = height_shapes(hs)
        pattern = directivity[s] if len(directivity) else np.empty((0, BANDS))
        for a in range(first, stop, TILE):
            b = min(a + TILE, stop)
            x, y, z, h = receivers[0, a:b], receivers[1, a:b], receivers[2, a:b], heights[a:b]
            rows = first_paths(every, b - a)
            ground, factor = store[9, : b - a], store[10, : b - a]
            coincident += fill_distances(xs, ys, zs, hs, x, y, z, h, rows)
            fill_growth(rows)
            if len(medium.zones.g):
                fill_ground_factors(xs, ys, hs, x, y, h, medium.zones, work.zones, rows)
            if has_extra:
                fill_extra(xs, ys, zs, hs, heading, x, y, z, h, pattern, medium, work, bands, single, extra)
            totals[:] = 0.0
            for band in range(BANDS):
                if medium.alternative:
                    ground[:] = extra[BANDS, : b - a]
                else:
                    fill_ground_row(band, source_shapes, shapes, a, b, rows, ground)
                fill_factors(medium.alpha[band], rows.slant, ground, factor)
                if len(ways):
                    apply_screens(band, medium.wavelength, ground, ways[s, a - first : b - first], factor)
                if has_extra:
                    for j in range(b - a):
                        factor[j] *= extra[band, j]
                for m in range(band_energy.shape[1]):
                    add_band(band_energy[s, m, band], factor, totals[m, : b - a])
            for m in range(band_energy.shape[1]):
                spread(totals[m, : b - a], rows.spreading, result[s, a:b, m])
    return coincident


@inlined
def apply_screens(band: int, wavelength: Floats, ground: Floats, ways: Floats, factor: Floats) -> None:
    """Multiply the factors of a row by 10^(-Abar/10)."""
    for j in range(len(factor)):
        if ways[j, 0] == ways[j, 0]:
            factor[j] *= screen_factor(
                band, ground[j], energy_factor(ground[j]), ways[j, 0], ways[j, 1], ways[j, 2],
                ways[j, 3], ways[j, 4], ways[j, 5], ways[j, 6], ways[j, 7], wavelength,
            )  # fmt: skip


@kernel
def fill_extra(
    xs: float,
    ys: float,
    zs: float,
    hs: float,
    heading: float,
    x: Floats,
    y: Floats,
    z: Floats,
    h: Floats,
    pattern: Floats,
    medium: Medium,
    work: Work,
    bands: Floats,
    single: Floats,
    extra: Floats,
) -> None:
    """Directivity, belts, Cmet and the solid angle of every path of a row as a factor per band; Agr by 7.3.2 in the last row."""
    for j in range(len(x)):
        path = Path(xs, ys, zs, x[j], y[j], z[j], False, 0.0, 0.0)
        plan = np.sqrt((x[j] - xs) ** 2 + (y[j] - ys) ** 2)
        single[PLAN], single[DISTANCE] = plan, np.sqrt(plan * plan + (z[j] - zs) ** 2)
        single[SOLID_ANGLE] = 0.0
        bands[DIRECTIVITY] = 0.0
        if medium.alternative:
            fill_ground(path, hs, h[j], medium, work, bands, single)
            extra[BANDS, j] = bands[GROUND, 0]
        if len(pattern):
            directivity_db(pattern, heading, x[j] - xs, y[j] - ys, bands[DIRECTIVITY])
        fill_belts(path, hs, h[j], medium, work, bands)
        cmet = meteorological_correction(medium.c0, plan, hs + h[j])
        for band in range(BANDS):
            extra[band, j] = energy_factor(
                bands[FOLIAGE, band]
                + bands[SITE, band]
                + cmet
                - single[SOLID_ANGLE]
                - bands[DIRECTIVITY, band]
            )


@kernel
def reflect_block(
    sources: Floats,
    receivers: Floats,
    directivity: Floats,
    medium: Medium,
    band_energy: Floats,
    index: Ints,
    paths: Floats,
    bends: Floats,
    ways: Floats,
    result: Floats,
) -> None:
    """Add the energy of every reflected path to its pair in result (S, R, M)."""
    work = make_work(medium)
    bands, single = np.empty((BAND_TERMS, BANDS)), np.empty(SINGLE_TERMS)
    for i in range(len(index)):
        s, j, k = index[i]
        pattern = directivity[s] if len(directivity) else np.empty((0, BANDS))
        hs, hr = sources[s, 2] - sources[s, 3], receivers[2, j] - receivers[3, j]
        fill_path(path_of(paths[i]), hs, hr, sources[s, 4], pattern, ways[i], medium, work, bands, single)
        fill_reflection(k, bends[i], medium.reflectors, medium.wavelength, bands)
        for band in range(BANDS):
            factor = energy_factor(total_attenuation(band, bands, single))
            for m in range(result.shape[2]):
                result[s, j, m] += band_energy[s, m, band] * factor


@kernel
def fill_paths(
    source: Floats,
    receiver: Floats,
    pattern: Floats,
    medium: Medium,
    reflector: Ints,
    paths: Floats,
    bends: Floats,
    ways: Floats,
    bands: Floats,
    single: Floats,
) -> None:
    """Every term of every path of one pair."""
    work = make_work(medium)
    hs, hr = source[2] - source[3], receiver[2] - receiver[3]
    for i in range(len(paths)):
        fill_path(path_of(paths[i]), hs, hr, source[4], pattern, ways[i], medium, work, bands[i], single[i])
        if reflector[i] >= 0:
            fill_reflection(reflector[i], bends[i], medium.reflectors, medium.wavelength, bands[i])
            single[i, BEND_X], single[i, BEND_Y] = paths[i, 0] + paths[i, 6], paths[i, 1] + paths[i, 7]
            single[i, TO_SOURCE:] = bends[i]
