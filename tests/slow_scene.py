"""ISO 9613-2:1996 made unique by ISO/TR 17534-3:2015 for a whole scene: the slow twin, in plain dB, without the kernels.

Inside, lists hold nine bands: 31.5 Hz, which the standard does not know, and the eight from 63 Hz to 8 kHz.
"""

import itertools
import math

import slow_land
import slow_twin
from shapely import LineString
from slow_boxes import parts_of
from slow_reflection import bounces, faces, incidence, loss, width
from slow_screens import Leg, Track, bodies, ground_under, kmet, over_the_top, screening, under_the_path
from slow_sideways import round_the_sides, stands_over

from siting.parts import PathLevel, ReceiverLevel, Terms

A_WEIGHT = [-26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1]
EXACT_HZ = [10 ** (3 + 0.3 * k) for k in range(-5, 4)]
WAVELENGTH = [340 / (31.25 * 2**k) for k in range(9)]
BEND = ("bend_x_m", "bend_y_m", "to_source_m", "to_receiver_m", "incidence_cos", "least_m")
FOLIAGE_FIXED = [0, 0, 0, 1, 1, 1, 1, 2, 3]
FOLIAGE_PER_M = [0.02, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.09, 0.12]
SITE_PER_M = [0, 0, 0.015, 0.025, 0.025, 0.02, 0.02, 0.015, 0.015]


def levels(scene, triangles=None):
    """A `ReceiverLevel` for every receiver; terms are lists."""
    land = slow_land.land_of(scene, triangles)
    everything = bodies(scene, land)
    return [_receiver(scene, receiver, land, everything) for receiver in scene.receivers]


def _receiver(scene, receiver, land, everything):
    found = []
    for source in scene.sources:
        for name, power, place, zs in point_sources(source, receiver, land):
            found += _paths(scene, source, name, power, (place, zs), receiver, land, everything)
    eight = [energy_sum(path.level_db[k] for _, path in found) for k in range(8)]
    known = all(source.power_31_db is not None for source in scene.sources)
    lowest = energy_sum(level for level, _ in found) if known else None
    total = energy_sum(level + a for level, a in zip(eight, A_WEIGHT, strict=True))
    return ReceiverLevel(receiver.id, total, eight, lowest, tuple(path for _, path in found))


def energy_sum(values):
    whole = sum(10 ** (value / 10) for value in values)
    return 10 * math.log10(whole) if whole > 0 else -math.inf


def above_sea(part, land):
    """Absolute height of a source or receiver."""
    return part.z_m if part.z_m is not None else part.height_m + slow_land.height(land, part.x_m, part.y_m)


def point_sources(source, receiver, land):
    """The points that stand for a source, as (name, nine powers, (x, y), z)."""
    power = [source.power_31_db if source.power_31_db is not None else math.nan, *source.power_db]
    place, zs = (source.x_m, source.y_m), above_sea(source, land)
    ear = (receiver.x_m, receiver.y_m, above_sea(receiver, land))
    points = parts_of(source, place, zs, slow_land.height(land, *place), ear)
    share = [level - 10 * math.log10(len(points)) for level in power]
    names = [source.id] if len(points) == 1 else [f"{source.id}#{k + 1}" for k in range(len(points))]
    return [(name, share, (x, y), z) for name, (x, y, z) in zip(names, points, strict=True)]


def _paths(scene, source, name, power, point, receiver, land, everything):
    """(level at 31.5 Hz, `PathLevel`) of the direct path and of every reflection."""
    (place, zs), goal, zr = point, (receiver.x_m, receiver.y_m), above_sea(receiver, land)
    direct = Track([Leg(place, goal, None)], zs, zr)
    found = [_path(scene, source, name, power, direct, [0.0] * 9, "direct", None, land, everything)]
    if scene.reflections:
        for track, face, _, tall in bounces(place, goal, zs, zr, everything, land):
            least = min(width(face, faces(everything)), tall)
            absorption = [face.absorption[0], *face.absorption]
            lost = [loss(track, face, least, w, a) for w, a in zip(WAVELENGTH, absorption, strict=True)]
            via = everything[face.body].id
            if min(lost) < math.inf:
                level, path = _path(
                    scene, source, name, power, track, lost, "reflection", via, land, everything
                )
                bend = dict(zip(BEND, (*track.legs[0].stop, *incidence(track, face), least), strict=True))
                found.append((level, path._replace(terms=path.terms._replace(**bend))))
    return found


def _path(scene, source, name, power, track, lost, kind, via, land, everything):
    terms = path_terms(scene, source, power, track, lost, land, everything)
    gains = [
        terms["power_db"],
        terms["directivity_db"],
        [terms["solid_angle_db"] - terms["divergence_db"]] * 9,
    ]
    losses = [terms[f"{key}_db"] for key in ("air", "ground", "screening", "foliage", "site", "reflection")]
    level = [
        sum(row[k] for row in gains) - sum(row[k] for row in losses) - terms["cmet_db"] for k in range(9)
    ]
    eight = {key: value[1:] if isinstance(value, list) else value for key, value in terms.items()}
    return level[0], PathLevel(name, kind, via, Terms(**eight), level[1:])


def path_terms(scene, source, power, track, lost, land, everything):
    """Every term of `siting.parts.Terms`, those in bands as nine values."""
    start, stop, d, dp = track.legs[0].start, track.legs[-1].stop, track.d, track.dp
    hs = track.zs - slow_land.height(land, source.x_m, source.y_m)  # its parts stand on the same ground
    hr = track.zr - slow_land.height(land, *stop)
    air = scene.air
    alpha = [slow_twin.absorption(f, air.temperature_c, air.humidity_pct, air.pressure_kpa) for f in EXACT_HZ]
    foliage, site = (length_in_belts(scene.belts, kind, track, hs, hr) for kind in ("foliage", "site"))
    ground = ground_terms(scene, track, land, hs, hr)
    return {
        "power_db": power,
        "directivity_db": directivity(source, start, track.legs[0].stop),
        "divergence_db": 20 * math.log10(d) + 11,
        "air_db": [a * d for a in alpha],
        **ground,
        **screening_terms(scene, track, land, everything, ground["ground_db"]),
        "foliage_db": foliage_loss(foliage),
        "site_db": [min(10.0, per_m * site) for per_m in SITE_PER_M],
        "foliage_m": foliage,
        "site_m": site,
        "reflection_db": lost,
        "cmet_db": 0.0 if dp <= 10 * (hs + hr) else scene.c0_db * (1 - 10 * (hs + hr) / dp),
        "distance_m": d,
        "plan_distance_m": dp,
        "height_source_m": hs,
        "height_receiver_m": hr,
    }


def directivity(source, start, towards):
    """Linear in dB between eight directions, by the angle in plan from the source's heading."""
    if source.directivity_db is None:
        return [0.0] * 9
    angle = math.degrees(math.atan2(towards[1] - start[1], towards[0] - start[0])) - source.heading_deg
    place, share = divmod(angle % 360 / 45, 1)
    one, other = (source.directivity_db[(int(place) + k) % 8] for k in (0, 1))
    eight = [a + share * (b - a) for a, b in zip(one, other, strict=True)]
    return [eight[0], *eight]


def ground_terms(scene, track, land, hs, hr):
    """Agr with its regions, or by the alternative method with D_omega."""
    dp, d = track.dp, track.d
    first, last = min(30 * hs, dp), dp - min(30 * hr, dp)
    factors = [mean_factor(scene, track, *ends) for ends in ((0, first), (first, last), (last, dp))]
    named = dict(zip(("g_source", "g_middle", "g_receiver"), factors, strict=True))
    if scene.ground_method == "alternative":
        mean_height = height_of_path(track, land)
        flat = max(0.0, 4.8 - 2 * mean_height / d * (17 + 300 / d))
        omega = 10 * math.log10(1 + (dp**2 + (hs - hr) ** 2) / (dp**2 + (hs + hr) ** 2))
        whole, parts = [flat] * 9, [[0.0] * 9] * 3
    else:
        gs, gm, gr = (0.0 if math.isnan(g) else g for g in factors)
        parts = [
            slow_twin.end_region(hs, dp, gs),
            slow_twin.middle_region(dp, hs, hr, gm),
            slow_twin.end_region(hr, dp, gr),
        ]
        parts, omega, mean_height = [[part[0], *part] for part in parts], 0.0, math.nan
        whole = [sum(band) for band in zip(*parts, strict=True)]
    keys = ("ground_source_db", "ground_middle_db", "ground_receiver_db")
    return {
        "solid_angle_db": omega,
        "mean_height_m": mean_height,
        "ground_db": whole,
        **dict(zip(keys, parts, strict=True)),
        **named,
    }


def mean_factor(scene, track, first, last):
    """Length-weighted mean of G from t = first to last under the path, nan where that is nothing."""
    if last - first < 1e-9:
        return math.nan
    areas, factors = [zone.outline for zone in scene.ground], [zone.g for zone in scene.ground]
    total, before = 0.0, 0.0
    for leg in track.legs:
        length = math.dist(leg.start, leg.stop)
        low, high = max(first, before) - before, min(last, before + length) - before
        if high - low > 0:
            a, b = (_along(leg, t / length) for t in (low, high))
            total += (high - low) * slow_twin.mean_factor(a, b, areas, factors, scene.ground_g)
        before += length
    return total / (last - first)


def _along(leg, share):
    return [a + share * (b - a) for a, b in zip(leg.start, leg.stop, strict=True)]


def height_of_path(track, land):
    """hm: area between the line of sight and the ground under it, where the ground is higher taken off, over d."""
    points = [(t, track.sight(t) - z) for t, z in ground_under(track, land)]
    area = sum((t1 - t0) * (a + b) / 2 for (t0, a), (t1, b) in itertools.pairwise(points))
    return max(0.0, area / track.d)


def length_in_belts(belts, kind, track, hs, hr):
    """Plan length of the path in belts of a kind and below their tops, heights over the straight line of the ground."""
    total, before = 0.0, 0.0
    for leg in track.legs:
        length, inside = math.dist(leg.start, leg.stop), []
        for belt in belts:
            low, high = _lower_than(belt.height_m, hs, hr, track.dp)
            low, high = max(low, before), min(high, before + length)
            if belt.kind == kind and low < high:
                piece = LineString([_along(leg, (t - before) / length) for t in (low, high)])
                common = piece.intersection(belt.outline)
                inside += [
                    sorted(math.dist(leg.start, end) for end in line.coords)
                    for line in getattr(common, "geoms", [common])
                    if line.length > 0
                ]
        total += _covered_length(inside)
        before += length
    return total


def _covered_length(stretches):
    """Length that stretches cover, what lies under several counted once."""
    total, reached = 0.0, 0.0
    for low, *_, high in sorted(stretches):
        total += max(0.0, high - max(low, reached))
        reached = max(reached, high)
    return total


def _lower_than(height, hs, hr, dp):
    """Where along the path the line of sight is below a height above the line of the ground."""
    if hs == hr:
        return (0.0, dp) if hs < height else (0.0, 0.0)
    at = dp * (height - hs) / (hr - hs)
    return (0.0, min(at, dp)) if hr > hs else (max(at, 0.0), dp)


def foliage_loss(length):
    """Annex A.1."""
    if length < 10:
        return [0.0] * 9
    return (
        [float(a) for a in FOLIAGE_FIXED] if length <= 20 else [a * min(length, 200) for a in FOLIAGE_PER_M]
    )


def screening_terms(scene, track, land, everything, agr):
    """Abar in all, and of each way with its detour and its length from first to last edge."""
    stretches, ground = under_the_path(track, everything), ground_under(track, land)
    top, built = over_the_top(track, stretches, ground, scene.edges_below_sight)
    if top is not None and top.z < 0 and stands_over(track, everything, top.lowered):
        top, built = None, False  # the roof's own edge does not screen what stands on it
    sides = round_the_sides(track, everything, top) if built else [None, None]
    width = sum(side.offset for side in sides) if all(sides) else math.inf
    if scene.lateral_rule_8x and top is not None and top.z > 0:
        sides = [side if side is None or side.offset <= 8 * top.offset else None for side in sides]
    bands = [screening(top, sides, width, a, w, track.d) for a, w in zip(agr, WAVELENGTH, strict=True)]
    terms = {"screening_db": [whole for whole, *_ in bands], "kmet": kmet(top, track.d) if top else 1.0}
    terms["diffraction_top_db"] = [over for *_, over in bands]
    terms |= {"width_m": width, "first_top_m": top.dss if top else 0.0, "last_top_m": top.dsr if top else 0.0}
    for n, (way, bend) in enumerate(zip(("top", "left", "right"), (top, *sides), strict=True)):
        terms[f"screening_{way}_db"] = [ways[n] for _, ways, _ in bands]
        terms[f"detour_{way}_m"] = bend.z if bend else math.nan
        terms[f"edges_{way}_m"] = bend.e if bend else math.nan
    return terms
