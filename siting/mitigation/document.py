"""What would make a study pass as JSON-ready data, and its new walls as a layer that `--walls` reads."""

from dataclasses import asdict
from typing import Any

import shapely

from siting import wording
from siting.mitigation.words import size
from siting.model import FOOT_M
from siting.remedy import Mitigation, Remedy

Document = dict[str, Any]


def mitigation_document(found: Mitigation | None) -> Document | None:
    """The `mitigation` of a study document; None where nobody asked for it."""
    if found is None:
        return None
    return {
        "goal": found.goal,
        "allowed": found.allowed,
        "remedies": [_remedy(remedy) for remedy in found.remedies],
        "no_help": list(found.no_help),
        "frontier": [_remedy(remedy) for remedy in found.frontier],
        "runs": found.runs,
        "notes": list(found.notes),
        "costs": None if found.costs is None else asdict(found.costs),
    }


def walls_geojson(remedy: Document, crs: str, known: list[Document]) -> Document:
    """The walls of one remedy, behind those that are there already, as lines with `height_m` and `absorption`."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "height_m": wall["height_m"],
                "absorption": wall["absorption"],
                "new": wall in remedy["walls"],
            },
            "geometry": wall["line"],
        }
        for wall in (*known, *remedy["walls"])
    ]
    name = {"type": "name", "properties": {"name": wording.crs_urn(crs)}}
    return {"type": "FeatureCollection", "crs": name, "features": features}


def wall_document(wall: Any) -> Document:
    """A wall: its height above ground, the share of energy that it takes in (null: it sends nothing back), its line."""
    share = None if wall.absorption is None else wall.absorption[0]
    return {"height_m": wall.height_m, "absorption": share, "line": _line(wall.line)}


def _line(line: shapely.LineString) -> Document:
    """GeoJSON geometry at full precision: a level hangs on it."""
    return {"type": "LineString", "coordinates": shapely.get_coordinates(line).tolist()}


def _remedy(remedy: Remedy) -> Document:
    return {
        "kind": remedy.kind,
        "size": size(remedy),
        "sentence": remedy.sentence,
        "units": remedy.units,
        "state": remedy.state,
        "margin_db": remedy.margin_db,
        "cost": remedy.cost,
        "quieter_db": remedy.quieter_db,
        "where": remedy.where,
        "wall_height_ft": remedy.height_m / FOOT_M,
        "wall_length_ft": remedy.length_m / FOOT_M,
        "wall_area_sq_ft": remedy.area_m2 / FOOT_M**2,
        "walls": [wall_document(wall) for wall in remedy.walls],
        "running": dict(remedy.running),
        "silenced": list(remedy.silenced),
        "kept_off_m": remedy.kept_off_m,
    }
