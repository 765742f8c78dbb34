"""Where a unit may stand: poses on a lattice along a main direction of the buildable area."""

import math
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from kernels import footprints
from siting.errors import InputError
from siting.model import FOOT_M, Clearance, Floats, Ints, Poses, Site, Unit
from siting.placement.directions import directions

MAX_POSES = 100_000  # beyond this the step grows by whole feet, unless a step is asked for
TOO_MANY = 2_000_000


def lattice_poses(
    site: Site,
    unit: Unit,
    step_m: float | None = None,
    aisle_m: float = 0.0,
    direction: float | None = None,
    most_poses: int = MAX_POSES,
) -> Poses:
    """Poses on a lattice, bodies at 0° and 90° to it, and at 180° and 270° where the front matters.

    A body stands inside `site.buildable`; body and clearance stand on the lot and outside every building, wall and yard item. The
    lattice starts in the lower left corner of the buildable area, as seen along its direction.

    Parameters
    ----------
    step_m : float, optional
        Of the lattice. Left out: one foot, or the smallest whole number of feet that keeps the lattice under `most_poses`.
    aisle_m : float
        Kept free before the front of every unit, where its clearance there is less.
    direction : float, optional
        Degrees from the x axis; left out, the first of the lot's `directions`.

    Raises
    ------
    InputError
        The step that is asked for makes more than `TOO_MANY` poses.
    """
    angle = directions(site)[0] if direction is None else direction
    bodies, margins = orientations(unit, aisle_m)
    step = _step(site, step_m, len(bodies), most_poses)
    cell, quarter, corner = np.zeros((0, 2), np.int64), np.zeros(0, np.int64), (0.0, 0.0)
    if not site.buildable.is_empty:
        area = affinity.rotate(site.buildable, -angle, origin=(0, 0))
        clear = affinity.rotate(clear_ground(site), -angle, origin=(0, 0))
        x0, y0, x1, y1 = area.bounds
        corner = (x0, y0)
        around = [edges(affinity.translate(region, -x0, -y0)) for region in (area, clear)]
        columns, rows = int((x1 - x0) / step) + 1, int((y1 - y0) / step) + 1
        cells = [
            footprints.standing_room(columns, rows, step, body, margin, *around)
            for body, margin in zip(bodies, margins, strict=True)
        ]
        cell, quarter = np.concatenate(cells), np.repeat(np.arange(len(cells)), [len(c) for c in cells])
    centre = cell * step + bodies[quarter] / 2 + corner
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    xy = np.column_stack((centre[:, 0] * cos - centre[:, 1] * sin, centre[:, 0] * sin + centre[:, 1] * cos))
    body = (unit.length_m, unit.width_m)
    rotation = (angle + 90.0 * quarter).astype(np.float64)
    return Poses(xy, rotation, cell, quarter, step, angle, body, bodies, margins)


def clear_ground(site: Site) -> BaseGeometry:
    """Where bodies with their clearances may lie: the lot outside every building, wall and yard item."""
    there = (*site.buildings, *site.walls, *site.items)
    return site.lot.difference(shapely.union_all(np.array(there))) if there else site.lot


def body_polygon(x_m: float, y_m: float, rotation_deg: float, body_m: tuple[float, float]) -> BaseGeometry:
    """The outline of a body of (length, width) centred at a point."""
    length, width = body_m
    box = shapely.box(x_m - length / 2, y_m - width / 2, x_m + length / 2, y_m + width / 2)
    return affinity.rotate(box, rotation_deg, origin=(x_m, y_m))


def orientations(unit: Unit, aisle_m: float = 0.0) -> tuple[Floats, Floats]:
    """Bodies (O, 2) and margins (O, 4: -x, +x, -y, +y) after each quarter turn counter-clockwise; at 0° the front faces -y.

    O is 4 where half a turn changes what is heard or kept clear, else 2.
    """
    c: Clearance = unit.clearance
    front = max(c.front_m, aisle_m)
    # a quarter turn takes what was at -x to -y, from there to +x, from there to +y, from there to -x
    around = (c.left_m, front, c.right_m, c.back_m)  # -x, -y, +x, +y
    four = front != c.back_m or c.left_m != c.right_m or _half_turn_heard(unit)
    bodies, margins = [], []
    for q in range(4 if four else 2):
        west, south, east, north = (around[(k - q) % 4] for k in range(4))
        bodies.append((unit.width_m, unit.length_m) if q % 2 else (unit.length_m, unit.width_m))
        margins.append((west, east, south, north))
    return np.array(bodies), np.array(margins)


def lattice_of(poses: Poses, which: Ints) -> footprints.Lattice:
    """Some of the poses, indexed by cell."""
    return footprints.make_lattice(
        poses.cell[which], poses.quarter[which], poses.step_m, poses.bodies, poses.margins
    )


def some_of(poses: Poses, which: Ints | NDArray[np.bool_]) -> Poses:
    """Some of the poses, by index or mask."""
    return replace(
        poses, xy=poses.xy[which], rotation_deg=poses.rotation_deg[which], cell=poses.cell[which],
        quarter=poses.quarter[which],
    )  # fmt: skip


def _half_turn_heard(unit: Unit) -> bool:
    """Whether a unit that is turned by 180° sounds another way to somebody."""
    pattern = unit.sound.directivity_db
    return pattern is not None and any(pattern[k] != pattern[k + 4] for k in range(4))


def _step(site: Site, step_m: float | None, turns: int, most_poses: int) -> float:
    """The lattice's step, whose poses about fill the buildable area in every orientation."""
    area = turns * site.buildable.area
    if step_m is None:
        return FOOT_M * max(1, math.ceil(math.sqrt(area / most_poses) / FOOT_M))
    if area / step_m**2 > TOO_MANY:
        least = math.ceil(math.sqrt(area / TOO_MANY) / FOOT_M)
        raise InputError(
            f"A lattice step of {step_m / FOOT_M:g} ft makes about {area / step_m**2:,.0f} poses on the "
            f"{site.buildable.area / FOOT_M**2:,.0f} sq ft of lot {site.id} where units may stand: "
            f"give a step of {least} ft or more."
        )
    return step_m


def edges(area: BaseGeometry) -> Floats:
    """Every boundary segment of an area, holes and parts included: (n, 4) ax, ay, bx, by."""
    rings = shapely.get_rings(shapely.get_parts(area))
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    return np.hstack((coords[:-1][same], coords[1:][same]))
