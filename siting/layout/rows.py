"""Receptors whose transfer from every pose has been computed, and how more join them."""

from dataclasses import dataclass

import numpy as np

from siting.hearing import Hearing, from_all_poses
from siting.model import Floats, Ints


@dataclass(frozen=True)
class Rows:
    """Receptors whose transfer from every pose has been computed: indices (k,), energy (P, k, B)."""

    index: Ints
    energy: Floats


def rows_in(rows: Rows, before: Hearing, hearing: Hearing) -> Rows:
    """The rows of receptors that are among those of another hearing of the same poses, too, counted among those."""
    number = before.number[rows.index]
    both = np.isin(number, hearing.number)
    energy = rows.energy if both.all() else rows.energy[:, both]
    return Rows(np.searchsorted(hearing.number, number[both]), energy)


def with_receptors(hearing: Hearing, rows: Rows | None, more: Ints) -> Rows:
    """The rows with those of more receptors."""
    found = from_all_poses(hearing, more)
    if rows is None:
        return Rows(more, found)
    return Rows(np.concatenate((rows.index, more)), np.concatenate((rows.energy, found), axis=1))
