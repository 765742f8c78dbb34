"""Runs the commands of docs/examples.md and writes what they print into the page, long tables shortened.

From the checkout's folder, with ../shared beside it: `.venv/bin/python docs/examples/write.py`. Blocks of `siting batch`
over a whole town stay as they are: they take minutes, and their last lines are put in by hand.
"""

import re
import shlex
import sys
from pathlib import Path

from click.testing import CliRunner

PAGE = Path(__file__).parents[1] / "examples.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CUT = "…"
STATES = ("PASS", "FAIL", "UNKNOWN")
HEADS = (
    "Read",
    "Taken for",
    "Layout on",
    "Worst receptor",
    "Loudest paths",
    "The same question",
    "Note:",
    "PASS:",
    "FAIL:",
    "UNKNOWN:",
)


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
    """What the command prints, and its exit code."""
    from siting.cli import main

    result = CliRunner().invoke(main, arguments(command), prog_name="siting")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return "\n".join(line.rstrip() for line in result.output.splitlines()), result.exit_code


def shorten(output: str, whole: bool) -> str:
    """The output from the layout on, or all of it; of the assumptions and the neighbours' table only the first rows."""
    kept: list[str] = [] if whole else [CUT, ""]
    section, rows = "", 0
    for line in output.strip().splitlines():
        if line.startswith(HEADS):
            section, rows = line.split()[0], 0
        rows += line.endswith(STATES) if section == "Worst" else 1
        if section in ("Read", "Taken") and not whole:
            continue
        most = {"Taken": 4, "Worst": 4}.get(section)
        counted = line.strip() and not line.startswith(("  and ", "Worst"))
        if most is None or rows <= most or not counted:
            kept.append(line)
        elif rows == most + 1 and kept[-1].strip() != CUT:
            kept.append(f"  {CUT}")
    return "\n".join(kept)


def main() -> None:
    """Write the page anew."""
    blocks = 0

    def renew(match: re.Match[str]) -> str:
        nonlocal blocks
        command, _ = split_block(match.group(1))
        if arguments(command)[0] == "batch":
            return match.group()
        output, code = run(command)
        said = shorten(output, whole=blocks == 0)
        blocks += 1
        print(command.strip(), f"exit code {code}", sep="\n")
        return f"```console\n{command}{said}\n(exit code {code})\n```"

    PAGE.write_text(BLOCK.sub(renew, PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
