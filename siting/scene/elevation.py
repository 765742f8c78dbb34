"""The ground of a scene: level, a raster of heights, or triangles between elevation spots that keep break lines straight."""

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import ArrayLike

from kernels.surface import Surface, ground_heights, make_surface
from siting.errors import InputError
from siting.model import Floats, Ints
from siting.parts import Elevation, Raster, Scene
from siting.scene.triangles import triangulate

SAME_PLACE_M = 1e-6
SAME_HEIGHT_M = 1e-3  # files round to millimetres
POINTS_AT_ONCE = 100_000


@dataclass(frozen=True, eq=False)
class Triangles:
    """Ground that is plane in each triangle."""

    corners: Floats  # (t, 3, 3) x, y, z of three corners, counter-clockwise
    edges: Floats  # (E, 6) ax, ay, az, bx, by, bz; each edge once

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Where in plan the triangles lie."""
        return shapely.STRtree(shapely.polygons(self.corners[:, :, :2]))


@dataclass(frozen=True, eq=False)
class Ground:
    """Ground heights: of a raster, of triangles, or 0 m everywhere where there is neither."""

    raster: Raster | None = None
    surface: Surface | None = None  # the raster as kernels take it
    triangles: Triangles | None = None

    @property
    def edges(self) -> Floats:
        """(E, 6) edges between triangles; none on level ground and on a raster."""
        return np.empty((0, 6)) if self.triangles is None else self.triangles.edges


def make_ground(scene: Scene) -> Ground:
    """The ground of a scene.

    Raises
    ------
    InputError
        The scene has both elevation and terrain, its elevation contradicts itself, or it spans no area.
    """
    if scene.terrain is not None and scene.elevation:
        raise InputError(
            f"{scene.name} has both a terrain raster and elevation features; give the ground's heights once."
        )
    if scene.terrain is not None:
        return Ground(scene.terrain, make_surface(scene.terrain.z_m, scene.terrain.to_cell))
    return Ground(triangles=make_triangles(scene.name, scene.elevation)) if scene.elevation else Ground()


def ground_at(ground: Ground, xy: ArrayLike) -> Floats:
    """Height of the ground at points.

    Parameters
    ----------
    ground : Ground
    xy : (n, 2) array_like

    Returns
    -------
    (n,) array
        NaN outside the raster's cells or farther than 1e-6 m outside the triangles.
    """
    points = np.ascontiguousarray(np.asarray(xy, float).reshape(-1, 2))
    if ground.surface is not None:
        return ground_heights(
            ground.surface, np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])
        )
    if ground.triangles is None:
        return np.zeros(len(points))
    parts = [
        _on_triangles(ground.triangles, points[k : k + POINTS_AT_ONCE])
        for k in range(0, len(points), POINTS_AT_ONCE)
    ]
    return np.concatenate([*parts, np.empty(0)])


def wall_joints(ground: Ground, xy: ArrayLike) -> Floats:
    """Vertices of a line and the places between them where the ground bends under it, (m, 2) in order.

    The ground bends where the line crosses edges of triangles, or lines through the middles of a raster's cells.
    """
    line = np.asarray(xy, float).reshape(-1, 2)
    joints = [line[:1]]
    for a, b in itertools.pairwise(line):
        shares = (
            _node_lines(ground.raster, a, b) if ground.raster is not None else _edges_crossed(ground, a, b)
        )
        length = np.hypot(*(b - a))
        inner = np.unique(shares[(shares * length > SAME_PLACE_M) & ((1 - shares) * length > SAME_PLACE_M)])
        inner = inner[np.diff(inner, prepend=-1.0) * length > SAME_PLACE_M]
        joints += [a + inner[:, None] * (b - a), b[None]]
    return np.concatenate(joints)


def _node_lines(raster: Raster, a: Floats, b: Floats) -> Floats:
    """Where between a and b the lines through the middles of a raster's cells are crossed, 0 to 1."""
    cell = np.array(raster.to_cell).reshape(2, 3)
    start, stop = cell[:, 0] + cell[:, 1:] @ a, cell[:, 0] + cell[:, 1:] @ b
    shares = [np.empty(0)]
    for p, q in zip(start, stop, strict=True):
        if p != q:
            shares.append((np.arange(np.ceil(min(p, q)), np.floor(max(p, q)) + 1) - p) / (q - p))
    return np.concatenate(shares)


def _edges_crossed(ground: Ground, a: Floats, b: Floats) -> Floats:
    """Where between a and b edges of triangles are crossed, 0 to 1."""
    edges = ground.edges
    across = edges[:, [0, 1, 3, 4]].reshape(-1, 2, 2) - a
    along = b - a
    side = along[0] * across[:, :, 1] - along[1] * across[:, :, 0]
    met = (side[:, 0] > 0) != (side[:, 1] > 0)
    near, far, side = across[met, 0], across[met, 1], side[met]
    places = near + (far - near) * (side[:, 0] / (side[:, 0] - side[:, 1]))[:, None]
    shares = places @ along / (along @ along) if (along != 0).any() else np.empty(0)
    return np.asarray(shares[(shares > 0) & (shares < 1)])


def make_triangles(name: str, elevation: tuple[Elevation, ...]) -> Triangles:
    """Triangulate spots and break lines.

    Parameters
    ----------
    name : str
        How messages name the scene.
    elevation : tuple of Elevation

    Raises
    ------
    InputError
        Two heights at one place, break lines that cross at different heights, or fewer than three places that span an area.
    """
    xyz = np.concatenate([part.xyz for part in elevation]).astype(float)
    starts = np.cumsum([0, *(len(part.xyz) for part in elevation)])
    lines = np.array(
        [(k, k + 1) for first, stop in itertools.pairwise(starts) for k in range(first, stop - 1)],
        np.int64,
    ).reshape(-1, 2)
    xyz = np.concatenate([xyz, _crossings(name, xyz, lines)])
    xyz, of = _merged(name, xyz)
    lines = _pieces(name, xyz, of[lines])
    _check_span(name, xyz)
    corners = triangulate(xyz, lines)
    sides = np.unique(np.sort(corners[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1), axis=0)
    return Triangles(xyz[corners], np.hstack([xyz[sides[:, 0]], xyz[sides[:, 1]]]))


def _crossings(name: str, xyz: Floats, lines: Ints) -> Floats:
    """(n, 3) places where two break lines cross between their vertices, at the mean of their heights there."""
    drawn = shapely.linestrings(xyz[lines][:, :, :2])
    first, second = (
        shapely.STRtree(drawn).query(drawn, predicate="crosses") if len(lines) else np.empty((2, 0), int)
    )
    first, second = first[first < second], second[first < second]
    a, b, c, d = xyz[lines[first, 0]], xyz[lines[first, 1]], xyz[lines[second, 0]], xyz[lines[second, 1]]

    def turn(p: Floats, q: Floats) -> Floats:
        return np.asarray(p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0])

    area = turn(b - a, d - c)
    crossed = area != 0
    a, b, c, d, area = a[crossed], b[crossed], c[crossed], d[crossed], area[crossed]
    s, t = turn(c - a, d - c) / area, turn(c - a, b - a) / area
    one, other = a + s[:, None] * (b - a), c + t[:, None] * (d - c)
    wrong = np.flatnonzero(np.abs(one[:, 2] - other[:, 2]) > SAME_HEIGHT_M)
    if len(wrong):
        x, y, z = one[wrong[0]]
        raise InputError(
            f"{name}: two break lines cross at ({x:.2f}, {y:.2f}), one at {z:.2f} m and one at {other[wrong[0], 2]:.2f} m"
            f"{_others(len(wrong))}; correct their heights, or end one of them before the other."
        )
    return np.asarray(0.5 * (one + other))


def _merged(name: str, xyz: Floats) -> tuple[Floats, Ints]:
    """The different places, and for each point the number of its place."""
    points = shapely.points(xyz[:, :2])
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=SAME_PLACE_M)
    apart = np.abs(xyz[one, 2] - xyz[other, 2]) > SAME_HEIGHT_M
    if apart.any():
        k = np.flatnonzero(apart)[0]
        x, y = xyz[one[k], :2]
        low, high = sorted((xyz[one[k], 2], xyz[other[k], 2]))
        raise InputError(
            f"{name}: elevation at ({x:.2f}, {y:.2f}) has the heights {low:.2f} m and {high:.2f} m"
            f"{_others(len(np.unique(one[apart])) // 2)}; keep one of them."
        )
    first = np.arange(len(xyz))
    np.minimum.at(first, one, other)
    while (first[first] != first).any():
        first = first[first]
    places, of = np.unique(first, return_inverse=True)
    return xyz[places], of


def _pieces(name: str, xyz: Floats, lines: Ints) -> Ints:
    """Break lines cut at every place that lies on them, each piece once."""
    lines = lines[lines[:, 0] != lines[:, 1]]
    drawn = shapely.linestrings(xyz[lines][:, :, :2])
    point, line = shapely.STRtree(drawn).query(
        shapely.points(xyz[:, :2]), predicate="dwithin", distance=SAME_PLACE_M
    ) if len(lines) else np.empty((2, 0), int)  # fmt: skip
    a, b, p = xyz[lines[line, 0]], xyz[lines[line, 1]], xyz[point]
    along = (b - a)[:, :2]
    share = ((p - a)[:, :2] * along).sum(axis=1) / (along * along).sum(axis=1)
    height = a[:, 2] + share * (b - a)[:, 2]
    wrong = np.flatnonzero(np.abs(height - p[:, 2]) > SAME_HEIGHT_M + SAME_PLACE_M * np.abs(b - a)[:, 2])
    if len(wrong):
        x, y, z = p[wrong[0]]
        raise InputError(
            f"{name}: a break line passes the elevation at ({x:.2f}, {y:.2f}) at {height[wrong[0]]:.2f} m, which says {z:.2f} m"
            f"{_others(len(wrong))}; correct one of them."
        )
    order = np.lexsort((share, line))
    line, point = line[order], point[order]
    joined = line[1:] == line[:-1]
    pieces = np.column_stack([point[:-1][joined], point[1:][joined]])
    return np.unique(np.sort(pieces, axis=1), axis=0).reshape(-1, 2)


def _others(count: int) -> str:
    return f" (and {count - 1} more like it)" if count > 1 else ""


def _check_span(name: str, xyz: Floats) -> None:
    """Refuse places that span no area."""
    centred = xyz[:, :2] - xyz[:, :2].mean(axis=0)
    if len(xyz) < 3:
        found = f"elevation at {len(xyz)} place{'s' * (len(xyz) != 1)}"
    elif np.linalg.svd(centred, compute_uv=False)[1] <= SAME_PLACE_M:
        found = f"elevation at {len(xyz)} places that lie on one line"
    else:
        return
    raise InputError(
        f"{name} has {found}; give at least three that span the ground, or none for level ground."
    )


def _on_triangles(triangles: Triangles, xy: Floats) -> Floats:
    """Heights at points; between triangles that share a point, that of the first."""
    points = shapely.points(xy)
    heights = np.full(len(xy), np.nan)
    point, triangle = triangles.tree.query(points)
    _fill(heights, triangles, xy, point, triangle, 0.0)
    missing = np.flatnonzero(np.isnan(heights) & np.isfinite(xy).all(axis=1))
    if len(missing):
        near, triangle = triangles.tree.query(points[missing], predicate="dwithin", distance=SAME_PLACE_M)
        _fill(heights, triangles, xy, missing[near], triangle, np.inf)
    return heights


def _fill(
    heights: Floats, triangles: Triangles, xy: Floats, point: Ints, triangle: Ints, slack: float
) -> None:
    """Put the heights of those points that lie in the triangles named beside them; on the nearest side within the slack."""
    a, b, c = np.moveaxis(triangles.corners[triangle], 1, 0)
    p, u, v = xy[point] - a[:, :2], b - a, c - a
    area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    at_b, at_c = (
        (p[:, 0] * v[:, 1] - p[:, 1] * v[:, 0]) / area,
        (u[:, 0] * p[:, 1] - u[:, 1] * p[:, 0]) / area,
    )
    weights = np.column_stack([1.0 - at_b - at_c, at_b, at_c])
    inside = (weights >= -slack).all(axis=1)
    weights, point, triangle = np.maximum(weights[inside], 0.0), point[inside], triangle[inside]
    order = np.argsort(triangle, kind="stable")[::-1]  # the first triangle is written last
    a, b, c = np.moveaxis(triangles.corners[triangle[order], :, 2], 1, 0)
    w = weights[order]
    heights[point[order]] = a + (w[:, 1] * (b - a) + w[:, 2] * (c - a)) / w.sum(axis=1)
