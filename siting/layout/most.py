"""As many units as every limit allows, with transfer computed only for the receptors that bind."""

from dataclasses import replace
from time import monotonic

import numpy as np

from siting import placement
from siting.hearing import Hearing, energy, together
from siting.layout.demand import Demand, Loads, excess, loads
from siting.layout.heard import in_earshot
from siting.layout.rows import Rows, with_receptors
from siting.model import Floats, Ints, Layout, Status

PROBED = 24  # receptors loudest over open land, among which those that a pose reaches most are looked for
PROBES = 32  # poses tried on all receptors to find the rows to start with
FIRST_ROWS = 2  # neighbours taken in for each of them
MORE_ROWS = 96  # receptors taken in per round, or as many as there are rows
MORE_SCREENED = 16  # where something screens, and every pose takes long to compute
APART_M = 2.0
NEARLY_DB = 0.5  # those this near their limit are taken in with those over it
QUIET_DB = 6.0  # those this far below need not be listened to until the last round
CHEAP = 1e-6  # units that a limit has to cost to be named
NOBODY = np.zeros(0, np.int64)
OVER_DB = -1e-9  # the verdict adds the same energies in another order: 1e-12 dB
LIKELY = 256  # listened to before all others


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
    return with_receptors(hearing, None, np.unique(np.concatenate(first)))


def quick_layout(hearing: Hearing, demand: Demand, rows: Rows) -> Ints:
    """The fullest pattern under the limits of some rows alone: about as many units as are legal, seldom fewer."""
    return placement.most(hearing.poses, loads(demand, rows).load, 1.0, len(hearing.poses), 1)


def most_units(
    hearing: Hearing,
    demand: Demand,
    rows: Rows,
    legal: Ints,
    seconds: float | None = None,
    every: bool = True,
    tried: Ints | None = None,
) -> tuple[Layout, Rows]:
    """As many units as every limit allows, at least those of a layout known to be legal, and the bound under the true limits.

    Parameters
    ----------
    tried : (n,), optional
        A layout that may break a limit, to begin with what is left of it.
    seconds : float, optional
        Time for the best layout that can be found and proved; without it, what patterns give.
    every : bool
        False: where something screens, by the fullest patterns, which share most of their poses: each has to be traced.
    """
    ends = monotonic() + (0.0 if seconds is None else seconds)
    found, load = Layout(legal, placement.space_bound(hearing.poses), -1), None
    if seconds is None or not 0 < len(legal) < placement.MOST_UNITS:
        found, rows, load = _patterned(hearing, demand, rows, legal, every or seconds is not None, tried)
    chosen = found.chosen
    while seconds is not None and found.status != "optimal" and len(chosen) < placement.MOST_UNITS:
        load = loads(demand, rows, before=load)
        better, known = _searched(hearing, demand, rows, load, chosen, ends)
        broken = _broken(hearing, demand, better, rows) if len(better) > len(chosen) else NOBODY
        if not len(broken):
            return with_lower_bound(known, found), rows
        rows = with_receptors(hearing, rows, broken)
        # what was proved of the layout that broke a limit says nothing of the one that is kept but its bound
        ended: Status = "open" if monotonic() < ends else "ended"
        found = with_lower_bound(replace(known, chosen=chosen, status=ended), found)
        if found.status == "ended":
            break
    return found, rows


def only_bound(hearing: Hearing, demand: Demand, rows: Rows) -> Layout:
    """A layout of nothing with the bound under the true limits of some rows."""
    return _bounded(hearing, demand, rows, NOBODY)


def _patterned(
    hearing: Hearing, demand: Demand, rows: Rows, legal: Ints, every: bool, tried: Ints | None
) -> tuple[Layout, Rows, Loads]:
    """Patterns repeated until a layout is legal at every receptor, each time with the receptors that it broke."""
    listened: Ints | None = None
    load: Loads | None = None
    while True:
        load = loads(demand, rows, before=load)
        chosen, found = _quick(hearing, load, legal, every, tried)
        if len(chosen) <= len(legal):
            return _truly(hearing, demand, rows, load, found, legal), rows, load
        everyone = in_earshot(hearing, demand, chosen)
        heard = everyone if listened is None else np.intersect1d(listened, everyone)
        if listened is None and hearing.around.screens:  # the few that are most likely broken first
            heard = listened = everyone[:LIKELY]
        over = excess(demand, together(hearing, chosen, heard), heard)
        broken = _over(hearing, over, rows, heard)
        if len(broken):
            rows = with_receptors(hearing, rows, broken)
            listened = heard[over > -QUIET_DB]
        elif listened is not None and len(heard) < len(everyone):
            listened = everyone
        else:
            return _truly(hearing, demand, rows, load, found, chosen), rows, load


def _quick(
    hearing: Hearing, load: Loads, legal: Ints, every: bool, tried: Ints | None
) -> tuple[Ints, placement.Found | None]:
    """A layout that is legal under some rows, with what is known of others."""
    if every or not hearing.around.screens:
        found = placement.quick(hearing.poses, load.load, legal, placement.MOST_UNITS, tried)
        return found.chosen, found
    bound, _ = placement.upper_bound(hearing.poses, load.load, 1.0)
    patterns = placement.PATTERNS if bound < placement.GROWN else 1
    return placement.most(hearing.poses, load.load, 1.0, bound, patterns), None


def _truly(
    hearing: Hearing, demand: Demand, rows: Rows, load: Loads, found: placement.Found | None, chosen: Ints
) -> Layout:
    """A layout with the bound under true limits alone."""
    if found is None or not demand.true[rows.index].all():
        return _bounded(hearing, demand, rows, chosen)
    binding = _dearest(load, found.price)
    by = binding[0][0] if binding else -1
    bound = max(found.bound, len(chosen))
    return Layout(chosen, bound, by, "optimal" if bound == len(chosen) else "open", binding=binding)


def _broken(hearing: Hearing, demand: Demand, chosen: Ints, rows: Rows) -> Ints:
    """Receptors beside the rows that a layout brings over their limit, or nearly so."""
    heard = in_earshot(hearing, demand, chosen)
    return _over(hearing, excess(demand, together(hearing, chosen, heard), heard), rows, heard)


def _searched(
    hearing: Hearing, demand: Demand, rows: Rows, load: Loads, chosen: Ints, ends: float
) -> tuple[Ints, Layout]:
    """The best layout under some rows, and what its bound is under the true limits among them."""
    found = placement.optimum(hearing.poses, load.load, chosen, placement.MOST_UNITS, ends - monotonic())
    if demand.true[rows.index].all():
        bound, price, true = found.bound, found.price, load
    else:
        true = loads(demand, rows, true=True)
        bound, price = placement.bounded(hearing.poses, true.load, len(found.chosen), ends - monotonic())
    binding = _dearest(true, price)
    by = binding[0][0] if binding else -1
    # what is optimal under the limits planned for is not where some of them are not known
    short = found.status == "optimal" and bound > len(found.chosen)
    status: Status = "open" if short else found.status
    return found.chosen, Layout(found.chosen, bound, by, status, binding=binding)


def _bounded(hearing: Hearing, demand: Demand, rows: Rows, chosen: Ints) -> Layout:
    """A layout with the bound that can be counted at once under the true limits of some rows."""
    true = loads(demand, rows, true=True)
    bound, row = placement.upper_bound(hearing.poses, true.load, 1.0)
    binding: tuple[tuple[int, int], ...] = ()
    if row >= 0:
        binding = ((int(true.receptor[row]), int(true.metric[row])),)
    if bound > len(chosen) and len(hearing.poses):
        priced, price = placement.bounded(hearing.poses, true.load, len(chosen), 0.0)
        if priced < bound:
            bound, binding = priced, _dearest(true, price)
    bound = max(bound, len(chosen))
    by = binding[0][0] if binding else -1
    return Layout(chosen, bound, by, "optimal" if bound == len(chosen) else "open", binding=binding)


def _dearest(load: Loads, price: Floats) -> tuple[tuple[int, int], ...]:
    """Receptor and metric of the limits that cost something, the dearest first."""
    order = np.argsort(-price, kind="stable")
    return tuple((int(load.receptor[k]), int(load.metric[k])) for k in order[price[order] > CHEAP])


def with_lower_bound(found: Layout, known: Layout) -> Layout:
    """A layout with the lower of its own bound and one that is known, and with what gives it."""
    low = known if known.bound < found.bound else found
    bound = max(low.bound, len(found.chosen))
    status: Status = "optimal" if bound == len(found.chosen) else found.status
    return replace(found, bound=bound, bound_by=low.bound_by, binding=low.binding, status=status)


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


def _worst_of_each(over: Floats, neighbour: Ints) -> Ints:
    """The receptor with the largest excess of every neighbour, the largest first."""
    order = np.argsort(-over, kind="stable")
    _, first = np.unique(neighbour[order], return_index=True)
    return order[np.sort(first)]


def quietest_pose(hearing: Hearing, demand: Demand, rows: Rows) -> Ints:
    """The pose where a single unit's fullest row is lowest, as a layout of one."""
    if not len(hearing.poses):
        return np.zeros(0, np.int64)
    return np.array([loads(demand, rows).load.max(axis=1, initial=0.0).argmin()])
