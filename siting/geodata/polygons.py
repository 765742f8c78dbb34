"""Shapes to valid plane polygons: every row keeps its place, and one that cannot be used says why."""

from collections import Counter

import numpy as np
import shapely
from numpy.typing import NDArray

from siting.model import Ints

Shapes = NDArray[np.object_]
SMALLEST_M2 = 0.01  # below this a lot is a drawing slip: 10 cm by 10 cm
FARTHEST = 1e8  # file units; twice round the earth in feet and more
AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def polygonal(shapes: Shapes) -> tuple[Shapes, dict[int, str], list[str]]:
    """Keep what is an area.

    Parameters
    ----------
    shapes : (n,) array of shapely geometries or None

    Returns
    -------
    shapes : (n,) array
        Plane polygons and multipolygons with finite coordinates, None elsewhere.
    reasons : dict
        Row -> why it cannot be used.
    notes : list of str
        What was left away from rows that stay in use.
    """
    reasons: dict[int, str] = {}
    notes: list[str] = []
    shapes, kind = shapes.copy(), shapely.get_type_id(shapes)
    deep = int(np.count_nonzero(shapely.has_z(shapes) | shapely.has_m(shapes)))
    if deep:
        shapes = shapely.force_2d(shapes)
        notes.append(f"heights or measures on the vertices of {deep:,} shapes were dropped")
    mixed = np.flatnonzero(kind == shapely.GeometryType.GEOMETRYCOLLECTION)
    for row in mixed:  # rare; each may nest
        shapes[row] = shapely.MultiPolygon(_areas_in(shapes[row]))
    kept = mixed[~shapely.is_empty(shapes[mixed])]
    if kept.size:
        notes.append(f"of {kept.size:,} geometry collections only the polygons were kept")
    areal = np.isin(kind, AREAL)
    areal[kept] = True
    empty = shapely.is_empty(shapes)
    for row in np.flatnonzero(~areal | empty):
        reasons[int(row)] = _why_no_area(int(kind[row]), bool(empty[row]))
    shapes[list(reasons)] = None
    shapes, wild, _ = finite(shapes)
    return shapes, reasons | {row: why for row, why in wild.items() if row not in reasons}, notes


def finite(shapes: Shapes) -> tuple[Shapes, dict[int, str], list[str]]:
    """Plane shapes of any kind with finite coordinates; answers as `polygonal` does."""
    shapes = shapely.force_2d(shapes)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    reasons = dict.fromkeys(np.flatnonzero(missing).tolist(), "it has no geometry")
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    wild = owner[~np.all(np.abs(xy) < FARTHEST, axis=1)]  # NaN compares as not smaller
    for row in np.unique(wild):
        reasons[int(row)] = "a coordinate is no number on earth"
    shapes[list(reasons)] = None
    return shapes, reasons, []


def repaired(shapes: Shapes) -> tuple[Shapes, Ints, dict[int, str]]:
    """Make every polygon valid (GEOS make_valid, structure method: rings first, holes cut out).

    Returns
    -------
    shapes : (n,) array
        Valid polygons and multipolygons of at least 0.01 m², None elsewhere.
    rows : array
        The rows that had to be repaired and can be used.
    reasons : dict
        Row -> why it cannot be used after all.
    """
    shapes = shapes.copy()
    bad = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    if bad.size:
        shapes[bad] = shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False)
    small = np.flatnonzero(~(shapely.area(shapes) >= SMALLEST_M2) & ~shapely.is_missing(shapes))
    shapes[small] = None
    return shapes, np.setdiff1d(bad, small), dict.fromkeys(small.tolist(), "it encloses no area")


def stacks(shapes: Shapes) -> Ints:
    """The first row with the same shape, for every row; shapes are compared to the millimetre, whatever vertex they begin at."""
    first = np.arange(len(shapes))
    usable = np.flatnonzero(~shapely.is_missing(shapes))
    boxes = np.round(shapely.bounds(shapes[usable]), 2)
    _, group, size = np.unique(boxes, axis=0, return_inverse=True, return_counts=True)
    alike = usable[size[group.reshape(-1)] > 1]
    rounded = shapely.transform(shapes[alike], lambda xy: np.round(xy, 3))
    seen: dict[bytes, int] = {}
    for row, key in zip(alike.tolist(), shapely.to_wkb(shapely.normalize(rounded)), strict=True):
        first[row] = seen.setdefault(key, row)
    return first


def kinds_listed(shapes: Shapes) -> str:
    """What a layer holds, for a message: `2,849 Point, 3 without geometry`."""
    counts = Counter("without geometry" if shape is None else shape.geom_type for shape in shapes)
    return ", ".join(f"{count:,} {kind}" for kind, count in counts.most_common())


def has_area(shape: shapely.Geometry) -> bool:
    """Whether a geometry is of a kind that can enclose an area."""
    return shapely.get_type_id(shape) in AREAL or bool(_areas_in(shape))


def _areas_in(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """The polygons of a collection, however deep."""
    if isinstance(shape, shapely.geometry.base.BaseMultipartGeometry):
        return [area for part in shape.geoms for area in _areas_in(part)]
    return [shape] if isinstance(shape, shapely.Polygon) and not shape.is_empty else []


def _why_no_area(kind: int, empty: bool) -> str:
    if kind < 0:
        return "it has no geometry"
    if empty:
        return "its geometry is empty"
    return f"it is a {shapely.GeometryType(kind).name.replace('STRING', ' string').lower()}, not an area"
