"""The worst point of each neighbour, found by branch and bound along the lines that its receptors stand on.

Over open land, level ground of one kind with nothing on it, the answer is proved: between two points of a line no level can be
higher than distance, air, ground and direction allow from either (`spread`), and stretches are halved until none is left
that could be more than `WITHIN_DB` above the best point found. Not in the proof are the few hundredths of a dB by which a unit
nearer than twice its size changes where it is divided otherwise.

Where something screens or reflects, levels jump, and the answer is searched for. Left out is what open land and one reflection
more (`CAP_DB`) leave below the best point found. Of the rest, stretches near the best and near the limit are halved to `FINE_M`
(farther off to `FINE_SHARE` of the distance), and all on to `FINEST_M` where a point would lie above the best if the level
changed by as much again as between the points around it. Inside lots the search goes on from the loudest points of the lattice
(`climb`). Beyond one reflection more, and narrower than that, a loud place may be missed.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from siting.model import Floats, Ints, Receptors
from siting.receptors import climb
from siting.receptors.climb import Points, Walk
from siting.receptors.own_zones import CHANGE_M
from siting.receptors.spread import Spread, rise_db

WITHIN_DB = 0.1
SHORTEST_M = 0.01  # over open land: at a unit's body nothing bounds the level
CAP_DB = 3.0  # one surface that sends everything back
FINE_M, FINEST_M = 0.25, 0.05
FINE_SHARE = (
    0.01  # of the distance: a strip of sound is the wider, the farther it is from the gap or the façade
)
NEAR_DB = 4.0  # below the best: so much a gap or a reflection narrower than a stretch may bring
QUIET_DB = -6.0  # so far below the limit none of them matters
SAME_M = 1e-6
ExcessAt = Callable[[Ints, Floats], Floats]
Stands = Callable[[Ints, Floats], NDArray[np.bool_]]


class Refined(NamedTuple):
    """The worst point of each of some neighbours."""

    of: Ints  # (k,) the receptor whose limits and height hold there
    xy: Floats  # (k, 2)
    excess: Floats  # (k,) over its limit, dB
    within_db: Floats  # (k,) how much higher another point of its lines could be: proved over open land, else expected


class Stretches(NamedTuple):
    """Parts of lines from one point to the next."""

    i: Ints
    j: Ints
    length: Floats
    bound: Floats  # what the excess there cannot be above
    expected: Floats  # what it is not expected to be above; over open land the bound


def refined(
    receptors: Receptors,
    excess: Floats,
    excess_at: ExcessAt,
    which: Ints,
    spread: Spread,
    open_excess_at: ExcessAt | None = None,
    stands: Stands | None = None,
) -> Refined:
    """The worst point of every neighbour that has one of some receptors.

    Parameters
    ----------
    receptors : Receptors
    excess : (R,)
        How far each is over its limit, dB; nan where that is not known.
    excess_at : callable
        The same at points (m, 2) with the limits and heights of receptors (m,); asked once a round for all neighbours.
    which : (w,)
        Indices of receptors.
    spread : Spread
        Where the units are and how their sound spreads.
    open_excess_at : callable, optional
        The same over open land; given where anything screens or reflects, or the ground is not level or of several kinds.
    stands : callable, optional
        Whether the neighbours of receptors (m,) are measured at points (m, 2); needed where receptors lie inside lots.

    Returns
    -------
    Refined
        One point for each neighbour, in the order in which `which` names them.
    """
    asked = list(dict.fromkeys(receptors.neighbour[k] for k in which.tolist()))
    number = {name: k for k, name in enumerate(asked)}
    group = np.array([number.get(name, -1) for name in receptors.neighbour], np.int64)
    points, row = _first(receptors, excess, group)
    points = _over_open_land(points, open_excess_at)
    screened = open_excess_at is not None
    bound = np.full(len(points.of), np.nan)  # of the stretch that begins at each point
    hull = shapely.multipoints(receptors.xy).convex_hull
    walk = None
    while True:
        best = _best(points, len(asked))
        lines = _stretches(points, row, spread, bound, screened)
        split = _to_split(points, lines, best, screened, receptors.distance_m)
        bound[lines.i] = np.where(split, np.nan, lines.bound)
        more = _middles(points, lines, split)
        if stands is not None:
            walk = _begun(points, receptors, best) if walk is None else climb.walked(walk, points)
            walk, steps = _next_steps(walk, points, len(points.of) + len(more.of), stands, hull)
            more = more.with_more(steps)
        more = _over_open_land(more, open_excess_at)
        ask = _to_ask(points, lines, best, more, screened)
        if not ask.any() and not len(more.of) and (walk is None or not len(walk.at)):
            return _answer(points, lines, best, len(asked))
        points, bound = points.with_more(more), np.append(bound, np.full(len(more.of), np.nan))
        if ask.any():
            points.excess[ask] = excess_at(points.of[ask], points.xy[ask])
            if not screened:
                bound[lines.i[ask[lines.i] | ask[lines.j]]] = np.nan


def _first(receptors: Receptors, excess: Floats, group: Ints) -> tuple[Points, Ints]:
    """The receptors of the neighbours, all that stand on the same pieces, and the ends of these; and where each receptor is.

    A piece too short for receptors begins and ends with the limit of the receptor that speaks for it.
    """
    ends = receptors.pieces.reshape(-1, 2, 2)
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    on = np.flatnonzero(receptors.piece >= 0)
    far = np.full(len(receptors), np.nan)
    far[on] = np.hypot(*(receptors.xy[on] - ends[receptors.piece[on], 0]).T)
    on = on[np.lexsort((far[on], receptors.piece[on]))]
    low, high = (np.full(len(ends), -1) for _ in range(2))
    low[receptors.piece[on[::-1]]], high[receptors.piece[on]] = on[::-1], on
    asked = np.unique(receptors.piece[on[group[on] >= 0]])
    begin = asked[far[low[asked]] > SAME_M]
    end = asked[length[asked] - far[high[asked]] > SAME_M]
    silent = np.flatnonzero((low < 0) & (receptors.alike >= 0))
    voice = low[receptors.alike[silent]]
    heard = (voice >= 0) & (group[voice] >= 0) if len(group) else voice >= 0
    silent, voice = silent[heard], voice[heard]
    taken = np.flatnonzero((group >= 0) | np.isin(receptors.piece, asked))
    of = np.concatenate([taken, low[begin], high[end], voice, voice])
    piece = np.concatenate([receptors.piece[taken], begin, end, silent, silent])
    none = np.full(len(of) - len(taken), np.nan)
    points = Points(
        xy=np.concatenate(
            [receptors.xy[taken], ends[begin, 0], ends[end, 1], ends[silent, 0], ends[silent, 1]]
        ),
        of=of,
        piece=piece,
        far=np.concatenate([far[taken], 0.0 * begin, length[end], 0.0 * silent, length[silent]]),
        group=group[of],
        excess=np.append(excess[taken], none),
        open=np.full(len(of), np.nan),
    )
    row = np.full(len(receptors), -1)
    row[taken] = np.arange(len(taken))
    return points, row


def _best(points: Points, count: int) -> Floats:
    """The highest excess known of each neighbour; -inf where none is."""
    best = np.full(count, -np.inf)
    known = ~np.isnan(points.excess) & (points.group >= 0)
    np.maximum.at(best, points.group[known], points.excess[known])
    return best


def _stretches(points: Points, row: Ints, spread: Spread, bound: Floats, screened: bool) -> Stretches:
    """All stretches between points next to each other, with bounds, which are computed where they are not known yet."""
    order = np.lexsort((points.far, points.piece))
    i, j = order[:-1], order[1:]
    here = (points.piece[i] == points.piece[j]) & (points.piece[i] >= 0)
    here &= (
        (points.group[i] == points.group[j])
        & (points.group[i] >= 0)
        & (points.far[j] - points.far[i] > SAME_M)
    )
    i, j = i[here], j[here]
    length, top = points.far[j] - points.far[i], bound[i]
    new = np.flatnonzero(np.isnan(top))
    value = points.open + CAP_DB if screened else points.excess
    sides = []
    for end in (i[new], j[new]):
        known = np.where(np.isnan(value[end]), row[points.of[end]], end)
        rise = rise_db(spread, points.xy[known], points.xy[i[new]], points.xy[j[new]])
        sides.append(np.where(np.isnan(value[known]), np.inf, value[known] + rise))
    # the limit may change on a stretch so short (`own_zones`): then each end speaks for its own part alone
    top[new] = np.where(length[new] <= CHANGE_M, np.maximum(*sides), np.minimum(*sides))
    return Stretches(i, j, length, top, _expected(points, i, j, length, top) if screened else top)


def _expected(points: Points, i: Ints, j: Ints, length: Floats, bound: Floats) -> Floats:
    """The louder end and as much again as the level changes along the stretch, or, for its length, beside it."""
    level = _likely(points)
    with np.errstate(invalid="ignore"):
        change = np.nan_to_num(np.abs(level[i] - level[j]), nan=0.0)
    beside = np.zeros(len(i))
    joint = np.flatnonzero(j[:-1] == i[1:])
    ratio = length[joint] / length[joint + 1] if len(joint) else np.zeros(0)
    beside[joint] = change[joint + 1] * np.minimum(ratio, 1.0)
    beside[joint + 1] = np.maximum(beside[joint + 1], change[joint] * np.minimum(1 / ratio, 1.0))
    return np.minimum(bound, np.maximum(level[i], level[j]) + np.maximum(change, beside))


def _likely(points: Points) -> Floats:
    """The excess, or where it was not asked for what it cannot be above."""
    return np.where(np.isnan(points.excess), points.open + CAP_DB, points.excess)


def _to_split(
    points: Points, lines: Stretches, best: Floats, screened: bool, distance_m: Floats
) -> NDArray[np.bool_]:
    """Which stretches to halve."""
    best = best[points.group[lines.i]]
    over = lines.bound > best + WITHIN_DB
    if not screened:
        known = ~np.isnan(points.excess)
        return np.asarray(over & known[lines.i] & known[lines.j] & (lines.length > SHORTEST_M))
    level = _likely(points)
    near = np.maximum(level[lines.i], level[lines.j]) > np.maximum(best - NEAR_DB, QUIET_DB)
    fine = np.maximum(FINE_M, FINE_SHARE * distance_m[points.of[lines.i]])
    doubtful = (lines.expected > best + WITHIN_DB) | (near & (lines.length > fine))
    return np.asarray(over & doubtful & (lines.length > FINEST_M))


def _middles(points: Points, lines: Stretches, split: NDArray[np.bool_]) -> Points:
    """The middles of stretches, with the limit of where they begin."""
    i, j = lines.i[split], lines.j[split]
    nothing = np.full(len(i), np.nan)
    return Points(
        (points.xy[i] + points.xy[j]) / 2, points.of[i], points.piece[i], (points.far[i] + points.far[j]) / 2,
        points.group[i], nothing, nothing,
    )  # fmt: skip


def _to_ask(
    points: Points, lines: Stretches, best: Floats, more: Points, screened: bool
) -> NDArray[np.bool_]:
    """Which of the points, and more of them, to ask for: where they could be above the best."""
    unknown = np.isnan(np.append(points.excess, more.excess))
    group = np.append(points.group, more.group)
    if screened:
        cap = np.append(points.open, more.open) + CAP_DB
        heard = np.isin(group, points.group[~np.isnan(points.excess)])
        return np.asarray(unknown & (group >= 0) & ~(heard & (cap <= best[group] + WITHIN_DB)))
    over = lines.bound > best[points.group[lines.i]] + WITHIN_DB
    ask = np.arange(len(group)) >= len(points.of)
    ask[lines.i[over]] = ask[lines.j[over]] = True
    single = (group >= 0) & (np.append(points.piece, more.piece) < 0)
    return np.asarray(unknown & (ask | single))


def _begun(points: Points, receptors: Receptors, best: Floats) -> Walk | None:
    """The search inside lots, where the levels of their points are known."""
    inside = (points.piece < 0) & receptors.between[points.of] & (points.group >= 0)
    if np.isnan(points.excess[inside & (points.open + CAP_DB > best[points.group] + WITHIN_DB)]).any():
        return None
    loud = inside & (points.excess > best[points.group] - NEAR_DB)
    return climb.start(points, loud, receptors.distance_m[points.of])


def _next_steps(
    walk: Walk | None, points: Points, first: int, stands: Stands, hull: BaseGeometry
) -> tuple[Walk | None, Points]:
    """The next steps inside lots that stay there and among the receptors; they will be the points from `first` on."""
    none = points.picked(np.zeros(len(points.of), bool))
    if walk is None:
        return walk, none
    steps, whose = climb.steps(walk, points)
    there = stands(steps.of, steps.xy) & shapely.intersects_xy(hull, *steps.xy.T)
    tried = [first + np.flatnonzero(whose[there] == k) for k in range(len(walk.at))]
    return walk._replace(tried=tried), steps.picked(there)


def _over_open_land(points: Points, open_excess_at: ExcessAt | None) -> Points:
    if open_excess_at is None or not len(points.of):
        return points
    return points._replace(open=open_excess_at(points.of, points.xy))


def _answer(points: Points, lines: Stretches, best: Floats, count: int) -> Refined:
    """The loudest point of each neighbour."""
    top = best.copy()
    np.maximum.at(top, points.group[lines.i], lines.expected)
    with np.errstate(invalid="ignore"):
        within = np.nan_to_num(top - best, nan=0.0)
    mine = np.flatnonzero((points.group >= 0) & ~np.isnan(points.excess))
    mine = mine[np.lexsort((mine, -points.excess[mine], points.group[mine]))]
    _, first = np.unique(points.group[mine], return_index=True)
    worst = mine[first]
    return Refined(points.of[worst], points.xy[worst], points.excess[worst], within[points.group[worst]])
