"""The smallest wall along a line that is enough for units where they stand."""

from dataclasses import replace

import numpy as np

from siting.mitigation.places import Place, stretch
from siting.mitigation.rows import Rows, heard, over_db
from siting.model import FOOT_M
from siting.parts import Scene, Wall
from siting.scene.elevation import make_ground
from siting.scene.panels import panelled

HEIGHTS_FT = (6, 8, 10, 12, 14, 16)
STEP_M = 10 * FOOT_M  # by which walls get shorter
SLACK_DB = 0.05  # kept for points between those that were listened to
HARD = (0.0,) * 8


def wall_of(place: Place, height_ft: float, start_m: float = 0.0, end_m: float | None = None) -> Wall:
    """A wall that stands along a part of a line and sends all sound back; `siting mitigate` names it when it is told."""
    part = stretch(place.line, start_m, place.line.length if end_m is None else end_m)
    return Wall("new", part, height_m=height_ft * FOOT_M, absorption=HARD)


def over_with(rows: Rows, scene: Scene, wall: Wall) -> float:
    """How far the fullest row is over what it may have with a new wall, dB."""
    built = panelled(wall, make_ground(scene))
    return over_db(rows, heard(rows, replace(scene, walls=(*scene.walls, built))))


def smallest_wall(rows: Rows, scene: Scene, place: Place) -> Wall | None:
    """Of every height the shortest stretch that is enough, and of these the one of least area; None where none is."""
    best: Wall | None = None
    for height in HEIGHTS_FT:
        wall = wall_of(place, height)
        if not _enough(rows, scene, wall):
            continue
        shorter = wall if place.ring else _shortest(rows, scene, place, height)
        if best is None or _area(shorter) < _area(best):
            best = shorter
    return best


def _shortest(rows: Rows, scene: Scene, place: Place, height_ft: float) -> Wall:
    """Cut from one end, then from the other, in whole steps, as long as it is enough; on flat ground a longer one is too."""
    length, ends = place.line.length, [0.0, place.line.length]
    for end in (0, 1):
        low, high = 0, int((ends[1] - ends[0]) / STEP_M)  # steps that may go, and that may not
        while high - low > 1:
            steps = (low + high) // 2
            tried = list(ends)
            tried[end] += steps * STEP_M * (1 if end == 0 else -1)
            if _enough(rows, scene, wall_of(place, height_ft, *tried)):
                low = steps
            else:
                high = steps
        ends[end] += low * STEP_M * (1 if end == 0 else -1)
    return wall_of(place, height_ft, ends[0], min(ends[1], length))


def grown(place: Place, wall: Wall) -> Wall | None:
    """The wall a step longer at both ends, or where it has all of the line the next height; None where there is no larger one."""
    if wall.line.length < place.line.length - 0.01 and not place.ring:
        first, last = (
            place.line.project(wall.line.interpolate(share, normalized=True)) for share in (0.0, 1.0)
        )
        line = stretch(place.line, max(first - STEP_M, 0.0), min(last + STEP_M, place.line.length))
        return replace(wall, line=line)
    assert wall.height_m is not None
    taller = [ft for ft in HEIGHTS_FT if ft * FOOT_M > wall.height_m + 0.01]
    return replace(wall, height_m=taller[0] * FOOT_M) if taller else None


def _enough(rows: Rows, scene: Scene, wall: Wall) -> bool:
    return over_with(rows, scene, wall) <= -SLACK_DB


def _area(wall: Wall) -> float:
    return float(wall.line.length * np.float64(wall.height_m or 0.0))
