"""What every listed receptor of a study may hear, and what it hears of a changed scene with the units where they stand.

A layout that a study found is one that an answer may have. So what is enough for it is enough; a full run, which may move the
units, then says whether it is, and whether less will do.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from siting import noise, uncertainty
from siting.model import Floats, Ints
from siting.outcome import Study
from siting.parts import Scene

FAR_BELOW_DB = 8.0  # rows farther below their limit are left out: one surface adds 3 dB at the most
APART_M = 3.0  # of the receptors in a square of this side the one nearest to its limit is heard


@dataclass(frozen=True, eq=False)
class Rows:
    """Rules at receptors, n rows: the energy that all sound together may have, and where it is heard."""

    xy: Floats  # (R, 2)
    height_m: Floats  # (R,)
    metrics: tuple[str, ...]
    receptor: Ints  # (n,)
    metric: Ints  # (n,)
    most: Floats  # (n,)
    units: frozenset[str]  # ids of the sources that are units


def rows_of(study: Study) -> Rows:
    """The rows of a study whose limits are known and within `FAR_BELOW_DB`, at the wanted confidence."""
    z = uncertainty.quantile(study.operation.confidence)
    known = [row for row in study.levels if row.limit_db is not None and row.level_db is not None]
    places = {row.id: (row.x, row.y, row.height_m) for row in known}
    index = {id: k for k, id in enumerate(places)}
    metrics = tuple(sorted({row.metric for row in known}))
    table = np.array(list(places.values())).reshape(-1, 3)
    receptor = np.array([index[row.id] for row in known], np.int64)
    metric = np.array([metrics.index(row.metric) for row in known], np.int64)
    units = frozenset(unit.id for unit in study.placed)
    rows = Rows(table[:, :2], table[:, 2], metrics, receptor, metric, np.zeros(len(known)), units)
    with np.errstate(divide="ignore"):
        steady = 10 * np.log10(heard(rows, study.scene))
    level, limit, sigma = (
        np.array([getattr(row, name) for row in known], float)
        for name in ("level_db", "limit_db", "sigma_db")
    )
    most = limit - (level - steady) - z * sigma  # what the rule adds to a steady level taken off
    near = np.flatnonzero(steady > most - FAR_BELOW_DB)
    near = near[_apart(rows.xy[receptor[near]], (steady - most)[near])]
    return replace(rows, receptor=receptor[near], metric=metric[near], most=10 ** (most[near] / 10))


def _apart(xy: Floats, over: Floats) -> Ints:
    """The fullest row in every square."""
    order = np.argsort(-over, kind="stable")
    square = np.floor(xy[order] / APART_M)
    _, first = np.unique(square[:, 0] + 1j * square[:, 1], return_index=True)
    return np.asarray(order[np.sort(first)])


def heard(rows: Rows, scene: Scene) -> Floats:
    """Energy of a scene in every row (n,)."""
    if not len(rows.receptor):
        return np.zeros(0)
    used, at = np.unique(rows.receptor, return_inverse=True)
    bare = replace(scene, receivers=())
    level = noise.scene_levels(bare, rows.xy[used], rows.height_m[used], rows.metrics)
    return np.asarray(10 ** (level / 10))[at.ravel(), rows.metric]


def over_db(rows: Rows, energy: Floats) -> float:
    """How far the fullest row is over what it may have, dB; -inf without rows."""
    with np.errstate(divide="ignore"):
        return float((10 * np.log10(energy / rows.most)).max(initial=-np.inf))


def of_units(rows: Rows, scene: Scene, units: bool) -> Scene:
    """The scene with the units alone, or with all but the units."""
    return replace(scene, sources=tuple(s for s in scene.sources if (s.id in rows.units) == units))


def needed_db(rows: Rows, scene: Scene) -> float:
    """How many decibels quieter every unit has to be where it stands; inf where the rest alone is too loud."""
    ours, rest = (heard(rows, of_units(rows, scene, units)) for units in (True, False))
    left = rows.most - rest
    if (left <= 0).any():
        return math.inf
    return float(np.maximum(10 * np.log10(np.maximum(ours, 1e-30) / left), 0.0).max(initial=0.0))
