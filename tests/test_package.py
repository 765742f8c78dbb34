"""The permit package. Oracles: the study document it was made from, arithmetic by hand, hashlib, another process."""

import copy
import doctest
import hashlib
import io
import itertools
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
import typst
from PIL import Image
from pypdf import PdfReader
from shapely.geometry import box, mapping, shape
from study_document import A_WEIGHTS, example_document, on_site

from siting.errors import InputError
from siting.export import study_files
from siting.package import paper, report_pdf, write_package
from siting.package.contradictions import contradiction
from siting.package.drawing import site_plan, unit_detail
from siting.package.folder import TEMPLATE
from siting.package.report import contents
from siting.package.spacing import clearance_rows, side_spacing
from siting.package.study_file import read_study
from siting.quantities import length


def put(document, folder: Path, name: str = "study") -> Path:
    """A study's folder as an assessment writes it."""
    target = folder / name
    target.mkdir(parents=True)
    for file, text in study_files(document).items():
        (target / file).write_text(text, encoding="utf-8")
    (target / "map.html").write_text("<!doctype html><title>map</title>", encoding="utf-8")
    return target


def pages(pdf: bytes) -> list[str]:
    """Text of each page, white space made plain."""
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def text_of(document) -> str:
    return " ".join(pages(report_pdf(document, "0" * 64)))


@pytest.fixture(scope="module")
def example():
    return example_document()


@pytest.fixture(scope="module")
def study(example, tmp_path_factory) -> Path:
    return put(example, tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def package(study) -> Path:
    return write_package(study, study.parent / "package")


@pytest.fixture(scope="module")
def report(package) -> list[str]:
    return pages((package / "report.pdf").read_bytes())


def test_first_page_says_what_and_why(report, example):
    front = report[0]
    assert "Not allowed at 95 % confidence FAIL" in front and "6 placed, at most 3 allowed" in front
    assert "Lot 12-034" in front and "6 × GX230, 200 kW each: 1,200 kW" in front and "parcels.gpkg" in front
    assert "Exampleton, Code 8-4" in front and "no town wrote them" in front
    assert example["verdict"]["reasons"][0] in front
    assert (
        "At the worst point the margin is −3.7 dB, and the standard deviation of the level there 1.5 dB."
        in front
    )
    assert "A permit also needs: An engineer finds in writing" in front
    assert len(report) <= 5


def test_draft_on_every_page_until_the_distance_is_known(report, example):
    assert "7 m (23 ft), which is ASSUMED" in report[0] and "becomes FINAL when" in report[0]
    assert all("DRAFT ·" in page for page in report)
    known = copy.deepcopy(example)
    known["sound"]["origin"] = "given"
    final = pages(report_pdf(known, "0" * 64))
    assert all("FINAL ·" in page and "DRAFT" not in page for page in final)


def test_unverified_numbers_are_said_on_every_page_and_keep_it_a_draft(example):
    unread = copy.deepcopy(example)
    unread["sound"]["origin"] = "given"
    unread["unverified"] = ["The night limit of class homes was not read.", "Nor was that of flats."]
    for accepted, words in (
        (False, "the verdict is UNKNOWN until"),
        (True, "accepted by the user, not checked"),
    ):
        unread["operation"]["accept_unverified"] = accepted
        found = pages(report_pdf(unread, "0" * 64))
        line = "UNVERIFIED: 2 numbers of the ordinance were not read in the source; " + words
        assert len(found) > 3 and all(line in page and "DRAFT ·" in page for page in found)
        assert all(sentence in " ".join(found) for sentence in unread["unverified"])


def test_periods_and_neighbours_have_the_levels_of_the_study(report, example):
    for name in ("day", "night"):
        rows = [r for r in example["receptors"] if r["period"] == name and r["p_exceed"] is not None]
        worst = max(rows, key=lambda r: r["p_exceed"])
        margin = f"{worst['margin_db']:+.1f}".replace("-", "−")
        chance = f"{100 * worst['p_exceed']:.1f} %"
        line = f"{name} dB(A) {worst['limit_db']:g} {worst['level_db']:.1f} {margin} {chance} {worst['id']}"
        assert line in report[0]
    for number, row in enumerate(example["neighbours"], start=1):
        limit = "not known" if row["limit_db"] is None else f"{row['limit_db']:g}"
        margin = "not known" if row["margin_db"] is None else f"{row['margin_db']:+.1f}".replace("-", "−")
        chance = "not known" if row["p_exceed"] is None else f"{100 * row['p_exceed']:.1f} %"
        place = f"{row['file_x']:.2f}, {row['file_y']:.2f} {row['lat']:.6f}, {row['lon']:.6f}"
        line = (
            rf"#{number} {row['neighbour']} .*? {row['id']} {re.escape(place)} {row['period']} dB\(A\) {row['level_db']:.1f} "
            rf"{limit} {re.escape(margin)} {chance} {row['state']}"
        )
        assert re.search(line, report[1]), line


def test_how_many_may_run_and_how_sure(report, example):
    text = " ".join(report)
    states = [r["state"] for r in example["receptors"] if r["period"] == "day"]  # one rule each by day
    assert (
        f"{states.count('PASS')} PASS, {states.count('MARGINAL PASS')} MARGINAL PASS, 22 UNKNOWN UNKNOWN"
        in text
    )
    assert "day Mon-Sun 07:00-22:00 not known a limit is not known" in text
    known = copy.deepcopy(example)
    known["periods"][1] |= {"units": 4, "unit_ids": ["U1", "U2", "U3", "U6"]}
    assert "night Mon-Sun 22:00-07:00 4 of 6 U1–U3, U6" in text_of(known)
    # 1.0, 1.1, 0 dB: sqrt(1 + 1.21) = 1.49; in the band 1.3, 1.2, 0: sqrt(1.69 + 1.44) = 1.77
    assert "source 1.0 1.3 method 1.1 1.2 reading 0.0 0.0 together 1.5 1.8" in text
    assert "no zone known NONE: no limit is known 22 1" in text


def test_how_units_are_placed(report, example):
    """The search, the row that stops one more, what was asked of the yard, and runs: 15.03 m are 49.32 ft, 37.03 m 121.5 ft."""
    text = " ".join(report)
    assert "6 placed, at most 3 allowed, gap 0 %: asked for" in text and example["search"]["one_more"] in text
    assert "one limit at one receptor binds" in text
    assert "12-031/1 north 92′-10″ (28.30 m) night dB(A) 62 59.5 65.7 0.5" in text
    for words in (
        "Fuel propane", "Slope at most 10 %", "Aisle 12 ft (3.66 m) wide", "Gas comes in latitude, longitude 40.7534",
        "south (front): 20 ft (6.1 m); Exampleton Code 8-9(c)", "I1: propane tank, 500 gal, 9′-10″ (3.00 m)",
        "nearest unit 49′-3″ (15.03 m)", "the shortest tree to all of them 121′-6″ (37.03 m)",
    ):  # fmt: skip
        assert words in text, words


def test_areas_add_up(example):
    """The lot less what rules take is the buildable area; what the aisle cuts off is a part of it."""
    cut = copy.deepcopy(example)
    cut["site"]["taken_m2"] |= {"openings": 0.0, "aisle": 120.0}
    text = text_of(cut)
    assert (
        "Buildable 15,530 1,442.8 48.5 % of it without use: aisle 1,292 120.0 4.0 % Under the placed bodies"
        in text
    )
    assert "− openings" not in text and "− aisle" not in text
    site = cut["site"]
    taken = sum(area for rule, area in site["taken_m2"].items() if rule != "aisle")
    assert site["area_m2"] - taken == pytest.approx(site["buildable_area_m2"])


def remedy(kind, size, units, margin_db, cost, sentence):
    return {
        "kind": kind, "size": size, "units": units, "margin_db": margin_db, "cost": cost, "sentence": sentence, "state": "PASS",
    }  # fmt: skip


def test_mitigation_is_told_where_it_was_looked_for(example, report):
    assert "Mitigation considered" not in " ".join(report)
    asked = copy.deepcopy(example)
    asked["mitigation"] = {
        "goal": 6, "allowed": 3, "runs": 14, "frontier": [], "costs": None,
        "remedies": [
            remedy("fewer units", "3 fewer", 3, 2.6, None, "Three units keep every limit."),
            remedy("wall", "7 ft by 40 ft", 6, 2.53, None, "A wall along the north lot line."),
        ],
        "no_help": ["Turning the units does not help: they are as loud all round."],
        "notes": ["Walls were tried up to 20 ft."],
    }  # fmt: skip
    text = text_of(asked)
    assert (
        "Mitigation considered Allowed as it is: 3 units; looked for: 6 units." in text
        and "14 in all" in text
    )
    assert "wall 7 ft by 40 ft 6 +2.5 A wall along the north lot line." in text
    assert (
        "Turning the units does not help" in text
        and "Walls were tried up to 20 ft." in text
        and "Cost" not in text
    )
    asked["mitigation"]["costs"] = {"currency": "USD"}
    asked["mitigation"]["remedies"][1]["cost"] = 12345.6
    assert "wall 7 ft by 40 ft 6 +2.5 12,346 A wall" in text_of(asked) and "Cost, USD" in text_of(asked)


def test_readings_areas_and_assumptions(report, example):
    text = " ".join(report)
    for name, power, units in (
        ("1 m (3.3 ft)", "85.7", "6/96 UNKNOWN 6/76 UNKNOWN"),
        ("7 m (23 ft)", "97.8", "6/3 FAIL ASSUMED 6/2 FAIL †"),
        ("sound power", "69.0", "6/412 UNKNOWN 6/392 UNKNOWN"),
    ):
        assert f"{name} {power} {units}" in text
    assert "Stated at Power dB(A) engine gas engine" in text
    assert "Lot 32,033 2,976.0 100.0 %" in text  # 62 x 48 m = 2976 m2; / 0.09290304
    assert "1,543 lb (700 kg). A unit puts 103 lb/sq ft (502 kg/m²)" in text  # 700 / 1.395 m2
    for assumption in example["assumptions"]:
        assert assumption["name"] in text and assumption["reason"] in text
    assert (
        all(note in text for note in example["notes"])
        and "Lower limits for impulsive sound are not computed." in text
    )
    for row in example["inputs"]:
        assert row["sha256"] in text.replace(" ", "")


def test_worst_point_adds_up_from_what_is_printed(report, example):
    """Every printed row recomputed from the printed power, divergence, air and ground, and the sum from the printed units."""
    text = " ".join(report).replace("−", "-")
    number = r"(-?\d+\.\d\d)"
    units = re.findall(
        rf"(U\d+): \d+′-\d+″ \((\d+\.\d\d) m\).*?Lw ((?:{number} ){{8}}).*?Adiv ((?:{number} ){{8}}).*?Aatm ((?:{number} ){{8}})"
        rf".*?Agr ((?:{number} ){{8}}).*?level L ((?:{number} ){{8}}).*?A-weighted level ((?:{number} ){{8}}){number}",
        text,
    )
    assert len(units) == 6
    totals = []
    for found in units:
        distance, total = float(found[1]), float(found[-1])
        power, divergence, air, ground, level, weighted = (
            [float(v) for v in found[i].split()] for i in range(2, 13, 2)
        )
        assert divergence[0] == pytest.approx(20 * math.log10(distance) + 11, abs=0.01)
        for k in range(8):
            assert level[k] == pytest.approx(power[k] - divergence[k] - air[k] - ground[k], abs=0.021)
            assert weighted[k] == pytest.approx(level[k] + A_WEIGHTS[k], abs=0.011)
        assert total == pytest.approx(10 * math.log10(sum(10 ** (v / 10) for v in weighted)), abs=0.011)
        totals.append(total)
    assert totals == sorted(totals, reverse=True)
    summed = float(re.search(r"Energy sum of 6 units: the level in the tables (\d+\.\d\d) dB\(A\)", text)[1])
    assert summed == pytest.approx(10 * math.log10(sum(10 ** (v / 10) for v in totals)), abs=0.006)
    assert summed == pytest.approx(example["worst"]["level_dba"], abs=0.005)


def test_the_worst_point_in_a_band_and_as_an_average(example):
    """Two steps more: the sum in the band, and 30 minutes of an hour, 10 lg(30 / 60) = -3.01 dB."""
    band = copy.deepcopy(example)
    worst = band["worst"]
    row = next(
        r for r in band["receptors"] if r["id"] == worst["receptor"] and r["period"] == worst["period"]
    )
    in_band = 10 * math.log10(sum(10 ** (path["level_db"][0] / 10) for path in worst["paths"]))
    for there in (row, worst):
        there.update(
            metric="63",
            statistic="Leq",
            level_db=in_band - 3.01,
            limit_db=62.0,
            margin_db=62 - in_band + 3.01,
        )
        there.update(p_exceed=0.5 * math.erfc(there["margin_db"] / 1.5 / math.sqrt(2)))
    assert not contradiction(band)
    text = text_of(band)
    assert f"Energy sum of 6 units {worst['level_dba']:.2f} dB(A)" in text
    assert f"In the 63 Hz band, in which the rule compares {in_band:.2f} dB" in text
    assert (
        f"Compared as Leq, −3.01 dB to the level while the units run: the level in the tables {in_band - 3.01:.2f} dB"
        in text
    )
    assert f"63 Hz band as Leq governs; all sound together is {worst['level_dba']:.1f} dB(A) there" in text
    assert f"63 Hz band Leq {in_band - 3.01:.1f} dB, limit 62" in text
    for there in (row, worst):
        there.update(statistic="level")
    assert "is compared at" in contradiction(band)


def test_many_units_are_summed_and_said_so(example):
    many = copy.deepcopy(example)
    terms = many["worst"]["paths"]
    many["worst"]["paths"] = [{**t, "source": f"U{n}"} for n, t in enumerate(terms + terms, start=1)]
    many["layout"]["placed"] += [
        {**u, "id": f"U{n}"} for n, u in enumerate(many["layout"]["placed"], start=7)
    ]
    text = text_of(many)
    last = sorted((t["level_dba"] for t in terms + terms), reverse=True)[6:]
    assert (
        f"6 units more, each no louder, together {10 * math.log10(sum(10 ** (v / 10) for v in last)):.2f} dB(A)"
        in text
    )


def test_manifest_has_the_hashes_of_the_files_beside_it(package, example):
    manifest = json.loads((package / "manifest.json").read_text("utf-8"))
    listed = {row["name"]: row for row in manifest["files"]}
    there = {path.name for path in package.iterdir()}
    assert (
        there == set(listed) | {"manifest.json"}
        and {"report.pdf", "study.json", "map.html", "receptors.csv"} <= there
    )
    for name, row in listed.items():
        data = (package / name).read_bytes()
        assert row["sha256"] == hashlib.sha256(data).hexdigest() and row["bytes"] == len(data)
    assert manifest["status"] == "DRAFT" and manifest["inputs"] == example["inputs"]


def test_report_names_the_study_that_it_was_made_from(package, report):
    assert hashlib.sha256((package / "study.json").read_bytes()).hexdigest()[:16] in report[0]


def test_same_bytes_from_another_process(study, package, tmp_path):
    call = "from pathlib import Path; from siting.package import write_package as w; import sys; w(*map(Path, sys.argv[1:]))"
    elsewhere = put(example_document(), tmp_path, "a copy of the study")
    odd = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": "86400", "HOME": str(tmp_path)}
    subprocess.run(
        [sys.executable, "-c", call, elsewhere, tmp_path / "out"],
        check=True,
        env={**os.environ, **odd},
        cwd=tmp_path,
    )
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == {
        p.name: p.read_bytes() for p in package.iterdir()
    }


def test_pdf_is_tagged_and_carries_no_date_and_only_its_own_fonts(package):
    reader = PdfReader(package / "report.pdf")
    assert "/CreationDate" not in reader.metadata and "/ModDate" not in reader.metadata
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"] and reader.trailer["/Root"]["/Lang"] == "en-US"
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts and all(
        re.fullmatch(r"/[A-Z]{6}\+(LibertinusSerif|DejaVuSansMono)(-.*)?", font) for font in fonts
    )


@pytest.mark.parametrize(
    ("place", "named"),
    [
        (("layout", "bound"), "layout.bound"),
        (("worst", "paths", 1, "terms", "air_db"), "worst.paths[1].terms.air_db"),
        (("receptors", 2, "margin_db"), "receptors[2].margin_db"),
        (("ordinance", "periods", 0, "hours"), "ordinance.periods[0].hours"),
        (("receptors", 0, "lon"), "receptors[0].lon"),
        (("readings",), "readings"),
    ],
)
def test_a_missing_key_is_named_and_nothing_is_written(example, tmp_path, place, named):
    damaged = copy.deepcopy(example)
    node = damaged
    for step in place[:-1]:
        node = node[step]
    del node[place[-1]]
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "study.json").write_text(json.dumps(damaged), "utf-8")
    with pytest.raises(InputError, match=re.escape(f'siting 0.1.0 and lacks "{named}"')):
        write_package(tmp_path / "study", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def raise_level(document):
    document["receptors"][4]["level_db"] -= 1.0


def hide_failure(document):
    document["verdict"]["state"] = "PASS"


def allow(document):
    document["verdict"]["allowed"] = True


def other_confidence(document):
    document["verdict"]["confidence"] = 0.5


def pass_unknown(document):
    row = next(row for row in document["receptors"] if row["margin_db"] is None)
    row["state"] = "PASS"


def surer(document):
    document["receptors"][4]["p_exceed"] *= 0.9


def milder(document):
    row = next(row for row in document["receptors"] if row["state"] == "MARGINAL FAIL")
    row["state"] = "MARGINAL PASS"


def lower_a_term(document):
    document["worst"]["paths"][0]["terms"]["divergence_db"] += 0.02


def drop_a_path(document):
    document["worst"]["paths"].pop()


def quieter_worst(document):
    document["worst"]["level_db"] -= 0.02


def move_worst(document):
    document["worst"]["lat"] += 1e-5


def lose_a_unit(document):
    document["layout"]["placed"].pop()


def other_reading(document):
    used = next(row for row in document["readings"] if row["chosen"])
    used["units"] = 3


def two_readings(document):
    document["readings"][0]["chosen"] = True


def stranger_runs(document):
    document["periods"][0] |= {"units": 1, "unit_ids": ["U7"]}


def lose_receptors(document):
    document["zones"][0]["receptors"] -= 1


def other_gap(document):
    document["layout"] |= {"status": "open", "gap": 0.1}


def better_than_it_is(document):
    document["layout"] |= {"status": "optimal", "gap": -1.0}


def unheard_of(document):
    document["layout"]["status"] = "best"


def quieter_where_it_binds(document):
    document["search"]["binding"][0]["level_db"] -= 0.1


def text_for_number(document):
    document["receptors"][0]["x"] = "585400"


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        (raise_level, "contradicts itself: receptor"),
        (hide_failure, "the verdict is PASS and a receptor is FAIL"),
        (allow, "it says allowed at a confidence of 0.95"),
        (other_confidence, "for a confidence of 0.5, not of 0.95"),
        (pass_unknown, "is PASS with a probability of None"),
        (surer, "deviation 1.5 and probability"),
        (milder, "is MARGINAL PASS with a probability of"),
        (lower_a_term, "the terms of U1 do not add up"),
        (drop_a_path, "the paths add up to"),
        (quieter_worst, "its row among the receptors differ"),
        (move_worst, "its row among the receptors differ"),
        (lose_a_unit, "says 6 units and lists 5"),
        (other_reading, "the used reading says 7m, engine, 3"),
        (two_readings, "2 readings are marked"),
        (stranger_runs, 'period "day" lets 1 units run'),
        (lose_receptors, "77 receptors are listed in zone C-1 and 76 counted"),
        (other_gap, "a gap of 0.1 with 6 units and a bound of 3"),
        (better_than_it_is, "optimal with 6 units and a bound of 3"),
        (unheard_of, 'the layout is "best"'),
        (quieter_where_it_binds, "has another level than its row"),
        (text_for_number, '"receptors\\[0\\].x" where a number belongs'),
    ],
)
def test_a_study_that_contradicts_itself_is_refused(example, tmp_path, edit, found):
    edited = copy.deepcopy(example)
    edit(edited)
    with pytest.raises(InputError, match=found):
        write_package(put(edited, tmp_path), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_is_no_study_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no study"):
        write_package(tmp_path, tmp_path / "out")
    for text, found in (
        ("{", "is not a study"),
        ("[]", "is not a study"),
        ('{"a": 1}', 'no key "siting"'),
        ('{"a": NaN}', "NaN"),
    ):
        (tmp_path / "study.json").write_text(text, "utf-8")
        with pytest.raises(InputError, match=found):
            read_study(tmp_path)


def without_a_unit(text: str) -> str:
    """Without the last feature but a service point, which is no body."""
    layer = json.loads(text)
    bodies = [
        feature for feature in layer["features"] if feature["properties"].get("kind") != "service point"
    ]
    return json.dumps({**layer, "features": bodies[:-1]})


def moved_unit(text: str) -> str:
    layer = json.loads(text)
    (third,) = [feature for feature in layer["features"] if feature["properties"].get("id") == "U3"]
    third["properties"]["x_m"] += 0.5
    return json.dumps(layer)


def quieter_rows(text: str) -> str:
    lines = text.splitlines()
    cells = lines[3].split(",")
    cells[7] = str(float(cells[7]) - 0.1)
    return "\n".join([*lines[:3], ",".join(cells), *lines[4:]]) + "\n"


@pytest.mark.parametrize(
    ("name", "edit", "found"),
    [
        ("layout.geojson", without_a_unit, r"6 against 7 rows; first at body U6"),
        ("layout.geojson", moved_unit, "first at body U3"),
        ("layout.geojson", lambda text: "{}", "not a GeoJSON layer"),
        ("receptors.csv", quieter_rows, "differs from study.json"),
        ("receptors.csv", lambda text: "\n".join(text.splitlines()[:-1]), "422 against 423 rows"),
        ("receptors.csv", lambda text: text.replace("level_db", "level"), "not the study's table"),
        ("receptors.geojson", without_a_unit, "422 against 423 rows"),
    ],
)
def test_an_edited_layer_is_refused(example, tmp_path, name, edit, found):
    folder = put(example, tmp_path)
    text = (folder / name).read_text("utf-8")
    (folder / name).write_text(edit(text), "utf-8")
    with pytest.raises(InputError, match=found):
        write_package(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_levels_rounded_to_a_tenth_are_the_same_study(example, tmp_path):
    folder = put(example, tmp_path)
    rows = (folder / "receptors.csv").read_text("utf-8").splitlines()
    rounded = [
        ",".join([*cells[:7], f"{float(cells[7]):.1f}", *cells[8:]])
        for cells in (r.split(",") for r in rows[1:])
    ]
    (folder / "receptors.csv").write_text("\n".join([rows[0], *rounded]), "utf-8")
    write_package(folder, tmp_path / "out")


def test_a_folder_in_use_is_left_alone_without_overwrite(study, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "letter.txt").write_text("mine", "utf-8")
    with pytest.raises(InputError, match="not empty"):
        write_package(study, out)
    assert [p.name for p in out.iterdir()] == ["letter.txt"]
    with pytest.raises(InputError, match="this is a file"):
        write_package(study, out / "letter.txt")
    (out / "map.html").write_text("of another study", "utf-8")
    lean = put(example_document(), tmp_path)
    (lean / "map.html").unlink()
    write_package(lean, out, overwrite=True)
    assert (out / "letter.txt").read_text("utf-8") == "mine" and not (out / "map.html").exists()


def test_package_into_the_study_itself(example, tmp_path):
    folder = put(example, tmp_path)
    before = (folder / "study.json").read_bytes()
    write_package(folder, folder, overwrite=True)
    assert (folder / "study.json").read_bytes() == before and (folder / "report.pdf").stat().st_size > 10_000


def silenced(document, units: bool):
    """The example without an ordinance; without units too where `units` is false."""
    document = copy.deepcopy(document)
    document["ordinance"] = None
    document["verdict"] |= {"state": "UNKNOWN", "reasons": ["No ordinance was given."]}
    document["receptors"] = [row for row in document["receptors"] if row["period"] == "day"]
    document["periods"] = document["zones"] = []
    used = next(row for row in document["readings"] if row["chosen"])
    used["state"] = "UNKNOWN"
    unknown = {"period": "any", "limit_db": None, "margin_db": None, "p_exceed": None, "state": "UNKNOWN"}
    rows = document["receptors"] + document["neighbours"]
    for row in rows:
        row.update(zone_class=None, **unknown)
    document["worst"].update(unknown)
    if not units:
        document["layout"].update(units=0, placed=[], kw=0.0, area_m2=0.0, bound=0, bound_by="space")
        used.update(units=0, bound=0)
        document["worst"] = None
        for row in rows:
            row["level_db"] = None
    return document


def test_without_ordinance_nothing_reads_as_pass(example, tmp_path):
    out = write_package(put(silenced(example, units=True), tmp_path), tmp_path / "out")
    text = " ".join(pages((out / "report.pdf").read_bytes()))
    assert "Cannot be known UNKNOWN" in text and "any time dB(A) not known" in text
    assert "Allowed" not in text and "PASS" not in text


def test_without_units_there_is_still_a_report(example, tmp_path):
    out = write_package(put(silenced(example, units=False), tmp_path), tmp_path / "out")
    text = " ".join(pages((out / "report.pdf").read_bytes()))
    assert "0 placed, at most 0" in text and "No unit is placed, so there is no level to take apart." in text
    assert "no sound" in text and "PASS" not in text and "may run in each period" not in text


def test_without_neighbours_there_is_still_a_report(example):
    alone = copy.deepcopy(example)
    alone.update(
        receptors=[],
        neighbours=[],
        worst=None,
        verdict=alone["verdict"] | {"state": "UNKNOWN", "reasons": ["Nobody near."]},
    )
    alone["site"]["neighbours"] = []
    text = text_of(alone)
    assert "No neighbour lies within reach" in text and "No receptor lies near enough" in text


def test_text_from_files_is_never_markup(example):
    evil = copy.deepcopy(example)
    evil["site"]["id"] = '#panic("x") *b* $x^2$ // \\'
    evil["notes"].append("= Title @ref <label> #sys.inputs.report")
    evil["site"]["neighbours"][0]["id"] = "#1]"
    text = text_of(evil)
    assert 'Lot #panic("x") *b* $x^2$ // \\' in text and "= Title @ref <label> #sys.inputs.report" in text


def test_characters_that_the_fonts_lack_are_spelled(example):
    foreign = copy.deepcopy(example)
    foreign["site"]["id"] = "漢字\u0007-Épinay-Łódź"
    text = text_of(foreign)
    assert "[U+6F22][U+5B57]" in text and "-Épinay-Łódź" in text and "printed as its Unicode code" in text


def test_sixty_neighbours_with_long_names_stay_on_the_page(example):
    crowd = copy.deepcopy(example)
    row, lot = crowd["neighbours"][1], crowd["site"]["neighbours"][0]
    names = [f"MAP-{n:04d}-BLOCK-{n:06d}-LOT-{'9' * 30}" for n in range(60)]
    zone = "Residential Mixed-Use Transit-Oriented Neighborhood Conservation Overlay District R-4"
    crowd["neighbours"] = [{**row, "neighbour": name, "zone": zone} for name in names]
    crowd["site"]["neighbours"] = [{**lot, "id": name} for name in names]
    crowd["site"]["id"] = names[0]
    crowd["verdict"]["reasons"] = [f"Reason {n} runs on. {'It is a long sentence. ' * 12}" for n in range(9)]
    pdf = report_pdf(crowd, "0" * 64)
    text = " ".join(pages(pdf))
    assert (
        "The worst 25 of 60 neighbours; 35 more are in receptors.csv." in text
        and "And 5 more reasons, under Notes." in text
    )
    assert all(f"Reason {n} runs on." in text for n in range(9))
    lines = PdfReader(io.BytesIO(pdf)).pages[1].extract_text().splitlines()
    assert not any(names[7] in line for line in lines) and names[7] in text.replace(
        " ", ""
    )  # it wraps in its column
    inputs = {"report": json.dumps(contents(crowd, "0" * 64, 250.0))}
    for page in typst.compile(TEMPLATE, format="png", ppi=50, sys_inputs=inputs, ignore_system_fonts=True):
        ink = np.asarray(Image.open(io.BytesIO(page)).convert("L")) < 250
        assert (
            ink.any() and not ink[:, :34].any() and not ink[:, -34:].any()
        )  # margins of 0.7 in on US letter, in pixels


def test_the_plan_is_to_scale(example):
    plan = site_plan(example, 511.0, 380.0)
    lot = next(area for area in plan["areas"] if area["kind"] == "lot")["rings"][0]
    sides = sorted(math.dist(a, b) / 72 * plan["scale_ft"] * 0.3048 for a, b in itertools.pairwise(lot))
    assert sides == pytest.approx([48, 48, 62, 62], abs=0.01)
    ring = plan["units"][0]["ring"]
    body = sorted(math.dist(a, b) / 72 * plan["scale_ft"] * 0.3048 for a, b in itertools.pairwise(ring))
    assert body == pytest.approx([0.93, 0.93, 1.5, 1.5], abs=0.005)
    feet, metres = plan["bars"]["ft"][-1], plan["bars"]["m"][-1]
    assert feet["x"] == pytest.approx(float(feet["text"]) / plan["scale_ft"] * 72)
    assert metres["x"] / feet["x"] == pytest.approx(
        float(metres["text"]) / 0.3048 / float(feet["text"]), abs=1e-4
    )
    inside = [p for a in plan["areas"] for ring in a["rings"] for p in ring]
    assert all(-0.01 <= x <= 511.01 and -0.01 <= y <= 380.01 for x, y in inside)


def test_the_plan_draws_sides_items_and_service_points(example):
    plan = site_plan(example, 511.0, 380.0)
    m = plan["scale_ft"] * 0.3048 / 72
    lengths = {
        line["kind"]: math.dist(*line["points"]) * m for line in plan["lines"] if line["kind"] != "side"
    }
    assert lengths == pytest.approx({"front": 62, "rear": 62}, abs=0.02)
    (tank,) = [area["rings"][0] for area in plan["areas"] if area["kind"] == "item"]
    assert sorted(math.dist(a, b) * m for a, b in itertools.pairwise(tank)) == pytest.approx(
        [1.2, 1.2, 3, 3], abs=0.01
    )
    (gas,) = plan["services"]
    front = shapely.LineString(next(line["points"] for line in plan["lines"] if line["kind"] == "front"))
    assert front.distance(shapely.Point(gas["x"], gas["y"])) < 0.01
    words = {label["text"] for label in plan["labels"]}
    assert {"I1", "gas", "front setback 20 ft (6.1 m)", "rear setback 10 ft (3.05 m)"} <= words


def test_north_is_up_and_fronts_face_south_at_rotation_0(example):
    turned = copy.deepcopy(example)
    unit = turned["layout"]["placed"][0]
    unit.update(
        rotation_deg=0.0,
        body=mapping(box(unit["x_m"] - 0.75, unit["y_m"] - 0.465, unit["x_m"] + 0.75, unit["y_m"] + 0.465)),
    )
    drawn = site_plan(turned, 511.0, 380.0)["units"][0]
    lowest = max(y for _, y in drawn["ring"])  # y runs down the page
    assert [y for _, y in drawn["front"]] == pytest.approx([lowest, lowest], abs=0.02)
    lots = {n["id"]: shape(n["geometry"]).centroid.y for n in turned["site"]["neighbours"]}
    labels = {label["text"]: label["y"] for label in site_plan(turned, 511.0, 380.0)["labels"]}
    assert labels["12-031"] < labels["12-028"] and lots["12-031"] > lots["12-028"]


def test_units_too_close_to_number_get_a_detail(example):
    packed = copy.deepcopy(example)
    x0, y0 = packed["layout"]["placed"][0]["x_m"], packed["layout"]["placed"][0]["y_m"]
    spots = [(x0 + 2.5 * (k % 12), y0 - 1.8 * (k // 12)) for k in range(96)]
    packed["layout"]["placed"] = [
        {"id": f"U{k}", "x_m": x, "y_m": y, "rotation_deg": 0.0, "elevation_m": None,
         "body": mapping(box(x - 0.75, y - 0.465, x + 0.75, y + 0.465))}
        for k, (x, y) in enumerate(spots, start=1)
    ]  # fmt: skip
    plan = site_plan(packed, 511.0, 380.0)
    detail = unit_detail(packed, 511.0, (190.0, 610.0), plan)
    assert plan["unnumbered"] > 0 and detail["scale_ft"] < plan["scale_ft"] and detail["unnumbered"] == 0
    numbers = [label["text"] for label in detail["labels"] if label["text"].startswith("U")]
    assert sorted(numbers) == sorted(unit["id"] for unit in detail["units"])
    beside = [label for label in plan["labels"] if label["kind"] == "unit"]
    boxes = [
        box(lb["x"] - 1.5 * len(lb["text"]), lb["y"] - 2.5, lb["x"] + 1.5 * len(lb["text"]), lb["y"] + 2.5)
        for lb in beside
    ]
    drawn = boxes + [shapely.Polygon(unit["ring"]) for unit in plan["units"]]
    assert len(boxes) > 10 and all(a.intersection(b).area < 0.1 for a, b in itertools.combinations(drawn, 2))


def metres(row):
    """The distance provided as it is printed, in metres."""
    return float(re.search(r"\((\d+\.\d\d) m\)", row["provided"])[1])


def test_spacing_of_the_example_by_hand(example):
    """Bodies of 1.5 x 0.93 m at x -9, -4, 1 and y -5, -9; house from (8, -4); lot line at y -24; tank's corner (14, -10)."""
    assert side_spacing(example) == pytest.approx(
        {"front": 4 - 0.93, "back": 4 - 0.93, "left": 3.5, "right": 3.5}, abs=1e-6
    )
    rows = {row["rule"]: row for row in clearance_rows(example)}
    assert len(rows) == len(clearance_rows(example)) == 4 + 3 + 1 + 1 + 4
    for rule, required, provided in (
        ("Unit to the front lot line (south)", 6.096, 24 - 9.465),
        ("Unit to the side lot line (east, west)", 1.524, 31 - 9.75),
        ("Unit to the rear lot line (north)", 3.048, 24 + 4.535),
        ("Unit to buildings", 1.5, math.hypot(8 - 1.75, 0.535)),
        ("I1, propane tank, 500 gal, to the lot line", 3.048, 31 - 21.5),
        ("I1, propane tank, 500 gal, to buildings", 3.048, 12 + 4.4),  # to the shed
        ("I1, propane tank, 500 gal, to units", 3.048, 18.5 - 9.75),
    ):
        assert rows[rule]["required"] == length(required), rule
        assert metres(rows[rule]) == pytest.approx(provided, abs=0.0051) and rows[rule]["check"] == "kept", (
            rule
        )
    assert metres(rows["Unit to keep-outs"]) == pytest.approx(math.hypot(14 - 1.75, 0.535), abs=0.0051)
    assert rows["I1, propane tank, 500 gal, to openings in walls"]["check"] == "nothing there"


def test_buildings_by_the_distance_that_each_wants_and_openings(example):
    """The house at 1.5 m, the shed at 3.048 m (18 - 9.75 and 12 + 4.535 m from the units); a window in the house's west wall."""
    several = copy.deepcopy(example)
    several["site"]["building_distances_m"] = [1.5, 9.0]
    several["site"]["openings"] = [mapping(on_site(shapely.Point(8, 0)))]
    rows = {row["rule"]: row for row in clearance_rows(several)}
    assert "Unit to buildings" not in rows
    house, shed = rows["Unit to 1 building at 4.9 ft (1.5 m)"], rows["Unit to 1 building at 29.5 ft (9 m)"]
    assert (house["required"], shed["required"]) == (length(1.5), length(9.0))
    assert metres(shed) == pytest.approx(math.hypot(18 - 9.75, 12 + 4.535), abs=0.0051)
    window = rows["Unit to openings in walls"]
    assert (
        metres(window) == pytest.approx(math.hypot(8 - 1.75, 4.535), abs=0.0051) and window["check"] == "kept"
    )


def test_a_setback_that_is_not_kept_is_said(example):
    near = copy.deepcopy(example)
    near["site"]["sides"][0]["setback_m"] = 15.0  # 14.535 m are there
    (row,) = [row for row in clearance_rows(near) if row["rule"].startswith("Unit to the front")]
    assert row["check"] == "NOT KEPT" and row["origin"] == "ASSUMED"


def test_setbacks_name_the_rule_that_they_come_from(example):
    """Front and rear have rules of their own, sides the general one; a line of unknown kind keeps the widest, a front's 20 ft."""
    unknown = copy.deepcopy(example)
    unknown["site"]["sides"][3].update(kind="unknown", setback_m=6.096)
    rows = {row["rule"]: row["origin"] for row in clearance_rows(unknown)}
    assert rows["Unit to the lot line (west)"] == "ordinance, 8-4(b), the widest of its setbacks"
    assert (
        rows["Unit to the rear lot line (north)"]
        == rows["Unit to the side lot line (east)"]
        == "ordinance, 8-4(b)"
    )
    unknown["ordinance"]["side_setbacks"]["front"]["read"] = False
    assert any("8-4(b), NOT READ" in row["origin"] for row in clearance_rows(unknown))
    unknown["ordinance"] = None
    unknown["assumptions"] += [
        {"name": "site.setback_m", "value": 1.524, "origin": "assumed", "reason": "5 ft"},
        {"name": "site.building_distance_m", "value": 1.5, "origin": "assumed", "reason": "the fire code's"},
    ]
    rows = {row["rule"]: row["origin"] for row in clearance_rows(unknown)}
    assert rows["Unit to the side lot line (east)"] == "ASSUMED"
    assert rows["Unit to buildings"] == "ASSUMED: the fire code's"


def test_sides_turn_with_the_unit(example):
    """U1 turned by 90 degrees looks east at U2, which stands unturned 5 m to the east: U1's front is U2's left."""
    pair = copy.deepcopy(example)
    pair["site"]["buildings"] = []
    bodies = [box(-0.465, -0.75, 0.465, 0.75), box(5 - 0.75, -0.465, 5 + 0.75, 0.465)]
    pair["layout"]["placed"] = [
        {
            "id": f"U{n}",
            "x_m": x,
            "y_m": 0.0,
            "rotation_deg": turn,
            "elevation_m": None,
            "body": mapping(body),
        }
        for n, x, turn, body in ((1, 0.0, 90.0, bodies[0]), (2, 5.0, 0.0, bodies[1]))
    ]
    gap = 5 - 0.75 - 0.465
    found = side_spacing(pair)
    assert found["front"] == pytest.approx(gap) and found["left"] == pytest.approx(gap)
    assert found["right"] is None and found["back"] is None


def test_a_clearance_that_is_not_kept_is_said(example):
    tight = copy.deepcopy(example)
    tight["unit"]["clearance"]["right_m"] = 3.6
    assert (
        "Right of a unit to the next body, building or wall 11′-9″ (3.60 m) 11′-5″ (3.50 m) NOT KEPT"
        in text_of(tight)
    )


def test_examples_in_docstrings():
    result = doctest.testmod(paper)
    assert result.attempted > 0 and result.failed == 0


def test_a_folder_that_cannot_be_made_is_one_sentence(study, tmp_path):
    (tmp_path / "letter.txt").write_text("mine", "utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        write_package(study, tmp_path / "letter.txt" / "out")
