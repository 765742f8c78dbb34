"""Screening: what edges take from the sound on its way over and round them (ISO 9613-2:1996, 7.4; ISO/TR 17534-3:2015, 5)."""

import numpy as np

from kernels.cache import inlined

C2 = 20.0  # 20 keeps the ground reflections in, equation 14
CAP_ONE, CAP_MORE = 100.0, 10.0**2.5  # 20 dB with one edge and 25 dB with more, over the top only
WAY_REACH = 0.1  # an edge below the line of sight counts while its detour is shorter than 2 lambda / C2


@inlined
def thickness_factor(wavelength: float, thickness: float) -> float:
    """C3 of equation 15: 1 for one edge, rising to 3 with the path length e between the first and the last edge, metres."""
    if thickness <= 0.0:
        return 1.0
    ratio = 5.0 * wavelength / thickness
    return (1.0 + ratio * ratio) / (1.0 / 3.0 + ratio * ratio)


@inlined
def weather_factor(dss: float, dsr: float, d: float, z: float) -> float:
    """Kmet of equation 18 for a detour z > 0 over the top; 1 otherwise. Distances in metres."""
    if z <= 0.0:
        return 1.0
    return np.exp(-np.sqrt(dss * dsr * d / (2.0 * z)) / 2000.0)


@inlined
def diffraction(wavelength: float, z: float, thickness: float, kmet: float) -> float:
    """10^(Dz/10) of equation 14 for a detour of z metres; at least 1.

    Below the line of sight (z < 0) this falls from 3 to 1 at z = -2 lambda / C2 (ISO/TR 17534-3, 5.4).
    """
    return max(1.0, 3.0 + C2 / wavelength * thickness_factor(wavelength, thickness) * z * kmet)


@inlined
def over_top(wavelength: float, z: float, thickness: float, kmet: float) -> float:
    """10^(Dz/10) over the top: with the caps of 20 dB for one edge and 25 dB for more."""
    return min(diffraction(wavelength, z, thickness, kmet), CAP_MORE if thickness > 0.0 else CAP_ONE)


@inlined
def top_share(dz: float, ground_db: float, ground_factor: float) -> float:
    """10^(-Abar/10) of the way over the top; `dz` is 10^(Dz/10), `ground_factor` 10^(-Agr/10).

    Equation 12: Abar = Dz - Agr, never below 0; where the ground amplifies (Agr < 0) Abar = Dz (ISO/TR 17534-3, 5.3).
    """
    return min(1.0, 1.0 / (dz * ground_factor)) if ground_db > 0.0 else 1.0 / dz
