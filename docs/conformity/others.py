"""Another program's flat ground, a published table of distances, Annex A, and cases worked out by hand."""

import math

import numpy as np

from conformity.lines import BANDS, CASES, Case, Line, eight, given, heard, number, single, table
from kernels.air import absorption_db_per_m
from kernels.alternative_ground import alternative_attenuation, solid_angle_db
from kernels.bands import NOMINAL_HZ
from kernels.cache import kernel

HOUSING = "attenuation by housing is not in the program: each building on the way screens by itself"
HIGHER = "reflections of second order are not in the program"
PYWAKE_WITHIN = 0.005


def cases() -> list[Case]:
    """All of them, in the order of the reference numbers."""
    return [
        lai(), pywake(), annex_a(), point_near_the_ground(), grazing(), below_sight(), thick_wall(), mirrors(),
        criterion(), cmet(),
    ]  # fmt: skip


@kernel
def lai_level(emission: float, plan: float, hs: float, hr: float, alpha: float) -> float:
    """The guide's level: the alternative ground method with one absorption for all bands."""
    d = math.sqrt(plan * plan + (hs - hr) * (hs - hr))
    ground = alternative_attenuation((hs + hr) / 2.0, d) - solid_angle_db(plan, hs, hr)
    return emission - 20.0 * math.log10(d) - 11.0 - alpha * d - ground


def lai() -> Case:
    """Smallest distances that keep 29 dB(A), found by halving."""
    case = CASES["LAI2023_Table5_WR"]
    inputs, lines = case["inputs"], []
    for emission, printed in zip(inputs["emission_level_dBA"], case["expected"]["distance_m"], strict=True):
        near, far = 0.1, 1000.0
        while far - near > 1e-6:
            middle = (near + far) / 2
            level = lai_level(
                float(emission), middle, inputs["hs_m"], inputs["hr_m"], inputs["alpha_dB_per_m"]
            )
            near, far = (near, middle) if level <= inputs["target_level_dBA"] else (middle, far)
        lines.append(single(f"{emission} dB(A)", printed, max(far, 1.0), case["tolerance"]["value_m"]))
    return Case("LAI2023_Table5_WR", case["title"], (), (), tuple(lines))


def lai_text(case: Case) -> str:
    """Distances of the guide, 41 rows folded."""
    rows = [
        [
            line.what, given(line.expected[0]), number(line.computed[0]),
            number(line.differences()[0] or 0.0, sign=True),
        ]
        for line in case.told
    ]  # fmt: skip
    return "\n\n".join([
        f"**{case.name}** {case.title}. Metres, through the kernels of the alternative ground method; "
        "printed to 0.1 m, none below 1 m.",
        f"<details><summary>All {len(rows)} distances</summary>",
        table(["sound power", "expected", "computed", "difference"], rows),
        "</details>",
    ])  # fmt: skip


def pywake() -> Case:
    """Levels of PyWake, with its air at nominal frequencies."""
    case = CASES["PYWAKE_flat_63"]
    inputs, lines, names, heard_there = case["inputs"], [], [], {}
    alpha = absorption_db_per_m(NOMINAL_HZ, inputs["T_C"], inputs["RH_pct"], inputs["p_Pa"] / 1000)
    for row in case["expected"]["rows"]:
        name = f"PYWAKE_flat_63_hs{row['hs']:g}_hr{row['hr']:g}_G{row['G']:g}"
        if name not in heard_there:
            heard_there[name] = {receiver.id: receiver for receiver in heard(name)}
            names.append(name)
        path = heard_there[name][f"{row['d_plan']}"].paths[0]
        level = path.level_db + path.terms.air_db - alpha * path.terms.distance_m
        what = f"{row['hs']:g} / {row['hr']:g} / {row['G']:g} / {row['d_plan']}"
        lines.append(Line(what, tuple(row["L_dB"]), eight(level), PYWAKE_WITHIN))
    return Case("PYWAKE_flat_63", case["title"], tuple(names), (), tuple(lines))


def pywake_text(case: Case) -> str:
    """Every configuration with its levels at 500 Hz and the worst of the eight differences."""
    rows = []
    for line in case.told:
        differences = [d or 0.0 for d in line.differences()]
        worst = int(np.argmax(np.abs(differences)))
        rows.append([
            line.what, f"{line.expected[3]:.3f}", number(line.computed[3]),
            number(differences[worst], 4, sign=True), BANDS[worst],
        ])  # fmt: skip
    head = ["source m / receiver m / G / distance m", "500 Hz expected", "computed", "worst difference", "at"]
    return "\n\n".join([
        f"**{case.name}** {case.title}. Nine scenes, `PYWAKE_flat_63_….geojson`; within ±{PYWAKE_WITHIN:g} dB. Computed with the "
        "air at nominal frequencies, as PyWake has it, and everything else as the program gives it.",
        f"<details><summary>All {len(rows)} configurations</summary>",
        table(head, rows),
        "</details>",
    ])  # fmt: skip


def annex_a() -> Case:
    """Foliage and site; housing is left out."""
    case = CASES["AMISC_annexA"]
    expected, terms = case["expected"], heard("AMISC_annexA")[0].paths[0].terms
    within, none = case["tolerance"]["value_dB"], math.nan
    lines = (
        Line("Afol", tuple(expected["Afol_dB"]), eight(terms.foliage_db), within),
        Line("Asite", tuple(expected["Asite_dB"]), eight(terms.site_db), within),
        single("Ahous, density", expected["Ahous_density_dB"], none, within, HOUSING),
        single("Ahous, density and façades", expected["Ahous_density_plus_facade_dB"], none, within, HOUSING),
        single("Ahous, at most", expected["Ahous_cap_case"]["value_dB"], none, within, HOUSING),
    )
    return Case("AMISC_annexA", case["title"], ("AMISC_annexA",), lines)


def point_near_the_ground() -> Case:
    """Terms of the alternative method, and the level with the case's power and air."""
    case = CASES["HAND_point_alt"]
    inputs, want, terms = case["inputs"], case["expected"], heard("HAND_point_alt")[0].paths[0].terms
    air = inputs["alpha_dB_per_m"] * terms.distance_m
    ground = float(terms.ground_db[0])
    level = inputs["Lw"] + terms.solid_angle_db - terms.divergence_db - air - ground
    within = case["tolerance"]["value_dB"]
    lines = (
        single("Adiv", want["Adiv"], terms.divergence_db, within),
        single("DΩ", want["D_Omega"], terms.solid_angle_db, within),
        single("Agr", want["Agr_alternative"], ground, within),
        single("L with 55 dB and 0.002 dB/m", want["L"], level, within),
    )
    return Case("HAND_point_alt", case["title"], ("HAND_point_alt",), lines)


def grazing() -> Case:
    """An edge on the line of sight, and one where screening has come down to nothing."""
    case = CASES["HAND_grazing"]
    want, names = case["expected"], ("HAND_grazing_z0", "HAND_grazing_limit")
    on, below = (heard(name)[0].paths[0].terms.screening_top_db for name in names)
    within = case["tolerance"]["value_dB"]
    lines = (
        Line("Dz at z = 0", (want["z0_dB"],) * 8, eight(on), within),
        single("Dz at z = −λ/10, 1 kHz", want["z_minus_lambda_over_10_dB"], below[4], within),
    )
    return Case("HAND_grazing", case["title"], names, lines)


def below_sight() -> Case:
    """An edge below the line of sight."""
    case = CASES["HAND_negative_z"]
    dz, within = heard("HAND_negative_z")[0].paths[0].terms.screening_top_db, case["tolerance"]["value_dB"]
    at = dict(zip(case["inputs"]["f"], case["expected"]["Dz_dB"], strict=True))
    lines = [single(f"Dz, {f} Hz", want, dz[list(NOMINAL_HZ).index(f)], within) for f, want in at.items()]
    return Case("HAND_negative_z", case["title"], ("HAND_negative_z",), tuple(lines))


def thick_wall() -> Case:
    """Two edges: z, C3, Kmet and Dz at 500 Hz."""
    case = CASES["HAND_thick_wall"]
    want, terms = case["expected"], heard("HAND_thick_wall")[0].paths[0].terms
    wavelength = 340 / 500
    dz = float(terms.screening_top_db[3])
    c3 = (10 ** (dz / 10) - 3) * wavelength / (20 * terms.detour_top_m * terms.kmet)  # from equation 14
    lines = (
        single("z, m", want["z_m"], terms.detour_top_m, 5e-5),
        single("C3, from Dz", want["C3"], c3, 5e-5),
        single("Kmet", want["Kmet"], terms.kmet, 1e-4),
        single("Dz, 500 Hz", want["Dz_dB"], dz, case["tolerance"]["value_dB"]),
    )
    return Case("HAND_thick_wall", case["title"], ("HAND_thick_wall",), lines)


def mirrors() -> Case:
    """What perfect reflectors add to the direct path, at 1 kHz."""
    case = CASES["HAND_reflection_levels"]
    want, within = case["expected"], case["tolerance"]["value_dB"]
    names = ("HAND_reflection_levels_one_wall", "HAND_reflection_levels_corner")
    one, corner = (found.level_db[4] - found.paths[0].level_db[4] for found in (heard(n)[0] for n in names))
    lines = (
        single("one wall", want["one_wall_rho1_dB"], one, within),
        single("corner, first order", want["corner_first_order_only_dB"], corner, within),
        single("corner, second order too", want["corner_second_order_dB"], corner, within, HIGHER),
    )
    return Case("HAND_reflection_levels", case["title"], names, lines)


def criterion() -> Case:
    """Which bands a surface reflects: 1 where it does, 0 where not."""
    case, lines, names = CASES["DERIVED_reflection_criterion"], [], []
    for n, row in enumerate(case["expected"]["rows"], 1):
        name = f"DERIVED_reflection_criterion_{n}"
        names.append(name)
        want = tuple(1.0 if f in row["bands_reflecting"] else 0.0 for f in NOMINAL_HZ)
        bounced = [path for path in heard(name)[0].paths if path.kind == "reflection"]
        have = np.isfinite(bounced[0].level_db) if bounced else np.zeros(8)
        what = f"least side {row['lmin']:g} m, {row['d_so']:g} m and {row['d_or']:g} m away"
        lines.append(Line(what, want, eight(have), 0.0))
    return Case("DERIVED_reflection_criterion", case["title"], tuple(names), tuple(lines))


def cmet() -> Case:
    """The meteorological correction."""
    case, lines, names = CASES["DERIVED_Cmet"], [], []
    for row in case["expected"]["rows"]:
        name = f"DERIVED_Cmet_C0_{row['C0']}"
        names.append(name)
        (found,) = [receiver for receiver in heard(name) if receiver.id == f"{row['dp']}"]
        what = f"C0 {row['C0']} dB, {row['hs']} m to {row['hr']} m over {row['dp']} m"
        lines.append(single(what, row["Cmet"], found.paths[0].terms.cmet_db, case["tolerance"]["value_dB"]))
    return Case("DERIVED_Cmet", case["title"], tuple(dict.fromkeys(names)), tuple(lines))
