"""Poses and receptors of one lot, and the energy that units at some poses bring to some receptors, computed once each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from siting import noise
from siting.model import Floats, Ints, Poses, Unit
from siting.surroundings import Surroundings

AT_ONCE = 16_384  # receptors


@dataclass(frozen=True, eq=False)
class Hearing:
    """Where units may stand, who hears them, and what lies between.

    Where sound past buildings takes long to compute, `memo` keeps what units at single poses bring, and `rows` what all poses
    bring to single receptors, both by the receptor's `number`, which stays the same when receptors are left out or added; they
    ascend, and `numbers` gives those of further receptors.
    """

    unit: Unit
    poses: Poses
    xy: Floats  # (R, 2)
    height_m: Floats  # (R,)
    neighbour: Ints  # (R,) whose lot
    around: Surroundings
    basis: Floats  # (B, 9) sums over octave bands out of which every metric is put together
    number: Ints  # (R,)
    memo: dict[int, Floats] = field(default_factory=dict)
    rows: dict[int, Floats] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def __len__(self) -> int:
        """How many receptors."""
        return len(self.xy)


def energy(hearing: Hearing, which: Ints, heard: Ints, obstacles: bool = True) -> Floats:
    """Energy (P, R, B) at some receptors from one unit at each of some poses; without obstacles over open land."""
    poses = hearing.poses
    return noise.transfer(
        hearing.unit,
        poses.xy[which],
        poses.rotation_deg[which],
        hearing.xy[heard],
        hearing.height_m[heard],
        hearing.basis,
        hearing.around,
        obstacles,
    ).energy


def together(hearing: Hearing, chosen: Ints, heard: Ints) -> Floats:
    """Energy (R, B) at some receptors from units at all chosen poses, added in their order."""
    if not hearing.around.screens:
        return _in_pieces(hearing, chosen, heard, obstacles=True)
    total = np.zeros((len(heard), len(hearing.basis)))
    _remember(hearing, chosen, heard)
    for pose in chosen.tolist():
        total += hearing.memo[pose][hearing.number[heard]]
    return total


def from_all_poses(hearing: Hearing, heard: Ints) -> Floats:
    """Energy (P, R, B) at some receptors from one unit at each pose."""
    poses = np.arange(len(hearing.poses))
    if not hearing.around.screens:
        return energy(hearing, poses, heard)
    missing = np.array([k for k in heard.tolist() if int(hearing.number[k]) not in hearing.rows], np.int64)
    if len(missing):
        found = energy(hearing, poses, missing)
        hearing.rows.update((int(hearing.number[k]), found[:, j]) for j, k in enumerate(missing.tolist()))
    return np.stack([hearing.rows[int(n)] for n in hearing.number[heard]], axis=1)


def open_together(hearing: Hearing, chosen: Ints) -> Floats:
    """The same at every receptor over open land: what nothing that screens can be louder than but for reflections."""
    return _in_pieces(hearing, chosen, np.arange(len(hearing)), obstacles=False)


def _in_pieces(hearing: Hearing, chosen: Ints, heard: Ints, obstacles: bool) -> Floats:
    pieces = [heard[k : k + AT_ONCE] for k in range(0, len(heard), AT_ONCE)]
    sums = [energy(hearing, chosen, piece, obstacles).sum(axis=0) for piece in pieces]
    return np.concatenate([*sums, np.zeros((0, len(hearing.basis)))])


def _remember(hearing: Hearing, chosen: Ints, heard: Ints) -> None:
    """Compute what is not yet known of each chosen pose, those that lack the same receptors in one call."""
    numbers, sums = hearing.number[heard], len(hearing.basis)
    lacking: dict[bytes, list[int]] = {}
    for pose in chosen.tolist():
        known = hearing.memo.get(pose, np.zeros((0, sums)))
        more = int(numbers.max(initial=-1)) + 1 - len(known)
        if more > 0 or pose not in hearing.memo:
            known = hearing.memo[pose] = np.concatenate([known, np.full((max(more, 0), sums), np.nan)])
        lacking.setdefault(np.isnan(known[numbers, 0]).tobytes(), []).append(pose)
    for mask, poses in lacking.items():
        missing = np.frombuffer(mask, np.bool_)
        if missing.any():
            found = energy(hearing, np.array(poses), heard[missing])
            for pose, values in zip(poses, found, strict=True):
                hearing.memo[pose][numbers[missing]] = values
