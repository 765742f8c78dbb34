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
ROUND = 0.01  # a share of a distance: a buffer misses it by less
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


class Rule(NamedTuple):
    """A distance that an item keeps from a shape, and what that is."""

    metres: float
    what: str
    shape: BaseGeometry


class Lattice(NamedTuple):
    """Where the lower left corners of bodies may lie."""

    corner: tuple[float, float]
    step: float
    columns: int
    rows: int


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
    rules = _rules(yard, item)
    boxes = _keeping(yard, item, rules)
    if not len(boxes.quarter):
        return boxes, _refusal(yard, item, rules)
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
    # what is at -x a quarter turn carries to -y, from there to +x, from there to +y
    around = (c.left_m, c.front_m, c.right_m, c.back_m)
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


def _rules(yard: Yard, item: YardItem) -> list[Rule]:
    away = item.distances
    rules = (
        Rule(away.lot_line_m, "the lot line", yard.lot.boundary),
        Rule(away.building_m, "buildings", yard.buildings),
        Rule(away.opening_m, "buildings of which no opening is known", yard.blind),
        Rule(away.opening_m, "openings", yard.openings),
    )
    return [rule for rule in rules if rule.metres and not rule.shape.is_empty]


def _refusal(yard: Yard, item: YardItem, rules: list[Rule]) -> str:
    """The first rule that leaves no place, each added to those before it."""
    free = yard._replace(clear=affinity.scale(shapely.box(*yard.lot.bounds), 1e3, 1e3))
    if not len(_keeping(free, item, []).quarter):
        size = f"{length(item.length_m)} by {length(item.width_m)}"
        return f"its {size} lie nowhere within the {area(yard.buildable.area)} where bodies may stand"
    if not len(_keeping(yard, item, []).quarter):
        return "its clearances lie nowhere on the lot and outside what stands there"
    last = next(k for k in range(len(rules)) if not len(_keeping(yard, item, rules[: k + 1]).quarter))
    return f"its {length(rules[last].metres)} from {rules[last].what} leave no place for it"


def _keeping(yard: Yard, item: YardItem, rules: list[Rule]) -> Boxes:
    """Bodies on the buildable area that keep rules, their clearances on clear ground.

    Buffers are round to a percent: what only the wider ones forbid is measured.
    """
    bodies, margins = turns(item)
    lattice = _lattice_for(yard, item)
    if lattice is None:
        return Boxes(np.zeros((0, 4)), np.zeros((0, 4)), np.zeros(0, np.int64))
    cells, quarter = _cells(lattice, yard, bodies, margins, _ground(yard, rules, 1 - ROUND))
    low = cells * lattice.step + lattice.corner
    body = np.hstack((low, low + bodies[quarter]))
    west, east, south, north = margins[quarter].T
    boxes = Boxes(body, body + np.column_stack((-west, -south, east, north)), quarter)
    if not rules or not len(quarter):
        return boxes
    sure = _cells(lattice, yard, bodies, margins, _ground(yard, rules, 1 + ROUND))
    measured = np.flatnonzero(~np.isin(_numbers(lattice, cells, quarter), _numbers(lattice, *sure)))
    shapes, kept = shapely.box(*body[measured].T), np.ones(len(quarter), bool)
    for rule in rules:
        kept[measured] &= shapely.distance(rule.shape, shapes) >= rule.metres - TOUCH
    return _some(boxes, kept)


def _lattice_for(yard: Yard, item: YardItem) -> Lattice | None:
    """The lattice of an item; None where there is no buildable ground."""
    inner = yard.lot.buffer(-item.distances.lot_line_m, join_style="mitre").intersection(yard.buildable)
    ground = yard.buildable if inner.is_empty else inner
    if ground.is_empty:
        return None
    x0, y0, x1, y1 = ground.bounds
    step = FOOT_M * max(1, math.ceil(math.sqrt((x1 - x0) * (y1 - y0) / MOST_CELLS) / FOOT_M))
    return Lattice((x0, y0), step, int((x1 - x0) / step) + 1, int((y1 - y0) / step) + 1)


def _cells(
    lattice: Lattice, yard: Yard, bodies: Floats, margins: Floats, ground: BaseGeometry
) -> tuple[Ints, Ints]:
    """Lattice cells (n, 2) of the lower left corners of bodies on a ground, and their quarter turns (n,)."""
    x0, y0 = lattice.corner
    region, clear = (edges(affinity.translate(shape, -x0, -y0)) for shape in (ground, yard.clear))
    found = [
        footprints.standing_room(lattice.columns, lattice.rows, lattice.step, body, margin, region, clear)
        for body, margin in zip(bodies, margins, strict=True)
    ]
    return np.concatenate(found), np.repeat(np.arange(len(found)), [len(cells) for cells in found])


def _ground(yard: Yard, rules: list[Rule], share: float) -> BaseGeometry:
    """The buildable area less what lies within a share of each rule's distance."""
    near = [rule.shape.buffer(share * rule.metres, quad_segs=16) for rule in rules]
    return yard.buildable.difference(shapely.union_all(near))


def _numbers(lattice: Lattice, cells: Ints, quarter: Ints) -> Ints:
    """A number for each cell and turn."""
    return (quarter * lattice.columns + cells[:, 0]) * lattice.rows + cells[:, 1]


def _some(boxes: Boxes, which: Bools) -> Boxes:
    return Boxes(boxes.body[which], boxes.clear[which], boxes.quarter[which])
