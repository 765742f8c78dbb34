"""First-order reflections (ISO 9613-2:1996, 7.5): the slow twin, in plain floats."""

import math
from typing import NamedTuple

import slow_land
from shapely import LineString, Point, Polygon
from slow_screens import Leg, Track, mirrored

BEFORE = 1e-3  # metres before a face a building covers it
SAME = 1e-6  # metres; ends, lines and tops that are this close are one


class Face(NamedTuple):
    """A flat part of an edge that reflects to the right of a..b; a wall has one on either side."""

    body: int
    ring: int
    edge: int
    a: tuple
    b: tuple
    tops: tuple
    absorption: tuple
    line: tuple  # the whole edge


def faces(everything):
    """All edges that reflect, without what stands in or against another building at least as high."""
    found = []
    for number, body in enumerate(everything):
        if body.absorption is not None:
            for r, ring in enumerate(body.rings):
                for k in range(len(ring) - 1):
                    a, b = tuple(ring[k]), tuple(ring[k + 1])
                    sides = [(a, b, body.tops), (b, a, body.tops[::-1])]
                    for c, d, tops in (sides if body.kind == "wall" else sides[:1]) if a != b else ():
                        whole = Face(number, r, k, c, d, tops, tuple(body.absorption), (c, d))
                        found += free_parts(whole, everything)
    return found


def free_parts(face, everything):
    """A face without what other buildings that are as high as it cover."""
    (ax, ay), (bx, by) = face.a, face.b
    length = math.dist(face.a, face.b)
    out = (by - ay) / length * BEFORE, (ax - bx) / length * BEFORE  # to the right
    rest = LineString([(x + out[0], y + out[1]) for x, y in (face.a, face.b)])
    for n, body in enumerate(everything):
        if n != face.body and body.kind == "building" and body.tops[0] >= max(face.tops):
            rest = rest.difference(Polygon(body.rings[0], body.rings[1:]))
    found = []
    for part in getattr(rest, "geoms", [rest]):
        at = [((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length**2 for x, y in part.coords]
        if at and at[-1] - at[0] > SAME / length:
            a, b = ((ax + share * (bx - ax), ay + share * (by - ay)) for share in (at[0], at[-1]))
            tops = tuple(face.tops[0] + share * (face.tops[1] - face.tops[0]) for share in (at[0], at[-1]))
            found.append(face._replace(a=a, b=b, tops=tops) if at[0] > SAME or at[-1] < 1 - SAME else face)
    return found


def bounces(source, receiver, zs, zr, everything, land):
    """(track, face, place, height there, ground there) of each reflection, whatever the criterion says."""
    found = []
    for face in faces(everything):
        line = (face.a, face.b)
        sides = [_side(point, line) for point in (source, receiver)]
        if max(sides) >= 0:
            continue
        image = mirrored(source, line)
        place, share = _meeting(image, receiver, line)
        if not 0 <= share < 1:
            continue
        legs = [Leg(source, place, line), Leg(place, receiver, None)]
        track = Track(legs, zs, zr, (face.body, face.ring, face.edge))
        z = track.sight(math.dist(source, place))
        top = face.tops[0] + share * (face.tops[1] - face.tops[0])
        low, high = (slow_land.height(land, *end) for end in face.line)
        run = math.dist(face.line[0], place) / math.dist(*face.line)
        floor = low + run * (high - low)  # the ground at the foot of an edge runs straight between its ends
        if floor < z < top and not _covered(face, place, source, z, everything):
            found.append((track, face, place, top - floor))
    return found


def _side(point, line):
    """Distance to the left of the line."""
    (ax, ay), (bx, by) = line
    return ((bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax)) / math.dist(*line)


def _meeting(image, receiver, line):
    """Where image to receiver crosses the line, and at which share of it."""
    (ax, ay), (bx, by) = line
    here, there = _side(image, line), _side(receiver, line)
    share = here / (here - there)
    x, y = (p + share * (q - p) for p, q in zip(image, receiver, strict=True))
    return (x, y), ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / math.dist(*line) ** 2


def _covered(face, place, source, z, everything):
    """Whether another building that is higher than the path stands against the face."""
    (ax, ay), (bx, by) = face.a, face.b
    hand = math.copysign(1e-3 / math.dist(face.a, face.b), _side(source, (face.a, face.b)))
    point = Point(place[0] - hand * (by - ay), place[1] + hand * (bx - ax))
    others = [body for n, body in enumerate(everything) if n != face.body and body.kind == "building"]
    return any(body.tops[0] > z and Polygon(body.rings[0], body.rings[1:]).covers(point) for body in others)


def width(face, all_faces):
    """Length of the run of touching edges on one line with the same top and absorption that this face belongs to."""
    run, (ax, ay) = [face], face.a
    ux, uy = ((q - p) / math.dist(face.a, face.b) for p, q in zip(face.a, face.b, strict=True))
    for member in run:  # grows while it is read
        run += [other for other in all_faces if other not in run and _continues(member, other)]
    at = [(x - ax) * ux + (y - ay) * uy for member in run for x, y in (member.a, member.b)]
    return max(at) - min(at)


def _continues(one, other):
    """Whether two faces touch at their ends, lie on one line, look the same way and agree in top and absorption there."""
    line = (one.a, one.b)
    if one.absorption != other.absorption or max(abs(_side(end, line)) for end in (other.a, other.b)) > SAME:
        return False
    facing = sum((q - p) * (s - r) for p, q, r, s in zip(one.a, one.b, other.a, other.b, strict=True))
    if facing < 0:
        return False
    pairs = [(i, j) for i in (0, 1) for j in (0, 1) if math.dist(line[i], (other.a, other.b)[j]) <= SAME]
    return any(abs(one.tops[i] - other.tops[j]) <= SAME for i, j in pairs)


def incidence(track, face):
    """dso, dor and the cosine of the angle of incidence, in space."""
    so, onward = (math.dist(leg.start, leg.stop) / track.dp * track.d for leg in track.legs)
    normal = abs(_side(track.legs[1].stop, (face.a, face.b))) / math.dist(*track.legs[1][:2])
    return so, onward, normal * track.dp / track.d


def loss(track, face, least, wavelength, absorption):
    """-10 lg of what comes back in one band; inf where the face is too small (eq. 19) or takes all."""
    so, onward, cos_beta = incidence(track, face)
    enough = 1 / wavelength > (2 / (least * cos_beta) ** 2) * so * onward / (so + onward)
    return -10 * math.log10(1 - absorption) if enough and absorption < 1 else math.inf
