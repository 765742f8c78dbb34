import math

import numpy as np
import pytest

from kernels.alternative_ground import alternative_attenuation, solid_angle_db
from kernels.cache import kernel

# LAI-Leitfaden 2023, Table 5, pure residential area: smallest distance in metres for emission levels of 40, 41, ... 80 dB(A)
LAI_DISTANCE_M = [
    *(1.0, 1.1, 1.2, 1.4, 1.7, 1.9, 2.2, 2.6, 3.0, 3.4, 3.9, 4.5, 5.2, 5.9, 6.7, 7.6, 8.6, 9.7, 10.9, 12.3),
    *(13.9, 15.6, 17.6, 19.7, 22.2, 23.7, 25.4, 27.3, 29.4, 31.8, 34.4, 37.4, 40.8, 44.6, 48.8, 53.6, 58.9),
    *(64.9, 71.7, 79.2, 87.6),
]


@kernel
def attenuation(mean_height, distance):
    return alternative_attenuation(mean_height, distance)


@kernel
def solid_angle(plan, hs, hr):
    return solid_angle_db(plan, hs, hr)


def test_a_point_near_the_ground_by_hand():
    # hs = hr = 1 m, dp = 10 m: 4.8 - (2/10)(17 + 30) = -4.6, so 0; D_omega = 10 lg(1 + 100/104)
    assert attenuation(1.0, 10.0) == 0.0
    assert solid_angle(10.0, 1.0, 1.0) == pytest.approx(2.9259, abs=1e-4)
    level = 55 - 31 - 0.02 - attenuation(1.0, 10.0) + solid_angle(10.0, 1.0, 1.0)
    assert level == pytest.approx(26.907, abs=0.002)
    # hm = 2 m, d = 100 m: 4.8 - 0.04 * 20 = 4
    assert attenuation(2.0, 100.0) == pytest.approx(4.0, abs=1e-12)


def test_case_t05():
    source, receiver = (10, 10, 1), (200, 50, 4)
    assert attenuation(2.5, math.dist(source, receiver)) == pytest.approx(4.32, abs=0.005)
    assert solid_angle(math.dist(source[:2], receiver[:2]), 1.0, 4.0) == pytest.approx(3.01, abs=0.005)


def lai_level(emission, plan):
    d = math.hypot(plan, 0.5)
    return emission - 20 * math.log10(d) - 11 - 0.002 * d - attenuation(1.75, d) + solid_angle(plan, 1.5, 2.0)


def test_distances_of_the_lai_guide():
    """Source at 1.5 m, receiver at 2 m, 29 dB(A): the smallest distance, found by halving; none below 1 m is printed."""
    for emission, printed in zip(range(40, 81), LAI_DISTANCE_M, strict=True):
        near, far = 0.1, 1000.0
        while far - near > 1e-4:
            middle = (near + far) / 2
            near, far = (near, middle) if lai_level(emission, middle) <= 29 else (middle, far)
        assert max(far, 1.0) == pytest.approx(printed, abs=0.11), emission


def test_limits():
    assert attenuation(0.0, 50.0) == 4.8
    assert attenuation(-3.0, 50.0) == 4.8  # under a hill: no more than on the ground
    assert solid_angle(0.0, 0.0, 2.0) == pytest.approx(10 * math.log10(2))  # on the ground: twice the energy
    assert solid_angle(0.0, 5.0, 5.0) == 0.0  # receiver at the source, both high: free space
    there = [solid_angle(plan, 3.0, 8.0) for plan in np.linspace(0, 500, 50)]
    assert there == [solid_angle(plan, 8.0, 3.0) for plan in np.linspace(0, 500, 50)]
    assert np.all(np.diff(there) > 0)
