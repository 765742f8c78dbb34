"""The rows of the table: each a function that times its scenes and says what came out."""

import json
import subprocess
import sys
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from bench import goteborg, plain, scenes
from bench.clock import Timing, measured, median, ratio, side_by_side
from kernels.air import band_absorption_db_per_m
from kernels.bands import A_WEIGHTING_DB
from kernels.medium import open_medium
from kernels.obstacles import no_obstacles
from kernels.surface import no_surface
from kernels.transfer import transfer
from kernels.zones import uniform_zones
from siting.scene.elevation import ground_at
from siting.scene.prepared import prepare

G = 0.5
AIR = (10.0, 70.0, 101.325)
EQUAL_DB = 1e-9
OUT_OF_SIGHT = (10, 100, 1_000, 10_000)  # buildings


class Row(NamedTuple):
    """One line of the table; `met` is None where nothing is asked, `timing` is of the work that `result` is about."""

    scene: str
    result: str
    wanted: str = ""
    met: bool | None = None
    timing: Timing | None = None


def rate(scene, pairs, timing, wanted=None):
    """A row of pairs a second of one core."""
    result = pairs / timing.cpu_s / 1e6
    asked = "" if wanted is None else f"{wanted:g} M pairs/s"
    return Row(scene, f"{result:.3g} M pairs/s", asked, None if wanted is None else result >= wanted, timing)


def weighted(count):
    """(S, 1, 8) A-weighted power as energy."""
    return np.tile(10 ** ((np.array(scenes.POWER_DB) + A_WEIGHTING_DB) / 10), (count, 1, 1))


class Flat(NamedTuple):
    """The level scene for the engine and its plain twin."""

    sources: np.ndarray
    receivers: np.ndarray

    def engine(self, threads=1):
        """(S, R) energy."""
        sources = np.column_stack([self.sources, np.zeros((len(self.sources), 2))])
        receivers = np.column_stack([self.receivers, np.zeros(len(self.receivers))])
        medium = open_medium(uniform_zones(G), np.asarray(band_absorption_db_per_m(*AIR)))
        return transfer(sources, receivers, weighted(len(sources)), medium, threads=threads)[:, :, 0]

    def plain(self):
        """(S, R) dB(A)."""
        power = np.tile(np.array(scenes.POWER_DB) + A_WEIGHTING_DB, (len(self.sources), 1))
        return plain.levels(self.sources, self.receivers, power, band_absorption_db_per_m(*AIR), G)

    def pywake(self):
        """Levels by PyWake's ISO model; it wants one height of all receivers."""
        from py_wake.noise_models.iso import ISONoiseModel

        x, y, h = self.sources.T
        power = np.tile(np.array(scenes.POWER_DB) + A_WEIGHTING_DB, (len(x), 1))
        model = ISONoiseModel(x, y, h, np.array([63.0, 125, 250, 500, 1000, 2000, 4000, 8000]), power)
        temperature, humidity, pressure = AIR
        return model(
            self.receivers[:, 0], self.receivers[:, 1], 4.0, 1000 * pressure, temperature, humidity, G
        )


def flat(scale=1.0, repeats=15):
    """Level general ground: pairs a second, and against plain numpy and PyWake."""
    places = Flat(*scenes.flat_places(max(int(500 * scale), 2), max(int(2000 * scale), 3)))
    pairs = len(places.sources) * len(places.receivers)
    worst = np.abs(10 * np.log10(places.engine()) - places.plain()).max()
    if not worst < EQUAL_DB:
        raise AssertionError(f"the plain twin differs by {worst:g} dB")
    many = side_by_side([places.engine, places.plain], repeats)
    name = f"Level general ground, {len(places.sources):,} × {len(places.receivers):,}"
    times = ratio(many[1], many[0])
    yield rate(name, pairs, median(many[0]), 40)
    yield Row("… against plain numpy, equal to 1e-9 dB", f"{times:.1f} ×", "6 ×", times >= 6, median(many[1]))
    try:
        import py_wake  # noqa: F401
    except ImportError:
        yield Row("… against PyWake's ISO model", "PyWake is not installed", "100 ×")
        return
    few = side_by_side([places.engine, places.pywake], max(repeats // 5, 1))
    times = ratio(few[1], few[0])
    yield Row("… against PyWake's ISO model", f"{times:.0f} ×", "100 ×", times >= 100, median(few[1]))


class Heard(NamedTuple):
    """A prepared scene with receivers."""

    prepared: object
    receivers: np.ndarray

    @property
    def pairs(self):
        """Sources times receivers."""
        return len(self.receivers) * len(self.prepared.sources)

    def run(self, threads=1):
        """(S, R) energy."""
        power = weighted(len(self.prepared.sources))
        return transfer(self.prepared.sources, self.receivers, power, self.prepared.medium, threads=threads)[
            :, :, 0
        ]

    def screened(self):
        """Share of the pairs that something stands in the way of or, in a low band, nearly so."""
        medium = self.prepared.medium
        empty = medium.screens._replace(obstacles=no_obstacles(), surface=no_surface())
        free = self._replace(prepared=replace(self.prepared, medium=medium._replace(screens=empty)))
        return float((self.run() != free.run()).mean())


def heard(scene, xy, height_m=scenes.RECEIVER_M):
    """A scene with receivers at places."""
    prepared = prepare(scene)
    ground = ground_at(prepared.ground, xy)
    return Heard(prepared, np.column_stack([xy, ground + height_m, ground]))


def heard_town(side_m, receivers, **options):
    """The town with receivers outdoors anywhere in it."""
    scene = scenes.town(side_m, **options)
    return heard(scene, scenes.outdoors(scene.buildings, side_m, receivers, seed=8))


def screens(scale=1.0, repeats=9):
    """100 buildings and 20 walls with all three paths, without and with 1 m terrain, sparse and dense."""
    count = max(int(20_000 * scale), 5)
    for side_m, wanted in ((1000.0, 2.0), (500.0, None)):
        for terrain, asked in ((None, wanted), (scenes.rolling(side_m), 0.5 if wanted else None)):
            work = heard_town(side_m, count, terrain=terrain)
            ground = "level" if terrain is None else "rolling ground from a 1 m raster"
            name = f"100 buildings, 20 walls in {side_m:,.0f} m × {side_m:,.0f} m, {ground}; {work.screened():.0%} screened"
            yield rate(name, work.pairs, measured(work.run, repeats), asked)
    if goteborg.DATA.is_dir():
        scene = goteborg.goteborg()
        work = heard(scene, goteborg.outdoors(scene.buildings, max(count // 20, 5), seed=9))
        name = (
            f"Göteborg, {len(scene.buildings)} buildings on their 1 m ground; {work.screened():.0%} screened"
        )
        yield rate(name, work.pairs, measured(work.run, max(repeats // 3, 1)))
    else:
        yield Row("Göteborg, 137 buildings on their 1 m ground", goteborg.MISSING)


def threads(scale=1.0, repeats=9):
    """Two threads against one, wall time."""
    work = heard_town(1000.0, max(int(40_000 * scale), 5))
    one, two = side_by_side([lambda: work.run(1), lambda: work.run(2)], repeats)
    faster = ratio(one, two, "wall_s")
    yield Row("Two threads against one, wall time", f"{faster:.2f} ×", "1.8 ×", faster >= 1.8, median(two))


def linear(scale=1.0, repeats=5):
    """The same time a pair, however many there are."""
    counts = [max(int(n * scale), 2) for n in (500, 5_000, 50_000)]
    works = [heard_town(1000.0, count) for count in counts]
    each = [measured(work.run, repeats) for work in works]
    cost = ", ".join(f"{t.cpu_s / work.pairs * 1e9:.0f}" for t, work in zip(each, works, strict=True))
    pairs = ", ".join(f"{work.pairs:,}" for work in works)
    yield Row(f"Cost of a pair among {pairs}", f"{cost} ns", "the same", None, each[-1])


def out_of_sight(scale=1.0, repeats=9):
    """Buildings beside the paths, which meet none: at one density, and in one area."""
    xy = scenes.corridor_receivers(max(int(10_000 * scale), 5))
    counts = ", ".join(f"{n:,}" for n in OUT_OF_SIGHT)
    for words, side in (
        ("one to 1,000 m²", lambda n: max((n * 1000.0) ** 0.5, 600.0)),
        ("in 4 km × 4 km", lambda n: 4000.0),
    ):
        works = [heard(scenes.corridor(n, side(n)), xy) for n in OUT_OF_SIGHT]
        each = [median(found) for found in side_by_side([work.run for work in works], repeats)]
        cost = ", ".join(f"{t.cpu_s / works[0].pairs * 1e9:.0f}" for t in each)
        logarithm = each[-1].cpu_s <= 4 * each[0].cpu_s  # lg 10,000 = 4 lg 10
        yield Row(
            f"Cost of a pair with {counts} buildings out of sight, {words}",
            f"{cost} ns",
            "at most 4 × the first",
            logarithm,
            each[-1],
        )


def reflections(scale=1.0, repeats=5):
    """First-order reflections from all façades on against off."""
    count = max(int(2_000 * scale), 5)
    on, off = (heard_town(1000.0, count, reflections=k) for k in (1, 0))
    runs = side_by_side([on.run, off.run], repeats)
    faces = len(on.prepared.medium.reflectors.x0)
    yield Row(
        f"The same town, reflections from {faces} façades on against off",
        f"{ratio(runs[0], runs[1]):.1f} × as long",
        "",
        None,
        median(runs[0]),
    )


def noise_map(scale=1.0, repeats=1):
    """A grid of a million receivers in a process of its own."""
    if not goteborg.DATA.is_dir():
        yield Row("Grid of 1,000,000 receivers, 20 units, Göteborg", goteborg.MISSING, "60 s, 1 GB")
        return
    west, south, east, north = goteborg.BOUNDS
    step = ((east - west) * (north - south) / (1e6 * scale)) ** 0.5
    for side in (8.0, step):  # the first compiles what is not compiled yet, which takes memory too
        done = subprocess.run(
            [sys.executable, "-m", "bench.grid", str(side), "2"], capture_output=True, text=True, check=True
        )
    told = json.loads(done.stdout)
    name = (
        f"Noise map of {told['receivers']:,} receivers ({told['outdoors']:,} outdoors), {told['sources']} units, "
        f"{told['buildings']} buildings of Göteborg on their 1 m ground, from scene to files, two threads"
    )
    met = told["wall_s"] < 60 and told["memory_mb"] < 1000
    timing = Timing(told["cpu_s"], told["wall_s"])
    yield Row(name, f"{told['wall_s']:.0f} s, {told['memory_mb']:,.0f} MB", "60 s, 1,000 MB", met, timing)


def start(scale=1.0, repeats=7):
    """A start of the command line."""
    from bench.start import starts

    first, later, packages = starts(repeats)
    second = median(later)
    share = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in packages[:6])
    yield Row(
        "Start of `siting levels` on a small scene, kernels compiled",
        f"{second.wall_s:.2f} s",
        "1.0 s",
        second.wall_s < 1,
        second,
    )
    yield Row("… its longest imports, each with what it imports", share)
    yield Row("… the first start, which compiles them", f"{first.wall_s:.0f} s", "", None, first)


ALL = {
    "flat": flat,
    "screens": screens,
    "threads": threads,
    "map": noise_map,
    "sight": out_of_sight,
    "linear": linear,
    "reflections": reflections,
    "start": start,
}
