"""Land cover. Oracles: cells counted by hand, and the class of the cell under random points."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import CRS, Transformer
from shapely.geometry import box

from siting.catalog import data_folder
from siting.errors import InputError
from siting.geodata.landcover import read_cover_table, read_land_cover

SHARED = Path(__file__).parents[2] / "shared" / "geodata"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/geodata is not beside the checkout")
SITE, WEST, NORTH = CRS.from_epsg(26986), 232_000.0, 902_000.0
PLACE = Affine(2, 0, WEST, 0, -2, NORTH)
CLASSES = np.array(
    [
        [1, 1, 1, 5, 5, 5],
        [1, 7, 1, 5, 2, 5],
        [1, 1, 1, 5, 5, 5],
        [5, 5, 0, 0, 1, 1],
    ]
)
AREA = box(WEST, NORTH - 8, WEST + 12, NORTH)


def cover(path, classes=CLASSES, *, crs=26986, transform=PLACE, dtype="uint8", colours=None, **profile):
    shape = {"height": classes.shape[0], "width": classes.shape[1], "count": 1, "dtype": dtype}
    with rasterio.open(
        path, "w", "GTiff", crs=crs, transform=transform, **{"nodata": 0, **shape, **profile}
    ) as data:
        data.write(classes.astype(dtype), 1)
        if colours:
            data.write_colormap(1, colours)
    return path


def table(path, text='name = "My classes"\nsource = "me"\n[classes]\n1 = { name = "hard", g = 0 }\n'):
    path.write_text(text, encoding="utf-8")
    return path


def factor_at(ground, x, y):
    held = [piece.g for piece in ground if shapely.contains_xy(piece.outline, x, y)]
    assert len(held) <= 1  # no two pieces overlap
    return held[0] if held else None


def test_cells_become_pieces_of_one_factor(tmp_path):
    found = read_land_cover(cover(tmp_path / "cover.tif"), "umep", AREA, SITE)
    by_factor = {g: [p.outline for p in found.ground if p.g == g] for g in (0.0, 1.0)}
    assert sum(p.area for p in by_factor[0.0]) == 4 * (
        9 + 1 + 2
    )  # paved with the pool in it, the house, paved again
    assert sum(p.area for p in by_factor[1.0]) == 4 * (8 + 2)
    assert sorted(len(p.interiors) for p in by_factor[1.0]) == [0, 1]  # the house is a hole in the lawn
    assert sorted(p.area for p in by_factor[0.0]) == [4, 8, 36]  # water and paving beside it are one piece
    assert factor_at(found.ground, WEST + 9, NORTH - 3) == 0.0
    assert factor_at(found.ground, WEST + 5, NORTH - 7) is None
    notes = found.source["notes"]
    assert any("UMEP land cover" in note and "data/landcover/umep.toml" in note for note in notes)
    assert any(note.startswith("8.33 % of the area has no class") for note in notes)  # 2 of 24 cells
    assert found.source["role"] == "land cover" and found.source["path"].endswith("cover.tif")


def test_a_raster_that_ends_leaves_the_rest_to_the_site(tmp_path):
    found = read_land_cover(
        cover(tmp_path / "cover.tif", np.full((4, 6), 5)),
        "umep",
        box(WEST, NORTH - 8, WEST + 24, NORTH),
        SITE,
    )
    assert [p.outline.area for p in found.ground] == [96]
    assert any(note.startswith("50 % of the area") for note in found.source["notes"])


@pytest.mark.parametrize("turn", [0, 28])
def test_as_the_cell_under_the_point_in_another_crs_too(tmp_path, turn):
    rng = np.random.default_rng(turn)
    classes = rng.integers(1, 8, (30, 30))
    for _ in range(3):  # patches rather than noise
        classes = np.where(
            rng.random(classes.shape) < 0.5, np.roll(classes, 1, axis=rng.integers(0, 2)), classes
        )
    utm = CRS.from_epsg(26919)
    move = Transformer.from_crs(SITE, utm, always_xy=True)
    x, y = move.transform(WEST, NORTH)
    transform = Affine.translation(x, y) @ Affine.rotation(turn) @ Affine.scale(3, -3)
    path = cover(tmp_path / "cover.tif", classes, crs=26919, transform=transform)
    px, py = move.transform(rng.uniform(-20, 80, 400) + WEST, rng.uniform(-80, 20, 400) + NORTH)
    cell = ~transform
    column, row = cell.a * px + cell.b * py + cell.c, cell.d * px + cell.e * py + cell.f
    found = read_land_cover(path, "umep", box(WEST - 20, NORTH - 80, WEST + 80, NORTH + 20), SITE)
    site_x, site_y = move.transform(px, py, direction="INVERSE")
    rows = read_cover_table("umep").g
    asked = 0
    for k in range(400):
        border = min(abs(column[k] - round(column[k])), abs(row[k] - round(row[k])))
        if 0 < column[k] < 30 and 0 < row[k] < 30 and border > 1e-3:
            expected = rows[int(classes[int(row[k]), int(column[k])])]
            assert factor_at(found.ground, site_x[k], site_y[k]) == expected
            asked += 1
    assert asked > 100


def test_coloured_classes_are_no_picture(tmp_path):
    path = cover(tmp_path / "cover.tif", colours={1: (200, 200, 200, 255), 5: (0, 200, 0, 255)})
    assert len(read_land_cover(path, "umep", AREA, SITE).ground) == 5


def test_every_table_of_the_catalogue_reads():
    files = sorted((data_folder() / "landcover").glob("*.toml"))
    assert len(files) >= 1
    for file in files:
        known = read_cover_table(file.stem)
        assert known.path == f"data/landcover/{file.name}" and known.name
        assert {0.0, 1.0} <= set(known.g.values())
    assert read_cover_table("umep").g == {1: 0, 2: 0, 3: 1, 4: 1, 5: 1, 6: 0, 7: 0}  # ISO 9613-2, 7.3.1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('name = "a"\nsource = "b"\n', "classes is missing"),
        ('name = "a"\nsource = "b"\n[classes]\n', "classes.1 is missing"),
        ('name = "a"\nsource = "b"\n[classes]\nlawn = { name = "c", g = 1 }\n', "classes.lawn is no class"),
        ('name = "a"\nsource = "b"\n[classes]\n1 = { name = "c", g = 1.5 }\n', "classes.1.g is 1.5"),
        (
            'name = "a"\nsource = "b"\n[classes]\n1 = { name = "c", G = 1 }\n',
            'classes.1.G is not known (did you mean "g"?)',
        ),
        ('name = "a"\nsource = "b"\n[classes]\n1 = 0\n', "classes.1 is 0"),
        ('name = "a"\nsources = "b"\n', "sources is not known"),
        ('name = "a"\n', "source is missing"),
    ],
)
def test_a_table_that_is_wrong_is_told_by_its_key(tmp_path, text, words):
    with pytest.raises(InputError) as error:
        read_cover_table(table(tmp_path / "mine.toml", text))
    assert words in str(error.value) and str(error.value).startswith(str(tmp_path / "mine.toml"))


def test_a_table_that_is_not_there_is_told_with_the_nearest():
    with pytest.raises(InputError, match=r'umpe: no such table .*did you mean "umep".*nlcd'):
        read_cover_table("umpe")


def test_a_class_without_a_row_is_told_with_its_share(tmp_path):
    path = cover(tmp_path / "cover.tif")
    with pytest.raises(InputError) as error:
        read_land_cover(path, table(tmp_path / "mine.toml"), AREA, SITE)
    # of 22 cells with a class, 1 is built on, 10 are lawn and 1 is water
    assert (
        "classes 2 (4.5 % of its cells here), 5 (45 % of its cells here), 7 (4.5 % of its cells here)"
        in str(error.value)
    )
    assert "mine.toml" in str(error.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"classes": CLASSES + 0.5, "dtype": "float32"}, "no classes"),
        ({"crs": None}, "states no CRS"),
        ({"transform": Affine(2, 0, WEST + 1e5, 0, -2, NORTH)}, "covers 0 %"),
        ({"crs": None, "transform": Affine.identity()}, "no georeference"),
    ],
)
def test_a_raster_that_is_no_land_cover_here_is_refused(tmp_path, options, words):
    with pytest.raises(InputError, match=words):
        read_land_cover(cover(tmp_path / "cover.tif", **options), "umep", AREA, SITE)


@needs_shared
def test_goteborg():
    path = SHARED / "goteborg-se" / "landcover.tif"
    with rasterio.open(path) as data:
        classes, bounds = data.read(1), box(*data.bounds)
    found = read_land_cover(path, "umep", bounds, CRS.from_epsg(3007))
    for g, held in ((0.0, np.isin(classes, (1, 2, 6, 7))), (1.0, np.isin(classes, (3, 4, 5)))):
        assert sum(p.outline.area for p in found.ground if p.g == g) == pytest.approx(held.sum())
    assert not any("no class" in note for note in found.source["notes"])
