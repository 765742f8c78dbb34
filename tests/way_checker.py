"""A way from the street to every unit's front, looked for on a raster: the slow twin of the aisle.

Ground is cut into squares of 5 cm; the middle of the way may be where the next thing in its way is half the width off, which a
distance transform tells, and a flood from the street tells where it comes to.
"""

import numpy as np
import shapely
from scipy import ndimage
from shapely import affinity
from shapely.geometry import shape

CELL_M = 0.05


def way_faults(data):
    """Units that no way reaches, in a sentence each; none where no aisle was asked for."""
    width = data["placing"]["aisle_m"]
    if not width:
        return
    came, corner = flooded(data, width)
    for placed in data["layout"]["placed"]:
        ends = fronts(data["unit"], placed, width)
        if not any(came_to(came, corner, end) for end in ends):
            yield f"no way of {width:.2f} m reaches the front of {placed['id']}"


def flooded(data, width):
    """Squares that the middle of a way comes to from the street, and the lower left corner of the raster."""
    site = data["site"]
    lot, street = shape(site["lot"]), shape(site["street"])
    line = lot.boundary if street.is_empty else street
    beyond = line.buffer(2 * width, cap_style="flat").difference(lot)
    things = [shape(thing) for name in ("buildings", "walls", "keep_outs") for thing in site[name]]
    things += [shape(thing["body"]) for thing in (*data["items"], *data["layout"]["placed"])]
    ground = (
        shapely.union_all([lot, beyond])
        .buffer(1e-6)
        .difference(shapely.union_all([t.buffer(1e-4) for t in things]))
    )
    west, south, east, north = ground.bounds
    x, y = np.meshgrid(np.arange(west, east, CELL_M), np.arange(south, north, CELL_M))
    shapely.prepare(ground)
    free = np.pad(shapely.contains_xy(ground, x, y), 1)
    shapely.prepare(beyond)
    outside = shapely.contains_xy(beyond, x, y)
    middle = ndimage.distance_transform_edt(free)[1:-1, 1:-1] * CELL_M >= width / 2 - CELL_M
    pieces, _ = ndimage.label(middle)
    come = np.unique(pieces[middle & outside])
    return np.isin(pieces, come[come > 0]), (west, south)


def fronts(unit, placed, width):
    """Places from which a unit is worked at: along the middle of the way before its front, and its back where that is alike."""
    clear, long, wide = unit["clearance"], unit["length_m"] / 2, unit["width_m"] / 2
    alike = max(clear["front_m"], width) == clear["back_m"]
    for side in (-1, 1) if alike else (-1,):
        line = shapely.LineString([(-long, side * (wide + width / 2)), (long, side * (wide + width / 2))])
        line = affinity.rotate(line, placed["rotation_deg"], origin=(0, 0))
        line = affinity.translate(line, placed["x_m"], placed["y_m"])
        for metres in np.arange(0, line.length, CELL_M):
            yield shapely.get_coordinates(line.interpolate(metres))[0]


def came_to(came, corner, place):
    """Whether a flood has come to a place, or to a square beside it."""
    column, row = np.round((np.asarray(place) - corner) / CELL_M).astype(int)
    return came[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2].any()
