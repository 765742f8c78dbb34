"""Every path to the receivers of a scene with its terms (ISO 9613-2:1996)."""

from typing import Literal

import numpy as np

from kernels import paths as rows
from kernels.medium import Medium
from kernels.transfer import list_paths
from siting.model import Floats
from siting.near_source import near_receivers, parts_of_source
from siting.parts import PathLevel, Terms
from siting.scene.prepared import Prepared


def paths_to(prepared: Prepared, receiver: Floats, lowest: Medium | None = None) -> list[PathLevel]:
    """Every path to one receiver (4,), source by source; with the medium of the 31.5 Hz octave its terms there, too."""
    found = []
    for s, source in enumerate(prepared.scene.sources):
        if near_receivers(prepared, s, receiver[None]):
            parts, share = parts_of_source(prepared, s, receiver)
            names = [f"{source.id}#{k + 1}" for k in range(len(parts))]
        else:
            parts, share, names = prepared.sources[s : s + 1], np.ones(1), [source.id]
        for place, part, name in zip(parts, share, names, strict=True):
            less = 10.0 * np.log10(part)
            ends = (prepared, s, place, receiver)
            terms = _terms_by_reflector(*ends, prepared.medium, prepared.power_db[s] + less)
            low = {}
            if lowest is not None:
                low = _terms_by_reflector(*ends, lowest, np.array([source.power_31_db], float) + less)
            found += [_path(prepared, name, k, each, low.get(k)) for k, each in terms.items()]
    return found


def _terms_by_reflector(
    prepared: Prepared, s: int, place: Floats, receiver: Floats, medium: Medium, power: Floats
) -> dict[int, Terms]:
    """Terms of every path between two points in as many bands as `power` has; -1 is the direct one."""
    pattern = None if prepared.directivity_db is None else prepared.directivity_db[s]
    which, band, single = list_paths(place, receiver, pattern, medium)
    terms = [_terms(power, band[k, :, : len(power)], single[k]) for k in range(len(which))]
    return dict(zip(which.tolist(), terms, strict=True))


def _path(prepared: Prepared, name: str, reflector: int, terms: Terms, low: Terms | None) -> PathLevel:
    via = None if reflector < 0 else prepared.stands.name[prepared.medium.reflectors.owner[reflector]]
    level_31 = None if low is None else float(_level(low)[0])
    kind: Literal["direct", "reflection"] = "direct" if via is None else "reflection"
    return PathLevel(name, kind, via, terms, _level(terms), low, level_31)


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
        diffraction_top_db=band[rows.DIFFRACTION],
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
        foliage_m=float(single[rows.IN_FOLIAGE]),
        site_m=float(single[rows.IN_SITES]),
        mean_height_m=float(single[rows.MEAN_HEIGHT]),
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
