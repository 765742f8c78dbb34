"""The app: lots packed for the browser, and the whole way through it in Chromium against direct calls of `assess`."""

import io
import json
import math
import os
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from chromium import chromium
from click.testing import CliRunner
from playwright.sync_api import Page
from pyproj import CRS, Transformer
from shapely.geometry import MultiPolygon, box
from study_document import example_document

from siting.catalog import load_ordinance, load_unit
from siting.cli import main
from siting.errors import InputError
from siting.export import document
from siting.geodata.parcels import find_lot, read_parcels
from siting.judgement import headline
from siting.law import Operation
from siting.maps import study_map
from siting.model import Question
from siting.readings_table import matrix
from siting.site import read_land
from siting.study.steps import CONTINUOUS, assess
from siting.web import lot_map
from siting.web.answer import zipped
from siting.web.page import file_name
from siting.web.sources import Sources, example
from siting.web.yard import Yard, placing
from siting.yard import Placing

ROOT = Path(__file__).parents[1]
LOT, CODE, SLOW_MS = "EX-010", "columbia-county-ar", 120_000
COARSE = Yard(step_ft=4.0)  # a lattice that is searched in a moment
WATCH = """
import sys
def watch(event, args):
    if event in ("socket.connect", "socket.sendto"):
        where = args[1]
    elif event == "socket.getaddrinfo":
        where = (args[0],)
    else:
        return
    if isinstance(where, tuple) and where[0] not in ("127.0.0.1", "::1", "localhost", None):
        with open(LOG, "a") as log:
            log.write(f"{event} {where}\\n")
sys.addaudithook(watch)
"""


def unpacked(packed: dict[str, Any]) -> list[Any]:
    """The lots from the packing, as the browser reads it: corner after corner from the south-west."""
    lots = []
    for polygons in packed["shapes"]:
        rings = [
            [np.cumsum(np.reshape(ring, (-1, 2)), axis=0) * 1e-7 + packed["corner"] for ring in polygon]
            for polygon in polygons
        ]
        lots.append(MultiPolygon([(r[0], r[1:]) for r in rings]))
    return lots


def parcels(shapes: list[Any], crs: str = "EPSG:26918") -> Any:
    ids = tuple(f"L{n}" for n in range(len(shapes)))
    return SimpleNamespace(
        lots=np.array(shapes, dtype=object), ids=ids, crs=CRS(crs), unusable={1: "it has no area"}
    )


def test_packed_lots_unpack_to_the_lots() -> None:
    # oracle: the corners reprojected one by one
    holed = box(585000, 4511000, 585100, 4511080).difference(box(585040, 4511030, 585060, 4511050))
    parted = MultiPolygon([box(585200, 4511000, 585250, 4511050), box(585260, 4511000, 585300, 4511050)])
    packed = lot_map.packed(parcels([holed, parted, None, shapely.Polygon()]))
    assert packed["ids"] == ["L0", "L1"] and packed["unusable"] == ["L1"] and packed["undrawn"] == 0
    assert [len(polygons) for polygons in packed["shapes"]] == [1, 2]
    carry = Transformer.from_crs("EPSG:26918", "EPSG:4326", always_xy=True)
    for found, lot in zip(unpacked(packed), (holed, parted), strict=True):
        wanted = shapely.transform(lot, lambda xy: np.array([carry.transform(*corner) for corner in xy]))
        assert shapely.hausdorff_distance(found, wanted) < 1.5e-7  # 1 cm of packing
        assert found.area == pytest.approx(wanted.area, rel=1e-3)


def test_too_many_lots_keep_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lot_map, "MOST_LOTS", 10)
    row = [box(585000 + 50 * n, 4511000, 585040 + 50 * n, 4511040) for n in range(30)]
    packed = lot_map.packed(parcels(row), centre=20)
    assert packed["ids"] == [f"L{n}" for n in range(15, 25)] or packed["ids"] == [
        f"L{n}" for n in range(16, 26)
    ]
    assert packed["undrawn"] == 20


def test_the_zip_is_the_study_and_the_same_every_time() -> None:
    data = example_document()
    whole = zipped(data)
    assert whole == zipped(example_document())
    with zipfile.ZipFile(io.BytesIO(whole)) as folder:
        assert json.loads(folder.read("study.json")) == json.loads(json.dumps(data))
        assert folder.read("map.html").decode() == study_map(data)


def test_file_names_keep_out_of_other_folders() -> None:
    assert file_name("../12 034/A") == "..-12-034-A"


def test_what_is_asked_of_the_yard_becomes_metres_and_items() -> None:
    """12 ft are 3.6576 m; a 500 gal tank keeps 10 ft from lot lines (IFC table 6104.3)."""
    assert placing(Yard(), "gx230") == Placing()
    said = placing(
        Yard(
            ("north",), ("south",), "propane", 500.0, 2, None, 12.0, 8.0, ("transformer",), time_limit_s=5.0
        ),
        "gx230",
    )
    assert (said.front, said.rear, said.max_slope_pct, said.time_limit_s) == (
        ("north",),
        ("south",),
        8.0,
        5.0,
    )
    assert said.aisle_m == pytest.approx(3.6576) and said.fuel == "propane"
    assert placing(Yard(step_ft=2.0), "gx230").step_m == pytest.approx(0.6096) and said.step_m is None
    assert [item.id for item in said.items] == ["propane_tank", "propane_tank", "transformer"]
    assert said.items[0].distances.lot_line_m == pytest.approx(3.048)
    for yard, says in (
        (Yard(fuel="hydrogen"), "does not guess"),
        (Yard(fuel="natural gas", items=("hydrogen_storage",)), "hydrogen"),
    ):
        with pytest.raises(InputError, match=says):
            placing(yard, "gx230")
    assert placing(Yard(fuel="hydrogen", hydrogen_distance_ft=25.0), "gx230").items[
        0
    ].distances.unit_m == pytest.approx(7.62)


def compile_kernels() -> None:
    """One assessment, so that the app finds its kernels compiled: that takes longer than a page is waited for."""
    land = Path(__file__).parents[1] / "data" / "examples"
    words = [
        "assess",
        land / "parcels.geojson",
        "--id",
        LOT,
        "--max",
        "--ordinance",
        "exampleton",
    ]
    words += [
        "--buildings",
        land / "buildings.geojson",
        "--zoning",
        land / "zoning.geojson",
        "--zone-field",
        "zone",
    ]
    CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The app, started from a folder that is not the project's, and the file that names every place it called."""
    compile_kernels()
    folder = tmp_path_factory.mktemp("app")
    log = folder / "calls.txt"
    (folder / "sitecustomize.py").write_text(f"LOG = {str(log)!r}\n{WATCH}", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(ROOT / "app.py"),
        f"--server.port={port}",
        "--server.headless=true",
    ]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}
    with (folder / "said.txt").open("w") as said:
        server = subprocess.Popen(command, cwd=folder, env=env, stdout=said, stderr=subprocess.STDOUT)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).read()
                break
            except OSError:
                assert server.poll() is None, (folder / "said.txt").read_text()
                time.sleep(0.1)
        assert (
            f"URL: http://127.0.0.1:{port}" in (folder / "said.txt").read_text()
        )  # app.py's own .streamlit/config.toml
        yield f"http://127.0.0.1:{port}", log
    finally:
        server.terminate()
        server.wait(10)


def answered(
    sources: Sources, lot: str, question: Question, ordinance: str, sound_at: str | None = None,
    operation: Operation = CONTINUOUS, yard: Yard = COARSE,
) -> dict[str, Any]:  # fmt: skip
    """The same question put to `assess` without the app."""
    land, rules = read_land(**asdict(sources)), load_ordinance(ordinance)
    row, unit = find_lot(land.parcels, lot), load_unit("gx230")
    said = placing(yard, "gx230")
    return document(assess(land, row, unit, rules, question, sound_at, operation=operation, placing=said))


def numbers(value: Any) -> Any:
    """A document without the folders of its files."""
    data = json.loads(json.dumps(value))
    for facts in data["inputs"]:
        facts["path"] = Path(facts["path"]).name
    return data


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """Web Mercator in units of the whole world's width, y down."""
    return (lon + 180) / 360, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2


def place_of(page: Page, lot: str) -> tuple[float, float]:
    """Where a lot of the example lies on the screen while the map shows all of them: 20 px round them, zoom in quarters."""
    lots = read_parcels(example().parcels)
    seen = geopandas.GeoSeries(lots.lots, crs=lots.crs).to_crs("EPSG:4326")
    west, south, east, north = seen.total_bounds
    (left, bottom), (right, top) = mercator(west, south), mercator(east, north)
    frame = page.locator(".siting-map").bounding_box()
    assert frame
    room = min((frame["width"] - 2 - 40) / (right - left), (frame["height"] - 2 - 40) / (bottom - top))
    world = 256 * 2 ** (math.floor(math.log2(room / 256) * 4) / 4)
    inside = seen.iloc[lots.ids.index(lot)].representative_point()
    x, y = mercator(inside.x, inside.y)
    return (
        frame["x"] + frame["width"] / 2 + (x - (left + right) / 2) * world,
        frame["y"] + frame["height"] / 2 + (y - (top + bottom) / 2) * world,
    )


def settled(page: Page) -> None:
    """Wait until the script has run after the last touch."""
    page.wait_for_timeout(250)
    page.locator("[data-test-script-state=running]").wait_for(state="detached", timeout=SLOW_MS)


def pick(page: Page, label: str, text: str) -> None:
    field = page.get_by_role("combobox", name=label, exact=True)
    field.click()
    field.fill(text)
    page.get_by_role("option", name=text).first.click()
    settled(page)


def shows(page: Page, data: dict[str, Any]) -> None:
    """The page's verdict and tables are the document's."""
    verdict = page.locator(".siting.verdict")
    layout = data["layout"]
    over = " allowed" if layout["units"] > layout["bound"] else ""
    page.get_by_text(f"{layout['units']} placed, at most {layout['bound']}{over}", exact=True).wait_for()
    assert data["verdict"]["state"] in verdict.inner_text()
    assert headline(data["verdict"]) in verdict.inner_text()
    assert headline(data["verdict"]) in verdict.inner_text()
    for reason in data["verdict"]["reasons"]:
        assert reason in verdict.inner_text()
    neighbours, readings = (
        page.locator("table", has_text=words) for words in ("worst place of each", "The same question")
    )
    rows = neighbours.locator("tbody tr").all_inner_texts()
    assert len(rows) == len(data["neighbours"]) > 3
    for text, row in zip(rows, data["neighbours"], strict=True):
        level = "—" if row["level_db"] is None else f"{row['level_db']:.1f}"
        assert row["neighbour"] in text and level in text
        assert (row["state"] if row["level_db"] is not None else "no sound") in text
    for text, row in zip(readings.locator("tbody tr").all_inner_texts(), matrix(data)["rows"], strict=True):
        assert f"{row['power']} dB(A)" in text
        for cell in row["cells"]:
            assert cell["units"] in text and cell["state"] in text


def town(folder: Path) -> bytes:
    """A zipped Shapefile of nine lots, its `.prj` left out."""
    side, street = 40, 45
    lots = [
        box(
            586000 + street * i, 4511000 + street * k, 586000 + street * i + side, 4511000 + street * k + side
        )
        for i in range(3)
        for k in range(3)
    ]
    frame = geopandas.GeoDataFrame({"PIN": [f"T-{n}" for n in range(9)]}, geometry=lots, crs="EPSG:26918")
    frame.to_file(folder / "town.shp")
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as packed:
        for part in sorted(folder.glob("town.*")):
            if part.suffix != ".prj":
                packed.write(part, f"town/{part.name}")
    return whole.getvalue()


def with_rules(page: Page, folder: Path, lots: bytes) -> None:
    """The uploaded town under a code of the catalogue: numbers, reading, use and confidence changed, and all taken home."""
    (folder / "town.zip").write_bytes(lots)
    there = Sources(folder / "town.zip", crs="EPSG:26918")
    pick(page, "Noise ordinance", "Columbia County")
    page.locator(".stRadio").get_by_text("A number of units").click()
    settled(page)
    fill(page, "Units", "6")
    six = answered(there, "T-4", Question("units", units=6), CODE)
    assert six["verdict"]["state"] == "FAIL"
    shows(page, six)
    worst = f"▲ {six['worst']['level_db']:.1f} dB(A)"
    page.locator(".siting-label.FAIL:not(.hidden)", has_text=worst).first.wait_for()
    assert page.locator(".siting-label.unit").count() == 6
    assert "P(exceed)" in page.locator(".siting.worst").inner_text()
    assert "in the parcel file (EPSG:26918" in page.locator(".siting.worst").inner_text()

    pick(page, "Fuel", "propane")
    tanked = answered(
        there,
        "T-4",
        Question("units", units=6),
        CODE,
        yard=COARSE._replace(fuel="propane", tank_gal=500.0, tanks=1),
    )
    shows(page, tanked)
    assert tanked["items"][0]["name"] == "500 gal propane tank"
    panel = page.locator(".siting.plain", has_text="500 gal propane tank").first
    assert "Fuel: propane" in panel.inner_text() and tanked["unit"]["floor_load"] in panel.inner_text()
    assert tanked["search"]["one_more"] in page.locator(".siting.verdict").inner_text()
    assert page.locator(".siting-label.item").inner_text() == tanked["items"][0]["id"]
    pick(page, "Fuel", "hydrogen")
    refused = page.get_by_role("alert").filter(has_text="does not guess")
    refused.wait_for()
    pick(page, "Fuel", "ASSUMED natural gas")
    shows(page, six)

    pick(page, "The stated 69 dB holds", "at 1 m")
    fill(page, "Units", "1")
    page.locator(".stCheckbox").get_by_text("Accept unverified numbers").click()
    settled(page)
    page.locator(".stRadio").get_by_text("Standby").click()
    settled(page)
    fill(page, "Minutes in any hour", "45")
    fill(page, "Confidence, %", "60")
    running = Operation("standby", 45.0, None, (), 0.6, True)
    near = answered(there, "T-4", Question("units", units=1), CODE, "1m", running)
    assert near["verdict"]["allowed"] == (near["worst"]["p_exceed"] <= 0.4)
    shows(page, near)
    assert "at 60 % confidence" in page.locator(".siting.verdict").inner_text()
    assert page.get_by_text("Use: standby: outages and tests alone, 45 minutes of any hour").is_visible()
    assert "given by the user" in page.locator(".siting.reading").inner_text()

    with page.expect_download() as taken:
        page.get_by_role("button", name="Download this study").click()
    taken.value.save_as(folder / "study.zip")
    assert taken.value.suggested_filename == "study-T-4.zip"
    with zipfile.ZipFile(folder / "study.zip") as box:
        names = ["layout.geojson", "map.html", "receptors.csv", "receptors.geojson", "study.json"]
        assert sorted(box.namelist()) == names
        study = json.loads(box.read("study.json"))
        assert "default-src 'none'" in box.read("map.html").decode()
    assert study["inputs"][0]["path"] == "town.zip"
    assert numbers(study) == numbers(near)


def fill(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Enter")
    settled(page)


@pytest.mark.browser
def test_the_whole_way(address: tuple[str, Path], tmp_path: Path) -> None:
    url, calls = address
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1360, "height": 1000}, accept_downloads=True)
        page = context.new_page()
        page.set_default_timeout(SLOW_MS)
        asked: list[str] = []
        wrong: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda opened: asked.append(opened.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))

        page.goto(url)
        page.locator(".siting-map canvas").wait_for()
        settled(page)
        assert page.get_by_text("Tap a lot on the map").is_visible()
        assert "ASSUMED" in page.locator(".siting.reading").inner_text()

        page.get_by_text("Sides, aisle and other things").click()
        fill(page, "Step between poses, ft", "4")
        page.mouse.click(*place_of(page, LOT))
        page.locator(".siting.verdict").wait_for()
        assert page.get_by_role("combobox", name="Lot", exact=True).input_value() == LOT
        shows(page, answered(example(), LOT, Question("max"), "exampleton"))
        assert "ASSUMED" in page.locator(".siting.reading").inner_text()

        upload = page.locator("input[type=file]").first
        upload.set_input_files(
            {"name": "lots.geojson", "mimeType": "application/json", "buffer": b'{"type": "Feature'}
        )
        alert = page.get_by_role("alert").first
        alert.wait_for()
        assert alert.inner_text().startswith("lots.geojson") and "export it again" in alert.inner_text()

        lots = town(tmp_path)
        upload.set_input_files({"name": "town.zip", "mimeType": "application/zip", "buffer": lots})
        said = page.get_by_role("alert").filter(has_text="town")
        said.wait_for()
        assert "--crs" in said.inner_text() and "/town" not in said.inner_text().split(":")[0]
        crs = page.get_by_role("textbox", name="CRS (--crs)")
        crs.fill("EPSG:26918")
        crs.press("Enter")
        page.locator(".siting-map canvas").wait_for()
        settled(page)
        pick(page, "Lot", "T-4")
        page.locator(".stRadio").get_by_text("As many as allowed").click()
        page.locator(".siting.verdict.UNKNOWN").wait_for()
        assert "no ordinance" in page.locator(".siting.verdict").inner_text()
        assert page.get_by_text("8 features").count() == 0 and page.get_by_text("9 features").count() == 1

        with_rules(page, tmp_path, lots)
        assert wrong == []
        assert {
            address.split("/")[2].split(":")[0]
            for address in asked
            if not address.startswith(("data:", "blob:"))
        } == {"127.0.0.1"}
    assert not calls.exists(), calls.read_text()
