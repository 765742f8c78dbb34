"""The CRS that a scene's file names, for the files of its noise map."""

import json
from pathlib import Path

from siting.geodata.coordinates import stated_crs
from siting.scene.geopackage import read_geopackage

SQLITE = b"SQLite format 3\0"


def scene_crs(path: Path) -> str | None:
    """EPSG:N, or WKT where no code names it; None where the file names none.

    Parameters
    ----------
    path : Path
        A file that `siting.scene.file.read_scene` has read.
    """
    file = path.expanduser()
    raw = file.read_bytes()
    if raw.startswith(SQLITE):
        text = read_geopackage(str(path), file)[2]
    else:
        member = json.loads(raw).get("crs")
        text = None if member is None else member["properties"]["name"]
    if text is None:
        return None
    crs = stated_crs(text)
    flat = next((part for part in crs.sub_crs_list if part.is_projected), crs).to_2d()
    code = flat.to_epsg()
    return f"EPSG:{code}" if code else str(flat.to_wkt())
