"""Sound energy from sources at receivers, and every term of one pair: ISO 9613-2:1996 with all that a `Medium` holds."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kernels.bands import BANDS
from kernels.blocks import fill_paths, reflect_block, transfer_block
from kernels.checks import check_bands
from kernels.medium import Medium
from kernels.paths import BAND_TERMS, SINGLE_TERMS
from kernels.reflection import BEND_VALUES, find_bends
from kernels.ways import WAY_VALUES, trace_paths, trace_rows

Floats = NDArray[np.float64]

CHUNK = 2048  # receivers that a thread takes at a time
PATHS = 16384  # and paths, where more than their ends is kept of each
NO_WAYS = np.empty((0, 0, WAY_VALUES))


class SamePointError(ValueError):
    """A source stands exactly where a receiver is: the level there has no bound."""


def transfer(
    sources: ArrayLike,
    receivers: ArrayLike,
    band_energy: ArrayLike,
    medium: Medium,
    directivity: ArrayLike | None = None,
    threads: int = 1,
) -> Floats:
    """Energy at each receiver from each source, per metric.

    A metric is a weighted sum over bands: its row of `band_energy` is 10^((Lw + weight)/10), so that 10 lg of the result is the
    level in that metric (dB(A) with A-weighting; a single band with one value that is not 0).

    Parameters
    ----------
    sources : (S, 5) array_like
        x, y, height, height of the ground, all in metres, heights absolute; heading, radians counter-clockwise from the x axis.
    receivers : (R, 4) array_like
        x, y, height, height of the ground.
    band_energy : (M, 8) or (S, M, 8) array_like
        Sound power times weighting as energy, 63 Hz to 8 kHz; the same for all sources or for each.
    medium : Medium
        From `kernels.medium`.
    directivity : (S, 8, 8) array_like, optional
        dB by position and band, see `kernels.directivity`.
    threads : int
        Threads over blocks of receivers; the result does not depend on it by a bit.

    Returns
    -------
    (S, R, M) ndarray
        Energy 10^(L/10), all paths together. An attenuation of more than 3010 dB in a band counts as 3010 dB.

    Raises
    ------
    ValueError
        An argument has the wrong shape or range, or a source stands exactly where a receiver is; names it.
    """
    placed = check_places("sources", sources, 5)
    heard = np.ascontiguousarray(check_places("receivers", receivers, 4).T)
    energy = np.asarray(band_energy, dtype=np.float64)
    energy = check_bands("band_energy", energy[None] if energy.ndim == 2 else energy, (-1, -1, BANDS))
    if len(energy) not in (1, len(placed)):
        raise ValueError(f"band_energy must be for one or for all {len(placed)} sources, got {len(energy)}")
    energy = np.ascontiguousarray(np.broadcast_to(energy, (len(placed), *energy.shape[1:])))
    pattern = np.zeros((0, BANDS, BANDS)) if directivity is None else np.ascontiguousarray(directivity, float)
    if not np.isfinite(pattern).all():
        raise ValueError("directivity must be finite numbers")
    if pattern.shape not in ((0, BANDS, BANDS), (len(placed), BANDS, BANDS)):
        raise ValueError(f"directivity must have shape ({len(placed)}, 8, 8), got {pattern.shape}")
    if threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")
    count = heard.shape[1]
    result = np.empty((len(placed), count, energy.shape[1]))
    chunk = max(count if threads == 1 else min(CHUNK, -(-count // threads)), 1)
    if has_screens(medium) or len(medium.reflectors.x0):
        chunk = min(chunk, CHUNK)

    def work(first: int) -> int:
        return _fill_chunk(placed, heard, pattern, medium, energy, first, min(first + chunk, count), result)

    starts = range(0, count, chunk)
    if threads == 1:  # a pool costs more than a small call
        coincident = sum(map(work, starts))
    else:
        with ThreadPoolExecutor(threads) as pool:
            coincident = sum(pool.map(work, starts))
    if coincident:
        s, r = _nearest_pair(placed[:, :3], heard[:3].T)
        raise SamePointError(f"sources: source {s} and receiver {r} are the same point")
    return result


def has_screens(medium: Medium) -> bool:
    """Whether anything can stand in a path."""
    return len(medium.screens.obstacles.edge) > 0 or len(medium.screens.surface.z) > 0


def _fill_chunk(
    sources: Floats,
    receivers: Floats,
    pattern: Floats,
    medium: Medium,
    energy: Floats,
    first: int,
    stop: int,
    result: Floats,
) -> int:
    """Fill result[:, first:stop], as many sources at a time as keep the paths in the processor's memory."""
    screened, coincident = has_screens(medium), 0
    group = max(PATHS // max(stop - first, 1), 1) if screened or len(medium.reflectors.x0) else len(sources)
    for a in range(0, len(sources), max(group, 1)):
        part = slice(a, a + group)
        of = sources[part], receivers, pattern[part]
        ways = trace_rows(sources[part], receivers, first, stop, medium.screens) if screened else NO_WAYS
        coincident += transfer_block(*of, medium, energy[part], ways, first, stop, result[part])
        if len(medium.reflectors.x0):
            index, paths, bends = _reflected(sources[part], receivers, first, stop, medium)
            ways = trace_paths(paths, medium.screens)
            reflect_block(*of, medium, energy[part], index, paths, bends, ways, result[part])
    return coincident


def _reflected(
    sources: Floats, receivers: Floats, first: int, stop: int, medium: Medium
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """All reflected paths of a block, as `find_bends` has them."""
    room = 4 * len(sources) * (stop - first)
    while True:
        index, paths, bends = (
            np.empty((room, 3), np.int64),
            np.empty((room, 8)),
            np.empty((room, BEND_VALUES)),
        )
        count = find_bends(sources, receivers, first, stop, medium.reflectors, index, paths, bends)
        if count <= room:
            return index[:count], paths[:count], bends[:count]
        room = count


def list_paths(
    source: ArrayLike, receiver: ArrayLike, pattern: ArrayLike | None, medium: Medium
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """All paths from one source to one receiver with every term, the direct one first.

    Parameters
    ----------
    source : (5,) array_like
    receiver : (4,) array_like
    pattern : (8, 8) array_like or None
        Directivity of the source.
    medium : Medium
        All as for `transfer`, of which this is the explanation.

    Returns
    -------
    reflector : (n,) ndarray
        Index into medium.reflectors; -1 for the direct path.
    bands : (n, 14, 8) ndarray
        Terms by band, dB; rows named in `kernels.paths`.
    single : (n, 29) ndarray
        Terms with one value.

    Raises
    ------
    ValueError
        As `transfer`.
    """
    place = check_places("source", np.asarray(source, float)[None], 5)
    heard = check_places("receiver", np.asarray(receiver, float)[None], 4)
    if (place[0, :3] == heard[0, :3]).all():
        raise SamePointError("source: source and receiver are the same point")
    index, paths, bends = _reflected(place, np.ascontiguousarray(heard.T), 0, 1, medium)
    straight = np.concatenate([place[0, :3], heard[0, :3], [np.nan, np.nan]])
    paths = np.concatenate([straight[None], paths])
    reflector = np.concatenate([[-1], index[:, 2]])
    bends = np.concatenate([np.zeros((1, BEND_VALUES)), bends])
    table = np.zeros((0, BANDS)) if pattern is None else np.ascontiguousarray(pattern, float)
    ways = trace_paths(paths, medium.screens)
    bands, single = np.empty((len(paths), BAND_TERMS, BANDS)), np.empty((len(paths), SINGLE_TERMS))
    fill_paths(place[0], heard[0], table, medium, reflector, paths, bends, ways, bands, single)
    return reflector, bands, single


def check_places(name: str, places: ArrayLike, columns: int) -> Floats:
    """Finite places as (n, columns) float64 whose height is not below the ground.

    Raises
    ------
    ValueError
        A shape or value does not fit; names the argument.
    """
    rows = np.ascontiguousarray(places, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != columns:
        raise ValueError(f"{name} must have shape (n, {columns}), got {rows.shape}")
    if not np.isfinite(rows).all():
        raise ValueError(f"{name} must be finite numbers")
    if (rows[:, 2] < rows[:, 3]).any():
        raise ValueError(f"{name} must not lie below the ground")
    return rows


def _nearest_pair(sources: Floats, receivers: Floats) -> tuple[int, int]:
    squares = (((receivers - source) ** 2).sum(axis=1) for source in sources)
    _, s, r = min((float(square.min()), s, int(square.argmin())) for s, square in enumerate(squares))
    return s, r
