"""The bench's scenes and rows at a thousandth of their size. Oracles: the slow twin, geometry by shapely; no times."""

import re

import numpy as np
import pytest
import shapely
from bench import goteborg, page, plain, rows, scenes, start
from shapely.geometry import LineString, Point
from slow_twin import attenuation, level

from kernels.air import band_absorption_db_per_m
from siting.scene.prepared import prepare

SCALE = 1 / 1000


def test_plain_numpy_is_the_method_path_by_path():
    sources, receivers = scenes.flat_places(2, 5)
    power, alpha = np.array([scenes.POWER_DB] * 2), band_absorption_db_per_m(*rows.AIR)
    got = plain.levels(sources, receivers, power, alpha, rows.G)
    for s, (xs, ys, hs) in enumerate(sources):
        for r, (x, y, h) in enumerate(receivers):
            loss = attenuation((xs, ys), hs, (x, y), h, alpha, rows.G, rows.G, rows.G)
            assert got[s, r] == pytest.approx(level(power[s], loss), abs=1e-9)


def test_the_town_is_what_the_page_says():
    scene = scenes.town(1000.0)
    assert (len(scene.buildings), len(scene.walls), len(scene.sources)) == (100, 20, 20)
    outlines = [building.outline for building in scene.buildings]
    sides = [shapely.get_coordinates(outline) for outline in outlines]
    lengths = np.array([np.hypot(*np.diff(side, axis=0).T) for side in sides])
    assert lengths.min() >= 8 and lengths.max() <= 25 and lengths.shape == (100, 4)
    assert all(4 <= building.height_m <= 15 for building in scene.buildings)
    assert all(20 <= wall.line.length <= 60 and 2 <= wall.height_m <= 4 for wall in scene.walls)
    solid = shapely.union_all(outlines)
    assert solid.area == pytest.approx(sum(outline.area for outline in outlines))
    free = scenes.outdoors(scene.buildings, 1000.0, 50, seed=8)
    places = [*map(Point, free), *(Point(source.x_m, source.y_m) for source in scene.sources)]
    assert min(solid.distance(place) for place in places) >= scenes.CLEAR_M


def test_nothing_stands_in_the_corridor():
    scene = scenes.corridor(200, 600.0)
    ends = scenes.corridor_receivers(20)
    solid = shapely.union_all([building.outline for building in scene.buildings])
    for source in scene.sources:
        for end in ends:
            assert LineString([(source.x_m, source.y_m), end]).distance(solid) > 1
    assert rows.heard(scene, ends).screened() == 0.0


def test_rolling_ground_reaches_beyond_the_town_and_has_slopes_of_some_per_cent():
    ground = scenes.rolling(500.0)
    slope = np.hypot(*np.gradient(ground.z_m))
    assert ground.z_m.shape == (581, 581)
    assert 0.01 < np.median(slope) < 0.15
    assert 10 < np.ptp(ground.z_m) < 60


@pytest.mark.parametrize("name", ["flat", "screens", "threads", "sight", "linear", "reflections"])
def test_every_row_runs(name, monkeypatch):
    monkeypatch.setattr(rows, "OUT_OF_SIGHT", (3, 6))
    for row in rows.ALL[name](SCALE, 1):
        assert re.search(r"\d|PyWake is not installed|shared", row.result)
        assert row.timing is None or row.timing.cpu_s >= 0
        assert page.line(row).count("|") == 7


def test_share_of_screened_pairs_is_that_of_broken_lines_of_sight():
    scene = scenes.town(500.0)
    work = rows.heard(scene, scenes.outdoors(scene.buildings, 500.0, 20, seed=8))
    crossed = 0
    for source in prepare(scene).sources:
        for receiver in work.receivers:
            sight = LineString([source[:2], receiver[:2]])
            crossed += any(sight.crosses(part.outline) for part in scene.buildings)
    assert (
        work.screened() >= 0.9 * crossed / work.pairs
    )  # walls, and edges below the line of sight, come on top
    assert work.screened() < 1.0


@pytest.mark.skipif(not goteborg.DATA.is_dir(), reason=goteborg.MISSING)
def test_goteborg_has_its_buildings():
    scene = goteborg.goteborg(sources=2)
    assert len(scene.buildings) == 137
    tops = np.array([building.top_m for building in scene.buildings])
    assert 10 < np.median(tops) - np.median(scene.terrain.z_m) < 25


def test_imports_are_counted_once_by_package():
    told = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       100 |        100 |     numpy.core\n"
        "import time:       200 |        300 |   numpy\n"
        "import time:       500 |        500 |   shapely\n"
        "import time:      1000 |       1800 | siting.cli\n"
    )
    assert dict(start.imports(told)) == pytest.approx({"siting": 0.0018, "numpy": 0.0003, "shapely": 0.0005})


def test_a_row_that_cannot_be_timed_stays_on_the_page(tmp_path):
    file = tmp_path / "performance.md"
    old = page.line(rows.Row("… against PyWake's ISO model", "123 ×", "100 ×", True, rows.Timing(1.0, 2.0)))
    file.write_text(f"words\n{page.BEGIN}\n{page.HEAD}{old}{page.END}\nmore\n", encoding="utf-8")
    missing = rows.Row("… against PyWake's ISO model", "PyWake is not installed", "100 ×")
    page.write([rows.Row("new", "7 ×"), missing], file)
    text = file.read_text(encoding="utf-8")
    assert "123 ×" in text and "| new | 7 × |" in text and "not installed" not in text
    assert text.startswith("words\n") and text.endswith(f"{page.END}\nmore\n")
    assert page.machine() in text
