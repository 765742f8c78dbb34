"""A study document as `siting.export.document` writes it, worked out here by plain arithmetic, for tests of what prints it.

A made-up lot on made-up land: 62 x 48 m, turned 18 degrees, seven neighbours, six units in two rows; all five states occur.
"""

import math
from typing import Any

from pyproj import Transformer
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box, mapping
from shapely.geometry.base import BaseGeometry

A_WEIGHTS = (-26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1)
POWER_DB = (99.6, 102.1, 98.2, 94.8, 92.2, 89.1, 84.9, 79.4)
AIR_DB_PER_M = (0.0001, 0.0004, 0.001, 0.0019, 0.0037, 0.0097, 0.0328, 0.117)
GROUND_DB = (-3.0, -1.2, -0.6, -0.9, -1.4, -1.5, -1.5, -1.5)
LENGTH_M, WIDTH_M, HEIGHT_M, SOURCE_M, EAR_M = 1.5, 0.93, 1.8, 1.2, 1.5
CENTRE, TURN_DEG = (585_400.0, 4_511_900.0), 18.0
LIMITS = {  # (class, metric): limit of each period
    ("homes", "dba"): {"day": 68.0, "night": 62.0},
    ("flats", "dba"): {"day": 68.0, "night": 64.0},
    ("commercial", "dba"): {"day": 70.0, "night": 68.0},
    ("commercial", "63"): {"night": 72.5},
}
CLASSES = {"R-2": "homes", "R-4": "flats", "C-1": "commercial"}
SIGMA_DB = {"dba": 1.5, "63": 1.8}
ORDER = ("FAIL", "MARGINAL FAIL", "UNKNOWN", "MARGINAL PASS", "PASS")
CITED = {"section": "8-4(b)", "source": "https://example.org/code/8-4", "read": True}
IN_FEET = Transformer.from_crs("EPSG:26918", "EPSG:2263", always_xy=True)
IN_DEGREES = Transformer.from_crs("EPSG:26918", "EPSG:4326", always_xy=True)


def on_site(shape: BaseGeometry) -> BaseGeometry:
    """Turn a shape drawn about (0, 0) and carry it to the site."""
    return translate(rotate(shape, TURN_DEG, origin=(0, 0)), *CENTRE)


def dba(bands: list[float]) -> float:
    return 10 * math.log10(sum(10 ** ((level + a) / 10) for level, a in zip(bands, A_WEIGHTS, strict=True)))


def path_terms(unit: str, source: tuple[float, float], ear: tuple[float, float]) -> dict[str, Any]:
    plan = math.dist(source, ear)
    distance = math.hypot(plan, SOURCE_M - EAR_M)
    divergence = 20 * math.log10(distance) + 11
    air = [a * distance for a in AIR_DB_PER_M]
    level = [p - divergence - a - g for p, a, g in zip(POWER_DB, air, GROUND_DB, strict=True)]
    return {
        "source": unit,
        "kind": "direct",
        "via": None,
        "terms": {
            "distance_m": distance,
            "plan_distance_m": plan,
            "power_db": list(POWER_DB),
            "directivity_db": [0.0] * 8,
            "divergence_db": divergence,
            "air_db": air,
            "ground_db": list(GROUND_DB),
            "screening_db": [0.0] * 8,
            "reflection_db": [0.0] * 8,
        },
        "level_db": level,
        "level_dba": dba(level),
    }


def neighbours() -> list[tuple[str, str | None, BaseGeometry]]:
    return [
        ("12-031", "R-2", box(-31, 24, -3, 60)),
        ("12-032", "R-2", box(-3, 24, 31, 60)),
        ("12-040", "R-4", box(31, -24, 66, 24)),
        ("12-028", "C-1", box(-70, -24, -31, 24)),
        ("12-055", "C-1", box(-31, -78, 0, -38)),
        ("12-056", "C-1", box(0, -78, 31, -38).difference(box(10, -66, 20, -56))),
        ("12-061", None, MultiPolygon([box(40, -78, 66, -38), box(70, -78, 80, -60)])),
    ]


def placed() -> list[dict[str, Any]]:
    units = []
    for number, (x, y) in enumerate([(a, b) for b in (-5.0, -9.0) for a in (-9.0, -4.0, 1.0)], start=1):
        body = on_site(box(x - LENGTH_M / 2, y - WIDTH_M / 2, x + LENGTH_M / 2, y + WIDTH_M / 2))
        centre = body.centroid
        units.append(
            {
                "id": f"U{number}",
                "x_m": centre.x,
                "y_m": centre.y,
                "rotation_deg": TURN_DEG,
                "elevation_m": 12.4,
                "body": mapping(body),
            }
        )
    return units


def sides() -> list[dict[str, Any]]:
    """The lot's four lines; the street lies south of it."""
    corners = {
        "south": (-31, -24, 31, -24),
        "east": (31, -24, 31, 24),
        "north": (31, 24, -31, 24),
        "west": (-31, 24, -31, -24),
    }
    kinds = {"south": ("front", 6.096), "north": ("rear", 3.048)}
    return [
        {
            "kind": kinds.get(compass, ("side", 1.524))[0],
            "compass": compass,
            "setback_m": kinds.get(compass, ("side", 1.524))[1],
            "why": "Exampleton Code 8-9(c)",
            "line": mapping(on_site(LineString([(x0, y0), (x1, y1)]))),
        }
        for compass, (x0, y0, x1, y1) in corners.items()
    ]


def tank() -> dict[str, Any]:
    """A propane tank of 3 x 1.2 m, 9.5 m from the west line and 16 m south of the shed."""
    body = on_site(box(-21.5, -5.6, -18.5, -4.4))
    centre = body.centroid
    return {
        "id": "I1",
        "name": "propane tank, 500 gal",
        "length_m": 3.0,
        "width_m": 1.2,
        "height_m": 1.5,
        "clearance": {"front_m": 0.9144, "right_m": 0.0, "back_m": 0.0, "left_m": 0.0},
        "distances": {"lot_line_m": 3.048, "building_m": 3.048, "opening_m": 3.048, "unit_m": 3.048},
        "power_db": None,
        "power_dba": None,
        "source_height_m": 0.75,
        "x_m": centre.x,
        "y_m": centre.y,
        "rotation_deg": TURN_DEG,
        "body": mapping(body),
    }


def gas_point() -> dict[str, Any]:
    """Where gas comes in: in the middle of the south line."""
    point = on_site(Point(0, -24))
    lon, lat = IN_DEGREES.transform(point.x, point.y)
    return {"kind": "gas", "lon": lon, "lat": lat, "x": point.x, "y": point.y}


def runs() -> list[dict[str, Any]]:
    """From (0, -24) to centres at x -9, -4, 1 and y -5, -9; joined to each other by three of 4 m and two of 5 m."""
    nearest = math.hypot(1, 15)
    return [
        {
            "kind": "gas",
            "nearest_m": nearest,
            "farthest_m": math.hypot(9, 19),
            "tree_m": nearest + 3 * 4 + 2 * 5,
        }
    ]


def stopping(worst: dict[str, Any]) -> dict[str, Any]:
    """The row that stops a fourth unit: half a decibel over what 2.5 dB of margin leave."""
    keys = ("neighbour", "period", "metric", "statistic", "limit_db", "level_db")
    planned = worst["limit_db"] - 2.5
    return {
        "receptor": worst["id"],
        **{key: worst[key] for key in keys},
        "side": "north",
        "distance_m": 28.3,
        "planned_db": planned,
        "over_db": 0.5,
    }


def chance(margin_db: float, sigma_db: float) -> float:
    """Probability that a normal deviation eats the margin."""
    return 0.5 * math.erfc(margin_db / sigma_db / math.sqrt(2))


def state_of(p_exceed: float | None) -> str:
    if p_exceed is None:
        return "UNKNOWN"
    states = ("PASS", 0.05), ("MARGINAL PASS", 0.5), ("MARGINAL FAIL", 0.95), ("FAIL", 1.0)
    return next(state for state, most in states if p_exceed <= most)


def total(paths: list[dict[str, Any]], metric: str) -> float:
    """All paths together, A-weighted or in the 63 Hz band."""
    levels = [path["level_dba"] if metric == "dba" else path["level_db"][0] for path in paths]
    return 10 * math.log10(sum(10 ** (level / 10) for level in levels))


def judged(
    place: str, lot: str, zone: str | None, point: Point, units: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """One row for each rule, as a slow twin would have it: energies added, the limit looked up by zone."""
    paths = [path_terms(u["id"], (u["x_m"], u["y_m"]), (point.x, point.y)) for u in units]
    zone_class = CLASSES.get(zone or "")
    rules = [
        (period, "dba", LIMITS.get((zone_class or "", "dba"), {}).get(period)) for period in ("day", "night")
    ]
    if zone_class == "commercial":
        rules.append(("night", "63", LIMITS["commercial", "63"]["night"]))
    file_x, file_y = IN_FEET.transform(point.x, point.y)
    lon, lat = IN_DEGREES.transform(point.x, point.y)
    rows = []
    for period, metric, limit in rules:
        level = total(paths, metric)
        margin = None if limit is None else limit - level
        p_exceed = None if margin is None else chance(margin, SIGMA_DB[metric])
        rows.append(
            {
                "id": place,
                "neighbour": lot,
                "zone": zone,
                "zone_class": zone_class,
                "period": period,
                "metric": metric,
                "statistic": "level",
                "level_db": level,
                "limit_db": limit,
                "margin_db": margin,
                "sigma_db": SIGMA_DB[metric],
                "p_exceed": p_exceed,
                "state": state_of(p_exceed),
                "x": point.x,
                "y": point.y,
                "height_m": EAR_M,
                "file_x": file_x,
                "file_y": file_y,
                "lon": lon,
                "lat": lat,
            }
        )
    return rows


def badness(row: dict[str, Any]) -> tuple[int, float]:
    return ORDER.index(row["state"]), -(row["level_db"] if row["p_exceed"] is None else row["p_exceed"])


def cell(
    reading: str, spectrum: str, power_dba: float, state: str, units: int, bound: int, margin: float
) -> dict[str, Any]:
    """One reading of the stated level with one spectrum."""
    return {
        "reading": reading,
        "spectrum": spectrum,
        "chosen": False,
        "power_dba": power_dba,
        "state": state,
        "allowed": False,
        "units": units,
        "bound": bound,
        "worst_margin_db": margin,
        "worst_metric": "dba",
        "state_dba": state,
    }


def readings(worst: dict[str, Any]) -> list[dict[str, Any]]:
    """Four readings by two spectra; a gas engine's 63 Hz band fails at 7 m where dB(A) would pass but for the margin."""
    table = []
    for reading, power, bound, margin in (
        ("1m", 85.7, 96, 8.3),
        ("3ft", 85.3, 105, 8.7),
        ("power", 69.0, 412, 25.0),
    ):
        table += [
            cell(reading, "engine", power, "UNKNOWN", 6, bound, margin),
            cell(reading, "gas engine", power, "UNKNOWN", 6, bound - 20, margin - 1)
            | {"worst_metric": "63", "state_dba": "UNKNOWN"},
        ]
    used = cell("7m", "engine", dba(list(POWER_DB)), "FAIL", 6, 3, worst["margin_db"]) | {"chosen": True}
    gas = cell("7m", "gas engine", dba(list(POWER_DB)), "FAIL", 6, 2, -5.1) | {
        "worst_metric": "63",
        "state_dba": "MARGINAL FAIL",
    }
    return [*table[:4], used, gas, *table[4:]]


def example_document() -> dict[str, Any]:
    """The whole document: six units asked for and placed, nights too loud for three neighbours, one lot without a zone."""
    units = placed()
    receptors, worst_rows = [], []
    for lot, zone, shape in neighbours():
        shape = on_site(shape)
        ring = (shape.geoms[0] if isinstance(shape, MultiPolygon) else shape).exterior
        spots = [ring.interpolate(s) for s in range(0, int(ring.length), 6)]
        rows = [r for n, p in enumerate(spots, 1) for r in judged(f"{lot}/{n}", lot, zone, p, units)]
        receptors += rows
        worst_rows.append(min(rows, key=badness))
    worst = min((r for r in receptors if r["p_exceed"] is not None), key=badness)
    failing = sorted({r["neighbour"] for r in receptors if r["state"] == "FAIL"})
    paths = [path_terms(u["id"], (u["x_m"], u["y_m"]), (worst["x"], worst["y"])) for u in units]
    lot = on_site(box(-31, -24, 31, 24))
    house, shed = on_site(box(8, -4, 24, 14)), on_site(box(-26, 12, -18, 18))
    pond = on_site(Polygon([(14, -18), (22, -18), (22, -12), (14, -10)]))
    buildable = (
        on_site(box(-26, -19, 26, 19))
        .difference(house.buffer(1.5))
        .difference(shed.buffer(1.5))
        .difference(pond)
    )
    return {
        "siting": {"version": "0.1.0"},
        "question": {"mode": "units", "units": 6, "load_kw": None, "spare": 0},
        "verdict": {
            "state": "FAIL",
            "allowed": False,
            "confidence": 0.95,
            "reasons": [
                f"Neighbour {worst['neighbour']} gets {worst['level_db']:.1f} dB(A) at {worst['period']}, "
                f"{-worst['margin_db']:.1f} dB over its limit of {worst['limit_db']:.0f} dB(A) "
                f"({len(failing)} of {len(worst_rows)} neighbours over).",
                "Neighbour 12-061 lies in no zone of the zoning layer, so its limit is not known.",
            ],
        },
        "unit": {
            "id": "gx230",
            "name": "GX230",
            "maker": "Example Power",
            "kw": 200.0,
            "fuels": ["natural gas", "propane", "hydrogen", "biogas"],
            "mass_kg": 700.0,
            "length_m": LENGTH_M,
            "width_m": WIDTH_M,
            "height_m": HEIGHT_M,
            "source_height_m": SOURCE_M,
            "clearance": {"front_m": 0.9144, "right_m": 0.9144, "back_m": 0.9144, "left_m": 0.9144},
            "floor_load": "A unit puts 103 lb/sq ft (502 kg/m²) on the ground: a roof needs a structural check.",
        },
        "environment": {
            "temperature_c": 10.0,
            "humidity_pct": 70.0,
            "pressure_kpa": 101.325,
            "ground_g": 0.0,
            "receptor_height_m": EAR_M,
            "edges_below_sight": True,
        },
        "sound": {
            "stated_dba": 69.0,
            "stated_at": None,
            "reading": "7m",
            "origin": "assumed",
            "power_db": list(POWER_DB),
            "power_31_db": 92.3,
            "power_dba": dba(list(POWER_DB)),
            "spectrum": "engine",
            "spectrum_origin": "template",
            "tolerance_db": None,
        },
        "operation": {
            "use": "continuous",
            "minutes_per_hour": 60.0,
            "tone": None,
            "ambient_dba": {},
            "confidence": 0.95,
            "accept_unverified": False,
        },
        "placing": {
            "step_m": 0.3048,
            "step_ft": 1.0,
            "front": ["south"],
            "rear": [],
            "max_slope_pct": 10.0,
            "aisle_m": 3.6576,
            "aisle_ft": 12.0,
            "distances": None,
            "fuel": "propane",
            "items": ["propane tank, 500 gal"],
            "service_points": [gas_point()],
            "time_limit_s": 60.0,
        },
        "ordinance": {
            "id": "example",
            "place": "Exampleton",
            "code": "Code 8-4",
            "title": "Noise limits (made up)",
            "url": "https://example.org/code/8-4",
            "evidence": "made up",
            "measured": {"at": "receiving lot line", "distance_m": None, "height_m": 1.5, **CITED},
            "averaging_minutes": None,
            "where_zones_meet": "strictest",
            "periods": [
                {"name": "day", "hours": ["Mon-Sun 07:00-22:00"]},
                {"name": "night", "hours": ["Mon-Sun 22:00-07:00"]},
            ],
            "limits": [
                {
                    "zone": zone,
                    "source_zone": "*",
                    "period": period,
                    "metric": metric,
                    "statistic": "level",
                    "limit_db": limit,
                    "stated": "number",
                    "cap": False,
                    **CITED,
                }
                for (zone, metric), row in LIMITS.items()
                for period, limit in row.items()
            ],
            "allowances": [],
            "tone": None,
            "ambient": None,
            "near_homes": None,
            "standby": {
                "outage_exempt": True,
                "testing": ["Mon-Sat 11:00-17:00"],
                "testing_minutes": 30.0,
                "testing_every_days": 7.0,
                "testing_exempt": False,
                **CITED,
            },
            "setback": {"distance_m": 1.524, **CITED},
            "side_setbacks": {
                "front": {"distance_m": 6.096, **CITED},
                "rear": {"distance_m": 3.048, **CITED},
            },
            "building_distance": {"distance_m": 1.5, **CITED},
            "rules": [
                {
                    "heading": "Where it is measured",
                    "sentences": ["Levels are compared with limits at each lot line."],
                },
                {
                    "heading": "Limits",
                    "sentences": [
                        'A lot of class "homes" may hear at most 68 dB(A) (day); at most 62 dB(A) (night) [8-4(b), source 1].'
                    ],
                },
                {
                    "heading": "Standby use",
                    "sentences": [
                        "While the grid is out, units in standby use are exempt from the limits [8-4(b), source 1].",
                        "Tests of at most 30 minutes may run Mon-Sat 11:00–17:00, and keep the limits of their periods.",
                    ],
                },
                {"heading": "Sources", "sentences": ["1: https://example.org/code/8-4"]},
            ],
            "conditions": ["An engineer finds in writing that the limits will be kept."],
            "not_applied": ["Lower limits for impulsive sound are not computed."],
        },
        "site": {
            "id": "12-034",
            "crs": "EPSG:26918",
            "crs_name": "NAD83 / UTM zone 18N",
            "area_m2": lot.area,
            "buildable_area_m2": buildable.area,
            "taken_m2": {
                "setback": lot.area - 52 * 38,
                "buildings": 52 * 38 - buildable.area - pond.area,
                "keep-outs": pond.area,
            },
            "lot": mapping(lot),
            "buildable": mapping(buildable),
            "buildings": [mapping(house), mapping(shed)],
            "keep_outs": [mapping(pond)],
            "walls": [],
            "openings": [],
            "building_distances_m": [1.5, 1.5],
            "opening_distance_m": 3.048,
            "sides": sides(),
            "street": sides()[0]["line"],
            "neighbours": [
                {"id": name, "zone": zone, "geometry": mapping(on_site(shape))}
                for name, zone, shape in neighbours()
            ],
            "elevation": {"min_m": 11.8, "max_m": 13.1, "mean_m": 12.4, "steepest_pct": 3.2},
        },
        "layout": {
            "units": 6,
            "bound": 3,
            "bound_by": worst["id"],
            "gap": 0.0,
            "status": "asked",
            "kw": 1200.0,
            "area_m2": 6 * LENGTH_M * WIDTH_M,
            "step_m": 0.3048,
            "placed": units,
        },
        "items": [tank()],
        "runs": runs(),
        "search": {
            "binding": [stopping(worst)],
            "one_more": "Three units keep every limit and four do not.",
        },
        "mitigation": None,
        "receptors": receptors,
        "neighbours": sorted(worst_rows, key=badness),
        "worst": {
            "receptor": worst["id"],
            **{key: value for key, value in worst.items() if key not in ("id", "zone", "zone_class")},
            "level_dba": total(paths, "dba"),
            "paths": paths,
        },
        "periods": [
            {
                "period": "day",
                "hours": ["Mon-Sun 07:00-22:00"],
                "units": None,
                "unit_ids": [],
                "state": "UNKNOWN",
            },
            {
                "period": "night",
                "hours": ["Mon-Sun 22:00-07:00"],
                "units": None,
                "unit_ids": [],
                "state": "FAIL",
            },
        ],
        "zones": [
            {
                "zone": zone,
                "zone_class": CLASSES.get(zone or ""),
                "receptors": len({r["id"] for r in receptors if r["zone"] == zone}),
                "neighbours": len({r["neighbour"] for r in receptors if r["zone"] == zone}),
            }
            for zone in ("C-1", "R-2", "R-4", None)
        ],
        "readings": readings(worst),
        "deviations": [
            {
                "part": "source",
                "sigma_db": 1.0,
                "metrics_db": {"dba": 1.0, "63": 1.3},
                "reason": "Template, not the maker's.",
            },
            {
                "part": "method",
                "sigma_db": 1.1,
                "metrics_db": {"dba": 1.1, "63": 1.2},
                "reason": "ISO 9613-2 Table 5.",
            },
            {
                "part": "reading",
                "sigma_db": 0.0,
                "metrics_db": {"dba": 0.0, "63": 0.0},
                "reason": "Shown as a table of its own.",
            },
        ],
        "existing": [],
        "unverified": [],
        "warnings": [],
        "assumptions": [
            {
                "name": "sound.stated_at",
                "value": "7m",
                "origin": "assumed",
                "reason": "The maker states 69 dBA and no distance; 7 m is the trade's convention and the loud reading.",
            },
            {
                "name": "body.length_m",
                "value": 1.5,
                "origin": "assumed",
                "reason": "The maker states 15 sq ft of ground and no sides.",
            },
            {
                "name": "sound.spectrum",
                "value": "engine",
                "origin": "template",
                "reason": "The maker states no spectrum.",
            },
            {
                "name": "ground.factor",
                "value": 0.0,
                "origin": "assumed",
                "reason": "Hard ground everywhere, the loud case.",
            },
        ],
        "notes": [
            "In the levels: no building screens or reflects, flat ground. Walls, fences and plants are not in them.",
            "Lot 12-061 has two parts; it is taken as one lot.",
        ],
        "inputs": [
            {
                "role": "parcels",
                "path": "parcels.gpkg",
                "layer": "parcels",
                "crs": "EPSG:2263",
                "features": 60,
                "sha256": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
                "notes": ["Lot 12-007 crossed itself and was repaired; its area stayed the same."],
            },
            {
                "role": "zoning",
                "path": "zoning.geojson",
                "layer": "zoning",
                "crs": "EPSG:4326",
                "features": 6,
                "sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
                "notes": [],
            },
        ],
    }
