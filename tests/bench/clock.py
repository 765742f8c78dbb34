"""Processor time and wall time of repeated work."""

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Timing(NamedTuple):
    """Median seconds of the repeats: of the processor, all threads together, and of the clock on the wall."""

    cpu_s: float
    wall_s: float


def once(work: Callable[[], object]) -> Timing:
    """One run, as it comes."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Timing(time.process_time() - cpu, time.perf_counter() - wall)


def side_by_side(works: list[Callable[[], object]], repeats: int) -> list[list[Timing]]:
    """Every repeat of each work, taken in turn so that what else the machine does meets all alike; one run before to warm up."""
    for work in works:
        work()
    runs = [[once(work) for work in works] for _ in range(repeats)]
    return [[run[k] for run in runs] for k in range(len(works))]


def median(timings: list[Timing]) -> Timing:
    """Median of each clock."""
    return Timing(statistics.median(t.cpu_s for t in timings), statistics.median(t.wall_s for t in timings))


def measured(work: Callable[[], object], repeats: int = 7) -> Timing:
    """Median of warm repeats."""
    return median(side_by_side([work], repeats)[0])


def ratio(of: list[Timing], to: list[Timing], clock: str = "cpu_s") -> float:
    """Median over the repeats of one work's time over the other's."""
    return statistics.median(getattr(a, clock) / getattr(b, clock) for a, b in zip(of, to, strict=True))
