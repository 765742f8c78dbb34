"""A study's layout checked by plane geometry and by hearing the written scene again: nothing of placing or the verdict is used.

`faults` reads the written document and folder alone and says in a sentence everything that is wrong. Distances are measured, not
taken from buffered areas: from every body to every side of the lot, building, opening and item.
"""

import itertools
import math
from statistics import NormalDist

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import shape

from siting.levels import levels
from siting.scene.file import read_scene

NEAR_M = 3e-4  # geometry is written to a tenth of a millimetre
NEAR_M2 = 1e-3
ROUND = 0.002  # of the lot: corners of buffered areas
SAME_DB = 1e-6
ROUNDED_DB = 1e-9
STEADY = ("level", "Leq", "L50", "L10", "Lmax")  # of a sound that never changes all are the level
BANDS = ("63", "125", "250", "500", "1000", "2000", "4000", "8000")
C_WEIGHTS_DB = (-3.0, -0.8, -0.2, 0.0, 0.0, 0.0, -0.2, -0.8, -3.0)
TABLE_5_DB = (1.0, 3.0, 6.0)  # ISO 9613-2: near, to 1000 m, and what is assumed beyond


def faults(data, folder):
    """Everything that is wrong with the study in a folder, whose document is `data`: sentences, none where all is right."""
    return [
        *placed_faults(data),
        *side_faults(data),
        *ground_faults(data),
        *clearance_faults(data),
        *item_faults(data),
        *level_faults(data, folder),
        *limit_faults(data),
        *count_faults(data),
    ]


def placed_faults(data):
    """Bodies as long and wide as the unit, at their places."""
    for placed in data["layout"]["placed"]:
        drawn = shape(placed["body"])
        if drawn.symmetric_difference(body_of(data["unit"], placed)).area > NEAR_M2:
            yield f"{placed['id']}: its body is not the unit's at its place"


def ground_faults(data):
    """Bodies on the lot, as far from sides, buildings and openings as the rules want, on no keep-out, in the buildable area."""
    site, lot = data["site"], shape(data["site"]["lot"])
    buildable = shape(site["buildable"]).buffer(NEAR_M)
    for name, body in bodies(data).items():
        if body.difference(lot).area > NEAR_M2:
            yield f"{name} stands off the lot"
        if body.difference(buildable).area > NEAR_M2:
            yield f"{name} stands outside the buildable area"
        for what, thing, metres in kept_off(data):
            away = body.distance(thing)
            if away < metres - NEAR_M:
                yield f"{name} is {away:.3f} m from {what}, not {metres:.3f} m"
            if body.intersection(thing).area > NEAR_M2:
                yield f"{name} stands on {what}"


def kept_off(data):
    """What bodies keep off: its name, its shape, how far; from the document's sides, distances and layers."""
    site = data["site"]
    for side in site["sides"]:
        yield f"the {side['kind']} lot line to the {side['compass']}", shape(side["line"]), side["setback_m"]
    for k, (building, metres) in enumerate(zip(site["buildings"], site["building_distances_m"], strict=True)):
        yield f"building {k + 1}", shape(building), metres
    for k, opening in enumerate(site["openings"]):
        yield f"opening {k + 1}", shape(opening), site["opening_distance_m"]
    for what in ("keep_outs", "walls"):
        for k, thing in enumerate(site[what]):
            yield f"{what[:-1].replace('_', '-')} {k + 1}", shape(thing), 0.0


def side_faults(data):
    """Sides that go all the way round the lot, none with another setback than its kind has; areas that add up."""
    site, lot = data["site"], shape(data["site"]["lot"])
    lines = shapely.union_all([shape(side["line"]) for side in site["sides"]])
    if lot.boundary.difference(lines.buffer(NEAR_M)).length > NEAR_M:
        yield "a part of the lot line belongs to no side"
    said = {a["name"]: a["value"] for a in data["assumptions"]}
    own = {
        kind: said.get(f"site.setback_{kind}_m", said.get("site.setback_m"))
        for kind in ("front", "side", "rear")
    }
    for side in site["sides"]:
        if side["setback_m"] != own.get(side["kind"], max(own.values())):
            yield f"the {side['kind']} lot line to the {side['compass']} keeps {side['setback_m']} m, not what is said"
    if abs(site["area_m2"] - lot.area) > NEAR_M * lot.length:
        yield "the lot is not as large as the study says"
    left = shapely.difference(
        lot, shapely.union_all([thing.buffer(metres) for _, thing, metres in kept_off(data)])
    )
    taken = site["taken_m2"]
    if abs(site["area_m2"] - sum(taken.values()) - site["buildable_area_m2"]) > 1e-6:
        yield "what the rules took and what is left are not the lot together"
    others = sum(taken.get(rule, 0.0) for rule in ("slope", "aisle", "items"))
    if abs(left.area - others - site["buildable_area_m2"]) > ROUND * site["area_m2"]:
        yield f"{left.area - others:.2f} m² are buildable, not {site['buildable_area_m2']:.2f} m²"


def clearance_faults(data):
    """No body in the space that another one wants clear; that space on the lot and out of buildings."""
    lot, solid = shape(data["site"]["lot"]), shapely.union_all(list(map(shape, data["site"]["buildings"])))
    body, clear = bodies(data), clear_spaces(data)
    for a, b in itertools.permutations(body, 2):
        if clear[a].intersection(body[b]).area > NEAR_M2:
            yield f"{b} stands where {a} wants to be clear"
    for name, space in clear.items():
        if space.difference(lot).area > NEAR_M2:
            yield f"{name}: the space to keep clear reaches off the lot"
        if space.intersection(solid).area > NEAR_M2:
            yield f"{name}: the space to keep clear reaches into a building"


def item_faults(data):
    """Items of the yard on the lot, at their distances, clear of units and of each other, and units clear of them."""
    site, items = data["site"], data["items"]
    lot, unit_bodies, unit_spaces = shape(site["lot"]), bodies(data), clear_spaces(data)
    body = {item["id"]: body_of(item, item) for item in items}
    for item in items:
        name, mine, far = item["id"], body[item["id"]], item["distances"]
        others = {other: b for other, b in body.items() if other != name}
        things = [
            ("the lot line", lot.boundary, far["lot_line_m"]),
            *((f"building {k + 1}", shape(b), far["building_m"]) for k, b in enumerate(site["buildings"])),
            *((f"opening {k + 1}", shape(o), far["opening_m"]) for k, o in enumerate(site["openings"])),
            *((unit, b, far["unit_m"]) for unit, b in unit_bodies.items()),
        ]  # fmt: skip
        if mine.symmetric_difference(shape(item["body"])).area > NEAR_M2:
            yield f"{name}: its body is not the item's at its place"
        if mine.difference(lot).area > NEAR_M2:
            yield f"{name} stands off the lot"
        for what, thing, metres in things:
            if mine.distance(thing) < metres - NEAR_M:
                yield f"{name} is {mine.distance(thing):.3f} m from {what}, not {metres:.3f} m"
        for keep_out in map(shape, site["keep_outs"]):
            if mine.intersection(keep_out).area > NEAR_M2:
                yield f"{name} stands on a keep-out"
        space = clear_space(item, item)
        for what, theirs in (unit_bodies | others).items():
            if space.intersection(theirs).area > NEAR_M2:
                yield f"{what} stands where {name} wants to be clear"
        for what, theirs in unit_spaces.items():
            if theirs.intersection(mine).area > NEAR_M2:
                yield f"{name} stands where {what} wants to be clear"


def level_faults(data, folder):
    """The scene's sources are the units, every listed level is what the scene gives, and deviations add up."""
    scene = read_scene(folder / "scene.geojson")
    heard = {each.id: each for each in levels(scene, paths=False)} if scene.receivers else {}
    sources = {source.id: source for source in scene.sources}
    for placed in data["layout"]["placed"]:
        source = sources.get(placed["id"])
        if source is None or math.dist((source.x_m, source.y_m), (placed["x_m"], placed["y_m"])) > NEAR_M:
            yield f"{placed['id']} does not sound in the scene where it stands"
        elif list(source.power_db) != data["sound"]["power_db"]:
            yield f"{placed['id']} sounds otherwise in the scene"
    for row in data["receptors"]:
        if row["statistic"] not in STEADY:
            yield f"{row['id']}: a {row['statistic']} is not what this can check"
        elif abs(row["level_db"] - level_in(heard[row["id"]], row["metric"])) > SAME_DB:
            yield f"{row['id']}: {row['metric']} is not {row['level_db']:.3f} dB in the scene"
        if row["sigma_db"] is not None and not any(
            math.isclose(row["sigma_db"], sigma, abs_tol=ROUNDED_DB) for sigma in sigmas(data, row["metric"])
        ):
            yield f"{row['id']}: {row['sigma_db']:.3f} dB is not what the deviations add up to"


def limit_faults(data):
    """Every limit kept with the stated confidence where the study says so, and margins, chances and states as they follow."""
    verdict = data["verdict"]
    z = NormalDist().inv_cdf(verdict["confidence"])
    for row in data["receptors"]:
        where = f"{row['id']} {row['metric']} {row['period']}"
        if row["limit_db"] is None:
            if row["state"] != "UNKNOWN" or verdict["allowed"]:
                yield f"{where}: nobody knows its limit, and the study does not say so"
            continue
        over = row["level_db"] + z * row["sigma_db"] - row["limit_db"]
        if verdict["allowed"] and over > ROUNDED_DB:
            yield f"{where}: {over:.3f} dB over what the wanted confidence leaves"
        chance = NormalDist().cdf((row["level_db"] - row["limit_db"]) / row["sigma_db"])
        if abs(chance - row["p_exceed"]) > 1e-9:
            yield f"{where}: it is exceeded with a probability of {chance:.4f}, not {row['p_exceed']:.4f}"


def count_faults(data):
    """As many units as are listed, no more than the bound."""
    layout = data["layout"]
    if layout["units"] != len(layout["placed"]):
        yield f"{layout['units']} units, but {len(layout['placed'])} are listed"
    if data["question"]["mode"] == "max" and layout["units"] > layout["bound"]:
        yield f"{layout['units']} units are over the bound of {layout['bound']}"


def bodies(data):
    """{unit: its body}, from its place and the unit's size."""
    return {placed["id"]: body_of(data["unit"], placed) for placed in data["layout"]["placed"]}


def clear_spaces(data):
    """{unit: its body and the space to keep clear round it}."""
    return {placed["id"]: clear_space(data["unit"], placed) for placed in data["layout"]["placed"]}


def body_of(thing, placed):
    return box_at(
        placed, -thing["length_m"] / 2, -thing["width_m"] / 2, thing["length_m"] / 2, thing["width_m"] / 2
    )


def clear_space(thing, placed):
    """A body with its clearances; its front is its south side before it is turned."""
    long, wide, clear = thing["length_m"] / 2, thing["width_m"] / 2, thing["clearance"]
    return box_at(
        placed,
        -long - clear["left_m"],
        -wide - clear["front_m"],
        long + clear["right_m"],
        wide + clear["back_m"],
    )


def box_at(placed, x0, y0, x1, y1):
    x, y = placed["x_m"], placed["y_m"]
    return affinity.rotate(shapely.box(x + x0, y + y0, x + x1, y + y1), placed["rotation_deg"], origin=(x, y))


def level_in(heard, metric):
    """A level heard in a scene, in one metric."""
    if metric == "dba":
        return heard.level_dba
    if metric in BANDS:
        return heard.level_db[BANDS.index(metric)]
    if metric == "31.5":
        return heard.level_31_db
    nine = np.array([heard.level_31_db, *heard.level_db]) + C_WEIGHTS_DB
    assert metric == "dbc", metric
    return 10 * np.log10((10 ** (nine / 10)).sum())


def sigmas(data, metric):
    """What source, reading and each value of the method's table add up to."""
    parts = {part["part"]: part["metrics_db"][metric] for part in data["deviations"]}
    return [math.hypot(parts["source"], parts["reading"], method) for method in TABLE_5_DB]
