"""Renews what docs/scenes.md quotes: the output for its example scene, and the sentence for each mistake in it."""

import copy
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "scenes.md"
FILE = "fence.geojson"
COMMAND = f"$ siting levels {FILE}\n"
Document = dict[str, Any]
SET, PORCH, FENCE, HOUSE = range(4)


def part(document: Document, number: int) -> Document:
    """The properties of a feature."""
    return document["features"][number]["properties"]


def place(document: Document, number: int, coordinates: list[Any]) -> None:
    """Give a feature other coordinates."""
    document["features"][number]["geometry"]["coordinates"] = coordinates


def to_degrees(document: Document) -> None:
    """The scene in longitude and latitude."""

    def degrees(found: re.Match[str]) -> str:
        return f"{11.97 + float(found.group()) / 1e5:.6f}"

    for feature in document["features"]:
        text = json.dumps(feature["geometry"]["coordinates"])
        feature["geometry"]["coordinates"] = json.loads(re.sub(r"-?\d+", degrees, text))


def rename(document: Document, number: int, old: str, new: str) -> None:
    """A key by another name."""
    values = part(document, number)
    values[new] = values.pop(old)


def small_terrain(document: Document) -> None:
    """Ground heights around the set alone."""
    for corner in ([-10, -10], [10, -10], [10, 10], [-10, 10]):
        geometry = {"type": "Point", "coordinates": corner}
        properties = {"kind": "elevation", "z_m": 0}
        document["features"].append({"type": "Feature", "geometry": geometry, "properties": properties})
    document["features"] = [
        f for f in document["features"] if f["properties"]["kind"] not in ("building", "wall")
    ]


def into_the_set(document: Document) -> None:
    """The porch where the set is."""
    place(document, PORCH, [0, 0])
    part(document, PORCH)["height_m"] = part(document, SET)["height_m"]


def beside_the_set(document: Document) -> None:
    """The porch within the body of the set."""
    part(document, SET)["size_m"] = [3, 2, 2]
    place(document, PORCH, [1, 0.5])


def buried(document: Document) -> None:
    """A fence whose top lies below the ground, as where a height was given for it."""
    part(document, FENCE)["top_m"] = -part(document, FENCE).pop("height_m")


def under_ground(document: Document) -> None:
    """The porch a metre below the ground."""
    rename(document, PORCH, "height_m", "z_m")
    part(document, PORCH)["z_m"] = -1


CHANGES: dict[str, Callable[[Document], Any]] = {
    "the porch at (45, 0)": lambda d: place(d, PORCH, [45, 0]),
    "the porch where the set is": into_the_set,
    "the porch inside the set": beside_the_set,
    'the porch at `"z_m": -1`': under_ground,
    "a fence with its top below the ground": buried,
    "seven bands": lambda d: part(d, SET)["power_db"].pop(),
    "−99 for a band that is not known": lambda d: part(d, SET)["power_db"].__setitem__(7, -99),
    "a fence of one point": lambda d: place(d, FENCE, [[5, -8]]),
    "a fence without height": lambda d: part(d, FENCE).pop("height_m"),
    "`height` for `height_m`": lambda d: rename(d, FENCE, "height_m", "height"),
    '`"kind": "reciever"`': lambda d: part(d, PORCH).update(kind="reciever"),
    '`"absorption": 1.2`': lambda d: part(d, HOUSE).update(absorption=1.2),
    '`"reflections": 2`': lambda d: d.update(reflections=2),
    "ground heights that end at 10 m": small_terrain,
    "coordinates in degrees": to_degrees,
}


def example(page: str) -> Document:
    """The example scene of the page."""
    found = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    if found is None:
        raise ValueError(f"{PAGE.name} has no example scene")
    return json.loads(found.group(1))


@contextmanager
def inside(folder: str) -> Iterator[None]:
    """Work in a folder for a while, so that sentences name the file alone."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def said(document: Document) -> tuple[int, str]:
    """Exit code and output of `siting levels` for a scene."""
    from click.testing import CliRunner

    from siting.cli import main

    with tempfile.TemporaryDirectory() as folder, inside(folder):
        Path(FILE).write_text(json.dumps(document), encoding="utf-8")
        result = CliRunner().invoke(main, ["levels", FILE], prog_name="siting")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def renewed(page: str) -> str:
    """The page with its output and its sentences as they are now."""
    document = example(page)
    _, output = said(document)
    rows = ["| change | answer |", "|---|---|"]
    for change, do in CHANGES.items():
        wrong = copy.deepcopy(document)
        do(wrong)
        code, sentence = said(wrong)
        if code != 2:
            raise ValueError(f"{change}: exit code {code}")
        rows.append(f"| {change} | {sentence.strip()} |")
    page = re.sub(
        r"```console\n" + re.escape(COMMAND) + r".*?```",
        lambda _: f"```console\n{COMMAND}{output}```",
        page,
        flags=re.DOTALL,
    )
    return re.sub(r"\| change \| answer \|\n(?:\|.*\n?)*", lambda _: "\n".join(rows) + "\n", page)


def write() -> None:
    """Renew the page."""
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="")
