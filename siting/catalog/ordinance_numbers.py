"""What every number of an ordinance has: where it stands in the code, its unit of length, the zone classes it is for."""

import math
from typing import NoReturn

from siting.catalog.toml_table import Table, suggestion
from siting.errors import InputError
from siting.law import Cited
from siting.model import FOOT_M

CITE = ("section", "source", "read")
"""The keys that any table may have."""


def cited(table: Table, whole: Cited) -> Cited:
    """Where a table's numbers stand: by its own keys, else as the file says for the whole."""
    return Cited(
        table.text("section", default=whole.section),
        table.text("source", default=whole.source),
        table.flag("read", default=whole.read),
    )


def length_m(table: Table, name: str, most: float, *, above: float | None = None) -> float | None:
    """A length given in metres or in feet, in metres; None where it is not given.

    Parameters
    ----------
    most : float
        The longest that makes sense, metres.
    above : float, optional
        What it exceeds; where left out, 0 is a length too.
    """
    if name in table.values:
        raise table.error(
            name,
            f"the key {table.dotted(name)} has no unit; "
            f"expected {name}_ft for a length in feet or {name}_m for one in metres.",
        )
    given = [key for key in (f"{name}_m", f"{name}_ft") if key in table.values]
    if not given:
        return None
    if len(given) == 2:
        raise table.error(
            given[1], f"the table [{table.name}] has {given[0]} and {given[1]}; expected one of them."
        )
    key, factor = given[0], FOOT_M if given[0].endswith("_ft") else 1.0
    if isinstance(table.values[key], str):
        _refuse_text(table, name, key)
    least = 0.0 if above is None else None
    return table.number(key, above=above, least=least, most=math.floor(most / factor)) * factor


def _refuse_text(table: Table, name: str, key: str) -> NoReturn:
    units = "feet" if key.endswith("_ft") else "metres"
    table.refuse(key, f"a number of {units} without quotes ({name}_ft takes feet, {name}_m takes metres)")


def classes_of(table: Table, key: str, known: list[str], default: str | None = None) -> tuple[str, ...]:
    """Zone classes that a key names, one or a list of them, each with patterns in [zones]; "*", any zone, only alone.

    Raises
    ------
    InputError
        It names none, one twice, or one to which no pattern maps.
    """
    value = table.values.get(key, default)
    if value == "*":
        return ("*",)
    found = value if isinstance(value, list) else [value]
    if not found or not all(isinstance(name, str) and name.strip() for name in found):
        table.refuse(key, 'a zone class, a list of classes, or "*" for any zone')
    for name in found:
        if name == "*":
            raise table.error(
                key, f'{table.dotted(key)} has "*" among others; "*" alone is any zone already.'
            )
        if found.count(name) > 1:
            raise table.error(key, f'{table.dotted(key)} names "{name}" twice; expected it once.')
        if name not in known:
            raise _unmapped(table, key, name, known)
    return tuple(found)


def _unmapped(table: Table, key: str, name: str, known: list[str]) -> InputError:
    return table.error(
        key,
        f'{table.dotted(key)} names the zone class "{name}", to which no pattern in [zones] maps'
        f"{suggestion(name, known)}; [zones] has {', '.join(known) or 'no class'}.",
    )


def only_with_periods(table: Table, periods: list[str], *known: str) -> None:
    """Raise InputError if a table has a key that is neither known nor a period, with the nearest name."""
    for key in table.values:
        if key not in periods and key not in known:
            near = suggestion(key, [*periods, *known])
            raise table.error(
                key,
                f"the key {table.dotted(key)} is neither a period that [periods] has nor known{near}; "
                f"the periods are {', '.join(periods)}, the keys {', '.join(known)}.",
            )
