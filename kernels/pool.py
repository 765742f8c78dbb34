"""What one way goes round, and room for the search of that way.

Coordinates are t along the line of sight and s across it, towards the side that is asked, in the plane of the way.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels.cache import kernel, lean_inlined
from kernels.obstacles import TERRAIN, Crossings, Obstacles
from kernels.visibility import CORNER_M, Search, make_search

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# a place on the line of sight, x and y, and its t; what t and s gain a metre of x and of y: near, so that no digits are lost
Frame = tuple[float, float, float, float, float, float, float]

LINES, CORNERS, STEPS, SECTIONS, CROSSED = range(5)  # places in `counts`
OBJECT, LEG, FIRST_LINE = range(3)  # columns of `section`
MOST_STEPS = 32  # as many steps of a way are remembered


class Pool(NamedTuple):
    """Sections of objects that one way goes round: as far as they reach through its plane."""

    counts: Ints  # how many there are of each
    line: Floats  # (n, 4) closed outlines: ta, sa, tb, sb; a wall there and back
    corner: Floats  # (n, 8) where a way turns: its place, one a little off it, and the outline back and on
    step: Floats  # (n, 4) steps of earlier ways on this side, which meet nothing more
    section: Ints  # (n, 3) object, leg, first line
    member: Ints  # (2, E) turn and number of the section that an edge on the path's last or first leg is in
    cluster: Ints  # (2, O) turn in which an object of a cluster of those that touch was crossed
    cut: Floats  # where the plane leaves a roof, in the order of s
    cut_edge: (
        Ints  # and which edge it leaves there; of a whole roof's lines, by their number, which edge each is
    )
    root: Ints  # (n,) sections that hang together
    order: Ints  # crossings in order of t
    chain: Floats  # (n, 2) the way's corners
    blocks: Floats  # (4, n) all that stops a way in a yard
    search: Search
    ends: Floats  # x and y of source and receiver, where hollows that hold none of them are passed over; else nan
    odd: NDArray[np.bool_]  # (E,) rings that the line of sight has crossed an odd number of times
    outline: Ints  # (E,) by a ring's first edge: the ring that it is joined to, itself, or -1 where the plane cuts it
    offset: Ints  # (E,) crossings of the line of sight from there
    crossed: Ints  # (E,) and along the outline up to each edge
    turn: Ints  # (1,) this search; a later one's is greater by more than there can be sections
    cell: Ints  # room for a march
    enter: Floats
    leave: Floats


@kernel
def make_pool(obstacles: Obstacles, crossings: Crossings) -> Pool:
    """Room for the pools of one path."""
    stands = 0
    for e in range(len(obstacles.edge)):
        stands += obstacles.kind[obstacles.owner[e]] != TERRAIN
    edges = 2 * stands + 4  # two legs
    lines, corners = 2 * edges, 4 * edges
    return Pool(
        np.zeros(5, np.int64),
        np.empty((lines, 4)),
        np.empty((corners, 8)),
        np.empty((MOST_STEPS, 4)),
        np.empty((edges, 3), np.int64),
        np.zeros((2, len(obstacles.edge)), np.int64),
        np.zeros((2, len(obstacles.kind)), np.int64),
        np.empty(edges),
        np.empty(lines, np.int64),
        np.empty(edges, np.int64),
        np.empty(len(crossings.t), np.int64),
        np.empty((3 * corners + 6, 2)),
        np.empty((4, lines + edges)),
        make_search(corners),
        np.empty(4),
        np.zeros(len(obstacles.edge), np.bool_),
        np.empty(len(obstacles.edge), np.int64),
        np.empty(len(obstacles.edge), np.int64),
        np.empty(len(obstacles.edge), np.int64),
        np.zeros(1, np.int64),
        np.empty_like(crossings.cell),
        np.empty_like(crossings.enter),
        np.empty_like(crossings.leave),
    )


@lean_inlined
def turn_frame(frame: Frame, side: float) -> Frame:
    """The frame whose s points to the left (side 1) or to the right (side -1)."""
    return frame[0], frame[1], frame[2], frame[3], frame[4], side * frame[5], side * frame[6]


@lean_inlined
def clear_pool(pool: Pool, frame: Frame, plan: float, bent: bool) -> None:
    """Begin another way; one with a bend may lead into hollows, since what stands on its other leg may overlap with them."""
    x, y, t, tx, ty, _, _ = frame
    ends = pool.ends
    ends[0], ends[1] = x - tx * t, y - ty * t
    ends[2], ends[3] = x + tx * (plan - t), y + ty * (plan - t)
    if bent:
        ends[:] = np.nan
    pool.counts[:] = 0
    pool.turn[0] += len(pool.section) + 1


@lean_inlined
def add_line(pool: Pool, ta: float, sa: float, tb: float, sb: float) -> None:
    """Add one outline."""
    n, line = pool.counts[LINES], pool.line
    line[n, 0], line[n, 1], line[n, 2], line[n, 3] = ta, sa, tb, sb
    pool.counts[LINES] = n + 1


@lean_inlined
def add_corner(
    pool: Pool, t: float, s: float, dt: float, ds: float, bt: float, bs: float, nt: float, ns: float
) -> None:
    """Add a corner with the direction out of its object and those of the outline back and on; zeros where it may be any."""
    n, corner = pool.counts[CORNERS], pool.corner
    corner[n, 0], corner[n, 1] = t, s
    corner[n, 2], corner[n, 3] = t + CORNER_M * dt, s + CORNER_M * ds
    corner[n, 4], corner[n, 5], corner[n, 6], corner[n, 7] = bt, bs, nt, ns
    pool.counts[CORNERS] = n + 1
