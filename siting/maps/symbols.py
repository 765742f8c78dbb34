"""A study as shapes to draw: GeoJSON in longitude and latitude, each feature with what it is and what it says."""

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry import mapping, shape

from siting.judgement import SEVERITY, SIGNS, is_worst, judgement, named_level, spot
from siting.placing_words import KINDS
from siting.quantities import area, length, level
from siting.rule_words import distance
from siting.wording import period

Feature = dict[str, Any]
Layer = dict[str, Any]

MOST_FEATURES = 3000  # a phone's browser stays smooth up to about this many
DECIMALS = 8  # of a degree: 1 mm


def layers(document: dict[str, Any], most: int = MOST_FEATURES) -> tuple[list[Layer], int]:
    """Sort a study into layers to draw, from the bottom up.

    Parameters
    ----------
    document
        A study as `siting.export.document` gives it.
    most
        The number of features that the layers hold together; places where sound is compared are left out beyond
        it, but never a neighbour's worst one.

    Returns
    -------
    A list of `{"name": str, "features": FeatureCollection}` in EPSG:4326, and the number of places not drawn.
    """
    site = document["site"]
    put = to_degrees(site["crs"])
    ground = [
        ("Neighbours", [neighbour(n, put) for n in site["neighbours"]]),
        ("Lot", [lot(site, put)]),
        ("Buildable area", [buildable(site, put)]),
        ("Keep-outs", [plain("keep-out", "Keep-out", g, put) for g in site["keep_outs"]]),
        ("Buildings", [plain("building", "Building", g, put) for g in site["buildings"]]),
        ("Walls", [plain("wall", "Wall", g, put) for g in site["walls"]]),
        ("Sides of the lot", [side(line, put) for line in site["sides"]]),
        ("Items", [item(placed, put) for placed in document["items"]]),
        ("Units", [unit(placed, document["unit"], put) for placed in document["layout"]["placed"]]),
        ("Service points", [service_point(point, put) for point in document["placing"]["service_points"]]),
    ]
    room = most - sum(len(features) for _, features in ground)
    places, undrawn = receptors(document, room)
    named = [*ground, ("Receptors", [receptor(place, rank, put) for rank, place in enumerate(places)][::-1])]
    return [{"name": n, "features": collection(f)} for n, f in named if f], undrawn


def to_degrees(crs: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Give the function that carries a GeoJSON geometry from a projected CRS to longitude and latitude, for drawing only."""
    carry = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)

    def degrees(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(carry.transform(xy[:, 0], xy[:, 1])).round(DECIMALS)

    return lambda geometry: mapping(shapely.transform(shapely.force_2d(shape(geometry)), degrees))


def collection(features: list[Feature]) -> dict[str, Any]:
    """Wrap features as a GeoJSON FeatureCollection."""
    return {"type": "FeatureCollection", "features": features}


def feature(geometry: dict[str, Any], **properties: Any) -> Feature:
    """Make one GeoJSON feature; `title` and `rows` become its popup, `label` a text on the map."""
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def plain(kind: str, title: str, geometry: dict[str, Any], put: Callable) -> Feature:
    """Draw something about which there is nothing to say but its name."""
    return feature(put(geometry), kind=kind, title=title, rows=[])


def neighbour(row: dict[str, Any], put: Callable) -> Feature:
    """Draw a neighbouring lot with its id and zone."""
    rows = [["Zone", row["zone"] or "in no zone of the zoning layer"]]
    return feature(
        put(row["geometry"]), kind="neighbour", title=f"Neighbour {row['id']}", rows=rows, label=row["id"]
    )


def lot(site: dict[str, Any], put: Callable) -> Feature:
    """Draw the lot that is judged."""
    rows = [["Area", area(site["area_m2"])], ["Buildable", area(site["buildable_area_m2"])]]
    return feature(put(site["lot"]), kind="lot", title=f"Lot {site['id']}", rows=rows)


def buildable(site: dict[str, Any], put: Callable) -> Feature:
    """Draw where a unit's body may stand."""
    rows = [["Area", area(site["buildable_area_m2"])]]
    rows += [[f"Taken by {rule}", area(taken)] for rule, taken in site["taken_m2"].items()]
    return feature(put(site["buildable"]), kind="buildable", title="Buildable area", rows=rows)


def unit(placed: dict[str, Any], kind: dict[str, Any], put: Callable) -> Feature:
    """Draw a placed unit's body to scale, with its number."""
    rows = [
        ["Unit", f"{kind['name']}, {kind['kw']:g} kW"],
        ["Body", f"{length(kind['length_m'])} × {length(kind['width_m'])}, {length(kind['height_m'])} high"],
        ["Centre", f"{placed['x_m']:.2f}, {placed['y_m']:.2f} m"],
        ["Rotation", f"{placed['rotation_deg']:.1f}°"],
    ]
    if placed["elevation_m"] is not None:
        rows.append(["Ground", length(placed["elevation_m"])])
    return feature(put(placed["body"]), kind="unit", title=placed["id"], rows=rows, label=placed["id"])


def side(line: dict[str, Any], put: Callable) -> Feature:
    """Draw a side of the lot with what it keeps units off."""
    rows = [["Kind", line["kind"]], ["Setback", distance(line["setback_m"])], ["From", line["why"]]]
    title = f"{line['compass'].capitalize()} side"
    return feature(put(line["line"]), kind=line["kind"], title=title, rows=rows)


def item(placed: dict[str, Any], put: Callable) -> Feature:
    """Draw the body of what stands beside the units."""
    size = f"{length(placed['length_m'])} × {length(placed['width_m'])}, {length(placed['height_m'])} high"
    power = placed["power_dba"]
    rows = [
        ["Body", size],
        ["Centre", f"{placed['x_m']:.2f}, {placed['y_m']:.2f} m"],
        ["Sound", "none of its own" if power is None else f"power {level(power)} dB(A)"],
    ]
    title = f"{placed['id']}: {placed['name']}"
    return feature(put(placed["body"]), kind="item", title=title, rows=rows, label=placed["id"])


def service_point(point: dict[str, Any], put: Callable) -> Feature:
    """Draw where gas or the grid comes in."""
    rows = [["Latitude, longitude", f"{point['lat']:.6f}, {point['lon']:.6f}"]]
    place = put({"type": "Point", "coordinates": [point["x"], point["y"]]})
    title = f"{KINDS[point['kind']].capitalize()} comes in here"
    return feature(place, kind="service", state="SERVICE", title=title, rows=rows, label=point["kind"])


def receptors(document: dict[str, Any], room: int) -> tuple[list[dict[str, Any]], int]:
    """Gather the rows of each place, worst place first, and keep as many as there is room for.

    Returns
    -------
    The places to draw, `{"worst_row", "rows", "first": its neighbour's worst place, "worst": the study's worst}`,
    and how many are not drawn.
    """
    by_place: dict[str, list[dict[str, Any]]] = {}
    for row in document["receptors"]:
        by_place.setdefault(row["id"], []).append(row)
    worst = next((row["id"] for row in document["receptors"] if is_worst(document, row)), None)
    firsts = {row["id"] for row in document["neighbours"]} | {worst}
    places: list[dict[str, Any]] = [
        {"worst_row": min(rows, key=badness), "rows": rows, "first": place in firsts, "worst": place == worst}
        for place, rows in by_place.items()
    ]
    places.sort(key=lambda place: (not place["worst"], not place["first"], badness(place["worst_row"])))
    drawn = places[: max(room, sum(place["first"] for place in places))]
    return drawn, len(places) - len(drawn)


def badness(row: dict[str, Any]) -> tuple[int, float]:
    """Order rows from the gravest state; the most probable exceedance or the loudest first."""
    if row["p_exceed"] is not None:
        return -SEVERITY[row["state"]], -row["p_exceed"]
    return -SEVERITY[row["state"]], -(row["level_db"] or 0.0)


def receptor(place: dict[str, Any], rank: int, put: Callable) -> Feature:
    """Draw one place where sound is compared with limits; its neighbour's worst place carries a text.

    Where nothing is heard there is no level to judge, and the place is drawn without a state.
    """
    row = place["worst_row"]
    silent = row["level_db"] is None
    rows = [["Zone", row["zone"] or "not known"], ["Height", length(row["height_m"])]]
    rows += [[period(each["period"]), judgement(each)] for each in place["rows"]]
    at = spot(row)
    rows += [["x, y in the parcel file", at["file"]], ["Latitude, longitude", at["degrees"]]]
    extra = {"label": f"{SIGNS[row['state']]} {named_level(row)}"} if place["first"] and not silent else {}
    return feature(
        put({"type": "Point", "coordinates": [row["x"], row["y"]]}),
        kind="receptor",
        state="SILENT" if silent else row["state"],
        first=place["first"],
        worst=place["worst"],
        rank=rank,
        title=f"Receptor {row['id']}, neighbour {row['neighbour']}",
        rows=rows,
        **extra,
    )
