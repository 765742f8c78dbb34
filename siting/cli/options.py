"""The options that `siting assess` and `siting batch` share, and what they say."""

import functools
from collections.abc import Callable
from typing import Any, Literal

import click

from siting.cli.verb import FILE

LAND = (
    "parcels", "layer", "id_field", "crs", "zoning", "zone_field", "buildings", "keep_out", "receptors", "terrain",
    "ground", "land_cover", "land_cover_table",
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
            "--edges-below-sight/--no-edges-below-sight",
            default=True,
            show_default=True,
            help="Whether an edge below the line of sight screens too, as ISO 9613-2 has it.",
        ),
    ]
    return functools.reduce(lambda f, option: option(f), reversed(options), command)


def read_options(options: dict[str, Any]) -> tuple[Any, ...]:
    """Options to land, unit, ordinance and question; catalogue errors come before any file is read."""
    from siting.catalog import load_ordinance, load_unit
    from siting.site import read_land
    from siting.sound import resolve_sound

    question = question_of(options)
    unit = load_unit(options["unit"])
    resolve_sound(unit, options["sound_at"])
    ordinance = load_ordinance(options["ordinance"]) if options["ordinance"] else None
    land = read_land(**{name: options[name] for name in LAND})
    return land, unit, ordinance, question, options["sound_at"], environment_of(options)


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
        raise InputError("Say how many units: one of --units N, --load-kw KW or --max.")
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
