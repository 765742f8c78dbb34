"""From the level downwind to the level over a long time: ISO 9613-2:1996, clause 8. Metres, dB."""

from kernels.cache import inlined


@inlined
def meteorological_correction(c0: float, plan: float, heights: float) -> float:
    """Cmet, dB: 0 up to a plan distance of ten times the heights, then C0 (1 - 10 (hs + hr)/dp) (equations 21 and 22).

    Parameters
    ----------
    c0 : float
        C0 of the place, dB, from its statistics of wind and temperature.
    plan : float
        dp, plan distance.
    heights : float
        hs + hr above ground.
    """
    near = 10.0 * heights
    return c0 * (1.0 - near / plan) if plan > near else 0.0
