"""The page on what would make it pass: its tables against the numbers beside it, its costs file, its plots, its steps."""

import importlib.util
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from siting.mitigation.costs import KEYS, load_costs
from siting.mitigation.options import MOST_DB, MOVED_M, SILENCED, STEP_DB
from siting.mitigation.smallest import HEIGHTS_FT, STEP_M
from siting.mitigation.walls import MOST_PLACES
from siting.model import FOOT_M

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "mitigation.md").read_text("utf-8")
SPEC = importlib.util.spec_from_file_location("write_mitigation", DOCS / "mitigation" / "write.py")
WRITE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(WRITE)


@pytest.mark.parametrize("name", list(WRITE.ASKED))
def test_the_page_shows_the_numbers_beside_it(name):
    assert f"<!-- {name} -->\n\n{WRITE.told(name)}\n\n<!-- end -->" in PAGE
    root = ElementTree.parse(DOCS / "mitigation" / f"{name}.svg").getroot()
    found = WRITE.json.loads((DOCS / "mitigation" / f"{name}.json").read_text("utf-8"))
    circles = root.findall(".//{http://www.w3.org/2000/svg}circle")
    assert len(circles) == len(found["frontier"]) + 2
    units = [row["units"] for row in found["frontier"]]
    assert units == sorted(units) and min(units) > found["allowed"]
    for kind, size in (("wall", "wall_area_sq_ft"), ("quieter unit", "quieter_db")):
        sizes = [row[size] for row in found["frontier"] if row["kind"] == kind]
        assert all(value > 0 for value in sizes)
        if kind == "quieter unit":
            assert sizes == sorted(sizes)


def test_the_numbers_that_the_page_names_are_the_programs():
    words = " ".join(PAGE.split())
    assert f"up to {MOST_DB:g} dB in steps of {STEP_DB:g} dB" in words
    assert (
        f"from {HEIGHTS_FT[0]} to {HEIGHTS_FT[-1]} ft" in words
        and f"in steps of {STEP_M / FOOT_M:g} ft" in words
    )
    assert f"{MOVED_M / FOOT_M:g} ft farther" in words
    assert (
        MOST_PLACES == 4
        and "the four smallest" in words
        and SILENCED == 3
        and "the three that help most" in words
    )


def test_the_pages_costs_are_read(tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "costs.toml").write_text(text)
    costs = load_costs(tmp_path / "costs.toml")
    assert costs.wall_per_sq_ft == 60 and all(getattr(costs, key) is not None for key in KEYS)
