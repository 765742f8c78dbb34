"""The steps in order: land, lot, poses, transfer, layout, verdict; the same function for one lot and for a county of them."""

import math
from dataclasses import dataclass

import numpy as np

from siting import layout, noise
from siting.model import (
    Assumption,
    Facts,
    Floats,
    Layout,
    Ordinance,
    PathTerms,
    PlacedUnit,
    Poses,
    Question,
    Reading,
    ReceptorLevel,
    Receptors,
    Site,
    Sound,
    State,
    Study,
    Unit,
)
from siting.ordinance import limits_at, strictest_limit
from siting.placement import FOOT_M, body_polygon, lattice_poses
from siting.receptors import RAYS, place_receptors
from siting.site import Land, make_site
from siting.sound import readings, resolve_sound
from siting.terrain import Terrain, elevation_at
from siting.verdict import reasons, receptor_levels, state_of, urgency, worst_row

NEARBY_M = 50.0  # neighbours this near are always listed
ACROSS_M = 200.0  # how far the lot across a street is looked for, where limits hold at the own lot line
LISTED_DB = 10.0  # farther ones where their margin is smaller than this
OPEN_DIRECTIONS = 6  # a street seen along its length is open too
FLAT = "Obstacles and terrain are not yet in the levels: flat ground, no screening."


@dataclass(frozen=True)
class Case:
    """One lot ready to be asked: where units may stand, who hears them, and what limits hold there."""

    site: Site
    terrain: Terrain | None
    poses: Poses
    receptors: Receptors
    classes: list[str | None]
    limits: Floats  # (R, periods), NaN where unknown
    demand: layout.Demand
    reach_m: float


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
        Row of the parcel layer, from `siting.parcels.find_lot`.
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
    reach = ACROSS_M if own_line else NEARBY_M
    while True:
        case = _case(land, row, site, terrain, poses, ordinance, question, reach)
        layouts = _answers(case, unit, question, sounds)
        need = _reach(ordinance, sounds, layouts)
        if need <= reach:
            break
        reach = 1.05 * need
    return _study(land, case, unit, ordinance, question, used, sounds, layouts)


def _case(
    land: Land,
    row: int,
    site: Site,
    terrain: Terrain | None,
    poses: Poses,
    ordinance: Ordinance | None,
    question: Question,
    reach_m: float,
) -> Case:
    receptors = place_receptors(land, row, site, ordinance, reach_m)
    if ordinance is None:
        classes: list[str | None] = [None] * len(receptors)
        limits = np.full((len(receptors), 1), np.nan)
        # without limits: as many as there is space for, or the number wanted where the loudest receptor is quietest
        planning = np.full(len(receptors), np.inf if question.mode == "max" else 0.0)
        known = np.zeros(len(receptors), bool)
    else:
        classes, limits = limits_at(ordinance, receptors.zones)
        known = ~np.isnan(limits).any(axis=1)
        planning = np.where(known, limits.min(axis=1, initial=np.inf), strictest_limit(ordinance))
    names = np.unique(np.array(receptors.neighbour, dtype=object), return_inverse=True)[1]
    demand = layout.Demand(receptors.xy, planning, known, names)
    return Case(site, terrain, poses, receptors, classes, limits, demand, reach_m)


def wanted_units(question: Question, unit: Unit) -> int | None:
    """The number of units asked for: N, or the load's units and spares; None for as many as allowed."""
    if question.mode == "units":
        return question.units
    if question.mode == "load":
        assert question.load_kw is not None
        return math.ceil(question.load_kw / unit.kw - 1e-9) + question.spare
    return None


def _answers(case: Case, unit: Unit, question: Question, sounds: tuple[Sound, ...]) -> list[Layout]:
    """A layout under each reading of the stated level; the transfer is the same, the power differs."""
    wanted = wanted_units(question, unit)
    rows = layout.first_rows(unit, case.poses, case.demand)
    found = []
    for sound in sounds:
        if wanted is None:
            answer, rows = layout.most_units(unit, case.poses, case.demand, sound.power_dba, rows)
        else:
            answer, rows = layout.quietest_units(unit, case.poses, case.demand, wanted, sound.power_dba, rows)
        found.append(answer)
    return found


def _reach(ordinance: Ordinance | None, sounds: tuple[Sound, ...], layouts: list[Layout]) -> float:
    """How far neighbours must be looked for so that none beyond can be over the ordinance's lowest limit."""
    if ordinance is None or ordinance.measured_at != "receiving lot line":
        return 0.0
    limit = strictest_limit(ordinance)
    return max(noise.reach_m(s.power_dba, len(a.chosen), limit) for s, a in zip(sounds, layouts, strict=True))


def _study(
    land: Land,
    case: Case,
    unit: Unit,
    ordinance: Ordinance | None,
    question: Question,
    used: int,
    sounds: tuple[Sound, ...],
    layouts: list[Layout],
) -> Study:
    """Levels, verdict and readings of the layouts found, as the frozen answer."""
    sound, answer = sounds[used], layouts[used]
    level = layout.layout_levels(unit, case.poses, case.demand, answer.chosen, sound.power_dba)
    rows = receptor_levels(
        case.receptors, ordinance, case.classes, case.limits, level, noise.ENVIRONMENT.receptor_height_m
    )
    state = _state(case, unit, question, answer, level)
    wanted = wanted_units(question, unit)
    alone = _alone(case, unit, ordinance, sound) if not len(answer.chosen) and len(case.poses) else None
    listed, unlisted = _listed(case, rows)
    placed = _placed(case, answer)
    shown = [row for row in rows if row.neighbour in listed]
    return Study(
        question=question,
        unit=unit,
        sound=sound,
        ordinance=ordinance,
        site=case.site,
        neighbours=tuple(n for n in case.receptors.neighbours if n.id in listed),
        step_m=case.poses.step_m,
        placed=placed,
        bound=answer.bound,
        bound_by="space" if answer.bound_by < 0 else case.receptors.id[answer.bound_by],
        levels=tuple(shown),
        worst_terms=_worst_terms(unit, sound, placed, shown),
        readings=tuple(
            _reading(case, unit, question, s, a, s is sound) for s, a in zip(sounds, layouts, strict=True)
        ),
        verdict=reasons(state, rows, case.site, ordinance, len(placed), wanted, alone),
        assumptions=_assumptions(unit, sound, case),
        notes=(FLAT, *case.site.notes, *_open(case), *unlisted),
        inputs=_inputs(land, case, unit, ordinance),
    )


def _state(case: Case, unit: Unit, question: Question, answer: Layout, level: Floats) -> State:
    return state_of(level, case.limits, len(answer.chosen), wanted_units(question, unit), answer.bound > 0)


def _reading(case: Case, unit: Unit, question: Question, sound: Sound, answer: Layout, chosen: bool) -> Reading:
    level = layout.layout_levels(unit, case.poses, case.demand, answer.chosen, sound.power_dba)
    margin = case.limits - level[:, None]
    known = margin[np.isfinite(margin)]
    return Reading(
        reading=sound.reading,
        chosen=chosen,
        power_dba=sound.power_dba,
        state=_state(case, unit, question, answer, level),
        units=len(answer.chosen),
        bound=answer.bound,
        worst_margin_db=float(known.min()) if known.size else None,
    )


def _alone(case: Case, unit: Unit, ordinance: Ordinance | None, sound: Sound) -> ReceptorLevel | None:
    """The receptor that stops a single unit in the quietest place."""
    if ordinance is None or not len(case.receptors):
        return None
    rows = layout.first_rows(unit, case.poses, case.demand)
    one, _ = layout.quietest_units(unit, case.poses, case.demand, 1, sound.power_dba, rows)
    level = layout.layout_levels(unit, case.poses, case.demand, one.chosen, sound.power_dba)
    excess = level[:, None] - np.where(np.isnan(case.limits), case.demand.planning_dba[:, None], case.limits)
    i = int(excess.max(axis=1).argmax())
    height = noise.ENVIRONMENT.receptor_height_m
    worst = receptor_levels(case.receptors, ordinance, case.classes, case.limits, level, height)
    return min((row for row in worst if row.id == case.receptors.id[i]), key=urgency)


def _placed(case: Case, answer: Layout) -> tuple[PlacedUnit, ...]:
    """Units numbered row by row of the lattice."""
    poses, placed = case.poses, []
    for k, p in enumerate(answer.chosen, start=1):
        x, y = map(float, poses.xy[p])
        rotation = float(poses.rotation_deg[p])
        ground = elevation_at(case.terrain, x, y) if case.terrain is not None else None
        placed.append(PlacedUnit(f"U{k}", x, y, rotation, body_polygon(x, y, rotation, poses.body_m), ground))
    return tuple(placed)


def _worst_terms(
    unit: Unit, sound: Sound, placed: tuple[PlacedUnit, ...], rows: list[ReceptorLevel]
) -> tuple[PathTerms, ...]:
    worst = worst_row(rows)
    if worst is None or not placed:
        return ()
    here = np.array([worst.x, worst.y])
    terms = [noise.path_terms(unit, sound, u.id, np.array([u.x_m, u.y_m]), here) for u in placed]
    return tuple(sorted(terms, key=lambda t: -t.level_dba))


def _open(case: Case) -> tuple[str, ...]:
    """A warning where the file may lack neighbours."""
    count = case.receptors.open_directions
    if count <= OPEN_DIRECTIONS:
        return ()
    return (
        f"In {count} of {RAYS} directions from lot {case.site.id} the parcel file has no lot within {case.reach_m:.0f} m "
        f"({case.reach_m / FOOT_M:.0f} ft): if somebody lives there, this study does not know it.",
    )


def _listed(case: Case, rows: list[ReceptorLevel]) -> tuple[set[str], tuple[str, ...]]:
    """Neighbours to list: those near by, and those whose margin is small; the others are counted in a note."""
    receptors = case.receptors
    near = np.flatnonzero(case.receptors.distance_m <= NEARBY_M)
    listed = {receptors.neighbour[i] for i in near}
    strict = float(case.demand.planning_dba.min(initial=np.inf))
    for row in rows:
        limit = strict if row.limit_dba is None else row.limit_dba
        if row.level_dba is not None and row.level_dba > limit - LISTED_DB:
            listed.add(row.neighbour)
    rest = [row for row in rows if row.neighbour not in listed]
    if not rest:
        return listed, ()
    loudest = max((row.level_dba for row in rest if row.level_dba is not None), default=None)
    level = "" if loudest is None else f" (at most {loudest:.1f} dB(A))"
    note = (
        f"{len({row.neighbour for row in rest})} lots farther than {NEARBY_M:g} m are more than {LISTED_DB:g} dB below "
        f"their limit{level} and are not listed."
    )
    return listed, (note,)


def _assumptions(unit: Unit, sound: Sound, case: Case) -> tuple[Assumption, ...]:
    """Every value that the verdict rests on and the user did not give, and the reading given."""
    told = {"assumed": "the maker does not say where the level holds; 7 m is the trade's convention and the loud reading"}
    reading = Assumption(
        "sound.reading",
        sound.reading,
        sound.origin,
        told.get(sound.origin, "stated with --sound-at" if sound.origin == "given" else "from the unit's file"),
    )
    return (
        reading,
        *unit.assumptions,
        *case.site.assumptions,
        *noise.environment_assumptions(),
        Assumption("lattice.step_m", case.poses.step_m, "assumed", "poses stand on a lattice along the lot's main direction"),
        Assumption(
            "neighbours.reach_m",
            round(case.reach_m, 1),
            "assumed",
            "lots of the parcel file within this distance; beyond it no layout found reaches the ordinance's lowest limit",
        ),
    )


def _inputs(land: Land, case: Case, unit: Unit, ordinance: Ordinance | None) -> tuple[Facts, ...]:
    facts = [*land.inputs, unit.source]
    if case.terrain is not None:
        facts.append(case.terrain.source)
    if ordinance is not None:
        facts.append(ordinance.source)
    return tuple(facts)
