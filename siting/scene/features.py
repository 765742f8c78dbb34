"""Features of a scene, from whatever file: kinds, keys and shapes checked, each part with its id."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siting.parts import Belt, Building, Elevation, Ground, Receiver, Source, Wall
from siting.scene.values import (
    LOUDEST_DB,
    QUIETEST_DB,
    absorption,
    check_keys,
    directivity,
    nearest,
    number,
    numbers,
    powers,
    refuse,
    shown,
)

KEYS = {
    "source": ("height_m", "z_m", "power_db", "power_31_db", "size_m", "heading_deg", "directivity_db"),
    "receiver": ("height_m", "z_m"),
    "building": ("height_m", "top_m", "absorption"),
    "wall": ("height_m", "top_m", "absorption"),
    "ground": ("g",),
    "elevation": ("z_m",),
    "foliage": ("height_m",),
    "site": ("height_m",),
}
"""Keys of each kind beside `kind` and `id`, which all have."""

SHAPES = {
    "source": ("Point",),
    "receiver": ("Point",),
    "building": ("Polygon",),
    "wall": ("LineString",),
    "ground": ("Polygon",),
    "elevation": ("Point", "LineString"),
    "foliage": ("Polygon",),
    "site": ("Polygon",),
}
LISTS = ("power_db", "size_m", "directivity_db", "absorption")  # JSON text in a table's column
EVERY_KEY = {key for keys in KEYS.values() for key in keys}
ONE_EACH = ("source", "receiver")  # kinds whose ids are told apart in the answer
THIRD = ("wall", "elevation")  # kinds whose third coordinate is read
Part = Source | Receiver | Building | Wall | Ground | Belt | Elevation


class RawFeature(NamedTuple):
    """A feature as its file has it."""

    where: str  # file and number, for sentences
    properties: dict[str, Any]
    id: Any  # GeoJSON's own id member; counts where the properties have none
    shape: BaseGeometry


@dataclass(frozen=True)
class _Item:
    """One part to be: a feature, or one piece of a feature of several."""

    where: str
    kind: str
    id: str
    given: dict[str, Any]  # properties without kind, id and null
    shape: BaseGeometry


def read_parts(features: Iterable[RawFeature]) -> list[Part]:
    """Parts in the order of the file; features of several points, lines or polygons are taken apart as id/1, id/2, ...

    Raises
    ------
    InputError
        An unknown kind or key, a value or a shape that cannot be, two sources or two receivers of one id.
    """
    return [_BUILD[item.kind](item) for item in _named([_pieces(feature) for feature in features])]


def _pieces(feature: RawFeature) -> tuple[str, str, str | None, dict[str, Any], list[BaseGeometry]]:
    """Where it stands with kind and id, kind, id, properties and shapes."""
    properties = feature.properties
    kind = properties.get("kind")
    if not isinstance(kind, str) or kind not in KEYS:
        hint = nearest(kind, KEYS) if isinstance(kind, str) else None
        found = f"its kind is {shown(kind)}" if "kind" in properties else "it has no kind"
        refuse(feature.where, found, f"did you mean {hint}?" if hint else f"give one of {', '.join(KEYS)}")
    id = _id(feature, kind)
    where = f"{feature.where} ({kind})" if id is None else f"{feature.where} ({kind} {shown(id)})"
    # a null in a column that other kinds use is an empty cell of a table
    keys = [key for key, value in properties.items() if value is not None or key not in EVERY_KEY]
    owner = f"{'an' if kind == 'elevation' else 'a'} {kind}"
    check_keys(where, owner, keys, ("kind", "id", *KEYS[kind]))
    given = {
        key: value for key, value in properties.items() if value is not None and key not in ("kind", "id")
    }
    shapes = list(shapely.get_parts(feature.shape))
    for shape in shapes:
        _check_shape(where, kind, shape)
    if not shapes:
        refuse(where, "its geometry is empty", "remove the feature or give it coordinates")
    return where, kind, id, given, shapes


def _id(feature: RawFeature, kind: str) -> str | None:
    value = feature.properties.get("id")
    value = feature.id if value is None else value
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a table's column of whole numbers with empty cells
    if value is not None and (isinstance(value, bool) or not isinstance(value, (str, int)) or value == ""):
        refuse(f"{feature.where} ({kind})", f"its id is {shown(value)}", "give a text or a whole number")
    return None if value is None else str(value)


def _named(
    features: list[tuple[str, str, str | None, dict[str, Any], list[BaseGeometry]]],
) -> list[_Item]:
    """One item a shape, with an id: the stated one, else the kind and a number that is free."""
    taken: dict[tuple[str, str], str] = {}
    for where, kind, id, _, shapes in features:
        for name in [] if id is None else _ids(id, shapes):
            if (kind, name) in taken and kind in ONE_EACH:
                refuse(where, f"the id is taken by {taken[kind, name]}", f"give each {kind} an id of its own")
            taken[kind, name] = where.partition(": ")[2]
    count = dict.fromkeys(KEYS, 0)
    items = []
    for where, kind, id, given, shapes in features:
        names = [] if id is None else _ids(id, shapes)
        for number_of, shape in enumerate(shapes):
            count[kind] += 1
            while id is None and (kind, f"{kind} {count[kind]}") in taken:
                count[kind] += 1
            name = f"{kind} {count[kind]}" if id is None else names[number_of]
            items.append(_Item(where, kind, name, given, shape))
    return items


def _ids(id: str, shapes: list[BaseGeometry]) -> list[str]:
    return [id] if len(shapes) == 1 else [f"{id}/{n}" for n in range(1, len(shapes) + 1)]


def _check_shape(where: str, kind: str, shape: BaseGeometry) -> None:
    if shape.geom_type not in SHAPES[kind]:
        refuse(where, f"its geometry is a {shape.geom_type}", f"give a {' or a '.join(SHAPES[kind])}")
    if shape.is_empty:
        refuse(where, "its geometry is empty", "remove the feature or give it coordinates")
    if not np.isfinite(shapely.get_coordinates(shape, include_z=shape.has_z)).all():
        refuse(where, "a coordinate is not a finite number", "correct or remove it")
    if shape.geom_type == "Polygon" and not shape.is_valid:
        reason, _, place = shapely.is_valid_reason(shape).partition("[")
        at = f" at ({', '.join(place.rstrip(']').split())})" if place else ""
        refuse(where, f"its outline is no simple polygon ({reason.lower()}{at})", "redraw it there")
    if shape.geom_type == "LineString" and shape.length == 0:
        refuse(where, "all its points are one place", "give a line with a length")
    if kind not in THIRD and shape.has_z and shapely.get_coordinates(shape, include_z=True)[:, 2].any():
        refuse(where, f"its coordinates have a third number, which a {kind} has no use for", "leave it out")


def _height(item: _Item, above: str, absolute: str) -> dict[str, Any]:
    """Exactly one of a height above ground and an absolute one."""
    keys = [key for key in (above, absolute) if key in item.given]
    if len(keys) != 1:
        found = f"both {above} and {absolute}" if keys else f"neither {above} nor {absolute}"
        refuse(item.where, f"it has {found}", f"give one: {above} above ground, or {absolute} absolute")
    return {keys[0]: number(item.where, keys[0], item.given[keys[0]], 0 if keys[0] == above else -np.inf)}


def _top(item: _Item) -> dict[str, Any]:
    """The height of what stands; one of 0 m is no height but one that is not known."""
    top = _height(item, "height_m", "top_m")
    if top.get("height_m") == 0:
        refuse(
            item.where,
            f"height_m is {shown(item.given['height_m'])}",
            "give a number above 0, or remove the feature",
        )
    return top


def _reflecting(item: _Item) -> dict[str, Any]:
    given = item.given
    return {"absorption": absorption(item.where, given["absorption"])} if "absorption" in given else {}


def _needed(item: _Item, key: str) -> Any:
    if key not in item.given:
        refuse(item.where, f"it has no {key}", "give it")
    return item.given[key]


def _source(item: _Item) -> Source:
    where, given = item.where, item.given
    ranges = {"power_31_db": (QUIETEST_DB, LOUDEST_DB), "heading_deg": (-np.inf, np.inf)}
    optional: dict[str, Any] = {
        key: number(where, key, given[key], *ends) for key, ends in ranges.items() if key in given
    }
    if "size_m" in given:
        size = numbers(where, "size_m", given["size_m"], 3)
        if min(size) <= 0:
            refuse(where, f"size_m is {shown(list(size))}", "give length, width and height, each above 0")
        optional["size_m"] = size
    if "directivity_db" in given:
        optional["directivity_db"] = directivity(where, given["directivity_db"])
    power = powers(where, _needed(item, "power_db"))
    x, y = item.shape.x, item.shape.y
    return Source(item.id, x, y, power, **_height(item, "height_m", "z_m"), **optional)


def _receiver(item: _Item) -> Receiver:
    return Receiver(item.id, item.shape.x, item.shape.y, **_height(item, "height_m", "z_m"))


def _building(item: _Item) -> Building:
    outline = shapely.force_2d(item.shape)
    return Building(item.id, outline, **_top(item), **_reflecting(item))


def _wall(item: _Item) -> Wall:
    """A third coordinate is the top; zeros there beside height_m or top_m are how some programs write plain lines."""
    line = shapely.force_2d(item.shape)
    tops = shapely.get_coordinates(item.shape, include_z=True)[:, 2] if item.shape.has_z else None
    stated = "height_m" in item.given or "top_m" in item.given
    if tops is None or (stated and not tops.any()):
        if not stated:
            do = "give one: height_m above ground, top_m absolute, or the absolute top as third coordinate"
            refuse(item.where, "it has no height_m and no top_m", do)
        return Wall(item.id, line, **_top(item), **_reflecting(item))
    if stated:
        key = "height_m" if "height_m" in item.given else "top_m"
        refuse(item.where, f"it has {key} and a third coordinate, which is its top", "give one of them")
    return Wall(item.id, line, tops_m=tuple(tops.tolist()), **_reflecting(item))


def _ground(item: _Item) -> Ground:
    return Ground(shapely.force_2d(item.shape), number(item.where, "g", _needed(item, "g"), 0, 1))


def _belt(item: _Item) -> Belt:
    height = number(item.where, "height_m", _needed(item, "height_m"), 0)
    return Belt("site" if item.kind == "site" else "foliage", shapely.force_2d(item.shape), height)


def _elevation(item: _Item) -> Elevation:
    xyz = shapely.get_coordinates(item.shape, include_z=True)
    if "z_m" in item.given:
        if item.shape.has_z and xyz[:, 2].any():
            refuse(item.where, "it has z_m and a third coordinate", "give one of them")
        xyz[:, 2] = number(item.where, "z_m", item.given["z_m"])
    elif not item.shape.has_z:
        refuse(item.where, "it has neither z_m nor a third coordinate", "give one: the height of the ground")
    return Elevation(xyz)


_BUILD: dict[str, Callable[[_Item], Part]] = {
    "source": _source,
    "receiver": _receiver,
    "building": _building,
    "wall": _wall,
    "ground": _ground,
    "elevation": _elevation,
    "foliage": _belt,
    "site": _belt,
}
