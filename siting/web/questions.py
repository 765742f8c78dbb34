"""What the app asks: files, unit and rules at the side; the lot and the number above the map."""

from typing import Any, Literal, NamedTuple

import streamlit as st

from siting.catalog import load_ordinance, load_unit, ordinance_names, unit_names
from siting.errors import InputError
from siting.law import Operation, Ordinance
from siting.model import Question
from siting.sound import TRADE_READING, readings, resolve_sound
from siting.web.sources import EXAMPLE_ORDINANCE, KINDS, Sources, example, kept, land
from siting.web.yard import Yard, ask_yard
from siting.wording import read_at

Use = Literal["continuous", "standby"]
MOST, UNITS, LOAD = "As many as allowed", "A number of units", "A load"
FIRST_UNIT = "gx230"
TONE_HELP = "Not said: the ordinance's own criterion decides where it has one, else a tone is assumed."
NONE, ASSUMED = "none", "assumed"  # what stands in the lists for no ordinance, and for no reading given
FIELDS = {  # the command line's options, by which a sentence about a file names them
    "layer": ("Layer (--layer)", "The layer of the parcel file that holds the lots."),
    "id_field": ("Id field (--id-field)", "The field of the parcel file that names the lots."),
    "crs": (
        "CRS (--crs)",
        "The parcel file's coordinate system where the file does not say it, such as EPSG:2249.",
    ),
    "zone_field": (
        "Zone field (--zone-field)",
        "The field that names the zones, in the zoning file or the parcel file.",
    ),
}


TONES = {"not said": None, "with a tone": True, "without a tone": False}
USES: dict[Use, str] = {"continuous": "Continuous", "standby": "Standby: outages and tests"}


class Rules(NamedTuple):
    """The unit, where its stated level is read to hold, and the ordinance, as names; how units run; what is said of the yard."""

    unit: str
    sound_at: str | None
    ordinance: str | None
    operation: Operation
    yard: Yard


def ask_files() -> tuple[Sources, str | None]:
    """Ask for files, and try to read them.

    Returns
    -------
    The files, and the sentence that says why they cannot be read.
    """
    st.header("Land", anchor=False)
    upload = st.file_uploader(
        "Parcel file",
        type=KINDS,
        key="parcels",
        on_change=start_over,
        help="GeoPackage, zipped Shapefile, GeoJSON, FlatGeobuf, GeoParquet, KML or TopoJSON. It stays on this machine. "
        "Without a file the example site is shown.",
    )
    if upload is None:
        st.caption("Shown is the example site that comes with siting: a made-up city block.")
        return tried(example())
    with st.expander("Zoning and buildings", expanded=False):
        zoning = st.file_uploader("Zoning file", type=KINDS, key="zoning")
        buildings = st.file_uploader("Buildings file", type=KINDS, key="buildings")
    sources = Sources(
        parcels=kept(upload),
        layer=said("layer"),
        id_field=said("id_field"),
        crs=said("crs"),
        zoning=kept(zoning) if zoning else None,
        zone_field=said("zone_field"),
        buildings=kept(buildings) if buildings else None,
    )
    sources, error = tried(sources)
    with st.expander("How to read the files", expanded=error is not None):
        for key, (label, what) in FIELDS.items():
            st.text_input(label, key=key, help=what)
    return sources, error


def said(key: str) -> str | None:
    """Give what stands in a text field that is drawn later in the page."""
    return (st.session_state.get(key) or "").strip() or None


def tried(sources: Sources) -> tuple[Sources, str | None]:
    """Read the files, or say why not."""
    try:
        land(sources)
    except InputError as error:
        return sources, sources.shown(str(error))
    return sources, None


def start_over() -> None:
    """Forget what was chosen for the land before; another land's ordinance is for the user to say."""
    for key in FIELDS:
        st.session_state[key] = ""
    st.session_state["lot"] = None
    st.session_state["ordinance"] = NONE if st.session_state["parcels"] else EXAMPLE_ORDINANCE


def ask_rules(terrain: bool) -> Rules:
    """Ask for the unit, the reading of its stated level, the yard and the ordinance; `terrain`: whether heights are known."""
    st.header("Unit", anchor=False)
    names = unit_names()
    unit = st.selectbox("Unit", names, names.index(FIRST_UNIT), key="unit", format_func=unit_title)
    sound_at = ask_reading(unit)
    yard = ask_yard(unit, terrain)
    st.header("Rules", anchor=False)
    st.session_state.setdefault("ordinance", EXAMPLE_ORDINANCE)
    names = (NONE, *ordinance_names())
    ordinance = st.selectbox("Noise ordinance", names, key="ordinance", format_func=ordinance_title)
    chosen = None if ordinance == NONE else ordinance
    if chosen is None:
        st.caption("Without an ordinance no limit is known, and the verdict is UNKNOWN.")
    return Rules(unit, sound_at, chosen, ask_operation(load_ordinance(chosen) if chosen else None), yard)


def ask_operation(rules: Ordinance | None) -> Operation:
    """Ask how sure the answer has to be and how the units run; what an ordinance does not ask for is not asked."""
    confidence = st.number_input(
        "Confidence, %",
        50.0,
        99.9,
        95.0,
        1.0,
        key="confidence",
        format="%g",
        help="How sure it has to be that every limit is kept; units are placed for it, too.",
    )
    accept = st.checkbox(
        "Accept unverified numbers",
        key="accept_unverified",
        help="Numbers of the ordinance that were not read in their source make the verdict UNKNOWN until they are accepted.",
    )
    st.header("Running", anchor=False)
    use = st.radio("Use", list(USES), key="use", format_func=USES.__getitem__)
    minutes = st.number_input("Minutes in any hour", 1.0, 60.0, 60.0, 1.0, key="minutes", format="%g")
    tone: bool | None = None
    ambient: tuple[tuple[str, float], ...] = ()
    if rules is not None and rules.tone is not None:
        tone = TONES[st.selectbox("The units' sound is", list(TONES), key="tone", help=TONE_HELP)]
    if rules is not None and rules.ambient is not None:
        ambient = ask_ambient(tuple(period.name for period in rules.periods))
    return Operation(use, float(minutes), tone, ambient, round(float(confidence) / 100, 6), accept)


def ask_ambient(periods: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """Ask for the measured ambient level in each period; an empty field is one that nobody measured."""
    levels = [
        st.number_input(
            f"Ambient level, {name}, dB(A)", -20.0, 140.0, None, 1.0, key=f"ambient {name}", format="%g"
        )
        for name in periods
    ]
    return tuple(
        (name, float(level)) for name, level in zip(periods, levels, strict=True) if level is not None
    )


def ask_reading(name: str) -> str | None:
    """Ask where the stated level holds, unless the maker says it."""
    unit = load_unit(name)
    if unit.sound.stated_at is not None:
        st.caption(f"The maker states {unit.sound.level_dba:g} dB(A) {read_at(unit.sound.stated_at)}.")
        return None
    chosen = st.selectbox(
        f"The stated {unit.sound.level_dba:g} dB holds",
        (ASSUMED, *(sound.reading for sound in readings(unit, None))),
        key="sound_at",
        format_func=lambda at: f"ASSUMED {read_at(TRADE_READING)}" if at == ASSUMED else read_at(at),
        help="The maker does not say where. Ask for it: the answer changes the verdict.",
    )
    return None if chosen == ASSUMED else chosen


def stated_sound(rules: Rules) -> dict[str, Any]:
    """Give the unit's sound as a study's document does."""
    unit = load_unit(rules.unit)
    sound = resolve_sound(unit, rules.sound_at)
    return {
        "stated_dba": unit.sound.level_dba,
        "reading": sound.reading,
        "origin": sound.origin,
        "power_dba": sound.power_dba,
        "spectrum": sound.spectrum,
        "spectrum_origin": unit.sound.shape_origin,
    }


@st.cache_data
def unit_title(name: str) -> str:
    """Write a unit of the catalogue for a list."""
    unit = load_unit(name)
    return f"{unit.name}, {unit.kw:g} kW"


@st.cache_data
def ordinance_title(name: str) -> str:
    """Write an ordinance of the catalogue for a list."""
    if name == NONE:
        return "none given"
    ordinance = load_ordinance(name)
    return f"{ordinance.place}, {ordinance.code}"


def ask_question(ids: tuple[str, ...]) -> tuple[str | None, Question]:
    """Ask for the lot and for how many units."""
    if st.session_state.get("lot") not in ids:
        st.session_state["lot"] = None
    lot_side, mode_side, count_side = st.columns([2, 3, 2], vertical_alignment="bottom")
    lot = lot_side.selectbox("Lot", ids, key="lot", placeholder="Tap the map or pick an id")
    mode = mode_side.radio("How many units", [MOST, UNITS, LOAD], key="mode", horizontal=True)
    if mode == UNITS:
        return lot, Question("units", units=int(count_side.number_input("Units", 1, 10_000, 1, key="units")))
    if mode == LOAD:
        load_side, spare_side = count_side.columns(2)
        load = load_side.number_input("Load, kW", 1.0, 1e6, 1000.0, 100.0, key="load_kw", format="%g")
        spare = spare_side.number_input("Spare units", 0, 1000, 0, key="spare")
        return lot, Question("load", load_kw=float(load), spare=int(spare))
    return lot, Question("max")
