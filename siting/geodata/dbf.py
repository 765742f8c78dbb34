"""The table of a Shapefile: whether its parts belong together, and the encoding of its text."""

import codecs
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from siting.errors import InputError

UNSAID = (0x00, 0x57)  # language codes of a .dbf that name no code page
Bytes = NDArray[np.uint8]


def check_parts(name: str, file: Path) -> list[str]:
    """Compare the parts of a Shapefile with each other.

    Returns
    -------
    list of str
        Notes: no table, bytes behind the last shape, rows marked as deleted.

    Raises
    ------
    InputError
        No .shx, a .shp that is cut short, or a table of another length.
    """
    notes = []
    index, table = _part(file, ".shx"), _part(file, ".dbf")
    if index is None:
        raise InputError(f"{name}: {file.stem}.shx is missing beside it; copy all parts of the Shapefile.")
    with file.open("rb") as stream:
        stated = 2 * int.from_bytes(stream.read(28)[24:28], "big")  # ESRI Shapefile: length in 16-bit words
    size = file.stat().st_size
    if size < stated:
        raise InputError(f"{name} is cut short: {size:,} of {stated:,} bytes; fetch or export it again.")
    if size > stated:
        notes.append(
            f"{size - stated:,} bytes behind the last shape are no part of the file and were not read"
        )
    if table is None:
        return [*notes, f"{file.stem}.dbf is missing, so the lots have no fields"]
    shapes = (index.stat().st_size - 100) // 8
    rows, deleted = _rows(name, table)
    if rows != shapes:
        raise InputError(
            f"{name} has {shapes:,} shapes but its table {table.name} has {rows:,} rows; "
            "copy all parts of the Shapefile from the same export."
        )
    return [*notes, f"{deleted:,} rows of {table.name} are marked as deleted"] if deleted else notes


def encoding(name: str, file: Path) -> tuple[str | None, list[str]]:
    """The encoding that the reader should use for a Shapefile's text, None where it finds it itself.

    A .cpg counts first, then the table's own language code; where neither says anything, UTF-8 if every value is valid
    UTF-8, else Windows-1252.

    Raises
    ------
    InputError
        The .cpg names no known encoding, or a value is not valid in it.
    """
    table, cpg = _part(file, ".dbf"), _part(file, ".cpg")
    if table is None:
        return None, []
    data = table.read_bytes()
    foreign = _foreign_values(data)
    if not foreign:
        return None, []
    if cpg is not None:
        text = cpg.read_bytes().decode("ascii", "replace").strip()
        codec = _codec(text)
        if codec is None or codec.startswith(("utf-16", "utf-32")):
            raise InputError(
                f'{name}: {cpg.name} says "{text}", which no .dbf can be written in; '
                "write the table's true encoding there, for example UTF-8 or 1252."
            )
        if wrong := next((field for field, value in foreign if not _fits(value, codec)), None):
            raise InputError(
                f'{name}: {cpg.name} says "{text}", but values of {wrong} are not; correct {cpg.name}.'
            )
        return _gdal_name(codec), []
    if data[29] not in UNSAID:
        return None, []
    if all(_fits(value, "utf-8") for _, value in foreign):
        return "UTF-8", ["no encoding is stated; its text is valid UTF-8 and was read so"]
    codec = "cp1252" if all(_fits(value, "cp1252") for _, value in foreign) else "iso8859-1"
    return _gdal_name(codec), [f"no encoding is stated; its text was read as {_gdal_name(codec)} (assumed)"]


def _part(file: Path, ending: str) -> Path | None:
    return next(
        (file.with_suffix(case) for case in (ending, ending.upper()) if file.with_suffix(case).exists()), None
    )


def _rows(name: str, table: Path) -> tuple[int, int]:
    """Rows of a .dbf, and how many of them are marked as deleted."""
    data = np.fromfile(table, np.uint8)
    try:
        records = _records(data)
    except (ValueError, IndexError) as error:
        raise InputError(
            f"{name}: its table {table.name} is cut short or damaged; fetch or export it again."
        ) from error
    return len(records), int(np.count_nonzero(records[:, 0] == ord("*"))) if records.size else 0


def _records(data: Bytes) -> Bytes:
    """The rows of a .dbf as bytes (dBASE: row count, header length and row length at offsets 4, 8 and 10)."""
    rows = int(data[4:8].view("<u4")[0])
    start, length = (int(value) for value in data[8:12].view("<u2"))
    return data[start : start + rows * length].reshape(rows, length)


def _foreign_values(data: bytes) -> list[tuple[str, bytes]]:
    """Field names and text values with bytes outside ASCII, each with the field they stand in."""
    array = np.frombuffer(data, np.uint8)
    if not np.any(array[32:] >= 0x80):
        return []
    records, start, column, found = _records(array), 32, 1, []
    while start + 32 <= len(data) and data[start] != 0x0D:
        title, kind = data[start : start + 11].split(b"\0")[0], data[start + 11 : start + 12]
        width = data[start + 16] + (256 * data[start + 17] if kind == b"C" else 0)
        field = title.decode("ascii", "replace")
        if max(title, default=0) >= 0x80:
            found.append((f"the field name {field}", title))
        if kind == b"C":
            block = np.ascontiguousarray(records[:, column : column + width])
            for row in block[np.any(block >= 0x80, axis=1)]:
                found.append((f"field {field}", row.tobytes()))
        start, column = start + 32, column + width
    return found


def _codec(text: str) -> str | None:
    """Python's name of an encoding as a .cpg may write it: UTF-8, 1252, ANSI 1252, Big-5, 88591."""
    digits = re.search(r"\d{3,5}", text)
    tries = [text, text.replace("-", ""), text.replace(" ", ""), f"cs{text}"]  # csKOI8R: IANA alias
    if digits:
        number = digits[0]
        tries += [f"iso8859-{number[4:]}"] if number.startswith("8859") else [f"cp{number}"]
    for item in tries:
        try:
            return codecs.lookup(item).name
        except LookupError:
            continue
    return None


def _fits(value: bytes, codec: str) -> bool:
    """Whether a value is text in an encoding; a last character that the field's width cut in two is let pass."""
    try:
        codecs.getincrementaldecoder(codec)().decode(value.rstrip(b" \0"))
    except UnicodeDecodeError:
        return False
    return True


def _gdal_name(codec: str) -> str:
    return codec.upper().replace("_", "-").replace("ISO8859", "ISO-8859")
