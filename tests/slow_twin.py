"""ISO 9613-1:1993 and ISO 9613-2:1996 (7.1, 7.2, 7.3.1) in plain dB, one path at a time, without the kernels.

Ground under the path is measured with shapely. Slow and literal on purpose: it is the oracle of the fast kernels.
"""

import math

from shapely import LineString, Polygon

EXACT_HZ = [10 ** (3 + 0.3 * k) for k in range(-4, 4)]


def absorption(f, celsius, humidity, kpa=101.325):
    t, p = celsius + 273.15, kpa / 101.325
    h = humidity * 10 ** (-6.8346 * (273.16 / t) ** 1.261 + 4.6151) / p
    fro = p * (24 + 4.04e4 * h * (0.02 + h) / (0.391 + h))
    frn = p * (t / 293.15) ** -0.5 * (9 + 280 * h * math.exp(-4.17 * ((t / 293.15) ** (-1 / 3) - 1)))
    oxygen = 0.01275 * math.exp(-2239.1 / t) / (fro + f * f / fro)
    nitrogen = 0.1068 * math.exp(-3352 / t) / (frn + f * f / frn)
    return 8.686 * f * f * (1.84e-11 / p * math.sqrt(t / 293.15) + (t / 293.15) ** -2.5 * (oxygen + nitrogen))


def end_region(h, dp, g):
    near = 1 - math.exp(-dp / 50)
    a = 1.5 + 3 * math.exp(-0.12 * (h - 5) ** 2) * near
    a += 5.7 * math.exp(-0.09 * h**2) * (1 - math.exp(-2.8e-6 * dp**2))
    b = 1.5 + 8.6 * math.exp(-0.09 * h**2) * near
    c = 1.5 + 14 * math.exp(-0.46 * h**2) * near
    d = 1.5 + 5 * math.exp(-0.9 * h**2) * near
    return [-1.5, -1.5 + g * a, -1.5 + g * b, -1.5 + g * c, -1.5 + g * d] + [-1.5 * (1 - g)] * 3


def middle_region(dp, hs, hr, g):
    q = 0 if dp <= 30 * (hs + hr) else 1 - 30 * (hs + hr) / dp
    return [-3 * q] + [-3 * q * (1 - g)] * 7


def ground(dp, hs, hr, gs, gm, gr):
    parts = zip(end_region(hs, dp, gs), end_region(hr, dp, gr), middle_region(dp, hs, hr, gm), strict=True)
    return [sum(part) for part in parts]


def even_odd(rings):
    """The polygon that an odd number of rings covers."""
    area = Polygon()
    for ring in rings:
        area = area.symmetric_difference(Polygon(ring).buffer(0))
    return area


def mean_factor(start, stop, areas, factors, outside):
    """Length-weighted mean of G from start to stop; of overlapping areas the last one counts."""
    left, total, whole = LineString([start, stop]), 0.0, math.dist(start, stop)
    for area, g in zip(reversed(areas), reversed(factors), strict=True):
        total += g * left.intersection(area).length
        left = left.difference(area)
    return (total + outside * left.length) / whole


def regions(source, hs, receiver, hr, areas, factors, outside):
    """Mean G of source, middle and receiver region; None for a region of no length."""
    dp = math.dist(source, receiver)
    first, last = min(30 * hs, dp), dp - min(30 * hr, dp)

    def between(a, b):
        if b - a < 1e-9:
            return None
        at = [[s + (r - s) * t / dp for s, r in zip(source, receiver, strict=True)] for t in (a, b)]
        return mean_factor(*at, areas, factors, outside)

    return between(0, first), between(first, last), between(last, dp)


def attenuation(source, hs, receiver, hr, alpha, gs, gm, gr):
    """Adiv + Aatm + Agr in the eight bands."""
    dp = math.dist(source, receiver)
    d = math.sqrt(dp**2 + (hs - hr) ** 2)
    agr = ground(dp, hs, hr, gs, gm, gr)
    return [20 * math.log10(d) + 11 + a * d + g for a, g in zip(alpha, agr, strict=True)]


def level(band_power_db, attenuation_db):
    """Energy sum over bands of power less attenuation, dB."""
    return 10 * math.log10(
        sum(10 ** ((p - a) / 10) for p, a in zip(band_power_db, attenuation_db, strict=True))
    )
