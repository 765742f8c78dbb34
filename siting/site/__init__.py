"""One lot with what surrounds it: `land` read once from files, `room` the area where units may stand."""

from siting.site.land import Land, read_land, zones_at
from siting.site.room import make_site, start_of
from siting.site.setbacks import SETBACK_M

__all__ = ["SETBACK_M", "Land", "make_site", "read_land", "start_of", "zones_at"]
