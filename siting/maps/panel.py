"""What a person reads beside the map: a study's verdict and tables as HTML, in the words of `siting.wording`."""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from siting import quantities, wording

SIGNS = {"PASS": "●", "FAIL": "▲", "UNKNOWN": "?"}


def asset(name: str) -> str:
    """Read a text of the package's folder `assets`."""
    return files("siting").joinpath("assets", name).read_text(encoding="utf-8")


@cache
def pages() -> Environment:
    """Make the templates' environment; every value is escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, loader=FunctionLoader(asset))
    environment.filters.update(
        feet=quantities.length,
        area=quantities.area,
        power=quantities.power,
        level=quantities.level,
        levels=wording.levels,
        worst_margin=wording.worst_margin,
        read_at=wording.read_at,
        counted=wording.counted,
        bound_by=wording.bound_by,
        asked=wording.asked,
        zone=wording.zone,
        period=wording.period,
        way=wording.way,
        screened=wording.screened,
    )
    environment.globals.update(SIGNS=SIGNS, VERDICTS=wording.VERDICTS, ORIGINS=wording.ORIGINS)
    return environment


def part(name: str, about: dict[str, Any]) -> str:
    """Write one part of the panel as HTML.

    Parameters
    ----------
    name
        A macro of `assets/parts.html`: "verdict", "neighbours", "paths", "readings", "facts", "assumptions", "notes", "symbols";
        or "sound", which takes the document's `sound`.
    about
        A study as `siting.export.document` gives it.
    """
    macros: Any = pages().get_template("parts.html").module
    return str(getattr(macros, name)(about))
