"""A scene in arrays, its sources and receivers checked: ready to be heard anywhere."""

from dataclasses import dataclass

import numpy as np

from kernels.bands import BANDS
from kernels.medium import Medium
from siting.model import Floats
from siting.parts import Scene
from siting.scene.checks import check_scene, check_tops, heights, places
from siting.scene.elevation import Ground, ground_at, make_ground
from siting.scene.medium import Standing, make_medium, standing


@dataclass(frozen=True, eq=False)
class Prepared:
    """A scene ready to be heard anywhere."""

    scene: Scene
    ground: Ground
    stands: Standing
    medium: Medium
    sources: Floats  # (S, 5) x, y, height, ground, heading in radians
    power_db: Floats  # (S, 8)
    directivity_db: Floats | None  # (S, 8, 8)


def prepare(scene: Scene) -> Prepared:
    """Put a scene into arrays and check its sources.

    Raises
    ------
    InputError
        A source, receiver, wall or building stands where no level can be computed.
    """
    ground = make_ground(scene)
    check_tops(scene, ground)
    stands = standing(scene, ground)
    xy = places(scene.sources)
    source_ground = ground_at(ground, xy)
    receiver_ground = ground_at(ground, places(scene.receivers))
    check_scene(scene, source_ground, receiver_ground, stands.building_top_m)
    z = heights(scene.sources, source_ground)
    heading = np.radians([source.heading_deg for source in scene.sources])
    sources = np.column_stack([xy, np.maximum(z, source_ground), source_ground, heading])
    power = np.array([source.power_db for source in scene.sources], float).reshape(-1, BANDS)
    return Prepared(
        scene, ground, stands, make_medium(scene, ground, stands), sources, power, _directivity(scene)
    )


def lowest_medium(prepared: Prepared) -> Medium:
    """What lies between in the 31.5 Hz octave, which takes the place of the 63 Hz octave."""
    return make_medium(prepared.scene, prepared.ground, prepared.stands, lowest=True)


def receiver_places(prepared: Prepared) -> Floats:
    """(R, 4) x, y, height and ground of the scene's receivers."""
    xy = places(prepared.scene.receivers)
    ground = ground_at(prepared.ground, xy)
    return np.column_stack([xy, np.maximum(heights(prepared.scene.receivers, ground), ground), ground])


def _directivity(scene: Scene) -> Floats | None:
    if all(source.directivity_db is None for source in scene.sources):
        return None
    none = np.zeros((8, BANDS))
    return np.array([none if s.directivity_db is None else s.directivity_db for s in scene.sources], float)
