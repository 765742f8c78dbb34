"""The slow twin itself against the official cases, the EU reference software and hand arithmetic."""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
import shapely
import slow_scene
from slow_reflection import Face, loss
from slow_screens import Bend, Leg, Track, below_sight, dz, kmet, over_the_top, rubber_band
from slow_sideways import convex_ring, round_pool, turns
from slow_taut import taut_way

from siting.parts import Air, Belt, Building, Ground, Receiver, Scene, Source, Wall

FILE = Path(__file__).parents[2] / "shared" / "reference" / "acoustics.json"
CASES = {case["id"]: case for case in json.loads(FILE.read_text())["cases"]} if FILE.exists() else {}
needs_cases = pytest.mark.skipif(
    not CASES, reason="shared/reference/acoustics.json is not beside the checkout"
)
OFFICIAL = [f"TR17534-3_T{n:02}" for n in (1, 2, 3, 4, 5, 6, 8, 9, 11, 13, 16)]


def case_scene(inputs, **settings):
    """The scene of an official case."""
    walls = [[tuple(p) for p in part["top_edge"]] for part in inputs.get("barriers", [])]
    return Scene(
        (Source("S", *inputs["S"][:2], tuple(inputs["Lw_dB"]), z_m=inputs["S"][2]),),
        (Receiver("R", *inputs["R"][:2], z_m=inputs["R"][2]),),
        buildings=tuple(
            Building(f"B{k}", shapely.Polygon(part["polygon"]), top_m=part["height"])
            for k, part in enumerate(inputs.get("buildings", []))
        ),
        walls=tuple(
            Wall(f"W{k}", shapely.LineString([p[:2] for p in top]), tops_m=tuple(p[2] for p in top))
            for k, top in enumerate(walls)
        ),
        ground=tuple(
            Ground(shapely.box(z["x"][0], z["y"][0], z["x"][1], z["y"][1]), z["G"])
            for z in inputs.get("ground_zones", [])
        ),
        air=Air(inputs["T_C"], inputs["RH_pct"], inputs["p_kPa"]),
        ground_g=inputs.get("G", 0.0),
        ground_method=inputs.get("ground_method", "general"),
        **settings,
    )


def ramp_triangles(inputs):
    """Ground that only changes along x, as triangles; None where it is level."""
    if "terrain" not in inputs:
        return None
    lines = inputs["terrain"]["breaklines_along_x"]
    found = []
    for (x0, z0), (x1, z1) in itertools.pairwise(lines):
        found += [
            [(x0, -5, z0), (x1, -5, z1), (x1, 60, z1)],
            [(x0, -5, z0), (x1, 60, z1), (x0, 60, z0)],
        ]
    return found


@needs_cases
@pytest.mark.parametrize("name", OFFICIAL)
def test_official_cases(name):
    inputs, expected = CASES[name]["inputs"], CASES[name]["expected"]
    (heard,) = slow_scene.levels(case_scene(inputs), ramp_triangles(inputs))
    assert heard.level_dba == pytest.approx(expected["LA_total"], abs=0.05)
    assert heard.level_db == pytest.approx(expected["L_dB"], abs=0.05)
    if "Abar_dB" in expected:
        assert heard.paths[0].terms.screening_db == pytest.approx(expected["Abar_dB"], abs=0.05)


@needs_cases
def test_the_three_ways_of_the_octagonal_building():
    case = CASES["TR17534-3_T13"]
    (heard,) = slow_scene.levels(case_scene(case["inputs"]))
    terms, ways = heard.paths[0].terms, case["expected"]["intermediate"]
    assert terms.kmet == pytest.approx(ways["top"]["Kmet"], abs=0.005)
    for way in ("top", "left", "right"):
        assert getattr(terms, f"detour_{way}_m") == pytest.approx(ways[way]["z"], abs=0.006), way
        assert getattr(terms, f"edges_{way}_m") == pytest.approx(ways[way]["e"], abs=0.006), way


@needs_cases
@pytest.mark.parametrize("name", [name for name in CASES if "barrier_path" in CASES[name]["inputs"]])
def test_screening_of_the_eu_reference_software(name):
    inputs, expected = CASES[name]["inputs"], CASES[name]["expected"]
    profile = inputs["profile_d_z"]
    track = Track(
        [Leg((0.0, 0.0), (inputs["dp_m"], 0.0), None)],
        profile[0][1] + inputs["hs_m"],
        profile[-1][1] + inputs["hr_m"],
    )
    top, _ = over_the_top(track, [], profile)
    for key in ("z", "dss", "dsr", "e"):
        assert getattr(top, key) == pytest.approx(inputs["barrier_path"][key], abs=6e-5), key
    assert kmet(top, track.d) == pytest.approx(inputs["barrier_path"]["Kmet"], abs=6e-5)
    computed = [dz(top, w, track.d, over_the_top=True) for w in slow_scene.WAVELENGTH[1:]]
    assert computed == pytest.approx(expected["Dz_dB"], abs=0.06)


@needs_cases
def test_the_rule_of_eight():
    """T08 comes out with the rule as without; T09 loses its right-hand way and 0.085 dB at 63 Hz."""
    long, short = (CASES[f"TR17534-3_T{n}"] for n in ("08", "09"))
    (heard,) = slow_scene.levels(case_scene(long["inputs"], lateral_rule_8x=True))
    assert heard.level_db == pytest.approx(long["expected"]["L_dB"], abs=0.05)
    (heard,) = slow_scene.levels(case_scene(short["inputs"], lateral_rule_8x=True))
    assert abs(heard.level_db[0] - short["expected"]["L_dB"][0]) == pytest.approx(0.085, abs=0.003)


def one_path(source=(0.0, 0.0, 1.0), receiver=(10.0, 0.0, 1.0), **scene):
    """The terms of a lone source and receiver, or of the first path between them."""
    there = Scene(
        (Source("S", *source[:2], (80.0,) * 8, height_m=source[2]),),
        (Receiver("R", *receiver[:2], height_m=receiver[2]),),
        **scene,
    )
    return slow_scene.levels(there)[0].paths[0].terms


@needs_cases
def test_alternative_ground_by_hand():
    expected = CASES["HAND_point_alt"]["expected"]
    terms = one_path(ground_method="alternative")
    assert terms.divergence_db == pytest.approx(expected["Adiv"], abs=0.002)
    assert terms.solid_angle_db == pytest.approx(expected["D_Omega"], abs=0.002)
    assert terms.ground_db == [expected["Agr_alternative"]] * 8
    level = 55 + terms.solid_angle_db - terms.divergence_db - 0.02 - terms.ground_db[0]
    assert level == pytest.approx(expected["L"], abs=0.002)


@needs_cases
def test_limits_of_screening_by_hand():
    expected = CASES["HAND_grazing"]["expected"]
    assert dz(Bend(0.0, 1, 1, 0, 0), 0.34, 2, True) == pytest.approx(expected["z0_dB"], abs=5e-4)
    assert dz(Bend(-0.034, 1, 1, 0, 0), 0.34, 2, True) == expected["z_minus_lambda_over_10_dB"]
    track = Track([Leg((0.0, 0.0), (100.0, 0.0), None)], 2.0, 2.0)
    below = below_sight(track, 50.0, 50.0, 1.5)
    computed = [dz(below, 340 / f, 100.0, True) for f in (63, 500, 4000)]
    assert computed == pytest.approx(CASES["HAND_negative_z"]["expected"]["Dz_dB"], abs=0.002)


@needs_cases
def test_thick_wall_by_hand():
    """The wall stands in the middle of 10 m."""
    expected = CASES["HAND_thick_wall"]["expected"]
    track = Track([Leg((0.0, 0.0), (10.0, 0.0), None)], 1.0, 1.0)
    band = rubber_band(track, [(4.88, 3.0), (5.12, 3.0)])
    assert band.z == pytest.approx(expected["z_m"], abs=1e-4)
    assert kmet(band, 10.0) == pytest.approx(expected["Kmet"], abs=1e-4)
    assert dz(band, 0.68, 10.0, True) == pytest.approx(expected["Dz_dB"], abs=0.02)
    block = Building("B", shapely.box(4.88, -500, 5.12, 500), height_m=3.0)
    assert one_path(buildings=(block,)).detour_top_m == pytest.approx(expected["z_m"], abs=1e-4)


@needs_cases
def test_hard_walls_near_the_source_double_and_treble_its_energy():
    expected = CASES["HAND_reflection_levels"]["expected"]
    source, receiver = Source("S", 0.01, 0.01, (80.0,) * 8, height_m=1), Receiver("R", 20, 15, height_m=1)
    first = Wall("X", shapely.LineString([(0, 0), (50, 0)]), height_m=20, absorption=(0.0,) * 8)
    second = Wall("Y", shapely.LineString([(0, 0), (0, 50)]), height_m=20, absorption=(0.0,) * 8)
    alone, one, two = (
        slow_scene.levels(Scene((source,), (receiver,), walls=walls))[0].level_dba
        for walls in ((), (first,), (first, second))
    )
    assert one - alone == pytest.approx(expected["one_wall_rho1_dB"], abs=0.05)
    assert two - alone == pytest.approx(expected["corner_first_order_only_dB"], abs=0.05)


@needs_cases
@pytest.mark.parametrize("row", range(3))
def test_which_bands_are_reflected(row):
    row = CASES["DERIVED_reflection_criterion"]["expected"]["rows"][row]
    places = [(row["d_so"], 0.0), (0.0, 0.0), (row["d_or"], 0.0)]
    line = ((0.0, 5.0), (0.0, -5.0))
    track = Track([Leg(*places[:2], line), Leg(*places[1:], None)], 1.0, 1.0)
    face = Face(0, 0, 0, *line, (9.0, 9.0), (0.0,) * 8, True)
    lost = [loss(track, face, row["lmin"], w, 0.0) for w in slow_scene.WAVELENGTH[1:]]
    bands = [f for f, db in zip((63, 125, 250, 500, 1000, 2000, 4000, 8000), lost, strict=True) if db == 0]
    assert bands == row["bands_reflecting"]


@needs_cases
@pytest.mark.parametrize("row", range(5))
def test_meteorological_correction(row):
    row = CASES["DERIVED_Cmet"]["expected"]["rows"][row]
    terms = one_path((0.0, 0.0, row["hs"]), (row["dp"], 0.0, row["hr"]), c0_db=row["C0"])
    assert terms.cmet_db == pytest.approx(row["Cmet"], abs=1e-4)


@needs_cases
@pytest.mark.parametrize("kind, key", [("foliage", "Afol_dB"), ("site", "Asite_dB")])
def test_forty_metres_of_a_belt(kind, key):
    """Two belts that overlap; the line of sight leaves both through their tops 40 m from the source."""
    belts = (Belt(kind, shapely.box(-5, -5, 30, 5), 5.0), Belt(kind, shapely.box(20, -5, 90, 5), 5.0))
    terms = one_path((0.0, 0.0, 1.0), (100.0, 0.0, 11.0), belts=belts)
    computed = terms.foliage_db if kind == "foliage" else terms.site_db
    assert computed == pytest.approx(CASES["AMISC_annexA"]["expected"][key], abs=1e-9)


def test_directivity_turns_with_the_unit():
    """Four fifths of the way from the position at 45 degrees past the heading to the one at 90."""
    positions = tuple((float(k),) * 8 for k in range(8))
    source = Source("S", 0, 0, (80.0,) * 8, height_m=1, directivity_db=positions, heading_deg=20.0)
    towards = math.radians(20 + 45 + 36)
    receiver = Receiver("R", 9 * math.cos(towards), 9 * math.sin(towards), height_m=1)
    (heard,) = slow_scene.levels(Scene((source,), (receiver,)))
    assert heard.paths[0].terms.directivity_db == pytest.approx([1.8] * 8, abs=1e-9)


def polyline(way):
    return sum(math.dist(a, b) for a, b in itertools.pairwise(way))


U_YARD = shapely.Polygon([(-4, -3), (4, -3), (4, 3), (-4, 3), (-4, 2), (3, 2), (3, -2), (-4, -2)])


def crossed(pieces):
    """A pool of pieces that the path crosses."""
    return [(piece, True) for piece in getattr(pieces, "geoms", pieces)]


def test_out_of_a_yard():
    """The yard opens away from the receiver: both ways first go back to the ends of its arms."""
    way = turns(taut_way(crossed([U_YARD]), 10.0, 0.0))
    assert way == [(0.0, 0.0), (-4.0, 2.0), (-4.0, 3.0), (4.0, 3.0), (10.0, 0.0)]
    assert round_pool(crossed([U_YARD]), 10.0, 0.0) == way
    shut = U_YARD.union(shapely.box(-5, -2.9995, -4.0005, 2.9995))
    assert taut_way(crossed(shut), 10.0, 0.0) is None, "gaps of half a millimetre are closed"


def test_what_joined_beside_the_line_of_sight_may_be_passed_on_either_side():
    """A block to the left of a yard's mouth: the way leads between the two, which is shorter than behind the block."""
    block = shapely.box(-9, 3, -7, 4)
    way = turns(taut_way(crossed([U_YARD, block]), 10.0, 0.0))
    assert way == [(0.0, 0.0), (-4.0, 2.0), (-4.0, 3.0), (4.0, 3.0), (10.0, 0.0)]


@pytest.mark.parametrize("seed", range(6))
def test_the_search_agrees_with_the_hull(seed):
    """Where source and receiver stand outside the hull of the pool, the shortest way is the hull's chain."""
    draw = np.random.default_rng(seed)
    pool = []
    for t in draw.uniform(20, 80, 4):
        angle, (long, wide) = draw.uniform(0, math.pi), draw.uniform(2, 9, 2)
        shape = shapely.affinity.rotate(shapely.box(-long, -wide, long, wide), angle, use_radians=True)
        pool.append(shapely.affinity.translate(shape, t, draw.uniform(-1, 1)))
    hull = convex_ring(
        {tuple(p) for p in shapely.get_coordinates(pool).tolist()} | {(0.0, 0.0), (100.0, 0.0)}
    )
    assert {(0.0, 0.0), (100.0, 0.0)} <= set(hull)
    chain, searched = round_pool(crossed(pool), 100.0, 0.3), turns(taut_way(crossed(pool), 100.0, 0.3))
    assert searched == chain and polyline(chain) > 100
