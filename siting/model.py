"""The frozen types that the rooms hand to each other.

Inside siting lengths are metres in the site's working CRS, levels dB re 20 µPa (power re 1 pW), energy 10^(L/10);
every name at the edge carries its unit.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry

FOOT_M = 0.3048  # the international foot
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Origin = Literal["given", "file", "template", "assumed"]
State = Literal["PASS", "MARGINAL PASS", "MARGINAL FAIL", "FAIL", "UNKNOWN"]
Status = Literal["optimal", "open", "ended"]
SideKind = Literal["front", "side", "rear", "unknown"]
Facts = dict[str, Any]  # one entry of the study's `inputs`: role, path, layer, crs, features, sha256, notes


@dataclass(frozen=True)
class Assumption:
    """A value that shapes the verdict, where it comes from, and why it was chosen."""

    name: str
    value: float | str
    origin: Origin
    reason: str


@dataclass(frozen=True)
class Clearance:
    """Space to keep free of other bodies beyond each side of a unit's body, metres; the front is at rotation 0 the south side."""

    front_m: float
    right_m: float
    back_m: float
    left_m: float


@dataclass(frozen=True)
class Spectrum:
    """An octave shape that stands in where a maker gives a total level only; just the differences between its bands count."""

    name: str
    shape_db: tuple[float, ...]  # 8 bands, 63 Hz to 8 kHz, unweighted
    shape_31_db: float | None  # the 31.5 Hz octave, with the shape; None where the source states none
    sd_db: tuple[
        float, ...
    ]  # 9 bands from 31.5 Hz: standard deviation of machines around the shape at equal dB(A)
    source: str
    sd_reason: str


@dataclass(frozen=True)
class StatedSound:
    """What the maker says: an A-weighted level, where it holds (None: not said), and the octave shape (8 bands, dB).

    `directivity_db` is what each of 8 directions is louder than the sound power says, 8 bands each: the first from the front,
    then every 45 degrees counter-clockwise seen from above; None: the same all round.
    """

    level_dba: float
    stated_at: str | None
    shape_db: tuple[float, ...]
    shape_name: str
    shape_origin: Origin
    shape_31_db: float | None = None  # the 31.5 Hz octave, with the shape; None where no sheet states it
    tolerance_db: float | None = None  # the maker's, of the stated level
    directivity_db: tuple[tuple[float, ...], ...] | None = None
    spectra: tuple[
        Spectrum, ...
    ] = ()  # every template, the chosen one among them; none where the shape is the unit's own


@dataclass(frozen=True)
class Unit:
    """A generator as the catalogue describes it. `length_m` runs along x at rotation 0, `width_m` along y."""

    id: str
    name: str
    maker: str
    kw: float
    fuels: tuple[str, ...]
    mass_kg: float
    length_m: float
    width_m: float
    height_m: float
    source_height_m: float
    clearance: Clearance
    sound: StatedSound
    assumptions: tuple[Assumption, ...]
    source: Facts


@dataclass(frozen=True)
class Sound:
    """The sound power of one unit under one reading of its stated level."""

    reading: str  # "1m", "3ft", "7m", "power", ...
    origin: Origin
    power_db: tuple[float, ...]  # 8 octave bands 63 Hz to 8 kHz, unweighted
    power_31_db: float | None  # the 31.5 Hz octave
    power_dba: float
    spectrum: str  # the template's name, or "the unit's own"


@dataclass(frozen=True)
class Neighbour:
    """A lot that may hear the units."""

    id: str
    geometry: BaseGeometry
    zone: str | None  # its name at the lot's own place, for display; None where no zoning layer covers it


@dataclass(frozen=True)
class LotSide:
    """A part of the lot line that faces one way; `unknown` where nobody says and the parcel file does not show what it is."""

    kind: SideKind
    compass: str  # the point nearest to its outward normal: "north", "northeast", ...
    line: BaseGeometry
    setback_m: float  # that units keep from it
    why: str  # it is of this kind


@dataclass(frozen=True)
class Site:
    """One lot with everything around it that the question needs, in one working CRS in metres."""

    id: str
    crs: str  # how the working CRS is written in files: "EPSG:26918" or WKT
    crs_name: str
    lot: BaseGeometry
    buildable: BaseGeometry  # where a unit's body may stand
    taken_m2: dict[str, float]  # area that each rule took from the lot, in order
    buildings: tuple[BaseGeometry, ...]
    keep_outs: tuple[BaseGeometry, ...]
    elevation: dict[str, float] | None
    assumptions: tuple[Assumption, ...]
    notes: tuple[str, ...]
    items: tuple[BaseGeometry, ...] = ()  # bodies of yard items: no clearance of a unit enters one
    walls: tuple[BaseGeometry, ...] = ()  # strips under walls, where neither bodies nor clearances may stand
    sides: tuple[LotSide, ...] = ()  # the whole lot line
    street: BaseGeometry = field(
        default_factory=LineString
    )  # its lines towards a street; all of it where none is known
    openings: tuple[BaseGeometry, ...] = ()  # windows, doors and intakes near by
    building_distances_m: tuple[float, ...] = ()  # that a body keeps from each of `buildings`
    opening_distance_m: float = 0.0  # that it keeps from each of `openings`
    inputs: tuple[Facts, ...] = ()  # files that were read for this lot alone


@dataclass(frozen=True)
class Receptors:
    """The points where levels are compared with limits; all arrays and lists have n entries."""

    id: list[str]
    neighbour: list[str]
    zones: list[tuple[str, ...]]  # the zones' names as the map writes them; empty where no zone is known
    across: list[
        tuple[str, ...]
    ]  # the zones on the other side of the line that a point stands on; empty elsewhere
    xy: Floats  # (n, 2) metres
    height_m: Floats  # (n,) above ground
    distance_m: Floats  # (n,) from the buildable area
    between: NDArray[
        np.bool_
    ]  # (n,) points put between others, for gaps through which sound passes buildings
    open_directions: int  # of 36 directions from the lot, those without another lot of the file within reach
    home_m: Floats  # (n,) distance to the nearest lot that a rule for homes means; inf beyond its reach and without such a rule
    lots: Ints  # rows of the parcel file, the lots around, the nearest first
    notes: tuple[str, ...]  # which places were no receptors, and which were moved
    # (n,) the neighbour's row in the parcel file, -1 where it is no lot
    lot: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    # (n,) the straight piece of line that a point stands on, -1 where it stands on none
    piece: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    # (m, 4) x, y of the two ends of each piece
    pieces: Floats = field(default_factory=lambda: np.zeros((0, 4)))
    # (m,) the piece whose points speak for one that is too short for its own, else itself; -1: they are all indoors
    alike: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def __len__(self) -> int:
        """How many points."""
        return len(self.id)


@dataclass(frozen=True)
class Poses:
    """Where a unit may stand: lattice poses whose body lies inside the buildable area; arrays of n entries."""

    xy: Floats  # (n, 2) centre of the body, metres
    rotation_deg: Floats  # (n,) counter-clockwise from the x axis
    cell: Ints  # (n, 2) lattice column and row of the body's lower left corner in the lattice frame
    quarter: Ints  # (n,) quarter turns counter-clockwise from the lattice's direction, a row of `bodies` and `margins`
    step_m: float
    angle_deg: float  # the lattice's direction
    body_m: tuple[float, float]  # length, width
    bodies: Floats  # (O, 2) width of a body along the lattice's x and y at each quarter turn; O: 2, or 4 where the front matters
    margins: Floats  # (O, 4) space to keep free of other bodies beyond its sides -x, +x, -y, +y

    def __len__(self) -> int:
        """How many poses."""
        return len(self.xy)


@dataclass(frozen=True)
class Transfer:
    """Energy at each receptor from one unit that sends 0 dB in every octave band: (pose, receptor, band).

    The 9 bands are `siting.metrics.NINE`, 31.5 Hz to 8 kHz; the lowest is 0 where it was not asked for.
    """

    energy: Floats


@dataclass(frozen=True)
class Layout:
    """The poses chosen, how many units no layout on this lattice can exceed, and what is known of those between.

    `status` is "optimal" where no layout holds more, "open" where that is not known, "ended" where the time was up before the
    search was through.
    """

    chosen: Ints  # indices into Poses, in the order of the unit numbers
    bound: int
    bound_by: int  # a receptor's index, or -1 for space
    status: Status = "open"
    largest: int = 0  # units of the largest legal layout found, where another number was asked for
    one_more: Ints | None = (
        None  # the best layout found of one unit more, which keeps no limit; None where none has room
    )
    binding: tuple[
        tuple[int, int], ...
    ] = ()  # receptor and metric of the limits that stop one unit more, the dearest first


@dataclass(frozen=True)
class Question:
    """What was asked: a number of units, a load with spare units, or as many as allowed."""

    mode: Literal["units", "load", "max"]
    units: int | None = None
    load_kw: float | None = None
    spare: int = 0


@dataclass(frozen=True)
class Environment:
    """Air and ground between units and receptors, the receptors' height, and which edges screen."""

    temperature_c: float
    humidity_pct: float
    pressure_kpa: float
    ground_g: float
    receptor_height_m: float
    edges_below_sight: bool = True
