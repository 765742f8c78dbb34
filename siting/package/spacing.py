"""How far the placed bodies keep from each other, from buildings, keep-outs and the lot line: measured on the layout itself."""

import math
from typing import Any

import numpy as np
import shapely
from shapely.affinity import rotate, translate
from shapely.geometry import box, shape
from shapely.geometry.base import BaseGeometry

from siting import quantities
from siting.rule_words import cited

Document = dict[str, Any]
HAIR_M = 1e-6
FAR_M = 1000.0  # nothing on a lot is farther; the strip beside a body ends there
SIDES = ("front", "right", "back", "left")
ROUNDING_M = 1e-3  # a study's coordinates are rounded to a tenth of a millimetre


def clearance_rows(document: Document) -> list[dict[str, str]]:
    """Each rule with the distance required, the least distance that the layout keeps, and where the requirement comes from."""
    carried = {a["name"]: a for a in document["assumptions"]}
    provided, needed = side_spacing(document), document["unit"]["clearance"]
    rows: list[tuple[str, float | None, float | None, str]] = []
    for side in SIDES:
        what = f"{side.capitalize()} of a unit to the next body or building"
        origin = "unit: ASSUMED" if _assumed(carried, f"unit.clearance.{side}_m") else "unit’s file"
        rows.append((what, needed[f"{side}_m"], provided[side], origin))
    ordinance = document["ordinance"] or {}
    for to, key in (("lot line", "setback"), ("buildings", "building_distance")):
        rule = ordinance.get(key)
        required = None if rule is None else rule["distance_m"]
        origin = "no rule given" if rule is None else f"ordinance, {cited(rule)}"
        if _assumed(carried, f"site.{key}_m"):
            required, origin = carried[f"site.{key}_m"]["value"], "ASSUMED"
        rows.append((f"Unit to {to}", required, least_distance(document, to), origin))
    rows.append(("Unit to keep-outs", None, least_distance(document, "keep-outs"), "stands outside them"))
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


def _assumed(carried: Document, name: str) -> bool:
    return name in carried and carried[name]["origin"] == "assumed"


def _check(required_m: float | None, provided_m: float | None) -> str:
    if required_m is None:
        return "—"
    if provided_m is None:
        return "nothing there"
    return "kept" if provided_m >= required_m - ROUNDING_M else "NOT KEPT"


def side_spacing(document: Document) -> dict[str, float | None]:
    """Least free distance beyond each side of any body, m: to the next body or building within the width of that side.

    The front is at rotation 0 the south side, the right side then looks east. None: no body has anything on that side.
    """
    placed = document["layout"]["placed"]
    bodies = [shape(unit["body"]) for unit in placed]
    things = np.array(
        [*bodies, *(shape(geometry) for geometry in document["site"]["buildings"])], dtype=object
    )
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


def least_distance(document: Document, to: str) -> float | None:
    """Least distance from any body to the `lot line`, the `buildings` or the `keep-outs`, m; None where there is none."""
    site = document["site"]
    things = {
        "lot line": [shape(site["lot"]).boundary],
        "buildings": [shape(geometry) for geometry in site["buildings"]],
        "keep-outs": [shape(geometry) for geometry in site["keep_outs"]],
    }
    bodies = [shape(unit["body"]) for unit in document["layout"]["placed"]]
    if not bodies or not things[to]:
        return None
    return float(shapely.distance(shapely.union_all(bodies), shapely.union_all(things[to])))
