"""Yard items beside the units: each where it takes least from them, its distances and clearances kept."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from kernels.footprints import TOUCH
from siting.errors import InputError
from siting.model import Floats, Ints, Poses, Site, Unit
from siting.parts import Source
from siting.placement.poses import body_polygon, lattice_poses
from siting.placement.standing import Bools, Boxes, Standing, Yard, standing_places, turned_yard
from siting.wording import taken
from siting.yard import PlacedItem, YardItem

ARC_SEGMENTS = 16  # a quarter circle
NOWHERE: Floats = np.zeros((0, 2))
CORNERS = (
    (1, 1),
    (-1, 1),
    (1, -1),
    (-1, -1),
)  # of the yard: items are packed into one where they stand in each other's way
Choose = Callable[[YardItem, Boxes, list[Standing]], int]


def place_items(
    site: Site, unit: Unit, items: tuple[YardItem, ...], service_xy: Floats = NOWHERE
) -> tuple[tuple[PlacedItem, ...], Site]:
    """Place every item, and take from the site what units then have no more.

    One after the other, the one that needs most ground first, each where it takes the fewest poses from the units that those
    before it left; of such places the nearest to a service point, then the lowest along the lot. Where that leaves no place
    for one of them, all are packed into a corner of the lot, the lower left one first. An arrangement may exist that neither
    finds.

    Parameters
    ----------
    service_xy : (n, 2) float
        Where gas and the grid come in, in the site's CRS.

    Returns
    -------
    tuple of PlacedItem
        In the order of `items`; alike ones are numbered.
    Site
        `buildable` without the ground that items, their clearances and their distances from units take, `taken_m2["items"]` its
        area, and `items` their bodies, which no clearance of a unit enters.

    Raises
    ------
    InputError
        An item fits nowhere: which, on which lot, which rule took the room, and what to do.
    """
    if not items:
        return (), site
    yard = turned_yard(site)
    found = _arranged(site, unit, items, yard, service_xy)
    names = _numbered(items)
    placed = tuple(_placed(name, each, yard) for name, each in zip(names, found, strict=True))
    return placed, _without(site, placed)


def item_sources(placed: tuple[PlacedItem, ...]) -> tuple[Source, ...]:
    """Items with a sound of their own as sources of a scene: points over the middle of each, the same all round."""
    return tuple(
        Source(
            each.id,
            each.x_m,
            each.y_m,
            each.item.power_db[1:],
            height_m=each.item.source_height_m,
            power_31_db=None if math.isnan(each.item.power_db[0]) else each.item.power_db[0],
        )
        for each in placed
        if each.item.power_db is not None
    )


def _arranged(
    site: Site, unit: Unit, items: tuple[YardItem, ...], yard: Yard, service_xy: Floats
) -> list[Standing]:
    """Every item where it stands, in their order; what is refused is refused with the reason of the first way tried."""
    poses = lattice_poses(site, unit, direction=yard.angle)
    ways: list[Choose] = [
        partial(_least_taken, poses, _turned(poses.xy, -yard.angle), _turned(service_xy, -yard.angle))
    ]
    ways += [partial(_towards, corner) for corner in CORNERS]
    refusals = []
    for choose in ways:
        found, refused = _one_by_one(yard, items, choose)
        if not refused:
            return found
        refusals.append(refused)
    took = taken(site.taken_m2)
    raise InputError(f"Lot {site.id}: {refusals[0]}." + (f" Taken before: {took}." if took else ""))


def _one_by_one(yard: Yard, items: tuple[YardItem, ...], choose: Choose) -> tuple[list[Standing], str]:
    """Items placed from the largest down, in the order given, and why one of them has no place (empty: each has one)."""
    found: dict[int, Standing] = {}
    for k in sorted(range(len(items)), key=lambda k: (-_needed_m2(items[k]), k)):
        boxes, rule = standing_places(yard, items[k], list(found.values()))
        if rule:
            return [], f"the {items[k].name} fits nowhere: {rule}; {_advice(items[k])}"
        best = choose(items[k], boxes, list(found.values()))
        found[k] = Standing(items[k], boxes.body[best], boxes.clear[best], int(boxes.quarter[best]))
    return [found[k] for k in range(len(items))], ""


def _needed_m2(item: YardItem) -> float:
    """The ground that an item takes from the units, in the rectangle around it."""
    c, apart = item.clearance, item.distances.unit_m
    wide = item.length_m + max(c.left_m, apart) + max(c.right_m, apart)
    return wide * (item.width_m + max(c.front_m, apart) + max(c.back_m, apart))


def _least_taken(
    poses: Poses, xy: Floats, service_xy: Floats, item: YardItem, boxes: Boxes, found: list[Standing]
) -> int:
    """The place that takes fewest of the poses left, then nearest to a service point, then lowest.

    A pose counts as taken in the rectangle around what the rules take: corners of distances are counted square.
    """
    taken = np.zeros(len(boxes.quarter), np.int64)
    for q in np.unique(poses.quarter):
        mine = np.flatnonzero(poses.quarter == q)
        free = np.ones(len(mine), bool)
        for other in found:
            low, high = _window(poses, int(q), other.item, other.body[None], other.clear[None])
            free &= ~((xy[mine] > low) & (xy[mine] < high)).all(axis=1)
        low, high = _window(poses, int(q), item, boxes.body, boxes.clear)
        taken += _counted(poses.cell[mine], xy[mine], free, poses.step_m, low, high)
    fewest = np.flatnonzero(taken == taken.min())
    away = np.zeros(len(fewest))
    if len(service_xy):
        away = shapely.distance(shapely.MultiPoint(service_xy), shapely.box(*boxes.body[fewest].T))
    x, y = boxes.body[fewest, 0], boxes.body[fewest, 1]
    keys = (boxes.quarter[fewest], x.round(6), y.round(6), away.round(6))
    return int(fewest[np.lexsort(keys)[0]])


def _towards(corner: tuple[int, int], item: YardItem, boxes: Boxes, found: list[Standing]) -> int:
    """The place lowest in a corner: by rows, as text is read."""
    x, y = boxes.body[:, 0 if corner[0] > 0 else 2], boxes.body[:, 1 if corner[1] > 0 else 3]
    return int(np.lexsort((boxes.quarter, (corner[0] * x).round(6), (corner[1] * y).round(6)))[0])


def _window(poses: Poses, q: int, item: YardItem, body: Floats, clear: Floats) -> tuple[Floats, Floats]:
    """Between which corners (n, 2) the middle of a unit that is turned so lies where an item takes its place."""
    half, apart = poses.bodies[q] / 2, item.distances.unit_m
    west, east, south, north = poses.margins[q]
    low = np.minimum(clear[:, :2], body[:, :2] - np.maximum((east, north), apart)) - half
    high = np.maximum(clear[:, 2:], body[:, 2:] + np.maximum((west, south), apart)) + half
    return low + TOUCH, high - TOUCH


def _counted(cells: Ints, xy: Floats, free: Bools, step: float, low: Floats, high: Floats) -> Ints:
    """How many free lattice points (m, 2) lie between each two corners (n, 2), from a table of sums over the lattice's cells."""
    start, columns_rows = xy[0] - cells[0] * step, cells.max(axis=0) + 1
    table = np.zeros(columns_rows + 1, np.int64)
    np.add.at(table, tuple((cells[free] + 1).T), 1)
    table = table.cumsum(axis=0).cumsum(axis=1)
    first = np.clip(np.ceil((low - start) / step), 0, columns_rows).astype(np.int64)
    last = np.clip(np.floor((high - start) / step) + 1, first, columns_rows).astype(np.int64)
    (a, b), (c, d) = first.T, last.T
    return np.asarray(table[c, d] - table[a, d] - table[c, b] + table[a, b])


def _without(site: Site, placed: tuple[PlacedItem, ...]) -> Site:
    """The site without the ground that items take from the bodies of units."""
    taken = shapely.union_all([_ground(each) for each in placed])
    rest = site.buildable.difference(taken)
    parts = [part for part in shapely.get_parts(rest) if part.geom_type == "Polygon" and part.area > 0]
    buildable = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return replace(
        site,
        buildable=buildable,
        taken_m2={**site.taken_m2, "items": site.buildable.area - buildable.area},
        items=(*site.items, *(each.body for each in placed)),
    )


def _ground(placed: PlacedItem) -> BaseGeometry:
    """Where an item leaves no place for a unit's body: its clearances, and all that is nearer than its distance from units."""
    c, item = placed.item.clearance, placed.item
    x0, y0 = placed.x_m - item.length_m / 2 - c.left_m, placed.y_m - item.width_m / 2 - c.front_m
    x1, y1 = placed.x_m + item.length_m / 2 + c.right_m, placed.y_m + item.width_m / 2 + c.back_m
    clear = affinity.rotate(shapely.box(x0, y0, x1, y1), placed.rotation_deg, origin=(placed.x_m, placed.y_m))
    if not item.distances.unit_m:
        return clear
    # chords lie outside the arcs that they stand for, so no corner is nearer than it may be
    wide = item.distances.unit_m / math.cos(math.pi / (4 * ARC_SEGMENTS))
    return clear.union(placed.body.buffer(wide, quad_segs=ARC_SEGMENTS))


def _placed(name: str, standing: Standing, yard: Yard) -> PlacedItem:
    ((x, y),) = _turned((standing.body[None, :2] + standing.body[None, 2:]) / 2, yard.angle)
    item, rotation = standing.item, yard.angle + 90.0 * standing.quarter
    body = body_polygon(float(x), float(y), rotation, (item.length_m, item.width_m))
    return PlacedItem(name, item, float(x), float(y), rotation, body)


def _numbered(items: tuple[YardItem, ...]) -> list[str]:
    """What each item is called on the lot: its id, with a number where there are several."""
    ids = [item.id for item in items]
    return [
        f"{name} {ids[: k + 1].count(name)}" if ids.count(name) > 1 else name for k, name in enumerate(ids)
    ]


def _advice(item: YardItem) -> str:
    if item.holds is None:
        return "leave it out, or give one that needs less room"
    return (
        f"a smaller store may need less distance; else choose a fuel other than {item.holds}, or another lot"
    )


def _turned(xy: Floats, angle_deg: float) -> Floats:
    """Points (n, 2) turned about the origin, counter-clockwise."""
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    return np.column_stack((xy[:, 0] * cos - xy[:, 1] * sin, xy[:, 0] * sin + xy[:, 1] * cos))
