"""A noise map as a picture: classes of 5 dB, isolines, buildings, units, legend and scale; drawn as SVG, set as PNG by typst."""

import itertools
import tempfile
import warnings
from pathlib import Path
from typing import Any

import contourpy
import numpy as np
import rasterio
import typst
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

QUIETEST = 35  # the lowest isoline drawn
WIDTH, GAP, LEGEND = 980.0, 26.0, 168.0  # of the map, the space beside it and the legend, px
PPI = 96.0
INK, FAINT, ROOF, ROOF_EDGE, HILL, BLANK = "#1d2b36", "#5d6b76", "#f4f1ea", "#6b6660", "#6a5a3c", "#d9d9d9"
# B. Weninger's scheme for noise maps (2015): classes of 5 dB, told apart by lightness and by people who see few colours
COLOURS = {
    -300: "#82A6AD", 35: "#A0BABF", 40: "#B8D6D1", 45: "#CEE4CC", 50: "#E2F2BF", 55: "#F3C683", 60: "#E87E4D",
    65: "#CD463E", 70: "#A11A4D", 75: "#75085C", 80: "#430A4A",
}  # fmt: skip


def draw(folder: Path, scene: Any, isolines: dict[str, Any], picture: Path) -> None:
    """Draw the noise map that lies in a folder, with the scene that it is of."""
    with rasterio.open(folder / "levels.tif") as data:
        level = data.read(1)
        x, y = data.xy(0, range(data.width))[0], data.xy(range(data.height), 0)[1]
    scale = WIDTH / (x[-1] - x[0])
    height = (y[0] - y[-1]) * scale

    def page(xy: Any) -> Any:
        return (np.asarray(xy) - (x[0], y[0])) * (scale, -scale)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH + GAP + LEGEND:.0f}" height="{height:.0f}" '
        f'font-family="Libertinus Serif" fill="{INK}"><rect width="100%" height="100%" fill="white"/>'
        f'<clipPath id="map"><rect width="{WIDTH}" height="{height:.1f}"/></clipPath><g clip-path="url(#map)">'
        f'<rect width="{WIDTH}" height="{height:.1f}" fill="{BLANK}"/>',
        *_classes(x, y, _under_roofs(level), page),
        *_hills(scene.terrain, page),
        *_isolines(isolines, page),
        *_buildings(scene.buildings, page),
        *_units(scene.sources, page),
        f'</g><rect width="{WIDTH}" height="{height:.1f}" fill="none" stroke="{INK}" stroke-width="1"/>',
        *_legend(level, height, scale),
        "</svg>",
    ]
    _write_png(_pixels("".join(parts)), picture)


def _pixels(svg: str) -> Any:
    """(rows, columns, 3) colours of the page."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "map.svg").write_text(svg, encoding="utf-8")
        page = Path(name) / "map.typ"
        page.write_text(
            '#set page(width: auto, height: auto, margin: 4pt)\n#image("map.svg")\n', encoding="utf-8"
        )
        png: bytes = typst.compile(page, format="png", ppi=PPI, ignore_system_fonts=True)
    with warnings.catch_warnings(), MemoryFile(png) as file:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with file.open() as data:
            return np.moveaxis(data.read((1, 2, 3)), 0, 2)


def _write_png(pixels: Any, picture: Path) -> None:
    """A PNG with a table of the 256 most frequent colours, each other one drawn in the nearest of them."""
    packed = pixels.astype(np.int64) @ (65536, 256, 1)
    colours, place, count = np.unique(packed, return_inverse=True, return_counts=True)
    rgb = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)
    table = rgb[np.argsort(-count, kind="stable")[:256]]
    nearest = np.array([np.argmin(((table - one) ** 2).sum(axis=1)) for one in rgb])
    profile = {
        "driver": "PNG",
        "width": pixels.shape[1],
        "height": pixels.shape[0],
        "count": 1,
        "dtype": "uint8",
        "zlevel": 9,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(picture, "w", **profile) as data:
            data.write(nearest[place].reshape(packed.shape).astype(np.uint8), 1)
            data.write_colormap(1, {k: (*map(int, colour), 255) for k, colour in enumerate(table)})


def _under_roofs(level: Any) -> Any:
    """The levels carried on two cells into buildings, so that the colours end under the roofs' edges and not before."""
    for _ in range(2):
        wide = np.pad(level, 1, constant_values=np.nan)
        beside = np.stack([wide[1:-1, :-2], wide[1:-1, 2:], wide[:-2, 1:-1], wide[2:, 1:-1]])
        known = ~np.isnan(beside)
        mean = np.where(known, beside, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        level = np.where(np.isnan(level) & known.any(axis=0), mean, level)
    return level


def _classes(x: Any, y: Any, level: Any, page: Any) -> list[str]:
    """Each class with all that is louder, from quiet to loud, so that no gap shows between them."""
    fields = contourpy.contour_generator(
        x, y, np.ma.masked_invalid(level), fill_type=contourpy.FillType.OuterOffset
    )
    parts = []
    for low, colour in COLOURS.items():
        rings = [
            _path(page(points[start:end]))
            for points, offsets in zip(*fields.filled(low, 1000.0), strict=True)
            for start, end in itertools.pairwise(offsets)
        ]
        parts.append(f'<path d="{"".join(rings)}" fill="{colour}" fill-rule="evenodd"/>')
    return parts


def _hills(terrain: Any, page: Any) -> list[str]:
    """Height lines of the ground, every metre or as many as leave about fifteen."""
    c0, cx, cy, r0, rx, ry = terrain.to_cell
    row, column = np.indices(terrain.z_m.shape)
    xy = np.linalg.solve([[cx, cy], [rx, ry]], np.stack([column.ravel() - c0, row.ravel() - r0])).reshape(
        2, *row.shape
    )
    every = next(step for step in (0.5, 1, 2, 5, 10, 20) if np.ptp(terrain.z_m) / step < 16)
    lines = contourpy.contour_generator(*xy, terrain.z_m, line_type=contourpy.LineType.Separate)
    levels = np.arange(np.ceil(terrain.z_m.min() / every) * every, terrain.z_m.max(), every)
    d = "".join(
        _path(page(line), closed=False) for height in levels for line in lines.lines(height) if len(line) > 12
    )
    return [f'<path d="{d}" fill="none" stroke="{HILL}" stroke-width="0.5" stroke-opacity="0.45"/>']


def _isolines(isolines: dict[str, Any], page: Any) -> list[str]:
    d = "".join(
        _path(page(f["geometry"]["coordinates"]), closed=False)
        for f in isolines["features"]
        if f["properties"]["level_dba"] >= QUIETEST
    )
    return [f'<path d="{d}" fill="none" stroke="{INK}" stroke-width="0.7" stroke-opacity="0.75"/>']


def _buildings(buildings: Any, page: Any) -> list[str]:
    d = "".join(
        _path(page(ring.coords))
        for building in buildings
        for ring in (building.outline.exterior, *building.outline.interiors)
    )
    return [f'<path d="{d}" fill="{ROOF}" fill-rule="evenodd" stroke="{ROOF_EDGE}" stroke-width="0.9"/>']


def _units(sources: Any, page: Any) -> list[str]:
    return [_unit(*page((source.x_m, source.y_m))) for source in sources]


def _unit(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.2" fill="{INK}" stroke="white" stroke-width="1.6"/>'


def _legend(level: Any, height: float, scale: float) -> list[str]:
    left, top = WIDTH + GAP, 16.0
    parts = [f'<text x="{left}" y="{top}" font-size="17" font-weight="bold">Level, dB(A)</text>']
    known = level[~np.isnan(level)]
    lows = sorted(COLOURS, reverse=True)
    for low, high in zip(lows, [1000, *lows[:-1]], strict=True):
        if high <= known.min() or low > known.max():
            continue
        top += 27
        words = f"above {low}" if high == 1000 else f"below {high}" if low < 0 else f"{low} to {high}"
        parts.append(
            f'<rect x="{left}" y="{top - 15}" width="30" height="20" fill="{COLOURS[low]}" stroke="{INK}" stroke-width="0.4"/>'
            f'<text x="{left + 40}" y="{top + 1}" font-size="16">{words}</text>'
        )
    d = f"M{left} {top + 40}h30"
    signs = (
        (f'<path d="{d}" stroke="{INK}" stroke-width="0.9"/>', 45, "5 dB isoline"),
        (
            f'<path d="{d}" transform="translate(0 27)" stroke="{HILL}" stroke-width="0.6"/>',
            72,
            "ground height",
        ),
        (
            f'<rect x="{left}" y="{top + 84}" width="30" height="20" fill="{ROOF}" stroke="{ROOF_EDGE}"/>',
            99,
            "building",
        ),
        (_unit(left + 15, top + 121), 126, "unit"),
    )
    parts += [
        f'{sign}<text x="{left + 40}" y="{top + down}" font-size="16">{text}</text>'
        for sign, down, text in signs
    ]
    length = next(m for m in (500, 200, 100, 50, 20, 10) if m * scale <= LEGEND)
    parts.append(
        f'<path d="M{left} {height - 14}v8h{length * scale:.1f}v-8" fill="none" stroke="{INK}" stroke-width="1.4"/>'
        f'<text x="{left}" y="{height - 22}" font-size="16">{length} m</text>'
        f'<path d="M{left + 8} {height - 56}l-7 20l7 -5l7 5z"/><text x="{left + 22}" y="{height - 40}" font-size="16">N</text>'
    )
    return parts


def _path(xy: Any, closed: bool = True) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in xy) + ("Z" if closed else "")
