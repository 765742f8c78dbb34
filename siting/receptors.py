"""Where levels are compared with limits: points on lot lines (`siting.lot_lines`) and points given, each with its zones."""

from typing import Any

import numpy as np
import shapely

from siting.errors import InputError
from siting.lot_lines import INWARD_M, SPACING, Geometries, Lines, boundary_points
from siting.model import Ints, Neighbour, Ordinance, Receptors, Site
from siting.site import Land, start_of, zones_at

REACHES_M = (50.0, 200.0, 800.0, 3200.0)
RAYS = 36


def place_receptors(
    land: Land,
    row: int,
    site: Site,
    ordinance: Ordinance | None,
    reach_m: float,
    spacing: float = SPACING,
    roofs: Geometries | None = None,
) -> Receptors:
    """The receptors around a lot, at the place where the ordinance says to measure.

    At the receiving lot line (also without an ordinance): on the boundary of every other lot within `reach_m` of the
    buildable area. At the lot line: on the lot's own boundary, each point with the zone of the nearest other lot. At
    points: those of the file given. Points given are receptors in any case. A point on a lot line has the zones found
    there and in the middle of the lot that it stands for; the strictest of them governs.

    Parameters
    ----------
    spacing : float
        Of points on a lot line, as a share of the distance.
    roofs : array of geometries, optional
        Buildings that screen, none where terrain alone does: points go between others too, and where a lot line comes out
        from under a building. Left out where nothing screens.

    Raises
    ------
    InputError
        Where the ordinance measures at points and no file gives them.
    """
    where = ordinance.measured_at if ordinance else "receiving lot line"
    others = _other_lots(land, row, site, reach_m)
    found: list[tuple[Any, ...]] = []
    if where == "receiving lot line":
        found.append(_on_receiving_lines(land, site, others, Lines(site, reach_m, spacing, roofs)))
    if where == "lot line":
        found.append(_on_own_line(land, site, others, Lines(site, np.inf, spacing, roofs)))
    if land.points is not None:
        found.append(_given_points(land, site, others))
    elif where == "points":
        raise InputError(
            f"The ordinance {ordinance.id if ordinance else ''} measures at given points and none are given: "
            "name a point file with --receptors."
        )
    parts = list(zip(*found, strict=True)) or [(), (), (), (), ()]
    xy = np.concatenate(parts[2]) if parts[2] else np.zeros((0, 2))
    return Receptors(
        id=_unique([i for part in parts[0] for i in part]),
        neighbour=[n for part in parts[1] for n in part],
        zones=[z for part in parts[3] for z in part],
        xy=xy,
        distance_m=shapely.distance(shapely.points(xy), start_of(site)),
        between=np.concatenate([*parts[4], np.zeros(0, bool)]),
        open_directions=open_directions(land, others, site, reach_m),
        lots=others,
        notes=(),
    )


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


def _on_receiving_lines(land: Land, site: Site, others: Ints, how: Lines) -> tuple[Any, ...]:
    xy, owner, inward, between = boundary_points(land.parcels.lots[others], how)
    zones = _and_their_lots(land, others, owner, zones_at(land, xy + INWARD_M * inward))
    names = [land.parcels.ids[others[k]] for k in owner]
    return _numbered(names), names, xy, zones, between


def _on_own_line(land: Land, site: Site, others: Ints, how: Lines) -> tuple[Any, ...]:
    xy, _, inward, between = boundary_points(np.array([site.lot]), how)
    points = shapely.points(xy)
    if not len(others):
        return (
            [f"{site.id}/{k + 1}" for k in range(len(xy))],
            ["none in the file"] * len(xy),
            xy,
            [()] * len(xy),
            between,
        )
    tree = shapely.STRtree(land.parcels.lots[others])
    pairs, distance = tree.query_nearest(points, all_matches=False, return_distance=True)
    nearest = land.parcels.lots[others[pairs[1]]]
    across = shapely.get_coordinates(shapely.shortest_line(points, nearest)).reshape(-1, 2, 2)
    step = across[:, 1] - across[:, 0]
    length = np.maximum(distance, 1e-9)[:, None]
    # just beyond the line of the lot across; where the lots touch, straight out
    probe = np.where(
        distance[:, None] > 0.01, across[:, 1] + INWARD_M * step / length, xy - INWARD_M * inward
    )
    names = [land.parcels.ids[others[k]] for k in pairs[1]]
    return (
        [f"{site.id}/{k + 1}" for k in range(len(xy))],
        names,
        xy,
        _and_their_lots(land, others, pairs[1], zones_at(land, probe)),
        between,
    )


def _given_points(land: Land, site: Site, others: Ints) -> tuple[Any, ...]:
    assert land.points is not None
    frame = land.points.frame
    bad = [i for i, g in enumerate(frame.geometry) if g is None or g.geom_type != "Point" or g.is_empty]
    if bad:
        raise InputError(
            f"{land.points.source['path']}: feature {bad[0] + 1} is not a point; receptors are points, one feature each."
        )
    points = np.asarray(frame.geometry.array)
    column = next((c for c in frame.columns if str(c).casefold() in ("id", "name", "receptor")), None)
    ids = [
        f"point {i + 1}" if column is None else str(v)
        for i, v in enumerate(frame[column] if column else points)
    ]
    names = list(ids)
    if len(others):
        tree = shapely.STRtree(land.parcels.lots[others])
        for i, k in zip(*tree.query(points, predicate="intersects"), strict=True):
            names[i] = land.parcels.ids[others[k]]
    xy = shapely.get_coordinates(points)
    return ids, names, xy, zones_at(land, xy), np.zeros(len(xy), bool)


def _and_their_lots(
    land: Land, others: Ints, owner: Ints, zones: list[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """Zones at points joined by the zones in the middle of their lots, none where a point has none.

    Zoning maps are drawn a metre or two off the lot lines: the point alone would give a home the limit of the shop next door.
    """
    middles = zones_at(land, shapely.get_coordinates(shapely.point_on_surface(land.parcels.lots[others])))
    joined = {
        (here, k): tuple(sorted({*here, *middles[k]})) if here else here
        for here, k in set(zip(zones, owner.tolist(), strict=True))
    }
    return [joined[pair] for pair in zip(zones, owner.tolist(), strict=True)]


def _numbered(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
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
