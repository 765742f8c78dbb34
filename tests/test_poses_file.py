"""The layer of poses. Oracles: another reader (geopandas), and bodies drawn one by one."""

import geopandas
import numpy as np
import pytest
import shapely
from shapely import affinity
from small_land import block, land_of, unit

from siting.errors import InputError
from siting.export import poses as file
from siting.outcome import PlacedUnit
from siting.placement import lattice_poses
from siting.site import make_site


@pytest.fixture(scope="module")
def yard(tmp_path_factory):
    site, _ = make_site(land_of(tmp_path_factory.mktemp("land"), block()), 0, None)
    return site, lattice_poses(site, unit())


def placed(poses, which):
    xy, turn = poses.xy[which].tolist(), float(poses.rotation_deg[which])
    return PlacedUnit("U1", *xy, turn, shapely.Point(xy), None)


def test_every_pose_is_a_point_with_its_turn_and_its_unit(yard, tmp_path):
    site, poses = yard
    assert len(poses) > 1000
    file.write_poses(poses, site, (placed(poses, 7),), tmp_path / "poses.geojson")
    read = geopandas.read_file(tmp_path / "poses.geojson")
    assert len(read) == len(poses) and read.crs.to_epsg() == 26986
    found = shapely.get_coordinates(read.geometry.array)
    assert np.abs(found - poses.xy).max() < 1e-4
    assert np.allclose(read["rotation_deg"], poses.rotation_deg, atol=1e-6)
    assert (read[["column", "row"]].to_numpy() == poses.cell).all()
    assert list(np.flatnonzero(read["unit"].notna())) == [7] and read["unit"][7] == "U1"
    assert read["buildable"].all()
    lines = (tmp_path / "poses.geojson").read_text().splitlines()
    assert len(lines) == len(poses) + 2 and max(map(len, lines[1:])) < 200  # a line each, compact


def test_ground_that_an_item_took_is_told(yard, tmp_path, monkeypatch):
    """A disc taken from the buildable area: bodies drawn one by one that touch it are not buildable."""
    from dataclasses import replace

    monkeypatch.setattr(file, "CHUNK", 100)  # several chunks give the same as one
    site, poses = yard
    disc = shapely.Point(poses.xy.mean(axis=0)).buffer(3.0)
    smaller = replace(site, buildable=site.buildable.difference(disc))
    file.write_poses(poses, smaller, (), tmp_path / "poses.geojson")
    read = geopandas.read_file(tmp_path / "poses.geojson")
    half_l, half_w = (side / 2 for side in poses.body_m)
    bodies = [
        affinity.rotate(shapely.box(x - half_l, y - half_w, x + half_l, y + half_w), turn, origin=(x, y))
        for (x, y), turn in zip(poses.xy, poses.rotation_deg, strict=True)
    ]
    wanted = ~shapely.intersects(bodies, disc.buffer(-1e-3))
    assert 0 < (~wanted).sum() < len(poses)
    assert (read["buildable"].to_numpy() == wanted).mean() > 0.999  # but for those that touch the disc's edge


def test_no_pose_is_a_layer_without_features(yard, tmp_path):
    site, poses = yard
    from dataclasses import fields, replace

    names = [f.name for f in fields(poses) if f.name in ("xy", "rotation_deg", "cell", "quarter")]
    none = replace(poses, **{name: getattr(poses, name)[:0] for name in names})
    file.write_poses(none, site, (), tmp_path / "poses.geojson")
    assert (tmp_path / "poses.geojson").read_text().endswith('"features":[\n]}\n')
    with pytest.raises(InputError, match="cannot be written"):
        file.write_poses(none, site, (), tmp_path / "no" / "poses.geojson")
