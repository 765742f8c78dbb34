"""One lot ready to be asked: where units may stand, who hears them, what lies between, and what limits hold there."""

from dataclasses import dataclass, replace
from itertools import count, islice

import numpy as np
import shapely
from numpy.typing import NDArray

from siting import noise, uncertainty
from siting import ordinance as rules
from siting.existing import machine_sources
from siting.geodata.terrain import Terrain
from siting.geodata.zoning import zones_under
from siting.hearing import Hearing
from siting.law import Operation, Ordinance
from siting.layout import Demand
from siting.metrics import needs_lowest
from siting.model import Environment, Floats, Poses, Receptors, Site
from siting.ordinance import Limits, Rule
from siting.parts import Source
from siting.placement.items import item_sources
from siting.receptors.around import place_receptors
from siting.receptors.lot_lines import spacing_for
from siting.receptors.outdoors import joined, outdoors, picked
from siting.site import Land, start_of
from siting.study.asked import Asked
from siting.study.voices import Voice
from siting.study.yard import Yard
from siting.surroundings import Surroundings, screening_buildings, surroundings, walls_near
from siting.yard import PlacedItem

NEAR_DB, SURELY_DB = (
    5.0,
    3.0,
)  # below limits, levels over open land: which points are computed, and which must have been
MOST_WEIGHT_DB = 1.3  # that a weighting adds to any band
INAUDIBLE_DB = 30.0  # a hundred such machines add less than 0.5 dB to a level at its limit
ANY = Rule("any", "dba", "level", False, 0.0)  # what is listed where no ordinance is given


@dataclass(frozen=True)
class Case:
    """The arrays and types between the files and the answer."""

    site: Site
    terrain: Terrain | None
    poses: Poses
    receptors: Receptors
    around: Surroundings
    asked: Asked
    limits: dict[bool, Limits]  # as a sound without a tone has them, and as one with a tone
    method_db: Floats  # (R,) standard deviation of the method
    path_m: tuple[Floats, Floats]  # (R,) greatest distance from a unit, mean height of unit and receptor
    items: tuple[PlacedItem, ...]  # what stands in the yard beside the units
    machines: tuple[Source, ...]  # what is there already and what items sound, near enough to be heard
    existing: Floats  # (R, M) their energy
    reach_m: float
    hearing: Hearing

    @property
    def z(self) -> float:
        """How many standard deviations a level stays below its limit, at the wanted confidence."""
        return uncertainty.quantile(self.asked.operation.confidence)


def make_case(
    land: Land, row: int, yard: Yard, asked: Asked, environment: Environment, reach_m: float
) -> Case:
    """Put receptors around a site, look up their limits, and compute what is heard there already."""
    site, terrain = yard.site, yard.terrain
    roofs = screening_buildings(land, site, reach_m)
    bare = terrain is None and not len(roofs) and not walls_near(land, site, reach_m)
    screened = None if bare else land.buildings.geometries[roofs]
    height, spacing = environment.receptor_height_m, spacing_for(asked.unit)
    placed = place_receptors(land, row, site, asked.ordinance, reach_m, height, spacing, screened)
    ears = np.concatenate([placed.xy, placed.pieces.reshape(-1, 2)])
    around = surroundings(land, site, terrain, ears, reach_m, environment)
    return _case(
        land, site, terrain, yard.poses, yard.items, asked, reach_m, around, outdoors(placed, around)
    )


def with_receptors(land: Land, case: Case, receptors: Receptors) -> Case:
    """The same case with other receptors."""
    return _case(
        land,
        case.site,
        case.terrain,
        case.poses,
        case.items,
        case.asked,
        case.reach_m,
        case.around,
        receptors,
    )


def extended(land: Land, case: Case, more: Receptors) -> Case:
    """The same case with more receptors; what was computed for the others is kept."""
    whole = with_receptors(land, case, joined(case.receptors, more))
    before = case.hearing
    new = np.array(list(islice(before.numbers, len(more))), np.int64)
    kept = replace(
        whole.hearing, number=np.concatenate([before.number, new]),
        memo=before.memo, rows=before.rows, numbers=before.numbers,
    )  # fmt: skip
    return replace(whole, hearing=kept)


def _case(
    land: Land,
    site: Site,
    terrain: Terrain | None,
    poses: Poses,
    items: tuple[PlacedItem, ...],
    asked: Asked,
    reach_m: float,
    around: Surroundings,
    receptors: Receptors,
) -> Case:
    unit, ordinance, operation = asked.unit, asked.ordinance, asked.operation
    names: dict[str, int] = {}
    neighbour = np.array([names.setdefault(name, len(names)) for name in receptors.neighbour], np.int64)
    own_zones = zones_under(land.zoning, start_of(site))
    mean_height = (receptors.height_m + unit.source_height_m) / 2
    farthest = receptors.distance_m + np.hypot(*np.ptp(np.array(start_of(site).bounds).reshape(2, 2), axis=0))
    machines = _heard(
        (*machine_sources(land.machines), *item_sources(items)), receptors, ordinance, operation
    )
    scene = replace(around.scene, sources=machines)
    existing = noise.scene_levels(scene, receptors.xy, receptors.height_m, asked.metrics)
    tones = {voice.tonal for voice in asked.voices} | {False}  # what holds without a tone is told, too
    return Case(
        site,
        terrain,
        poses,
        receptors,
        around,
        asked,
        {tone: _limits(ordinance, receptors, own_zones, operation, tone) for tone in sorted(tones)},
        uncertainty.method_db(farthest, mean_height),
        (farthest, mean_height),
        items,
        machines,
        10 ** (existing / 10),
        reach_m,
        Hearing(
            unit,
            poses,
            receptors.xy,
            receptors.height_m,
            neighbour,
            around,
            asked.basis,
            np.arange(len(receptors)),
            numbers=count(len(receptors)),
        ),
    )


def _heard(
    machines: tuple[Source, ...], receptors: Receptors, ordinance: Ordinance | None, operation: Operation
) -> tuple[Source, ...]:
    """The machines that divergence alone does not take `INAUDIBLE_DB` below every limit at every receptor."""
    if not machines or not len(receptors):
        return ()
    lowest = rules.strictest(ordinance, operation).min() if ordinance else 0.0
    xy = np.array([(machine.x_m, machine.y_m) for machine in machines])
    ears = shapely.multipoints(receptors.xy)
    away = np.maximum(shapely.distance(shapely.points(xy), ears), 1.0)
    bands = np.array([(*machine.power_db, machine.power_31_db or 0.0) for machine in machines])
    power = 10 * np.log10((10 ** (bands / 10)).sum(axis=1)) + MOST_WEIGHT_DB
    gain = noise.GROUND_GAIN_DB + noise.REFLECTION_GAIN_DB - noise.SPREADING_DB
    loudest = power + gain - 20 * np.log10(away)
    return tuple(m for m, level in zip(machines, loudest, strict=True) if level > lowest - INAUDIBLE_DB)


def _limits(
    ordinance: Ordinance | None,
    receptors: Receptors,
    own_zones: tuple[str, ...],
    operation: Operation,
    tone: bool,
) -> Limits:
    if ordinance is None:
        unknown = np.full((len(receptors), 1), np.nan)
        return Limits((ANY,), [None] * len(receptors), unknown, (), (), ())
    return rules.limits_at(ordinance, receptors, own_zones, operation, tone)


def limits_of(case: Case, voice: Voice) -> Limits:
    """The limits that hold for one sound; unknown where a rule needs the 31.5 Hz octave and nobody says how loud it is there."""
    found = case.limits[voice.tonal]
    silent: NDArray[np.bool_] = np.any(
        np.isnan(case.existing), axis=0
    )  # a machine whose 31.5 Hz octave is not known
    deaf = [
        needs_lowest((rule.metric,))
        and (not voice.lowest_known or bool(silent[case.asked.metrics.index(rule.metric)]))
        for rule in found.rules
    ]
    if not any(deaf):
        return found
    limit = np.where(np.array(deaf) & (found.limit_db < np.inf), np.nan, found.limit_db)
    return replace(found, limit_db=limit)


def sigma_db(case: Case, voice: Voice) -> Floats:
    """Standard deviation of the level of one sound at every receptor in every metric (R, M)."""
    return np.hypot(case.method_db[:, None], voice.sigma_db[None, :])


def demand_for(case: Case, voice: Voice) -> Demand:
    """What one sound may bring to every receptor so that every limit is kept at the wanted confidence."""
    level, true = _planned(case, voice)
    # a limit is kept by all sound together: what is there already takes its share
    room = np.maximum(level - np.nan_to_num(case.existing), 0.0)
    if case.asked.wanted is not None:  # where nothing is left, the quietest place is the one that adds least
        room = np.where(room > 0, room, level)
    return Demand(voice.mix, room, true)


def planned(case: Case, voice: Voice) -> Floats:
    """The energy that all sound together may have at every receptor in every metric (R, M)."""
    return _planned(case, voice)[0]


def _planned(case: Case, voice: Voice) -> tuple[Floats, NDArray[np.bool_]]:
    """The energy to plan for (R, M), and where it comes from a limit that is known.

    Where a limit is not known the plan takes the lowest of the ordinance; without an ordinance, nothing for as many units as
    there is space for, and one level everywhere for a given number, so that the loudest receptor is as quiet as can be.
    """
    steady = rules.steady(limits_of(case, voice), case.asked.metrics)
    true = ~np.isnan(steady)
    if case.asked.ordinance is None:
        lowest = np.full(len(case.asked.metrics), np.inf if case.asked.question.mode == "max" else 0.0)
    else:
        lowest = rules.strictest(case.asked.ordinance, case.asked.operation)
    level = np.where(true, steady, lowest[None, :]) - case.z * sigma_db(case, voice)
    return np.asarray(10 ** (level / 10)), true


def narrowed(case: Case, keep: NDArray[np.bool_]) -> Case:
    """The same case with some of its receptors."""
    if keep.all():
        return case
    hearing = case.hearing
    return replace(
        case,
        receptors=picked(case.receptors, keep),
        limits={
            tone: replace(
                limits,
                classes=[limits.classes[k] for k in np.flatnonzero(keep).tolist()],
                limit_db=limits.limit_db[keep],
            )
            for tone, limits in case.limits.items()
        },
        method_db=case.method_db[keep],
        path_m=(case.path_m[0][keep], case.path_m[1][keep]),
        existing=case.existing[keep],
        hearing=replace(
            hearing,
            xy=hearing.xy[keep],
            height_m=hearing.height_m[keep],
            neighbour=hearing.neighbour[keep],
            number=hearing.number[keep],
        ),
    )
