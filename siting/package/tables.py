"""The report's tables as rows of words, each cell as a person reads it."""

import math
from itertools import groupby
from typing import Any

from siting import judgement, placing_words, quantities, readings_table, rule_words, wording
from siting.judgement import SEVERITY
from siting.model import FOOT_M
from siting.package.drawing import shown_state

Document = dict[str, Any]
WITHIN = ("aisle", "clearance")  # what these take is a part of the buildable area


def periods(document: Document) -> list[Document]:
    """Each period with the row nearest to its limit, or the loudest where no limit is known."""
    rows = []
    for name in dict.fromkeys(row["period"] for row in document["receptors"]):
        of_period = [row for row in document["receptors"] if row["period"] == name]
        worst = min(of_period, key=_urgency)
        states = [shown_state(row) for row in of_period]
        row = {
            "period": wording.period(name),
            "compared": judgement.compared(worst),
            "place": wording.place(worst["id"], worst["neighbour"]),
            "state": max(states, key=SEVERITY.__getitem__),
        }
        rows.append({**row, **judgement.levels(worst)})
    return rows


def _urgency(row: Document) -> tuple[bool, float]:
    known = row["p_exceed"] is not None
    return not known, -row["p_exceed"] if known else -(row["level_db"] or 0.0)


def running(document: Document) -> list[Document]:
    """How many of the placed units may run in each period, which, and how many receptors come to which state."""
    rows = []
    for row in document["periods"] if document["layout"]["units"] else []:
        states = _gravest([r for r in document["receptors"] if r["period"] == row["period"]])
        counted = [f"{states.count(s)} {s}" for s in (*judgement.STATES, "NONE") if s in states]
        rows.append(
            {
                **rule_words.may_run(row, document["layout"]),
                "period": wording.period(row["period"]),
                "counted": ", ".join(counted).replace("NONE", "no sound"),
                "state": row["state"],
            }
        )
    return rows


def _gravest(rows: list[Document]) -> list[str]:
    """The gravest state of each receptor."""
    found: dict[str, str] = {}
    for row in rows:
        found[row["id"]] = max(found.get(row["id"], "NONE"), shown_state(row), key=SEVERITY.__getitem__)
    return list(found.values())


def neighbours(document: Document, shown: int) -> Document:
    """The worst receptor of each neighbour, and how many there are in all."""
    rows = [_neighbour_row(row) for row in document["neighbours"]]
    receptors = len({row["id"] for row in document["receptors"]})
    return {"rows": rows[:shown], "total": len(rows), "receptors": receptors}


def _neighbour_row(row: Document) -> Document:
    return {
        "neighbour": row["neighbour"],
        "zone": wording.zone(row),
        "receptor": row["id"],
        "spot": judgement.spot(row),
        "period": wording.period(row["period"]),
        "compared": judgement.compared(row),
        "state": shown_state(row),
        **judgement.levels(row),
    }


def placing(document: Document) -> Document:
    """How units are placed: how good the layout is, what stops one unit more, what was asked of the yard, items and runs."""
    said = [
        placing_words.found(document["layout"]),
        placing_words.one_more(document),
        placing_words.binds(document),
    ]
    beside = [*placing_words.sides(document), *placing_words.items(document), *placing_words.runs(document)]
    return {
        "said": [sentence for sentence in said if sentence],
        "binding": [[row[name] for name in placing_words.BINDING] for row in placing_words.binding(document)],
        "facts": [list(fact) for fact in placing_words.facts(document)],
        "beside": beside,
    }


def mitigation(document: Document) -> Document | None:
    """What would make it pass, as far as it was looked for: every remedy confirmed by a full run, and what does not help."""
    found = document["mitigation"]
    if found is None:
        return None
    cost = [] if found["costs"] is None else [f"Cost, {found['costs']['currency']}"]
    rows = [
        [
            row["kind"], row["size"], str(row["units"]), quantities.margin(row["margin_db"]),
            *(["—" if row["cost"] is None else f"{row['cost']:,.0f}"] if cost else []), row["sentence"],
        ]
        for row in found["remedies"]
    ]  # fmt: skip
    about = (
        f"Allowed as it is: {wording.units(found['allowed'])}; looked for: {wording.units(found['goal'])}. "
    )
    return {
        "about": f"{about}Every row is confirmed by a full run, {found['runs']:,} in all.",
        "heads": ["What", "How much", "Units", "Smallest margin dB", *cost, "Which"],
        "rows": rows,
        "said": [*found["no_help"], *found["notes"]],
    }


def readings(document: Document) -> Document:
    """The answers under every reading and spectrum, with the sentences under them."""
    table = readings_table.matrix(document)
    return {**table, "caption": readings_table.caption(document), "remarks": readings_table.remarks(document)}


def deviations(document: Document) -> Document | None:
    """The standard deviations and where each comes from."""
    parts = document["deviations"]
    reasons = [{"part": part["part"], "reason": part["reason"]} for part in parts]
    return {**rule_words.deviations(parts), "reasons": reasons} if parts else None


def zones(document: Document) -> list[Document]:
    """How many receptors and neighbours lie in which zone of the map."""
    return [
        {"cells": list(rule_words.zone_count(row)), "lacking": not row["zone_class"]}
        for row in document["zones"]
    ]


def areas(document: Document) -> list[list[str]]:
    """What became of the lot's area."""
    site, layout = document["site"], document["layout"]
    taken = placing_words.taken(site)
    rows = [("Lot", site["area_m2"]), *((f"− {rule}", m2) for rule, m2 in taken if rule not in WITHIN)]
    rows += [("Buildable", site["buildable_area_m2"])]
    rows += [(f"of it without use: {rule}", m2) for rule, m2 in taken if rule in WITHIN]
    rows += [("Under the placed bodies", layout["area_m2"])]
    whole = site["area_m2"] or math.inf
    return [[rule, f"{m2 / FOOT_M**2:,.0f}", f"{m2:,.1f}", f"{100 * m2 / whole:.1f} %"] for rule, m2 in rows]


def assumptions(rows: list[Document]) -> list[Document]:
    """One row for those in a run that share group, value, origin and reason, as the four sides of a clearance do."""
    joined = []
    for (group, *_), alike in groupby(
        rows, lambda a: (a["name"].rpartition(".")[0], a["value"], a["origin"], a["reason"])
    ):
        first, *more = alike
        names = ", ".join([first["name"], *(a["name"].removeprefix(f"{group}.") for a in more)])
        value = _value(first["name"], first["value"])
        joined.append({"name": names, "value": value, "origin": first["origin"], "reason": first["reason"]})
    return joined


def _value(name: str, value: float | str) -> str:
    if isinstance(value, str | bool):
        return str(value)
    return quantities.length(value) if name.endswith("_m") else f"{value:g}"
