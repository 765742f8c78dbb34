"""A scene as GeoJSON that reads back to the same scene, to the bit."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import LineString, Polygon

from siting import wording
from siting.errors import InputError
from siting.parts import Belt, Building, Elevation, Ground, Receiver, Scene, Source, Wall

Document = dict[str, Any]


def write_scene(scene: Scene, path: str | Path) -> None:
    """Write a scene as GeoJSON, and its terrain beside it as `<stem>-terrain.tif`.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    file = Path(path)
    terrain = f"{file.stem}-terrain.tif" if scene.terrain is not None else None
    try:
        file.write_text(scene_text(scene_document(scene, terrain)), encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(f"{file}: cannot be written ({error.strerror}); choose another place.") from error
    if scene.terrain is not None and terrain is not None:
        from siting.geodata.grid import write_grid

        write_grid(scene.terrain, file.with_name(terrain))


def scene_document(scene: Scene, terrain_name: str | None = None) -> Document:
    """The scene as a GeoJSON FeatureCollection.

    Parameters
    ----------
    scene : Scene
        Any scene; its `name`, which is the file it came from, is left out.
    terrain_name : str, optional
        How the raster beside the scene's file is called; needed where the scene has one.
    """
    if (scene.terrain is None) != (terrain_name is None):
        raise ValueError("terrain_name goes with a scene that has a terrain")
    members: Document = {"type": "FeatureCollection"}
    if scene.crs is not None:
        members["crs"] = {"type": "name", "properties": {"name": wording.crs_urn(scene.crs)}}
    members |= settings_of(scene)
    if terrain_name is not None:
        members["terrain"] = terrain_name
    features = [
        *map(_source, scene.sources),
        *map(_receiver, scene.receivers),
        *map(_building, scene.buildings),
        *map(_wall, scene.walls),
        *map(_ground, scene.ground),
        *map(_belt, scene.belts),
        *map(_elevation, scene.elevation),
    ]
    return members | {"features": features}


def settings_of(scene: Scene) -> Document:
    """What a scene's levels are computed with, by the names of its top-level members."""
    return {
        "air": asdict(scene.air),
        "ground_g": scene.ground_g,
        "ground_method": scene.ground_method,
        "c0_db": scene.c0_db,
        "reflections": scene.reflections,
        "lateral_rule_8x": scene.lateral_rule_8x,
        "edges_below_sight": scene.edges_below_sight,
    }


def scene_text(document: Document) -> str:
    """JSON text with a line for every member and every feature; numbers as short as they come back the same."""
    lines = [f"{_json(key)}: {_json(value)}" for key, value in document.items() if key != "features"]
    features = ",\n".join(_json(feature) for feature in document["features"])
    return "{\n" + ",\n".join([*lines, f'"features": [\n{features}\n]']) + "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, default=float
    )  # numpy's numbers are floats too


def _feature(geometry: Document, kind: str, **values: Any) -> Document:
    given = {key: value for key, value in values.items() if value is not None}
    return {"type": "Feature", "properties": {"kind": kind, **given}, "geometry": geometry}


def _point(x: float, y: float) -> Document:
    return {"type": "Point", "coordinates": [x, y]}


def _polygon(outline: Polygon) -> Document:
    rings = (outline.exterior, *outline.interiors)
    return {"type": "Polygon", "coordinates": [shapely.get_coordinates(ring).tolist() for ring in rings]}


def _line(line: LineString, tops: tuple[float, ...] | None) -> Document:
    points = shapely.get_coordinates(line).tolist()
    if tops is not None:
        points = [[*point, top] for point, top in zip(points, tops, strict=True)]
    return {"type": "LineString", "coordinates": points}


def _source(part: Source) -> Document:
    return _feature(
        _point(part.x_m, part.y_m),
        "source",
        id=part.id,
        height_m=part.height_m,
        z_m=part.z_m,
        power_db=part.power_db,
        power_31_db=part.power_31_db,
        directivity_db=part.directivity_db,
        heading_deg=None
        if str(float(part.heading_deg)) == "0.0"
        else part.heading_deg,  # the default, not -0.0
        size_m=part.size_m,
    )


def _receiver(part: Receiver) -> Document:
    return _feature(_point(part.x_m, part.y_m), "receiver", id=part.id, height_m=part.height_m, z_m=part.z_m)


def _building(part: Building) -> Document:
    values = {"id": part.id, "height_m": part.height_m, "top_m": part.top_m, "absorption": part.absorption}
    return _feature(_polygon(part.outline), "building", **values)


def _wall(part: Wall) -> Document:
    values = {"id": part.id, "height_m": part.height_m, "top_m": part.top_m, "absorption": part.absorption}
    return _feature(_line(part.line, part.tops_m), "wall", **values)


def _ground(part: Ground) -> Document:
    return _feature(_polygon(part.outline), "ground", g=part.g)


def _belt(part: Belt) -> Document:
    return _feature(_polygon(part.outline), part.kind, height_m=part.height_m)


def _elevation(part: Elevation) -> Document:
    points = part.xyz.tolist()
    if len(points) == 1:
        return _feature({"type": "Point", "coordinates": points[0]}, "elevation")
    return _feature({"type": "LineString", "coordinates": points}, "elevation")
