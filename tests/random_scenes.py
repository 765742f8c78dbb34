"""Random scenes from a seed: buildings of all shapes, walls, ground, belts, terrain, absorption; no coincidences.

Coordinates are multiples of 1/1024 m, so that a shift by whole metres is exact.
"""

import math

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, affinity, box

from siting.parts import Belt, Building, Elevation, Ground, Raster, Receiver, Scene, Source, Wall

SIDE = 120.0  # metres
LANDS = ("level", "raster", "spots")


def random_scene(seed, land=None, receivers=3, reflect=None, **settings):
    """A scene of a seed; `land` and `reflect` are drawn where they are not given."""
    draw = np.random.default_rng(seed)
    land = land or LANDS[draw.choice(3, p=[0.6, 0.2, 0.2])]
    reflect = draw.random() < 0.5 if reflect is None else reflect
    buildings = _buildings(draw, reflect)
    walls = tuple(_wall(draw, f"W{k}", reflect) for k in range(draw.integers(0, 6)))
    ground = tuple(Ground(_blob(draw, 40), round(draw.random(), 2)) for _ in range(draw.integers(0, 4)))
    belts = tuple(_belt(draw) for _ in range(draw.integers(0, 3)))
    solid = shapely.union_all(
        [part.outline for part in buildings] + [part.line.buffer(0.02) for part in walls]
    )
    chosen = {
        "ground_g": round(draw.random(), 2),
        "ground_method": draw.choice(["general", "general", "alternative"]),
        "c0_db": float(draw.choice([0, 2])),
        "lateral_rule_8x": bool(draw.random() < 0.2),
        "edges_below_sight": bool(draw.random() < 0.8),
    }
    sources = tuple(_source(draw, k, buildings, walls, solid) for k in range(draw.integers(1, 3)))
    return Scene(
        sources,
        tuple(_receiver(draw, k, solid, sources) for k in range(receivers)),
        buildings,
        walls,
        ground,
        belts,
        _spots(draw) if land == "spots" else (),
        _raster(draw) if land == "raster" else None,
        reflections=int(reflect),
        **{**chosen, **settings},
        name=f"seed {seed}",
    )


def fine(value):
    """Rounded to 1/1024 m."""
    return np.round(np.asarray(value) * 1024) / 1024


def _shape(shape):
    return shapely.transform(shape, fine)


def _placed(draw, shape, spread=SIDE):
    turned = affinity.rotate(shape, draw.uniform(0, 360), origin=(0, 0))
    return _shape(affinity.translate(turned, *draw.uniform(-spread / 2, spread / 2, 2)))


def _block(draw):
    """One building, before it is turned and placed: a box, an L, a U, a yard, an octagon."""
    long, wide = draw.uniform(6, 22, 2)
    whole = box(-long / 2, -wide / 2, long / 2, wide / 2)
    kind = draw.choice(["box", "box", "L", "U", "yard", "octagon"])
    if kind == "box":
        return whole
    if kind == "octagon":
        return Point(0, 0).buffer(long / 2, quad_segs=2)
    low, high = draw.uniform(0.15, 0.35), draw.uniform(0.65, 0.85)
    inner = box(
        -long / 2 + low * long, -wide / 2 + low * wide, -long / 2 + high * long, -wide / 2 + high * wide
    )
    if kind == "yard":
        return whole.difference(inner)
    across = box(-long, -wide / 2 + low * wide, -long / 2 + high * long, wide / 2 - low * wide)
    return whole.difference(across if kind == "U" else box(inner.bounds[0], inner.bounds[1], long, wide))


def _buildings(draw, reflect):
    """Up to eight buildings that do not overlap; some lean against another one with a whole façade."""
    found = []
    for _ in range(draw.integers(0, 9)):
        outline = _placed(draw, _block(draw))
        if found and draw.random() < 0.25:
            outline = _leaning(draw, found[-1].outline)
        taken = shapely.union_all([part.outline for part in found])
        touches = outline.distance(taken) < 0.05 if found else False
        if taken.intersection(outline).area > 1e-6 or (touches and not _shares_an_edge(outline, found)):
            continue
        height = float(draw.choice([fine(draw.uniform(2, 14)), 6.0]))
        absorption = (
            tuple(np.round(draw.uniform(0, 0.9, 8), 2).tolist()) if reflect and draw.random() < 0.8 else None
        )
        found.append(Building(f"B{len(found)}", outline, height_m=height, absorption=absorption))
    return tuple(found)


def _leaning(draw, outline):
    """A parallelogram on one edge of an outline, to its outside, with both corners in common."""
    ring = shapely.get_coordinates(shapely.orient_polygons(outline).exterior)
    k = draw.integers(0, len(ring) - 1)
    a, b = ring[k], ring[k + 1]
    out = np.array([b[1] - a[1], a[0] - b[0]]) / np.hypot(*(b - a))
    push = fine(out * draw.uniform(4, 12))
    return Polygon([a, a + push, b + push, b])


def _shares_an_edge(outline, found):
    """Whether what it touches, it touches along a line only and with two corners in common."""
    near = [part.outline for part in found if part.outline.distance(outline) < 0.05]
    mine = set(map(tuple, shapely.get_coordinates(outline).tolist()))
    return len(near) == 1 and len(mine & set(map(tuple, shapely.get_coordinates(near[0]).tolist()))) == 2


def _wall(draw, name, reflect):
    """A polyline of one to four segments with a level or sloped top, or one that follows the ground."""
    corners = np.cumsum(draw.uniform(-14, 14, (draw.integers(2, 6), 2)), axis=0)
    line = _placed(draw, LineString(corners - corners.mean(axis=0)))
    absorption = (
        tuple(np.round(draw.uniform(0, 0.9, 8), 2).tolist()) if reflect and draw.random() < 0.8 else None
    )
    if draw.random() < 0.4:
        tops = tuple(fine(draw.uniform(1, 7, len(corners))).tolist())
        return Wall(name, line, tops_m=tops, absorption=absorption)
    return Wall(name, line, height_m=float(fine(draw.uniform(1, 6))), absorption=absorption)


def _blob(draw, size):
    """A triangle, rectangle or hexagon."""
    angles = np.sort(draw.uniform(0, 2 * np.pi, draw.choice([3, 4, 6])))
    ring = np.column_stack([np.cos(angles), np.sin(angles)]) * draw.uniform(0.3, 1, (len(angles), 1)) * size
    return _placed(draw, Polygon(ring).convex_hull)


def _belt(draw):
    return Belt(str(draw.choice(["foliage", "site"])), _blob(draw, 30), float(fine(draw.uniform(1, 12))))


def _source(draw, number, buildings, walls, solid):
    """In the open, close to a wall, in a yard or close to a façade, or on a roof."""
    height, place = float(fine(draw.uniform(0.3, 5))), None
    kind = draw.choice(["open", "wall", "facade", "roof", "yard"])
    yards = [part.outline.convex_hull.difference(part.outline) for part in buildings]
    yards = [yard for yard in yards if yard.area > 4]
    if kind == "yard" and yards:
        place = yards[draw.integers(len(yards))].representative_point()
        place = Point(*fine([place.x, place.y]))
        place = None if solid.distance(place) < 0.02 else place
    if kind == "roof" and buildings:
        part = buildings[draw.integers(len(buildings))]
        place, height = part.outline.representative_point(), part.height_m + height
        place = Point(*fine([place.x, place.y]))
    elif kind in ("wall", "facade"):
        lines = (
            [part.line for part in walls] if kind == "wall" else [part.outline.boundary for part in buildings]
        )
        if lines:
            line = lines[draw.integers(len(lines))]
            near = line.interpolate(draw.random(), normalized=True)
            place = Point(*fine([near.x + draw.uniform(-1, 1), near.y + draw.uniform(-1, 1)]))
            place = None if solid.distance(place) < 0.02 else place
    place = place or _free(draw, solid)
    pattern = None
    if draw.random() < 0.3:
        pattern = tuple(tuple(row) for row in np.round(draw.uniform(-6, 3, (8, 8)), 1).tolist())
    room = math.inf if solid.is_empty else solid.distance(place)
    size = (1.5, 0.93, 1.8) if room > 1 and draw.random() < 0.3 else None
    power = tuple(np.round(draw.uniform(60, 100, 8), 1).tolist())
    return Source(
        f"S{number}", place.x, place.y, power, height_m=height, power_31_db=90.0,
        directivity_db=pattern, heading_deg=float(np.round(draw.uniform(0, 360), 1)), size_m=size,
    )  # fmt: skip


def _receiver(draw, number, solid, sources):
    """Anywhere, or close to a source that has a size."""
    place = _free(draw, solid)
    for source in sources:
        if source.size_m is not None and draw.random() < 0.3:
            angle, away = draw.uniform(0, 2 * np.pi), draw.uniform(1.5, 4)
            near = Point(*fine([source.x_m + away * np.cos(angle), source.y_m + away * np.sin(angle)]))
            place = near if solid.is_empty or solid.distance(near) > 0.05 else place
    return Receiver(f"R{number}", place.x, place.y, height_m=float(fine(draw.uniform(0.5, 9))))


def _free(draw, solid):
    """A place outside buildings and not quite at a wall."""
    while True:
        place = Point(*fine(draw.uniform(-SIDE / 2, SIDE / 2, 2)))
        if solid.is_empty or solid.distance(place) > 0.05:
            return place


def _raster(draw):
    """Hills of a few metres on a turned grid of cells of 4 to 9 m."""
    cell, angle = draw.uniform(4, 9), draw.uniform(0, np.pi)
    count = int(2.2 * SIDE / cell) + 2
    c, s = np.cos(angle) / cell, np.sin(angle) / cell
    row, column = np.mgrid[:count, :count] * (cell / 25)
    steep = draw.uniform(0, 2)
    z = steep * (np.sin(row + draw.uniform(0, 6)) + np.cos(1.3 * column)) + draw.normal(
        0, 0.1 * steep, (count, count)
    )
    middle = (count - 1) / 2
    return Raster(z, (middle, c, s, middle, -s, c))


def _spots(draw):
    """Known heights at random places and around all."""
    xy = np.vstack(
        [fine(draw.uniform(-SIDE, SIDE, (25, 2))), SIDE * np.array([[-2, -2], [2, -2], [2, 2], [-2, 2]])]
    )
    z = fine(draw.normal(0, 1.5, len(xy)))
    return tuple(Elevation(np.array([[x, y, h]])) for (x, y), h in zip(xy, z, strict=True))
