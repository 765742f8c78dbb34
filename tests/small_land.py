"""Small made-up land in files, for tests that work it out by hand: squares in metres about one place in Massachusetts."""

import geopandas
import numpy as np
import shapely
from shapely import affinity
from small_ordinance import READ, small_ordinance

from siting.law import Period, Place, Setback
from siting.model import Clearance, StatedSound, Unit
from siting.site import read_land

MASS_M = 26986
EAST, NORTH = 230_000.0, 900_000.0
ORIGIN = np.array([EAST, NORTH])
# an ordinance file; LIMIT stands for its number
UNIT = """id = "box"
name = "Box"
maker = "nobody"
kw = 200
fuels = ["gas"]
mass_kg = 700
[body]
length_m = 1.5
width_m = 0.93
height_m = 1.8
source_height_m = 1.8
[clearance]
front_m = 0.9
right_m = 0.9
back_m = 0.9
left_m = 0.9
[sound]
level_dba = 69
stated_at = "7m"
template = "engine"
[source]
text = "made up"
"""
TOWN = """id = "town"
place = "Town"
code = "1-2"
title = "Noise"
url = ""
evidence = "made up"
[measured]
at = "receiving lot line"
[periods]
any = ""
[[limits]]
zone = "*"
all = LIMIT
"""


def at(shape):
    """A shape drawn about (0, 0), carried to the place."""
    return affinity.translate(shape, EAST, NORTH)


def square(x0, y0, x1, y1):
    return at(shapely.box(x0, y0, x1, y1))


def write(path, shapes, crs=MASS_M, **fields):
    """A GeoPackage with a field or more."""
    geopandas.GeoDataFrame(fields, geometry=list(shapes), crs=crs).to_file(path)
    return path


def write_lots(folder, lots, name="lots.gpkg", crs=MASS_M):
    """Lots {id: shape} as a file."""
    return write(folder / name, lots.values(), crs, parcel_id=list(lots))


def write_zones(folder, zones, name="zoning.gpkg", crs=MASS_M):
    """Zones [(name, shape)] as a file with the field `zone`."""
    return write(folder / name, [shape for _, shape in zones], crs, zone=[zone for zone, _ in zones])


def land_of(folder, lots, zones=None, **options):
    if zones is not None:
        options |= {"zoning": write_zones(folder, zones), "zone_field": "zone"}
    return read_land(write_lots(folder, lots), id_field="parcel_id", **options)


def unit(level=69.0, at="7m", length=1.5, width=0.93, clearance=(0.9144,) * 4, source=1.8, shape=(70.0,) * 8):
    sound = StatedSound(level, at, tuple(shape), "flat", "template")
    return Unit(
        "box", "Box", "nobody", 200.0, ("gas",), 700.0, length, width, 1.8, source, Clearance(*clearance), sound, (),
        {"role": "unit", "path": "box.toml", "layer": None, "crs": None, "features": 1, "sha256": "", "notes": []},
    )  # fmt: skip


def code(
    limits,
    patterns=(),
    where="receiving lot line",
    setback=1.524,
    building=1.524,
    periods=("day", "night"),
    **fields,
):
    """An ordinance from {class: limit or (day, night)}."""
    rows = {
        (zone, period): float(limit)
        for zone, given in limits.items()
        for period, limit in zip(
            periods, given if isinstance(given, tuple) else (given,) * len(periods), strict=True
        )
        if limit is not None
    }
    facts = {
        "role": "ordinance",
        "path": "town.toml",
        "layer": None,
        "crs": None,
        "features": 1,
        "sha256": "",
        "notes": [],
    }
    known = {
        "measured": Place(where, None, None, READ), "setback": Setback(setback, READ), "source": facts,
        "building_distance": Setback(building, READ), "periods": tuple(Period(name, ()) for name in periods),
    }  # fmt: skip
    return small_ordinance(rows, patterns=dict(patterns), **(known | fields))


def block():
    """A lot of 40 x 30 m among eight others, streets between: {id: shape}."""
    return {
        "007": square(0, 0, 40, 30),
        "W": square(-30, 0, 0, 30),
        "E": square(40, 0, 70, 30),
        "N": square(0, 30, 40, 60),
        "NW": square(-30, 30, 0, 60),
        "NE": square(40, 30, 70, 60),
        "S": square(0, -45, 40, -15),
        "SW": square(-30, -45, 0, -15),
        "SE": square(40, -45, 70, -15),
    }
