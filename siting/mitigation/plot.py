"""The frontier as a small plot: units against square feet of wall, and units against decibels of quieter enclosure."""

import math
from itertools import pairwise
from typing import Any

WIDE, TALL, LEFT, TOP, GAP = 300, 220, 52, 40, 70
INK, LINE, QUIET = "#222", "#1f6f8b", "#888"
PANELS = (("wall", "wall_area_sq_ft", "wall, sq ft"), ("quieter unit", "quieter_db", "quieter enclosure, dB"))


def frontier_svg(data: dict[str, Any], title: str) -> str:
    """The plot as SVG text, from the `mitigation` of a study document."""
    parts = [
        f'<text x="{LEFT}" y="20" font-size="14" font-weight="bold">{_escaped(title)}</text>',
        *(
            part
            for k, (kind, field, label) in enumerate(PANELS)
            for part in _panel(data, kind, field, label, LEFT + k * (WIDE + GAP))
        ),
    ]
    width, height = 2 * WIDE + GAP + LEFT + 24, TOP + TALL + 52
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="Helvetica, Arial, sans-serif" font-size="12" fill="{INK}">\n'
        f'<rect width="{width}" height="{height}" fill="white"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _panel(data: dict[str, Any], kind: str, field: str, label: str, x0: float) -> list[str]:
    points = [(0.0, data["allowed"])]
    points += [(row[field], row["units"]) for row in data["frontier"] if row["kind"] == kind]
    points.sort()
    xs, ys = (
        _ticks(0.0, max(x for x, _ in points)),
        _ticks(0.0, max(max(y for _, y in points), data["goal"]), True),
    )
    y0 = TOP + TALL

    def at(x: float, y: float) -> tuple[float, float]:
        return x0 + WIDE * x / xs[-1], y0 - TALL * y / ys[-1]

    out = [f'<g stroke="#ddd">{"".join(_rule(*at(0, y), *at(xs[-1], y)) for y in ys)}</g>']
    out += [f'<g stroke="{INK}">{_rule(*at(0, 0), *at(xs[-1], 0))}{_rule(*at(0, 0), *at(0, ys[-1]))}</g>']
    out += [_text(at(x, 0)[0], y0 + 16, f"{x:,g}", "middle") for x in xs]
    out += [_text(x0 - 8, at(0, y)[1] + 4, f"{y:g}", "end") for y in ys]
    out.append(_text(x0 + WIDE / 2, y0 + 38, label, "middle"))
    out.append(_text(x0 - 8, TOP - 6, "units", "end"))
    steps = [at(*points[0])]
    for (_, before), (x, y) in pairwise(points):
        steps += [at(x, before), at(x, y)]
    steps.append(at(xs[-1], points[-1][1]))
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in steps)
    out.append(f'<polyline points="{path}" fill="none" stroke="{LINE}" stroke-width="2"/>')
    for x, y in points:
        cx, cy = at(x, y)
        out.append(f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="4" fill="{LINE}"/>')
        out.append(
            _text(cx - 6 if cx > x0 + 20 else cx + 8, cy - 8, f"{y:g}", "end" if cx > x0 + 20 else "start")
        )
    if len(points) == 1:
        out.append(_text(x0 + WIDE / 2, TOP + TALL / 2, "none found that lets more in", "middle", QUIET))
    return out


def _ticks(low: float, high: float, whole: bool = False) -> list[float]:
    """Round numbers from `low` to `high` or the next above it."""
    raw = max(high - low, 1e-9) * 1.08 / 5
    ten = 10 ** math.floor(math.log10(raw))
    step = next(m * ten for m in (1, 2, 2.5, 5, 10) if m * ten >= raw - 1e-12)
    step = max(1.0, math.ceil(step)) if whole else step
    count = max(1, math.ceil((high - low) * 1.04 / step))
    return [low + k * step for k in range(count + 1)]


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str, fill: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{_escaped(text)}</text>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
