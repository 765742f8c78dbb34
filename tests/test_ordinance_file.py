"""A user's own ordinance file. Oracles: the file's own figures, hours and feet by hand, and one slip a row with its line."""

import math
import re

import pytest

from siting.catalog import load_ordinance
from siting.errors import InputError

ORDINANCE = """
id = "town"
place = "Town"
code = "1-2"
title = "Noise"
url = "https://town.example/1-2"
evidence = "user"
section = "1-2(b)"
averaging_minutes = 60
where_zones_meet = "mean"
conditions = ["an engineer's finding"]
not_applied = ["impulses"]

[measured]
at = "near building"
distance_ft = 25
height_ft = 5
section = "1-1"

[setbacks]
lot_line_ft = 10
building_m = 1.5

[periods]
day = ["Mon-Fri 07:00-22:00", "Sat-Sun 09:00-22:00"]
night = ["Sun-Thu 22:00-07:00", "Fri-Sat 22:00-09:00"]

[[limits]]
zone = ["residential", "business"]
metric = "bands"
day = [75, 74, 69, 64, 58, 52, 47, 43, "none"]
night = "not read"

[[limits]]
zone = "residential"
source_zone = "business"
statistic = "Leq"
day = 60
night = 50.5
unread = ["night"]
source = "a letter"

[[limits]]
zone = "*"
metric = "dbc"
cap = true
all = 72
read = false

[[allowances]]
minutes = 5
plus_db = 10

[[allowances]]
minutes = 15
plus_db = 6

[tone]
minus_db = 5
over_neighbours_db = [15, 15, 15, 8, 8, 5, 5, 5, 5]

[ambient]
combine = "lift"
day = 11
night = 4

[near_homes]
minus_db = 7
within_ft = 200
zones = ["residential"]

[standby]
outage_exempt = true
testing = "Mon-Sat 11:00-17:00"
testing_minutes = 30
testing_every_days = 8

[zones]
residential = ["R-*", "r?"]
business = ["B*"]
"""


def line_of(text, at):
    """The line of a part of a text: its first where that opens a table, else its last."""
    place = text.index(at) + (0 if at.startswith("[") else len(at.rstrip("\n")))
    return text.count("\n", 0, place) + 1


def refused(file):
    with pytest.raises(InputError) as caught:
        load_ordinance(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: ") and message.endswith(".") and "\n" not in message
    return message


def test_every_figure_of_a_file_is_read(write):
    code = load_ordinance(write(ORDINANCE))
    assert (code.measured.at, code.where_zones_meet, code.averaging_minutes) == ("near building", "mean", 60)
    assert (code.measured.distance_m, code.measured.height_m) == pytest.approx(
        (7.62, 1.524)
    )  # 25 and 5 times 0.3048
    assert (code.setback.distance_m, code.building_distance.distance_m) == pytest.approx((3.048, 1.5))
    assert [(rule.minutes, rule.plus_db) for rule in code.allowances] == [(15, 6), (5, 10)]
    assert (code.tone.minus_db, code.tone.over_neighbours_db) == (5, (15, 15, 15, 8, 8, 5, 5, 5, 5))
    assert (code.ambient.combine, code.ambient.plus_db) == ("lift", (("day", 11), ("night", 4)))
    assert code.ambient.with_ambient and not code.tone.tables_only  # not said: the stricter reading of both
    assert (code.near_homes.minus_db, code.near_homes.zones) == (7, ("residential",))
    assert code.near_homes.within_m == pytest.approx(60.96)
    assert code.zone_patterns == (("residential", ("R-*", "r?")), ("business", ("B*",)))
    standby = code.standby
    assert [(h.days, h.start, h.end) for h in standby.testing] == [("Mon-Sat", "11:00", "17:00")]
    assert (standby.outage_exempt, standby.testing_minutes, standby.testing_every_days) == (True, 30, 8)
    assert not standby.testing_exempt
    assert (code.conditions, code.not_applied) == (("an engineer's finding",), ("impulses",))


def test_lot_lines_have_distances_of_their_own_each_with_where_it_stands(write):
    plain = load_ordinance(write(ORDINANCE))
    assert plain.side_setbacks == ()
    own = """rear_m = 6
front_ft = 25
[setbacks.side]
distance_ft = 5
section = "4-2"
read = false"""
    found = load_ordinance(write(ORDINANCE.replace("lot_line_ft = 10\nbuilding_m = 1.5", own)))
    assert [(side, rule.cited.section, rule.cited.read) for side, rule in found.side_setbacks] == [
        ("front", "1-2(b)", True), ("side", "4-2", False), ("rear", "1-2(b)", True),
    ]  # fmt: skip
    assert [rule.distance_m for _, rule in found.side_setbacks] == pytest.approx([7.62, 1.524, 6.0])
    assert found.setback is None and found.building_distance is None


@pytest.mark.parametrize("said", [True, False])
def test_what_is_compared_with_the_ambient_level_and_what_a_tone_is_taken_off(write, said):
    word = str(said).lower()
    text = ORDINANCE.replace("night = 4\n", f"night = 4\nmeasured_with_ambient = {word}\n")
    code = load_ordinance(write(text.replace("minus_db = 5\n", f"minus_db = 5\ntables_only = {word}\n")))
    assert (code.ambient.with_ambient, code.tone.tables_only) == (said, said)


def test_limits_one_by_one(write):
    limits = load_ordinance(write(ORDINANCE)).limits
    bands = ["31.5", "63", "125", "250", "500", "1000", "2000", "4000", "8000"]
    first = limits[:9]
    assert [(m.zone, m.source_zone, m.period, m.statistic, m.cap) for m in first] == [
        ("residential", "*", "day", "level", False)
    ] * 9
    assert [m.metric for m in first] == bands
    assert [m.limit_db for m in first] == [75, 74, 69, 64, 58, 52, 47, 43, math.inf]
    night = limits[9:18]
    assert {(m.zone, m.period, math.isnan(m.limit_db)) for m in night} == {("residential", "night", True)}
    assert [m.limit_db for m in limits[18:27]] == [m.limit_db for m in first] and limits[
        18
    ].zone == "business"
    assert [
        (m.zone, m.source_zone, m.period, m.metric, m.statistic, m.limit_db, m.cap) for m in limits[36:]
    ] == [
        ("residential", "business", "day", "dba", "Leq", 60, False),
        ("residential", "business", "night", "dba", "Leq", 50.5, False),
        ("*", "*", "day", "dbc", "level", 72, True),
        ("*", "*", "night", "dbc", "level", 72, True),
    ]


def test_every_number_says_where_it_stands(write):
    code, url = load_ordinance(write(ORDINANCE)), "https://town.example/1-2"
    found = [(m.cited.section, m.cited.source, m.cited.read) for m in code.limits]
    assert found == [("1-2(b)", url, True)] * 36 + [
        ("1-2(b)", "a letter", True), ("1-2(b)", "a letter", False), ("1-2(b)", url, False), ("1-2(b)", url, False),
    ]  # fmt: skip
    assert (code.measured.cited.section, code.setback.cited.section) == ("1-1", "1-2(b)")
    plain = load_ordinance(
        write(
            ORDINANCE.replace('section = "1-2(b)"\n', "").replace(
                'evidence = "user"', 'evidence = "user"\nread = false'
            )
        )
    )
    assert {(m.cited.section, m.cited.read) for m in plain.limits} == {("1-2", False)}
    rules = (
        plain.measured,
        plain.setback,
        *plain.allowances,
        plain.tone,
        plain.ambient,
        plain.near_homes,
        plain.standby,
    )
    assert [rule.cited.read for rule in rules] == [False] * len(rules)


SHORT = """
id = "town"
place = "Town"
code = "1-2"
title = "Noise"
evidence = "user"
[measured]
at = "lot line"
[periods]
PERIODS
[[limits]]
zone = "*"
all = 55
"""


@pytest.mark.parametrize(
    ("hours", "found"),
    [
        ('any = "00:00-24:00"', [("any", [("Mon-Sun", "00:00", "24:00")])]),
        ('day = "07:00-18:30"\nevening = "18:30-22:00"\nnight = "22:00-07:00"',
         [("day", [("Mon-Sun", "07:00", "18:30")]), ("evening", [("Mon-Sun", "18:30", "22:00")]),
          ("night", [("Mon-Sun", "22:00", "07:00")])]),
        ('day = "06:00-00:00"\nnight = "00:00-06:00"', [("day", [("Mon-Sun", "06:00", "00:00")]), ("night",
     [("Mon-Sun", "00:00", "06:00")])]),
        ('week = "Mon-Fri 00:00-24:00"\nend = ["sat 00:00-24:00", " Sun  00:00 - 24:00"]',
         [("week", [("Mon-Fri", "00:00", "24:00")]), ("end", [("Sat", "00:00", "24:00"), ("Sun", "00:00", "24:00")])]),
        # Friday's night ends on Saturday morning; Sat-Thu goes round the end of the week
        ('a = "Fri 22:00-08:00"\nb = ["Sat 08:00-24:00", "Sun-Thu 00:00-24:00", "Fri 00:00-22:00"]',
         [("a", [("Fri", "22:00", "08:00")]),
          ("b", [("Sat", "08:00", "24:00"), ("Sun-Thu", "00:00", "24:00"), ("Fri", "00:00", "22:00")])]),
        ('day = ""\nnight = ""', [("day", []), ("night", [])]),
    ],
)  # fmt: skip
def test_hours_that_cover_the_week_once(write, hours, found):
    code = load_ordinance(write(SHORT.replace("PERIODS", hours)))
    assert [(p.name, [(h.days, h.start, h.end) for h in p.hours]) for p in code.periods] == found
    assert [(m.period, m.limit_db) for m in code.limits] == [(name, 55) for name, _ in found]


UNCOVERED = [
    ('day = "07:00-22:00"\nnight = "22:00-06:30"', "[periods] has no period every day from 06:30 to 07:00"),
    ('day = "Mon-Fri 07:00-22:00"\nnight = "22:00-07:00"', "[periods] has no period on Sat and Sun from 07:00 to 22:00"),
    ('a = ["Mon-Fri 00:00-24:00", "Sun 00:00-24:00", "Sat 00:00-09:00"]\nb = "Sat 10:00-24:00"',
     "[periods] has no period on Sat from 09:00 to 10:00"),
    ('a = "Mon-Fri 00:00-24:00"', "[periods] has no period from Sat 00:00 to Mon 00:00"),
    ('a = "Tue-Sun 00:00-24:00"\nb = "Mon 01:00-23:30"',
     "[periods] has no period on Mon from 00:00 to 01:00; on Mon from 23:30 to 24:00"),
    ('a = "Mon-Sat 00:00-24:00"\nb = "Sun 00:00-23:00"', "[periods] has no period on Sun from 23:00 to 24:00"),
    ('day = "07:00-22:00"\nnight = "21:00-07:00"', "periods.day and periods.night overlap every day from 21:00 to 22:00"),
    ('a = "00:00-24:00"\nb = "Tue 10:00-11:00"', "periods.a and periods.b overlap on Tue from 10:00 to 11:00"),
    ('a = "Mon-Sun 00:00-24:00"\nb = "00:00-24:00"', "periods.a and periods.b overlap all week"),
    ('a = ["Mon-Sat 00:00-24:00", "Sat-Sun 00:00-24:00"]', "periods.a has hours twice, from Sat 00:00 to Sun 00:00"),
    # Sunday's night runs into Monday
    ('a = "Mon-Sat 00:00-24:00"\nb = "Sun 00:00-22:00"\nc = "Sun 22:00-07:00"',
     "periods.a and periods.c overlap on Mon from 00:00 to 07:00"),
]  # fmt: skip


@pytest.mark.parametrize(("hours", "said"), UNCOVERED)
def test_hours_that_overlap_or_leave_a_gap(write, hours, said):
    assert said in refused(write(SHORT.replace("PERIODS", hours)))


DAY = 'day = ["Mon-Fri 07:00-22:00", "Sat-Sun 09:00-22:00"]'
BANDS = 'day = [75, 74, 69, 64, 58, 52, 47, 43, "none"]'
LEQ = 'statistic = "Leq"'
EACH = "expected a number above 0 and at most 150"
# what is replaced, by what, the line that is named (by a part of its text; None: no line), and parts of the sentence
SLIPS = [
    # the whole file
    ('code = "1-2"', "", None, ["the key code is missing"]),
    ('evidence = "user"', 'evidence = "hearsay"', "hearsay",
     ["evidence is 'hearsay'", '"excerpt", "press", "made up", "user"']),
    ('where_zones_meet = "mean"', 'where_zones_meet = "average"', "average", ['"strictest", "mean"']),
    ('where_zones_meet = "mean"', 'where_zone_meet = "mean"', "where_zone_meet",
     ['where_zone_meet is not known (did you mean "where_zones_meet"?)']),
    ('evidence = "user"', 'evidence = "user"\nread = "no"', 'read = "no"', ["read is 'no'", "true or false"]),
    ("[setbacks]", "[setback]", "[setback]", ['setback is not known (did you mean "setbacks"?)']),
    ('not_applied = ["impulses"]', 'not_applied = "impulses"', "not_applied", ["a list of texts"]),
    # what older files had
    ('[measured]\nat = "near building"\ndistance_ft = 25\nheight_ft = 5\nsection = "1-1"', "", None, ["measured is missing"]),
    ('not_applied = ["impulses"]', 'measured_at = "lot line"', "measured_at", ['a table [measured] with at = "lot line"']),
    # where it is measured
    ('at = "near building"', 'at = "near buildings"', "near buildings",
     ["measured.at is 'near buildings'", 'did you mean "near building"?']),
    ("distance_ft = 25", "", "[measured]", ["measured.distance_ft is missing", 'at = "near building" needs it']),
    ('at = "near building"', 'at = "source"\nheight_m = 1', "height_ft", ["[measured] has height_m and height_ft"]),
    ('at = "near building"', 'at = "lot line"', "distance_ft", ["measured.distance_ft goes with", 'none with at = "lot line"']),
    ("distance_ft = 25", 'distance_ft = "25 ft"', '"25 ft"',
     ["distance_ft is '25 ft'", "a number of feet", "distance_ft takes feet"]),
    ("distance_ft = 25", 'distance_m = "25 ft"', '"25 ft"', ["a number of metres", "distance_ft takes feet"]),
    ("distance_ft = 25", "distance = 25", "distance = 25", ["has no unit", "distance_ft for a length in feet"]),
    ("distance_ft = 25", "distance_ft = 0", "distance_ft", ["distance_ft is 0", "above 0"]),
    ("height_ft = 5", "height_m = 50", "height_m", ["height_m is 50", "at most 30"]),
    ("height_ft = 5", "height_in = 60", "height_in", ['did you mean "height_']),
    # setbacks
    ("lot_line_ft = 10", "lot_line_ft = -1", "lot_line_ft", ["setbacks.lot_line_ft is -1", "at least 0"]),
    ("lot_line_ft = 10", "lot_line_ft = 10\nlot_line_m = 3", "lot_line_ft", ["[setbacks] has lot_line_m and lot_line_ft"]),
    ("lot_line_ft = 10", "lotline_ft = 10", "lotline_ft", ['setbacks.lotline_ft is not known (did you mean "lot_line_ft"?)']),
    ("building_m = 1.5", "building_m = \"5'\"", "building_m", ["building_ft takes feet"]),
    ("building_m = 1.5", "front = 25", "front = 25", ["setbacks.front has no unit", "front_ft for a length in feet"]),
    ("building_m = 1.5", "rear_m = -1", "rear_m", ["setbacks.rear_m is -1", "at least 0"]),
    ("building_m = 1.5", "sides_ft = 5", "sides_ft", ['setbacks.sides_ft is not known (did you mean "side_ft"?)']),
    ("building_m = 1.5", "front_ft = 25\nfront_m = 7", "front_ft", ["[setbacks] has front_m and front_ft"]),
    ("building_m = 1.5", "front_ft = 25\n[setbacks.front]\ndistance_ft = 25", "front_ft",
     ["[setbacks] has front_ft and a table [setbacks.front]"]),
    ("building_m = 1.5", "[setbacks.front]", "[setbacks.front]", ["setbacks.front.distance_ft is missing"]),
    ("building_m = 1.5", "[setbacks.front]\nfeet = 25", "feet = 25", ["setbacks.front.feet is not known"]),
    ("building_m = 1.5", "front_ft = 25\nside_ft = 5\nrear_ft = 5", "lot_line_ft",
     ["setbacks.lot_line_ft is for lot lines without a distance of their own", "front, side and rear all have one"]),
    # periods
    (DAY, 'day = "7-22"', '"7-22"', ["periods.day is '7-22'", '"07:00-22:00"']),
    (DAY, 'day = "07:00-25:00"', "25:00", ["periods.day is '07:00-25:00'"]),
    (DAY, 'day = "07:60-22:00"', "07:60", ["periods.day is '07:60-22:00'"]),
    (DAY, 'day = "24:00-07:00"', '"24:00-', ["periods.day is '24:00-07:00'"]),
    (DAY, 'day = "07:00-07:00"', "07:00-07:00", ["periods.day is '07:00-07:00'"]),
    (DAY, 'day = "Mon-Fry 07:00-22:00"', "Fry", ["periods.day is 'Mon-Fry 07:00-22:00'", '"Mon-Fri 07:00-22:00"']),
    (DAY, "day = 7", "day = 7\n", ["periods.day is 7"]),
    (DAY, "day = []", "day = []", ["periods.day is a list", '"07:00-22:00"']),
    (DAY, 'day = [\n "Mon-Fri 07:00-22:00",\n "weekend"]', '"weekend"', ["entry 2 of periods.day is 'weekend'"]),
    (DAY, 'day = ""', 'day = ""', ["periods.day is ''", "as the other periods have them"]),
    (DAY, DAY + '\nall = "07:00-08:00"', "07:00-08:00", ['a period "all"']),
    (DAY + '\nnight = ["Sun-Thu 22:00-07:00", "Fri-Sat 22:00-09:00"]', "", "[periods]", ["[periods] is empty"]),
    ('"Fri-Sat 22:00-09:00"', '"Fri-Sat 22:00-08:00"', "[periods]",
     ["no period on Sat and Sun from 08:00 to 09:00", "cover the week once"]),
    # limits
    ('zone = ["residential", "business"]', 'zone = ["residental", "business"]', "residental",
     ['limits[1].zone names the zone class "residental", to which no pattern in [zones] maps', 'did you mean "residential"?']),
    ('zone = ["residential", "business"]', 'zone = ["residential", "residential"]', '"residential", "residential"',
     ['"residential" twice']),
    ('zone = ["residential", "business"]', 'zone = ["residential", "*"]', '"*"]', ['"*" among others']),
    ('zone = ["residential", "business"]', "zone = []", "zone = []", ["limits[1].zone is a list"]),
    ('zone = ["residential", "business"]\n', "", "[[limits]]\nmetric", ["limits[1].zone is missing"]),
    ('source_zone = "business"', 'source_zone = "C"', 'source_zone = "C"',
     ['limits[2].source_zone names the zone class "C"', "residential, business"]),
    ('metric = "bands"', 'metric = "octaves"', "octaves",
     ["limits[1].metric is 'octaves'", '"bands" (9 numbers, 31.5 Hz to 8 kHz)']),
    ('metric = "bands"', "metric = 63", "metric = 63", ["limits[1].metric is 63", 'in quotes such as "31.5"']),
    ('metric = "dbc"', 'metric = "dBC"', "dBC", ['did you mean "dbc"?']),
    ('metric = "bands"', 'metric = "dba"', BANDS, ["limits[1].day is a list", 'metric = "bands"']),
    ('metric = "bands"', 'metric = "old bands"', BANDS,
     ['has 9 numbers, one for each band is all; "old bands" expects 8 numbers, 20-75 Hz']),
    (BANDS, "day = [75, 74, 69, 64, 58, 52, 47, 43]", "day = [75",
     ["limits[1].day has 8 numbers, so a band is missing", "9 numbers, 31.5 Hz to 8 kHz"]),
    (BANDS, 'day = [75, 74, 69, 64,\n "?",\n 52, 47, 43, 40]', '"?"', ["limits[1].day[5] is '?'", EACH, '"not read"']),
    (BANDS, "day = [75, 74, 69, 64, nan, 52, 47, 43, 40]", "nan", ["limits[1].day[5] is nan"]),
    (BANDS, "day = 61", "day = 61", ["limits[1].day is 61", "a list of 9 numbers, 31.5 Hz to 8 kHz"]),
    ("night = 50.5", "nigth = 50.5", "nigth", ["limits[2].nigth is neither a period", 'did you mean "night"?', "day, night"]),
    ("night = 50.5", 'night = "50 dBA"', "50 dBA", ["limits[2].night is '50 dBA'", EACH]),
    ("night = 50.5", "night = nan", "night = nan", ["limits[2].night is nan"]),
    ("night = 50.5", "night = 0", "night = 0", ["limits[2].night is 0"]),
    ("night = 50.5", "night = true", "night = true", ["limits[2].night is True"]),
    ('night = 50.5\nunread = ["night"]', "", "[[limits]]\nzone = \"residential\"",
     ['no limit is given for zone "residential" from source_zone "business" in dba as Leq in the period night',
      "limits[2].night", '"none"']),
    ('day = 60\nnight = 50.5\nunread = ["night"]', "", "[[limits]]\nzone = \"residential\"",
     ["limits[2] has no limit; expected one for each of day, night, or for all"]),
    ('unread = ["night"]', 'unread = ["evening"]', "unread",
     ['names "evening", for which limits[2] has no number', "day, night"]),
    ("all = 72", "all = 72\nday = 70", "day = 70", ["a number for all periods and one for day"]),
    ("cap = true", "cap = 1", "cap = 1", ["limits[3].cap is 1", "true or false"]),
    (LEQ, 'statistic = "L90"', "L90", ["limits[2].statistic is 'L90'", '"L50"']),
    (LEQ, 'statistic = "Ldn"', "Ldn", ["Ldn, a level of the whole day", "all = a number"]),
    (LEQ, 'statistic = "Leq"\nsource_zones = "*"', "source_zones", ['did you mean "source_zone"?']),
    ("averaging_minutes = 60", "", None, ["averaging_minutes is missing", "hourly Leq"]),
    (LEQ, "", "averaging_minutes", ['averaging_minutes is for limits with statistic = "Leq"']),
    ("averaging_minutes = 60", "averaging_minutes = 0", "averaging_minutes", ["averaging_minutes is 0"]),
    # corrections
    ("plus_db = 6", "plus_db = 10", "minutes = 5\nplus_db", ["10 dB for 5 minutes", "10 dB for 15", "more for fewer minutes"]),
    ("plus_db = 6", "plus_db = 12", "minutes = 5\nplus_db", ["10 dB for 5 minutes of an hour and 12 dB for 15"]),
    ("minutes = 15", "minutes = 5", None, ["two tables [[allowances]] are for 5 minutes"]),
    ("minutes = 15", "minutes = 60.0", "minutes = 60.0", ["below 60"]),
    ("minutes = 15", "minuets = 15", "minuets", ["allowances[2].minuets is not known", 'did you mean "minutes"?']),
    ("minus_db = 5", "minus_db = -5", "minus_db = -5", ["tone.minus_db is -5", "above 0"]),
    ("8, 8, 5, 5, 5, 5]", "8, 8, 5, 5, 5]", "over_neighbours_db", ["over_neighbours_db has 8 numbers; expected 9"]),
    ("8, 8, 5, 5, 5, 5]", "8, 8, 5, 5, 5, 0]", "over_neighbours_db", ["has 0 dB", "above 0"]),
    ("[tone]\nminus_db = 5\nover_neighbours_db = [15, 15, 15, 8, 8, 5, 5, 5, 5]", "[tone]", "[tone]",
     ["tone.minus_db is missing"]),
    ('combine = "lift"', 'combine = "max"', '"max"', ['"fallback", "lower", "higher", "lift"']),
    ("night = 4\n", "", "[ambient]", ["ambient.night is missing", "over the ambient level"]),
    ("night = 4\n", "night = 4\nevening = 4\n", "evening = 4", ["ambient.evening is neither a period", "day, night"]),
    ("night = 4\n", "night = 4\nmeasured_with_ambient = 1\n", "measured_with_ambient",
     ["ambient.measured_with_ambient is 1", "true or false"]),
    ("night = 4\n", "night = 4\nmeasured_with_ambiant = 1\n", "measured_with_ambiant",
     ['did you mean "measured_with_ambient"?']),
    ("minus_db = 5", 'minus_db = 5\ntables_only = "yes"', "tables_only", ["tone.tables_only is 'yes'", "true or false"]),
    ("night = 4\n", "night = 4\nall = 4\n", "day = 11", ["a number for all periods and one for day"]),
    ('zones = ["residential"]', 'zones = ["dwellings"]', "dwellings",
     ['near_homes.zones names the zone class "dwellings", to which no pattern']),
    ('zones = ["residential"]', 'zones = "*"', 'zones = "*"', ["by name"]),
    ("within_ft = 200", "", "[near_homes]", ["near_homes.within_ft is missing"]),
    ("within_ft = 200", 'within_m = "200 feet"', "200 feet", ["within_ft takes feet"]),
    # standby use
    ('testing = "Mon-Sat 11:00-17:00"', 'testing = "weekdays 11-17"', "weekdays",
     ["standby.testing is 'weekdays 11-17'", '"Mon-Fri 07:00-22:00"']),
    ('testing = "Mon-Sat 11:00-17:00"', 'testing = ["Mon 11:00-17:00", "Mon 16:00-18:00"]', "16:00",
     ["standby.testing has hours twice, on Mon from 16:00 to 17:00"]),
    ('testing = "Mon-Sat 11:00-17:00"', 'testing = ""', 'testing = ""', ["standby.testing is ''"]),
    ("outage_exempt = true", 'outage_exempt = "yes"', "outage_exempt", ["outage_exempt is 'yes'", "true or false"]),
    ("testing_minutes = 30", 'testing_minutes = "30 min"', "30 min", ["testing_minutes is '30 min'"]),
    # zones
    ('residential = ["R-*", "r?"]', 'residential = "R-*"', '"R-*"', ["zones.residential is 'R-*'", "a list of texts"]),
    ('residential = ["R-*", "r?"]', "residential = []", "= []", ["zones.residential", "at least one"]),
    ('residential = ["R-*", "r?"]', 'residential = [" b*"]', "business = [",
     ['the pattern "B*" is in zones.residential and zones.business']),
    ('residential = ["R-*", "r?"]', 'residential = ["R-*"]\n"*" = ["Z"]', '"*" = ', ["zones.*"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "at", "said"), SLIPS, ids=[f"{old[:12]}>{new[:20]}" for old, new, *_ in SLIPS]
)
def test_slips_are_named_with_their_line(write, old, new, at, said):
    assert ORDINANCE.count(old) == 1
    text = ORDINANCE.replace(old, new)
    message = refused(write(text))
    assert [part for part in said if part not in message] == [], message
    if at is None:
        return
    assert text.count(at) == 1
    assert f": line {line_of(text, at)}: " in message, message


def test_two_limits_for_the_same_case(write):
    twice = ORDINANCE + '[[limits]]\nzone = "business"\nmetric = "63"\nall = 70\n'
    message = refused(write(twice))
    assert (
        'limits[4] sets a limit for zone "business" in 63 as level in the period day, and so does limits[1]'
        in message
    )
    assert f": line {line_of(twice, '[[limits]]' + twice.rpartition('[[limits]]')[2])}: " in message
    # a cap beside a limit, another source zone, another statistic are other cases
    for more in ("cap = true", 'source_zone = "business"', 'statistic = "L50"'):
        load_ordinance(write(f"{twice}{more}\n"))


def test_periods_of_one_case_may_stand_in_two_tables(write):
    apart = ORDINANCE.replace("night = 50.5\nunread", "unread").replace('unread = ["night"]', "")
    assert apart.count("day = 60\n") == 1
    rest = '[[limits]]\nzone = "residential"\nsource_zone = "business"\nstatistic = "Leq"\nnight = 50.5\nsection = "1-3"\n'
    code = load_ordinance(write(apart + rest))
    assert [(m.period, m.limit_db, m.cited.section) for m in code.limits if m.statistic == "Leq"] == [
        ("day", 60, "1-2(b)"), ("night", 50.5, "1-3"),
    ]  # fmt: skip


def test_old_bands_and_a_band_of_its_own(write):
    old = SHORT.replace("PERIODS", 'any = "00:00-24:00"').replace(
        "all = 55", 'metric = "old bands"\nany = [60, 52, 50, 45, 40, 36, 31, 30]'
    )
    limits = load_ordinance(write(old)).limits
    assert (limits[0].metric, limits[0].limit_db, limits[7].metric, limits[7].limit_db) == (
        "20-75",
        60,
        "4800-10000",
        30,
    )
    one = SHORT.replace("PERIODS", 'any = "00:00-24:00"').replace("all = 55", 'metric = "31.5"\nall = 65')
    assert [(m.metric, m.limit_db) for m in load_ordinance(write(one)).limits] == [("31.5", 65)]


def test_the_file_s_statistic_holds_where_a_limit_has_none(write):
    text = SHORT.replace("PERIODS", 'any = "00:00-24:00"').replace(
        'evidence = "user"', 'evidence = "user"\nstatistic = "L50"'
    )
    assert [m.statistic for m in load_ordinance(write(text)).limits] == ["L50"]


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ("[limits.residential]\nday = 55\nnight = 45\n",
         '[limits.residential] is not read any more; expected a table [[limits]] with '
         'zone = "residential", day = 55, night = 45.'),
        ('[limits]\nzone = "*"\nall = 55\n', "[limits] has single brackets; expected each limit as a table [[limits]]."),
        ("", "[[limits]] is missing"),
    ],
)  # fmt: skip
def test_limits_as_older_files_have_them(write, limits, said):
    head = SHORT.partition("[[limits]]")[0].replace("PERIODS", 'day = "07:00-22:00"\nnight = "22:00-07:00"')
    message = refused(write(head + limits))
    assert said in message and (not limits or ": line 12: " in message)


def test_toml_syntax_names_the_line(write):
    text = ORDINANCE.replace("[setbacks]", "[setbacks")
    assert f"line {line_of(text, '[setbacks')}," in refused(write(text))


WRONG = [
    "true",
    "-1",
    "0",
    "1e9",
    "nan",
    '"x"',
    '""',
    "[]",
    "[1]",
    '["x"]',
    "{}",
    "{a = 1}",
    "[{}]",
    "1979-05-27",
    "07:30:00",
]
FREE = {  # where one of these is of the right form: keys, and rows where the key alone does not tell
    "true": {"read", "cap", "outage_exempt"},
    "0": {"lot_line_ft", "building_m", "plus_db", "day = 11", "night = 4"},
    '"x"': {"id", "place", "code", "title", "url", "section", "source"},
    '""': {"url"},
    "[]": {"conditions", "not_applied", "unread"},
    '["x"]': {"conditions", "not_applied", "residential", "business"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_value_of_another_form_is_refused_with_its_line(write, wrong):
    rows = ORDINANCE.split("\n")
    for number, row in enumerate(rows):
        key, equals, _ = row.partition(" = ")
        if not equals or {key, row} & FREE.get(wrong, set()):
            continue
        message = refused(write("\n".join([*rows[:number], f"{key} = {wrong}", *rows[number + 1 :]])))
        assert re.search(r": line \d+: ", message), message


def test_a_key_that_is_not_known_is_refused_in_every_table(write):
    rows = ORDINANCE.split("\n")
    for number, row in enumerate(rows):
        if row.startswith("[") and row != "[zones]" and row != "[periods]":  # there a key is a name
            changed = "\n".join([*rows[: number + 1], "xyzzy = 1", *rows[number + 1 :]])
            message = refused(write(changed))
            assert f": line {number + 2}: " in message and "xyzzy" in message
