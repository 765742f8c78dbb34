"""Everything between sources and receivers that a path's attenuation hangs on."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels.bands import BANDS
from kernels.belts import Belts, make_belt_scratch, no_belts
from kernels.cache import kernel
from kernels.checks import check_bands
from kernels.obstacles import Crossings, make_crossings, no_obstacles
from kernels.reflectors import Reflectors, make_reflectors
from kernels.surface import no_surface
from kernels.ways import Screens
from kernels.zones import GroundZones, ZoneScratch, check_zones, make_scratch

Floats = NDArray[np.float64]


class Medium(NamedTuple):
    """Ground, air, screens, belts and reflecting surfaces, with the rules by which they count.

    Attributes
    ----------
    zones : GroundZones
        Ground factors of the general method.
    alternative : bool
        The alternative ground method (7.3.2) instead.
    screens : Screens
    belts : Belts
    reflectors : Reflectors
        Surfaces that send sound back once; none where reflections are off.
    alpha : (8,) float64
        Attenuation by the air, dB/m.
    wavelength : (8,) float64
        Metres; of screening and of the size of reflectors.
    c0 : float
        C0 of the meteorological correction, dB.
    """

    zones: GroundZones
    alternative: bool
    screens: Screens
    belts: Belts
    reflectors: Reflectors
    alpha: Floats
    wavelength: Floats
    c0: float


def open_medium(zones: GroundZones, alpha: Floats) -> Medium:
    """Level ground of known ground factor and air, nothing else.

    Parameters
    ----------
    zones : GroundZones
        `kernels.zones.uniform_zones` for the same ground everywhere.
    alpha : (8,) ndarray
        dB/m, from `kernels.air.band_absorption_db_per_m`.

    Raises
    ------
    ValueError
        A zone or an attenuation has the wrong shape or range.
    """
    nothing = make_reflectors(
        np.empty((0, 4)),
        np.empty((0, 2)),
        np.empty((0, 2)),
        np.empty(0, int),
        np.empty(0, bool),
        np.empty((0, BANDS)),
    )
    screens = Screens(no_obstacles(), no_surface(), 0.0, np.inf)
    checked = check_bands("alpha", alpha, (BANDS,))
    return Medium(check_zones(zones), False, screens, no_belts(), nothing, checked, np.ones(BANDS), 0.0)


class Work(NamedTuple):
    """Room for the arithmetic of one path at a time."""

    zones: ZoneScratch
    belts: ZoneScratch
    crossings: Crossings


@kernel
def make_work(medium: Medium) -> Work:
    """Room for one thread."""
    crossings = make_crossings(medium.screens.obstacles, 2)
    return Work(make_scratch(medium.zones), make_belt_scratch(medium.belts), crossings)
