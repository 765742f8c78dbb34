"""What the app asks of the yard: sides, fuel with its tank, aisle, slope, and what else stands there."""

from typing import NamedTuple, get_args

import streamlit as st

from siting.catalog import item_names, load_item, load_tanks, load_unit
from siting.fuel import KNOWN, fuel_items, fuel_named
from siting.model import FOOT_M
from siting.yard import Compass, Placing

SIDES: tuple[Compass, ...] = get_args(Compass)
FIRST_TANK_GAL = 500.0
ASSUMED = "assumed"  # what stands in the list for no fuel said
SECONDS = Placing().time_limit_s


class Yard(NamedTuple):
    """The answers, as they were given; lengths in feet."""

    front: tuple[Compass, ...] = ()
    rear: tuple[Compass, ...] = ()
    fuel: str | None = None
    tank_gal: float | None = None
    tanks: int | None = None
    hydrogen_distance_ft: float | None = None
    aisle_ft: float | None = None
    max_slope_pct: float | None = None
    items: tuple[str, ...] = ()
    step_ft: float | None = None
    time_limit_s: float = SECONDS


def ask_yard(unit: str, terrain: bool) -> Yard:
    """Ask how the yard is laid out; the slope only where the ground's heights are known."""
    st.header("Yard", anchor=False)
    yard = ask_fuel(unit)
    with st.expander("Sides, aisle and other things", expanded=False):
        front = st.multiselect(
            "Front of the lot", SIDES, key="front", help="Found in the parcel file where left out."
        )
        rear = st.multiselect("Rear of the lot", SIDES, key="rear")
        aisle = st.number_input(
            "Aisle from the street, ft", 0.0, 100.0, None, 1.0, key="aisle_ft", format="%g",
            help="Width of the way that reaches every unit: 3 ft where left out, 0 for none.",
        )  # fmt: skip
        slope = None
        if terrain:
            slope = st.number_input(
                "Steepest ground, %",
                0.5,
                100.0,
                None,
                1.0,
                key="slope_pct",
                format="%g",
                help="10 % where left out.",
            )
        step = st.number_input(
            "Step between poses, ft", 0.25, 100.0, None, 1.0, key="step_ft", format="%g",
            help="One foot where left out, more on large lots and among buildings.",
        )  # fmt: skip
        seconds = st.number_input(
            "Time for the best layout, s", 1.0, 3600.0, SECONDS, 5.0, key="time_limit", format="%g",
            help="The search ends with the best layout so far and its bound.",
        )  # fmt: skip
        items = st.multiselect("Beside the units", item_names(), key="items", format_func=item_title)
    return yard._replace(
        front=tuple(front),
        rear=tuple(rear),
        aisle_ft=None if aisle is None else float(aisle),
        max_slope_pct=None if slope is None else float(slope),
        items=tuple(items),
        step_ft=None if step is None else float(step),
        time_limit_s=float(seconds),
    )


def ask_fuel(unit: str) -> Yard:
    """Ask for the fuel, and for what it needs on the lot."""
    fuels = [fuel for fuel in load_unit(unit).fuels if fuel in KNOWN]
    if not fuels:
        return Yard()
    named = st.selectbox(
        "Fuel",
        (ASSUMED, *fuels),
        key="fuel",
        format_func=lambda name: f"ASSUMED {fuels[0]}" if name == ASSUMED else name,
    )
    fuel = None if named == ASSUMED else named
    if fuel == "propane":
        gal_side, count_side = st.columns(2)
        gal = gal_side.number_input(
            "Tank, gal",
            1.0,
            30_000.0,
            FIRST_TANK_GAL,
            100.0,
            key="tank_gal",
            format="%g",
            help="Water capacity, US gallons.",
        )
        tanks = count_side.number_input("Tanks", 1, load_tanks().most_tanks, 1, key="tanks")
        return Yard(fuel=fuel, tank_gal=float(gal), tanks=int(tanks))
    if fuel == "hydrogen":
        distance = st.number_input(
            "Hydrogen keeps from all around, ft", 1.0, 1000.0, None, 1.0, key="hydrogen_ft", format="%g",
            help="By pressure and pipe size (NFPA 2): it is never guessed.",
        )  # fmt: skip
        return Yard(fuel=fuel, hydrogen_distance_ft=None if distance is None else float(distance))
    return Yard(fuel=fuel)


@st.cache_data
def item_title(name: str) -> str:
    """Write an item of the catalogue for a list."""
    return load_item(name).name


def placing(yard: Yard, unit: str) -> Placing:
    """Give what the answers say of the yard.

    Raises
    ------
    InputError
        The fuel needs what was not given, or an item belongs to another fuel.
    """
    kind = load_unit(unit)
    return Placing(
        step_m=_metres(yard.step_ft),
        front=yard.front,
        rear=yard.rear,
        max_slope_pct=yard.max_slope_pct,
        aisle_m=_metres(yard.aisle_ft),
        fuel=fuel_named(kind, yard.fuel),
        items=fuel_items(
            kind,
            yard.fuel,
            yard.tank_gal,
            yard.tanks,
            _metres(yard.hydrogen_distance_ft),
            tuple(map(load_item, yard.items)),
        ),
        time_limit_s=yard.time_limit_s,
    )


def _metres(feet: float | None) -> float | None:
    return None if feet is None else feet * FOOT_M
