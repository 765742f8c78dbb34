"""Writes docs/simplifications.md: what the program leaves out, how large it is and on which side, numbers from small scenes."""

import math
from pathlib import Path

import numpy as np

from conformity.lines import CASES, number
from conformity.small_scenes import SET, scenes
from kernels.bands import A_WEIGHTING_DB
from siting import uncertainty
from siting.catalog import load_spectra, load_unit
from siting.levels import levels
from siting.metrics import OLD, weights
from siting.parts import ReceiverLevel, Scene
from siting.rules.duty import CNEL_DB, LDN_DB
from siting.scene.file import read_scene
from siting.scene.write import scene_document, scene_text
from siting.sound import resolve_sound

DOCS = Path(__file__).parents[1]
PAGE = DOCS / "simplifications.md"
FOLDER = DOCS / "simplifications"
TEMPLATE = Path(__file__).with_name("simplifications.md")
WALL_LOSS_DB = 10.0  # sound reduction of a light fence
SCREENED_DB = 15.0
CONFIDENCE = 0.95


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
    values |= margins() | tones(band["ground-porous"]) | hours() | {"old_band": old_band()}
    return {name: number(value, 1) for name, value in values.items()}


def margins() -> dict[str, float]:
    """What margins would grow by, dB, if the method erred more in a band, or behind a screen, than in dB(A).

    Bands that err alike and independently of each other come to the A-weighted deviation by their parts of the energy.
    """
    energy = 10 ** ((np.array(SET) + A_WEIGHTING_DB) / 10)
    share = energy / energy.sum()
    band = uncertainty.STATED_DB / math.sqrt((share**2).sum())
    unit = load_unit("gx230")
    sound = resolve_sound(unit, None)
    source, z = uncertainty.source_db(unit, sound, ("1000", "dba")), uncertainty.quantile(CONFIDENCE)
    method = np.array([uncertainty.STATED_DB, band, uncertainty.BEYOND_DB])
    sigma = uncertainty.total_db(source, method, uncertainty.reading_db(unit, sound))
    return {
        "band_sigma": band,
        "band_margin": z * (sigma[1, 0] - sigma[0, 0]),
        "screened_margin": z * (sigma[2, 1] - sigma[0, 1]),
    }


def tones(heard_db: np.ndarray) -> dict[str, float]:
    """How much more or less bands stand above the louder of their neighbours than at the source, dB."""
    sent, found = (np.asarray(db)[1:-1] - np.maximum(db[:-2], db[2:]) for db in (np.array(SET), heard_db))
    change = found - sent  # 125 Hz to 4 kHz
    return {"tone_rise": change[3], "tone_fall": -change[1]}


def hours() -> dict[str, float]:
    """Ldn and CNEL of a steady sound in every hour less its level, and less those of the hours from 7 to 22 alone, dB."""
    return {
        "ldn_all": LDN_DB,
        "cnel_all": CNEL_DB,
        "ldn": LDN_DB - 10 * math.log10(15 / 24),
        "cnel": CNEL_DB - 10 * math.log10((12 + 3 * 10**0.5) / 24),
    }


def old_band() -> float:
    """How much louder an old octave band is at most if it holds all of the octaves that reach into it, dB."""
    (engine,) = [spectrum for spectrum in load_spectra() if spectrum.name == "engine"]
    energy, part = 10 ** (np.array([engine.shape_31_db, *engine.shape_db]) / 10), weights(OLD)
    return float((10 * np.log10(((part > 0) @ energy) / (part @ energy))).max())


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
