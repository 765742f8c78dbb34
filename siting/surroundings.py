"""What lies between units and receptors: air, ground, terrain, buildings and walls, as a scene that has neither yet."""

import functools
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from kernels.medium import Medium
from siting.errors import InputError
from siting.geodata.grid import terrain_raster
from siting.geodata.landcover import read_land_cover
from siting.geodata.terrain import Terrain, elevation_at, read_terrain
from siting.model import Assumption, Environment, Facts, Floats, Ints, Site
from siting.parts import Air, Building, Ground, Raster, Scene, Wall
from siting.scene.elevation import make_ground
from siting.scene.panels import LONGEST_M, panelled
from siting.scene.prepared import Prepared, lowest_medium, prepare
from siting.site import Land, start_of

FACADE_ABSORPTION = 0.2  # of the energy, every band: walls with windows, rho = 0.8 (ISO 9613-2, Table 4)
REFLECTIONS = 1
BEYOND = 1.5  # buildings are looked for so many times as far as receptors: what lies behind the last of these sends sound back


ENVIRONMENT = Environment(10.0, 70.0, 101.325, 0.0, 1.5)


@dataclass(frozen=True, eq=False)
class Surroundings:
    """All that sound meets on its way, ready for the kernels, and what there was to know about it.

    `open` is the same air and ground with nothing on it that screens or reflects: no direct path is quieter there.
    """

    environment: Environment
    prepared: Prepared
    open: Medium
    unknown_heights: int  # buildings near by whose height no file states
    off_terrain: int  # buildings and walls left out because the terrain does not reach them
    inputs: tuple[Facts, ...]  # files read around this lot alone

    @functools.cached_property
    def lowest(self) -> Medium:
        """What lies between in the 31.5 Hz octave, in the place of the 63 Hz octave."""
        return lowest_medium(self.prepared)

    @functools.cached_property
    def open_lowest(self) -> Medium:
        """The same with nothing on it that screens or reflects."""
        return without_obstacles(self.lowest) if self.screens else self.lowest

    @property
    def scene(self) -> Scene:
        """The scene without sources and receivers."""
        return self.prepared.scene

    @property
    def screens(self) -> bool:
        """Whether anything can take sound away between two places."""
        return stands(self.scene)


@functools.cache
def open_land(environment: Environment = ENVIRONMENT) -> Surroundings:
    """Level ground with nothing on it."""
    return _made(environment, _scene(environment))


def surroundings(
    land: Land,
    site: Site,
    terrain: Terrain | None,
    receptors_xy: Floats,
    reach_m: float,
    environment: Environment = ENVIRONMENT,
) -> Surroundings:
    """What stands around a lot, out to `BEYOND` times the reach.

    Raises
    ------
    InputError
        The terrain has no heights in a part of the ground between the lot and its receptors.
    """
    rows = screening_buildings(land, site, reach_m)
    unknown = len(_buildings_near(land, site, reach_m)) - len(rows)
    walls = walls_near(land, site, reach_m)
    near = shapely.union(site.lot, shapely.multipoints(receptors_xy)).convex_hull
    ground, inputs = _ground(land, near)
    if terrain is None and not len(rows) and not walls and not ground:
        around = open_land(environment)
        return around if not unknown else replace(around, unknown_heights=unknown)
    raster, off = None, 0
    if terrain is not None:
        lines = np.array([wall.line for wall in walls], object)
        shapes = np.concatenate([land.buildings.geometries[rows], lines])
        raster, on = _ground_heights(land, site, near, shapes, reach_m)
        rows, off = rows[on[: len(rows)]], int((~on).sum())
        level = make_ground(_scene(environment, raster=raster))
        standing = zip(walls, on[len(on) - len(walls) :], strict=True)
        walls = tuple(panelled(wall, level) for wall, there in standing if there)
    buildings = tuple(
        part for row in rows.tolist() for part in _building(row, land.buildings.geometries[row], land)
    )
    return _made(environment, _scene(environment, buildings, ground, raster, walls), unknown, off, inputs)


def screening_buildings(land: Land, site: Site, reach_m: float) -> Ints:
    """Rows of the buildings that screen and reflect: those near enough, with a known height."""
    rows = _buildings_near(land, site, reach_m)
    return rows[land.building_heights_m[rows] > 0]


def walls_near(land: Land, site: Site, reach_m: float) -> tuple[Wall, ...]:
    """The walls that screen and reflect: those near enough."""
    start = start_of(site)
    return tuple(wall for wall in land.standing_walls if wall.line.dwithin(start, BEYOND * reach_m))


def stands(scene: Scene) -> bool:
    """Whether anything can take sound away between two places."""
    return bool(scene.buildings) or bool(scene.walls) or scene.terrain is not None


def _buildings_near(land: Land, site: Site, reach_m: float) -> Ints:
    return np.sort(land.buildings.query(start_of(site), predicate="dwithin", distance=BEYOND * reach_m))


def without_obstacles(medium: Medium) -> Medium:
    """The same air and ground with nothing that screens or reflects."""
    bare = open_land().prepared.medium
    return medium._replace(screens=bare.screens, reflectors=bare.reflectors)


def assumptions(around: Surroundings) -> tuple[Assumption, ...]:
    """What is taken for air, ground, terrain, buildings and receptor height, and why."""
    e, scene = around.environment, around.scene
    ground = (
        Assumption("ground.g", e.ground_g, "assumed", "hard ground everywhere, the loud reading")
        if not scene.ground
        else Assumption(
            "ground.g", "by area", "file", f"outside the file's areas {e.ground_g:g}, hard ground"
        )
    )
    terrain = (
        Assumption("terrain", "flat", "assumed", "units and receptors stand on one level plane")
        if scene.terrain is None
        else Assumption("terrain", scene.terrain.name, "file", "ground heights; the terrain itself screens")
    )
    sight = (
        "an edge below the line of sight takes up to 4.8 dB from the low bands, as ISO 9613-2 has it"
        if e.edges_below_sight
        else "only an edge that breaks the line of sight screens, the loud reading"
    )
    return (
        Assumption(
            "air.temperature_c", e.temperature_c, "assumed", "usual reference weather; carries sound well"
        ),
        Assumption("air.humidity_pct", e.humidity_pct, "assumed", "usual reference weather"),
        Assumption("air.pressure_kpa", e.pressure_kpa, "assumed", "sea level"),
        ground,
        Assumption("receptor.height_m", e.receptor_height_m, "assumed", "ear height, 5 ft above the ground"),
        terrain,
        *(_of_buildings() if scene.buildings else ()),
        *(_of_walls(scene) if scene.walls else ()),
        *(
            (
                Assumption(
                    "screening.edges_below_sight",
                    "yes" if e.edges_below_sight else "no",
                    "assumed" if e.edges_below_sight else "given",
                    sight,
                ),
            )
            if around.screens
            else ()
        ),
        Assumption("units.screening", "none", "assumed", "units do not screen one another, the loud reading"),
    )


def _of_buildings() -> tuple[Assumption, ...]:
    why = "façades with windows send back 0.8 of the energy, ISO 9613-2 Table 4"
    return (
        Assumption("buildings.absorption", FACADE_ABSORPTION, "assumed", why),
        Assumption("buildings.reflections", REFLECTIONS, "assumed", "each path is reflected once, not again"),
    )


def _of_walls(scene: Scene) -> tuple[Assumption, ...]:
    once = Assumption("walls.reflections", REFLECTIONS, "assumed", "each path is reflected once, not again")
    posts = "over terrain a wall has straight tops between posts, nowhere higher above the ground than stated"
    return (
        *(() if scene.buildings else (once,)),
        *((Assumption("walls.panel_m", LONGEST_M, "assumed", posts),) if scene.terrain else ()),
    )


def _scene(
    environment: Environment,
    buildings: tuple[Building, ...] = (),
    ground: tuple[Ground, ...] = (),
    raster: Raster | None = None,
    walls: tuple[Wall, ...] = (),
) -> Scene:
    e = environment
    return Scene(
        sources=(),
        buildings=buildings,
        walls=walls,
        ground=ground,
        terrain=raster,
        air=Air(e.temperature_c, e.humidity_pct, e.pressure_kpa),
        ground_g=e.ground_g,
        reflections=REFLECTIONS,
        edges_below_sight=e.edges_below_sight,
        name="the study",
    )


def _made(
    environment: Environment, scene: Scene, unknown: int = 0, off: int = 0, inputs: tuple[Facts, ...] = ()
) -> Surroundings:
    prepared = prepare(scene)
    medium = without_obstacles(prepared.medium) if stands(scene) else prepared.medium
    return Surroundings(environment, prepared, medium, unknown, off, inputs)


def _ground(land: Land, near: BaseGeometry) -> tuple[tuple[Ground, ...], tuple[Facts, ...]]:
    """Ground of known factor between lot and receptors, polygons over land cover, and what was read for it."""
    drawn = tuple(piece for piece in land.ground if piece.outline.intersects(near))
    if land.land_cover is None:
        return drawn, ()
    cover = read_land_cover(*land.land_cover, near, land.parcels.crs)
    return (*cover.ground, *drawn), (cover.source,)


def _building(row: int, shape: BaseGeometry, land: Land) -> list[Building]:
    """A building's parts under the number of its row in the file, each with the height of the whole."""
    parts = [part for part in shapely.get_parts(shapely.force_2d(shape)) if part.geom_type == "Polygon"]
    names = [f"B{row + 1}"] if len(parts) == 1 else [f"B{row + 1}/{k}" for k in range(1, len(parts) + 1)]
    height, absorption = float(land.building_heights_m[row]), (FACADE_ABSORPTION,) * 8
    return [
        Building(name, part, height_m=height, absorption=absorption)
        for name, part in zip(names, parts, strict=True)
    ]


def _ground_heights(
    land: Land, site: Site, near: BaseGeometry, shapes: NDArray[np.object_], reach_m: float
) -> tuple[Raster, NDArray[np.bool_]]:
    """Ground heights over the land between lot and receptors and what stands on it, and which shapes stand on known ground.

    Buildings and walls beyond the terrain are left out where the ground between lot and receptors is known without them.
    """
    assert land.terrain is not None
    wide = shapely.union_all([near, *shapely.envelope(shapes)]).convex_hull
    reach = max(site.lot.hausdorff_distance(wide), reach_m)
    terrain = read_terrain(land.terrain, site.lot, land.parcels.crs, reach_m=reach)
    corners, owner = shapely.get_coordinates(shapes, return_index=True)
    on = np.ones(len(shapes), bool)
    on[owner[np.isnan(elevation_at(terrain, corners[:, 0], corners[:, 1]))]] = False
    try:
        hull = shapely.union_all([near, *shapely.envelope(shapes[on])]).convex_hull
        return terrain_raster(terrain, hull, land.parcels.crs), on
    except InputError:
        on &= shapely.covers(near, shapes)
        return terrain_raster(terrain, near, land.parcels.crs), on
