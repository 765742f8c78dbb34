"""The answers under every reading of the stated level and every spectrum, as one small table."""

from typing import Any

from siting import quantities, wording
from siting.judgement import SEVERITY, SIGNS, worst_margin

Document = dict[str, Any]


def matrix(document: Document) -> Document:
    """The table's words: `spectra` (the columns), and `rows` of `reading`, `power` and `cells`; a cell may be None.

    A cell has `text` (units, state), `state`, `chosen` and `hidden`: whether limits in dB(A) alone would have passed better.
    """
    cells = {(row["reading"], row["spectrum"]): row for row in document["readings"]}
    spectra = list(dict.fromkeys(spectrum for _, spectrum in cells))
    rows = []
    for reading in dict.fromkeys(reading for reading, _ in cells):
        own = [cells.get((reading, spectrum)) for spectrum in spectra]
        power = next(row["power_dba"] for row in own if row)
        rows.append(
            {
                "reading": wording.reading(reading),
                "power": quantities.level(power),
                "chosen": any(row and row["chosen"] for row in own),
                "cells": [None if row is None else _cell(document, row) for row in own],
            }
        )
    return {"spectra": tuple(map(wording.spectrum, spectra)), "rows": rows}


def _cell(document: Document, row: Document) -> Document:
    hidden = row["state_dba"] is not None and SEVERITY[row["state_dba"]] < SEVERITY[row["state"]]
    used = (" ASSUMED" if document["sound"]["origin"] == "assumed" else " used") if row["chosen"] else ""
    units = f"{row['units']:,}" if row["units"] == row["bound"] else f"{row['units']:,}/{row['bound']:,}"
    return {
        "text": f"{units} {SIGNS[row['state']]} {row['state']}{'†' if hidden else ''}{used}",
        "units": units,
        "state": row["state"],
        "chosen": row["chosen"],
        "hidden": hidden,
        "used": used.strip(),
    }


def caption(document: Document) -> str:
    """What the table shows."""
    return (
        f"The same question under each reading of the stated {document['sound']['stated_dba']:g} dB and each spectrum: "
        "units placed / at most, and the verdict"
    )


def remarks(document: Document) -> list[str]:
    """What the marks in the table mean, and what decides under the reading that is used."""
    said = []
    if any(cell and cell["hidden"] for row in matrix(document)["rows"] for cell in row["cells"]):
        said.append(
            "† Limits in dB(A) alone would give a better verdict: a band, dB(C) or a tone rule decides."
        )
    used = next((row for row in document["readings"] if row["chosen"]), None)
    if used and used["worst_metric"] and used["units"]:
        metric = wording.metric(used["worst_metric"])
        said.append(f"Under the one that is used {metric} decides, with a margin of {worst_margin(used)} dB.")
    return said
