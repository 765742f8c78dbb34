"""How long a noise map will take, measured on a few of its own points."""

import time
from collections.abc import Callable
from typing import NamedTuple

from siting.contours.grid import Grid, spread
from siting.model import Floats
from siting.scene.parts import Scene

Evaluate = Callable[[Floats], Floats]  # (n, 2) coordinates to (n,) dB(A)
FIRST, TIMES = 500, 4
ENOUGH_S = 0.5
MOST_SHARE, MOST = 0.05, 65_536  # of the map's points, and of any map's


class Forecast(NamedTuple):
    """Seconds for the whole map, and the number of points they were told from."""

    seconds: float
    sample: int


def forecast(evaluate: Evaluate, grid: Grid) -> Forecast:
    """Time levels at points spread over the map, ever more until they take half a second or are 5 % of the map or 65,536."""
    evaluate(spread(grid, 1))  # whatever is built at the first call is no part of the time
    most = min(max(int(MOST_SHARE * grid.cells), 1), MOST)
    count = min(FIRST, most)
    while True:
        start = time.perf_counter()
        evaluate(spread(grid, count))
        seconds = time.perf_counter() - start
        if seconds >= ENOUGH_S or count == most:
            return Forecast(seconds / count * grid.cells, count)
        count = min(count * TIMES, most)


def duration(seconds: float) -> str:
    """A length of time as one says it beforehand.

    Examples
    --------
    >>> duration(0.3), duration(42.4), duration(200.0), duration(8_000.0)
    ('less than a second', 'about 42 s', 'about 3 min', 'about 2 h 13 min')
    """
    if seconds < 1:
        return "less than a second"
    if seconds < 99.5:
        return f"about {seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"about {minutes} min" if minutes < 100 else f"about {minutes // 60} h {minutes % 60} min"


def sentence(scene: Scene, grid: Grid, height_m: float, threads: int, expected: Forecast) -> str:
    """What will be computed and how long it takes, told before the work."""
    counts = ((len(scene.sources), "source"), (len(scene.buildings), "building"), (len(scene.walls), "wall"))
    parts = ", ".join(f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in counts)
    return (
        f"{grid.cells:,} receivers ({grid.columns:,} x {grid.rows:,}, every {grid.step_m:g} m, {height_m:g} m above ground), "
        f"{parts}: {duration(expected.seconds)} on {threads} thread{'' if threads == 1 else 's'}, from a sample of "
        f"{expected.sample:,} point{'' if expected.sample == 1 else 's'}."
    )
