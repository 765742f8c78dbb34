"""The worst point of a study taken apart: the terms of each unit, the sum that is the level, and what the method claims."""

from typing import Any

from kernels.bands import A_WEIGHTING_DB, NOMINAL_HZ
from kernels.decibel import energy_sum
from siting import wording

Document = dict[str, Any]


def worst_point(document: Document, shown: int) -> Document | None:
    """Rows of the arithmetic, the `shown` loudest units in full, the rest as one sum; None where nothing is heard."""
    worst = document["worst"]
    if not worst:
        return None
    terms = sorted(worst["terms"], key=lambda term: (-term["level_dba"], term["unit"]))
    rest = [term["level_dba"] for term in terms[shown:]]
    limit = (
        "its limit is not known"
        if worst["limit_dba"] is None
        else f"limit {wording.limit(worst['limit_dba'])} dB(A)"
    )
    place = wording.place(worst["receptor"], worst["neighbour"])
    total = float(energy_sum([term["level_dba"] for term in terms]))
    others = [[f"{wording.units(len(rest))} more, each no louder, together", _dba(rest)]] if rest else []
    return {
        "title": f"Receptor {place}, {wording.period(worst['period'])}: {worst['level_dba']:.1f} dB(A), {limit}",
        "bands": [f"{hz:g} Hz" if hz < 1000 else f"{hz / 1000:g} kHz" for hz in NOMINAL_HZ],
        "units": [_unit_terms(term) for term in terms[:shown]],
        "sums": [
            *others,
            [f"Energy sum of {wording.units(len(terms))}: the level in the tables", f"{total:.2f} dB(A)"],
        ],
    }


def _dba(levels_dba: list[float]) -> str:
    return f"{float(energy_sum(levels_dba)):.2f} dB(A)"


def _unit_terms(term: Document) -> Document:
    weighted = [
        level + weight for level, weight in zip(term["level_db"], A_WEIGHTING_DB.tolist(), strict=True)
    ]
    rows = [
        ("Sound power Lw", term["power_db"], ""),
        ("− divergence Adiv", [term["divergence_db"]] * len(NOMINAL_HZ), ""),
        ("− air Aatm", term["air_db"], ""),
        ("− ground Agr", term["ground_db"], ""),
        ("= level L", term["level_db"], ""),
        ("+ A-weighting", A_WEIGHTING_DB.tolist(), ""),
        ("= A-weighted level", weighted, f"{term['level_dba']:.2f}"),
    ]
    return {
        "title": f"{term['unit']}: {wording.length(term['distance_m'])}, in plan {term['plan_distance_m']:.2f} m",
        "rows": [
            [name, *(wording.signed(value, 2) for value in values), total] for name, values, total in rows
        ],
    }


def accuracy(document: Document) -> str:
    """What the standard claims for the worst point (ISO 9613-2:1996, Table 5): by mean height and distance."""
    worst = document["worst"]
    row = next(row for row in document["receptors"] if row["id"] == worst["receptor"])
    mean_height_m = (document["unit"]["source_height_m"] + row["height_m"]) / 2
    farthest_m = max(term["distance_m"] for term in worst["terms"])
    if mean_height_m >= 30 or farthest_m >= 1000:
        return "ISO 9613-2 states no accuracy for this height or distance."
    claimed = 1 if mean_height_m >= 5 and farthest_m < 100 else 3
    return f"ISO 9613-2 states its own accuracy here as ±{claimed} dB; no margin below that is certain."


def method(document: Document) -> list[str]:
    """The method in sentences, with the accuracy where a level was computed."""
    sound = document["sound"]
    return [
        "Octave bands 63 Hz to 8 kHz by ISO 9613-2:1996 with the general method for the ground, made unique by "
        "ISO/TR 17534-3:2015; air absorption by ISO 9613-1:1993; flat ground. Levels hold for wind from the units to the "
        "receptor, and every unit runs at once.",
        f"Octave shape of the sound power: “{sound['spectrum']}” ({sound['spectrum_origin']}). A stated level becomes sound "
        "power over the box-shaped measurement surface of ISO 3744.",
        *([accuracy(document)] if document["worst"] else []),
    ]
