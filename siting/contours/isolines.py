"""Lines of equal level through a raster that is read block by block."""

import json
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

import contourpy
import numpy as np
import shapely
from numpy.typing import NDArray

from siting.contours.grid import Block, Grid, blocks, middles
from siting.model import Floats

EVERY_DB = 5.0
LOWEST_DBA = 0.0  # about what the ear hears at all
SIDE = 1024  # cells of a block
SILENCE_DBA = -300.0  # in place of -inf, between which and a level no line could be drawn
NUDGE_DB = 1e-6  # a cell that has the line's level to the bit counts as above it: no two lines meet in a cell's middle
DECIMALS = 3  # coordinates to a millimetre
Read = Callable[[Block], Floats]
Lines = list[NDArray[np.float64]]


def isolines(read: Read, grid: Grid, side: int = SIDE) -> Iterator[tuple[float, Lines]]:
    """The lines of every multiple of 5 dB from 0 dB(A) up, linear between cell middles; none where a level is not known.

    Parameters
    ----------
    read : callable
        The levels of a block of cells, (rows, columns) dB(A), NaN where there is none.
    side : int
        Cells of a block; has no part in the lines. What is held at a time is a block and the lines of one level.

    Yields
    ------
    (float, list of (n, 2) arrays)
        Level in dB(A), rising, and its lines; a closed line ends where it began.
    """
    parts = [(block, *_span(read(block))) for block in blocks(grid, side, overlap=1)]
    known = [(low, high) for _, low, high in parts if low <= high]
    if not known:
        return
    lowest, highest = max(min(low for low, _ in known), LOWEST_DBA), max(high for _, high in known)
    for step in range(math.ceil(lowest / EVERY_DB), math.floor(highest / EVERY_DB) + 1):
        level = step * EVERY_DB
        pieces = [
            piece
            for block, low, high in parts
            if low <= level <= high
            for piece in _pieces(read(block), grid, block, level)
        ]
        lines = _joined(pieces)
        if lines:
            yield level, lines


def geojson(
    lines: Iterable[tuple[float, Lines]], properties: dict[str, Any], crs: str | None
) -> Iterator[str]:
    """Isolines as the text of a GeoJSON FeatureCollection, a feature a line; without a CRS its member is null: not known."""
    member = None if crs is None else {"type": "name", "properties": {"name": crs}}
    yield f'{{"type": "FeatureCollection", "crs": {json.dumps(member)}, "features": ['
    mark = "\n"
    for level, group in lines:
        for xy in group:
            feature = {
                "type": "Feature",
                "properties": {"level_dba": level, **properties},
                "geometry": {"type": "LineString", "coordinates": xy.tolist()},
            }
            yield mark + json.dumps(feature, allow_nan=False)
            mark = ",\n"
    yield "\n]}\n"


def _span(values: Floats) -> tuple[float, float]:
    """Lowest and highest known level of a block; inf and -inf where none is known."""
    known = values[~np.isnan(values)]
    return (float(known.min()), float(known.max())) if known.size else (math.inf, -math.inf)


def _pieces(values: Floats, grid: Grid, block: Block, level: float) -> Lines:
    """The lines of one level in a block; those of neighbours end at the same numbers, as they share a row or column of cells."""
    if min(values.shape) < 2:
        return []
    x = middles(grid, block._replace(rows=1))[:, 0]
    y = middles(grid, block._replace(columns=1))[:, 1]
    values = np.where(values == level, level + NUDGE_DB, np.maximum(values, SILENCE_DBA))
    z = np.ma.masked_invalid(values)
    generator = contourpy.contour_generator(
        x, y, z, name="serial", corner_mask=True, line_type=contourpy.LineType.Separate
    )
    return cast(Lines, generator.lines(level))


def _joined(pieces: Lines) -> Lines:
    """Pieces joined where they meet, each line begun and turned the same way whatever the blocks were, in a fixed order."""
    if not pieces:
        return []
    merged = shapely.line_merge(shapely.multilinestrings([shapely.linestrings(piece) for piece in pieces]))
    whole = shapely.get_parts(shapely.normalize(shapely.get_parts(merged)))
    lines = [_rounded(shapely.get_coordinates(line)) for line in whole]
    return sorted((line for line in lines if len(line) > 1), key=lambda line: line[:2].tolist())


def _rounded(xy: Floats) -> Floats:
    """Coordinates to a millimetre, without points that repeat the one before."""
    xy = np.round(xy, DECIMALS)
    return xy[np.concatenate([[True], np.any(xy[1:] != xy[:-1], axis=1)])]
