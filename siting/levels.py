"""Levels of a scene at its receivers and anywhere else, with every term of every path (ISO 9613-2:1996)."""

from typing import Literal

import numpy as np

from kernels import transfer as kernel
from kernels.bands import A_WEIGHTING_DB, BANDS
from kernels.medium import Medium
from siting.errors import InputError
from siting.model import Floats, Ints
from siting.near_source import near_receivers, parts_of_source
from siting.parts import Receiver, ReceiverLevel, Scene
from siting.paths import paths_to
from siting.scene.checks import check_scene, free_places
from siting.scene.elevation import ground_at
from siting.scene.prepared import Prepared, lowest_medium, prepare, receiver_places


def levels(scene: Scene, paths: bool = True, threads: int = 1) -> list[ReceiverLevel]:
    """What every receiver of a scene hears, in the scene's order.

    Parameters
    ----------
    scene : Scene
    paths : bool
        List every path with its terms, too.
    threads : int
        Levels do not depend on it by a bit.

    Raises
    ------
    InputError
        As `prepare`.
    """
    if not scene.receivers:
        raise InputError(f'{scene.name}: it has no receiver; give at least one feature of kind "receiver".')
    prepared = prepare(scene)
    receivers = receiver_places(prepared)
    metrics = np.concatenate(
        [_band_energy(prepared)[:, None, :] * np.eye(BANDS), _weighted_energy(prepared)], axis=1
    )
    energy = _summed(prepared, prepared.medium, receivers, metrics, threads)
    octave_31 = _octave_31(prepared)
    with np.errstate(divide="ignore"):
        level = 10.0 * np.log10(energy)
        level_31 = None if octave_31 is None else _levels_31(prepared, octave_31, receivers, threads)
    return [
        ReceiverLevel(
            receiver.id,
            float(level[j, BANDS]),
            level[j, :BANDS],
            None if level_31 is None else float(level_31[j]),
            tuple(paths_to(prepared, receivers[j], octave_31)) if paths else (),
        )
        for j, receiver in enumerate(scene.receivers)
    ]


def levels_at(
    prepared: Prepared,
    xy: Floats,
    height_m: float | Floats,
    threads: int = 1,
    inside: Literal["refuse", "nan"] = "refuse",
) -> Floats:
    """A-weighted level of all sources together at points (n, 2), each at a height above the ground, dB(A).

    Equal to the bit to `levels` at a receiver there.

    Parameters
    ----------
    inside : "refuse" or "nan"
        What to do with points in a building, in a unit or outside the terrain: an InputError, or nan.
    """
    points = np.asarray(xy, float).reshape(-1, 2)
    usable, receivers = _usable_places(prepared, points, height_m, inside)
    level = np.full(len(points), np.nan)
    energy = _summed(prepared, prepared.medium, receivers, _weighted_energy(prepared), threads)
    with np.errstate(divide="ignore"):
        level[usable] = 10.0 * np.log10(energy[:, 0])
    return level


def metric_levels_at(
    prepared: Prepared, xy: Floats, height_m: float | Floats, weights_db: Floats, threads: int = 1
) -> Floats:
    """Levels of all sources in other weightings, (n, M) dB; nan where one needs the 31.5 Hz octave and a source lacks it.

    Parameters
    ----------
    weights_db : (M, 9)
        What each octave band counts, 31.5 Hz to 8 kHz, -inf for nothing: `siting.metrics.weights_db`.
    """
    points = np.asarray(xy, float).reshape(-1, 2)
    _, receivers = _usable_places(prepared, points, height_m, "refuse")
    metrics = 10.0 ** ((prepared.power_db[:, None, :] + weights_db[None, :, 1:]) / 10.0)
    energy = _summed(prepared, prepared.medium, receivers, metrics, threads)
    low = weights_db[:, 0] > -np.inf
    if low.any():
        octave_31 = _octave_31(prepared)
        if octave_31 is None:
            energy[:, low] = np.nan
        else:
            powers = np.array([source.power_31_db for source in prepared.scene.sources], float)
            lowest = np.zeros((len(powers), int(low.sum()), BANDS))
            lowest[:, :, 0] = 10.0 ** ((powers[:, None] + weights_db[None, low, 0]) / 10.0)
            energy[:, low] += _summed(prepared, octave_31, receivers, lowest, threads)
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 * np.log10(energy))


def _usable_places(
    prepared: Prepared, points: Floats, height_m: float | Floats, inside: Literal["refuse", "nan"]
) -> tuple[Ints, Floats]:
    """Which points (n, 2) can have a level, and their places as the kernels take them."""
    ground = ground_at(prepared.ground, points)
    height = np.broadcast_to(np.asarray(height_m, float), len(points))
    usable = np.arange(len(points))
    scene, tops = prepared.scene, prepared.stands.building_top_m
    if inside == "nan":
        usable = np.flatnonzero(free_places(scene, prepared.sources, tops, points, ground + height))
    else:
        asked = tuple(
            Receiver(str(k + 1), float(x), float(y), float(height[k])) for k, (x, y) in enumerate(points)
        )
        asked_for = Scene(scene.sources, asked, scene.buildings, name=scene.name)
        check_scene(asked_for, prepared.sources[:, 3], ground, tops)
    return usable, np.column_stack([points, ground + height, ground])[usable]


def _band_energy(prepared: Prepared) -> Floats:
    return np.asarray(10.0 ** (prepared.power_db / 10.0))


def _weighted_energy(prepared: Prepared) -> Floats:
    """(S, 1, 8) A-weighted sound power as energy."""
    return np.asarray(10.0 ** ((prepared.power_db + A_WEIGHTING_DB) / 10.0))[:, None, :]


def _summed(prepared: Prepared, medium: Medium, receivers: Floats, metrics: Floats, threads: int) -> Floats:
    """(R, M) energy of all sources, added in their order."""
    total = np.zeros((len(receivers), metrics.shape[1]))
    if not len(receivers) or not len(prepared.sources):
        return total
    for s in range(len(prepared.sources)):
        total += _of_source(prepared, medium, s, receivers, metrics[s], threads)
    return total


def _of_source(
    prepared: Prepared, medium: Medium, s: int, receivers: Floats, metrics: Floats, threads: int
) -> Floats:
    """(R, M) energy of one source; near its body, of the parts that it is divided into."""
    source = prepared.sources[s : s + 1]
    pattern = None if prepared.directivity_db is None else prepared.directivity_db[s : s + 1]
    try:
        energy = kernel.transfer(source, receivers, metrics, medium, pattern, threads)[0]
    except kernel.SamePointError as error:
        name = prepared.scene.sources[s].id
        raise InputError(
            f'{prepared.scene.name}: a receiver lies at the source "{name}"; move one of them.'
        ) from error
    for j in near_receivers(prepared, s, receivers):
        parts, share = parts_of_source(prepared, s, receivers[j])
        spread = None if pattern is None else np.repeat(pattern, len(parts), axis=0)
        each = kernel.transfer(parts, receivers[j : j + 1], share[:, None, None] * metrics, medium, spread)
        energy[j] = 0.0
        for k in range(len(parts)):
            energy[j] += each[k, 0]
    return energy


def _octave_31(prepared: Prepared) -> Medium | None:
    """What lies between in the 31.5 Hz octave, where every source states its power there."""
    powers = [source.power_31_db for source in prepared.scene.sources]
    if not powers or None in powers:
        return None
    return lowest_medium(prepared)


def _levels_31(prepared: Prepared, medium: Medium, receivers: Floats, threads: int) -> Floats:
    """(R,) levels in the 31.5 Hz octave."""
    powers = np.array([source.power_31_db for source in prepared.scene.sources], float)
    metrics = np.zeros((len(powers), 1, BANDS))
    metrics[:, 0, 0] = 10.0 ** (powers / 10.0)
    return np.asarray(10.0 * np.log10(_summed(prepared, medium, receivers, metrics, threads)[:, 0]))
