"""What would make a lot pass. Oracles: 10 lg n and costs by hand, `siting levels`, every remedy asked again on its own."""

import json
import math
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import pairwise

import geopandas
import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from shapely.geometry import LineString, Point
from small_land import ORIGIN, TOWN, UNIT, at, code, land_of, square, unit, write_lots

from siting.cli import main
from siting.errors import InputError
from siting.law import Operation
from siting.levels import levels
from siting.mitigation.ask import Ask, Runs, for_units, passes, quieter, with_walls, without_machine
from siting.mitigation.costs import cost_of, load_costs
from siting.mitigation.document import mitigation_document
from siting.mitigation.places import Place, sides, wall_places
from siting.mitigation.plot import frontier_svg
from siting.mitigation.rows import Rows, heard, needed_db, over_db, rows_of
from siting.mitigation.search import mitigated
from siting.mitigation.smallest import HEIGHTS_FT, over_with, smallest_wall, wall_of
from siting.model import FOOT_M, Question
from siting.parts import Receiver, Scene, Source, Wall
from siting.remedy import Costs, Remedy
from siting.surroundings import ENVIRONMENT
from siting.yard import Placing

EVEN = Operation(confidence=0.5)  # a limit is kept where the level is not over it
POWER = (90.0,) * 8
LOTS = {"007": square(0, 0, 20, 14), "N": square(0, 14, 20, 40)}
EAR = Receiver("ear", 0.0, 0.0, height_m=1.5)
CIRCLE = Scene(
    tuple(
        Source(f"U{k + 1}", 40 * math.cos(a), 40 * math.sin(a), POWER, height_m=1.8)
        for k, a in enumerate(2 * math.pi * np.arange(5) / 5)
    )
)


def level(scene):
    (found,) = levels(replace(scene, receivers=(EAR,)), paths=False)
    return found.level_dba


def rows(limit, units=("U1", "U2", "U3", "U4", "U5")):
    one = np.zeros(1, np.int64)
    return Rows(
        np.zeros((1, 2)),
        np.array([1.5]),
        ("dba",),
        one,
        one,
        10 ** (np.array([limit]) / 10),
        frozenset(units),
    )


def ask_of(folder, limit, question, **options):
    land = land_of(folder, LOTS, **options)
    ordinance = code({"*": limit}, periods=("day", "night"))
    return Ask(land, 0, unit(), ordinance, question, None, ENVIRONMENT, EVEN, Placing())


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    """Four units where 69.5 dB(A) allow two, one neighbour to the north."""
    ask = ask_of(tmp_path_factory.mktemp("four"), 69.5, Question("units", 4))
    study = Runs().of(ask)
    return ask, study, mitigated(ask, study, points=2).mitigation


def test_n_units_need_ten_lg_n_more():
    alone = level(replace(CIRCLE, sources=CIRCLE.sources[:1]))
    assert level(CIRCLE) - alone == pytest.approx(10 * math.log10(5), abs=1e-9)
    assert needed_db(rows(alone), CIRCLE) == pytest.approx(10 * math.log10(5), abs=1e-9)
    assert needed_db(rows(alone + 10), CIRCLE) == 0.0


def test_a_machine_that_is_there_takes_its_share_and_stays_as_loud():
    machine = Source("machine", 0.0, 60.0, POWER, height_m=1.8)
    scene = replace(CIRCLE, sources=(*CIRCLE.sources, machine))
    alone = level(replace(scene, sources=(machine,)))
    limit = alone + 3.0
    by_db = needed_db(rows(limit), scene)
    softer = tuple(replace(s, power_db=tuple(p - by_db for p in s.power_db)) for s in CIRCLE.sources)
    assert level(replace(scene, sources=(*softer, machine))) == pytest.approx(limit, abs=1e-9)
    assert needed_db(rows(alone - 0.1), scene) == math.inf


def test_a_wall_is_what_the_scene_with_it_says_and_a_taller_one_is_never_louder():
    place = Place("here", LineString([(-60, -5), (60, -5)]))
    south = replace(CIRCLE, sources=CIRCLE.sources[3:4])
    before = level(south)
    over = [over_with(rows(before), south, wall_of(place, height)) for height in HEIGHTS_FT]
    for height, left in zip(HEIGHTS_FT, over, strict=True):
        wall = Wall("w", place.line, height_m=height * 0.3048, absorption=(0.0,) * 8)
        assert left == pytest.approx(level(replace(south, walls=(wall,))) - before, abs=1e-9)
    assert all(tall <= low + 1e-9 for low, tall in pairwise(over)) and over[-1] < -5


def test_the_smallest_wall_is_enough_and_one_step_less_is_not():
    place = Place("here", LineString([(-60, -5), (60, -5)]))
    south = replace(CIRCLE, sources=CIRCLE.sources[3:4])
    limit = level(south) - 6.0
    wall = smallest_wall(rows(limit), south, place)
    assert over_with(rows(limit), south, wall) <= -0.05
    assert wall.line.length < place.line.length and round(wall.height_m / FOOT_M, 6) in HEIGHTS_FT
    ends = sorted(x for x, _ in wall.line.coords)
    for start, end in ((ends[0] + 3.048, ends[1]), (ends[0], ends[1] - 3.048)):
        cut = replace(wall, line=LineString([(start, -5), (end, -5)]))
        assert over_with(rows(limit), south, cut) > -0.05
    shortest = []  # of every height with every stretch of three steps at a time
    for height in HEIGHTS_FT:
        for a in np.arange(-60, 60, 9.144):
            for b in np.arange(a + 9.144, 60.1, 9.144):
                tried = replace(wall, line=LineString([(a, -5), (b, -5)]), height_m=height * FOOT_M)
                shortest += (
                    [(b - a) * tried.height_m] if over_with(rows(limit), south, tried) <= -0.05 else []
                )
    assert wall.line.length * wall.height_m < 1.5 * min(shortest)
    assert smallest_wall(rows(limit - 40), south, place) is None


def test_decibels_by_hand_and_one_step_less_does_not_pass(four):
    ask, study, found = four
    worst = min(row.margin_db for row in study.levels)
    (quiet,) = (remedy for remedy in found.remedies if remedy.kind == "quieter unit")
    assert worst < 0 and not study.verdict.allowed
    assert quiet.quieter_db == math.ceil(-worst / 0.5) * 0.5
    assert quiet.margin_db == pytest.approx(worst + quiet.quieter_db, abs=0.05)
    assert not passes(Runs().of(quieter(ask, quiet.quieter_db - 0.5)), 4)


def test_every_remedy_passes_when_it_is_asked_again(four):
    ask, _, found = four
    kinds = [remedy.kind for remedy in found.remedies]
    assert {"fewer units", "quieter unit", "wall"} <= set(kinds) and found.goal == 4 and found.allowed < 4
    for remedy in (*found.remedies, *found.frontier):
        changed = for_units(with_walls(quieter(ask, remedy.quieter_db), remedy.walls), remedy.units)
        study = Runs().of(changed)
        assert study.verdict.allowed and len(study.placed) == remedy.units, remedy.sentence
        assert min(row.margin_db for row in study.levels) == remedy.margin_db
    assert kinds == sorted(kinds, key=["fewer units", "quieter unit", "wall"].index)
    areas = [remedy.area_m2 for remedy in found.remedies if remedy.walls]
    assert areas == sorted(areas) and found.runs > len(found.remedies)
    assert all(f"{remedy.units} unit" in remedy.sentence for remedy in found.remedies)


def test_walls_stand_on_the_lot_and_no_unit_on_them(four):
    ask, _, found = four
    lot = ask.land.parcels.lots[0]
    for wall in (wall for remedy in found.remedies for wall in remedy.walls):
        assert lot.contains(wall.line) and wall.line.distance(lot.boundary) >= 0.3048 - 1e-3
        study = Runs().of(with_walls(ask, (wall,)))
        assert min(placed.body.distance(wall.line) for placed in study.placed) >= 0.9144 + 0.1524 - 1e-6


def test_what_does_not_help_is_told(four):
    text = " ".join(four[2].no_help)
    assert "Turning the units does not help: they are as loud all round." in text
    assert "A larger setback from the north lot line does not help" in text


def test_more_decibels_never_let_fewer_units_in(tmp_path):
    ask = ask_of(tmp_path, 69.0, Question("max"))
    counts = [len(Runs().of(quieter(ask, by_db)).placed) for by_db in (0.0, 2.0, 4.0)]
    assert counts == sorted(counts) and counts[-1] > counts[0]


def test_the_frontier_grows_and_its_plot_shows_it(four):
    data = mitigation_document(four[2])
    assert json.loads(json.dumps(data)) == data
    for kind, field in (("wall", "wall_area_sq_ft"), ("quieter unit", "quieter_db")):
        rows = [row for row in data["frontier"] if row["kind"] == kind]
        assert [row["units"] for row in rows] == sorted({row["units"] for row in rows}) and rows
        assert rows[-1]["units"] == 4 and all(row[field] > 0 for row in rows)
    root = ElementTree.fromstring(frontier_svg(data, "a <lot> & more"))
    circles = root.findall(".//{http://www.w3.org/2000/svg}circle")
    assert len(circles) == len(data["frontier"]) + 2  # and as it is, in both panels


def test_a_lot_that_passes_needs_nothing_and_more_than_fit_is_told(tmp_path):
    ask = ask_of(tmp_path, 80.0, Question("units", 2))
    found = mitigated(ask, Runs().of(ask)).mitigation
    assert found.remedies == () and found.notes == ("It passes as it is: nothing needs to change.",)
    crowd = replace(ask, question=Question("units", 5000), ordinance=code({"*": 71.0}))
    told = mitigated(crowd, Runs().of(crowd), points=0).mitigation
    assert told.no_help[0].startswith("There is no room for 5000 units") and told.allowed > 0
    assert [(r.kind, r.units) for r in told.remedies] == [("fewer units", told.allowed)]


def test_no_ordinance_and_unknown_limits(tmp_path):
    ask = replace(ask_of(tmp_path, 60.0, Question("units", 1)), ordinance=None)
    with pytest.raises(InputError, match="name the ordinance with --ordinance"):
        mitigated(ask, Runs().of(ask))
    unknown = replace(ask, ordinance=code({"home": 60.0}, periods=("any",)))
    found = mitigated(unknown, Runs().of(unknown)).mitigation
    assert found.remedies == () and "Not every limit is known" in found.notes[0]


def test_a_machine_silenced(tmp_path):
    file = tmp_path / "machines.gpkg"
    geopandas.GeoDataFrame(
        {"power_dba": [101.0, 60.0], "id": ["chiller", "fan"]},
        geometry=[at(Point(10, 22)), at(Point(60, -60))],
        crs=26986,
    ).to_file(file)
    ask = ask_of(tmp_path, 72.0, Question("units", 2), existing=file)
    study = Runs().of(ask)
    found = mitigated(ask, study, points=0).mitigation
    (silent,) = (remedy for remedy in found.remedies if remedy.kind == "machine silenced")
    assert silent.silenced == ("existing chiller",)
    assert passes(Runs().of(without_machine(ask, "existing chiller")), 2)
    assert any("No quieter enclosure" in text and "already" in text for text in found.no_help)


def test_a_cap_at_night(tmp_path):
    ask = ask_of(tmp_path, 60.0, Question("units", 4))
    ask = replace(ask, ordinance=code({"*": (80.0, 70.0)}))
    study = Runs().of(ask)
    found = mitigated(ask, study, points=0).mitigation
    cap = next(remedy for remedy in found.remedies if remedy.kind == "period cap")
    night = next(answer for answer in study.periods if answer.period == "night")
    assert cap.running == (("night", night.units),) and 0 < night.units < 4
    run = tuple(s for s in study.scene.sources if s.id in night.unit_ids)
    loudest = max(one.level_dba for one in levels(replace(study.scene, sources=run), paths=False))
    assert loudest <= 70.0 < max(row.level_db for row in study.levels)


def test_costs_by_hand(tmp_path):
    file = tmp_path / "costs.toml"
    file.write_text(
        'currency = "EUR"\nwall_per_sq_ft = 50\nwall_per_ft = 10\nquieter_per_db = 300\nquieter_per_unit = 1000\n'
        "unit_left_out = 90000\nunit_capped = 7\nmachine_silenced = 8000\n"
    )
    costs = load_costs(file)
    wall = Wall("w", LineString([(0, 0), (30.48, 0)]), height_m=3.048)
    for remedy, cost in (
        (Remedy("wall", 4, walls=(wall,)), 50 * 1000 + 10 * 100),
        (Remedy("quieter unit", 4, quieter_db=2.5), 4 * (2.5 * 300 + 1000)),
        (Remedy("fewer units", 4), 2 * 90000),
        (Remedy("period cap", 4, running=(("night", 1),)), 3 * 7),
        (Remedy("machine silenced", 4, silenced=("a",)), 8000),
        (Remedy("moved yard", 4), 0),
    ):
        assert cost_of(remedy, costs, 6) == pytest.approx(cost)
    some = Costs("USD", None, None, 300.0, None, None, None, None, {})
    assert cost_of(Remedy("wall", 4, walls=(wall,)), some, 6) is None
    assert cost_of(Remedy("quieter unit", 4, quieter_db=2.0), some, 6) == 2400
    assert cost_of(Remedy("quieter unit", 4, quieter_db=2.0), None, 6) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wall_per_sqft = 5", r'wall_per_sqft is not known \(did you mean "wall_per_sq_ft"\?\)'),
        ("wall_per_sq_ft = -5", "wall_per_sq_ft is -5; expected a number of at least 0"),
        ('wall_per_ft = "dear"', "wall_per_ft is 'dear'"),
        ('currency = "USD"', "it states no cost"),
        ("wall_per_ft =", "not readable as TOML"),
    ],
)
def test_bad_costs_name_file_and_key(tmp_path, text, words):
    (tmp_path / "costs.toml").write_text(text + "\n")
    with pytest.raises(InputError, match=words) as caught:
        load_costs(tmp_path / "costs.toml")
    assert "costs.toml" in str(caught.value)


def test_sides_of_a_polygon_and_places_of_walls(four):
    assert sorted(side.length for side in sides(shapely.box(0, 0, 4, 9))) == [4, 4, 9, 9]
    round_one = Point(0, 0).buffer(10, quad_segs=32)
    assert len(sides(round_one)) == 1 and sides(round_one)[0].is_ring
    _, study, _ = four
    all_round = np.array([(10, 40), (50, 7), (10, -40), (-50, 7)]) + ORIGIN
    found = {place.where: place for place in wall_places(study, all_round)}
    single = {f"along the {way} lot line" for way in ("north", "east", "south", "west")}
    assert single <= set(found) and found["round the yard"].ring
    assert LOTS["007"].contains(found["round the yard"].line)
    north = found["along the north lot line"].line
    assert {round(y - 900_000, 6) for _, y in north.coords} == {14 - 0.3048}
    few = {place.where: place for place in wall_places(study, all_round[1:3])}  # to the east and to the south
    both = next(place for where, place in few.items() if "south and east lot lines" in where)
    assert both.line.length == pytest.approx(20 + 14 - 4 * 0.3048) and "along the north lot line" not in few


def test_rows_are_the_studys_own_margins(four):
    _, study, _ = four
    found = rows_of(study)
    assert over_db(found, heard(found, study.scene)) == pytest.approx(
        -min(r.margin_db for r in study.levels), abs=1e-9
    )


def test_the_verb_writes_walls_that_assess_reads(tmp_path):
    (tmp_path / "town.toml").write_text(TOWN.replace("LIMIT", "69"))
    (tmp_path / "box.toml").write_text(UNIT)
    (tmp_path / "costs.toml").write_text("wall_per_sq_ft = 40\nquieter_per_db = 2000\n")
    lots = write_lots(tmp_path, LOTS)
    words = [
        lots, "--id", "007", "--units", 3, "--ordinance", tmp_path / "town.toml", "--confidence", 0.5, "--unit",
        tmp_path / "box.toml",
    ]  # fmt: skip
    runs = CliRunner()

    def run(verb, *more):
        return runs.invoke(main, [str(word) for word in (verb, *words, *more)], catch_exceptions=False)

    result = run("mitigate", "--frontier", 0, "--costs", tmp_path / "costs.toml", "-o", tmp_path / "out")
    assert result.exit_code == 1, result.output
    data = json.loads((tmp_path / "out" / "mitigation.json").read_text("utf-8"))
    walls = [r for r in data["mitigation"]["remedies"] if r["walls"]]
    assert walls and "full runs; every row above but a period cap is one of them" in result.output
    known = [r["cost"] for r in data["mitigation"]["remedies"] if r["cost"] is not None]
    assert known == sorted(known) and walls[0]["cost"] == pytest.approx(40 * walls[0]["wall_area_sq_ft"])
    out = tmp_path / "out"
    assert (
        json.loads((out / "study.json").read_text("utf-8"))["mitigation"] == data["mitigation"]
    )  # for the report
    files = sorted(out.glob("walls*.geojson"))
    assert len(files) == len(walls) and (out / "walls.geojson") in files
    again = run("assess", "--walls", out / "walls.geojson", "--json")
    assert again.exit_code == 0, again.output
    study = json.loads(again.stdout)
    assert min(r["margin_db"] for r in study["receptors"]) == walls[0]["margin_db"]
    assert study["verdict"]["state"] == walls[0]["state"] and study["layout"]["units"] == 3
