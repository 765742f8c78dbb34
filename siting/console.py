"""A study as text in a terminal; every number comes from the study document, every word from `siting.wording` and its kin."""

from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from siting import judgement, placing_words, quantities, readings_table, rule_words, wording

Document = dict[str, Any]
COLOURS = {
    "PASS": "bold green",
    "MARGINAL PASS": "green",
    "MARGINAL FAIL": "yellow",
    "FAIL": "bold red",
    "UNKNOWN": "bold magenta",
}
SINGLE = ("unit", "ordinance", "terrain", "land cover")  # inputs without features to count
SHOWN_RULES = (
    "Limits",
    "What is compared",
    "Corrections",
)  # the rest is in study.json and in `siting ordinance check`
NEIGHBOURS = 25
PATHS = 5


def print_study(data: Document, console: Console, seconds: float | None = None) -> None:
    """Print what was read and assumed, the layout and its search, every neighbour's worst receptor, the readings, the verdict.

    `seconds` is how long the search took, which no file of the study holds.
    """
    _print_inputs(data, console)
    _print_assumptions(data, console)
    _print_rules(data, console)
    _print_layout(data, console)
    print_placing(data, console, seconds)
    _print_neighbours(data, console)
    _print_worst(data, console)
    _print_zones(data, console)
    _print_periods(data, console)
    _print_deviations(data, console)
    _print_readings(data, console)
    for note in data["notes"]:
        console.print(Text(f"Note: {note}"))
    _print_verdict(data, console)


def print_place(data: Document, console: Console, poses: int, seconds: float | None) -> None:
    """Print a layout alone: its units, its search, what stands beside them, notes, and the verdict."""
    _print_layout(data, console)
    _line(console, f"{poses:,} poses on the lattice")
    print_placing(data, console, seconds)
    for note in data["notes"]:
        console.print(Text(f"Note: {note}"))
    _print_verdict(data, console)


def _heading(console: Console, words: str) -> None:
    console.print()
    console.print(Text(words, style="bold"))


def _line(console: Console, words: str, style: str = "") -> None:
    console.print(Padding(Text(words, style=style), (0, 0, 0, 2), expand=False))


def _table(left: tuple[str, ...], right: tuple[str, ...], last: tuple[str, ...]) -> Table:
    """A table with some columns of words, some of numbers, and some of words."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in left:
        table.add_column(name, overflow="fold")
    for name in right:
        table.add_column(name, justify="right")
    for name in last:
        table.add_column(name, overflow="fold")
    return table


def _state(state: str) -> Text:
    return Text(f"{judgement.SIGNS[state]} {state}", style=COLOURS[state])


def _print_inputs(data: Document, console: Console) -> None:
    _heading(console, "Read")
    for facts in data["inputs"]:
        layer = f", layer {facts['layer']}" if facts["layer"] else ""
        crs = f", {facts['crs']}" if facts["crs"] else ""
        count = f", {facts['features']:,} features" if facts["role"] not in SINGLE else ""
        _line(console, f"{facts['role']}: {facts['path']}{layer}{crs}{count}")
        for note in facts["notes"]:
            console.print(Padding(Text(note, style="dim"), (0, 0, 0, 4), expand=False))
    _line(console, f"working CRS: {data['site']['crs_name']}, metres")


def _print_assumptions(data: Document, console: Console) -> None:
    _heading(console, "Taken for the verdict")
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for item in data["assumptions"]:
        value = item["value"] if isinstance(item["value"], str) else f"{item['value']:g}"
        table.add_row(*map(Text, (f"  {item['name']}", value, item["origin"], item["reason"])))
    console.print(table)


def _print_rules(data: Document, console: Console) -> None:
    """What the ordinance says, as it was understood, and how the units run."""
    ordinance, operation = data["ordinance"], data["operation"]
    _heading(
        console, f"Rules of {ordinance['place']}, {ordinance['code']}" if ordinance else "Rules: none given"
    )
    if ordinance:
        height = data["environment"]["receptor_height_m"]
        _line(console, f"measured {rule_words.measured(ordinance['measured'], height)}")
        for part in rule_words.rules(ordinance):
            if part["heading"] in SHOWN_RULES:
                for sentence in part["sentences"]:
                    _line(console, sentence)
    for name, value in rule_words.runs(operation, ordinance):
        _line(console, f"{name.lower()}: {value}")
    for sentence in rule_words.standby(operation, ordinance):
        _line(console, sentence)
    for machine in rule_words.existing(data):
        _line(console, f"already there and added: {machine}")


def _print_layout(data: Document, console: Console) -> None:
    layout, site, unit, sound = data["layout"], data["site"], data["unit"], data["sound"]
    by = f"the bound is set by {wording.bound_by(layout)}, on this lattice"
    _heading(console, f"Layout on lot {site['id']}: {wording.counted(layout)} ({by})")
    _line(console, f"asked: {wording.asked(data['question'])}")
    _line(console, f"{unit['name']}, {unit['kw']:g} kW each: {quantities.power(layout['kw'])}")
    read = f"{wording.read_at(sound['reading'])} ({wording.ORIGINS[sound['origin']]})"
    power = f"sound power {quantities.level(sound['power_dba'])} dB(A) a unit"
    spectrum = f"spectrum {wording.spectrum(sound['spectrum'])} ({wording.ORIGINS[sound['spectrum_origin']]})"
    _line(console, f"{sound['stated_dba']:g} dB read {read}: {power}, {spectrum}")
    for name, square_metres in (
        ("lot", site["area_m2"]),
        ("buildable", site["buildable_area_m2"]),
        ("under the bodies", layout["area_m2"]),
    ):
        _line(console, f"{name} {quantities.area(square_metres)}")
    if site["elevation"]:
        _line(console, f"ground {quantities.ground(site['elevation'])}")


def print_placing(data: Document, console: Console, seconds: float | None) -> None:
    """Print how good the layout is, what stops one unit more, what each rule took, and what stands beside the units."""
    took = "" if seconds is None else f" ({seconds:.1f} s)"
    _heading(console, f"Placing{took}: {placing_words.found(data['layout'])}")
    for words in filter(None, (placing_words.one_more(data), placing_words.binds(data))):
        _line(console, words)
    if rows := placing_words.binding(data):
        table = _table(
            ("receptor", "side", "distance", "period", "compared"),
            ("limit", "planned", "level", "over dB"),
            (),
        )
        for row in rows:
            table.add_row(*(Text(row[name]) for name in placing_words.BINDING))
        console.print(table)
    for rule, area in placing_words.taken(data["site"]):
        _line(console, f"{rule} took {quantities.area(area)}")
    for name, value in placing_words.facts(data):
        _line(console, f"{name.lower()}: {value}")
    beside = (*placing_words.sides(data), *placing_words.items(data), *placing_words.runs(data))
    for words in (*beside, data["unit"]["floor_load"]):
        _line(console, words)


def _print_neighbours(data: Document, console: Console) -> None:
    rows = data["neighbours"]
    if all(row["level_db"] is None for row in rows):
        return
    _heading(console, "Worst receptor of every neighbour")
    numbers = ("level dB", "limit dB", "margin dB", "P(exceed)")
    table = _table(("receptor", "zone", "period", "compared"), numbers, ("state",))
    for row in rows[:NEIGHBOURS]:
        place, said = wording.place(row["id"], row["neighbour"]), judgement.levels(row)
        words = (place, wording.zone(row), wording.period(row["period"]), judgement.compared(row))
        table.add_row(*map(Text, (*words, *said.values())), _state(row["state"]))
    console.print(table)
    if len(rows) > NEIGHBOURS:
        _line(console, f"and {len(rows) - NEIGHBOURS} more; -o DIR writes them all to receptors.csv")


def _print_worst(data: Document, console: Console) -> None:
    """Where the worst receptor is, the loudest paths to it, and what screening takes from each."""
    worst = data["worst"]
    if worst is None:
        return
    place = wording.place(worst["receptor"], worst["neighbour"])
    _heading(console, f"Worst point: {place}, {wording.period(worst['period'])}")
    _line(console, judgement.judgement(worst))
    _line(console, judgement.located(data, worst))
    if said := rule_words.governing(worst):
        _line(console, said)
    _line(
        console,
        f"standard deviation of that level {quantities.level(worst['sigma_db'])} dB; the loudest paths, A-weighted:",
    )
    table = _table(("from", "path"), ("distance m", "screening takes dB", "level dB(A)"), ())
    for path in worst["paths"][:PATHS]:
        far = f"{path['terms']['distance_m']:.1f}"
        level = quantities.level(path["level_dba"])
        table.add_row(*map(Text, (path["source"], wording.way(path), far, judgement.screened(path), level)))
    console.print(table)
    if len(worst["paths"]) > PATHS:
        _line(
            console,
            f"and {len(worst['paths']) - PATHS:,} more; -o DIR writes them all, term by term, to study.json",
        )


def _print_zones(data: Document, console: Console) -> None:
    """How many receptors lie in which zone, where one has no class of the ordinance."""
    if not data["ordinance"] or all(row["zone_class"] for row in data["zones"]):
        return
    _heading(console, "Zones of the map, and the ordinance's class of each")
    table = _table(("zone", "class"), ("receptors", "neighbours"), ())
    for row in data["zones"]:
        table.add_row(*map(Text, rule_words.zone_count(row)))
    console.print(table)


def _print_periods(data: Document, console: Console) -> None:
    if not data["periods"] or not data["layout"]["units"]:
        return
    _heading(console, "How many of the placed units may run")
    table = _table(("period", "hours"), ("may run",), ("which", "all running"))
    for row in data["periods"]:
        said = rule_words.may_run(row, data["layout"])
        words = (wording.period(row["period"]), said["hours"], said["count"], said["which"])
        table.add_row(*map(Text, words), _state(row["state"]))
    console.print(table)


def _print_deviations(data: Document, console: Console) -> None:
    if not data["deviations"]:
        return
    _heading(console, "Standard deviations of a level, dB")
    said = rule_words.deviations(data["deviations"])
    table = _table(("of the",), said["metrics"], ())
    for row in said["rows"]:
        table.add_row(*map(Text, (row["part"], *row["numbers"])))
    console.print(table)
    for row in data["deviations"]:
        _line(console, f"{row['part']}: {row['reason']}")


def _print_readings(data: Document, console: Console) -> None:
    if len(data["readings"]) < 2:
        return
    matrix = readings_table.matrix(data)
    _heading(console, readings_table.caption(data))
    table = _table(("stated at",), ("power dB(A)",), matrix["spectra"])
    for row in matrix["rows"]:
        cells = []
        for cell in row["cells"]:
            style = COLOURS[cell["state"]] if cell else ""
            cells.append(
                Text(
                    cell["text"] if cell else "—",
                    style=f"{style} reverse" if cell and cell["chosen"] else style,
                )
            )
        table.add_row(Text(row["reading"]), Text(row["power"]), *cells)
    console.print(table)
    for remark in readings_table.remarks(data):
        _line(console, remark)


def _print_verdict(data: Document, console: Console) -> None:
    verdict, sound, ordinance = data["verdict"], data["sound"], data["ordinance"]
    state = verdict["state"]
    console.print()
    console.print(
        Text(f"{judgement.SIGNS[state]} {state}: {judgement.headline(verdict)}", style=COLOURS[state])
    )
    if said := rule_words.unverified(data):
        _line(console, said, "bold")
    if ordinance:
        _line(console, f"{ordinance['place']}, {ordinance['code']}")
        for rule in ordinance["not_applied"]:
            _line(console, f"not applied: {rule}")
        for condition in ordinance["conditions"]:
            _line(console, f"a permit also needs: {condition}")
    for sentence in data["unverified"]:
        _line(console, f"not read in its source: {sentence}")
    for warning in data["warnings"]:
        _line(console, f"WARNING: {warning}", "bold")
    for reason in verdict["reasons"]:
        _line(console, reason)
    if sound["origin"] == "assumed":
        where = wording.read_at(sound["reading"])
        _line(console, f"ASSUMED: the stated level holds {where}; state it with --sound-at.")
