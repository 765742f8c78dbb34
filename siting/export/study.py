"""A study as data: the document that map, package and batch read."""

from dataclasses import asdict
from typing import Any

from kernels.decibel import energy_sum
from siting import __version__
from siting.export.values import finite, geometry, listed
from siting.export.yard import items, placing, runs, search, sides
from siting.fuel import floor_load
from siting.mitigation.document import mitigation_document
from siting.ordinance_document import ordinance_document
from siting.outcome import PathTerms, PlacedUnit, ReceptorLevel, Study
from siting.verdict import worst_of_each_neighbour, worst_row

Document = dict[str, Any]


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
        "placing": placing(study),
        "ordinance": None if study.ordinance is None else ordinance_document(study.ordinance),
        "site": _site(study),
        "layout": _layout(study),
        "items": items(study),
        "runs": runs(study),
        "search": search(study),
        "mitigation": mitigation_document(study.mitigation),
        "receptors": list(map(_row, study.levels)),
        "neighbours": list(map(_row, worst_of_each_neighbour(study.levels))),
        "worst": None if worst is None or not study.worst_terms else _worst(study, worst),
        "periods": [listed(answer) for answer in study.periods],
        "zones": [asdict(count) for count in study.zones],
        "readings": [asdict(reading) for reading in study.readings],
        "deviations": [listed(deviation) for deviation in study.deviations],
        "existing": [listed(machine) for machine in study.existing],
        "unverified": list(study.unverified),
        "warnings": list(study.warnings),
        "assumptions": [asdict(assumption) for assumption in study.assumptions],
        "notes": list(study.notes),
        "inputs": [dict(facts) for facts in study.inputs],
    }


def _unit(study: Study) -> Document:
    unit = asdict(study.unit)
    for key in ("sound", "assumptions", "source"):
        del unit[key]
    return {**unit, "fuels": list(study.unit.fuels), "floor_load": floor_load(study.unit)}


def _row(row: ReceptorLevel) -> Document:
    """A receptor's row; a deviation that is not known (the 31.5 Hz octave of a sheet without it) is null."""
    return {**row._asdict(), "sigma_db": finite(row.sigma_db)}


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
        "lot": geometry(site.lot),
        "buildable": geometry(site.buildable),
        "buildings": [geometry(b) for b in site.buildings],
        "keep_outs": [geometry(k) for k in site.keep_outs],
        "walls": [geometry(wall) for wall in site.walls],
        "openings": [geometry(opening) for opening in site.openings],
        "building_distances_m": list(site.building_distances_m),
        "opening_distance_m": site.opening_distance_m,
        "sides": sides(site),
        "street": geometry(site.street),
        "neighbours": [
            {"id": n.id, "zone": n.zone, "geometry": geometry(n.geometry)} for n in study.neighbours
        ],
        "elevation": site.elevation,
    }


def _layout(study: Study) -> Document:
    unit, found = study.unit, study.search
    return {
        "units": len(study.placed),
        "bound": study.bound,
        "bound_by": study.bound_by,
        "gap": found.gap if found else None,
        "status": found.status if found else None,
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
        "body": geometry(placed.body),
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
    values = {key: finite(value) for key, value in asdict(path).items()}
    own = ("source", "kind", "via", "level_db", "level_dba")
    return {
        "source": path.source,
        "kind": path.kind,
        "via": path.via,
        "terms": {key: value for key, value in values.items() if key not in own},
        "level_db": values["level_db"],
        "level_dba": values["level_dba"],
    }
