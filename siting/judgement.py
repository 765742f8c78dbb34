"""A level against its limit in words: the metric and the statistic, the margin and its probability, the state and the place."""

import math
from typing import Any

from kernels.bands import A_WEIGHTING_DB
from siting import quantities
from siting.wording import heard, metric, short_crs

Row = dict[str, Any]

STATES = {
    "PASS": "the limit is exceeded with a probability of at most 5 %",
    "MARGINAL PASS": "at most 50 %",
    "MARGINAL FAIL": "at most 95 %",
    "FAIL": "more than 95 %",
    "UNKNOWN": "a limit is not known",
}
SIGNS = {
    "PASS": "●",
    "MARGINAL PASS": "○",
    "MARGINAL FAIL": "△",
    "FAIL": "▲",
    "UNKNOWN": "?",
}  # hollow: marginal
SEVERITY = {"NONE": 0, "PASS": 1, "MARGINAL PASS": 2, "UNKNOWN": 3, "MARGINAL FAIL": 4, "FAIL": 5}


def headline(verdict: Row) -> str:
    """Whether a permit can be given, at which confidence.

    Examples
    --------
    >>> headline({"state": "MARGINAL PASS", "allowed": False, "confidence": 0.95})
    'not allowed at 95 % confidence'
    >>> headline({"state": "UNKNOWN", "allowed": False, "confidence": 0.95})
    'cannot be known'
    """
    if verdict["state"] == "UNKNOWN":
        return "cannot be known"
    return f"{'' if verdict['allowed'] else 'not '}allowed at {quantities.percent(verdict['confidence'])} confidence"


def compared(row: Row) -> str:
    """The quantity that a rule compares.

    Examples
    --------
    >>> compared({"metric": "dba", "statistic": "level"}), compared({"metric": "63", "statistic": "L50"})
    ('dB(A)', '63 Hz band, L50')
    """
    return metric(row["metric"]) + ("" if row["statistic"] == "level" else f", {row['statistic']}")


def named_level(row: Row) -> str:
    """A row's level with its metric and its statistic."""
    return heard(row["level_db"], row["metric"], row["statistic"])


def levels(row: Row) -> dict[str, str]:
    """Level, limit, margin and probability of exceedance of a receptor's row; in silence there is no margin."""
    free = row["limit_db"] is None and row["state"] != "UNKNOWN"
    silent = row["level_db"] is None or free
    return {
        "level": quantities.level(row["level_db"]),
        "limit": "none" if free else quantities.limit(row["limit_db"]),
        "margin": "—" if silent else quantities.margin(row["margin_db"]),
        "chance": "—" if silent else quantities.chance(row["p_exceed"]),
    }


def worst_margin(row: Row) -> str:
    """The smallest margin under one reading; without a unit there is none."""
    return "—" if row["units"] == 0 else quantities.margin(row["worst_margin_db"])


def judgement(row: Row) -> str:
    """A receptor's row in a line: level, limit, margin, probability of exceedance and state."""
    said = levels(row)
    if row["level_db"] is None:
        return f"{compared(row)}: no sound, limit {said['limit']}"
    if row["limit_db"] is None:
        return f"{named_level(row)}, limit {said['limit']}: {row['state']}"
    return f"{named_level(row)}, limit {said['limit']}, margin {said['margin']} dB, P(exceed) {said['chance']}: {row['state']}"


def is_worst(document: Row, row: Row) -> bool:
    """Whether a receptor's row is the one that the study calls its worst."""
    worst, keys = document["worst"], ("period", "metric", "statistic", "limit_db")
    return bool(worst) and row["id"] == worst["receptor"] and all(row[key] == worst[key] for key in keys)


def spot(row: Row) -> dict[str, str]:
    """Where a receptor is: in the coordinates of the parcel file, and in degrees.

    Examples
    --------
    >>> spot({"file_x": 987451.397, "file_y": 213915.3766, "lon": -73.98844498, "lat": 40.7538242})
    {'file': '987451.40, 213915.38', 'degrees': '40.753824, -73.988445'}
    """
    places = 2 if max(abs(row["file_x"]), abs(row["file_y"])) > 360 else 7  # a file in degrees
    return {
        "file": f"{row['file_x']:.{places}f}, {row['file_y']:.{places}f}",
        "degrees": f"{row['lat']:.6f}, {row['lon']:.6f}",
    }


def located(document: Row, row: Row) -> str:
    """Where a receptor is, as a sentence's part that names the coordinates."""
    crs = next((facts["crs"] for facts in document["inputs"] if facts["role"] == "parcels"), None)
    said, file = spot(row), f" ({short_crs(crs)})" if crs else ""
    return (
        f"x, y {said['file']} in the parcel file{file}; latitude, longitude {said['degrees']}; "
        f"{quantities.length(row['height_m'])} above ground"
    )


def screened(path: Row) -> str:
    """What screening takes from the A-weighted level of a path; a dash where nothing is in its way.

    Examples
    --------
    >>> bare = {"level_db": [None] * 7 + [60.0], "level_dba": 58.9, "terms": {"screening_db": [0.0] * 8}}
    >>> screened(bare), screened({**bare, "terms": {"screening_db": [0.0] * 7 + [12.3]}})
    ('—', '12.3')
    """
    screening = path["terms"]["screening_db"]
    if not any(screening):
        return "—"
    bands = zip(path["level_db"], screening, A_WEIGHTING_DB.tolist(), strict=True)
    energy = sum(10 ** ((level + taken + weight) / 10) for level, taken, weight in bands if level is not None)
    return f"{10 * math.log10(energy) - path['level_dba']:.1f}"
