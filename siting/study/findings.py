"""What a study tells beside its layout: which neighbours it lists, the worst point's arithmetic, assumptions and warnings."""

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from siting import judgement, layout, noise, surroundings, uncertainty, verdict
from siting import ordinance as rules
from siting.fuel import fuel_assumptions
from siting.geodata.parcels import file_places
from siting.geodata.walls import THICK_M
from siting.law import Ordinance
from siting.model import FOOT_M, Assumption, Facts, Floats, Question, Unit
from siting.ordinance import Limits
from siting.outcome import Deviation, PathTerms, Reading, ReceptorLevel, ZoneCount
from siting.parts import Receiver, Scene
from siting.placement import MOST_UNITS
from siting.receptors.around import RAYS
from siting.site import Land
from siting.study.case import Case, demand_for, limits_of, sigma_db
from siting.study.voices import Voice, spectrum_db
from siting.surroundings import Surroundings
from siting.verdict import Compared, urgency, worst_row

NEARBY_M = 50.0  # neighbours this near are always listed
LISTED_DB = 10.0  # farther ones where their margin is smaller than this, or not known
OPEN_DIRECTIONS = 6  # a street seen along its length is open too


def listed_receptors(case: Case, found: Compared) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Which receptors a study lists (R,), all of a neighbour or none, and a note that counts the others.

    Listed are neighbours near by, those within `LISTED_DB` of a limit, and those whose limit is not known; of the points
    between others only those over a limit and the worst of each neighbour.
    """
    neighbour = case.hearing.neighbour
    shown = (case.receptors.distance_m <= NEARBY_M) | np.isnan(found.p).any(axis=1)
    with np.errstate(invalid="ignore"):
        over = np.nan_to_num(found.level_db - found.limit_db, nan=-np.inf, posinf=np.inf).max(
            axis=1, initial=-np.inf
        )
    likely = np.nan_to_num(found.p, nan=0.0).max(axis=1, initial=0.0)
    shown |= (over > -LISTED_DB) | (likely > 1 - case.asked.operation.confidence)
    shown[over.argmax() if len(over) else []] = True  # the smallest margin is always told
    lots = np.zeros(int(neighbour.max(initial=-1)) + 1, bool)
    lots[neighbour[shown]] = True
    listed, told = lots[neighbour], _told(case, likely, over)
    if listed.all():
        return listed & told, ()
    weighted = [k for k, rule in enumerate(limits_rules(case)) if rule.metric == "dba"]
    loudest = float(found.level_db[~listed][:, weighted].max(initial=-np.inf))
    heard = f" (at most {loudest:.1f} dB(A))" if np.isfinite(loudest) else ""
    return listed & told, (
        f"{int((~lots).sum())} lots farther than {NEARBY_M:g} m ({NEARBY_M / FOOT_M:.0f} ft) are more than {LISTED_DB:g} dB "
        f"below their limit{heard} and are not listed.",
    )


def limits_rules(case: Case) -> tuple[rules.Rule, ...]:
    """The rules of the ordinance, the same for a sound with a tone and without."""
    return next(iter(case.limits.values())).rules


def _told(case: Case, likely: Floats, over: Floats) -> NDArray[np.bool_]:
    """Receptors that say something of their neighbour (R,): of the points between others those over a limit and the worst."""
    told = ~case.receptors.between | (likely > 1 - case.asked.operation.confidence)
    order = np.lexsort((-over, -likely))
    _, first = np.unique(case.hearing.neighbour[order], return_index=True)
    told[order[first]] = True
    return told


def stopped_by(land: Land, case: Case, voice: Voice, rows: layout.Rows) -> ReceptorLevel | None:
    """The receptor that stops even a single unit in the quietest place; None where there is no place or no receptor."""
    if case.asked.ordinance is None or not len(case.receptors) or not len(case.poses):
        return None
    demand, limits = demand_for(case, voice), limits_of(case, voice)
    one = layout.quietest_pose(case.hearing, demand, rows)
    heard, _ = layout.completed(case.hearing, demand, one)
    worst = np.array([int(layout.excess(demand, heard).argmax())])
    with np.errstate(divide="ignore"):
        steady = 10 * np.log10(heard[worst] @ voice.mix.T + case.existing[worst])
    part = replace(limits, limit_db=limits.limit_db[worst])
    found = verdict.compared(part, steady, sigma_db(case, voice)[worst], case.asked.metrics)
    keep = verdict.governing(part, found)
    listed = verdict.receptor_levels(
        case.receptors, limits, found, keep, file_places(land.parcels, case.receptors.xy[worst]), worst
    )
    return min(listed, key=urgency)


def receivers(listed: list[ReceptorLevel]) -> tuple[Receiver, ...]:
    """The receptors of some rows as receivers of a scene, each once."""
    return tuple(
        Receiver(id, x, y, height_m=height)
        for id, x, y, height in dict.fromkeys((row.id, row.x, row.y, row.height_m) for row in listed)
    )


def worst_terms(scene: Scene, listed: list[ReceptorLevel]) -> tuple[PathTerms, ...]:
    """Every path from every unit to the worst receptor, the loudest first."""
    worst = worst_row(listed)
    if worst is None or not scene.sources:
        return ()
    here = next(receiver for receiver in scene.receivers if receiver.id == worst.id)
    return noise.path_terms(replace(scene, receivers=(here,)))


def zones(case: Case) -> tuple[ZoneCount, ...]:
    """How many receptors lie in each zone of the map, and in which class."""
    return () if case.asked.ordinance is None else rules.zone_counts(case.asked.ordinance, case.receptors)


def deviations(case: Case, voice: Voice, found: Compared) -> tuple[Deviation, ...]:
    """The standard deviations of source, method and reading, kept apart, at the receptor nearest to its limit."""
    chance = np.nan_to_num(found.p, nan=-1.0).max(axis=1, initial=-1.0)
    distance, height = (values[np.argsort(-chance, kind="stable")[:1]] for values in case.path_m)
    return uncertainty.deviations(case.hearing.unit, voice.sound, case.asked.metrics, distance, height)


def hidden_by_dba(answers: tuple[Reading, ...], tonal: bool) -> tuple[str, ...]:
    """A sentence where the A-weighted limits are better kept than all: a single number in dB(A) would have hidden it."""
    used = next(answer for answer in answers if answer.chosen)
    better = used.state_dba is not None and verdict.SEVERITY[used.state_dba] < verdict.SEVERITY[used.state]
    if not better or used.state_dba not in ("PASS", "MARGINAL PASS") or used.worst_metric is None:
        return ()
    if used.worst_metric != "dba":
        what = f"the limit in {judgement.metric(used.worst_metric)}"
    elif tonal:
        what = "what the code takes off for a tone"
    else:
        what = "another limit"
    return (f"In dB(A) alone this would read {used.state_dba}; {what} makes it {used.state}.",)


def warnings(land: Land, case: Case) -> tuple[str, ...]:
    """What the levels rest on, what was done to the lot and the receptors, and where the file may lack neighbours."""
    count = case.receptors.open_directions
    alone = (
        f"In {count} of {RAYS} directions from lot {case.site.id} the parcel file has no lot within {case.reach_m:.0f} m "
        f"({case.reach_m / FOOT_M:.0f} ft): if somebody lives there, this study does not know it.",
    )
    there = (
        (
            f"{len(land.machines):,} existing machine{'s add' if len(land.machines) > 1 else ' adds'} to every level.",
        )
        if land.machines
        else ()
    )
    short = case.asked.operation.minutes_per_hour < 60 or case.asked.operation.use == "standby"
    if land.machines and short:
        why = "Machines that are there run all hour, so nothing is taken off for units that run a part of it."
        there = (*there, why)
    said = (
        *in_the_levels(case.around),
        *_beside_walls(case),
        *there,
        *case.site.notes,
        *case.receptors.notes,
    )
    return (*said, *(alone if count > OPEN_DIRECTIONS else ()))


def already_over(case: Case, limits: Limits) -> tuple[str, ...]:
    """A note where the machines that are there break limits without a unit."""
    if not case.machines:
        return ()
    with np.errstate(divide="ignore"):
        alone = verdict.compared(
            limits, 10 * np.log10(case.existing), np.ones_like(case.existing), case.asked.metrics
        )
    broken = (alone.level_db > alone.limit_db).any(axis=1)
    lots = len(np.unique(case.hearing.neighbour[broken]))
    if not lots:
        return ()
    return (
        f"The existing machines alone are over the limit of {lots:,} neighbour{'s' if lots > 1 else ''}: "
        "there no unit, however quiet, can keep it.",
    )


def in_the_levels(around: Surroundings) -> tuple[str, ...]:
    """Which buildings, which terrain and which ground the levels were computed with, and which buildings not."""
    scene = around.scene
    houses, walls = (
        len({part.id.partition("/")[0] for part in parts}) for parts in (scene.buildings, scene.walls)
    )
    standing = [
        f"{count:,} {what}{'s' * (count > 1)}"
        for count, what in ((houses, "building"), (walls, "wall"))
        if count
    ]
    does = "screen and reflect" if houses + walls > 1 else "screens and reflects"
    said = [
        f"{' and '.join(standing)} {does}" if standing else "no building screens or reflects",
        f"ground heights from {scene.terrain.name}" if scene.terrain else "flat ground",
        *([f"{len(scene.ground):,} pieces of ground of known ground factor"] if scene.ground else []),
    ]
    notes = [
        f"In the levels: {', '.join(said)}. {'Fences' if walls else 'Walls, fences'} and plants are not in them."
    ]
    if around.unknown_heights:
        count = around.unknown_heights
        notes.append(
            f"{count:,} buildings near by have no known height: they neither screen nor reflect."
            if count > 1
            else "1 building near by has no known height: it neither screens nor reflects."
        )
    if around.off_terrain:
        notes.append(
            f"{around.off_terrain:,} of the buildings and walls near by stand where the terrain has no heights: they neither "
            "screen nor reflect."
        )
    return tuple(notes)


def _beside_walls(case: Case) -> tuple[str, ...]:
    """A note where a receptor stands so near a wall that its side of it hangs on how the wall was drawn."""
    if not case.around.scene.walls or not len(case.receptors):
        return ()
    lines = shapely.STRtree([wall.line for wall in case.around.scene.walls])
    near = lines.query(shapely.points(case.receptors.xy), predicate="dwithin", distance=THICK_M / 2)[0]
    count = len(np.unique(near))
    if not count:
        return ()
    who = "1 receptor stands" if count == 1 else f"{count:,} receptors stand"
    return (
        f"{who} within half a foot of a wall: on which side of it hangs on how exactly the wall was drawn, so draw it a foot "
        "inside the lot line.",
    )


def search_end(question: Question, unit: Unit, answers: tuple[Reading, ...]) -> tuple[str, ...]:
    """A note where the search for as many as allowed ended at its largest number."""
    if question.mode != "max" or all(answer.units < MOST_UNITS for answer in answers):
        return ()
    return (
        f"The search for as many as allowed ends at {MOST_UNITS} units ({MOST_UNITS * unit.kw / 1000:g} MW): more may be "
        "legal; ask for a larger number with --units.",
    )


def assumptions(land: Land, unit: Unit, voice: Voice, case: Case, limits: Limits) -> tuple[Assumption, ...]:
    """Every value that the verdict rests on and that the user did not give, and the reading."""
    sound, operation = voice.sound, case.asked.operation
    told = {
        "assumed": "the maker does not say where the level holds; 7 m is the trade's convention and the loud reading",
        "given": "stated with --sound-at",
    }
    tone = (
        None
        if case.asked.ordinance is None
        else rules.tonal(case.asked.ordinance, operation, spectrum_db(sound).tolist())[1]
    )
    return (
        Assumption(
            "sound.reading", sound.reading, sound.origin, told.get(sound.origin, "from the unit's file")
        ),
        *unit.assumptions,
        *case.site.assumptions,
        *fuel_assumptions(unit, case.asked.placing),
        *limits.assumptions,
        *(() if land.existing is None else land.existing.assumptions),
        *(() if land.walls is None else land.walls.assumptions),
        *(() if tone is None else (tone,)),
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
            + (
                "; beyond it no layout found reaches the ordinance's lowest limit"
                if case.asked.ordinance
                else ""
            ),
        ),
    )


def inputs(land: Land, case: Case, unit: Unit, ordinance: Ordinance | None) -> tuple[Facts, ...]:
    """Every file that the study read."""
    terrain = () if case.terrain is None else (case.terrain.source,)
    return (
        *land.inputs,
        *terrain,
        *case.around.inputs,
        *case.site.inputs,
        unit.source,
        *(() if ordinance is None else (ordinance.source,)),
    )
