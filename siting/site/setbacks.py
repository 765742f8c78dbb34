"""How far units keep from each kind of lot line, from the ordinance or assumed, and what that leaves of a lot."""

from collections.abc import Mapping

import shapely
from shapely.geometry.base import BaseGeometry

from siting.law import LotLine, Ordinance, Setback
from siting.model import Assumption, LotSide, SideKind
from siting.site.buffers import away_from, buffered
from siting.yard import Placing

SETBACK_M = 1.524  # 5 ft: the low end of accessory setbacks
LINES: tuple[LotLine, ...] = ("front", "side", "rear")
ASSUMED = "5 ft, the low end of accessory setbacks; the ordinance file states none"


def setbacks(ordinance: Ordinance | None) -> tuple[dict[SideKind, float], tuple[Assumption, ...]]:
    """The distance from each kind of lot line; from a line of unknown kind the largest."""
    general = None if ordinance is None else ordinance.setback
    own = {} if ordinance is None else dict(ordinance.side_setbacks)
    rules = {line: own.get(line, general) for line in LINES}
    kept: dict[SideKind, float] = {line: _metres(rule) for line, rule in rules.items()}
    kept["unknown"] = max(kept.values())
    if not own:
        return kept, (_told("site.setback_m", general, ""),)
    return kept, tuple(
        _told(f"site.setback_{line}_m", rule, f" for {line} lot lines") for line, rule in rules.items()
    )


def _metres(rule: Setback | None) -> float:
    return SETBACK_M if rule is None else rule.distance_m


def _told(name: str, rule: Setback | None, whose: str) -> Assumption:
    """Where a setback comes from."""
    if rule is None:
        return Assumption(name, SETBACK_M, "assumed", ASSUMED + whose)
    return Assumption(name, rule.distance_m, "file", f"from the ordinance file, {rule.cited.section}")


def sides_assumption(
    sides: tuple[LotSide, ...], kept: Mapping[SideKind, float], placing: Placing
) -> tuple[Assumption, ...]:
    """Which side of the lot is what, where something rests on it."""
    named = bool(placing.front or placing.rear)
    if len(set(kept.values())) == 1 and placing.aisle_m is None and not named:
        return ()
    found = ("front", "rear", "side", "unknown")
    points = {kind: list(dict.fromkeys(s.compass for s in sides if s.kind == kind)) for kind in found}
    value = "; ".join(f"{kind}: {', '.join(points[kind])}" for kind in found if points[kind])
    if named:
        how = "named with --front and --rear; what is not named follows from the streets of the parcel file, and from these"
    elif points["front"]:
        how = "a front has a gap of more than 20 ft across, or a row that is called a street; a rear faces away from it"
    else:
        how = "no street is seen in the parcel file and none is named with --front: any line may be one"
    if points["unknown"]:
        how += "; a line of unknown kind keeps the largest of the setbacks"
    return (Assumption("site.sides", value, "given" if named else "assumed", how),)


def within_setbacks(lot: BaseGeometry, sides: tuple[LotSide, ...]) -> BaseGeometry:
    """A lot less all that is nearer to any of its sides than that side's setback."""
    least = min(side.setback_m for side in sides)
    inside = buffered(lot, -least) if least else lot
    for metres in sorted({side.setback_m for side in sides} - {least}):
        lines = shapely.union_all([side.line for side in sides if side.setback_m == metres])
        inside = away_from(inside, lines, metres)
    return inside
