"""The file behind a path: its format, the members of a Shapefile or a zip, and the hash of its bytes."""

import difflib
import hashlib
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from siting.errors import InputError

FORMATS = {
    ".gpkg": "GeoPackage",
    ".shp": "Shapefile",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON or TopoJSON",
    ".topojson": "TopoJSON",
    ".fgb": "FlatGeobuf",
    ".parquet": "GeoParquet",
    ".geoparquet": "GeoParquet",
    ".kml": "KML",
    ".kmz": "KML",
    ".gdb": "File Geodatabase",
}
KNOWN = (
    "GeoPackage, Shapefile (also zipped), GeoJSON, TopoJSON, FlatGeobuf, GeoParquet, KML or File Geodatabase"
)
JSON_ENDINGS = (".geojson", ".json", ".topojson")
SHAPEFILE_MEMBERS = (".cpg", ".dbf", ".prj", ".shp", ".shx")
FIRST_BYTES = {
    ".gpkg": b"SQLite format 3\0",
    ".shp": b"\0\0\x27\x0a",
    ".fgb": b"fgb",
    ".parquet": b"PAR1",
    ".geoparquet": b"PAR1",
    ".kmz": b"PK",
}


@dataclass(frozen=True)
class Source:
    """A vector file ready to open."""

    name: str  # as the user wrote it
    file: Path  # what the reader opens: the file itself, or an unpacked copy of it
    ending: str  # a key of FORMATS
    sha256: str
    layer: str | None  # what is left of the wanted layer's name once a member of the zip was chosen by it
    notes: tuple[str, ...]


@contextmanager
def opened(path: str | Path, layer: str | None = None) -> Iterator[Source]:
    """Find the vector file behind a path and unpack it where needed; the copy is gone when the block ends.

    Parameters
    ----------
    path : str or Path
        A file, a File Geodatabase folder, a zip, or `archive.zip!folder/member.shp`.
    layer : str, optional
        The layer wanted; in a zip with several data sets also the name of one of them.

    Yields
    ------
    Source
        Its `sha256` is over the file's bytes; of a Shapefile over its .cpg, .dbf, .prj, .shp and .shx and of a File
        Geodatabase over its files, in the sorted order of their names; of a zip over the zip.

    Raises
    ------
    InputError
        No such file, a folder, an ending or first bytes of no known format, a zip that cannot be unpacked.
    """
    name = str(path)
    file, member = _located(name)
    with TemporaryDirectory(prefix="siting-") as room:
        notes: tuple[str, ...] = ()
        digest = sha256(file)
        data = file
        if file.suffix.lower() == ".zip":
            data, layer, notes = _unpacked(name, file, Path(room), member, layer)
        elif set("!;") & set(str(file)):  # pyogrio reads these two as part of an address
            data = _copied(file, Path(room))
        ending = data.suffix.lower()
        _check_first_bytes(name, data, ending)
        yield Source(name, data, ending, digest, layer, notes)


def sha256(file: Path) -> str:
    """SHA-256 of a file's bytes; of a Shapefile or a folder over its members in the sorted order of their names."""
    digest = hashlib.sha256()
    for part in members(file):
        with part.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def members(file: Path) -> list[Path]:
    """The files that make up a data set, sorted by name."""
    if file.is_dir():
        return sorted(part for part in file.rglob("*") if part.is_file())
    if file.suffix.lower() != ".shp":
        return [file]
    beside = (part for part in file.parent.iterdir() if part.stem == file.stem)
    return sorted(part for part in beside if part.suffix.lower() in SHAPEFILE_MEMBERS)


def _located(name: str) -> tuple[Path, str | None]:
    """The file on disk, absolute, and the member of a zip where the path names one."""
    plain = name.removeprefix("zip://")
    file, member = Path(plain).expanduser(), None
    if not file.exists() and ".zip!" in plain.lower():
        cut = plain.lower().rindex(".zip!") + 4
        file, member = Path(plain[:cut]).expanduser(), plain[cut + 1 :]
    ending = file.suffix.lower()
    if not file.exists():
        raise InputError(_missing(name, file))
    if file.is_dir() and ending != ".gdb":
        inside = sorted(part.name for part in file.iterdir() if part.suffix.lower() in {*FORMATS, ".zip"})
        hint = f" (it holds {', '.join(inside[:5])})" if inside else ""
        raise InputError(f"{name} is a folder{hint}; give one file.")
    if ending in SHAPEFILE_MEMBERS and ending != ".shp":
        whole = next(
            (part for part in file.parent.glob("*") if part.name.lower() == f"{file.stem}.shp".lower()), None
        )
        hint = (
            f"give {whole.name}"
            if whole
            else f"there is no {file.stem}.shp beside it, so it holds no polygons"
        )
        raise InputError(f"{name} is one part of a Shapefile; {hint}.")
    if ending != ".zip" and ending not in FORMATS:
        raise InputError(f'{name} ends in "{file.suffix}", which is no format read here; give a {KNOWN}.')
    return file.absolute(), member


def _missing(name: str, file: Path) -> str:
    if not file.parent.is_dir():
        return f"{name}: no such file, and no folder {file.parent}; check the path."
    close = difflib.get_close_matches(
        file.name, [part.name for part in file.parent.iterdir()], n=3, cutoff=0.5
    )
    hint = f"did you mean {' or '.join(close)}?" if close else "check the path."
    return f"{name}: no such file; {hint}"


def _check_first_bytes(name: str, file: Path, ending: str) -> None:
    """Refuse a file that is not what its ending says, before a reader guesses at it."""
    if file.is_dir():
        return
    try:
        with file.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        raise InputError(f"{name} cannot be opened ({error.strerror}); check its permissions.") from error
    if not head:
        raise InputError(f"{name} is empty (0 bytes); export it again.")
    kml = ending == ".kml" and b"<kml" not in head.replace(b"\0", b"")
    if kml or not head.startswith(FIRST_BYTES.get(ending, b"")):
        raise InputError(
            f"{name} is not a {FORMATS[ending]} file, though its name says so: it begins with "
            f"{head[:12]!r}; export it again or correct its ending."
        )


def _copied(file: Path, room: Path) -> Path:
    """The data set under a plain name in another folder."""
    target = room / f"copy{file.suffix.lower()}"
    if file.is_dir():
        shutil.copytree(file, target)
        return target
    for part in members(file):
        shutil.copyfile(part, room / f"copy{part.suffix.lower()}")
    return target


def _unpacked(
    name: str, file: Path, room: Path, member: str | None, layer: str | None
) -> tuple[Path, str | None, tuple[str, ...]]:
    """One data set of a zip, unpacked with its checksums verified."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            found = _data_sets([entry.filename for entry in entries])
            chosen, layer = _chosen(name, found, member, layer, [entry.filename for entry in entries])
            places = {entry: place for entry in entries if (place := _place(entry.filename, chosen))}
            _check_room(name, sum(entry.file_size for entry in places), room)
            for entry, place in places.items():
                target = room / place
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as packed, target.open("wb") as out:
                    shutil.copyfileobj(packed, out)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise InputError(f"{name} cannot be unpacked ({error}); zip it again, without a password.") from error
    data = room / PurePosixPath(chosen).name
    return data.with_suffix(data.suffix.lower()), layer, (f"read from {chosen} in the zip",)


def _check_room(name: str, size: int, room: Path) -> None:
    """Refuse a zip that would fill the disk."""
    free = shutil.disk_usage(room).free
    if size > free / 2:
        raise InputError(
            f"{name} unpacks to {size / 1e9:,.1f} GB but only {free / 1e9:,.1f} GB are free; make room, or give the "
            "unpacked file."
        )


def _data_sets(entries: list[str]) -> list[str]:
    """Paths inside a zip that are data sets; bare .json counts only where nothing else does."""
    names: dict[str, None] = {}
    for entry in entries:
        path = PurePosixPath(entry)
        if path.parts[0] == "__MACOSX" or path.name.startswith("._"):
            continue
        folder = next((parent for parent in reversed(path.parents) if parent.suffix.lower() == ".gdb"), None)
        if folder or path.suffix.lower() in FORMATS:
            names[str(folder or path)] = None
    return [item for item in names if not item.lower().endswith(".json")] or list(names)


def _chosen(
    name: str, found: list[str], member: str | None, layer: str | None, entries: list[str]
) -> tuple[str, str | None]:
    """Which data set of a zip is meant, and the layer to look for inside it."""
    if not found:
        inner = next((entry for entry in entries if entry.lower().endswith(".zip")), None)
        hint = f"it holds another zip, {inner}: unpack that first" if inner else f"zip a {KNOWN}"
        raise InputError(f"{name} holds no map layer; {hint}.")
    wanted = member or (layer if len(found) > 1 else None)
    if wanted:
        for item in found:
            path = PurePosixPath(item)
            if wanted.lower() in (item.lower(), path.name.lower(), path.stem.lower()):
                return item, layer if member else None
        raise InputError(f'{name} holds no "{wanted}"; it holds {", ".join(found)}.')
    if len(found) > 1:
        raise InputError(f"{name} holds {len(found)} data sets: {', '.join(found)}; choose one with --layer.")
    return found[0], layer


def _place(entry: str, chosen: str) -> str | None:
    """Where an entry of the zip is unpacked to; None if it is no part of the chosen data set."""
    path, wanted = PurePosixPath(entry), PurePosixPath(chosen)
    if wanted.suffix.lower() == ".gdb":
        inside = path.is_relative_to(wanted) and ".." not in path.parts
        return str(PurePosixPath(wanted.stem + ".gdb") / path.relative_to(wanted)) if inside else None
    if entry == chosen:
        return wanted.stem + wanted.suffix.lower()
    sibling = wanted.suffix.lower() == ".shp" and path.parent == wanted.parent and path.stem == wanted.stem
    return wanted.stem + path.suffix.lower() if sibling and path.suffix.lower() in SHAPEFILE_MEMBERS else None
