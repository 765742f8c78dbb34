"""Sound absorbed by the air: ISO 9613-1:1993."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kernels.bands import MIDBAND_HZ

STANDARD_PRESSURE_KPA = 101.325
_REFERENCE_K = 293.15
_TRIPLE_POINT_K = 273.16
_ZERO_CELSIUS_K = 273.15

Floats = NDArray[np.float64]


def molar_humidity_pct(temperature_k: Floats, humidity_pct: Floats, pressure_ratio: Floats) -> Floats:
    """Molar concentration of water vapour in percent (ISO 9613-1 Annex B, B.1 to B.3)."""
    saturation = 10 ** (-6.8346 * (_TRIPLE_POINT_K / temperature_k) ** 1.261 + 4.6151)
    return humidity_pct * saturation / pressure_ratio


def oxygen_relaxation_hz(molar_pct: Floats, pressure_ratio: Floats) -> Floats:
    """Relaxation frequency of oxygen (ISO 9613-1 equation 3)."""
    return pressure_ratio * (24 + 4.04e4 * molar_pct * (0.02 + molar_pct) / (0.391 + molar_pct))


def nitrogen_relaxation_hz(molar_pct: Floats, pressure_ratio: Floats, temperature_ratio: Floats) -> Floats:
    """Relaxation frequency of nitrogen (ISO 9613-1 equation 4)."""
    vapour = 280 * molar_pct * np.exp(-4.170 * (temperature_ratio ** (-1 / 3) - 1))
    return pressure_ratio * temperature_ratio**-0.5 * (9 + vapour)


def absorption_db_per_m(
    frequency_hz: ArrayLike,
    temperature_c: ArrayLike,
    humidity_pct: ArrayLike,
    pressure_kpa: ArrayLike = STANDARD_PRESSURE_KPA,
) -> Floats:
    """Attenuation of a pure tone by the air, dB/m (ISO 9613-1 equation 5).

    The standard states 10 % accuracy from -20 to 50 degrees Celsius, 0.05 to 5 % water vapour and below 200 kPa.

    Parameters
    ----------
    frequency_hz, temperature_c, humidity_pct, pressure_kpa : array_like
        Broadcast against each other; humidity is relative, 0 to 100.

    Returns
    -------
    ndarray
        dB/m, of the broadcast shape.

    Raises
    ------
    ValueError
        A value is not finite or physically impossible.
    """
    frequency = _within("frequency_hz", frequency_hz, above=0.0)
    temperature_k = _within("temperature_c", temperature_c, above=-_ZERO_CELSIUS_K) + _ZERO_CELSIUS_K
    humidity = np.asarray(humidity_pct, dtype=np.float64)
    if not np.all((humidity >= 0) & (humidity <= 100)):
        raise ValueError("humidity_pct must lie between 0 and 100")
    pressure_ratio = _within("pressure_kpa", pressure_kpa, above=0.0) / STANDARD_PRESSURE_KPA
    temperature_ratio = temperature_k / _REFERENCE_K

    molar = molar_humidity_pct(temperature_k, humidity, pressure_ratio)
    oxygen = oxygen_relaxation_hz(molar, pressure_ratio)
    nitrogen = nitrogen_relaxation_hz(molar, pressure_ratio, temperature_ratio)
    classical = 1.84e-11 / pressure_ratio * temperature_ratio**0.5
    relaxation = temperature_ratio**-2.5 * (
        0.01275 * np.exp(-2239.1 / temperature_k) / (oxygen + frequency**2 / oxygen)
        + 0.1068 * np.exp(-3352.0 / temperature_k) / (nitrogen + frequency**2 / nitrogen)
    )
    return np.asarray(8.686 * frequency**2 * (classical + relaxation))


def band_absorption_db_per_m(
    temperature_c: ArrayLike, humidity_pct: ArrayLike, pressure_kpa: ArrayLike = STANDARD_PRESSURE_KPA
) -> Floats:
    """Attenuation of the eight octave bands by the air, dB/m, at their exact midbands (ISO/TR 17534-3).

    Returns
    -------
    ndarray
        (..., 8): the broadcast shape of the arguments, then the bands.
    """
    climate = (
        np.asarray(value, dtype=np.float64)[..., np.newaxis]
        for value in (temperature_c, humidity_pct, pressure_kpa)
    )
    return absorption_db_per_m(MIDBAND_HZ, *climate)


def _within(name: str, values: ArrayLike, above: float) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if not np.all(np.isfinite(array) & (array > above)):
        raise ValueError(f"{name} must be finite and above {above:g}")
    return array
