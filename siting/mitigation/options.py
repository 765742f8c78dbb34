"""Remedies that build nothing, and quieter enclosures."""

import math
from dataclasses import replace

import shapely

from siting.mitigation.ask import Ask, Runs, kept_off, passes, quieter, without_machine
from siting.mitigation.rows import heard, needed_db, of_units, over_db, rows_of
from siting.mitigation.walls import places_between
from siting.model import FOOT_M, State
from siting.outcome import Study
from siting.remedy import Remedy

STEP_DB = 0.5
MOST_DB = 30.0  # no enclosure is so much quieter than another
TRIES = 4  # steps that a full run may ask for beyond the arithmetic
MOVED_M = 20 * FOOT_M
HOPE_DB = 0.5  # over by so little with the units where they stand, a full run may still find them a place
SURE = 0.95  # a limit kept at this confidence is a PASS
SILENCED = 3  # machines of which full runs are made


def quieter_option(
    runs: Runs, ask: Ask, study: Study, units: int, smaller: bool = True
) -> tuple[Remedy | None, str]:
    """The fewest decibels, in steps of `STEP_DB`, with which a full run keeps every limit; or why there are none."""
    needed = needed_db(rows_of(study), study.scene)
    if needed > MOST_DB:
        why = (
            "the sound that is there already is too loud without them"
            if needed == math.inf
            else f"{needed:.1f} dB were needed"
        )
        return None, f"No quieter enclosure of up to {MOST_DB:g} dB makes it pass: {why}."
    by_db = max(math.ceil((needed - 1e-9) / STEP_DB), 1) * STEP_DB
    found = None
    for _ in range(TRIES):
        found = runs.of(quieter(ask, by_db))
        if passes(found, units):
            break
        by_db += STEP_DB
    else:
        return None, f"An enclosure {by_db - STEP_DB:g} dB quieter does not make it pass."
    while smaller and by_db > STEP_DB:
        less = runs.of(quieter(ask, by_db - STEP_DB))
        if not passes(less, units):
            break
        by_db, found = by_db - STEP_DB, less
    return confirmed(Remedy("quieter unit", units, quieter_db=by_db), found), ""


def confirmed(remedy: Remedy, study: Study) -> Remedy:
    """The remedy with the state and the smallest margin of the run that confirmed it."""
    margins = [row.margin_db for row in study.levels if row.margin_db is not None]
    return replace(remedy, state=study.verdict.state, margin_db=min(margins, default=None))


def cap_option(study: Study, units: int) -> Remedy | None:
    """The units stand, and in some periods not all of them run; the study itself says how many may."""
    if len(study.placed) < units or any(answer.units is None for answer in study.periods):
        return None
    capped = tuple((p.period, p.units) for p in study.periods if p.units is not None and p.units < units)
    if not capped or len(capped) == len(study.periods):
        return None
    state: State = "PASS" if study.operation.confidence >= SURE else "MARGINAL PASS"
    return Remedy("period cap", units, running=capped, state=state)


def moved_option(runs: Runs, ask: Ask, study: Study, units: int) -> tuple[Remedy | None, str]:
    """All units farther from the line beyond which the loudest neighbour lies."""
    lines = [
        place
        for place in places_between(study)
        if place.where.endswith("lot line") or "lot line (" in place.where
    ]
    if not lines:
        return None, ""
    bodies = shapely.union_all([unit.body for unit in study.placed])
    nearest = min(lines, key=lambda place: place.line.distance(bodies))
    away = nearest.line.distance(bodies) + MOVED_M
    where = nearest.where.replace("along", "from")
    found = runs.of(kept_off(ask, nearest.line.buffer(away)))
    if passes(found, units):
        return confirmed(Remedy("moved yard", units, where=where, kept_off_m=away), found), ""
    return None, (
        f"A larger setback {where} does not help ({away / FOOT_M:.0f} ft were tried): the units stand where they are heard least "
        "already."
    )


def turning(study: Study) -> str:
    """What turning the units would bring."""
    if study.unit.sound.directivity_db is None:
        return "Turning the units does not help: they are as loud all round."
    return "Turning the units does not help: every way round was tried, and each stands the way it is heard least."


def silenced_options(runs: Runs, ask: Ask, study: Study, units: int) -> tuple[list[Remedy], list[str]]:
    """Machines that are there, each silenced by itself: those with which it passes, and a sentence on the others."""
    machines = ask.land.machines
    if not machines:
        return [], []
    rows = rows_of(study)
    found, left = [], []
    for machine in machines:
        if not any(source.id == machine.id for source in study.scene.sources):
            continue
        rest = tuple(source for source in study.scene.sources if source.id != machine.id)
        left.append((over_db(rows, heard(rows, replace(study.scene, sources=rest))), machine.id))
    for over, id in sorted(left)[:SILENCED]:
        if over > HOPE_DB:
            break
        answer = runs.of(without_machine(ask, id))
        if passes(answer, units):
            found.append(confirmed(Remedy("machine silenced", units, silenced=(id,)), answer))
    share = over_db(rows, heard(rows, of_units(rows, study.scene, False)))
    alone = "; alone they are over a limit" if share > 0 else ""
    said = (
        []
        if found
        else [
            f"Silencing any one of the {len(machines):,} machines that are there does not make it pass{alone}."
        ]
    )
    return found, said
