"""Values of a scene as they stand in a file: numbers, bands and names, each checked and told in one sentence."""

import difflib
import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn

from siting.errors import InputError
from siting.parts import Bands

Point = tuple[float, float]
BANDS = 8
POSITIONS = 8  # of a directivity, every 45 degrees
MOST_SHOWN = 60
QUIETEST_DB, LOUDEST_DB = -50.0, 250.0  # a sound power; what lies beyond stands for "not known", or is a slip
MOST_GAIN_DB = 100.0  # of a direction over the sound power


def shown(value: Any) -> str:
    """A value as it stands in the file, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} …"


def number(where: str, key: str, value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """A finite number within a range, both ends counted.

    Raises
    ------
    InputError
        No number (also true, false, null and text), not finite, or out of range.
    """
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not _finite(value):
        refuse(where, f"{key} is {shown(value)}", f"give {_wanted(low, high)}")
    if not low <= value <= high:
        refuse(where, f"{key} is {shown(value)}", f"give {_wanted(low, high)}")
    return float(value)


def numbers(
    where: str, key: str, value: Any, count: int, low: float = -math.inf, high: float = math.inf
) -> tuple[float, ...]:
    """A list of so many numbers."""
    if not isinstance(value, list):
        refuse(where, f"{key} is {shown(value)}", f"give a list of {count} numbers")
    if len(value) != count:
        refuse(where, f"{key} has {len(value)} values", f"give {_list_of(count)}")
    return tuple(number(where, f"value {n} of {key}", item, low, high) for n, item in enumerate(value, 1))


def bands(where: str, key: str, value: Any, low: float = -math.inf, high: float = math.inf) -> Bands:
    """Eight octave bands."""
    return numbers(where, key, value, BANDS, low, high)


def absorption(where: str, value: Any) -> Bands:
    """Absorption in eight bands, from one number or eight, each a share from 0 to 1."""
    if isinstance(value, list):
        return bands(where, "absorption", value, 0, 1)
    return (number(where, "absorption", value, 0, 1),) * BANDS


def powers(where: str, value: Any) -> Bands:
    """Sound power in eight bands."""
    return bands(where, "power_db", value, QUIETEST_DB, LOUDEST_DB)


def directivity(where: str, value: Any) -> tuple[Bands, ...]:
    """Eight positions of eight bands; one number a position holds for all its bands."""
    key = "directivity_db"
    if isinstance(value, list) and any(isinstance(item, list) for item in value):
        if len(value) != POSITIONS:
            refuse(
                where,
                f"{key} has {len(value)} positions",
                "give 8, every 45° counter-clockwise from the heading",
            )
        limits = (-MOST_GAIN_DB, MOST_GAIN_DB)
        return tuple(bands(where, f"position {n} of {key}", item, *limits) for n, item in enumerate(value, 1))
    return tuple(
        (level,) * BANDS for level in numbers(where, key, value, POSITIONS, -MOST_GAIN_DB, MOST_GAIN_DB)
    )


def flag(where: str, key: str, value: Any) -> bool:
    """True or false, nothing that merely looks like it."""
    if not isinstance(value, bool):
        refuse(where, f"{key} is {shown(value)}", "give true or false")
    return value


def choice(where: str, key: str, value: Any, known: tuple[Any, ...]) -> Any:
    """One of a few values."""
    if isinstance(value, bool) or value not in known:
        hint = nearest(value, known) if isinstance(value, str) else None
        listed = " or ".join(shown(item) for item in known)
        refuse(where, f"{key} is {shown(value)}", f"did you mean {hint}?" if hint else f"give {listed}")
    return next(item for item in known if item == value)


def check_keys(where: str, owner: str, keys: Iterable[str], known: Iterable[str]) -> None:
    """Refuse the first key that `owner` ("a wall") does not have, with the nearest that it has."""
    known = tuple(known)
    for key in keys:
        if key not in known:
            hint = nearest(key, known)
            do = f"did you mean {hint}?" if hint else f"{owner} has {', '.join(known)}"
            refuse(where, f"{shown(key)} is no key of {owner}", do)


def nearest(word: str, known: Iterable[Any]) -> str | None:
    """The known word that is closest in spelling; None where none is close."""
    lower = {str(item).lower(): str(item) for item in known}
    close = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=0.5)
    return lower[close[0]] if close else None


def refuse(where: str, found: str, do: str) -> NoReturn:
    """Raise the one sentence: where, what was found, what to do."""
    raise InputError(f"{where}: {found}; {do}{'' if do.endswith('?') else '.'}")


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond every float
        return False


def _wanted(low: float, high: float) -> str:
    if low == -math.inf:
        return "a number" if high == math.inf else f"a number up to {high:g}"
    return f"a number of {low:g} or more" if high == math.inf else f"a number from {low:g} to {high:g}"


def _list_of(count: int) -> str:
    return "8, one for each octave band from 63 Hz to 8 kHz" if count == BANDS else f"{count}"
