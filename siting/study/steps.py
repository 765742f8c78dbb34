"""The steps in order: land, lot, yard, transfer, layout, verdict; the same function for one lot and for a county of them."""

from dataclasses import replace
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from siting import layout
from siting.law import Operation, Ordinance
from siting.model import Environment, Ints, Layout, Poses, Question, Unit
from siting.outcome import Study
from siting.receptors.around import nearest_reach_m
from siting.site import Land
from siting.study import answer
from siting.study.asked import Asked
from siting.study.asked import asked as asked_of
from siting.study.at_source import most_at_distance
from siting.study.case import Case, demand_for, make_case, narrowed
from siting.study.findings import NEARBY_M
from siting.study.layouts import quick_layouts, with_worst_points
from siting.study.reach import reaches
from siting.study.yard import Yard, yard_of
from siting.surroundings import ENVIRONMENT
from siting.yard import Placing

ACROSS_M = 200.0  # how far the lot across a street is looked for, where limits hold at the own lot line
CONTINUOUS = Operation()
AS_ASSUMED = Placing()


def assess(
    land: Land,
    row: int,
    unit: Unit,
    ordinance: Ordinance | None,
    question: Question,
    sound_at: str | None = None,
    environment: Environment = ENVIRONMENT,
    operation: Operation = CONTINUOUS,
    *,
    spectra: bool = True,
    placing: Placing = AS_ASSUMED,
) -> Study:
    """Answer the question for the lot in one row of the land.

    Parameters
    ----------
    land : Land
        What `siting.site.read_land` read.
    row : int
        Row of the parcel layer, from `siting.geodata.parcels.find_lot`.
    ordinance : Ordinance or None
        Without one the levels are computed and the verdict is UNKNOWN.
    sound_at : str or None
        The reading of the unit's stated level: "7m", "3ft", "power", ...
    environment : Environment
        Air, ground and the rules of screening.
    operation : Operation
        How the units run, and the confidence that is wanted.
    spectra : bool
        Answer for every spectrum template, too; else for the readings of the stated level alone.
    placing : Placing
        What is said of the yard.

    Returns
    -------
    Study

    Raises
    ------
    InputError
        Where the lot, the terrain, the receptors or what is said of the yard cannot be used.
    """
    told = _beside(operation, land, placing)
    asked = asked_of(unit, ordinance, question, sound_at, told, spectra, placing)
    return _answered(land, yard_of(land, row, unit, ordinance, placing), row, asked, environment)


def placed(
    land: Land,
    row: int,
    unit: Unit,
    ordinance: Ordinance | None,
    question: Question,
    sound_at: str | None = None,
    environment: Environment = ENVIRONMENT,
    operation: Operation = CONTINUOUS,
    placing: Placing = AS_ASSUMED,
) -> tuple[Study, Poses]:
    """The same for the one sound that the study uses, without its other readings, and every pose that a unit may take."""
    told = _beside(operation, land, placing)
    asked = asked_of(unit, ordinance, question, sound_at, told, False, placing, others=False)
    yard = yard_of(land, row, unit, ordinance, placing)
    return _answered(land, yard, row, asked, environment), yard.poses


def _beside(operation: Operation, land: Land, placing: Placing) -> Operation:
    """The operation, with whether anything else sounds, too."""
    sounding = any(item.power_db is not None for item in placing.items)
    return replace(operation, beside_machines=bool(land.machines) or sounding)


def _answered(land: Land, yard: Yard, row: int, asked: Asked, environment: Environment) -> Study:
    """The steps from the yard to the verdict, with neighbours looked for as far as a layout is heard."""
    ordinance, site, began = asked.ordinance, yard.site, monotonic()
    own_line = ordinance is not None and ordinance.measured.at == "lot line"
    least = reach = max(ACROSS_M if own_line else NEARBY_M, nearest_reach_m(land, row, site))
    at_source = ordinance is not None and ordinance.measured.at == "source"
    beside = asked.operation.beside_machines
    while True:
        whole = make_case(land, row, yard, asked, environment, reach)
        case = narrowed(whole, ~whole.receptors.between)
        quick, rows = quick_layouts(case, asked)
        if at_source:
            cases, found = _at_source(land, case, asked, rows)
            return answer.study(land, yard, cases, found, asked, rows, monotonic() - began)
        need = max(reaches(land, site, asked, environment, [len(chosen) for chosen in quick], beside))
        if need <= reach:
            all_found = with_worst_points(land, yard, whole, asked, quick, ~whole.receptors.between, rows)
            counts = [len(each.chosen) for each in all_found.layouts]
            own_reach = reaches(land, site, asked, environment, counts, beside)
            need = max(own_reach)
            if need <= reach:
                break
        reach = 1.1 * need
    case, found, rows = all_found.case, all_found.layouts, all_found.rows
    seconds = monotonic() - began
    if not need:
        return answer.study(land, yard, [case] * len(found), found, asked, rows, seconds)
    keeps = [_reached(case, each, max(least, own)) for each, own in zip(found, own_reach, strict=True)]
    cases = [
        replace(narrowed(case, keep), reach_m=max(least, own))
        for keep, own in zip(keeps, own_reach, strict=True)
    ]
    found = [_renumbered(each, keep) for each, keep in zip(found, keeps, strict=True)]
    used = found[asked.used].chosen
    of_none = None if len(used) else layout.rows_in(rows, case.hearing, cases[asked.used].hearing)
    return answer.study(land, yard, cases, found, asked, of_none, seconds)


def _reached(case: Case, found: Layout, reach_m: float) -> NDArray[np.bool_]:
    """Receptors within the reach of one sound (R,): neighbours that only a louder one reaches are not its own."""
    receptors = case.receptors
    given = (receptors.piece < 0) & ~receptors.between
    keep = (receptors.distance_m <= reach_m) | given
    keep[[receptor for receptor, _ in found.binding]] = True
    return np.asarray(keep)


def _renumbered(found: Layout, keep: NDArray[np.bool_]) -> Layout:
    """The layout with the receptors that stop it counted among those that are kept."""
    binding = tuple((int(keep[:receptor].sum()), metric) for receptor, metric in found.binding)
    return replace(found, bound_by=binding[0][0] if binding else -1, binding=binding)


def _at_source(land: Land, case: Case, asked: Asked, rows: layout.Rows) -> tuple[list[Case], list[Layout]]:
    """A layout for each sound, and the case with the receptors that stand round its units."""
    wanted: Ints | None = None
    if asked.wanted is not None:
        demand = demand_for(case, asked.voices[asked.used])
        wanted, rows = layout.quietest_units(case.hearing, demand, asked.wanted, rows, [])
    found = [most_at_distance(land, case, voice, rows, wanted) for voice in asked.voices]
    return [each[0] for each in found], [each[1] for each in found]
