"""Poses and receptors to arrays, the kernels, and back: transfer per unit of 0 dB(A), and a layout's scene with its levels."""

import os
from dataclasses import replace

import numpy as np

from kernels import transfer as kernel
from kernels.air import absorption_db_per_m
from kernels.bands import BANDS, LOWEST_HZ, MIDBAND_HZ
from kernels.decibel import a_weighted_total
from kernels.medium import Medium
from siting.errors import InputError
from siting.levels import levels, metric_levels_at
from siting.metrics import weights_db
from siting.model import Environment, Floats, Sound, Transfer, Unit
from siting.near_source import FAR_SIZES, many_sub_sources
from siting.outcome import PathTerms, PlacedUnit
from siting.parts import PathLevel, Receiver, Scene, Source
from siting.scene.elevation import ground_at
from siting.scene.prepared import Prepared, prepare
from siting.surroundings import Surroundings, open_land, stands

GROUND_GAIN_DB = 6.0  # the most that 7.3.1 can add: hard ground, 1.5 in each end region and 3 q in the middle
REFLECTION_GAIN_DB = 3.0  # one surface that sends everything back, along a way that is no longer
SPREADING_DB = 11.0  # 10 lg 4 pi, the divergence at 1 m (7.1)
# sums over open land, and pairs past buildings, that are worth a second thread
FEW, FEW_SCREENED = 2_000_000, 2_000
IN_THE_BODY = 1e30  # energy for a receptor in a unit's body, where no level can be given: over every limit
BISECTIONS = 60
FRONT = 2  # positions of 45 degrees from a unit's front, its south side at rotation 0, to its length axis


def transfer(
    unit: Unit,
    sources_xy: Floats,
    rotation_deg: Floats,
    receptors_xy: Floats,
    height_m: float | Floats,
    basis: Floats,
    around: Surroundings | None = None,
    obstacles: bool = True,
) -> Transfer:
    """Energy at each receptor from one unit at each source, in sums over octave bands.

    Parameters
    ----------
    sources_xy : (S, 2)
        Centres of bodies, metres.
    rotation_deg : (S,)
        Their rotations.
    receptors_xy : (R, 2)
        Metres.
    height_m : float or (R,)
        Of the receptors above ground.
    basis : (B, 9)
        Energy that a unit sends in each octave band, 31.5 Hz to 8 kHz, times its weight in each of B sums.
    around : Surroundings, optional
        Level ground with nothing on it where left out.
    obstacles : bool
        False: nothing screens, nothing reflects and each unit is a point; quick, and no direct path is quieter.

    Returns
    -------
    Transfer
        `energy` (S, R, B) as `siting.levels` has it to 12 figures; 1e30 where a receptor lies in a unit's body.

    Raises
    ------
    InputError
        A source or receptor lies outside the terrain, or a receptor exactly at a source.
    """
    around = around or open_land()
    if not len(sources_xy) or not len(receptors_xy):
        return Transfer(np.zeros((len(sources_xy), len(receptors_xy), len(basis))))
    sources = _places(around, sources_xy, unit.source_height_m, "unit")
    sources = np.column_stack([sources, np.radians(rotation_deg)])
    receptors = _places(around, receptors_xy, height_m, "receptor")
    energy = _octaves(
        unit,
        sources,
        receptors,
        basis[:, 1:],
        around.prepared.medium if obstacles else around.open,
        obstacles,
        around,
    )
    if (basis[:, 0] > 0).any():
        lowest = np.zeros((len(basis), BANDS))
        lowest[:, 0] = basis[:, 0]
        medium = around.lowest if obstacles else around.open_lowest
        energy += _octaves(unit, sources, receptors, lowest, medium, obstacles, around)
    return Transfer(energy)


def _octaves(
    unit: Unit,
    sources: Floats,
    receptors: Floats,
    sums: Floats,
    medium: Medium,
    obstacles: bool,
    around: Surroundings,
) -> Floats:
    """Energy (S, R, B) of sums over eight bands (B, 8) through one medium."""
    threads = _threads(len(sources) * len(receptors), len(sums), obstacles and around.screens)
    pattern = _pattern(unit)
    try:
        energy = kernel.transfer(sources, receptors, sums, medium, _for_all(pattern, len(sources)), threads)
    except kernel.SamePointError as error:
        raise InputError(
            f"A receptor stands exactly where the sound of {unit.id} would start, {unit.source_height_m:g} m above the lot: "
            "move the receptor off the buildable area, or set the unit's source_height_m apart from the receptors' "
            f"{around.environment.receptor_height_m:g} m."
        ) from error
    if obstacles:
        low, high = sources[:, :2].min(axis=0), sources[:, :2].max(axis=0)
        beside = np.maximum(np.maximum(low - receptors[:, :2], receptors[:, :2] - high), 0.0)
        for r in np.flatnonzero(np.hypot(*beside.T) < FAR_SIZES * max(_size(unit))):
            _mend_near(unit, sources, receptors[r], medium, pattern, sums, energy[:, r])
    return np.asarray(energy)


def _threads(pairs: int, sums: int, screened: bool) -> int:
    """How many threads are worth their start."""
    enough = pairs >= FEW_SCREENED if screened else pairs * sums >= FEW
    return (os.cpu_count() or 1) if enough else 1


def unit_scene(
    around: Surroundings,
    unit: Unit,
    sound: Sound,
    placed: tuple[PlacedUnit, ...],
    receptors: tuple[Receiver, ...] = (),
    machines: tuple[Source, ...] = (),
) -> Scene:
    """The scene of a layout: every placed unit a source with its body, heading along its length, and the machines there are.

    A unit's directivity begins at its front; in the scene it begins along the heading, so it is turned by two positions.
    """
    pattern = _pattern(unit)
    turned = None if pattern is None else tuple(map(tuple, pattern.tolist()))
    sources = tuple(
        Source(
            u.id, u.x_m, u.y_m, sound.power_db, height_m=unit.source_height_m, power_31_db=sound.power_31_db,
            directivity_db=turned, heading_deg=u.rotation_deg, size_m=_size(unit),
        )
        for u in placed
    )  # fmt: skip
    return replace(around.scene, sources=(*sources, *machines), receivers=receptors)


def scene_levels(scene: Scene, receptors_xy: Floats, height_m: Floats, metrics: tuple[str, ...]) -> Floats:
    """Levels of a scene at receptors (n, 2), as `siting levels` computes them: (n, M) dB; -inf without sources."""
    if not scene.sources or not len(receptors_xy):
        return np.full((len(receptors_xy), len(metrics)), -np.inf)
    prepared: Prepared = prepare(scene)
    threads = _threads(len(scene.sources) * len(receptors_xy), len(metrics), stands(scene))
    return metric_levels_at(prepared, receptors_xy, height_m, weights_db(metrics), threads)


def path_terms(scene: Scene) -> tuple[PathTerms, ...]:
    """Every path to the one receiver of a scene that brings sound, the loudest first."""
    (heard,) = levels(scene)
    paths = [path for path in heard.paths if np.isfinite(path.level_db).any()]
    return tuple(sorted(map(_path_terms, paths), key=lambda path: -path.level_dba))


def reach_m(sent: Floats, limit_db: float, reflecting: bool, air_db_m: Floats) -> float:
    """Beyond this plan distance from all units no level can exceed the limit.

    Divergence and air alone, and the most that the ground can add; where buildings reflect also one surface that sends all the
    sound back: a second one behind the same receptor makes at most 1.8 dB more of it, and stands in the levels themselves, which
    are computed out to here.

    Parameters
    ----------
    sent : (9,)
        Energy that all units send in each octave band, times its weight in the metric.
    air_db_m : (9,)
        What the air takes from each band, `air_db_per_m`.
    """
    if not sent.sum() > 0 or limit_db == np.inf:
        return 0.0
    gain = GROUND_GAIN_DB + (REFLECTION_GAIN_DB if reflecting else 0.0) - SPREADING_DB

    def heard(distance: float) -> float:
        left = float((sent * 10 ** (-air_db_m * distance / 10)).sum())
        return 10 * np.log10(max(left, 1e-300)) + gain - 20 * np.log10(distance)

    far = float(10 ** ((10 * np.log10(sent.sum()) + gain - limit_db) / 20))  # without air
    near = 0.0
    for _ in range(BISECTIONS):
        middle = (near + far) / 2
        near, far = (middle, far) if heard(middle) > limit_db else (near, middle)
    return far


def air_db_per_m(environment: Environment) -> Floats:
    """What the air takes from each octave band, 31.5 Hz to 8 kHz, dB/m (9,) (ISO 9613-1)."""
    hertz = np.append(LOWEST_HZ, MIDBAND_HZ)
    e = environment
    return np.asarray(absorption_db_per_m(hertz, e.temperature_c, e.humidity_pct, e.pressure_kpa))


def loudest_side_db(unit: Unit) -> float:
    """How much louder than its sound power says a unit can be in one direction, dB."""
    pattern = unit.sound.directivity_db
    return 0.0 if pattern is None else max(0.0, *(level for position in pattern for level in position))


def _path_terms(path: PathLevel) -> PathTerms:
    t = path.terms
    return PathTerms(
        source=path.source,
        kind=path.kind,
        via=path.via,
        distance_m=t.distance_m,
        plan_distance_m=t.plan_distance_m,
        power_db=_eight(t.power_db),
        directivity_db=_eight(t.directivity_db),
        divergence_db=t.divergence_db,
        air_db=_eight(t.air_db),
        ground_db=_eight(t.ground_db),
        screening_db=_eight(t.screening_db),
        reflection_db=_eight(t.reflection_db),
        level_db=_eight(path.level_db),
        level_dba=float(a_weighted_total(path.level_db)),
    )


def _eight(values: Floats) -> tuple[float, ...]:
    return tuple(map(float, values))


def _pattern(unit: Unit) -> Floats | None:
    """A unit's directivity (8, 8) with the first position along its length."""
    given = unit.sound.directivity_db
    return None if given is None else np.roll(np.array(given, float), -FRONT, axis=0)


def _for_all(pattern: Floats | None, count: int) -> Floats | None:
    return None if pattern is None else np.broadcast_to(pattern, (count, 8, BANDS))


def _places(around: Surroundings, xy: Floats, height_m: float | Floats, what: str) -> Floats:
    """Points as the kernels take them: x, y, height, ground."""
    ground = ground_at(around.prepared.ground, xy)
    if np.isnan(ground).any():
        x, y = xy[int(np.isnan(ground).argmax())]
        name = around.scene.terrain.name if around.scene.terrain else "the terrain"
        raise InputError(
            f"{name} has no height under a {what} at ({x:.1f}, {y:.1f}); give a raster that reaches it."
        )
    return np.column_stack([xy, np.maximum(ground + height_m, ground), ground])


def _mend_near(
    unit: Unit,
    sources: Floats,
    receptor: Floats,
    medium: Medium,
    pattern: Floats | None,
    sums: Floats,
    energy: Floats,
) -> None:
    """Put the energies (S, B) at one receptor right for sources too near to be points."""
    size = _size(unit)
    away = np.linalg.norm(sources[:, :3] - receptor[:3], axis=1)
    near = np.flatnonzero(away < FAR_SIZES * max(size))
    if not len(near):
        return
    parts = many_sub_sources(sources[near, :3], sources[near, 3], size, sources[near, 4], receptor[:3])
    energy[near[parts.inside]] = IN_THE_BODY
    points = np.column_stack([parts.points, sources[near[parts.whose], 3:]])
    shared = parts.share[:, None, None] * sums[None]
    each = kernel.transfer(points, receptor[None], shared, medium, _for_all(pattern, len(points)))[:, 0]
    added = np.zeros((len(near), each.shape[1]))
    np.add.at(added, parts.whose, each)
    energy[near[~parts.inside]] = added[~parts.inside]


def _size(unit: Unit) -> tuple[float, float, float]:
    return unit.length_m, unit.width_m, unit.height_m
