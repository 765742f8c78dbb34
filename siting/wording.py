"""The words that people read, the same in every sentence, table, map and report; numbers are those of `siting.quantities`."""

import math
from typing import Any

from kernels.bands import A_WEIGHTING_DB
from siting import quantities
from siting.model import FOOT_M

Row = dict[str, Any]

VERDICTS = {"PASS": "allowed", "FAIL": "not allowed", "UNKNOWN": "cannot be known"}
ORIGINS = {
    "given": "given by the user",
    "file": "stated in its file",
    "template": "from a template",
    "assumed": "ASSUMED",
}


def levels(row: Row) -> dict[str, str]:
    """Level, limit and margin of a receptor's row; without a unit there is no margin."""
    return {
        "level": quantities.level(row["level_dba"]),
        "limit": quantities.limit(row["limit_dba"]),
        "margin": "—" if row["level_dba"] is None else quantities.margin(row["margin_db"]),
    }


def worst_margin(row: Row) -> str:
    """The smallest margin under one reading; without a unit there is none."""
    return "—" if row["units"] == 0 else quantities.margin(row["worst_margin_db"])


def judgement(row: Row) -> str:
    """A receptor's row in a line: level, limit, margin and state."""
    said = levels(row)
    if row["level_dba"] is None:
        return f"no unit placed, limit {said['limit']}"
    if row["limit_dba"] is None:
        return f"{said['level']} dB(A), limit not known: {row['state']}"
    return f"{said['level']} dB(A), limit {said['limit']}, margin {said['margin']} dB: {row['state']}"


def reading(name: str) -> str:
    """Where a level is stated, in both units.

    Examples
    --------
    >>> reading("7m"), reading("3ft"), reading("power")
    ('7 m (23 ft)', '3 ft (0.91 m)', 'sound power')
    """
    if name == "power":
        return "sound power"
    if name.endswith("ft"):
        return f"{float(name[:-2]):g} ft ({float(name[:-2]) * FOOT_M:.2g} m)"
    return f"{float(name[:-1]):g} m ({float(name[:-1]) / FOOT_M:.2g} ft)"


def read_at(name: str) -> str:
    """How a stated level is read.

    Examples
    --------
    >>> read_at("7m"), read_at("power")
    ('at 7 m (23 ft)', 'as sound power')
    """
    return f"{'as' if name == 'power' else 'at'} {reading(name)}"


def asked(question: Row) -> str:
    """What was asked.

    Examples
    --------
    >>> asked({"mode": "load", "load_kw": 1000.0, "spare": 1})
    '1,000 kW with 1 unit to spare'
    """
    if question["mode"] == "max":
        return "as many units as allowed"
    if question["mode"] == "load":
        spare = f" with {units(question['spare'])} to spare" if question["spare"] else ""
        return f"{quantities.power(question['load_kw'])}{spare}"
    return units(question["units"])


def counted(layout: Row) -> str:
    """How many units stand and how many could.

    Examples
    --------
    >>> counted({"units": 6, "bound": 9}), counted({"units": 6, "bound": 2})
    ('6 placed, at most 9', '6 placed, at most 2 allowed')
    """
    over = " allowed" if layout["units"] > layout["bound"] else ""
    return f"{layout['units']:,} placed, at most {layout['bound']:,}{over}"


def bound_by(layout: Row) -> str:
    """What sets the upper bound."""
    name = layout["bound_by"]
    return "the space on the lot" if name == "space" else f"noise at receptor {name}"


def zone(row: Row) -> str:
    """The zone on the map and, where it is called otherwise, the class of the ordinance that it belongs to.

    Examples
    --------
    >>> zone({"zone": "C-1", "zone_class": "residential"}), zone({"zone": None, "zone_class": None})
    ('C-1 (residential)', 'no zone known')
    """
    if row["zone_class"] == "*":
        return row["zone"] or zone_class("*")
    own = f" ({row['zone_class']})" if row["zone_class"] not in (None, row["zone"]) else ""
    return (row["zone"] or "no zone known") + own


def zone_class(name: str) -> str:
    """A class of zones as people say it: "*" holds for any zone."""
    return "any zone" if name == "*" else name


def period(name: str) -> str:
    """A period as people say it; a study without an ordinance has the one period "any"."""
    return "any time" if name == "any" else name


def units(count: int) -> str:
    """How many units.

    Examples
    --------
    >>> units(1), units(6)
    ('1 unit', '6 units')
    """
    return f"{count:,} unit" if count == 1 else f"{count:,} units"


def place(receptor: str, neighbour: str) -> str:
    """A receptor with its neighbour, which most ids of receptors begin with.

    Examples
    --------
    >>> place("12-031/4", "12-031"), place("P1", "12-031")
    ('12-031/4', 'P1 of 12-031')
    """
    return receptor if receptor.startswith(neighbour) else f"{receptor} of {neighbour}"


def way(path: Row) -> str:
    """How sound comes along a path of the worst point.

    Examples
    --------
    >>> way({"kind": "direct", "via": None}), way({"kind": "reflection", "via": "B12"})
    ('direct', 'reflected by building B12')
    """
    return "direct" if path["kind"] == "direct" else f"reflected by building {path['via']}"


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


def crs_urn(text: str) -> str:
    """A CRS, EPSG:N or WKT, as GeoJSON names it: EPSG codes as OGC URNs, which GIS programs read.

    Examples
    --------
    >>> crs_urn("EPSG:2249")
    'urn:ogc:def:crs:EPSG::2249'
    """
    return f"urn:ogc:def:crs:EPSG::{text[5:]}" if text.startswith("EPSG:") else text


def file_name(path: str) -> str:
    r"""A file's name without its folders, which are the preparer's own; the manifest has the path as it was given.

    Examples
    --------
    >>> file_name("town/lots.gpkg"), file_name(r"C:\maps\lots.gpkg")
    ('lots.gpkg', 'lots.gpkg')
    """
    return path.replace("\\", "/").rpartition("/")[2]
