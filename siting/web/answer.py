"""One session's question, answered: the study, its document, and its folder as a zip."""

import io
from dataclasses import replace
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import streamlit as st

from siting.catalog import load_ordinance, load_unit
from siting.export import document, study_files
from siting.geodata.parcels import find_lot
from siting.law import Operation
from siting.maps import study_map
from siting.model import Question
from siting.study import assess
from siting.web.sources import Sources, land
from siting.web.yard import Yard, placing

FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the zip's own first day, so that the same study gives the same bytes


@st.cache_data(max_entries=64, show_spinner="Placing units and adding up their sound…")
def answer(
    sources: Sources,
    lot: str,
    unit: str,
    ordinance: str | None,
    question: Question,
    sound_at: str | None,
    operation: Operation,
    yard: Yard,
) -> dict[str, Any]:
    """Assess a lot and give the study's document; the same question is answered once.

    Raises
    ------
    InputError
        As `siting.study.assess` and `siting.web.yard.placing`.
    """
    ground = land(sources)
    rules = load_ordinance(ordinance) if ordinance else None
    row, said = find_lot(ground.parcels, lot), placing(yard, unit)
    study = assess(ground, row, load_unit(unit), rules, question, sound_at, operation=operation, placing=said)
    named = tuple({**facts, "path": sources.shown(facts["path"])} for facts in study.inputs)
    return document(replace(study, inputs=named))


def zipped(data: dict[str, Any]) -> bytes:
    """Write the study's folder, map included, into a zip."""
    whole = io.BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED) as box:
        for name, text in {**study_files(data), "map.html": study_map(data)}.items():
            box.writestr(ZipInfo(name, FIRST_DAY), text, ZIP_DEFLATED)
    return whole.getvalue()
