"""Words on the plan where they find room: unit numbers, setbacks, neighbours' ids and the call-out of the worst receptor.

The lettering is a monospaced face, so that a label's width is known here: 0.602 of its size for every character.
"""

import math
from collections.abc import Iterator
from itertools import product
from typing import Any

import shapely
from shapely.geometry import LineString, Polygon, box, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import polylabel

from siting.package.paper import Frame, inside, lines_inside, to_page
from siting.rule_words import distance

Document = dict[str, Any]
Box = tuple[float, float, float, float]
Taken = dict[tuple[int, int], list[Box]]  # the places used so far, by cell of the paper
CELL_PT = 24.0
ADVANCE = 0.602  # width of a character of the lettering per point of its size
UNIT_PT, CALLOUT_PT, SIDE_PT = 5.0, 6.0, 5.0
NEIGHBOUR_PT = (6.5, 5.5, 4.5)  # the largest that fits
SMALLEST_LOT_PT2 = 20.0  # a sliver on paper gets no label


def around(x: float, y: float, width: float, height: float) -> Box:
    """Box of a width and height about a centre."""
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def unit_label(unit: Document, frame: Frame, taken: Taken) -> Document | None:
    """The unit's number inside its body where it fits, else beside it; None where every place is taken.

    A place that is used joins `taken`, here and in the functions below.
    """
    x0, y0, x1, y1 = unit["box"]
    width, height = len(unit["id"]) * ADVANCE * UNIT_PT, UNIT_PT
    cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
    if Polygon(unit["ring"]).contains(box(*around(cx, cy, width, height))):
        return _label(unit["id"], cx, cy, UNIT_PT, "inside")
    dx, dy = (x1 - x0 + width) / 2 + 1, (y1 - y0 + height) / 2 + 0.5
    for x, y in (
        (cx + dx, cy),
        (cx - dx, cy),
        (cx, cy - dy),
        (cx, cy + dy),
        (cx + dx, cy - dy),
        (cx - dx, cy + dy),
    ):
        if _free(place := around(x, y, width, height), taken, frame):
            take(taken, place)
            return _label(unit["id"], x, y, UNIT_PT, "unit")
    return None


def neighbour_labels(document: Document, frame: Frame, taken: Taken) -> list[Document]:
    """Each neighbour's id inside its lot; "#n", its row of the neighbours' table, where the id does not fit."""
    built = shapely.union_all(
        [part for g in document["site"]["buildings"] for part in inside(shape(g), frame)]
    )
    rows = {row["neighbour"]: f"#{n}" for n, row in enumerate(document["neighbours"], start=1)}
    labels = []
    for neighbour in document["site"]["neighbours"]:
        lots = [part for part in inside(shape(neighbour["geometry"]), frame) if part.area > SMALLEST_LOT_PT2]
        texts = [str(neighbour["id"]), *([rows[neighbour["id"]]] if neighbour["id"] in rows else [])]
        if lots and (label := _label_in(max(lots, key=lambda part: part.area), built, texts, frame, taken)):
            labels.append(label)
    return labels


def side_labels(document: Document, frame: Frame, taken: Taken) -> list[Document]:
    """The setback of each of the lot's sides, inside the lot beside the longest part of the side that the window holds."""
    lot, labels = to_page(shape(document["site"]["lot"]), frame), []
    for side in document["site"]["sides"]:
        parts = lines_inside(shape(side["line"]), frame)
        if not parts:
            continue
        named = "" if side["kind"] in ("side", "unknown") else f"{side['kind']} "
        text = f"{named}setback {distance(side['setback_m'])}"
        width, height = len(text) * ADVANCE * SIDE_PT + 2, SIDE_PT + 1
        line = max(parts, key=lambda part: part.length)
        places = [around(x, y, width, height) for x, y in _beside(line, lot, width, height)]
        if place := next((place for place in places if _free(place, taken, frame)), None):
            take(taken, place)
            labels.append(_label(text, (place[0] + place[2]) / 2, (place[1] + place[3]) / 2, SIDE_PT, "side"))
    return labels


def _beside(
    line: LineString, lot: BaseGeometry, width: float, height: float
) -> Iterator[tuple[float, float]]:
    """Places inside the lot along a line, so far off that a text does not touch it, from its middle outward."""
    for share in (0.5, 0.35, 0.65, 0.2, 0.8):
        here, ahead = (line.interpolate(at, normalized=True) for at in (share, min(share + 0.01, 1.0)))
        run = math.hypot(ahead.x - here.x, ahead.y - here.y) or 1.0
        across = (-(ahead.y - here.y) / run, (ahead.x - here.x) / run)
        off = abs(across[0]) * width / 2 + abs(across[1]) * height / 2 + 2
        for way in (1, -1):
            x, y = here.x + way * off * across[0], here.y + way * off * across[1]
            if lot.contains(shapely.Point(x, y)):
                yield x, y


def callout(text: str, x: float, y: float, frame: Frame, taken: Taken, small: Taken) -> Document:
    """A boxed text near a point, where it covers as little as it can of what is `taken` and of the `small` signs."""
    width, height = len(text) * ADVANCE * CALLOUT_PT + 7, CALLOUT_PT + 6
    ways = [math.radians(angle) for angle in range(0, 360, 30)]
    spots = [(x + math.cos(a) * (r + width / 2), y - math.sin(a) * r) for r in (22, 32, 46, 64) for a in ways]
    places = [place for spot in spots if _on_paper(place := around(*spot, width, height), frame)]
    place = min(places, key=lambda p: (_covers(p, taken), _covers(p, small)))
    take(taken, place)
    return {"x": x, "y": y, "text": text, "size": CALLOUT_PT, "box": [round(v, 2) for v in place]}


def _label(text: str, x: float, y: float, size: float, kind: str) -> Document:
    return {"text": text, "x": round(x, 2), "y": round(y, 2), "size": size, "kind": kind}


def _label_in(
    lot: Polygon, built: BaseGeometry, texts: list[str], frame: Frame, taken: Taken
) -> Document | None:
    open_ground = [
        p for p in shapely.get_parts(lot.difference(built)) if isinstance(p, Polygon) and not p.is_empty
    ]
    grounds = [max(open_ground, key=lambda p: p.area), lot] if open_ground else [lot]
    spots = [spot for ground in grounds for spot in (polylabel(ground, 1.0), ground.representative_point())]
    for text in texts:
        for size in NEIGHBOUR_PT:
            for spot in spots:
                place = around(spot.x, spot.y, len(text) * ADVANCE * size + 2, size + 1)
                if lot.contains(box(*place)) and _free(place, taken, frame):
                    take(taken, place)
                    return _label(text, spot.x, spot.y, size, "neighbour")
    return None


def _on_paper(label: Box, frame: Frame) -> bool:
    x0, y0, x1, y1 = label
    return x0 >= 2 and y0 >= 2 and x1 <= frame.width_pt - 2 and y1 <= frame.height_pt - 2


def take(taken: Taken, place: Box) -> None:
    """Note that a place is used."""
    for cell in _cells(place):
        taken.setdefault(cell, []).append(place)


def _cells(place: Box) -> Iterator[tuple[int, int]]:
    x0, y0, x1, y1 = (int(v // CELL_PT) for v in place)
    yield from product(range(x0, x1 + 1), range(y0, y1 + 1))


def _covers(label: Box, taken: Taken) -> int:
    """How many places the label would cover."""
    x0, y0, x1, y1 = label
    near = {place for cell in _cells(label) for place in taken.get(cell, ())}
    return sum(x0 < b[2] and b[0] < x1 and y0 < b[3] and b[1] < y1 for b in near)


def _free(label: Box, taken: Taken, frame: Frame) -> bool:
    return _on_paper(label, frame) and not _covers(label, taken)
