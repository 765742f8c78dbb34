"""Every lot of a parcel file through the same assessment: one row a lot, streamed from worker processes."""

import csv
import gc
import math
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.errors import GEOSException

from siting.errors import InputError
from siting.law import Operation, Ordinance
from siting.model import Environment, Question, Unit
from siting.outcome import Study
from siting.output import check_folder, make_folder
from siting.site import Land, read_land
from siting.sound import readings
from siting.study.steps import AS_ASSUMED, CONTINUOUS, assess
from siting.surroundings import ENVIRONMENT
from siting.verdict import worst_row
from siting.yard import Placing

OF_WORST = (  # of the row of `siting.verdict.worst_row`
    "neighbour", "zone", "period", "metric", "statistic", "level_db", "limit_db", "margin_db", "sigma_db", "p_exceed",
)  # fmt: skip
CHUNK = 64  # lots a task: long enough to hide the cost of handing it over, short enough for steady progress
Row = dict[str, Any]

_here: tuple[Land, "Order"] | None = None  # what a worker process read when it started


@dataclass(frozen=True)
class Order:
    """What to ask of every lot: the files by the names of `siting.site.read_land`, and the arguments of `siting.study.assess`."""

    land: dict[str, Any]
    unit: Unit
    ordinance: Ordinance | None
    question: Question
    sound_at: str | None
    environment: Environment
    operation: Operation
    placing: Placing


def run_batch(
    land: dict[str, Any],
    unit: Unit,
    ordinance: Ordinance | None,
    question: Question,
    sound_at: str | None,
    output: Path,
    *,
    environment: Environment = ENVIRONMENT,
    operation: Operation = CONTINUOUS,
    placing: Placing = AS_ASSUMED,
    overwrite: bool = False,
    workers: int | None = None,
    progress: Any = None,
) -> Counter[str]:
    """Assess every lot; write `lots.csv` (streamed, in the file's order) and `lots.parquet` (the same with the lots' shapes).

    Parameters
    ----------
    land : dict
        Arguments of `siting.site.read_land`.
    progress : callable, optional
        Called with the number of rows done and the number of lots.

    Returns
    -------
    Counter
        Rows by state, `allowed`, and `lots` and `rows`: the counts in and out.

    Raises
    ------
    InputError
        Where a file or the output folder cannot be used, or the unit's level holds elsewhere than at `sound_at`.
    """
    check_folder(output, overwrite)
    order = Order(land, unit, ordinance, question, sound_at, environment, operation, placing)
    names = columns(order)
    parcels = read_land(**land).parcels  # bad input ends here, before any process starts
    make_folder(output)
    counts: Counter[str] = Counter(lots=len(parcels.ids))
    with (output / "lots.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        for row in _rows(order, len(parcels.ids), workers or os.cpu_count() or 1):
            writer.writerow(row)
            counts.update({"rows": 1, row["state"]: 1, "allowed": int(row["allowed"])})
            if progress:
                progress(counts["rows"], counts["lots"])
    _write_parquet(output, parcels.frame)
    return counts


def columns(order: Order) -> list[str]:
    """The columns of a row; the last ones are a pair for each reading of the stated level."""
    fixed = [
        "id", "state", "allowed", "units", "bound", "bound_by", "gap", "status", "kw", "area_m2", "buildable_area_m2",
        "receptor", *OF_WORST, "reading", "reading_origin", "reason",
    ]  # fmt: skip
    return fixed + [
        f"{what}_{s.reading}" for s in readings(order.unit, order.sound_at) for what in ("units", "state")
    ]


def lot_row(land: Land, index: int, order: Order) -> Row:
    """One lot's row; a lot that cannot be assessed is UNKNOWN with its reason."""
    lot_id, primary = land.parcels.ids[index], int(land.parcels.primary[index])
    area = float(land.parcels.area_m2[index])
    row: Row = {"id": lot_id, "area_m2": None if math.isnan(area) else area}
    try:
        study = assess(
            land, primary, order.unit, order.ordinance, order.question, order.sound_at, order.environment, order.operation,
            spectra=False, placing=order.placing,
        )  # fmt: skip
        row.update(study_row(study), id=lot_id)
        if primary != index:
            row["reason"] = f"stacked on lot {land.parcels.ids[primary]}; {row['reason']}"
    except InputError as error:
        row.update(state="UNKNOWN", allowed=False, reason=str(error))
    except GEOSException as error:
        row.update(
            state="UNKNOWN",
            allowed=False,
            reason=f"Lot {lot_id} cannot be assessed: its geometry fails ({error}).",
        )
    return row


def study_row(study: Study) -> Row:
    """The row of one study: the same numbers as its document."""
    worst = worst_row(study.levels)
    row: Row = {
        "id": study.site.id,
        "state": study.verdict.state,
        "allowed": study.verdict.allowed,
        "units": len(study.placed),
        "bound": study.bound,
        "bound_by": study.bound_by,
        "gap": study.search.gap if study.search else None,
        "status": study.search.status if study.search else None,
        "kw": len(study.placed) * study.unit.kw,
        "area_m2": study.site.lot.area,
        "buildable_area_m2": study.site.buildable.area,
        "receptor": worst.id if worst else None,
        **{key: _known(getattr(worst, key)) if worst else None for key in OF_WORST},
        "reading": study.sound.reading,
        "reading_origin": study.sound.origin,
        "reason": " ".join(study.verdict.reasons),
    }
    for reading in study.readings:
        row[f"units_{reading.reading}"] = reading.units
        row[f"state_{reading.reading}"] = reading.state
    return row


def _known(value: Any) -> Any:
    """A value, or None for a number that is not known."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _rows(order: Order, count: int, workers: int) -> Iterator[Row]:
    """Rows in the file's order, a few chunks in flight, so that memory does not grow with the file."""
    chunks = iter([range(i, min(i + CHUNK, count)) for i in range(0, count, CHUNK)])
    if workers == 1:
        _start(order)
        for chunk in chunks:
            yield from _chunk(chunk)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _start, (order,)) as pool:
        waiting: list[Future[list[Row]]] = [
            pool.submit(_chunk, chunk) for chunk in islice(chunks, 2 * workers)
        ]
        while waiting:
            done = waiting.pop(0).result()
            waiting += [pool.submit(_chunk, chunk) for chunk in islice(chunks, 1)]
            yield from done


def _start(order: Order) -> None:
    global _here
    _here = (read_land(**order.land), order)
    # the land stays, and a chunk's objects die by count: the collector runs between chunks only
    gc.freeze()
    gc.disable()


def _chunk(rows: range) -> list[Row]:
    assert _here is not None
    land, order = _here
    done = [lot_row(land, index, order) for index in rows]
    gc.collect()
    return done


def _write_parquet(output: Path, lots: gpd.GeoDataFrame) -> None:
    """The CSV's rows with the lots' shapes, written once all are there."""
    # text first: ids and zones that look like numbers stay as they are, and floats keep their last bit
    table = pd.read_csv(output / "lots.csv", dtype=str, keep_default_na=False, na_values=[""])
    table = table.astype({name: "float64" for name in table.columns if _is_number(name)})
    table = table.astype({name: "Int64" for name in table.columns if _is_count(name)})
    table["allowed"] = table["allowed"] == "True"
    frame = gpd.GeoDataFrame(table, geometry=lots.geometry.to_numpy(), crs=lots.crs)
    frame.to_parquet(output / "lots.parquet", index=False)


def _is_count(name: str) -> bool:
    return name in ("units", "bound") or name.startswith("units_")


def _is_number(name: str) -> bool:
    return _is_count(name) or name in (
        "gap", "kw", "area_m2", "buildable_area_m2", "level_db", "limit_db", "margin_db", "sigma_db", "p_exceed",
    )  # fmt: skip
