"""What remedies cost, as a user says in a TOML file."""

import math
from pathlib import Path

from siting.catalog.toml_table import Table, read_toml
from siting.model import FOOT_M, Facts
from siting.remedy import Costs, Remedy

KEYS = (
    "wall_per_sq_ft", "wall_per_ft", "quieter_per_db", "quieter_per_unit", "unit_left_out", "unit_capped",
    "machine_silenced",
)  # fmt: skip


def load_costs(path: str | Path) -> Costs:
    """Read a file of costs: the currency, and any of `KEYS`.

    Raises
    ------
    InputError
        The file cannot be read, a key is not known, a cost is below 0 or no number, or there is none at all.
    """
    whole, digest = read_toml(Path(path), str(path))
    whole.only("currency", *KEYS)
    if not any(key in whole.values for key in KEYS):
        raise whole.error("", f"it states no cost; expected one or more of {', '.join(KEYS)}.")
    values = {key: _cost(whole, key) for key in KEYS}
    facts: Facts = {
        "role": "costs", "path": str(path), "layer": None, "crs": None, "features": 1, "sha256": digest, "notes": [],
    }  # fmt: skip
    return Costs(whole.text("currency", "USD"), **values, source=facts)


def cost_of(remedy: Remedy, costs: Costs | None, goal: int) -> float | None:
    """What a remedy costs; None where the user does not say."""
    if costs is None:
        return None
    if remedy.kind == "wall":
        return _sum(
            (costs.wall_per_sq_ft, remedy.area_m2 / FOOT_M**2), (costs.wall_per_ft, remedy.length_m / FOOT_M)
        )
    if remedy.kind == "quieter unit":
        return _sum(
            (costs.quieter_per_db, remedy.quieter_db * remedy.units),
            (costs.quieter_per_unit, float(remedy.units)),
        )
    if remedy.kind == "fewer units":
        return _sum((costs.unit_left_out, float(goal - remedy.units)))
    if remedy.kind == "period cap":
        return _sum((costs.unit_capped, float(remedy.units - min(count for _, count in remedy.running))))
    if remedy.kind == "machine silenced":
        return _sum((costs.machine_silenced, float(len(remedy.silenced))))
    return 0.0  # a yard that moves on its lot


def _sum(*parts: tuple[float | None, float]) -> float | None:
    """Rates times amounts, of the rates that are stated."""
    stated = [rate * amount for rate, amount in parts if rate is not None]
    return math.fsum(stated) if stated else None


def _cost(whole: Table, key: str) -> float | None:
    return whole.number(key, least=0) if key in whole.values else None
