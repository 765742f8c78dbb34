"""The page on simplifications against the program. Oracles: the page as committed, and its larger numbers by hand."""

import math
import re
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))

from conformity import simplified, small_scenes  # noqa: E402

WAVELENGTH = 340 / (62.5 * 2.0 ** np.arange(8))


@pytest.fixture(scope="module")
def heard():
    return simplified.heard()


def test_the_scenes_are_what_the_script_writes():
    on_disk = {file.name: file.read_text(encoding="utf-8") for file in simplified.FOLDER.iterdir()}
    assert on_disk == simplified.scene_files()


def test_the_page_says_what_the_program_computes(heard):
    assert simplified.PAGE.read_text(encoding="utf-8") == simplified.page(heard), "run make conformity"


def test_every_scene_named_is_there_and_every_scene_is_named():
    page = simplified.PAGE.read_text(encoding="utf-8")
    named = {word for group in re.findall(r"\((`[^)]*`)\)", page) for word in re.findall(r"`([^`]+)`", group)}
    assert named - {"c0_db"} == {Path(name).stem for name in simplified.scene_files()}


def test_rows_are_ordered_by_size():
    page = simplified.PAGE.read_text(encoding="utf-8")
    for part in page.split("## ")[2:4]:
        sizes = []
        for row in re.findall(r"^\| (?!what|-)[^|]*\| ([^|]*)\|", part, re.MULTILINE):
            first = row.split(",")[0]
            found = re.findall(r"\d+\.\d|\d+(?= dB)", first)
            sizes.append(max(map(float, found)) if found else 0.0)
        assert sizes == sorted(sizes, reverse=True), sizes
        assert len(sizes) > 5


def test_the_kerb_by_hand(heard):
    """z < 0: Dz = 10 lg(3 + 20 z / lambda) over the top, and 4.77 dB or more round the ends, which are 1 km away."""
    z = math.hypot(50, 0.5) - math.hypot(25, 0.5) - math.hypot(25, 1.0)
    dz = 10 * np.log10(np.maximum(1, 3 + 20 * z / WAVELENGTH))
    found = heard["open"].level_db - heard["kerb"].level_db
    assert found == pytest.approx(dz, abs=0.01)
    assert found[0] == pytest.approx(4.65, abs=0.01)


def test_the_street_by_hand(heard):
    """Images every 12 m, 0.97 dB a reflection; the program has one image on either side, where 7.5 lets it be."""
    order = np.arange(-200, 201)
    away = np.hypot(60.0, order * small_scenes.STREET)
    share = 0.8 ** np.abs(order) / away**2
    # at 63 Hz air takes nothing, 7.5 lets nothing be reflected, and the ground adds 3 dB and 3 q more beyond 30 (hs + hr)
    on_ground = share * 10 ** (0.3 * np.maximum(0, 1 - 90 / away))
    every = heard["canyon-images"].level_db[0] - heard["canyon"].level_db[0]
    assert every == pytest.approx(10 * math.log10(on_ground.sum() / share[200]), abs=0.01)
    assert len(heard["canyon"].paths) == 3
    both = 10 * math.log10(share[199:202].sum() / share[200])
    assert heard["canyon"].level_db[5] - heard["canyon"].paths[0].level_db[5] == pytest.approx(both, abs=0.05)


def test_a_ridge_takes_4_8_db_at_once(heard):
    assert heard["ridge-below"].paths[0].terms.screening_db == pytest.approx(np.zeros(8))
    assert heard["ridge-above"].paths[0].terms.screening_db == pytest.approx(
        np.full(8, 10 * math.log10(3)), abs=0.01
    )


def test_the_hill_has_no_ways_round(heard):
    hill, block = (heard[name].paths[0].terms for name in ("block-hill", "block-building"))
    assert hill.screening_db == pytest.approx(block.screening_top_db, abs=0.01)
    assert math.isnan(hill.detour_left_m)
    assert not math.isnan(block.detour_left_m)


def test_a_facade_is_heard_before_it_and_not_on_it(heard):
    assert len(heard["facade-on"].paths) == len(heard["facade-without"].paths) == 1
    assert len(heard["facade-before"].paths) == 2
    added = heard["facade-before"].level_dba - heard["facade-without"].level_dba
    assert added == pytest.approx(10 * math.log10(1.8), abs=0.01)


def test_leak_of_a_fence_by_hand(heard):
    # 10^-1.5 = 0.0316 over the top and 0.1 through: 0.1316, 8.81 dB in place of 15
    assert simplified.numbers(heard)["leak"] == f"{15 - 8.807:.1f}"


def test_margins_by_hand(heard):
    """Source 3.02 dB, at 1 kHz with 2 dB of its spectrum 3.63, reading 1.4; 1.645 deviations at 95 %."""
    power = np.add(small_scenes.SET, (-26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1))
    share = 10 ** (power / 10) / sum(10 ** (power / 10))
    band = 3 / math.hypot(*share)
    said = simplified.numbers(heard)
    assert said["band_sigma"] == f"{band:.1f}"
    assert said["band_margin"] == f"{1.645 * (math.hypot(3.63, band, 1.4) - math.hypot(3.63, 3, 1.4)):.1f}"
    assert said["screened_margin"] == f"{1.645 * (math.hypot(3.02, 6, 1.4) - math.hypot(3.02, 3, 1.4)):.1f}"


def test_whole_days_by_hand(heard):
    said = simplified.numbers(heard)
    # 15 hours of day, 9 of night ten times; 12 of day, 3 of evening 10^0.5 times, 9 of night
    assert [said["ldn_all"], said["ldn"]] == [f"{10 * math.log10(x):.1f}" for x in (105 / 24, 105 / 15)]
    evening = 3 * 10**0.5
    sums = ((102 + evening) / 24, (102 + evening) / (12 + evening))
    assert [said["cnel_all"], said["cnel"]] == [f"{10 * math.log10(x):.1f}" for x in sums]


def test_a_band_of_an_old_code_by_hand(heard):
    """500 Hz and 1 kHz reach into 600-1200 Hz: of 355 to 708 Hz lg(708 / 600) / lg 2, of 708 to 1413 Hz lg(1200 / 708) / lg 2."""
    low, high = 10**6.67, 10**5.89
    part = low * math.log2(708 / 600) + high * math.log2(1200 / 708)
    assert simplified.numbers(heard)["old_band"] == f"{10 * math.log10((low + high) / part):.1f}"
