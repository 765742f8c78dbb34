"""What a coordinate reference system is: as stated, as text, its units, its part on the map, and the same in metres."""

from pyproj import CRS
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import UTMConversion
from pyproj.exceptions import CRSError

from siting.errors import InputError
from siting.model import FOOT_M

US_SURVEY_FOOT_M = 1200 / 3937
EXACT_UNITS = (1.0, US_SURVEY_FOOT_M, FOOT_M)
# EPSG codes: datum -> (zone 0 north, zone 0 south, zones that exist)
UTM = {4326: (32600, 32700, range(1, 61)), 4269: (26900, 0, range(1, 24)), 4258: (25800, 0, range(28, 39))}


def stated_crs(text: str) -> CRS:
    """The CRS that a user states, for example `EPSG:2249`."""
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise InputError(f'"{text}" names no CRS that is known; write it like EPSG:2249.') from error


def crs_label(crs: CRS) -> str:
    """A CRS as people read it: `EPSG:2249 NAD83 / Massachusetts Mainland (ftUS)`."""
    code = crs.to_json_dict().get("id")
    return f"{code['authority']}:{code['code']} {crs.name}" if code else crs.name


def crs_text(crs: CRS) -> str:
    """How a CRS is kept as text: `EPSG:N`, or WKT where no code names it."""
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else str(crs.to_wkt())


def horizontal(crs: CRS, name: str) -> tuple[CRS, tuple[str, ...]]:
    """The part of a CRS that places a point on the map; heights are set aside with a note.

    Raises
    ------
    InputError
        A CRS without a place on the earth's surface: geocentric, vertical, local.
    """
    flat = crs
    if crs.is_compound:
        flat = next((part for part in crs.sub_crs_list if part.is_projected or part.is_geographic), crs)
    if not (flat.is_projected or flat.is_geographic):
        raise InputError(
            f'{name}: its CRS "{crs.name}" is a {crs.type_name}, which does not say where the lots lie; '
            "reproject it to a projected CRS."
        )
    flat = flat.to_2d()
    notes = () if len(crs.axis_info) < 3 else (f"the vertical part of {crs_label(crs)} was set aside",)
    return flat, notes


def unit_m(crs: CRS) -> float:
    """Metres in one unit of a projected CRS, exact for the metre and both feet; NaN for a CRS in degrees."""
    if not crs.is_projected:
        return float("nan")
    factor = crs.axis_info[0].unit_conversion_factor
    return next((exact for exact in EXACT_UNITS if abs(factor / exact - 1) < 1e-9), factor)


def metre_twin(crs: CRS) -> CRS:
    """The same projected CRS with its axes in metres: datum, projection and parameters stay as they are.

    A coordinate of the twin is the file's coordinate times `unit_m`; false eastings keep the unit they are stated in.
    """
    if unit_m(crs) == 1.0:
        return crs
    whole = crs.to_json_dict()
    inner = whole["source_crs"] if whole["type"] == "BoundCRS" else whole
    for axis in inner["coordinate_system"]["axis"]:
        axis["unit"] = "metre"
    inner["name"] = f"{inner['name']} in metres"
    for part in (whole, inner):
        part.pop("id", None)
        part.pop("ids", None)
    return CRS.from_json_dict(whole)


def local_utm(crs: CRS, lon: float, lat: float) -> CRS:
    """The UTM zone of a place on the datum of `crs`, so that no datum shift comes in."""
    zone = int((lon + 180) // 6) % 60 + 1
    base = datum(crs)
    for code, (north, south, zones) in UTM.items():
        zero = north if lat >= 0 else south
        if zero and zone in zones and base.equals(CRS.from_epsg(code), ignore_axis_order=True):
            return CRS.from_epsg(zero + zone)
    name = f"{base.name} / UTM zone {zone}{'N' if lat >= 0 else 'S'}"
    return ProjectedCRS(UTMConversion(str(zone), "N" if lat >= 0 else "S"), name=name, geodetic_crs=base)


def datum(crs: CRS) -> CRS:
    """The longitude and latitude that a CRS is built on."""
    base = crs.geodetic_crs
    if base is None:
        raise InputError(f'The CRS "{crs.name}" is tied to no datum; reproject the file to one that is.')
    return base.to_2d()
