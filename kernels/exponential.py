"""Powers of two and of ten that vectorise: a polynomial instead of the C library's functions."""

import numpy as np

from kernels.cache import inlined

LOG2_E = 1.4426950408889634
LOG2_10 = 3.321928094887362

# 1.5 * 2^52: adding it rounds to an integer and leaves that integer in the lowest bits.
_ROUNDER = 6755399441055744.0
_LOWEST = -1000.0
# 2^f on -0.5 <= f <= 0.5, interpolated at Chebyshev nodes with p(0) = 1; as written, relative error below 7e-16.
_C1, _C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10 = (
    0.6931471805599462,
    0.24022650695910075,
    0.05550410866465167,
    0.009618129107618665,
    0.0013333558200794592,
    0.00015403530424776529,
    1.5252672924850737e-05,
    1.3215451633221434e-06,
    1.0205905413765595e-07,
    7.070977866508139e-09,
)


@inlined
def power_of_two(x: float) -> float:
    """2^x with a relative error below 1e-15; for x from -1000 (any x below counts as -1000) to 1000.

    Multiplications and additions only and no fused ones, so that every machine and every place in an array gives the same bits.
    """
    x = max(x, _LOWEST)
    shifted = np.float64(x + _ROUNDER)
    f = x - (shifted - _ROUNDER)
    p = _C10 * f + _C9
    p = p * f + _C8
    p = p * f + _C7
    p = p * f + _C6
    p = p * f + _C5
    p = p * f + _C4
    p = p * f + _C3
    p = p * f + _C2
    p = p * f + _C1
    p = np.float64(p * f + 1.0)
    bits = np.int64(
        p.view(np.int64) + (shifted.view(np.int64) << np.int64(52))
    )  # the integer joins the exponent
    return bits.view(np.float64)


@inlined
def natural_power(x: float) -> float:
    """e^x, for x from -690 to 690; any x below counts as e^-693."""
    return power_of_two(x * LOG2_E)


@inlined
def energy_factor(attenuation_db: float) -> float:
    """10^(-A/10) of an attenuation in dB; more than 3010 dB count as 3010 dB."""
    return power_of_two(attenuation_db * (-LOG2_10 / 10.0))
