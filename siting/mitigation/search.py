"""What would make a study pass, searched kind by kind; only what a full run confirms is told as a remedy."""

from collections.abc import Callable
from dataclasses import replace

from siting.errors import InputError
from siting.mitigation.ask import Ask, Runs, for_units, passes
from siting.mitigation.costs import cost_of
from siting.mitigation.options import (
    cap_option,
    confirmed,
    moved_option,
    quieter_option,
    silenced_options,
    turning,
)
from siting.mitigation.places import Place
from siting.mitigation.walls import Confirmed, best_wall, wall_options
from siting.mitigation.words import told
from siting.model import Question
from siting.outcome import Study
from siting.parts import Wall
from siting.remedy import Costs, Mitigation, Remedy
from siting.study.asked import wanted_units

SEARCH_S = 5.0  # of the search for a layout in one full run; a longer one finds no worse
POINTS = 3  # numbers of units on the frontier
BEYOND = (1, 2, 4, 8, 16)  # more than are allowed
ORDER = ("period cap", "fewer units", "moved yard", "quieter unit", "wall", "machine silenced")
FENCES = (
    "A wall's own permit, its foundation and the wind on it are not checked, and neither is what windows above it hear: levels "
    "are compared where and as high as the ordinance measures."
)


def mitigated(
    ask: Ask,
    study: Study,
    costs: Costs | None = None,
    points: int = POINTS,
    progress: Callable[[int], None] = lambda count: None,
) -> Study:
    """The study with what would make it pass, or for as many as allowed let one more unit in.

    Parameters
    ----------
    ask : Ask
        What the study was asked.
    costs : Costs, optional
        What remedies cost; then they are listed by it.
    points : int
        Numbers of units on the frontier; 0: none.
    progress : callable
        Hears of every full run how many there were.

    Raises
    ------
    InputError
        There is no ordinance, so nothing to pass.
    """
    if study.ordinance is None:
        raise InputError("Nothing says what would be allowed: name the ordinance with --ordinance.")
    if study.verdict.state == "UNKNOWN":
        note = "Not every limit is known, so nothing can be said to make it pass; see the study's reasons."
        found = Mitigation(len(study.placed), 0, (), (), (), 0, (note,), costs)
        return replace(study, mitigation=found)
    quick = replace(ask.placing, time_limit_s=min(ask.placing.time_limit_s, SEARCH_S))
    ask = replace(ask, placing=quick)
    return replace(study, mitigation=_searched(Runs(progress), ask, study, costs, points))


def _searched(runs: Runs, ask: Ask, study: Study, costs: Costs | None, points: int) -> Mitigation:
    wanted = wanted_units(ask.question, ask.unit)
    if wanted is not None and passes(study, wanted):
        note = "It passes as it is: nothing needs to change."
        return Mitigation(wanted, wanted, (), (), (), 0, (note,), costs)
    most = study if wanted is None else runs.of(replace(ask, question=Question("max")))
    allowed = len(most.placed) if most.verdict.allowed else 0
    goal = allowed + 1 if wanted is None else wanted
    base = study if wanted is not None else runs.of(for_units(ask, goal))
    remedies, no_help = _remedies(runs, ask, base, goal, allowed if wanted is not None else None)
    frontier = _frontier(runs, ask, base, goal, allowed, wanted, points, remedies)
    listed = [_dressed(remedy, costs, goal) for remedy in remedies]
    notes = (FENCES,) if any(remedy.walls for remedy in (*listed, *frontier)) else ()
    return Mitigation(
        goal,
        allowed,
        tuple(sorted(listed, key=lambda each: _rank(each, costs))),
        tuple(no_help),
        tuple(_dressed(remedy, costs, goal) for remedy in frontier),
        len(runs.answers),
        notes,
        costs,
    )


def _remedies(
    runs: Runs, ask: Ask, base: Study, goal: int, fewer: int | None
) -> tuple[list[Remedy], list[str]]:
    """Every kind of remedy for `goal` units, and what does not help."""
    found: list[Remedy] = []
    if fewer:
        found.append(confirmed(Remedy("fewer units", fewer), runs.of(for_units(ask, fewer))))
    if len(base.placed) < goal:
        return found, [
            f"There is no room for {goal} units, however quiet: at most {len(base.placed)} were placed."
        ]
    if passes(base, goal):
        return found, [f"{goal} units pass as they are: asked for by number, the search finds them."]
    asked = for_units(ask, goal)
    cap = cap_option(base, goal)
    found += [] if cap is None else [cap]
    quiet, why_not = quieter_option(runs, asked, base, goal)
    moved, fixed = moved_option(runs, asked, base, goal)
    walls, no_wall = wall_options(runs, asked, base, goal)
    silent, loud = silenced_options(runs, asked, base, goal)
    found += [remedy for remedy in (quiet, moved) if remedy is not None]
    found += [_wall(each, goal) for each in walls] + silent
    return found, [text for text in (why_not, fixed, turning(base), *no_wall, *loud) if text]


def _frontier(
    runs: Runs,
    ask: Ask,
    base: Study,
    goal: int,
    allowed: int,
    wanted: int | None,
    points: int,
    known: list[Remedy],
) -> list[Remedy]:
    """The fewest decibels and the smallest wall for some numbers of units, the fewest units first."""
    goals = [allowed + more for more in BEYOND if wanted is None or allowed + more < wanted]
    goals = sorted({*goals[: points - 1 if wanted is not None else points], *([goal] if points else [])})
    out: list[Remedy] = []
    last: Confirmed | None = None
    for units in goals:
        if units == goal:
            same = [r for r in known if r.units == goal]
            out += [r for r in same if r.kind == "quieter unit"]
            walls = sorted((r for r in same if r.kind == "wall"), key=lambda r: r.area_m2)[:1]
            out += walls
            last = _behind(walls[0], base) if walls else last
            continue
        asked = for_units(ask, units)
        study = runs.of(asked)
        if len(study.placed) < units:
            break
        if passes(study, units):
            continue
        quiet, _ = quieter_option(runs, asked, study, units, smaller=False)
        wall = best_wall(runs, asked, study, units, last)
        last = wall or last
        out += [] if quiet is None else [quiet]
        out += [] if wall is None else [_wall(wall, units)]
    return sorted(out, key=lambda r: (r.units, ORDER.index(r.kind)))


def _behind(remedy: Remedy, study: Study) -> Confirmed:
    """A wall that was told as one that more units may be tried behind."""
    (wall,) = remedy.walls
    return Confirmed(Place(remedy.where, wall.line, wall.line.is_ring), wall, study)


def _wall(found: Confirmed, units: int) -> Remedy:
    where = found.place.where
    wall = Wall("new", found.wall.line, height_m=found.wall.height_m, absorption=found.wall.absorption)
    return confirmed(Remedy("wall", units, walls=(wall,), where=where), found.study)


def _dressed(remedy: Remedy, costs: Costs | None, goal: int) -> Remedy:
    """With its sentence and its cost."""
    return told(replace(remedy, cost=cost_of(remedy, costs, goal)), goal)


def _rank(remedy: Remedy, costs: Costs | None) -> tuple[float, ...]:
    """By cost where it is known, else what builds least first, and of a kind the smallest."""
    size = (remedy.quieter_db, remedy.area_m2, -float(remedy.units), remedy.kept_off_m)
    dear = float("inf") if costs is None or remedy.cost is None else remedy.cost
    return (dear, float(ORDER.index(remedy.kind)), *size)
