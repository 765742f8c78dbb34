"""The files that a session works on: the example site's, or what was uploaded, kept for as long as the app runs."""

import os
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import streamlit as st

from siting.catalog import data_folder
from siting.site import Land, read_land

KINDS = ("zip", "gpkg", "geojson", "json", "fgb", "parquet", "kml", "topojson")
EXAMPLE_ORDINANCE = "exampleton"


@dataclass(frozen=True)
class Sources:
    """The arguments of `siting.site.read_land`."""

    parcels: Path
    layer: str | None = None
    id_field: str | None = None
    crs: str | None = None
    zoning: Path | None = None
    zone_field: str | None = None
    buildings: Path | None = None
    terrain: Path | None = None

    def shown(self, text: str) -> str:
        """Write the files in a text by their own names, without the folder in which the app keeps them."""
        for path in (self.parcels, self.zoning, self.buildings, self.terrain):
            text = text if path is None else text.replace(str(path), path.name)
        return text


def example() -> Sources:
    """The example site that comes with siting."""
    folder = data_folder() / "examples"
    return Sources(
        parcels=folder / "parcels.geojson",
        zoning=folder / "zoning.geojson",
        zone_field="zone",
        buildings=folder / "buildings.geojson",
        terrain=folder / "terrain.tif",
    )


@st.cache_resource(show_spinner=False)
def folder() -> TemporaryDirectory[str]:
    """The folder of uploaded files; it goes when the app ends."""
    return TemporaryDirectory(prefix="siting-")


def kept(upload: Any) -> Path:
    """Keep an uploaded file under its own name in a folder named by its content, and give its path."""
    content = upload.getvalue()
    path = Path(folder().name) / sha256(content).hexdigest() / Path(upload.name).name
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        draft = path.with_name(f"{path.name}.{upload.file_id}")
        draft.write_bytes(content)
        os.replace(draft, path)  # sessions run in threads: no other one may read half a file
    return path


@st.cache_resource(max_entries=4, show_spinner="Reading the files…")
def land(sources: Sources) -> Land:
    """Read the files once for all sessions; the same content and options give the same land."""
    return read_land(**asdict(sources))
