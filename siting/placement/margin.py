"""A layout of the same number of units that leaves more to its tightest limit, then one that stands closer together."""

from time import monotonic

import numpy as np

from kernels import footprints, packing
from siting.model import Floats, Ints, Poses
from siting.placement.poses import lattice_of, some_of
from siting.placement.program import least_peak

MOVES = 100
WHOLE = 250  # poses for which one program finds the largest smallest margin
# parts laid again: units taken up, parts tried, poses free in one, nodes of its program
FREED, PARTS, FREE, NODES = 5, 8, 300, 50
PASSES = 6


def quietened(poses: Poses, load: Floats, chosen: Ints, seconds: float) -> Ints:
    """As many units with a larger smallest margin: moved one at a time, then laid again a part at a time.

    Of up to `WHOLE` poses the best of all layouts, where the time allows.

    Parameters
    ----------
    load : (P, R)
        What one unit at each pose takes of each limit.
    """
    if not len(chosen) or not load.shape[1]:
        return chosen
    ends = monotonic() + seconds
    lattice = lattice_of(poses, np.arange(len(poses)))
    chosen = packing.exchange(np.sort(chosen), load, lattice, MOVES, 0.0)
    if len(poses) <= WHOLE:
        none = np.zeros(load.shape[1])
        laid = least_peak(poses, load, none, len(chosen), _peak(load, chosen), ends - monotonic(), 50 * NODES)
        return chosen if laid is None else laid
    tried: set[bytes] = set()
    while len(tried) < PARTS and monotonic() < ends:
        row = int(load[chosen].sum(axis=0).argmax())
        for k in chosen[np.argsort(-load[chosen, row], kind="stable")]:
            taken = _nearest_units(poses, chosen, poses.xy[k], FREED)
            if taken.tobytes() not in tried:
                break
        else:
            break
        tried.add(taken.tobytes())
        kept = np.setdiff1d(chosen, taken)
        there = load[kept].sum(axis=0)
        free = _free_poses(
            poses, lattice, load, kept, taken, np.full(load.shape[1], _peak(load, chosen)) - there, FREE
        )
        some = some_of(poses, free)
        laid = least_peak(some, load[free], there, len(taken), _peak(load, chosen), ends - monotonic(), NODES)
        chosen = chosen if laid is None else np.sort(np.concatenate([kept, free[laid]]))
    return chosen


def gathered(poses: Poses, load: Floats, chosen: Ints, full: float, services_xy: Floats) -> Ints:
    """As many units nearer to where services come in, or without such a point to their middle; no limit fuller than `full`."""
    if not len(chosen):
        return chosen
    lattice = lattice_of(poses, np.arange(len(poses)))
    if len(services_xy):
        away = np.hypot(*(poses.xy[:, None] - services_xy).transpose(2, 0, 1)).sum(axis=1)
    else:
        away = ((poses.xy - poses.xy[chosen].mean(axis=0)) ** 2).sum(axis=1)
    order = np.argsort(away, kind="stable")
    return packing.gather(np.sort(chosen), load, lattice, away, order, full, PASSES)


def _peak(load: Floats, chosen: Ints) -> float:
    return float(load[chosen].sum(axis=0).max())


def _nearest_units(poses: Poses, chosen: Ints, centre: Floats, count: int) -> Ints:
    """The units nearest to a place."""
    away = np.hypot(*(poses.xy[chosen] - centre).T)
    return np.sort(chosen[np.argsort(away, kind="stable")[:count]])


def _free_poses(
    poses: Poses, lattice: footprints.Lattice, load: Floats, kept: Ints, taken: Ints, room: Floats, most: int
) -> Ints:
    """Poses near the units taken up that collide with none of the others and that the limits can bear; those of the units too."""
    blocked = np.zeros(len(poses), np.int64)
    for p in kept.tolist():
        footprints.block_colliding(p, lattice, blocked, 1)
    fits = np.flatnonzero((blocked == 0) & (load <= room).all(axis=1))
    low, high = poses.xy[taken].min(axis=0), poses.xy[taken].max(axis=0)
    away = np.maximum(np.maximum(low - poses.xy[fits], poses.xy[fits] - high), 0.0).max(axis=1)
    near = fits[np.argsort(away, kind="stable")[:most]]
    return np.union1d(near, taken)
