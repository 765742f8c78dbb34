"""Lengths, areas, masses, powers and levels as people read them.

Feet and metres stand side by side, levels are printed to a tenth, and what is not known is said in words.
"""

import math

from siting.model import FOOT_M

POUND_KG = 0.45359237
EDGES = (0.05, 0.5, 0.95)  # probabilities of exceedance that end PASS, MARGINAL PASS and MARGINAL FAIL


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


def limit(limit_db: float | None) -> str:
    """A limit as the ordinance writes it; to a hundredth where it was worked out.

    Examples
    --------
    >>> limit(52.0), limit(52.5), limit(51.987), limit(None)
    ('52', '52.5', '51.99', 'not known')
    """
    return "not known" if limit_db is None else f"{round(limit_db, 2):g}"


def percent(share: float) -> str:
    """A share that somebody chose, as he would write it.

    Examples
    --------
    >>> percent(0.95), percent(0.975)
    ('95 %', '97.5 %')
    """
    return f"{round(100 * share, 6):g} %"


def chance(p_exceed: float | None) -> str:
    """The probability that a limit is exceeded; decimals grow where they would hide on which side of a state's edge it lies.

    Examples
    --------
    >>> chance(0.296), chance(0.05), chance(0.05004), chance(1e-9), chance(0.9999), chance(None)
    ('29.6 %', '5.0 %', '5.004 %', 'under 0.1 %', 'over 99.9 %', 'not known')
    """
    if p_exceed is None:
        return "not known"
    if p_exceed < 0.001 or p_exceed > 0.999:
        return "under 0.1 %" if p_exceed < 0.5 else "over 99.9 %"
    for places in (1, 2, 3):
        shown = round(100 * p_exceed, places)
        if all((shown <= 100 * edge) == (p_exceed <= edge) for edge in EDGES):
            return f"{shown:.{places}f} %"
    return f"just over {round(100 * p_exceed):d} %"


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
