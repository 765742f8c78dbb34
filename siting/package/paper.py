"""Ground to paper: the window of a plan, its standard engineering scale and its scale bars."""

from itertools import count
from typing import Any, NamedTuple

import shapely
from shapely.geometry import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

from siting.model import FOOT_M

POINTS_PER_INCH = 72.0


class Frame(NamedTuple):
    """The window of a plan: its upper left corner in the site's CRS, its size on paper, and its scale."""

    left_m: float
    top_m: float
    width_pt: float
    height_pt: float
    scale_ft: int  # feet on the ground for one inch on paper

    @property
    def m_per_pt(self) -> float:
        """Metres on the ground for one point on paper."""
        return self.scale_ft * FOOT_M / POINTS_PER_INCH


def engineering_scale(width_m: float, height_m: float, width_pt: float, height_pt: float) -> int:
    """Smallest of 1 in = 10, 20, 30, 40, 50, 60, 100, 200, ... ft at which the ground fits the paper.

    Examples
    --------
    >>> engineering_scale(60.0, 40.0, 504.0, 360.0)  # 197 ft on 7 in, 131 ft on 5 in
    30
    """
    needed = max(width_m / width_pt, height_m / height_pt) * POINTS_PER_INCH / FOOT_M
    return next(scale for power in count(1) for n in range(1, 7) if (scale := n * 10**power) >= needed)


def frame_around(ground: BaseGeometry, width_pt: float, height_pt: float, least_m: float) -> Frame:
    """Window centred on the ground with some room around it, at least `least_m`."""
    x0, y0, x1, y1 = ground.bounds
    around = 2 * max(least_m, 0.07 * max(x1 - x0, y1 - y0))
    scale = engineering_scale(x1 - x0 + around, y1 - y0 + around, width_pt, height_pt)
    k = scale * FOOT_M / POINTS_PER_INCH
    return Frame(
        (x0 + x1) / 2 - k * width_pt / 2, (y0 + y1) / 2 + k * height_pt / 2, width_pt, height_pt, scale
    )


def to_page(geometry: BaseGeometry, frame: Frame) -> BaseGeometry:
    """Geometry of the site's CRS (m) on the page (pt, y down)."""
    k = frame.m_per_pt
    return shapely.transform(geometry, lambda xy: (xy - (frame.left_m, frame.top_m)) * (1 / k, -1 / k))


def inside(geometry: BaseGeometry, frame: Frame) -> list[Polygon]:
    """The polygons, on the page, of what lies inside the window."""
    window = box(0, 0, frame.width_pt, frame.height_pt)
    parts = shapely.get_parts(shapely.make_valid(to_page(geometry, frame)).intersection(window))
    return [part for part in parts if isinstance(part, Polygon) and not part.is_empty]


def lines_inside(geometry: BaseGeometry, frame: Frame) -> list[LineString]:
    """The lines, on the page, of what lies inside the window; pieces that go on in each other are one."""
    window = box(0, 0, frame.width_pt, frame.height_pt)
    joined = shapely.line_merge(to_page(geometry, frame).intersection(window))
    return [part for part in shapely.get_parts(joined) if isinstance(part, LineString) and not part.is_empty]


def points(geometry: BaseGeometry) -> list[list[float]]:
    """Coordinates of a geometry on the page, in points rounded to a hundredth."""
    return [[round(x, 2), round(y, 2)] for x, y in shapely.get_coordinates(geometry).tolist()]


def scale_bars(frame: Frame) -> dict[str, Any]:
    """Scale bars of at most two inches: marks in feet and in metres, each with its place in points."""
    feet = [0, frame.scale_ft / 2, frame.scale_ft, 2 * frame.scale_ft]
    most = 2 * frame.scale_ft * FOOT_M
    metres = max(n * 10.0**p for n in (2, 4, 8) for p in range(-1, 6) if n * 10.0**p <= most)
    ticks = [0, metres / 4, metres / 2, metres]
    return {
        "ft": [{"text": f"{v:,g}", "x": round(v * POINTS_PER_INCH / frame.scale_ft, 2)} for v in feet],
        "m": [{"text": f"{v:,g}", "x": round(v / frame.m_per_pt, 2)} for v in ticks],
    }
