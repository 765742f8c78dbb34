"""Sound energy from many sources at many receivers over flat ground: ISO 9613-2:1996 with the general ground method.

Divergence (7.1), air (7.2) and ground (7.3.1); no screening, no reflection.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kernels.bands import BANDS
from kernels.checks import check_bands, check_factor, check_heights, check_points
from kernels.ground import region_attenuation_rows
from kernels.rows import transfer_block
from kernels.zones import GroundZones, check_zones, make_scratch, path_ground_factors, uniform_zones

Floats = NDArray[np.float64]


class SamePointError(ValueError):
    """A source stands exactly where a receiver is: the level there has no bound."""


def flat_transfer(
    sources_xy: ArrayLike,
    source_height: ArrayLike,
    receivers_xy: ArrayLike,
    receiver_height: ArrayLike,
    band_energy: ArrayLike,
    alpha_db_per_m: ArrayLike,
    ground: float | GroundZones,
    threads: int = 1,
) -> Floats:
    """Energy at each receiver from each source over flat ground, per metric.

    A metric is a weighted sum over bands: its row of `band_energy` is 10^((Lw + weight)/10), so that 10 lg of the result is the
    level in that metric (dB(A) with A-weighting; a single band with one value that is not 0). Adiv = 20 lg d + 11 and
    Aatm = alpha d take the slant distance d, Agr the plan distance.

    Parameters
    ----------
    sources_xy : (S, 2) array_like
        Metres.
    source_height : array_like
        Metres above ground, one number or (S,).
    receivers_xy : (R, 2) array_like
        Metres.
    receiver_height : array_like
        Metres above ground, one number or (R,).
    band_energy : (M, 8) array_like
        Sound power times weighting as energy, 63 Hz to 8 kHz.
    alpha_db_per_m : (8,) array_like
        Attenuation by the air, see `kernels.air.band_absorption_db_per_m`.
    ground : float or GroundZones
        Ground factor 0 (hard) to 1 (porous), the same everywhere or by polygons.
    threads : int
        Threads over blocks of receivers; the result does not depend on it by a bit.

    Returns
    -------
    (S, R, M) ndarray
        Energy 10^(L/10). The air and ground of a path count as 3010 dB in a band where they are more.

    Raises
    ------
    ValueError
        An argument has the wrong shape or range, or a source stands exactly where a receiver is; names it.
    """
    sources = _placed("sources_xy", sources_xy, "source_height", source_height)
    receivers = np.ascontiguousarray(
        _placed("receivers_xy", receivers_xy, "receiver_height", receiver_height).T
    )
    energy = check_bands("band_energy", band_energy, (-1, BANDS))
    alpha = check_bands("alpha_db_per_m", alpha_db_per_m, (BANDS,))
    zones = _zones(ground)
    if threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")
    count = receivers.shape[1]
    result = np.empty((len(sources), count, len(energy)))
    edges = [count * k // threads for k in range(threads + 1)]

    def work(first: int, stop: int) -> int:
        return transfer_block(sources, receivers, zones, energy, alpha, first, stop, result)

    if threads == 1:  # a pool costs more than a small call
        coincident = work(0, count)
    else:
        with ThreadPoolExecutor(threads) as pool:
            coincident = sum(pool.map(work, edges[:-1], edges[1:]))
    if coincident:
        s, r = _nearest_pair(sources, receivers.T)
        raise SamePointError(f"sources_xy: source {s} and receiver {r} are the same point")
    return result


class FlatTerms(NamedTuple):
    """The terms of one path over flat ground; dB, bands 63 Hz to 8 kHz.

    Attributes
    ----------
    distance_m, plan_distance_m : float
        Slant distance d and plan distance dp.
    divergence_db : float
        Adiv.
    air_db : (8,) ndarray
        Aatm.
    ground_db, ground_source_db, ground_middle_db, ground_receiver_db : (8,) ndarray
        Agr and its parts As, Am, Ar.
    g_source, g_middle, g_receiver : float
        Mean ground factor of each region.
    """

    distance_m: float
    plan_distance_m: float
    divergence_db: float
    air_db: Floats
    ground_db: Floats
    ground_source_db: Floats
    ground_middle_db: Floats
    ground_receiver_db: Floats
    g_source: float
    g_middle: float
    g_receiver: float


def flat_terms(
    source_xy: ArrayLike,
    source_height: float,
    receiver_xy: ArrayLike,
    receiver_height: float,
    alpha_db_per_m: ArrayLike,
    ground: float | GroundZones,
) -> FlatTerms:
    """Every term of one path, in dB; with the same arguments and errors as `flat_transfer`, of which it is the explanation.

    The level in a band is Lw - divergence_db - air_db - ground_db.
    """
    xs, ys, hs = _placed("source_xy", np.asarray(source_xy)[np.newaxis], "source_height", source_height)[0]
    xr, yr, hr = _placed(
        "receiver_xy", np.asarray(receiver_xy)[np.newaxis], "receiver_height", receiver_height
    )[0]
    alpha = check_bands("alpha_db_per_m", alpha_db_per_m, (BANDS,))
    zones = _zones(ground)
    plan = np.sqrt((xr - xs) * (xr - xs) + (yr - ys) * (yr - ys))
    distance = np.sqrt(plan * plan + (hr - hs) * (hr - hs))
    if distance == 0.0:
        raise SamePointError("source_xy: source and receiver are the same point")
    g = path_ground_factors(xs, ys, hs, xr, yr, hr, zones, make_scratch(zones))
    at_source, at_middle, at_receiver = region_attenuation_rows(plan, hs, hr, *g)
    return FlatTerms(
        float(distance),
        float(plan),
        float(20 * np.log10(distance) + 11),
        alpha * distance,
        at_source + at_receiver + at_middle,
        at_source,
        at_middle,
        at_receiver,
        *(float(value) for value in g),
    )


def _placed(name: str, xy: ArrayLike, height_name: str, height: ArrayLike) -> Floats:
    points = check_points(name, xy)
    return np.column_stack([points, check_heights(height_name, height, len(points))])


def _nearest_pair(sources: Floats, receivers: Floats) -> tuple[int, int]:
    squares = (((receivers - source) ** 2).sum(axis=1) for source in sources)
    _, s, r = min((float(square.min()), s, int(square.argmin())) for s, square in enumerate(squares))
    return s, r


def _zones(ground: float | GroundZones) -> GroundZones:
    if isinstance(ground, GroundZones):
        return check_zones(ground)
    return uniform_zones(float(check_factor("ground", ground)))
