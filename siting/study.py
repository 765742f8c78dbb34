"""The steps in order: land, lot, poses, transfer, layout, verdict; the same function for one lot and for a county of them."""

import math

import numpy as np

from siting import findings, layout, noise
from siting.case import Case, make_case
from siting.geodata.terrain import elevation_at
from siting.model import Layout, Ordinance, PlacedUnit, Question, Reading, Sound, State, Study, Unit
from siting.ordinance import strictest_limit
from siting.placement import body_polygon, lattice_poses
from siting.receptors import nearest_reach_m, neighbours
from siting.site import Land, make_site
from siting.sound import readings, resolve_sound
from siting.verdict import reasons, state_of

ACROSS_M = 200.0  # how far the lot across a street is looked for, where limits hold at the own lot line


def assess(
    land: Land,
    row: int,
    unit: Unit,
    ordinance: Ordinance | None,
    question: Question,
    sound_at: str | None = None,
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
        case = make_case(land, row, site, terrain, poses, ordinance, question, reach)
        quick, rows = _quick_layouts(case, unit, sounds)
        need = _reach(ordinance, unit, question, sounds, quick)
        if need <= reach:
            layouts, rows = _answers(case, unit, question, sounds, rows, quick)
            need = _reach(ordinance, unit, question, sounds, layouts)
            if need <= reach:
                break
        reach = 1.1 * need
    answers = tuple(
        _reading(case, unit, question, s, a, s is sounds[used]) for s, a in zip(sounds, layouts, strict=True)
    )
    return _study(land, case, unit, ordinance, question, sounds[used], layouts[used], answers, rows)


def wanted_units(question: Question, unit: Unit) -> int | None:
    """The number of units asked for: N, or the load's units and spares; None for as many as allowed."""
    if question.mode == "units":
        return question.units
    if question.mode == "load":
        assert question.load_kw is not None
        return math.ceil(question.load_kw / unit.kw - 1e-9) + question.spare
    return None


def _quick_layouts(case: Case, unit: Unit, sounds: tuple[Sound, ...]) -> tuple[list[Layout], layout.Rows]:
    """About how many units are legal under each reading."""
    rows = layout.first_rows(unit, case.poses, case.demand)
    found = []
    for sound in sounds:
        quick, rows = layout.quick_layout(unit, case.poses, case.demand, sound.power_dba, rows)
        found.append(quick)
    return found, rows


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
    for sound, start in zip(reversed(sounds), reversed(quick), strict=True):
        # the loudest reading first: what is legal there is legal for the quieter ones
        if found and len(found[0].chosen) > len(start.chosen):
            start = layout.with_chosen(unit, case.poses, case.demand, start, found[0].chosen, sound.power_dba)
        answer, rows = layout.most_units(unit, case.poses, case.demand, sound.power_dba, rows, start)
        found.insert(0, answer)
    wanted = wanted_units(question, unit)
    if wanted is None:
        return found, rows
    # the quietest layout of a given number does not depend on the power; where that many are legal, a part of theirs will do
    legal = [answer.chosen for answer in found if len(answer.chosen) >= wanted]
    chosen, rows = layout.quietest_units(unit, case.poses, case.demand, wanted, rows, legal)
    return [
        layout.with_chosen(unit, case.poses, case.demand, answer, chosen, sound.power_dba)
        for answer, sound in zip(found, sounds, strict=True)
    ], rows


def _reach(
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
    return max(noise.reach_m(s.power_dba, n, limit) for s, n in zip(sounds, counts, strict=True))


def _study(
    land: Land,
    case: Case,
    unit: Unit,
    ordinance: Ordinance | None,
    question: Question,
    sound: Sound,
    answer: Layout,
    answers: tuple[Reading, ...],
    rows: layout.Rows,
) -> Study:
    """Put what was found for the reading used into the frozen answer."""
    listed, unlisted = findings.listed_receptors(case, answer.level)
    shown = findings.level_rows(case, ordinance, answer.level, np.flatnonzero(listed))
    placed = _placed(case, answer)
    state = next(reading.state for reading in answers if reading.chosen)
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
        worst_terms=findings.worst_terms(unit, sound, placed, shown),
        readings=answers,
        verdict=reasons(state, shown, case.site, ordinance, len(placed), wanted, alone, len(case.receptors)),
        assumptions=findings.assumptions(unit, sound, case, ordinance is not None),
        notes=(*findings.warnings(case), *findings.search_end(question, unit, answers), *unlisted),
        inputs=findings.inputs(land, case, unit, ordinance),
    )


def _reading(
    case: Case, unit: Unit, question: Question, sound: Sound, answer: Layout, chosen: bool
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
    for k, p in enumerate(answer.chosen, start=1):
        x, y = map(float, poses.xy[p])
        rotation = float(poses.rotation_deg[p])
        ground = elevation_at(case.terrain, x, y) if case.terrain is not None else None
        placed.append(PlacedUnit(f"U{k}", x, y, rotation, body_polygon(x, y, rotation, poses.body_m), ground))
    return tuple(placed)
