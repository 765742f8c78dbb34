"""Why not one unit more: the limits that stop it, by how much, where and when."""

import math

import numpy as np
import shapely

from siting import layout, quantities, wording
from siting.judgement import compared as named
from siting.model import Floats, Ints, Layout
from siting.outcome import Binding, PlacedUnit, Search
from siting.placement import MOST_UNITS
from siting.site import start_of
from siting.study.case import Case, demand_for, limits_of, planned
from siting.study.voices import Voice

SHOWN = 8  # limits that are told, the dearest first
POINTS = ("east", "northeast", "north", "northwest", "west", "southwest", "south", "southeast")


def search_of(
    case: Case, voice: Voice, found: Layout, placed: tuple[PlacedUnit, ...], steady: Floats, seconds: float
) -> Search:
    """What the search for a layout came to.

    Parameters
    ----------
    steady : (R, M)
        Levels of the layout, existing machines included.
    seconds : float
        What it took.
    """
    over = _over_db(case, voice, found.one_more)
    rows = found.binding
    if over is not None and over[1]:
        rows = tuple(dict.fromkeys((over[1], *rows)))
    binding = tuple(_binding(case, voice, row, placed, steady, over) for row in rows[:SHOWN])
    asked = case.asked.wanted is not None
    largest = max(found.largest, 0 if asked else len(found.chosen))
    return Search(
        status="asked" if asked else found.status,
        gap=(found.bound - largest) / found.bound if found.bound > largest else 0.0,
        seconds=seconds,
        binding=binding,
        one_more=_sentence(case, found, largest, binding),
    )


def _over_db(case: Case, voice: Voice, chosen: Ints | None) -> tuple[Floats, tuple[int, int] | None] | None:
    """How far a layout is over what is planned for (R, M), dB, and receptor and metric where it is most."""
    if chosen is None or not len(chosen) or not len(case.receptors):
        return None
    demand = demand_for(case, voice)
    heard, exact = layout.completed(case.hearing, demand, chosen)
    with np.errstate(divide="ignore", invalid="ignore"):
        over = 10 * np.log10((heard @ voice.mix.T) / demand.room)
    known = np.where(exact[:, None] & (demand.room < np.inf), np.nan_to_num(over, nan=-np.inf), -np.inf)
    worst = np.unravel_index(int(known.argmax()), known.shape)
    return known, (int(worst[0]), int(worst[1])) if known[worst] > 0 else None


def _binding(
    case: Case,
    voice: Voice,
    row: tuple[int, int],
    placed: tuple[PlacedUnit, ...],
    steady: Floats,
    over: tuple[Floats, tuple[int, int] | None] | None,
) -> Binding:
    receptor, metric = row
    limits, receptors = limits_of(case, voice), case.receptors
    name = case.asked.metrics[metric]
    of = [k for k, rule in enumerate(limits.rules) if rule.metric == name]
    allowed = [float(limits.limit_db[receptor, k]) - limits.rules[k].shift_db for k in of]
    rule = of[int(np.argmin(np.nan_to_num(allowed, nan=-np.inf)))]
    shift = limits.rules[rule].shift_db
    point = shapely.Point(receptors.xy[receptor])
    bodies = [unit.body for unit in placed] or [start_of(case.site)]
    level = float(steady[receptor, metric]) + shift
    excess = None if over is None else float(over[0][receptor, metric])
    return Binding(
        receptor=receptors.id[receptor],
        neighbour=receptors.neighbour[receptor],
        side=_point_of_the_compass(case, receptors.xy[receptor]),
        distance_m=float(min(shapely.distance(bodies, point))),
        period=limits.rules[rule].period,
        metric=name,
        statistic=limits.rules[rule].statistic,
        limit_db=float(limits.limit_db[receptor, rule]),
        planned_db=float(10 * math.log10(planned(case, voice)[receptor, metric])) + shift,
        level_db=level if math.isfinite(level) else None,
        over_db=excess if excess is not None and math.isfinite(excess) else None,
    )


def _point_of_the_compass(case: Case, xy: Floats) -> str:
    """Where a receptor lies, seen from the middle of the lot."""
    middle = case.site.lot.centroid
    turn = math.degrees(math.atan2(float(xy[1]) - middle.y, float(xy[0]) - middle.x))
    return POINTS[round(turn / 45.0) % 8]


def _sentence(case: Case, found: Layout, largest: int, binding: tuple[Binding, ...]) -> str:
    """Why not one unit more."""
    one = f"{wording.units(largest + 1)}"
    if case.asked.wanted is not None:
        return _asked(case, found, largest, binding)
    if largest >= MOST_UNITS:
        return f"The search for as many as allowed ends at {MOST_UNITS} units."
    if not len(case.poses):
        return f"No unit has room on lot {case.site.id}."
    if found.status == "optimal":
        if not binding:
            return f"No layout on this lattice holds {one}: what the rules leave of the lot is full."
        return f"No layout on this lattice holds {one} within every limit{_best_found(binding)}."
    known = f"Whether a layout on this lattice holds {one} is not known; none holds more than {found.bound}"
    ended = ", and the search's time was up" if found.status == "ended" else ""
    return f"{known}{ended}{_best_found(binding)}."


def _asked(case: Case, found: Layout, largest: int, binding: tuple[Binding, ...]) -> str:
    """How many could be had where a number was asked for."""
    wanted = case.asked.wanted
    assert wanted is not None
    if not len(case.poses):
        return f"{wording.units(wanted)} asked for; no unit has room on lot {case.site.id}."
    if largest >= wanted:
        return f"{wording.units(wanted)} asked for; no layout on this lattice holds more than {found.bound} within every limit."
    most = (
        f"The most found that keep every limit are {largest}"
        if largest
        else "Not even one unit keeps every limit"
    )
    return f"{wording.units(wanted)} asked for. {most}; no layout on this lattice holds more than {found.bound}{_stops(binding)}."


def _best_found(binding: tuple[Binding, ...]) -> str:
    """By how much the best layout of one unit more is over, and where."""
    if not binding or binding[0].over_db is None or binding[0].over_db <= 0:
        return _stops(binding)
    over = quantities.margin(binding[0].over_db).removeprefix("+")
    return f"; the best one found is {over} dB over what is planned for at {_place(binding[0])}"


def _stops(binding: tuple[Binding, ...]) -> str:
    return f"; what stops them first is {_place(binding[0])}" if binding else ""


def _place(row: Binding) -> str:
    """A receptor with its neighbour, side, distance, period and quantity."""
    what = named({"metric": row.metric, "statistic": row.statistic})
    limit = "limit not known" if math.isnan(row.limit_db) else f"limit {row.limit_db:g}"
    return (
        f"{row.receptor} (lot {row.neighbour}, {row.side}, {quantities.length(row.distance_m)} away; "
        f"{wording.period(row.period)}, {what}, {limit})"
    )
