"""Layouts put together into the frozen answer: levels at listed receptors are those of the layout's scene, to the bit."""

from dataclasses import replace

import numpy as np

from siting import layout, noise
from siting.geodata.parcels import file_places
from siting.model import Floats, Ints, Layout, State
from siting.outcome import PlacedUnit, Reading, Study
from siting.placement import body_polygon, runs
from siting.receptors.around import neighbours
from siting.scene.elevation import ground_at
from siting.site import Land
from siting.study import findings, reasons
from siting.study.asked import Asked
from siting.study.case import Case, demand_for, limits_of, sigma_db
from siting.study.one_more import search_of
from siting.study.periods import period_answers
from siting.study.voices import Voice
from siting.study.yard import Yard
from siting.verdict import (
    Compared,
    compared,
    governing,
    is_allowed,
    receptor_levels,
    state_of,
    worst_of_each_neighbour,
)


def study(
    land: Land,
    yard: Yard,
    cases: list[Case],
    layouts: list[Layout],
    asked: Asked,
    rows: layout.Rows | None,
    seconds: float,
) -> Study:
    """The whole answer for one lot, from a case and a layout for every sound.

    Parameters
    ----------
    rows : Rows, optional
        Receptors as they hear every pose; needed where nothing is placed.
    seconds : float
        What the search took.
    """
    found = [heard(case, voice, each) for case, voice, each in zip(cases, asked.voices, layouts, strict=True)]
    voice, answer, steady = asked.voices[asked.used], layouts[asked.used], found[asked.used]
    case = cases[asked.used]
    limits, sigma = limits_of(case, voice), sigma_db(case, voice)
    listed, unlisted = findings.listed_receptors(case, compared(limits, steady, sigma, case.asked.metrics))
    placed = _placed(case, answer.chosen)
    which = np.flatnonzero(listed)
    scene = noise.unit_scene(case.around, asked.unit, voice.sound, placed, (), case.machines)
    steady[which] = noise.scene_levels(
        scene, case.receptors.xy[which], case.receptors.height_m[which], case.asked.metrics
    )
    judged = compared(limits, steady, sigma, case.asked.metrics)
    answers = tuple(
        _reading(cases[k], asked, k, each, heard_there, judged if k == asked.used else None)
        for k, (each, heard_there) in enumerate(zip(layouts, found, strict=True))
    )
    shown = _rows(land, case, voice, judged, which)
    scene = replace(scene, crs=case.site.crs, receivers=findings.receivers(shown))
    alone = None if placed or rows is None else findings.stopped_by(land, case, voice, rows)
    used = answers[asked.used]
    unverified = limits.unverified
    return Study(
        question=asked.question,
        unit=asked.unit,
        sound=voice.sound,
        ordinance=asked.ordinance,
        site=case.site,
        neighbours=neighbours(land, case.receptors, {row.neighbour for row in shown}),
        step_m=case.poses.step_m,
        placed=placed,
        bound=answer.bound,
        bound_by="space" if answer.bound_by < 0 else case.receptors.id[answer.bound_by],
        levels=tuple(shown),
        worst_terms=findings.worst_terms(scene, shown),
        readings=answers,
        periods=period_answers(case, voice, answer.chosen, placed, judged, which),
        zones=findings.zones(case),
        deviations=findings.deviations(case, voice, judged),
        operation=case.asked.operation,
        existing=land.machines,
        unverified=unverified,
        warnings=findings.hidden_by_dba(answers, voice.tonal),
        verdict=reasons.verdict(
            used.state,
            used.allowed,
            shown,
            case.site,
            asked.ordinance,
            case.asked.operation,
            len(placed),
            asked.wanted,
            alone,
            len(case.receptors),
            unverified,
        ),
        assumptions=findings.assumptions(land, asked.unit, voice, case, limits),
        notes=(
            *findings.warnings(land, case),
            *findings.already_over(case, limits),
            *limits.notes,
            *findings.search_end(asked.question, asked.unit, answers),
            *unlisted,
        ),
        environment=case.around.environment,
        scene=scene,
        inputs=findings.inputs(land, case, asked.unit, asked.ordinance),
        placing=asked.placing,
        items=yard.items,
        runs=runs(yard.services, case.poses.xy[answer.chosen]),
        search=search_of(case, voice, answer, placed, steady, seconds),
    )


def heard(case: Case, voice: Voice, answer: Layout) -> Floats:
    """Levels of a layout and the machines that are there, (R, M): exact near limits, over open land where far below."""
    energy, _ = layout.completed(case.hearing, demand_for(case, voice), answer.chosen)
    with np.errstate(divide="ignore"):
        return np.asarray(10 * np.log10(energy @ voice.mix.T + case.existing))


def _rows(
    land: Land, case: Case, voice: Voice, judged: Compared, which: Ints
) -> list[findings.ReceptorLevel]:
    """Of every receptor the rule that governs in each period, and of each neighbour's worst receptor all rules."""
    limits = limits_of(case, voice)
    part = Compared(*(values[which] for values in judged))
    places = file_places(land.parcels, case.receptors.xy[which])
    first = receptor_levels(case.receptors, limits, part, governing(limits, part), places, which)
    worst = {row.id for row in worst_of_each_neighbour(first)}
    full = np.array([case.receptors.id[k] in worst for k in which.tolist()], bool)
    keep = governing(limits, part) | (full[:, None] & ~np.isposinf(part.limit_db))
    return receptor_levels(case.receptors, limits, part, keep, places, which)


def _reading(
    case: Case, asked: Asked, k: int, answer: Layout, steady: Floats, judged: Compared | None
) -> Reading:
    """The answer for one sound."""
    voice = asked.voices[k]
    limits = limits_of(case, voice)
    judged = judged or compared(limits, steady, sigma_db(case, voice), case.asked.metrics)
    placed, possible = len(answer.chosen), answer.bound > 0
    state = state_of(judged.p, placed, asked.wanted, possible)
    margin = judged.limit_db - judged.level_db
    worst = _governing(judged.p, margin)
    return Reading(
        reading=voice.sound.reading,
        spectrum=voice.sound.spectrum,
        chosen=k == asked.used,
        power_dba=voice.sound.power_dba,
        state=state,
        allowed=is_allowed(state, judged.p, case.asked.operation.confidence, placed),
        units=placed,
        bound=answer.bound,
        worst_margin_db=None if worst is None else float(margin[worst]),
        worst_metric=None if worst is None else limits.rules[worst[1]].metric,
        state_dba=_state_in_dba(case, voice, steady, placed, possible),
    )


def _governing(p: Floats, margin: Floats) -> tuple[int, int] | None:
    """Receptor and rule of the most probable exceedance; of those as probable the one with the smallest margin."""
    known = np.isfinite(margin) & ~np.isnan(p)
    if not known.any():
        return None
    most = known & (p >= p[known].max())
    at = np.unravel_index(int(np.where(most, margin, np.inf).argmin()), margin.shape)
    return int(at[0]), int(at[1])


def _state_in_dba(case: Case, voice: Voice, steady: Floats, placed: int, possible: bool) -> State | None:
    """The state that a single number in dB(A) would give, without bands, dB(C) and what a tone takes; None without any."""
    limits = case.limits[False]
    weighted = np.array([rule.metric == "dba" for rule in limits.rules])
    if not weighted.any():
        return None
    found = compared(limits, steady, sigma_db(case, voice), case.asked.metrics)
    return state_of(found.p[:, weighted], placed, case.asked.wanted, possible)


def _placed(case: Case, chosen: Ints) -> tuple[PlacedUnit, ...]:
    """Units numbered row by row of the lattice."""
    poses, placed = case.poses, []
    heights = ground_at(case.around.prepared.ground, poses.xy[chosen]).tolist()
    for k, p in enumerate(chosen.tolist(), start=1):
        x, y = map(float, poses.xy[p])
        rotation = float(poses.rotation_deg[p])
        ground = heights[k - 1] if case.terrain is not None else None
        placed.append(PlacedUnit(f"U{k}", x, y, rotation, body_polygon(x, y, rotation, poses.body_m), ground))
    return tuple(placed)
