"""How much louder sound over open land can be on a stretch of line than at a point of it, from distances and angles alone.

Every unit's level falls by 20 lg of the distance (ISO 9613-2:1996, 7.1), by the air, and changes with the ground and with the
direction from its front; what holds for every unit and octave band holds for any weighted sum over them.
"""

from dataclasses import dataclass

import numpy as np

from kernels.air import absorption_db_per_m
from kernels.bands import MIDBAND_HZ
from siting.model import Environment, Floats, Unit
from siting.near_source import FAR_SIZES
from siting.receptors.lot_lines import turn_db_per_rad

TOUCHING_M = 1e-3
AT_ONCE = 2_000_000  # pairs of stretches and units


@dataclass(frozen=True, eq=False)
class Spread:
    """What sound over open land depends on between units and receptors.

    `near_m` is the distance from which on a unit is one point, `radius_m` how far its corners are from its middle.
    """

    units_xy: Floats  # (U, 2)
    near_m: Floats  # (U,)
    radius_m: Floats  # (U,)
    air_db_m: float  # in the band that the air takes most from
    ground_g: float
    lowest_m: float  # the least height of a source or receptor above ground
    turn_db_rad: float  # at most, in any direction and band


def spread_of(
    unit: Unit, units_xy: Floats, others_xy: Floats, lowest_m: float, environment: Environment
) -> Spread:
    """Of units and other machines, which are points, on ground of one kind; `lowest_m` is the least height of any and of ears."""
    air = absorption_db_per_m(
        MIDBAND_HZ, environment.temperature_c, environment.humidity_pct, environment.pressure_kpa
    )
    size = np.array([unit.length_m, unit.width_m, unit.height_m])
    mine = np.arange(len(units_xy) + len(others_xy)) < len(units_xy)
    return Spread(
        units_xy=np.concatenate([units_xy, others_xy]),
        near_m=np.where(mine, FAR_SIZES * size.max(), 0.0),
        radius_m=np.where(mine, np.hypot(*size[:2]) / 2, 0.0),
        air_db_m=float(air.max()),
        ground_g=environment.ground_g,
        lowest_m=min(lowest_m, unit.source_height_m),
        turn_db_rad=turn_db_per_rad(unit),
    )


def ground_db_per_m(spread: Spread, distance_m: Floats) -> Floats:
    """The most that the ground's share of a level changes for every metre of plan distance, from a distance on (7.3.1, Table 3).

    On ground of one kind: both end regions by the slopes of a' to d' in the lowest height, and the middle one by that of q.
    """
    low = spread.lowest_m**2
    shape = max(3.0, 8.6 * np.exp(-0.09 * low), 14.0 * np.exp(-0.46 * low), 5.0 * np.exp(-0.9 * low))
    far = 5.7 * np.sqrt(2 * 2.8e-6) * np.exp(-0.5)
    ends = 2 * spread.ground_g * (shape / 50 * np.exp(-distance_m / 50) + far)
    return np.asarray(ends + 3.0 / np.maximum(distance_m, 60 * max(spread.lowest_m, TOUCHING_M)))


def rise_db(spread: Spread, at: Floats, a: Floats, b: Floats) -> Floats:
    """How much louder open land can be anywhere on segments from a to b (n, 2) than at points (n, 2), dB.

    Holds where every unit is a point or is divided alike at both places; a unit whose division changes between them changes the
    level by a few hundredths of a dB more.
    """
    if not len(spread.units_xy):
        return np.zeros(len(at))
    step = max(1, AT_ONCE // len(spread.units_xy))
    parts = [
        _rise(spread, at[k : k + step], a[k : k + step], b[k : k + step]) for k in range(0, len(at), step)
    ]
    return np.concatenate([*parts, np.zeros(0)])


def _rise(spread: Spread, at: Floats, a: Floats, b: Floats) -> Floats:
    units = spread.units_xy[None]
    here, to_a, to_b = (point[:, None] - units for point in (at, a, b))
    along = (b - a)[:, None]
    share = -(to_a * along).sum(axis=2) / np.maximum((along**2).sum(axis=2), 1e-30)
    foot = to_a + np.clip(share, 0.0, 1.0)[:, :, None] * along
    now, least, far_a, far_b = (np.hypot(v[..., 0], v[..., 1]) for v in (here, foot, to_a, to_b))
    most = np.maximum(np.maximum(far_a, far_b), now)
    moved = np.maximum(np.hypot(*(at - a).T), np.hypot(*(at - b).T))[:, None]
    body = np.maximum(least - spread.radius_m, TOUCHING_M)
    near = least < spread.near_m + moved
    nearer = np.where(near, (body + moved) / body, np.maximum(now, least) / np.maximum(least, TOUCHING_M))
    turned = np.maximum(_angle(here, to_a), _angle(here, to_b))
    range_m = most - np.minimum(least, now)
    other = (spread.air_db_m + ground_db_per_m(spread, np.minimum(least, now))) * range_m
    return np.asarray((20 * np.log10(nearer) + other + spread.turn_db_rad * turned).max(axis=1))


def _angle(one: Floats, other: Floats) -> Floats:
    cross = one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
    return np.abs(np.arctan2(cross, (one * other).sum(axis=2)))
