"""Runs the commands of docs/examples.md and docs/placing.md and writes what they print into the pages, long tables shortened.

From the checkout's folder, with ../shared beside it: `.venv/bin/python docs/examples/write.py`, or with the name of one page
behind it. Blocks of `siting batch` over a whole town stay as they are: they take minutes; their last lines are put in by hand.
"""

import re
import shlex
import sys
from pathlib import Path

from click.testing import CliRunner

from siting.judgement import SIGNS

PAGE = Path(__file__).parents[1] / "examples.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS = re.compile(
    r"^Placing \(\d+\.\d s\)", re.MULTILINE
)  # how long a search took is another number every time
CUT = "…"
MARK = f"  {CUT}"
VERDICTS = tuple(f"{sign} {state}: " for state, sign in SIGNS.items())
PLACING = "Placing"
ASSUMPTIONS, RULES, DEVIATIONS = "Taken for the verdict", "Rules", "Standard deviations of a level"
BEFORE = ("Read", ASSUMPTIONS, RULES)  # shown in the first block alone
ROWS = {
    ASSUMPTIONS: 2,
    PLACING: 3,
    "Worst receptor of every neighbour": 4,
    "Worst point": 3,
    "Zones of the map": 4,
}
HEADS = (
    *BEFORE,
    *ROWS,
    DEVIATIONS,
    "Layout on",
    PLACING,
    "How many of the placed",
    "The same question",
    "Note:",
    *VERDICTS,
)
MACHINE = "  already there and added:"


def split_block(block: str) -> tuple[str, str]:
    """A block's command, with its line breaks, and the output below it."""
    command = re.match(r"\$ (?:.*\\\n)*.*\n", block)
    if command is None:
        raise ValueError(f"{PAGE.name}: a console block that does not begin with a command: {block[:60]!r}")
    return command.group(), block[command.end() :]


def arguments(command: str) -> list[str]:
    """The words after `siting`."""
    return shlex.split(command.removeprefix("$ ").replace("\\\n", " "))[1:]


def run(command: str) -> tuple[str, int]:
    """What the command prints, but for how long its search took, and its exit code."""
    from siting.cli import main

    result = CliRunner().invoke(main, arguments(command), prog_name="siting")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    printed = "\n".join(line.rstrip() for line in result.output.splitlines())
    return SECONDS.sub(PLACING, printed), result.exit_code


def sections(output: str) -> list[tuple[str, list[str]]]:
    """The output's parts, each with the heading by which it is known and all its lines; what has none is one part."""
    found: list[tuple[str, list[str]]] = [("", [])]
    for line in output.strip().splitlines():
        head = next((head for head in HEADS if line.startswith(head)), None)
        if head is not None:
            found.append((head, []))
        found[-1][1].append(line)
    return found


def first_rows(lines: list[str], most: int) -> list[str]:
    """A part with the first rows of its table, which begins below a rule, or where there is none below the heading."""
    rules = [k for k, line in enumerate(lines) if line.strip() and not line.strip("─ ")]
    kept, rows, inside = lines[: (rules or [0])[0] + 1], 0, True
    for line in lines[len(kept) :]:
        inside = inside and bool(line.strip())
        rows += inside and not line.startswith("   ")  # a row that goes on is empty at its beginning
        if not inside or rows <= most:
            kept.append(line)
        elif kept[-1] != MARK:
            kept.append(MARK)
    return kept


def shorten(output: str, whole: bool) -> str:
    """The output from the layout on, or all of it; tables with their first rows, deviations without their reasons."""
    kept: list[str] = [] if whole else [CUT]
    for head, lines in sections(output):
        if head in BEFORE and not whole:
            kept += [line for line in lines if line.startswith(MACHINE)]
            kept += [""] if head == RULES else []
        elif head == DEVIATIONS:
            kept += [*(line for line in lines if not line.startswith("  ")), MARK, ""]
        else:
            kept += first_rows(lines, ROWS[head]) if head in ROWS else lines
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def renewed(page: str) -> str:
    """A page with what its commands print now."""
    blocks = 0

    def renew(match: re.Match[str]) -> str:
        nonlocal blocks
        command, _ = split_block(match.group(1))
        if arguments(command)[0] == "batch":
            return match.group()
        output, code = run(command)
        said = shorten(output, whole=blocks == 0 or arguments(command)[0] == "ordinance")
        blocks += 1
        print(command.strip(), f"exit code {code}", sep="\n")
        return f"```console\n{command}{said}\n(exit code {code})\n```"

    return BLOCK.sub(renew, page)


def main() -> None:
    """Write the pages anew."""
    for name in sys.argv[1:] or ("examples.md", "placing.md"):
        page = PAGE.parent / name
        page.write_text(renewed(page.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
