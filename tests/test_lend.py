"""Oracle: the array itself, and Python's count of who holds it."""

import sys

import numpy as np

from kernels.cache import kernel
from kernels.lend import lend


@kernel
def _add_one(array):
    for k in range(len(array)):
        array[k] += 1.0
    return array.sum()


@kernel
def _through_a_loan(array, times):
    lent = lend(array)
    total = 0.0
    for _ in range(times):
        total = _add_one(lent)
    return total


def test_a_loan_is_the_array_itself():
    array = np.array([1.0, 2.5, -4.0])
    assert _through_a_loan(array, 3) == -0.5 + 9.0
    assert array.tolist() == [4.0, 5.5, -1.0]


def test_strided_arrays_keep_their_steps():
    table = np.arange(12.0).reshape(4, 3)
    assert _through_a_loan(table[::2, 1], 1) == 1 + 7 + 2
    assert table[:, 1].tolist() == [2.0, 4.0, 8.0, 10.0]
    assert table[:, 0].tolist() == [0.0, 3.0, 6.0, 9.0]


def test_the_owner_keeps_what_it_owns():
    array = np.zeros(1000)
    before = sys.getrefcount(array)
    for _ in range(100):
        _through_a_loan(array, 2)
    assert sys.getrefcount(array) == before
    assert array.tolist() == [200.0] * 1000
