"""What lies across each stretch of a lot line: a street, another lot, or nothing that the parcel file knows."""

from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from siting.model import Floats
from siting.site.land import Land
from siting.site.stretches import Stretch

STREET_M = 6.096  # 20 ft: a gap between lots that is wider is a street
ACROSS_M = 60.0  # the widest street
SLIVER_M = 0.6  # what lies nearer to the line is drawn inexactly
PROBES = 5  # on each stretch; most of them decide
WATER_AND_RAIL = frozenset(("rr", "rail", "railroad", "railway", "water"))
Across = Literal["unknown", "lot", "street"]


def across(land: Land, stretches: list[Stretch]) -> list[Across]:
    """What lies across each stretch, by most of its probes."""
    share = (np.arange(PROBES) + 0.5) / PROBES
    lines = np.array([s.line for s in stretches], dtype=object)
    middle = shapely.get_coordinates(
        shapely.line_interpolate_point(lines[:, None], share[None, :], normalized=True)
    )
    outward = np.repeat([s.outward for s in stretches], PROBES, axis=0)
    starts = middle + SLIVER_M * outward
    rays = shapely.linestrings(np.stack((starts, middle + ACROSS_M * outward), axis=1))
    box = shapely.box(*shapely.total_bounds(rays))
    lots, roads = _lots_and_roads(land, box)
    lot_m, road_m = (SLIVER_M + _nearest(rays, shapely.points(starts), shapes) for shapes in (lots, roads))
    street = (road_m <= STREET_M) & (road_m <= lot_m) | (lot_m > STREET_M) & np.isfinite(lot_m)
    neighbour = ~street & (lot_m <= STREET_M)
    votes = np.stack([~street & ~neighbour, neighbour, street]).reshape(3, -1, PROBES).sum(axis=2)
    names: tuple[Across, ...] = ("unknown", "lot", "street")
    return [names[k] for k in votes.argmax(axis=0)]


def _lots_and_roads(land: Land, box: BaseGeometry) -> tuple[list[BaseGeometry], list[BaseGeometry]]:
    """Rows of the file in a box, those of railways and water among the lots; large ones cut to it."""
    near = [land.tree.geometries[k] for k in np.sort(land.tree.query(box))]
    roads: list[BaseGeometry] = []
    for row in sorted(land.streets):
        shape = land.parcels.lots[row]
        if shape is not None and shape.intersects(box):
            water = land.parcels.ids[row].strip().casefold() in WATER_AND_RAIL
            (near if water else roads).append(shape)

    def cut(shapes: list[BaseGeometry]) -> list[BaseGeometry]:
        return [s.intersection(box) if shapely.get_num_coordinates(s) > 200 else s for s in shapes]

    return cut(near), cut(roads)


def _nearest(rays: NDArray[np.object_], starts: NDArray[np.object_], shapes: list[BaseGeometry]) -> Floats:
    """How far along each ray the first shape lies (n,); inf where none does."""
    found = np.full(len(rays), np.inf)
    tree = shapely.STRtree(shapes)
    ray, shape = tree.query(rays, predicate="intersects")
    met = shapely.intersection(rays[ray], tree.geometries[shape])
    np.minimum.at(found, ray, shapely.distance(starts[ray], met))
    return found
