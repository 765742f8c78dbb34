"""Where units may stand and which poses to take."""

from siting.placement.aisle import AISLE_M, cut_off_m2, reachable_poses, unreached
from siting.placement.bound import space_bound, upper_bound
from siting.placement.directions import directions
from siting.placement.full import SHORT
from siting.placement.margin import gathered, quietened
from siting.placement.opened import opened
from siting.placement.patterns import GROWN, MOST_UNITS, PATTERNS, most, quietest, quietest_part
from siting.placement.poses import body_polygon, clear_ground, lattice_of, lattice_poses, some_of
from siting.placement.runs import runs
from siting.placement.search import Found, bounded, optimum, quick

__all__ = [
    "AISLE_M",
    "GROWN",
    "MOST_UNITS",
    "PATTERNS",
    "SHORT",
    "Found",
    "body_polygon",
    "bounded",
    "clear_ground",
    "cut_off_m2",
    "directions",
    "gathered",
    "lattice_of",
    "lattice_poses",
    "most",
    "opened",
    "optimum",
    "quick",
    "quietened",
    "quietest",
    "quietest_part",
    "reachable_poses",
    "runs",
    "some_of",
    "space_bound",
    "unreached",
    "upper_bound",
]  # fmt: skip
