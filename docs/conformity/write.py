"""Writes docs/conformity.md and docs/simplifications.md, and renews docs/scenes.md, from what the program gives now."""

import sys
from collections.abc import Iterable
from pathlib import Path

from conformity import air, eu_log, official, others, scene_page, simplified
from conformity.lines import CASES, Case, case_text, number, table

DOCS = Path(__file__).parents[1]
PAGE = DOCS / "conformity.md"
TABLES = {
    "LAI2023_Table5_WR": others.lai_text,
    "PYWAKE_flat_63": others.pywake_text,
    "ISO9613-1_Table1": air.table_1_text,
}

HEAD = """# Conformity

<!-- Written by `make conformity` from what the program computes. Do not edit: a test writes it again and compares. -->

The program computes levels after **ISO 9613-2:1996** in octave bands, made unique by **ISO/TR 17534-3:2015**, with the air
of **ISO 9613-1:1993**. ISO 9613-2:2024 is not claimed: its changes to ground and screening are not in the program.

Every reference case at hand is below, {cases} in all, with what is expected, what the program computes, and the difference;
{compared:,} values are compared and {verdict}. The expected numbers, with where each was read, are in
[tests/reference/acoustics.json](../tests/reference/acoustics.json). Of the test cases of ISO/TR 17534-3 the numbers of T01
to T06, T08, T09, T11, T13 and T16 are at hand; nothing is said here about the others.

## How to read it

- A case whose scene is named was computed by reading that file from [tests/reference/scenes](../tests/reference/scenes), as
  `siting levels tests/reference/scenes/NAME.geojson` does. Cases without a scene (tables of the air, and the distances of
  the LAI guide, which know no bands) go through the same kernels.
- *Difference* is computed minus expected, in the unit of the row, dB where none is named. *Within* is the tolerance: ±0.05
  dB for official cases (ISO 17534-1), ±0.01 for lengths and terms that the report prints beside them, ±0.06 dB for a log
  printed to 0.1 dB.
- A difference in brackets is left out of the comparison; the letter behind it gives the reason below the table.
  {excluded:,} values are left out.
- L is the level in a band, L_A the A-weighted level, Abar, Agr, Aatm, Adiv, Dz, Cmet, z, e, dss, dsr and Kmet as in the
  standard.
- The 8× rule drops a way round the side that lies more than eight times as far from the line of sight as the way over the
  top (`lateral_rule_8x`). It is off unless a scene turns it on.

## Summary

{summary}

## Every case

{index}
"""

EU_LOG = """The run log of the software that CSTB wrote for the European Commission (JRC), 39 profiles printed to 0.1 dB. Three of
its constants are not the report's, and are a matter of a table: air at nominal instead of exact midbands, its own A-weights,
and 10 lg 4π = 10.992 instead of the standard's 11 in Adiv. The levels below are the program's with these three exchanged.
(That it is 10.992 shows in Adiv at 516.03 m: 65.2 in the log, where 11 gives 65.254.) Exact less nominal midbands, in Aatm:

{midbands}

Two of its conventions are not the report's either. It keeps a single edge, which is all that these profiles have. Behind an
edge it puts Dz in the place of Agr, where the report subtracts both if Agr < 0 and the larger one if Agr > 0: those bands
are left out in *L_A*, and compared in the row *Dz in place of Agr*, which is the program's level less the one and more the
other. So every level of the log without reflections is compared in one form or both.

The trench's reflected profiles have walls whose loss the log does not state, so their levels are left out and their terms
compared. Their differences are one loss for each reflection, the same in all seven, in dB:

{losses}
"""

OFFICIAL = """ISO/TR 17534-3:2015, band by band, with the 8× rule off (the default) and, where something screens, on as well.
T08 passes both ways; T09 needs it off."""

AIR = """dB/km at 101.325 kPa."""

OTHERS = """PyWake 2.6.20, the German LAI guide, the arithmetic of Annex A, and cases worked out by hand or straight from a
formula."""


def sections() -> list[tuple[str, str, list[Case]]]:
    """Heading, introduction and cases, in the order of the page."""
    log = EU_LOG.format(midbands=eu_log.midbands(), losses=eu_log.wall_losses())
    return [
        ("Official cases", OFFICIAL, official.cases()),
        ("Air", AIR, air.cases()),
        ("EU reference software", log, eu_log.cases()),
        ("Other programs, tables and cases by hand", OTHERS, others.cases()),
    ]


def page(parts: Iterable[tuple[str, str, list[Case]]]) -> str:
    """The page as text."""
    parts = list(parts)
    cases = [case for _, _, of in parts for case in of]
    failed = [case.name for case in cases if not case.holds()]
    head = HEAD.format(
        cases=len(cases),
        compared=sum(len(case.compared()) for case in cases),
        excluded=sum(case.excluded() for case in cases),
        verdict=f"**out of tolerance: {', '.join(failed)}**" if failed else "all of them hold",
        summary=table(COLUMNS, [row for heading, _, of in parts for row in group_rows(heading, of)]),
        index=table(
            ["case", "title", *COLUMNS[2:]],
            [[*summary(c.name, [c])[:1], c.title, *summary(c.name, [c])[2:]] for c in cases],
        ),
    )
    blocks = [head.rstrip()]
    for heading, text, of in parts:
        blocks += [f"## {heading}", text.strip(), *(TABLES.get(case.name, case_text)(case) for case in of)]
    return "\n\n".join(blocks) + "\n"


COLUMNS = ("group", "cases", "values compared", "worst difference", "its tolerance", "left out", "holds")


def group_rows(heading: str, cases: list[Case]) -> list[list[str]]:
    """A group's row; the official cases have one for their levels and one for the terms printed beside them."""
    if cases[0].name != "T01":
        return [summary(heading, cases)]
    split = [
        case._replace(lines=tuple(line for line in case.lines if (line.within == official.WITHIN) == levels))
        for levels in (True, False)
        for case in cases
    ]
    return [
        summary(f"{heading}: levels, screening and totals", split[: len(cases)]),
        summary(f"{heading}: other terms and lengths", [case for case in split[len(cases) :] if case.lines]),
    ]


def summary(heading: str, cases: list[Case]) -> list[str]:
    """One row of a summary; the worst difference is the one nearest to its tolerance."""
    compared = [pair for case in cases for pair in case.compared()]
    worst, within = max(
        compared, key=lambda pair: (abs(pair[0]) / pair[1] if pair[1] else abs(pair[0]), pair[1])
    )
    left_out = sum(case.excluded() for case in cases)
    held = "yes" if all(case.holds() for case in cases) else "**no**"
    shown = number(worst, 3 if within >= 0.01 else 5, sign=True)
    return [heading, f"{len(cases)}", f"{len(compared):,}", shown, f"±{within:.3g}", f"{left_out}", held]


def main() -> int:
    """Write the pages; 1 where a case is out of tolerance."""
    parts = sections()
    PAGE.write_text(page(parts), encoding="utf-8", newline="")
    simplified.write()
    scene_page.write()
    cases = [case for _, _, of in parts for case in of]
    failed = [case.name for case in cases if not case.holds()]
    if len(cases) != len(CASES):
        failed.append(f"{len(CASES) - len(cases)} cases are missing")
    print(f"{PAGE}: {len(cases)} cases, {', '.join(failed) + ' OUT OF TOLERANCE' if failed else 'all hold'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
