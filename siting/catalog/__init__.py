"""The catalogue: units, yard items and ordinances by name or by the path of a user's own TOML file."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from siting.catalog.distances_file import distances_from
from siting.catalog.item_file import item_from
from siting.catalog.ordinance_file import ordinance_from
from siting.catalog.spectra_file import spectra_from
from siting.catalog.tank_file import Tanks, tanks_from
from siting.catalog.toml_table import Table, read_toml, suggestion
from siting.catalog.unit_file import unit_from
from siting.errors import InputError
from siting.law import BuildingDistances, Ordinance
from siting.model import Facts, Spectrum, Unit
from siting.sound import readings, resolve_sound
from siting.yard import YardItem

__all__ = [
    "data_folder",
    "item_names",
    "load_distances",
    "load_item",
    "load_ordinance",
    "load_spectra",
    "load_tanks",
    "load_unit",
    "ordinance_names",
    "readings",
    "resolve_sound",
    "unit_names",
]

Loaded = TypeVar("Loaded")


def data_folder() -> Path:
    """The folder with units, ordinances, spectra and examples: inside an installed package, beside it in a checkout."""
    packaged = Path(__file__).parents[1] / "data"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "data"


def unit_names() -> tuple[str, ...]:
    """Names of the units in the catalogue, sorted."""
    return _names("units")


def ordinance_names() -> tuple[str, ...]:
    """Names of the ordinances in the catalogue, sorted."""
    return _names("ordinances")


def item_names() -> tuple[str, ...]:
    """Names of the yard items in the catalogue, sorted."""
    return _names("items")


def load_spectra() -> tuple[Spectrum, ...]:
    """The octave shapes of data/spectra.toml: engine, gas engine, turbine, flat."""
    whole, _ = read_toml(data_folder() / "spectra.toml", "data/spectra.toml")
    return spectra_from(whole)


def load_tanks() -> Tanks:
    """What data/tanks.toml knows of propane tanks."""
    shown = "data/tanks.toml"
    whole, sha256 = read_toml(data_folder() / "tanks.toml", shown)
    return tanks_from(whole, _facts("tanks", shown, sha256))


def load_unit(name_or_path: str | Path) -> Unit:
    """Read a unit of the catalogue by name, or a unit TOML by path.

    Raises
    ------
    InputError
        No such name or file, or a key is missing, unknown, of the wrong form or contradicts another.
    """
    spectra = load_spectra()
    return _load(name_or_path, "unit", "units", lambda whole, facts: unit_from(whole, facts, spectra))


def load_item(name_or_path: str | Path) -> YardItem:
    """Read a yard item of the catalogue by name, or an item TOML by path.

    Raises
    ------
    InputError
        No such name or file, or a key is missing, unknown, of the wrong form or contradicts another.
    """
    spectra = load_spectra()
    return _load(name_or_path, "item", "items", lambda whole, facts: item_from(whole, facts, spectra))


def load_ordinance(name_or_path: str | Path) -> Ordinance:
    """Read an ordinance of the catalogue by name, or an ordinance TOML by path.

    Raises
    ------
    InputError
        No such name or file, or a key is missing, unknown, of the wrong form or contradicts another.
    """
    return _load(name_or_path, "ordinance", "ordinances", ordinance_from)


def load_distances(name_or_path: str | Path) -> BuildingDistances:
    """Read a table of distances from buildings of the catalogue by name, or a TOML by path.

    Raises
    ------
    InputError
        No such name or file, or a key is missing, unknown or of the wrong form.
    """
    return _load(name_or_path, "distances", "distances", distances_from)


def _names(folder: str) -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in (data_folder() / folder).glob("*.toml")))


def _load(
    name_or_path: str | Path, role: str, folder: str, build: Callable[[Table, Facts], Loaded]
) -> Loaded:
    named = str(name_or_path)
    if named in _names(folder):
        file, shown = data_folder() / folder / f"{named}.toml", f"data/{folder}/{named}.toml"
    else:
        file, shown = Path(named), named
        if not file.is_file():
            raise InputError(_no_such(named, role, folder))
    whole, sha256 = read_toml(file, shown)
    return build(whole, _facts(role, shown, sha256))


def _facts(role: str, shown: str, sha256: str) -> Facts:
    return {
        "role": role,
        "path": shown,
        "layer": None,
        "crs": None,
        "features": 1,
        "sha256": sha256,
        "notes": [],
    }


def _no_such(named: str, role: str, folder: str) -> str:
    if named.lower().endswith(".toml") or "/" in named or "\\" in named:
        return f"{named}: there is no such {role} file; check the path."
    known = _names(folder)
    near = suggestion(named, known)
    return (
        f'"{named}" is not in the catalogue of {folder} ({", ".join(known)}){near}; '
        "give one of these names or the path of a TOML file."
    )
