"""The page of examples against the program: every command is run again, and every line that the page quotes is printed."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SPEC = importlib.util.spec_from_file_location("write_examples", ROOT / "docs" / "examples" / "write.py")
write = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(write)
BLOCKS = [write.split_block(block) for block in write.BLOCK.findall(write.PAGE.read_text("utf-8"))]
RUN = [block for block in BLOCKS if write.arguments(block[0])[0] != "batch"]


def name(block):
    words = write.arguments(block[0])
    return f"{words[words.index('--id') + 1]} {' '.join(w for w in words if w in ('--max', '--units', '--load-kw'))}"


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
    assert len(RUN) >= 9
    for command, quoted in RUN:
        lines = quoted.splitlines()
        for head in ("Layout on lot ", "The same question under each reading"):
            assert any(line.startswith(head) for line in lines), (command, head)
        assert any(line.startswith(("PASS:", "FAIL:", "UNKNOWN:")) for line in lines), command


def test_the_batch_is_quoted_with_as_many_rows_as_lots():
    (batch,) = [block for block in BLOCKS if block not in RUN]
    words = batch[1].split("\n")[0].replace(",", "").replace(":", "").split()
    lots, rows = int(words[0]), int(words[3])
    assert lots == rows == sum(int(words[k]) for k in (6, 8, 10))
