"""The reference numbers of `tests/reference/acoustics.json` that hold on flat ground, and level ground for the kernels."""

import json
from pathlib import Path

import numpy as np

from kernels.medium import open_medium
from kernels.transfer import transfer
from kernels.zones import GroundZones, uniform_zones

EVERY = json.loads((Path(__file__).parent / "reference" / "acoustics.json").read_text(encoding="utf-8"))[
    "cases"
]
CASES = {
    name: case
    for name, case in EVERY.items()
    if all(z == 0 for _, z in case["inputs"].get("profile_d_z", [])) and "terrain" not in case["inputs"]
}


def box(x0, y0, x1, y1):
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]


def make_zones(polygons, factors, outside):
    """Zones from polygons, each a list of closed rings."""
    rings = [np.array(ring, float) for polygon in polygons for ring in polygon]
    return GroundZones(
        np.vstack(rings) if rings else np.empty((0, 2)),
        np.cumsum([0] + [len(ring) for ring in rings]),
        np.cumsum([0] + [len(polygon) for polygon in polygons]),
        np.array(factors, float),
        outside,
    )


def case_ground(inputs):
    """Ground of an official case: one G, or zones."""
    if "G" in inputs:
        return inputs["G"]
    zones = inputs["ground_zones"]
    return make_zones(
        [[box(z["x"][0], z["y"][0], z["x"][1], z["y"][1])] for z in zones], [z["G"] for z in zones], 0.0
    )


def on_level(xy, heights, columns, ground=0.0):
    """Sources (5 columns) or receivers (4) as rows for `transfer`: their heights above ground that lies at one height."""
    at = np.asarray(xy, float).reshape(-1, 2)
    foot = np.full(len(at), float(ground))
    return np.column_stack([at, foot + heights, foot, np.zeros(len(at))])[:, :columns]


def level_medium(ground, alpha):
    """Nothing but air and level ground of one factor, or in zones."""
    zones = ground if isinstance(ground, GroundZones) else uniform_zones(float(ground))
    return open_medium(zones, np.asarray(alpha, float))


def flat_transfer(xy, hs, at, hr, energy, alpha, ground, threads=1):
    """Energy (S, R, M) over level ground; points and heights above it."""
    medium = level_medium(ground, alpha)
    return transfer(on_level(xy, hs, 5), on_level(at, hr, 4), energy, medium, threads=threads)
