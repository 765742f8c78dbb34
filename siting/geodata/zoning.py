"""The zoning map: polygons with the names of their zones, and which of them cover a place."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siting.errors import InputError
from siting.geodata.layers import Layer
from siting.geodata.parcels import Parcels
from siting.model import Floats, Ints

SLIVER_M = 1.5


@dataclass(frozen=True)
class Zoning:
    """Zoning polygons with their names, in the parcels' working CRS."""

    polygons: np.ndarray[Any, Any]
    names: list[str]
    tree: shapely.STRtree

    @cached_property
    def coded(self) -> tuple[list[str], Ints]:
        """The different names, sorted, and which of them each polygon has."""
        names, code = np.unique(np.array(self.names, object), return_inverse=True)
        return names.tolist(), code


def read_zoning(lots: Parcels, zones: Layer | None, field: str | None) -> Zoning | None:
    """Zone polygons from the zoning layer, or from a field of the parcels themselves; None where neither is named.

    Raises
    ------
    InputError
        The field with the names is not named or not there.
    """
    if zones is None and field is None:
        return None
    frame, source = (lots.frame, lots.source) if zones is None else (zones.frame, zones.source)
    columns = [c for c in frame.columns if c != frame.geometry.name]
    if field is None or field not in columns:
        found = "no zone field was named" if field is None else f"there is no field {field!r}"
        raise InputError(
            f"{source['path']}: {found}; name one of its fields with --zone-field: {', '.join(columns)}."
        )
    named = frame[field].notna() & ~frame.geometry.is_empty & frame.geometry.notna()
    polygons = np.asarray(frame.geometry[named].array)
    shapely.prepare(polygons)
    return Zoning(polygons, [str(name) for name in frame[field][named]], shapely.STRtree(polygons))


def zone_names(
    zoning: Zoning | None, xy: Floats, whose: Ints | None = None, count: int = 0
) -> list[tuple[str, ...]]:
    """The names of every zone that covers each point (n, 2), sorted; empty where there is none.

    With `whose` (n,) they are those of `count` places together, each of which has some of the points.
    """
    found: list[tuple[str, ...]] = [()] * (len(xy) if whose is None else count)
    if zoning is None or not len(xy):
        return found
    point, zone = zoning.tree.query(shapely.points(xy))
    covers = shapely.intersects_xy(zoning.polygons[zone], *xy[point].T)
    place, (names, code) = point[covers], zoning.coded
    place = place if whose is None else whose[place]
    each = np.unique(place * len(names) + code[zone[covers]])
    for i, k in zip((each // len(names)).tolist(), (each % len(names)).tolist(), strict=True):
        found[i] = (*found[i], names[k])
    return found


def zones_under(zoning: Zoning | None, area: BaseGeometry) -> tuple[str, ...]:
    """The names of every zone that covers a part of an area, sorted, and "" where the map leaves a part of it without one.

    Slivers of less than `SLIVER_M` are none: zoning maps are drawn a metre or two off the lot lines.
    """
    inside = area.buffer(-SLIVER_M)
    if zoning is None:
        return ()
    inside = area if inside.is_empty else inside
    rows = zoning.tree.query(inside, predicate="intersects")
    names = sorted({zoning.names[k] for k in rows.tolist()})
    covered = shapely.union_all(shapely.intersection(zoning.polygons[rows], inside))
    bare = inside.difference(covered.buffer(SLIVER_M))
    return tuple(names) if bare.is_empty else ("", *names)
