"""An ordinance in sentences. Oracles: sentences written by a person, every figure of every shipped file, holes found by hand."""

import math
import re

import pytest

from siting.catalog import load_distances, load_ordinance, ordinance_names
from siting.explain import ASSUMED_HEIGHT_M, ASSUMED_M, explain, head, kinds, verified
from siting.site import SETBACK_M
from siting.site.distances import DEFAULT
from siting.surroundings import ENVIRONMENT

ORDINANCE = """
id = "town"
place = "Town"
code = "1-2"
title = "Noise"
url = "https://town.example"
evidence = "user"
averaging_minutes = 30
where_zones_meet = "mean"
conditions = ["An engineer measures."]
not_applied = ["Impulses."]
notes = ["A note."]
[measured]
at = "source"
distance_ft = 50
[setbacks]
lot_line_ft = 10
[periods]
day = "07:00-22:00"
evening = ["Mon-Fri 22:00-23:00", "Sat-Sun 22:00-23:00"]
night = "23:00-07:00"
"""


@pytest.fixture
def town(write):
    def load(rules):
        head = ORDINANCE if "Leq" in rules else ORDINANCE.replace("averaging_minutes = 30\n", "")
        return load_ordinance(write(head + rules))

    return load


def said(code, heading, cited=False):
    """The sentences under a heading."""
    return dict(explain(code, cited)).get(heading, ())


ZONES = '[zones]\nhomes = ["R*"]\nshops = ["C*", "B"]\nyard = ["I*"]\n'


def test_limits_as_a_person_would_say_them(town):
    code = town(
        '[[limits]]\nzone = "homes"\nday = 55.5\nevening = 50\nnight = "none"\n'
        '[[limits]]\nzone = "homes"\nsource_zone = "yard"\nstatistic = "Leq"\nday = 60\nevening = 60\n'
        'night = "not read"\nunread = ["day"]\n'
        '[[limits]]\nzone = "*"\nall = 72\ncap = true\nsection = "1-3"\n'
        '[[limits]]\nzone = "shops"\nmetric = "bands"\nall = [80, 79, 78, 77, 76, 75, "none", 73, "not read"]\n'
        '[[limits]]\nzone = "shops"\nmetric = "old bands"\nday = [60, 52, 50, 45, 40, 36, 31, 30]\n'
        'evening = "none"\nnight = "not read"\n'
        '[[limits]]\nzone = "*"\nmetric = "dbc"\nall = 65\n'
        '[[limits]]\nzone = "yard"\nmetric = "dbc"\nall = 66\n'
        '[[limits]]\nzone = "yard"\nmetric = "63"\nall = 67\n' + ZONES
    )  # fmt: skip
    octaves, old = "in the octave bands 31.5 Hz to 8 kHz", "in the old octave bands 20-75 Hz to 4800-10000 Hz"
    assert said(code, "Limits")[:9] == (
        'A lot of class "homes" may hear at most 55.5 dB(A) (day), at most 50 dB(A) (evening), any level in dB(A) (night).',
        'A lot of class "homes" may hear from a lot of class "yard" as Leq at most 60 dB(A) (day) [1-2: NOT READ in its source].',
        'A lot of class "homes" may hear from a lot of class "yard" as Leq at most 60 dB(A) (evening), '
        "a level in dB(A) that was not read, so UNKNOWN (night).",
        "As a cap on the machine in any use, tests and outages included: Any lot may hear at most 72 dB(A) (any time).",
        f'A lot of class "shops" may hear at most 80, 79, 78, 77, 76, 75, any, 73, not read dB {octaves} (any time).',
        f'A lot of class "shops" may hear at most 60, 52, 50, 45, 40, 36, 31, 30 dB {old} (day); any level {old} (evening); '
        f"a level {old} that was not read, so UNKNOWN (night).",
        "A lot of any other zone may hear at most 65 dB(C) (any time).",
        'A lot of class "yard" may hear at most 66 dB(C) (any time).',
        'A lot of class "yard" may hear at most 67 dB in the 63 Hz band (any time).',
    )
    cited = said(code, "Limits", cited=True)
    assert cited[1].endswith(" (day) [1-2, source 1, NOT READ there].")
    assert cited[3].endswith(" (any time) [1-3, source 1].")
    assert said(code, "Sources", cited=True) == ("1: https://town.example",) and not said(code, "Sources")


def test_holes_are_said(town):
    matrix = "".join(
        f'[[limits]]\nzone = "{to}"\nsource_zone = "{source}"\nall = {limit}\n'
        for to, source, limit in [
            ("homes", "homes", 50),
            ("homes", "yard", 55),
            ("shops", "homes", 60),
            ("shops", "yard", 65),
        ]
    )
    assert said(town(matrix + ZONES), "Limits")[4:] == (
        'No limit is written for class "yard" (it is named for other lots): UNKNOWN at a receptor there.',
        'A lot of class "homes" or "shops": no limit in dB(A) is written for sound from a lot of class "shops" or any '
        "other zone: "
        "UNKNOWN.",
    )
    rest = "".join(
        f'[[limits]]\nzone = "{to}"\nsource_zone = "shops"\nall = {limit}\n'
        for to, limit in (("homes", 50), ("shops", 65))
    )
    yard = '[[limits]]\nzone = "yard"\nall = 70\n'
    assert said(town(matrix + rest + yard + ZONES), "Limits")[7:] == (
        'A lot of class "homes" or "shops": no limit in dB(A) is written for sound from a lot of any other zone: UNKNOWN.',
    )
    # the same number from every class holds for a lot of no class too; a limit for any lot fills every hole
    alike = matrix.replace("55", "50").replace("65", "60") + rest.replace("65", "60") + yard + ZONES
    assert len(said(town(alike), "Limits")) == 7
    assert len(said(town(matrix + '[[limits]]\nzone = "*"\nall = 70\n' + ZONES), "Limits")) == 5
    # a cap for all lots is no limit of a class
    cap = '[[limits]]\nzone = ["homes", "yard"]\nall = 50\n[[limits]]\nzone = "*"\ncap = true\nall = 70\n'
    assert said(town(cap + ZONES), "Limits")[3:] == (
        'No limit is written for class "shops": UNKNOWN at a receptor there.',
    )


ALL = '[[limits]]\nzone = "*"\nall = 55\n'


@pytest.mark.parametrize(
    ("rule", "heading", "sentences"),
    [
        ("", "Where it is measured",
         ["Levels are compared with limits 50 ft (15.24 m) from the source, 4.9 ft (1.5 m) above ground (assumed: the "
          "code gives no height)."]),
        ("", "Periods",
         ["day: every day 07:00–22:00.", "evening: Mon-Fri 22:00–23:00, Sat-Sun 22:00–23:00.",
          "night: every day 23:00–07:00."]),
        ("", "Distances that units keep",
         ["A unit's body keeps 10 ft (3.05 m) from the lot line.",
          "The file gives no distance from buildings: that of the table of distances is kept, 5 ft (1.52 m) if none is named."]),
        ("", "What a permit needs beside levels", ["An engineer measures."]),
        ("", "Rules that are not applied", ["Impulses."]),
        ("", "Notes", ["A note."]),
        ("", "Zones", ["No limit depends on a zone."]),
        ("", "Standby use", []),
        ("", "Numbers that were not read in their source", ["None."]),
        ("", "Corrections", ["On a line between two zone classes the arithmetic mean of both limits holds."]),
        ("[[allowances]]\nminutes = 30\nplus_db = 0\n[[allowances]]\nminutes = 1\nplus_db = 15\n", "Corrections",
         ["A sound that lasts no longer than 30 minutes of any hour keeps the same limits.",
          "A sound that lasts no longer than 1 minute of any hour may be 15 dB louder."]),
        ("[tone]\nminus_db = 5\n", "Corrections",
         ["For a sound with a tone every limit is 5 dB lower.",
          "The file has no criterion for tones in octave bands: the units are taken for tonal unless you say otherwise."]),
        ("[tone]\nminus_db = 5\nover_neighbours_db = [15, 15, 15, 8, 8, 5, 5, 5, 4]\n", "Corrections",
         ["For a sound with a tone every limit is 5 dB lower.",
          "An octave band holds a tone where it exceeds both of its neighbours by 15, 15, 15, 8, 8, 5, 5, 5, 4 dB or "
          "more (31.5 Hz to 8 kHz)."]),
        ('[ambient]\ncombine = "fallback"\nday = 10\nevening = 5\nnight = 4.5\n', "Corrections",
         ["Where you give the ambient level, the ambient level + 10 dB (day) or 5 dB (evening) or 4.5 dB (night) is "
          "the limit in dB(A); where not, the numbers above hold."]),
        ('[ambient]\ncombine = "lower"\nall = 10\n', "Corrections",
         ["The limit in dB(A) is the lower of the number above and the ambient level + 10 dB; without the ambient "
          "level it is UNKNOWN."]),
        ('[ambient]\ncombine = "higher"\nall = 10\nread = false\n', "Corrections",
         ["The limit in dB(A) is the higher of the number above and the ambient level + 10 dB; without the ambient "
          "level the number holds [1-2: NOT READ in its source]."]),
        ('[ambient]\ncombine = "lift"\nall = 0\n', "Corrections",
         ["The limit in dB(A) is never below the ambient level + 0 dB; without the ambient level it is not lifted.",
          "That sum is for the ambient sound and the units together: it leaves the units alone nothing."]),
        # 10 lg(10 - 1) = 9.54; 10 lg(10^0.2 - 1) = 10 lg 0.585 = -2.33
        ('[ambient]\ncombine = "lower"\nmeasured_with_ambient = true\nday = 10\nevening = 2\nnight = 0\n', "Corrections",
         ["That sum is for the ambient sound and the units together: it leaves the units alone the ambient level + 9.54 dB "
          "(day) or − 2.33 dB (evening) or nothing (night)."]),
        ('[ambient]\ncombine = "lower"\nmeasured_with_ambient = false\nall = 10\n', "Corrections",
         ["That sum is for the units alone, without the ambient sound."]),
        ('[tone]\nminus_db = 5\ntables_only = true\n', "Corrections",
         ["For a sound with a tone every limit is 5 dB lower, but for one from the ambient level."]),
        ('[near_homes]\nminus_db = 6\nwithin_ft = 200\nzones = ["homes", "shops"]\n' + ZONES, "Corrections",
         ['Within 200 ft (60.96 m) of a lot of class "homes" or "shops" every limit is 6 dB lower.']),
        ("[standby]\noutage_exempt = true\n", "Standby use",
         ["While the grid is out, units in standby use are exempt from the limits.",
          "Tests may run at any time, for the file gives no hours, and keep the limits of their periods."]),
        ('[standby]\ntesting = "Mon-Sat 11:00-17:00"\ntesting_minutes = 30\ntesting_every_days = 7\ntesting_exempt = true\n'
         '[[limits]]\nzone = "*"\ncap = true\nall = 72\n', "Standby use",
         ["The limits hold while the grid is out, too: standby use is judged as continuous use.",
          "Tests of at most 30 minutes once in 7 days may run Mon-Sat 11:00–17:00, and are exempt from the limits, "
          "but for caps."]),
    ],
)  # fmt: skip
def test_rules_as_a_person_would_say_them(town, rule, heading, sentences):
    found = said(town(ALL + rule), heading)
    assert [sentence for sentence in sentences if sentence not in found] == [], found
    assert sentences or not found


def test_distances_from_each_kind_of_lot_line(write):
    def kept(setbacks):
        head = ORDINANCE.replace("averaging_minutes = 30\n", "").replace("lot_line_ft = 10", setbacks)
        code = load_ordinance(write(head + ALL))
        return said(code, "Distances that units keep")[:-1], said(code, "What a verdict needs from you")

    own = 'front_ft = 25\n[setbacks.rear]\ndistance_m = 3\nsection = "1-9"\nread = false'
    told, needs = kept("lot_line_ft = 10\n" + own)
    assert told == (
        "A unit's body keeps 25 ft (7.62 m) from front lot lines.",
        "A unit's body keeps 9.8 ft (3 m) from rear lot lines [1-9: NOT READ in its source].",
        "A unit's body keeps 10 ft (3.05 m) from side lot lines.",
    )
    assert any("--front, --rear" in need for need in needs)
    assert kept(own)[0][-1] == "The file gives no distance from side lot lines: 5 ft (1.52 m) is assumed."
    every, _ = kept("front_ft = 1\nside_ft = 2\nrear_ft = 3")
    assert [re.findall(r"keeps (\d) ft .* from (\w+)", line)[0] for line in every] == [
        ("1", "front"), ("2", "side"), ("3", "rear"),
    ]  # fmt: skip
    assert not any("--front" in need for need in kept("lot_line_ft = 10")[1])


def test_what_statistics_compare(town):
    def compared(*names, more=""):
        tables = "".join(f'[[limits]]\nzone = "*"\nstatistic = "{name}"\nall = 55\n' for name in names)
        return said(town(tables + more), "What is compared")

    assert compared("level", "Lmax") == (
        "The level while the units run is compared as it is.", "Lmax is the highest level: for a steady sound its level.",
    )  # fmt: skip
    assert compared("Leq") == (
        "Leq is the average over 30 minutes: units that run for a part of them count for that part.",
    )
    # Ldn of a steady sound: 10 lg((15 + 9 x 10) / 24) = 6.41; CNEL: 10 lg((12 + 3 x 3.162 + 9 x 10) / 24) = 6.67
    assert [re.findall(r"\d\.\d", sentence) for sentence in compared("Ldn", "CNEL")] == [["6.4"], ["6.7"]]
    assert compared("L50")[0].endswith("30 minutes of an hour or longer; it does not see a shorter one.")
    assert "with what is allowed" in compared("L50", more="[[allowances]]\nminutes = 5\nplus_db = 10\n")[0]
    assert "6 minutes of an hour or longer" in compared("L10")[0]


NEEDS = {
    "": {"--zoning": False, "--ambient": False, "--tone": False, "31.5 Hz": False, "--use standby": False, "--minutes": False},
    '[tone]\nminus_db = 5\n[[limits]]\nzone = "*"\nmetric = "dbc"\nall = 60\n': {"--tone or --no-tone": True, "31.5 Hz": True},
    '[ambient]\ncombine = "lift"\nday = 1\nevening = 2\nnight = 3\n': {
        "--ambient day=DBA --ambient evening=DBA --ambient night=DBA": True},
    '[standby]\noutage_exempt = true\n[[limits]]\nzone = "*"\nstatistic = "L50"\nall = 5\n': {
        "--use standby": True, "--minutes-per-hour": True},
    '[[limits]]\nzone = "homes"\nall = 50\n' + ZONES: {"--zoning FILE": True, "the lot itself too": False, "31.5 Hz": False},
    '[[limits]]\nzone = "*"\nsource_zone = "homes"\nall = 50\n' + ZONES: {"--zoning FILE": True, "the lot itself too": True},
    '[[limits]]\nzone = "*"\nmetric = "63"\nall = 50\n': {"31.5 Hz": False},
    '[[limits]]\nzone = "*"\nmetric = "20-75"\nall = 50\n': {"31.5 Hz": True},
}  # fmt: skip


@pytest.mark.parametrize("rule", NEEDS)
def test_what_a_verdict_needs(town, rule):
    text = " ".join(said(town(ALL + rule), "What a verdict needs from you"))
    assert {part: part in text for part in NEEDS[rule]} == NEEDS[rule]
    assert "no computation replaces it" in text and "rules that are not applied" in text


@pytest.mark.parametrize(
    ("at", "needed"),
    [("facade", "--buildings"), ("near building", "--buildings"), ("points", "--receptors"),
     ("zone line", "--zoning"), ("lot line", None)],
)  # fmt: skip
def test_what_a_place_of_measurement_needs(write, at, needed):
    far = "distance_m = 8" if at == "near building" else ""
    text = ORDINANCE.replace('at = "source"\ndistance_ft = 50', f'at = "{at}"\n{far}').replace(
        "averaging_minutes = 30\n", ""
    )
    text = re.sub(r"(?s)\[periods\].*", '[periods]\nany = "00:00-24:00"\n', text)
    found = " ".join(said(load_ordinance(write(text + ALL)), "What a verdict needs from you"))
    options = ("--buildings", "--receptors", "--zoning")
    assert [option for option in options if option in found] == ([needed] if needed else [])


def test_zones_that_belong_to_no_class(town):
    homes = '[[limits]]\nzone = "homes"\nall = 50\n'
    alone, beside = said(town(homes + ZONES), "Zones"), said(town(homes + ALL + ZONES), "Zones")
    assert alone[1] == 'Class "shops": zones of the map that are called C* or B.'
    assert alone[-1] == "A zone that belongs to no class leaves its receptors UNKNOWN."
    assert (
        beside[-1]
        == "A zone that belongs to no class has the limits of any other zone; UNKNOWN where a class is stricter."
    )
    cap = town(homes + '[[limits]]\nzone = "*"\ncap = true\nall = 70\n' + ZONES)
    assert said(cap, "Zones")[-1] == alone[-1]


def test_numbers_that_were_not_read(town):
    code = town(ALL.replace("55", "55\nread = false") + '[[limits]]\nzone = "*"\nmetric = "dbc"\nall = "not read"\n'
                + "[tone]\nminus_db = 5\nread = false\n")  # fmt: skip
    found = said(code, "Numbers that were not read in their source")
    assert [sentence.split("(")[0] for sentence in found] == [
        "The limits of any zone in dB", "The correction for tones ", found[2], "The limits of any zone in dB",
    ]  # fmt: skip
    assert "day 55" in found[0] and "--accept-unverified" in found[2] and "are not known" in found[3]
    assert verified(code) == "user: 3 limits not known, 3 limits not read, 1 other rule not read"
    assert verified(town(ALL)) == "user: all numbers read"


def test_head_and_kinds(town):
    code = town('[[limits]]\nzone = "homes"\nstatistic = "L10"\nall = 55\n[tone]\nminus_db = 5\n' + ZONES)
    assert head(code) == "Town, 1-2: Noise (limits given by the user). https://town.example"
    assert kinds(code) == ("by receiving zone", "dB(A)", "L10", "tone", "mean at zone lines", "findings")
    every = [kind for name in ordinance_names() for kind in kinds(load_ordinance(name))]
    wanted = {
        "octave bands",
        "old octave bands",
        "by emitting zone",
        "near homes",
        "cap",
        "standby",
        "ambient",
        "minutes per hour",
        "dB(C)",
    }
    assert wanted <= set(every)


def test_what_is_assumed_is_what_a_study_assumes():
    table = load_distances(DEFAULT)
    assert max(table.openings.distance_m, *(rule.distance_m for _, rule in table.walls)) == ASSUMED_M
    assert (
        SETBACK_M,
        ASSUMED_M,
        ENVIRONMENT.receptor_height_m,
    ) == (ASSUMED_M, ASSUMED_M, ASSUMED_HEIGHT_M)


@pytest.mark.parametrize("name", ordinance_names())
def test_every_figure_of_every_code_is_told(name):
    code = load_ordinance(name)
    text = " ".join(sentence for part in explain(code, cited=True) for sentence in part.sentences)
    numbers = set(re.findall(r"\d+(?:\.\d+)?", text))
    corrections = [rule for rule in (code.tone, code.near_homes) if rule is not None]
    figures = [
        *(m.limit_db for m in code.limits if math.isfinite(m.limit_db)),
        *(number for rule in code.allowances for number in (rule.minutes, rule.plus_db) if number),
        *(rule.minus_db for rule in corrections),
        *(plus for _, plus in (code.ambient.plus_db if code.ambient else ())),
    ]
    assert {f"{figure:g}" for figure in figures} <= numbers
    names = [
        *(p.name for p in code.periods if p.hours),
        *(n for n, _ in code.zone_patterns),
        *(p for _, ps in code.zone_patterns for p in ps),
    ]
    assert [word for word in (*names, *code.conditions, *code.not_applied) if word not in text] == []
    unread = any(not m.cited.read for m in code.limits)
    assert not unread or "NOT READ" in text
    assert any(math.isnan(m.limit_db) for m in code.limits) == (
        "not read, so UNKNOWN" in text or "not read dB" in text
    )
    for part in explain(code):
        assert part.sentences and all(
            sentence and "\n" not in sentence and ".." not in sentence for sentence in part.sentences
        )
