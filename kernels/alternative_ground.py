"""Ground effect by the alternative method, for A-weighted levels over porous ground: ISO 9613-2:1996, 7.3.2. Metres, dB."""

import numpy as np

from kernels.cache import inlined


@inlined
def alternative_attenuation(mean_height: float, distance: float) -> float:
    """Agr, dB, the same in all bands: 4.8 - (2 hm/d)(17 + 300/d), at least 0 (equation 10).

    Parameters
    ----------
    mean_height : float
        hm, mean height of the path above the ground: the area between line of sight and ground over the slant distance. Where
        the ground is higher on average it counts as 0, so that the ground takes 4.8 dB at most.
    distance : float
        d, slant distance, above 0.
    """
    return max(0.0, 4.8 - 2.0 * max(0.0, mean_height) / distance * (17.0 + 300.0 / distance))


@inlined
def solid_angle_db(plan: float, hs: float, hr: float) -> float:
    """D_omega, dB, 0 to 3.01: what the ground near the source sends back, added to the power (equation 11).

    Parameters
    ----------
    plan : float
        dp, plan distance.
    hs, hr : float
        Heights of source and receiver above ground; not both 0 where `plan` is 0.
    """
    square = plan * plan
    return 10.0 * np.log10(1.0 + (square + (hs - hr) * (hs - hr)) / (square + (hs + hr) * (hs + hr)))
