"""Ground effect by the general method: ISO 9613-2:1996, 7.3.1 and Table 3. Heights above ground and distances in metres."""

import numpy as np
from numpy.typing import NDArray

from kernels.bands import BANDS
from kernels.cache import inlined, kernel
from kernels.checks import check_factor, check_heights
from kernels.exponential import natural_power

Floats = NDArray[np.float64]


@inlined
def near_growth(plan: float) -> float:
    """How far the ground effect has built up over the plan distance: 1 - exp(-dp/50) (Table 3)."""
    return 1.0 - natural_power(plan / -50.0)


@inlined
def far_growth(plan: float) -> float:
    """The slow build-up in the 125 Hz band: 1 - exp(-2.8e-6 dp^2)."""
    return 1.0 - natural_power(-2.8e-6 * (plan * plan))


@inlined
def height_shapes(height: float) -> tuple[float, float, float, float, float]:
    """The factors of a', b', c', d' that hang on height alone, dB: a' near, a' far, b', c', d' (Table 3)."""
    square = height * height
    raised = height - 5.0
    return (
        3.0 * natural_power(-0.12 * (raised * raised)),
        5.7 * natural_power(-0.09 * square),
        8.6 * natural_power(-0.09 * square),
        14.0 * natural_power(-0.46 * square),
        5.0 * natural_power(-0.9 * square),
    )


@inlined
def porous_shape(near_factor: float, far_factor: float, near: float, far: float) -> float:
    """a', b', c' or d' in dB: what porous ground (G = 1) adds to the reflecting ground's -1.5 dB."""
    return 1.5 + near_factor * near + far_factor * far


@inlined
def region_length(height: float, plan: float) -> float:
    """Length of the source or receiver region: 30 times the height, cut at the plan distance (7.3.1 a, b)."""
    return min(30.0 * height, plan)


@inlined
def middle_share(plan: float, heights: float) -> float:
    """q: share of the path between the end regions; `heights` is hs + hr; 0 where they meet (Table 3)."""
    ends = 30.0 * heights
    return 1.0 - ends / plan if plan > ends else 0.0


@inlined
def end_attenuation(g: float, shape: float) -> float:
    """As or Ar in one band, dB: -1.5 + G a'. From 2 kHz the shape is 1.5, at 63 Hz G counts as 0 (Table 3)."""
    return -1.5 + g * shape


@inlined
def middle_attenuation(g: float, share: float) -> float:
    """Am in one band, dB: -3q (1 - Gm). At 63 Hz G counts as 0 (Table 3)."""
    return -3.0 * share * (1.0 - g)


@kernel
def region_attenuation_rows(
    plan: float, hs: float, hr: float, g_source: float, g_middle: float, g_receiver: float
) -> Floats:
    """(3, 8) As, Am and Ar in dB; without checks, see `ground_attenuation_db`."""
    rows = np.empty((3, BANDS))
    near, far = near_growth(plan), far_growth(plan)
    for row, height, g in ((0, hs, g_source), (2, hr, g_receiver)):
        a_near, a_far, b, c, d = height_shapes(height)
        rows[row, 0] = end_attenuation(0.0, 1.5)
        rows[row, 1] = end_attenuation(g, porous_shape(a_near, a_far, near, far))
        rows[row, 2] = end_attenuation(g, porous_shape(b, 0.0, near, far))
        rows[row, 3] = end_attenuation(g, porous_shape(c, 0.0, near, far))
        rows[row, 4] = end_attenuation(g, porous_shape(d, 0.0, near, far))
        rows[row, 5:] = end_attenuation(g, 1.5)
    share = middle_share(plan, hs + hr)
    rows[1, 0] = middle_attenuation(0.0, share)
    rows[1, 1:] = middle_attenuation(g_middle, share)
    return rows


def ground_attenuation_db(
    dp: float, hs: float, hr: float, g_source: float, g_middle: float, g_receiver: float
) -> Floats:
    """Agr = As + Ar + Am of one path in the eight octave bands, dB (7.3.1, equation 9 and Table 3).

    Parameters
    ----------
    dp : float
        Plan distance from source to receiver, metres.
    hs, hr : float
        Heights of source and receiver above ground, metres.
    g_source, g_middle, g_receiver : float
        Mean ground factor of each region, 0 (hard) to 1 (porous); `kernels.regions.region_ground_factors` finds them.

    Returns
    -------
    ndarray
        (8,) dB, 63 Hz to 8 kHz.

    Raises
    ------
    ValueError
        A length is negative or not finite, or a ground factor is outside 0 to 1.
    """
    for name, length in (("dp", dp), ("hs", hs), ("hr", hr)):
        check_heights(name, length, 1)
    for name, g in (("g_source", g_source), ("g_middle", g_middle), ("g_receiver", g_receiver)):
        check_factor(name, g)
    at_source, at_middle, at_receiver = region_attenuation_rows(
        float(dp), float(hs), float(hr), float(g_source), float(g_middle), float(g_receiver)
    )
    return np.asarray(at_source + at_receiver + at_middle)
