"""One lot ready to be asked: where units may stand, who hears them, what lies between, and what limits hold there."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siting.geodata.terrain import Terrain
from siting.layout import Demand
from siting.lot_lines import spacing_for
from siting.model import Environment, Floats, Ordinance, Poses, Question, Receptors, Site, Unit
from siting.ordinance import limits_at, strictest_limit
from siting.outdoors import outdoors, picked
from siting.receptors import place_receptors
from siting.site import Land
from siting.surroundings import Surroundings, screening_buildings, surroundings

NEAR_DB, SURELY_DB = (
    5.0,
    3.0,
)  # below limits, levels over open land: which points are computed, and which must have been


@dataclass(frozen=True)
class Case:
    """The arrays and types between the files and the answer."""

    site: Site
    terrain: Terrain | None
    poses: Poses
    receptors: Receptors
    around: Surroundings
    classes: list[str | None]
    limits: Floats  # (R, periods), NaN where unknown
    demand: Demand
    reach_m: float


def make_case(
    land: Land,
    row: int,
    site: Site,
    terrain: Terrain | None,
    poses: Poses,
    unit: Unit,
    ordinance: Ordinance | None,
    question: Question,
    environment: Environment,
    reach_m: float,
) -> Case:
    """Put receptors around a site, look up their limits, and say what level to plan for at each.

    Where a limit is not known the plan takes the lowest limit of the ordinance; without an ordinance, nothing for as many
    units as there is space for, and one level everywhere for a given number, so that the loudest receptor is as quiet as
    can be.
    """
    roofs = screening_buildings(land, site, reach_m)
    screened = None if terrain is None and not len(roofs) else land.buildings.geometries[roofs]
    placed = place_receptors(land, row, site, ordinance, reach_m, spacing_for(unit), screened)
    around = surroundings(land, site, terrain, placed.xy, reach_m, environment)
    receptors = outdoors(placed, around, site.id)
    if ordinance is None:
        classes: list[str | None] = [None] * len(receptors)
        limits = np.full((len(receptors), 1), np.nan)
        planning = np.full(len(receptors), np.inf if question.mode == "max" else 0.0)
    else:
        classes, limits = limits_at(ordinance, receptors.zones)
        planning = limits.min(axis=1, initial=np.inf)
        planning = np.where(np.isnan(planning), strictest_limit(ordinance), planning)
    names: dict[str, int] = {}
    neighbour = np.array([names.setdefault(name, len(names)) for name in receptors.neighbour], np.int64)
    demand = Demand(receptors.xy, planning, ~np.isnan(limits).any(axis=1), neighbour, around)
    return Case(site, terrain, poses, receptors, around, classes, limits, demand, reach_m)


def narrowed(case: Case, keep: NDArray[np.bool_]) -> Case:
    """The same case with some of its receptors."""
    if keep.all():
        return case
    demand = case.demand
    return replace(
        case,
        receptors=picked(case.receptors, keep),
        classes=[case.classes[k] for k in np.flatnonzero(keep).tolist()],
        limits=case.limits[keep],
        demand=replace(
            demand,
            xy=demand.xy[keep],
            planning_dba=demand.planning_dba[keep],
            known=demand.known[keep],
            neighbour=demand.neighbour[keep],
        ),
    )
