"""The app's map: lots packed small for the browser, and the Streamlit component that draws them and answers a tap."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import shapely
import streamlit as st
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from siting.geodata.parcels import Parcels, find_lot
from siting.maps import leaflet_css, leaflet_js
from siting.maps.panel import asset
from siting.maps.symbols import layers
from siting.web.sources import Sources, land

MOST_LOTS = 15_000  # a browser pans this many without a stutter
STEP_DEGREES = 1e-7  # 1 cm, the packing's unit
Packed = dict[str, Any]


def lots_near(sources: Sources, lot: str | None) -> Packed:
    """Pack the lots for the browser: all of them, or those round a lot where there are too many."""
    ground = land(sources)
    few = lot is None or len(ground.parcels.ids) <= MOST_LOTS
    return packed_lots(sources, None if few else find_lot(ground.parcels, str(lot)))


@st.cache_data(max_entries=4, show_spinner="Drawing the lots…")
def packed_lots(sources: Sources, centre: int | None) -> Packed:
    """Pack the lots once; `key` is what the browser knows the packing by."""
    return {"key": repr((sources, centre)), **packed(land(sources).parcels, centre)}


def packed(parcels: Parcels, centre: int | None = None) -> Packed:
    """Pack the lots' outlines.

    Parameters
    ----------
    parcels
        What `siting.geodata.parcels.read_parcels` read.
    centre
        Row of the lot round which the nearest lots are kept where there are more than `MOST_LOTS`.

    Returns
    -------
    `ids`, `shapes` (for each lot its polygons, for each polygon its rings as steps of 1e-7 degree from corner to
    corner: longitude, latitude, ...), `corner` (west, south: where the steps start), `view` (south-west and north-east
    as latitude and longitude), `unusable` (ids) and `undrawn` (count).
    """
    rows = nearest_rows(parcels.lots, centre)
    carry = Transformer.from_crs(parcels.crs, "EPSG:4326", always_xy=True)
    drawn = shapely.transform(
        shapely.force_2d(parcels.lots[rows]), lambda xy: np.column_stack(carry.transform(xy[:, 0], xy[:, 1]))
    )
    west, south, east, north = shapely.total_bounds(drawn).tolist()
    return {
        "ids": [parcels.ids[row] for row in rows],
        "shapes": [packed_shape(lot, (west, south)) for lot in drawn],
        "corner": [west, south],
        "view": [[south, west], [north, east]],
        "unusable": [parcels.ids[row] for row in rows if row in parcels.unusable],
        "undrawn": int(drawable(parcels.lots).sum()) - len(rows),
    }


def drawable(lots: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Tell which rows have a shape at all."""
    return ~(shapely.is_missing(lots) | shapely.is_empty(lots))


def nearest_rows(lots: np.ndarray[Any, Any], centre: int | None) -> np.ndarray[Any, Any]:
    """Give the rows to draw: all, or the `MOST_LOTS` nearest to a lot or to the first one."""
    rows = np.flatnonzero(drawable(lots))
    if len(rows) <= MOST_LOTS:
        return rows
    middle = lots[rows[0] if centre is None else centre].centroid
    near = np.argsort(shapely.distance(lots[rows], middle), kind="stable")[:MOST_LOTS]
    return np.sort(rows[near])


def packed_shape(lot: BaseGeometry, corner: tuple[float, float]) -> list[list[list[int]]]:
    """Pack one lot: polygons, rings, steps."""
    polygons = [part for part in shapely.get_parts(lot) if part.geom_type == "Polygon"]
    return [[packed_ring(ring, corner) for ring in (part.exterior, *part.interiors)] for part in polygons]


def packed_ring(ring: BaseGeometry, corner: tuple[float, float]) -> list[int]:
    """Pack one ring as steps from corner to corner; the closing corner is left out."""
    places = np.rint((shapely.get_coordinates(ring)[:-1] - corner) / STEP_DEGREES).astype(np.int64)
    return np.diff(places, axis=0, prepend=0).ravel().tolist()


@cache
def component() -> Callable[..., Any]:
    """Register the map with Streamlit; Leaflet goes with it, so that nothing is fetched from elsewhere."""
    return st.components.v2.component(
        "siting_lots",
        html='<div class="siting-map" role="application" aria-label="Map of the lots; tap one to assess it"></div>',
        css=leaflet_css() + asset("map.css") + asset("lots.css"),
        js="\n".join([leaflet_js(), asset("drawing.js"), asset("lots.js")]),
    )


def show(
    lots: Packed, chosen: str | None, study: dict[str, Any] | None, drawn: str, on_tap: Callable[[], None]
) -> int:
    """Draw the lots with the chosen one and its study; a tap on a lot calls back with its id in `st.session_state["map"]`.

    Returns
    -------
    How many receptors are not drawn.
    """
    shapes, undrawn = layers(study) if study else ([], 0)
    data = {"lots": lots, "chosen": chosen, "study": shapes, "drawn": drawn}
    component()(key="map", data=data, on_lot_change=on_tap)
    return undrawn
