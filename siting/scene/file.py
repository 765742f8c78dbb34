"""A scene from a file: GeoJSON or GeoPackage, in metres, every key known and every value checked."""

import dataclasses
import difflib
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from siting.errors import InputError
from siting.parts import Air, Belt, Building, Elevation, Ground, Raster, Receiver, Scene, Source, Wall
from siting.scene.features import Part, RawFeature, read_parts
from siting.scene.geojson import OWN, read_geojson
from siting.scene.values import check_keys, choice, flag, number, refuse, shown

AIR = {  # key: lowest and highest value; the range of ISO 9613-1 for temperature and pressure
    "temperature_c": (-20.0, 50.0),
    "humidity_pct": (0.0, 100.0),
    "pressure_kpa": (30.0, 200.0),
}
SETTINGS = (
    "air", "ground_g", "ground_method", "c0_db", "reflections", "lateral_rule_8x", "edges_below_sight", "terrain",
)  # fmt: skip
SQLITE = b"SQLite format 3\0"
WHOLE_DEGREES, SHAPE_DEGREES = 0.1, 0.05  # see _check_degrees


def read_scene(path: str | Path) -> Scene:
    """Read a scene.

    Parameters
    ----------
    path : str or Path
        A GeoJSON FeatureCollection, or a GeoPackage with the same keys as columns. The scene's `name` is this path as written.

    Raises
    ------
    InputError
        One sentence that names the file, the feature and its field, what was found and what to do.
    """
    name, file = str(path), _located(path)
    stated: str | None
    if _begins(name, file) == SQLITE:
        from siting.scene.geopackage import read_geopackage

        features, members, stated = read_geopackage(name, file)
        check_keys(f"{name}: table scene", "a scene", members, SETTINGS)
    else:
        features, members = read_geojson(name, file)
        check_keys(name, "a scene", members, (*OWN, *SETTINGS))
        stated = _stated(name, members.get("crs"))
    crs = None if stated is None else _checked_crs(name, stated, features)
    _check_degrees(name, features)
    parts = read_parts(features)
    settings = _settings(name, members)
    if (terrain := members.get("terrain")) is not None:
        settings["terrain"] = _terrain(name, file, terrain)
    return _scene(name, parts, {"crs": crs, **settings})


def _located(path: str | Path) -> Path:
    file = Path(path).expanduser()
    if file.is_dir():
        raise InputError(f"{path} is a folder; give a scene's file.")
    if not file.exists():
        beside = [part.name for part in file.parent.iterdir()] if file.parent.is_dir() else []
        close = difflib.get_close_matches(file.name, beside, n=1, cutoff=0.5)
        raise InputError(
            f"{path}: no such file; {f'did you mean {close[0]}?' if close else 'check the path.'}"
        )
    return file


def _begins(name: str, file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(len(SQLITE))
    except OSError as error:
        raise InputError(f"{name} cannot be opened ({error.strerror}); check its permissions.") from error


def _scene(name: str, parts: list[Part], settings: dict[str, Any]) -> Scene:
    def of(kind: type) -> Any:
        return tuple(part for part in parts if isinstance(part, kind))

    if not of(Source):
        refuse(name, "it has no source", 'give at least one feature of kind "source"')
    if "terrain" in settings and of(Elevation):
        refuse(
            name,
            "it has both a terrain raster and features of kind elevation",
            "give the ground's heights once",
        )
    return Scene(
        sources=of(Source),
        receivers=of(Receiver),
        buildings=of(Building),
        walls=of(Wall),
        ground=of(Ground),
        belts=of(Belt),
        elevation=of(Elevation),
        name=name,
        **settings,
    )


def _settings(name: str, members: dict[str, Any]) -> dict[str, Any]:
    """Fields of a Scene from top-level members; those left out or null keep the default."""
    given = {key: value for key, value in members.items() if value is not None}
    read = {
        "air": lambda value: _air(name, value),
        "ground_g": lambda value: number(name, "ground_g", value, 0, 1),
        "ground_method": lambda value: choice(name, "ground_method", value, ("general", "alternative")),
        "c0_db": lambda value: number(name, "c0_db", value, 0),
        "reflections": lambda value: choice(name, "reflections", value, (0, 1)),
        "lateral_rule_8x": lambda value: flag(name, "lateral_rule_8x", value),
        "edges_below_sight": lambda value: flag(name, "edges_below_sight", value),
    }
    return {key: how(given[key]) for key, how in read.items() if key in given}


def _air(name: str, member: Any) -> Air:
    if not isinstance(member, dict):
        refuse(name, f"air is {shown(member)}", f"give an object with {', '.join(AIR)}")
    check_keys(f"{name}: air", "the air", member, AIR)
    return dataclasses.replace(
        Air(), **{key: number(name, f"air.{key}", value, *AIR[key]) for key, value in member.items()}
    )


def _terrain(name: str, file: Path, member: Any) -> Raster:
    """The raster that lies beside the scene."""
    if not isinstance(member, str) or not member:
        refuse(name, f"terrain is {shown(member)}", "give the name of a raster file beside the scene")
    raster = file.parent / member
    if not raster.is_file():
        refuse(name, f"terrain is {shown(member)}, but there is no such file beside it", "put it there")
    from siting.geodata.grid import read_grid

    return read_grid(raster)


def _stated(name: str, member: Any) -> str | None:
    """The CRS that GeoJSON's older `crs` member names; a null says that there is none."""
    if member is None:
        return None
    stated = member.get("properties") if isinstance(member, dict) else None
    text = stated.get("name") if isinstance(stated, dict) else None
    if not isinstance(text, str):
        refuse(name, f"its crs is {shown(member)}", "name a projected CRS in metres, or leave it out")
    return text


def _checked_crs(name: str, text: str, features: list[RawFeature]) -> str:
    """The CRS as `crs_text` has it, heights aside; one whose map lengths are no metres on the ground is refused.

    Those are degrees, feet, and a stretched map like web Mercator.
    """
    from siting.geodata.coordinates import SCALE_TOLERANCE, scale_errors, to_lonlat
    from siting.geodata.crs import crs_label, crs_text, stated_crs, unit_m

    try:
        crs = stated_crs(text)
    except InputError as error:
        raise InputError(f"{name}: {str(error)[0].lower()}{str(error)[1:]}") from error
    flat = next((part for part in crs.sub_crs_list if part.is_projected), crs) if crs.is_compound else crs
    if crs.is_geographic or (crs.is_compound and not flat.is_projected) or crs.is_geocentric:
        refuse(
            name, f"its CRS {crs_label(crs)} is in degrees", "project the scene to a CRS in metres, like UTM"
        )
    units = {axis.unit_name for axis in crs.axis_info if abs(axis.unit_conversion_factor - 1) > 1e-12}
    if units:
        refuse(name, f"its CRS {crs_label(crs)} is in {units.pop()}", "give the scene in metres, heights too")
    if not flat.is_projected or unit_m(flat) != 1:
        return crs_text(flat.to_2d())  # a drawing's own axes, in metres
    middle = np.nanmean(
        np.array([feature.shape.bounds for feature in features]).reshape(-1, 2, 2), axis=(0, 1)
    )
    stretch = float(scale_errors(flat, to_lonlat(flat, middle[None]))[0])
    if not stretch <= SCALE_TOLERANCE:
        found = f"its CRS {crs_label(crs)} stretches lengths by {stretch:.1%} here"
        refuse(name, found if np.isfinite(stretch) else f"its coordinates lie outside its CRS {crs_label(crs)}",
               "project the scene to a CRS in metres, like UTM")  # fmt: skip
    return crs_text(flat.to_2d())


def _check_degrees(name: str, features: list[RawFeature]) -> None:
    """Refuse coordinates that are longitude and latitude though no CRS says so.

    They are taken for degrees where all lie within ±180, not all are whole numbers, no point lies within 1 of the origin
    in both directions, and either the whole scene is less than 0.1 wide and high, or each of its lines and outlines is
    less than 0.05: no scene in metres is so small, and a town in degrees is.
    """
    shapes = [feature.shape for feature in features]
    points = shapely.get_coordinates(shapes)
    if not len(points) or np.abs(points).max() > 180 or (points == np.round(points)).all():
        return
    if (np.abs(points).max(axis=1) < 1).any():
        return
    bounds = shapely.bounds([shape for shape in shapes if shape.length > 0])
    small = len(bounds) > 0 and (bounds[:, 2:] - bounds[:, :2]).max() < SHAPE_DEGREES
    if small or np.ptp(points, axis=0).max() < WHOLE_DEGREES:
        (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
        found = f"its coordinates look like degrees (x {west:g} to {east:g}, y {south:g} to {north:g})"
        refuse(name, found, "project the scene to metres, for example to its UTM zone")
