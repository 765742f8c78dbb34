from decimal import Decimal, localcontext

import numpy as np

from kernels.cache import kernel
from kernels.exponential import energy_factor, natural_power, power_of_two


@kernel
def apply(x, two, natural, energy):
    for i in range(len(x)):
        two[i], natural[i], energy[i] = (
            power_of_two(x[i]),
            natural_power(min(x[i], 600.0)),
            energy_factor(-x[i]),
        )


def powers(x):
    result = np.empty((3, len(x)))
    apply(np.asarray(x, float), *result)
    return result


def test_powers_of_two_are_true_to_1e_15():
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.uniform(-1000, 1000, 200), rng.uniform(-1, 1, 200), np.arange(-6, 7) / 2])
    with localcontext() as context:
        context.prec = 40
        true = [Decimal(2) ** Decimal(float(value)) for value in x]
        errors = [abs(Decimal(float(got)) / want - 1) for got, want in zip(powers(x)[0], true, strict=True)]
    assert max(errors) < 1e-15


def test_whole_powers_are_exact():
    assert np.array_equal(powers(np.arange(-1000.0, 1001.0, 50))[0], 2.0 ** np.arange(-1000.0, 1001.0, 50))


def test_natural_power_and_energy_agree_with_the_library():
    x = np.linspace(-600, 60, 331)
    _, natural, energy = powers(x)
    # x log2(e) rounds at 2^10 at most: half of 2^-43, times ln 2
    assert np.max(np.abs(natural / np.exp(x) - 1)) < 1e-13
    assert np.max(np.abs(energy / 10 ** (x / 10) - 1)) < 1e-13


def test_below_the_range_there_is_next_to_nothing_and_never_nan():
    assert np.all(powers([-1000.5, -1e6, -np.inf])[0] == 2.0**-1000)
