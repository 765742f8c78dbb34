"""A study as text in a terminal; every number comes from the study document."""

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from siting.export import Document

FOOT_M = 0.3048
COLOURS = {"PASS": "bold green", "FAIL": "bold red", "UNKNOWN": "bold yellow"}
MEANING = {"PASS": "allowed", "FAIL": "not allowed", "UNKNOWN": "cannot be known"}
NEIGHBOURS = 25


def print_study(data: Document, console: Console) -> None:
    """Print what was read, what was assumed, the layout, every neighbour's worst receptor, the readings, the verdict."""
    _print_inputs(data, console)
    _print_assumptions(data, console)
    _print_layout(data, console)
    _print_neighbours(data, console)
    _print_readings(data, console)
    for note in data["notes"]:
        console.print(Text(f"Note: {note}"))
    _print_verdict(data, console)


def reading_words(sound: dict[str, Any]) -> str:
    """The reading of the stated level, ASSUMED where nobody stated it."""
    where = "as sound power" if sound["reading"] == "power" else f"at {sound['reading']}"
    said = {"assumed": "ASSUMED", "given": "given", "file": "from the unit's file"}[sound["origin"]]
    return f"{sound['stated_dba']:g} dB(A) {where} ({said}), sound power {sound['power_dba']:.1f} dB(A)"


def area_words(area_m2: float) -> str:
    """An area in square feet and square metres."""
    return f"{area_m2 / FOOT_M**2:,.0f} sq ft ({area_m2:,.1f} m²)"


def _heading(console: Console, words: str) -> None:
    console.print()
    console.print(Text(words, style="bold"))


def _print_inputs(data: Document, console: Console) -> None:
    _heading(console, "Read")
    for facts in data["inputs"]:
        layer = f", layer {facts['layer']}" if facts["layer"] else ""
        crs = f", {facts['crs']}" if facts["crs"] else ""
        count = (
            f", {facts['features']:,} features"
            if facts["role"] not in ("unit", "ordinance", "terrain")
            else ""
        )
        console.print(Text(f"  {facts['role']}: {facts['path']}{layer}{crs}{count}"))
        for note in facts["notes"]:
            console.print(Text(f"    {note}", style="dim"))
    console.print(Text(f"  working CRS: {data['site']['crs_name']}, metres"))


def _print_assumptions(data: Document, console: Console) -> None:
    _heading(console, "Taken for the verdict")
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for item in data["assumptions"]:
        value = item["value"] if isinstance(item["value"], str) else f"{item['value']:g}"
        table.add_row(*map(Text, (f"  {item['name']}", value, item["origin"], item["reason"])))
    console.print(table)


def _print_layout(data: Document, console: Console) -> None:
    layout, site, unit = data["layout"], data["site"], data["unit"]
    _heading(console, f"Layout on lot {site['id']}: {placed_words(data)}")
    console.print(
        Text(
            f"  {unit['name']}, {unit['kw']:g} kW each: {layout['kw']:,g} kW; {reading_words(data['sound'])}"
        )
    )
    console.print(
        Text(
            f"  lot {area_words(site['area_m2'])}, buildable {area_words(site['buildable_area_m2'])}, "
            f"under the bodies {area_words(layout['area_m2'])}"
        )
    )
    if site["elevation"]:
        e = site["elevation"]
        console.print(
            Text(
                f"  ground {e['min_m']:.1f} to {e['max_m']:.1f} m ({e['min_m'] / FOOT_M:.0f} to {e['max_m'] / FOOT_M:.0f} ft), "
                f"steepest {e['steepest_pct']:.0f} %"
            )
        )


def placed_words(data: Document) -> str:
    """ "6 placed, at most 9", and what sets the bound."""
    layout = data["layout"]
    by = "by space" if layout["bound_by"] == "space" else f"by receptor {layout['bound_by']}"
    return f"{layout['units']} placed, at most {layout['bound']} ({by}, on this lattice)"


def _print_neighbours(data: Document, console: Console) -> None:
    rows = data["neighbours"]
    if not rows or not data["layout"]["units"]:
        return
    _heading(console, "Worst receptor of every neighbour")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("receptor", "zone", "period"):
        table.add_column(name, overflow="fold")
    for name in ("level dB(A)", "limit dB(A)", "margin dB"):
        table.add_column(name, justify="right")
    table.add_column("state")
    for row in rows[:NEIGHBOURS]:
        table.add_row(
            Text(receptor_words(row)),
            Text(zone_words(row)),
            Text(row["period"]),
            f"{row['level_dba']:.1f}",
            "unknown" if row["limit_dba"] is None else f"{row['limit_dba']:g}",
            "" if row["margin_db"] is None else f"{row['margin_db']:+.1f}",
            Text(row["state"], style=COLOURS[row["state"]]),
        )
    console.print(table)
    if len(rows) > NEIGHBOURS:
        console.print(Text(f"  and {len(rows) - NEIGHBOURS} more; -o DIR writes them all to receptors.csv"))


def receptor_words(row: Document) -> str:
    """A receptor's id, and whose limit holds there where the id does not say it."""
    own = row["id"] == row["neighbour"] or row["id"].startswith(row["neighbour"] + "/")
    return row["id"] if own else f"{row['id']} for {row['neighbour']}"


def zone_words(row: Document) -> str:
    """The zone on the map and the class it belongs to."""
    if row["zone_class"] in (None, row["zone"]):
        return row["zone"] or "none known"
    return f"{row['zone'] or 'any'} ({row['zone_class']})"


def _print_readings(data: Document, console: Console) -> None:
    if len(data["readings"]) < 2:
        return
    _heading(
        console, f"The same question under each reading of the stated {data['sound']['stated_dba']:g} dB"
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, justify in (
        ("stated at", "left"), ("power dB(A)", "right"), ("units", "right"), ("at most", "right"),
        ("smallest margin dB", "right"), ("verdict", "left"), ("", "left"),
    ):  # fmt: skip
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for row in data["readings"]:
        table.add_row(
            row["reading"],
            f"{row['power_dba']:.1f}",
            str(row["units"]),
            str(row["bound"]),
            "" if row["worst_margin_db"] is None else f"{row['worst_margin_db']:+.1f}",
            Text(row["state"], style=COLOURS[row["state"]]),
            f"used, {'ASSUMED' if data['sound']['origin'] == 'assumed' else data['sound']['origin']}"
            if row["chosen"]
            else "",
        )
    console.print(table)


def _print_verdict(data: Document, console: Console) -> None:
    state = data["verdict"]["state"]
    console.print()
    console.print(Text(f"{state}: {MEANING[state]}", style=COLOURS[state]))
    ordinance = data["ordinance"]
    if ordinance:
        console.print(
            Text(f"  {ordinance['place']}, {ordinance['code']}, measured at the {ordinance['measured_at']}")
        )
        for rule in ordinance["not_applied"]:
            console.print(Text(f"  not applied: {rule}"))
    for reason in data["verdict"]["reasons"]:
        console.print(Text(f"  {reason}"))
    if data["sound"]["origin"] == "assumed":
        console.print(
            Text(
                f"  ASSUMED: the stated level holds {'as sound power' if data['sound']['reading'] == 'power' else 'at ' + data['sound']['reading']}; state it with --sound-at."
            )
        )
