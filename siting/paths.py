"""Every path to the receivers of a scene with its terms (ISO 9613-2:1996)."""

import numpy as np

from kernels import paths as rows
from kernels.transfer import list_paths
from siting.model import Floats
from siting.near_source import near_receivers, parts_of_source
from siting.parts import PathLevel, Terms
from siting.scene.prepared import Prepared


def paths_to(prepared: Prepared, receiver: Floats) -> list[PathLevel]:
    """Every path to one receiver, source by source."""
    found = []
    for s, source in enumerate(prepared.scene.sources):
        if near_receivers(prepared, s, receiver[None]):
            parts, share = parts_of_source(prepared, s, receiver)
            names = [f"{source.id}#{k + 1}" for k in range(len(parts))]
        else:
            parts, share, names = prepared.sources[s : s + 1], np.ones(1), [source.id]
        for place, part, name in zip(parts, share, names, strict=True):
            power = prepared.power_db[s] + 10.0 * np.log10(part)
            found += _paths_of(prepared, s, place, power, name, receiver)
    return found


def _paths_of(
    prepared: Prepared, s: int, place: Floats, power: Floats, name: str, receiver: Floats
) -> list[PathLevel]:
    medium = prepared.medium
    pattern = None if prepared.directivity_db is None else prepared.directivity_db[s]
    which, band, single = list_paths(place, receiver, pattern, medium)
    found = []
    for k in range(len(which)):
        terms = _terms(power, band[k], single[k])
        via = None if which[k] < 0 else prepared.stands.name[medium.reflectors.owner[which[k]]]
        found.append(PathLevel(name, "direct" if via is None else "reflection", via, terms, _level(terms)))
    return found


def _terms(power: Floats, band: Floats, single: Floats) -> Terms:
    return Terms(
        power_db=power,
        directivity_db=band[rows.DIRECTIVITY],
        solid_angle_db=float(single[rows.SOLID_ANGLE]),
        divergence_db=float(single[rows.DIVERGENCE]),
        air_db=band[rows.AIR],
        ground_db=band[rows.GROUND],
        ground_source_db=band[rows.GROUND_S],
        ground_middle_db=band[rows.GROUND_M],
        ground_receiver_db=band[rows.GROUND_R],
        screening_db=band[rows.SCREENING],
        screening_top_db=band[rows.TOP],
        screening_left_db=band[rows.LEFT],
        screening_right_db=band[rows.RIGHT],
        foliage_db=band[rows.FOLIAGE],
        site_db=band[rows.SITE],
        reflection_db=band[rows.REFLECTION],
        cmet_db=float(single[rows.CMET]),
        distance_m=float(single[rows.DISTANCE]),
        plan_distance_m=float(single[rows.PLAN]),
        height_source_m=float(single[rows.HS]),
        height_receiver_m=float(single[rows.HR]),
        g_source=float(single[rows.G_S]),
        g_middle=float(single[rows.G_M]),
        g_receiver=float(single[rows.G_R]),
        detour_top_m=float(single[rows.Z_TOP]),
        detour_left_m=float(single[rows.Z_LEFT]),
        detour_right_m=float(single[rows.Z_RIGHT]),
        edges_top_m=float(single[rows.E_TOP]),
        edges_left_m=float(single[rows.E_LEFT]),
        edges_right_m=float(single[rows.E_RIGHT]),
        kmet=float(single[rows.KMET]),
        width_m=float(single[rows.WIDTH]),
        first_top_m=float(single[rows.DSS]),
        last_top_m=float(single[rows.DSR]),
        bend_x_m=float(single[rows.BEND_X]),
        bend_y_m=float(single[rows.BEND_Y]),
        to_source_m=float(single[rows.TO_SOURCE]),
        to_receiver_m=float(single[rows.TO_RECEIVER]),
        incidence_cos=float(single[rows.COSINE]),
        least_m=float(single[rows.LEAST]),
    )


def _level(terms: Terms) -> Floats:
    """Level of one path in each band."""
    gain = terms.power_db + terms.directivity_db + terms.solid_angle_db
    loss = terms.divergence_db + terms.cmet_db + terms.air_db + terms.ground_db + terms.screening_db
    return np.asarray(gain - loss - terms.foliage_db - terms.site_db - terms.reflection_db)
