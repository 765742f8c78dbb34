"""The site plan: a study's geometry on the page (points, y down), to a standard scale, as plain data.

`templates/report.typ` gives it lines, fills and lettering.
"""

import math
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from siting import quantities
from siting.judgement import SEVERITY, is_worst, named_level
from siting.package.lettering import Taken, around, callout, neighbour_labels, side_labels, take, unit_label
from siting.package.paper import Frame, frame_around, inside, lines_inside, points, scale_bars, to_page

Document = dict[str, Any]
SIGN_PT = 9.0  # of a service point
LARGE_PT, SMALL_PT = 7.5, 4.0  # the lettered sign of a neighbour's worst receptor, and the sign of any other
ROOM_M, DETAIL_ROOM_M = 4.0, 1.0  # least ground around what the window must hold


def shown_state(row: Document) -> str:
    """A row's state; NONE where no unit is placed and so nothing is heard."""
    return "NONE" if row["level_db"] is None else str(row["state"])


def site_plan(document: Document, width_pt: float, height_pt: float) -> Document:
    """The lot with its surroundings, the units to scale and the receptors by state, on a paper of the given size.

    The window holds the lot, every unit and the worst receptor, and each neighbour's worst receptor where that costs at most
    twice the scale.
    """
    worst = [_spot(row) for row in document["receptors"] if is_worst(document, row)]
    core = shapely.union_all([shape(document["site"]["lot"]), *_bodies(document), *worst])
    near = frame_around(core, width_pt, height_pt, ROOM_M)
    all_worst = shapely.union_all([core, *map(_spot, document["neighbours"])])
    wide = frame_around(all_worst, width_pt, height_pt, ROOM_M)
    return _draw(document, wide if wide.scale_ft <= 2 * near.scale_ft else near)


def unit_detail(
    document: Document, width_pt: float, heights_pt: tuple[float, ...], plan: Document
) -> Document | None:
    """The units alone at a larger scale, where the site plan was too small to number each; None where nothing is gained.

    Of the paper heights, the one that leaves the fewest units without a number is taken, the smallest where they tie. A detail
    that numbers less than half of what the plan could not is none.
    """
    if not plan["unnumbered"]:
        return None
    ground = shapely.union_all(_bodies(document))
    frames = [frame_around(ground, width_pt, height, DETAIL_ROOM_M) for height in sorted(heights_pt)]
    details = [_draw(document, frame) for frame in frames if frame.scale_ft < plan["scale_ft"]]
    best = min(details, key=lambda detail: detail["unnumbered"], default=None)
    return best if best and 2 * best["unnumbered"] <= plan["unnumbered"] else None


def _spot(row: Document) -> BaseGeometry:
    return shapely.Point(row["x"], row["y"])


def _bodies(document: Document) -> list[BaseGeometry]:
    return [shape(unit["body"]) for unit in document["layout"]["placed"]]


def _draw(document: Document, frame: Frame) -> Document:
    marks, outside = _receptors(document, frame)
    units, items, services = _units(document, frame), _items(document, frame), _services(document, frame)
    taken: Taken = {}
    small: Taken = {}
    for mark in marks:
        size = LARGE_PT if mark["major"] else SMALL_PT
        take(taken if mark["major"] else small, around(mark["x"], mark["y"], size, size))
    for body in (*units, *items, *services):
        take(taken, tuple(body["box"]))
    words = _worst_words(document, frame, taken, small)
    numbers = [label for unit in units if (label := unit_label(unit, frame, taken))]
    named = [label for thing in (*items, *services) if (label := unit_label(thing, frame, taken))]
    named += side_labels(document, frame, taken)
    return {
        "width": frame.width_pt,
        "height": frame.height_pt,
        "scale_ft": frame.scale_ft,
        "scale": f"1 in = {frame.scale_ft:,} ft (1:{12 * frame.scale_ft:,})",
        "areas": _areas(document, frame),
        "lines": _lines(document, frame),
        "units": units,
        "services": services,
        "receptors": marks,
        "callout": words,
        "labels": numbers + named + neighbour_labels(document, frame, taken),
        "outside": outside,
        "unnumbered": len(units) - len(numbers),
        "bars": scale_bars(frame),
    }


def _areas(document: Document, frame: Frame) -> list[Document]:
    """Areas in the order of drawing, each with its rings, holes too, inside the window."""
    site = document["site"]
    areas = [("neighbour", neighbour["geometry"]) for neighbour in site["neighbours"]]
    areas += [("lot", site["lot"]), ("buildable", site["buildable"])]
    areas += [("keep-out", geometry) for geometry in site["keep_outs"]]
    areas += [("building", geometry) for geometry in site["buildings"]]
    areas += [("wall", geometry) for geometry in site["walls"]]
    areas += [("item", item["body"]) for item in document["items"]]
    drawn = []
    for kind, geometry in areas:
        rings = [
            points(ring)
            for part in inside(shape(geometry), frame)
            for ring in (part.exterior, *part.interiors)
        ]
        if rings:
            drawn.append({"kind": kind, "rings": rings})
    return drawn


def _receptors(document: Document, frame: Frame) -> tuple[list[Document], int]:
    """Signs from mild to grave, and how many receptors the window leaves out.

    A receptor shows its gravest state over the periods. Each neighbour's worst receptor is a lettered sign ("major"); of the
    small ones that would cover each other on paper only the gravest is drawn.
    """
    major = {row["id"] for row in document["neighbours"]}
    gravest: dict[Any, Document] = {}
    outside: set[str] = set()
    for row in document["receptors"]:
        ((x, y),) = points(to_page(_spot(row), frame))
        if not (0 <= x <= frame.width_pt and 0 <= y <= frame.height_pt):
            outside.add(row["id"])
            continue
        mark = {"x": x, "y": y, "state": shown_state(row), "major": row["id"] in major}
        key = row["id"] if mark["major"] else (int(x / SMALL_PT), int(y / SMALL_PT))
        if key not in gravest or _severity(mark) > _severity(gravest[key]):
            gravest[key] = mark
    marks = sorted(gravest.values(), key=lambda m: (m["major"], _severity(m), m["y"], m["x"]))
    return marks, len(outside)


def _severity(mark: Document) -> int:
    return SEVERITY[mark["state"]]


def _units(document: Document, frame: Frame) -> list[Document]:
    """Bodies on the page with their front edge, which at rotation 0 is the south side."""
    half_l, half_w = document["unit"]["length_m"] / 2, document["unit"]["width_m"] / 2
    front_pt = round(min(1.3, 0.3 * document["unit"]["width_m"] / frame.m_per_pt), 2)
    units = []
    for placed, body in zip(document["layout"]["placed"], _bodies(document), strict=True):
        turn = math.radians(placed["rotation_deg"])
        cos, sin = math.cos(turn), math.sin(turn)
        x, y = placed["x_m"] + half_w * sin, placed["y_m"] - half_w * cos  # the middle of the front
        front = shapely.LineString([(x + s * half_l * cos, y + s * half_l * sin) for s in (-1, 1)])
        page = to_page(body, frame)
        units.append(
            {
                "id": placed["id"],
                "ring": points(page),
                "box": [round(v, 2) for v in page.bounds],
                "front": points(to_page(front, frame)),
                "front_pt": front_pt,  # the line's thickness
            }
        )
    return units


def _items(document: Document, frame: Frame) -> list[Document]:
    """Where the items that stand beside the units are lettered."""
    pages = [(item["id"], to_page(shape(item["body"]), frame)) for item in document["items"]]
    return [
        {"id": name, "ring": points(page), "box": list(page.bounds)}
        for name, page in pages
        if _on_page(page, frame)
    ]


def _services(document: Document, frame: Frame) -> list[Document]:
    """Where gas and the grid come in, inside the window; lettered beside their signs."""
    found = []
    for point in document["placing"]["service_points"]:
        page = to_page(shapely.Point(point["x"], point["y"]), frame)
        if _on_page(page, frame):
            sign = shapely.box(*around(page.x, page.y, SIGN_PT, SIGN_PT))
            found.append(
                {
                    "id": point["kind"],
                    "x": page.x,
                    "y": page.y,
                    "ring": [[page.x, page.y]] * 4,
                    "box": list(sign.bounds),
                }
            )
    return found


def _on_page(page: BaseGeometry, frame: Frame) -> bool:
    return bool(page.intersects(shapely.box(0, 0, frame.width_pt, frame.height_pt)))


def _lines(document: Document, frame: Frame) -> list[Document]:
    """The lot's sides as lines on the page."""
    return [
        {"kind": side["kind"], "points": points(part)}
        for side in document["site"]["sides"]
        for part in lines_inside(shape(side["line"]), frame)
    ]


def _worst_words(document: Document, frame: Frame, taken: Taken, small: Taken) -> Document | None:
    """The call-out of the worst receptor; None where nothing is heard or the window leaves it out."""
    row = next((row for row in document["receptors"] if is_worst(document, row)), None)
    if row is None:
        return None
    ((x, y),) = points(to_page(_spot(row), frame))
    if not (0 <= x <= frame.width_pt and 0 <= y <= frame.height_pt):
        return None
    period = "" if row["period"] == "any" else f", {row['period']}"
    limit = "" if row["limit_db"] is None else f", limit {quantities.limit(row['limit_db'])}"
    return callout(f"worst: {named_level(row)}{period}{limit}", x, y, frame, taken, small)
