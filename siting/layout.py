"""A layout under the limits of every receptor, with transfer computed only for the receptors that bind.

A few receptors rule a layout. The search starts with those that one unit reaches most, and takes in the others where
the layout found breaks their limit, until it breaks none; legality and bound then hold for all of them.

Sound past buildings takes long to compute, sound over open land does not, and no direct path is louder past buildings than
over open land. So where something screens, only receptors that open land brings within `OPEN_DB` of their limit are
listened to: to lift another one over it, three façades and more would have to send all of the sound there at once.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting import noise, placement
from siting.hearing import Hearing, energy, from_all_poses, open_together, together
from siting.model import Floats, Ints, Layout

PROBES = 16  # poses tried on all receptors to find the rows to start with
FIRST_ROWS = 2  # neighbours taken in for each of them
MORE_ROWS = 96  # receptors taken in per round, or as many as there are rows
MORE_SCREENED = 16  # where something screens, and every pose takes long to compute
APART_M = 2.0
NEARLY_DB = 0.5  # those this near their limit are taken in with those over it
QUIET_DB = 6.0  # those this far below need not be listened to until the last round
OPEN_DB = 5.0
OVER_DB = -1e-9  # the verdict adds the same energies in another order: 1e-12 dB
PROBED = 24  # receptors loudest over open land, among which those that a pose reaches most are looked for
LIKELY = 256  # listened to before all others
ROUNDS = 8  # where a number of units is wanted, legal or not: rounds of refining which receptors matter


@dataclass(frozen=True)
class Rows:
    """Receptors whose transfer from every pose has been computed: indices (k,), energy (P, k, B)."""

    index: Ints
    energy: Floats


@dataclass(frozen=True)
class Demand:
    """What one sound is to each metric, and what every receptor leaves it.

    `mix` (M, B) puts the metrics together out of the hearing's sums; `room` (R, M) is the energy that all units together may
    bring, 0 where what is there is over the limit already, inf where there is no limit; `true` (R, M) says where it comes from a
    limit that is known.
    """

    mix: Floats
    room: Floats
    true: NDArray[np.bool_]


class Loads(NamedTuple):
    """What one unit at each pose takes of the room of each row: (P, c), full at 1; whose row it is, and in which metric."""

    load: Floats
    receptor: Ints
    metric: Ints


def first_rows(hearing: Hearing, demand: Demand) -> Rows:
    """The receptors that units at poses spread over the lattice reach most against their limits: the first few of each pose."""
    poses = len(hearing.poses)
    if not poses or not len(hearing):
        return Rows(np.zeros(0, np.int64), np.zeros((poses, 0, len(hearing.basis))))
    probe = np.unique(np.linspace(0, poses - 1, PROBES).astype(np.int64))
    heard = np.arange(len(hearing))
    if hearing.around.screens:
        over = excess(demand, energy(hearing, probe, heard, obstacles=False))
        heard = np.unique(np.argsort(-over, axis=1, kind="stable")[:, :PROBED])
    over = excess(demand, energy(hearing, probe, heard), heard)
    first = [heard[_worst_of_each(row, hearing.neighbour[heard])[:FIRST_ROWS]] for row in over]
    return _with(hearing, None, np.unique(np.concatenate(first)))


def quick_layout(hearing: Hearing, demand: Demand, rows: Rows) -> Ints:
    """The fullest pattern under the limits of some rows alone: about as many units as are legal, seldom fewer."""
    return placement.most(hearing.poses, loads(demand, rows).load, 1.0, len(hearing.poses), 1)


def most_units(hearing: Hearing, demand: Demand, rows: Rows, legal: Ints) -> tuple[Layout, Rows]:
    """As many units as every limit allows, at least those of a layout known to be legal, and the bound under the true limits.

    The layout's levels are not computed yet (nan).
    """
    bound, binding, metric = _bound(hearing, demand, rows)
    chosen = legal
    if len(chosen) < min(bound, placement.MOST_UNITS):
        patterns = placement.PATTERNS if bound < placement.GROWN else 1
        found, rows = _most_legal(hearing, demand, rows, bound, patterns)
        chosen = found if len(found) > len(chosen) else chosen
        bound, binding, metric = _bound(hearing, demand, rows)
    level = np.full(demand.room.shape, np.nan)
    return Layout(chosen, max(bound, len(chosen)), binding, metric, level), rows


def only_bound(hearing: Hearing, demand: Demand, rows: Rows) -> Layout:
    """A layout of nothing with the bound under the true limits of some rows."""
    bound, binding, metric = _bound(hearing, demand, rows)
    return Layout(np.zeros(0, np.int64), bound, binding, metric, np.full(demand.room.shape, np.nan))


def _most_legal(hearing: Hearing, demand: Demand, rows: Rows, bound: int, patterns: int) -> tuple[Ints, Rows]:
    """The search repeated until its layout is legal at every receptor, each time with the receptors that it broke."""
    listened: Ints | None = None
    while True:
        load = loads(demand, rows).load
        chosen = placement.most(hearing.poses, load, 1.0, bound, patterns)
        everyone = _in_earshot(hearing, demand, chosen)
        heard = everyone if listened is None else np.intersect1d(listened, everyone)
        if listened is None and hearing.around.screens:  # the few that are most likely broken first
            heard = listened = everyone[:LIKELY]
        over = excess(demand, together(hearing, chosen, heard), heard)
        broken = _over(hearing, over, rows, heard)
        if len(broken):
            rows = _with(hearing, rows, broken)
            listened = heard[over > -QUIET_DB]
        elif listened is not None and len(heard) < len(everyone):
            listened = everyone
        else:
            return chosen, rows


def _in_earshot(hearing: Hearing, demand: Demand, chosen: Ints) -> Ints:
    """Receptors that open land brings within `OPEN_DB` of their limit, the loudest first; all where nothing screens."""
    if not hearing.around.screens or not len(chosen):
        return np.arange(len(hearing))
    over = excess(demand, open_together(hearing, chosen))
    order = np.argsort(-over, kind="stable")
    return order[: int((over > -OPEN_DB).sum())]


def _over(hearing: Hearing, over: Floats, rows: Rows, listened: Ints) -> Ints:
    """Where a receptor that is not among the rows is over its limit: the worst of those over or nearly so.

    One of each square of `APART_M`: its neighbours on the same lot line hear much the same.
    """
    new = ~np.isin(listened, rows.index)
    if not (over[new] > OVER_DB).any():
        return np.zeros(0, np.int64)
    order = np.flatnonzero(new & (over > -NEARLY_DB))
    order = order[np.argsort(-over[order], kind="stable")]
    square = np.floor(hearing.xy[listened[order]] / APART_M)
    _, first = np.unique(square[:, 0] + 1j * square[:, 1], return_index=True)
    most = MORE_SCREENED if hearing.around.screens else MORE_ROWS
    return listened[order[np.sort(first)[: max(most, len(rows.index))]]]


def quietest_units(
    hearing: Hearing, demand: Demand, units: int, rows: Rows, legal: list[Ints]
) -> tuple[Ints, Rows]:
    """A given number of units (or as many as there is space for) where the receptor nearest its limit is best off.

    Parameters
    ----------
    legal : list of (n,)
        Layouts of at least as many units that are legal at some power; the answer is no worse than the best part of them.
    """
    poses = hearing.poses
    tried = [placement.quietest_part(poses, loads(demand, rows).load, whole, units) for whole in legal]
    peaks = [nearest_to_limit(hearing, demand, chosen)[0] for chosen in tried]
    for _ in range(ROUNDS):
        tried.append(placement.quietest(poses, loads(demand, rows).load, units))
        peak, worst = nearest_to_limit(hearing, demand, tried[-1])
        peaks.append(peak)
        if worst < 0 or worst in rows.index:
            break
        rows = _with(hearing, rows, np.array([worst]))
    best = min(range(len(tried)), key=lambda k: (-len(tried[k]), peaks[k]))
    return tried[best], rows


def nearest_to_limit(hearing: Hearing, demand: Demand, chosen: Ints) -> tuple[float, int]:
    """How far the receptor nearest its limit is over it, dB, and which it is (-1: there is none)."""
    if not len(chosen) or not len(hearing):
        return -np.inf, -1
    heard, exact = completed(hearing, demand, chosen)
    over = np.where(exact, excess(demand, heard), -np.inf)
    worst = int(over.argmax())
    return float(over[worst]), worst


def completed(hearing: Hearing, demand: Demand, chosen: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """Energy of a layout at every receptor (R, B), and where it is exact (R,).

    Where something screens, receptors that open land leaves so far below their limit that they cannot be the nearest to it keep
    the energy of open land, which is above theirs; others are computed.
    """
    everyone = np.arange(len(hearing))
    if not len(chosen):
        return np.zeros((len(hearing), len(hearing.basis))), np.ones(len(hearing), bool)
    if not hearing.around.screens:
        return together(hearing, chosen, everyone), np.ones(len(hearing), bool)
    heard, exact = open_together(hearing, chosen), np.zeros(len(hearing), bool)
    bound = excess(demand, heard) + noise.REFLECTION_GAIN_DB
    for wanted in (demand.true.all(axis=1), np.ones(len(hearing), bool)):
        while True:
            best = excess(demand, heard)[wanted & exact].max(initial=-np.inf)
            more = np.flatnonzero(wanted & ~exact & (bound > best))
            if not len(more):
                break
            more = more[np.argsort(-bound[more], kind="stable")[:PROBED]]
            heard[more] = together(hearing, chosen, more)
            exact[more] = True
    return heard, exact


def kept_rows(rows: Rows, keep: NDArray[np.bool_]) -> Rows:
    """The rows of the receptors that are kept (R,), counted among these."""
    mine = keep[rows.index]
    return Rows(np.cumsum(keep)[rows.index[mine]] - 1, rows.energy[:, mine])


def quietest_pose(hearing: Hearing, demand: Demand, rows: Rows) -> Ints:
    """The pose where a single unit's fullest row is lowest, as a layout of one."""
    if not len(hearing.poses):
        return np.zeros(0, np.int64)
    return np.array([loads(demand, rows).load.max(axis=1, initial=0.0).argmin()])


def excess(demand: Demand, heard: Floats, which: Ints | None = None) -> Floats:
    """How far energy (..., R, B) is over what each receptor leaves, in the worst metric, dB (..., R)."""
    room = demand.room if which is None else demand.room[which]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (heard @ demand.mix.T) / room
        # no sound at a receptor that is over its limit already breaks nothing
        return np.asarray(
            10 * np.log10(np.nan_to_num(ratio, nan=0.0, posinf=np.inf).max(axis=-1, initial=0.0))
        )


def loads(demand: Demand, rows: Rows, true: bool = False) -> Loads:
    """What units take of each row, but of those nowhere fuller than another of their receptor; `true`: of true limits alone."""
    room = demand.room[rows.index]
    limited = (room < np.inf) & (demand.true[rows.index] | (not true))
    with np.errstate(divide="ignore"):
        load = (rows.energy @ demand.mix.T) / room  # (P, k, M)
    keep = limited & ~_implied(load, limited)
    receptor, metric = np.nonzero(keep)
    return Loads(np.ascontiguousarray(load[:, receptor, metric]), rows.index[receptor], metric)


def _implied(load: Floats, limited: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which rows (k, M) are nowhere fuller than another row of the same receptor."""
    implied = np.zeros(load.shape[1:], bool)
    metrics = load.shape[2]
    for a in range(metrics):
        for b in range(metrics):
            if a != b and len(load):
                open_ = limited[:, a] & limited[:, b] & ~implied[:, a] & ~implied[:, b]
                below = np.all(load[:, open_, a] <= load[:, open_, b], axis=0)
                implied[np.flatnonzero(open_)[below], a] = True
    return implied


def _bound(hearing: Hearing, demand: Demand, rows: Rows) -> tuple[int, int, int]:
    """The upper bound under true limits, the receptor's index that sets it (-1: space), and the metric's."""
    binding = loads(demand, rows, true=True)
    bound, row = placement.upper_bound(hearing.poses, binding.load, 1.0)
    return (bound, -1, -1) if row < 0 else (bound, int(binding.receptor[row]), int(binding.metric[row]))


def _worst_of_each(over: Floats, neighbour: Ints) -> Ints:
    """The receptor with the largest excess of every neighbour, the largest first."""
    order = np.argsort(-over, kind="stable")
    _, first = np.unique(neighbour[order], return_index=True)
    return order[np.sort(first)]


def _with(hearing: Hearing, rows: Rows | None, more: Ints) -> Rows:
    found = from_all_poses(hearing, more)
    if rows is None:
        return Rows(more, found)
    return Rows(np.concatenate((rows.index, more)), np.concatenate((rows.energy, found), axis=1))
