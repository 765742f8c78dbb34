"""What the paths of a scene tell beside their levels. Oracles: equation 14, lengths and areas by hand, and energy sums."""

import math
from dataclasses import replace

import numpy as np
import pytest
from shapely.geometry import LineString, box
from small_scene import POWER

from siting.levels import levels
from siting.parts import Belt, Building, Elevation, Ground, Receiver, Scene, Source, Wall

WAVELENGTH = [340 / (62.5 * 2**k) for k in range(8)]
SCENE = Scene(
    (Source("S", 0, 0, tuple(POWER), 1),), (Receiver("R", 60, 0, 2),), ground=(Ground(box(-9, -9, 99, 9), 1),)
)
FENCE = Wall("W", LineString([(20, -6), (20, 5)]), 4)


def terms_of(scene):
    return [path.terms for path in levels(scene)[0].paths]


def test_dz_is_told_before_the_ground_is_taken_off():
    """A wall between porous ground: z and Kmet by hand, and Abar,top = Dz - Agr where Agr > 0."""
    (terms,) = terms_of(replace(SCENE, walls=(FENCE,)))
    dss, dsr, d = math.hypot(20, 3), math.hypot(40, 2), math.hypot(60, 1)
    z = dss + dsr - d
    kmet = math.exp(-math.sqrt(dss * dsr * d / (2 * z)) / 2000)
    dz = np.array([min(20.0, 10 * math.log10(3 + 20 / w * z * kmet)) for w in WAVELENGTH])
    assert terms.diffraction_top_db == pytest.approx(dz, abs=1e-9)
    assert (terms.ground_db > 0.5).any() and (terms.ground_db < 0).any() and dz[-1] == 20
    over = np.maximum(0.0, dz - np.maximum(0.0, terms.ground_db))
    assert terms.screening_top_db == pytest.approx(over, abs=1e-9)


def test_without_an_edge_there_is_no_dz():
    (terms,) = terms_of(SCENE)
    assert (terms.diffraction_top_db == math.inf).all() and math.isnan(terms.detour_top_m)


def test_the_length_in_belts_is_that_on_plan_below_their_tops():
    """Along the x axis 1 to 2 m high over 60 m: a belt 1.5 m high is left at 30 m, a site from 40 to 52 m is 5 m high."""
    low, site = Belt("foliage", box(10, -5, 45, 5), 1.5), Belt("site", box(40, -5, 52, 5), 5)
    (terms,) = terms_of(replace(SCENE, belts=(low, site)))
    assert (terms.foliage_m, terms.site_m) == pytest.approx((20, 12), abs=1e-9)
    assert terms.site_db[2] == pytest.approx(12 * 0.025, abs=1e-9)
    house = Building("B", box(62, -20, 70, 20), 8, absorption=(0.2,) * 8)
    direct, bounced = terms_of(replace(SCENE, belts=(low, site), buildings=(house,)))
    assert direct.site_m == pytest.approx(12, abs=1e-9) and bounced.site_m == pytest.approx(12, abs=1e-9)
    assert bounced.foliage_m == pytest.approx(32 - 10, abs=1e-9)  # 64 m to the image: 1.5 m high at 32 m


def test_the_mean_height_of_the_alternative_method():
    """Ground that falls from 0 m at the source to -6 m half-way and rises again: a triangle of 6 x 60 / 2 m2 more."""
    corners = [(x, y, -6.0 if x == 30 else 0.0) for x in (-10, 0, 30, 60, 70) for y in (-20, 20)]
    valley = tuple(Elevation(np.array([corner])) for corner in corners)
    for elevation, area in (((), 1.5 * 60), (valley, 1.5 * 60 + 6 * 60 / 2)):
        (terms,) = terms_of(replace(SCENE, ground_method="alternative", elevation=elevation))
        d = math.hypot(60, 1)
        assert terms.mean_height_m == pytest.approx(area / d, abs=1e-9)
        agr = max(0.0, 4.8 - 2 * area / d / d * (17 + 300 / d))
        assert terms.ground_db == pytest.approx([agr] * 8, abs=1e-9)
    assert math.isnan(terms_of(SCENE)[0].mean_height_m)


def test_the_octave_of_31_5_hz_by_path():
    """Screening with the wavelength 340/31.25 m, ground as at 63 Hz, and the paths' energies add up to the receiver's level."""
    wall = replace(FENCE, line=LineString([(20, -60), (20, 50)]))
    house = Building("B", box(66, -60, 70, 60), 30, absorption=(0.5,) * 8)
    sources = (
        replace(SCENE.sources[0], power_31_db=88.0),
        Source("T", 5, 9, tuple(POWER), 3, power_31_db=85.0),
    )
    (heard,) = levels(replace(SCENE, sources=sources, walls=(wall,), buildings=(house,)))
    assert [(p.source, p.via) for p in heard.paths] == [("S", None), ("S", "B"), ("T", None), ("T", "B")]
    total = 10 * math.log10(sum(10 ** (path.level_31_db / 10) for path in heard.paths))
    assert total == pytest.approx(heard.level_31_db, abs=1e-9)
    low, terms = heard.paths[0].terms_31, heard.paths[0].terms
    assert low.power_db == [88.0] and low.ground_db == terms.ground_db[:1]
    dz = 10 * math.log10(3 + 20 / (340 / 31.25) * low.detour_top_m * low.kmet)
    assert low.diffraction_top_db == pytest.approx([dz], abs=1e-9)
    assert low.screening_db[0] < terms.screening_db[0] and low.air_db[0] < terms.air_db[0]
    assert low.reflection_db == [0.0] and heard.paths[1].terms_31.reflection_db == pytest.approx(
        [3.0103], abs=1e-4
    )


def test_without_every_power_at_31_5_hz_no_path_has_terms_there():
    sources = (replace(SCENE.sources[0], power_31_db=88.0), Source("T", 5, 9, tuple(POWER), 3))
    (heard,) = levels(replace(SCENE, sources=sources))
    assert heard.level_31_db is None and all(path.terms_31 is None for path in heard.paths)
