"""The worst point of a study taken apart: the terms of each path, the sum that is the level, and what the method claims."""

import math
from itertools import accumulate
from typing import Any

from kernels.bands import A_WEIGHTING_DB, NOMINAL_HZ
from kernels.decibel import energy_sum
from siting import quantities, wording
from siting.judgement import judgement, located
from siting.rule_words import governing

Document = dict[str, Any]
BANDS = tuple(f"{hz:g}" for hz in NOMINAL_HZ)
HAIR_DB = 0.005  # what two ways of adding the same energies may differ by
PLAIN_ROWS = 7  # of a path over open land


def worst_point(document: Document, shown: int) -> Document | None:
    """Rows of the arithmetic, the loudest paths in full, the rest as one sum; None where nothing is heard.

    Parameters
    ----------
    shown : int
        How many paths over open land find room; those past buildings have a row or two more, so fewer of them do.
    """
    worst = document["worst"]
    if not worst:
        return None
    paths = sorted(worst["paths"], key=lambda path: (-path["level_dba"], path["source"], path["via"] or ""))
    parts = [_path(path) for path in paths]
    room = list(accumulate(len(part["rows"]) for part in parts))
    fits = max(1, sum(rows <= shown * PLAIN_ROWS for rows in room))
    rest = [path["level_dba"] for path in paths[fits:]]
    place = wording.place(worst["receptor"], worst["neighbour"])
    total = float(energy_sum([path["level_dba"] for path in paths]))
    units = {unit["id"] for unit in document["layout"]["placed"]}
    plain = all(path["kind"] == "direct" and path["source"] in units for path in paths)
    others = [[f"{_counted(len(rest), plain)} more, each no louder, together", _dba(rest)]] if rest else []
    return {
        "title": f"Receptor {place}, {wording.period(worst['period'])}: {judgement(worst)}",
        "about": [f"{located(document, worst)}.", *([f"{said}."] if (said := governing(worst)) else [])],
        "bands": [f"{hz:g} Hz" if hz < 1000 else f"{hz / 1000:g} kHz" for hz in NOMINAL_HZ],
        "units": parts[:fits],
        "sums": [
            *others,
            *_sums(document, paths, total, _counted(len(paths), plain)),
        ],
    }


def _sums(document: Document, paths: list[Document], total: float, counted: str) -> list[list[str]]:
    """The steps from the paths to what the rule compares: the sum, the band that it names, its statistic, other machines."""
    worst = document["worst"]
    first, steady, unit, rows = f"Energy sum of {counted}", total, "dB(A)", []
    if worst["metric"] in BANDS:
        k = BANDS.index(worst["metric"])
        heard = [path["level_db"][k] for path in paths]
        steady, unit = float(energy_sum([-math.inf if level is None else level for level in heard])), "dB"
        rows.append(
            [f"In the {wording.metric(worst['metric'])}, in which the rule compares", f"{steady:.2f} dB"]
        )
    elif worst["metric"] != "dba":
        name = wording.metric(worst["metric"])
        said = wording.heard(worst["level_db"], worst["metric"], worst["statistic"])
        return [
            [first, f"{total:.2f} dB(A)"],
            [f"In {name}, in which the rule compares, from the nine octave bands", said],
        ]
    if abs(worst["level_db"] - steady) > HAIR_DB:
        shift = f"{quantities.signed(worst['level_db'] - steady, 2)} dB to the level while the units run"
        rows.append([f"Compared as {worst['statistic']}, {shift}", f"{worst['level_db']:.2f} {unit}"])
    rows = [[first, f"{total:.2f} dB(A)"], *rows]
    return [*rows[:-1], [f"{rows[-1][0]}: the level in the tables", rows[-1][1]]]


def _counted(count: int, plain: bool) -> str:
    """How many units, or paths where a unit has more than one."""
    return wording.units(count) if plain else f"{count:,} path{'' if count == 1 else 's'}"


def _dba(levels_dba: list[float]) -> str:
    return f"{float(energy_sum(levels_dba)):.2f} dB(A)"


def _path(path: Document) -> Document:
    """One path's rows; directivity and screening only where there is any, the loss of a reflection only on reflected paths."""
    terms = path["terms"]
    weighted = [
        None if level is None else level + weight
        for level, weight in zip(path["level_db"], A_WEIGHTING_DB.tolist(), strict=True)
    ]
    rows = [
        ("Sound power Lw", terms["power_db"], ""),
        *([("+ directivity Dc", terms["directivity_db"], "")] if any(terms["directivity_db"]) else []),
        ("− divergence Adiv", [terms["divergence_db"]] * len(NOMINAL_HZ), ""),
        ("− air Aatm", terms["air_db"], ""),
        ("− ground Agr", terms["ground_db"], ""),
        *([("− screening Abar", terms["screening_db"], "")] if any(terms["screening_db"]) else []),
        *([("− reflection loss", terms["reflection_db"], "")] if path["kind"] == "reflection" else []),
        ("= level L", path["level_db"], ""),
        ("+ A-weighting", A_WEIGHTING_DB.tolist(), ""),
        ("= A-weighted level", weighted, f"{path['level_dba']:.2f}"),
    ]
    way = f" by way of {path['via']}" if path["via"] else ""
    far = f"{quantities.length(terms['distance_m'])}, in plan {terms['plan_distance_m']:.2f} m"
    return {
        "title": f"{path['source']}{way}: {far}",
        "rows": [
            [name, *("—" if value is None else quantities.signed(value, 2) for value in values), total]
            for name, values, total in rows
        ],
    }


def accuracy(document: Document) -> str:
    """What the standard claims for the worst point (ISO 9613-2:1996, Table 5): by mean height and distance."""
    worst = document["worst"]
    mean_height_m = (document["unit"]["source_height_m"] + worst["height_m"]) / 2
    farthest_m = max(path["terms"]["distance_m"] for path in worst["paths"])
    if mean_height_m >= 30 or farthest_m >= 1000:
        return "ISO 9613-2 states no accuracy for this height or distance."
    claimed = 1 if mean_height_m >= 5 and farthest_m < 100 else 3
    return f"ISO 9613-2 states its own accuracy here as ±{claimed} dB; the standard deviation of the method says how it is taken."


def method(document: Document) -> list[str]:
    """The method in sentences, with the accuracy where a level was computed."""
    sound = document["sound"]
    below = (
        "an edge below the line of sight screens as the standard has it"
        if document["environment"]["edges_below_sight"]
        else "only edges that break the line of sight screen"
    )
    return [
        "Octave bands 63 Hz to 8 kHz by ISO 9613-2:1996 with all its terms, made unique by ISO/TR 17534-3:2015: divergence, air "
        "absorption by ISO 9613-1:1993, the general method for the ground, screening over and round buildings and terrain "
        f"({below}), reflection once at façades. Levels hold for wind from the units to the receptor; every unit runs at once. "
        "The 31.5 Hz octave, which the standard leaves out, is carried as the 63 Hz octave, where a rule needs it.",
        f"Octave shape of the sound power: “{wording.spectrum(sound['spectrum'])}” "
        f"({wording.ORIGINS[sound['spectrum_origin']]}). A stated level becomes sound power over the box-shaped measurement "
        "surface of ISO 3744.",
        *([accuracy(document)] if document["worst"] else []),
    ]
