"""The words and numbers that people read, the same in every sentence, table, map and report.

Feet and metres stand side by side, levels are printed to a tenth, and what is not known is said in words.
"""

import math
from typing import Any

from kernels.bands import A_WEIGHTING_DB
from siting.model import FOOT_M

Row = dict[str, Any]

POUND_KG = 0.45359237
VERDICTS = {"PASS": "allowed", "FAIL": "not allowed", "UNKNOWN": "cannot be known"}
ORIGINS = {
    "given": "given by the user",
    "file": "stated in its file",
    "template": "from a template",
    "assumed": "ASSUMED",
}


def feet_inches(metres: float) -> str:
    """Length in feet and whole inches, rounded down by more than 0.04 in, so that a distance kept is never overstated.

    Examples
    --------
    >>> feet_inches(3.048), feet_inches(0.9), feet_inches(0.0)
    ('10′-0″', '2′-11″', '0′-0″')
    """
    inches = math.floor(metres / FOOT_M * 12 + 0.04)
    return f"{inches // 12:,}′-{inches % 12}″"


def length(metres: float | None) -> str:
    """Length in feet, inches and metres.

    Examples
    --------
    >>> length(1.5), length(None)
    ('4′-11″ (1.50 m)', '—')
    """
    return "—" if metres is None else f"{feet_inches(metres)} ({metres:.2f} m)"


def area(square_metres: float) -> str:
    """Area in square feet and square metres.

    Examples
    --------
    >>> area(92.90304)
    '1,000 sq ft (92.9 m²)'
    """
    return f"{square_metres / FOOT_M**2:,.0f} sq ft ({square_metres:,.1f} m²)"


def ground(elevation: dict[str, float] | None) -> str:
    """The heights of the lot's ground and its steepest slope."""
    if not elevation:
        return "no terrain given"
    low, high, slope = elevation["min_m"], elevation["max_m"], elevation["steepest_pct"]
    return f"{low / FOOT_M:,.0f} to {high / FOOT_M:,.0f} ft ({low:,.1f} to {high:,.1f} m), steepest {slope:.0f} %"


def mass(kilograms: float) -> str:
    """Mass in pounds and kilograms.

    Examples
    --------
    >>> mass(700.0)
    '1,543 lb (700 kg)'
    """
    return f"{kilograms / POUND_KG:,.0f} lb ({kilograms:,.0f} kg)"


def power(kilowatts: float) -> str:
    """An electric power, to a tenth of a kilowatt where it is not whole.

    Examples
    --------
    >>> power(1234567.0), power(450.5)
    ('1,234,567 kW', '450.5 kW')
    """
    return f"{kilowatts:,.1f}".removesuffix(".0") + " kW"


def level(level_db: float | None) -> str:
    """A level to a tenth of a decibel; a dash where nothing is heard."""
    return "—" if level_db is None else f"{level_db:.1f}"


def limit(limit_dba: float | None) -> str:
    """A limit as the ordinance writes it.

    Examples
    --------
    >>> limit(52.0), limit(52.5), limit(None)
    ('52', '52.5', 'not known')
    """
    return "not known" if limit_dba is None else f"{limit_dba:g}"


def signed(value: float, places: int) -> str:
    """A number with a true minus sign."""
    return f"{value:.{places}f}".replace("-", "−")


def margin(margin_db: float | None) -> str:
    """Limit minus level with its sign; decimals grow where one would hide on which side of the limit the level lies.

    Examples
    --------
    >>> margin(3.21), margin(-0.04), margin(-0.0001), margin(0.0), margin(None)
    ('+3.2', '−0.04', 'over by less than 0.001', '0.0', 'not known')
    """
    if margin_db is None:
        return "not known"
    if margin_db == 0:
        return "0.0"
    places = _places(margin_db)
    if places is None:
        return f"{'over' if margin_db < 0 else 'under'} by less than 0.001"
    return f"{'+' if margin_db > 0 else ''}{signed(margin_db, places)}"


def side(margin_db: float) -> str:
    """On which side of its limit a level lies, as a part of a sentence.

    Examples
    --------
    >>> side(3.21), side(-0.04), side(1e-9), side(0.0)
    ('3.2 dB below', '0.04 dB over', 'less than 0.001 dB below', 'exactly at')
    """
    if margin_db == 0:
        return "exactly at"
    places = _places(margin_db)
    much = "less than 0.001" if places is None else f"{abs(margin_db):.{places}f}"
    return f"{much} dB {'over' if margin_db < 0 else 'below'}"


def _places(value: float) -> int | None:
    """Decimals, one to three, at which a number does not read as zero."""
    return next((places for places in (1, 2, 3) if round(value, places)), None)


def levels(row: Row) -> dict[str, str]:
    """Level, limit and margin of a receptor's row; without a unit there is no margin."""
    return {
        "level": level(row["level_dba"]),
        "limit": limit(row["limit_dba"]),
        "margin": "—" if row["level_dba"] is None else margin(row["margin_db"]),
    }


def worst_margin(row: Row) -> str:
    """The smallest margin under one reading; without a unit there is none."""
    return "—" if row["units"] == 0 else margin(row["worst_margin_db"])


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
        return f"{power(question['load_kw'])}{spare}"
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
