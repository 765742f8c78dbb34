"""The files of a study's folder as text: the document, the layout and the receptors as layers, the receptors' table."""

import csv
import io
import json
from typing import Any

from siting import wording
from siting.outcome import ReceptorLevel

Document = dict[str, Any]
COLUMNS = ReceptorLevel._fields
ITEM = ("id", "name", "rotation_deg", "x_m", "y_m", "length_m", "width_m", "height_m", "power_dba")


def dumps(data: Document) -> str:
    """JSON text, the same for the same study."""
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def study_files(data: Document) -> dict[str, str]:
    """Name and text of each data file in a study's folder."""
    return {
        "study.json": dumps(data),
        "layout.geojson": dumps(layout_geojson(data)),
        "receptors.geojson": dumps(receptors_geojson(data)),
        "receptors.csv": receptors_csv(data),
    }


def layout_geojson(data: Document) -> Document:
    """The yard in the site's CRS: the buildable area, the lot's sides, the street, bodies of items and units, service points.

    Every feature says in `kind` what it is, one of these; lengths in metres.
    """
    site, points = data["site"], data["placing"]["service_points"]
    features = [
        _feature(site["buildable"], kind="buildable", area_m2=site["buildable_area_m2"]),
        *(
            _feature(side["line"], kind="side", **_but(side, "line", "kind"), side=side["kind"])
            for side in site["sides"]
        ),
        *([_feature(site["street"], kind="street")] if _drawn(site["street"]) else []),
        *(_feature(item["body"], kind="item", **{key: item[key] for key in ITEM}) for item in data["items"]),
        *(_feature(unit["body"], kind="unit", **_but(unit, "body")) for unit in data["layout"]["placed"]),
        *(
            _feature(_point(point["x"], point["y"]), kind="service point", id=point["kind"])
            for point in points
        ),
    ]
    return _collection(data, [feature for feature in features if _drawn(feature["geometry"])])


def receptors_geojson(data: Document) -> Document:
    """One point a receptor and rule, in the site's CRS, with every column of `receptors.csv`."""
    return _collection(data, [_feature(_point(row["x"], row["y"]), **row) for row in data["receptors"]])


def receptors_csv(data: Document) -> str:
    """The receptors' rows as CSV; a value that is not known is an empty cell."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(data["receptors"])
    return text.getvalue()


def _feature(geometry: Document, **properties: Any) -> Document:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _but(row: Document, *names: str) -> Document:
    """A row without some of its keys."""
    return {key: value for key, value in row.items() if key not in names}


def _point(x: float | None, y: float | None) -> Document:
    return {"type": "Point", "coordinates": [] if x is None or y is None else [x, y]}


def _drawn(geometry: Document) -> bool:
    """Whether a geometry has a shape at all."""
    return bool(geometry.get("geometries") or geometry.get("coordinates"))


def _collection(data: Document, features: list[Document]) -> Document:
    """A FeatureCollection that names its CRS."""
    return {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": wording.crs_urn(data["site"]["crs"])}},
        "features": features,
    }
