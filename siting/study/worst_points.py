"""The worst point of every neighbour under one layout, found by refining between the receptors and added to them."""

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from siting import layout, noise
from siting.model import Floats, Ints, Receptors
from siting.receptors.outdoors import inside_buildings, picked
from siting.receptors.refine import Refined, refined
from siting.receptors.spread import spread_of
from siting.site import Land
from siting.study.case import Case, demand_for, extended, planned
from siting.study.findings import LISTED_DB, NEARBY_M
from siting.study.voices import Voice

CLOSE_DB = 1.5
SAME_M = 0.01  # a worst point so near to a receptor is that receptor


def worst_points(
    land: Land, case: Case, voice: Voice, chosen: Ints, everybody: bool = True
) -> tuple[Case, bool]:
    """The case with the worst point of every neighbour among its receptors, and whether one of these breaks a limit.

    Neighbours are those that lie near by or come within `LISTED_DB` of what they may hear; others are not listed either. Without
    `everybody` they are those within `CLOSE_DB` of it: while a layout is sought, only a limit that may be broken counts.
    """
    if not len(chosen) or not len(case.receptors):
        return case, False
    over, exact = _over(case, voice, chosen)
    listed = (over > -LISTED_DB) | (case.receptors.distance_m <= NEARBY_M)
    which = np.flatnonzero(listed if everybody else over > -CLOSE_DB)
    if not len(which):
        return case, False
    found = _search(land, case, voice, chosen, np.where(exact, over, np.nan), which)
    away = np.array([_from_known(case, int(k), xy) for k, xy in zip(found.of, found.xy, strict=True)])
    new = (away > SAME_M) & (found.excess > -np.inf)
    if not new.any():
        return case, False
    broken = bool((found.excess[new] > layout.OVER_DB).any())
    return extended(land, case, _receptors(case, found, new)), broken


def _from_known(case: Case, like: int, xy: Floats) -> float:
    """How far a point is from the nearest receptor of the same neighbour at the same height."""
    same = case.hearing.neighbour == case.hearing.neighbour[like]
    same &= case.receptors.height_m == case.receptors.height_m[like]
    return float(np.hypot(*(case.receptors.xy[same] - xy).T).min(initial=np.inf))


def _over(case: Case, voice: Voice, chosen: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """How far every receptor is over what it may hear, dB, and where that is exact."""
    heard, exact = layout.completed(case.hearing, demand_for(case, voice), chosen)
    return _excess(voice, heard, case.existing, planned(case, voice)), exact


def _excess(voice: Voice, heard: Floats, existing: Floats, most: Floats) -> Floats:
    """All sound together against the energy that is planned for (n, M), dB."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (heard @ voice.mix.T + existing) / most
        return np.asarray(
            10 * np.log10(np.nan_to_num(ratio, nan=0.0, posinf=np.inf).max(axis=1, initial=0.0))
        )


def _search(land: Land, case: Case, voice: Voice, chosen: Ints, over: Floats, which: Ints) -> Refined:
    there, poses = case.hearing, case.poses
    units = np.column_stack([poses.xy[chosen], poses.rotation_deg[chosen]])
    most = planned(case, voice)

    def excess_at(of: Ints, xy: Floats, obstacles: bool = True) -> Floats:
        height = case.receptors.height_m[of]
        energy = noise.transfer(
            there.unit, units[:, :2], units[:, 2], xy, height, there.basis, case.around, obstacles
        ).energy.sum(axis=0)
        existing = existing_at(case, xy, height) if obstacles else case.existing[of]
        return _excess(voice, energy, existing, most[of])

    def stands(of: Ints, xy: Floats) -> NDArray[np.bool_]:
        lots = land.parcels.lots[case.receptors.lot[of]]
        outside = shapely.contains_xy(lots, *xy.T) & (case.receptors.lot[of] >= 0)
        if case.around.scene.buildings and len(xy):
            outside &= ~inside_buildings(case.around, xy, case.receptors.height_m[of])
        return np.asarray(outside)

    machines = np.array([(m.x_m, m.y_m) for m in case.machines]).reshape(-1, 2)
    lowest = min([float(case.receptors.height_m.min()), *(m.height_m or 0.0 for m in case.machines)])
    spread = spread_of(there.unit, units[:, :2], machines, lowest, case.around.environment)
    uneven = case.around.screens or bool(case.around.scene.ground)
    over_land = (lambda of, xy: excess_at(of, xy, False)) if uneven else None
    inside = case.asked.ordinance is not None and case.asked.ordinance.measured.at == "receiving lot"
    return refined(case.receptors, over, excess_at, which, spread, over_land, stands if inside else None)


def existing_at(case: Case, xy: Floats, height_m: Floats) -> Floats:
    """Energy of the machines that are there at points (n, 2), in every metric (n, M)."""
    if not case.machines:
        return np.zeros((len(xy), len(case.asked.metrics)))
    scene = replace(case.around.scene, sources=case.machines)
    return np.asarray(10 ** (noise.scene_levels(scene, xy, height_m, case.asked.metrics) / 10))


def _receptors(case: Case, found: Refined, new: NDArray[np.bool_]) -> Receptors:
    """The worst points as receptors, with the zones and heights of those that they were found from."""
    some = picked(case.receptors, found.of[new])
    last: dict[str, int] = {}
    for name, id in zip(case.receptors.neighbour, case.receptors.id, strict=True):
        number = id.rpartition("/")[2]
        last[name] = max(last.get(name, 0), int(number) if number.isdecimal() else 0)
    ids = []
    for name in some.neighbour:
        last[name] += 1
        ids.append(f"{name}/{last[name]}")
    xy = found.xy[new]
    return replace(some, id=ids, xy=xy, between=np.zeros(len(xy), bool))
