import math

import numpy as np
import pytest
from flat_cases import box, make_zones

from kernels.medium import make_work, open_medium
from kernels.zones import uniform_zones

ALPHA = np.linspace(0.0, 0.1, 8)


def test_the_open_holds_ground_and_air_and_nothing_else():
    zones = make_zones([[box(0, 0, 9, 9)]], [0.3], 0.7)
    open_land = open_medium(zones, ALPHA)
    assert open_land.zones.g.tolist() == [0.3] and open_land.zones.g_outside == 0.7
    assert open_land.alpha.tolist() == ALPHA.tolist()
    assert len(open_land.screens.obstacles.edge) == len(open_land.screens.surface.z) == 0
    assert len(open_land.belts.kind) == len(open_land.reflectors.x0) == 0
    assert not open_land.alternative and open_land.c0 == 0.0 and open_land.screens.reach == 0.0


@pytest.mark.parametrize(
    ("zones", "alpha", "said"),
    [
        (uniform_zones(1.1), ALPHA, "ground.g_outside must lie between"),
        (uniform_zones(math.nan), ALPHA, "ground.g_outside must lie between"),
        (make_zones([[box(0, 0, 9, 9)]], [-0.1], 0.7), ALPHA, "ground.g must lie between"),
        (make_zones([[box(0, 0, 9, 9)[:-1]]], [0.1], 0.7), ALPHA, "ground.xy must hold closed rings"),
        (uniform_zones(0.5), ALPHA[:7], "alpha must have shape"),
        (uniform_zones(0.5), -ALPHA, "alpha must be finite and not negative"),
        (uniform_zones(0.5), ALPHA * math.nan, "alpha must be finite"),
    ],
)
def test_what_cannot_be_is_refused_by_name(zones, alpha, said):
    with pytest.raises(ValueError, match=said):
        open_medium(zones, alpha)


def arrays(parts):
    """All arrays of nested tuples."""
    return [array for part in parts for array in (arrays(part) if isinstance(part, tuple) else [part])]


def test_each_thread_has_its_own_room():
    open_land = open_medium(make_zones([[box(0, 0, 9, 9)]], [0.3], 0.7), ALPHA)
    one, other = arrays(make_work(open_land)), arrays(make_work(open_land))
    assert max(array.size for array in one) > 4
    assert not any(np.shares_memory(a, b) for a in one for b in other)
