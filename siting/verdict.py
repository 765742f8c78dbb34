"""From levels and limits to PASS, FAIL and what lies between, receptor by receptor, and what a whole study comes to."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.model import Floats, Ints, Receptors, State
from siting.ordinance import Limits
from siting.outcome import ReceptorLevel
from siting.uncertainty import p_exceed, state_of_probability

SEVERITY: dict[State, int] = {"PASS": 0, "MARGINAL PASS": 1, "UNKNOWN": 2, "MARGINAL FAIL": 3, "FAIL": 4}
ROUNDING = 1e-9  # of a probability: the verdict adds the same energies in another order


class Compared(NamedTuple):
    """Every rule at every receptor, arrays (R, K)."""

    level_db: Floats  # as the rule compares it; -inf in silence
    limit_db: Floats  # nan unknown, inf none
    sigma_db: Floats
    p: Floats  # probability of exceedance, nan unknown


def compared(limits: Limits, steady: Floats, sigma_db: Floats, metrics: tuple[str, ...]) -> Compared:
    """Steady levels (R, M) and their standard deviations against the limits, unrounded."""
    column = [metrics.index(rule.metric) for rule in limits.rules]
    level = steady[:, column] + np.array([rule.shift_db for rule in limits.rules])
    sigma = np.broadcast_to(sigma_db[:, column], level.shape)
    limit = limits.limit_db
    # a rule that sets no limit, or that does not see the sound, cannot be exceeded
    p = p_exceed(level, limit, sigma)
    p = np.where((limit == np.inf) | ((level == -np.inf) & ~np.isnan(limit)), 0.0, p)
    return Compared(level, limit, np.asarray(sigma), np.where(np.isnan(limit) | np.isnan(level), np.nan, p))


def state_of(p: Floats, placed: int, wanted: int | None, possible: bool) -> State:
    """The state of a whole layout.

    Parameters
    ----------
    p : (R, K)
        Probabilities of exceedance, nan where unknown.
    placed, wanted : int
        Units in the layout and units asked for (None: as many as allowed).
    possible : bool
        Whether the true limits alone leave room for at least one unit.
    """
    unknown = not p.size or bool(np.isnan(p).any())
    known = p[~np.isnan(p)]
    worst: State = state_of_probability(float(known.max())) if known.size else "UNKNOWN"
    if wanted is not None and placed < wanted:
        return "FAIL"
    if placed == 0:
        return "UNKNOWN" if unknown and possible else "FAIL"
    return max(worst, "UNKNOWN", key=SEVERITY.__getitem__) if unknown else worst


def is_allowed(state: State, p: Floats, confidence: float, placed: int) -> bool:
    """Whether every limit is known and kept at the wanted confidence."""
    if placed == 0 or not p.size or np.isnan(p).any() or state in ("FAIL", "UNKNOWN"):
        return False
    return bool(p.max() <= 1 - confidence + ROUNDING)


def governing(limits: Limits, found: Compared) -> NDArray[np.bool_]:
    """Of every receptor the rule that matters most in each period (R, K): what is unknown, else the most probable exceedance.

    Rules without a limit govern where a period has no other.
    """
    periods = np.array([rule.period for rule in limits.rules])
    # unknown stands between failing and passing, as in the verdict
    rank = np.where(np.isnan(found.p), 0.5 + 1e-12, found.p)
    margin = np.where(np.isfinite(found.limit_db), found.limit_db - found.level_db, np.inf)
    margin = np.nan_to_num(margin, nan=0.0, posinf=1e9)
    keep = np.zeros(found.p.shape, bool)
    for name in dict.fromkeys(periods.tolist()):
        columns = np.flatnonzero(periods == name)
        order = np.lexsort((margin[:, columns], -rank[:, columns]), axis=1)
        keep[np.arange(len(keep)), columns[order[:, 0]]] = True
    return keep


def receptor_levels(
    receptors: Receptors,
    limits: Limits,
    found: Compared,
    keep: NDArray[np.bool_],
    places: tuple[Floats, Floats],
    which: Ints,
) -> list[ReceptorLevel]:
    """One row per rule that is kept, for some receptors.

    Parameters
    ----------
    found : Compared
        For the receptors in `which` alone.
    keep : (k, K)
        Which rules of each are listed.
    places : tuple of (k, 2)
        Where they lie in the parcel file's CRS, and as longitude and latitude.
    which : (k,)
        Indices of the receptors.
    """
    at, rule = np.nonzero(keep)
    one = which[at].tolist()
    zones = {z: " + ".join(z) or None for z in set(receptors.zones)}
    level, limit = found.level_db[at, rule], found.limit_db[at, rule]
    p = found.p[at, rule]
    rules = [limits.rules[k] for k in rule.tolist()]
    columns: tuple[Iterable[object], ...] = (
        [receptors.id[i] for i in one],
        [receptors.neighbour[i] for i in one],
        [zones[receptors.zones[i]] for i in one],
        [limits.classes[i] for i in one],
        [r.period for r in rules],
        [r.metric for r in rules],
        [r.statistic for r in rules],
        _known(level),
        _known(limit),
        _known(limit - level),
        found.sigma_db[at, rule].tolist(),
        _known(p),
        [state_of_probability(v) if v == v else "UNKNOWN" for v in p.tolist()],
        receptors.xy[which[at], 0].tolist(),
        receptors.xy[which[at], 1].tolist(),
        receptors.height_m[which[at]].tolist(),
        *(coordinate.tolist() for place in places for coordinate in place[at].T),
    )
    return list(map(ReceptorLevel._make, zip(*columns, strict=True)))


def _known(values: Floats) -> list[float | None]:
    """Values as a list; what is not finite (no unit, no limit) is None."""
    return [v if np.isfinite(v) else None for v in values.tolist()]


def urgency(row: ReceptorLevel) -> tuple[float, float]:
    """Sort key: the worst state first, then the most probable exceedance; the loudest first where no limit is known."""
    if row.margin_db is not None and row.p_exceed is not None:
        return -SEVERITY[
            row.state
        ] - row.p_exceed, row.margin_db / row.sigma_db if row.sigma_db else row.margin_db
    return -SEVERITY[row.state], -row.level_db if row.level_db is not None else 0.0


def worst_row(rows: tuple[ReceptorLevel, ...] | list[ReceptorLevel]) -> ReceptorLevel | None:
    """The row nearest to its limit; the loudest where no limit is known; None without receptors or units."""
    heard = [row for row in rows if row.level_db is not None]
    known = [row for row in heard if row.margin_db is not None]
    return min(known or heard, key=urgency, default=None)


def worst_of_each_neighbour(rows: tuple[ReceptorLevel, ...] | list[ReceptorLevel]) -> list[ReceptorLevel]:
    """The row that decides for every neighbour, the most pressing first."""
    first: dict[str, ReceptorLevel] = {}
    for row in sorted(rows, key=urgency):
        first.setdefault(row.neighbour, row)
    return list(first.values())
