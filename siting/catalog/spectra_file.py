"""The octave shapes of data/spectra.toml, which stand in for the spectrum that a maker does not give."""

from siting.catalog.toml_table import Table
from siting.metrics import NINE
from siting.model import Spectrum
from siting.sound import bands_and_lowest

SMALLEST_SD_DB, LARGEST_SD_DB = 0.0, 20.0


def spectra_from(whole: Table) -> tuple[Spectrum, ...]:
    """Every template of the file, in its order.

    Raises
    ------
    InputError
        A key is missing, unknown or of the wrong form.
    """
    return tuple(_spectrum(whole.table(name), name) for name in whole.values)


def _spectrum(entry: Table, name: str) -> Spectrum:
    entry.only("db", "dba", "source", "sd_db", "sd_reason")
    key = "dba" if "dba" in entry.values else "db"
    shape_db, shape_31_db = bands_and_lowest(_bands(entry, key), a_weighted=key == "dba")
    return Spectrum(name, shape_db, shape_31_db, _sd_db(entry), entry.text("source"), entry.text("sd_reason"))


def _bands(entry: Table, key: str) -> tuple[float, ...]:
    """Nine levels, or eight where the list has no 31.5 Hz octave."""
    given = entry.values.get(key)
    lacks_lowest = isinstance(given, list) and len(given) == len(NINE) - 1
    return entry.numbers(key, len(NINE) - 1 if lacks_lowest else len(NINE))


def _sd_db(entry: Table) -> tuple[float, ...]:
    """One number for all bands, or nine."""
    if not isinstance(entry.values.get("sd_db"), list):
        return (entry.number("sd_db", least=SMALLEST_SD_DB, most=LARGEST_SD_DB),) * len(NINE)
    return entry.numbers("sd_db", len(NINE))
