"""What a study tells beside its layout: which neighbours it lists, the worst point's arithmetic, assumptions and warnings."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from siting import layout, noise, surroundings
from siting.case import Case
from siting.model import FOOT_M, Assumption, Facts, Floats, Ints, Ordinance, Question, Sound, Unit
from siting.outcome import PathTerms, Reading, ReceptorLevel
from siting.parts import Receiver, Scene
from siting.placement import MOST_UNITS
from siting.receptors import RAYS
from siting.site import Land
from siting.surroundings import Surroundings
from siting.verdict import receptor_levels, urgency, worst_row

NEARBY_M = 50.0  # neighbours this near are always listed
LISTED_DB = 10.0  # farther ones where their margin is smaller than this, or not known
OPEN_DIRECTIONS = 6  # a street seen along its length is open too


def listed_receptors(case: Case, level: Floats) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Which receptors a study lists (R,), all of a neighbour or none, and a note that counts the others.

    Listed are neighbours near by, those within `LISTED_DB` of a limit, and those whose limit is not known; of the points
    between others only those over a limit and the worst of each neighbour.
    """
    shown = (case.receptors.distance_m <= NEARBY_M) | ~case.demand.known
    excess = level - case.demand.planning_dba
    shown |= excess > -LISTED_DB
    shown[excess.argmax() if len(excess) else []] = True  # the smallest margin is always told
    lots = np.zeros(int(case.demand.neighbour.max(initial=-1)) + 1, bool)
    lots[case.demand.neighbour[shown]] = True
    listed, told = lots[case.demand.neighbour], _told(case, excess)
    if listed.all():
        return listed & told, ()
    loudest = float(level[~listed].max())
    heard = f" (at most {loudest:.1f} dB(A))" if np.isfinite(loudest) else ""
    return listed & told, (
        f"{int((~lots).sum())} lots farther than {NEARBY_M:g} m ({NEARBY_M / FOOT_M:.0f} ft) are more than {LISTED_DB:g} dB "
        f"below their limit{heard} and are not listed.",
    )


def _told(case: Case, excess: Floats) -> NDArray[np.bool_]:
    """Receptors that say something of their neighbour (R,): of the points between others those over a limit and the worst."""
    told = ~case.receptors.between | (excess > 0)
    order = np.argsort(-excess, kind="stable")
    _, first = np.unique(case.demand.neighbour[order], return_index=True)
    told[order[first]] = True
    return told


def level_rows(case: Case, ordinance: Ordinance | None, level: Floats, which: Ints) -> list[ReceptorLevel]:
    """The rows of some receptors, given by their indices."""
    height = case.around.environment.receptor_height_m
    return receptor_levels(case.receptors, ordinance, case.classes, case.limits, level, height, which)


def stopped_by(
    case: Case, unit: Unit, ordinance: Ordinance | None, sound: Sound, rows: layout.Rows
) -> ReceptorLevel | None:
    """The receptor that stops even a single unit in the quietest place; None where there is no place or no receptor."""
    if ordinance is None or not len(case.receptors) or not len(case.poses):
        return None
    one = layout.quietest_pose(case.poses, rows)
    excess, worst = layout.nearest_to_limit(unit, case.poses, case.demand, one)
    level = np.full(len(case.receptors), excess + sound.power_dba) + case.demand.planning_dba
    return min(level_rows(case, ordinance, level, np.array([worst])), key=urgency)


def receivers(rows: list[ReceptorLevel], case: Case) -> tuple[Receiver, ...]:
    """The receptors of some rows as receivers of a scene, each once."""
    height = case.around.environment.receptor_height_m
    return tuple(
        Receiver(id, x, y, height_m=height)
        for id, x, y in dict.fromkeys((row.id, row.x, row.y) for row in rows)
    )


def worst_terms(scene: Scene, rows: list[ReceptorLevel]) -> tuple[PathTerms, ...]:
    """Every path from every unit to the worst receptor, the loudest first."""
    worst = worst_row(rows)
    if worst is None or not scene.sources:
        return ()
    here = next(receiver for receiver in scene.receivers if receiver.id == worst.id)
    return noise.path_terms(replace(scene, receivers=(here,)))


def warnings(case: Case) -> tuple[str, ...]:
    """What the levels rest on, what was done to the lot and the receptors, and where the file may lack neighbours."""
    count = case.receptors.open_directions
    alone = (
        f"In {count} of {RAYS} directions from lot {case.site.id} the parcel file has no lot within {case.reach_m:.0f} m "
        f"({case.reach_m / FOOT_M:.0f} ft): if somebody lives there, this study does not know it.",
    )
    said = (*in_the_levels(case.around), *case.site.notes, *case.receptors.notes)
    return (*said, *(alone if count > OPEN_DIRECTIONS else ()))


def in_the_levels(around: Surroundings) -> tuple[str, ...]:
    """Which buildings, which terrain and which ground the levels were computed with, and which buildings not."""
    scene = around.scene
    houses = len({building.id.partition("/")[0] for building in scene.buildings})
    said = [
        f"{houses:,} building{'s screen and reflect' if houses > 1 else ' screens and reflects'}"
        if houses
        else "no building screens or reflects",
        f"ground heights from {scene.terrain.name}" if scene.terrain else "flat ground",
        *([f"{len(scene.ground):,} pieces of ground of known ground factor"] if scene.ground else []),
    ]
    notes = [f"In the levels: {', '.join(said)}. Walls, fences and plants are not in them."]
    if around.unknown_heights:
        count = around.unknown_heights
        notes.append(
            f"{count:,} buildings near by have no known height: they neither screen nor reflect."
            if count > 1
            else "1 building near by has no known height: it neither screens nor reflects."
        )
    if around.off_terrain:
        notes.append(
            f"{around.off_terrain:,} of the buildings near by stand where the terrain has no heights: they neither screen nor "
            "reflect."
        )
    return tuple(notes)


def search_end(question: Question, unit: Unit, answers: tuple[Reading, ...]) -> tuple[str, ...]:
    """A note where the search for as many as allowed ended at its largest number."""
    if question.mode != "max" or all(answer.units < MOST_UNITS for answer in answers):
        return ()
    return (
        f"The search for as many as allowed ends at {MOST_UNITS} units ({MOST_UNITS * unit.kw / 1000:g} MW): more may be "
        "legal; ask for a larger number with --units.",
    )


def assumptions(unit: Unit, sound: Sound, case: Case, limited: bool) -> tuple[Assumption, ...]:
    """Every value that the verdict rests on and that the user did not give, and the reading."""
    told = {
        "assumed": "the maker does not say where the level holds; 7 m is the trade's convention and the loud reading",
        "given": "stated with --sound-at",
    }
    return (
        Assumption(
            "sound.reading", sound.reading, sound.origin, told.get(sound.origin, "from the unit's file")
        ),
        *unit.assumptions,
        *case.site.assumptions,
        *surroundings.assumptions(case.around),
        Assumption(
            "lattice.step_m",
            case.poses.step_m,
            "assumed",
            "poses stand on a lattice along the lot's main direction",
        ),
        Assumption(
            "neighbours.reach_m",
            round(case.reach_m, 1),
            "assumed",
            "lots of the parcel file within this distance"
            + ("; beyond it no layout found reaches the ordinance's lowest limit" if limited else ""),
        ),
    )


def inputs(land: Land, case: Case, unit: Unit, ordinance: Ordinance | None) -> tuple[Facts, ...]:
    """Every file that the study read."""
    terrain = () if case.terrain is None else (case.terrain.source,)
    return (
        *land.inputs,
        *terrain,
        *case.around.inputs,
        unit.source,
        *(() if ordinance is None else (ordinance.source,)),
    )
