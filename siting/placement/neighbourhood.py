"""A layout made better a part at a time: the units near a place are taken up, and an exact program lays that part again."""

from time import monotonic

import numpy as np

from kernels import footprints
from siting.model import Floats, Ints, Poses
from siting.placement.full import SHORT
from siting.placement.poses import lattice_of, some_of
from siting.placement.program import solve

FREED = 6  # units taken up at once
MOST_FREE = 600  # poses that a part may have: what HiGHS lays in about half a second
NODES = 50
WEIGHT = 0.3  # of what a unit takes of the limits, against the unit itself
GAP = 0.01


def improved(
    poses: Poses, load: Floats, chosen: Ints, price: Floats, bound: int, ends: float, freed: int = FREED
) -> tuple[Ints, bool]:
    """More units, or as many that take less of what limits cost, until nothing near any unit can be laid better.

    Returns
    -------
    (n,) and whether every part was tried within the time.
    """
    lattice = lattice_of(poses, np.arange(len(poses)))
    cost = load @ price
    tried: set[bytes] = set()
    while len(chosen) < bound:
        for centre in _centres(poses, chosen, cost):
            taken = nearest_units(poses, chosen, centre, freed)
            mark = taken.tobytes()
            if mark in tried:
                continue
            if monotonic() > ends:
                return chosen, False
            tried.add(mark)
            better = _laid_again(poses, load, lattice, chosen, taken, cost, ends)
            if better is not None:
                chosen = better
                break
        else:
            return chosen, True
    return chosen, True


def _centres(poses: Poses, chosen: Ints, cost: Floats) -> list[Floats]:
    """Where parts are laid again: round every unit, the costliest first."""
    order = chosen[np.argsort(-cost[chosen], kind="stable")]
    return list(poses.xy[order])


def nearest_units(poses: Poses, chosen: Ints, centre: Floats, count: int) -> Ints:
    """The units nearest to a place."""
    away = np.hypot(*(poses.xy[chosen] - centre).T)
    return np.sort(chosen[np.argsort(away, kind="stable")[:count]])


def _laid_again(
    poses: Poses,
    load: Floats,
    lattice: footprints.Lattice,
    chosen: Ints,
    taken: Ints,
    cost: Floats,
    ends: float,
) -> Ints | None:
    """The layout with some of its units laid again; None where that makes it no better."""
    kept = np.setdiff1d(chosen, taken)
    room = SHORT - load[kept].sum(axis=0)
    free = free_poses(poses, lattice, load, kept, taken, room, MOST_FREE)
    some = some_of(poses, free)
    top = cost[free].max(initial=0.0)
    gain = 1.0 - (WEIGHT / top) * cost[free] if top > 0 else np.ones(len(free))
    found = solve(some, load[free], gain, room, len(taken), ends - monotonic(), NODES, GAP)
    if found.chosen is None:
        return None
    laid = free[found.chosen]
    more, less = len(laid) - len(taken), cost[taken].sum() - cost[laid].sum()
    if more > 0 or (more == 0 and less > 1e-6 * cost[taken].sum()):
        return np.sort(np.concatenate([kept, laid]))
    return None


def free_poses(
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
