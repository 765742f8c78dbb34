"""How far units stay from buildings and from openings in walls: by the table of distances or the ordinance, the stricter."""

from typing import NamedTuple

import numpy as np
from shapely.geometry.base import BaseGeometry

from siting.catalog import load_distances
from siting.law import BuildingDistances, Ordinance, Setback
from siting.model import Assumption, Facts, Ints, Origin
from siting.rule_words import distance
from siting.site.land import Land
from siting.yard import Placing

DEFAULT = "nfpa37"
LEAST_LOOK_M = 1.0  # buildings and openings this near to a lot belong to its site, whatever the distances are
AT_WALL_M = 1.0  # an opening this near to a building is one of it


class Around(NamedTuple):
    """Buildings and openings near a lot, and how far units stay from each."""

    buildings: tuple[BaseGeometry, ...]
    building_m: tuple[float, ...]
    openings: tuple[BaseGeometry, ...]
    opening_m: float
    assumptions: tuple[Assumption, ...]
    source: Facts


def around_lot(land: Land, lot: BaseGeometry, ordinance: Ordinance | None, placing: Placing) -> Around:
    """What stands near a lot, with its distances.

    A wall of which nobody says what it is made of is taken for combustible. A building without an opening in the layer may have
    one anywhere, so all of its walls keep the distance from openings. Yard items may keep farther away: what they keep away from
    is looked for, too.

    Raises
    ------
    InputError
        There is no such table of distances, or it cannot be read.
    """
    table = load_distances(placing.distances or DEFAULT)
    rule = None if ordinance is None else ordinance.building_distance
    walls = {kind: own.distance_m for kind, own in table.walls}
    opening_m, general_m = table.openings.distance_m, 0.0 if rule is None else rule.distance_m
    beside = max((max(i.distances.building_m, i.distances.opening_m) for i in placing.items), default=0.0)
    most = max(*walls.values(), opening_m, general_m, beside, LEAST_LOOK_M)
    near = np.sort(land.buildings.query(lot, predicate="dwithin", distance=most))
    kept = []
    for k in near:
        metres = max(general_m, walls[land.building_walls[k]])
        kept.append(metres if _has_opening(land, land.buildings.geometries[k]) else max(metres, opening_m))
    openings: tuple[BaseGeometry, ...] = ()
    if land.openings is not None:
        reach = max(opening_m, beside, LEAST_LOOK_M)
        seen = land.openings.query(lot, predicate="dwithin", distance=reach)
        openings = tuple(land.openings.geometries[np.sort(seen)])
    return Around(
        tuple(land.buildings.geometries[near]),
        tuple(kept),
        openings,
        opening_m,
        _assumptions(land, table, ordinance, placing, near),
        table.source,
    )


def _has_opening(land: Land, building: BaseGeometry) -> bool:
    """Whether the layer of openings speaks of a building."""
    if land.openings is None:
        return False
    return len(land.openings.query(building, predicate="dwithin", distance=AT_WALL_M)) > 0


def _assumptions(
    land: Land, table: BuildingDistances, ordinance: Ordinance | None, placing: Placing, near: Ints
) -> tuple[Assumption, ...]:
    """The distances that hold, and where they come from."""
    origin: Origin = "assumed" if placing.distances is None else "given"
    strict = max(table.openings, dict(table.walls)["combustible"], key=lambda rule: rule.distance_m)
    rule = None if ordinance is None else ordinance.building_distance
    if rule is not None and rule.distance_m >= strict.distance_m:
        reason = f"from the ordinance file, {rule.cited.section}"
        said = [Assumption("site.building_distance_m", rule.distance_m, "file", reason)]
    else:
        reason = f"{distance(strict.distance_m)} from wall openings and combustible walls, {_stands(strict)}"
        said = [Assumption("site.building_distance_m", strict.distance_m, origin, reason)]
    if land.openings is not None:
        metres = table.openings.distance_m
        reason = (
            f"{distance(metres)} from the openings given, {_stands(table.openings)}; "
            "a building without one among them may have one anywhere"
        )
        said.append(Assumption("site.opening_distance_m", metres, origin, reason))
    known = sum(land.building_walls[k] != "combustible" for k in near)
    if known:
        count = f"{known} of {len(near)} buildings near by"
        reason = "rated or noncombustible by the field wall of the buildings' file; any other wall is taken for combustible"
        said.append(Assumption("site.building_walls", count, "file", reason))
    return tuple(said)


def _stands(rule: Setback) -> str:
    """Where a distance stands."""
    cited = rule.cited
    return cited.section if cited.read else f"{cited.section}, not read there but in {cited.source}"
