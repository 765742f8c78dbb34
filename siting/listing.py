"""Levels at the receivers of a scene as lines of text and as JSON: every term of every path in every band."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from kernels.decibel import a_weighted_total
from siting.model import Floats
from siting.parts import PathLevel, ReceiverLevel, Scene, Terms
from siting.scene.write import settings_of

WIDTH = 136
BAND_31 = "31.5"
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
    ("diffraction_top_db", "Dz"),
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
    "# the top, left and right together, Dz over the top before Agr is taken off; a dash: no such way, or no sound.",
    "# Lengths in metres. ISO 9613-2:1996.",
)
NAMES = ("to", "from", "path")
GAP = " "
NONE = "-"
LEAST = 4  # characters of an id that are always shown
Row = tuple[str, ...]


def text_lines(scene: Scene, levels: Sequence[ReceiverLevel]) -> Iterator[str]:
    """One line for every receiver, source, path and band with every term, then one line a receiver with its sums.

    Lines that begin with # are for people: the scene's settings, headings, and the lengths of each path. Where ids are too long
    for 136 columns the rows show their beginnings and the # lines the whole.
    """
    yield from _settings(scene)
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


def levels_document(scene: Scene, levels: Sequence[ReceiverLevel]) -> dict[str, Any]:
    """The scene's settings and the levels as JSON-ready data at full precision; what is not finite is null: no sound, no way."""
    return {"settings": settings_of(scene), "receivers": [_receiver(level) for level in levels]}


def levels_json(scene: Scene, levels: Sequence[ReceiverLevel]) -> str:
    """The document as text, the same for the same levels."""
    return json.dumps(levels_document(scene, levels), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _settings(scene: Scene) -> Iterator[str]:
    """What the levels were computed with, by the names of the scene's file."""
    settings = settings_of(scene)
    for told in (settings.pop("air"), settings):
        yield f"# {', '.join(f'{name} {_setting(value)}' for name, value in told.items())}"


def _setting(value: Any) -> str:
    return (
        value if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else json.dumps(value)
    )


def _receiver(level: ReceiverLevel) -> dict[str, Any]:
    data = {"id": level.id, "level_dba": _finite(level.level_dba), "level_db": _finite(level.level_db)}
    if level.level_31_db is not None:
        data["level_31_db"] = _finite(level.level_31_db)
    return data | {"paths": [_path(path) for path in level.paths]}


def _path(path: PathLevel) -> dict[str, Any]:
    data = {
        "source": path.source,
        "kind": path.kind,
        "via": path.via,
        "terms": {name: _finite(value) for name, value in path.terms._asdict().items()},
        "level_db": _finite(path.level_db),
    }
    if path.terms_31 is not None:
        values = {name: np.ravel(value)[0] for name, value in path.terms_31._asdict().items()}
        data["terms_31"] = {name: _finite(value) for name, value in values.items()}
        data["level_31_db"] = _finite(path.level_31_db)
    return data


def _finite(value: Any) -> Any:
    """A number or an array as JSON has it."""
    if getattr(value, "ndim", 0):
        return [_finite(item) for item in value.tolist()]
    number = float(value)
    return number if math.isfinite(number) else None


def _every(blocks: list[tuple[ReceiverLevel, PathLevel, list[Row]]]) -> Iterator[Row]:
    return (row for _, _, rows in blocks for row in rows)


def _rows(level: ReceiverLevel, path: PathLevel) -> list[Row]:
    """A row of words for each band, from receiver to level; 31.5 Hz first, where it is known."""
    names = (level.id, path.source, _way(path))
    bands: list[tuple[Row, Terms, Floats]] = [(BANDS, path.terms, path.level_db)]
    if path.terms_31 is not None:
        bands.insert(0, ((BAND_31,), path.terms_31, np.array([path.level_31_db])))
    return [(*names, *row) for labels, terms, level_db in bands for row in _words(labels, terms, level_db)]


def _words(labels: Row, terms: Terms, level_db: Floats) -> Iterator[Row]:
    """Band, terms and level; a term without bands is the same in each."""
    values = [*(getattr(terms, name) for name, _ in TERMS), level_db]
    columns = [np.broadcast_to(value, len(labels)) for value in values]
    return zip(labels, *([_number(value) for value in column] for column in columns), strict=True)


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
    factors = " ".join(_length(value) for value in (t.g_source, t.g_middle, t.g_receiver))
    ground = f"G {factors}" if math.isnan(t.mean_height_m) else f"hm {t.mean_height_m:.3f}"
    yield (
        f"#   distance {t.distance_m:.3f}, in plan {t.plan_distance_m:.3f}; above ground {t.height_source_m:.3f} and "
        f"{t.height_receiver_m:.3f}; {ground}"
    )
    if t.foliage_m or t.site_m:
        yield f"#   in foliage {t.foliage_m:.3f}, in sites {t.site_m:.3f}"
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
    heading = ("receiver", *([BAND_31] if low else []), *BANDS, "dB(A)")
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
