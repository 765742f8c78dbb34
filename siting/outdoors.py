"""Receptors under a building's footprint: nobody measures inside a house or in a party wall."""

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from siting.lot_lines import OUT_M
from siting.model import Floats, Receptors
from siting.scene.checks import TOUCH_M
from siting.scene.elevation import ground_at
from siting.surroundings import Surroundings

Flags = NDArray[np.bool_]


def outdoors(receptors: Receptors, around: Surroundings, own: str) -> Receptors:
    """Receptors without those inside buildings, and with a note that counts them.

    Where all places of a neighbour, or a point given, lie inside, they are moved to the nearest place before a façade. `own`
    is the lot's id, by which the points of its own line are called.
    """
    if not around.scene.buildings or not len(receptors):
        return receptors
    indoors = inside_buildings(around, receptors.xy)
    if not indoors.any():
        return receptors
    names = np.array(receptors.neighbour)
    ids = np.array(receptors.id)
    given = ~(np.char.startswith(ids, np.char.add(names, "/")) | np.char.startswith(ids, f"{own}/"))
    free = set(names[~indoors])
    moved = indoors & (given | ~np.isin(names, list(free)))
    xy = receptors.xy.copy()
    xy[moved] = _before_facades(around, xy[moved])
    keep = ~indoors | moved
    keep[moved] = ~inside_buildings(around, xy[moved])
    return replace(
        picked(receptors, keep), xy=xy[keep], notes=(*receptors.notes, *_notes(receptors, keep, moved))
    )


def inside_buildings(around: Surroundings, xy: Floats) -> Flags:
    """Whether an ear at each point (n, 2) would be in a building, below its roof."""
    outlines = np.array([building.outline for building in around.scene.buildings])
    z = ground_at(around.prepared.ground, xy) + around.environment.receptor_height_m
    points = shapely.points(xy)
    point, building = shapely.STRtree(outlines).query(points, predicate="within")
    below = around.prepared.stands.building_top_m[building] - z[point] > TOUCH_M
    point, building = point[below], building[below]
    deep = shapely.distance(shapely.boundary(outlines[building]), points[point]) > TOUCH_M
    found = np.zeros(len(xy), bool)
    found[point[deep]] = True
    return found


def _before_facades(around: Surroundings, xy: Floats) -> Floats:
    """The nearest places outside of all buildings, a centimetre before their walls."""
    if not len(xy):
        return xy
    outlines = np.array([building.outline for building in around.scene.buildings])
    near = np.unique(shapely.STRtree(outlines).query(shapely.points(xy), predicate="within")[1])
    while True:  # what touches the buildings found belongs to them
        more = np.unique(
            shapely.STRtree(outlines).query(outlines[near], predicate="dwithin", distance=2 * OUT_M)[1]
        )
        if len(more) == len(near):
            break
        near = more
    walls = shapely.boundary(shapely.union_all(shapely.buffer(outlines[near], OUT_M, join_style="mitre")))
    lines = shapely.shortest_line(shapely.points(xy), walls)
    return np.asarray(shapely.get_coordinates(lines).reshape(-1, 2, 2)[:, 1])


def picked(receptors: Receptors, keep: Flags) -> Receptors:
    """Some of the receptors, in their order."""
    which = np.flatnonzero(keep).tolist()
    return replace(
        receptors,
        id=[receptors.id[k] for k in which],
        neighbour=[receptors.neighbour[k] for k in which],
        zones=[receptors.zones[k] for k in which],
        xy=receptors.xy[keep],
        distance_m=receptors.distance_m[keep],
        between=receptors.between[keep],
    )


def _notes(receptors: Receptors, keep: Flags, moved: Flags) -> list[str]:
    dropped = int((~keep & ~receptors.between).sum())
    said = []
    if dropped:
        said.append(
            f"{dropped:,} points of lot lines lie inside buildings, where nobody measures, and are no receptors."
            if dropped > 1
            else "1 point of a lot line lies inside a building, where nobody measures, and is no receptor."
        )
    lots = sorted({name for name, out in zip(receptors.neighbour, moved & keep, strict=True) if out})
    if lots:
        names = ", ".join(lots[:8]) + (f" and {len(lots) - 8:,} more" if len(lots) > 8 else "")
        said.append(f"All points of {names} lie inside buildings: they were moved before the nearest façade.")
    return said
