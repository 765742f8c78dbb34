"""Scenes that are timed; each from a fixed seed."""

import numpy as np
import shapely
from shapely import affinity

from siting.parts import Building, Raster, Scene, Source, Wall

POWER_DB = (92.0, 95.0, 97.0, 94.0, 92.0, 90.0, 85.0, 78.0)
SOURCE_M, RECEIVER_M = 1.5, 4.0  # above ground
FACADE = (0.2,) * 8
CLEAR_M = 1.0  # sources stand at least so far from a building
MARGIN_M = 40.0  # ground heights reach so far beyond the square
CORRIDOR_M = 60.0  # no building lies nearer to the corridor's axis


def flat_places(sources=500, receivers=2000, side_m=1000.0):
    """(S, 3) and (R, 3) places on level ground."""
    draw = np.random.default_rng(1)
    at = np.column_stack([draw.uniform(0, side_m, (sources, 2)), draw.uniform(1, 3, sources)])
    return at, np.column_stack([draw.uniform(0, side_m, (receivers, 2)), draw.uniform(1.5, 8, receivers)])


def town(side_m, buildings=100, walls=20, sources=20, reflections=0, terrain=None):
    """Rectangles of 8 to 25 m, 4 to 15 m high and 2 m apart, and straight walls of 20 to 60 m, 2 to 4 m high, in a square."""
    draw = np.random.default_rng(2)
    blocks = _blocks(draw, buildings, lambda: draw.uniform(0, side_m, 2))
    lines = [_wall(draw, k, side_m) for k in range(walls)]
    xy = outdoors(blocks, side_m, sources, seed=3)
    return Scene(
        _sources(xy),
        buildings=tuple(blocks),
        walls=tuple(lines),
        terrain=terrain,
        ground_g=0.5,
        reflections=reflections,
    )


def corridor(buildings, side_m, sources=10):
    """Paths along a strip with nothing in it, and buildings on both sides of it in a square of this size."""
    draw = np.random.default_rng(4)

    def place():
        while True:
            x, y = draw.uniform(-side_m / 2, side_m / 2, 2)
            if abs(y) > CORRIDOR_M:
                return x, y

    x, y = draw.uniform(-250, -150, sources), draw.uniform(-20, 20, sources)
    return Scene(
        _sources(np.column_stack([x, y])), buildings=tuple(_blocks(draw, buildings, place)), reflections=0
    )


def corridor_receivers(count):
    """(n, 2) places at the other end of the corridor."""
    draw = np.random.default_rng(5)
    return np.column_stack([draw.uniform(50, 250, count), draw.uniform(-20, 20, count)])


def outdoors(blocks, side_m, count, seed):
    """(n, 2) places in the square, at least 1 m from every building."""
    draw = np.random.default_rng(seed)
    tree = shapely.STRtree([block.outline for block in blocks])
    found = np.empty((0, 2))
    while len(found) < count:
        xy = draw.uniform(0, side_m, (2 * count + 10, 2))
        near = tree.query(shapely.points(xy), predicate="dwithin", distance=CLEAR_M)[0] if blocks else []
        found = np.concatenate([found, np.delete(xy, near, axis=0)])
    return found[:count]


def rolling(side_m, step_m=1.0):
    """Rolling ground over the square: 24 waves of 60 to 500 m with slopes of some per cent, about 20 m from lowest to highest."""
    draw = np.random.default_rng(6)
    n = int((side_m + 2 * MARGIN_M) / step_m) + 1
    at = np.arange(n) * step_m - MARGIN_M
    z = np.full((n, n), 20.0)
    for length, angle, phase in zip(
        draw.uniform(60, 500, 24), draw.uniform(0, np.pi, 24), draw.uniform(0, 2 * np.pi, 24), strict=True
    ):
        k = 2 * np.pi / length
        row = k * np.sin(angle) * at[:, None] + phase
        z += 0.006 * length * np.sin(k * np.cos(angle) * at[None] + row)
    place = MARGIN_M / step_m
    return Raster(z, (place, 1 / step_m, 0.0, place, 0.0, 1 / step_m))


def _sources(xy):
    return tuple(
        Source(f"S{k + 1}", float(x), float(y), POWER_DB, height_m=SOURCE_M) for k, (x, y) in enumerate(xy)
    )


def _blocks(draw, count, place):
    blocks, cells = [], {}
    while len(blocks) < count:
        x, y = place()
        width, depth = draw.uniform(8, 25, 2)
        outline = affinity.rotate(shapely.box(x, y, x + width, y + depth), draw.uniform(0, 90))
        cell = int(x // 50), int(y // 50)
        near = [b for i in (-1, 0, 1) for j in (-1, 0, 1) for b in cells.get((cell[0] + i, cell[1] + j), [])]
        if any(outline.distance(other) < 2 for other in near):
            continue
        cells.setdefault(cell, []).append(outline)
        blocks.append(
            Building(f"B{len(blocks) + 1}", outline, height_m=float(draw.uniform(4, 15)), absorption=FACADE)
        )
    return blocks


def _wall(draw, k, side_m):
    x, y = draw.uniform(0, side_m, 2)
    angle, length = draw.uniform(0, 2 * np.pi), draw.uniform(20, 60)
    line = shapely.LineString([(x, y), (x + length * np.cos(angle), y + length * np.sin(angle))])
    return Wall(f"W{k + 1}", line, height_m=float(draw.uniform(2, 4)))
