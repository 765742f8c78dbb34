"""The frozen parts of a scene: sources, receivers, buildings, walls, ground, belts, elevation and air; metres, dB, degrees."""

import math
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from shapely.geometry import LineString, Polygon

from siting.model import Floats

Bands = tuple[float, ...]  # 8 octave bands, 63 Hz to 8 kHz
GroundMethod = Literal["general", "alternative"]


@dataclass(frozen=True)
class Source:
    """A point that sends; exactly one of `height_m` (above ground) and `z_m` (absolute) is given.

    `directivity_db` holds 8 positions every 45 degrees, the first along `heading_deg` and on counter-clockwise seen from above,
    each 8 bands; `heading_deg` is counter-clockwise from the x axis. `size_m` is length (along the heading), width and height
    of the body around the point, None for a true point.
    """

    id: str
    x_m: float
    y_m: float
    power_db: Bands
    height_m: float | None = None
    z_m: float | None = None
    power_31_db: float | None = None  # sound power in the 31.5 Hz octave
    directivity_db: tuple[Bands, ...] | None = None
    heading_deg: float = 0.0
    size_m: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Receiver:
    """A point that hears; exactly one of `height_m` and `z_m` is given."""

    id: str
    x_m: float
    y_m: float
    height_m: float | None = None
    z_m: float | None = None


@dataclass(frozen=True)
class Building:
    """A block with a flat roof; exactly one of `height_m` and `top_m` (absolute) is given. Without absorption no reflection."""

    id: str
    outline: Polygon
    height_m: float | None = None
    top_m: float | None = None
    absorption: Bands | None = None


@dataclass(frozen=True)
class Wall:
    """A thin screen; exactly one of `height_m`, `top_m` and `tops_m` (absolute, one a vertex) is given."""

    id: str
    line: LineString
    height_m: float | None = None
    top_m: float | None = None
    tops_m: tuple[float, ...] | None = None
    absorption: Bands | None = None


@dataclass(frozen=True)
class Ground:
    """A piece of ground of known ground factor; where pieces overlap the last one counts."""

    outline: Polygon
    g: float


@dataclass(frozen=True)
class Belt:
    """Dense foliage, or an industrial site with its installations (Annex A.1, A.2), as high as `height_m` above ground."""

    kind: Literal["foliage", "site"]
    outline: Polygon
    height_m: float


@dataclass(frozen=True)
class Elevation:
    """Known ground heights: one spot, or the vertices of a break line along which the ground is straight."""

    xyz: Floats  # (n, 3)


@dataclass(frozen=True)
class Air:
    """Air between source and receiver."""

    temperature_c: float = 10.0
    humidity_pct: float = 70.0
    pressure_kpa: float = 101.325


@dataclass(frozen=True, eq=False)
class Raster:
    """Ground heights on a regular grid in the scene's coordinates; bilinear between cell middles.

    `to_cell` holds (c0, cx, cy, r0, rx, ry): a point lies at column c0 + cx x + cy y and row r0 + rx x + ry y, where cell middles
    are whole numbers.
    """

    z_m: Floats  # (rows, columns), all finite
    to_cell: tuple[float, float, float, float, float, float]
    name: str = "terrain"


@dataclass(frozen=True)
class Scene:
    """What `siting levels` computes; ground is at 0 m where there is neither `elevation` nor `terrain`."""

    sources: tuple[Source, ...]
    receivers: tuple[Receiver, ...] = ()
    buildings: tuple[Building, ...] = ()
    walls: tuple[Wall, ...] = ()
    ground: tuple[Ground, ...] = ()
    belts: tuple[Belt, ...] = ()
    elevation: tuple[Elevation, ...] = ()
    terrain: Raster | None = None
    air: Air = field(default_factory=Air)
    ground_g: float = 0.0
    ground_method: GroundMethod = "general"
    c0_db: float = 0.0
    reflections: int = 1
    lateral_rule_8x: bool = False
    edges_below_sight: bool = (
        True  # False: only an edge that breaks the line of sight screens (the safe reading)
    )
    crs: str | None = (
        None  # of the coordinates: EPSG:N, or WKT where no code names it; None: a drawing's own axes
    )
    name: str = "scene"  # for sentences


class Terms(NamedTuple):
    """Every term of one path in dB (ISO 9613-2:1996); arrays of 8 bands, 63 Hz to 8 kHz.

    level = power + directivity + solid_angle - divergence - air - ground - screening - foliage - site - reflection - cmet
    """

    power_db: Floats
    directivity_db: Floats
    solid_angle_db: float  # D_omega, alternative ground method only
    divergence_db: float
    air_db: Floats
    ground_db: Floats
    ground_source_db: Floats  # As, Am, Ar; zeros with the alternative method
    ground_middle_db: Floats
    ground_receiver_db: Floats
    screening_db: Floats
    diffraction_top_db: Floats  # Dz over the top, capped, Agr not taken off; inf without such a way
    screening_top_db: Floats  # Abar of each way alone; inf where there is no such way
    screening_left_db: Floats
    screening_right_db: Floats
    foliage_db: Floats
    site_db: Floats
    reflection_db: Floats  # -10 lg of what the surface sends back; inf in a band that does not reflect; zeros on the direct path
    cmet_db: float
    distance_m: float
    plan_distance_m: float
    height_source_m: float  # above ground
    height_receiver_m: float
    g_source: float
    g_middle: float
    g_receiver: float
    detour_top_m: float  # z over the top, negative below the line of sight; nan without an edge
    detour_left_m: float  # nan without such a way
    detour_right_m: float
    edges_top_m: float  # e, path length between first and last edge; 0 with one edge
    edges_left_m: float
    edges_right_m: float
    kmet: float
    width_m: float  # ll + lr of 7.4, of all that screens; inf where there is no way round on one of the sides
    first_top_m: float  # dss, from the source to the first edge
    last_top_m: float  # dsr, from the last edge to the receiver
    foliage_m: float  # plan length of the path within dense foliage, and within sites
    site_m: float
    mean_height_m: float  # hm, alternative ground method only, else nan
    # of a reflected path, by equation 19: the place, dso, dor, cosine of the angle of incidence, least dimension of the surface
    bend_x_m: float = math.nan
    bend_y_m: float = math.nan
    to_source_m: float = math.nan
    to_receiver_m: float = math.nan
    incidence_cos: float = math.nan
    least_m: float = math.nan


class PathLevel(NamedTuple):
    """One path of one source to one receiver."""

    source: str  # the source's id; of a subdivided source, id#1, id#2, ...
    kind: Literal["direct", "reflection"]
    via: str | None  # id of the reflecting wall or building
    terms: Terms
    level_db: Floats  # (8,)
    terms_31: Terms | None = (
        None  # the same in the 31.5 Hz octave, where a level of it is known: what has bands has one
    )
    level_31_db: float | None = None


class ReceiverLevel(NamedTuple):
    """All that one receiver hears."""

    id: str
    level_dba: float  # -inf without sources
    level_db: Floats  # (8,) unweighted
    level_31_db: float | None  # None where a source states no power at 31.5 Hz
    paths: tuple[PathLevel, ...]
