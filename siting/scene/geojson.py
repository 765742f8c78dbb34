"""A scene as GeoJSON text: its features and top-level members, every coordinate checked before a shape is made of it."""

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from siting.errors import InputError
from siting.scene.features import RawFeature
from siting.scene.values import check_keys, nearest, refuse, shown

OWN = ("type", "features", "name", "description", "crs", "bbox")  # members of any FeatureCollection
FEATURE_OWN = ("type", "properties", "geometry", "id", "bbox")
GEOMETRIES = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")


def read_geojson(name: str, file: Path) -> tuple[list[RawFeature], dict[str, Any]]:
    """Features, and the top-level members but `features`.

    Raises
    ------
    InputError
        Empty, not JSON, no FeatureCollection, or a feature without a shape that can be built.
    """
    root = _document(name, file)
    if not isinstance(root, dict) or root.get("type") != "FeatureCollection":
        found = (
            f"its type is {shown(root['type'])}"
            if isinstance(root, dict) and "type" in root
            else "it has no type"
        )
        refuse(name, f"it is JSON but no GeoJSON FeatureCollection ({found})", "write the scene as one")
    features = root.pop("features", None)
    if not isinstance(features, list):
        refuse(name, 'its "features" is no list', "list the scene's features there")
    if not features:
        refuse(name, 'its "features" is an empty list', "give at least one source and one receiver")
    return [_feature(f"{name}: feature {n}", item) for n, item in enumerate(features, 1)], root


def _document(name: str, file: Path) -> Any:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name} is not UTF-8 text (byte {error.start:,}); save it as GeoJSON in UTF-8, or as a GeoPackage."
        ) from error
    if not text.strip():
        raise InputError(f"{name} is empty; write a GeoJSON FeatureCollection into it.")
    try:
        return json.loads(text, object_pairs_hook=_members)
    except _Twice as error:
        raise InputError(
            f"{name}: the key {shown(str(error))} stands twice in one object; keep one."
        ) from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{name} is not valid JSON: {error}; correct it there.") from error


class _Twice(ValueError):
    """A key that stands twice in one object."""


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object's members; of two with one name the reader would drop the first in silence."""
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [key for key, _ in pairs]
        raise _Twice(next(key for key in names if names.count(key) > 1))
    return members


def _feature(where: str, item: Any) -> RawFeature:
    if not isinstance(item, dict) or item.get("type") != "Feature":
        refuse(where, f"it is {shown(item)}, which is no GeoJSON feature", 'give it the type "Feature"')
    check_keys(where, "a feature (a scene's keys stand in its properties)", item, FEATURE_OWN)
    properties = item.get("properties")
    if not isinstance(properties, dict):
        refuse(where, "it has no properties", "give them, with the kind")
    id = properties.get("id", item.get("id"))
    told = f"{where} ({properties.get('kind')}{'' if id is None else f' {shown(id)}'})"
    return RawFeature(where, properties, item.get("id"), _shape(told, item.get("geometry")))


def _shape(where: str, member: Any) -> BaseGeometry:
    if not isinstance(member, dict):
        refuse(where, f"its geometry is {shown(member)}", "give it a Point, LineString or Polygon")
    kind, coordinates = member.get("type"), member.get("coordinates")
    if kind not in GEOMETRIES:
        hint = nearest(kind, GEOMETRIES) if isinstance(kind, str) else None
        do = f"did you mean {hint}?" if hint else "give a Point, LineString or Polygon"
        refuse(where, f"its geometry's type is {shown(kind)}", do)
    dimensions: set[int] = set()
    if kind.startswith("Multi"):
        if not isinstance(coordinates, list):
            refuse(where, "its coordinates are no list", "correct them")
        single = kind.removeprefix("Multi")
        pieces = [_piece(where, single, item, dimensions) for item in coordinates]
        return shapely.GeometryCollection(pieces)
    return _piece(where, kind, coordinates, dimensions)


def _piece(where: str, kind: str, coordinates: Any, dimensions: set[int]) -> BaseGeometry:
    if kind == "Point":
        return shapely.Point(_positions(where, [coordinates], dimensions)[0])
    if not isinstance(coordinates, list):
        refuse(where, "its coordinates are no list", "correct them")
    if kind == "LineString":
        points = _positions(where, coordinates, dimensions)
        if len(points) < 2:
            refuse(where, f"its line has {_points(len(points))}", "give at least two")
        return shapely.LineString(points)
    rings = []
    for ring in coordinates:
        if not isinstance(ring, list):
            refuse(where, f"its polygon has {shown(ring)} where a ring should be", "give a list of rings")
        points = _positions(where, ring, dimensions)
        if len(points) < 4:
            do = "give at least four, the last one the same as the first"
            refuse(where, f"a ring of its polygon has {_points(len(points))}", do)
        if points[0] != points[-1]:
            refuse(where, "a ring of its polygon is not closed", "repeat its first point at its end")
        rings.append(points)
    if not rings:
        refuse(where, "its polygon has no ring", "give it coordinates")
    return shapely.Polygon(rings[0], rings[1:])


def _points(count: int) -> str:
    return "1 point" if count == 1 else f"{count} points"


def _positions(where: str, points: Iterable[Any], dimensions: set[int]) -> list[list[float]]:
    """Positions of two or three finite numbers, the same count in one feature."""
    checked = []
    for point in points:
        if not isinstance(point, list) or len(point) not in (2, 3):
            refuse(where, f"a position is {shown(point)}", "give [x, y] or [x, y, z] in metres")
        for value in point:
            if type(value) not in (int, float) or not -math.inf < value < math.inf or abs(value) > 1e300:
                refuse(where, f"a position is {shown(point)}", "give finite numbers in metres")
        dimensions.add(len(point))
        checked.append(point)
    if len(dimensions) > 1:
        refuse(where, "some of its positions have two numbers and some three", "give all of them the same")
    return checked
