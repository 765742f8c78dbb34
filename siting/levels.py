"""Levels of a scene at its receivers and anywhere else, with every term of every path (ISO 9613-2:1996)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely

from kernels import paths as rows
from kernels import transfer as kernel
from kernels.bands import A_WEIGHTING_DB, BANDS
from kernels.medium import Medium
from siting.errors import InputError
from siting.model import Floats
from siting.near_source import sub_sources
from siting.parts import PathLevel, Receiver, ReceiverLevel, Scene, Terms
from siting.scene.checks import check_scene, heights, places
from siting.scene.elevation import Ground, ground_at, make_ground
from siting.scene.medium import Standing, make_medium, standing

FAR_SIZES = (
    2.0  # a source counts as a point from so many times its largest dimension on (ISO 9613-2, clause 4)
)


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
    receivers = _receivers(prepared)
    metrics = np.concatenate(
        [_band_energy(prepared)[:, None, :] * np.eye(BANDS), _weighted_energy(prepared)], axis=1
    )
    energy = _summed(prepared, prepared.medium, receivers, metrics, threads)
    with np.errstate(divide="ignore"):
        level = 10.0 * np.log10(energy)
        lowest = _lowest(prepared, receivers, threads)
    return [
        ReceiverLevel(
            receiver.id,
            float(level[j, BANDS]),
            level[j, :BANDS],
            None if lowest is None else float(lowest[j]),
            tuple(_paths(prepared, receivers[j])) if paths else (),
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
    usable = np.arange(len(points))
    if inside == "nan":
        usable = np.flatnonzero(_is_free(prepared, points, height_m))
    ground = ground_at(prepared.ground, points[usable])
    if inside == "refuse":
        asked = tuple(Receiver(str(k + 1), float(x), float(y), height_m) for k, (x, y) in enumerate(points))
        scene = prepared.scene
        check_scene(
            Scene(scene.sources, asked, scene.buildings, name=scene.name),
            prepared.sources[:, 3], ground, prepared.stands.building_top_m,
        )  # fmt: skip
    receivers = np.column_stack([points[usable], ground + height_m, ground])
    level = np.full(len(points), np.nan)
    energy = _summed(prepared, prepared.medium, receivers, _weighted_energy(prepared), threads)
    with np.errstate(divide="ignore"):
        level[usable] = 10.0 * np.log10(energy[:, 0])
    return level


def _directivity(scene: Scene) -> Floats | None:
    if all(source.directivity_db is None for source in scene.sources):
        return None
    none = np.zeros((8, BANDS))
    return np.array([none if s.directivity_db is None else s.directivity_db for s in scene.sources], float)


def _receivers(prepared: Prepared) -> Floats:
    """(R, 4) x, y, height and ground of the scene's receivers."""
    xy = places(prepared.scene.receivers)
    ground = ground_at(prepared.ground, xy)
    return np.column_stack([xy, np.maximum(heights(prepared.scene.receivers, ground), ground), ground])


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
    for j in _near(prepared, s, receivers):
        parts, share = _parts(prepared, s, receivers[j])
        spread = None if pattern is None else np.repeat(pattern, len(parts), axis=0)
        each = kernel.transfer(parts, receivers[j : j + 1], share[:, None, None] * metrics, medium, spread)
        energy[j] = 0.0
        for k in range(len(parts)):
            energy[j] += each[k, 0]
    return energy


def _near(prepared: Prepared, s: int, receivers: Floats) -> list[int]:
    """Receivers for which a source is too large to be a point."""
    size = prepared.scene.sources[s].size_m
    if size is None:
        return []
    away = np.linalg.norm(receivers[:, :3] - prepared.sources[s, :3], axis=1)
    return list(np.flatnonzero(away < FAR_SIZES * max(size)))


def _parts(prepared: Prepared, s: int, receiver: Floats) -> tuple[Floats, Floats]:
    """A source's parts (k, 5) for one receiver and their shares of its power (k,)."""
    size = prepared.scene.sources[s].size_m
    assert size is not None
    source = prepared.sources[s]
    try:
        points, share = sub_sources(source[:3], float(source[3]), size, float(source[4]), receiver[:3])
    except ValueError as error:
        x, y, z = receiver[:3]
        raise InputError(
            f"{prepared.scene.name}: the receiver at ({x:g}, {y:g}), {z:g} m high, lies in or on the body of the source "
            f'"{prepared.scene.sources[s].id}"; move it away.'
        ) from error
    return np.column_stack([points, np.tile(source[3:], (len(points), 1))]), share


def _lowest(prepared: Prepared, receivers: Floats, threads: int) -> Floats | None:
    """Level at 31.5 Hz, where every source states its power there."""
    powers = [source.power_31_db for source in prepared.scene.sources]
    if not powers or None in powers:
        return None
    medium = make_medium(prepared.scene, prepared.ground, prepared.stands, lowest=True)
    metrics = np.zeros((len(powers), 1, BANDS))
    metrics[:, 0, 0] = 10.0 ** (np.array(powers, float) / 10.0)
    return np.asarray(10.0 * np.log10(_summed(prepared, medium, receivers, metrics, threads)[:, 0]))


def _is_free(prepared: Prepared, points: Floats, height_m: float) -> np.ndarray:
    """Whether points lie on known ground, outside buildings and outside the bodies of sources."""
    ground = ground_at(prepared.ground, points)
    free = ~np.isnan(ground)
    z = ground + height_m
    if prepared.scene.buildings:
        tree = shapely.STRtree([building.outline for building in prepared.scene.buildings])
        point, building = tree.query(shapely.points(points), predicate="within")
        under = z[point] < prepared.stands.building_top_m[building]
        free[point[under]] = False
    for source, place in zip(prepared.scene.sources, prepared.sources, strict=True):
        away = points - place[:2]
        if source.size_m is None:
            free[(away == 0).all(axis=1) & (z == place[2])] = False
            continue
        c, s = np.cos(place[4]), np.sin(place[4])
        length, width, tall = source.size_m
        within = (np.abs(away @ (c, s)) <= length / 2) & (np.abs(away @ (-s, c)) <= width / 2)
        free[within & (np.abs(z - place[2]) <= tall)] = False
    return free


def _paths(prepared: Prepared, receiver: Floats) -> list[PathLevel]:
    """Every path to one receiver, source by source."""
    found = []
    for s, source in enumerate(prepared.scene.sources):
        if _near(prepared, s, receiver[None]):
            parts, share = _parts(prepared, s, receiver)
            names = [f"{source.id}#{k + 1}" for k in range(len(parts))]
        else:
            parts, share, names = prepared.sources[s : s + 1], np.ones(1), [source.id]
        for place, part, name in zip(parts, share, names, strict=True):
            power = prepared.power_db[s] + 10.0 * np.log10(part)
            found += _paths_of(prepared, s, place, power, name, receiver)
    return found


def _paths_of(
    prepared: Prepared, s: int, place: Floats, power: Floats, name: str, receiver: Floats
) -> list[PathLevel]:
    medium = prepared.medium
    pattern = None if prepared.directivity_db is None else prepared.directivity_db[s]
    which, band, single = kernel.list_paths(place, receiver, pattern, medium)
    found = []
    for k in range(len(which)):
        terms = _terms(power, band[k], single[k])
        via = None if which[k] < 0 else prepared.stands.name[medium.reflectors.owner[which[k]]]
        found.append(PathLevel(name, "direct" if via is None else "reflection", via, terms, _level(terms)))
    return found


def _terms(power: Floats, band: Floats, single: Floats) -> Terms:
    return Terms(
        power_db=power,
        directivity_db=band[rows.DIRECTIVITY],
        solid_angle_db=float(single[rows.SOLID_ANGLE]),
        divergence_db=float(single[rows.DIVERGENCE]),
        air_db=band[rows.AIR],
        ground_db=band[rows.GROUND],
        ground_source_db=band[rows.GROUND_S],
        ground_middle_db=band[rows.GROUND_M],
        ground_receiver_db=band[rows.GROUND_R],
        screening_db=band[rows.SCREENING],
        screening_top_db=band[rows.TOP],
        screening_left_db=band[rows.LEFT],
        screening_right_db=band[rows.RIGHT],
        foliage_db=band[rows.FOLIAGE],
        site_db=band[rows.SITE],
        reflection_db=band[rows.REFLECTION],
        cmet_db=float(single[rows.CMET]),
        distance_m=float(single[rows.DISTANCE]),
        plan_distance_m=float(single[rows.PLAN]),
        height_source_m=float(single[rows.HS]),
        height_receiver_m=float(single[rows.HR]),
        g_source=float(single[rows.G_S]),
        g_middle=float(single[rows.G_M]),
        g_receiver=float(single[rows.G_R]),
        detour_top_m=float(single[rows.Z_TOP]),
        detour_left_m=float(single[rows.Z_LEFT]),
        detour_right_m=float(single[rows.Z_RIGHT]),
        edges_top_m=float(single[rows.E_TOP]),
        edges_left_m=float(single[rows.E_LEFT]),
        edges_right_m=float(single[rows.E_RIGHT]),
        kmet=float(single[rows.KMET]),
        width_m=float(single[rows.WIDTH]),
        first_top_m=float(single[rows.DSS]),
        last_top_m=float(single[rows.DSR]),
        bend_x_m=float(single[rows.BEND_X]),
        bend_y_m=float(single[rows.BEND_Y]),
        to_source_m=float(single[rows.TO_SOURCE]),
        to_receiver_m=float(single[rows.TO_RECEIVER]),
        incidence_cos=float(single[rows.COSINE]),
        least_m=float(single[rows.LEAST]),
    )


def _level(terms: Terms) -> Floats:
    """Level of one path in each band."""
    gain = terms.power_db + terms.directivity_db + terms.solid_angle_db
    loss = terms.divergence_db + terms.cmet_db + terms.air_db + terms.ground_db + terms.screening_db
    return np.asarray(gain - loss - terms.foliage_db - terms.site_db - terms.reflection_db)
