"""Receptors and buildings. Oracles: houses and lot lines drawn by hand, a scan along the line every few centimetres."""

import numpy as np
import pytest
import shapely
from small_land import EAST, NORTH, ORIGIN, block, code, land_of, square, unit, write
from small_town import write_houses

from siting import noise
from siting.law import Operation
from siting.model import Question
from siting.receptors.around import place_receptors
from siting.receptors.lot_lines import GAP_M, OUT_M, spacing_for
from siting.receptors.outdoors import cut_pieces, inside_buildings, joined, outdoors, picked
from siting.site import make_site
from siting.study.asked import asked
from siting.study.case import make_case, narrowed
from siting.study.yard import yard_of
from siting.surroundings import ENVIRONMENT, surroundings
from siting.yard import Placing


def case_of(folder, houses, lots=None, reach=60.0, ordinance=None, machine=None, **options):
    land = land_of(folder, lots or block(), buildings=write_houses(folder, houses), **options)
    machine = machine or unit()
    ordinance = ordinance or code({"*": 60}, periods=("any",))
    yard = yard_of(land, 0, machine, ordinance, Placing())
    question = asked(machine, ordinance, Question("max"), None, Operation(confidence=0.5), False, Placing())
    return make_case(land, 0, yard, question, ENVIRONMENT, reach)


def local(case, name=None):
    names = case.receptors.neighbour
    return np.array(
        [xy for xy, n in zip(case.receptors.xy - ORIGIN, names, strict=True) if name in (None, n)]
    )


def test_points_of_a_line_inside_a_house_are_none_and_where_the_line_comes_out_there_is_one(tmp_path):
    # a house of 8 x 6 m astride the line between 007 and N, which runs along y = 30
    case = case_of(tmp_path, {"astride": (square(12, 27, 20, 33), 6.0)})
    xy = local(case, "N")
    on_line = xy[np.abs(xy[:, 1] - 30) < 1e-9, 0]
    assert not ((on_line > 12) & (on_line < 20)).any()
    assert (
        np.isclose(on_line, 12 - OUT_M, atol=1e-6).sum()
        == np.isclose(on_line, 20 + OUT_M, atol=1e-6).sum()
        == 1
    )
    (note,) = case.receptors.notes
    assert "lie inside buildings, where nobody measures" in note
    assert (
        len(case.receptors.between)
        == len(case.receptors.zones)
        == len(case.receptors.distance_m)
        == len(case.receptors)
    )
    assert not inside_buildings(case.around, case.receptors.xy, case.receptors.height_m).any()


def test_points_of_the_own_line_inside_a_house_are_none_either(tmp_path):
    ordinance = code({"*": 60}, periods=("any",), where="lot line")
    case = case_of(tmp_path, {"astride": (square(12, 27, 20, 33), 6.0)}, ordinance=ordinance)
    xy = local(case)
    on_line = xy[np.abs(xy[:, 1] - 30) < 1e-9, 0]
    assert (
        len(on_line) > 5
        and not ((on_line > 12) & (on_line < 20)).any()
        and len(xy) == len(on_line) + (np.abs(xy[:, 1] - 30) >= 1e-9).sum()
    )
    assert shapely.distance(shapely.points(case.receptors.xy), block()["007"].boundary).max() < 1e-9


def test_a_low_slab_and_a_house_of_unknown_height_hide_no_point(tmp_path):
    whole = len(local(case_of(tmp_path, {"far": (square(60, 80, 61, 81), 5.0)}), "N"))
    (tmp_path / "b").mkdir()
    houses = {"slab": (square(12, 27, 20, 33), 1.4), "unknown": (square(22, 27, 30, 33), None)}
    found = case_of(tmp_path / "b", houses)
    assert not found.receptors.notes and len(local(found, "N")) >= whole
    assert found.around.unknown_heights == 1 and len(found.around.scene.buildings) == 1


def test_a_lot_wholly_under_a_roof_is_measured_before_its_facade(tmp_path):
    house = square(38, 10, 54, 26)
    lots = {"007": square(0, 0, 36, 30), "under": square(40, 12, 52, 24), "N": square(0, 30, 36, 60)}
    case = case_of(tmp_path, {"all over": (house, 8.0)}, lots)
    xy = local(case, "under")
    away = shapely.distance(shapely.points(xy + ORIGIN), house.boundary)
    assert len(xy) > 3 and away == pytest.approx(np.full(len(xy), OUT_M), abs=1e-6)
    assert not shapely.contains_xy(house, *(xy + ORIGIN).T).any()
    assert any(
        "All points of under lie inside buildings: they were moved" in note for note in case.receptors.notes
    )


def test_a_point_given_inside_a_house_is_moved_before_its_facade_and_one_outside_stays(tmp_path):
    points = write(
        tmp_path / "p.gpkg",
        [shapely.Point(EAST + 47, NORTH + 10), shapely.Point(EAST + 60, NORTH + 10)],
        name=["bedroom", "garden"],
    )
    case = case_of(
        tmp_path,
        {"home": (square(46, 5, 55, 14), 8.0)},
        receptors=points,
        ordinance=code({"*": 60}, where="points"),
    )
    assert case.receptors.id == ["bedroom", "garden"]
    np.testing.assert_allclose(local(case), [[46 - OUT_M, 10], [60, 10]], atol=1e-6)
    assert any("All points of E lie" in n or "bedroom" in n for n in case.receptors.notes)


def test_points_of_one_name_are_told_apart(tmp_path):
    spots = [shapely.Point(EAST + x, NORTH + 10) for x in (50, 60)]
    points = write(tmp_path / "p.gpkg", spots, name=["ear", "ear"])
    case = case_of(tmp_path, {"far": (square(60, 80, 61, 81), 5.0)}, receptors=points)
    assert {"ear", "ear (2)"} <= set(case.receptors.id)


def test_no_two_points_of_a_line_are_farther_apart_than_a_gap_and_without_houses_none_stands_between(
    tmp_path,
):
    lots = {"A": square(0, 0, 20, 20), "B": square(-100, 90, 100, 120)}
    case = case_of(tmp_path, {"h": (square(0, 40, 20, 50), 6.0)}, lots, reach=300.0)
    line = np.sort(local(case, "B")[np.abs(local(case, "B")[:, 1] - 90) < 1e-9, 0])
    assert np.diff(line).max() <= GAP_M + 1e-9 and case.receptors.between.any()
    (tmp_path / "b").mkdir()
    plain = case_of(tmp_path / "b", {"h": (square(0, 40, 20, 50), None)}, lots, reach=300.0)
    assert not plain.receptors.between.any()
    coarse = narrowed(case, ~case.receptors.between)
    np.testing.assert_array_equal(coarse.receptors.xy, plain.receptors.xy)
    found = coarse.limits[False]
    assert len(coarse.hearing) == len(found.limit_db) == len(found.classes) == len(plain.receptors)


@pytest.mark.parametrize("gap", [3.0, 5.0])
def test_the_sound_through_a_gap_between_two_houses_is_not_missed(tmp_path, gap):
    lots = {"A": square(0, 0, 24, 20), "B": square(-60, 75, 84, 100)}
    houses = {"west": (square(-40, 45, 9, 55), 9.0), "east": (square(9 + gap, 45, 70, 55), 9.0)}
    case = case_of(tmp_path, houses, lots, reach=300.0)
    pose = np.array([[EAST + 9 + gap / 2, NORTH + 6.0]])

    def heard(xy):
        energy = noise.transfer(unit(), pose, np.zeros(1), xy, 1.5, case.hearing.basis, case.around).energy[
            0, :, 0
        ]
        return 10 * np.log10(energy)

    scan = np.column_stack([EAST + np.arange(-30, 55, 0.1), np.full(850, NORTH + 75.0)])
    everywhere, coarse = heard(scan).max(), heard(narrowed(case, ~case.receptors.between).receptors.xy).max()
    assert heard(case.receptors.xy).max() >= everywhere - 0.3
    assert coarse < everywhere - 2  # what the points between are for


def test_receptors_stand_closer_for_a_unit_that_is_louder_to_one_side():
    from dataclasses import replace

    plain = unit()
    assert spacing_for(plain) == 0.25
    sides = tuple((float(level),) * 8 for level in (0, 0, 0, 0, 5, 0, 0, 0))
    loud = replace(plain, sound=replace(plain.sound, directivity_db=sides))
    # 5 dB in 45 degrees: half the spacing, seen from the unit, turns it by 0.1 dB
    assert spacing_for(loud) / 2 * 5 / (np.pi / 4) == pytest.approx(0.1)


def test_surroundings_are_those_near_by_in_one_piece_each(tmp_path):
    two = shapely.MultiPolygon([square(50, 5, 54, 9), square(56, 5, 60, 9)])
    houses = {"near": (square(46, 17, 55, 27), 6.0), "two": (two, 7.0), "far": (square(900, 0, 910, 10), 9.0)}
    land = land_of(tmp_path, block(), buildings=write_houses(tmp_path, houses))
    site, _ = make_site(land, 0, None)
    around = surroundings(land, site, None, np.array([[EAST + 60, NORTH]]), 60.0)
    assert [(b.id, b.height_m, b.absorption) for b in around.scene.buildings] == [
        ("B1", 6.0, (0.2,) * 8), ("B2/1", 7.0, (0.2,) * 8), ("B2/2", 7.0, (0.2,) * 8),
    ]  # fmt: skip
    assert (
        around.screens and around.scene.reflections == 1 and around.unknown_heights == around.off_terrain == 0
    )


@pytest.mark.parametrize("where", ["receiving lot line", "lot line"])
def test_pieces_of_line_are_all_that_lies_outdoors_and_nothing_else(tmp_path, where):
    rng = np.random.default_rng(3)
    bend = shapely.Point(EAST + 55, NORTH + 45).buffer(12, quad_segs=200)  # corners every 9 cm
    lots = block() | {"NE": block()["NE"].intersection(bend)}
    houses = {}
    for k in range(14):
        (w, h), (x, y) = rng.uniform(3, 14, 2), rng.uniform((-30, -40), (65, 60))
        houses[f"h{k}"] = (square(x, y, x + w, y + h), 6.0 if k % 4 else 1.2)
    land = land_of(tmp_path, lots, buildings=write_houses(tmp_path, houses))
    ordinance = code({"*": 60}, where=where)
    site = make_site(land, 0, ordinance)[0]
    placed = place_receptors(
        land, 0, site, ordinance, 60.0, 1.5, roofs=np.array([h for h, _ in houses.values()])
    )
    around = surroundings(land, site, None, placed.xy, 60.0)
    left = outdoors(placed, around)
    roofs = shapely.union_all([h for h, tall in houses.values() if tall > 2])
    lines = shapely.union_all(shapely.linestrings(placed.pieces.reshape(-1, 2, 2)))
    kept = shapely.union_all(shapely.linestrings(left.pieces.reshape(-1, 2, 2)))
    assert kept.intersection(roofs.buffer(-1e-5)).length < 1e-6 < lines.intersection(roofs).length
    free = shapely.points(shapely.get_coordinates(shapely.segmentize(lines.difference(roofs), 0.02)))
    free = free[shapely.distance(free, roofs) > 3 * OUT_M]
    assert len(free) > 5000 and shapely.distance(free, kept).max() < 1e-6
    on = left.piece >= 0
    assert on.all() or not left.between[~on].all()
    ends = left.pieces[left.piece[on]].reshape(-1, 2, 2)
    apart = shapely.distance(shapely.points(left.xy[on]), shapely.linestrings(ends))
    assert apart.max() < 1e-6
    spoken = np.isin(np.arange(len(left.pieces)), left.piece)
    assert (left.alike[spoken] == np.flatnonzero(spoken)).all()
    silent = np.flatnonzero(~spoken & (left.alike >= 0))
    assert spoken[left.alike[silent]].all() and (len(silent) > 10 or where == "lot line")


def test_a_place_above_a_shed_is_outdoors_and_one_below_its_roof_is_not(tmp_path):
    case = case_of(tmp_path, {"shed": (square(12, 27, 20, 33), 3.0)})
    xy = np.array([[16.0, 30.0], [16.0, 30.0], [30.0, 30.0]]) + ORIGIN
    assert inside_buildings(case.around, xy, np.array([1.5, 4.5, 1.5])).tolist() == [True, False, False]


def test_some_receptors_and_more_of_them_keep_all_that_belongs_to_each(tmp_path):
    case = case_of(tmp_path, {"far": (square(60, 80, 61, 81), 5.0)})
    everyone = case.receptors
    odd = np.arange(len(everyone)) % 2 == 1
    both = joined(picked(everyone, ~odd), picked(everyone, odd))
    order = np.concatenate([np.flatnonzero(~odd), np.flatnonzero(odd)])
    for name in ("id", "neighbour", "zones", "across"):
        assert getattr(both, name) == [getattr(everyone, name)[k] for k in order]
    for name in ("xy", "height_m", "distance_m", "between", "home_m", "lot", "piece"):
        np.testing.assert_array_equal(getattr(both, name), getattr(everyone, name)[order])
    np.testing.assert_array_equal(both.pieces, everyone.pieces)
    assert cut_pieces(both, case.around).pieces.shape == everyone.pieces.shape
