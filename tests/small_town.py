"""A block of lots with houses and sloping ground in files, for tests of what stands between units and neighbours."""

import numpy as np
import rasterio
from affine import Affine
from small_land import EAST, NORTH, square, write

HOUSES = {  # shape, height in metres
    "own": (square(8, 8, 20, 16), 7.0),
    "east": (square(46, 5, 55, 14), 8.5),
    "east too": (square(46, 17, 55, 27), 6.0),
    "north": (square(5, 33, 30, 44), 9.0),
    "on the line": (square(-4, 12, 0.4, 20), 5.0),
    "unknown": (square(10, -30, 30, -20), None),
}


def write_houses(folder, houses=HOUSES):
    """Footprints with their heights."""
    shapes, heights = zip(*houses.values(), strict=True)
    return write(folder / "houses.gpkg", shapes, name=list(houses), height_m=list(heights))


def write_terrain(folder, margin=150, name="ground.tif"):
    """Ground that falls to the north-east over a mound, 2 m cells."""
    x, y = np.meshgrid(np.arange(-margin, 40 + margin, 2.0), np.arange(30 + margin, -margin, -2.0))
    z = 40 - 0.03 * x - 0.02 * y + 2.5 * np.exp(-((x - 42) ** 2 + (y - 34) ** 2) / 60)
    with rasterio.open(
        folder / name, "w", driver="GTiff", width=z.shape[1], height=z.shape[0], count=1, dtype="float64",
        crs="EPSG:26986", transform=Affine(2, 0, EAST - margin - 1, 0, -2, NORTH + 30 + margin + 1),
    ) as file:  # fmt: skip
        file.write(z, 1)
    return folder / name
