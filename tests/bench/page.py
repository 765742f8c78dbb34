"""The table for the terminal and for docs/performance.md."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- written by make bench -->", "<!-- end -->"
HEAD = "| scene | result | to reach | reached | processor, s | wall, s |\n|---|---|---|---|---|---|\n"


def machine():
    """Processor, cores and versions in a line."""
    model = platform.processor() or platform.machine()
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        model = re.search(r"model name\s*: (.*)", text).group(1)
    except (OSError, AttributeError):
        pass  # no Linux, or a processor without a name
    packages = ", ".join(f"{name} {version(name)}" for name in ("numba", "numpy", "scipy"))
    return f"{model}, {os.cpu_count()} cores; Python {platform.python_version()}, {packages}"


def line(row):
    """A row as Markdown."""
    reached = {None: "", True: "yes", False: "**no**"}[row.met]
    times = ("", "") if row.timing is None else (f"{value:.3g}" for value in row.timing)
    return "| " + " | ".join([row.scene, row.result, row.wanted, reached, *times]) + " |\n"


def write(rows, page=PAGE):
    """Put the table of the sound engine into the page; a row that could not be timed here stays as it is there."""
    old, _ = section(page.read_text(encoding="utf-8"), BEGIN)
    kept = {each.split("|")[1].strip(): each + "\n" for each in old.splitlines() if each.startswith("| ")}
    lines = [
        kept.get(row.scene, line(row)) if row.timing is None and row.wanted else line(row) for row in rows
    ]
    put(HEAD, lines, BEGIN, page)


def put(head, lines, begin, page=PAGE):
    """A table in the place of the one after a mark."""
    text = page.read_text(encoding="utf-8")
    old, start = section(text, begin)
    new = f"\nOn {machine()}.\n\n{head}{''.join(lines)}"
    page.write_text(text[:start] + new + text[start + len(old) :], encoding="utf-8")


def section(text, begin):
    """What stands between a mark and the end after it, and where it starts."""
    start = text.index(begin) + len(begin)
    return text[start : text.index(END, start)], start
