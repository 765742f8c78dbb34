"""On which line of a TOML text every key stands, so that an error can name it."""

import re
import tomllib
from typing import NamedTuple

TOKEN = re.compile(
    r'''"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'''  # strings over several lines first: a short one would end inside them
    r"""|\'\'\'(?:[^']|'{1,2}(?!'))*'{3,5}"""
    r'''|"(?:[^"\\\n]|\\.)*"'''
    r"""|'[^'\n]*'"""
    r"""|\#[^\n]*|\n|[\[\]{}=,.]|[^\s\[\]{}=,."'#]+""",
    re.DOTALL,
)
ENDS = ("\n", ",", "]", "}")


class Token(NamedTuple):
    """A piece of the text and its line, counted from 1."""

    text: str
    line: int


def key_lines(text: str) -> dict[str, int]:
    r"""Line of every key, table and list entry of a TOML text that `tomllib` has accepted.

    Names are dotted, entries of lists are counted from 1: "periods.day", "limits[2]", "limits[2].night", "limits[2].night[9]".

    Examples
    --------
    >>> key_lines('a = 1\n[[b]]\nc = [\n 2]')
    {'a': 1, 'b': 2, 'b[1]': 2, 'b[1].c': 3, 'b[1].c[1]': 4}
    """
    tokens = [*_tokens(text.replace("\r\n", "\n")), Token("\n", 0)]
    found: dict[str, int] = {}
    counts: dict[str, int] = {}  # entries so far of every list of tables
    table, place = "", 0
    while place < len(tokens):
        if tokens[place].text == "\n":
            place += 1
        elif tokens[place].text == "[":
            table, place = _header(tokens, place, counts, found)
        else:
            place = _entry(tokens, place, table, found)
    return found


def _tokens(text: str) -> list[Token]:
    """The text without blanks and comments."""
    found, line, last = [], 1, 0
    for match in TOKEN.finditer(text):
        line, last = line + text.count("\n", last, match.start()), match.start()
        if not match[0].startswith("#"):
            found.append(Token(match[0], line))
    return found


def _header(
    tokens: list[Token], place: int, counts: dict[str, int], found: dict[str, int]
) -> tuple[str, int]:
    """The name of the table that [header] or [[header]] opens, and the token after it."""
    line, many = tokens[place].line, tokens[place + 1].text == "["
    parts, place = _key(tokens, place + 1 + many)
    name = ""
    for count, part in enumerate(parts, start=1):
        name = _joined(name, part)
        found.setdefault(name, line)
        if many and count == len(parts):
            counts[name] = counts.get(name, 0) + 1
        if name in counts:
            name += f"[{counts[name]}]"
            found.setdefault(name, line)
    return name, place + 1 + many


def _entry(tokens: list[Token], place: int, table: str, found: dict[str, int]) -> int:
    """Note a key and what its value holds; the token after it."""
    line, name = tokens[place].line, table
    parts, place = _key(tokens, place)
    for part in parts:
        name = _joined(name, part)
        found.setdefault(name, line)
    return _value(tokens, place + 1, name, found)


def _key(tokens: list[Token], place: int) -> tuple[list[str], int]:
    """The parts of a dotted key, and the token that ends it."""
    parts = []
    while tokens[place].text not in ("=", "]"):
        text = tokens[place].text
        if text != ".":
            parts.append(tomllib.loads(f"key = {text}")["key"] if text[0] in "\"'" else text)
        place += 1
    return parts, place


def _value(tokens: list[Token], place: int, name: str, found: dict[str, int]) -> int:
    """Note what a value holds; the token after it."""
    opening, count = tokens[place].text, 0
    if opening not in ("[", "{"):
        while tokens[place].text not in ENDS:
            place += 1
        return place
    place += 1
    while tokens[place].text not in ("]", "}"):
        if tokens[place].text in ("\n", ","):
            place += 1
        elif opening == "{":
            place = _entry(tokens, place, name, found)
        else:
            count += 1
            found[f"{name}[{count}]"] = tokens[place].line
            place = _value(tokens, place, f"{name}[{count}]", found)
    return place + 1


def _joined(name: str, part: str) -> str:
    return f"{name}.{part}" if name else part
