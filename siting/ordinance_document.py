"""An ordinance as data in the study document: every number with its section, its source and whether it was read there."""

import math
from dataclasses import asdict
from typing import Any

from siting.explain import explain
from siting.law import Hours, Limit, Ordinance

Document = dict[str, Any]
ELSEWHERE = (  # parts of the explanation that stand in the document under keys of their own, or that are for the terminal
    "What a permit needs beside levels",
    "Rules that are not applied",
    "Numbers that were not read in their source",
    "What a verdict needs from you",
    "Notes",
)


def ordinance_document(ordinance: Ordinance) -> Document:
    """The ordinance as JSON-ready data, its rules in plain sentences too."""
    return {
        **{key: getattr(ordinance, key) for key in ("id", "place", "code", "title", "url", "evidence")},
        "measured": _cited(ordinance.measured),
        "averaging_minutes": ordinance.averaging_minutes,
        "where_zones_meet": ordinance.where_zones_meet,
        "periods": [
            {"name": period.name, "hours": list(map(hours_text, period.hours))}
            for period in ordinance.periods
        ],
        "limits": list(map(_limit, ordinance.limits)),
        "allowances": list(map(_cited, ordinance.allowances)),
        "tone": _cited(ordinance.tone),
        "ambient": _ambient(ordinance),
        "near_homes": _cited(ordinance.near_homes),
        "standby": _standby(ordinance),
        "setback": _cited(ordinance.setback),
        "side_setbacks": {side: _cited(rule) for side, rule in ordinance.side_setbacks},
        "building_distance": _cited(ordinance.building_distance),
        "rules": [
            {"heading": part.heading, "sentences": list(part.sentences)}
            for part in explain(ordinance, cited=True)
            if part.heading not in ELSEWHERE
        ],
        "conditions": list(ordinance.conditions),
        "not_applied": list(ordinance.not_applied),
    }


def hours_text(hours: Hours) -> str:
    """Hours as an ordinance file writes them: days and from when to when."""
    return f"{hours.days} {hours.start}-{hours.end}"


def _cited(rule: Any) -> Any:
    """A rule of the code with its citation beside its numbers; None where the code has none."""
    if rule is None:
        return None
    values = asdict(rule)
    cited = values.pop("cited")
    return {**{key: list(v) if isinstance(v, tuple) else v for key, v in values.items()}, **cited}


def _limit(limit: Limit) -> Document:
    """A limit; `stated` says whether there is a number, the code sets none, or it was not read."""
    stated = "none" if limit.limit_db == math.inf else "not read" if math.isnan(limit.limit_db) else "number"
    return {**_cited(limit), "limit_db": limit.limit_db if stated == "number" else None, "stated": stated}


def _ambient(ordinance: Ordinance) -> Any:
    rule = ordinance.ambient
    return None if rule is None else {**_cited(rule), "plus_db": dict(rule.plus_db)}


def _standby(ordinance: Ordinance) -> Any:
    rule = ordinance.standby
    return None if rule is None else {**_cited(rule), "testing": list(map(hours_text, rule.testing))}
