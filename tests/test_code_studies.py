"""Whole studies under codes of the catalogue. Oracle: levels by hand from distance and hard ground, limits from the printed rule.

One GX230 read at 7 m sends 97.8 dB(A). On hard ground, source 1.8 m and ear 1.5 m high, d m away in plan, it makes
97.8 - 20 lg d - 11 + 3 + 3 q with q = 1 - 30 (1.8 + 1.5) / d beyond 99 m, less about 0.2 dB of air per 100 m.
The standard deviation of its dB(A) is sqrt(2.5^2 + 1.7^2 + 3^2 + 1.4^2) = 4.48 dB.
"""

import math

import pytest
from small_land import land_of, square

from siting.catalog import load_ordinance, load_unit
from siting.export import document
from siting.law import Operation
from siting.model import Question
from siting.study import assess

SIGMA_DB = 4.48


def by_hand(distance_m):
    q = max(0.0, 1 - 30 * (1.8 + 1.5) / distance_m)
    return 97.8 - 20 * math.log10(distance_m) - 11 + 3 + 3 * q - 0.002 * distance_m


def chance(level, limit):
    return 0.5 * math.erfc((limit - level) / SIGMA_DB / math.sqrt(2))


def study(folder, name, distance_m, home="R-1", own="I-1", **operation):
    """A lot of 5 x 5 m, which holds one unit in its middle, and one other lot whose line is so far east of the middle."""
    edge = 2.5 + distance_m
    lots = {"own": square(0, 0, 5, 5), "home": square(edge, -10, edge + 30, 15)}
    zones = [(own, square(-50, -50, edge - 5, 60)), (home, square(edge - 5, -50, edge + 60, 60))]
    land = land_of(folder, lots, zones)
    known = Operation(**({"tone": False} | operation))
    return document(
        assess(land, 0, load_unit("gx230"), load_ordinance(name), Question("units", 1), "7m", operation=known)
    )


def worst(found, period, metric="dba"):
    rows = [row for row in found["receptors"] if (row["period"], row["metric"]) == (period, metric)]
    return max(rows, key=lambda row: row["p_exceed"])


def test_washington_from_industry_to_a_home_at_night(tmp_path):
    # 250 m: q = 0.604, 97.8 - 48.0 - 11 + 3 + 1.8 - 0.5 = 43.2; C to A at night 50: -6.8 / 4.48, Phi(-1.5) = 6.5 %
    found = study(tmp_path, "washington-state", 250)
    row = worst(found, "night")
    assert row["limit_db"] == 50 and row["level_db"] == pytest.approx(by_hand(250), abs=0.3)
    assert row["p_exceed"] == pytest.approx(chance(by_hand(250), 50), abs=0.02)
    assert (found["verdict"]["state"], found["verdict"]["allowed"]) == ("MARGINAL PASS", False)
    # 15 minutes of an hour: 55, -11.8 / 4.48, Phi(-2.6) = 0.5 %
    short = study(tmp_path, "washington-state", 250, minutes_per_hour=15.0)
    assert worst(short, "night")["limit_db"] == 55
    assert (short["verdict"]["state"], short["verdict"]["allowed"]) == ("PASS", True)
    # from a home's lot to a home: 45, -1.8 / 4.48, Phi(-0.4) = 34 %
    assert worst(study(tmp_path, "washington-state", 250, own="R-2"), "night")["limit_db"] == 45


def test_sidney_allows_none_because_50_ft_from_the_unit_is_too_loud(tmp_path):
    # 15.24 m from the body, some 16 m from its middle: 97.8 - 20 lg 16 - 11 + 3 = 65.7; 60 by day, 50 at night
    found = study(tmp_path, "sidney-oh", 400)
    assert worst(found, "night")["level_db"] == pytest.approx(65.7, abs=0.3)
    assert (worst(found, "night")["limit_db"], found["verdict"]["state"]) == (50, "FAIL")
    assert not found["verdict"]["allowed"]


def test_prince_william_dba_passes_and_dbc_does_not(tmp_path):
    # 62 m: 97.8 - 35.8 - 11 + 3 - 0.1 = 53.8 of 55 at night; an engine's dB(C) is 14.9 dB more, 68.7 of 68
    found = study(tmp_path, "prince-william-county-va", 62, accept_unverified=True)
    a, c = worst(found, "night"), worst(found, "night", "dbc")
    assert a["level_db"] == pytest.approx(by_hand(62), abs=0.3) and a["state"] == "MARGINAL PASS"
    assert c["level_db"] == pytest.approx(by_hand(62) + 14.9, abs=0.3) and c["state"] == "MARGINAL FAIL"
    assert any("dB(C)" in text for text in found["warnings"])
    assert not found["verdict"]["allowed"] and found["unverified"]
    # 150 m: q = 0.34, 97.8 - 43.5 - 11 + 3 + 1.0 - 0.3 = 47.0: -8.0 / 4.48, Phi(-1.8) = 3.7 %, PASS in dB(A); 62 of 68 dB(C), but
    # the low bands of a template are 7 dB unsure, so over 15 %: not allowed at 95 %
    far = study(tmp_path, "prince-william-county-va", 150, accept_unverified=True)
    assert (worst(far, "night")["state"], worst(far, "night", "dbc")["state"]) == ("PASS", "MARGINAL PASS")
    assert not far["verdict"]["allowed"]
    # without --accept-unverified nothing is known
    assert study(tmp_path, "prince-william-county-va", 150)["verdict"]["state"] == "UNKNOWN"


def test_illinois_night_is_unknown_and_northwood_exempts_outages(tmp_path):
    # far enough for every band by day; the night table was not read
    assert study(tmp_path, "illinois", 700)["verdict"]["state"] == "UNKNOWN"
    # 633.14 at 250 m: 43.2, at night 55: Phi(-2.6): PASS in tests, and the cap of 75 is far away
    found = study(tmp_path, "northwood-oh", 250, own="M-2", use="standby")
    assert found["verdict"]["state"] == "PASS" and worst(found, "night")["limit_db"] == 55


def test_conway_passes_on_conditions(tmp_path):
    # 250 m: 43.2 of 55 at night
    found = study(tmp_path, "conway-ar", 250)
    assert found["verdict"]["state"] == "PASS"
    assert len(found["ordinance"]["conditions"]) == 4
