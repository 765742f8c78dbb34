"""One lot ready to be asked: where units may stand, who hears them, and what limits hold there."""

from dataclasses import dataclass

import numpy as np

from siting.geodata.terrain import Terrain
from siting.layout import Demand
from siting.model import Floats, Ordinance, Poses, Question, Receptors, Site
from siting.ordinance import limits_at, strictest_limit
from siting.receptors import place_receptors
from siting.site import Land


@dataclass(frozen=True)
class Case:
    """The arrays and types between the files and the answer."""

    site: Site
    terrain: Terrain | None
    poses: Poses
    receptors: Receptors
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
    ordinance: Ordinance | None,
    question: Question,
    reach_m: float,
) -> Case:
    """Put receptors around a site, look up their limits, and say what level to plan for at each.

    Where a limit is not known the plan takes the lowest limit of the ordinance; without an ordinance, nothing for as many
    units as there is space for, and one level everywhere for a given number, so that the loudest receptor is as quiet as
    can be.
    """
    receptors = place_receptors(land, row, site, ordinance, reach_m)
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
    demand = Demand(receptors.xy, planning, ~np.isnan(limits).any(axis=1), neighbour)
    return Case(site, terrain, poses, receptors, classes, limits, demand, reach_m)
