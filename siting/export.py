"""A study as data: the document that map, package and batch read, and its files as text."""

import csv
import io
import json
import math
from dataclasses import asdict
from typing import Any

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from kernels.decibel import energy_sum
from siting import __version__, wording
from siting.ordinance_document import ordinance_document
from siting.outcome import PathTerms, PlacedUnit, ReceptorLevel, Study
from siting.verdict import worst_of_each_neighbour, worst_row

Document = dict[str, Any]
COLUMNS = ReceptorLevel._fields


def document(study: Study) -> Document:
    """The study as JSON-ready data; geometry in the site's working CRS, levels at full precision."""
    worst = worst_row(study.levels)
    return {
        "siting": {"version": __version__},
        "question": asdict(study.question),
        "verdict": _verdict(study),
        "unit": _unit(study),
        "sound": _sound(study),
        "environment": asdict(study.environment),
        "operation": {**asdict(study.operation), "ambient_dba": dict(study.operation.ambient_dba)},
        "ordinance": None if study.ordinance is None else ordinance_document(study.ordinance),
        "site": _site(study),
        "layout": _layout(study),
        "receptors": list(map(_row, study.levels)),
        "neighbours": list(map(_row, worst_of_each_neighbour(study.levels))),
        "worst": None if worst is None or not study.worst_terms else _worst(study, worst),
        "periods": [_listed(answer) for answer in study.periods],
        "zones": [asdict(count) for count in study.zones],
        "readings": [asdict(reading) for reading in study.readings],
        "deviations": [_listed(deviation) for deviation in study.deviations],
        "existing": [_listed(machine) for machine in study.existing],
        "unverified": list(study.unverified),
        "warnings": list(study.warnings),
        "assumptions": [asdict(assumption) for assumption in study.assumptions],
        "notes": list(study.notes),
        "inputs": [dict(facts) for facts in study.inputs],
    }


def dumps(data: Document) -> str:
    """JSON text, the same for the same study."""
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def study_files(data: Document) -> dict[str, str]:
    """Name and text of each data file in a study's folder."""
    return {
        "study.json": dumps(data),
        "layout.geojson": dumps(layout_geojson(data)),
        "receptors.geojson": dumps(receptors_geojson(data)),
        "receptors.csv": receptors_csv(data),
    }


def layout_geojson(data: Document) -> Document:
    """One polygon a unit, its body, in the site's CRS."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "kind": "unit",
                "id": placed["id"],
                "rotation_deg": placed["rotation_deg"],
                "x_m": placed["x_m"],
                "y_m": placed["y_m"],
                "elevation_m": placed["elevation_m"],
            },
            "geometry": placed["body"],
        }
        for placed in data["layout"]["placed"]
    ]
    return _collection(data, features)


def receptors_geojson(data: Document) -> Document:
    """One point a receptor and rule, in the site's CRS, with every column of `receptors.csv`."""
    features = [
        {
            "type": "Feature",
            "properties": row,
            "geometry": {"type": "Point", "coordinates": [row["x"], row["y"]]},
        }
        for row in data["receptors"]
    ]
    return _collection(data, features)


def receptors_csv(data: Document) -> str:
    """The receptors' rows as CSV; a value that is not known is an empty cell."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(data["receptors"])
    return text.getvalue()


def _collection(data: Document, features: list[Document]) -> Document:
    """A FeatureCollection that names its CRS."""
    return {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": wording.crs_urn(data["site"]["crs"])}},
        "features": features,
    }


def _unit(study: Study) -> Document:
    unit = asdict(study.unit)
    for key in ("sound", "assumptions", "source"):
        del unit[key]
    return {**unit, "fuels": list(study.unit.fuels)}


def _row(row: ReceptorLevel) -> Document:
    """A receptor's row; a deviation that is not known (the 31.5 Hz octave of a sheet without it) is null."""
    return {**row._asdict(), "sigma_db": _finite(row.sigma_db)}


def _verdict(study: Study) -> Document:
    verdict = study.verdict
    return {
        "state": verdict.state,
        "allowed": verdict.allowed,
        "confidence": study.operation.confidence,
        "reasons": list(verdict.reasons),
    }


def _sound(study: Study) -> Document:
    stated, sound = study.unit.sound, study.sound
    return {
        "stated_dba": stated.level_dba,
        "stated_at": stated.stated_at,
        "reading": sound.reading,
        "origin": sound.origin,
        "power_db": list(sound.power_db),
        "power_31_db": sound.power_31_db,
        "power_dba": sound.power_dba,
        "spectrum": sound.spectrum,
        "spectrum_origin": stated.shape_origin,
        "tolerance_db": stated.tolerance_db,
    }


def _site(study: Study) -> Document:
    site = study.site
    return {
        "id": site.id,
        "crs": site.crs,
        "crs_name": site.crs_name,
        "area_m2": site.lot.area,
        "buildable_area_m2": site.buildable.area,
        "taken_m2": dict(site.taken_m2),
        "lot": _geometry(site.lot),
        "buildable": _geometry(site.buildable),
        "buildings": [_geometry(b) for b in site.buildings],
        "keep_outs": [_geometry(k) for k in site.keep_outs],
        "neighbours": [
            {"id": n.id, "zone": n.zone, "geometry": _geometry(n.geometry)} for n in study.neighbours
        ],
        "elevation": site.elevation,
    }


def _layout(study: Study) -> Document:
    unit = study.unit
    return {
        "units": len(study.placed),
        "bound": study.bound,
        "bound_by": study.bound_by,
        "kw": len(study.placed) * unit.kw,
        "area_m2": len(study.placed) * unit.length_m * unit.width_m,
        "step_m": study.step_m,
        "placed": [_placed(placed) for placed in study.placed],
    }


def _placed(placed: PlacedUnit) -> Document:
    return {
        "id": placed.id,
        "x_m": placed.x_m,
        "y_m": placed.y_m,
        "rotation_deg": placed.rotation_deg,
        "elevation_m": placed.elevation_m,
        "body": _geometry(placed.body),
    }


def _worst(study: Study, row: ReceptorLevel) -> Document:
    """The row nearest to its limit with the arithmetic behind it, which is A-weighted whatever the row compares."""
    values = _row(row)
    for key in ("id", "zone", "zone_class"):
        del values[key]
    return {
        "receptor": row.id,
        **values,
        "level_dba": float(energy_sum([path.level_dba for path in study.worst_terms])),
        "paths": [_path(path) for path in study.worst_terms],
    }


def _path(path: PathTerms) -> Document:
    """One path as `siting levels --json` has it, with its A-weighted level; null where nothing is sent back."""
    values = {key: _finite(value) for key, value in asdict(path).items()}
    own = ("source", "kind", "via", "level_db", "level_dba")
    return {
        "source": path.source,
        "kind": path.kind,
        "via": path.via,
        "terms": {key: value for key, value in values.items() if key not in own},
        "level_db": values["level_db"],
        "level_dba": values["level_dba"],
    }


def _listed(record: Any) -> Document:
    """A frozen record with lists for tuples; what is not finite is null."""
    return {key: _finite(value) for key, value in asdict(record).items()}


def _finite(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_finite(item) for item in value]
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _geometry(geometry: BaseGeometry) -> Document:
    """GeoJSON geometry, coordinates to a tenth of a millimetre."""
    return json.loads(json.dumps(mapping(shapely.set_precision(geometry, 0.0001, mode="pointwise"))))
