"""The options that say how the yard is laid out, the same for every verb that places units, and what they say."""

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from siting.model import Unit
    from siting.yard import Compass, Placing, ServicePoint

PLACING = (
    "step_ft", "front", "rear", "max_slope_pct", "aisle_ft", "distances", "fuel", "tank_gal", "tanks",
    "hydrogen_distance_ft", "item", "service_point", "time_limit",
)  # fmt: skip
LEAST_STEP_FT, MOST_STEP_FT = 0.25, 100.0
MOST_SLOPE_PCT, MOST_AISLE_FT, MOST_DISTANCE_FT = 100.0, 100.0, 1000.0
MOST_SECONDS = 86_400.0


def placing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """How units and what stands beside them are placed: `siting.yard.Placing`."""
    options = [
        click.option(
            "--step-ft",
            type=float,
            metavar="FT",
            help="Step of the lattice; 1 where left out, on large lots whole feet more.",
        ),
        click.option(
            "--front",
            metavar="SIDES",
            help="Sides of the lot towards a street: north, northeast, ...; several with commas. Found in the file where "
            "left out.",
        ),
        click.option("--rear", metavar="SIDES", help="Sides of the lot that are its rear."),
        click.option(
            "--max-slope-pct", type=float, metavar="PCT", help="Steepest ground for a unit; needs --terrain."
        ),
        click.option(
            "--aisle-ft",
            type=float,
            metavar="FT",
            help="Width of the way that reaches every unit from the street; 3 where left out, 0 for none.",
        ),
        click.option(
            "--distances",
            metavar="NAME",
            help="Table of distances from buildings and openings: a name of the catalogue, or a TOML file.",
        ),
        click.option(
            "--fuel",
            metavar="NAME",
            help='"natural gas", biogas, propane or hydrogen; the first of the unit where left out.',
        ),
        click.option(
            "--tank-gal",
            type=float,
            metavar="GAL",
            help="Place a propane tank of this water capacity, US gallons.",
        ),
        click.option("--tanks", type=int, metavar="N", help="How many such tanks; 1 where left out."),
        click.option(
            "--hydrogen-distance-ft",
            type=float,
            metavar="FT",
            help="Distance that hydrogen keeps from lot lines, buildings and openings: it is never guessed.",
        ),
        click.option(
            "--item",
            multiple=True,
            metavar="NAME",
            help="Another thing in the yard: an item of the catalogue, or a TOML file. May be given several times.",
        ),
        click.option(
            "--service-point",
            multiple=True,
            metavar="KIND=LON,LAT",
            help="Where gas or the grid comes in, in degrees: gas=-71.11,42.37. May be given for each.",
        ),
        click.option(
            "--time-limit",
            type=float,
            default=60.0,
            show_default=True,
            metavar="SECONDS",
            help="Time for the best layout; it ends with the best so far and its bound.",
        ),
    ]
    return functools.reduce(lambda f, option: option(f), reversed(options), command)


def placing_of(options: dict[str, Any], unit: "Unit") -> "Placing":
    """What the options say of the yard, each number in its bounds; tanks and items with their distances.

    Raises
    ------
    InputError
        A number out of bounds, an unknown side, a side named twice, a service point that is no place, a fuel that the unit
        does not run on, a tank or a distance that belongs to another fuel, an item that cannot be read.
    """
    from siting.catalog import load_distances, load_item
    from siting.fuel import fuel_items, fuel_named
    from siting.yard import Placing

    front, rear = _sides("--front", options["front"]), _sides("--rear", options["rear"])
    _apart(front, rear)
    step = _metres(options, "step_ft", MOST_STEP_FT, "a step in feet", LEAST_STEP_FT)
    slope = _within("--max-slope-pct", options["max_slope_pct"], 0.0, MOST_SLOPE_PCT, "a slope in percent")
    aisle = (
        0.0 if options["aisle_ft"] == 0 else _metres(options, "aisle_ft", MOST_AISLE_FT, "a width in feet")
    )
    seconds = _within("--time-limit", options["time_limit"], 0.0, MOST_SECONDS, "a time in seconds")
    assert seconds is not None
    hydrogen = _metres(options, "hydrogen_distance_ft", MOST_DISTANCE_FT, "a distance in feet")
    if options["distances"] is not None:
        load_distances(options["distances"])  # what is wrong with it is told before any file is read
    others = tuple(load_item(name) for name in options["item"])
    return Placing(
        step_m=step,
        front=front,
        rear=rear,
        max_slope_pct=slope,
        aisle_m=aisle,
        distances=options["distances"],
        fuel=fuel_named(unit, options["fuel"]),
        items=fuel_items(unit, options["fuel"], options["tank_gal"], options["tanks"], hydrogen, others),
        service_points=_service_points(options["service_point"]),
        time_limit_s=seconds,
    )


def _metres(options: dict[str, Any], name: str, high: float, what: str, low: float = 0.0) -> float | None:
    """A length that an option gives in feet."""
    from siting.model import FOOT_M

    feet = _within(f"--{name.replace('_', '-')}", options[name], low, high, what)
    return None if feet is None else feet * FOOT_M


def _within(option: str, value: float | None, low: float, high: float, what: str) -> float | None:
    """A number above 0 or from `low`, and up to `high`."""
    from siting.errors import InputError

    if value is None:
        return None
    if not (low <= value <= high and value > 0):
        bounds = f"from {low:g}" if low > 0 else "above 0 and"
        raise InputError(f"{option} is {value:g}; {what} is a number {bounds} up to {high:g}.")
    return value


def _sides(option: str, text: str | None) -> "tuple[Compass, ...]":
    """The compass points of an option, each named once."""
    from typing import get_args

    from siting.errors import InputError
    from siting.yard import Compass

    known: tuple[Compass, ...] = get_args(Compass)
    if text is None:
        return ()
    found: list[Compass] = []
    for name in (part.strip().casefold() for part in text.split(",")):
        side = next((point for point in known if point == name), None)
        if side is None:
            raise InputError(f'{option} names "{name}"; a side of the lot is one of {", ".join(known)}.')
        if side in found:
            raise InputError(f"{option} names {side} twice; name each side once.")
        found.append(side)
    return tuple(found)


def _apart(front: "tuple[Compass, ...]", rear: "tuple[Compass, ...]") -> None:
    """Refuse a side that is said to be front and rear."""
    from siting.errors import InputError

    both = [side for side in front if side in rear]
    if both:
        raise InputError(
            f"--front {','.join(front)} and --rear {','.join(rear)} contradict each other: both name {' and '.join(both)}; "
            "a side is one of them."
        )


def _service_points(given: tuple[str, ...]) -> "tuple[ServicePoint, ...]":
    """Where gas and the grid come in, each once."""
    from siting.errors import InputError
    from siting.yard import ServicePoint

    found: dict[str, ServicePoint] = {}
    for text in given:
        kind, _, place = (part.strip() for part in text.partition("="))
        try:
            lon, lat = (float(part) for part in place.split(","))
        except ValueError:
            lon = lat = math.nan
        if kind not in ("gas", "grid") or not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise InputError(
                f'--service-point is "{text}"; write gas or grid and a place in degrees, like gas=-71.11,42.37.'
            )
        if kind in found:
            raise InputError(f"--service-point gives two places for {kind}; give one.")
        found[kind] = ServicePoint("gas" if kind == "gas" else "grid", lon, lat)
    return tuple(found.values())
