"""How far the placed bodies keep from each other, from buildings, keep-outs and the lot line: measured on the layout itself."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from shapely.affinity import rotate, translate
from shapely.geometry import box, shape
from shapely.geometry.base import BaseGeometry

from siting import quantities
from siting.rule_words import cited, distance

Document = dict[str, Any]
Spacing = tuple[
    str, float | None, float | None, str
]  # rule, required and provided in metres, where it comes from
HAIR_M = 1e-6
FAR_M = 1000.0  # nothing on a lot is farther; the strip beside a body ends there
SIDES = ("front", "right", "back", "left")
ROUNDING_M = 1e-3  # a study's coordinates are rounded to a tenth of a millimetre


def clearance_rows(document: Document) -> list[dict[str, str]]:
    """Each rule with the distance required, the least distance that the layout keeps, and where the requirement comes from."""
    rows = [*_between_bodies(document), *_lot_lines(document), *_around(document), *_items(document)]
    return [
        {
            "rule": rule,
            "required": quantities.length(required),
            "provided": quantities.length(has),
            "check": _check(required, has),
            "origin": origin,
        }
        for rule, required, has, origin in rows
        if required is not None or has is not None
    ]


def _between_bodies(document: Document) -> Iterator[Spacing]:
    """The clearances of a unit."""
    carried = {a["name"]: a for a in document["assumptions"]}
    provided, needed = side_spacing(document), document["unit"]["clearance"]
    for side in SIDES:
        what = f"{side.capitalize()} of a unit to the next body, building or wall"
        origin = "unit: ASSUMED" if _assumed(carried, f"unit.clearance.{side}_m") else "unit’s file"
        yield what, needed[f"{side}_m"], provided[side], origin


def _lot_lines(document: Document) -> Iterator[Spacing]:
    """The setback from the lot's sides, those of one kind and setback together."""
    bodies = unit_bodies(document)
    together: dict[tuple[str, float], list[Document]] = {}
    for side in document["site"]["sides"]:
        together.setdefault((side["kind"], side["setback_m"]), []).append(side)
    for (kind, required), sides in together.items():
        lines = [shape(side["line"]) for side in sides]
        named = "" if kind == "unknown" else f"{kind} "
        what = f"Unit to the {named}lot line ({', '.join(dict.fromkeys(side['compass'] for side in sides))})"
        yield what, required, _least(bodies, lines), _setback_origin(document, kind, required)


def _setback_origin(document: Document, kind: str, required_m: float) -> str:
    """The rule that a setback comes from: that of its kind of line, that of every line, or a wider one of another kind."""
    ordinance, carried = document["ordinance"] or {}, {a["name"]: a for a in document["assumptions"]}
    rules = ordinance.get("side_setbacks", {})
    for rule in (rules.get(kind), ordinance.get("setback")):
        if rule is not None and _same(rule["distance_m"], required_m):
            return f"ordinance, {cited(rule)}"
    for name in (f"site.setback_{kind}_m", "site.setback_m"):
        if _assumed(carried, name) and _same(carried[name]["value"], required_m):
            return "ASSUMED"
    wider = next((rule for rule in rules.values() if _same(rule["distance_m"], required_m)), None)
    return "ASSUMED" if wider is None else f"ordinance, {cited(wider)}, the widest of its setbacks"


def _same(one_m: float, other_m: float) -> bool:
    return abs(one_m - other_m) < ROUNDING_M


def _around(document: Document) -> Iterator[Spacing]:
    """Buildings by the distance that each wants, openings, and keep-outs."""
    site, bodies = document["site"], unit_bodies(document)
    carried = {a["name"]: a for a in document["assumptions"]}
    together: dict[float, list[BaseGeometry]] = {}
    for building, required in zip(site["buildings"], site["building_distances_m"], strict=True):
        together.setdefault(required, []).append(shape(building))
    for required, buildings in sorted(together.items()):
        what = (
            "Unit to buildings"
            if len(together) == 1
            else f"Unit to {_count(len(buildings), 'building')} at {distance(required)}"
        )
        yield what, required, _least(bodies, buildings), _reason(carried, "site.building_distance_m")
    openings = [shape(opening) for opening in site["openings"]]
    if openings:
        yield (
            "Unit to openings in walls",
            site["opening_distance_m"],
            _least(bodies, openings),
            "table of distances",
        )
    keep_outs = [shape(keep_out) for keep_out in site["keep_outs"]]
    yield "Unit to keep-outs", None, _least(bodies, keep_outs), "stands outside them"
    walls = [shape(wall) for wall in site["walls"]]
    if walls:
        yield "Unit to walls", None, _least(bodies, walls), "stands beside them"


def _reason(carried: Document, name: str) -> str:
    """Where a distance comes from, as the study tells it."""
    told = carried.get(name, {"origin": "file", "reason": "the ordinance or the table of distances"})
    return f"ASSUMED: {told['reason']}" if told["origin"] == "assumed" else told["reason"]


def _items(document: Document) -> Iterator[Spacing]:
    """What each item beside the units keeps from what is around."""
    site = document["site"]
    around = {
        "lot_line_m": ("the lot line", [shape(site["lot"]).boundary]),
        "building_m": ("buildings", [shape(building) for building in site["buildings"]]),
        "opening_m": ("openings in walls", [shape(opening) for opening in site["openings"]]),
        "unit_m": ("units", unit_bodies(document)),
    }
    for item in document["items"]:
        for key, (to, things) in around.items():
            if item["distances"][key] > 0:
                what = f"{item['id']}, {item['name']}, to {to}"
                yield (
                    what,
                    item["distances"][key],
                    _least([shape(item["body"])], things),
                    "the item’s distances",
                )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def unit_bodies(document: Document) -> list[BaseGeometry]:
    """The bodies of the placed units."""
    return [shape(unit["body"]) for unit in document["layout"]["placed"]]


def _least(bodies: list[BaseGeometry], things: list[BaseGeometry]) -> float | None:
    """Least distance from any body to any thing, m; None where there is none of either."""
    if not bodies or not things:
        return None
    return float(shapely.distance(shapely.union_all(bodies), shapely.union_all(things)))


def _assumed(carried: Document, name: str) -> bool:
    return name in carried and carried[name]["origin"] == "assumed"


def _check(required_m: float | None, provided_m: float | None) -> str:
    if required_m is None:
        return "—"
    if provided_m is None:
        return "nothing there"
    return "kept" if provided_m >= required_m - ROUNDING_M else "NOT KEPT"


def side_spacing(document: Document) -> dict[str, float | None]:
    """Least free distance beyond each side of any body, m: to the next body, building or wall within the width of that side.

    The front is at rotation 0 the south side, the right side then looks east. None: no body has anything on that side.
    """
    placed = document["layout"]["placed"]
    bodies = [shape(unit["body"]) for unit in placed]
    site, items = document["site"], (item["body"] for item in document["items"])
    others = [shape(geometry) for geometry in (*items, *site["buildings"], *site["walls"])]
    things = np.array([*bodies, *others], dtype=object)
    tree = shapely.STRtree(things)
    least = dict.fromkeys(SIDES, math.inf)
    for index, (unit, body) in enumerate(zip(placed, bodies, strict=True)):
        for side in SIDES:
            strip = _beyond(
                document["unit"], unit, side, min(FAR_M, least[side])
            )  # what is farther changes nothing
            met = tree.query(strip, predicate="intersects")
            beyond = shapely.intersection(things[met[met != index]], strip)
            least[side] = min([least[side], *shapely.distance(body, beyond).tolist()])
    return {side: None if gap == math.inf else gap for side, gap in least.items()}


def _beyond(kind: Document, unit: Document, side: str, reach_m: float) -> BaseGeometry:
    """The strip beyond one side of a placed body, a hair narrower than the side: what only touches its edge is not in it."""
    half_l, half_w = kind["length_m"] / 2, kind["width_m"] / 2
    strip = {
        "front": (HAIR_M - half_l, -half_w - reach_m, half_l - HAIR_M, -half_w),
        "right": (half_l, HAIR_M - half_w, half_l + reach_m, half_w - HAIR_M),
        "back": (HAIR_M - half_l, half_w, half_l - HAIR_M, half_w + reach_m),
        "left": (-half_l - reach_m, HAIR_M - half_w, -half_l, half_w - HAIR_M),
    }[side]
    return translate(rotate(box(*strip), unit["rotation_deg"], origin=(0, 0)), unit["x_m"], unit["y_m"])
