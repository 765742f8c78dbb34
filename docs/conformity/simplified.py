"""Writes docs/simplifications.md: what the program leaves out, how large it is and on which side, numbers from small scenes."""

import math
from pathlib import Path

from conformity.lines import CASES, number
from conformity.small_scenes import SET, scenes
from kernels.bands import A_WEIGHTING_DB
from siting.levels import levels
from siting.parts import ReceiverLevel, Scene
from siting.scene.file import read_scene
from siting.scene.write import scene_document, scene_text

DOCS = Path(__file__).parents[1]
PAGE = DOCS / "simplifications.md"
FOLDER = DOCS / "simplifications"
TEMPLATE = Path(__file__).with_name("simplifications.md")
WALL_LOSS_DB = 10.0  # sound reduction of a light fence
SCREENED_DB = 15.0


def scene_files() -> dict[str, str]:
    """File name -> text of every small scene."""
    return {f"{name}.geojson": told(about, scene) for name, (about, scene) in scenes().items()}


def told(about: str, scene: Scene) -> str:
    """A scene's file with a line that says what it shows."""
    members = scene_document(scene)
    return scene_text({"type": members["type"], "description": about} | members)


def heard() -> dict[str, ReceiverLevel]:
    """What the receiver of every small scene hears, read from its file."""
    return {file.stem: levels(read_scene(file))[0] for file in sorted(FOLDER.glob("*.geojson"))}


def numbers(found: dict[str, ReceiverLevel]) -> dict[str, str]:
    """Every number of the page, by its name in the template."""
    a = {name: level.level_dba for name, level in found.items()}
    band = {name: level.level_db for name, level in found.items()}
    official = {name[-3:]: case["expected"] for name, case in CASES.items() if name.startswith("TR17534-3")}
    leak = 10 * math.log10(10 ** (-SCREENED_DB / 10) + 10 ** (-WALL_LOSS_DB / 10)) + SCREENED_DB
    hill = found["block-hill"].paths[0].terms.screening_db
    block = found["block-building"].paths[0].terms.screening_db
    trees = found["far-foliage"].paths[0].terms.foliage_db
    values = {
        "ridge_roof": a["roof-gable"] - a["roof-ridge"],
        "eaves_roof": a["roof-gable"] - a["roof-eaves"],
        "alternative": official["T01"]["LA_total"] - official["T05"]["LA_total"],
        "alternative_here": a["ground-hard"] - a["ground-alternative"],
        "canyon": a["canyon-images"] - a["canyon"],
        "ridge": a["ridge-below"] - a["ridge-above"],
        "kerb_63": band["open"][0] - band["kerb"][0],
        "kerb_1k": band["open"][4] - band["kerb"][4],
        "kerb_a": a["open"] - a["kerb"],
        "post": a["short-open"] - a["post-0.2m"],
        "pillar": a["short-open"] - a["post-1m"],
        "pillar_63": band["short-open"][0] - band["post-1m"][0],
        "leak": leak,
        "wall_loss": WALL_LOSS_DB,
        "screened": SCREENED_DB,
        "foliage": a["far-open"] - a["far-foliage"],
        "foliage_1k": trees[4],
        "arc": 1000**2 / 40_000,
        "hill": a["block-building"] - a["block-hill"],
        "hill_63": hill[0],
        "block_63": block[0],
        "facade": a["facade-before"] - a["facade-on"],
        "no_absorption": a["facade-before"] - a["facade-without"],
        "in_phase": 10 * math.log10(2),
        "set_before": a["set-before"] - a["set-alone"],
        "set_behind": a["set-alone"] - a["set-behind"],
        "ground_mixed": a["ground-hard"] - a["ground-mixed"],
        "ground_porous": a["ground-hard"] - a["ground-porous"],
        "weather": a["ground-hard"] - a["weather"],
        "slope": a["slope-height"] - a["slope-top"],
        "near": abs(a["near-point"] - a["near-boxes"]),
        "front_a": a["three-walls"] - a["front-lowered"],
        "front_most": max(band["three-walls"] - band["front-lowered"]),
        "set_power": 10
        * math.log10(sum(10 ** ((p + w) / 10) for p, w in zip(SET, A_WEIGHTING_DB, strict=True))),
        "corner": CASES["HAND_reflection_levels"]["expected"]["corner_second_order_dB"]
        - CASES["HAND_reflection_levels"]["expected"]["corner_first_order_only_dB"],
    }
    return {name: number(value, 1) for name, value in values.items()}


def page(found: dict[str, ReceiverLevel]) -> str:
    """The page as text."""
    return TEMPLATE.read_text(encoding="utf-8").format(**numbers(found))


def write() -> None:
    """Write the scenes and the page."""
    FOLDER.mkdir(exist_ok=True)
    files = scene_files()
    for old in FOLDER.glob("*.geojson"):
        if old.name not in files:
            old.unlink()
    for name, text in files.items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="")
    PAGE.write_text(page(heard()), encoding="utf-8", newline="")
