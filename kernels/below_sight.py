"""Edges and roofs below the line of sight, which still screen the low bands: ISO 9613-2:1996, 7.4 with a negative detour."""

from kernels.band import NO_WAY, Way, nearest_on_roof, under_sight
from kernels.cache import lean
from kernels.obstacles import BUILDING, TERRAIN, Crossings, Obstacles, find_edges


@lean
def edge_below(
    zs: float,
    zr: float,
    plan: float,
    slope: float,
    found: int,
    reach: float,
    obstacles: Obstacles,
    crossings: Crossings,
) -> tuple[Way, float]:
    """The edge or roof below the line of sight that makes the shortest detour, and how far below; terrain does not count.

    What is so far below that the detour is longer than `reach` does not count either.
    """
    best, drop = NO_WAY, 0.0
    for k in range(found):
        o = obstacles.owner[crossings.edge[k]]
        kind = obstacles.kind[o]
        if kind == TERRAIN:
            continue
        t, z = crossings.t[k], crossings.z[k]
        if kind == BUILDING:
            start, stop = roof_stretch(k, plan, found, obstacles, crossings)
            t = nearest_on_roof(plan, zs, zr, z, start, stop)
        way = under_sight(plan, zs, zr, t, z)
        if way.detour > -reach and not way.detour <= best.detour:
            best, drop = way, zs + slope * t - z
    return best, drop


@lean
def roof_stretch(
    k: int, plan: float, found: int, obstacles: Obstacles, crossings: Crossings
) -> tuple[float, float]:
    """From where to where the path runs over the roof that crossing k enters or leaves; an end not found lies beyond it."""
    t, o = crossings.t[k], obstacles.owner[crossings.edge[k]]
    start, stop = (t, plan) if crossings.inward[k] else (0.0, t)
    for i in range(found):
        if obstacles.owner[crossings.edge[i]] != o or crossings.inward[i] == crossings.inward[k]:
            continue
        if crossings.inward[k] and crossings.t[i] >= t:
            stop = min(stop, crossings.t[i])
        elif not crossings.inward[k] and crossings.t[i] <= t:
            start = max(start, crossings.t[i])
    return start, stop


@lean
def stands_over(
    x: float, y: float, z: float, above: float, obstacles: Obstacles, crossings: Crossings
) -> bool:
    """Whether a roof higher than z lies under (x, y, above), which stands in no building; `crossings` is room for one leg.

    A source on a roof is not screened by that roof's own edge below the line of sight: both ways round it are straight.
    """
    x0, y0, size = obstacles.origin
    rows, columns = obstacles.cells.rows[0], obstacles.cells.columns[0]
    if not (0.0 <= x - x0 < size * columns and 0.0 <= y - y0 < size * rows):
        return False
    if above <= obstacles.roof[int((y - y0) / size) * columns + int((x - x0) / size)]:
        return False
    far = x0 + size * (columns + 1) - x
    found = find_edges(x, y, z, 1.0, 0.0, far, z, 0.0, 0.0, 0, obstacles, crossings)
    for k in range(found):
        o = obstacles.owner[crossings.edge[k]]
        same = 0
        for i in range(found):
            if obstacles.owner[crossings.edge[i]] == o:
                same += 1
        if same % 2 == 1 and obstacles.kind[o] == BUILDING:
            return True
    return False
