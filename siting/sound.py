"""From what the maker states to sound power: the readings of a level whose distance is not said, and the measurement surface."""

import math
import re

from kernels.bands import A_WEIGHTING_DB
from kernels.decibel import a_weighted_total
from siting.errors import InputError
from siting.model import FOOT_M, Origin, Sound, Unit

TRADE_READING = "7m"  # the generator trade's convention (ISO 8528-10) and the loud one of the usual readings
SHOWN_READINGS = ("1m", "3ft", "7m", "power")
FORM = '"7m", "23ft" (a number from 0.1 to 100 m with m or ft), or "power"'


def reading_name(text: str) -> str:
    """The one way a reading is written: `7m`, `23ft`, `power`.

    Raises
    ------
    InputError
        The text is neither `power` nor a number from 0.1 to 100 m with `m` or `ft`.
    """
    compact = text.lower().replace(" ", "")
    if compact == "power":
        return compact
    match = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)(m|ft)", compact)
    if not match or not 0.1 <= float(match[1]) * (FOOT_M if match[2] == "ft" else 1) <= 100:
        raise InputError(f'"{text}" is not a place where a level is stated; expected {FORM}.')
    return f"{float(match[1]):g}{match[2]}"


def surface_m2(unit: Unit, distance_m: float) -> float:
    """Area of the measurement surface: a box `distance_m` away from the body, which stands on a reflecting plane, m².

    ISO 3744 / ISO 8528-10: S = 4(ab + bc + ca) with a = l/2 + D, b = w/2 + D, c = h + D.
    """
    a, b, c = unit.length_m / 2 + distance_m, unit.width_m / 2 + distance_m, unit.height_m + distance_m
    return 4 * (a * b + b * c + c * a)


def sound_under(unit: Unit, reading: str, origin: Origin) -> Sound:
    """The sound power of a unit if its stated level holds at `reading`; octave bands follow the unit's spectrum, unweighted."""
    name = reading_name(reading)
    power_dba = unit.sound.level_dba
    if name != "power":
        distance_m = float(name[:-2]) * FOOT_M if name.endswith("ft") else float(name[:-1])
        power_dba += 10 * math.log10(surface_m2(unit, distance_m))  # ISO 3744: Lw = Lp + 10 lg(S / 1 m²)
    shift = power_dba - float(a_weighted_total(unit.sound.shape_db))
    return Sound(name, origin, tuple(level + shift for level in unit.sound.shape_db), power_dba)


def resolve_sound(unit: Unit, sound_at: str | None) -> Sound:
    """The sound power that the study uses.

    Parameters
    ----------
    unit : Unit
        The unit with what its maker states.
    sound_at : str or None
        Where the stated level holds: `<number>m`, `<number>ft` or `power`. None: as the maker says; where the maker is silent,
        7 m is assumed.

    Raises
    ------
    InputError
        `sound_at` is malformed, or the maker states another place.
    """
    stated = unit.sound.stated_at
    chosen = None if sound_at is None else reading_name(sound_at)
    if stated is None:
        return sound_under(unit, chosen or TRADE_READING, "given" if chosen else "assumed")
    if chosen not in (None, stated):
        raise InputError(
            f'The level of unit "{unit.id}" is stated at {stated} in {unit.source["path"]}, so it cannot be read at {chosen}; '
            "leave the option out."
        )
    return sound_under(unit, stated, "file")


def readings(unit: Unit, sound_at: str | None) -> tuple[Sound, ...]:
    """Every reading of the stated level that a study shows, quietest first, with the one that it uses.

    A unit whose maker says where the level holds has one reading; else 1 m, 3 ft, 7 m, sound power, and the chosen one.

    Raises
    ------
    InputError
        As `resolve_sound`.
    """
    used = resolve_sound(unit, sound_at)
    if unit.sound.stated_at is not None:
        return (used,)
    others = [sound_under(unit, name, "assumed") for name in SHOWN_READINGS if name != used.reading]
    return tuple(sorted([used, *others], key=lambda sound: sound.power_dba))


def unweighted(levels_dba: tuple[float, ...]) -> tuple[float, ...]:
    """Octave-band levels (8) without the A-weighting that the maker's figures carry."""
    return tuple(level - float(weight) for level, weight in zip(levels_dba, A_WEIGHTING_DB, strict=True))
