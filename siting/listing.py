"""Levels at the receivers of a scene as lines of text and as JSON: every term of every path in every band."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from kernels.decibel import a_weighted_total
from siting.parts import PathLevel, ReceiverLevel

WIDTH = 130
BANDS = ("63", "125", "250", "500", "1k", "2k", "4k", "8k")
TERMS = (  # field of Terms, heading; level_db and the subscripts of ISO 9613-2
    ("power_db", "Lw"),
    ("directivity_db", "Dc"),
    ("solid_angle_db", "DOm"),
    ("divergence_db", "Adiv"),
    ("air_db", "Aatm"),
    ("ground_db", "Agr"),
    ("ground_source_db", "As"),
    ("ground_middle_db", "Am"),
    ("ground_receiver_db", "Ar"),
    ("screening_db", "Abar"),
    ("screening_top_db", "top"),
    ("screening_left_db", "left"),
    ("screening_right_db", "rght"),
    ("foliage_db", "Afol"),
    ("site_db", "Asit"),
    ("reflection_db", "Aref"),
    ("cmet_db", "Cmet"),
)
LEGEND = (
    "# L = Lw + Dc + DOm - Adiv - Aatm - Agr - Abar - Afol - Asit - Aref - Cmet, dB; Agr = As + Am + Ar; Abar of the ways over",
    "# the top, left and right together; a dash: no such way, or no sound. Lengths in metres. ISO 9613-2:1996.",
)
NAMES = ("to", "from", "path")
GAP = " "
NONE = "-"
LEAST = 4  # characters of an id that are always shown
Row = tuple[str, ...]


def text_lines(levels: Sequence[ReceiverLevel]) -> Iterator[str]:
    """One line for every receiver, source, path and band with every term, then one line a receiver with its sums.

    Lines that begin with # are for people: headings, and the lengths of each path. Where ids are too long for 130 columns the
    rows show their beginnings and the # lines the whole.
    """
    blocks = [(level, path, _rows(level, path)) for level in levels for path in level.paths]
    if blocks:
        yield from LEGEND
        heading = (*NAMES, "band", *(word for _, word in TERMS), "L")
        widths = [max(map(len, column)) for column in zip(heading, *_every(blocks), strict=True)]
        widths[:3] = _shared(widths[:3], WIDTH - 1 - sum(widths[3:]) - len(GAP) * (len(widths) - 1))
        before = None
        for level, path, rows in blocks:
            if level is not before:
                yield "#" + _line(heading, widths)
            before = level
            yield from _geometry(level, path)
            for row in rows:
                yield " " + _line(row, widths)
        yield ""
    yield from _sums(levels)


def levels_document(levels: Sequence[ReceiverLevel]) -> dict[str, Any]:
    """The levels as JSON-ready data at full precision; what is not finite (no sound, no such way) is null."""
    return {"receivers": [_receiver(level) for level in levels]}


def levels_json(levels: Sequence[ReceiverLevel]) -> str:
    """The document as text, the same for the same levels."""
    return json.dumps(levels_document(levels), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _receiver(level: ReceiverLevel) -> dict[str, Any]:
    data = {"id": level.id, "level_dba": _finite(level.level_dba), "level_db": _finite(level.level_db)}
    if level.level_31_db is not None:
        data["level_31_db"] = _finite(level.level_31_db)
    paths = [
        {
            "source": path.source,
            "kind": path.kind,
            "via": path.via,
            "terms": {name: _finite(value) for name, value in path.terms._asdict().items()},
            "level_db": _finite(path.level_db),
        }
        for path in level.paths
    ]
    return data | {"paths": paths}


def _finite(value: Any) -> Any:
    """A number or an array as JSON has it."""
    if getattr(value, "ndim", 0):
        return [_finite(item) for item in value.tolist()]
    number = float(value)
    return number if math.isfinite(number) else None


def _every(blocks: list[tuple[ReceiverLevel, PathLevel, list[Row]]]) -> Iterator[Row]:
    return (row for _, _, rows in blocks for row in rows)


def _rows(level: ReceiverLevel, path: PathLevel) -> list[Row]:
    """Eight rows of words, from receiver to level."""
    columns = [_eight(getattr(path.terms, name)) for name, _ in TERMS] + [_eight(path.level_db)]
    names = (level.id, path.source, _way(path))
    return [(*names, band, *values) for band, *values in zip(BANDS, *columns, strict=True)]


def _eight(values: Any) -> list[str]:
    """A term in eight bands; a term without bands is the same in each."""
    return (
        [_number(value) for value in values] if getattr(values, "ndim", 0) else [_number(values)] * len(BANDS)
    )


def _way(path: PathLevel) -> str:
    return "direct" if path.kind == "direct" else f"via {path.via}"


def _number(value: float) -> str:
    text = f"{value:.2f}" if math.isfinite(value) else NONE
    return "0.00" if text == "-0.00" else text


def _length(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else NONE


def _shared(wanted: list[int], room: int) -> list[int]:
    """Widths of the id columns that fit the room: short ones keep theirs, long ones share what is left."""
    widths: dict[int, int] = {}
    for place, column in enumerate(sorted(range(len(wanted)), key=lambda i: wanted[i])):
        share = max((room - sum(widths.values())) // (len(wanted) - place), LEAST)
        widths[column] = min(wanted[column], share)
    return [widths[column] for column in range(len(wanted))]


def _line(row: Row, widths: list[int]) -> str:
    """A row with its ids to the left and its numbers to the right of their columns."""
    left = [_cut(word, width).ljust(width) for word, width in zip(row[:3], widths, strict=False)]
    right = [word.rjust(width) for word, width in zip(row[3:], widths[3:], strict=True)]
    return GAP.join([*left, *right])


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _geometry(level: ReceiverLevel, path: PathLevel) -> Iterator[str]:
    """The lengths behind the terms of one path."""
    t = path.terms
    yield f"# {level.id} from {path.source}, {_way(path)}"
    yield (
        f"#   distance {t.distance_m:.3f}, in plan {t.plan_distance_m:.3f}; above ground {t.height_source_m:.3f} and "
        f"{t.height_receiver_m:.3f}; G {t.g_source:.3f} {t.g_middle:.3f} {t.g_receiver:.3f}"
    )
    ways = (
        ("top", t.detour_top_m, t.edges_top_m),
        ("left", t.detour_left_m, t.edges_left_m),
        ("right", t.detour_right_m, t.edges_right_m),
    )
    told = [f"{name} z {z:.4f} e {e:.3f}" for name, z, e in ways if not math.isnan(z)]
    if told:
        yield f"#   detours: {', '.join(told)}; Kmet {t.kmet:.4f}"
        yield f"#   top dss {t.first_top_m:.3f} dsr {t.last_top_m:.3f}; width ll + lr {_length(t.width_m)}"
    if path.kind == "reflection":
        yield (
            f"#   reflected at ({t.bend_x_m:.3f}, {t.bend_y_m:.3f}): dso {t.to_source_m:.3f}, dor {t.to_receiver_m:.3f}, "
            f"cos beta {t.incidence_cos:.4f}, lmin {t.least_m:.3f}"
        )
    yield f"#   {_number(float(a_weighted_total(path.level_db)))} dB(A) by this path"


def _sums(levels: Sequence[ReceiverLevel]) -> Iterator[str]:
    """One line a receiver: eight bands, 31.5 Hz where a level of it is known, and the A-weighted sum."""
    low = any(level.level_31_db is not None for level in levels)
    heading = ("receiver", *(["31.5"] if low else []), *BANDS, "dB(A)")
    rows = []
    for level in levels:
        first = [] if not low else [NONE if level.level_31_db is None else _number(level.level_31_db)]
        rows.append((level.id, *first, *map(_number, level.level_db), _number(level.level_dba)))
    widths = [max(map(len, column)) for column in zip(heading, *rows, strict=True)]
    for n, row in enumerate([heading, *rows]):
        words = [
            row[0].ljust(widths[0]),
            *(w.rjust(max(width, 7)) for w, width in zip(row[1:], widths[1:], strict=True)),
        ]
        yield ("  " if n else "# ") + " ".join(words)
