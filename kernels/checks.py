"""Checks that the kernels' wrappers make, so that the kernels need none: each names the argument in its ValueError."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def check_points(name: str, xy: ArrayLike) -> Floats:
    """Finite points as (n, 2) float64."""
    points = np.ascontiguousarray(xy, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"{name} must have shape (n, 2), got {points.shape}")
    if not np.isfinite(points).all():
        raise ValueError(f"{name} must be finite")
    return points


def check_heights(name: str, height: ArrayLike, count: int) -> Floats:
    """Heights above ground as (count,) float64: finite, none below the ground; one number stands for all."""
    heights = np.asarray(height, dtype=np.float64)
    if heights.shape not in ((), (count,)):
        raise ValueError(f"{name} must be one number or {count}, got shape {heights.shape}")
    if not (np.isfinite(heights) & (heights >= 0)).all():
        raise ValueError(f"{name} must be finite and not negative")
    return np.ascontiguousarray(np.broadcast_to(heights, (count,)))


def check_factor(name: str, g: ArrayLike) -> Floats:
    """Ground factors of any shape as float64, each 0 (hard) to 1 (porous)."""
    factors = np.asarray(g, dtype=np.float64)
    if not ((factors >= 0) & (factors <= 1)).all():
        raise ValueError(f"{name} must lie between 0 (hard) and 1 (porous)")
    return factors


def check_bands(name: str, values: ArrayLike, shape: tuple[int, ...]) -> Floats:
    """Values per octave band as float64 of a given shape (-1: any length), finite and not negative."""
    array = np.ascontiguousarray(values, dtype=np.float64)
    fits = array.ndim == len(shape) and all(
        want in (-1, got) for want, got in zip(shape, array.shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("n" if want == -1 else str(want) for want in shape)
        raise ValueError(f"{name} must have shape ({wanted}), got {array.shape}")
    if not (np.isfinite(array) & (array >= 0)).all():
        raise ValueError(f"{name} must be finite and not negative")
    return array
