"""The one gate for coordinates: from a file's CRS to metres in the working CRS."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Proj, Transformer
from pyproj.exceptions import ProjError
from pyproj.transformer import AreaOfInterest, TransformerGroup

from siting.errors import InputError
from siting.geodata.crs import crs_label, datum, local_utm, metre_twin, unit_m
from siting.model import Floats

SCALE_TOLERANCE = 0.005  # a map length may differ from the ground by 0.5 %: 0.04 dB of divergence
HABITABLE = (-180.0, -60.0, 180.0, 84.0)  # no lot lies in Antarctica


@dataclass(frozen=True)
class Gate:
    """How the coordinates of one file become metres in the working CRS.

    `to_metres` takes and gives (n, 2) arrays, x east and y north as files have them.
    """

    crs: CRS
    to_metres: Callable[[Floats], Floats]
    notes: tuple[str, ...]
    stray: NDArray[np.bool_]  # features without a place, or where lengths in the working CRS are off


def own_gate(name: str, crs: CRS, centres: Floats) -> Gate:
    """The gate of the layer that sets the working CRS: its own projection in metres, else its UTM zone.

    Parameters
    ----------
    name : str
        The file, for messages.
    crs : CRS
        Its horizontal CRS.
    centres : (n, 2) array
        The middles of its features in file coordinates, finite.

    Raises
    ------
    InputError
        Coordinates that do not fit the CRS, swapped axes, or a file too wide for one plane.
    """
    check_range(name, crs, centres)
    check_order(name, crs, centres)
    lonlat = to_lonlat(crs, centres)
    if crs.is_projected:
        errors = scale_errors(crs, lonlat)
        stretch = float(_middle(errors))
        if stretch <= SCALE_TOLERANCE:
            factor = unit_m(crs)
            return Gate(
                metre_twin(crs), lambda xy: xy * factor, _use_notes(crs, lonlat), ~(errors <= SCALE_TOLERANCE)
            )
        why = f"{crs_label(crs)} stretches lengths by {stretch:.1%} here, so the work is done in"
    else:
        why = "degrees are no lengths, so the work is done in"
    plane = local_utm(crs, *_middle(lonlat).tolist())
    errors = scale_errors(plane, lonlat)
    if not _middle(errors) <= SCALE_TOLERANCE:
        raise InputError(
            f"{name} spreads over too wide a region for one map plane; cut it to one county or town."
        )
    move = Transformer.from_crs(crs, plane, always_xy=True)
    notes = (f"{why} {crs_label(plane)}", *_use_notes(crs, lonlat))
    return Gate(plane, lambda xy: _moved(move, xy), notes, ~(errors <= SCALE_TOLERANCE))


def gate_to(name: str, crs: CRS, target: CRS, centres: Floats) -> Gate:
    """The gate of a further layer: into the working CRS that the lots have set.

    Raises
    ------
    InputError
        Coordinates that do not fit the layer's CRS.
    """
    check_range(name, crs, centres)
    here = np.zeros(len(centres), bool)
    if crs.is_projected and metre_twin(crs).equals(target):
        factor = unit_m(crs)
        return Gate(target, lambda xy: xy * factor, (), here)
    check_order(name, crs, centres, target)
    west, south, east, north = _span(to_lonlat(crs, centres))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a missing grid gets a note below
        around = AreaOfInterest(west, south, east, north)
        group = TransformerGroup(crs, target, always_xy=True, area_of_interest=around)
    if not group.transformers:
        raise InputError(
            f"{name}: there is no way from {crs_label(crs)} to {crs_label(target)}; reproject it first."
        )
    move = group.transformers[0]
    note = f"reprojected from {crs_label(crs)} to {crs_label(target)}"
    if not datum(crs).equals(datum(target), ignore_axis_order=True):
        good = f"about {move.accuracy:g} m" if move.accuracy >= 0 else "an unknown distance"
        note += f", across datums, which is good to {good}"
        if not group.best_available:
            note += " because the finest datum-shift grid is not installed"
    return Gate(target, lambda xy: _moved(move, xy), (note, *_datum_notes(crs)), here)


def check_range(name: str, crs: CRS, centres: Floats) -> None:
    """Raise where most positions of a CRS in degrees are no longitude and latitude."""
    if crs.is_projected or not np.isclose(crs.axis_info[0].unit_conversion_factor, np.pi / 180):
        return
    x, y = np.median(centres, axis=0)
    if abs(x) <= 180 and abs(y) <= 90:
        return
    if abs(x) <= 90 and abs(y) <= 180:
        raise InputError(swapped(name, x, y))
    raise InputError(
        f"{name}: coordinates like ({x:,.0f}, {y:,.0f}) are no degrees, though its CRS is {crs_label(crs)}; "
        "it looks projected: state its CRS with --crs EPSG:NNNN."
    )


def check_order(name: str, crs: CRS, centres: Floats, target: CRS | None = None) -> None:
    """Raise where features lie outside the region that a CRS is for, but inside it with their axes swapped.

    The region is that of `crs`, for a further layer also that of the working CRS `target`.
    """
    here, turned = (_middle(to_lonlat(crs, xy)) for xy in (centres, centres[:, ::-1]))
    if any(not _inside(region, here) and _inside(region, turned) for region in (crs, target or crs)):
        x, y = np.median(centres, axis=0)
        raise InputError(swapped(name, x, y))


def swapped(name: str, x: float, y: float) -> str:
    """The sentence about a file whose axes are in the wrong order."""
    return (
        f"{name}: latitude and longitude look swapped: a point like ({x:,.6g}, {y:,.6g}) is read as x (longitude or "
        "easting) first; write the file with x before y."
    )


def to_lonlat(crs: CRS, xy: Floats) -> Floats:
    """Longitude and latitude (WGS 84, degrees), (n, 2); NaN where a point has none."""
    return moved(crs, CRS.from_epsg(4326), xy)


def moved(crs: CRS, target: CRS, xy: Floats) -> Floats:
    """Points (n, 2) from one CRS to another, x before y; NaN where a point has no place there."""
    return _moved(Transformer.from_crs(crs, target, always_xy=True), xy)


def back(own: CRS, working: CRS, xy: Floats) -> Floats:
    """Points (n, 2) of the working CRS in the CRS and the units of the file that has set it: the way back through `own_gate`."""
    if own.is_projected and metre_twin(own).equals(working):
        return xy / unit_m(own)
    return moved(working, own, xy)


def scale_errors(crs: CRS, lonlat: Floats) -> NDArray[np.float64]:
    """How far a map length is from the ground's at each place, as a fraction; NaN where the projection has no answer."""
    factors = Proj(crs).get_factors(lonlat[:, 0], lonlat[:, 1], errcheck=False)
    worst = np.maximum(np.abs(factors.meridional_scale - 1), np.abs(factors.parallel_scale - 1))
    return np.where(np.isfinite(worst), worst, np.nan)


def _moved(move: Transformer, xy: Floats) -> Floats:
    try:
        moved = np.column_stack(move.transform(xy[:, 0], xy[:, 1]))
    except ProjError as error:
        raise InputError(f"coordinates cannot be reprojected ({error}); reproject the file first.") from error
    return np.where(np.isfinite(moved), moved, np.nan)


def _inside(crs: CRS, lonlat: Floats) -> bool:
    """Whether a place lies in the region that a CRS is meant for, give or take a degree."""
    code = crs.to_json_dict().get("id")  # a part of a compound CRS keeps its code but not its region
    use = crs.area_of_use or (
        CRS.from_authority(code["authority"], code["code"]).area_of_use if code else None
    )
    west, south, east, north = use.bounds if use else HABITABLE
    south, north = max(south, HABITABLE[1]), min(north, HABITABLE[3])
    lon, lat = lonlat
    within = (
        east - west >= 360 or (lon - west + 1) % 360 <= (east - west) % 360 + 2
    )  # a region may cross 180°
    return bool(within and south - 1 <= lat <= north + 1)


def _middle(values: Floats) -> Floats:
    """The median over the first axis of what is known; NaN where nothing is."""
    known = values[~np.isnan(values).reshape(len(values), -1).any(axis=1)]
    return np.median(known, axis=0) if len(known) else np.full(values.shape[1:], np.nan)


def _span(lonlat: Floats) -> tuple[float, float, float, float]:
    """West, south, east and north of all but the outermost hundredth; the whole earth where nothing has a place."""
    known = lonlat[np.isfinite(lonlat).all(axis=1)]
    if not len(known):
        return -180.0, -90.0, 180.0, 90.0
    low, high = np.quantile(known, (0.01, 0.99), axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _use_notes(crs: CRS, lonlat: Floats) -> tuple[str, ...]:
    lon, lat = _middle(lonlat)
    notes = _datum_notes(crs)
    if not _inside(crs, np.array([lon, lat])):
        notes += (
            f"the lots lie near {lat:.2f}, {lon:.2f}, outside the region {crs_label(crs)} is for: check the CRS",
        )
    return notes


def _datum_notes(crs: CRS) -> tuple[str, ...]:
    if "NAD27" not in datum(crs).name and "1927" not in datum(crs).name:
        return ()
    return (
        f"{crs_label(crs)} is on NAD27: against other layers it can be off by 20 m without datum-shift grids",
    )
