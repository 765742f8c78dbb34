"""The air of ISO 9613-1:1993 and Table 2 of ISO 9613-2:1996, through the kernel that every level takes it from."""

import numpy as np

from conformity.lines import CASES, Case, Line, eight, given, number, single, table
from kernels.air import absorption_db_per_m, band_absorption_db_per_m

RELATIVE = 0.007  # three digits are printed
WORST = 10


def cases() -> list[Case]:
    """Both tables."""
    return [table_1(), table_2()]


def table_1() -> Case:
    """208 points in dB/km at the exact third-octave midbands."""
    case = CASES["ISO9613-1_Table1"]
    lines = []
    for temperature, humidity, nominal, printed, _ in case["expected"]["points"]:
        exact = 1000 * 10 ** (round(10 * np.log10(nominal / 1000)) / 10)
        computed = 1000 * absorption_db_per_m(exact, temperature, humidity)
        what = f"{temperature:g} °C, {humidity:g} %, {nominal:g} Hz".replace("-", "−")
        lines.append(single(what, printed, float(computed), RELATIVE * printed))
    return Case("ISO9613-1_Table1", case["title"], (), (), tuple(lines))


def table_2() -> Case:
    """Six climates in eight bands."""
    case = CASES["ISO9613-2_Table2"]
    lines = []
    for row in case["expected"]["rows"]:
        alpha = 1000 * band_absorption_db_per_m(row["T_C"], row["RH_pct"])
        digits = eight(float(f"{value:.3g}") for value in alpha)
        what = f"{row['T_C']} °C, {row['RH_pct']} %, dB/km"
        lines.append(Line(what, tuple(row["alpha_dB_per_km"]), digits, 0.05))
    note = (
        "Computed to three digits, as in Table 1 of part 1, of which this table is a second rounding: 4.151 dB/km at 15 °C, "
        "80 %, 1 kHz stands there as 4.15 and here as 4.1."
    )
    return Case("ISO9613-2_Table2", case["title"], (), tuple(lines), note=note)


def table_1_text(case: Case) -> str:
    """The ten worst of the points, and all of them folded."""

    def row(line: Line) -> list[str]:
        (want,), (have,) = line.expected, line.computed
        return [
            line.what,
            given(want),
            f"{have:.4g}",
            number(100 * (have / (want or 1.0) - 1), 2, sign=True) + " %",
        ]

    head = ["dB/km", "expected", "computed", "difference"]
    far = sorted(case.told, key=lambda line: -abs(line.computed[0] / (line.expected[0] or 1.0) - 1))
    blocks = [
        f"**{case.name}** {case.title}. Allowed: ±{100 * RELATIVE:g} %. The ten that differ most:",
        table(head, map(row, far[:WORST])),
        f"<details><summary>All {len(case.told)} points</summary>",
        table(head, map(row, case.told)),
        "</details>",
    ]
    return "\n\n".join(blocks)
