"""The words that people read, the same in every sentence, table, map and report; numbers are those of `siting.quantities`."""

from typing import Any

from siting import quantities
from siting.model import FOOT_M

Row = dict[str, Any]

ORIGINS = {
    "given": "given by the user",
    "file": "stated in its file",
    "template": "from a template",
    "assumed": "ASSUMED",
}
TAKEN = {
    "setback": "setbacks from the lot line",
    "buildings": "buildings with their distance",
    "openings": "openings with their distance",
    "slope": "ground that is too steep",
    "aisle": "the aisle, or ground that it cannot reach,",
    "items": "other things in the yard",
    "clearance": "clearances",
}


def short_crs(text: str) -> str:
    """A CRS by its code or, where it is a text of its own, by its name.

    Examples
    --------
    >>> short_crs("EPSG:2249"), short_crs('PROJCRS["Town grid",BASEGEOGCRS["NAD83"]]')
    ('EPSG:2249', 'Town grid')
    """
    return text.split('"')[1] if '"' in text else text


def unit_list(ids: list[str]) -> str:
    """Units by their numbers, runs of them shortened.

    Examples
    --------
    >>> unit_list(["U1", "U2", "U3", "U5", "U7", "U8"]), unit_list([])
    ('U1–U3, U5, U7, U8', 'none')
    """
    runs: list[list[int]] = []
    for number in sorted(int(name.removeprefix("U")) for name in ids):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [f"U{r[0]}–U{r[-1]}" if len(r) > 2 else ", ".join(f"U{n}" for n in r) for r in runs]
    return ", ".join(parts) or "none"


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


def taken(areas: dict[str, float]) -> str:
    """What rules took from a lot (m²) in words, in their order; empty where they took nothing."""
    return ", ".join(
        f"{TAKEN.get(rule, rule)} {quantities.area(m2)}" for rule, m2 in areas.items() if m2 > 0.05
    )


def units(count: int) -> str:
    """How many units.

    Examples
    --------
    >>> units(1), units(6)
    ('1 unit', '6 units')
    """
    return f"{count:,} unit" if count == 1 else f"{count:,} units"


def metric(name: str) -> str:
    """What a limit is a limit of.

    Examples
    --------
    >>> metric("dba"), metric("63"), metric("75-150")
    ('dB(A)', '63 Hz band', '75–150 Hz band')
    """
    return {"dba": "dB(A)", "dbc": "dB(C)"}.get(name) or f"{name.replace('-', '–')} Hz band"


def heard(level_db: float | None, metric_name: str, statistic: str) -> str:
    """A level with its metric and its statistic.

    Examples
    --------
    >>> heard(52.31, "dba", "L50"), heard(71.2, "63", "level")
    ('L50 52.3 dB(A)', '63 Hz band 71.2 dB')
    """
    said = "" if statistic == "level" else f"{statistic} "
    number = quantities.level(level_db)
    if metric_name in ("dba", "dbc"):
        return f"{said}{number} {metric(metric_name)}"
    return f"{metric(metric_name)} {said}{number} dB"


def spectrum(name: str) -> str:
    """A spectrum as people say it.

    Examples
    --------
    >>> spectrum("gas_engine")
    'gas engine'
    """
    return name.replace("_", " ")


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
