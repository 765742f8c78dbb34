"""Whether a scene can be computed once its ground is known: places that no level may be given for."""

import numpy as np
import shapely
from numpy.typing import NDArray

from siting.errors import InputError
from siting.model import Floats
from siting.parts import Receiver, Scene, Source

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
