"""Poses and receptors to arrays, the kernels, and back: transfer per unit of 0 dB(A), and one path term by term."""

import functools
import os
from dataclasses import dataclass

import numpy as np

from kernels import transfer as kernel
from kernels.air import band_absorption_db_per_m
from kernels.bands import A_WEIGHTING_DB
from kernels.decibel import a_weighted_total
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
    ends = [(sources_xy, unit.source_height_m), (receptors_xy, environment.receptor_height_m)]
    # one ground everywhere hears both ways alike, to the bit; the kernel is at its best along the longer side
    turned = len(sources_xy) > len(receptors_xy)
    threads = (os.cpu_count() or 1) if len(sources_xy) * len(receptors_xy) >= FEW else 1
    weight, alpha = _band_energy(unit)[None, :], _alpha(environment)
    try:
        energy = kernel.flat_transfer(
            *ends[turned], *ends[not turned], weight, alpha, environment.ground_g, threads=threads
        )
    except kernel.SamePointError as error:
        raise InputError(
            f"A receptor stands exactly where the sound of {unit.id} would start, {unit.source_height_m:g} m above the lot: "
            "move the receptor off the buildable area, or set the unit's source_height_m apart from the receptors' "
            f"{environment.receptor_height_m:g} m."
        ) from error
    return Transfer(np.ascontiguousarray(energy.transpose(1, 0, 2)) if turned else energy, ("dba",))


def path_terms(
    unit: Unit,
    sound: Sound,
    name: str,
    source_xy: Floats,
    receptor_xy: Floats,
    environment: Environment = ENVIRONMENT,
) -> PathTerms:
    """The arithmetic from one unit to one receptor, every term in dB."""
    terms = kernel.flat_terms(
        source_xy,
        unit.source_height_m,
        receptor_xy,
        environment.receptor_height_m,
        _alpha(environment),
        environment.ground_g,
    )
    level = np.asarray(sound.power_db) - terms.divergence_db - terms.air_db - terms.ground_db
    return PathTerms(
        unit=name,
        distance_m=float(terms.distance_m),
        plan_distance_m=float(terms.plan_distance_m),
        power_db=sound.power_db,
        divergence_db=float(terms.divergence_db),
        air_db=tuple(map(float, terms.air_db)),
        ground_db=tuple(map(float, terms.ground_db)),
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


@functools.cache
def _alpha(environment: Environment) -> Floats:
    return np.asarray(
        band_absorption_db_per_m(
            environment.temperature_c, environment.humidity_pct, environment.pressure_kpa
        )
    )
