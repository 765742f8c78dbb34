"""The rules of an ordinance and how the units run, in words: the same on the console, the map, the report and in the app."""

import math
from typing import Any

from siting import quantities
from siting.model import FOOT_M
from siting.wording import metric, unit_list

Row = dict[str, Any]
PLACES = {
    "lot line": "at the lot line of the generators’ own lot",
    "receiving lot line": "at the lot line of each receiving lot",
    "receiving lot": "anywhere on each receiving lot",
    "facade": "at the façades of the buildings on each receiving lot, at every storey",
    "near building": "{far} from each building toward the source, or at the lot line where that is farther from the source",
    "zone line": "at the line of the receiving zone",
    "source": "{far} from the source",
    "points": "at given points",
}

EVIDENCE = {
    "excerpt": "limits read in an excerpt of the code, not in the whole code",
    "press": "limits taken from press reports, not from the code",
    "made up": "limits made up for an example; no town wrote them",
    "user": "limits given by the user",
}
TONES = {
    True: "the units have one",
    False: "the units have none",
    None: "not said: the code's criterion decides where it has one, else one is assumed",
}
STANDBY = "Standby use"  # a part of the explanation of an ordinance
MACHINES = 5


def distance(metres: float) -> str:
    """A distance that a code gives, in both units.

    Examples
    --------
    >>> distance(7.62), distance(15.0)
    ('25 ft (7.62 m)', '49.2 ft (15 m)')
    """
    return f"{round(metres / FOOT_M, 1):g} ft ({round(metres, 2):g} m)"


def cited(row: Row) -> str:
    """The section where a number stands, and whether it was read there.

    Examples
    --------
    >>> cited({"section": "8-4(b)", "read": False})
    '8-4(b), NOT READ in its source'
    """
    return row["section"] + ("" if row["read"] else ", NOT READ in its source")


def measured(place: Row, assumed_height_m: float) -> str:
    """Where an ordinance measures and how high.

    Examples
    --------
    >>> measured({"at": "source", "distance_m": 15.24, "height_m": None}, 1.5)
    '50 ft (15.24 m) from the source, 4.9 ft (1.5 m) above ground (assumed: the code gives no height)'
    """
    where = PLACES[place["at"]].format(
        far="" if place["distance_m"] is None else distance(place["distance_m"])
    )
    if place["height_m"] is not None:
        return f"{where}, {distance(place['height_m'])} above ground"
    if place["at"] == "facade":
        return where
    return f"{where}, {distance(assumed_height_m)} above ground (assumed: the code gives no height)"


def runs(operation: Row, ordinance: Row | None) -> list[tuple[str, str]]:
    """How the units run and what the user said of it, a name and a value each."""
    minutes = operation["minutes_per_hour"]
    often = "every minute of the hour" if minutes == 60 else f"{minutes:g} minutes of any hour"
    use = {"continuous": "continuous", "standby": "standby: outages and tests alone"}[operation["use"]]
    said = [("Use", f"{use}, {often}")]
    if ordinance and ordinance["tone"]:
        said.append(("Tone", TONES[operation["tone"]]))
    if ordinance and ordinance["ambient"]:
        known = [f"{period} {level:g} dB(A)" for period, level in operation["ambient_dba"].items()]
        said.append(("Ambient", "given: " + ", ".join(known) if known else "not given, so not known"))
    return said


def rules(ordinance: Row | None) -> list[Row]:
    """What was understood of the ordinance, headings with their sentences; standby use has its own place."""
    return [part for part in (ordinance or {"rules": []})["rules"] if part["heading"] != STANDBY]


def standby(operation: Row, ordinance: Row | None) -> list[str]:
    """What the code says of outages and tests, and whether it holds for this use; empty where it says nothing."""
    parts = [part for part in (ordinance or {"rules": []})["rules"] if part["heading"] == STANDBY]
    said = [sentence for part in parts for sentence in part["sentences"]]
    if said and operation["use"] == "continuous":
        said.append("The units run continuously here, so none of this is used.")
    return said


def unverified(document: Row) -> str:
    """One running line for every page where numbers of the ordinance were not read in their source; else empty."""
    count = len(document["unverified"])
    if not count:
        return ""
    numbers = f"{count} number{'s' if count > 1 else ''} of the ordinance {'were' if count > 1 else 'was'} not read in the source"
    if document["operation"]["accept_unverified"]:
        return f"UNVERIFIED: {numbers}; accepted by the user, not checked"
    return f"UNVERIFIED: {numbers}; the verdict is UNKNOWN until somebody accepts or reads them"


def governing(worst: Row) -> str:
    """Which quantity decides at the worst point, where it is not the plain level in dB(A)."""
    if worst["metric"] == "dba" and worst["statistic"] == "level":
        return ""
    name = "" if worst["statistic"] == "level" else f" as {worst['statistic']}"
    return f"{metric(worst['metric'])}{name} governs; all sound together is {quantities.level(worst['level_dba'])} dB(A) there"


def existing(document: Row) -> list[str]:
    """The machines that are there already and add to every level, a line each; of many the first few."""
    machines = document["existing"]
    lines = [
        f"{machine['id']}: sound power {quantities.level(machine['power_dba'])} dB(A), x {machine['x']:.2f}, "
        f"y {machine['y']:.2f} m, {quantities.length(machine['height_m'])} above ground"
        for machine in machines[:MACHINES]
    ]
    more = len(machines) - MACHINES
    return [*lines, f"and {more:,} more, in study.json"] if more > 0 else lines


def zone_count(row: Row) -> tuple[str, str, str, str]:
    """A zone of the map, its class, and how many receptors and neighbours lie in it."""
    return (
        row["zone"] or "no zone known",
        row["zone_class"] or "NONE: no limit is known",
        f"{row['receptors']:,}",
        f"{row['neighbours']:,}",
    )


def may_run(row: Row, layout: Row) -> dict[str, str]:
    """How many of the placed units may run in a period, and which."""
    placed = layout["units"]
    if row["units"] is None:
        count, which = "not known", "a limit is not known"
    else:
        count = f"{row['units']:,} of {placed:,}"
        which = "all" if row["units"] == placed else unit_list(row["unit_ids"])
    return {"hours": ", ".join(row["hours"]) or "not given", "count": count, "which": which}


def deviations(parts: list[Row]) -> Row:
    """The table of standard deviations: `metrics` (its columns) and `rows` of `part` and `numbers`, the last all together."""
    names = [name for name in dict.fromkeys(n for part in parts for n in part["metrics_db"]) if name != "dba"]
    table = [[part["sigma_db"], *(part["metrics_db"][name] for name in names)] for part in parts]
    whole = [None if None in column else math.hypot(*column) for column in zip(*table, strict=True)]
    labels = [*(part["part"] for part in parts), "together"]
    return {
        "metrics": tuple(metric(name).removesuffix(" band") for name in ("dba", *names)),
        "rows": [
            {"part": label, "numbers": list(map(quantities.level, numbers))}
            for label, numbers in zip(labels, [*table, whole], strict=True)
        ],
    }
