"""One path with every term in dB: ISO 9613-2:1996. The rows of `kernels.rows` compute the same for many paths at once."""

import numpy as np
from numpy.typing import NDArray

from kernels.alternative_ground import alternative_attenuation, solid_angle_db
from kernels.bands import BANDS
from kernels.belts import foliage_db, lengths_in_belts, site_db
from kernels.cache import inlined, kernel
from kernels.directivity import directivity_db
from kernels.exponential import energy_factor
from kernels.ground import region_attenuation_rows
from kernels.medium import Medium, Work
from kernels.path_height import ground_area
from kernels.regions import bent_ground_factors, path_ground_factors
from kernels.screening import diffraction, over_top, top_share
from kernels.ways import Path, legs_of
from kernels.weather import meteorological_correction

Floats = NDArray[np.float64]

# rows of a path's band terms
(
    DIRECTIVITY,
    AIR,
    GROUND,
    GROUND_S,
    GROUND_M,
    GROUND_R,
    SCREENING,
    DIFFRACTION,
    TOP,
    LEFT,
    RIGHT,
    FOLIAGE,
    SITE,
    REFLECTION,
) = range(14)
BAND_TERMS = 14
# and its single values
(
    DISTANCE, PLAN, HS, HR, DIVERGENCE, SOLID_ANGLE, CMET, G_S, G_M, G_R, Z_TOP, Z_LEFT, Z_RIGHT, E_TOP, E_LEFT, E_RIGHT, KMET,
    WIDTH, DSS, DSR, MEAN_HEIGHT, IN_FOLIAGE, IN_SITES, BEND_X, BEND_Y, TO_SOURCE, TO_RECEIVER, COSINE, LEAST,
) = range(29)  # fmt: skip
SINGLE_TERMS = 29


@inlined
def side_share(band: int, detour: float, thickness: float, wavelength: Floats) -> float:
    """10^(-Abar/10) of a way round one side; 0 where there is none."""
    return 1.0 / diffraction(wavelength[band], detour, thickness, 1.0) if detour == detour else 0.0


@inlined
def screen_factor(
    band: int,
    ground_db: float,
    ground_factor: float,
    z_top: float,
    e_top: float,
    kmet: float,
    z_left: float,
    e_left: float,
    z_right: float,
    e_right: float,
    width: float,
    wavelength: Floats,
) -> float:
    """10^(-Abar/10) in one band of all ways together; 1 where nothing screens in this band.

    What is not wider than the wavelength does not (7.4).
    """
    if width <= wavelength[band]:
        return 1.0
    dz = over_top(wavelength[band], z_top, e_top, kmet)
    if not dz > 1.0:
        return 1.0
    share = top_share(dz, ground_db, ground_factor)
    share += side_share(band, z_left, e_left, wavelength) + side_share(band, z_right, e_right, wavelength)
    return min(1.0, share)


@inlined
def _loss(share: float) -> float:
    """Attenuation in dB of a share of the energy; inf of none."""
    return 0.0 - 10.0 * np.log10(share) if share > 0.0 else np.inf


@kernel
def fill_screening(ways: Floats, medium: Medium, bands: Floats) -> None:
    """Abar of all ways (10,) together and of each alone, and Dz over the top; `bands` holds Agr already."""
    z_top, e_top, kmet, z_left, e_left, z_right, e_right, width, _, _ = ways
    for band in range(BANDS):
        bands[SCREENING, band] = 0.0
        bands[DIFFRACTION, band] = bands[TOP, band] = bands[LEFT, band] = bands[RIGHT, band] = np.inf
        if z_top != z_top or width <= medium.wavelength[band]:
            continue
        ground = bands[GROUND, band]
        factor = energy_factor(ground)
        dz = over_top(medium.wavelength[band], z_top, e_top, kmet)
        bands[DIFFRACTION, band] = 10.0 * np.log10(dz)
        bands[TOP, band] = _loss(top_share(dz, ground, factor))
        bands[LEFT, band] = _loss(side_share(band, z_left, e_left, medium.wavelength))
        bands[RIGHT, band] = _loss(side_share(band, z_right, e_right, medium.wavelength))
        share = screen_factor(
            band,
            ground,
            factor,
            z_top,
            e_top,
            kmet,
            z_left,
            e_left,
            z_right,
            e_right,
            width,
            medium.wavelength,
        )
        bands[SCREENING, band] = _loss(share)


@kernel
def fill_ground(
    path: Path, hs: float, hr: float, medium: Medium, work: Work, bands: Floats, single: Floats
) -> None:
    """Agr and its parts, by the medium's method."""
    plan, distance = single[PLAN], single[DISTANCE]
    bands[GROUND_S], bands[GROUND_M], bands[GROUND_R] = 0.0, 0.0, 0.0
    single[G_S], single[G_M], single[G_R], single[MEAN_HEIGHT] = np.nan, np.nan, np.nan, np.nan
    single[SOLID_ANGLE] = 0.0
    if medium.alternative:
        area = ground_area(path, path.zs - hs, path.zr - hr, medium, work)
        single[MEAN_HEIGHT] = max(0.0, area / distance)
        bands[GROUND] = alternative_attenuation(single[MEAN_HEIGHT], distance)
        single[SOLID_ANGLE] = solid_angle_db(plan, hs, hr)
        return
    if path.bent:
        factors = bent_ground_factors(
            path.xs,
            path.ys,
            hs,
            path.xs + path.dx,
            path.ys + path.dy,
            path.xr,
            path.yr,
            hr,
            medium.zones,
            work.zones,
        )
    else:
        factors = path_ground_factors(path.xs, path.ys, hs, path.xr, path.yr, hr, medium.zones, work.zones)
    single[G_S], single[G_M], single[G_R] = factors
    parts = region_attenuation_rows(plan, hs, hr, factors[0], factors[1], factors[2])
    bands[GROUND_S], bands[GROUND_M], bands[GROUND_R] = parts[0], parts[1], parts[2]
    for band in range(BANDS):
        bands[GROUND, band] = parts[0, band] + parts[2, band] + parts[1, band]


@kernel
def fill_belts(
    path: Path, hs: float, hr: float, medium: Medium, work: Work, bands: Floats
) -> tuple[float, float]:
    """Foliage and sites along the legs of a path; the metres in each."""
    gs, gr = path.zs - hs, path.zr - hr
    if path.bent:
        one, two, xp, yp = legs_of(path)
        share = one / (one + two)
        zp, gp = path.zs + (path.zr - path.zs) * share, gs + (gr - gs) * share
        foliage, site = lengths_in_belts(
            path.xs, path.ys, path.zs, gs, xp, yp, zp, gp, medium.belts, work.belts
        )
        more, further = lengths_in_belts(
            xp, yp, zp, gp, path.xr, path.yr, path.zr, gr, medium.belts, work.belts
        )
        foliage, site = foliage + more, site + further
    else:
        foliage, site = lengths_in_belts(
            path.xs, path.ys, path.zs, gs, path.xr, path.yr, path.zr, gr, medium.belts, work.belts
        )
    foliage_db(foliage, bands[FOLIAGE])
    site_db(site, bands[SITE])
    return foliage, site


@kernel
def fill_path(
    path: Path,
    hs: float,
    hr: float,
    heading: float,
    directivity: Floats,
    ways: Floats,
    medium: Medium,
    work: Work,
    bands: Floats,
    single: Floats,
) -> None:
    """Every term of one path with its ways (10,) into `bands` (14, 8) and `single` (29,); `directivity` (8, 8), or without rows.

    The reflection's own loss is the caller's; it is set to 0.
    """
    first, last, _, _ = legs_of(path)
    plan = first + last
    towards_x, towards_y = (path.dx, path.dy) if path.bent else (path.xr - path.xs, path.yr - path.ys)
    rise = path.zr - path.zs
    distance = np.sqrt(plan * plan + rise * rise)
    single[DISTANCE], single[PLAN], single[HS], single[HR] = distance, plan, hs, hr
    single[DIVERGENCE] = 20.0 * np.log10(distance) + 11.0
    single[CMET] = meteorological_correction(medium.c0, plan, hs + hr)
    bands[DIRECTIVITY], bands[REFLECTION] = 0.0, 0.0
    if len(directivity):
        directivity_db(directivity, heading, towards_x, towards_y, bands[DIRECTIVITY])
    for band in range(BANDS):
        bands[AIR, band] = medium.alpha[band] * distance
    fill_ground(path, hs, hr, medium, work, bands, single)
    fill_screening(ways, medium, bands)
    single[Z_TOP], single[Z_LEFT], single[Z_RIGHT] = ways[0], ways[3], ways[5]
    single[E_TOP], single[E_LEFT], single[E_RIGHT] = ways[1], ways[4], ways[6]
    single[KMET], single[WIDTH], single[DSS], single[DSR] = ways[2], ways[7], ways[8], ways[9]
    single[BEND_X:] = np.nan
    single[IN_FOLIAGE], single[IN_SITES] = fill_belts(path, hs, hr, medium, work, bands)


@kernel
def total_attenuation(band: int, bands: Floats, single: Floats) -> float:
    """What a path takes from the power in one band, dB."""
    return (
        single[DIVERGENCE]
        + single[CMET]
        - single[SOLID_ANGLE]
        - bands[DIRECTIVITY, band]
        + bands[AIR, band]
        + bands[GROUND, band]
        + bands[SCREENING, band]
        + bands[FOLIAGE, band]
        + bands[SITE, band]
        + bands[REFLECTION, band]
    )
