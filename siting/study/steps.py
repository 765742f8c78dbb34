"""The steps in order: land, lot, poses, transfer, layout, verdict; the same function for one lot and for a county of them."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from siting import layout, noise, uncertainty
from siting.hearing import open_together, together
from siting.law import Operation, Ordinance
from siting.model import Environment, Floats, Ints, Layout, Question, Site, Unit
from siting.ordinance import leaves_no_room, strictest
from siting.outcome import Study
from siting.placement import MOST_UNITS, lattice_poses
from siting.receptors.around import nearest_reach_m
from siting.site import Land, make_site, start_of
from siting.study import answer
from siting.study.asked import Asked
from siting.study.asked import asked as asked_of
from siting.study.at_source import most_at_distance
from siting.study.case import NEAR_DB, SURELY_DB, Case, demand_for, make_case, narrowed
from siting.study.findings import NEARBY_M
from siting.study.voices import energies
from siting.study.worst_points import worst_points
from siting.surroundings import ENVIRONMENT

ACROSS_M = 200.0  # how far the lot across a street is looked for, where limits hold at the own lot line
CONTINUOUS = Operation()
NOTHING: Ints = np.zeros(0, np.int64)  # a layout of no units
SMALL_DB = 15.0
AT_LINES = ("receiving lot line", "receiving lot", "facade", "near building", "zone line")


def assess(
    land: Land,
    row: int,
    unit: Unit,
    ordinance: Ordinance | None,
    question: Question,
    sound_at: str | None = None,
    environment: Environment = ENVIRONMENT,
    operation: Operation = CONTINUOUS,
    spectra: bool = True,
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

    Returns
    -------
    Study

    Raises
    ------
    InputError
        Where the lot, the terrain or the receptors cannot be used.
    """
    operation = replace(operation, beside_machines=bool(land.machines))
    question_asked = asked_of(unit, ordinance, question, sound_at, operation, spectra)
    return _answered(land, row, question_asked, environment)


def _answered(land: Land, row: int, asked: Asked, environment: Environment) -> Study:
    """The steps from the lot to the verdict, with neighbours looked for as far as a layout is heard."""
    unit, ordinance = asked.unit, asked.ordinance
    site, terrain = make_site(land, row, ordinance)
    poses = lattice_poses(site, unit)
    own_line = ordinance is not None and ordinance.measured.at == "lot line"
    least = reach = max(ACROSS_M if own_line else NEARBY_M, nearest_reach_m(land, row, site))
    at_source = ordinance is not None and ordinance.measured.at == "source"
    while True:
        whole = make_case(land, row, site, terrain, poses, asked, environment, reach)
        case = narrowed(whole, ~whole.receptors.between)
        quick, rows = _quick_layouts(case, asked)
        if at_source:
            return answer.study(land, *_at_source(land, case, asked, rows), asked, rows)
        need = max(_reaches(land, site, asked, environment, [len(chosen) for chosen in quick]))
        if need <= reach:
            case, layouts, rows = _with_worst_points(land, whole, asked, quick, ~whole.receptors.between)
            reaches = _reaches(land, site, asked, environment, [len(found.chosen) for found in layouts])
            need = max(reaches)
            if need <= reach:
                break
        reach = 1.1 * need
    if not need:
        return answer.study(land, [case] * len(layouts), layouts, asked, rows)
    keeps = [_reached(case, found, max(least, own)) for found, own in zip(layouts, reaches, strict=True)]
    cases = [
        replace(narrowed(case, keep), reach_m=max(least, own))
        for keep, own in zip(keeps, reaches, strict=True)
    ]
    found = [_renumbered(each, keep) for each, keep in zip(layouts, keeps, strict=True)]
    return answer.study(land, cases, found, asked, layout.kept_rows(rows, keeps[asked.used]))


def _reached(case: Case, found: Layout, reach_m: float) -> NDArray[np.bool_]:
    """Receptors within the reach of one sound (R,): neighbours that only a louder one reaches are not its own."""
    receptors = case.receptors
    given = (receptors.piece < 0) & ~receptors.between
    keep = (receptors.distance_m <= reach_m) | given
    keep[[receptor for receptor, _ in found.binding]] = True
    return np.asarray(keep)


def _renumbered(found: Layout, keep: NDArray[np.bool_]) -> Layout:
    """The layout with the receptor that sets its bound counted among those that are kept."""
    binding = tuple((int(keep[:receptor].sum()), metric) for receptor, metric in found.binding)
    return replace(found, bound_by=binding[0][0] if binding else -1, binding=binding)


def _chains(asked: Asked) -> list[list[int]]:
    """Sounds of one spectrum and tone, the loudest first: what is legal for one is legal for those after it."""
    chains: dict[tuple[str, bool], list[int]] = {}
    for k in sorted(range(len(asked.voices)), key=lambda k: -asked.voices[k].sound.power_dba):
        chains.setdefault((asked.voices[k].sound.spectrum, asked.voices[k].tonal), []).append(k)
    return list(chains.values())


def _quick_layouts(case: Case, asked: Asked) -> tuple[list[Ints], layout.Rows]:
    """About how many units are legal for each sound; as many as the search ends at are legal for quieter ones too."""
    rows = layout.first_rows(case.hearing, demand_for(case, asked.voices[asked.used]))
    found = [NOTHING] * len(asked.voices)
    for chain in _chains(asked):
        last: Ints | None = None
        for k in chain:
            if last is None or len(last) < MOST_UNITS:
                last = layout.quick_layout(case.hearing, demand_for(case, asked.voices[k]), rows)
            found[k] = last
    return found, rows


def _with_worst_points(
    land: Land, whole: Case, asked: Asked, quick: list[Ints], keep: NDArray[np.bool_]
) -> tuple[Case, list[Layout], layout.Rows]:
    """The answers with the worst point of every neighbour among the receptors, found by refining, until it breaks no limit."""
    keep, case, layouts, rows = _past_buildings(whole, asked, quick, keep)
    voice, before = asked.voices[asked.used], len(case.receptors)
    while True:
        chosen, broken = layouts[asked.used].chosen, False
        if asked.wanted is None:
            refined, broken = worst_points(land, case, voice, chosen, everybody=False)
        if not broken:
            refined, broken = worst_points(land, case, voice, chosen)
        if not broken or asked.wanted is not None:
            break
        case = refined  # with more receptors behind those that were there, so the rows still hold
        layouts[asked.used], rows = layout.most_units(case.hearing, demand_for(case, voice), rows, NOTHING)
    new = np.arange(before, len(refined.receptors))
    for k, other in enumerate(asked.voices):  # the other sounds' layouts keep to the points found, too
        demand = demand_for(refined, other)
        over = layout.excess(demand, together(refined.hearing, layouts[k].chosen, new), new)
        if k != asked.used and asked.wanted is None and (over > layout.OVER_DB).any():
            layouts[k], rows = layout.most_units(refined.hearing, demand, rows, NOTHING)
    chosen_all = [each.chosen for each in layouts]
    if (
        _near_limits(whole, asked, chosen_all, SURELY_DB) & ~keep
    ).any():  # the layouts moved toward points left out
        return _with_worst_points(land, whole, asked, chosen_all, keep)
    return refined, layouts, rows


def _past_buildings(
    whole: Case, asked: Asked, quick: list[Ints], keep: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], Case, list[Layout], layout.Rows]:
    """The answers with every point between others that a layout comes near to, if there were no buildings.

    Points are taken in where that level is within `NEAR_DB` of the limit, until none is left out within `SURELY_DB`.
    """
    found = quick
    while True:
        keep = keep | _near_limits(whole, asked, found, NEAR_DB)
        case = narrowed(whole, keep)
        rows = layout.first_rows(case.hearing, demand_for(case, asked.voices[asked.used]))
        layouts, rows = _answers(case, asked, rows)
        found = [each.chosen for each in layouts]
        if not (_near_limits(whole, asked, found, SURELY_DB) & ~keep).any():
            return keep, case, layouts, rows


def _near_limits(case: Case, asked: Asked, layouts: list[Ints], near_db: float) -> NDArray[np.bool_]:
    """Receptors that one of the layouts, with nothing in its way, brings so near their limit."""
    near = np.zeros(len(case.receptors), bool)
    if case.receptors.between.any():
        for voice, chosen in zip(asked.voices, layouts, strict=True):
            near |= layout.excess(demand_for(case, voice), open_together(case.hearing, chosen)) > -near_db
    return near


def _answers(case: Case, asked: Asked, rows: layout.Rows) -> tuple[list[Layout], layout.Rows]:
    """A layout for each sound; the transfer is the same, the power differs."""
    if asked.wanted is not None:
        return _wanted_answers(case, asked, asked.wanted, rows)
    found: dict[int, Layout] = {}
    for chain in _chains(asked):
        legal = NOTHING
        for k in chain:
            found[k], rows = layout.most_units(case.hearing, demand_for(case, asked.voices[k]), rows, legal)
            legal = found[k].chosen
    return [found[k] for k in range(len(asked.voices))], rows


def _wanted_answers(
    case: Case, asked: Asked, wanted: int, rows: layout.Rows
) -> tuple[list[Layout], layout.Rows]:
    """One layout of the wanted number for all sounds, the quietest under the one that is used, and the bound for each."""
    demand = demand_for(case, asked.voices[asked.used])
    most, rows = layout.most_units(case.hearing, demand, rows, NOTHING)
    parts = (
        [most.chosen] if len(most.chosen) >= wanted else []
    )  # where as many are legal, a part of them will do
    chosen, rows = layout.quietest_units(case.hearing, demand, wanted, rows, parts)
    bounds = [layout.only_bound(case.hearing, demand_for(case, voice), rows) for voice in asked.voices]
    return [replace(each, chosen=chosen) for each in bounds], rows


def _at_source(land: Land, case: Case, asked: Asked, rows: layout.Rows) -> tuple[list[Case], list[Layout]]:
    """A layout for each sound, and the case with the receptors that stand round its units."""
    wanted: Ints | None = None
    if asked.wanted is not None:
        demand = demand_for(case, asked.voices[asked.used])
        wanted, rows = layout.quietest_units(case.hearing, demand, asked.wanted, rows, [])
    found = [most_at_distance(land, case, voice, rows, wanted) for voice in asked.voices]
    return [each[0] for each in found], [each[1] for each in found]


def _reaches(
    land: Land, site: Site, asked: Asked, environment: Environment, counts: list[int]
) -> list[float]:
    """How far neighbours must be looked for, for each sound, so that none beyond can be over the ordinance's lowest limits.

    Where machines are there already, so far that the units alone stay `SMALL_DB` below: beyond they add 0.14 dB at the most.
    """
    if asked.ordinance is None or asked.ordinance.measured.at not in AT_LINES:
        return [0.0] * len(counts)
    reflecting, air = land.reflects, noise.air_db_per_m(environment)
    side = 10 ** (noise.loudest_side_db(asked.unit) / 10)
    small = SMALL_DB if land.machines else 0.0
    x0, y0, x1, y1 = start_of(site).bounds
    tall = asked.ordinance.measured.at == "facade"  # mean heights for which the standard states less
    across_m = math.inf if tall else math.hypot(x1 - x0, y1 - y0)
    reaches = []
    for voice, count in zip(asked.voices, counts, strict=True):
        told = replace(asked.operation, tone=voice.tonal)
        lowest = strictest(asked.ordinance, told)
        shut = leaves_no_room(asked.ordinance, told)  # over it anywhere, so near by as well
        units = count if asked.wanted is None else asked.wanted
        sent = units * side * energies(voice.sound, asked.metrics)
        far = [
            _heard_to(
                sent[metric],
                float(lowest[metric]) - small,
                float(voice.sigma_db[metric]),
                asked,
                reflecting,
                air,
                across_m,
            )
            for metric in np.flatnonzero(np.isfinite(lowest) & ~shut).tolist()
        ]
        reaches.append(max(far, default=0.0))
    return reaches


def _heard_to(
    sent: Floats,
    limit_db: float,
    sigma_db: float,
    asked: Asked,
    reflecting: bool,
    air: Floats,
    across_m: float,
) -> float:
    """The reach of one sound in one metric, with the margin of the wanted confidence near by, or of what lies farther off."""
    z = uncertainty.quantile(asked.operation.confidence)
    near, beyond = (
        noise.reach_m(sent, limit_db - max(0.0, z * math.hypot(method, sigma_db)), reflecting, air)
        for method in (uncertainty.STATED_DB, uncertainty.BEYOND_DB)
    )
    return near if beyond + across_m <= uncertainty.FAR_M else beyond
