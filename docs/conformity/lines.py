"""Expected beside computed: lines of numbers, cases of lines, and both as Markdown."""

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from siting.levels import levels
from siting.parts import ReceiverLevel, Scene
from siting.scene.file import read_scene

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "tests" / "reference"
CASES = json.loads((REFERENCE / "acoustics.json").read_text(encoding="utf-8"))["cases"]
BANDS = ("63", "125", "250", "500", "1k", "2k", "4k", "8k")
LETTERS = "abcdefghij"
NONE = "–"


class Line(NamedTuple):
    """One quantity: a single value, or a value in each band.

    `reasons` says for each value why it is left out of the comparison, None where it is not; empty: none is left out.
    """

    what: str
    expected: tuple[float | None, ...]
    computed: tuple[float, ...]
    within: float
    reasons: tuple[str | None, ...] = ()

    def digits(self) -> int:
        """How many digits show whether the tolerance is kept."""
        return 0 if self.within == 0 else max(3, math.ceil(-math.log10(self.within)) + 1)

    def differences(self) -> list[float | None]:
        """Computed minus expected; None where nothing is expected, or nothing is computed for the reason given."""
        triples = zip(self.expected, self.computed, self.left_out(), strict=True)
        return [None if e is None or (reason and math.isnan(c)) else c - e for e, c, reason in triples]

    def left_out(self) -> list[str | None]:
        """Why each value is left out, None where it is compared."""
        return list(self.reasons) or [None] * len(self.expected)


class Case(NamedTuple):
    """A reference case; `lines` stand in its tables, `told` in a table of another form."""

    name: str
    title: str
    scenes: tuple[str, ...]
    lines: tuple[Line, ...]
    told: tuple[Line, ...] = ()
    note: str = ""

    def compared(self) -> list[tuple[float, float]]:
        """Difference and tolerance of every value that is compared."""
        return [
            (d, line.within)
            for line in (*self.lines, *self.told)
            for d, reason in zip(line.differences(), line.left_out(), strict=True)
            if d is not None and reason is None
        ]

    def excluded(self) -> int:
        """How many expected values are left out."""
        return sum(
            e is not None and reason is not None
            for line in (*self.lines, *self.told)
            for e, reason in zip(line.expected, line.left_out(), strict=True)
        )

    def holds(self) -> bool:
        """Whether every compared value lies within its tolerance."""
        return all(abs(d) <= within + 1e-9 for d, within in self.compared())


def scene(name: str) -> Scene:
    """A committed scene."""
    return read_scene(REFERENCE / "scenes" / f"{name}.geojson")


def heard(name: str) -> list[ReceiverLevel]:
    """What the receivers of a committed scene hear, as `siting levels` has it."""
    return levels(scene(name))


def eight(values: Iterable[float]) -> tuple[float, ...]:
    """A row of bands as plain numbers."""
    return tuple(float(value) for value in values)


def single(what: str, expected: float, computed: float, within: float, reason: str | None = None) -> Line:
    """A line of one value."""
    return Line(what, (expected,), (float(computed),), within, (reason,) if reason else ())


def number(value: float, digits: int = 3, sign: bool = False) -> str:
    """A number for the page; a tie, and minus nothing, come out the same everywhere."""
    if math.isnan(value):
        return NONE
    text = f"{value + math.copysign(1e-9, value):{'+' if sign else ''}.{digits}f}"
    return text.lstrip("+-") if float(text) == 0 else text.replace("-", "−")


def given(value: float | None) -> str:
    """An expected number as its source has it."""
    return NONE if value is None else f"{value:g}".replace("-", "−")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, the first column to the left and numbers to the right."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "--:|" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def case_text(case: Case) -> str:
    """One case: its lines in bands, its single values, and why values are left out."""
    reasons = list(dict.fromkeys(r for line in case.lines for r in line.left_out() if r))
    letter = dict(zip(reasons, LETTERS, strict=False))

    def marked(difference: float | None, reason: str | None, digits: int) -> str:
        text = NONE if difference is None else number(difference, digits, sign=True)
        return text if reason is None else f"({text}) {letter[reason]}"

    bands = [line for line in case.lines if len(line.expected) == len(BANDS)]
    values = [line for line in case.lines if len(line.expected) == 1]
    rows: list[list[str]] = []
    for line in bands:
        told = [marked(d, r, line.digits()) for d, r in zip(line.differences(), line.left_out(), strict=True)]
        rows.append([f"{line.what}, expected", *map(given, line.expected)])
        rows.append(["computed", *(number(c, line.digits()) for c in line.computed)])
        rows.append([f"difference, within ±{line.within:g}", *told])
    said = [f"**{case.name}** {case.title}"]
    if case.scenes:
        said.append(", ".join(f"`{name}.geojson`" for name in case.scenes))
    blocks = [" · ".join(said)]
    if bands:
        blocks.append(table(["", *BANDS], rows))
    if values:
        ones = [
            [
                line.what, given(line.expected[0]), number(line.computed[0], line.digits()),
                marked(line.differences()[0], line.left_out()[0], line.digits()), f"±{line.within:g}",
            ]
            for line in values
        ]  # fmt: skip
        blocks.append(table(["", "expected", "computed", "difference", "within"], ones))
    blocks += [f"({letter[reason]}) left out: {reason}." for reason in reasons]
    return "\n\n".join([*blocks, *([case.note] if case.note else [])])
