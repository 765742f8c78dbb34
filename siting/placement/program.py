"""The most units as an integer program: one row for each clique of poses, one for each limit, those of limits as they are broken.

Solved by HiGHS through `scipy.optimize`. What it says is checked here: a bound is worked out again from its duals, for by weak
duality any non-negative duals bound the number of units, and a layout is counted and added up again.
"""

from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from siting.model import Floats, Ints, Poses
from siting.placement.cliques import clique_rows, collision_rows
from siting.placement.full import SHORT

FIRST_ROWS = 12  # limits that a program starts with, those that all poses together fill most
MORE_ROWS = 12  # and that join it at a time
BROKEN = 1e-7
SURELY = 2e-6  # by so much HiGHS may overfill a row: 9e-6 dB
WHOLE = 1e-6  # a bound so little below a whole number is that number


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The program without whole numbers: how many units no layout exceeds, and what each limit costs (R,), in units when full.

    A layout with a unit at a pose has so many units less as the pose `cost`s (P,); `value` (P,) of a unit stands there.
    """

    bound: float
    price: Floats
    cost: Floats
    value: Floats


@dataclass(frozen=True, eq=False)
class Solved:
    """What the integer program found: a layout (None: none), a bound on what it gains (-inf: none is there), if it was done."""

    chosen: Ints | None
    bound: float
    done: bool


def relaxed(poses: Poses, load: Floats, seconds: float) -> Relaxed | None:
    """The linear relaxation with the limits that it breaks, by interior points; None where the time is up.

    Where it is up after a round, that round's duals still bound the number of units.
    """
    ends, last = monotonic() + seconds, None
    cliques = clique_rows(poses)
    active = busiest(load, FIRST_ROWS)
    while True:
        matrix = _stacked(cliques, load, active)
        found = linprog(
            -np.ones(len(poses)), A_ub=matrix, b_ub=np.ones(matrix.shape[0]), bounds=(0, 1), method="highs-ipm",
            options={"time_limit": max(ends - monotonic(), 0.01)},
        )  # fmt: skip
        if found.x is None or found.status != 0:
            return last
        duals = np.maximum(-found.ineqlin.marginals, 0.0)
        last = _by_duality(matrix, duals, active, load.shape[1], found.x)
        more = _broken(found.x @ load, active)
        if not len(more):
            return last
        active = np.concatenate([active, more])


def _by_duality(matrix: Any, dual: Floats, active: Ints, limits: int, value: Floats) -> Relaxed:
    """The bound that duals give, whatever the solver's tolerances."""
    left = 1.0 - np.asarray(matrix.T @ dual)
    price = np.zeros(limits)
    price[active] = dual[matrix.shape[0] - len(active) :]
    bound = float(dual.sum() + np.maximum(left, 0.0).sum())
    return Relaxed(bound, price, np.maximum(-left, 0.0), value)


def solve(
    poses: Poses,
    load: Floats,
    gain: Floats,
    room: Floats,
    least: int,
    seconds: float,
    nodes: int,
    gap: float = 0.0,
) -> Solved:
    """Poses that gain most under what the limits leave.

    Parameters
    ----------
    gain : (P,)
        What a unit at each pose is worth.
    room : (R,)
        What of each limit is left.
    least : int
        Fewer units are no answer.
    """
    ends = monotonic() + seconds
    cliques, active = clique_rows(poses), busiest(load / np.maximum(room, 1e-12), FIRST_ROWS)
    matrix, bound, margin, done = _stacked(cliques, load, active), np.inf, 0.0, True
    while True:
        most = np.concatenate([np.ones(matrix.shape[0] - len(active)), room[active] - margin])
        rows = [
            LinearConstraint(matrix, -np.inf, most),
            LinearConstraint(np.ones((1, len(poses))), least, np.inf),
        ]
        found = milp(
            -gain, constraints=rows, integrality=np.ones(len(poses)), bounds=Bounds(0, 1),
            options={"time_limit": max(ends - monotonic(), 0.01), "node_limit": nodes, "mip_rel_gap": gap},
        )  # fmt: skip
        if margin == 0.0 and found.mip_dual_bound is not None:
            bound = min(bound, -found.mip_dual_bound)
        done = done and found.status in (0, 2)
        if found.x is None:
            return Solved(None, -np.inf if found.status == 2 and margin == 0.0 else bound, done)
        chosen = np.flatnonzero(found.x > 0.5)
        total = load[chosen].sum(axis=0)
        more, cut = _over(total, room, active), collision_rows(poses, chosen)
        if not len(more) and not cut.shape[0]:
            if (total <= room).all():
                return Solved(chosen, bound, done)
            margin = max(SURELY, 2 * margin)
            continue
        active = np.concatenate([active, more])
        cliques = sparse.vstack([cliques, cut], format="csr") if cut.shape[0] else cliques
        matrix = _stacked(cliques, load, active)


def least_peak(
    poses: Poses, load: Floats, there: Floats, units: int, below: float, seconds: float, nodes: int
) -> Ints | None:
    """So many units whose fullest limit is as empty as can be; None where none is found that stays below.

    Parameters
    ----------
    there : (R,)
        What of each limit is taken already.
    """
    ends = monotonic() + seconds
    cliques, active = clique_rows(poses), busiest(load + there / max(units, 1), FIRST_ROWS)
    gain = np.append(np.zeros(len(poses)), 1.0)
    whole_numbers = np.append(np.ones(len(poses)), 0.0)
    many = LinearConstraint(np.append(np.ones(len(poses)), 0.0)[None], units, units)
    while True:
        least = np.zeros((len(active), 1)) - 1.0
        apart = sparse.hstack([cliques, sparse.csr_matrix((cliques.shape[0], 1))])
        limits = sparse.hstack([sparse.csr_matrix(load[:, active].T), sparse.csr_matrix(least)])
        found = milp(
            gain, integrality=whole_numbers, bounds=Bounds(0, np.append(np.ones(len(poses)), below)),
            constraints=[
                LinearConstraint(apart, -np.inf, 1), LinearConstraint(limits, -np.inf, -there[active]), many,
            ],
            options={"time_limit": max(ends - monotonic(), 0.01), "node_limit": nodes, "mip_rel_gap": 1e-3},
        )  # fmt: skip
        if found.x is None:
            return None
        chosen = np.flatnonzero(found.x[:-1] > 0.5)
        total = there + load[chosen].sum(axis=0)
        more = _over(total, np.full(len(total), found.x[-1] + BROKEN), active)
        cut = collision_rows(poses, chosen)
        if not len(more) and not cut.shape[0]:
            return chosen if len(chosen) == units and total.max() < below * (1 - BROKEN) else None
        active = np.concatenate([active, more])
        cliques = sparse.vstack([cliques, cut], format="csr") if cut.shape[0] else cliques


def busiest(load: Floats, count: int) -> Ints:
    """The limits that all poses together fill most."""
    return np.argsort(-load.sum(axis=0), kind="stable")[:count]


def _stacked(cliques: Any, load: Floats, active: Ints) -> Any:
    return sparse.vstack([cliques, sparse.csr_matrix(load[:, active].T)], format="csr")


def _broken(total: Floats, active: Ints) -> Ints:
    over = np.setdiff1d(np.flatnonzero(total > 1.0 + BROKEN), active)
    return over[np.argsort(-total[over], kind="stable")][:MORE_ROWS]


def _over(total: Floats, room: Floats, active: Ints) -> Ints:
    over = np.setdiff1d(np.flatnonzero(total > room), active)
    excess = total[over] - room[over]
    return over[np.argsort(-excess, kind="stable")][:MORE_ROWS]


def whole(bound: float) -> int:
    """The largest number of units under a bound; far more than there can be where it is infinite."""
    return int(np.floor(np.clip(bound, -1e9, 1e9) + WHOLE))


def alone(load: Floats) -> NDArray[np.bool_]:
    """Poses where a single unit is legal (P,)."""
    return np.asarray((load <= SHORT).all(axis=1))
