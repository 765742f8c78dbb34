"""Where units may stand and which poses to take."""

from siting.placement.bound import space_bound, upper_bound
from siting.placement.directions import directions
from siting.placement.patterns import GROWN, MOST_UNITS, PATTERNS, most, quietest, quietest_part
from siting.placement.poses import body_polygon, clear_ground, lattice_of, lattice_poses, some_of

__all__ = [
    "GROWN", "MOST_UNITS", "PATTERNS", "body_polygon", "clear_ground", "directions", "lattice_of", "lattice_poses", "most",
    "quietest", "quietest_part", "some_of", "space_bound", "upper_bound",
]  # fmt: skip
