"""The page on scenes against the program. Oracles: the page as committed, the reader's own list of keys, and a sum by hand."""

import dataclasses
import json
import math
import re
import sys
from pathlib import Path

import geopandas
import pandas as pd
import pyogrio
import pytest
from click.testing import CliRunner
from shapely.geometry import shape

from siting.cli import main
from siting.levels import levels
from siting.parts import Air, Scene, Source
from siting.scene.features import KEYS, SHAPES
from siting.scene.file import SETTINGS, read_scene
from siting.scene.geojson import OWN

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))

from conformity import scene_page  # noqa: E402

TEXT = scene_page.PAGE.read_text(encoding="utf-8")


def rows(heading):
    """Cells of the first table under a heading."""
    section = re.split(r"^## ", TEXT, flags=re.MULTILINE)
    (mine,) = [part for part in section if part.startswith(heading)]
    lines = re.findall(r"^\|(.*)\|$", mine, re.MULTILINE)[2:]
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def test_output_and_sentences_are_what_the_program_prints():
    assert scene_page.renewed(TEXT) == TEXT, "run make conformity"
    assert "porch set  via house" in TEXT


def test_every_kind_and_key_is_told_with_its_geometry():
    told, kind = {}, ""
    for first, geometry, key, *_ in rows("Features"):
        kind = first or kind
        told.setdefault(kind, set()).update(re.findall(r"`(\w+)`", key))
        if geometry:
            assert tuple(geometry.split(", ")) == SHAPES[kind]
    assert told == {kind: set(keys) for kind, keys in KEYS.items()}


def test_every_member_is_told_with_its_default():
    told = {
        name: default
        for cell, default, _ in rows("Top-level members")
        for name in re.findall(r"`(\w+)`", cell)
    }
    assert set(told) == {*SETTINGS, *OWN} - {"type", "features"}
    defaults = {field.name: field.default for field in dataclasses.fields(Scene)}
    for name, default in told.items():
        if name == "air":
            assert json.loads(default.strip("`")) == dataclasses.asdict(Air())
        elif default != "none":
            assert json.loads(default.strip("`")) == defaults[name], name
    assert defaults["terrain"] is None
    assert Source("S", 0, 0, (0,) * 8).heading_deg == 0


def test_the_level_of_the_page_is_the_sum_of_its_rows():
    shown = [line.split() for line in TEXT.splitlines() if line.startswith(" porch set")]
    assert len(shown) == 16
    weights = dict(
        zip(
            ("63", "125", "250", "500", "1k", "2k", "4k", "8k"),
            (-26.2, -16.1, -8.6, -3.2, 0, 1.2, 1, -1.1),
            strict=True,
        )
    )
    energy = 0.0
    for words in shown:
        lw, dc, solid, adiv, aatm, agr, a_s, a_m, a_r, abar, dz, top, _, _, afol, asite, aref, cmet, level = (
            float(words[-19 + k]) if words[-19 + k] != "-" else math.nan for k in range(19)
        )
        assert level == pytest.approx(
            lw + dc + solid - adiv - aatm - agr - abar - afol - asite - aref - cmet, abs=0.05
        )
        assert agr == pytest.approx(a_s + a_m + a_r, abs=0.02)
        assert top == pytest.approx(dz - max(0.0, agr), abs=0.011)
        energy += 10 ** ((level + weights[words[-20]]) / 10)
    (last,) = [line.split() for line in TEXT.splitlines() if line.startswith("  porch")]
    assert float(last[-1]) == pytest.approx(10 * math.log10(energy), abs=0.01)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_as_a_geopackage_it_sounds_the_same(tmp_path):
    """As the page tells it: a layer for each type of geometry, lists as JSON text, members in the table `scene`."""
    document = scene_page.example(TEXT)
    (tmp_path / "scene.geojson").write_text(json.dumps(document), encoding="utf-8")
    layers = {}
    for feature in document["features"]:
        values = {k: json.dumps(v) if isinstance(v, list) else v for k, v in feature["properties"].items()}
        layers.setdefault(feature["geometry"]["type"], []).append(
            values | {"geometry": shape(feature["geometry"])}
        )
    file = tmp_path / "scene.gpkg"
    for layer, features in layers.items():
        geopandas.GeoDataFrame(features, geometry="geometry", crs=None).to_file(
            file, layer=layer, driver="GPKG"
        )
    members = [(key, json.dumps(value)) for key, value in document.items() if key not in ("type", "features")]
    pyogrio.write_dataframe(pd.DataFrame(members, columns=["key", "value"]), file, layer="scene")
    (here,), (there,) = (levels(read_scene(tmp_path / name)) for name in ("scene.geojson", "scene.gpkg"))
    assert here.level_dba == there.level_dba
    assert len(here.paths) == len(there.paths) == 2


def test_the_readme_shows_what_the_verbs_print(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    blocks = re.findall(
        r"```console\n\$ siting (.*)\n([^`]*)```", (ROOT / "README.md").read_text(encoding="utf-8")
    )
    assert [words.split()[0] for words, _ in blocks] == ["levels", "contours"]
    for words, shown in blocks:
        told = CliRunner().invoke(main, words.replace("out/barrier", str(tmp_path)).split())
        assert told.exit_code == 0 and told.stdout == shown.replace("out/barrier", str(tmp_path))
