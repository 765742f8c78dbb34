"""The table of placing: what the search finds on made-up yards and real lots, beside plain greedy and a rectangle packer."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import placing_instances
import real_lots

from bench.baselines import greedy, packer
from bench.clock import once
from siting import layout
from siting.hearing import together
from siting.layout.rows import with_receptors
from siting.placement import optimum

BEGIN = "<!-- written by make bench ONLY=placing -->"
HEAD = (
    "| instance | poses × limits | units | bound | gap | status | s | greedy | s | packer | s | to reach | reached |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n"
)
SECONDS = 60.0
SPARE = 0.6  # of a target's seconds that a search is given: it looks at the clock between programs
AT_ONCE = 96  # receptors that join at a time where greedy or the packer broke their limit


class Target(NamedTuple):
    """What a search is to reach: the gap at most, in so many seconds."""

    gap: float
    seconds: float

    def text(self):
        wanted = "proven optimum" if self.gap == 0 else f"gap ≤ {self.gap:.0%}"
        return f"{wanted} in {self.seconds:g} s"


class Timed(NamedTuple):
    """Units found, and in how many seconds."""

    units: int
    seconds: float


class Row(NamedTuple):
    """One line of the table."""

    instance: str
    poses: int | None
    limits: int | None
    found: Timed
    bound: int
    status: str
    greedy: Timed | None = None
    packer: Timed | None = None
    target: Target | None = None

    @property
    def gap(self):
        return 0.0 if not self.bound else (self.bound - self.found.units) / self.bound

    @property
    def met(self):
        return self.target and self.gap <= self.target.gap and self.found.seconds <= self.target.seconds


def line(row):
    """A row as Markdown; what the others place also as a share of what is placed."""

    def told(other):
        if other is None:
            return "", ""
        return f"{other.units} ({other.units / max(row.found.units, 1):.0%})", f"{other.seconds:.2g}"

    reached = {None: "", True: "yes", False: "**no**"}[row.met]
    size = "" if row.poses is None else f"{row.poses:,} × {row.limits:,}"
    cells = [
        row.instance, size, str(row.found.units), str(row.bound), f"{row.gap:.1%}", row.status,
        f"{row.found.seconds:.2g}", *told(row.greedy), *told(row.packer), row.target.text() if row.target else "", reached,
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |\n"


def timed(work: Callable[[], object]):
    """What some work gives, and the seconds on the wall."""
    out = []
    clock = once(lambda: out.append(work()))
    return out[0], clock.wall_s


def made_up(name, target):
    """A made-up yard: the search, then greedy and the packer under the same limits."""
    case = placing_instances.instance(name)
    nothing, every = np.zeros(0, np.int64), len(case.poses)
    best, seconds = timed(lambda: optimum(case.poses, case.load, nothing, every, SECONDS))
    others = [timed(lambda work=work: work(case.poses, case.load)) for work in (greedy, packer)]
    return Row(
        f"yard, {name}",
        *case.load.shape,
        Timed(len(best.chosen), seconds),
        best.bound,
        best.status,
        *(Timed(len(chosen), s) for chosen, s in others),
        target,
    )


def whole_study(name, target):
    """A real lot from its files in memory to the answer, with the worst point of every neighbour and the verdict."""
    limit = target.seconds / 2  # of the search; what comes before and after it is in the seconds
    found, spent = timed(lambda: real_lots.study(name, limit))
    return Row(
        f"… its whole study, `--time-limit {limit:g}`", None, None,
        Timed(len(found.placed), spent), found.bound, found.search.status, target=target,
    )  # fmt: skip


def real(name):
    """A real lot: from poses and receptors to a layout that keeps every limit; greedy and the packer hear the same receptors."""
    ready = real_lots.ready(name)
    hearing, demand = ready.case.hearing, ready.demand
    (best, rows), spent = timed(lambda: searched(hearing, demand, SECONDS))
    others = [timed(lambda work=work: heard_by_all(hearing, demand, rows, work)) for work in (greedy, packer)]
    return Row(
        name,
        len(hearing.poses),
        int((demand.room < np.inf).sum()),
        Timed(len(best.chosen), spent),
        best.bound,
        best.status,
        *(Timed(len(chosen), s) for chosen, s in others),
    )


def in_time(name, target):
    """The same search with so little time that it ends within the target's."""
    ready, limit = real_lots.ready(name), SPARE * target.seconds
    (best, _), spent = timed(lambda: searched(ready.case.hearing, ready.demand, limit))
    units = Timed(len(best.chosen), spent)
    return Row(f"… in {limit:g} s", None, None, units, best.bound, best.status, target=target)


def searched(hearing, demand, seconds):
    """The study's own search, from the first receptors that it listens to."""
    rows = layout.first_rows(hearing, demand)
    return layout.most_units(hearing, demand, rows, np.zeros(0, np.int64), seconds)


def heard_by_all(hearing, demand, rows, work):
    """What plain work places under some receptors' limits, again with those whose limit it broke, until it breaks none."""
    everyone = np.arange(len(hearing))
    while True:
        chosen = work(hearing.poses, layout.loads(demand, rows).load)
        over = layout.excess(demand, together(hearing, chosen, everyone))
        over[rows.index] = -np.inf
        broken = np.argsort(-over, kind="stable")[:AT_ONCE]
        broken = broken[over[broken] > layout.OVER_DB]
        if not len(broken):
            return chosen
        rows = with_receptors(hearing, rows, broken)


def rows(name):
    """The rows of a name of `ALL`."""
    if name in placing_instances.SIZES:
        yield made_up(name, ALL[name])
    elif not real_lots.DATA.is_dir():
        yield Row(f"{name}: {real_lots.MISSING}", 0, 0, Timed(0, 0.0), 0, "")
    else:
        yield real(name)
    if name == real_lots.ACRE and real_lots.DATA.is_dir():
        for target in (Target(0.05, 5.0), Target(0.02, 60.0)):
            yield in_time(name, target)
            yield whole_study(name, target)


ALL = {
    "1,008 × 100": Target(0.0, 1.0),
    "4,104 × 1,000": Target(0.0, 10.0),
    "10,146 × 1,000": Target(0.02, 60.0),
    **dict.fromkeys(real_lots.LOTS),
}
