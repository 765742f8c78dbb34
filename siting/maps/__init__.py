"""One study as one HTML page with a map that opens without a network: Leaflet, the drawing and the data all stand in the file."""

from base64 import b64encode
from collections.abc import Iterator
from importlib.resources import files
from itertools import count
from re import Match, sub
from typing import Any

import folium
from branca.element import Element, MacroElement, Template
from folium.utilities import JsCode
from shapely import total_bounds
from shapely.geometry import shape

from siting.maps.panel import asset, pages
from siting.maps.symbols import layers

Bounds = list[list[float]]


class Dressing(MacroElement):
    """The map's north arrow, scale and texts, from `assets/drawing.js`."""

    _name = "Dressing"
    _template = Template(
        "{% macro script(this, kwargs) %}siting.dress({{ this._parent.get_name() }});{% endmacro %}"
    )


def study_map(document: dict[str, Any]) -> str:
    """Draw a study as a page of HTML that asks nothing of a network.

    Parameters
    ----------
    document
        A study as `siting.export.document` gives it. Its geometry is reprojected to EPSG:4326 here, for drawing only.

    Returns
    -------
    The page; the same study gives the same text.
    """
    drawn, undrawn = layers(document)
    canvas: Any = JsCode("L.canvas({tolerance: 6, padding: 0.3})")
    leaflet = folium.Map(tiles=None, max_zoom=24, zoom_snap=0.25, attribution_control=False, renderer=canvas)
    for layer in drawn:
        folium.GeoJson(
            layer["features"],
            name=layer["name"],
            style=JsCode("siting.style"),
            point_to_layer=JsCode("siting.point"),
            on_each_feature=JsCode("siting.describe"),
        ).add_to(leaflet)
    folium.LayerControl(collapsed=True).add_to(leaflet)
    leaflet.fit_bounds(view(drawn), padding=(24, 24))
    Dressing().add_to(leaflet)
    return page(document, leaflet, undrawn)


def page(document: dict[str, Any], leaflet: folium.Map, undrawn: int) -> str:
    """Set the map into the page with the verdict, the tables and the symbols beside it."""
    figure: Any = leaflet.get_root()
    rename(figure, count())
    figure.render()
    values = {
        "study": document,
        "undrawn": undrawn,
        "map_id": leaflet.get_name(),
        "leaflet_css": leaflet_css(),
        "leaflet_js": leaflet_js(),
        "css": asset("parts.css") + asset("map.css") + asset("page.css"),
        "drawing_js": asset("drawing.js"),
        "script": figure.script.render(),
    }
    return pages().get_template("page.html").render(values)


def rename(element: Element, numbers: Iterator[int]) -> None:
    """Give every element a counted name instead of a random one, so that the same study gives the same bytes."""
    element._id = str(next(numbers))
    for child in element._children.values():
        rename(child, numbers)


def view(drawn: list[dict[str, Any]]) -> Bounds:
    """Give the south-west and north-east corner of the lot and each neighbour's worst place, as latitude and longitude."""
    shown = [
        shape(feature["geometry"])
        for layer in drawn
        for feature in layer["features"]["features"]
        if feature["properties"]["kind"] == "lot" or feature["properties"].get("first")
    ]
    west, south, east, north = total_bounds(shown).tolist()
    return [[south, west], [north, east]]


def leaflet_js() -> str:
    """Give Leaflet's code without the comment that names a file beside it."""
    return sub(r"//# sourceMappingURL=.*", "", asset("leaflet.js"))


def leaflet_css() -> str:
    """Give Leaflet's style sheet with its pictures inside; the marker picture, which no map here uses, is left out."""

    def inside(found: Match[str]) -> str:
        picture = files("siting").joinpath("assets", found[1])
        if not picture.is_file():
            return "none"
        return f"url(data:image/png;base64,{b64encode(picture.read_bytes()).decode()})"

    return sub(r"url\(images/([\w-]+\.png)\)", inside, asset("leaflet.css"))
