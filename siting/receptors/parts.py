"""Receptors of every kind with their zones: on lines around shapes, on the lot's own line, inside lots, and points given."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from siting.errors import InputError
from siting.law import Ordinance
from siting.model import FOOT_M, Floats, Ints, Site
from siting.receptors import places
from siting.receptors.lot_lines import Along, Geometries, How, boundaries, points_along
from siting.receptors.own_zones import (
    Homes,
    Names,
    home_distance,
    one_zone,
    with_changes,
    zones_around,
    zones_inside,
    zones_outside,
)
from siting.site import Land, zones_at

HIGHEST_M = 1000.0


class Part(NamedTuple):
    """Receptors of one kind."""

    id: list[str]  # empty: numbered by neighbour
    neighbour: list[str]
    lot: Ints
    zones: Names
    across: Names
    xy: Floats
    height_m: Floats
    home_m: Floats
    between: NDArray[np.bool_]
    piece: Ints
    pieces: Floats
    alike: Ints


class Look(NamedTuple):
    """What is found at points of lines."""

    zones: Names
    across: Names
    lot: Ints  # the neighbour's row


def on_lines(
    land: Land, ordinance: Ordinance | None, lived: Homes, others: Ints, lines: places.Lines, how: How
) -> Part:
    """Points on lines, with the zones of the shape that they enclose; those of a zoning district with the nearest lot in it."""
    districts = ordinance is not None and ordinance.measured.at == "zone line"

    known = one_zone(land, lines.shapes)

    def look(points: Along) -> Look:
        across = zones_outside(land, points, lines.shapes) if _mean(ordinance) else _none(points)
        lot = _behind(land, others, lines, points) if districts else lines.lots[points.of]
        return Look(zones_inside(land, points, lines.shapes, known), across, lot)

    points, seen, home_m = _with_changes(lived, points_along(lines.lines, how), look, not districts)
    names = [
        land.parcels.ids[k] if k >= 0 else lines.names[s] for k, s in zip(seen.lot, points.of, strict=True)
    ]
    return _part(names, points, seen, home_m, lines.height_m)


def on_own_line(
    land: Land, ordinance: Ordinance | None, lived: Homes, others: Ints, how: How, height_m: float
) -> Part:
    """Points on the lot's own boundary, each with the zones of the nearest other lot."""
    site, lots = how.site, land.parcels.lots[others]
    tree = shapely.STRtree(lots)
    own = np.array([site.lot])
    known, its_own = one_zone(land, lots), one_zone(land, own)

    def look(points: Along) -> Look:
        if not len(others):
            return Look(_none(points), _none(points), np.full(len(points.xy), -1))
        nearest = tree.query_nearest(shapely.points(points.xy), all_matches=False)[1]
        zones = zones_inside(land, _entering(points, lots, nearest), lots, known)
        across = zones_inside(land, points, own, its_own) if _mean(ordinance) else _none(points)
        return Look(zones, across, others[nearest])

    whole = points_along(boundaries(own), replace(how, reach_m=np.inf))
    points, seen, home_m = _with_changes(lived, whole, look, False)
    names = [land.parcels.ids[k] if k >= 0 else "none in the file" for k in seen.lot]
    ids = [f"{site.id}/{k + 1}" for k in range(len(points.xy))]
    return _part(names, points, seen, home_m, height_m)._replace(id=ids)


def _entering(points: Along, lots: Geometries, nearest: Ints) -> Along:
    """Where one comes into the lot that lies across from each point, that lot to the left."""
    way = shapely.get_coordinates(shapely.shortest_line(shapely.points(points.xy), lots[nearest])).reshape(
        -1, 2, 2
    )
    step = way[:, 1] - way[:, 0]
    length = np.hypot(*step.T)[:, None]
    touching = length <= 0.01
    into = np.where(touching, -points.left, step / np.where(touching, 1.0, length))
    return points._replace(
        xy=np.where(touching, points.xy, way[:, 1]),
        of=nearest,
        left=into,
        ahead=np.column_stack((into[:, 1], -into[:, 0])),
        corner=np.zeros(len(nearest)),
    )


def _behind(land: Land, others: Ints, lines: places.Lines, points: Along) -> Ints:
    """The row of the lot nearest to each point of a district's line, of those that lie in it; -1 where it has none."""
    lot = np.full(len(points.xy), -1)
    middles = shapely.point_on_surface(land.parcels.lots[others])
    inside, district = shapely.STRtree(lines.shapes).query(middles, predicate="intersects")
    for k in np.unique(district):
        mine = np.flatnonzero(points.of == k)
        rows = others[inside[district == k]]
        tree = shapely.STRtree(land.parcels.lots[rows])
        if len(mine):
            lot[mine] = rows[tree.query_nearest(shapely.points(points.xy[mine]), all_matches=False)[1]]
    return lot


def inside_lots(land: Land, lived: Homes, site: Site, others: Ints, reach_m: float, height_m: float) -> Part:
    """Points inside the other lots, between those on their boundaries."""
    xy, lot = places.inside_points(land, others, site, reach_m)
    names, n = [land.parcels.ids[k] for k in lot], len(lot)
    zones = zones_around(land, xy, land.parcels.lots[lot])
    return _single(lived, names, lot, xy, zones, np.full(n, height_m))._replace(between=np.ones(n, bool))


def given_points(land: Land, lived: Homes, others: Ints, height_m: float) -> Part:
    """The points of the file given, each with the zones at its place and the height that the file states for it.

    Raises
    ------
    InputError
        A feature is no point, or its height is no number that a receptor can have.
    """
    assert land.points is not None
    frame, path = land.points.frame, land.points.source["path"]
    bad = [i for i, g in enumerate(frame.geometry) if g is None or g.geom_type != "Point" or g.is_empty]
    if bad:
        raise InputError(
            f"{path}: feature {bad[0] + 1} is not a point; receptors are points, one feature each."
        )
    points = np.asarray(frame.geometry.array)
    column = next((c for c in frame.columns if str(c).casefold() in ("id", "name", "receptor")), None)
    ids = [
        f"point {i + 1}" if column is None else str(v)
        for i, v in enumerate(frame[column] if column else points)
    ]
    names, lot = list(ids), np.full(len(points), -1)
    if len(others):
        tree = shapely.STRtree(land.parcels.lots[others])
        for i, k in zip(*tree.query(points, predicate="intersects"), strict=True):
            names[i], lot[i] = land.parcels.ids[others[k]], others[k]
    xy = shapely.get_coordinates(points)
    part = _single(lived, names, lot, xy, zones_at(land, xy), _given_heights(frame, path, height_m))
    return part._replace(id=ids)


def _given_heights(fields: pd.DataFrame, path: str, height_m: float) -> Floats:
    """Heights above ground that a point file states in `height_m` or `height_ft`, the usual one where it states none."""
    columns = {name: c for c in fields.columns if (name := str(c).casefold()) in ("height_m", "height_ft")}
    if len(columns) > 1:
        raise InputError(f"{path}: it has both height_m and height_ft; keep one of them.")
    heights = np.full(len(fields), height_m)
    for name, column in columns.items():
        values = pd.to_numeric(fields[column], errors="coerce").to_numpy(float)
        stated = fields[column].notna().to_numpy()
        metres = values * (FOOT_M if name == "height_ft" else 1.0)
        wrong = np.flatnonzero(stated & ~((metres >= 0) & (metres <= HIGHEST_M)))
        if len(wrong):
            raise InputError(
                f"{path}: {name} of feature {wrong[0] + 1} is {fields[column].iloc[wrong[0]]!r}; give the height above ground, "
                f"0 to {HIGHEST_M:g} m, or leave it empty."
            )
        heights = np.where(stated, metres, heights)
    return heights


def _with_changes(
    lived: Homes, points: Along, look: Callable[[Along], Look], on_their_lots: bool
) -> tuple[Along, Look, Floats]:
    """Points with more where what limits hang on changes along their lines, what is found at them, and how far homes are."""

    def away(points: Along, lot: Ints) -> Floats:
        return home_distance(lived, points.xy, lot if on_their_lots else np.full(len(lot), -1))

    def keys(points: Along) -> list[tuple[tuple[str, ...], tuple[str, ...], int, bool]]:
        zones, across, lot = look(points)
        near = away(points, lot) <= lived.within_m
        return list(zip(zones, across, lot.tolist(), near.tolist(), strict=True))

    points, found = with_changes(points, keys)
    lot = np.array([key[2] for key in found], np.int64)
    return points, Look([key[0] for key in found], [key[1] for key in found], lot), away(points, lot)


def _none(points: Along) -> Names:
    return [()] * len(points.xy)


def _mean(ordinance: Ordinance | None) -> bool:
    return ordinance is not None and ordinance.where_zones_meet == "mean"


def _part(names: list[str], points: Along, seen: Look, home_m: Floats, height_m: float) -> Part:
    return Part(
        [], names, seen.lot, seen.zones, seen.across, points.xy, np.full(len(names), height_m), home_m, points.between,
        points.piece, points.pieces, points.alike,
    )  # fmt: skip


def _single(lived: Homes, names: list[str], lot: Ints, xy: Floats, zones: Names, height_m: Floats) -> Part:
    """Points on no line."""
    n, none = len(names), np.zeros(0, np.int64)
    across: Names = [()] * n
    return Part(
        [],
        names,
        lot,
        zones,
        across,
        xy,
        height_m,
        home_distance(lived, xy, lot),
        np.zeros(n, bool),
        np.full(n, -1),
        np.zeros((0, 4)),
        none,
    )
