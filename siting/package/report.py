"""The words and numbers of the report: a study document becomes what `templates/report.typ` sets, ready to print."""

import math
from itertools import groupby
from typing import Any

from siting import quantities, wording
from siting.model import FOOT_M
from siting.package.drawing import SEVERITY, shown_state, site_plan, unit_detail
from siting.package.spacing import clearance_rows
from siting.package.worst_point import accuracy, method, worst_point

Document = dict[str, Any]
PAPER_PT = 511.0  # between the margins
DETAIL_PT = (190.0, 610.0)  # part of a page, or a whole one
# what three pages hold: units at the worst point in full, neighbours, reasons; fewer where a detail takes its room
FEW_NEIGHBOURS, UNITS_SHOWN, UNITS_BESIDE_MANY, UNITS_BESIDE_DETAIL = 12, 6, 4, 2
NEIGHBOURS_SHOWN, NEIGHBOURS_BESIDE_DETAIL, REASONS_SHOWN = 25, 10, 4
EVIDENCE = {
    "excerpt": "limits read in an excerpt of the code, not in the whole code",
    "press": "limits taken from press reports, not from the code",
    "made up": "limits made up for an example; no town wrote them",
    "user": "limits given by the user",
}
MEASURED_AT = {
    "lot line": "at the lot line of the generators’ own lot",
    "receiving lot line": "at the lot line of each receiving lot",
    "points": "at given points",
}


def contents(document: Document, study_sha256: str, plan_pt: float) -> Document:
    """Everything that the report prints, as text, rows and the geometry of a plan `plan_pt` points tall."""
    plan = site_plan(document, PAPER_PT, plan_pt)
    detail = unit_detail(document, PAPER_PT, DETAIL_PT, plan)
    if detail or 2 * plan["unnumbered"] > len(
        plan["units"]
    ):  # a few numbers at the rim of a block would say little
        plan["labels"] = [label for label in plan["labels"] if label["kind"] == "neighbour"]
        plan["unnumbered"] = len(plan["units"])
    few = len(document["neighbours"]) <= FEW_NEIGHBOURS
    return {
        "version": document["siting"]["version"],
        "study_sha256": study_sha256,
        "lot": str(document["site"]["id"]),
        "status": status(document),
        "draft": _draft_reason(document),
        "facts": _facts(document),
        "verdict": _verdict(document),
        "periods": _periods(document),
        "plan": plan,
        "detail": detail,
        "neighbours": _neighbours(document, NEIGHBOURS_BESIDE_DETAIL if detail else NEIGHBOURS_SHOWN),
        "readings": [_reading_row(row) for row in document["readings"]],
        "clearances": clearance_rows(document),
        "areas": _areas(document),
        "unit": _unit_facts(document),
        "assumptions": _assumptions(document["assumptions"]),
        "worst": worst_point(
            document, UNITS_BESIDE_DETAIL if detail else UNITS_SHOWN if few else UNITS_BESIDE_MANY
        ),
        "no_worst": _nothing_heard(document),
        "method": method(document),
        "notes": [
            *document["notes"],
            *(f"{wording.file_name(i['path'])}: {note}" for i in document["inputs"] for note in i["notes"]),
        ],
        "ordinance": _ordinance(document),
        "inputs": [_input(row) for row in document["inputs"]],
        "crs": _crs(document),
    }


def status(document: Document) -> str:
    """DRAFT while the reading of the stated level is assumed, else FINAL."""
    return "DRAFT" if document["sound"]["origin"] == "assumed" else "FINAL"


def _draft_reason(document: Document) -> str:
    sound, unit = document["sound"], document["unit"]
    if status(document) == "FINAL":
        return ""
    return (
        f"The maker states {sound['stated_dba']:g} dB for the {unit['name']} but not where that level holds. It is read here "
        f"{wording.read_at(sound['reading'])}, which is ASSUMED. The report becomes FINAL when the maker’s data sheet or a "
        "measurement says where the level holds and the assessment is run again with that."
    )


def _facts(document: Document) -> list[list[str]]:
    site, layout, unit, sound = (document[key] for key in ("site", "layout", "unit", "sound"))
    ordinance = document["ordinance"]
    parcels = next((row for row in document["inputs"] if row["role"] == "parcels"), None)
    layer = f", layer {parcels['layer']}" if parcels and parcels["layer"] else ""
    read = f"{sound['stated_dba']:g} dB read {wording.read_at(sound['reading'])} ({wording.ORIGINS[sound['origin']]})"
    return [
        ["Lot", str(site["id"])],
        [
            "Parcel file",
            f"{wording.file_name(parcels['path'])}{layer}" if parcels else "not named in the study",
        ],
        [
            "Project",
            f"{layout['units']:,} × {unit['name']}, {unit['kw']:g} kW each: {quantities.power(layout['kw'])}",
        ],
        ["Asked for", wording.asked(document["question"])],
        ["Lot area", quantities.area(site["area_m2"])],
        [
            "Ordinance",
            f"{ordinance['place']}, {ordinance['code']}: {ordinance['title']}" if ordinance else "none given",
        ],
        [
            "Evidence",
            EVIDENCE.get(ordinance["evidence"], ordinance["evidence"])
            if ordinance
            else "no limit to compare with",
        ],
        ["Measured", MEASURED_AT[ordinance["measured_at"]] if ordinance else "at the receptors"],
        ["Sound", f"{read}: sound power {quantities.level(sound['power_dba'])} dB(A) a unit"],
        ["Ground", quantities.ground(site["elevation"])],
    ]


def _verdict(document: Document) -> Document:
    verdict, layout = document["verdict"], document["layout"]
    margins = [row["margin_db"] for row in document["receptors"] if row["margin_db"] is not None]
    step = quantities.length(layout["step_m"])
    smallest = [f"The smallest margin is {quantities.margin(min(margins))} dB."] if margins else []
    return {
        "state": verdict["state"],
        "headline": wording.VERDICTS[verdict["state"]].capitalize(),
        "reasons": verdict["reasons"][:REASONS_SHOWN],
        "more": verdict["reasons"][REASONS_SHOWN:],
        "count": wording.counted(layout),
        "count_why": f"The bound is set by {wording.bound_by(layout)}: "
        f"no layout with more keeps the rules on this lattice of {step}.",
        "accuracy": " ".join([*smallest, accuracy(document)]) if document["worst"] else "",
    }


def _periods(document: Document) -> list[Document]:
    """Each period with the receptor of the smallest margin, or the loudest where no limit is known."""
    hours = {
        p["name"]: f" {p['start']}–{p['end']}"
        for p in (document["ordinance"] or {"periods": []})["periods"]
        if p["start"]
    }
    rows = []
    for name in dict.fromkeys(row["period"] for row in document["receptors"]):
        of_period = [row for row in document["receptors"] if row["period"] == name]
        known = [row for row in of_period if row["margin_db"] is not None]
        worst = (
            min(known, key=lambda r: r["margin_db"])
            if known
            else max(of_period, key=lambda r: r["level_dba"] or 0.0)
        )
        states = [shown_state(row) for row in of_period]
        counted = [
            f"{states.count(state)} {state}" for state in ("PASS", "FAIL", "UNKNOWN") if state in states
        ]
        row = {
            "period": wording.period(name) + hours.get(name, ""),
            "place": wording.place(worst["id"], worst["neighbour"]),
            "counted": ", ".join(counted) or f"{len(states)}, no sound",
            "state": max(states, key=SEVERITY.__getitem__),
        }
        rows.append({**row, **wording.levels(worst)})
    return rows


def _neighbours(document: Document, shown: int) -> Document:
    rows = [_neighbour_row(row) for row in document["neighbours"]]
    receptors = len({row["id"] for row in document["receptors"]})
    return {"rows": rows[:shown], "total": len(rows), "receptors": receptors}


def _neighbour_row(row: Document) -> Document:
    return {
        "neighbour": row["neighbour"],
        "zone": wording.zone(row),
        "receptor": row["id"],
        "period": wording.period(row["period"]),
        "state": shown_state(row),
        **wording.levels(row),
    }


def _reading_row(row: Document) -> Document:
    return {
        "reading": wording.reading(row["reading"]),
        "chosen": row["chosen"],
        "power": quantities.level(row["power_dba"]),
        "state": row["state"],
        "units": row["units"],
        "bound": row["bound"],
        "margin": wording.worst_margin(row),
    }


def _areas(document: Document) -> list[list[str]]:
    site, layout = document["site"], document["layout"]
    rows = [("Lot", site["area_m2"]), *((f"− {rule}", m2) for rule, m2 in site["taken_m2"].items())]
    rows += [
        ("Buildable", site["buildable_area_m2"]),
        ("Under the placed bodies", layout["area_m2"]),
    ]
    whole = site["area_m2"] or math.inf
    return [[rule, f"{m2 / FOOT_M**2:,.0f}", f"{m2:,.1f}", f"{100 * m2 / whole:.1f} %"] for rule, m2 in rows]


def _unit_facts(document: Document) -> str:
    unit = document["unit"]
    sides = [unit[key] for key in ("length_m", "width_m", "height_m")]
    ground_m2 = unit["length_m"] * unit["width_m"]
    pounds_sq_ft = unit["mass_kg"] / quantities.POUND_KG / (ground_m2 / FOOT_M**2)
    feet, metres = map(quantities.feet_inches, sides), (f"{side:.2f}" for side in sides)
    return (
        f"{unit['name']} (maker: {unit['maker']}): {unit['kw']:g} kW on {', '.join(unit['fuels'])}; "
        f"{' × '.join(feet)} ({' × '.join(metres)} m) long, wide and high; "
        f"{quantities.mass(unit['mass_kg'])}, that is {pounds_sq_ft:,.0f} lb/sq ft ({unit['mass_kg'] / ground_m2:,.0f} kg/m²) "
        "under its body: a roof or slab needs its own structural check."
    )


def _assumptions(rows: list[Document]) -> list[Document]:
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


def _nothing_heard(document: Document) -> str:
    if document["layout"]["units"] == 0:
        return "No unit is placed, so there is no level to take apart."
    return "No receptor lies near enough, so no level was computed."


def _ordinance(document: Document) -> Document | None:
    ordinance = document["ordinance"]
    if not ordinance:
        return None
    evidence = EVIDENCE.get(ordinance["evidence"], ordinance["evidence"])
    source = f"{ordinance['place']}, {ordinance['code']}, {ordinance['title']}. Evidence: {evidence}."
    return {"source": source, "url": ordinance["url"], "not_applied": ordinance["not_applied"]}


def _input(row: Document) -> Document:
    features = f"{row['features']:,} features" if row["features"] and row["layer"] else ""
    parts = [f"layer {row['layer']}" if row["layer"] else "", row["crs"] or "", features]
    return {
        "role": row["role"],
        "path": wording.file_name(row["path"]),
        "what": ", ".join(filter(None, parts)),
        "sha256": row["sha256"],
    }


def _crs(document: Document) -> str:
    name, crs = document["site"]["crs_name"], document["site"]["crs"]
    code = f" ({crs})" if len(crs) <= 40 else " (its definition is in study.json)"
    return f"{name}{code}; north on the plan is the north of this grid"
