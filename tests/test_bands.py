import numpy as np

from kernels.bands import (
    A_WEIGHTING_DB,
    BANDS,
    LOWEST_A_WEIGHTING_DB,
    LOWEST_HZ,
    LOWEST_NOMINAL_HZ,
    LOWEST_WAVELENGTH_HZ,
    MIDBAND_HZ,
    NOMINAL_HZ,
)


def analytic_a_weighting(f):
    """IEC 61672-1 Annex E, equation E.6."""
    poles = np.sqrt((f**2 + 107.65265**2) * (f**2 + 737.86223**2))
    return (
        20 * np.log10(12194.217**2 * f**4 / ((f**2 + 20.598997**2) * poles * (f**2 + 12194.217**2))) + 2.000
    )


def test_midbands_are_the_base_ten_series():
    # by hand: 10^2.1 = 125.8925, 10^3.9 = 7943.28
    assert len(MIDBAND_HZ) == len(NOMINAL_HZ) == BANDS
    assert np.allclose(
        MIDBAND_HZ, [63.0957, 125.8925, 251.1886, 501.1872, 1000, 1995.2623, 3981.0717, 7943.2823], atol=5e-5
    )
    assert np.all(np.abs(NOMINAL_HZ / MIDBAND_HZ - 1) < 0.008)


def test_a_weighting_is_the_formula_of_iec_61672_at_the_midbands():
    assert np.array_equal(np.round(analytic_a_weighting(MIDBAND_HZ), 1) + 0.0, A_WEIGHTING_DB)


def test_the_octave_below_continues_the_series():
    assert np.isclose(LOWEST_HZ, MIDBAND_HZ[0] / 10**0.3, rtol=1e-12)
    assert abs(LOWEST_NOMINAL_HZ / LOWEST_HZ - 1) < 0.008
    assert LOWEST_WAVELENGTH_HZ * 2**8 == 8000
    assert round(float(analytic_a_weighting(LOWEST_HZ)), 1) == LOWEST_A_WEIGHTING_DB


def test_constants_cannot_be_written():
    assert not (MIDBAND_HZ.flags.writeable or NOMINAL_HZ.flags.writeable or A_WEIGHTING_DB.flags.writeable)
