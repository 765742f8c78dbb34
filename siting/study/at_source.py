"""Layouts under a code that measures at a distance from the source: the receptors stand round the units and move with them.

A receptor exists where a unit stands, so no row of fixed receptors can plan for it. Units are placed as space and given points
allow, and as long as a limit is broken at the distance, the unit that brings most to the worst point is taken away. Of a single
unit the answer is exact: where even one breaks the limit, none is allowed.
"""

from dataclasses import replace

import numpy as np

from siting import layout
from siting.hearing import energy, together
from siting.model import FOOT_M, Ints, Layout, Status
from siting.placement import body_polygon
from siting.receptors.outdoors import inside_buildings, joined
from siting.receptors.places import around_units
from siting.site import Land, zones_at
from siting.study.case import Case, demand_for, with_receptors
from siting.study.voices import Voice

SHARE = 0.125  # of the distance between two points: 0.02 dB
CLOSEST_M = 0.1


def around(land: Land, case: Case, chosen: Ints) -> Case:
    """The case with receptors at the code's distance round some units, beside those that were given."""
    assert case.asked.ordinance is not None and case.asked.ordinance.measured.distance_m is not None
    distance, poses = case.asked.ordinance.measured.distance_m, case.poses
    bodies = [
        body_polygon(float(x), float(y), float(r), poses.body_m)
        for (x, y), r in zip(poses.xy[chosen], poses.rotation_deg[chosen], strict=True)
    ]
    xy = around_units(bodies, distance, max(SHARE * distance, CLOSEST_M))
    height = case.asked.ordinance.measured.height_m or case.around.environment.receptor_height_m
    if case.around.scene.buildings and len(xy):
        xy = xy[~inside_buildings(case.around, xy, np.full(len(xy), height))]
    own = zones_at(land, np.asarray(case.site.lot.point_on_surface().coords)[:1, :2])[0]
    n = len(xy)
    here = replace(
        case.receptors,
        id=[f"{case.site.id} at {distance / FOOT_M:g} ft/{k + 1}" for k in range(n)],
        neighbour=[case.site.id] * n,
        zones=[own] * n,
        across=[()] * n,
        xy=xy,
        height_m=np.full(n, height),
        distance_m=np.full(n, distance),
        between=np.zeros(n, bool),
        home_m=np.zeros(n),  # as near homes as can be: they may stand on any side
        lot=np.full(n, -1),
        piece=np.full(n, -1),
    )
    return with_receptors(land, case, joined(case.receptors, here))


def most_at_distance(
    land: Land, case: Case, voice: Voice, rows: layout.Rows, wanted: Ints | None
) -> tuple[Case, Layout, layout.Rows]:
    """As many units as the limits at the distance allow, or those that are wanted; with the case of the receptors round them.

    Parameters
    ----------
    case : Case
        With the given points alone.
    wanted : (n,) or None
        A layout that is judged as it is.
    """
    demand = demand_for(case, voice)
    found, rows = layout.most_units(case.hearing, demand, rows, np.zeros(0, np.int64))
    one = layout.quietest_pose(case.hearing, demand, rows)
    alone = around(land, case, one)
    over, worst = _over(alone, voice, one)
    never = not case.around.screens and over > layout.OVER_DB
    bound = (
        replace(found, bound=0, bound_by=worst, binding=((worst, 0),), status="optimal") if never else found
    )
    chosen = wanted if wanted is not None else found.chosen[:0] if never else found.chosen
    while True:
        whole = around(land, case, chosen)
        over, worst = _over(whole, voice, chosen)
        if wanted is not None or over <= layout.OVER_DB:
            break
        heard = energy(whole.hearing, chosen, np.array([worst]))[:, 0] @ voice.mix.T
        chosen = np.delete(chosen, int((heard / demand_for(whole, voice).room[worst]).max(axis=1).argmax()))
    whole = whole if len(chosen) else alone
    last = len(whole.receptors) - 1
    there = tuple((min(receptor, last), metric) for receptor, metric in bound.binding)
    status: Status = "optimal" if len(chosen) >= bound.bound else "open"
    return (
        whole,
        replace(bound, chosen=chosen, bound_by=min(bound.bound_by, last), binding=there, status=status),
        rows,
    )


def _over(case: Case, voice: Voice, chosen: Ints) -> tuple[float, int]:
    """How far the worst receptor is over its limit, dB, and which it is."""
    if not len(chosen) or not len(case.receptors):
        return -np.inf, -1
    heard = together(case.hearing, chosen, np.arange(len(case.receptors)))
    over = layout.excess(demand_for(case, voice), heard)
    return float(over.max()), int(over.argmax())
