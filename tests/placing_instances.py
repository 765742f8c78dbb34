"""Made-up yards to place units in, all from fixed seeds: 1,008 poses × 100 receptors, 4,104 × 1,000 and 10,146 × 1,000.

A rectangular yard on the 1 ft lattice for the GX230 (1.5 × 0.93 m, 3 ft clear on every side) at 0° and 90°. Receptors stand on
a ring 15 to 80 m round it, where nobody has the same limit as the next one: 55, 60, 65 or 70 dB(A), by chance. One unit loses
20 lg r and 5 dB/km of air. How loud it is makes noise bind before space: the best layouts hold 60 to 80 % of what space would.
"""

from typing import NamedTuple

import numpy as np
import shapely

from siting.catalog import load_unit
from siting.model import FOOT_M, Poses, Site
from siting.placement import lattice_poses, some_of

NEAR_M, FAR_M = 15.0, 80.0
LIMITS_DBA = (55.0, 60.0, 65.0, 70.0)
AIR_DB_PER_M = 0.005
ROUND_M = 0.001  # so that no rounding takes the outermost poses away


class Instance(NamedTuple):
    """Poses and what one unit at each of them takes of every row (P, R), full at 1."""

    name: str
    poses: Poses
    load: np.ndarray


class Size(NamedTuple):
    """Lattice nodes where bodies' lower left corners may stand, each in both orientations; receptors; one unit at 1 m, dB(A)."""

    columns: int
    rows: int
    receptors: int
    at_1_m_dba: float


SIZES = {
    "1,008 × 100": Size(24, 21, 100, 73.0),
    "4,104 × 1,000": Size(54, 38, 1_000, 68.0),
    "10,146 × 1,000": Size(89, 57, 1_000, 65.0),
}


def instance(name: str) -> Instance:
    """One of `SIZES`, the same every time."""
    size = SIZES[name]
    poses, yard = yard_poses(size.columns, size.rows)
    draw = np.random.default_rng(size.columns)
    ears = ring(yard, size.receptors, draw)
    limit = draw.choice(LIMITS_DBA, size.receptors)
    return Instance(name, poses, loads(poses, ears, limit, size.at_1_m_dba))


def yard_poses(columns: int, rows: int, unit: str = "gx230") -> tuple[Poses, shapely.Polygon]:
    """The poses of a yard with so many lattice nodes, each with a body at 0° and at 90°, and the ground they stand on."""
    machine = load_unit(unit)
    side = machine.length_m + ROUND_M
    yard = shapely.box(0, 0, (columns - 1) * FOOT_M + side, (rows - 1) * FOOT_M + side)
    lot = yard.buffer(2.0, join_style="mitre")
    site = Site("yard", "EPSG:26986", "", lot, yard, {}, (), (), None, (), ())
    poses = lattice_poses(site, machine, FOOT_M)
    return some_of(poses, (poses.cell < (columns, rows)).all(axis=1)), yard


def ring(
    yard: shapely.Polygon, count: int, draw: np.random.Generator, near_m: float = NEAR_M, far_m: float = FAR_M
) -> np.ndarray:
    """(count, 2) places round a yard, one in each of as many parts of the way round."""
    share = (np.arange(count) + draw.uniform(0, 1, count)) / count
    away = draw.uniform(near_m, far_m, count)
    lines = [yard.buffer(metres).exterior for metres in away]
    return np.array(
        [line.interpolate(part, normalized=True).coords[0] for line, part in zip(lines, share, strict=True)]
    )


def loads(poses: Poses, ears: np.ndarray, limit_db: np.ndarray, at_1_m_db: float) -> np.ndarray:
    """What one unit at each pose takes of each receptor's limit (P, R), as energy."""
    away = np.hypot(*(poses.xy[:, None] - ears).transpose(2, 0, 1))
    level = at_1_m_db - 20 * np.log10(away) - AIR_DB_PER_M * away
    return 10 ** ((level - limit_db) / 10)
