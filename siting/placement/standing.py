"""Where one yard item may stand: bodies on a lattice that keep every rule of it, and the rule that leaves none."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from kernels import footprints
from kernels.footprints import TOUCH
from siting.model import FOOT_M, Floats, Ints, Site
from siting.placement.directions import directions
from siting.placement.poses import clear_ground, edges
from siting.quantities import area, length
from siting.site.distances import AT_WALL_M
from siting.yard import YardItem

MOST_CELLS = 100_000  # beyond this the step grows by whole feet
Bools = NDArray[np.bool_]


class Yard(NamedTuple):
    """A lot turned by `-angle` degrees about the origin, so that bodies lie along the axes."""

    angle: float
    lot: BaseGeometry
    buildable: BaseGeometry
    clear: BaseGeometry  # the lot without what stands there
    buildings: BaseGeometry
    blind: BaseGeometry  # the buildings near which no opening is known: they may have one anywhere
    openings: BaseGeometry


class Boxes(NamedTuple):
    """Places of an item: (n, 4) x0, y0, x1, y1 of its body alone and with its clearances, (n,) quarter turns."""

    body: Floats
    clear: Floats
    quarter: Ints


class Standing(NamedTuple):
    """An item where it stands in the turned yard: (4,) as in `Boxes`."""

    item: YardItem
    body: Floats
    clear: Floats
    quarter: int


def turned_yard(site: Site) -> Yard:
    """The lot along the first of its main directions."""
    angle, openings = directions(site)[0], shapely.union_all(list(site.openings))
    blind = [each for each in site.buildings if not shapely.dwithin(each, openings, AT_WALL_M)]
    whole = (
        site.lot,
        site.buildable,
        clear_ground(site),
        shapely.union_all(list(site.buildings)),
        shapely.union_all(blind),
        openings,
    )
    return Yard(angle, *(affinity.rotate(shape, -angle, origin=(0, 0)) for shape in whole))


def standing_places(yard: Yard, item: YardItem, others: Sequence[Standing]) -> tuple[Boxes, str]:
    """Every place on the lattice where an item may stand beside others, and the rule that left none, empty where some are left.

    The body lies on the buildable area and keeps the item's own distances; body and clearances lie on the lot, outside all that
    stands there, and neither enters the other's body. The step is one foot, or the smallest whole number of feet that keeps the
    lattice under `MOST_CELLS`; it starts in the corner of the ground that the distance from the lot line leaves.
    """
    boxes, away = _on_lattice(yard, item, with_clearance=True), item.distances
    if not len(boxes.quarter):
        if len(_on_lattice(yard, item, with_clearance=False).quarter):
            return boxes, "its clearances lie nowhere on the lot and outside what stands there"
        size = f"{length(item.length_m)} by {length(item.width_m)}"
        return boxes, f"its {size} lie nowhere within the {area(yard.buildable.area)} where bodies may stand"
    for metres, what, shape in (
        (away.lot_line_m, "the lot line", yard.lot.boundary),
        (away.building_m, "buildings", yard.buildings),
        (away.opening_m, "buildings of which no opening is known", yard.blind),
        (away.opening_m, "openings", yard.openings),
    ):
        boxes = _some(boxes, _far_from(shape, boxes.body, metres))
        if not len(boxes.quarter):
            return boxes, f"its {length(metres)} from {what} leave no place for it"
    for other in others:
        boxes = _some(boxes, ~(overlap(boxes.clear, other.body) | overlap(boxes.body, other.clear)))
    if not len(boxes.quarter):
        names = ", ".join(dict.fromkeys(other.item.name for other in others))
        return boxes, f"what is placed before it ({names}) leaves no place for it"
    return boxes, ""


def turns(item: YardItem) -> tuple[Floats, Floats]:
    """Bodies (O, 2) and clearances (O, 4: -x, +x, -y, +y) after each quarter turn counter-clockwise; at 0° the front faces -y.

    O is 4 where the clearances before and behind, or left and right, differ, else 2.
    """
    c = item.clearance
    around = (
        c.left_m,
        c.front_m,
        c.right_m,
        c.back_m,
    )  # -x, -y, +x, +y: a quarter turn carries each to the next
    bodies, margins = [], []
    for q in range(2 if c.front_m == c.back_m and c.left_m == c.right_m else 4):
        west, south, east, north = (around[(k - q) % 4] for k in range(4))
        bodies.append((item.width_m, item.length_m) if q % 2 else (item.length_m, item.width_m))
        margins.append((west, east, south, north))
    return np.array(bodies), np.array(margins)


def overlap(boxes: Floats, box: Floats) -> Bools:
    """Which of the boxes (n, 4) share more than a touch with a box (4,)."""
    below = (boxes[:, :2] < box[2:] - TOUCH).all(axis=1)
    return np.asarray(below & (boxes[:, 2:] > box[:2] + TOUCH).all(axis=1))


def _on_lattice(yard: Yard, item: YardItem, with_clearance: bool) -> Boxes:
    """Bodies on the buildable area, their clearances on the lot outside what stands there, or left aside."""
    bodies, margins = turns(item)
    inner = yard.lot.buffer(-item.distances.lot_line_m, join_style="mitre").intersection(yard.buildable)
    if inner.is_empty:
        inner = yard.buildable
    if inner.is_empty:
        return Boxes(np.zeros((0, 4)), np.zeros((0, 4)), np.zeros(0, np.int64))
    x0, y0, x1, y1 = inner.bounds
    step = FOOT_M * max(1, math.ceil(math.sqrt((x1 - x0) * (y1 - y0) / MOST_CELLS) / FOOT_M))
    columns, rows = int((x1 - x0) / step) + 1, int((y1 - y0) / step) + 1
    region = edges(affinity.translate(yard.buildable, -x0, -y0))
    clear = edges(affinity.translate(yard.clear, -x0, -y0)) if with_clearance else region
    kept = margins if with_clearance else np.zeros_like(margins)
    cells = [
        footprints.standing_room(columns, rows, step, body, margin, region, clear)
        for body, margin in zip(bodies, kept, strict=True)
    ]
    quarter = np.repeat(np.arange(len(cells)), [len(some) for some in cells])
    low = np.concatenate(cells) * step + (x0, y0)
    body = np.hstack((low, low + bodies[quarter]))
    west, east, south, north = margins[quarter].T
    return Boxes(body, body + np.column_stack((-west, -south, east, north)), quarter)


def _far_from(shape: BaseGeometry, bodies: Floats, metres: float) -> Bools:
    """Which bodies are at least so far from a shape."""
    if not metres or shape.is_empty:
        return np.ones(len(bodies), bool)
    shapely.prepare(shape)
    return ~shapely.dwithin(shape, shapely.box(*bodies.T), metres - TOUCH)


def _some(boxes: Boxes, which: Bools) -> Boxes:
    return Boxes(boxes.body[which], boxes.clear[which], boxes.quarter[which])
