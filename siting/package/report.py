"""The words and numbers of the report: a study document becomes what `templates/report.typ` sets, ready to print."""

from typing import Any

from siting import judgement, quantities, rule_words, wording
from siting.package import tables
from siting.package.drawing import site_plan, unit_detail
from siting.package.ordinance_page import rules
from siting.package.spacing import clearance_rows
from siting.package.worst_point import method, worst_point

Document = dict[str, Any]
PAPER_PT = 511.0  # between the margins
DETAIL_PT = (190.0, 610.0)  # part of a page, or a whole one
# what a few pages hold: units at the worst point in full, neighbours, reasons; fewer where a detail takes its room
FEW_NEIGHBOURS, UNITS_SHOWN, UNITS_BESIDE_MANY, UNITS_BESIDE_DETAIL = 12, 6, 4, 4
NEIGHBOURS_SHOWN, NEIGHBOURS_BESIDE_DETAIL, REASONS_SHOWN = 25, 10, 4


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
        "draft": _draft_reasons(document),
        "unverified": {"line": rule_words.unverified(document), "numbers": document["unverified"]},
        "facts": _facts(document),
        "verdict": _verdict(document),
        "warnings": document["warnings"],
        "periods": tables.periods(document),
        "plan": plan,
        "detail": detail,
        "neighbours": tables.neighbours(document, NEIGHBOURS_BESIDE_DETAIL if detail else NEIGHBOURS_SHOWN),
        "running": tables.running(document),
        "readings": tables.readings(document),
        "deviations": tables.deviations(document),
        "zones": tables.zones(document),
        "placing": tables.placing(document),
        "clearances": clearance_rows(document),
        "mitigation": tables.mitigation(document),
        "areas": tables.areas(document),
        "unit": _unit_facts(document),
        "assumptions": tables.assumptions(document["assumptions"]),
        "worst": worst_point(
            document, UNITS_BESIDE_DETAIL if detail else UNITS_SHOWN if few else UNITS_BESIDE_MANY
        ),
        "no_worst": _nothing_heard(document),
        "method": method(document),
        "notes": [
            *document["notes"],
            *(f"{wording.file_name(i['path'])}: {note}" for i in document["inputs"] for note in i["notes"]),
        ],
        "rules": rules(document),
        "inputs": [_input(row) for row in document["inputs"]],
        "crs": _crs(document),
    }


def status(document: Document) -> str:
    """DRAFT while the reading of the stated level is assumed or a number of the ordinance was not read, else FINAL."""
    return "DRAFT" if _draft_reasons(document) else "FINAL"


def _draft_reasons(document: Document) -> list[Document]:
    """Why the report is a draft, each with a few words for the foot of every page."""
    sound, unit, found = document["sound"], document["unit"], []
    if sound["origin"] == "assumed":
        found.append(
            {
                "short": "where the level holds is assumed",
                "text": f"The maker states {sound['stated_dba']:g} dB for the {unit['name']} but not where that level holds. "
                f"It is read here {wording.read_at(sound['reading'])}, which is ASSUMED. The report becomes FINAL when the "
                "maker’s data sheet or a measurement says where the level holds and the assessment is run again with that.",
            }
        )
    if document["unverified"]:
        found.append(
            {
                "short": "numbers not read in their source",
                "text": f"{rule_words.unverified(document)}. The report becomes FINAL when they were read there.",
            }
        )
    return found


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
            rule_words.EVIDENCE.get(ordinance["evidence"], ordinance["evidence"])
            if ordinance
            else "no limit to compare with",
        ],
        [
            "Measured",
            rule_words.measured(ordinance["measured"], document["environment"]["receptor_height_m"])
            if ordinance
            else "at the receptors",
        ],
        ["Runs", rule_words.runs(document["operation"], ordinance)[0][1]],
        ["Sound", f"{read}: sound power {quantities.level(sound['power_dba'])} dB(A) a unit"],
        ["Ground", quantities.ground(site["elevation"])],
    ]


def _verdict(document: Document) -> Document:
    verdict, layout = document["verdict"], document["layout"]
    step = quantities.length(layout["step_m"])
    return {
        "state": verdict["state"],
        "headline": judgement.headline(verdict).capitalize(),
        "meaning": _meaning(verdict["state"]),
        "reasons": verdict["reasons"][:REASONS_SHOWN],
        "more": verdict["reasons"][REASONS_SHOWN:],
        "count": wording.counted(layout),
        "count_why": f"The bound is set by {wording.bound_by(layout)}: "
        f"no layout with more keeps the rules on this lattice of {step}.",
        "accuracy": _accuracy(document),
    }


def _meaning(state: str) -> str:
    """What the state of a whole study says, with the words that the marginal ones leave out."""
    meaning = judgement.STATES[state]
    said = (
        meaning if state in ("PASS", "UNKNOWN") else f"the limit is exceeded with a probability of {meaning}"
    )
    return f"{said}, or what was asked has no room" if state == "FAIL" else said


def _accuracy(document: Document) -> str:
    worst = document["worst"]
    if not worst or worst["margin_db"] is None:
        return ""
    return (
        f"At the worst point the margin is {quantities.margin(worst['margin_db'])} dB, and the standard deviation of the level "
        f"there {quantities.level(worst['sigma_db'])} dB."
    )


def _unit_facts(document: Document) -> str:
    unit = document["unit"]
    sides = [unit[key] for key in ("length_m", "width_m", "height_m")]
    feet, metres = map(quantities.feet_inches, sides), (f"{side:.2f}" for side in sides)
    return (
        f"{unit['name']} (maker: {unit['maker']}): {unit['kw']:g} kW on {', '.join(unit['fuels'])}; "
        f"{' × '.join(feet)} ({' × '.join(metres)} m) long, wide and high; "
        f"{quantities.mass(unit['mass_kg'])}. {unit['floor_load']}"
    )


def _nothing_heard(document: Document) -> str:
    if document["layout"]["units"] == 0:
        return "No unit is placed, so there is no level to take apart."
    return "No receptor lies near enough, so no level was computed."


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
