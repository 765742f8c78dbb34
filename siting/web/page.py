"""The app's one page: files and rules at the side, the question above the map, the answer beside and below it."""

from typing import Any

import streamlit as st

from siting.errors import InputError
from siting.maps.panel import asset, part
from siting.model import Question
from siting.web import lot_map
from siting.web.answer import answer, zipped
from siting.web.questions import Rules, ask_files, ask_question, ask_rules, stated_sound
from siting.web.sources import Sources, land

START = "Tap a lot on the map, or pick its id in the list above it."
OTHER_FILE = "The panel at the side takes another file, or tells how to read this one; without a file the example is shown."


def main() -> None:
    """Draw the page."""
    st.set_page_config(page_title="siting", layout="wide")
    st.html(f"<style>{asset('parts.css')}{asset('app.css')}</style>")
    with st.sidebar:
        sources, error = ask_files()
        rules = ask_rules(sources.terrain is not None)
    st.title("How many quiet generators fit on this lot?", anchor=False)
    lot, question = ask_question(() if error else land(sources).parcels.ids)
    if error:
        st.error(error)
        st.info(OTHER_FILE)
        st.html(part("sound", stated_sound(rules)))
        return
    map_side, answer_side = st.columns([3, 2], gap="medium")
    study = None
    with answer_side:
        if lot is None:
            st.info(START)
            st.html(part("sound", stated_sound(rules)))
        else:
            study = show_answer(sources, lot, rules, question)
    with map_side:
        show_map(sources, lot, study, repr((sources, lot, rules, question)))
    if study:
        show_tables(study)


def show_answer(sources: Sources, lot: str, rules: Rules, question: Question) -> dict[str, Any] | None:
    """Assess the lot and show the verdict, or say why it cannot be."""
    try:
        study = answer(
            sources, lot, rules.unit, rules.ordinance, question, rules.sound_at, rules.operation, rules.yard
        )
    except InputError as error:
        st.error(sources.shown(str(error)))
        st.html(part("sound", stated_sound(rules)))
        return None
    show_verdict(study)
    return study


def show_map(sources: Sources, lot: str | None, study: dict[str, Any] | None, name: str) -> None:
    """Draw the map with its symbols, and say what is not drawn."""
    lots = lot_map.lots_near(sources, lot)
    undrawn = lot_map.show(lots, lot, study, name, take_tap)
    if lots["undrawn"]:
        near = f"lot {lot}" if lot else "the first one"
        st.caption(
            f"{len(lots['ids']):,} lots round {near} are drawn, {lots['undrawn']:,} are not; the list has every id."
        )
    if undrawn:
        st.caption(
            f"{undrawn:,} receptors with the most margin are not drawn; the verdict and the tables count every one."
        )
    st.html(part("symbols", {}))


def take_tap() -> None:
    """Take the lot tapped on the map as the lot chosen in the list."""
    tapped = st.session_state["map"]["lot"]
    if tapped is not None:
        st.session_state["lot"] = tapped


def show_verdict(study: dict[str, Any]) -> None:
    """Show the verdict, the periods, the other readings, and the way to take everything home."""
    st.html(part("verdict", study))
    if study["layout"]["units"] and study["periods"]:
        st.html(part("periods", study))
    st.html(part("readings", study))
    st.download_button(
        "Download this study (zip)",
        data=lambda: zipped(study),
        file_name=f"study-{file_name(study['site']['id'])}.zip",
        mime="application/zip",
        on_click="ignore",
        help="The numbers as JSON and CSV, the layout and receptors as GeoJSON, and the map as one page for any browser.",
    )


def file_name(lot: str) -> str:
    """Write a lot's id as a part of a file's name."""
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in lot)


def show_tables(study: dict[str, Any]) -> None:
    """Show the neighbours, and everything that the verdict rests on."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.subheader("Neighbours", anchor=False)
        st.html(part("neighbours", study))
        if study["worst"]:
            st.subheader("The worst place", anchor=False)
            st.html(part("paths", study))
        st.subheader("Placing", anchor=False)
        st.html(part("placing", study))
        if study["zones"]:
            st.subheader("Zones", anchor=False)
            st.html(part("zones", study))
        if study["deviations"]:
            st.subheader("How sure", anchor=False)
            st.html(part("deviations", study))
    with right:
        st.subheader("Rules", anchor=False)
        st.html(part("rules", study))
        st.subheader("What went in", anchor=False)
        st.html(part("facts", study))
        st.subheader("Notes", anchor=False)
        st.html(part("notes", study))
        with st.expander(f"{len(study['assumptions'])} values behind the verdict, and where each comes from"):
            st.html(part("assumptions", study))
