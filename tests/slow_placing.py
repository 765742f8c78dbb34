"""The slow twin of placing: every subset of a few poses, bodies and clearances by shapely."""

from itertools import combinations

import numpy as np
import shapely
from shapely import affinity

SHARED_M2 = 1e-5


def conflicts(poses, clearance):
    """Which pairs (P, P) cannot stand together: one's body and clearance (front, right, back, left) on the other's body."""
    front, right, back, left = clearance
    bodies = [_placed(poses, k, 0, 0, 0, 0) for k in range(len(poses))]
    spaces = [_placed(poses, k, front, right, back, left) for k in range(len(poses))]
    out = np.zeros((len(poses), len(poses)), bool)
    for a, b in combinations(range(len(poses)), 2):
        shared = max(spaces[a].intersection(bodies[b]).area, spaces[b].intersection(bodies[a]).area)
        out[a, b] = out[b, a] = shared > SHARED_M2
    return out


def _placed(poses, k, front, right, back, left):
    """A body that is grown beyond its sides; the front is its south side before it is turned."""
    (x, y), (length, width) = poses.xy[k], poses.body_m
    box = shapely.box(
        x - length / 2 - left, y - width / 2 - front, x + length / 2 + right, y + width / 2 + back
    )
    return affinity.rotate(box, poses.rotation_deg[k], origin=(x, y))


def best(apart, load):
    """The most poses that stand together with no row over 1, and how low their fullest row can be: all subsets tried.

    Parameters
    ----------
    apart : (P, P)
        Pairs that cannot stand together.
    load : (P, R)
    """
    count = len(apart)
    subset = (np.arange(2**count)[:, None] >> np.arange(count) & 1).astype(float)  # (2^P, P)
    legal = ((subset @ apart) * subset).sum(axis=1) == 0
    subset = subset[legal]
    peak = (subset @ load).max(axis=1, initial=0.0)
    subset, peak = subset[peak <= 1], peak[peak <= 1]
    size = subset.sum(axis=1)
    most = int(size.max())
    return most, float(peak[size == most].min())
