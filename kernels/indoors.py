"""Which parts of faces stand inside a building, where no path reaches them. Metres."""

import numpy as np
from numpy.typing import NDArray

from kernels.cache import kernel
from kernels.obstacles import WALL, Crossings, Obstacles, find_edges, make_crossings, make_obstacles

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

AHEAD = 1e-3  # what is no deeper than this in a building stands at its outline


def indoor_spans(line: Floats, edges: Floats, tops: Floats, owner: Ints) -> Floats:
    """(m, 4) spans of faces (n, 4) that look into buildings: face, where it begins and ends along it, and the highest roof there.

    `edges` (E, 4), `tops` (E, 2) and `owner` (E,) are of the buildings; edges of one stand together.
    """
    if not len(line) or not len(edges):
        return np.empty((0, 4))
    number = np.concatenate([[0], np.cumsum(owner[1:] != owner[:-1])])
    outline = np.column_stack([edges[:, :2], tops[:, 0], edges[:, 2:], tops[:, 1]])
    buildings = make_obstacles(outline, number, np.full(number[-1] + 1, WALL))
    spans = np.empty((max(len(line), 16), 4))
    while True:
        count = fill_spans(np.ascontiguousarray(line), buildings, spans)
        if count <= len(spans):
            return spans[:count]
        spans = np.empty((count, 4))


@kernel
def fill_spans(line: Floats, buildings: Obstacles, spans: Floats) -> int:
    """Write the spans of `indoor_spans` as far as there is room; returns how many there are."""
    crossings, joints = make_crossings(buildings, 1), np.empty(len(buildings.edge) + 2)
    count = 0
    for face in range(len(line)):
        x, y = line[face, 0], line[face, 1]
        length = np.sqrt((line[face, 2] - x) ** 2 + (line[face, 3] - y) ** 2)
        ux, uy = (line[face, 2] - x) / length, (line[face, 3] - y) / length
        x, y = x + AHEAD * uy, y - AHEAD * ux  # a little to the right of the line, where the face looks
        found = find_edges(x, y, 0.0, ux, uy, length, 0.0, np.inf, 0.0, 0, buildings, crossings)
        joints[0], joints[1 : found + 1], joints[found + 1] = 0.0, np.sort(crossings.t[:found]), length
        for k in range(found + 1):
            middle = 0.5 * (joints[k] + joints[k + 1])
            roof = roof_over(x + middle * ux, y + middle * uy, buildings, crossings)
            if roof == -np.inf:
                continue
            if count < len(spans):
                spans[count, 0], spans[count, 1], spans[count, 2] = face, joints[k], joints[k + 1]
                spans[count, 3] = roof
            count += 1
    return count


@kernel
def roof_over(x: float, y: float, buildings: Obstacles, crossings: Crossings) -> float:
    """The highest roof of the buildings that a point lies in; -inf in the open. Heights of outlines count in full."""
    x0, _, size = buildings.origin
    far = x0 + size * (buildings.cells.columns[0] + 1) - x
    if far <= 0.0:
        return -np.inf
    found = find_edges(x, y, 0.0, 1.0, 0.0, far, 0.0, np.inf, 0.0, 0, buildings, crossings)
    roof = -np.inf
    for k in range(found):
        same = 0
        for i in range(found):
            if buildings.owner[crossings.edge[i]] == buildings.owner[crossings.edge[k]]:
                same += 1
        if same % 2 == 1:
            roof = max(roof, crossings.z[k])
    return roof
