"""From units and receptors to levels. Oracles: the slow twin in plain dB, a scan over ground, weather and heights."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
import slow_scene
import slow_twin
from hypothesis import given, settings
from hypothesis import strategies as st
from small_land import unit

from kernels.bands import A_WEIGHTING_DB
from siting import noise
from siting.catalog import load_unit, unit_names
from siting.errors import InputError
from siting.levels import levels
from siting.model import Environment
from siting.outcome import PlacedUnit
from siting.parts import Building, Receiver
from siting.scene.prepared import prepare
from siting.sound import resolve_sound
from siting.surroundings import ENVIRONMENT, Surroundings, open_land, without_obstacles

PLACES = [
    (1.0, 0.9),
    (2.1, -0.4),
    (7.0, -2.0),
    (31.0, 12.0),
    (98.9, 0.0),
    (99.1, 0.0),
    (160.0, -90.0),
    (700.0, 20.0),
]
WEATHER = [ENVIRONMENT, Environment(20.0, 30.0, 95.0, 0.4, 4.0)]
SIDES = tuple((float(level),) * 8 for level in (6, 3, 0, -3, -6, -6, -3, 0))  # loud at the front


def placed(xy, rotation):
    return tuple(
        PlacedUnit(f"U{k + 1}", float(x), float(y), float(r), None, None)
        for k, ((x, y), r) in enumerate(zip(xy, rotation, strict=True))
    )


def ears(xy, height=1.5):
    return tuple(Receiver(f"R{k}", float(x), float(y), height_m=height) for k, (x, y) in enumerate(xy))


def among_houses(*buildings, environment=ENVIRONMENT):
    """Surroundings with some buildings of 6 m that send back 0.8."""
    parts = tuple(
        Building(f"B{k}", shape, height_m=6.0, absorption=(0.2,) * 8) for k, shape in enumerate(buildings)
    )
    scene = replace(
        open_land(environment).scene, buildings=parts, edges_below_sight=environment.edges_below_sight
    )
    ready = prepare(scene)
    return Surroundings(environment, ready, without_obstacles(ready.medium), 0, 0, ())


def basis(machine):
    """Energy of 0 dB(A) in the machine's octave shape, A-weighted: the sum over bands that a level in dB(A) is."""
    weighted = 10 ** ((np.array(machine.sound.shape_db) + A_WEIGHTING_DB) / 10)
    return np.append(0.0, weighted / weighted.sum())[None]


def transfer(machine, xy, rotation, receivers, around=None, **options):
    return noise.transfer(machine, xy, rotation, receivers, 1.5, basis(machine), around, **options).energy


def scene_levels(around, machine, sound, units, receivers, height=1.5):
    scene = noise.unit_scene(around, machine, sound, units)
    return noise.scene_levels(scene, receivers, np.full(len(receivers), height), ("dba",))[:, 0]


def twin(machine, sound, around, xy, rotation, receivers):
    """Level of each unit alone at each receiver by the slow twin, dB(A): (S, R)."""
    height = around.environment.receptor_height_m
    scenes = [
        noise.unit_scene(around, machine, sound, (one,), ears(receivers, height))
        for one in placed(xy, rotation)
    ]
    return np.array([[heard.level_dba for heard in slow_scene.levels(scene)] for scene in scenes])


@pytest.mark.parametrize("environment", WEATHER)
@pytest.mark.parametrize("name", unit_names())
def test_transfer_and_terms_are_the_slow_twins_levels(name, environment):
    machine = load_unit(name)
    sound = resolve_sound(machine, None)
    around = open_land(environment)
    turn = np.array([0.0, 33.0])
    far = machine.length_m  # no receptor in the body
    sources, receivers = np.array([[0.0, 0.0], [-3.0, 1.0]]), np.array(PLACES) + far
    ear = environment.receptor_height_m
    energy = noise.transfer(machine, sources, turn, receivers, ear, basis(machine), around).energy
    assert energy.shape == (2, len(PLACES), 1)
    expected = twin(machine, sound, around, sources, turn, receivers)
    np.testing.assert_allclose(10 * np.log10(energy[:, :, 0]) + sound.power_dba, expected, atol=1e-9)
    together = scene_levels(around, machine, sound, placed(sources, turn), receivers, ear)
    np.testing.assert_allclose(together, 10 * np.log10((10 ** (expected / 10)).sum(axis=0)), atol=1e-9)


@pytest.mark.parametrize("sides", [None, SIDES])
@pytest.mark.parametrize("below", [True, False])
def test_units_among_houses_are_the_slow_twins_and_the_scenes_own_levels(below, sides):
    environment = Environment(10.0, 70.0, 101.325, 0.0, 1.5, below)
    around = among_houses(
        shapely.box(10, -8, 16, 8),
        shapely.box(-14, -6, -8, 9),
        shapely.box(4, 12, 20, 17),
        environment=environment,
    )
    machine = unit()
    machine = replace(machine, sound=replace(machine.sound, directivity_db=sides))
    sound = resolve_sound(machine, None)
    sources, turn = np.array([[0.0, 0.0], [4.0, 3.0]]), np.array([20.0, 110.0])
    receivers = np.array([(1.4, 0.8), (30.0, 2.0), (2.0, 10.0), (-30.0, 4.0), (9.0, -20.0), (2.5, -3.0)])
    energy = transfer(machine, sources, turn, receivers, around)[:, :, 0]
    expected = twin(machine, sound, around, sources, turn, receivers)
    np.testing.assert_allclose(10 * np.log10(energy) + sound.power_dba, expected, atol=1e-8)
    exact = scene_levels(around, machine, sound, placed(sources, turn), receivers)
    np.testing.assert_allclose(10 * np.log10(energy.sum(axis=0)) + sound.power_dba, exact, atol=1e-11)
    scene = noise.unit_scene(around, machine, sound, placed(sources, turn), ears(receivers))
    assert [heard.level_dba for heard in levels(scene)] == exact.tolist()
    open_land_energy = transfer(machine, sources, turn, receivers, around, obstacles=False)[:, :, 0]
    direct = np.array(
        [
            [
                10
                * math.log10(
                    sum(10 ** (p.level_dba / 10) for p in noise.path_terms(one) if p.kind == "direct")
                )
                for one in (replace(scene, sources=(source,), receivers=(ear,)) for ear in scene.receivers)
            ]
            for source in scene.sources
        ]
    )
    far = np.hypot(*(receivers[None] - sources[:, None]).transpose(2, 0, 1)) > 3.6
    assert (direct <= 10 * np.log10(open_land_energy) + sound.power_dba + 1e-9)[far].all()
    assert (direct < 10 * np.log10(open_land_energy) + sound.power_dba - 3)[far].any()


@pytest.mark.parametrize("rotation", [0.0, 90.0, 37.0, -45.0])
def test_a_unit_is_loudest_before_its_front_which_is_the_south_side_at_rotation_0(rotation):
    machine = unit()
    machine = replace(machine, sound=replace(machine.sound, directivity_db=SIDES))
    angle = np.radians(rotation - 90 + 45 * np.arange(8))  # from the front, counter-clockwise
    around = 40 * np.column_stack([np.cos(angle), np.sin(angle)])
    turned = transfer(machine, np.zeros((1, 2)), np.array([rotation]), around)[0, :, 0]
    plain = transfer(unit(), np.zeros((1, 2)), np.array([rotation]), around)[0, :, 0]
    np.testing.assert_allclose(10 * np.log10(turned / plain), [6, 3, 0, -3, -6, -6, -3, 0], atol=1e-9)
    assert noise.loudest_side_db(machine) == 6 and noise.loudest_side_db(unit()) == 0


def test_a_receptor_in_a_body_can_never_be_legal_and_beside_it_is_what_the_parts_give():
    machine = unit()
    here = np.array([[0.4, 0.1], [0.75, 0.0], [1.0, 0.0]])
    energy = transfer(machine, np.zeros((1, 2)), np.zeros(1), here)[0, :, 0]
    assert (energy[:2] >= 1e30).all() and 0 < energy[2] < 1
    # the twin's parts, 25 cm from the end of the body
    sound = resolve_sound(machine, None)
    expected = twin(machine, sound, open_land(), np.zeros((1, 2)), np.zeros(1), here[2:])
    assert 10 * math.log10(energy[2]) + sound.power_dba == pytest.approx(expected[0, 0], abs=1e-9)


def test_the_terms_of_a_path_add_up_to_its_level_and_its_distances_are_pythagoras():
    machine = load_unit("gx230")
    sound = resolve_sound(machine, "3ft")
    around = among_houses(shapely.box(0, 55, 60, 58), shapely.box(15, 30, 17, 44))
    units = placed([(10.0, 20.0)], [0.0])
    scene = noise.unit_scene(around, machine, sound, units, ears([(40.0, 52.0)]))
    found = noise.path_terms(scene)
    assert {path.kind for path in found} == {"direct", "reflection"}
    assert [path.level_dba for path in found] == sorted((path.level_dba for path in found), reverse=True)
    direct = next(path for path in found if path.kind == "direct")
    assert direct.source == "U1" and direct.via is None
    np.testing.assert_allclose(direct.power_db, sound.power_db, atol=1e-12)
    assert direct.plan_distance_m == pytest.approx(math.hypot(30, 32), abs=1e-12)
    assert direct.distance_m == pytest.approx(math.sqrt(900 + 1024 + 0.3**2), abs=1e-12)
    back = next(path for path in found if path.via == "B0")
    assert back.plan_distance_m == pytest.approx(math.hypot(30, 35 + 3), abs=1e-9)  # to y = 55 and back
    assert back.reflection_db[4] == pytest.approx(-10 * math.log10(0.8), abs=1e-12)
    for path in found:
        assert path.divergence_db == pytest.approx(20 * math.log10(path.distance_m) + 11, abs=1e-12)
        bands = zip(
            path.power_db, path.air_db, path.ground_db, path.screening_db, path.reflection_db, strict=True
        )
        by_hand = [p - path.divergence_db - a - g - s - r for p, a, g, s, r in bands]
        assert path.level_db == pytest.approx(by_hand, abs=1e-12)
        total = sum(10 ** ((v + w) / 10) for v, w in zip(by_hand, A_WEIGHTING_DB, strict=True))
        assert path.level_dba == pytest.approx(10 * math.log10(total), abs=1e-12)


def test_nobody_and_nothing_is_an_empty_array_not_an_error():
    assert transfer(unit(), np.zeros((0, 2)), np.zeros(0), np.zeros((3, 2))).shape == (0, 3, 1)
    assert transfer(unit(), np.zeros((2, 2)), np.zeros(2), np.zeros((0, 2))).shape == (2, 0, 1)
    assert scene_levels(open_land(), unit(), None, (), np.zeros((2, 2))).tolist() == [-np.inf, -np.inf]


@pytest.mark.parametrize(
    ("power", "units", "limit"), [(69, 1, 55), (85.3, 7, 50), (97.8, 1, 60), (97.8, 250, 45)]
)
def test_beyond_reach_no_ground_weather_or_height_gives_more_than_the_limit(power, units, limit):
    reach = noise.reach_m(units * flat(power), limit, False, np.zeros(9))
    tones = [[power if k == band else -200.0 for k in range(8)] for band in range(8)]
    loudest = -np.inf
    for distance in (reach, 1.3 * reach, 4 * reach):
        for hs, hr, g in itertools.product((0.0, 0.5, 1.8, 6.0), (0.5, 1.5, 10.0), (0.0, 0.5, 1.0)):
            for t, h in ((10, 70), (35, 95), (-20, 20)):
                alpha = [slow_twin.absorption(f, t, h) for f in slow_twin.EXACT_HZ]
                lost = slow_twin.attenuation((0, 0), hs, (distance, 0), hr, alpha, g, g, g)
                heard = max(slow_twin.level(tone, lost) for tone in tones) + 10 * math.log10(units)
                loudest = max(loudest, heard)
    assert loudest <= limit + 1e-9
    # and it is no wild guess: over hard ground without air the bound is nearly met far out, where 3 q goes to 3
    assert loudest > limit - 6


def flat(power):
    """Energy of a sound power, all of it in the 500 Hz band."""
    return np.where(np.arange(9) == 4, 10 ** (power / 10), 0.0)


def test_the_air_shortens_the_reach_of_each_band_by_what_it_takes_from_it():
    # 8 kHz at 10 degrees and 70 %: 0.117 dB/m (ISO 9613-2, Table 2); the level at the reach is the limit
    air = noise.air_db_per_m(ENVIRONMENT)
    assert air[8] == pytest.approx(0.117, abs=0.001) and air[1] == pytest.approx(0.0001, abs=0.00005)
    sent = np.zeros(9)
    sent[8] = 10**10
    reach = noise.reach_m(sent, 40.0, False, air)
    assert 100 + 6 - 11 - 20 * math.log10(reach) - air[8] * reach == pytest.approx(40.0, abs=1e-9)
    both = sent + flat(90)
    assert reach < noise.reach_m(both, 40.0, False, air) < noise.reach_m(both, 40.0, False, np.zeros(9))


def test_reach_by_hand_and_of_no_units():
    # 97.8 + 10 lg 10 + 6 of ground + 3 of a façade - 11 - 65.8 = 40: 100 m
    assert noise.reach_m(10 * flat(97.8), 65.8, True, np.zeros(9)) == pytest.approx(100.0, rel=1e-12)
    assert noise.reach_m(10 * flat(97.8), 62.8, False, np.zeros(9)) == pytest.approx(100.0, rel=1e-12)
    assert noise.reach_m(0 * flat(97.8), 50, True, np.zeros(9)) == 0.0


@pytest.mark.parametrize("away", [0.5, 3.0])
def test_beyond_reach_a_facade_behind_the_receptor_gives_no_more_than_the_limit(away):
    reach = noise.reach_m(flat(97.8), 55, True, np.zeros(9))
    around = among_houses(shapely.box(reach + away, -60, reach + away + 5, 60))
    machine = unit(level=97.8, at="power")
    sound = resolve_sound(machine, None)
    heard = scene_levels(around, machine, sound, placed([(0.0, 0.0)], [0.0]), np.array([[reach, 0.0]]))
    alone = scene_levels(open_land(), machine, sound, placed([(0.0, 0.0)], [0.0]), np.array([[reach, 0.0]]))
    assert alone[0] + 2 < heard[0] <= 55


def test_the_longer_side_may_be_either_to_the_bit():
    rng, machine = np.random.default_rng(8), unit()
    many, few = rng.uniform(0, 60, (40, 2)), rng.uniform(70, 140, (7, 2))
    turn = rng.uniform(0, 90, 40)
    whole = transfer(machine, many, turn, few)
    rows = np.concatenate([transfer(machine, many[k : k + 1], turn[k : k + 1], few) for k in range(40)])
    assert whole.shape == (40, 7, 1) and (whole > 0).all()
    np.testing.assert_array_equal(whole, rows)


def test_a_receptor_in_the_source_itself_is_one_sentence():
    machine = unit(source=ENVIRONMENT.receptor_height_m)
    place = np.array([[3.0, 4.0], [9.0, 4.0]])
    with pytest.raises(InputError, match=r"exactly where the sound of box would start, 1\.5 m above"):
        transfer(machine, place, np.zeros(2), place[:1] + 0.0)


@settings(max_examples=60, deadline=None)
@given(
    near=st.floats(4.0, 3000.0), farther=st.floats(1.0001, 3.0), g=st.floats(0.0, 1.0), bearing=st.floats(0.0, 6.28),
    height=st.floats(0.5, 12.0), rotation=st.floats(0.0, 90.0),
)  # fmt: skip
def test_moving_a_unit_away_on_even_ground_of_one_kind_never_raises_any_band(
    near, farther, g, bearing, height, rotation
):
    around = open_land(Environment(10.0, 70.0, 101.325, g, 1.5))
    away = np.array([math.cos(bearing), math.sin(bearing)])
    ears = np.array([near * away, farther * near * away])
    energy = noise.transfer(
        unit(), np.zeros((1, 2)), np.array([rotation]), ears, height, np.eye(9), around
    ).energy[0]
    assert (energy[1] < energy[0]).all()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-40, 40), st.floats(-40, 40)), min_size=2, max_size=6), st.floats(0.0, 1.0)
)
def test_more_units_never_lower_a_level_past_houses_either(places, g):
    around = among_houses(shapely.box(50, -8, 56, 8), shapely.box(-14, 50, -8, 59))
    ears = np.array([(70.0, 2.0), (-20.0, 70.0), (46.0, 3.0)])
    xy = np.array(places)
    energy = noise.transfer(unit(), xy, np.zeros(len(xy)), ears, 1.5, np.eye(9), around).energy
    assert (np.diff(np.cumsum(energy, axis=0), axis=0) >= 0).all() and (energy > 0).all()
