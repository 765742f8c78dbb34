"""A bound for many poses in a moment: units thinned out over the cells they cover, in a small program over sampled cells."""

import math

import numpy as np
from scipy.optimize import linprog

from siting.model import Floats, Poses
from siting.placement.board import Prices, board_of, evenly, over_cells, priced

SAMPLED = 1_000  # cells of the program: enough to price by
ROUNDS = 4  # of limits that join it
JOINED = 6  # limits a time


def cell_prices(poses: Poses, load: Floats) -> Prices:
    """Prices from the program over cells, each of which takes of a limit as little as any pose over it.

    Parameters
    ----------
    load : (P, R)
        What one unit at each pose takes of each limit.
    """
    board = board_of(poses)
    area = board.size.prod(axis=1)
    there = over_cells(board, np.zeros(len(area))) > -np.inf
    every = math.isqrt(int(there.sum()) // SAMPLED) + 1  # the cells stand for as many of their kind
    sampled = np.zeros_like(there)
    sampled[every // 2 :: every, every // 2 :: every] = True
    there &= sampled
    least: dict[int, Floats] = {}
    active = np.argsort(-load.sum(axis=0), kind="stable")[:JOINED]
    best = priced(board, load, *evenly(board, load, np.zeros(load.shape[1])))
    middle = board.poses.cell + board.size // 2
    for _ in range(ROUNDS if len(active) else 0):
        for r in active.tolist():
            if r not in least:
                least[r] = -over_cells(board, -load[:, r] / area)[there]
        found = linprog(
            -np.full(int(there.sum()), every**2 / area.min()), A_ub=every**2 * np.array([least[r] for r in active.tolist()]),
            b_ub=np.ones(len(active)), bounds=(0, 1), method="highs-ds",
        )  # fmt: skip
        limit = np.zeros(load.shape[1])
        limit[active] = np.maximum(-found.ineqlin.marginals, 0.0)
        this = priced(board, load, *evenly(board, load, limit))
        best = this if this.bound < best.bound else best
        thin = np.zeros(board.shape)
        thin[there] = found.x
        total = (thin[tuple(middle.T)] / area / len(board.extent)) @ load * every**2
        more = np.setdiff1d(np.flatnonzero(total > 1.0), active)
        if not len(more):
            break
        active = np.concatenate([active, more[np.argsort(-total[more], kind="stable")][:JOINED]])
    return best
