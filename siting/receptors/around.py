"""Where levels are compared with limits: points on the lines that an ordinance names and points given, each with its zones."""

import numpy as np
import shapely

from siting.errors import InputError
from siting.law import Ordinance
from siting.model import Ints, Neighbour, Receptors, Site
from siting.receptors import places
from siting.receptors.lot_lines import SLACK, SPACING, Geometries, How
from siting.receptors.own_zones import Homes, homes
from siting.receptors.parts import Part, given_points, inside_lots, on_lines, on_own_line
from siting.site import Land, start_of, zones_at

REACHES_M = (50.0, 200.0, 800.0, 3200.0)
RAYS = 36


def place_receptors(
    land: Land,
    row: int,
    site: Site,
    ordinance: Ordinance | None,
    reach_m: float,
    height_m: float,
    spacing: float = SPACING,
    roofs: Geometries | None = None,
) -> Receptors:
    """The receptors around a lot, at the place where the ordinance says to measure.

    "receiving lot line" (also without an ordinance): on the boundary of every other lot within `reach_m` of the buildable area.
    "receiving lot": there, and inside those lots where something screens. "lot line": on the lot's own boundary, each point with
    the zone of the nearest other lot. "facade", "near building", "zone line": as `places` has them. "source": none, since
    they hang on the layout (`places.around_units`). "points": those of the file given. Points given are receptors in any
    case.

    Parameters
    ----------
    height_m : float
        Above the ground, where the ordinance states none and for points given without one.
    spacing : float
        Of points on a line, as a share of the distance.
    roofs : array of geometries, optional
        Buildings that screen, none where terrain alone does: points go between others too, and where a line comes out from
        under a building. Left out where nothing screens.

    Raises
    ------
    InputError
        Where the ordinance measures at points and no file gives them, or at lines between zones and there is no zoning.
    """
    where = ordinance.measured.at if ordinance else "receiving lot line"
    if ordinance is not None and ordinance.measured.height_m is not None:
        height_m = ordinance.measured.height_m
    others = _other_lots(land, row, site, reach_m)
    how = How(site, reach_m, spacing, roofs)
    lived = homes(land, ordinance, site.lot, SLACK * reach_m)
    lines, notes = _lines(land, row, site, ordinance, others, reach_m, height_m)
    found = [on_lines(land, ordinance, lived, others, each, how) for each in lines]
    if where == "lot line":
        found.append(on_own_line(land, ordinance, lived, others, how, height_m))
    if where == "receiving lot" and roofs is not None:
        found.append(inside_lots(land, lived, site, others, reach_m, height_m))
    if land.points is not None:
        found.append(given_points(land, lived, others, height_m))
    elif where == "points":
        raise InputError(
            f"The ordinance {ordinance.id if ordinance else ''} measures at given points and none are given: "
            "name a point file with --receptors."
        )
    return _together(land, site, lived, reach_m, others, found, notes)


def neighbours(land: Land, receptors: Receptors, listed: set[str]) -> tuple[Neighbour, ...]:
    """The lots around with their shapes and zones, those whose ids are listed, the nearest first."""
    rows = np.array([k for k in receptors.lots if land.parcels.ids[k] in listed], np.int64)
    shapes = land.parcels.lots[rows]
    zones = zones_at(land, shapely.get_coordinates(shapely.point_on_surface(shapes)))
    return tuple(
        Neighbour(land.parcels.ids[k], shape, " + ".join(zone) or None)
        for k, shape, zone in zip(rows, shapes, zones, strict=True)
    )


def open_directions(land: Land, others: Ints, site: Site, reach_m: float) -> int:
    """In how many of `RAYS` directions from the lot no other lot of the file lies within reach."""
    x, y = site.lot.centroid.x, site.lot.centroid.y
    angle = 2 * np.pi * np.arange(RAYS) / RAYS
    far = reach_m + shapely.minimum_bounding_radius(site.lot)
    ends = np.column_stack((x + far * np.cos(angle), y + far * np.sin(angle)))
    rays = shapely.linestrings(np.stack((np.broadcast_to([x, y], ends.shape), ends), axis=1))
    hit = shapely.STRtree(land.parcels.lots[others]).query(rays, predicate="intersects")[0]
    return RAYS - len(np.unique(hit))


def nearest_reach_m(land: Land, row: int, site: Site) -> float:
    """The first of `REACHES_M` within which another lot lies, so that a lone lot is judged by its nearest neighbour; else 0."""
    return next((reach for reach in REACHES_M if len(_other_lots(land, row, site, reach))), 0.0)


def _other_lots(land: Land, row: int, site: Site, reach_m: float) -> Ints:
    """Rows of the lots within reach, one of each stack of duplicates, the nearest first."""
    start = start_of(site)
    near = land.tree.query(start, predicate="dwithin", distance=reach_m)
    near = np.unique(land.parcels.primary[near])
    near = near[(near != land.parcels.primary[row]) & ~np.isin(near, list(land.parcels.unusable))]
    return near[np.lexsort((near, shapely.distance(land.parcels.lots[near], start)))]


def _lines(
    land: Land,
    row: int,
    site: Site,
    ordinance: Ordinance | None,
    others: Ints,
    reach_m: float,
    height_m: float,
) -> tuple[list[places.Lines], list[str]]:
    """The lines beside the lot's own on which an ordinance measures, and what there is to say of them."""
    where = ordinance.measured.at if ordinance else "receiving lot line"
    if where in ("receiving lot line", "receiving lot"):
        return [places.lot_lines(land, others, height_m)], []
    if where == "facade":
        return places.facades(land, row, others, site, reach_m, height_m)
    if where == "near building":
        assert ordinance is not None and ordinance.measured.distance_m is not None
        return places.near_buildings(
            land, row, others, site, reach_m, ordinance.measured.distance_m, height_m
        )
    if where == "zone line":
        if land.zoning is None:
            assert ordinance is not None
            raise InputError(
                f"The ordinance {ordinance.id} measures at the lines between zones and there is no zoning: name a file with "
                "--zoning and its field with --zone-field."
            )
        return [places.zone_lines(land, site, reach_m, height_m)], []
    return [], []


def _together(
    land: Land, site: Site, lived: Homes, reach_m: float, others: Ints, found: list[Part], notes: list[str]
) -> Receptors:
    """The receptors of all kinds as one; those without an id are numbered within their neighbour."""
    xy = np.concatenate([np.zeros((0, 2)), *(part.xy for part in found)])
    seen: dict[str, int] = {}
    ids = [id for part in found for id in (part.id or _numbered(part.neighbour, seen))]
    first = np.cumsum([0, *(len(part.pieces) for part in found)])
    none = np.zeros(0, np.int64)
    return Receptors(
        id=_unique(ids),
        neighbour=[name for part in found for name in part.neighbour],
        zones=[zones for part in found for zones in part.zones],
        across=[zones for part in found for zones in part.across],
        xy=xy,
        height_m=np.concatenate([np.zeros(0), *(part.height_m for part in found)]),
        distance_m=shapely.distance(shapely.points(xy), start_of(site)),
        between=np.concatenate([np.zeros(0, bool), *(part.between for part in found)]),
        open_directions=open_directions(land, others, site, reach_m),
        home_m=np.concatenate([np.zeros(0), *(part.home_m for part in found)]),
        lots=others,
        notes=(*notes, *lived.notes),
        lot=np.concatenate([none, *(part.lot for part in found)]),
        piece=np.concatenate(
            [none, *(np.where(p.piece < 0, -1, p.piece + k) for p, k in zip(found, first, strict=False))]
        ),
        pieces=np.concatenate([np.zeros((0, 4)), *(part.pieces for part in found)]),
        alike=np.concatenate([none, *(p.alike + k for p, k in zip(found, first, strict=False))]),
    )


def _numbered(names: list[str], seen: dict[str, int]) -> list[str]:
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(f"{name}/{seen[name]}")
    return out


def _unique(ids: list[str]) -> list[str]:
    """Ids of which no two are the same: points of a file may share a name."""
    seen: dict[str, int] = {}
    out = []
    for name in ids:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out
