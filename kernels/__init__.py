"""Array kernels for sound and placing: numpy and numba only; metres, hertz, energy 10^(L/10)."""

from kernels.cache import FOLDER  # before numba is imported: it names the folder for compiled kernels

__all__ = ["FOLDER"]
