"""The options that `siting assess` and `siting batch` share, and what they say."""

import functools
import math
from collections.abc import Callable
from typing import Any, Literal

import click

from siting.cli.placing_options import placing_of
from siting.cli.verb import FILE

LAND = (
    "parcels", "layer", "id_field", "crs", "zoning", "zone_field", "buildings", "keep_out", "receptors", "terrain",
    "ground", "land_cover", "land_cover_table", "existing", "existing_power_dba", "existing_type", "existing_crs",
    "walls", "openings",
)  # fmt: skip


def land_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The parcel file and what lies around: `siting.site.read_land`."""
    options = [
        click.argument("parcels", type=FILE),
        click.option("--layer", help="Layer of the parcel file, where it has several."),
        click.option(
            "--id-field", metavar="NAME", help="Field that holds the lots' ids; guessed where left out."
        ),
        click.option(
            "--crs", metavar="EPSG:N", help="The parcel file's CRS, where the file does not say it."
        ),
        click.option("--zoning", type=FILE, help="Zoning polygons."),
        click.option(
            "--zone-field", metavar="NAME", help="Field with the zone's name, in --zoning or in the parcels."
        ),
        click.option(
            "--buildings",
            type=FILE,
            help="Buildings: kept a distance from; those with a height screen and reflect.",
        ),
        click.option(
            "--walls", type=FILE, help="Lines of walls that screen and reflect; field height_ft or height_m."
        ),
        click.option(
            "--openings",
            type=FILE,
            help="Windows, doors and air intakes in walls, points or lines: kept a distance from.",
        ),
        click.option("--keep-out", type=FILE, help="Polygons where no unit may stand."),
        click.option(
            "--receptors", type=FILE, help="Points where levels are wanted, beside the ordinance's own."
        ),
        click.option("--terrain", type=FILE, help="Elevation raster: ground heights, which screen too."),
        click.option("--ground", type=FILE, help="Ground polygons; field g: 0 hard to 1 porous."),
        click.option("--land-cover", type=FILE, help="Raster of land-cover classes, for the ground factor."),
        click.option(
            "--land-cover-table",
            metavar="NAME",
            help="What the classes are to sound: umep, nlcd, worldcover, or a TOML file.",
        ),
        click.option(
            "--existing",
            type=FILE,
            help="Machines that are there already: points or outlines, added to every level.",
        ),
        click.option(
            "--existing-power-dba",
            type=float,
            metavar="DBA",
            help="Sound power of each machine for which the file states none.",
        ),
        click.option("--existing-type", metavar="NAME", help="Only machines whose field type says so."),
        click.option(
            "--existing-crs", metavar="EPSG:N", help="CRS of --existing, where the file does not say it."
        ),
    ]
    return functools.reduce(lambda f, option: option(f), reversed(options), command)


def question_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The unit, the ordinance, how many, and how the sound is read."""
    options = [
        click.option(
            "--unit",
            metavar="NAME",
            default="gx230",
            show_default=True,
            help="Unit of the catalogue, or a TOML file.",
        ),
        click.option("--ordinance", metavar="NAME", help="Ordinance of the catalogue, or a TOML file."),
        click.option("--units", type=click.IntRange(min=1), metavar="N", help="Place N units."),
        click.option("--load-kw", type=float, metavar="KW", help="Place units for a load."),
        click.option(
            "--spare", type=click.IntRange(min=0), metavar="R", help="Units more than the load needs."
        ),
        click.option("--max", "most", is_flag=True, help="Place as many as are allowed."),
        click.option(
            "--sound-at",
            metavar="WHERE",
            help="Where the unit's stated level holds: 7m, 1m, 23ft, power. Assumed: 7m.",
        ),
        click.option(
            "--spectrum",
            metavar="NAME",
            help="Spectrum of a unit whose maker gives none: engine, gas_engine, turbine, flat.",
        ),
        click.option(
            "--edges-below-sight/--no-edges-below-sight",
            default=True,
            show_default=True,
            help="Whether an edge below the line of sight screens too, as ISO 9613-2 has it.",
        ),
    ]
    return functools.reduce(lambda f, option: option(f), reversed(options), command)


def operation_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """How the units run, and how sure the answer has to be: `siting.model.Operation`."""
    options = [
        click.option(
            "--confidence",
            type=float,
            default=0.95,
            show_default=True,
            metavar="P",
            help="Confidence at which limits are to be kept; units are placed for it, too.",
        ),
        click.option(
            "--accept-unverified",
            is_flag=True,
            help="Take numbers of the ordinance that were not read in their source; every page says so.",
        ),
        click.option(
            "--use",
            type=click.Choice(["continuous", "standby"]),
            default="continuous",
            show_default=True,
            help="Standby: the units run in outages and tests alone.",
        ),
        click.option(
            "--minutes-per-hour",
            type=float,
            default=60.0,
            show_default=True,
            metavar="N",
            help="How long the units run in any hour.",
        ),
        click.option(
            "--tone/--no-tone",
            "tone",
            default=None,
            help="Whether the units' sound has a tone. Left out: the ordinance's criterion, else a tone is assumed.",
        ),
        click.option(
            "--ambient",
            multiple=True,
            metavar="PERIOD=DBA",
            help="Measured ambient level in a period of the ordinance; may be given for each.",
        ),
    ]
    return functools.reduce(lambda f, option: option(f), reversed(options), command)


def read_options(options: dict[str, Any]) -> tuple[Any, ...]:
    """Options to the arguments of `siting.study.assess` but for the row; catalogue errors come before any file is read."""
    from siting.site import read_land

    question, environment = question_of(options), environment_of(options)
    unit, ordinance = unit_of(options), ordinance_of(options)
    operation, placing = operation_of(options, ordinance), placing_of(options, unit)
    land = read_land(**{name: options[name] for name in LAND})
    return land, unit, ordinance, question, options["sound_at"], environment, operation, placing


def unit_of(options: dict[str, Any]) -> Any:
    """The unit of --unit with the spectrum of --spectrum; a reading that it does not have is refused here."""
    from siting.catalog import load_unit
    from siting.sound import resolve_sound, with_spectrum

    unit = load_unit(options["unit"])
    if options["spectrum"] is not None:
        unit = with_spectrum(unit, options["spectrum"])
    resolve_sound(unit, options["sound_at"])
    return unit


def ordinance_of(options: dict[str, Any]) -> Any:
    """The ordinance of --ordinance; None without one."""
    from siting.catalog import load_ordinance

    return load_ordinance(options["ordinance"]) if options["ordinance"] else None


def operation_of(options: dict[str, Any], ordinance: Any) -> Any:
    """How the units run and the confidence that is wanted, each number in its bounds."""
    from siting.errors import InputError
    from siting.law import Operation

    confidence, minutes = options["confidence"], options["minutes_per_hour"]
    if not 0 < confidence < 1:
        raise InputError(
            f"--confidence is {confidence:g}; it is a probability between 0 and 1, such as 0.95."
        )
    if not 0 < minutes <= 60:
        raise InputError(f"--minutes-per-hour is {minutes:g}; an hour has more than 0 and up to 60 minutes.")
    return Operation(
        options["use"], minutes, options["tone"], ambient_of(options["ambient"], ordinance), confidence,
        options["accept_unverified"],
    )  # fmt: skip


def ambient_of(given: tuple[str, ...], ordinance: Any) -> tuple[tuple[str, float], ...]:
    """Period and level of each --ambient; the period is one of the ordinance's, each given once."""
    from siting.errors import InputError

    names = [period.name for period in ordinance.periods] if ordinance else []
    found: dict[str, float] = {}
    for text in given:
        period, _, number = (part.strip() for part in text.rpartition("="))
        try:
            level = float(number)
        except ValueError:
            level = math.nan
        if not period or not -20 <= level <= 140:
            raise InputError(
                f'--ambient is "{text}"; write a period and its level in dB(A), like night=42.5.'
            )
        if period not in names:
            known = f"{ordinance.id} has {', '.join(names)}" if ordinance else "no --ordinance was given"
            raise InputError(f'--ambient names the period "{period}"; {known}.')
        if period in found:
            raise InputError(f'--ambient gives two levels for the period "{period}"; give one.')
        found[period] = level
    return tuple(found.items())


def environment_of(options: dict[str, Any]) -> Any:
    """Air, ground and rules, as assumed where no option says otherwise."""
    from dataclasses import replace

    from siting.surroundings import ENVIRONMENT

    return replace(ENVIRONMENT, edges_below_sight=options["edges_below_sight"])


def question_of(options: dict[str, Any]) -> Any:
    """The one question asked: --units, --load-kw or --max."""
    from siting.errors import InputError
    from siting.model import Question

    units, load_kw, spare, most = options["units"], options["load_kw"], options["spare"], options["most"]
    if (units is not None) + (load_kw is not None) + most != 1:
        raise InputError("Say how many units: one of --units N, --load-kw KW or --max, not two of them.")
    if spare is not None and load_kw is None:
        raise InputError("--spare adds units to a load: give it with --load-kw.")
    if load_kw is not None and not 0 < load_kw < float("inf"):
        raise InputError(f"--load-kw is {load_kw:g}; a load is a number of kilowatts above 0.")
    mode: Literal["units", "load", "max"] = "max" if most else "units" if units is not None else "load"
    return Question(mode, units, load_kw, spare or 0)


def place_of(at: str | None) -> tuple[float, float] | None:
    """Longitude and latitude of --at."""
    from siting.errors import InputError

    if at is None:
        return None
    try:
        lon, lat = (float(part) for part in at.split(","))
    except ValueError:
        raise InputError(f'--at is "{at}"; a place is LON,LAT in degrees, like -71.11,42.37.') from None
    return lon, lat
