"""An ordinance in a line or two: for the head of an explanation and the list of the catalogue."""

from siting import rule_words
from siting.explain.citation import rulings
from siting.law import Ordinance
from siting.metrics import NINE, OLD
from siting.zones import ANY_ZONE


def head(ordinance: Ordinance) -> str:
    """Place, code and title, and how the numbers were read.

    An address stands last, so that it can be followed.
    """
    url = f" {ordinance.url}" if ordinance.url else ""
    return f"{ordinance.place}, {ordinance.code}: {ordinance.title} ({rule_words.EVIDENCE[ordinance.evidence]}).{url}"


def kinds(ordinance: Ordinance) -> tuple[str, ...]:
    """What kinds of rule an ordinance has, in a few words each."""
    limits, statistics = ordinance.limits, ("Leq", "L50", "L10", "Lmax", "Ldn", "CNEL")
    found = {
        "by receiving zone": any(m.zone != ANY_ZONE for m in limits),
        "by emitting zone": any(m.source_zone != ANY_ZONE for m in limits),
        "dB(A)": any(m.metric == "dba" for m in limits),
        "dB(C)": any(m.metric == "dbc" for m in limits),
        "octave bands": any(m.metric in NINE for m in limits),
        "old octave bands": any(m.metric in OLD for m in limits),
        **{name: any(m.statistic == name for m in limits) for name in statistics},
        "minutes per hour": bool(ordinance.allowances),
        "ambient": ordinance.ambient is not None,
        "tone": ordinance.tone is not None,
        "near homes": ordinance.near_homes is not None,
        "mean at zone lines": ordinance.where_zones_meet == "mean",
        "cap": any(m.cap for m in limits),
        "standby": ordinance.standby is not None,
        "findings": bool(ordinance.conditions),
    }
    return tuple(name for name, there in found.items() if there)


def verified(ordinance: Ordinance) -> str:
    """How the numbers were read, and how many of them were not."""
    lacking = sum(m.limit_db != m.limit_db for m in ordinance.limits)
    unread = sum(not m.cited.read and m.limit_db == m.limit_db for m in ordinance.limits)
    others = sum(not ruling.cited.read for ruling in rulings(ordinance))
    counts = (
        ("limit", lacking, "not known"),
        ("limit", unread, "not read"),
        ("other rule", others, "not read"),
    )
    said = [f"{count} {name}{'s' if count > 1 else ''} {how}" for name, count, how in counts if count]
    return f"{ordinance.evidence}: {', '.join(said) or 'all numbers read'}"
