"""Poses and receptors to arrays, the kernels, and back: transfer per unit of 0 dB(A), and one path term by term."""

import functools
import os
from dataclasses import dataclass

import numpy as np

from kernels import paths as rows
from kernels import transfer as kernel
from kernels.air import band_absorption_db_per_m
from kernels.bands import A_WEIGHTING_DB, BANDS
from kernels.decibel import a_weighted_total
from kernels.medium import Medium, open_medium
from kernels.zones import uniform_zones
from siting.errors import InputError
from siting.model import Assumption, Floats, PathTerms, Sound, Transfer, Unit

GROUND_GAIN_DB = 6.0  # the most that 7.3.1 can add: hard ground, 1.5 in each end region and 3 q in the middle
SPREADING_DB = 11.0  # 10 lg 4 pi, the divergence at 1 m (7.1)
FEW = 4_000_000  # pairs below which threads save less than a twentieth of a second


@dataclass(frozen=True)
class Environment:
    """Air and ground between units and receptors, and the receptors' height."""

    temperature_c: float
    humidity_pct: float
    pressure_kpa: float
    ground_g: float
    receptor_height_m: float


ENVIRONMENT = Environment(10.0, 70.0, 101.325, 0.0, 1.5)


def environment_assumptions() -> tuple[Assumption, ...]:
    """What is taken for air, ground and receptor height, and why."""
    e = ENVIRONMENT
    return (
        Assumption(
            "air.temperature_c", e.temperature_c, "assumed", "usual reference weather; carries sound well"
        ),
        Assumption("air.humidity_pct", e.humidity_pct, "assumed", "usual reference weather"),
        Assumption("air.pressure_kpa", e.pressure_kpa, "assumed", "sea level"),
        Assumption("ground.g", e.ground_g, "assumed", "hard ground everywhere, the loud reading"),
        Assumption("receptor.height_m", e.receptor_height_m, "assumed", "ear height, 5 ft above the ground"),
        Assumption("terrain", "flat", "assumed", "units and receptors stand on one level plane"),
    )


def transfer(
    unit: Unit, sources_xy: Floats, receptors_xy: Floats, environment: Environment = ENVIRONMENT
) -> Transfer:
    """A-weighted energy at each receptor from one unit of 0 dB(A) power at each source, in the unit's octave shape.

    Parameters
    ----------
    sources_xy : (S, 2)
        Centres of bodies, metres.
    receptors_xy : (R, 2)
        Metres.

    Returns
    -------
    Transfer
        `energy` (S, R, 1); ISO 9613-2:1996 clauses 7.1, 7.2 and 7.3.1 on flat ground.
    """
    if not len(sources_xy) or not len(receptors_xy):
        return Transfer(np.zeros((len(sources_xy), len(receptors_xy), 1)), ("dba",))
    sources = _places(sources_xy, unit.source_height_m, heading=0.0)
    receptors = _places(receptors_xy, environment.receptor_height_m)
    threads = (os.cpu_count() or 1) if len(sources) * len(receptors) >= FEW else 1
    try:
        energy = kernel.transfer(
            sources, receptors, _band_energy(unit)[None, :], _medium(environment), threads=threads
        )
    except kernel.SamePointError as error:
        raise InputError(
            f"A receptor stands exactly where the sound of {unit.id} would start, {unit.source_height_m:g} m above the lot: "
            "move the receptor off the buildable area, or set the unit's source_height_m apart from the receptors' "
            f"{environment.receptor_height_m:g} m."
        ) from error
    return Transfer(energy, ("dba",))


def path_terms(
    unit: Unit,
    sound: Sound,
    name: str,
    source_xy: Floats,
    receptor_xy: Floats,
    environment: Environment = ENVIRONMENT,
) -> PathTerms:
    """The arithmetic from one unit to one receptor, every term in dB."""
    source = _places(source_xy[None], unit.source_height_m, heading=0.0)[0]
    receptor = _places(receptor_xy[None], environment.receptor_height_m)[0]
    band, single = np.empty((1, rows.BAND_TERMS, BANDS)), np.empty((1, rows.SINGLE_TERMS))
    kernel.list_paths(
        source, receptor, np.zeros((0, BANDS)), _medium(environment), np.empty(1, np.int64), band, single
    )
    air, ground, divergence = band[0, rows.AIR], band[0, rows.GROUND], single[0, rows.DIVERGENCE]
    level = np.asarray(sound.power_db) - divergence - air - ground
    return PathTerms(
        unit=name,
        distance_m=float(single[0, rows.DISTANCE]),
        plan_distance_m=float(single[0, rows.PLAN]),
        power_db=sound.power_db,
        divergence_db=float(divergence),
        air_db=tuple(map(float, air)),
        ground_db=tuple(map(float, ground)),
        level_db=tuple(map(float, level)),
        level_dba=float(a_weighted_total(level)),
    )


def reach_m(power_dba: float, units: int, limit_dba: float) -> float:
    """Beyond this plan distance from all units no level can exceed the limit: divergence alone, the most the ground can add."""
    if units == 0:
        return 0.0
    excess = power_dba + 10 * np.log10(units) + GROUND_GAIN_DB - SPREADING_DB - limit_dba
    return float(10 ** (excess / 20))


def _band_energy(unit: Unit) -> Floats:
    """A-weighted share of each band in the unit's sound power, summing to 1."""
    weighted = 10 ** ((np.asarray(unit.sound.shape_db) + A_WEIGHTING_DB) / 10)
    return np.asarray(weighted / weighted.sum())


def _places(xy: Floats, height_m: float, **more: float) -> Floats:
    """Points on level ground at 0 m as the kernels take them: x, y, height, ground."""
    columns = [np.full(len(xy), value) for value in (height_m, 0.0, *more.values())]
    return np.column_stack([xy, *columns])


@functools.cache
def _medium(environment: Environment) -> Medium:
    air = (environment.temperature_c, environment.humidity_pct, environment.pressure_kpa)
    return open_medium(uniform_zones(environment.ground_g), np.asarray(band_absorption_db_per_m(*air)))
