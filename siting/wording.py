"""How the report writes numbers: feet and metres side by side, levels to a tenth, what is not known in words."""

import math

from siting.paper import FOOT_M

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


def mass(kilograms: float) -> str:
    """Mass in pounds and kilograms.

    Examples
    --------
    >>> mass(700.0)
    '1,543 lb (700 kg)'
    """
    return f"{kilograms / POUND_KG:,.0f} lb ({kilograms:,.0f} kg)"


def level(level_db: float | None, missing: str = "—") -> str:
    """A level to a tenth of a decibel."""
    return missing if level_db is None else f"{level_db:.1f}"


def signed(value: float, places: int) -> str:
    """A number with a true minus sign."""
    return f"{value:.{places}f}".replace("-", "−")


def margin(margin_db: float | None) -> str:
    """Margin with its sign; decimals grow where one would hide on which side of the limit it lies.

    Examples
    --------
    >>> margin(3.21), margin(-0.04), margin(-0.0001), margin(0.0), margin(None)
    ('+3.2', '−0.04', 'over by less than 0.001', '0.0', 'not known')
    """
    if margin_db is None:
        return "not known"
    if margin_db == 0:
        return "0.0"
    places = next((places for places in (1, 2, 3) if round(margin_db, places)), None)
    if places is None:
        return f"{'over' if margin_db < 0 else 'under'} by less than 0.001"
    return f"{'+' if margin_db > 0 else ''}{signed(margin_db, places)}"


def reading(name: str) -> str:
    """Where a level is stated, in both units.

    Examples
    --------
    >>> reading("7m"), reading("3ft"), reading("power")
    ('7 m (23 ft)', '3 ft (0.91 m)', 'sound power')
    """
    if name == "power":
        return "sound power"
    if name.endswith("ft"):
        return f"{float(name[:-2]):g} ft ({float(name[:-2]) * FOOT_M:.2g} m)"
    return f"{float(name[:-1]):g} m ({float(name[:-1]) / FOOT_M:.2g} ft)"


def period(name: str) -> str:
    """A period as people say it; a study without an ordinance has the one period "any"."""
    return "any time" if name == "any" else name


def units(count: int) -> str:
    """How many units.

    Examples
    --------
    >>> units(1), units(6)
    ('1 unit', '6 units')
    """
    return f"{count:,} unit" if count == 1 else f"{count:,} units"


def place(receptor: str, neighbour: str) -> str:
    """A receptor with its neighbour, which most ids of receptors begin with.

    Examples
    --------
    >>> place("12-031/4", "12-031"), place("P1", "12-031")
    ('12-031/4', 'P1 of 12-031')
    """
    return receptor if receptor.startswith(neighbour) else f"{receptor} of {neighbour}"


def file_name(path: str) -> str:
    r"""A file's name without its folders, which are the preparer's own; the manifest has the path as it was given.

    Examples
    --------
    >>> file_name("town/lots.gpkg"), file_name(r"C:\maps\lots.gpkg")
    ('lots.gpkg', 'lots.gpkg')
    """
    return path.replace("\\", "/").rpartition("/")[2]
