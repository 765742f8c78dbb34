"""The noise map. Oracles: fields with circles for isolines, rasterio's cell coordinates, arithmetic by hand, other tiles."""

import json
import math
import tracemalloc

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import CRS

from siting.contours import forecast as clock
from siting.contours import isolines as lines
from siting.contours.extent import default_bounds
from siting.contours.files import write_map
from siting.contours.forecast import Forecast, forecast_time
from siting.contours.grid import Block, blocks, grid_over, middles, spread
from siting.contours.isolines import isolines
from siting.contours.words import duration, sentence, summary
from siting.errors import InputError
from siting.geodata.crs import metre_twin
from siting.parts import Elevation, Raster, Scene, Source

SILENT = -300.0
X0, Y0 = 147_800.0, 6_398_600.0  # coordinates as large as they are on maps


def loud(xy):
    """100 dB(A) at 1 m, falling with 20 lg of the distance."""
    return 100 - 20 * np.log10(np.hypot(xy[:, 0] - X0, xy[:, 1] - Y0))


def hilly(xy):
    """Lines of all shapes, with two blocks where nothing is known."""
    x, y = xy[:, 0] - X0, xy[:, 1] - Y0
    level = 55 + 12 * np.sin(x / 9) * np.cos(y / 13) + 9 * np.sin((x + 2 * y) / 31) - 0.02 * x
    inside = (abs(x - 20) < 14) & (abs(y + 11) < 8) | (abs(x + 40) < 3) & (abs(y) < 30)
    return np.where(inside, np.nan, level)


def whole(grid, evaluate):
    values = evaluate(middles(grid, Block(0, 0, grid.rows, grid.columns))).reshape(grid.rows, grid.columns)
    return lambda block: values[
        block.row : block.row + block.rows, block.column : block.column + block.columns
    ]


def around(half, step_m):
    return grid_over((X0 - half, Y0 - half, X0 + half, Y0 + half), step_m)


def source(x, y, power_dba):
    return Source("s", x, y, (*[SILENT] * 4, power_dba, *[SILENT] * 3), height_m=1.0)  # 1 kHz: A-weighting 0


def features(folder):
    return json.loads((folder / "isolines.geojson").read_text())["features"]


def refused(call, *words):
    with pytest.raises(InputError) as caught:
        call()
    text = str(caught.value)
    assert all(word in text for word in words), text
    assert "\n" not in text and text.endswith(".")


def test_a_value_is_the_level_over_the_middle_that_the_file_says(tmp_path):
    grid = grid_over((X0 - 50.3, Y0 - 20.1, X0 + 33.3, Y0 + 44.4), 0.7)
    write_map(hilly, grid, tmp_path, height_m=1.5, crs="EPSG:3007", tile=16)
    with rasterio.open(tmp_path / "levels.tif") as data:
        row, column = np.indices(data.shape)
        x, y = (np.array(part) for part in data.xy(row.ravel(), column.ravel()))
        assert data.read(1).ravel().tobytes() == hilly(np.column_stack([x, y])).tobytes()
        assert (data.units[0], data.tags()["height_m"], data.crs.to_epsg()) == ("dB(A)", "1.5", 3007)
        assert data.shape == (math.ceil(64.5 / 0.7), math.ceil(83.6 / 0.7))
        assert (data.bounds.left, data.bounds.top) == (X0 - 50.3, Y0 + 44.4)


def test_neither_tile_nor_run_changes_a_byte(tmp_path):
    grid = around(70, 0.5)
    for name, tile in (("a", 256), ("b", 256), ("c", 17), ("d", 100)):
        write_map(hilly, grid, tmp_path / name, height_m=1.5, crs="EPSG:3007", tile=tile)
    for file in ("levels.tif", "isolines.geojson"):
        assert len({(tmp_path / name / file).read_bytes() for name in "abcd"}) == 1, file


def test_isolines_of_one_source_are_circles():
    step_m, grid = 1.0, around(60, 1.0)
    found = dict(isolines(whole(grid, loud), grid))
    assert sorted(found) == [
        65.0,
        70,
        75,
        80,
        85,
        90,
        95,
        100,
    ]  # 61.5 dB in the corner, 103.0 beside the source
    for level, (ring,) in found.items():
        radius = 10 ** ((100 - level) / 20)
        away = np.hypot(*(ring - (X0, Y0)).T)
        assert np.all(
            abs(away - radius) <= step_m**2 / (8 * radius) + 1e-3
        )  # the error of linear interpolation; rounding
        assert np.array_equal(ring[0], ring[-1])
        assert shapely.polygons(ring).area == pytest.approx(math.pi * radius**2, rel=0.2 / radius**2)


@pytest.mark.parametrize(
    "evaluate", [hilly, lambda xy: np.round(hilly(xy)), lambda xy: 5 * np.round(hilly(xy) / 5)]
)
def test_lines_do_not_depend_on_blocks(evaluate):
    """Also where cells have a line's level to the bit, and many."""
    grid = around(50, 1.0)
    first, *others = (
        [
            (level, [line.tolist() for line in group])
            for level, group in isolines(whole(grid, evaluate), grid, side)
        ]
        for side in (1000, 64, 33, 7, 1)
    )
    assert len(first) >= 8 and all(other == first for other in others)


def test_lines_cross_the_edges_between_cells_where_the_level_is():
    """Every vertex of a line lies between two known cell middles at its share of their levels."""
    grid = around(50, 1.0)
    for level, group in isolines(whole(grid, hilly), grid):
        column, row = (np.concatenate(group) - (grid.west_m + 0.5, grid.north_m - 0.5)).T * [[1], [-1]]
        on_row, on_column = abs(row - np.round(row)) < 2e-3, abs(column - np.round(column)) < 2e-3
        assert np.mean(on_row | on_column) > 0.97  # the rest cut corners beside cells without a level
        for mine, along, across in ((on_row, column, row), (on_column & ~on_row, row, column)):
            first, fixed = np.floor(along[mine]), np.round(across[mine])
            ends = [(at, fixed) if mine is on_row else (fixed, at) for at in (first, first + 1)]
            levels = [
                hilly(np.column_stack([grid.west_m + c + 0.5, grid.north_m - r - 0.5])) for c, r in ends
            ]
            drawn = levels[0] + (along[mine] - first) * (levels[1] - levels[0])
            known = ~np.isnan(drawn)  # rounding puts a few beyond a middle
            assert known.mean() > 0.97 and drawn[known] == pytest.approx(level, abs=0.02)


def test_no_line_where_no_level_is_known(tmp_path):
    write_map(hilly, around(70, 0.5), tmp_path, height_m=1.5)
    drawn = shapely.from_geojson((tmp_path / "isolines.geojson").read_text())
    assert not drawn.intersects(shapely.box(X0 + 6.5, Y0 - 18.5, X0 + 33.5, Y0 - 3.5))
    assert drawn.intersects(shapely.box(X0 + 5, Y0 - 20, X0 + 35, Y0 - 2))


def test_silence_is_below_every_line():
    def muffled(xy):
        return np.where(np.hypot(xy[:, 0] - X0, xy[:, 1] - Y0) > 20, -np.inf, 57.0)

    found = dict(isolines(whole(around(30, 1.0), muffled), around(30, 1.0)))
    assert sorted(found) == [5.0 * k for k in range(12)]  # 0 to 55: none for what nobody hears
    for (ring,) in found.values():
        assert np.all(abs(np.hypot(*(ring - (X0, Y0)).T) - 20) < math.sqrt(2))


def test_a_map_without_any_level(tmp_path):
    facts = write_map(lambda xy: np.full(len(xy), np.nan), around(10, 1.0), tmp_path, height_m=1.5)
    assert (facts["without_level"], facts["lowest_dba"], facts["highest_dba"]) == (400, None, None)
    assert features(tmp_path) == []


def test_what_is_told_of_a_map(tmp_path):
    facts = write_map(hilly, around(50, 1.0), tmp_path, height_m=4.0)
    level = hilly(middles(around(50, 1.0), Block(0, 0, 100, 100)))
    assert facts == {
        "files": ["isolines.geojson", "levels.tif"], "bounds": [X0 - 50, Y0 - 50, X0 + 50, Y0 + 50], "step_m": 1.0,
        "height_m": 4.0, "receivers": 10_000, "without_level": int(np.isnan(level).sum()),
        "lowest_dba": np.nanmin(level), "highest_dba": np.nanmax(level),
    }  # fmt: skip
    assert facts["without_level"] == 28 * 16 + 6 * 60
    assert {f["properties"]["height_m"] for f in features(tmp_path)} == {4.0}
    assert all(f["properties"]["level_dba"] % 5 == 0 for f in features(tmp_path))


def test_the_raster_is_cloud_optimised(tmp_path):
    grid = around(600, 2.0)
    write_map(hilly, grid, tmp_path, height_m=1.5, crs="EPSG:3007")
    with rasterio.open(tmp_path / "levels.tif") as data:
        kept = data.tags(ns="IMAGE_STRUCTURE")
        assert (kept["LAYOUT"], kept["COMPRESSION"], kept["PREDICTOR"]) == ("COG", "DEFLATE", "3")
        assert (data.dtypes, data.block_shapes) == (("float64",), [(256, 256)])
        assert math.isnan(data.nodata) and data.overviews(1) == [2, 4]
        level = data.read(1)
    with rasterio.open(tmp_path / "levels.tif", overview_level=0) as view:
        small = view.read(1)
        assert (small.shape, view.block_shapes) == ((300, 300), [(256, 256)])
    assert np.isin(small[~np.isnan(small)], level).all()  # values of the map, none averaged
    head = (tmp_path / "levels.tif").read_bytes()[:400]
    assert b"LAYOUT=IFDS_BEFORE_DATA" in head and b"BLOCK_ORDER=ROW_MAJOR" in head


def test_coordinate_systems_reach_both_files(tmp_path):
    twin = metre_twin(CRS.from_epsg(2249)).to_wkt()  # Massachusetts in metres: no code names it
    for name, crs in (("code", "EPSG:3007"), ("text", twin), ("none", None)):
        write_map(loud, around(20, 1.0), tmp_path / name, height_m=1.5, crs=crs)
        read = geopandas.read_file(tmp_path / name / "isolines.geojson")
        assert tuple(read.total_bounds) == pytest.approx(
            (X0 - 17.783, Y0 - 17.783, X0 + 17.783, Y0 + 17.783), abs=0.01
        )
        with rasterio.open(tmp_path / name / "levels.tif") as data:
            if crs is None:
                assert data.crs is None
                assert json.loads((tmp_path / name / "isolines.geojson").read_text())["crs"] is None
            else:
                assert CRS.from_wkt(data.crs.to_wkt()).equals(
                    CRS.from_user_input(crs), ignore_axis_order=True
                )
                assert read.crs.equals(CRS.from_user_input(crs), ignore_axis_order=True)


def test_an_interrupt_leaves_what_was_there(tmp_path):
    folder = tmp_path / "map"
    write_map(loud, around(20, 1.0), folder, height_m=1.5)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    asked = []

    def stopped(xy):
        asked.append(len(xy))
        if len(asked) == 3:
            raise KeyboardInterrupt
        return hilly(xy)

    for where in (folder, tmp_path / "new"):
        asked.clear()
        with pytest.raises(KeyboardInterrupt):
            write_map(stopped, around(20, 1.0), where, height_m=1.5, tile=16)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert list((tmp_path / "new").iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    refused(
        lambda: write_map(loud, around(9, 1.0), tmp_path / "file", height_m=1.5), "file", "cannot be written"
    )


def test_progress_counts_cells(tmp_path):
    seen = []
    write_map(
        loud, around(20, 1.0), tmp_path, height_m=1.5, tile=16, progress=lambda *state: seen.append(state)
    )
    assert len(seen) == 9 and seen[0] == (256, 1600) and seen[-1] == (1600, 1600) and seen == sorted(seen)


def test_memory_does_not_grow_with_the_map(tmp_path, monkeypatch):
    monkeypatch.setattr(lines.isolines, "__defaults__", (64,))

    def peak(cells):
        tracemalloc.start()
        write_map(
            lambda xy: np.maximum(loud(xy), 72),
            around(cells / 2, 1.0),
            tmp_path / str(cells),
            height_m=1.5,
            tile=64,
        )
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(64)
    small, large = peak(128), peak(1024)
    assert large < 1.6 * small  # of 64 times the cells, which alone take 8 MB
    assert large < 3e6


def test_cells_and_blocks():
    grid = grid_over((0.0, 0.0, 10.0, 6.1), 2.0)
    assert (grid.columns, grid.rows, grid.bounds) == (5, 4, (0.0, -1.9000000000000004, 10.0, 6.1))
    assert grid_over((0.0, 0.0, 0.3, 0.1), 0.1).columns == 3  # 0.3 / 0.1 is a hair under 3
    assert middles(grid, Block(1, 2, 2, 2)).tolist() == [
        [5.0, 6.1 - 3],
        [7.0, 6.1 - 3],
        [5.0, 6.1 - 5],
        [7.0, 6.1 - 5],
    ]
    for overlap in (0, 1):
        seen = np.zeros((grid.rows, grid.columns), int)
        for block in blocks(grid, 2, overlap):
            seen[block.row : block.row + block.rows, block.column : block.column + block.columns] += 1
        assert (
            (seen == 1).all()
            if overlap == 0
            else seen[2].tolist() == [2, 2, 4, 2, 2] and seen[0].tolist() == [1, 1, 2, 1, 1]
        )


@pytest.mark.parametrize(
    "bounds, step_m, words",
    [
        ((0, 0, 0, 10), 1.0, ("bounds", "0,0,0,10")),
        ((0, 10, 10, 0), 1.0, ("YMIN below YMAX",)),
        ((0, 0, math.nan, 10), 1.0, ("nan",)),
        ((0, 0, 10, 10), 0.0, ("step", "0 m")),
        ((0, 0, 10, 10), -5.0, ("-5 m",)),
        ((0, 0, 10, 10), math.nan, ("nan m",)),
        ((0, 0, 10, 10), 0.01, ("0.1",)),
        ((0, 0, 40_000, 10_000), 1.0, ("400,000,000", "100,000,000", "step of 2 m")),
        ((0, 0, 20_001, 20_000), 1.0, ("400,020,000", "step of 2.1 m")),
        ((0, 0, 1e9, 3), 1.0, ("3,000,000,000", "a step of 1")),
    ],
)
def test_what_is_no_map(bounds, step_m, words):
    refused(lambda: grid_over(bounds, step_m), *words)


def test_the_step_that_fits_fits():
    for size in np.random.default_rng(5).uniform(15_000, 900_000, (50, 2)):
        bounds = (0.0, 0.0, *size.tolist())
        with pytest.raises(InputError) as caught:
            grid_over(bounds, 1.0)
        step_m = float(str(caught.value).split("step of ")[2].split(" m")[0])
        assert 80e6 < grid_over(bounds, step_m).cells <= 100e6


def test_a_map_reaches_to_35_dba():
    near = Scene(sources=(source(3.0, 4.0, 95.0),))
    bounds, words = default_bounds(near, 5.0)  # 10^((95 - 11 - 35) / 20) = 281.84 m
    assert bounds == (-275.0, -275.0, 280.0, 285.0) and words == "282 m around the sources"
    pair = Scene(sources=(source(0.0, 0.0, 91.9897), source(100.0, 0.0, 91.9897)))  # together 95
    assert default_bounds(pair, 1.0)[0] == (-281.0, -281.0, 381.0, 281.0)
    assert default_bounds(Scene(sources=(source(0, 0, 40.0),)), 10.0)[0] == (-50.0, -50.0, 50.0, 50.0)
    assert default_bounds(Scene(sources=(source(0, 0, 140.0),)), 10.0)[0] == (
        -2000.0,
        -2000.0,
        2000.0,
        2000.0,
    )
    refused(lambda: default_bounds(Scene(sources=()), 5.0), "no sources")
    refused(lambda: default_bounds(near, 0.0), "0 m", "0.1")
    refused(lambda: default_bounds(Scene(sources=(source(7, 7, 40.0),)), 500.0), "500 m", "50 m around")


def test_a_map_ends_where_the_ground_does():
    s = source(0.0, 0.0, 95.0)
    flat = Raster(
        np.zeros((31, 41)), (20.0, 0.1, 0.0, 10.0, 0.0, -0.1)
    )  # cells from x -205 to 205, y -205 to 105
    bounds, words = default_bounds(Scene(sources=(s,), terrain=flat), 7.0)
    assert bounds == (-203.0, -203.0, 203.0, 105.0) and "as far as ground heights are known" in words
    spots = tuple(
        Elevation(np.array([[x, y, 5.0]])) for x, y in ((-300, -50), (90, -50), (90, 300), (-300, 300))
    )
    assert default_bounds(Scene(sources=(s,), elevation=spots), 10.0)[0] == (-280.0, -50.0, 90.0, 280.0)
    c = math.sqrt(0.5)
    turned = Raster(
        np.zeros((201, 201)), (100.0, c, c, 100.0, c, -c)
    )  # a square of 201 m on its tip: |x| + |y| <= 142.13
    west, south, east, north = default_bounds(Scene(sources=(s,), terrain=turned), 1.0)[0]
    assert max(-west, east) + max(-south, north) <= 142.13 and (east - west) * (north - south) > 0


def test_a_sample_lies_all_over_the_map():
    grid = grid_over((100.0, 200.0, 740.0, 520.0), 1.0)
    xy = spread(grid, 4096)
    assert np.array_equal(xy % 1, np.full((4096, 2), 0.5)) and np.array_equal(xy, spread(grid, 4096))
    counts, *_ = np.histogram2d(*xy.T, bins=(16, 8), range=((100, 740), (200, 520)))
    assert counts.min() >= 28 and counts.max() <= 36  # 32 a part; independent chances would give 17 to 47


def test_the_time_is_told_from_a_sample(monkeypatch):
    now, asked = [0.0], []

    def slow(xy):
        asked.append(len(xy))
        now[0] += 5.0 if len(asked) == 1 else len(xy) * 2e-4  # the first call compiles
        return np.zeros(len(xy))

    monkeypatch.setattr(clock.time, "perf_counter", lambda: now[0])
    expected = forecast_time(slow, around(250, 1.0))
    assert (
        expected.seconds == pytest.approx(250_000 * 2e-4)
        and expected.sample == 8000
        and asked == [1, 500, 2000, 8000]
    )
    asked[:] = [0]
    assert forecast_time(slow, around(10, 1.0)).sample == 20  # 5 % of 400
    scene = Scene(sources=(source(0, 0, 90.0),))
    assert sentence(scene, around(250, 1.0), 1.5, 2, expected) == (
        "250,000 receivers (500 x 500, every 1 m, 1.5 m above ground), 1 source, 0 buildings, 0 walls: about 50 s on 2 threads, "
        "from a sample of 8,000 points."
    )
    quick = sentence(scene, around(10, 1.0), 1.5, 1, Forecast(0.1, 1))
    assert quick.endswith("less than a second on 1 thread, from a sample of 1 point.")


@pytest.mark.parametrize(
    "seconds, words",
    [(0.9, "less than a second"), (1.4, "about 1 s"), (99.4, "about 99 s"), (99.6, "about 2 min"), (5960, "about 99 min"),
     (7200, "about 2 h 0 min")],
)  # fmt: skip
def test_durations(seconds, words):
    assert duration(seconds) == words


def test_what_a_map_came_to():
    facts = {"receivers": 2500, "without_level": 0, "lowest_dba": 31.04, "highest_dba": 88.16}
    assert summary(facts) == "2,500 receivers: 31.0 to 88.2 dB(A)."
    assert "; 1,200 without a level, in buildings" in summary({**facts, "without_level": 1200})
    assert "silence to 88.2" in summary({**facts, "lowest_dba": None})
    assert summary({**facts, "highest_dba": None}).startswith("None of 2,500 receivers has a level")
