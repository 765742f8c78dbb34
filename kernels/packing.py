"""Choosing poses under load rows: drop the worst, fill with the quietest, exchange.

`load[p, r]` is what pose p alone puts on row r; a layout is legal where no row's sum is over `full`, the same for all
rows. Poses are those of a `kernels.footprints.Lattice`.
"""

import numpy as np

from kernels.cache import kernel
from kernels.footprints import Bools, Floats, Ints, Lattice, block_colliding, poses_collide


@kernel
def chosen_mask(start: Ints, count: int) -> Bools:
    """A list of indices as a mask of `count` entries."""
    mask = np.zeros(count, np.bool_)
    for p in start:
        mask[p] = True
    return mask


@kernel
def row_sums(here: Ints, load: Floats) -> Floats:
    """Sum of the chosen poses' loads per row."""
    total = np.zeros(load.shape[1])
    for p in here:
        total += load[p]
    return total


@kernel
def drop_overfull(mask: Bools, load: Floats, full: float) -> None:
    """Unchoose poses until every row fits, each time the one that weighs most on the rows that are overfull."""
    here = np.flatnonzero(mask)
    total = row_sums(here, load)
    over = total > full
    weight = np.zeros(here.size)
    for i in range(here.size):
        for r in range(total.size):
            if over[r]:
                weight[i] += load[here[i], r]
    while over.any():
        heaviest = int(np.argmax(weight))
        mask[here[heaviest]] = False
        weight[heaviest] = -np.inf
        for r in range(total.size):
            total[r] -= load[here[heaviest], r]
            if over[r] and total[r] <= full:
                over[r] = False
                for k in range(here.size):
                    weight[k] -= load[here[k], r]


@kernel
def drop_to(mask: Bools, load: Floats, keep: int) -> None:
    """Unchoose poses until `keep` are left, each time the one that weighs most on the fullest row."""
    here = np.flatnonzero(mask)
    left = here.size
    total = row_sums(here, load)
    while left > keep:
        worst = np.argmax(total) if total.size else 0
        heaviest, weight = -1, -1.0
        for i in range(here.size):
            if mask[here[i]]:
                w = load[here[i], worst] if total.size else 0.0
                if w > weight:
                    heaviest, weight = i, w
        mask[here[heaviest]] = False
        total -= load[here[heaviest]]
        left -= 1


@kernel
def fill(
    mask: Bools,
    total: Floats,
    load: Floats,
    order: Ints,
    blocked: Ints,
    lattice: Lattice,
    most: int,
    full: float,
) -> None:
    """Choose further poses in `order` that collide with none chosen and that every row can bear, until `most` are chosen."""
    n = mask.sum()
    for p in order:
        if n >= most:
            break
        if blocked[p] > 0:
            continue
        fits = True
        for r in range(load.shape[1]):
            if total[r] + load[p, r] > full:
                fits = False
                break
        if fits:
            mask[p] = True
            n += 1
            for r in range(load.shape[1]):
                total[r] += load[p, r]
            block_colliding(p, lattice, blocked, 1)


@kernel
def drop_and_fill(start: Ints, load: Floats, order: Ints, lattice: Lattice, most: int, full: float) -> Ints:
    """A packed pattern made legal (or cut to `most` poses) and filled up again.

    Parameters
    ----------
    start : (m,) int64
        Poses that do not collide.
    load : (P, R) float
    order : (P,) int64
        The order in which poses are tried for filling.
    most : int
        The largest number to choose.
    full : float
        What a row can bear; infinity where rows may be overfull.

    Returns
    -------
    (n,) int64
        The poses chosen, ascending.
    """
    mask = chosen_mask(start, load.shape[0])
    drop_overfull(mask, load, full)
    drop_to(mask, load, most)
    here = np.flatnonzero(mask)
    total = row_sums(here, load)
    blocked = np.zeros(load.shape[0], np.int64)
    for p in here:
        block_colliding(int(p), lattice, blocked, 1)
    fill(mask, total, load, order, blocked, lattice, most, full)
    return np.flatnonzero(mask)


@kernel
def best_exchange(k: int, total: Floats, load: Floats, blocked: Ints, lattice: Lattice) -> int:
    """The pose that can take pose k's place with the lowest fullest row; k where none is better."""
    best, best_peak = k, total.max()
    for p in range(load.shape[0]):
        mine = poses_collide(k, p, lattice)
        if blocked[p] - (1 if mine else 0) > 0:
            continue
        peak = 0.0
        for r in range(load.shape[1]):
            peak = max(peak, total[r] - load[k, r] + load[p, r])
            if peak >= best_peak:
                break
        if peak < best_peak * (1.0 - 1e-9):
            best, best_peak = p, peak
    return best


@kernel
def exchange(chosen: Ints, load: Floats, lattice: Lattice, passes: int, enough: float) -> Ints:
    """Move one pose at a time to where the fullest row falls most.

    Ends where that row is at most `enough`, nothing helps, or `passes` moves are made.
    """
    mask = chosen_mask(chosen, load.shape[0])
    blocked = np.zeros(load.shape[0], np.int64)
    for p in chosen:
        block_colliding(p, lattice, blocked, 1)
    for _ in range(passes):
        here = np.flatnonzero(mask)
        total = row_sums(here, load)
        worst = np.argmax(total)
        if total[worst] <= enough:
            break
        # the poses that weigh most on the fullest row are the ones worth moving
        weight = np.array([load[k, worst] for k in here])
        moved = False
        for k in here[np.argsort(-weight)[:4]]:
            p = best_exchange(k, total, load, blocked, lattice)
            if p != k:
                mask[k], mask[p] = False, True
                block_colliding(k, lattice, blocked, -1)
                block_colliding(p, lattice, blocked, 1)
                moved = True
                break
        if not moved:
            break
    return np.flatnonzero(mask)


@kernel
def quietest_addition(total: Floats, load: Floats, blocked: Ints) -> int:
    """The pose that collides with none chosen and leaves the fullest row lowest; -1 where none has room."""
    best, best_peak = -1, np.inf
    for p in range(load.shape[0]):
        if blocked[p] > 0:
            continue
        peak = 0.0
        for r in range(load.shape[1]):
            peak = max(peak, total[r] + load[p, r])
            if peak >= best_peak:
                break
        if peak < best_peak:
            best, best_peak = p, peak
    return best


@kernel
def grow(chosen: Ints, load: Floats, lattice: Lattice, most: int, full: float, passes: int) -> Ints:
    """Add one pose at a time where it is quietest and move the others until all rows fit; the last layout that did."""
    while chosen.size < most:
        blocked = np.zeros(load.shape[0], np.int64)
        for p in chosen:
            block_colliding(p, lattice, blocked, 1)
        p = quietest_addition(row_sums(chosen, load), load, blocked)
        if p < 0:
            break
        more = exchange(np.sort(np.append(chosen, p)), load, lattice, passes, full)
        total = row_sums(more, load)
        if total.size and total.max() > full:
            break
        chosen = more
    return chosen


@kernel
def gather(
    chosen: Ints, load: Floats, lattice: Lattice, away: Floats, order: Ints, full: float, passes: int
) -> Ints:
    """Move one pose at a time nearer, those farthest away first, as long as no row comes over `full`.

    Parameters
    ----------
    away : (P,) float
        What is to be small; a pose moves only to one where it is.
    order : (P,) int64
        Poses by `away`, the lowest first.
    passes : int
        The largest number of rounds over all poses.
    """
    mask = chosen_mask(chosen, load.shape[0])
    blocked = np.zeros(load.shape[0], np.int64)
    for p in chosen:
        block_colliding(p, lattice, blocked, 1)
    total = row_sums(chosen, load)
    for _ in range(passes):
        moved = False
        here = np.flatnonzero(mask)
        for k in here[np.argsort(-away[here], kind="mergesort")]:
            block_colliding(k, lattice, blocked, -1)
            to = k
            for p in order:
                if away[p] >= away[k]:
                    break
                if blocked[p] > 0:
                    continue
                fits = True
                for r in range(load.shape[1]):
                    if total[r] - load[k, r] + load[p, r] > full:
                        fits = False
                        break
                if fits:
                    to = p
                    break
            block_colliding(to, lattice, blocked, 1)
            if to != k:
                mask[k], mask[to] = False, True
                for r in range(load.shape[1]):
                    total[r] += load[to, r] - load[k, r]
                moved = True
        if not moved:
            break
    return np.flatnonzero(mask)
