"""A unit from its TOML file: body, clearances, stated sound with its octave shape, and what the maker did not say."""

from kernels.bands import BANDS, LOWEST_A_WEIGHTING_DB
from kernels.decibel import a_weighted_total
from siting.catalog.toml_table import Table, suggestion
from siting.errors import InputError
from siting.model import Assumption, Clearance, Facts, Origin, Spectrum, StatedSound, Unit
from siting.sound import OWN_SPECTRUM, bands_and_lowest, reading_name

SIDES = ("front_m", "right_m", "back_m", "left_m")  # in the order of Clearance
SPECTRUM = ("template", "spectrum_db", "spectrum_dba")
LOWEST = ("spectrum_31_db", "spectrum_31_dba")
LARGEST_TOLERANCE_DB = 10.0
POSITIONS = 8  # directions of a directivity, every 45 degrees
LOUDEST_DB = 40.0  # of a direction against the sound power: more is a slip
AGREEMENT_DB = (
    0.5  # makers round each band and the total; more than this is a slip or another operating state
)
LONGEST_M = 100.0


def unit_from(whole: Table, facts: Facts, spectra: tuple[Spectrum, ...]) -> Unit:
    """Check a unit's file and build it.

    Parameters
    ----------
    whole : Table
        The unit's file.
    facts : Facts
        What was read; the source that the file names is added to its notes.
    spectra : tuple of Spectrum
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
    facts["notes"] = [source_note(whole.table("source"))]
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
        sound=stated_sound(whole.table("sound"), spectra),
        assumptions=assumptions_of(whole, "unit", ("body", "clearance", "sound"), spectra),
        source=facts,
    )


def source_note(table: Table) -> str:
    """Where the maker's figures stand, as one note."""
    table.only("text", "document", "url")
    parts = [table.text("text"), *(table.text(key) for key in ("document", "url") if key in table.values)]
    return f"Source: {'; '.join(parts)}."


def stated_sound(table: Table, spectra: tuple[Spectrum, ...]) -> StatedSound:
    """What a maker says of the sound: a level, where it holds, and the octave shape, its own or a template.

    Raises
    ------
    InputError
        A key is missing, unknown, of the wrong form, or contradicts another.
    """
    table.only("level_dba", "stated_at", "tolerance_db", "directivity_db", *SPECTRUM, *LOWEST)
    given = [key for key in SPECTRUM if key in table.values]
    if len(given) != 1:
        found = " and ".join(given) or "none"
        raise table.error("", f"[sound] has {found} of {', '.join(SPECTRUM)}; expected exactly one.")
    own = given != ["template"]
    name, shape_db, shape_31_db = _own_shape(table, given[0]) if own else _template_shape(table, spectra)
    return StatedSound(
        level_dba=table.number("level_dba", above=0, most=150),
        stated_at=_stated_at(table),
        shape_db=shape_db,
        shape_name=name,
        shape_origin="file" if own else "template",
        shape_31_db=shape_31_db,
        tolerance_db=_tolerance_db(table),
        directivity_db=_directivity(table),
        spectra=() if own else spectra,
    )


Shape = tuple[str, tuple[float, ...], float | None]  # name, 8 bands from 63 Hz, the 31.5 Hz octave


def _own_shape(table: Table, key: str) -> Shape:
    """The maker's own bands, which must sum to the stated level."""
    level_dba = table.number("level_dba", above=0, most=150)
    if isinstance(table.values[key], list) and len(table.values[key]) == BANDS + 1:
        raise table.error(
            key,
            f"the key {table.dotted(key)} has {BANDS + 1} numbers; expected {BANDS}, 63 Hz to 8 kHz, and the 31.5 Hz octave in "
            f"{' or '.join(LOWEST)}.",
        )
    shape_db, _ = bands_and_lowest(table.numbers(key, BANDS), a_weighted=key.endswith("dba"))
    total_dba = float(a_weighted_total(shape_db))
    if abs(total_dba - level_dba) > AGREEMENT_DB:
        raise table.error(
            key,
            f"the key {table.dotted(key)} sums to {total_dba:.1f} dB(A), but {table.dotted('level_dba')} is {level_dba:g}; "
            f"expected the same within {AGREEMENT_DB} dB.",
        )
    return OWN_SPECTRUM, shape_db, _own_lowest(table)


def _own_lowest(table: Table) -> float | None:
    """The maker's 31.5 Hz octave, unweighted; None where the sheet has none."""
    given = [key for key in LOWEST if key in table.values]
    if not given:
        return None
    if len(given) > 1:
        raise table.error(given[1], f"[sound] has both {' and '.join(LOWEST)}; expected one of them.")
    weighting = LOWEST_A_WEIGHTING_DB if given[0].endswith("dba") else 0.0
    return table.number(given[0], above=-100, most=200) - weighting


def _template_shape(table: Table, spectra: tuple[Spectrum, ...]) -> Shape:
    for key in LOWEST:
        if key in table.values:
            raise table.error(
                key,
                f"the key {table.dotted(key)} stands beside a template, which has its own; expected it with spectrum_db or "
                "spectrum_dba only.",
            )
    entry = _template(table, spectra)
    return entry.name, entry.shape_db, entry.shape_31_db


def _tolerance_db(table: Table) -> float | None:
    if "tolerance_db" not in table.values:
        return None
    return table.number("tolerance_db", above=0, most=LARGEST_TOLERANCE_DB)


def _stated_at(table: Table) -> str | None:
    if "stated_at" not in table.values:
        return None
    try:
        return reading_name(table.text("stated_at"))
    except InputError as error:
        raise table.error("stated_at", f"the key {table.dotted('stated_at')}: {error}") from error


def _directivity(table: Table) -> tuple[tuple[float, ...], ...] | None:
    """What each direction is louder than the sound power: 8 numbers, or 8 lists of 8 octave bands; from the front on."""
    key, whole = "directivity_db", table.dotted("directivity_db")
    if key not in table.values:
        return None
    given = table.values[key]
    if isinstance(given, list) and any(isinstance(entry, list) for entry in given):
        if len(given) != POSITIONS:
            raise table.error(
                key,
                f"the key {whole} has {len(given)} directions; expected {POSITIONS}, every 45° from the front.",
            )
        rows = {f"{key}[{place}]": entry for place, entry in enumerate(given, start=1)}
        directions = tuple(
            Table(table.path, table.name, rows, table.lines).numbers(place, BANDS) for place in rows
        )
    else:
        directions = tuple((level,) * BANDS for level in table.numbers(key, POSITIONS))
    worst = max((level for direction in directions for level in direction), key=abs)
    if abs(worst) > LOUDEST_DB:
        raise table.error(
            key,
            f"the key {whole} has {worst:g} dB; expected what a direction is louder than the sound power, "
            f"at most {LOUDEST_DB:g} dB either way, not a level.",
        )
    return directions


def _template(table: Table, spectra: tuple[Spectrum, ...]) -> Spectrum:
    name, known = table.text("template"), {spectrum.name: spectrum for spectrum in spectra}
    if name not in known:
        raise table.error(
            "template",
            f'the key {table.dotted("template")} is "{name}"{suggestion(name, known)}; expected one of {", ".join(known)}.',
        )
    return known[name]


def assumptions_of(
    whole: Table, owner: str, tables: tuple[str, ...], spectra: tuple[Spectrum, ...]
) -> tuple[Assumption, ...]:
    """What a file assumes of a machine: each value that [assumed] names, and a template in its spectrum's place.

    Parameters
    ----------
    owner : str
        With what the names of the assumptions begin.
    tables : tuple of str
        Tables of the file whose keys may be meant where a name is wrong.

    Raises
    ------
    InputError
        [assumed] names what the file does not give.
    """
    sound, reasons = whole.table("sound", optional=True), whole.table("assumed", optional=True)
    texts = {dotted: reasons.text(dotted) for dotted in reasons.values}
    if "template" in sound.values:
        texts.setdefault("sound.template", _template(sound, spectra).source)
    known = [f"{name}.{key}" for name in tables for key in whole.table(name, optional=True).values]
    return tuple(_assumption(whole, owner, dotted, reason, known) for dotted, reason in texts.items())


def _assumption(whole: Table, owner: str, dotted: str, reason: str, known: list[str]) -> Assumption:
    parent, _, key = dotted.rpartition(".")
    values = whole.values.get(parent, {}) if parent else whole.values
    value = values.get(key) if isinstance(values, dict) else None
    if value is None or isinstance(value, dict):
        near = suggestion(dotted, known)
        raise whole.error(
            f"assumed.{dotted}",
            f'[assumed] names "{dotted}", which the file does not give{near}; '
            'expected the dotted name of a value, such as "body.length_m".',
        )
    origin: Origin = "template" if dotted == "sound.template" else "assumed"
    return Assumption(
        f"{owner}.{dotted}", value if isinstance(value, int | float) else str(value), origin, reason
    )
