"""The frozen types of a yard: how it is laid out, and what stands in it beside the units."""

from dataclasses import dataclass
from typing import Literal

from shapely.geometry.base import BaseGeometry

from siting.model import Assumption, Clearance, Facts

Fuel = Literal["natural gas", "biogas", "propane", "hydrogen"]
Service = Literal["gas", "grid"]
Compass = Literal["north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"]


@dataclass(frozen=True)
class Distances:
    """How far something stays from what is around it, metres; 0 where no rule says so."""

    lot_line_m: float = 0.0
    building_m: float = 0.0
    opening_m: float = 0.0
    unit_m: float = 0.0


@dataclass(frozen=True)
class YardItem:
    """A thing in the yard beside the units: a tank, switchgear, a transformer, a louvre wall.

    `length_m` runs along x at rotation 0, `width_m` along y. `power_db` is its own sound, 9 octave bands from 31.5 Hz, the lowest
    nan where it is not known; None: silent.
    """

    id: str
    name: str
    length_m: float
    width_m: float
    height_m: float
    clearance: Clearance
    distances: Distances
    power_db: tuple[float, ...] | None
    source_height_m: float
    assumptions: tuple[Assumption, ...]
    source: Facts
    holds: Fuel | None = None  # the fuel of the units that is stored in it


@dataclass(frozen=True)
class ServicePoint:
    """Where gas or the grid comes in, degrees."""

    kind: Service
    lon: float
    lat: float


@dataclass(frozen=True)
class Placing:
    """What a person says of the yard."""

    step_m: float | None = (
        None  # of the lattice; None: one foot, on large lots as many whole feet as keep its poses few enough
    )
    front: tuple[
        Compass, ...
    ] = ()  # sides of the lot towards a street; found from the file where none is named
    rear: tuple[Compass, ...] = ()
    max_slope_pct: float | None = None  # None: not said
    aisle_m: float | None = None  # width of the way that reaches every unit from the street; None: not said
    distances: str | None = (
        None  # table of distances from buildings and openings: a name of the catalogue or a file
    )
    fuel: Fuel | None = None  # None: the unit's first
    items: tuple[YardItem, ...] = ()  # tanks of the fuel among them
    service_points: tuple[ServicePoint, ...] = ()
    time_limit_s: float = 60.0  # of the search for the best layout


@dataclass(frozen=True)
class PlacedItem:
    """A yard item where it stands: centre in the site's CRS."""

    id: str
    item: YardItem
    x_m: float
    y_m: float
    rotation_deg: float
    body: BaseGeometry


@dataclass(frozen=True)
class Run:
    """Lengths of the lines from a service point to the units, straight between centres, metres: no trench is shorter."""

    kind: Service
    nearest_m: float
    farthest_m: float
    tree_m: float  # the shortest tree that joins the point and all units
