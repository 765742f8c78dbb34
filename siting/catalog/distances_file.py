"""Distances from openings and from walls of buildings, as a TOML file has them."""

from typing import get_args

from siting.catalog.ordinance_numbers import CITE, cited, length_m
from siting.catalog.toml_table import Table
from siting.law import BuildingDistances, Cited, Setback, WallKind
from siting.model import Facts

FARTHEST_M = 300.0
WALLS: tuple[WallKind, ...] = get_args(WallKind)
UNNAMED = Cited("", "", True)
FORM = "a distance in feet, or distance_m, one in metres; 0 for none"


def distances_from(whole: Table, facts: Facts) -> BuildingDistances:
    """Check a table of distances and build it.

    Raises
    ------
    InputError
        A key is missing, unknown or of the wrong form, or a number names neither its section nor its source.
    """
    whole.only("id", "title", "openings", "walls", *CITE)
    cite, walls = cited(whole, UNNAMED), whole.table("walls")
    walls.only(*WALLS, *CITE)
    each = cited(walls, cite)
    return BuildingDistances(
        id=whole.text("id"),
        title=whole.text("title"),
        openings=_distance(whole.table("openings"), cite),
        walls=tuple((wall, _distance(walls.table(wall), each)) for wall in WALLS),
        source=facts,
    )


def _distance(table: Table, whole: Cited) -> Setback:
    """One distance with where it stands; every number has a section and a source."""
    table.only("distance_m", "distance_ft", "distance", *CITE)
    distance_m = length_m(table, "distance", FARTHEST_M)
    if distance_m is None:
        table.refuse("distance_ft", FORM)
    found = cited(table, whole)
    for key, text in (("section", found.section), ("source", found.source)):
        if not text:
            table.refuse(key, "where the number stands, here or for the whole file")
    return Setback(distance_m, found)
