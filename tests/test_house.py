"""The rows of docs/house.md against the modules that are there and the rows that import-linter holds."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "house.md").read_text("utf-8")
TABLE = PAGE[PAGE.index("| row | modules |") : PAGE.index("## The sound, from the bottom up")]
ROWS = [line.split("|")[2] for line in TABLE.splitlines()[2:] if line.startswith("| ")][
    :-1
]  # the last: kernels
NAMES = re.compile(r"`([a-z_0-9]+/?)`")


def stems(folder):
    return sorted(file.stem for file in folder.glob("*.py") if file.stem != "__init__")


def parts(row):
    """(module, modules named within it) of a row; a part begins with a dot, or is a single module."""
    for part in row.split(" · "):
        first, *more = NAMES.findall(part)
        if first.endswith("/"):
            yield first[:-1], [name for name in more if name != first[:-1]]
        else:
            yield from ((name, None) for name in (first, *more))


def test_every_module_stands_in_one_row():
    named = [module for row in ROWS for module, _ in parts(row)]
    there = [
        path.stem
        for path in (ROOT / "siting").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    ]
    assert sorted(named) == sorted(set(there) - {"__init__"})


def test_every_module_of_a_folder_is_named_once():
    folders = {module: inside for row in ROWS for module, inside in parts(row) if inside is not None}
    assert {name: sorted(inside) for name, inside in folders.items()} == {
        name: stems(ROOT / "siting" / name) for name in folders
    }
    assert sorted(folders) == sorted(init.parent.name for init in (ROOT / "siting").glob("*/__init__.py"))


def test_the_rows_are_in_the_order_that_imports_keep():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (flow,) = [contract for contract in contracts if contract["id"] == "flow"]
    at = {module: k for k, row in enumerate(ROWS) for module, _ in parts(row)}
    held = [[at[name] for name in re.split(r" [:|] ", layer)] for layer in flow["layers"]]
    for above, below in pairwise(held):
        assert max(above) <= min(below), (above, below)
    assert {row for rows in held for row in rows} == set(range(len(ROWS)))


def test_every_kernel_is_named():
    sound = PAGE[PAGE.index("## The sound, from the bottom up") :]
    assert set(stems(ROOT / "kernels")) <= set(NAMES.findall(sound))
