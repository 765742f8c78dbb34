import pytest

from kernels.cache import kernel
from kernels.weather import meteorological_correction

# C0, hs, hr, dp, Cmet by the formula; the last two are also in the log of the EU reference software
ROWS = [
    (2, 1.2, 1.5, 25, 0.0),
    (2, 1.2, 1.5, 50, 0.92),
    (2, 1.2, 1.5, 100, 1.46),
    (3, 0.5, 2.5, 50, 1.2),
    (3, 0.5, 2.5, 500, 2.82),
]


@kernel
def correction(c0, plan, heights):
    return meteorological_correction(c0, plan, heights)


@pytest.mark.parametrize(("c0", "hs", "hr", "plan", "expected"), ROWS)
def test_correction_of_known_paths(c0, hs, hr, plan, expected):
    assert correction(float(c0), float(plan), hs + hr) == pytest.approx(expected, abs=1e-4)


def test_correction_starts_at_ten_heights_without_a_step_and_ends_at_c0():
    assert correction(2.0, 30.0, 3.0) == 0.0
    assert correction(2.0, 30.0 * (1 + 1e-9), 3.0) == pytest.approx(0.0, abs=1e-8)
    assert correction(2.0, 1e12, 3.0) == pytest.approx(2.0)
    assert correction(2.0, 0.0, 0.0) == 0.0
