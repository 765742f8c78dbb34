"""From what the maker states to sound power: readings of a level whose distance is not said, the measurement surface, spectra."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from kernels.bands import A_WEIGHTING_DB, BANDS, LOWEST_A_WEIGHTING_DB
from kernels.decibel import a_weighted_total
from siting.errors import InputError
from siting.model import FOOT_M, Assumption, Origin, Sound, Spectrum, Unit
from siting.yard import YardItem

TRADE_READING = "7m"  # the generator trade's convention (ISO 8528-10) and the loud one of the usual readings
SHOWN_READINGS = ("1m", "3ft", "10ft", "7m", "10m", "power")
OWN_SPECTRUM = "the unit's own"
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


def surface_m2(machine: Unit | YardItem, distance_m: float) -> float:
    """Area of the measurement surface: a box `distance_m` away from the body, which stands on a reflecting plane, m².

    ISO 3744 / ISO 8528-10: S = 4(ab + bc + ca) with a = l/2 + D, b = w/2 + D, c = h + D.
    """
    a, b, c = (
        machine.length_m / 2 + distance_m,
        machine.width_m / 2 + distance_m,
        machine.height_m + distance_m,
    )
    return 4 * (a * b + b * c + c * a)


def machine_power_dba(machine: Unit | YardItem, level_dba: float, reading: str) -> float:
    """The A-weighted sound power of a machine whose level holds at a reading, as `reading_name` writes it.

    ISO 3744: Lw = Lp + 10 lg(S / 1 m²).
    """
    if reading == "power":
        return level_dba
    distance_m = float(reading[:-2]) * FOOT_M if reading.endswith("ft") else float(reading[:-1])
    return level_dba + 10 * math.log10(surface_m2(machine, distance_m))


def sound_under(unit: Unit, reading: str, origin: Origin) -> Sound:
    """The sound power of a unit if its stated level holds at `reading`; octave bands follow the unit's spectrum, unweighted."""
    name = reading_name(reading)
    stated = unit.sound
    total_dba = machine_power_dba(unit, stated.level_dba, name)
    power_db, power_31_db = octave_powers(stated.shape_db, stated.shape_31_db, total_dba)
    return Sound(name, origin, power_db, power_31_db, total_dba, stated.shape_name)


def octave_powers(
    shape_db: Sequence[float], shape_31_db: float | None, power_dba: float
) -> tuple[tuple[float, ...], float | None]:
    """Sound power of the 8 bands from 63 Hz, and of the 31.5 Hz octave where known, of a shape with this A-weighted power."""
    shift = power_dba - float(a_weighted_total(shape_db))
    return tuple(level + shift for level in shape_db), None if shape_31_db is None else shape_31_db + shift


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
    """Every reading of the stated level that a study shows, quietest first, with the one that it uses; one spectrum, the unit's.

    A unit whose maker says where the level holds has one reading; else 1 m, 3 ft, 10 ft, 7 m, 10 m, sound power and the chosen.

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


def variants(unit: Unit, sound_at: str | None) -> tuple[Sound, ...]:
    """Every reading of the stated level with every template that may stand in for the spectrum, quietest reading first.

    Within a reading the templates stand in the order of the catalogue; `resolve_sound(unit, sound_at)` is among the answers. A
    unit whose maker says where the level holds has that reading alone, and one with its own spectrum that spectrum alone.

    Raises
    ------
    InputError
        As `resolve_sound`.
    """
    dressed = [_dressed(unit, spectrum) for spectrum in unit.sound.spectra] or [unit]
    return tuple(
        sound_under(each, read.reading, read.origin) for read in readings(unit, sound_at) for each in dressed
    )


def with_spectrum(unit: Unit, name: str) -> Unit:
    """The unit with another template for its spectrum, as the user says.

    Raises
    ------
    InputError
        There is no such template, or the unit's file has the maker's own octave bands.
    """
    spectra = {spectrum.name: spectrum for spectrum in unit.sound.spectra}
    if not spectra:
        raise InputError(
            f'The octave bands of unit "{unit.id}" are stated in {unit.source["path"]}, so the spectrum "{name}" cannot stand in '
            "for them; leave the option out."
        )
    if name not in spectra:
        raise InputError(f'"{name}" is not a known spectrum; expected one of {", ".join(spectra)}.')
    said = Assumption("unit.sound.template", name, "given", spectra[name].source)
    assumptions = [said if known.name == said.name else known for known in unit.assumptions]
    return replace(_dressed(unit, spectra[name]), assumptions=tuple(assumptions))


def _dressed(unit: Unit, spectrum: Spectrum) -> Unit:
    sound = replace(
        unit.sound,
        shape_db=spectrum.shape_db,
        shape_31_db=spectrum.shape_31_db,
        shape_name=spectrum.name,
    )
    return replace(unit, sound=sound)


def unweighted(levels_dba: Sequence[float]) -> tuple[float, ...]:
    """Octave-band levels, 8 from 63 Hz or 9 from 31.5 Hz, without the A-weighting that the maker's figures carry."""
    weights = (LOWEST_A_WEIGHTING_DB, *A_WEIGHTING_DB)[-len(levels_dba) :]
    return tuple(level - float(weight) for level, weight in zip(levels_dba, weights, strict=True))


def bands_and_lowest(levels: Sequence[float], a_weighted: bool) -> tuple[tuple[float, ...], float | None]:
    """Unweighted levels of the 8 bands from 63 Hz, and of the 31.5 Hz octave where 9 are given."""
    plain = unweighted(levels) if a_weighted else tuple(levels)
    return plain[-BANDS:], plain[0] if len(plain) > BANDS else None
