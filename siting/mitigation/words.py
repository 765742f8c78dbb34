"""A sentence for every remedy."""

from dataclasses import replace

from siting import wording
from siting.model import FOOT_M
from siting.remedy import Remedy


def told(remedy: Remedy, goal: int) -> Remedy:
    """The remedy with its sentence."""
    return replace(remedy, sentence=_sentence(remedy, goal))


def size(remedy: Remedy) -> str:
    """How large it is, in a few words."""
    if remedy.kind == "wall":
        return f"{feet(remedy.height_m)} × {feet(remedy.length_m)} ({remedy.area_m2 / FOOT_M**2:,.0f} sq ft)"
    if remedy.kind == "quieter unit":
        return f"{remedy.quieter_db:g} dB"
    if remedy.kind == "fewer units":
        return wording.units(remedy.units)
    if remedy.kind == "period cap":
        return ", ".join(f"{count} at {wording.period(name)}" for name, count in remedy.running)
    if remedy.kind == "moved yard":
        return feet(remedy.kept_off_m)
    return ", ".join(remedy.silenced)


def feet(metres: float) -> str:
    """A length in whole feet."""
    return f"{metres / FOOT_M:,.0f} ft"


def _sentence(remedy: Remedy, goal: int) -> str:
    units = wording.units(remedy.units)
    keeps = f"keep every limit with {units}"
    if remedy.kind == "wall":
        tall = feet(remedy.height_m)
        article = "An" if tall.startswith("8") else "A"
        return f"{article} {tall} wall, {feet(remedy.length_m)} long, {remedy.where} would {keeps}."
    if remedy.kind == "quieter unit":
        return f"Enclosures {remedy.quieter_db:g} dB quieter in every band would {keeps}."
    if remedy.kind == "fewer units":
        left = wording.units(goal - remedy.units)
        return f"With {left} fewer every limit is kept: {units} in all."
    if remedy.kind == "period cap":
        caps = " and ".join(f"at most {count} at {wording.period(name)}" for name, count in remedy.running)
        return f"If no more than this run, {caps}, {units} may stand."
    if remedy.kind == "moved yard":
        return f"Keeping all units {feet(remedy.kept_off_m)} {remedy.where} would {keeps}."
    return f"Silencing {' and '.join(remedy.silenced)} would {keeps}."
