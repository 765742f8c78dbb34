"""Levels of a scene at its receivers and anywhere else, with every term of every path (ISO 9613-2:1996)."""

from typing import Literal

import numpy as np

from kernels import transfer as kernel
from kernels.bands import A_WEIGHTING_DB, BANDS
from kernels.medium import Medium
from siting.errors import InputError
from siting.model import Floats
from siting.near_source import near_receivers, parts_of_source
from siting.parts import Receiver, ReceiverLevel, Scene
from siting.paths import paths_to
from siting.scene.checks import check_scene, free_places
from siting.scene.elevation import ground_at
from siting.scene.medium import make_medium
from siting.scene.prepared import Prepared, prepare, receiver_places


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
    height_m: float,
    threads: int = 1,
    inside: Literal["refuse", "nan"] = "refuse",
) -> Floats:
    """A-weighted level of all sources together at points (n, 2) at one height above the ground, dB(A).

    Equal to the bit to `levels` at a receiver there.

    Parameters
    ----------
    inside : "refuse" or "nan"
        What to do with points in a building, in a unit or outside the terrain: an InputError, or nan.
    """
    points = np.asarray(xy, float).reshape(-1, 2)
    ground = ground_at(prepared.ground, points)
    usable = np.arange(len(points))
    scene, tops = prepared.scene, prepared.stands.building_top_m
    if inside == "nan":
        usable = np.flatnonzero(free_places(scene, prepared.sources, tops, points, ground + height_m))
    else:
        asked = tuple(Receiver(str(k + 1), float(x), float(y), height_m) for k, (x, y) in enumerate(points))
        asked_for = Scene(scene.sources, asked, scene.buildings, name=scene.name)
        check_scene(asked_for, prepared.sources[:, 3], ground, tops)
    receivers = np.column_stack([points, ground + height_m, ground])[usable]
    level = np.full(len(points), np.nan)
    energy = _summed(prepared, prepared.medium, receivers, _weighted_energy(prepared), threads)
    with np.errstate(divide="ignore"):
        level[usable] = 10.0 * np.log10(energy[:, 0])
    return level


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
    return make_medium(prepared.scene, prepared.ground, prepared.stands, lowest=True)


def _levels_31(prepared: Prepared, medium: Medium, receivers: Floats, threads: int) -> Floats:
    """(R,) levels in the 31.5 Hz octave."""
    powers = np.array([source.power_31_db for source in prepared.scene.sources], float)
    metrics = np.zeros((len(powers), 1, BANDS))
    metrics[:, 0, 0] = 10.0 ** (powers / 10.0)
    return np.asarray(10.0 * np.log10(_summed(prepared, medium, receivers, metrics, threads)[:, 0]))
