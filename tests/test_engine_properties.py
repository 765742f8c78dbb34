"""The sound engine against the slow twin on random scenes, and what must not change a level.

Where a decision hangs on the last bits (an edge that just breaks the line of sight, a way that just touches) the twin itself
jumps when the receiver moves by a tenth of a micrometre: such a receiver is left out, recognised by the twin alone, and there may
be few of them.
"""

import dataclasses
import math

import numpy as np
import pytest
import shapely
import slow_scene
from random_scenes import SIDE, random_scene
from shapely import LineString, Polygon

from siting.levels import levels, levels_at
from siting.parts import Receiver, Scene, Source, Wall
from siting.scene.prepared import prepare

CLOSE = 1e-9  # dB
NUDGE = 1e-7  # metres
JUMP = 1e-3  # dB; nothing smooth changes by as much over a nudge
SEEDS = range(200)


def all_levels(heard):
    """Every level of one receiver: dB(A), 31.5 Hz, eight bands."""
    return np.array([heard.level_dba, heard.level_31_db, *heard.level_db])


def apart(one, other):
    """Greatest difference between two lists of receivers, dB, for each receiver."""
    return np.array([_apart(a, b) for a, b in zip(one, other, strict=True)])


def _apart(a, b):
    a, b = all_levels(a), all_levels(b)
    same = a == b  # both may be -inf
    return float(np.max(np.where(same, 0.0, np.abs(np.where(same, 0.0, a) - np.where(same, 0.0, b)))))


def jumps(scene, receiver):
    """Whether the twin's own level jumps within a nudge of a receiver."""
    lift = "z_m" if receiver.height_m is None else "height_m"
    near = [receiver]
    for key in ("x_m", "y_m", lift):
        near += [
            dataclasses.replace(receiver, **{key: getattr(receiver, key) + by}) for by in (NUDGE, -NUDGE)
        ]
    heard = slow_scene.levels(dataclasses.replace(scene, receivers=tuple(near)))
    return max(_apart(heard[0], other) for other in heard[1:]) > JUMP


def agree(scene, ours, theirs):
    """Receivers where the two differ though nothing jumps there."""
    differ = np.flatnonzero(~(apart(ours, theirs) <= CLOSE))
    return [scene.receivers[j].id for j in differ if not jumps(scene, scene.receivers[j])], len(differ)


def test_random_scenes_against_the_slow_twin():
    left_out = 0
    for seed in SEEDS:
        scene = random_scene(seed)
        wrong, differ = agree(scene, levels(scene), slow_scene.levels(scene))
        assert not wrong, f"{scene.name}: {wrong}"
        left_out += differ
    assert left_out <= 0.01 * 3 * len(SEEDS), f"{left_out} receivers lie at a jump"


def paths_of(heard):
    """Paths that carry sound, sorted by what they are."""
    loud = [path for path in heard.paths if max(path.level_db) > -math.inf]
    return sorted(loud, key=lambda path: (path.source, path.kind, path.via or "", path.terms.distance_m))


OF_WAYS = ("diffraction_top", "screening_", "detour", "edges", "kmet", "width", "first", "last")


def counted(scene, terms):
    """Terms by name, without those that mean nothing here: G where nothing asks for it, and ways that screen in no band."""
    named = {name: np.asarray(value, float) for name, value in terms._asdict().items()}
    for region in ("g_source", "g_middle", "g_receiver"):
        if np.isnan(named[region]) or scene.ground_method == "alternative":
            named[region] = np.float64(0.0)
    if not np.any(named["screening_db"]):
        for name in named:
            if name.startswith(OF_WAYS):
                named[name] = np.float64(0.0)
    for way in ("top", "left", "right"):
        if np.isnan(named[f"detour_{way}_m"]):
            named[f"edges_{way}_m"] = np.float64(0.0)
    return named


@pytest.mark.parametrize("seed", range(1000, 1030))
def test_every_term_against_the_slow_twin(seed):
    scene = random_scene(seed)
    for receiver, mine, twins in zip(scene.receivers, levels(scene), slow_scene.levels(scene), strict=True):
        if jumps(scene, receiver):
            continue
        for a, b in zip(paths_of(mine), paths_of(twins), strict=True):
            assert a[:3] == b[:3]
            theirs = counted(scene, b.terms)
            for name, ours in counted(scene, a.terms).items():
                assert np.allclose(ours, theirs[name], rtol=0, atol=CLOSE, equal_nan=True), (mine.id, name)


@pytest.mark.parametrize("seed", range(40))
def test_source_and_receiver_may_change_places_on_even_ground(seed):
    plain = {"directivity_db": None, "size_m": None}
    scene = random_scene(seed, land="level")
    scene = dataclasses.replace(scene, sources=(dataclasses.replace(scene.sources[0], **plain),))
    source = scene.sources[0]
    for receiver, heard in zip(scene.receivers, levels(scene), strict=True):
        there = {"x_m": receiver.x_m, "y_m": receiver.y_m, "height_m": receiver.height_m}
        back = Receiver("back", source.x_m, source.y_m, height_m=source.height_m)
        turned = dataclasses.replace(
            scene, sources=(dataclasses.replace(source, **there),), receivers=(back,)
        )
        assert _apart(heard, levels(turned)[0]) <= CLOSE or jumps(scene, receiver)


def moved(scene, xy, turn_deg=0.0):
    """The scene after a change of all its coordinates; `turn_deg` is how far that turns directions."""

    def point(part, **more):
        x, y = xy(np.array([[part.x_m, part.y_m]]))[0].tolist()
        return dataclasses.replace(part, x_m=x, y_m=y, **more)

    def shaped(part, key):
        return dataclasses.replace(part, **{key: shapely.transform(getattr(part, key), xy)})

    return dataclasses.replace(
        scene,
        sources=tuple(point(part, heading_deg=part.heading_deg + turn_deg) for part in scene.sources),
        receivers=tuple(map(point, scene.receivers)),
        **{key: tuple(shaped(part, "outline") for part in getattr(scene, key)) for key in ("buildings", "ground", "belts")},
        walls=tuple(shaped(part, "line") for part in scene.walls),
        elevation=tuple(_moved_spots(part, xy) for part in scene.elevation),
        terrain=scene.terrain and _moved_raster(scene.terrain, xy),
    )  # fmt: skip


def _moved_spots(part, xy):
    return dataclasses.replace(part, xyz=np.column_stack([xy(part.xyz[:, :2]), part.xyz[:, 2]]))


def _moved_raster(raster, xy):
    """The grid goes with the rest: its cells lie at the same cell numbers of the moved points."""
    c0, cx, cy, r0, rx, ry = raster.to_cell
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    columns, rows = c0 + corners @ [cx, cy], r0 + corners @ [rx, ry]
    system = np.column_stack([np.ones(3), xy(corners)])
    return dataclasses.replace(
        raster, to_cell=(*np.linalg.solve(system, columns).tolist(), *np.linalg.solve(system, rows).tolist())
    )


@pytest.mark.parametrize("seed", range(60))
def test_a_turned_or_shifted_scene_sounds_the_same(seed):
    """Shifts are powers of two, so that no coordinate is rounded; small ones where more points are made from those given."""
    scene = random_scene(seed)
    angle = math.radians(10 + 31 * seed)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    changes = [(lambda xy: xy @ turn, math.degrees(angle))]
    made = scene.terrain or scene.elevation or any(source.size_m for source in scene.sources)
    shift = np.array([64.0, 256.0] if made else [262144.0, 4194304.0])
    changes.append((lambda xy: xy + shift, 0.0))
    here = levels(scene)
    for change, turned in changes:
        there = levels(moved(scene, change, turned))
        for receiver, far in zip(scene.receivers, apart(here, there), strict=True):
            assert far <= CLOSE or jumps(scene, receiver), receiver.id


@pytest.mark.parametrize("seed", range(40))
def test_a_lower_wall_never_screens_more(seed):
    """A lone level wall on even ground, from a kerb to above all."""
    scene = random_scene(seed, land="level", reflect=False, lateral_rule_8x=False)
    draw = np.random.default_rng(seed)
    ends = draw.uniform(-SIDE / 2, SIDE / 2, (2, 2))
    lower = None
    for height in (0.2, *np.sort(draw.uniform(0.5, 12, 6))):
        wall = Wall("W", LineString(ends), height_m=float(height))
        heard = levels(dataclasses.replace(scene, buildings=(), walls=(wall,)))
        if lower is not None:
            for before, after in zip(lower, heard, strict=True):
                assert np.all(all_levels(after) <= all_levels(before) + CLOSE)
        lower = heard


@pytest.mark.parametrize("seed", range(40))
def test_a_wall_that_no_path_crosses_changes_nothing(seed):
    """The wall stands outside the hull of everything, where no shortest way leads."""
    scene = random_scene(seed, reflect=False)
    taken = [part.outline for part in scene.buildings] + [part.line for part in scene.walls]
    points = [(part.x_m, part.y_m) for part in (*scene.sources, *scene.receivers)]
    hull = shapely.union_all([*taken, shapely.MultiPoint(points)]).convex_hull
    (x0, y0, x1, y1), high = hull.bounds, 30.0
    walls = tuple(
        Wall(f"far {k}", LineString(line), height_m=high)
        for k, line in enumerate([[(x0 - 2, y0), (x0 - 2, y1)], [(x0, y1 + 1), (x1, y1 + 1)]])
    )
    away = dataclasses.replace(scene, walls=scene.walls + walls)
    assert apart(levels(scene), levels(away)).max() == 0.0


def halved_wall(wall, separate):
    """A wall with a corner more in the middle of its longest segment, or as two walls that meet there."""
    line = np.array([point[:2] for point in wall.line.coords])
    k = int(np.argmax(np.linalg.norm(np.diff(line, axis=0), axis=1)))
    line = np.insert(line, k + 1, (line[k] + line[k + 1]) / 2, axis=0)
    tops = wall.tops_m
    if tops is not None:
        tops = (*tops[: k + 1], (tops[k] + tops[k + 1]) / 2, *tops[k + 1 :])
    if not separate:
        return (dataclasses.replace(wall, line=LineString(line), tops_m=tops),)
    cuts = (slice(0, k + 2), slice(k + 1, None))
    return tuple(
        dataclasses.replace(
            wall, id=f"{wall.id}{n}", line=LineString(line[cut]), tops_m=None if tops is None else tops[cut]
        )
        for n, cut in enumerate(cuts)
    )


def halved_building(building):
    """A building as two that share an edge between the middles of two sides; itself where there is no such cut."""
    ring = np.array(building.outline.exterior.coords)[:-1]
    n = len(ring)
    if building.outline.interiors:
        return (building,)
    for i in range(n):
        for j in range(i + 2, n - (i == 0)):
            a, b = (ring[i] + ring[i + 1]) / 2, (ring[j] + ring[(j + 1) % n]) / 2
            if building.outline.covers(LineString([a, b])) and LineString([a, b]).length > 1:
                halves = [a, *ring[i + 1 : j + 1], b], [b, *ring[j + 1 :], *ring[: i + 1], a]
                return tuple(
                    dataclasses.replace(building, id=f"{building.id}{k}", outline=Polygon(half))
                    for k, half in enumerate(halves)
                )
    return (building,)


@pytest.mark.parametrize("seed", range(80))
def test_what_is_cut_in_two_screens_and_reflects_the_same(seed):
    scene = random_scene(seed, land="level")
    whole = levels(scene)
    cut = [
        dataclasses.replace(
            scene, walls=tuple(w for wall in scene.walls for w in halved_wall(wall, separate))
        )
        for separate in (False, True)
    ]
    halves = tuple(half for part in scene.buildings for half in halved_building(part))
    cut.append(dataclasses.replace(scene, buildings=halves))
    for other in cut:
        for receiver, far in zip(scene.receivers, apart(whole, levels(other)), strict=True):
            assert far <= CLOSE or jumps(scene, receiver), receiver.id


@pytest.mark.parametrize("seed", range(8))
def test_threads_change_no_bit(seed):
    scene = random_scene(seed, receivers=150)
    one, two = (levels(scene, paths=False, threads=count) for count in (1, 2))
    assert all(np.array_equal(all_levels(a), all_levels(b)) for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("seed", range(8))
def test_a_grid_gives_the_bits_of_receivers(seed):
    scene = random_scene(seed, receivers=40)
    xy = np.array([(part.x_m, part.y_m) for part in scene.receivers])
    same_height = tuple(dataclasses.replace(part, height_m=4.0) for part in scene.receivers)
    heard = levels(dataclasses.replace(scene, receivers=same_height), paths=False)
    grid = levels_at(prepare(scene), xy, 4.0)
    assert np.array_equal(grid, [part.level_dba for part in heard])


def test_the_parts_of_a_large_source_send_its_power():
    """Its parts share the power: together they send what the source sends."""
    source = Source("S", 0.0, 0.0, (80.0,) * 8, height_m=0.9, size_m=(1.5, 0.93, 1.8))
    near = levels(Scene((source,), (Receiver("R", 0.0, 2.0, height_m=1.0),)))[0]
    total = 10 * math.log10(sum(10 ** (path.terms.power_db[0] / 10) for path in near.paths))
    assert len(near.paths) > 1 and total == pytest.approx(80.0, abs=CLOSE)
