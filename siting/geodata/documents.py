"""GeoJSON and TopoJSON looked at as documents: GDAL drops broken members, rings and CRS names without a word."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from siting.errors import InputError

GEOMETRIES = {
    "point",
    "multipoint",
    "linestring",
    "multilinestring",
    "polygon",
    "multipolygon",
    "geometrycollection",
}


@dataclass(frozen=True)
class Document:
    """What a JSON file says about itself."""

    kind: str  # "GeoJSON", "TopoJSON" or "ESRI JSON"
    layers: dict[str, list[int]]  # layer name -> rings of each feature as written; empty for ESRI JSON
    crs: CRS | None
    crs_said: bool  # False: GeoJSON without a crs member, so longitude and latitude in WGS 84 (RFC 7946, 4)


def read_document(name: str, file: Path) -> Document:
    """Read and check a JSON file.

    Raises
    ------
    InputError
        Not JSON, not a map layer, a member of `features` that is no feature, or a CRS name that nothing knows.
    """
    try:
        content = json.loads(file.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name} is not UTF-8 text (byte {error.start:,}); export it again as UTF-8."
        ) from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{name} is not valid JSON: {error}; export it again.") from error
    root = content if isinstance(content, dict) else {}
    kind = str(root.get("type", "")).lower()
    if kind == "topology" and isinstance(root.get("objects"), dict):
        layers = {
            str(key): _topology_rings(value, root.get("arcs", [])) for key, value in root["objects"].items()
        }
        return Document("TopoJSON", layers, None, True)
    if kind == "featurecollection" or kind == "feature" or kind in GEOMETRIES:
        crs, said = _stated_crs(name, root)
        title = root.get("name")
        return Document(
            "GeoJSON", {title if isinstance(title, str) else file.stem: _rings(name, root)}, crs, said
        )
    if isinstance(root.get("features"), list) and "spatialReference" in root:
        return Document("ESRI JSON", {}, None, True)
    found = f'its "type" is {json.dumps(root["type"])[:40]}' if "type" in root else 'it has no "type"'
    raise InputError(f"{name} is JSON but no GeoJSON or TopoJSON ({found}); export the lots as GeoJSON.")


def _rings(name: str, root: dict[str, Any]) -> list[int]:
    kind = root["type"].lower()
    if kind != "featurecollection":
        return [rings_stated(root.get("geometry") if kind == "feature" else root)]
    features = root.get("features")
    if not isinstance(features, list):
        raise InputError(f'{name}: a GeoJSON collection needs a list "features"; export it again.')
    for number, feature in enumerate(features, 1):
        if not isinstance(feature, dict) or str(feature.get("type")).lower() != "feature":
            raise InputError(
                f'{name}: member {number} of "features" is no GeoJSON feature; correct or remove it.'
            )
    return [rings_stated(feature.get("geometry")) for feature in features]


def _topology_rings(item: Any, arcs: Any) -> list[int]:
    """TopoJSON: an object is a geometry, or a collection whose geometries are the features."""
    if not isinstance(item, dict):
        return []
    parts = item.get("geometries")
    return (
        [rings_stated(part, arcs) for part in parts]
        if isinstance(parts, list)
        else [rings_stated(item, arcs)]
    )


def rings_stated(geometry: Any, arcs: Any = None) -> int:
    """How many polygon rings a GeoJSON or TopoJSON geometry writes down, those too short to enclose an area left out.

    A broken ring counts, so that its loss is seen; no geometry is -1. `arcs` are the arcs of a TopoJSON file.
    """
    if not isinstance(geometry, dict):
        return -1
    kind = str(geometry.get("type")).lower()
    if kind == "geometrycollection":
        parts = geometry.get("geometries")
        return sum(max(rings_stated(part, arcs), 0) for part in parts) if isinstance(parts, list) else 0
    rings = geometry.get("coordinates" if arcs is None else "arcs")
    if kind not in ("polygon", "multipolygon") or not isinstance(rings, list):
        return 0
    if kind == "multipolygon":
        rings = [ring for part in rings for ring in (part if isinstance(part, list) else [part])]
    return sum(_long_enough(ring, arcs) for ring in rings)


def _long_enough(ring: Any, arcs: Any) -> bool:
    if not isinstance(ring, list):
        return True
    if arcs is None:
        return len(ring) >= 3
    try:
        return sum(len(arcs[index if index >= 0 else ~index]) - 1 for index in ring) >= 3
    except (TypeError, IndexError):
        return True


def _stated_crs(name: str, root: dict[str, Any]) -> tuple[CRS | None, bool]:
    """The CRS of a GeoJSON file: RFC 7946 without the member, else what the older `crs` member names."""
    if "crs" not in root:
        return CRS.from_epsg(4326), False
    member = root["crs"]
    if member is None:
        return None, True
    try:
        return CRS.from_user_input(member["properties"]["name"]), True
    except (CRSError, KeyError, TypeError) as error:
        raise InputError(
            f'{name}: its "crs" member {json.dumps(member)[:80]} names no CRS that is known.'
        ) from error
