"""Whether a study says one thing throughout: rows, verdict, layout, readings and the worst point's arithmetic agree."""

import math
from collections.abc import Iterator
from typing import Any

from kernels.bands import NOMINAL_HZ
from kernels.decibel import a_weighted_total, energy_sum
from siting.judgement import SEVERITY, STATES, is_worst
from siting.placing_words import STATUS

Document = dict[str, Any]
TOLERANCE_DB = 0.005
ROUNDING = 1e-6  # of a probability
MOST = {"PASS": 0.05, "MARGINAL PASS": 0.5, "MARGINAL FAIL": 0.95, "FAIL": 1.0}
BANDS = tuple(f"{hz:g}" for hz in NOMINAL_HZ)


def contradiction(document: Document) -> str:
    """The first contradiction in a study, as a part of a sentence; empty where there is none."""
    checks = (_rows, _layout, _search, _verdict, _readings, _periods, _zones, _worst)
    return next((found for check in checks for found in check(document)), "")


def _rows(document: Document) -> Iterator[str]:
    """Margin, probability and state of every row follow from its level, its limit and its standard deviation."""
    for row in document["receptors"]:
        level, limit, margin = row["level_db"], row["limit_db"], row["margin_db"]
        known = level is not None and limit is not None
        if known != (margin is not None) or (known and abs(limit - level - margin) > TOLERANCE_DB):
            yield f'receptor "{row["id"]}" has level {level}, limit {limit} and margin {margin}'
        chance = row["p_exceed"]
        if known and not _likely(margin, row["sigma_db"], chance):
            yield f'receptor "{row["id"]}" has margin {margin}, deviation {row["sigma_db"]} and probability {chance}'
        if row["state"] not in STATES or (chance is None) != (row["state"] == "UNKNOWN") or not _follows(row):
            yield f'receptor "{row["id"]}" is {row["state"]} with a probability of {chance}'


def _likely(margin_db: float, sigma_db: float | None, p_exceed: float | None) -> bool:
    """Whether a probability of exceedance is that of a normal deviation."""
    if p_exceed is None or sigma_db is None:
        return p_exceed is None and sigma_db is None
    if sigma_db == 0:
        return p_exceed == (0.0 if margin_db >= 0 else 1.0)
    return abs(0.5 * math.erfc(margin_db / sigma_db / math.sqrt(2)) - p_exceed) <= ROUNDING


def _follows(row: Document) -> bool:
    """Whether a state is that of its probability."""
    if row["p_exceed"] is None:
        return row["state"] == "UNKNOWN"
    first = next(state for state, most in MOST.items() if row["p_exceed"] <= most + ROUNDING)
    last = next((state for state, most in MOST.items() if row["p_exceed"] <= most - ROUNDING), "FAIL")
    return row["state"] in (first, last)  # on the very edge either


def _layout(document: Document) -> Iterator[str]:
    placed, units = len(document["layout"]["placed"]), document["layout"]["units"]
    if placed != units:
        yield f"the layout says {units} units and lists {placed}"


def _search(document: Document) -> Iterator[str]:
    """The gap is that of number and bound, and a limit that binds has the level of its row."""
    layout, search = document["layout"], document["search"]
    units, bound, gap, status = (layout[key] for key in ("units", "bound", "gap", "status"))
    if (search is None) != (status is None) or status not in (None, *STATUS):
        yield f'the layout is "{status}" and {"no" if search is None else "a"} search is told'
        return
    if search is None:
        return
    if status != "asked" and abs(gap - (bound - units) / max(bound, 1)) > ROUNDING:
        yield f"the layout has a gap of {gap} with {units} units and a bound of {bound}"
    if status == "optimal" and units != bound:
        yield f"the layout is optimal with {units} units and a bound of {bound}"
    keys = ("period", "metric", "statistic", "limit_db")
    for row in search["binding"]:
        there = [
            r
            for r in document["receptors"]
            if r["id"] == row["receptor"] and all(r[k] == row[k] for k in keys)
        ]
        if there and not _near(there[0]["level_db"], row["level_db"]):
            yield f'the limit that binds at "{row["receptor"]}" has another level than its row'


def _verdict(document: Document) -> Iterator[str]:
    """Nothing reads as allowed that the rows do not allow; what is not known is never milder than UNKNOWN."""
    verdict, rows = document["verdict"], document["receptors"]
    state = verdict["state"]
    worst = max((row["state"] for row in rows), key=SEVERITY.__getitem__, default="UNKNOWN")
    if state not in STATES or SEVERITY[state] < SEVERITY[worst]:
        yield f"the verdict is {state} and a receptor is {worst}"
    if verdict["confidence"] != document["operation"]["confidence"]:
        yield f"the verdict is for a confidence of {verdict['confidence']}, not of {document['operation']['confidence']}"
    if not verdict["allowed"]:
        return
    likely = [
        row["p_exceed"]
        for row in rows
        if row["p_exceed"] is None or row["p_exceed"] > 1 - verdict["confidence"] + ROUNDING
    ]
    if likely or not rows or not document["layout"]["units"] or state in ("UNKNOWN", "FAIL"):
        yield f"it says allowed at a confidence of {verdict['confidence']} and is {state}, {len(likely)} rows being less sure"


def _readings(document: Document) -> Iterator[str]:
    """The reading that is used is the layout's."""
    used = [row for row in document["readings"] if row["chosen"]]
    if len(used) != 1:
        yield f"{len(used)} readings are marked as the one that is used"
        return
    layout, verdict, sound = document["layout"], document["verdict"], document["sound"]
    here = (
        sound["reading"],
        sound["spectrum"],
        layout["units"],
        layout["bound"],
        verdict["state"],
        verdict["allowed"],
    )
    keys = ("reading", "spectrum", "units", "bound", "state", "allowed")
    if tuple(used[0][key] for key in keys) != here:
        yield f"the used reading says {', '.join(str(used[0][key]) for key in keys)} and the study {', '.join(map(str, here))}"


def _periods(document: Document) -> Iterator[str]:
    """What may run in a period is a part of what is placed."""
    placed = {unit["id"] for unit in document["layout"]["placed"]}
    for row in document["periods"]:
        ids = set(row["unit_ids"])
        if (row["units"] or 0) != len(ids) or len(ids) != len(row["unit_ids"]) or not ids <= placed:
            yield f'period "{row["period"]}" lets {row["units"]} units run and names {len(ids)} of them'


def _zones(document: Document) -> Iterator[str]:
    """The counts of each zone of the map hold at least the receptors and neighbours that are listed there."""
    listed: dict[str | None, tuple[set[str], set[str]]] = {}
    for row in document["receptors"] if document["zones"] else []:
        receptors, neighbours = listed.setdefault(row["zone"], (set(), set()))
        receptors.add(row["id"])
        neighbours.add(row["neighbour"])
    for zone, (receptors, neighbours) in listed.items():
        counted = [row for row in document["zones"] if row["zone"] == zone]
        most = sum(row["receptors"] for row in counted)
        if most < len(receptors) or sum(row["neighbours"] for row in counted) < len(neighbours):
            yield f"{len(receptors)} receptors are listed in zone {zone} and {most} counted"


def _worst(document: Document) -> Iterator[str]:
    """The worst point is one of the rows, and its level the energy sum of its paths, each the sum of its terms."""
    worst = document["worst"]
    if worst is None:
        return
    rows = [row for row in document["receptors"] if is_worst(document, row)]
    keys = ("x", "y", "height_m", "file_x", "file_y", "lon", "lat")
    if (
        not rows
        or any(rows[0][k] != worst[k] for k in keys)
        or not _near(rows[0]["level_db"], worst["level_db"])
    ):
        yield f'the worst point "{worst["receptor"]}" and its row among the receptors differ'
        return
    for way in worst["paths"]:
        if way["level_dba"] is None or not _adds_up(way):
            yield f"the terms of {way['source']} do not add up to its {way['level_dba']} dB(A)"
            return
    total = float(energy_sum([way["level_dba"] for way in worst["paths"]]))
    if not abs(total - worst["level_dba"]) <= TOLERANCE_DB:
        yield f"the paths add up to {total:.2f} dB(A) and the worst point has {worst['level_dba']:.2f} dB(A)"
    yield from _compared(worst)


def _near(one: float | None, other: float | None) -> bool:
    return one == other or (one is not None and other is not None and abs(one - other) <= TOLERANCE_DB)


def _compared(worst: Document) -> Iterator[str]:
    """A steady level in dB(A) or in a band is what the paths add up to there."""
    if worst["statistic"] != "level" or worst["metric"] not in ("dba", *BANDS):
        return
    levels = [
        way["level_dba"] if worst["metric"] == "dba" else way["level_db"][BANDS.index(worst["metric"])]
        for way in worst["paths"]
    ]
    total = float(energy_sum([-math.inf if level is None else level for level in levels]))
    if not abs(total - worst["level_db"]) <= TOLERANCE_DB:
        yield f"the paths add up to {total:.2f} dB and the worst point is compared at {worst['level_db']:.2f} dB"


def _adds_up(way: Document) -> bool:
    """Whether the terms of a path come to its levels; a band without a value is one that nothing sends back."""
    terms = way["terms"]
    names = ("power_db", "directivity_db", "air_db", "ground_db", "screening_db", "reflection_db")
    level = []
    for power, directivity, *losses in zip(*(terms[name] for name in names), strict=True):
        silent = None in losses
        level.append(-math.inf if silent else power + directivity - terms["divergence_db"] - sum(losses))
    said = [-math.inf if value is None else value for value in way["level_db"]]
    same = all(a == b or abs(a - b) <= TOLERANCE_DB for a, b in zip(level, said, strict=True))
    return same and abs(float(a_weighted_total(level)) - way["level_dba"]) <= TOLERANCE_DB
