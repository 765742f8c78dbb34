"""The sides of a lot: its line in straight runs, each a front, a side or a rear.

A front is a run with a street across: no other lot within 20 ft outward (what fire codes want of a way for fire engines, IFC
503.2.1), or a row of the file whose id says street. Beyond a wider gap another lot must follow within 60 m: else it may be the
file's edge, water or a park, and what the run is stays unknown. A rear faces away from a front, within 45 degrees; the rest are
sides.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siting.errors import InputError
from siting.model import Floats, LotSide, SideKind
from siting.site.across import Across, across
from siting.site.land import Land
from siting.site.stretches import Stretch, stretches_of
from siting.yard import Placing

POINTS = ("east", "northeast", "north", "northwest", "west", "southwest", "south", "southeast")
BORDER_DEG = 5.0  # a run this near to the border of two compass points may be called by either
CORNER_COS = np.cos(np.radians(40.0))  # a sharper turn parts two fronts
AWAY_COS = np.cos(np.radians(45.0)) - 1e-9
WHY = {
    "front": "a street lies across",
    "rear": "it faces away from the front",
    "side": "it is neither front nor rear",
    "unknown": "neither a street nor a lot of the file lies across, or no front is known",
}


def lot_sides(
    land: Land, row: int, placing: Placing, setbacks_m: Mapping[SideKind, float]
) -> tuple[LotSide, ...]:
    """The whole line of a lot in pieces of one kind and one compass point, in its order counter-clockwise.

    Compass points are those of the working CRS.

    Parameters
    ----------
    setbacks_m : mapping
        The distance that units keep from each kind. Where fronts face several ways, a rear keeps that of a side too, if larger.

    Raises
    ------
    InputError
        `placing` names one compass point as front and rear, or one to which no side of the lot faces.
    """
    stretches = stretches_of(land.parcels.lots[row])
    faced = [_faced(s) for s in stretches]
    _check_named(land.parcels.ids[row], placing, stretches, faced)
    kinds, several = _kinds(stretches, faced, across(land, stretches), placing)
    kept = dict(setbacks_m)
    if several and not placing.rear:
        kept["rear"] = max(kept["rear"], kept["side"])
    named = {"front": placing.front, "rear": placing.rear}
    whys = [
        "it is named so" if named.get(kind) and not s.inner else WHY[kind]
        for kind, s in zip(kinds, stretches, strict=True)
    ]
    return tuple(_merged(stretches, kinds, faced, whys, kept))


def street_of(lot: BaseGeometry, sides: tuple[LotSide, ...]) -> BaseGeometry:
    """The lines of a lot towards a street; its whole outer line where none is known."""
    fronts = [side.line for side in sides if side.kind == "front"]
    if fronts:
        return shapely.union_all(fronts)
    return shapely.union_all([part.exterior for part in shapely.get_parts(lot)])


def _faced(stretch: Stretch) -> list[str]:
    """The compass points that a stretch faces, the nearest first: two where it faces the border between them."""
    east, north = stretch.outward
    turn = np.degrees(np.arctan2(north, east)) / 45
    nearest = int(np.floor(turn + 0.5))
    beside = nearest + (1 if turn > nearest else -1)
    border = abs(abs(turn - nearest) - 0.5) * 45 <= BORDER_DEG
    return [POINTS[k % 8] for k in ((nearest, beside) if border else (nearest,))]


def _check_named(lot: str, placing: Placing, stretches: list[Stretch], faced: list[list[str]]) -> None:
    """Raise InputError for a side that is named front and rear, that is no compass point, or that the lot lacks."""
    there = [
        p for p in POINTS if any(f[0] == p for f, s in zip(faced, stretches, strict=True) if not s.inner)
    ]
    called = {p for f, s in zip(faced, stretches, strict=True) if not s.inner for p in f}
    for kind, points in (("front", placing.front), ("rear", placing.rear)):
        for point in points:
            if point not in POINTS:
                raise InputError(
                    f'"{point}" is no side of a lot, named as its {kind}; expected {", ".join(sorted(POINTS))}.'
                )
            if point not in called:
                raise InputError(
                    f"Lot {lot} has no {point} side, which is named as its {kind}; it has {', '.join(there)}."
                )
    both = sorted({*placing.front} & {*placing.rear})
    if both:
        raise InputError(
            f"The {both[0]} side of lot {lot} is named as front and as rear; name it as one of them."
        )


def _kinds(
    stretches: list[Stretch], faced: list[list[str]], beyond: list[Across], placing: Placing
) -> tuple[list[SideKind], bool]:
    """The kind of each stretch, and whether fronts face several ways."""
    named = [_named(f, placing) for f in faced]
    front = [
        not s.inner and (name == "front" or (not placing.front and name != "rear" and what == "street"))
        for s, name, what in zip(stretches, named, beyond, strict=True)
    ]
    ways = _ways(stretches, front)
    several = bool(len(ways)) and bool((ways @ ways.T).min() < AWAY_COS)
    kinds: list[SideKind] = []
    for s, is_front, name, what in zip(stretches, front, named, beyond, strict=True):
        away = len(ways) > 0 and bool((ways @ s.outward).min() <= -AWAY_COS)
        if is_front:
            kinds.append("front")
        elif s.inner:
            kinds.append("unknown")
        elif name == "rear":
            kinds.append("rear")
        elif not len(ways) or (what == "unknown" and not placing.front):
            kinds.append("unknown")
        else:
            kinds.append("rear" if away and not placing.rear else "side")
    return kinds, several


def _named(faced: list[str], placing: Placing) -> str | None:
    """What the user calls the nearest of the compass points that is named."""
    for point in faced:
        if point in placing.front or point in placing.rear:
            return "front" if point in placing.front else "rear"
    return None


def _ways(stretches: list[Stretch], front: list[bool]) -> Floats:
    """The directions that fronts face (n, 2): one for each front between two corners, so one for a curve."""
    sums: list[Floats] = []
    last: Stretch | None = None
    for s, is_front in zip(stretches, front, strict=True):
        if is_front:
            run = np.array(s.outward) * (s.end_m - s.start_m)
            goes_on = last is not None and last.ring == s.ring and last.end_m == s.start_m
            if goes_on and last is not None and np.dot(last.outward, s.outward) >= CORNER_COS:
                sums[-1] = sums[-1] + run
            else:
                sums.append(run)
            last = s
    return np.array([way / np.hypot(*way) for way in sums]).reshape(-1, 2)


def _merged(
    stretches: list[Stretch],
    kinds: list[SideKind],
    faced: list[list[str]],
    whys: list[str],
    kept: Mapping[SideKind, float],
) -> Iterator[LotSide]:
    """Stretches that follow each other and are alike, as one side each."""
    k = 0
    while k < len(stretches):
        alike = (stretches[k].ring, kinds[k], faced[k][0], whys[k])
        end = k + 1
        while end < len(stretches) and alike == (
            stretches[end].ring, kinds[end], faced[end][0], whys[end],
        ):  # fmt: skip
            end += 1
        parts = [shapely.get_coordinates(s.line) for s in stretches[k:end]]
        line = shapely.LineString(np.vstack((parts[0], *(xy[1:] for xy in parts[1:]))))
        yield LotSide(kinds[k], faced[k][0], line, kept[kinds[k]], whys[k])
        k = end
