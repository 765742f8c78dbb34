"""A layout for every sound: patterns for all of them, proof for the one that the study uses, and no worst point left out."""

from dataclasses import dataclass, replace
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from siting import layout
from siting.hearing import open_together, together
from siting.model import Ints, Layout
from siting.placement import MOST_UNITS
from siting.site import Land
from siting.study.asked import Asked
from siting.study.case import NEAR_DB, SURELY_DB, Case, demand_for, narrowed
from siting.study.worst_points import worst_points
from siting.study.yard import Yard

SETTLING = 0.1  # of the time limit, kept for the quietest of as many units
LAST = 2  # stage: after patterns comes the search, then the last touch
NOTHING: Ints = np.zeros(0, np.int64)  # a layout of no units


@dataclass(frozen=True, eq=False)
class Answers:
    """A layout for every sound, the case that they were found in, and what was computed of it."""

    case: Case
    layouts: list[Layout]
    rows: layout.Rows


def _chains(asked: Asked) -> list[list[int]]:
    """Sounds of one spectrum and tone, the loudest first: what is legal for one is legal for those after it."""
    chains: dict[tuple[str, bool], list[int]] = {}
    for k in sorted(range(len(asked.voices)), key=lambda k: -asked.voices[k].sound.power_dba):
        chains.setdefault((asked.voices[k].sound.spectrum, asked.voices[k].tonal), []).append(k)
    return list(chains.values())


def quick_layouts(case: Case, asked: Asked) -> tuple[list[Ints], layout.Rows]:
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


def with_worst_points(
    land: Land,
    yard: Yard,
    whole: Case,
    asked: Asked,
    quick: list[Ints],
    keep: NDArray[np.bool_],
    rows: layout.Rows,
) -> Answers:
    """The answers with the worst point of every neighbour among the receptors, found by refining, until it breaks no limit.

    Parameters
    ----------
    quick : list of (n,)
        About how many units are legal for each sound.
    keep : (R,)
        Receptors that are listened to from the beginning; `rows` are of those.
    """
    keep, found = _past_buildings(whole, asked, quick, keep, rows)
    layouts, used, before = found.layouts, asked.used, len(found.case.receptors)
    refined, layouts[used], rows = _refined(land, yard, asked, found.case, layouts[used], found.rows)
    layouts, rows = _others(refined, yard, asked, layouts, rows, before)
    chosen_all = [each.chosen for each in layouts]
    if (_near_limits(whole, asked, chosen_all, SURELY_DB) & ~keep).any():
        # the layouts moved toward points left out
        rows = layout.rows_in(rows, refined.hearing, narrowed(whole, keep).hearing)
        return with_worst_points(land, yard, whole, asked, chosen_all, keep, rows)
    return Answers(refined, layouts, rows)


def _refined(
    land: Land, yard: Yard, asked: Asked, case: Case, found: Layout, rows: layout.Rows
) -> tuple[Case, Layout, layout.Rows]:
    """The layout that the study uses, and the case with every worst point: found by patterns, searched, and settled.

    Each goes on only where no worst point breaks a limit; else from what is left of the layout, with these points as receptors.
    """
    voice, limit = asked.voices[asked.used], asked.placing.time_limit_s
    ends = monotonic() + limit
    searched = ends - SETTLING * limit
    while asked.wanted is not None:
        found, rows = _wanted(case, yard, asked, found, rows, searched)
        stands = _settled(case, yard, asked, found, rows, ends)
        refined, broken = worst_points(land, case, voice, stands.chosen)
        if not broken or found.largest < asked.wanted:  # the number is not allowed, wherever it stands
            return refined, stands, rows
        case = refined
    stage = 0
    while True:
        refined, broken = worst_points(land, case, voice, found.chosen, everybody=False)
        if not broken and stage == LAST:
            refined, broken = worst_points(land, case, voice, found.chosen)
        if broken:
            # with more receptors behind those that were there: rows and bound still hold
            case, stage, known = refined, 0, found
            demand = demand_for(case, voice)
            found, rows = layout.most_units(case.hearing, demand, rows, NOTHING, tried=known.chosen)
            found = layout.with_lower_bound(found, known)
        elif stage == LAST:
            return refined, found, rows
        else:
            stage += 1
            if stage < LAST:
                found, rows = _most(case, yard, asked, found, rows, searched)
            else:
                found = _settled(case, yard, asked, found, rows, ends)


def _wanted(
    case: Case, yard: Yard, asked: Asked, found: Layout, rows: layout.Rows, ends: float
) -> tuple[Layout, layout.Rows]:
    """The wanted number, searched with proof where what is known of it breaks a limit."""
    demand, units = demand_for(case, asked.voices[asked.used]), asked.wanted or 0
    over, _ = layout.nearest_to_limit(case.hearing, demand, found.chosen)
    if len(found.chosen) >= units and over <= layout.OVER_DB:
        return found, rows
    most, rows = layout.most_units(case.hearing, demand, rows, NOTHING, max(ends - monotonic(), 0.0))
    chosen = found.chosen
    if len(most.chosen) >= units:
        chosen, rows = layout.quietest_units(case.hearing, demand, units, rows, [most.chosen, chosen])
    return replace(most, chosen=chosen, largest=len(yard.mended(most.chosen))), rows


def _settled(case: Case, yard: Yard, asked: Asked, found: Layout, rows: layout.Rows, ends: float) -> Layout:
    """Every unit with a way, the quietest and closest of as many."""
    demand = demand_for(case, asked.voices[asked.used])
    found = _mended(yard, found)
    return layout.settled(case.hearing, demand, found, rows, yard.service_xy, ends, yard.mended)


def _most(
    case: Case, yard: Yard, asked: Asked, found: Layout, rows: layout.Rows, ends: float
) -> tuple[Layout, layout.Rows]:
    """The most units, and the best layout of one more; where that keeps every limit, it is the layout, and so on."""
    demand = demand_for(case, asked.voices[asked.used])
    while True:
        if found.status != "optimal":
            known, left = found, max(ends - monotonic(), 0.0)
            found, rows = layout.most_units(case.hearing, demand, rows, known.chosen, left)
            found = layout.with_lower_bound(found, known)
        count = len(found.chosen)
        if count >= MOST_UNITS:
            return replace(found, largest=count), rows
        more, rows = layout.quietest_units(case.hearing, demand, count + 1, rows, [])
        if len(more) <= count:
            return replace(found, largest=count), rows
        if layout.nearest_to_limit(case.hearing, demand, more)[0] > layout.OVER_DB:
            return replace(found, largest=count, one_more=more), rows
        found = replace(found, chosen=more, bound=max(found.bound, len(more)), status="open")


def _mended(yard: Yard, found: Layout) -> Layout:
    """The layout less the units that leave others without a way."""
    chosen = yard.mended(found.chosen)
    if len(chosen) == len(found.chosen):
        return found
    return replace(
        found, chosen=chosen, status="open", largest=min(found.largest, len(chosen)), one_more=None
    )


def _others(
    case: Case, yard: Yard, asked: Asked, layouts: list[Layout], rows: layout.Rows, before: int
) -> tuple[list[Layout], layout.Rows]:
    """The other sounds' layouts kept to the worst points found, too; a quieter sound has no fewer units than the used one."""
    if asked.wanted is not None:
        return layouts, rows
    new, used = np.arange(before, len(case.receptors)), layouts[asked.used]
    for chain in _chains(asked):
        quieter = False
        for k in chain:
            if k == asked.used:
                quieter = True
                continue
            demand = demand_for(case, asked.voices[k])
            over = layout.excess(demand, together(case.hearing, layouts[k].chosen, new), new)
            if (over > layout.OVER_DB).any():
                layouts[k], rows = layout.most_units(case.hearing, demand, rows, NOTHING)
            layouts[k] = _mended(yard, layouts[k])
            if quieter and len(used.chosen) > len(layouts[k].chosen):
                bound = max(layouts[k].bound, len(used.chosen))
                layouts[k] = replace(layouts[k], chosen=used.chosen, bound=bound)
    return layouts, rows


def _past_buildings(
    whole: Case, asked: Asked, quick: list[Ints], keep: NDArray[np.bool_], rows: layout.Rows
) -> tuple[NDArray[np.bool_], Answers]:
    """The answers with every point between others that a layout comes near to, if there were no buildings.

    Points are taken in where that level is within `NEAR_DB` of the limit, until none is left out within `SURELY_DB`.
    """
    found, case = quick, narrowed(whole, keep)
    while True:
        keep, before = keep | _near_limits(whole, asked, found, NEAR_DB), case
        case = narrowed(whole, keep)
        rows = layout.rows_in(rows, before.hearing, case.hearing)
        layouts, rows = _answers(case, asked, rows)
        found = [each.chosen for each in layouts]
        if not (_near_limits(whole, asked, found, SURELY_DB) & ~keep).any():
            return keep, Answers(case, layouts, rows)


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
            demand, own = demand_for(case, asked.voices[k]), k == asked.used
            found[k], rows = layout.most_units(case.hearing, demand, rows, legal, every=own)
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
    return [replace(each, chosen=chosen, largest=len(most.chosen)) for each in bounds], rows
