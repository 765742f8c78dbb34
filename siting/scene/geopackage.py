"""A scene as a GeoPackage: the same kinds and keys as columns of any layers, top-level members in the table `scene`."""

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from siting.errors import InputError
from siting.scene.features import LISTS, RawFeature
from siting.scene.values import refuse, shown

SETTINGS = "scene"  # the table without geometry: columns key and value, the value as JSON text
PASSED_OVER = ("layer_styles",)  # how a GIS keeps its colours
Column = NDArray[Any]


def read_geopackage(name: str, file: Path) -> tuple[list[RawFeature], dict[str, Any], str | None]:
    """Features of all layers, the rows of the table `scene`, and the CRS that all layers have in common.

    Raises
    ------
    InputError
        No GeoPackage that can be read, a table that is none of a scene, or layers in different CRSs.
    """
    import pyogrio

    features: list[RawFeature] = []
    settings: dict[str, Any] = {}
    systems: dict[str | None, str] = {}
    try:
        layers = [str(row[0]) for row in pyogrio.list_layers(file)]
    except Exception as error:  # pyogrio and GDAL share no base class
        raise InputError(
            f"{name} cannot be read as a GeoPackage ({_reason(error)}); export it again."
        ) from error
    for layer in layers:
        if layer in PASSED_OVER:
            continue
        meta, shapes, columns = _layer(name, file, layer)
        if shapes is not None:
            systems.setdefault(_system(meta), layer)
            features += _features(f"{name}: layer {layer}, feature", shapes, columns)
        elif layer == SETTINGS:
            settings = _settings(f"{name}: table {SETTINGS}", columns)
        else:
            do = f"remove it; the table for a scene's settings is called {SETTINGS}"
            refuse(name, f"{layer} is a table without geometry", do)
    if len(systems) > 1:
        refuse(
            name, f"its layers {' and '.join(systems.values())} have different CRSs", "give all the same one"
        )
    if not features:
        refuse(name, "it has no features", "give at least one source and one receiver")
    return features, settings, next(iter(systems), None)


def _layer(name: str, file: Path, layer: str) -> tuple[dict[str, Any], Column | None, dict[str, Column]]:
    from pyogrio import raw

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            meta, _, wkb, fields = raw.read(file, layer=layer)
    except Exception as error:
        raise InputError(
            f"{name}: layer {layer} cannot be read ({_reason(error)}); export it again."
        ) from error
    return meta, wkb, dict(zip(map(str, meta["fields"]), fields, strict=True))


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _system(meta: dict[str, Any]) -> str | None:
    """The layer's CRS; None where the file says that it has none."""
    text = meta.get("crs")
    return None if not text or "undefined" in text[:40].lower() else text


def _features(where: str, shapes: Column, columns: dict[str, Column]) -> Iterator[RawFeature]:
    for row, wkb in enumerate(shapes):
        told = f"{where} {row + 1}"
        properties = {key: _plain(f"{told}: {key}", key, column[row]) for key, column in columns.items()}
        yield RawFeature(told, properties, None, _shape(told, wkb))


def _shape(where: str, wkb: bytes | None) -> BaseGeometry:
    if wkb is None:
        refuse(where, "it has no geometry", "remove the feature or draw it")
    try:
        return shapely.from_wkb(wkb)
    except (shapely.GEOSException, NotImplementedError) as error:
        reason = str(error).partition(": ")[2] or str(error)
        refuse(where, f"its shape cannot be built ({reason})", "redraw it with points, lines or polygons")


def _plain(where: str, key: str, value: Any) -> Any:
    """A cell as JSON would have it: lists from their text, None where the cell is empty."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value != value:  # a column of numbers shows an empty cell as NaN
        return None
    return _json(where, value) if key in LISTS and isinstance(value, str) else value


def _settings(where: str, columns: dict[str, Column]) -> dict[str, Any]:
    if set(columns) != {"key", "value"}:
        refuse(where, f"it has the columns {', '.join(columns) or 'none'}", "give it key and value")
    settings: dict[str, Any] = {}
    for key, value in zip(columns["key"], columns["value"], strict=True):
        if key in settings:
            refuse(where, f"{shown(key)} stands twice", "keep one")
        settings[str(key)] = _json(f"{where}: {key}", value) if isinstance(value, str) else value
    return settings


def _json(where: str, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        refuse(
            where,
            f"{shown(text)} is no JSON text",
            'write lists like [1, 2], and text like "general" with its quotes',
        )
