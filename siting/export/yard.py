"""A study's yard as data: what was said of it, the lot's sides, items, runs, and how good the layout is."""

from typing import Any

import numpy as np
from pyproj import CRS

from kernels.decibel import a_weighted_total
from siting.export.values import finite, geometry, listed
from siting.geodata.coordinates import moved
from siting.model import FOOT_M, Site
from siting.outcome import Study
from siting.yard import PlacedItem, ServicePoint

Document = dict[str, Any]


def placing(study: Study) -> Document:
    """What a person said of the yard; null where nothing was said."""
    said = study.placing
    return {
        "step_m": study.step_m,
        "step_ft": study.step_m / FOOT_M,
        "front": list(said.front),
        "rear": list(said.rear),
        "max_slope_pct": said.max_slope_pct,
        "aisle_m": said.aisle_m,
        "aisle_ft": None if said.aisle_m is None else said.aisle_m / FOOT_M,
        "distances": said.distances,
        "fuel": said.fuel or study.unit.fuels[0],
        "items": [item.name for item in said.items],
        "service_points": [_service_point(study.site, point) for point in said.service_points],
        "time_limit_s": said.time_limit_s,
    }


def _service_point(site: Site, point: ServicePoint) -> Document:
    """A service point in degrees and in the site's CRS."""
    place = np.array([[point.lon, point.lat]])
    ((x, y),) = moved(CRS.from_epsg(4326), CRS.from_user_input(site.crs), place).tolist()
    return {"kind": point.kind, "lon": point.lon, "lat": point.lat, "x": finite(x), "y": finite(y)}


def sides(site: Site) -> list[Document]:
    """The lot's sides, each with what it keeps units off and why."""
    return [
        {
            "kind": side.kind,
            "compass": side.compass,
            "setback_m": side.setback_m,
            "why": side.why,
            "line": geometry(side.line),
        }
        for side in site.sides
    ]


def items(study: Study) -> list[Document]:
    """What stands in the yard beside the units."""
    return [_item(placed) for placed in study.items]


def _item(placed: PlacedItem) -> Document:
    item = placed.item
    return {
        "id": placed.id,
        "name": item.name,
        "length_m": item.length_m,
        "width_m": item.width_m,
        "height_m": item.height_m,
        "clearance": listed(item.clearance),
        "distances": listed(item.distances),
        "power_db": finite(item.power_db),
        "power_dba": None if item.power_db is None else float(a_weighted_total(item.power_db[1:])),
        "source_height_m": item.source_height_m,
        "x_m": placed.x_m,
        "y_m": placed.y_m,
        "rotation_deg": placed.rotation_deg,
        "body": geometry(placed.body),
    }


def runs(study: Study) -> list[Document]:
    """Lengths from each service point to the units."""
    return [listed(run) for run in study.runs]


def search(study: Study) -> Document | None:
    """What stops one unit more; how long the search took is not written, so that the same study gives the same files."""
    if study.search is None:
        return None
    return {"binding": [listed(row) for row in study.search.binding], "one_more": study.search.one_more}
