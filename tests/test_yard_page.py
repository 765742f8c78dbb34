"""docs/yard.md against the catalogue and against the example lot."""

import re
from pathlib import Path

import pytest

from siting.catalog import item_names, load_item, load_ordinance, load_tanks, load_unit
from siting.fuel import floor_load, fuel_items, propane_tank, run_time_h
from siting.geodata.parcels import find_lot
from siting.placement.items import place_items
from siting.site import make_site, read_land
from siting.yard import Placing

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "yard.md").read_text("utf-8")
PLAIN = " ".join(PAGE.replace("> ", "").split())
FT = 0.3048


def rows(first):
    """The rows of the table whose head begins with a cell, as lists of cells."""
    lines = PAGE.splitlines()
    (start,) = [k for k, line in enumerate(lines) if line.startswith(f"| {first} |")]
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            return found
        found.append([cell.strip() for cell in line.strip("|").split("|")])


def test_distances_of_tanks():
    told = rows("water capacity, gal")
    known = load_tanks()
    assert len(told) == len(known.capacities)
    low = known.least_gal
    for (capacity, away, between), rule in zip(told, known.capacities, strict=True):
        first = f"{low:,.0f}" if low == known.least_gal else f"over {low:,.0f}"
        assert capacity == f"{first} to {rule.most_gal:,.0f}"
        assert (away, between) == (f"{rule.away_m / FT:.3g} ft", f"{rule.between_m / FT:.3g} ft")
        low = rule.most_gal


def test_sizes_of_tanks():
    assert rows("up to, gal") == [
        [f"{size.gal:,.0f}", f"{size.length_m / FT:.3g} ft", f"{size.diameter_m / FT:.3g} ft"]
        for size in load_tanks().sizes
    ]
    assert f"for {run_time_h(1000, 1, 200):.3g} hours" in PLAIN
    assert load_tanks().most_tanks == 6


def test_items_of_the_catalogue():
    told = {name.strip("`"): cells for name, *cells in rows("name")}
    assert sorted(told) == list(item_names())
    for name, (body, clearance, distances, sound) in told.items():
        item = load_item(name)
        c, d = item.clearance, item.distances
        feet = [f"{m / FT:.3g}" for m in (item.length_m, item.width_m, item.height_m)]
        assert body == " × ".join(feet)
        assert clearance == ", ".join(f"{m / FT:.3g}" for m in (c.front_m, c.right_m, c.back_m, c.left_m))
        if item.holds != "hydrogen":
            apart = (d.lot_line_m, d.building_m, d.opening_m, d.unit_m)
            assert distances == ", ".join(f"{m / FT:.3g}" for m in apart)
        assert (sound == "silent") == (item.power_db is None)


def test_the_file_of_the_page_is_read(write):
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    item = load_item(write(block))
    assert (item.id, item.holds) == ("my-cabinet", None)
    assert item.distances.unit_m == pytest.approx(3 * FT) and item.power_db is not None
    assert load_item(write(block.replace("# holds", "holds"), "store.toml")).holds == "propane"


def test_by_hand_and_the_floor():
    tank = propane_tank(1000)
    assert (tank.length_m / FT, tank.width_m / FT) == pytest.approx((16, 3 + 5 / 12))
    assert "103 lb/sq ft (502 kg/m²)" in PLAIN and "103 lb/sq ft (502 kg/m²)" in floor_load(
        load_unit("gx230")
    )


def test_the_example_lot():
    folder = ROOT / "data" / "examples"
    land = read_land(
        folder / "parcels.geojson", buildings=folder / "buildings.geojson", terrain=folder / "terrain.tif"
    )
    unit = load_unit("gx230")
    items = fuel_items(unit, "propane", 1000, 2, items=(load_item("switchgear"), load_item("transformer")))
    row = find_lot(land.parcels, "EX-001")
    site, _ = make_site(land, row, load_ordinance("exampleton"), Placing(fuel="propane", items=items))
    placed, after = place_items(site, unit, items)
    assert f"stand on {site.buildable.area / FT**2:,.0f} sq ft" in PLAIN
    assert f"the items take {after.taken_m2['items'] / FT**2:,.0f} sq ft" in PLAIN
    assert rows("item") == [
        [
            f"`{each.id}`",
            f"{each.body.distance(site.lot.boundary) / FT:.1f} ft",
            f"{min(each.body.distance(building) for building in site.buildings) / FT:.1f} ft",
        ]
        for each in placed
    ]
    assert f"{placed[0].body.distance(placed[1].body) / FT:.0f} ft from each other" in PLAIN
