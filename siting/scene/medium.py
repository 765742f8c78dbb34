"""A scene as the arrays that the kernels take: obstacles, reflecting faces, ground, belts and air."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import Polygon

from kernels import bands
from kernels.air import band_absorption_db_per_m
from kernels.bands import BANDS
from kernels.belts import FOLIAGE as FOLIAGE_BELT
from kernels.belts import SITE as SITE_BELT
from kernels.belts import Belts, make_belts, no_belts
from kernels.medium import Medium
from kernels.obstacles import BUILDING, TERRAIN, WALL, make_obstacles
from kernels.reflectors import Reflectors, make_reflectors
from kernels.screening import WAY_REACH
from kernels.surface import make_surface, no_surface
from kernels.ways import Screens
from kernels.zones import GroundZones, uniform_zones
from siting.errors import InputError
from siting.model import Floats, Ints
from siting.parts import Building, Scene, Wall
from siting.scene.elevation import Ground, ground_at, wall_joints

SOUND_M_PER_S = 340.0  # ISO/TR 17534-3, 5: wavelengths of screening and reflection
SIDE_LIMIT = 8.0


@dataclass(frozen=True, eq=False)
class Standing:
    """Edges of all walls and buildings: who they belong to, in the order walls, then buildings."""

    edges: Floats  # (E, 6) ax, ay, top, bx, by, top
    object: Ints  # (E,) a wall segment or a building
    is_wall: Ints  # (objects,) 1 for wall segments
    name: tuple[str, ...]  # (objects,) id in the scene
    absorption: Floats  # (E, 8), nan where nothing is reflected
    foot_m: Floats  # (E, 2) ground at both ends of each edge; -inf where it is not known
    building_top_m: Floats  # absolute, as computed with


def standing(scene: Scene, ground: Ground) -> Standing:
    """Everything that stands, edge by edge.

    Raises
    ------
    InputError
        A wall or a building stands where the ground is not known.
    """
    edges: list[Floats] = []
    owner: list[Ints] = []
    absorption: list[Floats] = []
    is_wall: list[int] = []
    names: list[str] = []
    for wall in scene.walls:
        for segment in _wall_edges(scene, wall, ground):
            edges.append(segment[None])
            owner.append(np.array([len(names)]))
            absorption.append(_absorption(wall.absorption, 1))
            names.append(wall.id)
            is_wall.append(1)
    tops = np.array([_roof(scene, building, ground) for building in scene.buildings])
    for building, top in zip(scene.buildings, tops, strict=True):
        lines = _outline_edges(building.outline)
        edges.append(
            np.column_stack([lines[:, :2], np.full(len(lines), top), lines[:, 2:], np.full(len(lines), top)])
        )
        owner.append(np.full(len(lines), len(names)))
        absorption.append(_absorption(building.absorption, len(lines)))
        names.append(building.id)
        is_wall.append(0)
    edge = np.concatenate([*edges, np.empty((0, 6))])
    foot = np.column_stack([ground_at(ground, edge[:, at : at + 2]) for at in (0, 3)])
    return Standing(
        edge,
        np.concatenate([*owner, np.empty(0, np.int64)]).astype(np.int64),
        np.array(is_wall, np.int64),
        tuple(names),
        np.concatenate([*absorption, np.empty((0, BANDS))]),
        np.where(np.isnan(foot).any(axis=1, keepdims=True), -np.inf, foot),
        tops,
    )


def make_medium(scene: Scene, ground: Ground, stands: Standing, lowest: bool = False) -> Medium:
    """What lies between sources and receivers, for 63 Hz to 8 kHz.

    With `lowest` the first band is 31.5 Hz in place of 63 Hz: its own wavelength and air, the ground as at 63 Hz.
    """
    alpha = np.asarray(
        band_absorption_db_per_m(scene.air.temperature_c, scene.air.humidity_pct, scene.air.pressure_kpa)
    )
    hertz = np.array([62.5 * 2**k for k in range(BANDS)])
    if lowest:
        alpha, hertz = alpha.copy(), hertz.copy()
        alpha[0] = bands_31_absorption(scene)
        hertz[0] = bands.LOWEST_WAVELENGTH_HZ
    wavelength = SOUND_M_PER_S / hertz
    triangles = ground.edges
    segments = np.concatenate([stands.edges, triangles])
    count = len(stands.is_wall)
    owner = np.concatenate([stands.object, count + np.arange(len(triangles))])
    kind = np.concatenate([np.where(stands.is_wall, WALL, BUILDING), np.full(len(triangles), TERRAIN)])
    screens = Screens(
        make_obstacles(segments, owner, kind),
        no_surface() if ground.raster is None else make_surface(ground.raster.z_m, ground.raster.to_cell),
        WAY_REACH * float(wavelength.max()) if scene.edges_below_sight else 0.0,
        SIDE_LIMIT if scene.lateral_rule_8x else np.inf,
    )
    return Medium(
        _zones(scene),
        scene.ground_method == "alternative",
        screens,
        _belts(scene),
        _reflectors(stands, scene.reflections > 0),
        alpha,
        wavelength,
        float(scene.c0_db),
    )


def bands_31_absorption(scene: Scene) -> float:
    """Attenuation by the air at the exact midband of 31.5 Hz, dB/m (ISO 9613-1)."""
    from kernels.air import absorption_db_per_m

    air = scene.air
    return float(absorption_db_per_m(bands.LOWEST_HZ, air.temperature_c, air.humidity_pct, air.pressure_kpa))


def _roof(scene: Scene, building: Building, ground: Ground) -> float:
    """Absolute height of the roof: above the lowest ground along the outline, which never screens too much."""
    if building.top_m is not None:
        return building.top_m
    assert building.height_m is not None
    foot = ground_at(ground, shapely.get_coordinates(building.outline))
    if np.isnan(foot).any():
        raise InputError(
            f'{scene.name}: building "{building.id}" stands partly outside the terrain; give heights that reach it, or its top_m.'
        )
    return float(foot.min()) + building.height_m


def _outline_edges(outline: Polygon) -> Floats:
    """(n, 4) edges of all rings, interior on the left, without edges of no length."""
    turned = shapely.orient_polygons(outline)
    rings = [shapely.get_coordinates(ring) for ring in (turned.exterior, *turned.interiors)]
    lines = np.concatenate([np.hstack([ring[:-1], ring[1:]]) for ring in rings])
    return np.asarray(lines[(lines[:, :2] != lines[:, 2:]).any(axis=1)])


def _wall_edges(scene: Scene, wall: Wall, ground: Ground) -> Floats:
    """(n, 6) segments of a wall; one that is given by its height follows the ground."""
    xy = shapely.get_coordinates(wall.line)
    if wall.tops_m is not None:
        tops = np.array(wall.tops_m)
    elif wall.top_m is not None:
        tops = np.full(len(xy), wall.top_m)
    else:
        assert wall.height_m is not None
        xy = wall_joints(ground, xy)
        tops = ground_at(ground, xy) + wall.height_m
        if np.isnan(tops).any():
            raise InputError(
                f'{scene.name}: wall "{wall.id}" stands partly outside the terrain; give heights that reach it, or its top_m.'
            )
    edges = np.column_stack([xy[:-1], tops[:-1], xy[1:], tops[1:]])
    return np.asarray(edges[(xy[:-1] != xy[1:]).any(axis=1)])


def _absorption(absorption: tuple[float, ...] | None, count: int) -> Floats:
    return np.tile(np.full(BANDS, np.nan) if absorption is None else np.array(absorption, float), (count, 1))


def _zones(scene: Scene) -> GroundZones:
    if not scene.ground:
        return uniform_zones(float(scene.ground_g))
    _, xy, (rings, polygons) = shapely.to_ragged_array([zone.outline for zone in scene.ground])
    g = np.array([zone.g for zone in scene.ground], float)
    return GroundZones(
        np.ascontiguousarray(xy[:, :2]),
        rings.astype(np.int64),
        polygons.astype(np.int64),
        g,
        float(scene.ground_g),
    )


def _belts(scene: Scene) -> Belts:
    if not scene.belts:
        return no_belts()
    _, xy, (rings, polygons) = shapely.to_ragged_array([belt.outline for belt in scene.belts])
    kind = [FOLIAGE_BELT if belt.kind == "foliage" else SITE_BELT for belt in scene.belts]
    return make_belts(xy[:, :2], rings, polygons, kind, [belt.height_m for belt in scene.belts])


def _reflectors(stands: Standing, on: bool) -> Reflectors:
    edges = stands.edges if on else stands.edges[:0]
    n = len(edges)
    owner = stands.object[:n]
    return make_reflectors(
        edges[:, [0, 1, 3, 4]],
        edges[:, [2, 5]],
        stands.foot_m[:n],
        owner,
        stands.is_wall[owner] == 1,
        stands.absorption[:n],
    )
