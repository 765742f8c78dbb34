"""A unit from its TOML file: body, clearances, stated sound with its octave shape, and what the maker did not say."""

from kernels.bands import BANDS
from kernels.decibel import a_weighted_total
from siting.catalog.toml_table import Table, suggestion
from siting.errors import InputError
from siting.model import Assumption, Clearance, Facts, Origin, StatedSound, Unit
from siting.sound import reading_name, unweighted

SIDES = ("front_m", "right_m", "back_m", "left_m")  # in the order of Clearance
SPECTRUM = ("template", "spectrum_db", "spectrum_dba")
POSITIONS = 8  # directions of a directivity, every 45 degrees
LOUDEST_DB = 40.0  # of a direction against the sound power: more is a slip
AGREEMENT_DB = (
    0.5  # makers round each band and the total; more than this is a slip or another operating state
)
LONGEST_M = 100.0


def unit_from(whole: Table, facts: Facts, spectra: Table) -> Unit:
    """Check a unit's file and build it.

    Parameters
    ----------
    whole : Table
        The unit's file.
    facts : Facts
        What was read; the source that the file names is added to its notes.
    spectra : Table
        The octave shapes that a unit may name as its template.

    Raises
    ------
    InputError
        A key is missing, unknown, of the wrong form, or contradicts another (bands that do not sum to the level).
    """
    whole.only(
        "id", "name", "maker", "kw", "fuels", "mass_kg", "body", "clearance", "sound", "source", "assumed"
    )
    body, clearance = whole.table("body"), whole.table("clearance")
    body.only("length_m", "width_m", "height_m", "source_height_m")
    clearance.only(*SIDES)
    facts["notes"] = [_source(whole.table("source"))]
    return Unit(
        id=whole.text("id"),
        name=whole.text("name"),
        maker=whole.text("maker"),
        kw=whole.number("kw", above=0),
        fuels=whole.texts("fuels"),
        mass_kg=whole.number("mass_kg", above=0),
        length_m=body.number("length_m", above=0, most=LONGEST_M),
        width_m=body.number("width_m", above=0, most=LONGEST_M),
        height_m=body.number("height_m", above=0, most=LONGEST_M),
        source_height_m=body.number("source_height_m", above=0, most=LONGEST_M),
        clearance=Clearance(*(clearance.number(side, least=0, most=LONGEST_M) for side in SIDES)),
        sound=_stated_sound(whole.table("sound"), spectra),
        assumptions=_assumptions(whole, spectra),
        source=facts,
    )


def _source(table: Table) -> str:
    """Where the maker's figures stand, as one note."""
    table.only("text", "document", "url")
    parts = [table.text("text"), *(table.text(key) for key in ("document", "url") if key in table.values)]
    return f"Source: {'; '.join(parts)}."


def _stated_sound(table: Table, spectra: Table) -> StatedSound:
    table.only("level_dba", "stated_at", "directivity_db", *SPECTRUM)
    directivity_db = _directivity(table)
    level_dba = table.number("level_dba", above=0, most=150)
    stated_at = _stated_at(table)
    given = [key for key in SPECTRUM if key in table.values]
    if len(given) != 1:
        found = " and ".join(given) or "none"
        raise InputError(f"{table.path}: [sound] has {found} of {', '.join(SPECTRUM)}; expected exactly one.")
    if given == ["template"]:
        entry = _template(table, spectra)
        return StatedSound(
            level_dba, stated_at, _shape(entry), table.text("template"), "template", directivity_db
        )
    shape_db = _bands(table, given[0])
    total_dba = float(a_weighted_total(shape_db))
    if abs(total_dba - level_dba) > AGREEMENT_DB:
        raise InputError(
            f"{table.path}: the key {table.dotted(given[0])} sums to {total_dba:.1f} dB(A), but "
            f"{table.dotted('level_dba')} is {level_dba:g}; expected the same within {AGREEMENT_DB} dB."
        )
    return StatedSound(level_dba, stated_at, shape_db, "the unit's own", "file", directivity_db)


def _stated_at(table: Table) -> str | None:
    if "stated_at" not in table.values:
        return None
    try:
        return reading_name(table.text("stated_at"))
    except InputError as error:
        raise InputError(f"{table.path}: the key {table.dotted('stated_at')}: {error}") from error


def _directivity(table: Table) -> tuple[tuple[float, ...], ...] | None:
    """What each direction is louder than the sound power: 8 numbers, or 8 lists of 8 octave bands; from the front on."""
    key, whole = "directivity_db", table.dotted("directivity_db")
    if key not in table.values:
        return None
    given = table.values[key]
    if isinstance(given, list) and any(isinstance(entry, list) for entry in given):
        if len(given) != POSITIONS:
            raise InputError(
                f"{table.path}: the key {whole} has {len(given)} directions; expected {POSITIONS}, every 45° from the front."
            )
        rows = {f"{key}[{place}]": entry for place, entry in enumerate(given, start=1)}
        directions = tuple(Table(table.path, table.name, rows).numbers(place, BANDS) for place in rows)
    else:
        directions = tuple((level,) * BANDS for level in table.numbers(key, POSITIONS))
    worst = max((level for direction in directions for level in direction), key=abs)
    if abs(worst) > LOUDEST_DB:
        raise InputError(
            f"{table.path}: the key {whole} has {worst:g} dB; expected what a direction is louder than the sound power, "
            f"at most {LOUDEST_DB:g} dB either way, not a level."
        )
    return directions


def _bands(table: Table, key: str) -> tuple[float, ...]:
    """Eight unweighted octave bands from a key whose name says whether its figures carry the A-weighting."""
    levels = table.numbers(key, BANDS)
    return unweighted(levels) if key.endswith("dba") else levels


def _template(table: Table, spectra: Table) -> Table:
    name = table.text("template")
    if name not in spectra.values:
        near, known = suggestion(name, spectra.values), ", ".join(spectra.values)
        raise InputError(
            f'{table.path}: the key {table.dotted("template")} is "{name}"{near}; expected one of {known}.'
        )
    return spectra.table(name)


def _shape(entry: Table) -> tuple[float, ...]:
    entry.only("db", "dba", "source")
    return _bands(entry, "dba" if "dba" in entry.values else "db")


def _assumptions(whole: Table, spectra: Table) -> tuple[Assumption, ...]:
    """One for each key that [assumed] names, and one for the spectrum where a template stands in for it."""
    sound, reasons = whole.table("sound"), whole.table("assumed", optional=True)
    texts = {dotted: reasons.text(dotted) for dotted in reasons.values}
    if "template" in sound.values:
        texts.setdefault("sound.template", _template(sound, spectra).text("source"))
    return tuple(_assumption(whole, dotted, reason) for dotted, reason in texts.items())


def _assumption(whole: Table, dotted: str, reason: str) -> Assumption:
    parent, _, key = dotted.rpartition(".")
    values = whole.values.get(parent, {}) if parent else whole.values
    value = values.get(key) if isinstance(values, dict) else None
    if value is None or isinstance(value, dict):
        known = [
            f"{name}.{key}" for name in ("body", "clearance", "sound") for key in whole.table(name).values
        ]
        near = suggestion(dotted, known)
        raise InputError(
            f'{whole.path}: [assumed] names "{dotted}", which the file does not give{near}; '
            'expected the dotted name of a value, such as "body.length_m".'
        )
    origin: Origin = "template" if dotted == "sound.template" else "assumed"
    return Assumption(
        f"unit.{dotted}", value if isinstance(value, int | float) else str(value), origin, reason
    )
