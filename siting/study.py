"""The steps in order: land, lot, poses, transfer, layout, verdict; the same function for one lot and for a county of them."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from siting import findings, layout, noise
from siting.case import NEAR_DB, SURELY_DB, Case, make_case, narrowed
from siting.model import Environment, Layout, Ordinance, Question, Sound, State, Unit
from siting.ordinance import strictest_limit
from siting.outcome import PlacedUnit, Reading, Study
from siting.placement import MOST_UNITS, body_polygon, lattice_poses
from siting.receptors import nearest_reach_m, neighbours
from siting.scene.elevation import ground_at
from siting.site import Land, make_site
from siting.sound import readings, resolve_sound
from siting.surroundings import ENVIRONMENT
from siting.verdict import reasons, state_of

ACROSS_M = 200.0  # how far the lot across a street is looked for, where limits hold at the own lot line


def assess(
    land: Land,
    row: int,
    unit: Unit,
    ordinance: Ordinance | None,
    question: Question,
    sound_at: str | None = None,
    environment: Environment = ENVIRONMENT,
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

    Returns
    -------
    Study

    Raises
    ------
    InputError
        Where the lot, the terrain or the receptors cannot be used.
    """
    sounds = readings(unit, sound_at)
    used = [s.reading for s in sounds].index(resolve_sound(unit, sound_at).reading)
    site, terrain = make_site(land, row, ordinance)
    poses = lattice_poses(site, unit)
    own_line = ordinance is not None and ordinance.measured_at == "lot line"
    reach = max(ACROSS_M if own_line else findings.NEARBY_M, nearest_reach_m(land, row, site))
    while True:
        whole = make_case(land, row, site, terrain, poses, unit, ordinance, question, environment, reach)
        case = narrowed(whole, ~whole.receptors.between)
        quick, rows = _quick_layouts(case, unit, sounds)
        need = _reach(land, ordinance, unit, question, sounds, quick)
        if need <= reach:
            case, layouts, rows = _past_buildings(whole, unit, question, sounds, quick)
            need = _reach(land, ordinance, unit, question, sounds, layouts)
            if need <= reach:
                break
        reach = 1.1 * need
    layouts = [_whole(case, unit, s, a) for s, a in zip(sounds, layouts, strict=True)]
    return _study(land, case, unit, ordinance, question, sounds, used, layouts, rows)


def wanted_units(question: Question, unit: Unit) -> int | None:
    """The number of units asked for: N, or the load's units and spares; None for as many as allowed."""
    if question.mode == "units":
        return question.units
    if question.mode == "load":
        assert question.load_kw is not None
        return math.ceil(question.load_kw / unit.kw - 1e-9) + question.spare
    return None


def _quick_layouts(case: Case, unit: Unit, sounds: tuple[Sound, ...]) -> tuple[list[Layout], layout.Rows]:
    """About how many units are legal under each reading; as many as the search ends at are legal for quieter ones too."""
    rows = layout.first_rows(unit, case.poses, case.demand)
    found: list[Layout] = []
    for sound, louder in zip(reversed(sounds), (None, *reversed(sounds)), strict=False):
        if louder is not None and len(found[0].chosen) >= MOST_UNITS:
            quick = replace(found[0], level=found[0].level + (sound.power_dba - louder.power_dba))
        else:
            quick, rows = layout.quick_layout(unit, case.poses, case.demand, sound.power_dba, rows)
        found.insert(0, quick)
    return found, rows


def _past_buildings(
    whole: Case, unit: Unit, question: Question, sounds: tuple[Sound, ...], found: list[Layout]
) -> tuple[Case, list[Layout], layout.Rows]:
    """The answers with every point between others that a layout comes near to, if there were no buildings.

    Points are taken in where that level is within `NEAR_DB` of the limit, until none is left out within `SURELY_DB`.
    """
    keep = ~whole.receptors.between
    while True:
        keep |= _near_limits(whole, unit, sounds, found, NEAR_DB)
        case = narrowed(whole, keep)
        quick, rows = _quick_layouts(case, unit, sounds)
        found, rows = _answers(case, unit, question, sounds, rows, quick)
        if not (_near_limits(whole, unit, sounds, found, SURELY_DB) & ~keep).any():
            return case, found, rows


def _near_limits(
    case: Case, unit: Unit, sounds: tuple[Sound, ...], layouts: list[Layout], near_db: float
) -> NDArray[np.bool_]:
    """Receptors that one of the layouts, with nothing in its way, brings so near their limit."""
    near = np.zeros(len(case.receptors), bool)
    if case.receptors.between.any():
        for sound, found in zip(sounds, layouts, strict=True):
            level = layout.open_levels(unit, case.poses, case.demand, found.chosen, sound.power_dba)
            near |= level > case.demand.planning_dba - near_db
    return near


def _answers(
    case: Case,
    unit: Unit,
    question: Question,
    sounds: tuple[Sound, ...],
    rows: layout.Rows,
    quick: list[Layout],
) -> tuple[list[Layout], layout.Rows]:
    """A layout under each reading of the stated level; the transfer is the same, the power differs."""
    found: list[Layout] = []
    louder = sounds[-1]
    for sound, start in zip(reversed(sounds), reversed(quick), strict=True):
        # the loudest reading first: what is legal there is legal for the quieter ones
        if found and len(found[0].chosen) > len(start.chosen):
            level = found[0].level + (sound.power_dba - louder.power_dba)
            start = replace(start, chosen=found[0].chosen, level=level)
        answer, rows = layout.most_units(unit, case.poses, case.demand, sound.power_dba, rows, start)
        found.insert(0, answer)
        louder = sound
    wanted = wanted_units(question, unit)
    if wanted is None:
        return found, rows
    # the quietest layout of a given number does not depend on the power; where that many are legal, a part of theirs will do
    legal = [answer.chosen for answer in found if len(answer.chosen) >= wanted]
    chosen, rows = layout.quietest_units(unit, case.poses, case.demand, wanted, rows, legal)
    unheard = np.full(len(case.receptors), np.nan)
    return [replace(answer, chosen=chosen, level=unheard) for answer in found], rows


def _whole(case: Case, unit: Unit, sound: Sound, answer: Layout) -> Layout:
    """A layout with a level at every receptor: exact near limits, over open land where far below (`layout.completed`)."""
    level, _ = layout.completed(unit, case.poses, case.demand, answer.chosen, sound.power_dba, answer.level)
    return replace(answer, level=level)


def _reach(
    land: Land,
    ordinance: Ordinance | None,
    unit: Unit,
    question: Question,
    sounds: tuple[Sound, ...],
    layouts: list[Layout],
) -> float:
    """How far neighbours must be looked for so that none beyond can be over the ordinance's lowest limit."""
    if ordinance is None or ordinance.measured_at != "receiving lot line":
        return 0.0
    limit, wanted = strictest_limit(ordinance), wanted_units(question, unit)
    counts = [len(answer.chosen) for answer in layouts] if wanted is None else [wanted] * len(sounds)
    loudest, reflecting = noise.loudest_side_db(unit), bool((land.building_heights_m > 0).any())
    return max(
        noise.reach_m(s.power_dba + loudest, n, limit, reflecting)
        for s, n in zip(sounds, counts, strict=True)
    )


def _study(
    land: Land,
    case: Case,
    unit: Unit,
    ordinance: Ordinance | None,
    question: Question,
    sounds: tuple[Sound, ...],
    used: int,
    layouts: list[Layout],
    rows: layout.Rows,
) -> Study:
    """Put what was found into the frozen answer; levels at listed receptors are those of the layout's scene, to the bit."""
    sound, answer = sounds[used], layouts[used]
    listed, unlisted = findings.listed_receptors(case, answer.level)
    placed = _placed(case, answer)
    which = np.flatnonzero(listed)
    answer.level[which] = noise.scene_levels(case.around, unit, sound, placed, case.receptors.xy[which])
    answers = tuple(
        _reading(case, question, unit, s, a, s is sound) for s, a in zip(sounds, layouts, strict=True)
    )
    shown = findings.level_rows(case, ordinance, answer.level, which)
    scene = noise.unit_scene(case.around, unit, sound, placed, findings.receivers(shown, case))
    scene = replace(scene, crs=case.site.crs)
    alone = None if len(answer.chosen) else findings.stopped_by(case, unit, ordinance, sound, rows)
    wanted = wanted_units(question, unit)
    return Study(
        question=question,
        unit=unit,
        sound=sound,
        ordinance=ordinance,
        site=case.site,
        neighbours=neighbours(land, case.receptors, {row.neighbour for row in shown}),
        step_m=case.poses.step_m,
        placed=placed,
        bound=answer.bound,
        bound_by="space" if answer.bound_by < 0 else case.receptors.id[answer.bound_by],
        levels=tuple(shown),
        worst_terms=findings.worst_terms(scene, shown),
        readings=answers,
        verdict=reasons(
            answers[used].state, shown, case.site, ordinance, len(placed), wanted, alone, len(case.receptors)
        ),
        assumptions=findings.assumptions(unit, sound, case, ordinance is not None),
        notes=(*findings.warnings(case), *findings.search_end(question, unit, answers), *unlisted),
        environment=case.around.environment,
        scene=scene,
        inputs=findings.inputs(land, case, unit, ordinance),
    )


def _reading(
    case: Case, question: Question, unit: Unit, sound: Sound, answer: Layout, chosen: bool
) -> Reading:
    margin = case.limits - answer.level[:, None]
    known = margin[np.isfinite(margin)]
    state: State = state_of(
        answer.level, case.limits, len(answer.chosen), wanted_units(question, unit), answer.bound > 0
    )
    return Reading(
        reading=sound.reading,
        chosen=chosen,
        power_dba=sound.power_dba,
        state=state,
        units=len(answer.chosen),
        bound=answer.bound,
        worst_margin_db=float(known.min()) if known.size else None,
    )


def _placed(case: Case, answer: Layout) -> tuple[PlacedUnit, ...]:
    """Units numbered row by row of the lattice."""
    poses, placed = case.poses, []
    heights = ground_at(case.around.prepared.ground, poses.xy[answer.chosen]).tolist()
    for k, p in enumerate(answer.chosen, start=1):
        x, y = map(float, poses.xy[p])
        rotation = float(poses.rotation_deg[p])
        ground = heights[k - 1] if case.terrain is not None else None
        placed.append(PlacedUnit(f"U{k}", x, y, rotation, body_polygon(x, y, rotation, poses.body_m), ground))
    return tuple(placed)
