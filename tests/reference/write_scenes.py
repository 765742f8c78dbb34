"""Writes tests/reference/scenes: every case of acoustics.json that a scene can show. Run it as a script.

A file is called after its case; where a case needs several scenes, the rest of the name says which.
"""

import json
import math
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

from siting.parts import Air, Belt, Building, Elevation, Ground, Receiver, Scene, Source, Wall
from siting.scene.write import scene_document, scene_text

HERE = Path(__file__).parent
FOLDER = HERE / "scenes"
CASES = json.loads((HERE / "acoustics.json").read_text(encoding="utf-8"))["cases"]
WIDE = 1000.0  # how far profiles, strips and long walls go to either side, metres
BEYOND = 50.0  # how far a profile goes on behind source and receiver
STEP = 0.01  # a vertical step of a profile leans by this much
FLAT_POWER = (100.0,) * 8  # where a case compares levels with each other


def scenes() -> dict[str, tuple[str, Scene]]:
    """Name -> what it shows, and the scene."""
    found: dict[str, tuple[str, Scene]] = {}
    for name, case in CASES.items():
        if name.startswith("TR17534-3"):
            found[name] = (case["title"], official(case["inputs"]))
        elif name.startswith("JRC"):
            found[name] = (case["title"], profile(case["inputs"]))
    found.update(pywake())
    found.update(by_hand())
    found.update(reflections())
    found.update(cmet())
    return found


def official(inputs: dict) -> Scene:
    """A test case of ISO/TR 17534-3."""
    (xs, ys, zs), (xr, yr, zr) = inputs["S"], inputs["R"]
    terrain = inputs.get("terrain")
    return Scene(
        (Source("S", xs, ys, tuple(inputs["Lw_dB"]), z_m=zs),),
        (Receiver("R", xr, yr, z_m=zr),),
        tuple(
            Building(f"B{n}", Polygon(b["polygon"]), height_m=b["height"])
            for n, b in enumerate(inputs.get("buildings", []), 1)
        ),
        tuple(
            Wall("W", LineString(np.array(b["top_edge"])[:, :2]), tops_m=tuple(p[2] for p in b["top_edge"]))
            for b in inputs.get("barriers", [])
        ),
        tuple(
            Ground(shapely.box(z["x"][0], z["y"][0], z["x"][1], z["y"][1]), z["G"])
            for z in inputs.get("ground_zones", [])
        ),
        elevation=break_lines(terrain["breaklines_along_x"]) if terrain else (),
        air=air(inputs),
        ground_g=inputs.get("G", 0.0),
        ground_method=inputs.get("ground_method", "general"),
        reflections=0,
    )


def profile(inputs: dict) -> Scene:
    """A profile of the EU reference software, the same everywhere across the path; screens become walls."""
    points, end = inputs["profile_d_z"], inputs["dp_m"]
    walls, ground = screens(points)
    even = all(z == ground[0][1] == 0 for _, z in ground)
    strips = [
        [left, right, g]
        for ((left, _), (right, _)), g in zip(pairwise(points), inputs["G_segments"], strict=True)
        if right > left
    ]
    strips[0][0], strips[-1][1] = -BEYOND, end + BEYOND
    return Scene(
        (Source("S", 0, 0, tuple(inputs["Lw_dB"]), height_m=inputs["hs_m"]),),
        (Receiver("R", end, 0, height_m=inputs["hr_m"]),),
        walls=tuple(Wall("W", across(d), top_m=top) for d, top in walls),
        ground=tuple(Ground(shapely.box(left, -WIDE, right, WIDE), g) for left, right, g in strips),
        elevation=() if even else break_lines(ground),
        air=air(inputs),
        c0_db=inputs["C0_dB"],
        reflections=0,
    )


def screens(points: list) -> tuple[list, list]:
    """A profile's walls (distance, top) and its ground (distance, height), no two points of which stand over each other."""
    walls, ground = [], []
    for n, (d, z) in enumerate(points):
        here = [other for other, (where, _) in enumerate(points) if where == d]
        if len(here) == 3 and n == here[1]:
            walls.append((d, z))
        elif not ground or ground[-1][0] < d:
            ground.append((d, z))
        elif ground[-1][1] != z:  # a step: its foot leans back, so that its edge stays in place
            ground[-1] = (d - STEP, ground[-1][1])
            ground.append((d, z))
    return walls, ground


def break_lines(ground: list) -> tuple[Elevation, ...]:
    """Level lines across the path, and two more behind its ends."""
    first, last = ground[0], ground[-1]
    lines = [(first[0] - BEYOND, first[1]), *ground, (last[0] + BEYOND, last[1])]
    return tuple(Elevation(np.array([(d, -WIDE, z), (d, WIDE, z)], float)) for d, z in lines)


def across(x: float) -> LineString:
    return LineString([(x, -WIDE), (x, WIDE)])


def air(inputs: dict) -> Air:
    return Air(inputs["T_C"], inputs["RH_pct"], inputs.get("p_kPa", 101.325))


def pywake() -> Iterator[tuple[str, tuple[str, Scene]]]:
    """Nine scenes of seven receivers: one for each pair of heights and each ground factor."""
    case = CASES["PYWAKE_flat_63"]
    inputs, rows = case["inputs"], case["expected"]["rows"]
    for hs, hr, g in dict.fromkeys((row["hs"], row["hr"], row["G"]) for row in rows):
        far = [row["d_plan"] for row in rows if (row["hs"], row["hr"], row["G"]) == (hs, hr, g)]
        yield (
            f"PYWAKE_flat_63_hs{hs:g}_hr{hr:g}_G{g:g}",
            (
                f"{case['title']}: heights {hs:g} and {hr:g} m, G {g:g}; a receiver is called after its distance",
                Scene(
                    (Source("S", 0, 0, tuple(inputs["Lw_dB"]), height_m=hs),),
                    tuple(Receiver(f"{d}", d, 0, height_m=hr) for d in far),
                    air=Air(inputs["T_C"], inputs["RH_pct"], inputs["p_Pa"] / 1000),
                    ground_g=g,
                    reflections=0,
                ),
            ),
        )


def pair(distance: float, hs: float, hr: float, **parts: object) -> Scene:
    """One source, one receiver so far along x, no reflections."""
    return Scene(
        (Source("S", 0, 0, FLAT_POWER, height_m=hs),),
        (Receiver("R", distance, 0, height_m=hr),),
        reflections=0,
        **parts,
    )


def by_hand() -> Iterator[tuple[str, tuple[str, Scene]]]:
    """Cases worked out by hand, and the belts of Annex A."""
    point = CASES["HAND_point_alt"]["inputs"]
    yield (
        "HAND_point_alt",
        (
            "Alternative ground method close to the source: Adiv, D_Omega and Agr",
            pair(point["dp"], point["hs"], point["hr"], ground_method="alternative"),
        ),
    )
    edge = CASES["HAND_negative_z"]["inputs"]
    yield (
        "HAND_negative_z",
        (
            "An edge half a metre below the line of sight, halfway along 100 m",
            pair(
                edge["d"],
                2,
                2,
                walls=(Wall("W", across(edge["d"] / 2), height_m=2 - edge["edge_below_los_m"]),),
            ),
        ),
    )
    yield (
        "HAND_grazing_z0",
        (
            "An edge on the line of sight: 4.77 dB in every band",
            pair(100, 2, 2, walls=(Wall("W", across(50), height_m=2),)),
        ),
    )
    half, wavelength = 50.0, 340 / 1000
    below = math.sqrt(
        (half + wavelength / 20) ** 2 - half**2
    )  # the detour below the line is a tenth of the wavelength
    yield (
        "HAND_grazing_limit",
        (
            "An edge so far below the line of sight that Dz has come down to 0 dB at 1 kHz",
            pair(2 * half, 4, 4, walls=(Wall("W", across(half), height_m=4 - below),)),
        ),
    )
    thick = CASES["HAND_thick_wall"]["inputs"]
    middle, side = 5.0, thick["wall"]["thickness"] / 2
    body = shapely.box(middle - side, -WIDE, middle + side, WIDE)
    yield (
        "HAND_thick_wall",
        (
            "A wall 0.24 m thick halfway along 10 m, two edges; 500 Hz",
            pair(
                2 * middle,
                thick["hs"],
                thick["hr"],
                buildings=(Building("B", body, height_m=thick["wall"]["height"]),),
            ),
        ),
    )
    belt = CASES["AMISC_annexA"]["inputs"]["belt_m"]
    yield (
        "AMISC_annexA",
        (
            "40 m of dense foliage, then 40 m of industrial site",
            pair(
                200,
                2,
                2,
                belts=(
                    Belt("foliage", shapely.box(50, -WIDE, 50 + belt, WIDE), 10),
                    Belt("site", shapely.box(110, -WIDE, 110 + belt, WIDE), 10),
                ),
            ),
        ),
    )


def mirror(id: str, points: list, height: float) -> Wall:
    return Wall(id, LineString(points), height_m=height, absorption=(0.0,) * 8)


def reflections() -> Iterator[tuple[str, tuple[str, Scene]]]:
    """Mirrors beside the source, and the size criterion."""
    near, far = 0.005, 20.0  # so near to the mirror, image and source are one
    yield (
        "HAND_reflection_levels_one_wall",
        (
            "A source at a perfect reflector: 3.01 dB more than the direct path",
            Scene(
                (Source("S", near, 0, FLAT_POWER, height_m=10),),
                (Receiver("R", far, 0, height_m=10),),
                walls=(mirror("W", [(0, -50), (0, 50)], 20),),
            ),
        ),
    )
    yield (
        "HAND_reflection_levels_corner",
        (
            "A source in a corner of perfect reflectors: 4.77 dB more, first order only",
            Scene(
                (Source("S", near, near, FLAT_POWER, height_m=10),),
                (Receiver("R", far, far, height_m=10),),
                walls=(mirror("W1", [(0, 0), (0, 50)], 20), mirror("W2", [(0, 0), (50, 0)], 20)),
            ),
        ),
    )
    for n, row in enumerate(CASES["DERIVED_reflection_criterion"]["expected"]["rows"], 1):
        half = row["lmin"] / 2
        yield (
            f"DERIVED_reflection_criterion_{n}",
            (
                f"A reflector {row['lmin']:g} m wide, {row['d_so']:g} m from the source and {row['d_or']:g} m from the receiver",
                Scene(
                    (Source("S", row["d_so"], 0, FLAT_POWER, height_m=10),),
                    (Receiver("R", row["d_or"], 0, height_m=10),),
                    walls=(mirror("W", [(0, -half), (0, half)], 20),),
                ),
            ),
        )


def cmet() -> Iterator[tuple[str, tuple[str, Scene]]]:
    """Two scenes, one for each C0; a receiver is called after its distance."""
    rows = CASES["DERIVED_Cmet"]["expected"]["rows"]
    for c0 in dict.fromkeys(row["C0"] for row in rows):
        mine = [row for row in rows if row["C0"] == c0]
        source = Source("S", 0, 0, FLAT_POWER, height_m=mine[0]["hs"])
        receivers = tuple(Receiver(f"{row['dp']}", row["dp"], 0, height_m=row["hr"]) for row in mine)
        yield (
            f"DERIVED_Cmet_C0_{c0}",
            (f"Meteorological correction, C0 {c0} dB", Scene((source,), receivers, c0_db=c0, reflections=0)),
        )


def text(about: str, scene: Scene) -> str:
    """The file of one scene, with a line that says what it shows."""
    members = scene_document(scene)
    return scene_text({"type": members["type"], "description": about} | members)


def main() -> None:
    """Write them all, and take away files of cases that are gone."""
    FOLDER.mkdir(exist_ok=True)
    files = {f"{name}.geojson": text(about, scene) for name, (about, scene) in scenes().items()}
    for old in FOLDER.glob("*.geojson"):
        if old.name not in files:
            old.unlink()
    for name, content in files.items():
        (FOLDER / name).write_text(content, encoding="utf-8", newline="")
    print(f"{len(files)} scenes written to {FOLDER}", file=sys.stderr)


if __name__ == "__main__":
    main()
