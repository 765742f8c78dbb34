"""ISO 9613-2 over level ground in plain numpy: the same formulas as the kernels', in dB as the standard writes them."""

import numpy as np


def levels(sources, receivers, power_db, alpha, g):
    """(S, R) energy sum over the bands, dB; sources and receivers (n, 3) with heights above ground, one ground factor."""
    result = np.empty((len(sources), len(receivers)))
    x, y, hr = np.ascontiguousarray(receivers.T)
    shapes = end_shapes(hr)
    for s, (xs, ys, hs) in enumerate(sources):
        plan = np.hypot(x - xs, y - ys)
        slant = np.sqrt(plan**2 + (hr - hs) ** 2)
        ground = ground_attenuation(plan, hs, hr, shapes, g)
        attenuation = 20 * np.log10(slant) + 11 + alpha[:, None] * slant + ground
        result[s] = 10 * np.log10((10 ** ((power_db[s][:, None] - attenuation) / 10)).sum(axis=0))
    return result


def end_shapes(h):
    """The parts of a', b', c', d' that hang on the height alone."""
    return (
        3.0 * np.exp(-0.12 * (h - 5) ** 2),
        5.7 * np.exp(-0.09 * h**2),
        8.6 * np.exp(-0.09 * h**2),
        14.0 * np.exp(-0.46 * h**2),
        5.0 * np.exp(-0.9 * h**2),
    )


def ground_attenuation(plan, hs, hr, receiver_shapes, g):
    """(8, n) Agr of equation 9 and Table 3, dB."""
    near, far = 1 - np.exp(-plan / 50), 1 - np.exp(-2.8e-6 * plan**2)
    agr = np.empty((8, len(plan)))
    reach = 30 * (hs + hr)
    q = np.where(plan <= reach, 0.0, 1 - reach / np.maximum(plan, 1e-300))
    middle = -3 * q * (1 - g)
    agr[0] = -3.0 - 3 * q
    agr[1:5] = -3.0 + middle
    for a, a_far, b, c, d in (end_shapes(hs), receiver_shapes):
        agr[1] += g * (1.5 + a * near + a_far * far)
        agr[2] += g * (1.5 + b * near)
        agr[3] += g * (1.5 + c * near)
        agr[4] += g * (1.5 + d * near)
    agr[5:] = -3.0 * (1 - g) + middle
    return agr
