"""The verbs of ordinances. Oracles: the catalogue's own files, exit codes, and sentences read by a person."""

import re

import pytest
from click.testing import CliRunner

from siting.catalog import data_folder, load_ordinance, ordinance_names
from siting.cli import main

TOWN = """
id = "town"
place = "Town"
code = "1-2"
title = "Noise"
evidence = "user"
[measured]
at = "facade"
[periods]
any = "00:00-24:00"
[[limits]]
zone = "*"
all = 55
"""


def run(*words):
    return CliRunner().invoke(main, ["ordinance", *map(str, words)], catch_exceptions=False)


def parts(output):
    """Headings and what stands under them, unwrapped."""
    _, *blocks = output.rstrip("\n").split("\n\n")
    return {block.split("\n")[0]: re.sub(r"\s+", " ", block.split("\n", 1)[1]).strip() for block in blocks}


def test_check_explains_a_file(write):
    answer = run("check", write(TOWN))
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout.startswith("town: Town, 1-2: Noise (limits given by the user).\n")
    found = parts(answer.stdout)
    assert found["Where it is measured"].startswith(
        "Levels are compared with limits at the façades of the buildings"
    )
    assert found["Limits"] == "Any lot may hear at most 55 dB(A) (any time)."
    assert "--buildings FILE" in found["What a verdict needs from you"]
    assert "Sources" not in found and max(map(len, answer.stdout.split("\n"))) <= 110


def test_check_refuses_a_slip_with_its_line(write):
    file = write(TOWN.replace("all = 55", 'any = "55 dBA"'))
    answer = run("check", file)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr == (
        f"siting: {file}: line 13: the key limits[1].any is '55 dBA'; expected a number above 0 and at most 150, "
        '"none" (the code sets no limit there) or "not read".\n'
    )


def test_check_of_no_file(tmp_path):
    answer = run("check", tmp_path / "none.toml")
    assert (answer.exit_code, answer.stdout) == (2, "") and "there is no such ordinance file" in answer.stderr


def test_show_has_section_and_source_at_each_number():
    answer = run("show", "exampleton")
    assert answer.exit_code == 0
    found = parts(answer.stdout)
    # every limit, allowance, tone, ambient, standby and setback stands with its section; the file names one
    assert found["Limits"].count("[12-3(b) (made up), source 1]") == 3
    assert found["Corrections"].count(", source 1].") == 4 and found["Standby use"].count(", source 1].") == 2
    assert found["Distances that units keep"].count(", source 1].") == 2
    assert found["Sources"] == "1: no document: made up"


@pytest.mark.parametrize("name", ordinance_names())
def test_show_and_check_say_the_same_but_for_sources(name):
    shown, checked = (parts(run(verb, place).stdout) for verb, place in (
        ("show", name), ("check", data_folder() / "ordinances" / f"{name}.toml"),
    ))  # fmt: skip
    assert shown.pop("Sources")
    assert shown.keys() == checked.keys()
    bare = re.compile(r" \[[^][]*?(source \d+(, NOT READ there)?|: NOT READ in its source)\]")
    assert {heading: bare.sub("", text) for heading, text in shown.items()} == {
        heading: bare.sub("", text) for heading, text in checked.items()
    }


def test_show_of_an_unknown_name():
    answer = run("show", "exampletown")
    assert answer.exit_code == 2
    assert 'did you mean "exampleton"?' in answer.stderr and answer.stderr.count("\n") == 1


def test_list_has_a_row_for_every_code():
    answer = run("list")
    assert answer.exit_code == 0
    rows = answer.stdout.split("\n")
    for name in ordinance_names():
        row = next(row for row in rows if row.split()[:1] == [name])
        assert load_ordinance(name).place.split(",")[0][:12] in row
    made_up = next(row for row in rows if "exampleton" in row)
    assert "made up: all numbers read" in made_up and "12-3 (made up)" in made_up
    assert "press: " in next(row for row in rows if "prince-william-county-va" in row)
    assert answer.stdout == run("list").stdout


def test_help_names_the_verbs():
    assert [verb in run("--help").stdout for verb in ("check", "list", "show")] == [True] * 3
