"""Every `siting` command that README and the pages show: its verb and options are there, and the cheap ones run.

Oracle: click's own parser, and the output that a page quotes.
"""

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from siting.cli import main

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "data" / "examples" / "README.md"])
COMMAND = re.compile(r"^(?:    |\$ )(?:\.venv/bin/)?siting ((?:.*\\\n)*.*)$", re.MULTILINE)
CHEAP = ("ordinance", "levels")


def commands():
    for page in PAGES:
        for found in COMMAND.findall(page.read_text("utf-8")):
            yield page.relative_to(ROOT).as_posix(), tuple(shlex.split(found.replace("\\\n", " ")))


def listed():
    return sorted(set(commands()))


def test_the_pages_show_commands_of_every_verb():
    assert {words[0] for _, words in listed()} >= {
        "assess",
        "place",
        "batch",
        "package",
        "ordinance",
        "levels",
        "contours",
    }


@pytest.mark.parametrize(
    ("page", "words"), listed(), ids=lambda value: " ".join(value) if isinstance(value, tuple) else value
)
def test_a_command_on_a_page_is_understood(page, words):
    verb, rest = main.commands[words[0]], list(words[1:])
    if isinstance(verb, click.Group):
        verb, rest = verb.commands[rest[0]], rest[1:]
    given = verb.make_context(
        verb.name, rest
    ).params  # UsageError where an option or an argument is not there
    assert given or not verb.params


@pytest.mark.parametrize("words", sorted({words for _, words in listed() if words[0] in CHEAP}), ids=" ".join)
def test_a_cheap_command_runs(words, monkeypatch):
    monkeypatch.chdir(ROOT)
    if any(word.endswith((".toml", ".geojson")) and not Path(word).exists() for word in words):
        pytest.skip(f"{words[-1]} stands for the reader's own file")
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == 0, result.output
