"""A user's own ordinance file. Oracles: the file's own figures, hours by hand, and one slip a row."""

import pytest

from siting.catalog import load_ordinance
from siting.errors import InputError

ORDINANCE = """
id = "town"
place = "Town"
code = "1-2"
title = "Noise"
evidence = "user"
measured_at = "lot line"

[setbacks]
lot_line_ft = 10

[periods]
day = "07:00-22:00"
night = "22:00-07:00"

[limits.residential]
day = 55
night = 45

[limits.industrial]
day = 70

[zones]
residential = ["R*"]
industrial = ["I*"]
"""


def refused(file):
    with pytest.raises(InputError) as caught:
        load_ordinance(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: ") and message.endswith(".") and "\n" not in message
    return message


def test_own_ordinance(write):
    code = load_ordinance(write(ORDINANCE))
    assert (code.setback_m, code.building_distance_m) == (pytest.approx(3.048), None)
    # industrial has no night limit: allowed here, unknown in a study
    assert [(limit.zone, limit.period) for limit in code.limits] == [
        ("residential", "day"), ("residential", "night"), ("industrial", "day"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "found"),
    [
        ('day = "00:00-24:00"', [("day", "00:00", "24:00")]),
        ('day = "07:00-18:30"\nevening = "18:30-22:00"\nnight = "22:00-07:00"',
         [("day", "07:00", "18:30"), ("evening", "18:30", "22:00"), ("night", "22:00", "07:00")]),
        ('day = ""\nnight = ""', [("day", None, None), ("night", None, None)]),
    ],
)  # fmt: skip
def test_hours_that_cover_the_day_once(write, hours, found):
    text = ORDINANCE.replace('day = "07:00-22:00"\nnight = "22:00-07:00"', hours).replace("night = 45", "")
    assert [(p.name, p.start, p.end) for p in load_ordinance(write(text)).periods] == found


DAY, NIGHT = 'day = "07:00-22:00"', 'night = "22:00-07:00"'
SLIPS = [
    ('code = "1-2"', "", ["code is missing"]),
    (
        'evidence = "user"',
        'evidence = "hearsay"',
        ["evidence is 'hearsay'", '"excerpt", "press", "made up", "user"'],
    ),
    (
        'measured_at = "lot line"',
        'measured_at = "lotline"',
        ["measured_at is 'lotline'", '"receiving lot line"'],
    ),
    (
        "[limits.residential]",
        "[limits.residental]",
        ["limits.residental", "[zones] lacks", 'did you mean "residential"?'],
    ),
    (
        "[limits.industrial]",
        "[limits.airport]",
        ["limits.airport", "zone class that [zones] lacks", "residential, industrial"],
    ),
    (
        "night = 45",
        "nigth = 45",
        ["limits.residential.nigth", "period that [periods] lacks", 'did you mean "night"?'],
    ),
    ("night = 45", 'night = "45"', ["limits.residential.night is '45'", "a number above 0"]),
    ("night = 45", "night = nan", ["limits.residential.night is nan"]),
    ("night = 45", "night = 0", ["limits.residential.night is 0"]),
    ("[limits.residential]\nday = 55\nnight = 45", "limits.residential = 55", ["a table"]),
    (DAY, 'day = "7-22"', ["periods.day is '7-22'", '"07:00-22:00"']),
    (DAY, 'day = "07:00-25:00"', ["periods.day is '07:00-25:00'"]),
    (DAY, 'day = "07:60-22:00"', ["periods.day is '07:60-22:00'"]),
    (DAY, 'day = "07:00-07:00"', ["periods.day is '07:00-07:00'"]),
    (DAY, "day = 7", ["periods.day is 7"]),
    (DAY, 'day = ""', ["periods.day is ''", "as the other periods have them"]),
    (DAY, 'day = "07:00-21:00"', ["no period from 21:00 to 22:00", "cover the day once"]),
    (NIGHT, 'night = "23:30-06:00"', ["no period from"]),
    (NIGHT, 'night = "21:00-07:00"', ["periods.day and periods.night overlap from 21:00"]),
    (DAY + "\n" + NIGHT, "", ["[periods] is empty"]),
    ('residential = ["R*"]', 'residential = "R*"', ["zones.residential is 'R*'", "a list of texts"]),
    ('residential = ["R*"]', "residential = []", ["zones.residential", "at least one"]),
    (
        'residential = ["R*"]',
        'residential = ["i*"]',
        ['the pattern "I*"', "zones.residential and zones.industrial"],
    ),
    ('residential = ["R*"]', 'residential = ["R*"]\n"*" = ["Z"]', ["zones.*"]),
    ("lot_line_ft = 10", "lot_line_ft = -1", ["setbacks.lot_line_ft is -1", "at least 0"]),
    ("lot_line_ft = 10", "lot_line_ft = 10\nlot_line_m = 3", ["lot_line_m and lot_line_ft"]),
    (
        "lot_line_ft = 10",
        "lotline_ft = 10",
        ['setbacks.lotline_ft is not known (did you mean "lot_line_ft"?)'],
    ),
    ("[setbacks]", "[setback]", ['setback is not known (did you mean "setbacks"?)']),
]


@pytest.mark.parametrize(("old", "new", "said"), SLIPS)
def test_ordinance_slips(write, old, new, said):
    assert ORDINANCE.count(old) == 1
    if new == "limits.residential = 55":  # a dotted key at the top of the file, and no other table of limits
        text = new + ORDINANCE.replace(old, "").replace("[limits.industrial]\nday = 70", "")
    else:
        text = ORDINANCE.replace(old, new)
    message = refused(write(text))
    assert [part for part in said if part not in message] == []


def test_an_ordinance_without_any_limit(write):
    text = ORDINANCE.split("[limits.residential]")[0] + "[limits]\n"
    assert "holds no limit" in refused(write(text))


def test_toml_syntax_names_the_line(write):
    assert "line 9" in refused(write(ORDINANCE.replace("[setbacks]", "[setbacks")))
