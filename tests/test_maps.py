"""The map's page: true to scale, true to the study's states, the same every time, and asking nothing of a network."""

import copy
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from chromium import chromium
from playwright.sync_api import Browser, Page
from pyproj import Geod, Transformer
from shapely.geometry import shape
from study_document import LENGTH_M, WIDTH_M, example_document

from siting.judgement import STATES, spot
from siting.maps import study_map
from siting.maps.panel import asset
from siting.maps.symbols import layers
from siting.rule_words import unverified
from siting.wording import counted, read_at

HOSTILE = "</script><script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"


def features(document: dict[str, Any], name: str, most: int = 3000) -> list[dict[str, Any]]:
    drawn, _ = layers(document, most)
    return next(layer["features"]["features"] for layer in drawn if layer["name"] == name)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def opened(
    browser: Browser, tmp_path: Path, document: dict[str, Any], width: int
) -> tuple[Page, list[str], list[str]]:
    """The page from the disk, what it asked for, and what went wrong in it."""
    file = tmp_path / "map.html"
    file.write_text(study_map(document), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 800})
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(file.as_uri())
    page.locator(".leaflet-overlay-pane canvas").wait_for()
    page.locator(".siting-label").first.wait_for()
    return page, asked, wrong


def test_units_keep_their_size_on_the_ground() -> None:
    # oracle: lengths on the ellipsoid; UTM's own scale is within 0.04 % of it
    geod = Geod(ellps="GRS80")
    for unit in features(example_document(), "Units"):
        ring = unit["geometry"]["coordinates"][0]
        sides = sorted(geod.line_length(*zip(a, b, strict=True)) for a, b in pairwise(ring))
        assert sides == pytest.approx([WIDTH_M, WIDTH_M, LENGTH_M, LENGTH_M], rel=2e-3)


def test_items_sides_and_service_points_are_drawn() -> None:
    # oracle: lengths on the ellipsoid; the tank is 3 x 1.2 m, the front 62 m long, gas comes in at its middle
    document, geod = example_document(), Geod(ellps="GRS80")
    document["site"]["sides"][1]["kind"] = "unknown"
    document["site"]["walls"] = [document["layout"]["placed"][0]["body"]]
    assert features(document, "Walls")[0]["properties"]["kind"] == "wall"
    styles = asset("drawing.js")
    assert all(
        f"{kind}: {{" in styles for kind in ("front", "side", "rear", "unknown", "item", "wall", "SERVICE")
    )
    (tank,) = features(document, "Items")
    ring = tank["geometry"]["coordinates"][0]
    sides = sorted(geod.line_length(*zip(a, b, strict=True)) for a, b in pairwise(ring))
    assert sides == pytest.approx([1.2, 1.2, 3, 3], rel=2e-3)
    assert tank["properties"]["label"] == "I1" and ["Sound", "none of its own"] in tank["properties"]["rows"]
    lines = {line["properties"]["title"]: line for line in features(document, "Sides of the lot")}
    front = lines["South side"]
    assert {line["properties"]["kind"] for line in lines.values()} == {"front", "side", "rear", "unknown"}
    assert ["Setback", "20 ft (6.1 m)"] in front["properties"]["rows"]
    assert geod.geometry_length(shape(front["geometry"])) == pytest.approx(62, rel=2e-3)
    (gas,) = features(document, "Service points")
    assert gas["properties"]["state"] == "SERVICE" and gas["properties"]["label"] == "gas"
    here = document["placing"]["service_points"][0]
    assert gas["geometry"]["coordinates"] == pytest.approx((here["lon"], here["lat"]), abs=2e-8)


def test_receptors_stand_where_the_study_says() -> None:
    document = example_document()
    carry = Transformer.from_crs("EPSG:26918", "EPSG:4326", always_xy=True)
    wanted = {carry.transform(row["x"], row["y"]) for row in document["receptors"]}
    found = [tuple(place["geometry"]["coordinates"]) for place in features(document, "Receptors")]
    assert len(found) == len({row["id"] for row in document["receptors"]})
    for lon, lat in found:
        assert min(abs(lon - x) + abs(lat - y) for x, y in wanted) < 2e-8  # 2 mm


def test_a_place_shows_its_worst_period_and_every_period_in_its_popup() -> None:
    document = example_document()
    shown = {place["properties"]["title"]: place["properties"] for place in features(document, "Receptors")}
    rows = [row for row in document["receptors"] if row["id"] == document["worst"]["receptor"]]
    place = shown[f"Receptor {rows[0]['id']}, neighbour {rows[0]['neighbour']}"]
    # 65.7 dB(A), deviation 1.5 dB: the day's 68 is exceeded with Phi(-2.33 / 1.5) = 6.0 %, the night's 62 with Phi(3.67 / 1.5)
    assert [row["state"] for row in rows] == ["MARGINAL PASS", "FAIL"]
    assert (place["state"], place["label"], place["worst"]) == ("FAIL", "▲ 65.7 dB(A)", True)
    assert ["day", "65.7 dB(A), limit 68, margin +2.3 dB, P(exceed) 6.0 %: MARGINAL PASS"] in place["rows"]
    assert ["night", "65.7 dB(A), limit 62, margin −3.7 dB, P(exceed) 99.3 %: FAIL"] in place["rows"]
    assert ["x, y in the parcel file", spot(rows[0])["file"]] in place["rows"]
    assert ["Latitude, longitude", spot(rows[0])["degrees"]] in place["rows"]
    assert sum(place["worst"] for place in shown.values()) == 1


def test_each_rule_of_a_place_is_told_with_its_metric() -> None:
    shown = features(example_document(), "Receptors")
    rows = next(
        p["properties"]["rows"] for p in shown if p["properties"]["title"].startswith("Receptor 12-055/8,")
    )
    assert [name for name, _ in rows].count("night") == 2
    assert any(said.startswith("63 Hz band ") and "limit 72.5" in said for _, said in rows)


def test_all_five_states_are_drawn_and_explained() -> None:
    document = example_document()
    assert {place["properties"]["state"] for place in features(document, "Receptors")} == set(STATES)
    page = study_map(document)
    for state, meaning in STATES.items():
        assert f"{state}: {meaning}" in page and f'class="key {state.replace(" ", "-")}"' in page


def test_without_a_unit_no_place_passes() -> None:
    document = example_document()
    document["layout"] |= {"units": 0, "bound": 0, "kw": 0.0, "placed": []}
    document["worst"] = None
    for row in document["receptors"] + document["neighbours"]:
        known = row["limit_db"] is not None
        row |= {
            "level_db": None,
            "margin_db": None,
            "p_exceed": 0.0 if known else None,
            "state": "PASS" if known else "UNKNOWN",
        }
    assert {place["properties"]["state"] for place in features(document, "Receptors")} == {"SILENT"}
    assert not any("label" in place["properties"] for place in features(document, "Receptors"))
    page = study_map(document)
    assert "0 placed, at most 0" in page
    rows = page[page.index("<tbody>") : page.index("</tbody>")]
    assert "no sound" in rows and "PASS" not in rows


def test_too_many_places_leave_the_quiet_ones_out_and_say_how_many() -> None:
    document = example_document()
    calm = [row for row in document["receptors"] if row["state"] == "PASS"]
    for n in range(5000):
        row = calm[n % len(calm)]
        margin = 3 + n / 1000
        document["receptors"].append(
            row
            | {
                "id": f"extra/{n}",
                "margin_db": margin,
                "p_exceed": 0.01 / (n + 1),
                "level_db": row["limit_db"] - margin,
            }
        )
    drawn, undrawn = layers(document)
    places = features(document, "Receptors")
    assert sum(len(layer["features"]["features"]) for layer in drawn) == 3000
    assert len(places) + undrawn == len({row["id"] for row in document["receptors"]})
    assert f"{undrawn:,} receptors with the most margin are not drawn" in study_map(document)
    titles = {place["properties"]["title"] for place in places}
    for row in document["neighbours"] + [row for row in document["receptors"] if row["state"] != "PASS"]:
        assert f"Receptor {row['id']}, neighbour {row['neighbour']}" in titles
    # however little room there is, each neighbour keeps its worst place
    assert {row["id"] for row in document["neighbours"]} <= {
        place["properties"]["title"].split(", ")[0].removeprefix("Receptor ")
        for place in features(document, "Receptors", 0)
    }


def test_the_panel_says_what_the_study_says() -> None:
    document = example_document()
    page = study_map(document)
    for words in (
        "6 placed, at most 3 allowed",
        "ASSUMED",
        "69 dB is read at 7 m (23 ft)",
        "97.8 dB(A)",
        "not allowed at 95 % confidence",
        "12-031/1</b>, night",
        "65.7 dB(A), limit 62, margin −3.7 dB, P(exceed) 99.3 %: FAIL",
        "in the parcel file (EPSG:2263)",
        "Mon-Sun 07:00-22:00",
        "no zone known",
        "ISO 9613-2 Table 5.",
        "gas engine",
        "An engineer finds in writing",
        "While the grid is out, units in standby use are exempt",
        "4 values not given by you",
        "Three units keep every limit and four do not.",
        '<td class="n">59.5</td>',
        "the shortest tree to all of them 121′-6″ (37.03 m)",
        "Setback took 10,764 sq ft",
    ):
        assert words in page
    for row in document["neighbours"]:
        assert re.search(
            rf"<th scope=\"row\">{row['neighbour']} <small>[^<]*; dB\(A\)</small>"
            rf".*?{row['level_db']:.1f}</td>.*?{row['state']}</span>",
            page,
            re.S,
        )
    loudest = max(document["worst"]["paths"], key=lambda path: path["level_dba"])
    document["worst"]["paths"] = [
        loudest | {"kind": "reflection", "via": "B12"},
        loudest | {"source": "U9", "terms": loudest["terms"] | {"screening_db": [7.5] * 8}},
    ]
    paths = study_map(document).split("<h2>The worst place")[1].split("<h2>")[0]
    assert re.search(
        rf"{loudest['source']} <small>reflected by building B12.*?—.*?{loudest['level_dba']:.1f}<",
        paths,
        re.S,
    )
    assert re.search(r"U9 <small>direct<.*?>7\.5<", paths, re.S)
    for note in document["notes"]:
        assert note in page
    assert "UNVERIFIED" not in page
    document["unverified"] = ["A number."]
    document["warnings"] = ["dB(A) hides a band."]
    later = study_map(document)
    assert unverified(document) in later and "Not read in its source:</b> A number." in later
    assert "<strong>WARNING</strong> dB(A) hides a band." in later
    document["sound"] |= {"origin": "given", "reading": "3ft"}
    assert "ASSUMED" not in study_map(document).split("<h2>What went in")[0]


def test_counts_and_readings_in_words() -> None:
    assert counted({"units": 6, "bound": 9}) == "6 placed, at most 9"
    assert counted({"units": 6, "bound": 2}) == "6 placed, at most 2 allowed"
    assert read_at("power") == "as sound power"
    assert read_at("7m") == "at 7 m (23 ft)"


def test_the_same_study_gives_the_same_bytes() -> None:
    # oracle: another process with another hash seed
    here = Path(__file__).parent
    code = "import study_document, siting.maps; print(siting.maps.study_map(study_document.example_document()), end='')"
    other = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        cwd=here,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(here.parent)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert other.stdout == study_map(example_document())


def test_the_page_names_nothing_to_fetch() -> None:
    page = study_map(example_document())
    head = page.split("<body")[0]
    assert "default-src 'none'" in head
    assert not re.findall(r"<(?:script|img|iframe|link)[^>]*\b(?:src|href)=[\"'](?!data:)", page)
    assert not re.findall(r"url\((?![\"']?(?:data:|#))", page)
    assert "sourceMappingURL" not in page


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_opens_from_the_disk_with_one_request(browser: Browser, tmp_path: Path, width: int) -> None:
    page, asked, wrong = opened(browser, tmp_path, example_document(), width)
    assert asked == [(tmp_path / "map.html").as_uri()]
    assert wrong == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width  # nothing to push aside on a phone
    assert page.locator(".siting-label.FAIL:not(.hidden)").first.inner_text() == "▲ 65.7 dB(A)"
    assert page.locator(".leaflet-control-scale-line").all_inner_texts() != []
    assert page.get_by_label("North is up").is_visible()
    boxes = [label.bounding_box() for label in page.locator(".siting-label:not(.hidden)").all()]
    for n, a in enumerate(boxes):
        for b in boxes[:n]:
            assert a and b
            apart = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
            assert apart or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
    page.close()


def tap_worst(page: Page) -> None:
    label = page.locator(".siting-label.FAIL:not(.hidden)", has_text="65.7").bounding_box()
    assert label
    page.mouse.click(
        label["x"] + label["width"] / 2, label["y"] + label["height"] + 14
    )  # the mark stands below its text
    page.locator(".siting-popup").wait_for()


@pytest.mark.browser
def test_a_tap_on_the_worst_place_tells_its_periods(browser: Browser, tmp_path: Path) -> None:
    page, _, _ = opened(browser, tmp_path, example_document(), 1280)
    tap_worst(page)
    popup = page.locator(".siting-popup")
    assert "neighbour 12-031" in popup.inner_text()
    assert "65.7 dB(A), limit 62, margin −3.7 dB, P(exceed) 99.3 %: FAIL" in popup.inner_text()
    page.close()


@pytest.mark.browser
def test_texts_from_files_stay_texts(browser: Browser, tmp_path: Path) -> None:
    document = copy.deepcopy(example_document())
    old = document["worst"]["neighbour"]
    hostile = json.loads(json.dumps(document).replace(f'"{old}', json.dumps(HOSTILE)[:-1]))
    hostile["site"]["id"] = hostile["notes"][1] = hostile["unit"]["name"] = HOSTILE
    hostile["ordinance"]["url"] = "javascript:window.hacked=1"
    assert HOSTILE not in study_map(hostile)
    assert "javascript:" not in study_map(hostile)
    page, _, wrong = opened(browser, tmp_path, hostile, 1280)
    tap_worst(page)
    assert HOSTILE in page.locator(".siting-popup").inner_text()
    assert HOSTILE in page.locator(".siting.verdict").inner_text()
    assert page.evaluate("window.hacked") is None
    assert wrong == []
    page.close()
