"""A TOML file read key by key: every value is checked; an error names file, line, key, what was found and what is expected."""

import hashlib
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn, TypeGuard

from siting.catalog.toml_lines import key_lines
from siting.errors import InputError


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """` (did you mean "x"?)` for the known name nearest to a wrong one, or nothing."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(wrong.lower(), by_lower, n=1, cutoff=0.6)
    return f' (did you mean "{by_lower[near[0]]}"?)' if near else ""


def as_found(value: Any) -> str:
    """A value as a message shows it."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return repr(value)


def _is_number(value: Any) -> TypeGuard[int | float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e15  # false for nan too, and no number in these files is that large


@dataclass(frozen=True)
class Table:
    """One table of a TOML file. `path` is as the user gave it; `name` is the table's dotted name, "" for the whole file.

    `lines` are those of `siting.catalog.toml_lines.key_lines`, for the whole file.
    """

    path: str
    name: str
    values: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict, repr=False)

    def dotted(self, key: str) -> str:
        """The key's full name in the file."""
        return f"{self.name}.{key}" if self.name else key

    def error(self, key: str, sentence: str) -> InputError:
        """An InputError of file, line of the key (or of the table, where it lacks the key) and a sentence without them."""
        line, name = None, self.dotted(key)
        while line is None and name:
            line = self.lines.get(name)
            name = name.rpartition("[" if name.endswith("]") else ".")[0]
        where = f"{self.path}: " if line is None else f"{self.path}: line {line}: "
        return InputError(where + sentence)

    def refuse(self, key: str, expected: str) -> NoReturn:
        """Raise the InputError for a value that is missing or of the wrong form."""
        if key not in self.values:
            raise self.error(key, f"the key {self.dotted(key)} is missing; expected {expected}.")
        raise self.error(
            key, f"the key {self.dotted(key)} is {as_found(self.values[key])}; expected {expected}."
        )

    def only(self, *known: str) -> None:
        """Raise InputError if the table has a key that is not known, with the nearest known one."""
        for key in self.values:
            if key not in known:
                near = suggestion(key, known)
                raise self.error(
                    key, f"the key {self.dotted(key)} is not known{near}; expected {', '.join(known)}."
                )

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not blank; InputError otherwise, or if it is missing and there is no default."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or (not value.strip() and value != default):
            self.refuse(key, "a text that is not empty")
        return value

    def one_of(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """A text out of a few; InputError otherwise, or if it is missing and there is no default."""
        value = self.values.get(key, default)
        if value not in choices:
            known = ", ".join(f'"{choice}"' for choice in choices)
            self.refuse(key, f"one of {known}{suggestion(value, choices) if isinstance(value, str) else ''}")
        return str(value)

    def flag(self, key: str, default: bool) -> bool:
        """True or false; InputError for anything else."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            self.refuse(key, "true or false, without quotes")
        return value

    def number(
        self, key: str, above: float | None = None, least: float | None = None, most: float = math.inf
    ) -> float:
        """A finite number above `above`, or not under `least`, and not over `most`; InputError otherwise."""
        value = self.values.get(key)
        low = (
            ""
            if above is None and least is None
            else f" above {above:g}"
            if least is None
            else f" of at least {least:g}"
        )
        high = "" if most == math.inf else f"{' and' if low else ''} at most {most:g}"
        if not _is_number(value):
            self.refuse(key, f"a number{low}{high}")
        if (above is not None and value <= above) or (least is not None and value < least) or value > most:
            self.refuse(key, f"a number{low}{high}")
        return float(value)

    def numbers(self, key: str, count: int) -> tuple[float, ...]:
        """A list of `count` finite numbers; InputError otherwise, naming the count or the entry that is wrong."""
        value = self.values.get(key)
        if not isinstance(value, list):
            self.refuse(key, f"a list of {count} numbers")
        if len(value) != count:
            raise self.error(key, f"the key {self.dotted(key)} has {len(value)} numbers; expected {count}.")
        for place, entry in enumerate(value, start=1):
            if not _is_number(entry):
                raise self.error(
                    f"{key}[{place}]", f"entry {place} of {self.dotted(key)} is {entry!r}; expected a number."
                )
        return tuple(float(entry) for entry in value)

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts, at least one and none blank; InputError otherwise, or if missing without a default."""
        if key not in self.values and default is not None:
            return default
        value = self.values.get(key)
        if not isinstance(value, list) or not all(
            isinstance(entry, str) and entry.strip() for entry in value
        ):
            self.refuse(key, "a list of texts, each in quotes and none empty")
        if not value and default is None:
            self.refuse(key, "a list with at least one text")
        return tuple(value)

    def table(self, key: str, optional: bool = False) -> "Table":
        """A table of the file; an absent one is empty where it is optional, an InputError where not."""
        value = self.values.get(key, {} if optional else None)
        if not isinstance(value, dict):
            self.refuse(key, f"a table, written [{self.dotted(key)}]")
        return Table(self.path, self.dotted(key), value, self.lines)

    def tables(self, key: str) -> tuple["Table", ...]:
        """A list of tables; none where the key is absent, an InputError where it is anything else."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            self.refuse(key, f"tables, each written [[{self.dotted(key)}]]")
        return tuple(
            Table(self.path, f"{self.dotted(key)}[{place}]", entry, self.lines)
            for place, entry in enumerate(value, start=1)
        )


def read_toml(file: Path, shown: str) -> tuple[Table, str]:
    """Read a TOML file, UTF-8 with or without a byte order mark.

    Parameters
    ----------
    file : Path
        Where it is.
    shown : str
        How messages name it.

    Returns
    -------
    tuple of Table and str
        The whole file as a table, and the SHA-256 of its bytes.

    Raises
    ------
    InputError
        The file cannot be read, is not UTF-8, or is not TOML; the last names the line.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"{shown}: the file cannot be read: {error.strerror or error}.") from error
    try:
        text = content.decode("utf-8-sig")
        values = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise InputError(f"{shown}: byte {error.start} is not UTF-8; save the file as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{shown}: not readable as TOML: {str(error).rstrip('.')}.") from error
    return Table(shown, "", values, key_lines(text)), hashlib.sha256(content).hexdigest()
