"""How far neighbours have to be looked for, so that none beyond can be over its limit."""

import math
from dataclasses import replace

import numpy as np

from siting import noise, uncertainty
from siting.model import Environment, Floats, Site
from siting.ordinance import leaves_no_room, strictest
from siting.site import Land, start_of
from siting.study.asked import Asked
from siting.study.voices import energies

SMALL_DB = 15.0
AT_LINES = ("receiving lot line", "receiving lot", "facade", "near building", "zone line")


def reaches(
    land: Land, site: Site, asked: Asked, environment: Environment, counts: list[int], beside: bool
) -> list[float]:
    """How far neighbours must be looked for, for each sound, so that none beyond can be over the ordinance's lowest limits.

    Where other machines sound, too (`beside`), so far that the units alone stay `SMALL_DB` below: beyond they add
    0.14 dB at the most.
    """
    if asked.ordinance is None or asked.ordinance.measured.at not in AT_LINES:
        return [0.0] * len(counts)
    reflecting, air = land.reflects, noise.air_db_per_m(environment)
    side = 10 ** (noise.loudest_side_db(asked.unit) / 10)
    small = SMALL_DB if beside else 0.0
    x0, y0, x1, y1 = start_of(site).bounds
    tall = asked.ordinance.measured.at == "facade"  # mean heights for which the standard states less
    across_m = math.inf if tall else math.hypot(x1 - x0, y1 - y0)
    found = []
    for voice, count in zip(asked.voices, counts, strict=True):
        told = replace(asked.operation, tone=voice.tonal)
        lowest = strictest(asked.ordinance, told)
        shut = leaves_no_room(asked.ordinance, told)  # over it anywhere, so near by as well
        units = count if asked.wanted is None else asked.wanted
        sent = units * side * energies(voice.sound, asked.metrics)
        far = [
            _heard_to(
                sent[metric],
                float(lowest[metric]) - small,
                float(voice.sigma_db[metric]),
                asked,
                reflecting,
                air,
                across_m,
            )
            for metric in np.flatnonzero(np.isfinite(lowest) & ~shut).tolist()
        ]
        found.append(max(far, default=0.0))
    return found


def _heard_to(
    sent: Floats,
    limit_db: float,
    sigma_db: float,
    asked: Asked,
    reflecting: bool,
    air: Floats,
    across_m: float,
) -> float:
    """The reach of one sound in one metric, with the margin of the wanted confidence near by, or of what lies farther off."""
    z = uncertainty.quantile(asked.operation.confidence)
    near, beyond = (
        noise.reach_m(sent, limit_db - max(0.0, z * math.hypot(method, sigma_db)), reflecting, air)
        for method in (uncertainty.STATED_DB, uncertainty.BEYOND_DB)
    )
    return near if beyond + across_m <= uncertainty.FAR_M else beyond
