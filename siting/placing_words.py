"""How units are placed, in words: the same on the console, the map, the report and in the app."""

from typing import Any

from siting import quantities, wording
from siting.judgement import compared
from siting.rule_words import distance

Row = dict[str, Any]

STATUS = {
    "optimal": "optimal: no layout on this lattice holds more",
    "open": "open: whether a layout holds more, up to the bound, is not known",
    "ended": "ended by the time limit: the best layout until then, and the bound until then",
    "asked": "asked for: this number stands where it is quietest, and no more than the bound could",
}
KINDS = {"gas": "gas", "grid": "grid connection"}


def found(layout: Row) -> str:
    """How many stand, how many could, how far apart the two are, and what is known of it.

    Examples
    --------
    >>> found({"units": 23, "bound": 24, "gap": 1 / 24, "status": "open"})
    '23 placed, at most 24, gap 4.2 %: open: whether a layout holds more, up to the bound, is not known'
    """
    if layout["status"] is None:
        return wording.counted(layout)
    return f"{wording.counted(layout)}, gap {gap(layout['gap'])}: {STATUS[layout['status']]}"


def gap(share: float) -> str:
    """The part of the bound that is not placed.

    Examples
    --------
    >>> gap(0.0), gap(1 / 24), gap(0.0004)
    ('0 %', '4.2 %', 'under 0.1 %')
    """
    return "under 0.1 %" if 0 < share < 0.0005 else f"{round(100 * share, 1):g} %"


def facts(document: Row) -> list[tuple[str, str]]:
    """What was said of the yard, a name and a value each; what nobody said is not listed."""
    placing = document["placing"]
    said = [("Lattice", f"a pose every {distance(placing['step_m'])}"), ("Fuel", placing["fuel"])]
    for name in ("front", "rear"):
        if placing[name]:
            said.append((name.capitalize(), ", ".join(placing[name])))
    if placing["max_slope_pct"] is not None:
        said.append(("Slope", f"at most {placing['max_slope_pct']:g} %"))
    if placing["aisle_m"] is not None:
        wide = f"{distance(placing['aisle_m'])} wide, from the street to every unit"
        said.append(("Aisle", wide if placing["aisle_m"] else "none"))
    if placing["distances"]:
        said.append(("Distances", wording.file_name(placing["distances"])))
    if placing["items"]:
        said.append(("Beside the units", ", ".join(placing["items"])))
    for point in placing["service_points"]:
        place = f"latitude, longitude {point['lat']:.6f}, {point['lon']:.6f}"
        said.append((f"{KINDS[point['kind']].capitalize()} comes in", place))
    return said


def sides(document: Row) -> list[str]:
    """The lot's sides with the setback of each and where it comes from, alike ones once."""
    lines = [
        f"{side['compass']} ({side['kind']}): {distance(side['setback_m'])}; {side['why']}"
        for side in document["site"]["sides"]
    ]
    return list(dict.fromkeys(lines))


def items(document: Row) -> list[str]:
    """What stands beside the units: size, place, and its own sound."""
    return [
        f"{item['id']}: {item['name']}, {quantities.length(item['length_m'])} × {quantities.length(item['width_m'])}, "
        f"{quantities.length(item['height_m'])} high, at x {item['x_m']:.2f}, y {item['y_m']:.2f} m; {_sound(item)}"
        for item in document["items"]
    ]


def _sound(item: Row) -> str:
    if item["power_dba"] is None:
        return "no sound of its own"
    return f"sound power {quantities.level(item['power_dba'])} dB(A), counted in every level"


def runs(document: Row) -> list[str]:
    """How far the units are from where gas and the grid come in."""
    return [
        f"From where the {KINDS[run['kind']]} comes in: nearest unit {quantities.length(run['nearest_m'])}, farthest "
        f"{quantities.length(run['farthest_m'])}, the shortest tree to all of them {quantities.length(run['tree_m'])}; straight "
        "lines, so no trench is shorter"
        for run in document["runs"]
    ]


BINDING = ("receptor", "side", "distance", "period", "compared", "limit", "planned", "level", "over")
"""The columns of `binding`."""


def binding(document: Row) -> list[dict[str, str]]:
    """The rows that stop one unit more, a cell of words for each of `BINDING`."""
    return [] if document["search"] is None else [_bound(row) for row in document["search"]["binding"]]


def _bound(row: Row) -> dict[str, str]:
    return {
        "receptor": wording.place(row["receptor"], row["neighbour"]),
        "side": row["side"],
        "distance": quantities.length(row["distance_m"]),
        "period": wording.period(row["period"]),
        "compared": compared(row),
        "limit": quantities.limit(row["limit_db"]),
        "planned": quantities.level(row["planned_db"]),
        "level": quantities.level(row["level_db"]),
        "over": "—" if row["over_db"] is None else quantities.margin(row["over_db"]).removeprefix("+"),
    }


def binds(document: Row) -> str:
    """What binds, in a few words: the space, or so many rows."""
    if document["search"] is None:
        return ""
    rows = len(document["search"]["binding"])
    if not rows:
        return "the space binds"
    return "one limit at one receptor binds" if rows == 1 else f"{rows} limits at receptors bind"


def one_more(document: Row) -> str:
    """Why not one unit more, a sentence; empty where no search was made."""
    return document["search"]["one_more"] if document["search"] else ""


def taken(site: Row) -> list[tuple[str, float]]:
    """What each rule took from the lot, square metres, in order; what took nothing is left out."""
    return [(rule, area) for rule, area in site["taken_m2"].items() if area > 0.05]
