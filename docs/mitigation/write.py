"""Run by hand: the frontiers of docs/mitigation.md, from the example site and from one Cambridge lot beside the checkout.

    .venv/bin/python docs/mitigation/write.py [example | cambridge]

Each leaves its plot and its numbers in this folder.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from siting.cli import main

HERE = Path(__file__).parent
PAGE = HERE.parent / "mitigation.md"
ROOT = HERE.parents[1]
EXAMPLE = ROOT / "data" / "examples"
CAMBRIDGE = ROOT.parent / "shared" / "geodata" / "cambridge-ma"
ASKED = {
    "example": [
        EXAMPLE / "parcels.geojson", "--id", "EX-001", "--max", "--ordinance", "exampleton", "--zoning",
        EXAMPLE / "zoning.geojson", "--zone-field", "zone", "--buildings", EXAMPLE / "buildings.geojson", "--terrain",
        EXAMPLE / "terrain.tif",
    ],
    "cambridge": [
        CAMBRIDGE / "derived_parcels_fy2014_tax_epsg2249_usfeet.gpkg", "--id", "14-45", "--max", "--sound-at", "10ft",
        "--ordinance", ROOT / "docs" / "examples" / "cambridge-demonstration.toml", "--zoning",
        CAMBRIDGE / "CDD_ZoningDistricts.geojson", "--zone-field", "ZONE_TYPE",
    ],
}  # fmt: skip


def write(name: str) -> None:
    """Search one lot and keep its plot and its numbers."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        words = [str(word) for word in ("mitigate", *ASKED[name], "-o", out)]
        result = CliRunner().invoke(main, words, catch_exceptions=False)
        print(result.output)
        (HERE / f"{name}.svg").write_text((out / "mitigation.svg").read_text("utf-8"), "utf-8")
        found = json.loads((out / "mitigation.json").read_text("utf-8"))["mitigation"]
    kept = (
        "kind",
        "size",
        "units",
        "margin_db",
        "quieter_db",
        "wall_height_ft",
        "wall_length_ft",
        "wall_area_sq_ft",
        "sentence",
    )
    rows = {key: [{k: row[k] for k in kept} for row in found[key]] for key in ("remedies", "frontier")}
    numbers = {
        "goal": found["goal"],
        "allowed": found["allowed"],
        "no_help": found["no_help"],
        "runs": found["runs"],
        **rows,
    }
    (HERE / f"{name}.json").write_text(json.dumps(numbers, indent=1, ensure_ascii=False) + "\n", "utf-8")


def table(rows: list[dict[str, Any]], head: str) -> str:
    """Rows as a table of the page."""
    lines = [f"| {head} | what | how much |", "|---|---|---|"]
    lines += [f"| {row['units']} | {row['kind']} | {row['size']} |" for row in rows]
    return "\n".join(lines)


def told(name: str) -> str:
    """What the page says of one lot, from its numbers."""
    found = json.loads((HERE / f"{name}.json").read_text("utf-8"))
    start = f"Allowed as it is: {found['allowed']}; looked for: {found['goal']}; {found['runs']} full runs."
    no_help = "\n".join(f"- {sentence}" for sentence in found["no_help"])
    plot = f"![units against wall and decibels](mitigation/{name}.svg)"
    parts = [
        start,
        table(found["remedies"], "units"),
        no_help,
        "The frontier:",
        table(found["frontier"], "units"),
        plot,
    ]
    return "\n\n".join(part for part in parts if part)


def put_in_page(name: str) -> None:
    """The part of the page between its two marks."""
    text = PAGE.read_text("utf-8")
    first, mark, rest = text.partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition("<!-- end -->")
    PAGE.write_text(f"{first}{mark}\n{told(name)}\n\n{end}{after}", "utf-8")


if __name__ == "__main__":
    for each in sys.argv[1:] or ASKED:
        write(each)
        put_in_page(each)
