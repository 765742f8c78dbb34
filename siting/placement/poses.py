"""Where a unit may stand: poses on a lattice along the main direction of the buildable area."""

import math

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from kernels import footprints
from siting.model import FOOT_M, Clearance, Floats, Ints, Poses, Site, Unit

MAX_POSES = 4_000  # beyond this the lattice step grows by whole feet: one lot stays a matter of a second


def lattice_poses(site: Site, unit: Unit) -> Poses:
    """Poses on a lattice along the buildable area's main direction, bodies at 0° and 90° to it.

    A body stands inside `site.buildable`; body and clearance stand on the lot and outside every building and yard item. The
    lattice starts in the lower left corner of the buildable area's oriented envelope; the step is one foot, or the
    smallest whole number of feet that keeps the lattice under `MAX_POSES`.
    """
    angle = _main_direction(site.buildable)
    step = FOOT_M * max(1, math.ceil(math.sqrt(2 * site.buildable.area / MAX_POSES) / FOOT_M))
    bodies, margins = orientations(unit)
    if site.buildable.is_empty:
        return _no_poses(step, unit)
    turned_area = affinity.rotate(site.buildable, -angle, origin=(0, 0))
    x0, y0, x1, y1 = turned_area.bounds
    bodies_there = (*site.buildings, *site.items)
    clear = site.lot.difference(shapely.union_all(np.array(bodies_there))) if bodies_there else site.lot
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


def orientations(unit: Unit) -> tuple[Floats, Floats]:
    """Bodies (2, 2) and margins (2, 4: -x, +x, -y, +y) at 0° and 90°; the front faces -y at 0°, so +x at 90°."""
    c: Clearance = unit.clearance
    bodies = np.array([[unit.length_m, unit.width_m], [unit.width_m, unit.length_m]])
    margins = np.array(
        [[c.left_m, c.right_m, c.front_m, c.back_m], [c.back_m, c.front_m, c.left_m, c.right_m]]
    )
    return bodies, margins


def lattice_of(poses: Poses, unit: Unit, which: Ints) -> footprints.Lattice:
    """Some of the poses, indexed by cell."""
    bodies, margins = orientations(unit)
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
