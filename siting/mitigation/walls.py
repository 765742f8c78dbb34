"""Walls as remedies: every line between units and the neighbours that stop them, shortened while full runs confirm it."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import shapely

from siting.mitigation.ask import Ask, Runs, passes, with_walls
from siting.mitigation.places import Place, wall_places
from siting.mitigation.rows import heard, over_db, rows_of
from siting.mitigation.smallest import HEIGHTS_FT, grown, over_with, smallest_wall, wall_of
from siting.outcome import Study
from siting.parts import Wall
from siting.verdict import worst_of_each_neighbour

CLOSE_DB = (
    3.0  # over with the largest wall and units where they stand: a full run, which moves them, is worth it
)
MOST_PLACES = 4  # of the smallest walls by quick arithmetic
GROWTHS = 3  # times a wall may grow where a full run finds points behind its ends
SAVES = 0.95  # of its area: a wall that a moved layout lets shrink to more is not tried again


class Confirmed(NamedTuple):
    """A wall with which a full run keeps every limit, and that run."""

    place: Place
    wall: Wall
    study: Study


def places_between(study: Study) -> list[Place]:
    """The places on which a wall would stand between a unit and the worst receptor of a neighbour who hears too much."""
    share = 1 - study.operation.confidence
    loud = [
        (row.x, row.y)
        for row in worst_of_each_neighbour(study.levels)
        if row.p_exceed is not None and row.p_exceed > share
    ]
    if not loud or not study.placed:
        return []
    return wall_places(study, np.array(loud))


def wall_options(runs: Runs, ask: Ask, study: Study, units: int) -> tuple[list[Confirmed], list[str]]:
    """The smallest wall found in every place, and a sentence for each place where none helps.

    Parameters
    ----------
    ask : Ask
        The question for `units` units.
    study : Study
        Its answer without a wall.
    """
    rows = rows_of(study)
    before = over_db(rows, heard(rows, study.scene))
    places = [(over_with(rows, study.scene, wall_of(p, HEIGHTS_FT[-1])), p) for p in places_between(study)]
    useless = [place.where for left, place in places if left > before - 0.05]
    little = [
        (left, place)
        for left, place in places
        if place.where not in useless and (left > CLOSE_DB or left > max(0.0, before - 0.5))
    ]
    told = [_too_little(place, left, before) for left, place in little]
    told += [_useless(useless, before)] if useless else []
    hopeful = [place for left, place in places if place.where not in useless and (left, place) not in little]
    quick = [
        (smallest_wall(rows, study.scene, place) or wall_of(place, HEIGHTS_FT[-1]), place)
        for place in hopeful
    ]
    found: list[Confirmed] = []
    for wall, place in sorted(quick, key=lambda each: area_m2(each[0]))[:MOST_PLACES]:
        confirmed = _confirmed(runs, ask, place, wall, units)
        if confirmed is None:
            told.append(
                f"No wall of up to {HEIGHTS_FT[-1]} ft {place.where} makes it pass, nor with the units moved behind it."
            )
        else:
            found.append(confirmed)
    return sorted(found, key=lambda each: area_m2(each.wall)), told


def _too_little(place: Place, left: float, before: float) -> str:
    """That a wall is too little, by quick arithmetic."""
    return (
        f"No wall of up to {HEIGHTS_FT[-1]} ft {place.where} is enough: of {before:.1f} dB too much it leaves {left:.1f}, with "
        "the units where they are quietest without it."
    )


def _useless(places: list[str], before: float) -> str:
    """That walls make no difference to whoever hears most too much, by quick arithmetic."""
    return (
        f"No wall of up to {HEIGHTS_FT[-1]} ft by itself takes anything off the {before:.1f} dB that the worst neighbour hears "
        f"too much: {', '.join(sorted(places))}."
    )


def best_wall(runs: Runs, ask: Ask, study: Study, units: int, before: Confirmed | None) -> Confirmed | None:
    """The smallest of the walls that are enough by quick arithmetic, confirmed by one full run, or by a few.

    Where none is, the one that is enough for fewer units (`before`), and taller: units that stand wide apart where they are
    quietest may all have room behind it.
    """
    rows = rows_of(study)
    quick = [
        (area_m2(wall), place, wall)
        for place in places_between(study)
        if (wall := smallest_wall(rows, study.scene, place)) is not None
    ]
    for _, place, wall in sorted(quick, key=lambda each: each[0])[:2]:
        found = _grown_until(runs, ask, place, wall, units)
        if found is not None:
            return found
    if before is None:
        return None
    return _grown_until(
        runs, ask, Place(before.place.where, before.wall.line, before.place.ring), before.wall, units
    )


def area_m2(wall: Wall) -> float:
    """Of one face."""
    return float(wall.line.length * (wall.height_m or 0.0))


def _confirmed(runs: Runs, ask: Ask, place: Place, first: Wall, units: int) -> Confirmed | None:
    """The smallest wall for the units where they stand, confirmed; then a smaller one for them where they moved behind it."""
    found = _grown_until(runs, ask, place, first, units)
    while found is not None:
        there = found.study.scene
        bare = replace(there, walls=there.walls[:-1])
        moved = rows_of(found.study)
        less = smallest_wall(moved, bare, place)
        if less is None or area_m2(less) > SAVES * area_m2(found.wall):
            return found
        again = _tried(runs, ask, place, less, units)
        if again is None:
            return found
        found = again
    return None


def _grown_until(runs: Runs, ask: Ask, place: Place, wall: Wall, units: int) -> Confirmed | None:
    """The wall, or a larger one, with which a full run keeps every limit."""
    for _ in range(1 + GROWTHS):
        found = _tried(runs, ask, place, wall, units)
        if found is not None:
            return found
        larger = grown(place, wall)
        if larger is None:
            return None
        wall = larger
    return _tried(runs, ask, place, wall_of(place, HEIGHTS_FT[-1]), units)


def _tried(runs: Runs, ask: Ask, place: Place, wall: Wall, units: int) -> Confirmed | None:
    study = runs.of(with_walls(ask, (wall,)))
    inside = not place.ring or all(_within(place, unit.x_m, unit.y_m) for unit in study.placed)
    return Confirmed(place, wall, study) if passes(study, units) and inside else None


def _within(place: Place, x_m: float, y_m: float) -> bool:
    """Whether a unit stands inside the ring that it was built for."""
    return bool(shapely.contains_xy(shapely.Polygon(place.line), x_m, y_m))
