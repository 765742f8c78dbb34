"""How long a noise map will take, measured on a few of its own points."""

import time
from collections.abc import Callable
from typing import NamedTuple

from siting.contours.grid import Grid, spread
from siting.model import Floats

Evaluate = Callable[[Floats], Floats]  # (n, 2) coordinates to (n,) dB(A)
FIRST, TIMES = 500, 4
ENOUGH_S = 0.5
MOST_SHARE, MOST = 0.05, 65_536  # of the map's points, and of any map's


class Forecast(NamedTuple):
    """Seconds for the whole map, and the number of points they were told from."""

    seconds: float
    sample: int


def forecast_time(evaluate: Evaluate, grid: Grid) -> Forecast:
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
