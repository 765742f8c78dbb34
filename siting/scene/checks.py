"""Whether a scene can be computed once its ground is known: places that no level may be given for."""

import numpy as np
import shapely
from numpy.typing import NDArray

from siting.errors import InputError
from siting.model import Floats
from siting.parts import Building, Receiver, Scene, Source, Wall
from siting.scene.elevation import Ground, ground_at, wall_joints

TOUCH_M = 1e-6  # nearer than this is the same place; on a façade is outside
Flags = NDArray[np.bool_]


def check_scene(
    scene: Scene, source_ground: Floats, receiver_ground: Floats, building_top_m: Floats | None = None
) -> None:
    """Refuse places that no level may be given for, the first one found with the count of others like it.

    Parameters
    ----------
    scene : Scene
        As read.
    source_ground, receiver_ground : (n,) array
        Ground height under each source and receiver, metres; NaN where the terrain does not reach.
    building_top_m : (n,) array, optional
        Absolute roof heights as the levels take them. Left out, a `height_m` counts from the ground under the point that is
        checked.

    Raises
    ------
    InputError
        A source or receiver outside the terrain, below ground or inside a building, a receiver inside a unit's body or at a
        source.
    """
    for kind, points, ground in (
        ("source", scene.sources, source_ground),
        ("receiver", scene.receivers, receiver_ground),
    ):
        if not points:
            continue
        xy, z = places(points), heights(points, ground)
        outside = np.isnan(ground)
        found = "lies outside the terrain, which ends before it"
        _refuse(scene, kind, outside, found, "give heights that reach it, or remove it")
        depth = ground - z
        below = depth > TOUCH_M
        _refuse(scene, kind, below, "lies {:.2f} m below the ground", "raise its z_m", depth)
        _check_buildings(scene, kind, xy, z, ground, building_top_m)
    if scene.sources and scene.receivers:
        _check_units(scene, source_ground, receiver_ground)


def check_tops(scene: Scene, ground: Ground) -> None:
    """Refuse walls and buildings whose absolute top is nowhere above the ground; one that is so in part only may stand.

    Raises
    ------
    InputError
        The first such wall or building, by how much it lies below.
    """
    parts: tuple[Wall | Building, ...] = (*scene.walls, *scene.buildings)
    given = [part for part in parts if part.height_m is None]
    lines = [part.line if isinstance(part, Wall) else part.outline.exterior for part in given]
    xy, whose = shapely.get_coordinates(lines, return_index=True)
    tops = np.concatenate([np.empty(0), *map(_tops, given, np.bincount(whose, minlength=len(given)))])
    seen = np.zeros(len(given), bool)
    seen[whose[~(tops <= ground_at(ground, xy) + TOUCH_M)]] = True  # also where the ground is not known
    for k in np.flatnonzero(~seen):
        depth = _depth(ground, xy[whose == k], tops[whose == k])
        if depth >= -TOUCH_M:
            kind = "wall" if isinstance(given[k], Wall) else "building"
            raise InputError(
                f'{scene.name}: {kind} "{given[k].id}" has its top nowhere above the ground, {max(depth, 0.0):.2f} m below it '
                "at the least; give its height above ground as height_m, or the absolute height of its top."
            )


def _tops(part: Wall | Building, count: int) -> Floats:
    tops = part.tops_m if isinstance(part, Wall) and part.tops_m is not None else part.top_m
    return np.broadcast_to(np.array(tops, float), count)


def _depth(ground: Ground, xy: Floats, tops: Floats) -> float:
    """The least height of the ground above a line of such tops, between its vertices, too; metres, -inf where it is not known."""
    joints = wall_joints(ground, xy)
    along, places = (np.append(0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))) for line in (xy, joints))
    depth = ground_at(ground, joints) - np.interp(places, along, tops)
    return -np.inf if np.isnan(depth).any() else float(depth.min())


def free_places(scene: Scene, sources: Floats, building_top_m: Floats, points: Floats, z: Floats) -> Flags:
    """Whether points (n, 2) of heights z, NaN off the known ground, lie outside buildings and the bodies of sources (S, 5)."""
    free = ~np.isnan(z)
    if scene.buildings:
        tree = shapely.STRtree([building.outline for building in scene.buildings])
        point, building = tree.query(shapely.points(points), predicate="within")
        under = z[point] < building_top_m[building]
        free[point[under]] = False
    for source, place in zip(scene.sources, sources, strict=True):
        away = points - place[:2]
        if source.size_m is None:
            free[(away == 0).all(axis=1) & (z == place[2])] = False
            continue
        c, s = np.cos(place[4]), np.sin(place[4])
        length, width, tall = source.size_m
        within = (np.abs(away @ (c, s)) <= length / 2) & (np.abs(away @ (-s, c)) <= width / 2)
        free[within & (np.abs(z - place[2]) <= tall)] = False
    return free


def places(points: tuple[Source, ...] | tuple[Receiver, ...]) -> Floats:
    """Plan coordinates, (n, 2)."""
    return np.array([(point.x_m, point.y_m) for point in points], float).reshape(-1, 2)


def heights(points: tuple[Source, ...] | tuple[Receiver, ...], ground: Floats) -> Floats:
    """Absolute heights, (n,), of points given above ground or absolute."""
    above = np.array([np.nan if point.height_m is None else point.height_m for point in points], float)
    absolute = np.array([np.nan if point.z_m is None else point.z_m for point in points], float)
    return np.where(np.isnan(above), absolute, ground + above)


def _check_buildings(
    scene: Scene, kind: str, xy: Floats, z: Floats, ground: Floats, building_top_m: Floats | None
) -> None:
    """Below the roof and more than a touch inside the outline is inside."""
    outlines = np.array([building.outline for building in scene.buildings])
    point, building = shapely.STRtree(outlines).query(shapely.points(xy), predicate="within")
    if not len(point):
        return
    if building_top_m is None:
        absolute = np.array([np.nan if b.top_m is None else b.top_m for b in scene.buildings])[building]
        above = np.array([np.nan if b.height_m is None else b.height_m for b in scene.buildings])[building]
        top = np.where(np.isnan(absolute), ground[point] + above, absolute)
    else:
        top = building_top_m[building]
    depth = top - z[point]
    indoors = depth > TOUCH_M
    indoors[indoors] = (
        shapely.distance(shapely.boundary(outlines[building[indoors]]), shapely.points(xy[point[indoors]]))
        > TOUCH_M
    )
    if indoors.any():
        first = int(np.flatnonzero(indoors)[np.argmin(point[indoors])])
        here = np.zeros(len(xy), bool)
        here[point[indoors]] = True
        name = scene.buildings[building[first]].id
        found = f'lies inside the building "{name}", {depth[first]:.2f} m below its roof'
        _refuse(scene, kind, here, found, "move it out of the building or onto its roof")


def _check_units(scene: Scene, source_ground: Floats, receiver_ground: Floats) -> None:
    """Receivers at a source or in its body; the body may have its source anywhere in its height."""
    xy, z = places(scene.receivers), heights(scene.receivers, receiver_ground)
    source_z = heights(scene.sources, source_ground)
    for source, its_z in zip(scene.sources, source_z, strict=True):
        away = np.column_stack([xy - (source.x_m, source.y_m), z - its_z])
        here = np.linalg.norm(away, axis=1) <= TOUCH_M
        _refuse(scene, "receiver", here, f'lies at the source "{source.id}"', "move one of them")
        if source.size_m is not None:
            turn = np.radians(source.heading_deg)
            along = away[:, 0] * np.cos(turn) + away[:, 1] * np.sin(turn)
            across = away[:, 1] * np.cos(turn) - away[:, 0] * np.sin(turn)
            length, width, height = source.size_m
            reach = np.array([length / 2, width / 2, height]) - TOUCH_M
            inside = (np.abs(np.column_stack([along, across, away[:, 2]])) < reach).all(axis=1)
            _refuse(
                scene, "receiver", inside, f'lies inside the body of the source "{source.id}"', "move it out"
            )


def _refuse(scene: Scene, kind: str, wrong: Flags, found: str, do: str, amount: Floats | None = None) -> None:
    """Raise for the first wrong point; `found` may hold a place for its amount."""
    if not wrong.any():
        return
    first, others = int(np.argmax(wrong)), int(np.count_nonzero(wrong)) - 1
    point = (scene.sources if kind == "source" else scene.receivers)[first]
    said = found if amount is None else found.format(amount[first])
    more = f", and so do {others:,} more" if others > 1 else ", and so does 1 more" if others else ""
    raise InputError(
        f'{scene.name}: {kind} "{point.id}" at ({point.x_m:.10g}, {point.y_m:.10g}) {said}{more}; {do}.'
    )
