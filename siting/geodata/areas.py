"""Areas drawn against the areas that a parcel file states in one of its fields."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siting.model import FOOT_M, Floats

ACRE_SQFT = 43_560
SAID = {  # field name, lower case, without blanks and underscores -> unit
    "shapearea": "file", "starea": "file", "shapestare": "file", "stareash": "file",
    "contenance": "m²", "areasqm": "m²", "aream2": "m²", "sqm": "m²", "sqmeters": "m²", "sqmetres": "m²",
    "sqft": "sq ft", "areasqft": "sq ft", "lotsqft": "sq ft", "landsqft": "sq ft", "squarefeet": "sq ft",
    "acres": "acres", "gisacres": "acres", "calcacres": "acres", "deedacres": "acres", "acreage": "acres",
    "lotacres": "acres", "landacres": "acres", "areaacres": "acres", "hectares": "ha", "areaha": "ha",
}  # fmt: skip
UNSAID = ("landarea", "lotarea", "lotsize", "area", "parcelarea")  # the unit is the one that fits best
OFF = 0.05  # a median this far off is worth a second look at CRS and units


@dataclass(frozen=True)
class AreaCheck:
    """Areas drawn against areas stated; `ratio` is the median over lots of drawn ÷ stated."""

    field: str
    unit: str
    ratio: float
    lots: int
    note: str


def stated_area_check(fields: pd.DataFrame, area_m2: Floats, unit_m: float) -> AreaCheck | None:
    """Compare the lots' areas with a field of the file that states them.

    Parameters
    ----------
    fields : DataFrame
        The file's fields, n rows.
    area_m2 : (n,) array
        Areas as drawn; NaN where a lot cannot be used.
    unit_m : float
        Metres in one unit of the file's own CRS; NaN for degrees.

    Returns
    -------
    AreaCheck or None
        None where no field with a known name holds areas.
    """
    feet = unit_m if abs(unit_m / FOOT_M - 1) < 1e-5 else FOOT_M  # either foot
    size = {"m²": 1.0, "sq ft": feet**2, "acres": ACRE_SQFT * feet**2, "ha": 1e4}
    plain = {
        str(name).casefold().replace("_", "").replace(" ", ""): str(name) for name in reversed(fields.columns)
    }
    for key, unit in (SAID | dict.fromkeys(UNSAID, "")).items():
        if key not in plain or (unit == "file" and math.isnan(unit_m)):
            continue
        stated = pd.to_numeric(fields[plain[key]], errors="coerce").to_numpy(float, na_value=np.nan)
        both = (stated > 0) & (area_m2 > 0)
        if not both.any():
            continue
        if unit == "file":
            unit = "sq ft" if feet == unit_m else "m²" if unit_m == 1 else "square units of the file"
            in_m2 = unit_m**2
        else:
            raw = float(np.median(area_m2[both] / stated[both]))
            fits = unit or min(size, key=lambda item: abs(math.log(raw / size[item])))
            in_m2 = size[fits]
            if not unit and not 0.5 < raw / in_m2 < 2:
                continue  # an area of something else
            unit = fits
        return _check(
            plain[key], unit, float(np.median(area_m2[both] / (stated[both] * in_m2))), int(both.sum())
        )
    return None


def _check(field: str, unit: str, ratio: float, lots: int) -> AreaCheck:
    note = f"area against the file's {field} ({unit}): median ratio {ratio:.6g} over {lots:,} lots"
    if abs(ratio - 1) > OFF:
        note += ": check the CRS and the units of the file"
    return AreaCheck(field, unit, ratio, lots, note)
