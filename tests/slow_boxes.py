"""A source that is too large to be a point for a near receiver, cut into equal boxes (ISO 9613-2:1996, 4): the slow twin."""

import itertools
import math

MOST = 4096


def parts_of(source, place, zs, floor, ear):
    """Middles of the boxes that stand for a source at a receiver, [(x, y, z)]; the whole source as one where it is far enough.

    The longest sides are cut into one part more until every box is as far away as twice its longest side.
    """
    whole = [(*place, zs)]
    if source.size_m is None or math.dist(whole[0], ear) >= 2 * max(source.size_m):
        return whole
    low, high = max(zs - source.size_m[2] / 2, floor), zs + source.size_m[2] / 2
    sides = [*source.size_m[:2], high - low]
    if math.dist(whole[0], ear) >= 2 * max(sides):
        return whole
    middle, turn = (*place, (low + high) / 2), math.radians(source.heading_deg)
    parts = [1, 1, 1]
    while True:
        boxes = [side / n for side, n in zip(sides, parts, strict=True)]
        points = _middles(middle, turn, sides, parts)
        finer = [n + (box > max(boxes) * (1 - 1e-9)) for n, box in zip(parts, boxes, strict=True)]
        if min(math.dist(point, ear) for point in points) >= 2 * max(boxes) or math.prod(finer) > MOST:
            return points
        parts = finer


def _middles(middle, turn, sides, parts):
    """Along the heading first, then to its left, then up."""
    found = []
    for steps in itertools.product(*map(range, parts)):
        ahead, left, up = (
            side * ((k + 0.5) / n - 0.5) for side, k, n in zip(sides, steps, parts, strict=True)
        )
        x = middle[0] + ahead * math.cos(turn) - left * math.sin(turn)
        y = middle[1] + ahead * math.sin(turn) + left * math.cos(turn)
        found.append((x, y, middle[2] + up))
    return found
