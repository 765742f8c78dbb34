"""A study as text in a terminal; every number comes from the study document, every word from `siting.wording`."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from siting import quantities, wording
from siting.export import Document

COLOURS = {"PASS": "bold green", "FAIL": "bold red", "UNKNOWN": "bold yellow"}
SINGLE = ("unit", "ordinance", "terrain", "land cover")  # inputs without features to count
NEIGHBOURS = 25
PATHS = 5


def print_study(data: Document, console: Console) -> None:
    """Print what was read, what was assumed, the layout, every neighbour's worst receptor, the readings, the verdict."""
    _print_inputs(data, console)
    _print_assumptions(data, console)
    _print_layout(data, console)
    _print_neighbours(data, console)
    _print_worst(data, console)
    _print_readings(data, console)
    for note in data["notes"]:
        console.print(Text(f"Note: {note}"))
    _print_verdict(data, console)


def _heading(console: Console, words: str) -> None:
    console.print()
    console.print(Text(words, style="bold"))


def _line(console: Console, words: str, style: str = "") -> None:
    console.print(Text(f"  {words}", style=style))


def _print_inputs(data: Document, console: Console) -> None:
    _heading(console, "Read")
    for facts in data["inputs"]:
        layer = f", layer {facts['layer']}" if facts["layer"] else ""
        crs = f", {facts['crs']}" if facts["crs"] else ""
        count = f", {facts['features']:,} features" if facts["role"] not in SINGLE else ""
        _line(console, f"{facts['role']}: {facts['path']}{layer}{crs}{count}")
        for note in facts["notes"]:
            _line(console, f"  {note}", "dim")
    _line(console, f"working CRS: {data['site']['crs_name']}, metres")


def _print_assumptions(data: Document, console: Console) -> None:
    _heading(console, "Taken for the verdict")
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for item in data["assumptions"]:
        value = item["value"] if isinstance(item["value"], str) else f"{item['value']:g}"
        table.add_row(*map(Text, (f"  {item['name']}", value, item["origin"], item["reason"])))
    console.print(table)


def _print_layout(data: Document, console: Console) -> None:
    layout, site, unit, sound = data["layout"], data["site"], data["unit"], data["sound"]
    by = f"the bound is set by {wording.bound_by(layout)}, on this lattice"
    _heading(console, f"Layout on lot {site['id']}: {wording.counted(layout)} ({by})")
    _line(console, f"asked: {wording.asked(data['question'])}")
    _line(console, f"{unit['name']}, {unit['kw']:g} kW each: {quantities.power(layout['kw'])}")
    read = f"{wording.read_at(sound['reading'])} ({wording.ORIGINS[sound['origin']]})"
    power = f"sound power {quantities.level(sound['power_dba'])} dB(A) a unit"
    _line(console, f"{sound['stated_dba']:g} dB read {read}: {power}")
    for name, square_metres in (
        ("lot", site["area_m2"]),
        ("buildable", site["buildable_area_m2"]),
        ("under the bodies", layout["area_m2"]),
    ):
        _line(console, f"{name} {quantities.area(square_metres)}")
    if site["elevation"]:
        _line(console, f"ground {quantities.ground(site['elevation'])}")


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
        place = wording.place(row["id"], row["neighbour"])
        words = (place, wording.zone(row), wording.period(row["period"]), *wording.levels(row).values())
        table.add_row(*map(Text, words), Text(row["state"], style=COLOURS[row["state"]]))
    console.print(table)
    if len(rows) > NEIGHBOURS:
        _line(console, f"and {len(rows) - NEIGHBOURS} more; -o DIR writes them all to receptors.csv")


def _print_worst(data: Document, console: Console) -> None:
    """The loudest paths to the worst receptor, and what screening takes from each."""
    worst = data["worst"]
    if worst is None:
        return
    place = wording.place(worst["receptor"], worst["neighbour"])
    _heading(console, f"Loudest paths to {place}, {wording.period(worst['period'])}")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("from")
    table.add_column("path", overflow="fold")
    for name in ("distance m", "screening takes dB", "level dB(A)"):
        table.add_column(name, justify="right")
    for path in worst["paths"][:PATHS]:
        far = f"{path['terms']['distance_m']:.1f}"
        words = (
            path["source"],
            wording.way(path),
            far,
            wording.screened(path),
            quantities.level(path["level_dba"]),
        )
        table.add_row(*map(Text, words))
    console.print(table)
    if len(worst["paths"]) > PATHS:
        _line(
            console,
            f"and {len(worst['paths']) - PATHS:,} more; -o DIR writes them all, term by term, to study.json",
        )


def _print_readings(data: Document, console: Console) -> None:
    if len(data["readings"]) < 2:
        return
    _heading(
        console, f"The same question under each reading of the stated {data['sound']['stated_dba']:g} dB"
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("stated at")
    for name in ("power dB(A)", "units", "at most", "smallest margin dB"):
        table.add_column(name, justify="right")
    table.add_column("verdict")
    table.add_column("")
    used = "ASSUMED" if data["sound"]["origin"] == "assumed" else "used"
    for row in data["readings"]:
        counts = (str(row["units"]), str(row["bound"]), wording.worst_margin(row))
        words = (wording.reading(row["reading"]), quantities.level(row["power_dba"]), *counts)
        state = Text(row["state"], style=COLOURS[row["state"]])
        table.add_row(*map(Text, words), state, used if row["chosen"] else "")
    console.print(table)


def _print_verdict(data: Document, console: Console) -> None:
    state, sound, ordinance = data["verdict"]["state"], data["sound"], data["ordinance"]
    console.print()
    console.print(Text(f"{state}: {wording.VERDICTS[state]}", style=COLOURS[state]))
    if ordinance:
        _line(
            console, f"{ordinance['place']}, {ordinance['code']}, measured at the {ordinance['measured_at']}"
        )
        for rule in ordinance["not_applied"]:
            _line(console, f"not applied: {rule}")
    for reason in data["verdict"]["reasons"]:
        _line(console, reason)
    if sound["origin"] == "assumed":
        where = wording.read_at(sound["reading"])
        _line(console, f"ASSUMED: the stated level holds {where}; state it with --sound-at.")
