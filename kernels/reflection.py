"""First-order reflections by walls and façades: where a path bends, and what a surface sends back (ISO 9613-2:1996, 7.5)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels.bands import BANDS
from kernels.cache import kernel, lean
from kernels.paths import REFLECTION
from kernels.reflectors import Reflectors, reflects

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FACING_M = 1e-6  # source and receiver stand farther than this before the surface


class Bend(NamedTuple):
    """Where a path is reflected; distances in metres."""

    meets: bool
    dx: float  # from the source
    dy: float
    to_source: float
    to_receiver: float
    cosine: float  # of the angle of incidence
    least: float  # smaller side of the surface


BEND_VALUES = 4
NO_BEND = Bend(False, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@lean
def find_bend(
    k: int, reflectors: Reflectors, xs: float, ys: float, zs: float, xr: float, yr: float, zr: float
) -> Bend:
    """Where surface k reflects a path, if source and receiver stand before it and the mirror image is seen within it."""
    x0, y0, nx, ny = reflectors.x0[k], reflectors.y0[k], reflectors.nx[k], reflectors.ny[k]
    before_s, before_r = (xs - x0) * nx + (ys - y0) * ny, (xr - x0) * nx + (yr - y0) * ny
    if before_s < FACING_M or before_r < FACING_M:
        return NO_BEND
    share = before_s / (before_s + before_r)
    # from the mirror image of the source towards the receiver
    xi, yi = -2.0 * before_s * nx, -2.0 * before_s * ny
    dx, dy = xi + (xr - xs - xi) * share, yi + (yr - ys - yi) * share
    along = (xs - x0 + dx) * reflectors.ux[k] + (ys - y0 + dy) * reflectors.uy[k]
    start, stop = reflectors.start[k], reflectors.stop[k]
    if not start <= along < stop:
        return NO_BEND
    z = zs + (zr - zs) * share
    part = (along - start) / (stop - start)
    top = reflectors.top_a[k] + (reflectors.top_b[k] - reflectors.top_a[k]) * part
    ground = reflectors.ground_a[k]
    if ground > -np.inf:
        ground += (reflectors.ground_b[k] - ground) * part
    if z >= top or z <= reflectors.bottom[k] or z <= ground:
        return NO_BEND
    to_source = np.sqrt(dx * dx + dy * dy + (z - zs) ** 2)
    to_receiver = np.sqrt((xr - xs - dx) ** 2 + (yr - ys - dy) ** 2 + (z - zr) ** 2)
    least = min(reflectors.width[k], top - ground)
    return Bend(True, dx, dy, to_source, to_receiver, before_s / to_source, least)


@kernel
def find_bends(
    sources: Floats,
    receivers: Floats,
    first: int,
    stop: int,
    reflectors: Reflectors,
    index: Ints,
    paths: Floats,
    bends: Floats,
) -> int:
    """Every reflected path from sources (S, 5) to the receivers (4, R) first to stop, in this order and that of the surfaces.

    Fills source, receiver and surface in `index` (n, 3), the path in `paths` (n, 8) as `kernels.ways.trace_paths` takes it, and
    distances to source and receiver, cosine and least dimension in `bends` (n, 4), as far as there is room.

    Returns
    -------
    int
        How many there are.
    """
    count = 0
    for s in range(len(sources)):
        xs, ys, zs = sources[s, 0], sources[s, 1], sources[s, 2]
        for j in range(first, stop):
            xr, yr, zr = receivers[0, j], receivers[1, j], receivers[2, j]
            for k in range(len(reflectors.x0)):
                bend = find_bend(k, reflectors, xs, ys, zs, xr, yr, zr)
                if not bend.meets:
                    continue
                if count < len(index):
                    index[count, 0], index[count, 1], index[count, 2] = s, j, k
                    row = paths[count]
                    row[0], row[1], row[2], row[3], row[4], row[5] = xs, ys, zs, xr, yr, zr
                    row[6], row[7] = bend.dx, bend.dy
                    bends[count, 0], bends[count, 1] = bend.to_source, bend.to_receiver
                    bends[count, 2], bends[count, 3] = bend.cosine, bend.least
                count += 1
    return count


@kernel
def fill_reflection(k: int, bend: Floats, reflectors: Reflectors, wavelength: Floats, bands: Floats) -> None:
    """What the surface keeps, dB: inf in bands for which it is too small (equation 19) or that it takes whole; `bend` (4,)."""
    for band in range(BANDS):
        energy = reflectors.reflect[k, band]
        if energy > 0.0 and reflects(wavelength[band], bend[3], bend[2], bend[0], bend[1]):
            bands[REFLECTION, band] = -10.0 * np.log10(energy)
        else:
            bands[REFLECTION, band] = np.inf
