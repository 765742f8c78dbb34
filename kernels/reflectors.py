"""Surfaces that reflect, with the size that lets them: ISO 9613-2:1996, 7.5. Metres."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kernels.bands import BANDS
from kernels.cache import inlined
from kernels.faces import STRAIGHT, Bools, Faces, all_faces, along, directions, free_faces, surfaces
from kernels.indoors import indoor_spans

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@inlined
def reflects(wavelength: float, least_dimension: float, cosine: float, d_so: float, d_or: float) -> bool:
    """Whether a surface is large enough to reflect: 1/lambda > [2/(lmin cos beta)^2] dso dor/(dso + dor) (equation 19).

    Parameters
    ----------
    wavelength : float
        lambda.
    least_dimension : float
        lmin, the surface's width or height, whichever is less.
    cosine : float
        cos beta, beta the angle of incidence.
    d_so, d_or : float
        Distances from the source to the point of reflection and from there to the receiver, not both 0.
    """
    size = least_dimension * cosine
    return size * size * (d_so + d_or) > 2.0 * wavelength * d_so * d_or


class Reflectors(NamedTuple):
    """Free parts of reflecting faces, each seen from one side; a wall has two faces.

    Faces that continue each other, also those of different objects, are one surface. Its parts share one line to the bit, and
    each has its span on it, so that a path at a joint meets exactly one where spans are taken as start <= s < stop.

    Attributes
    ----------
    x0, y0, ux, uy : (n,) float64
        Start and unit direction of the surface's line; the surface goes from there `width` metres.
    start, stop : (n,) float64
        Where the part begins and ends along that line.
    ax, ay, bx, by : (n,) float64
        The part's ends.
    nx, ny : (n,) float64
        Unit normal on the side that reflects.
    top_a, top_b : (n,) float64
        Absolute height of the top at the part's ends.
    bottom : (n,) float64
        Absolute height up to which a building in front covers the part; -inf where none does.
    ground_a, ground_b : (n,) float64
        Height of the ground at the foot of the part's ends, straight between them; -inf where it is not known.
    width : (n,) float64
        Width of the whole surface.
    owner : (n,) int64
        Which object it belongs to.
    edge : (n,) int64
        Which of the given edges it is part of.
    reflect : (n, 8) float64
        Share of the energy that it sends back by band.
    """

    x0: Floats
    y0: Floats
    ux: Floats
    uy: Floats
    start: Floats
    stop: Floats
    ax: Floats
    ay: Floats
    bx: Floats
    by: Floats
    nx: Floats
    ny: Floats
    top_a: Floats
    top_b: Floats
    bottom: Floats
    ground_a: Floats
    ground_b: Floats
    width: Floats
    owner: Ints
    edge: Ints
    reflect: Floats


def make_reflectors(
    edges: ArrayLike,
    tops: ArrayLike,
    ground: ArrayLike,
    owner: ArrayLike,
    is_wall: ArrayLike,
    absorption: ArrayLike,
) -> Reflectors:
    """The free faces of walls and buildings as reflectors.

    Where a building touches a face from outside, or a face stands in a building, it is covered up to that building's roof.
    Cutting a wall or a building in two leaves the same surfaces. Faces on each other count once if their top and absorption are
    the same, else both count.

    Parameters
    ----------
    edges : (E, 4) array_like
        ax, ay, bx, by of every wall segment and every outline edge of a building: shells counter-clockwise, holes clockwise, so
        that outside is on the right. Edges without length have no face.
    tops : (E, 2) array_like
        Absolute height of the top at either end.
    ground : (E, 2) array_like
        Height of the ground at the foot of either end, straight between them; -inf at both where it is not known.
    owner : (E,) array_like
        Any whole number for the object.
    is_wall : (E,) array_like
        True for walls, which reflect on both sides and cover nothing.
    absorption : (E, 8) array_like
        0 to 1 by band; nan for objects that do not reflect, which still cover others.

    Raises
    ------
    ValueError
        A shape or range does not fit; names the argument.
    """
    lines, heights = np.asarray(edges, dtype=np.float64), np.asarray(tops, dtype=np.float64)
    feet = np.asarray(ground, dtype=np.float64)
    absorbed, walls = np.asarray(absorption, dtype=np.float64), np.asarray(is_wall, dtype=np.bool_)
    count = len(lines)
    for name, values, shape in (
        ("edges", lines, (count, 4)),
        ("tops", heights, (count, 2)),
        ("ground", feet, (count, 2)),
        ("owner", np.asarray(owner), (count,)),
        ("is_wall", walls, (count,)),
        ("absorption", absorbed, (count, BANDS)),
    ):
        if values.shape != shape:
            raise ValueError(f"{name} must have shape {shape}, got {values.shape}")
    for name, values in (("edges", lines), ("tops", heights)):
        if not np.isfinite(values).all():
            raise ValueError(f"{name} must be finite")
    if not (np.isfinite(feet).all(axis=1) | (feet == -np.inf).all(axis=1)).all():
        raise ValueError("ground must be finite, or -inf at both ends of an edge")
    if (absorbed < 0).any() or (absorbed > 1).any():
        raise ValueError("absorption must lie between 0 and 1")

    sends = 1.0 - absorbed
    reflecting, every = np.asarray(np.isfinite(absorbed).all(axis=1)), all_faces(lines, heights, walls)
    asked = np.flatnonzero(reflecting[every.edge])
    indoors = indoor_spans(
        every.line[asked], lines[~walls], heights[~walls], np.asarray(owner, dtype=np.int64)[~walls]
    )
    indoors[:, 0] = asked[indoors[:, 0].astype(np.int64)]
    faces = free_faces(every, walls, reflecting, indoors)
    surface = surfaces(faces, sends[faces.edge])
    base, span, kept = _place(faces, surface)
    ahead, width = directions(base)
    slope = (faces.top[:, 1] - faces.top[:, 0]) / directions(faces.line)[1]
    began = along(base, ahead, faces.line[:, :2])
    columns = (
        *base[:, :2].T,
        *ahead.T,
        *span.T,
        *(base[:, :2] + ahead * span[:, :1]).T,
        *(base[:, :2] + ahead * span[:, 1:]).T,
        ahead[:, 1],
        -ahead[:, 0],
        *(faces.top[:, 0] + slope * (at - began) for at in span.T),
        faces.bottom,
        *_ground(feet[faces.edge], base, ahead, lines[faces.edge], span),
        width,
        np.asarray(owner, dtype=np.int64)[faces.edge],
        faces.edge,
        sends[faces.edge],
    )
    return Reflectors(*(np.ascontiguousarray(column[kept]) for column in columns))


def _ground(feet: Floats, base: Floats, ahead: Floats, lines: Floats, span: Floats) -> tuple[Floats, Floats]:
    """Height of the ground at both ends of spans of edges (n, 4) whose feet (n, 2) are given at their ends."""
    a, b = (along(base, ahead, ends) for ends in (lines[:, :2], lines[:, 2:]))
    known = np.isfinite(feet[:, 0])
    rise = np.zeros(len(feet))
    rise[known] = (feet[known, 1] - feet[known, 0]) / (b - a)[known]
    return feet[:, 0] + rise * (span[:, 0] - a), feet[:, 0] + rise * (span[:, 1] - a)


def _place(faces: Faces, surface: Ints) -> tuple[Floats, Floats, Bools]:
    """The line (n, 4) of each face's surface, the face's span (n, 2) along it, and whether it adds to its surface."""
    base, length = faces.line.copy(), directions(faces.line)[1]
    span, kept = np.column_stack([np.zeros(len(length)), length]), np.ones(len(length), dtype=np.bool_)
    order = np.argsort(surface, kind="stable")
    _, first, count = np.unique(surface[order], return_index=True, return_counts=True)
    for at, parts in zip(first[count > 1], count[count > 1], strict=True):
        members = order[at : at + parts]
        base[members] = _spanning_line(faces.line[members])
        (ahead,), (width,) = directions(base[members[:1]])
        ends = ((faces.line[members].reshape(-1, 2, 2) - base[members[0], :2]) * ahead).sum(axis=2)
        span[members], kept[members] = _join(ends, width)
    return base, span, kept


def _spanning_line(lines: Floats) -> Floats:
    """From the first to the last end of segments in line."""
    ahead, length = directions(lines)
    ends = lines.reshape(-1, 2)
    at = ends @ ahead[length.argmax()]
    return np.concatenate([ends[at.argmin()], ends[at.argmax()]])


def _join(ends: Floats, width: float) -> tuple[Floats, Bools]:
    """Spans that touch to the bit and do not overlap, from 0 to `width`; False for those that lie wholly on others."""
    span, kept = ends.copy(), np.ones(len(ends), dtype=np.bool_)
    reached, last = 0.0, 0
    for k in np.lexsort((-ends[:, 1], ends[:, 0])):
        kept[k] = span[k, 1] > reached + STRAIGHT
        if kept[k]:
            span[k, 0] = reached
            reached = span[k, 1]
            last = k
    span[last, 1] = width
    return span, kept
