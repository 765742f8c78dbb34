"""Where units may stand and which poses to take."""

from siting.placement.bound import space_bound, upper_bound
from siting.placement.patterns import GROWN, MOST_UNITS, PATTERNS, most, quietest, quietest_part
from siting.placement.poses import body_polygon, lattice_poses

__all__ = [
    "GROWN", "MOST_UNITS", "PATTERNS", "body_polygon", "lattice_poses", "most", "quietest", "quietest_part", "space_bound",
    "upper_bound",
]  # fmt: skip
