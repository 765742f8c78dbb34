"""Walls over uneven ground as panels with straight tops, as they are built: sound goes round at every joint, so few are quick."""

from dataclasses import replace

import numpy as np
import shapely

from siting.model import Floats
from siting.parts import Wall
from siting.scene.elevation import Ground, ground_at, wall_joints

LONGEST_M, SHORTEST_M = 10.0, 1.0
LOST = 0.1  # of the height that a panel may lose to ground that dips under it; else panels are halved


def panelled(wall: Wall, ground: Ground) -> Wall:
    """A wall given by its height, over terrain: straight tops between posts, nowhere higher than that above the ground.

    One that stands on level ground, is given by its top, or reaches beyond the terrain stays as it is.
    """
    if wall.height_m is None or ground.raster is None:
        return wall
    longest = LONGEST_M
    while longest >= SHORTEST_M:
        line = shapely.segmentize(wall.line, longest)
        xy = shapely.get_coordinates(line)
        top = ground_at(ground, xy) + wall.height_m
        lost = _above(xy, top, wall.height_m, ground)
        if np.isnan(lost).any():
            return wall
        if lost.max() <= LOST * wall.height_m:
            return replace(wall, line=line, height_m=None, tops_m=tuple((top - lost).tolist()))
        longest /= 2
    return wall


def _above(xy: Floats, top: Floats, height_m: float, ground: Ground) -> Floats:
    """By how much the panels at every post have to be lower (n,), so that none is higher above the ground than the wall."""
    joints = wall_joints(ground, xy)
    along, places = (np.append(0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))) for line in (xy, joints))
    over = np.interp(places, along, top) - (ground_at(ground, joints) + height_m)
    panel = np.clip(np.searchsorted(along, places, side="right") - 1, 0, len(xy) - 2)
    high = np.zeros(len(xy) - 1)
    np.maximum.at(high, panel, over)
    return np.asarray(np.maximum(np.append(high, 0.0), np.append(0.0, high)))
