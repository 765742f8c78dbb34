"""Six real lots from ../shared/geodata beside the checkout, taken through the study's own steps up to the search.

Units are heard at their stated level read as a sound power: read at 7 m no lot of these holds one. Limits are those of a real
ordinance in all its periods: Cambridge's own in dB(A) and nine octave bands by zone; in Oakland and Epinay, whose codes are not
in the catalogue and whose zones are in no file, those of Conway, Arkansas, which hold for every lot.
"""

import functools
from pathlib import Path
from typing import NamedTuple

from siting.catalog import load_ordinance, load_unit
from siting.geodata.parcels import find_lot
from siting.law import Operation
from siting.layout import Demand
from siting.model import FOOT_M, Question
from siting.site import read_land
from siting.study import placed
from siting.study.asked import asked
from siting.study.case import Case, demand_for, make_case, narrowed
from siting.study.yard import yard_of
from siting.surroundings import ENVIRONMENT
from siting.yard import Placing

DATA = Path(__file__).parents[2] / "shared" / "geodata"
MISSING = "../shared/geodata is not beside the checkout"
REACH_M = 120.0  # neighbours looked for; farther ones are no nearer to their limits than these
MOST = Question("max")
AS_RUN = Operation(tone=False, accept_unverified=True)


class Lot(NamedTuple):
    """A lot in a city's file, and the ordinance that is asked."""

    city: str
    id: str
    ordinance: str


LOTS = {
    "Cambridge 15-29, 1.00 acre": Lot("cambridge", "15-29", "cambridge-ma"),
    "Cambridge 8-86, 0.98 acre": Lot("cambridge", "8-86", "cambridge-ma"),
    "Cambridge 32-52, 1.03 acre": Lot("cambridge", "32-52", "cambridge-ma"),
    "Oakland 8-642-17, 0.88 acre": Lot("oakland", "8-642-17", "conway-ar"),
    "Oakland 8-664-10-3, 0.56 acre": Lot("oakland", "8-664-10-3", "conway-ar"),
    "Epinay AM0087, 0.94 acre": Lot("epinay", "91216000AM0087", "conway-ar"),
}
ACRE = "Cambridge 15-29, 1.00 acre"


class Ready(NamedTuple):
    """A case with what its one sound may bring to every receptor."""

    case: Case
    demand: Demand


@functools.cache
def land(city: str):
    """The city's files, read once."""
    if city == "cambridge":
        folder = DATA / "cambridge-ma"
        parcels = folder / "derived_parcels_fy2014_tax_epsg2249_usfeet.gpkg"
        return read_land(parcels, zoning=folder / "CDD_ZoningDistricts.geojson", zone_field="ZONE_TYPE")
    if city == "oakland":
        return read_land(DATA / "oakland-ca" / "OakParcels2013.shp", id_field="APN")
    return read_land(DATA / "epinay-fr" / "cadastre-91216-parcelles.json", id_field="id")


def ready(name: str, step_m: float = FOOT_M) -> Ready:
    """One of `LOTS` with its poses, receptors and limits."""
    lot = LOTS[name]
    here, unit, code = land(lot.city), load_unit("gx230"), load_ordinance(lot.ordinance)
    row = find_lot(here.parcels, id=lot.id)
    placing = Placing(step_m=step_m)
    question = asked(unit, code, MOST, "power", AS_RUN, False, placing, others=False)
    whole = make_case(here, row, yard_of(here, row, unit, code, placing), question, ENVIRONMENT, REACH_M)
    case = narrowed(whole, ~whole.receptors.between)
    return Ready(case, demand_for(case, question.voices[question.used]))


def study(name: str, seconds: float):
    """The whole study of one of `LOTS` for its one sound, as `siting place` makes it, in which the search has so many seconds."""
    lot = LOTS[name]
    here, code, placing = land(lot.city), load_ordinance(lot.ordinance), Placing(time_limit_s=seconds)
    row = find_lot(here.parcels, id=lot.id)
    return placed(here, row, load_unit("gx230"), code, MOST, "power", operation=AS_RUN, placing=placing)[0]
