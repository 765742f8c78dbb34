"""What a sound is to every metric, what every receptor leaves it, and what units take of that."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.layout.rows import Rows
from siting.model import Floats, Ints


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


def excess(demand: Demand, heard: Floats, which: Ints | None = None) -> Floats:
    """How far energy (..., R, B) is over what each receptor leaves, in the worst metric, dB (..., R)."""
    room = demand.room if which is None else demand.room[which]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (heard @ demand.mix.T) / room
        # no sound at a receptor that is over its limit already breaks nothing
        return np.asarray(
            10 * np.log10(np.nan_to_num(ratio, nan=0.0, posinf=np.inf).max(axis=-1, initial=0.0))
        )
