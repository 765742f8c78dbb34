"""The reference numbers of `tests/reference/acoustics.json` that hold on flat ground, and their ground as zones."""

import json
from pathlib import Path

import numpy as np

from kernels.zones import GroundZones

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
