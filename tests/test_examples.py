"""The page of examples against the program: every command is run again, and every line that the page quotes is printed."""

import importlib.util
import itertools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SPEC = importlib.util.spec_from_file_location("write_examples", ROOT / "docs" / "examples" / "write.py")
write = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(write)
BLOCKS = [write.split_block(block) for block in write.BLOCK.findall(write.PAGE.read_text("utf-8"))]
RUN = [block for block in BLOCKS if write.arguments(block[0])[0] != "batch"]
STUDIES = [block for block in RUN if write.arguments(block[0])[0] == "assess"]


def name(block):
    words = write.arguments(block[0])
    if "--id" not in words:
        return " ".join(words[:2])
    asked = [word for word in words if word in ("--max", "--units", "--load-kw", "--existing")]
    return f"{words[words.index('--id') + 1]} {' '.join(asked)}"


@pytest.mark.parametrize(("command", "quoted"), RUN, ids=[name(block) for block in RUN])
def test_the_program_prints_what_the_page_quotes(command, quoted, monkeypatch):
    monkeypatch.chdir(ROOT)
    if "../shared/" in command and not Path("../shared/geodata").is_dir():
        pytest.skip("../shared/geodata is not beside the checkout")
    output, code = write.run(command)
    *lines, last = quoted.strip().splitlines()
    assert last == f"(exit code {code})"
    printed = iter(output.splitlines())
    for line in lines:  # in this order; the ellipsis stands for lines left out
        assert line.strip() == write.CUT or line in printed, line


def test_the_page_quotes_verdict_layout_and_readings_of_every_run():
    assert len(STUDIES) >= 10
    for command, quoted in STUDIES:
        lines = quoted.splitlines()
        for head in ("Layout on lot ", "The same question under each reading"):
            assert any(line.startswith(head) for line in lines), (command, head)
        assert any(line.startswith(write.VERDICTS) for line in lines), command


def test_no_block_is_left_with_runs_of_blank_lines_or_whole_long_tables():
    for command, quoted in STUDIES:
        assert "\n\n\n" not in quoted, command
        for head, lines in write.sections(quoted):
            rules = [k for k, line in enumerate(lines) if line.strip() and not line.strip("─ ")]
            table = itertools.takewhile(str.strip, lines[rules[0] + 1 :] if rules else [])
            assert head not in write.ROWS or len(list(table)) <= 15, (command, head)


def test_a_table_is_cut_after_its_first_rows_and_a_row_of_two_lines_counts_once():
    table = ["Head", "", " a   b", " ────", " 1   x", "     y", " 2   z", " 3   z", "", "  and 4 more"]
    assert write.first_rows(table, 2) == [*table[:7], write.MARK, "", "  and 4 more"]
    assert write.first_rows(table, 3) == table


def test_the_batch_is_quoted_with_as_many_rows_as_lots():
    (batch,) = [block for block in BLOCKS if block not in RUN]
    first = batch[1].splitlines()[0]
    lots, rows, *states, allowed = (int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", first))
    assert lots == rows == sum(states)
    assert len(states) == 5
    assert allowed <= states[0] + states[1]
