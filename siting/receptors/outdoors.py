"""Receptors under a building's footprint: nobody measures inside a house or in a party wall."""

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from siting.model import Floats, Ints, Receptors
from siting.receptors.lot_lines import OUT_M
from siting.scene.checks import TOUCH_M
from siting.scene.elevation import ground_at
from siting.surroundings import Surroundings

Flags = NDArray[np.bool_]


def outdoors(receptors: Receptors, around: Surroundings) -> Receptors:
    """Receptors without those inside buildings, and with a note that counts them.

    Where all places of a neighbour, or a point given, lie inside, they are moved to the nearest place before a façade. Pieces of
    line end where they go into a building.
    """
    if not around.scene.buildings or not len(receptors):
        return receptors
    indoors = inside_buildings(around, receptors.xy, receptors.height_m)
    given = (receptors.piece < 0) & ~receptors.between  # of lines before they are cut
    receptors = cut_pieces(receptors, around)
    if not indoors.any():
        return receptors
    names = np.array(receptors.neighbour)
    moved = indoors & (given | ~np.isin(names, names[~indoors]))
    xy, piece = receptors.xy.copy(), np.where(indoors, -1, receptors.piece)
    xy[moved] = _before_facades(around, xy[moved])
    keep = ~indoors | moved
    keep[moved] = ~inside_buildings(around, xy[moved], receptors.height_m[moved])
    receptors = replace(
        receptors, xy=xy, piece=piece, notes=(*receptors.notes, *_notes(receptors, keep, moved))
    )
    return picked(receptors, keep)


def inside_buildings(around: Surroundings, xy: Floats, height_m: Floats) -> Flags:
    """Whether an ear at each point (n, 2), so high above the ground (n,), would be in a building, below its roof."""
    found = np.zeros(len(xy), bool)
    outlines = np.array([building.outline for building in around.scene.buildings])
    z = ground_at(around.prepared.ground, xy) + height_m
    points = shapely.points(xy)
    point, building = shapely.STRtree(outlines).query(points, predicate="within")
    below = around.prepared.stands.building_top_m[building] - z[point] > TOUCH_M
    point, building = point[below], building[below]
    deep = shapely.distance(shapely.boundary(outlines[building]), points[point]) > TOUCH_M
    found[point[deep]] = True
    return found


def cut_pieces(receptors: Receptors, around: Surroundings) -> Receptors:
    """The receptors with every piece of line cut to the stretches that lie outside of buildings.

    Where a line goes into a building it has a receptor a centimetre before it (`lot_lines`), so between two of its points,
    or its ends, it is inside or outside all the way but for such a centimetre.
    """
    if not len(receptors.pieces):
        return receptors
    ends = receptors.pieces.reshape(-1, 2, 2)
    on, every = np.flatnonzero(receptors.piece >= 0), np.arange(len(ends))
    speaker = np.zeros(len(ends), np.int64)
    speaker[receptors.piece[on]] = on
    height = receptors.height_m[speaker[receptors.alike]]
    piece = np.concatenate([receptors.piece[on], every, every])
    xy = np.concatenate([receptors.xy[on], ends[:, 0], ends[:, 1]])
    order = np.lexsort((np.hypot(*(xy - ends[piece, 0]).T), piece))
    i, j = order[:-1], order[1:]
    i, j = i[piece[i] == piece[j]], j[piece[i] == piece[j]]
    indoors = inside_buildings(around, xy, height[piece])
    free = ~(indoors[i] | indoors[j] | inside_buildings(around, (xy[i] + xy[j]) / 2, height[piece[i]]))
    begins = free & ~np.append(False, free[:-1] & (j[:-1] == i[1:]))
    stretch = np.where(free, np.cumsum(begins) - 1, -1)
    of_node = np.full(len(xy), -1)
    of_node[i[free]], of_node[j[free]] = stretch[free], stretch[free]
    first, inside = np.flatnonzero(begins), np.flatnonzero(free)
    last = inside[np.searchsorted(stretch[inside], np.arange(len(first)), side="right") - 1]
    mine = np.full(len(receptors), -1)
    mine[on] = of_node[: len(on)]
    return replace(
        receptors,
        piece=mine,
        pieces=np.column_stack([xy[i[first]], xy[j[last]]]),
        alike=_speakers(mine, piece[i[first]], receptors.alike),
    )


def _speakers(piece: Ints, parent: Ints, alike: Ints) -> Ints:
    """For every stretch of a piece the one whose points speak for it, -1 where those of its line are all indoors.

    `piece` (n,) is where points stand now, `parent` (m,) what the stretches were cut from.
    """
    spoken = np.zeros(len(parent), bool)
    spoken[piece[piece >= 0]] = True
    voice = np.full(len(alike), -1)
    own = np.flatnonzero(spoken)[::-1]
    voice[parent[own]] = own
    return np.where(spoken, np.arange(len(parent)), voice[alike[parent]])


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


def picked(receptors: Receptors, keep: Flags | Ints) -> Receptors:
    """Some of the receptors: those of a mask (n,) in their order, or of indices in theirs."""
    which = (np.flatnonzero(keep) if keep.dtype == bool else keep).tolist()
    return replace(
        receptors,
        id=[receptors.id[k] for k in which],
        neighbour=[receptors.neighbour[k] for k in which],
        zones=[receptors.zones[k] for k in which],
        across=[receptors.across[k] for k in which],
        xy=receptors.xy[keep],
        height_m=receptors.height_m[keep],
        distance_m=receptors.distance_m[keep],
        between=receptors.between[keep],
        home_m=receptors.home_m[keep],
        lot=receptors.lot[keep],
        piece=receptors.piece[keep],
    )


def joined(some: Receptors, more: Receptors) -> Receptors:
    """Receptors and more of them, which stand on the same pieces of line or on none."""
    return replace(
        some,
        id=[*some.id, *more.id],
        neighbour=[*some.neighbour, *more.neighbour],
        zones=[*some.zones, *more.zones],
        across=[*some.across, *more.across],
        xy=np.concatenate([some.xy, more.xy]),
        height_m=np.concatenate([some.height_m, more.height_m]),
        distance_m=np.concatenate([some.distance_m, more.distance_m]),
        between=np.concatenate([some.between, more.between]),
        home_m=np.concatenate([some.home_m, more.home_m]),
        lot=np.concatenate([some.lot, more.lot]),
        piece=np.concatenate([some.piece, more.piece]),
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
