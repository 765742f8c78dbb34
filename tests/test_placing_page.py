"""The page on placing against the program: its run is made again, and every line that it quotes is printed."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SPEC = importlib.util.spec_from_file_location("write_examples", ROOT / "docs" / "examples" / "write.py")
write = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(write)
PAGE = (ROOT / "docs" / "placing.md").read_text("utf-8")
((COMMAND, QUOTED),) = [write.split_block(block) for block in write.BLOCK.findall(PAGE)]


@pytest.fixture(scope="module")
def printed():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return write.run(COMMAND)


def test_the_program_prints_what_the_page_quotes(printed):
    output, code = printed
    *lines, last = QUOTED.strip().splitlines()
    assert last == f"(exit code {code})"
    left = iter(output.splitlines())
    for line in lines:
        assert line.strip() == write.CUT or line in left, line


def test_a_second_run_prints_the_same(printed, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert write.run(COMMAND) == printed


def test_what_the_rules_took_is_what_the_lot_is_larger(printed):
    """Square feet as printed: lot less what setback, buildings and items took is the buildable area."""
    areas = {}
    for line in printed[0].splitlines():
        words = line.split()
        if "sq" in words and words[words.index("sq") + 1] == "ft":
            areas[words[0]] = int(words[words.index("sq") - 1].replace(",", ""))
    taken = areas["setback"] + areas["buildings"] + areas["items"]
    assert areas["lot"] - taken == pytest.approx(areas["buildable"], abs=2)


def test_every_option_of_the_page_is_one_of_the_program():
    import re

    from siting.cli import main

    known = {
        opt for verb in ("place", "assess") for param in main.commands[verb].params for opt in param.opts
    }
    named = set(re.findall(r"`(--[a-z-]+)", PAGE))
    assert len(named) > 15 and named <= known
