"""Every pose of a lot as a layer of points, written line by line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from siting import wording
from siting.errors import InputError
from siting.model import Floats, Poses, Site
from siting.outcome import PlacedUnit

CHUNK = 10_000  # poses whose bodies are drawn at a time
NEAR_M = 1e-4  # that a body on the very edge of the buildable area may be out by


def write_poses(poses: Poses, site: Site, placed: tuple[PlacedUnit, ...], path: Path) -> None:
    """Write a GeoJSON point for every pose, compact, a line each, in the site's CRS.

    A pose has `rotation_deg`, its lattice `column` and `row`, `buildable` (whether its body lies in the buildable area, on which
    items may have been placed since), and `unit`: which unit of the layout stands there, or null.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    head = {"type": "name", "properties": {"name": wording.crs_urn(site.crs)}}
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(f'{{"type":"FeatureCollection","crs":{_compact(head)},"features":[')
            for k, line in enumerate(_lines(poses, site, placed)):
                file.write(f"{',' if k else ''}\n{line}")
            file.write("\n]}\n")
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror}); choose another folder with -o."
        ) from error


def _lines(poses: Poses, site: Site, placed: tuple[PlacedUnit, ...]) -> Iterator[str]:
    units = {_key(unit.x_m, unit.y_m, unit.rotation_deg): unit.id for unit in placed}
    for start in range(0, len(poses), CHUNK):
        part = slice(start, start + CHUNK)
        rows = zip(
            poses.xy[part].tolist(), poses.rotation_deg[part].tolist(), poses.cell[part].tolist(),
            _buildable(poses, site, part).tolist(), strict=True,
        )  # fmt: skip
        for (x, y), rotation, (column, row), inside in rows:
            about = {"rotation_deg": round(rotation, 6), "column": column, "row": row, "buildable": inside}
            unit = units.get(_key(x, y, rotation))
            point = {"type": "Point", "coordinates": [round(x, 4), round(y, 4)]}
            yield _compact({"type": "Feature", "properties": {**about, "unit": unit}, "geometry": point})


def _buildable(poses: Poses, site: Site, part: slice) -> NDArray[np.bool_]:
    """Which bodies of some poses lie in the buildable area."""
    area = site.buildable.buffer(NEAR_M, join_style="mitre")
    shapely.prepare(area)
    return np.asarray(shapely.covers(area, shapely.polygons(_corners(poses, part))))


def _corners(poses: Poses, part: slice) -> Floats:
    """Corners of bodies (n, 4, 2)."""
    length, width = poses.body_m
    box = np.array([[-length, -width], [length, -width], [length, width], [-length, width]]) / 2
    turn = np.radians(poses.rotation_deg[part])
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    turned = np.stack((box[:, 0] * cos - box[:, 1] * sin, box[:, 0] * sin + box[:, 1] * cos), axis=-1)
    return np.asarray(poses.xy[part][:, None, :] + turned)


def _key(x: float, y: float, rotation: float) -> tuple[float, float, float]:
    return round(x, 6), round(y, 6), round(rotation % 360, 6)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
