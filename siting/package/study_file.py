"""A study's folder read back: `study.json` whole and consistent, and the layers beside it still saying the same."""

import csv
import io
import json
import math
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from siting import __version__
from siting.errors import InputError
from siting.package.contradictions import contradiction

Document = dict[str, Any]
Values = dict[Any, tuple[Any, ...]]
ROW = (
    "id neighbour zone zone_class period metric statistic level_db limit_db margin_db sigma_db p_exceed state x y height_m "
    "file_x file_y lon lat"
)
REQUIRED = {
    "": "siting question verdict unit sound environment operation placing ordinance site layout items runs search receptors "
    "mitigation neighbours worst periods zones readings deviations existing unverified warnings assumptions notes inputs",
    "siting": "version",
    "question": "mode units load_kw spare",
    "verdict": "state allowed confidence reasons",
    "unit": "id name maker kw fuels mass_kg length_m width_m height_m source_height_m clearance floor_load",
    "unit.clearance": "front_m right_m back_m left_m",
    "environment": "temperature_c humidity_pct pressure_kpa ground_g receptor_height_m edges_below_sight",
    "operation": "use minutes_per_hour tone ambient_dba confidence accept_unverified",
    "placing": "step_m step_ft front rear max_slope_pct aisle_m aisle_ft distances fuel items service_points time_limit_s",
    "placing.service_points[]": "kind lon lat x y",
    "sound": "stated_dba stated_at reading origin power_db power_31_db power_dba spectrum spectrum_origin tolerance_db",
    "ordinance": "id place code title url evidence measured averaging_minutes where_zones_meet periods limits allowances tone "
    "ambient near_homes standby setback side_setbacks building_distance rules conditions not_applied",
    "ordinance.measured": "at distance_m height_m section source read",
    "ordinance.periods[]": "name hours",
    "ordinance.limits[]": "zone source_zone period metric statistic limit_db stated cap section source read",
    "ordinance.rules[]": "heading sentences",
    "site": "id crs crs_name area_m2 buildable_area_m2 taken_m2 lot buildable buildings keep_outs walls openings "
    "building_distances_m opening_distance_m sides street neighbours elevation",
    "site.sides[]": "kind compass setback_m why line",
    "site.neighbours[]": "id zone geometry",
    "layout": "units bound bound_by gap status kw area_m2 step_m placed",
    "layout.placed[]": "id x_m y_m rotation_deg elevation_m body",
    "items[]": "id name length_m width_m height_m clearance distances power_db power_dba source_height_m x_m y_m rotation_deg "
    "body",
    "items[].clearance": "front_m right_m back_m left_m",
    "items[].distances": "lot_line_m building_m opening_m unit_m",
    "runs[]": "kind nearest_m farthest_m tree_m",
    "search": "binding one_more",
    "search.binding[]": "receptor neighbour side distance_m period metric statistic limit_db planned_db level_db over_db",
    "mitigation": "goal allowed remedies no_help frontier runs notes costs",
    "mitigation.remedies[]": "kind size sentence units state margin_db cost",
    "receptors[]": ROW,
    "neighbours[]": ROW,
    "worst": "receptor neighbour period metric statistic level_db limit_db margin_db sigma_db p_exceed state level_dba x y "
    "height_m file_x file_y lon lat paths",
    "worst.paths[]": "source kind via terms level_db level_dba",
    "worst.paths[].terms": "distance_m plan_distance_m power_db directivity_db divergence_db air_db ground_db screening_db "
    "reflection_db",
    "periods[]": "period hours units unit_ids state",
    "zones[]": "zone zone_class receptors neighbours",
    "readings[]": "reading spectrum chosen power_dba state allowed units bound worst_margin_db worst_metric state_dba",
    "deviations[]": "part sigma_db metrics_db reason",
    "existing[]": "id x y height_m power_db power_dba",
    "assumptions[]": "name value origin reason",
    "inputs[]": "role path layer crs features sha256 notes",
}
MAY_BE_NULL = ("ordinance", "worst", "search", "mitigation")
NUMBERS = ("_m", "_m2", "_db", "_dba", "_deg", "_kg", "_kw", "_pct")
PLAIN_NUMBERS = ("x", "y", "kw", "file_x", "file_y", "lon", "lat", "p_exceed", "confidence")


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
    found = contradiction(document)
    if found:
        raise InputError(
            f'"{path}" contradicts itself: {found}; it was edited or is damaged, run the assessment again.'
        )
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
            if row.get("kind") in ("unit", "item")
        }
        placed = (*document["layout"]["placed"], *document["items"])
        said: Values = {thing["id"]: (thing["x_m"], thing["y_m"]) for thing in placed}
        _compare(found, said, 0.01, "body", path)
    levels = _levels(document["receptors"])
    for name, read in (("receptors.geojson", _features), ("receptors.csv", _csv_rows)):
        if name in files:
            path = folder / name
            _compare(
                _levels(read(files[name], path)), levels, 0.0501, "receptor", path
            )  # a file may round its levels to 0.1 dB


def _levels(rows: list[Document]) -> Values:
    """The level of every receptor under every rule; rules that are alike but for their limit are counted through."""
    found: Values = {}
    for row in rows:
        key = tuple(row.get(name) for name in ("id", "period", "metric", "statistic"))
        number = next(n for n in count() if (*key, n) not in found)
        found[*key, number] = (row.get("level_db"),)
    return found


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
        if isinstance(key, str) and key != "state_dba" and (key.endswith(NUMBERS) or key in PLAIN_NUMBERS):
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


def _features(raw: bytes, path: Path) -> list[Document]:
    try:
        return [feature["properties"] for feature in json.loads(raw)["features"]]
    except (ValueError, KeyError, TypeError):
        raise InputError(f'"{path}" is not a GeoJSON layer any more; run the assessment again.') from None


def _csv_rows(raw: bytes, path: Path) -> list[Document]:
    try:
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
        return [{**row, "level_db": float(row["level_db"]) if row["level_db"] else None} for row in rows]
    except (ValueError, KeyError, TypeError):
        raise InputError(
            f'"{path}" is not the study\'s table any more (columns id, period, metric, statistic, level_db); '
            "run the assessment again."
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
