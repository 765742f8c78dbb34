"""Values as JSON has them: lists, null for what is not finite, geometry to a tenth of a millimetre."""

import json
import math
from dataclasses import asdict
from typing import Any

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

Document = dict[str, Any]


def listed(record: Any) -> Document:
    """A frozen record with lists for tuples; what is not finite is null."""
    return {key: finite(value) for key, value in asdict(record).items()}


def finite(value: Any) -> Any:
    """A value with lists for tuples, and null for a number that is not finite."""
    if isinstance(value, tuple):
        return [finite(item) for item in value]
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def geometry(geometry: BaseGeometry) -> Document:
    """GeoJSON geometry, coordinates to a tenth of a millimetre."""
    return json.loads(json.dumps(mapping(shapely.set_precision(geometry, 0.0001, mode="pointwise"))))
