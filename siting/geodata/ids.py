"""What a parcel file calls its lots: the id field and the ids as text."""

from collections import Counter
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from siting.errors import InputError

ID_FIELDS = (
    "parcel_id", "parcelid", "parcel_no", "parcelno", "parcel_num", "parcelnumb", "pid", "pin", "apn", "ml",
    "map_par_id", "loc_id", "gpin", "prop_id", "propid", "lot_id", "account", "id", "name", "objectid", "fid", "ogc_fid",
)  # fmt: skip
MOSTLY = 0.95  # of the lots must have an id, and of the ids must differ, for a field to be taken unasked


def lot_ids(name: str, fields: pd.DataFrame, wanted: str | None) -> tuple[list[str], str | None, list[str]]:
    """An id for every lot.

    Parameters
    ----------
    name : str
        The file, for messages.
    fields : DataFrame
        The fields of its rows.
    wanted : str, optional
        The id field; left out, the first known name that most rows fill with different values.

    Returns
    -------
    ids : list of str
        One a row; `row 7` where the field is empty or there is no field.
    field : str or None
    notes : list of str

    Raises
    ------
    InputError
        There is no field of that name, or it is empty throughout.
    """
    field = _guess(fields) if wanted is None else _wanted(name, fields, wanted)
    if field is None:
        return (
            [f"row {row}" for row in range(1, len(fields) + 1)],
            None,
            ["no id field was found: lots go by their row"],
        )
    texts = id_texts(fields[field])
    if not any(texts):
        raise InputError(
            f"{name}: field {field} is empty in all {len(texts):,} rows; choose another with --id-field."
        )
    notes = (
        [] if wanted is not None else [f"lots are named by field {field} (choose another with --id-field)"]
    )
    if gaps := texts.count(""):
        notes.append(f"lots without {field}, which go by their row: {gaps:,}")
    return [text or f"row {row}" for row, text in enumerate(texts, 1)], field, notes


def id_texts(values: pd.Series) -> list[str]:
    """Values of an id field as people write them: whole numbers without a decimal point, no outer blanks, "" for none."""
    return ["" if missing else _text(value) for value, missing in zip(values, values.isna(), strict=True)]


def repeated(ids: list[str], primary: Any) -> list[str]:
    """Ids that stand on more than one lot; rows of one stack count once."""
    lots = {(item, int(first)) for item, first in zip(ids, primary, strict=True)}
    return [item for item, count in Counter(item for item, _ in sorted(lots)).items() if count > 1]


def _text(value: Any) -> str:
    if isinstance(value, (float, np.floating, Decimal)) and value == int(value):
        return str(int(value))
    return str(value).strip()


def _wanted(name: str, fields: pd.DataFrame, wanted: str) -> str:
    for field in fields.columns:
        if field.casefold() == wanted.casefold():
            return str(field)
    has = f"it has {', '.join(map(str, fields.columns))}" if len(fields.columns) else "it has no fields"
    raise InputError(f'{name} has no field "{wanted}"; {has}: choose one with --id-field.')


def _guess(fields: pd.DataFrame) -> str | None:
    """The first known id field that is filled and told apart in nearly every row."""
    known = {str(field).casefold(): str(field) for field in reversed(fields.columns)}
    for candidate in ID_FIELDS:
        if candidate in known:
            texts = [text for text in id_texts(fields[known[candidate]]) if text]
            if len(texts) >= MOSTLY * len(fields) and len(set(texts)) >= MOSTLY * len(texts):
                return known[candidate]
    return None
