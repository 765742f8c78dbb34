"""Write the example site: about 60 made-up lots with zoning, buildings and terrain, the same bytes every time.

python make_example.py [FOLDER] writes parcels.geojson, zoning.geojson, buildings.geojson and terrain.tif, beside the script if
no folder is named. The plan is drawn in feet on a grid, x to the right and y up, then turned and moved to where it lies.
"""

import json
import math
import random
import sys
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin

EPSG = 3419  # NAD83 / Kansas North, US survey feet
ORIGIN_FT = (1_500_000.0, 400_000.0)
TURN = math.radians(12)  # so that the lots' main direction is not the grid's
WIDTH_FT, HEIGHT_FT = 1160.0, 1250.0
PIXEL_FT = 12.0

Point = tuple[float, float]
Ring = list[Point]
Lot = tuple[Ring, str]  # corners and zone


def box(x: float, y: float, width: float, height: float) -> Ring:
    """A rectangle, counter-clockwise from its lower left corner."""
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def row(x: float, y: float, height: float, widths: list[float], zone: str) -> list[Lot]:
    """Lots side by side from x on."""
    lots = []
    for width in widths:
        lots.append((box(x, y, width, height), zone))
        x += width
    return lots


def lots() -> list[Lot]:
    """The town from north to south: industrial park, commercial strip, residential blocks; 60 ft streets between."""
    industrial = row(
        0, 890, 360, [363, 121, 242, 182, 61, 191], "I-1"
    )  # 3.0, 1.0, 2.0, 1.5, 0.5 and 1.6 acres
    strip = row(0, 610, 200, [150, 100, 100, 200], "C-2") + row(610, 610, 200, [200, 100, 125, 125], "C-1")
    blocks = [
        row(x, y, 120, widths, zone)
        for x, y, widths, zone in [
            (0, 430, [110] * 5, "R-3"),
            (0, 310, [55] * 10, "R-1"),
            (610, 430, [55] * 10, "R-1"),
            (610, 310, [55] * 10, "R-1"),
            (0, 120, [110] * 5, "R-2"),
        ]
    ]
    ell = [
        (610, 120),
        (840, 120),
        (840, 180),
        (720, 180),
        (720, 250),
        (610, 250),
    ]  # one lot that is no rectangle
    rest = [(ell, "R-2"), (box(720, 180, 120, 70), "R-2"), (box(840, 120, 320, 130), "R-3")]
    return industrial + strip + [lot for block in blocks for lot in block] + rest


def zones() -> list[Lot]:
    """Zones meet in the middle of the streets, and cover every lot."""
    return [
        (box(-30, 850, 1220, 430), "I-1"),
        (box(-30, 580, 610, 270), "C-2"),
        (box(580, 580, 610, 270), "C-1"),
        (box(-30, 430, 610, 150), "R-3"),
        (box(-30, 280, 610, 150), "R-1"),
        (box(580, 280, 610, 300), "R-1"),
        (box(-30, 90, 870, 190), "R-2"),
        (box(840, 90, 350, 190), "R-3"),
    ]


def building(corners: Ring, zone: str, chance: random.Random) -> tuple[Ring, float] | None:
    """A building that fits a lot's zone, with its height in metres; the narrow industrial lot stays a yard."""
    (left, low), (right, high) = corners[0], corners[2]
    width, depth = right - left, high - low
    if zone.startswith("R"):
        wide = width * 0.6 if zone == "R-3" else min(width - 16, chance.choice([30, 34, 38]))
        deep = min(depth - 30, chance.choice([36, 40, 44]))
        height_m = chance.choice([5.2, 6.0, 7.4])
        return box(left + (width - wide) / 2, low + chance.choice([22, 25]), wide, deep), height_m
    if zone.startswith("C"):
        height_m = chance.choice([5.0, 6.5, 9.0])
        return box(left + 10, low + 15, width - 20, chance.choice([80, 95, 110])), height_m
    if width < 100:
        return None
    return box(left + 30, low + 40, width * 0.55, 130), chance.choice([8.0, 9.5, 11.0])


def placed(corners: Ring) -> list[list[float]]:
    """A closed ring on the ground, feet to a thousandth."""
    cos, sin = math.cos(TURN), math.sin(TURN)
    east, north = ORIGIN_FT
    ring = [[round(east + x * cos - y * sin, 3), round(north + x * sin + y * cos, 3)] for x, y in corners]
    return [*ring, ring[0]]


def area_sqft(corners: Ring) -> float:
    """Area by the shoelace formula, square feet."""
    following = corners[1:] + corners[:1]
    return sum(x * y2 - x2 * y for (x, y), (x2, y2) in zip(corners, following, strict=True)) / 2


def write_layer(file: Path, features: list[tuple[Ring, dict[str, object]]]) -> None:
    """A GeoJSON file, one feature a line, that names its CRS."""
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{EPSG}"}}
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": fields,
                "geometry": {"type": "Polygon", "coordinates": [placed(ring)]},
            }
        )
        for ring, fields in features
    ]
    head = f'{{"type": "FeatureCollection", "name": "{file.stem}", "crs": {json.dumps(crs)}, "features": [\n'
    file.write_text(head + ",\n".join(lines) + "\n]}\n", encoding="utf-8", newline="\n")


def write_terrain(file: Path) -> None:
    """Ground that falls gently to the south-east, with one low rise, over all lots and some way beyond."""
    corners = np.array([placed(box(-60, 60, WIDTH_FT + 120, HEIGHT_FT + 60))[k] for k in range(4)])
    west, south = np.floor(corners.min(axis=0))
    east, north = np.ceil(corners.max(axis=0))
    columns, rows = int((east - west) // PIXEL_FT) + 1, int((north - south) // PIXEL_FT) + 1
    x, y = np.meshgrid((np.arange(columns) + 0.5) * PIXEL_FT, (rows - np.arange(rows) - 0.5) * PIXEL_FT)
    rise = 2.5 * np.exp(-(((x - 900) / 320) ** 2) - (((y - 850) / 260) ** 2))
    height_m = np.round(412.0 - 0.004 * x + 0.006 * y + rise, 2).astype(np.float32)
    with rasterio.open(
        file, "w", driver="GTiff", width=columns, height=rows, count=1, dtype="float32", crs=f"EPSG:{EPSG}",
        transform=from_origin(west, north, PIXEL_FT, PIXEL_FT), nodata=-9999, compress="deflate", predictor=3,
    ) as raster:  # fmt: skip
        raster.write(height_m, 1)
        raster.set_band_unit(1, "metre")


def write_example(folder: Path) -> None:
    """Write the four files into a folder."""
    chance = random.Random(7)
    parcels, houses = [], []
    for number, (corners, zone) in enumerate(lots(), start=1):
        fields = {"parcel_id": f"EX-{number:03}", "zone": zone, "land_sqft": round(area_sqft(corners))}
        parcels.append((corners, fields))
        built = building(corners, zone, chance)
        if built:
            houses.append((built[0], {"height_m": built[1]}))
    write_layer(folder / "parcels.geojson", parcels)
    write_layer(folder / "zoning.geojson", [(corners, {"zone": zone}) for corners, zone in zones()])
    write_layer(folder / "buildings.geojson", houses)
    write_terrain(folder / "terrain.tif")


if __name__ == "__main__":
    write_example(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
