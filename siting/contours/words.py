"""What is told of a noise map, before the work and after it."""

from siting.contours.forecast import Forecast
from siting.contours.grid import Grid
from siting.model import Facts
from siting.parts import Scene


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


def summary(facts: Facts) -> str:
    """Lowest and highest level of a map, and how many of its receivers have none."""
    if facts["highest_dba"] is None:
        return f"None of {facts['receivers']:,} receivers has a level: all lie in buildings, units or beyond the ground heights."
    lowest = "silence" if facts["lowest_dba"] is None else f"{facts['lowest_dba']:.1f}"
    without = facts["without_level"]
    none = (
        f"; {without:,} without a level, in buildings or units or beyond the ground heights"
        if without
        else ""
    )
    return f"{facts['receivers']:,} receivers: {lowest} to {facts['highest_dba']:.1f} dB(A){none}."
