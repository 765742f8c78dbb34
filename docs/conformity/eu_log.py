"""The run log of the EU reference software (CSTB for the JRC), row by row, and which of its conventions differ."""

import math
from typing import Any

import numpy as np

from conformity.lines import BANDS, CASES, NONE, Case, Line, eight, heard, number, single, table
from kernels.air import absorption_db_per_m
from kernels.bands import NOMINAL_HZ
from siting.model import Floats
from siting.parts import Terms

WITHIN = 0.06
SPHERE = 10 * math.log10(4 * math.pi)  # dB; the standard rounds it to 11 in Adiv
ADDED = "the ground amplifies (Agr < 0): the report subtracts Agr beside Dz, the log puts Dz in its place"
COVERED = "Dz is below Agr: the report leaves Agr as it is (Abar = 0), the log puts Dz in its place"
LOSS = "the log takes the loss of the trench's walls off, and does not state it"
SUMMED = "the sum of bands that are left out"
SCREENED = "Dz in place of Agr"


def cases() -> list[Case]:
    """All 39 cases of the log."""
    return [logged(name) for name in CASES if name.startswith("JRC")]


def logged(name: str) -> Case:
    """One case: every term, and the levels first as the report has it and, screened, as the log forms them."""
    case = CASES[name]
    expected, (found,) = case["expected"], heard(name)
    terms, bounced = found.paths[0].terms, "refl" in name
    air = nominal_air(case["inputs"], terms)
    lines = [
        single("Adiv", expected["Adiv_dB"], terms.divergence_db, WITHIN),
        Line("Aatm at nominal frequencies", tuple(expected["Aatm_dB"]), eight(air), WITHIN),
    ]
    # with the log's own frequencies, A-weights and constant, the rest as the program has it
    level = found.paths[0].level_db + terms.cmet_db + terms.air_db - air
    level = level + np.array(expected["A_weights_used"]) + 11.0 - SPHERE
    reasons: list[str | None] = [LOSS if bounced else None] * 8
    if "Dz_dB" in expected:
        dz = terms.diffraction_top_db
        lines.append(Line("Dz", tuple(expected["Dz_dB"]), eight(dz), WITHIN))
        reasons = [
            LOSS if bounced else ADDED if agr < 0 else COVERED if way < agr else None
            for agr, way in zip(terms.ground_db, dz, strict=True)
        ]
        as_there = level + terms.ground_db + terms.screening_db - dz
    else:
        lines.append(Line("Agr", tuple(expected["Agr_dB"]), eight(terms.ground_db), WITHIN))
        as_there = level
    lines.append(Line("L_A", tuple(expected["LA_dB"]), eight(level), WITHIN, tuple(reasons)))
    if "Dz_dB" in expected and not bounced:
        lines.append(Line(f"L_A, {SCREENED}", tuple(expected["LA_dB"]), eight(as_there), WITHIN))
    lines += totals(expected, terms, level, as_there, LOSS if bounced else SUMMED if any(reasons) else None)
    return Case(name, case["title"], (name,), tuple(lines))


def nominal_air(inputs: dict[str, Any], terms: Terms) -> Floats:
    """Aatm of the program's own formula, at the log's frequencies."""
    climate = (inputs["T_C"], inputs["RH_pct"])
    return np.asarray(absorption_db_per_m(NOMINAL_HZ, *climate) * terms.distance_m)


def totals(
    expected: dict[str, Any], terms: Terms, level: Floats, as_there: Floats, reason: str | None
) -> list[Line]:
    """The A-weighted totals, downwind and with Cmet."""
    lines = []
    for key, what, cmet in (
        ("LA_total_downwind", "L_A, total", 0.0),
        ("LA_total_with_Cmet", "L_A, total less Cmet", terms.cmet_db),
    ):
        lines.append(single(what, expected[key], summed(level) - cmet, WITHIN, reason))
        if reason == SUMMED:
            lines.append(single(f"{what}, {SCREENED}", expected[key], summed(as_there) - cmet, WITHIN))
    return lines


def summed(level: Floats) -> float:
    """Energy sum of bands."""
    return 10 * math.log10(np.sum(10 ** (level / 10)))


def wall_losses() -> str:
    """What the log's trench walls take in each reflection: the difference of its levels, divided by their number."""
    rows = []
    for name, case in CASES.items():
        if not name.startswith("JRC") or "refl" not in name:
            continue
        count = int(case["title"].split("refl")[0][-1])
        lines = {line.what: line for line in logged(name).lines}
        level = lines["L_A"]
        if "Dz" in lines:
            (found,) = heard(name)
            terms = found.paths[0].terms
            more = terms.ground_db + terms.screening_db - terms.diffraction_top_db
            level = level._replace(computed=eight(np.array(level.computed) + more))
        rows.append([name, *(NONE if d is None else number(d / count, 2) for d in level.differences())])
    return table(["", *BANDS], rows)


def midbands() -> str:
    """How far apart the two conventions of the air are."""
    rows = []
    for name in ("JRC_high-source_-_100m", "JRC_high-source_-_500m"):
        terms = heard(name)[0].paths[0].terms
        exact, nominal = terms.air_db, nominal_air(CASES[name]["inputs"], terms)
        rows.append([name, *(number(value, 2, sign=True) for value in exact - nominal)])
    return table(["", *BANDS], rows)
