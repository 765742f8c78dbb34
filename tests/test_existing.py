"""Machines that are there. Oracles: the file's own numbers, A-weighted sums by hand, feet by hand, and Cambridge's terrain."""

import json
import math
from pathlib import Path

import geopandas
import numpy as np
import pytest
from pyproj import CRS
from shapely.geometry import LineString, MultiPoint, Point, Polygon

from siting.errors import InputError
from siting.existing import machine_sources, read_machines

CAMBRIDGE = Path(__file__).parents[2] / "shared" / "geodata" / "cambridge-ma"
ROOFTOPS = CAMBRIDGE / "BASEMAP_RooftopMechanicals.topojson"
UTM = CRS(26918)
NEAR = (590_000.0, 4_740_000.0, 591_000.0, 4_741_000.0)
SPOT = (590_100.0, 4_740_200.0)
A9 = (-39.4, -26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1)


@pytest.fixture
def layer(tmp_path):
    def write(shapes, **fields):
        file = tmp_path / "machines.gpkg"
        geopandas.GeoDataFrame(fields, geometry=shapes, crs=UTM).to_file(file)
        return file

    return write


def read(file, power_dba=None, **options):
    return read_machines(file, UTM, NEAR, power_dba, **options)


def refused(file, *args, **options):
    with pytest.raises(InputError) as caught:
        read(file, *args, **options)
    message = str(caught.value)
    assert message.endswith(".") and "\n" not in message and "machines.gpkg" in message
    return message


def test_a_point_with_all_its_fields(layer):
    file = layer([Point(SPOT)], id=["chiller 3"], power_dba=[92.0], spectrum=["flat"], height_m=[4.5])
    (machine,), assumptions, source = read(file)
    assert (machine.id, machine.x, machine.y, machine.height_m) == ("existing chiller 3", *SPOT, 4.5)
    assert assumptions == () and machine.power_dba == 92.0
    # equal bands: 10 lg of the eight A-weightings as energies, 4.9970, is 6.987 dB
    assert machine.power_db == pytest.approx((92 - 6.987,) * 9, abs=0.001)
    assert (source["role"], source["features"]) == ("existing machines", 1)
    assert "heights from field height_m, read as metres above ground" in source["notes"]


def test_as_sources_of_a_scene(layer):
    file = layer(
        [Point(SPOT), Point(590_150.0, 4_740_200.0)], power_dba=[90.0, 80.0], height_ft=[10.0, 100.0]
    )
    machines = read(file).machines
    near, far = machine_sources(machines)
    assert (near.x_m, near.y_m, near.height_m, far.height_m) == (
        *SPOT,
        pytest.approx(3.048),
        pytest.approx(30.48),
    )
    assert near.z_m is near.directivity_db is near.size_m is None
    levels = np.array([near.power_31_db, *near.power_db])
    assert levels == pytest.approx(machines[0].power_db)
    assert 10 * math.log10(np.sum(10 ** ((levels + A9)[1:] / 10))) == pytest.approx(90.0, abs=1e-9)
    # the engine of the catalogue is 82.6 at 63 Hz and 75.3 at 31.5 Hz
    assert levels[1] - levels[0] == pytest.approx(82.6 - 75.3)
    assert np.array(far.power_db) - near.power_db == pytest.approx([-10.0] * 8)


def test_an_outline_sends_from_its_middle(layer):
    x, y = SPOT
    box = Polygon([(x, y), (x + 4, y), (x + 4, y + 2), (x, y + 2)])
    # an angle of two arms 10 m long and 1 m wide: its middle, 3.0 m from the corner both ways, lies outside
    angle = Polygon([(x, y), (x + 10, y), (x + 10, y + 1), (x + 1, y + 1), (x + 1, y + 10), (x, y + 10)])
    bow = Polygon([(x, y), (x + 2, y + 2), (x + 2, y), (x, y + 2)])  # crosses itself
    machines = read(layer([box, angle, bow], power_dba=[90.0] * 3)).machines
    assert (machines[0].x, machines[0].y) == (x + 2, y + 1)
    assert angle.distance(Point(machines[1].x, machines[1].y)) < 1e-6
    assert (machines[2].x, machines[2].y) == pytest.approx((x + 1, y + 1))


def test_what_a_file_does_not_say_is_assumed(layer):
    file = layer(
        [Point(SPOT)] * 3, id=["a", "a", None], power_dba=[90.0, None, None], spectrum=["gas_engine", "", None],
        height_m=[None, 3.0, None],
    )  # fmt: skip
    machines, assumptions, _ = read(file, 85.0)
    assert [m.id for m in machines] == ["existing a row 1", "existing a row 2", "existing row 3"]
    assert [m.power_dba for m in machines] == [90.0, 85.0, 85.0]
    assert [m.height_m for m in machines] == [2.0, 3.0, 2.0]
    said = {a.name: (a.value, a.origin, a.reason.split(" existing")[0]) for a in assumptions}
    assert said == {
        "existing.power_dba": (85.0, "given", "2 of 3"),
        "existing.spectrum": ("engine", "assumed", "2 of 3"),
        "existing.height_m": (2.0, "assumed", "2 of 3"),
    }
    # 250 Hz less 125 Hz: the engine falls by 4.9 dB, the gas engine by 87.7 + 16.1 - 86.4 - 8.6 = 8.8
    steps = [m.power_db[2] - m.power_db[3] for m in machines]
    assert steps == pytest.approx([8.8, 4.9, 4.9])


def test_a_type_is_chosen_in_any_case(layer):
    file = layer([Point(SPOT)] * 3, TYPE=["Fan", "GENERATOR", " generator "], power_dba=[None, 90.0, 91.0])
    machines, _, source = read(file, kind="Generator")
    assert [m.power_dba for m in machines] == [90.0, 91.0]
    assert any(note.startswith("2 of 3 features are of the type Generator") for note in source["notes"])
    message = refused(file, kind="chiller")
    assert 'no machine has the TYPE "chiller"' in message and "1 Fan" in message


def test_refusals(layer):
    spots = [Point(SPOT)] * 2
    assert '"power_dba"' in refused(layer(spots, name=["a", "b"]))
    message = refused(layer(spots, power_dba=[90.0, None]))
    assert "empty for 1 of 2 machines" in message and "--existing-power-dba" in message
    assert "row 2" in refused(layer(spots, power_dba=[90.0, -3.0]))
    assert "power_dba is loud in row 1" in refused(layer(spots, power_dba=["loud", "90"]))
    assert "height_m is -1.0 in row 1" in refused(layer(spots, power_dba=[90.0, 90.0], height_m=[-1.0, 2.0]))
    message = refused(layer(spots, power_dba=[90.0, 90.0], spectrum=["engine", "rocket"]))
    assert '"rocket" in row 2' in message and "engine, gas_engine, turbine, flat" in message
    assert 'no field "type"' in refused(layer(spots, power_dba=[90.0, 90.0]), kind="FAN")
    line = LineString([SPOT, (590_110.0, 4_740_210.0)])
    assert "row 2 is a LineString" in refused(layer([Point(SPOT), line], power_dba=[90.0, 90.0]))
    two = MultiPoint([SPOT, (590_110.0, 4_740_210.0)])
    assert "row 1 is a MultiPoint" in refused(layer([two], power_dba=[90.0]))
    assert "km from the lots" in refused(layer([Point(300_000.0, 4_000_000.0)], power_dba=[90.0]))
    for power_dba in (-1.0, 500.0, math.nan):
        with pytest.raises(InputError, match=r"expected 0 to 200"):
            read(layer(spots, name=["a", "b"]), power_dba)


def test_a_file_without_crs_names_the_option(tmp_path):
    file = tmp_path / "machines.topojson"
    point = {"type": "Point", "coordinates": [-73.9, 42.8], "properties": {"power_dba": 90}}
    objects = {"machines": {"type": "GeometryCollection", "geometries": [point]}}
    file.write_text(json.dumps({"type": "Topology", "objects": objects, "arcs": []}))
    with pytest.raises(
        InputError, match=r"states no CRS .*EPSG:4326\); state it with --existing-crs EPSG:NNNN\.$"
    ):
        read(file, 90.0)
    (machine,), _, _ = read_machines(file, UTM, NEAR, stated="EPSG:4326")
    # `cs2cs EPSG:4326 EPSG:26918` of this point
    assert (machine.x, machine.y) == pytest.approx((589_949.9, 4_739_192.2), abs=2.0)


@pytest.mark.skipif(not ROOFTOPS.is_file(), reason="shared/geodata is not beside the checkout")
def test_cambridge_rooftop_generators():
    near = (231_000.0, 898_000.0, 240_000.0, 906_000.0)
    machines, assumptions, source = read_machines(
        ROOFTOPS, CRS(26986), near, 95.0, kind="ROOF-TOP-GENERATOR", stated="EPSG:4326"
    )
    assert len(machines) == 119 and len({m.id for m in machines}) == 119
    assert {a.name for a in assumptions} == {"existing.power_dba", "existing.spectrum"}
    assert "119 of 10,827 features are of the type ROOF-TOP-GENERATOR" in " ".join(source["notes"])
    by_id = {m.id: m for m in machines}
    assert by_id["existing 450"].height_m == pytest.approx(217.3 * 0.3048)  # TOP_GL of that row, feet


@pytest.mark.skipif(not ROOFTOPS.is_file(), reason="shared/geodata is not beside the checkout")
def test_cambridge_heights_are_feet_above_ground():
    import rasterio

    frame = geopandas.read_file(ROOFTOPS)
    frame = frame[frame.TYPE == "ROOF-TOP-GENERATOR"].set_crs(4326).to_crs(26986)
    assert np.allclose(frame.TOP_GL + frame.BASE_ELEV, frame.TOP_SL)
    middle = frame.geometry.centroid
    with rasterio.open(CAMBRIDGE / "derived_dem_10m_epsg26986_metres.tif") as terrain:
        ground_m = np.array([z[0] for z in terrain.sample(zip(middle.x, middle.y, strict=True))])
    off = np.abs(ground_m - frame.BASE_ELEV * 0.3048)
    assert np.median(off) < 0.5 and np.percentile(off, 90) < 1.0
    assert np.median(np.abs(ground_m - frame.BASE_ELEV)) > 6.0  # in metres it would not fit
