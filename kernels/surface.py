"""The ground as a raster of heights: its height at a point, and the profile under a straight path. Metres.

The profile's vertices are where the path crosses the lines of nodes, the middles of the raster's cells, and straight between.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kernels.cache import kernel, lean, lean_inlined
from kernels.pyramid import Line, Pyramid, build_pyramid, height_at, march, march_blocks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Found = tuple[Ints, Floats, Floats]
Ends = tuple[float, float, float, float]  # column and row of a path's first end, then of its second

END_M = 1e-6  # nearer to an end of the path no vertex counts
TOUCH_M = 1e-6  # ground no higher than this above the line of sight only touches it
ON_BORDER = 1e-6  # cells


class Surface(NamedTuple):
    """Ground heights at the nodes of a grid, which may be turned; around the raster's own nodes its outermost stand once more.

    Attributes
    ----------
    z : (rows, columns) float64
        Heights, all finite; no rows: no surface.
    to_cell : (6,) float64
        c0, cx, cy, r0, rx, ry: a point lies at column c0 + cx x + cy y and row r0 + rx x + ry y; nodes at whole numbers.
    patches : Pyramid
        Highest of the four nodes around each patch, patch (i, j) between the nodes (i, j) and (i + 1, j + 1).
    """

    z: Floats
    to_cell: Floats
    patches: Pyramid


def make_surface(heights: ArrayLike, to_cell: ArrayLike) -> Surface:
    """Surface over a raster.

    Parameters
    ----------
    heights : (rows, columns) array_like
        At the middles of cells, metres.
    to_cell : (6,) array_like
        As in `Surface`, where the raster's first cell has its middle at column 0, row 0.

    Raises
    ------
    ValueError
        A shape does not fit, or a value is not finite.
    """
    z, place = np.asarray(heights, dtype=np.float64), np.array(to_cell, dtype=np.float64)
    if z.ndim != 2 or not z.size or not np.isfinite(z).all():
        raise ValueError(f"heights must be a table of finite numbers, got shape {z.shape}")
    if place.shape != (6,) or not np.isfinite(place).all() or place[1] * place[5] == place[2] * place[4]:
        raise ValueError(f"to_cell must be six numbers of a map that can be turned round, got {place}")
    z = np.pad(z, 1, mode="edge")
    place[[0, 3]] += 1.0
    patches = np.maximum(np.maximum(z[:-1, :-1], z[:-1, 1:]), np.maximum(z[1:, :-1], z[1:, 1:]))
    return Surface(z, place, build_pyramid(patches))


def no_surface() -> Surface:
    """No ground heights: nothing rises above any line."""
    return Surface(np.empty((0, 0)), np.zeros(6), build_pyramid(np.empty((0, 0))))


@kernel
def make_march(surface: Surface) -> Found:
    """Room for the patches under one path."""
    room = surface.z.shape[0] + surface.z.shape[1] + 1
    return np.empty(room, np.int64), np.empty(room), np.empty(room)


@lean_inlined
def cell_at(surface: Surface, x: float, y: float) -> tuple[float, float]:
    """Column and row of a point, with fractions."""
    place = surface.to_cell
    return place[0] + place[1] * x + place[2] * y, place[3] + place[4] * x + place[5] * y


@lean
def ground_height(surface: Surface, x: float, y: float) -> float:
    """Height of the ground at a point, bilinear between nodes; nan outside the raster's cells, or without a surface."""
    rows, columns = surface.z.shape
    if rows == 0:
        return np.nan
    c, r = cell_at(surface, x, y)
    least, most_c, most_r = 0.5 - ON_BORDER, columns - 1.5 + ON_BORDER, rows - 1.5 + ON_BORDER
    if not (least <= c <= most_c and least <= r <= most_r):
        return np.nan
    j, i = int(c), int(r)
    u, v, z = c - j, r - i, surface.z
    near = z[i, j] * (1.0 - u) + z[i, j + 1] * u
    far = z[i + 1, j] * (1.0 - u) + z[i + 1, j + 1] * u
    return near * (1.0 - v) + far * v


@kernel
def ground_heights(surface: Surface, x: Floats, y: Floats) -> Floats:
    """Height of the ground at many points, as `ground_height` has it."""
    heights = np.empty(len(x))
    for k in range(len(x)):
        heights[k] = ground_height(surface, x[k], y[k])
    return heights


@lean_inlined
def patch_height(z: Floats, patch: int, ends: Ends, share: float) -> float:
    """Height of a patch where a path that passes it is at parameter `share`."""
    width = z.shape[1] - 1
    i = int((patch + 0.5) / width)
    j = patch - i * width
    u = min(max(ends[0] + share * (ends[2] - ends[0]) - j, 0.0), 1.0)
    v = min(max(ends[1] + share * (ends[3] - ends[1]) - i, 0.0), 1.0)
    near = z[i, j] * (1.0 - u) + z[i, j + 1] * u
    far = z[i + 1, j] * (1.0 - u) + z[i + 1, j + 1] * u
    return near * (1.0 - v) + far * v


@lean_inlined
def highest_block(
    patches: Pyramid, level: int, line: Line, count: int, cell: Ints, enter: Floats, leave: Floats
) -> int:
    """Which of the blocks marched through rises most above the line at its middle."""
    best, most = 0, -np.inf
    for k in range(count):
        above = patches.values[patches.offsets[level] + cell[k]] - height_at(
            line, 0.5 * (enter[k] + leave[k])
        )
        if above > most:
            best, most = k, above
    return best


@lean_inlined
def bears(t0: float, z0: float, t1: float, z1: float, t2: float, z2: float) -> bool:
    """Whether the middle one of three points lies above the line between the others."""
    return (z1 - z0) * (t2 - t0) > (z2 - z0) * (t1 - t0)


@lean_inlined
def stretch_band(
    at: float, height: float, before: float, z0: float, first: int, count: int, t: Floats, z: Floats
) -> int:
    """Drop the last vertices that the band from before them to the point (at, height) passes over; returns how many stay."""
    while count > first:
        last_t, last_z = (t[count - 2], z[count - 2]) if count > first + 1 else (before, z0)
        if bears(last_t, last_z, t[count - 1], z[count - 1], at, height):
            break
        count -= 1
    return count


@lean
def profile_above(
    surface: Surface,
    x0: float,
    y0: float,
    z0: float,
    x1: float,
    y1: float,
    z1: float,
    before: float,
    count: int,
    t: Floats,
    z: Floats,
    found: Found,
) -> int:
    """Vertices of the ground's profile above the straight line between two points that bear a rubber band between them.

    Parameters
    ----------
    surface : Surface
    x0, y0, z0, x1, y1, z1 : float
        The two points. The line is open at both.
    before : float
        Added to the vertices' plan distance from the first point.
    count : int
        How many vertices `t` and `z` hold already.
    t, z : Floats
        Take plan distance and height, sorted along the path; room for `count` and the nodes' rows and columns.
    found : Found
        Room from `make_march`.

    Returns
    -------
    int
        How many vertices there are now.
    """
    cell, enter, leave = found
    if len(surface.z) == 0:
        return count
    c0, r0 = cell_at(surface, x0, y0)
    c1, r1 = cell_at(surface, x1, y1)
    plan = np.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0))
    level = min(1, len(surface.patches.offsets) - 1)
    line = (z0 + TOUCH_M, z1 - z0, z0 + TOUCH_M, z1 - z0)
    blocks = march_blocks(surface.patches, (c0, r0, c1, r1), line, 0.0, 1.0, level, cell, enter, leave)
    if blocks == 0:
        return count
    return band_vertices(
        surface, c0, r0, z0, c1, r1, z1, plan, level, blocks, before, count, t, z, cell, enter, leave
    )


@lean
def band_vertices(
    surface: Surface,
    c0: float,
    r0: float,
    z0: float,
    c1: float,
    r1: float,
    z1: float,
    plan: float,
    level: int,
    blocks: int,
    before: float,
    count: int,
    t: Floats,
    z: Floats,
    cell: Ints,
    enter: Floats,
    leave: Floats,
) -> int:
    """The vertices of `profile_above`, when the blocks of `level` that reach the line are known.

    A vertex above a line lies between two patches that both reach up to it. One from the highest block is the pivot: it lifts the
    line to a roof that only few patches reach, and a vertex under the roof cannot bear the band.
    """
    nodes, patches = surface.z, surface.patches
    ends, line = (c0, r0, c1, r1), (z0 + TOUCH_M, z1 - z0, z0 + TOUCH_M, z1 - z0)
    best = highest_block(patches, level, line, blocks, cell, enter, leave)
    start, end, first_enter, last_leave = enter[best], leave[best], enter[0], leave[blocks - 1]
    nearest = END_M / plan
    pivot, pivot_z, most, first = 2.0, 0.0, 0.0, count
    for stage in range(2):
        found = march_blocks(patches, ends, line, start, end, 0, cell, enter, leave)
        for k in range(found - 1):
            share = leave[k]
            if enter[k + 1] != share or not nearest < share < 1.0 - nearest:
                continue
            height = patch_height(nodes, cell[k], ends, share)
            if stage == 0:
                above = height - height_at(line, share)
                if above > most:
                    most, pivot, pivot_z = above, share, height
            elif height > height_at(line, share):
                if share > pivot:
                    count = stretch_band(before + pivot * plan, pivot_z, before, z0, first, count, t, z)
                    t[count], z[count] = before + pivot * plan, pivot_z
                    count, pivot = count + 1, 2.0
                count = stretch_band(before + share * plan, height, before, z0, first, count, t, z)
                t[count], z[count] = before + share * plan, height
                count += 1
        if stage == 0:
            start, end = first_enter, last_leave
            if pivot < 1.0:
                down = (z1 - pivot_z) / (1.0 - pivot)
                line = (z0, (pivot_z - z0) / pivot, pivot_z - down * pivot, down)
    if pivot < 1.0:
        count = stretch_band(before + pivot * plan, pivot_z, before, z0, first, count, t, z)
        t[count], z[count] = before + pivot * plan, pivot_z
        count += 1
    return stretch_band(before + plan, z1, before, z0, first, count, t, z)


@kernel
def profile_area(surface: Surface, x0: float, y0: float, x1: float, y1: float) -> float:
    """Area under the ground's profile between two points, down to height 0, m^2; nan where an end has no ground."""
    cell, enter, leave = make_march(surface)
    if len(surface.z) == 0:
        return np.nan
    ends = (*cell_at(surface, x0, y0), *cell_at(surface, x1, y1))
    patches = march(surface.patches, ends[0], ends[1], ends[2], ends[3], 0.0, 0.0, np.inf, cell, enter, leave)
    nodes, area, at, height = surface.z, 0.0, 0.0, ground_height(surface, x0, y0)
    for k in range(patches - 1):
        share = leave[k]
        z = patch_height(nodes, cell[k], ends, share)
        area += 0.5 * (height + z) * (share - at)
        at, height = share, z
    area += 0.5 * (height + ground_height(surface, x1, y1)) * (1.0 - at)
    return area * np.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0))
