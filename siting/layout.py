"""A layout under the limits of every receptor, with transfer computed only for the receptors that bind.

A few receptors rule a layout. The search starts with those that one unit reaches most, and takes in the others where
the layout found breaks their limit, until it breaks none; legality and bound then hold for all of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting import noise, placement
from siting.model import Floats, Ints, Layout, Poses, Unit

PROBES = 16  # poses tried on all receptors to find the rows to start with
FIRST_ROWS = 2  # neighbours taken in for each of them
MORE_ROWS = 96  # receptors taken in per round, or as many as there are rows
APART_M = 2.0
NEARLY_DB = 0.5  # those this near their limit are taken in with those over it
QUIET_DB = 6.0  # those this far below need not be listened to until the last round
ROUNDS = 8  # where a number of units is wanted, legal or not: rounds of refining which receptors matter


@dataclass(frozen=True)
class Rows:
    """Receptors whose transfer from every pose has been computed.

    `load` (P, k) is the energy of one 0 dB(A) unit at each pose over the energy planned for: with units of power Lw a row
    is full at 10^(-Lw/10).
    """

    index: Ints
    load: Floats


@dataclass(frozen=True)
class Demand:
    """What every receptor asks: the level to plan for (R,), which of them are true limits (R,), and whose lot it is on (R,)."""

    xy: Floats
    planning_dba: Floats
    known: NDArray[np.bool_]
    neighbour: Ints


def first_rows(unit: Unit, poses: Poses, demand: Demand) -> Rows:
    """The receptors that units at poses spread over the lattice reach most against their limits: the first few of each pose."""
    if not len(poses) or not len(demand.xy):
        return Rows(np.zeros(0, np.int64), np.zeros((len(poses), 0)))
    probe = np.unique(np.linspace(0, len(poses) - 1, PROBES).astype(np.int64))
    reached = noise.transfer(unit, poses.xy[probe], demand.xy).energy[:, :, 0]
    excess = 10 * np.log10(reached) - demand.planning_dba
    first = [_worst_of_each(row, demand.neighbour)[:FIRST_ROWS] for row in excess]
    return _with(unit, poses, demand, None, np.unique(np.concatenate(first)))


def quick_layout(
    unit: Unit, poses: Poses, demand: Demand, power_dba: float, rows: Rows
) -> tuple[Layout, Rows]:
    """A legal layout from the fullest pattern alone, without a bound: about as many units as fit."""
    chosen, level, rows = _most_legal(unit, poses, demand, power_dba, rows, len(poses), 1)
    return Layout(chosen, len(poses), -1, level), rows


def most_units(
    unit: Unit, poses: Poses, demand: Demand, power_dba: float, rows: Rows, quick: Layout
) -> tuple[Layout, Rows]:
    """As many units as every planning level allows, at least those of a quick layout, and the bound under the true limits."""
    bound, binding = _bound(unit, poses, demand, rows, power_dba)
    chosen, level = quick.chosen, quick.level
    if len(chosen) < min(bound, placement.GROWN):
        found, heard, rows = _most_legal(unit, poses, demand, power_dba, rows, bound, placement.PATTERNS)
        if len(found) > len(chosen):
            chosen, level = found, heard
    return Layout(chosen, max(bound, len(chosen)), binding, level), rows


def _most_legal(
    unit: Unit, poses: Poses, demand: Demand, power_dba: float, rows: Rows, bound: int, patterns: int
) -> tuple[Ints, Floats, Rows]:
    """The search repeated until its layout is legal at every receptor, each time with the receptors that it broke."""
    everyone = np.arange(len(demand.xy))
    listened = everyone
    while True:
        chosen = placement.most(poses, unit, rows.load, _full(power_dba), bound, patterns)
        level = layout_levels(unit, poses, demand.xy[listened], chosen, power_dba)
        excess = level - demand.planning_dba[listened]
        over = _over(demand, excess, rows, listened)
        if len(over):
            rows = _with(unit, poses, demand, rows, over)
            listened = listened[excess > -QUIET_DB]
        elif len(listened) < len(everyone):
            listened = everyone
        else:
            return chosen, level, rows


def _over(demand: Demand, excess: Floats, rows: Rows, listened: Ints) -> Ints:
    """Where a receptor that is not among the rows is over its planning level: the worst of those over or nearly so.

    One of each square of `APART_M`: its neighbours on the same lot line hear much the same.
    """
    new = ~np.isin(listened, rows.index)
    if not (excess[new] > 0).any():
        return np.zeros(0, np.int64)
    order = np.flatnonzero(new & (excess > -NEARLY_DB))
    order = order[np.argsort(-excess[order], kind="stable")]
    square = np.floor(demand.xy[listened[order]] / APART_M)
    _, first = np.unique(square[:, 0] + 1j * square[:, 1], return_index=True)
    return listened[order[np.sort(first)[: max(MORE_ROWS, len(rows.index))]]]


def quietest_units(
    unit: Unit, poses: Poses, demand: Demand, units: int, rows: Rows, legal: list[Ints]
) -> tuple[Ints, Rows]:
    """A given number of units (or as many as there is space for) where the receptor nearest its limit is best off.

    Parameters
    ----------
    legal : list of (n,)
        Layouts of at least as many units that are legal at some power; the answer is no worse than the best part of them.
    """
    tried = [placement.quietest_part(poses, unit, rows.load, whole, units) for whole in legal]
    peaks = [_peak(unit, poses, demand, chosen) for chosen in tried]
    for _ in range(ROUNDS):
        tried.append(placement.quietest(poses, unit, rows.load, units))
        excess = layout_levels(unit, poses, demand.xy, tried[-1], 0.0) - demand.planning_dba
        peaks.append(float(excess.max(initial=-np.inf)))
        worst = _worst_of_each(excess, demand.neighbour)[:1]
        if not len(worst) or worst[0] in rows.index:
            break
        rows = _with(unit, poses, demand, rows, worst)
    best = min(range(len(tried)), key=lambda k: (-len(tried[k]), peaks[k]))
    return tried[best], rows


def _peak(unit: Unit, poses: Poses, demand: Demand, chosen: Ints) -> float:
    """How far the receptor nearest its limit is over it, units of 0 dB(A)."""
    return float(
        (layout_levels(unit, poses, demand.xy, chosen, 0.0) - demand.planning_dba).max(initial=-np.inf)
    )


def with_chosen(
    unit: Unit, poses: Poses, demand: Demand, answer: Layout, chosen: Ints, power_dba: float
) -> Layout:
    """The bound of one answer with another layout and its levels."""
    level = layout_levels(unit, poses, demand.xy, chosen, power_dba)
    return Layout(chosen, answer.bound, answer.bound_by, level)


def quietest_pose(poses: Poses, rows: Rows) -> Ints:
    """The pose where a single unit's fullest row is lowest, as a layout of one."""
    return np.array([rows.load.max(axis=1, initial=0.0).argmin()]) if len(poses) else np.zeros(0, np.int64)


def _full(power_dba: float) -> float:
    return float(10 ** (-power_dba / 10))


def _bound(unit: Unit, poses: Poses, demand: Demand, rows: Rows, power_dba: float) -> tuple[int, int]:
    """The upper bound under true limits, and the receptor's index that sets it (-1: space)."""
    known = demand.known[rows.index]
    load = rows.load if known.all() else rows.load[:, known]
    bound, row = placement.upper_bound(poses, unit, load, _full(power_dba))
    return bound, -1 if row < 0 else int(rows.index[known][row])


def layout_levels(unit: Unit, poses: Poses, receptors_xy: Floats, chosen: Ints, power_dba: float) -> Floats:
    """Level of the chosen units together at every receptor (R,), dB(A): the energy sum over units; -inf without units."""
    if not len(chosen) or not len(receptors_xy):
        return np.full(len(receptors_xy), -np.inf)
    energy = noise.transfer(unit, poses.xy[chosen], receptors_xy).energy[:, :, 0].sum(axis=0)
    return np.asarray(10 * np.log10(energy) + power_dba)


def _worst_of_each(excess: Floats, neighbour: Ints) -> Ints:
    """The receptor with the largest excess of every neighbour, the largest first."""
    order = np.argsort(-excess, kind="stable")
    _, first = np.unique(neighbour[order], return_index=True)
    return order[np.sort(first)]


def _with(unit: Unit, poses: Poses, demand: Demand, rows: Rows | None, more: Ints) -> Rows:
    load = noise.transfer(unit, poses.xy, demand.xy[more]).energy[:, :, 0] / 10 ** (
        demand.planning_dba[more] / 10
    )
    if rows is None:
        return Rows(more, load)
    return Rows(np.concatenate((rows.index, more)), np.concatenate((rows.load, load), axis=1))
