"""Features of a small scene as GeoJSON has them, and scenes compared to the bit."""

import math
from dataclasses import fields

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

from siting.parts import Raster, Scene

POWER = [90.0, 91, 92, 93, 94, 95, 96, 97]


def feature(kind, geometry, coordinates, **properties):
    return {
        "type": "Feature",
        "properties": {"kind": kind, **properties},
        "geometry": {"type": geometry, "coordinates": coordinates},
    }


def source(**changes):
    return feature("source", "Point", [0, 0], **{"height_m": 1, "power_db": POWER} | changes)


def receiver(**changes):
    return feature("receiver", "Point", [50, 0], **{"height_m": 4} | changes)


def square(x=20.0, size=5.0):
    return [[[x, 0], [x + size, 0], [x + size, size], [x, size], [x, 0]]]


def building(**changes):
    return feature("building", "Polygon", square(), **{"height_m": 3} | changes)


def wall(points=((10, -5), (10, 5)), **changes):
    return feature("wall", "LineString", [list(p) for p in points], **{"height_m": 2} | changes)


def same(one, other):
    """Equal to the bit, arrays and shapes too."""
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        return one.tobytes() == other.tobytes() and one.shape == other.shape
    if isinstance(one, (Polygon, LineString)):
        return shapely.to_wkb(one) == shapely.to_wkb(other)
    if hasattr(one, "__dataclass_fields__"):
        return type(one) is type(other) and all(
            same(getattr(one, f.name), getattr(other, f.name))
            for f in fields(one)
            if not (isinstance(one, (Scene, Raster)) and f.name == "name")
        )
    return (
        one == other and math.copysign(1, one or 0) == math.copysign(1, other or 0)
        if isinstance(one, float)
        else one == other
    )
