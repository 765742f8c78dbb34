"""Heights of the ground for the slow twin: level, a `siting.parts.Raster`, or a list of triangles of three (x, y, z)."""

import math

import numpy as np
import shapely


def land_of(scene, triangles=None):
    """None where the ground is at 0 everywhere; spots are joined by Delaunay's triangles unless `triangles` are given."""
    if scene.terrain is not None:
        return scene.terrain
    if triangles is None and scene.elevation:
        assert all(len(part.xyz) == 1 for part in scene.elevation), "break lines need their triangles"
        spots = {(x, y): z for part in scene.elevation for x, y, z in part.xyz.tolist()}
        pieces = shapely.delaunay_triangles(shapely.MultiPoint(list(spots))).geoms
        triangles = [[(x, y, spots[x, y]) for x, y in piece.exterior.coords[:3]] for piece in pieces]
    return triangles


def height(land, x, y):
    """Height of the ground at a point."""
    if land is None:
        return 0.0
    if isinstance(land, list):
        return _height_on_triangles(land, x, y)
    c0, cx, cy, r0, rx, ry = land.to_cell
    return _between_cells(land, c0 + cx * x + cy * y, r0 + rx * x + ry * y)


def profile(land, start, stop):
    """(metres from start, height) at both ends and wherever the ground under the line may bend."""
    length = math.dist(start, stop)
    shares = {0.0, 1.0} | set(_bends(land, start, stop))
    points = []
    for share in sorted(shares):
        x, y = (a + share * (b - a) for a, b in zip(start, stop, strict=True))
        points.append((share * length, height(land, x, y)))
    return points


def _bends(land, start, stop):
    """Shares of the line at which it meets a line between cell middles, or an edge of a triangle."""
    if land is None:
        return []
    if isinstance(land, list):
        edges = {tuple(sorted((t[i][:2], t[i - 1][:2]))) for t in land for i in range(3)}
        return [share for a, b in edges if (share := _crossing(start, stop, a, b)) is not None]
    c0, cx, cy, r0, rx, ry = land.to_cell
    shares = []
    for first, per_x, per_y in ((c0, cx, cy), (r0, rx, ry)):
        low, high = (first + per_x * x + per_y * y for x, y in (start, stop))
        whole = range(math.ceil(min(low, high)), math.floor(max(low, high)) + 1)
        shares += [(k - low) / (high - low) for k in whole if high != low]
    return [share for share in shares if 0 < share < 1]


def _crossing(start, stop, a, b):
    """Share of start..stop at which it crosses a..b, None where it does not."""
    (x, y), (ux, uy), (vx, vy) = start, np.subtract(stop, start).tolist(), np.subtract(b, a).tolist()
    across = ux * vy - uy * vx
    if across == 0:
        return None
    share = ((a[0] - x) * vy - (a[1] - y) * vx) / across
    along = ((a[0] - x) * uy - (a[1] - y) * ux) / across
    return share if 0 < share < 1 and 0 <= along <= 1 else None


def _between_cells(raster, column, row):
    """Bilinear between the four cell middles around; exactly linear on the lines that join two of them."""
    rows, columns = raster.z_m.shape
    column, row = (round(v) if abs(v - round(v)) < 1e-9 else v for v in (column, row))
    assert 0 <= column <= columns - 1 and 0 <= row <= rows - 1, "the terrain ends before this point"
    i, j = min(int(row), rows - 2), min(int(column), columns - 2)
    v, u = row - i, column - j
    (a, b), (c, d) = raster.z_m[i : i + 2, j : j + 2].tolist()
    return (1 - v) * ((1 - u) * a + u * b) + v * ((1 - u) * c + u * d)


def _height_on_triangles(triangles, x, y):
    """Height of the triangle that holds the point; of several that hold it but for rounding, the one that holds it best."""
    best, height_there = -math.inf, math.nan
    for (ax, ay, az), (bx, by, bz), (cx, cy, cz) in triangles:
        whole = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        b = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / whole
        c = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / whole
        if min(1 - b - c, b, c) > best:
            best, height_there = min(1 - b - c, b, c), (1 - b - c) * az + b * bz + c * cz
    assert best > -1e-9, "the terrain ends before this point"
    return height_there
