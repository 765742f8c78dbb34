"""What a sound is to every metric, what every receptor leaves it, and what units take of that."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels import loads as kernel
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
    """What one unit at each pose takes of the room of each limit: (P, c), full at 1; whose limit it is, and in which metric."""

    load: Floats
    receptor: Ints
    metric: Ints
    rows: int  # of how many receptors


def loads(demand: Demand, rows: Rows, true: bool = False, before: Loads | None = None) -> Loads:
    """What units take of each limit of the rows, but of those nowhere fuller than another of their receptor.

    Parameters
    ----------
    true : bool
        Of true limits alone.
    before : Loads, optional
        The same of as many of the rows as there were then.
    """
    first = 0 if before is None else before.rows
    new, energy = rows.index[first:], np.ascontiguousarray(rows.energy[:, first:])
    room = demand.room[new]
    limited = (room < np.inf) & (demand.true[new] | (not true))
    receptor, metric = np.nonzero(limited & ~_implied(kernel.never_fuller(energy, demand.mix, room, limited)))
    load, whose = kernel.shares(energy, demand.mix, room, receptor, metric), new[receptor]
    if before is None:
        return Loads(load, whose, metric, len(rows.index))
    return Loads(
        np.concatenate([before.load, load], axis=1), np.concatenate([before.receptor, whose]),
        np.concatenate([before.metric, metric]), len(rows.index),
    )  # fmt: skip


def _implied(below: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Limits (k, M) nowhere fuller than another of the same receptor that is kept."""
    implied = np.zeros(below.shape[:2], bool)
    for a in range(below.shape[1]):
        for b in range(below.shape[1]):
            implied[:, a] |= below[:, a, b] & ~implied[:, b]
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
