"""Where units may stand and which poses to take: lattice, patterns + drop + fill, and a valid upper bound."""

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from kernels import footprints, packing
from siting.model import FOOT_M, Clearance, Floats, Ints, Poses, Site, Unit

MAX_POSES = 4_000  # beyond this the lattice step grows by whole feet: one lot stays a matter of a second
SHORT = 1.0 - 1e-9  # sums stop short of the limit, so that no rounding of a sum can carry a level over it
EXCHANGES = 20
GROWN = 50  # up to so many units, others are moved to make room for one more
MOST_UNITS = 250  # 50 MW of 200 kW units: the search for as many as allowed ends there; a number asked for may be larger
PATTERNS = 2  # starts of the search, the fullest first: four or ten found no more on 250 Cambridge lots


def lattice_poses(site: Site, unit: Unit) -> Poses:
    """Poses on a lattice along the buildable area's main direction, bodies at 0° and 90° to it.

    A body stands inside `site.buildable`; body and clearance stand on the lot and outside every building. The
    lattice starts in the lower left corner of the buildable area's oriented envelope; the step is one foot, or the
    smallest whole number of feet that keeps the lattice under `MAX_POSES`.
    """
    angle = _main_direction(site.buildable)
    step = FOOT_M * max(1, math.ceil(math.sqrt(2 * site.buildable.area / MAX_POSES) / FOOT_M))
    bodies, margins = _orientations(unit)
    if site.buildable.is_empty:
        return _no_poses(step, unit)
    turned_area = affinity.rotate(site.buildable, -angle, origin=(0, 0))
    x0, y0, x1, y1 = turned_area.bounds
    clear = site.lot.difference(shapely.union_all(np.array(site.buildings))) if site.buildings else site.lot
    body_edges = _edges(affinity.translate(turned_area, -x0, -y0))
    clear_edges = _edges(affinity.translate(affinity.rotate(clear, -angle, origin=(0, 0)), -x0, -y0))
    columns, rows = int((x1 - x0) / step) + 1, int((y1 - y0) / step) + 1
    cells = [
        footprints.standing_room(columns, rows, step, bodies[o], margins[o], body_edges, clear_edges)
        for o in (0, 1)
    ]
    turned = np.repeat([False, True], [len(c) for c in cells])
    cell = np.concatenate(cells)
    order = np.lexsort((cell[:, 0], cell[:, 1], turned))
    cell, turned = cell[order], turned[order]
    centre = cell * step + bodies[turned.astype(np.int64)] / 2 + (x0, y0)
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    xy = np.column_stack((centre[:, 0] * cos - centre[:, 1] * sin, centre[:, 0] * sin + centre[:, 1] * cos))
    rotation = angle + np.where(turned, 90.0, 0.0)
    return Poses(xy, rotation, cell, turned, step, angle, (unit.length_m, unit.width_m))


def body_polygon(x_m: float, y_m: float, rotation_deg: float, body_m: tuple[float, float]) -> BaseGeometry:
    """The outline of a body of (length, width) centred at a point."""
    length, width = body_m
    box = shapely.box(x_m - length / 2, y_m - width / 2, x_m + length / 2, y_m + width / 2)
    return affinity.rotate(box, rotation_deg, origin=(x_m, y_m))


def most(
    poses: Poses, unit: Unit, load: Floats, full: float, bound: int | None = None, patterns: int = PATTERNS
) -> Ints:
    """The largest legal layout that patterns + drop + fill find, `MOST_UNITS` at most; ties: the lowest fullest row.

    Parameters
    ----------
    load : (P, R)
        What one unit at each pose puts on each row; a layout is legal where no row's sum is over `full`.
    bound : int, optional
        The upper bound; the search ends when it is reached.
    patterns : int
        How many of the fullest patterns are tried.
    """
    full *= SHORT
    legal = np.flatnonzero((load <= full).all(axis=1))
    count = min(len(legal), MOST_UNITS) if bound is None else min(len(legal), MOST_UNITS, bound)
    chosen = _search(poses, unit, load, legal, min(len(legal), MOST_UNITS), full, count, patterns)
    if patterns == 1 or not len(chosen) or not load.shape[1] or len(chosen) >= min(count, GROWN):
        return chosen
    place = np.searchsorted(legal, chosen)
    some = load if len(legal) == len(load) else load[legal]
    return legal[packing.grow(place, some, _lattice(poses, unit, legal), min(count, GROWN), full, EXCHANGES)]


def quietest(poses: Poses, unit: Unit, load: Floats, units: int) -> Ints:
    """A layout of `units` units (or as many as the space holds) whose fullest row is low, legal or not."""
    everywhere = np.arange(len(poses))
    chosen = _search(poses, unit, load, everywhere, units, np.inf, len(poses) + 1, PATTERNS)
    if len(chosen) < units:  # room first, quiet second
        packed = _search(poses, unit, load[:, :0], everywhere, units, np.inf, units, len(poses))
        chosen = max(chosen, packed, key=len)
    if load.shape[1] and len(chosen):
        chosen = packing.exchange(chosen, load, _lattice(poses, unit, everywhere), EXCHANGES, 0.0)
    return chosen


def quietest_part(poses: Poses, unit: Unit, load: Floats, whole: Ints, units: int) -> Ints:
    """A layout cut to a number of units, the one that weighs most on the fullest row going first, then moved about."""
    lattice = _lattice(poses, unit, np.arange(len(poses)))
    none = np.zeros(0, np.int64)
    part = packing.drop_and_fill(whole, load, none, lattice, units, np.inf)
    return packing.exchange(part, load, lattice, EXCHANGES, 0.0) if load.shape[1] and len(part) else part


def upper_bound(poses: Poses, unit: Unit, load: Floats, full: float) -> tuple[int, int]:
    """A number that no legal layout on the lattice can exceed, and the row that sets it (-1: space).

    Counted are the poses that are legal alone. Space: bodies that do not collide cover disjoint lattice cells. A row: the
    quietest poses that fill it, collisions forgiven. Where no pose is legal alone, the row that most of them break is named.
    """
    alone = np.all(load <= full, axis=1)
    if len(load) and not alone.any():
        return 0, int((load > full).sum(axis=0).argmax())
    space, load = space_bound(poses, unit, alone), load if alone.all() else load[alone]
    if not len(load) or not load.shape[1]:
        return space, -1
    few = min(space + 1, len(load))
    lowest = np.sort(np.partition(load, few - 1, axis=0)[:few], axis=0)
    counts = (np.cumsum(lowest, axis=0) <= full).sum(axis=0)
    row = int(np.argmin(counts))
    return (int(counts[row]), row) if counts[row] < space else (space, -1)


def space_bound(poses: Poses, unit: Unit, which: NDArray[np.bool_] | None = None) -> int:
    """How many bodies the lattice cells that poses cover can hold at most."""
    cell, turned = (poses.cell, poses.turned) if which is None else (poses.cell[which], poses.turned[which])
    if not len(cell):
        return 0
    bodies, margins = _orientations(unit)
    gap = margins.min()
    extent = np.array(
        [[footprints.cells_apart(side + gap, poses.step_m) for side in body] for body in bodies]
    )
    columns, rows = cell.max(axis=0) + 1
    covered = footprints.covered_cells(cell, turned.astype(np.int64), extent, columns, rows)
    return int(covered // extent.prod(axis=1).min())


def _search(
    poses: Poses, unit: Unit, load: Floats, usable: Ints, count: int, full: float, enough: int, patterns: int
) -> Ints:
    """The fullest patterns, and none where several are tried, dropped and filled; the best by number, then by the fullest row."""
    if not len(usable) or count < 1:
        return np.zeros(0, np.int64)
    lattice, load = _lattice(poses, unit, usable), load if len(usable) == len(load) else load[usable]
    order = np.argsort(load.max(axis=1), kind="stable") if load.shape[1] else np.arange(len(usable))
    best, best_key = np.zeros(0, np.int64), (-1, 0.0)
    starts = _patterns(lattice, poses.step_m, min(patterns, 2))[:patterns]
    for start in starts if patterns == 1 else [*starts, np.zeros(0, np.int64)]:
        chosen = packing.drop_and_fill(start, load, order, lattice, count, full)
        peak = float(load[chosen].sum(axis=0).max()) if load.shape[1] and len(chosen) else 0.0
        if (len(chosen), -peak) > best_key:
            best, best_key = chosen, (len(chosen), -peak)
        if len(best) >= enough:
            break
    return usable[best]


def _patterns(lattice: footprints.Lattice, step: float, directions: int) -> list[Ints]:
    """Rows (and, with two directions, columns) of each orientation at every offset, the fullest first."""
    cell, orientation, bodies, margins = lattice.cells, lattice.orientation, lattice.bodies, lattice.margins
    starts = []
    for across in (1, 0)[:directions]:
        order = np.lexsort((cell[:, 1 - across], cell[:, across]))
        lined, turned = cell[order], orientation[order]
        for o in (0, 1):
            gap_x, gap_y = max(margins[o, 0], margins[o, 1]), max(margins[o, 2], margins[o, 3])
            pitch = (
                footprints.cells_apart(bodies[o, 0] + gap_x, step),
                footprints.cells_apart(bodies[o, 1] + gap_y, step),
            )
            for offset in range(pitch[across]):
                picked = footprints.pack_rows(
                    lined, turned, o, across, offset, pitch[across], pitch[1 - across]
                )
                starts.append(order[picked])
    return sorted(starts, key=len, reverse=True)


def _orientations(unit: Unit) -> tuple[Floats, Floats]:
    """Bodies (2, 2) and margins (2, 4: -x, +x, -y, +y) at 0° and 90°; the front faces -y at 0°, so +x at 90°."""
    c: Clearance = unit.clearance
    bodies = np.array([[unit.length_m, unit.width_m], [unit.width_m, unit.length_m]])
    margins = np.array(
        [[c.left_m, c.right_m, c.front_m, c.back_m], [c.back_m, c.front_m, c.left_m, c.right_m]]
    )
    return bodies, margins


def _lattice(poses: Poses, unit: Unit, which: Ints) -> footprints.Lattice:
    """Some of the poses, indexed by cell."""
    bodies, margins = _orientations(unit)
    return footprints.make_lattice(
        poses.cell[which], poses.turned[which].astype(np.int64), poses.step_m, bodies, margins
    )


def _no_poses(step: float, unit: Unit) -> Poses:
    none = np.zeros(0)
    return Poses(
        np.zeros((0, 2)),
        none,
        np.zeros((0, 2), np.int64),
        none.astype(bool),
        step,
        0.0,
        (unit.length_m, unit.width_m),
    )


def _main_direction(area: BaseGeometry) -> float:
    """Direction of the longer side of the smallest rectangle around the area, degrees in [-45, 45) or its right angle."""
    if area.is_empty:
        return 0.0
    corners = shapely.get_coordinates(shapely.oriented_envelope(area))
    sides = np.diff(corners[:3], axis=0)
    dx, dy = sides[np.argmax(np.hypot(sides[:, 0], sides[:, 1]))]
    return (math.degrees(math.atan2(dy, dx)) + 90.0) % 180.0 - 90.0


def _edges(area: BaseGeometry) -> Floats:
    """Every boundary segment of an area, holes and parts included: (n, 4) ax, ay, bx, by."""
    rings = shapely.get_rings(shapely.get_parts(area))
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    return np.hstack((coords[:-1][same], coords[1:][same]))
