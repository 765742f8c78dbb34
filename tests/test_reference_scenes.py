"""The scenes under tests/reference. Oracles: the numbers given beside the checkout, and the printed lengths of each path."""

import importlib.util
import json
import math
from pathlib import Path

import numpy as np
import pytest
from flat_cases import EVERY

from siting.scene.file import read_scene

HERE = Path(__file__).parent / "reference"
GIVEN = Path(__file__).parents[2] / "shared" / "reference" / "acoustics.json"
NO_SCENE = {  # cases of the air alone, or of one level without bands
    "ISO9613-1_Table1",
    "ISO9613-2_Table2",
    "LAI2023_Table5_WR",
}


@pytest.fixture(scope="module")
def writer():
    spec = importlib.util.spec_from_file_location("write_scenes", HERE / "write_scenes.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_files_are_what_the_script_writes(writer):
    written = {name: writer.text(about, scene) for name, (about, scene) in writer.scenes().items()}
    on_disk = {file.stem: file.read_text(encoding="utf-8") for file in (HERE / "scenes").iterdir()}
    assert on_disk == written


def test_every_case_has_its_scene_or_its_reason():
    names = [file.stem for file in (HERE / "scenes").iterdir()]
    for case in EVERY:
        stem = case.removesuffix("_grazing")
        assert any(name.startswith(stem) for name in names) != (case in NO_SCENE), case


def test_no_number_was_changed_on_the_way_from_the_given_ones():
    if not GIVEN.is_file():
        pytest.skip("the given reference numbers do not lie beside the checkout")
    given = {case["id"]: case for case in json.loads(GIVEN.read_text(encoding="utf-8"))["cases"]}
    assert list(given) == list(EVERY)
    for name, case in EVERY.items():
        whole = given[name]["inputs"] | given[name]["expected"]
        for key, value in (case["inputs"] | case["expected"]).items():
            assert value == whole[key], (name, key)
        assert all(
            case[key] == given[name][key] for key in ("source", "trust", "tolerance", "title") if key in case
        )


def profile_at(scene, x):
    """Ground height of a scene that is the same everywhere across the x axis."""
    lines = sorted((part.xyz[0, 0], part.xyz[0, 2]) for part in scene.elevation) or [(0, 0)]
    return float(np.interp(x, *zip(*lines, strict=True)))


@pytest.mark.parametrize("name", [name for name in EVERY if name.startswith("JRC")])
def test_profiles_have_the_printed_lengths(name):
    scene, expected = read_scene(HERE / "scenes" / f"{name}.geojson"), EVERY[name]["expected"]
    (source,), (receiver,) = scene.sources, scene.receivers
    zs = profile_at(scene, source.x_m) + source.height_m
    zr = profile_at(scene, receiver.x_m) + receiver.height_m
    assert math.dist((source.x_m, zs), (receiver.x_m, zr)) == pytest.approx(expected["d_m"], abs=0.006)
    for x, z in expected.get("diffraction_edges_d_z", []):
        tops = [wall.top_m for wall in scene.walls if wall.line.coords[0][0] == x]
        assert (tops[0] if tops else profile_at(scene, x)) == z
        dss, dsr = math.dist((source.x_m, zs), (x, z)), math.dist((x, z), (receiver.x_m, zr))
        assert dss == pytest.approx(expected["barrier_path"]["dss"], abs=1e-4)
        assert dsr == pytest.approx(expected["barrier_path"]["dsr"], abs=1e-4)


def test_the_thick_wall_has_its_worked_detour():
    scene, expected = (
        read_scene(HERE / "scenes" / "HAND_thick_wall.geojson"),
        EVERY["HAND_thick_wall"]["expected"],
    )
    left, _, right, _ = scene.buildings[0].outline.bounds
    rise = scene.buildings[0].height_m - scene.sources[0].height_m
    end = scene.receivers[0].x_m
    detour = math.hypot(left, rise) + (right - left) + math.hypot(end - right, rise) - end
    assert detour == pytest.approx(expected["z_m"], abs=5e-5)


def test_the_limit_of_screening_lies_a_tenth_of_a_wavelength_below_the_line_of_sight():
    scene = read_scene(HERE / "scenes" / "HAND_grazing_limit.geojson")
    below = scene.sources[0].height_m - scene.walls[0].height_m
    assert 2 * (math.hypot(50, below) - 50) == pytest.approx(340 / 1000 / 10, rel=1e-9)
