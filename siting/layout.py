"""A layout under the limits of every receptor, with transfer computed only for the receptors that bind.

A few receptors rule a layout. The search starts with those that one unit reaches most, and takes in the others where
the layout found breaks their limit, until it breaks none; legality and bound then hold for all of them.

Sound past buildings takes long to compute, sound over open land does not, and no direct path is louder past buildings than
over open land. So where something screens, only receptors that open land brings within `OPEN_DB` of their limit are
listened to: to lift another one over it, three façades and more would have to send all of the sound there at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting import noise, placement
from siting.model import Floats, Ints, Layout, Poses, Unit
from siting.surroundings import Surroundings

PROBES = 16  # poses tried on all receptors to find the rows to start with
FIRST_ROWS = 2  # neighbours taken in for each of them
MORE_ROWS = 96  # receptors taken in per round, or as many as there are rows
APART_M = 2.0
NEARLY_DB = 0.5  # those this near their limit are taken in with those over it
QUIET_DB = 6.0  # those this far below need not be listened to until the last round
OPEN_DB = 5.0
OVER_DB = -1e-9  # the verdict adds the same energies in another order: 1e-12 dB
AT_ONCE = 16_384  # receptors
PROBED = 24  # receptors loudest over open land, among which those that a pose reaches most are looked for
LIKELY = 256  # listened to before all others
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
    around: Surroundings  # between the poses and the receptors


def first_rows(unit: Unit, poses: Poses, demand: Demand) -> Rows:
    """The receptors that units at poses spread over the lattice reach most against their limits: the first few of each pose."""
    if not len(poses) or not len(demand.xy):
        return Rows(np.zeros(0, np.int64), np.zeros((len(poses), 0)))
    probe = np.unique(np.linspace(0, len(poses) - 1, PROBES).astype(np.int64))
    heard = np.arange(len(demand.xy))
    if demand.around.screens:
        excess = _excess(unit, poses, demand, probe, heard, obstacles=False)
        heard = np.unique(np.argsort(-excess, axis=1, kind="stable")[:, :PROBED])
    excess = _excess(unit, poses, demand, probe, heard)
    first = [heard[_worst_of_each(row, demand.neighbour[heard])[:FIRST_ROWS]] for row in excess]
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
    listened: Ints | None = None
    while True:
        chosen = placement.most(poses, unit, rows.load, _full(power_dba), bound, patterns)
        everyone = _in_earshot(unit, poses, demand, chosen, power_dba)
        heard = everyone if listened is None else np.intersect1d(listened, everyone)
        if listened is None and demand.around.screens:  # the few that are most likely broken first
            heard = listened = everyone[:LIKELY]
        level = layout_levels(unit, poses, demand, chosen, power_dba, heard)
        excess = level[heard] - demand.planning_dba[heard]
        over = _over(demand, excess, rows, heard)
        if len(over):
            rows = _with(unit, poses, demand, rows, over)
            listened = heard[excess > -QUIET_DB]
        elif listened is not None and len(heard) < len(everyone):
            listened = everyone
        else:
            return chosen, level, rows


def _in_earshot(unit: Unit, poses: Poses, demand: Demand, chosen: Ints, power_dba: float) -> Ints:
    """Receptors that open land brings within `OPEN_DB` of their limit, the loudest first; all where nothing screens."""
    if not demand.around.screens or not len(chosen):
        return np.arange(len(demand.xy))
    excess = open_levels(unit, poses, demand, chosen, power_dba) - demand.planning_dba
    order = np.argsort(-excess, kind="stable")
    return order[: int((excess > -OPEN_DB).sum())]


def _over(demand: Demand, excess: Floats, rows: Rows, listened: Ints) -> Ints:
    """Where a receptor that is not among the rows is over its planning level: the worst of those over or nearly so.

    One of each square of `APART_M`: its neighbours on the same lot line hear much the same.
    """
    new = ~np.isin(listened, rows.index)
    if not (excess[new] > OVER_DB).any():
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
    peaks = [nearest_to_limit(unit, poses, demand, chosen)[0] for chosen in tried]
    for _ in range(ROUNDS):
        tried.append(placement.quietest(poses, unit, rows.load, units))
        peak, worst = nearest_to_limit(unit, poses, demand, tried[-1])
        peaks.append(peak)
        if worst < 0 or worst in rows.index:
            break
        rows = _with(unit, poses, demand, rows, np.array([worst]))
    best = min(range(len(tried)), key=lambda k: (-len(tried[k]), peaks[k]))
    return tried[best], rows


def nearest_to_limit(unit: Unit, poses: Poses, demand: Demand, chosen: Ints) -> tuple[float, int]:
    """How far the receptor nearest its limit is over it, units of 0 dB(A), and which it is (-1: there is none)."""
    if not len(chosen) or not len(demand.xy):
        return -np.inf, -1
    level, exact = completed(unit, poses, demand, chosen, 0.0, np.full(len(demand.xy), np.nan))
    excess = np.where(exact, level - demand.planning_dba, -np.inf)
    worst = int(excess.argmax())
    return float(excess[worst]), worst


def completed(
    unit: Unit, poses: Poses, demand: Demand, chosen: Ints, power_dba: float, level: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """Levels of a layout (R,) of which some are not computed (nan), made whole; and which of them are exact.

    Where something screens, those that open land leaves so far below their limit that they cannot be the nearest to it keep
    the level of open land, which is above theirs; others are computed.
    """
    if not len(chosen):
        return np.full(len(demand.xy), -np.inf), np.ones(len(demand.xy), bool)
    exact = ~np.isnan(level)
    if not demand.around.screens:
        return (
            level if exact.all() else layout_levels(unit, poses, demand, chosen, power_dba)
        ), ~exact | True
    over_land = open_levels(unit, poses, demand, chosen, power_dba)
    level = np.where(exact, level, over_land)
    bound = over_land + noise.REFLECTION_GAIN_DB - demand.planning_dba
    for wanted in (demand.known, np.ones(len(level), bool)):
        while True:
            best = (level - demand.planning_dba)[wanted & exact].max(initial=-np.inf)
            more = np.flatnonzero(wanted & ~exact & (bound > best))
            if not len(more):
                break
            more = more[np.argsort(-bound[more], kind="stable")[:PROBED]]
            level[more] = layout_levels(unit, poses, demand, chosen, power_dba, more)[more]
            exact[more] = True
    return level, exact


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


def layout_levels(
    unit: Unit, poses: Poses, demand: Demand, chosen: Ints, power_dba: float, heard: Ints | None = None
) -> Floats:
    """Level of the chosen units together at every receptor (R,), dB(A): the energy sum over units; -inf without units.

    With `heard` only those receptors are computed, the others are nan.
    """
    if not len(chosen) or not len(demand.xy):
        return np.full(len(demand.xy), -np.inf)
    heard = np.arange(len(demand.xy)) if heard is None else heard
    level = np.full(len(demand.xy), np.nan)
    level[heard] = _together(unit, poses, demand, chosen, heard) + power_dba
    return level


def open_levels(unit: Unit, poses: Poses, demand: Demand, chosen: Ints, power_dba: float) -> Floats:
    """The same over open land: what nothing that screens can be louder than but for reflections."""
    if not len(chosen) or not len(demand.xy):
        return np.full(len(demand.xy), -np.inf)
    everyone = np.arange(len(demand.xy))
    return _together(unit, poses, demand, chosen, everyone, obstacles=False) + power_dba


def _together(
    unit: Unit, poses: Poses, demand: Demand, chosen: Ints, heard: Ints, obstacles: bool = True
) -> Floats:
    pieces = [heard[k : k + AT_ONCE] for k in range(0, len(heard), AT_ONCE)]
    energy = [_energy(unit, poses, demand, chosen, piece, obstacles).sum(axis=0) for piece in pieces]
    return np.asarray(10 * np.log10(np.concatenate([*energy, np.zeros(0)])))


def _excess(
    unit: Unit, poses: Poses, demand: Demand, which: Ints, heard: Ints, obstacles: bool = True
) -> Floats:
    """How far each pose alone is over the planning level of each receptor, units of 0 dB(A) (P, R)."""
    return np.asarray(
        10 * np.log10(_energy(unit, poses, demand, which, heard, obstacles)) - demand.planning_dba[heard]
    )


def _energy(
    unit: Unit, poses: Poses, demand: Demand, which: Ints, heard: Ints, obstacles: bool = True
) -> Floats:
    """Energy at some receptors from one unit of 0 dB(A) at each of some poses (P, R)."""
    xy, rotation = poses.xy[which], poses.rotation_deg[which]
    return noise.transfer(unit, xy, rotation, demand.xy[heard], demand.around, obstacles).energy[:, :, 0]


def _worst_of_each(excess: Floats, neighbour: Ints) -> Ints:
    """The receptor with the largest excess of every neighbour, the largest first."""
    order = np.argsort(-excess, kind="stable")
    _, first = np.unique(neighbour[order], return_index=True)
    return order[np.sort(first)]


def _with(unit: Unit, poses: Poses, demand: Demand, rows: Rows | None, more: Ints) -> Rows:
    energy = _energy(unit, poses, demand, np.arange(len(poses)), more)
    load = energy / 10 ** (demand.planning_dba[more] / 10)
    if rows is None:
        return Rows(more, load)
    return Rows(np.concatenate((rows.index, more)), np.concatenate((rows.load, load), axis=1))
