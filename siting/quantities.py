"""Lengths, areas, masses, powers and levels as people read them.

Feet and metres stand side by side, levels are printed to a tenth, and what is not known is said in words.
"""

import math

from siting.model import FOOT_M

POUND_KG = 0.45359237


def feet_inches(metres: float) -> str:
    """Length in feet and whole inches, rounded down by more than 0.04 in, so that a distance kept is never overstated.

    Examples
    --------
    >>> feet_inches(3.048), feet_inches(0.9), feet_inches(0.0)
    ('10′-0″', '2′-11″', '0′-0″')
    """
    inches = math.floor(metres / FOOT_M * 12 + 0.04)
    return f"{inches // 12:,}′-{inches % 12}″"


def length(metres: float | None) -> str:
    """Length in feet, inches and metres.

    Examples
    --------
    >>> length(1.5), length(None)
    ('4′-11″ (1.50 m)', '—')
    """
    return "—" if metres is None else f"{feet_inches(metres)} ({metres:.2f} m)"


def area(square_metres: float) -> str:
    """Area in square feet and square metres.

    Examples
    --------
    >>> area(92.90304)
    '1,000 sq ft (92.9 m²)'
    """
    return f"{square_metres / FOOT_M**2:,.0f} sq ft ({square_metres:,.1f} m²)"


def ground(elevation: dict[str, float] | None) -> str:
    """The heights of the lot's ground and its steepest slope."""
    if not elevation:
        return "no terrain given"
    low, high, slope = elevation["min_m"], elevation["max_m"], elevation["steepest_pct"]
    return f"{low / FOOT_M:,.0f} to {high / FOOT_M:,.0f} ft ({low:,.1f} to {high:,.1f} m), steepest {slope:.0f} %"


def mass(kilograms: float) -> str:
    """Mass in pounds and kilograms.

    Examples
    --------
    >>> mass(700.0)
    '1,543 lb (700 kg)'
    """
    return f"{kilograms / POUND_KG:,.0f} lb ({kilograms:,.0f} kg)"


def power(kilowatts: float) -> str:
    """An electric power, to a tenth of a kilowatt where it is not whole.

    Examples
    --------
    >>> power(1234567.0), power(450.5)
    ('1,234,567 kW', '450.5 kW')
    """
    return f"{kilowatts:,.1f}".removesuffix(".0") + " kW"


def level(level_db: float | None) -> str:
    """A level to a tenth of a decibel; a dash where nothing is heard."""
    return "—" if level_db is None else f"{level_db:.1f}"


def limit(limit_dba: float | None) -> str:
    """A limit as the ordinance writes it.

    Examples
    --------
    >>> limit(52.0), limit(52.5), limit(None)
    ('52', '52.5', 'not known')
    """
    return "not known" if limit_dba is None else f"{limit_dba:g}"


def signed(value: float, places: int) -> str:
    """A number with a true minus sign."""
    return f"{value:.{places}f}".replace("-", "−")


def margin(margin_db: float | None) -> str:
    """Limit minus level with its sign; decimals grow where one would hide on which side of the limit the level lies.

    Examples
    --------
    >>> margin(3.21), margin(-0.04), margin(-0.0001), margin(0.0), margin(None)
    ('+3.2', '−0.04', 'over by less than 0.001', '0.0', 'not known')
    """
    if margin_db is None:
        return "not known"
    if margin_db == 0:
        return "0.0"
    places = _places(margin_db)
    if places is None:
        return f"{'over' if margin_db < 0 else 'under'} by less than 0.001"
    return f"{'+' if margin_db > 0 else ''}{signed(margin_db, places)}"


def side(margin_db: float) -> str:
    """On which side of its limit a level lies, as a part of a sentence.

    Examples
    --------
    >>> side(3.21), side(-0.04), side(1e-9), side(0.0)
    ('3.2 dB below', '0.04 dB over', 'less than 0.001 dB below', 'exactly at')
    """
    if margin_db == 0:
        return "exactly at"
    places = _places(margin_db)
    much = "less than 0.001" if places is None else f"{abs(margin_db):.{places}f}"
    return f"{much} dB {'over' if margin_db < 0 else 'below'}"


def _places(value: float) -> int | None:
    """Decimals, one to three, at which a number does not read as zero."""
    return next((places for places in (1, 2, 3) if round(value, places)), None)
