"""What a person reads beside the map: a study's verdict and tables as HTML, in the words of `siting.wording`."""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from siting import judgement, placing_words, quantities, readings_table, rule_words, wording


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
        percent=quantities.percent,
        levels=judgement.levels,
        headline=judgement.headline,
        compared=judgement.compared,
        judgement=judgement.judgement,
        screened=judgement.screened,
        read_at=wording.read_at,
        spectrum=wording.spectrum,
        counted=wording.counted,
        bound_by=wording.bound_by,
        asked=wording.asked,
        zone=wording.zone,
        period=wording.period,
        place=wording.place,
        way=wording.way,
        existing=rule_words.existing,
        rules=rule_words.rules,
        governing=rule_words.governing,
        matrix=readings_table.matrix,
        zone_count=rule_words.zone_count,
        unverified=rule_words.unverified,
        found=placing_words.found,
        one_more=placing_words.one_more,
        binds=placing_words.binds,
        binding=placing_words.binding,
        placing_facts=placing_words.facts,
        sides=placing_words.sides,
        items=placing_words.items,
        runs_to=placing_words.runs,
        taken=placing_words.taken,
        capitalize_first=lambda text: text[:1].upper() + text[1:],
    )
    environment.globals.update(
        SIGNS=judgement.SIGNS,
        STATES=judgement.STATES,
        ORIGINS=wording.ORIGINS,
        located=judgement.located,
        measured=rule_words.measured,
        runs=rule_words.runs,
        standby=rule_words.standby,
        may_run=rule_words.may_run,
        deviations_of=rule_words.deviations,
        caption=readings_table.caption,
        remarks=readings_table.remarks,
    )
    return environment


def part(name: str, about: dict[str, Any]) -> str:
    """Write one part of the panel as HTML.

    Parameters
    ----------
    name
        A macro of `assets/parts.html`: "verdict", "placing", "rules", "neighbours", "paths", "periods", "zones", "deviations",
        "readings", "facts", "assumptions", "notes", "symbols"; or "sound", which takes the document's `sound`.
    about
        A study as `siting.export.document` gives it.
    """
    macros: Any = pages().get_template("parts.html").module
    return str(getattr(macros, name)(about))
