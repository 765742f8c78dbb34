"""A study's folder read back: `study.json` whole and consistent, and the layers beside it still saying the same."""

import csv
import io
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernels.decibel import a_weighted_total, energy_sum
from siting import __version__
from siting.errors import InputError

Document = dict[str, Any]
Values = dict[Any, tuple[Any, ...]]
TOLERANCE_DB = 0.005
REQUIRED = {
    "": "siting question verdict unit sound environment ordinance site layout receptors neighbours worst readings assumptions "
    "notes inputs",
    "siting": "version",
    "question": "mode units load_kw spare",
    "verdict": "state reasons",
    "unit": "id name maker kw fuels mass_kg length_m width_m height_m source_height_m clearance",
    "unit.clearance": "front_m right_m back_m left_m",
    "environment": "temperature_c humidity_pct pressure_kpa ground_g receptor_height_m edges_below_sight",
    "sound": "stated_dba stated_at reading origin power_db power_dba spectrum spectrum_origin",
    "ordinance": "id place code title url evidence measured_at periods limits setback_m building_distance_m not_applied",
    "ordinance.periods[]": "name start end",
    "site": "id crs crs_name area_m2 buildable_area_m2 taken_m2 lot buildable buildings keep_outs neighbours elevation",
    "site.neighbours[]": "id zone geometry",
    "layout": "units bound bound_by kw area_m2 step_m placed",
    "layout.placed[]": "id x_m y_m rotation_deg elevation_m body",
    "receptors[]": "id neighbour zone zone_class period level_dba limit_dba margin_db state x y height_m",
    "neighbours[]": "id neighbour zone zone_class period level_dba limit_dba margin_db state x y height_m",
    "worst": "receptor neighbour period limit_dba level_dba paths",
    "worst.paths[]": "source kind via terms level_db level_dba",
    "worst.paths[].terms": "distance_m plan_distance_m power_db directivity_db divergence_db air_db ground_db screening_db "
    "reflection_db",
    "readings[]": "reading chosen power_dba state units bound worst_margin_db",
    "assumptions[]": "name value origin reason",
    "inputs[]": "role path layer crs features sha256 notes",
}
MAY_BE_NULL = ("ordinance", "worst")
NUMBERS = ("_m", "_m2", "_db", "_dba", "_deg", "_kg", "_kw", "_pct")
STATES = ("PASS", "FAIL", "UNKNOWN")


def read_study(folder: Path) -> tuple[Document, bytes]:
    """The study document of a folder and the bytes it was read from.

    Raises
    ------
    InputError
        There is no `study.json`, it is not a study, a key is missing, or its numbers contradict each other.
    """
    path = folder / "study.json"
    if not path.is_file():
        raise InputError(
            f'"{folder}" holds no study.json; name the folder that "siting assess ... -o" wrote.'
        )
    raw = path.read_bytes()
    try:
        document = json.loads(raw, parse_constant=_refuse_constant)
    except ValueError as error:  # bad JSON and bad UTF-8 alike
        raise InputError(f'"{path}" is not a study: {error}; run the assessment again.') from None
    if not isinstance(document, dict) or not isinstance(document.get("siting"), dict):
        raise InputError(
            f'"{path}" is not a study: it has no key "siting"; name the folder that "siting assess ... -o" wrote.'
        )
    _check_keys(document, path)
    _check_numbers(document, path)
    _check_verdict(document, path)
    _check_arithmetic(document, path)
    return document, raw


def check_layers(document: Document, files: dict[str, bytes], folder: Path) -> None:
    """Compare the layers beside `study.json` with it.

    Raises
    ------
    InputError
        `layout.geojson`, `receptors.geojson` or `receptors.csv` has other units, receptors or levels than the study.
    """
    if "layout.geojson" in files:
        path = folder / "layout.geojson"
        found: Values = {
            row.get("id"): (row.get("x_m"), row.get("y_m"))
            for row in _features(files["layout.geojson"], path)
        }
        said: Values = {unit["id"]: (unit["x_m"], unit["y_m"]) for unit in document["layout"]["placed"]}
        _compare(found, said, 0.01, "unit", path)
    levels: Values = {(row["id"], row["period"]): (row["level_dba"],) for row in document["receptors"]}
    for name, read in (("receptors.geojson", _features), ("receptors.csv", _csv_rows)):
        if name in files:
            path = folder / name
            rows: Values = {
                (r.get("id"), r.get("period")): (r.get("level_dba"),) for r in read(files[name], path)
            }
            _compare(rows, levels, 0.0501, "receptor", path)  # a file may round its levels to 0.1 dB


def _refuse_constant(name: str) -> None:
    raise ValueError(f"it holds {name} where a number belongs")


def _nodes(document: Document, path: str) -> Iterator[tuple[str, Any]]:
    """Each place that a path like `layout.placed[]` names, with its own name."""
    found: list[tuple[str, Any]] = [("", document)]
    for step in path.split(".") if path else []:
        key = step.removesuffix("[]")
        found = [
            (f"{name}.{key}".lstrip("."), node[key])
            for name, node in found
            if not (key in MAY_BE_NULL and node[key] is None)
        ]
        if step.endswith("[]"):
            found = [(f"{name}[{i}]", item) for name, node in found for i, item in enumerate(node)]
    yield from found


def _check_keys(document: Document, path: Path) -> None:
    writer = document["siting"].get("version", "of unknown version")
    for place, keys in REQUIRED.items():
        lists = {
            p.split(".")[-1].removesuffix("[]")
            for p in REQUIRED
            if p.endswith("[]") and p.rpartition(".")[0] == place
        }
        for name, node in _nodes(document, place):
            for key in [""] if not isinstance(node, dict) else keys.split():
                full = f"{name}.{key}".strip(".")
                if not key or key not in node or (key in lists and not isinstance(node[key], list)):
                    raise InputError(
                        f'"{path}" was written by siting {writer} and lacks "{full}" as siting {__version__} writes it; '
                        "run the assessment again with this version."
                    )


def _check_numbers(node: Any, path: Path, name: str = "") -> None:
    """Every value whose name ends in a unit of measure is a number, a list of numbers, or null."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        full = f"{name}[{key}]" if isinstance(key, int) else f"{name}.{key}".lstrip(".")
        if isinstance(key, str) and (key.endswith(NUMBERS) or key in ("x", "y", "kw")):
            values = (
                value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
            )
            if not all(v is None or _is_number(v) for v in values):
                raise InputError(
                    f'"{path}" has {json.dumps(value)[:60]} at "{full}" where a number belongs; run the assessment again.'
                )
        elif key != "coordinates":
            _check_numbers(value, path, full)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _check_verdict(document: Document, path: Path) -> None:
    """The verdict follows from the rows: nothing reads as allowed that the rows do not allow."""
    rows = document["receptors"]
    for row in rows:
        level, limit, margin = row["level_dba"], row["limit_dba"], row["margin_db"]
        known = level is not None and limit is not None
        if known != (margin is not None) or (known and abs(limit - level - margin) > TOLERANCE_DB):
            raise _edited(
                path, f'receptor "{row["id"]}" has level {level}, limit {limit} and margin {margin}'
            )
        if row["state"] not in STATES or (
            row["state"] == "PASS" and level is not None and (margin is None or margin < 0)
        ):
            raise _edited(path, f'receptor "{row["id"]}" is {row["state"]} with margin {margin}')
    placed, units = len(document["layout"]["placed"]), document["layout"]["units"]
    if placed != units:
        raise _edited(path, f"the layout says {units} units and lists {placed}")
    state = document["verdict"]["state"]
    if state not in STATES or (
        state == "PASS" and not (rows and all(row["state"] == "PASS" for row in rows))
    ):
        raise _edited(path, f"the verdict is {state} and not every receptor is PASS")


def _check_arithmetic(document: Document, path: Path) -> None:
    """The worst point's level is the energy sum of its paths, and each path the sum of its terms."""
    worst = document["worst"]
    if worst is None:
        return
    rows = [
        row
        for row in document["receptors"]
        if (row["id"], row["period"]) == (worst["receptor"], worst["period"])
    ]
    if len(rows) != 1 or abs(rows[0]["level_dba"] - worst["level_dba"]) > TOLERANCE_DB:
        raise _edited(path, f'the worst point "{worst["receptor"]}" and its row among the receptors differ')
    for way in worst["paths"]:
        if way["level_dba"] is None or not _adds_up(way):
            raise _edited(path, f"the terms of {way['source']} do not add up to its {way['level_dba']} dB(A)")
    total = float(energy_sum([way["level_dba"] for way in worst["paths"]]))
    if not abs(total - worst["level_dba"]) <= TOLERANCE_DB:
        raise _edited(
            path,
            f"the paths add up to {total:.2f} dB(A) and the worst point has {worst['level_dba']:.2f} dB(A)",
        )


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


def _edited(path: Path, found: str) -> InputError:
    return InputError(
        f'"{path}" contradicts itself: {found}; it was edited or is damaged, run the assessment again.'
    )


def _features(raw: bytes, path: Path) -> list[Document]:
    try:
        return [feature["properties"] for feature in json.loads(raw)["features"]]
    except (ValueError, KeyError, TypeError):
        raise InputError(f'"{path}" is not a GeoJSON layer any more; run the assessment again.') from None


def _csv_rows(raw: bytes, path: Path) -> list[Document]:
    try:
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
        return [{**row, "level_dba": float(row["level_dba"]) if row["level_dba"] else None} for row in rows]
    except (ValueError, KeyError, TypeError):
        raise InputError(
            f'"{path}" is not the study\'s table any more (columns id, period, level_dba); run the assessment again.'
        ) from None


def _compare(found: Values, said: Values, tolerance: float, thing: str, path: Path) -> None:
    """Same keys and, within the tolerance, same numbers."""
    differing = [key for key in said if key in found and not _same(found[key], said[key], tolerance)]
    odd = sorted({str(key) for key in found.keys() ^ said.keys()} | {str(key) for key in differing})
    if odd:
        raise InputError(
            f'"{path}" differs from study.json ({len(found)} against {len(said)} rows; first at {thing} {odd[0]}): '
            "it was edited or is from another run, run the assessment again."
        )


def _same(found: tuple[Any, ...], said: tuple[Any, ...], tolerance: float) -> bool:
    return all(
        (a is None and b is None) or (_is_number(a) and _is_number(b) and abs(a - b) <= tolerance)
        for a, b in zip(found, said, strict=True)
    )
