"""What a person reads beside the map: a study's numbers as text, and its verdict and tables as HTML."""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from siting import wording

STATES = {"PASS": ("●", "allowed"), "FAIL": ("▲", "not allowed"), "UNKNOWN": ("?", "cannot be known")}
ORIGINS = {
    "given": "given by you",
    "file": "stated by the maker",
    "template": "from a template",
    "assumed": "ASSUMED",
}


def level(level_dba: float | None) -> str:
    """Write a level to 0.1 dB."""
    return wording.level(level_dba, "–")


def limit(limit_dba: float | None) -> str:
    """Write a limit as the ordinance does."""
    return "–" if limit_dba is None else f"{limit_dba:g}"


def margin(margin_db: float | None) -> str:
    """Write limit minus level with its sign, never so short that a hair over reads as nothing."""
    return "–" if margin_db is None else wording.margin(margin_db)


def reading(name: str) -> str:
    """Write where a stated level is read to hold: "7m" as "at 7 m (23 ft)"."""
    return f"{'as' if name == 'power' else 'at'} {wording.reading(name)}"


def judgement(row: dict[str, Any]) -> str:
    """Write one receptor row: level, limit, margin and state."""
    if row["level_dba"] is None:
        return f"no unit placed, limit {limit(row['limit_dba'])}"
    if row["limit_dba"] is None:
        return f"{level(row['level_dba'])} dBA, limit not known: {row['state']}"
    numbers = f"{level(row['level_dba'])} dBA, limit {limit(row['limit_dba'])}, margin {margin(row['margin_db'])} dB"
    return f"{numbers}: {row['state']}"


def counted(layout: dict[str, Any]) -> str:
    """Write how many units stand and how many could: "6 placed, at most 9"."""
    over = " allowed" if layout["units"] > layout["bound"] else ""
    return f"{layout['units']} placed, at most {layout['bound']}{over}"


def asked(question: dict[str, Any]) -> str:
    """Write what was asked."""
    if question["mode"] == "units":
        return f"{question['units']} units"
    if question["mode"] == "load":
        spare = f" and {question['spare']} spare" if question["spare"] else ""
        return f"{question['load_kw']:,g} kW{spare}"
    return "as many as allowed"


def asset(name: str) -> str:
    """Read a text of the package's folder `assets`."""
    return files("siting").joinpath("assets", name).read_text(encoding="utf-8")


@cache
def pages() -> Environment:
    """Make the templates' environment; every value is escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, loader=FunctionLoader(asset))
    environment.filters.update(
        feet=wording.length,
        area=wording.area,
        level=level,
        limit=limit,
        margin=margin,
        reading=reading,
        counted=counted,
        asked=asked,
    )
    environment.globals.update(STATES=STATES, ORIGINS=ORIGINS)
    return environment


def part(name: str, about: dict[str, Any]) -> str:
    """Write one part of the panel as HTML.

    Parameters
    ----------
    name
        A macro of `assets/parts.html`: "verdict", "neighbours", "readings", "facts", "assumptions", "notes", "symbols";
        or "sound", which takes the document's `sound`.
    about
        A study as `siting.export.document` gives it.
    """
    macros: Any = pages().get_template("parts.html").module
    return str(getattr(macros, name)(about))
