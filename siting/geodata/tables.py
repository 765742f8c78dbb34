"""The rows of one layer as the file has them: fields, shapes and CRS, nothing projected or repaired yet."""

import difflib
import itertools
import warnings
from dataclasses import dataclass, field
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio import raw
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from siting.errors import InputError
from siting.geodata.dbf import check_parts, encoding
from siting.geodata.documents import Document, read_document
from siting.geodata.sources import JSON_ENDINGS, Source
from siting.model import Ints

Shapes = NDArray[np.object_]
Box = tuple[float, float, float, float]
AREAL = (
    "Polygon",
    "MultiPolygon",
    "CurvePolygon",
    "MultiSurface",
    "Surface",
    "PolyhedralSurface",
    "TIN",
    "Triangle",
)
UNSURE = ("Unknown", "GeometryCollection")
FILTERED = (
    ".gpkg",
    ".shp",
    ".gdb",
)  # not .fgb: where its filter finds nothing, GDAL 3.12 answers 65,536 rows of noise
TOLD_ELSEWHERE = (
    "closed ring",
    "Measured (M)",
    "More than one layer",
    "invalid value",
)  # warnings with a note of their own


@dataclass(frozen=True, eq=False)
class Table:
    """One layer of a file. `fields`, `shapes` and `number` have one entry a row."""

    layer: str
    fields: pd.DataFrame
    shapes: Shapes  # None where a row has no shape or an unreadable one
    number: Ints  # the reader's feature number of each row
    crs: CRS | None
    crs_said: bool  # False: the CRS follows from the format's rule, the file does not state it
    total: int  # features in the layer, also those outside the box asked for
    notes: list[str]
    torn: dict[int, str] = field(default_factory=dict)  # row -> why its shape could not be read whole
    not_numbers: dict[str, list[int]] = field(
        default_factory=dict
    )  # number field -> rows that hold NaN or infinity


def read_table(source: Source, area: tuple[CRS, Box] | None = None) -> Table:
    """Read one layer.

    Parameters
    ----------
    source : Source
        The file; `source.layer` is the layer wanted, or None for the only one with polygons.
    area : (CRS, box), optional
        Rows that lie clear of this box may be left out where the format has an index.

    Raises
    ------
    InputError
        The layer is not there, is empty, or the reader cannot read it.
    """
    if source.ending in (".parquet", ".geoparquet"):
        return _parquet(source)
    document = read_document(source.name, source.file) if source.ending in JSON_ENDINGS else None
    notes: list[str] = []
    options: dict[str, str] = {}
    if source.ending == ".shp":
        notes += check_parts(source.name, source.file)
        codec, remarks = encoding(source.name, source.file)
        options = {"ENCODING": codec} if codec else {}
        notes += remarks
    layer, remark = _layer(source, document)
    notes += [remark] if remark else []
    if document and document.kind != "ESRI JSON":
        crs, said, total, box = document.crs, document.crs_said, len(document.layers[layer]), None
    else:
        info = _guarded(source, notes, pyogrio.read_info, source.file, layer=layer, **options)
        crs, said, total = _crs(source.name, info["crs"]), True, int(info["features"])
        box = _box_in(crs, area) if source.ending in FILTERED else None
    wanted = {"layer": layer, "bbox": box, "return_fids": True, **options}
    meta, table, wkb = _rows(source, notes, wanted)
    if total >= 0 and (table.num_rows > total or (box is None and table.num_rows < total)):
        raise InputError(
            f"{source.name}: layer {layer} says it has {total:,} features but {table.num_rows:,} can be read; "
            "it is damaged: export it again."
        )
    if table.num_rows == 0 and box is None:
        raise InputError(f"{source.name}: layer {layer} is empty; export it again with its features.")
    number = table.column(meta["fid_column"]).to_numpy().astype(np.int64)
    fields = table.drop_columns([meta["fid_column"]])
    try:
        shapes, torn = _shapes(wkb, notes)
    except NotImplementedError:  # curves: this way through GDAL draws them as lines
        wkb = _guarded(source, notes, raw.read, source.file, columns=[], **wanted)[2]
        notes.append("curves were drawn as chords of at most 4°")
        shapes, torn = _shapes(wkb, notes)
    if document and document.layers:
        torn |= _torn(shapes, document.layers[layer])
    frame, not_numbers = _frame(fields, notes)
    total = total if total >= 0 else table.num_rows
    return Table(layer, frame, shapes, number, crs, said, total, notes, torn, not_numbers)


def _layer(source: Source, document: Document | None) -> tuple[str, str | None]:
    """The layer to read, and a note where it had to be chosen."""
    if document and document.kind == "GeoJSON":
        kinds = dict.fromkeys(document.layers, "Unknown")
    elif document and document.kind == "TopoJSON":
        kinds = {key: "Polygon" if any(rings) else "other" for key, rings in document.layers.items()}
    else:
        listed = _guarded(source, [], pyogrio.list_layers, source.file)
        kinds = {str(key): str(kind or "no geometry").removesuffix(" Z") for key, kind in listed}
    wanted = source.layer
    if wanted is not None:
        for key in kinds:
            if wanted in (key, source.file.stem if len(kinds) == 1 else key):
                return key, None
        close = difflib.get_close_matches(wanted, kinds, n=1)
        hint = f"did you mean {close[0]}? It has" if close else "it has"
        raise InputError(f'{source.name} has no layer "{wanted}"; {hint} {_listing(kinds)}.')
    if len(kinds) == 1:
        return next(iter(kinds)), None
    areal = [key for key, kind in kinds.items() if kind in AREAL]
    areal = areal or [key for key, kind in kinds.items() if kind in UNSURE]
    if len(areal) == 1:
        return areal[0], f"layer {areal[0]} was taken, the only one of {len(kinds)} with polygons"
    found = f"{len(areal)} of them with polygons" if areal else "none of them with polygons"
    advice = "; choose one with --layer" if areal else ""
    shown = {key: kind for key, kind in kinds.items() if key in areal} or kinds
    raise InputError(f"{source.name} has {len(kinds)} layers, {found}{advice}: {_listing(shown)}.")


def _listing(kinds: dict[str, str]) -> str:
    shown = [f"{key} ({kind})" for key, kind in list(kinds.items())[:12]]
    return ", ".join(shown) + (f" and {len(kinds) - 12} more" if len(kinds) > 12 else "")


def _crs(name: str, text: str | None) -> CRS | None:
    if not text:
        return None
    try:
        crs = CRS.from_user_input(text)
        return None if crs.name.lower().startswith("undefined") else crs  # GeoPackage: srs_id 0 and -1
    except CRSError as error:
        raise InputError(
            f"{name}: its CRS cannot be understood ({text[:60]} …); state it in the file anew."
        ) from error


def _box_in(crs: CRS | None, area: tuple[CRS, Box] | None) -> Box | None:
    """The box wanted in the file's own coordinates; None where it cannot be told, so that everything is read."""
    if crs is None or area is None:
        return None
    try:
        box = Transformer.from_crs(area[0], crs, always_xy=True).transform_bounds(*area[1])
    except ProjError:
        return None
    return box if np.all(np.isfinite(box)) else None


def _guarded(source: Source, notes: list[str], read: Any, *args: Any, **options: Any) -> Any:
    """Call the reader: its failures become one sentence that names the file, its warnings become notes."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer = read(*args, **options)
        except Exception as error:  # pyogrio, pyarrow and GDAL share no base class
            reason = (
                str(error).splitlines()[0].replace(str(source.file), source.file.name)[:200]
                if str(error)
                else ""
            )
            raise InputError(
                f"{source.name} cannot be read ({reason or type(error).__name__}); it is damaged or not what its name "
                "says: export it again."
            ) from error
    for text in dict.fromkeys(str(item.message) for item in caught):
        if text.startswith("Recode"):
            raise InputError(f"{source.name}: its text cannot be decoded ({text}); save it in UTF-8.")
        if not any(known in text for known in TOLD_ELSEWHERE):
            notes.append(f"the reader warns: {text[:200]}")
    return answer


def _rows(source: Source, notes: list[str], wanted: dict[str, Any]) -> tuple[dict[str, Any], Any, Shapes]:
    """The reader's facts, the fields as an Arrow table, the shapes as WKB."""
    meta, table = _guarded(source, notes, raw.read_arrow, source.file, **wanted)
    column = meta["geometry_name"] or "wkb_geometry"
    if column not in table.column_names:
        raise InputError(
            f"{source.name}: layer {wanted['layer']} is a table without geometry; choose a layer with polygons."
        )
    return meta, table.drop_columns([column]), table.column(column).to_numpy(zero_copy_only=False)


def _shapes(wkb: Shapes, notes: list[str]) -> tuple[Shapes, dict[int, str]]:
    """Geometries from WKB; open rings are closed with a note, what stays unreadable is named."""
    with np.errstate(invalid="ignore"):  # NaN coordinates are told later
        shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    lost = np.flatnonzero(shapely.is_missing(shapes) & np.array([item is not None for item in wkb], bool))
    if lost.size:
        shapes[lost] = shapely.from_wkb(wkb[lost], on_invalid="fix")
        closed = int(np.count_nonzero(~shapely.is_missing(shapes[lost])))
        notes += [f"open rings of {closed:,} features were closed"] if closed else []
    unreadable = lost[shapely.is_missing(shapes[lost])] if lost.size else lost
    return shapes, {int(row): "its shape cannot be read" for row in unreadable}


def _torn(shapes: Shapes, stated: list[int]) -> dict[int, str]:
    """Rows of a JSON file that lost rings on the way: GDAL leaves out a ring with a broken coordinate."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    polygons, inner = shapely.get_parts(
        parts, return_index=True
    )  # twice: a collection may hold multipolygons
    flat = (shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(polygons)
    rings = np.where(flat, shapely.get_num_interior_rings(polygons) + 1, 0)
    read = np.bincount(owner[inner], rings, len(shapes)).astype(int)
    said = np.array(stated)
    unread = shapely.is_missing(shapes) & (said >= 0)
    return {
        int(row): f"only {read[row]} of its {said[row]} rings can be read"
        if read[row]
        else "its shape cannot be read"
        for row in np.flatnonzero((read < said) | unread)
    }


def _frame(table: Any, notes: list[str]) -> tuple[pd.DataFrame, dict[str, list[int]]]:
    """An Arrow table as a frame with names of its own for every field, and where a number is not a number.

    Whole numbers stay whole where some are missing.
    """
    names: list[str] = []
    for name in table.column_names:
        tries = (f"{name}_{number}" for number in itertools.count(2))
        free = name
        while free in names or free == "geometry":
            free = next(tries)
        if free != name:
            notes.append(f'a second field "{name}" is called "{free}" here')
        names.append(free)
    table = table.rename_columns(names)
    odd: dict[str, list[int]] = {}
    for name, column in zip(names, table.columns, strict=True):
        if pa.types.is_floating(column.type):
            values = column.to_numpy()
            rows = np.flatnonzero(~np.isfinite(values) & np.asarray(column.is_valid()))
            if rows.size:
                odd[name] = rows.tolist()
    return table.to_pandas(integer_object_nulls=True), odd


def _parquet(source: Source) -> Table:
    """GeoParquet, through geopandas: pyogrio's GDAL has no Parquet driver."""
    notes: list[str] = []
    layer = source.file.stem
    if source.layer not in (None, layer):
        raise InputError(
            f'{source.name} has no layer "{source.layer}"; a GeoParquet file holds one: leave out --layer.'
        )
    whole = {"to_pandas_kwargs": {"integer_object_nulls": True}}
    frame = _guarded(source, notes, geopandas.read_parquet, source.file, **whole)
    if len(frame) == 0:
        raise InputError(f"{source.name} is empty; export it again with its features.")
    named = [name for name in frame.index.names if name is not None]
    frame = frame.reset_index(drop=not named)
    shapes = frame.geometry.to_numpy()
    fields = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    crs = frame.crs if frame.crs is None else CRS.from_user_input(frame.crs)
    return Table(layer, fields, shapes, np.arange(1, len(frame) + 1), crs, True, len(frame), notes)
