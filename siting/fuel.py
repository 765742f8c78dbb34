"""What a fuel needs on the lot: tanks or a store, and how far they stay from what is around; and what a unit weighs on it."""

import math
from dataclasses import replace
from typing import get_args

from siting.catalog import load_item, load_tanks
from siting.catalog.tank_file import Capacity, Tanks, TankSize
from siting.errors import InputError
from siting.model import FOOT_M, Assumption, Clearance, Unit
from siting.quantities import POUND_KG
from siting.yard import Distances, Fuel, Placing, YardItem

KNOWN: tuple[Fuel, ...] = get_args(Fuel)
PIPED = ("natural gas", "biogas")  # from the street: nothing of it stands on the lot
STORE = "hydrogen_storage"  # the catalogue's, where no item is given that holds hydrogen
TANK = "propane_tank"
BTU_PER_KWH = 3412.14


def fuel_named(unit: Unit, name: str | None) -> Fuel | None:
    """The fuel that is meant, None where none is named; spelt in any case, with hyphens or spaces.

    Raises
    ------
    InputError
        It is not known, or the unit does not run on it.
    """
    if name is None:
        return None
    plain = name.strip().casefold().replace("-", " ").replace("_", " ")
    found = next((fuel for fuel in KNOWN if fuel == plain), None)
    if found is None:
        raise InputError(f'"{name}" is not a fuel that siting knows; expected one of {", ".join(KNOWN)}.')
    if found not in unit.fuels:
        raise InputError(
            f'The unit "{unit.id}" does not run on {found}; {unit.source["path"]} names {", ".join(unit.fuels)}.'
        )
    return found


def fuel_items(
    unit: Unit,
    fuel: str | None = None,
    tank_gal: float | None = None,
    tanks: int | None = None,
    hydrogen_distance_m: float | None = None,
    items: tuple[YardItem, ...] = (),
) -> tuple[YardItem, ...]:
    """What has to be placed for the fuel, and after it the other items.

    Natural gas and biogas come by pipe. Propane needs tanks, of a water capacity in US gallons or as an item that holds propane.
    Hydrogen needs a store, the catalogue's or an item that holds hydrogen, and its distances: they depend on pressure and pipe
    size (NFPA 2), so they are given and never guessed.

    Parameters
    ----------
    fuel : str, optional
        None: the unit's first.
    tanks : int, optional
        How many of them; one where left out.
    hydrogen_distance_m : float, optional
        From lot lines, buildings, openings and units, where the store's file states none.

    Raises
    ------
    InputError
        A fuel that the unit does not run on, one without the tank or the distances that it needs, or a tank, a distance or an
        item that belongs to another fuel.
    """
    used = fuel_named(unit, fuel) or unit.fuels[0]
    _only_its_own(unit, used, tank_gal, tanks, hydrogen_distance_m, items)
    others = tuple(item for item in items if item.holds is None)
    stores = tuple(item for item in items if item.holds is not None)
    if used == "propane":
        made = () if tank_gal is None else _tanks(unit, tank_gal, 1 if tanks is None else tanks)
        if not made and not stores:
            raise InputError(
                "Propane needs a tank on the lot, and its size is not given: say --tank-gal with its water capacity in US "
                "gallons (and --tanks for several), or give an item whose file says that it holds propane."
            )
        return (*made, *(_stated(item, None) for item in stores), *others)
    if used == "hydrogen":
        return (*(_stated(item, hydrogen_distance_m) for item in stores or (load_item(STORE),)), *others)
    return others


def propane_tank(tank_gal: float) -> YardItem:
    """A tank above ground of a water capacity in US gallons, with the distances of data/tanks.toml.

    Raises
    ------
    InputError
        The capacity is under or over what the table holds.
    """
    known = load_tanks()
    most = known.capacities[-1].most_gal
    if not known.least_gal <= tank_gal <= most:
        raise InputError(
            f"A propane tank of {tank_gal:g} gal has no distances in {known.facts['path']}, which goes from "
            f"{known.least_gal:g} to {most:,.0f} gal: give a capacity between them, or an item file with distances of its own."
        )
    rule = next(row for row in known.capacities if tank_gal <= row.most_gal)
    size = next(row for row in known.sizes if tank_gal <= row.gal)
    away, between = rule.away_m, rule.between_m
    return YardItem(
        id=TANK,
        name=f"{tank_gal:,.10g} gal propane tank",
        length_m=size.length_m,
        width_m=size.diameter_m,
        height_m=size.height_m,
        clearance=Clearance(between, between, between, between),
        distances=Distances(away, away, max(away, known.filling_m), known.filling_m),
        power_db=None,
        source_height_m=size.height_m,
        assumptions=_of_a_tank(known, rule, size),
        source=known.facts,
        holds="propane",
    )


def run_time_h(tank_gal: float, tanks: int, kw: float) -> float:
    """Hours that filled tanks last at a load; from the gross heating value and an assumed efficiency."""
    known = load_tanks()
    heat_kwh = tanks * tank_gal * known.filled * known.btu_per_gal / BTU_PER_KWH
    return heat_kwh * known.efficiency / kw


def fuel_assumptions(unit: Unit, placing: Placing) -> tuple[Assumption, ...]:
    """What is taken for granted of the fuel and of all that is placed for it."""
    used = placing.fuel or unit.fuels[0]
    first = f"the first that {unit.source['path']} names; no fuel was said"
    said = (
        Assumption("fuel", used, "given", "as said")
        if placing.fuel
        else Assumption("fuel", used, "assumed", first)
    )
    own = {
        assumption: None for item in placing.items for assumption in item.assumptions
    }  # alike items say the same
    return (said, *_supply(used), *own)


def floor_load(unit: Unit) -> str:
    """What a unit weighs on the ground under its body, with what that asks for, a sentence.

    700 kg on 15 sq ft are 502 kg/m², 103 lb/sq ft.
    """
    area = unit.length_m * unit.width_m
    metric, customary = unit.mass_kg / area, unit.mass_kg / POUND_KG / (area / FOOT_M**2)
    return (
        f"A unit puts {customary:,.0f} lb/sq ft ({metric:,.0f} kg/m²) on the ground under its body, before its pad is counted: "
        "a roof or a deck needs a structural check."
    )


def _only_its_own(
    unit: Unit,
    used: str,
    tank_gal: float | None,
    tanks: int | None,
    hydrogen_distance_m: float | None,
    items: tuple[YardItem, ...],
) -> None:
    """Refuse what belongs to another fuel."""
    runs = f'the unit "{unit.id}" runs on {used} here'
    if (tank_gal is not None or tanks is not None) and used != "propane":
        given = "--tank-gal" if tank_gal is not None else "--tanks"
        raise InputError(f"{given} asks for a propane tank, but {runs}: leave it out, or say --fuel propane.")
    if tanks is not None and tank_gal is None:
        raise InputError(f"--tanks {tanks} asks for tanks whose size is not given: say --tank-gal too.")
    if hydrogen_distance_m is not None and used != "hydrogen":
        raise InputError(
            f"--hydrogen-distance-ft gives the distance of hydrogen, but {runs}: leave it out, or say --fuel hydrogen."
        )
    for item in items:
        if item.holds not in (None, used):
            raise InputError(
                f'The item "{item.id}" of {item.source["path"]} holds {item.holds}, but {runs}: leave it out, or say --fuel '
                f"{item.holds}."
            )


def _tanks(unit: Unit, tank_gal: float, count: int) -> tuple[YardItem, ...]:
    """So many tanks, each with how long all of them last."""
    known, tank = load_tanks(), propane_tank(tank_gal)
    if not 1 <= count <= known.most_tanks:
        raise InputError(f"--tanks is {count}; expected 1 to {known.most_tanks}: {known.most_reason}.")
    lasts = Assumption(
        f"{TANK}.run_time",
        f"{run_time_h(tank_gal, count, unit.kw):.3g} h",
        "assumed",
        f"of one unit at {unit.kw:g} kW, {count} filled; {known.energy_source}; {known.efficiency_reason}",
    )
    return (replace(tank, assumptions=(*tank.assumptions, lasts)),) * count


def _stated(item: YardItem, distance_m: float | None) -> YardItem:
    """A store with its distance from everything around: its file's, else the one that is given; units are sources of ignition."""
    own = {name: getattr(item.distances, f"{name}_m") for name in ("lot_line", "building", "opening", "unit")}
    missing = ", ".join(name.replace("_", " ") for name, metres in own.items() if not metres)
    if not missing:
        return item
    if distance_m is None or not (distance_m > 0 and math.isfinite(distance_m)):
        say = "write them under [distances] of an item file."
        if item.holds == "hydrogen":
            say = (
                "siting does not guess hydrogen distances, which NFPA 2 sets by pressure and pipe size: say "
                f"--hydrogen-distance-ft, or {say}"
            )
        raise InputError(
            f'The item "{item.id}" of {item.source["path"]} holds {item.holds} and states no distance from {missing}; {say}'
        )
    note = Assumption(
        f"item.{item.id}.distances",
        f"{distance_m / FOOT_M:.10g} ft",
        "given",
        f"from {missing}; not checked against NFPA 2",
    )
    filled = Distances(*(metres or distance_m for metres in own.values()))
    return replace(item, distances=filled, assumptions=(*item.assumptions, note))


def _of_a_tank(known: Tanks, rule: Capacity, size: TankSize) -> tuple[Assumption, ...]:
    feet = f"{size.length_m / FOOT_M:.3g} x {size.diameter_m / FOOT_M:.3g} ft"
    between = f"{rule.between_m / FOOT_M:g} ft between two tanks"
    return (
        Assumption(f"{TANK}.distance", f"{rule.away_m / FOOT_M:g} ft", "file", f"{known.source}; {between}"),
        Assumption(
            f"{TANK}.unit_distance",
            f"{known.filling_m / FOOT_M:g} ft",
            "assumed",
            f"{known.filling_source}; {known.filling_reason}",
        ),
        Assumption(
            f"{TANK}.size", feet, "assumed", f"outside of a tank of {size.gal:,.0f} gal: {size.source}"
        ),
        Assumption(
            f"{TANK}.vapour",
            "not checked",
            "assumed",
            "whether tanks give vapour as fast as the units burn it; a vaporizer is placed only where it is given as an item",
        ),
    )


def _supply(used: str) -> tuple[Assumption, ...]:
    """How a fuel comes to the units where nothing of it is placed."""
    if used in PIPED:
        why = "comes by pipe; that the main gives enough at enough pressure is the utility's to say"
        return (Assumption("fuel.supply", "pipe", "assumed", why),)
    if used in KNOWN:
        return ()
    return (
        Assumption(
            "fuel.supply",
            "not placed",
            "assumed",
            f"siting places no store for {used}: taken to be within the unit",
        ),
    )
