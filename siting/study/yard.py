"""The yard of one lot: the area where units may stand, what else stands there, and the poses that are left."""

from dataclasses import dataclass, replace

import numpy as np
from pyproj import CRS

from siting.errors import InputError
from siting.geodata.coordinates import moved
from siting.geodata.terrain import Terrain
from siting.law import Ordinance
from siting.model import FOOT_M, Assumption, Floats, Ints, Poses, Site, Unit
from siting.placement import (
    AISLE_M,
    cut_off_m2,
    directions,
    lattice_poses,
    most,
    opened,
    reachable_poses,
    some_of,
)
from siting.placement.items import place_items
from siting.placement.poses import MAX_POSES
from siting.site import Land, make_site
from siting.yard import PlacedItem, Placing, Service

MOST_SCREENED = 4_000  # poses where sound is traced past buildings, walls or over terrain, which takes a hundred times as long
FAR_M = 5_000.0  # a service point farther from the lot than this is no service point of the lot


@dataclass(frozen=True, eq=False)
class Yard:
    """What the search for a layout starts from."""

    site: Site
    terrain: Terrain | None
    poses: Poses
    items: tuple[PlacedItem, ...]
    services: tuple[tuple[Service, tuple[float, float]], ...]  # in the site's CRS
    aisle_m: float  # 0: none is kept

    @property
    def service_xy(self) -> Floats:
        """Where services come in (n, 2)."""
        return np.array([xy for _, xy in self.services], float).reshape(-1, 2)

    def mended(self, chosen: Ints) -> Ints:
        """A layout without the units that leave others without a way to the street.

        Where every gap between bodies is as wide as the aisle, no layout of these poses needs it (`siting.placement.aisle`).
        """
        if not self.aisle_m or not len(chosen) or not self._may_bar:
            return chosen
        return opened(self.site, self.poses, chosen, self.aisle_m)

    @property
    def _may_bar(self) -> bool:
        near = max(self.poses.margins.max(), self.aisle_m)
        kept = any(area.dwithin(self.site.buildable, near) for area in self.site.keep_outs)
        return kept or self.aisle_m > self.poses.margins.min()


def yard_of(land: Land, row: int, unit: Unit, ordinance: Ordinance | None, placing: Placing) -> Yard:
    """The lot in a row as it can be built on, its items placed, and every pose that a way from the street reaches.

    Raises
    ------
    InputError
        The lot cannot be used, `placing` cannot be meant, or an item fits nowhere.
    """
    site, terrain = make_site(land, row, ordinance, placing)
    services = _services(site, land.parcels.crs, placing)
    here = np.array([xy for _, xy in services], float).reshape(-1, 2)
    items, site = place_items(site, unit, placing.items, here)
    aisle = AISLE_M if placing.aisle_m is None else placing.aisle_m
    most_poses = MOST_SCREENED if land.reflects or land.terrain else MAX_POSES
    poses = _poses(site, unit, placing, aisle, most_poses)
    taken = dict(site.taken_m2)
    if aisle and len(poses):
        taken["aisle"] = cut_off_m2(site, aisle)
        poses = some_of(poses, reachable_poses(site, poses, aisle))
    if not len(poses):
        taken["clearance"] = site.buildable.area - taken.get("aisle", 0.0)
    told = (*site.assumptions, _aisle_assumption(aisle, placing))
    return Yard(replace(site, taken_m2=taken, assumptions=told), terrain, poses, items, services, aisle)


def _poses(site: Site, unit: Unit, placing: Placing, aisle_m: float, most_poses: int) -> Poses:
    """Poses along the main direction of the lot in which most units stand, were nobody to hear them."""
    best, held = None, -1
    for direction in directions(site):
        poses = lattice_poses(site, unit, placing.step_m, aisle_m, direction, most_poses)
        units = len(most(poses, np.zeros((len(poses), 0)), 1.0, patterns=1))
        if units > held:
            best, held = poses, units
    assert best is not None
    return best


def _services(site: Site, crs: CRS, placing: Placing) -> tuple[tuple[Service, tuple[float, float]], ...]:
    """Service points in the lot's CRS."""
    found = []
    for point in placing.service_points:
        x, y = map(float, moved(CRS.from_epsg(4326), crs, np.array([[point.lon, point.lat]]))[0])
        away = np.hypot(x - site.lot.centroid.x, y - site.lot.centroid.y)
        if not away <= FAR_M:
            how = (
                f"lies {away / 1000:,.1f} km from lot {site.id}"
                if np.isfinite(away)
                else "lies outside the file's CRS"
            )
            raise InputError(
                f"The service point {point.kind}={point.lon:g},{point.lat:g} {how}; write longitude and latitude in degrees of "
                "the place where it comes in."
            )
        found.append((point.kind, (x, y)))
    return tuple(found)


def _aisle_assumption(aisle_m: float, placing: Placing) -> Assumption:
    if placing.aisle_m is None:
        why = "3 ft from the street to every unit, the depth of working space at electrical equipment (NEC 110.26)"
        return Assumption("site.aisle_m", aisle_m, "assumed", why)
    why = (
        f"{aisle_m / FOOT_M:g} ft from the street to every unit" if aisle_m else "no way to the units is kept"
    )
    return Assumption("site.aisle_m", aisle_m, "given", why)
