"""The official cases of ISO/TR 17534-3:2015, through their scenes."""

import dataclasses
import math
from typing import Any

import numpy as np

from conformity.lines import BANDS, CASES, Case, Line, eight, heard, number, scene, single
from kernels.bands import A_WEIGHTING_DB
from kernels.ways import Path, Ways, find_ways, make_room
from siting.levels import levels
from siting.parts import ReceiverLevel
from siting.scene.prepared import prepare

WITHIN = 0.05
PRINTED = 0.01  # one unit of the last digit in which lengths and terms are printed
RULE_BANDS = {"T09": (0, 1)}  # the bands in which a case needs the rule of eight times off
RULE_REASON = "the report keeps both ways round here, so the case needs the 8× rule off, which is the default"
NO_OUTPUT = "not among the program's terms; the ground factor of each region is"


def cases() -> list[Case]:
    """T01 to T16, as far as their numbers are at hand."""
    return [official(name) for name in CASES if name.startswith("TR17534-3")]


def official(name: str) -> Case:
    """One official case, band by band; where something screens with the rule of eight times, too."""
    case = CASES[name]
    expected, short = case["expected"], name.removeprefix("TR17534-3_")
    (off,), (on,) = heard(name), levels(dataclasses.replace(scene(name), lateral_rule_8x=True))
    lines = level_lines(expected, off)
    if "Abar_dB" in expected:
        lines += rule_lines(expected, on, RULE_BANDS.get(short, ()))
    lines += intermediates(name, off)
    return Case(short, case["title"], (name,), tuple(lines), note=remark(short, on, expected))


def level_lines(expected: dict[str, Any], found: ReceiverLevel) -> list[Line]:
    """Levels, A-weighted levels, screening and the total, as the program is set by default."""
    lines = [
        Line("L", tuple(expected["L_dB"]), eight(found.level_db), WITHIN),
        Line("L_A", tuple(expected["LA_dB"]), eight(found.level_db + A_WEIGHTING_DB), WITHIN),
    ]
    if "Abar_dB" in expected:
        screening = eight(found.paths[0].terms.screening_db)
        lines.append(Line("Abar", tuple(expected["Abar_dB"]), screening, WITHIN))
    return [*lines, single("L_A, total", expected["LA_total"], found.level_dba, WITHIN)]


def rule_lines(expected: dict[str, Any], found: ReceiverLevel, without: tuple[int, ...]) -> list[Line]:
    """Levels, screening and the total with the rule of eight times on; bands `without` need it off."""
    reasons = tuple(RULE_REASON if band in without else None for band in range(len(BANDS)))
    screening = eight(found.paths[0].terms.screening_db)
    return [
        Line("L, 8× rule on", tuple(expected["L_dB"]), eight(found.level_db), WITHIN, reasons),
        Line("Abar, 8× rule on", tuple(expected["Abar_dB"]), screening, WITHIN, reasons),
        single("L_A, total, 8× rule on", expected["LA_total"], found.level_dba, WITHIN),
    ]


def remark(short: str, on: ReceiverLevel, expected: dict[str, Any]) -> str:
    """What the rule of eight times does to the two cases that turn on it."""
    if short == "T08":
        return "T08 holds with the 8× rule off, the default, and with it on."
    if short != "T09":
        return ""
    missed = [
        f"{number(abs(have - want))} dB at {band} Hz"
        for band, have, want in zip(BANDS, on.level_db, expected["L_dB"], strict=True)
        if abs(have - want) > WITHIN
    ]
    return (
        "T09 holds with the 8× rule off, the default. With the rule on, the way round the far end of the wall is dropped and the "
        f"case would miss by {' and '.join(missed)}."
    )


def intermediates(name: str, found: ReceiverLevel) -> list[Line]:
    """The terms that the report prints beside the levels."""
    given = CASES[name]["expected"].get("intermediate", {})
    terms = found.paths[0].terms
    have = {
        "dp": terms.plan_distance_m, "d3": terms.distance_m, "direct": terms.distance_m, "Adiv": terms.divergence_db,
        "q": -terms.ground_middle_db[0] / 3, "Agr": terms.ground_db, "Aatm": terms.air_db, "Agr_s": terms.ground_source_db,
        "Agr_r": terms.ground_receiver_db, "Agr_m": terms.ground_middle_db, "Gs": terms.g_source, "Gm": terms.g_middle,
        "Gr": terms.g_receiver, "D_Omega": terms.solid_angle_db,
        "total_unweighted": 10 * math.log10(np.sum(10 ** (found.level_db / 10))),
    }  # fmt: skip
    if "hm" in given:
        have |= {"Agr": terms.ground_db[0], "hm": terms.mean_height_m}
    lines = []
    for key, value in given.items():
        if key in ("top", "left", "right"):
            lines += way_lines(name, key, value)
        elif key in ("region_lengths", "segment_lengths"):
            lines += [single(f"{key} {n}", v, math.nan, PRINTED, NO_OUTPUT) for n, v in enumerate(value, 1)]
        elif isinstance(value, list):
            lines.append(Line(key, tuple(value), eight(have[key]), PRINTED))
        else:
            lines.append(single(key, value, have[key], WITHIN if key == "total_unweighted" else PRINTED))
    return lines


def way_lines(name: str, side: str, printed: dict[str, float]) -> list[Line]:
    """Length, dss, dsr, e, z and Kmet of one way."""
    ways, direct = find(name)
    way = getattr(ways, side)
    have = {
        "length": direct + way.detour, "dss": way.first, "dsr": way.last, "e": way.thickness, "z": way.detour,
        "Kmet": ways.kmet if side == "top" else 1.0,
    }  # fmt: skip
    return [single(f"{side}, {key}", value, have[key], PRINTED) for key, value in printed.items()]


def find(name: str) -> tuple[Ways, float]:
    """The ways that the program takes past the objects of a scene, and the straight distance."""
    prepared = prepare(scene(name))
    screens = prepared.medium.screens
    (x, y, z, _, _), receiver = prepared.sources[0], prepared.scene.receivers[0]
    ends = (float(x), float(y), float(z), receiver.x_m, receiver.y_m, float(receiver.z_m or 0.0))
    return find_ways(Path(*ends, False, 0.0, 0.0), screens, make_room(screens)), math.dist(ends[:3], ends[3:])
