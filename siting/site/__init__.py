"""One lot with what surrounds it: `land` read once from files, `room` the area where units may stand."""

from siting.site.land import Land, read_land, zones_at
from siting.site.room import BUILDING_DISTANCE_M, SETBACK_M, make_site, start_of

__all__ = ["BUILDING_DISTANCE_M", "SETBACK_M", "Land", "make_site", "read_land", "start_of", "zones_at"]
