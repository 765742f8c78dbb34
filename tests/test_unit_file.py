"""A user's own unit file. Oracles: the file's own figures, the A-weighting by hand, and one slip a row."""

import hashlib
import re

import pytest

from siting.catalog import load_unit, resolve_sound
from siting.catalog.spectra_file import spectra_from
from siting.catalog.toml_table import read_toml
from siting.errors import InputError

UNIT = """
id = "mine"
name = "Mine"
maker = "Me"
kw = 100
fuels = ["propane"]
mass_kg = 900

[body]
length_m = 2.0
width_m = 1.0
height_m = 1.5
source_height_m = 1.2

[clearance]
front_m = 1.0
right_m = 0.5
back_m = 0
left_m = 0.5

[sound]
level_dba = 70
stated_at = "7m"
template = "engine"

[source]
text = "a sheet"

[assumed]
"body.height_m" = "measured by eye"
"""


def refused(file):
    with pytest.raises(InputError) as caught:
        load_unit(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: ") and message.endswith(".") and "\n" not in message
    return message


def test_own_unit_by_path(write):
    file = write(UNIT)
    unit = load_unit(file)
    assert unit == load_unit(str(file))
    assert (unit.length_m, unit.width_m, unit.height_m, unit.source_height_m) == (2.0, 1.0, 1.5, 1.2)
    sides = unit.clearance
    assert (sides.front_m, sides.right_m, sides.back_m, sides.left_m) == (1.0, 0.5, 0.0, 0.5)
    assert [(a.name, a.value, a.origin) for a in unit.assumptions] == [
        ("unit.body.height_m", 1.5, "assumed"), ("unit.sound.template", "engine", "template"),
    ]  # fmt: skip
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    facts = {"role": "unit", "path": str(file), "layer": None, "crs": None, "features": 1, "sha256": digest}
    assert unit.source == facts | {"notes": ["Source: a sheet."]}


def test_byte_order_mark_and_crlf(tmp_path):
    file = tmp_path / "windows.toml"
    file.write_bytes(b"\xef\xbb\xbf" + UNIT.replace("\n", "\r\n").encode())
    assert load_unit(file).id == "mine"


def test_a_weighted_and_unweighted_spectrum_are_the_same_sound(write):
    unweighted = [82.6, 77.6, 72.7, 66.7, 58.9, 54.9, 50.8, 45.8]
    weighted = [56.4, 61.5, 64.1, 63.5, 58.9, 56.1, 51.8, 44.7]
    text = UNIT.replace("level_dba = 70", "level_dba = 69")
    plain = load_unit(write(text.replace('template = "engine"', f"spectrum_db = {unweighted}"), "a.toml"))
    a_weighted = load_unit(write(text.replace('template = "engine"', f"spectrum_dba = {weighted}"), "b.toml"))
    assert resolve_sound(a_weighted, None).power_db == pytest.approx(
        resolve_sound(plain, None).power_db, abs=1e-9
    )


def test_directivity_is_eight_directions_of_eight_bands(write):
    plain = load_unit(write(UNIT)).sound.directivity_db
    numbers = load_unit(
        write(UNIT.replace("[source]", "directivity_db = [3, 2, 0, -2, -3, -2, 0, 2]\n[source]"), "a.toml")
    )
    bands = [[k, 0, 0, 0, 0, 0, 0, -k] for k in range(8)]
    rows = load_unit(write(UNIT.replace("[source]", f"directivity_db = {bands}\n[source]"), "b.toml"))
    assert plain is None
    assert numbers.sound.directivity_db == tuple((float(level),) * 8 for level in (3, 2, 0, -2, -3, -2, 0, 2))
    assert rows.sound.directivity_db == tuple(tuple(map(float, row)) for row in bands)


def test_lowest_octave_and_tolerance(write):
    own = UNIT.replace('template = "engine"', f"spectrum_dba = {DBA}\nTHE_REST")
    plain = load_unit(write(own.replace("THE_REST", "spectrum_31_db = 76.3"), "a.toml")).sound
    weighted = load_unit(
        write(own.replace("THE_REST", "spectrum_31_dba = 36.9\ntolerance_db = 1.5"), "b.toml")
    ).sound
    assert plain.shape_31_db == weighted.shape_31_db == pytest.approx(76.3)  # 36.9 + 39.4
    assert (plain.tolerance_db, weighted.tolerance_db) == (None, 1.5)
    assert (plain.shape_name, plain.spectra) == ("the unit's own", ())
    assert load_unit(write(own.replace("THE_REST", ""), "c.toml")).sound.shape_31_db is None
    template = load_unit(write(UNIT)).sound
    assert (template.shape_31_db, template.tolerance_db, template.directivity_db) == (75.3, None, None)
    assert [s.name for s in template.spectra] == ["engine", "gas_engine", "turbine", "flat"]


def test_a_spectrum_of_eight_or_nine_bands(write):
    def one(text):
        return spectra_from(
            read_toml(write(f"[mine]\nsource = 'x'\nsd_reason = 'y'\n{text}"), "mine.toml")[0]
        )[0]

    nine = one(
        "dba = [30, 56.4, 61.5, 64.1, 63.5, 58.9, 56.1, 51.8, 44.7]\nsd_db = [9, 8, 7, 6, 5, 4, 3, 2, 1]"
    )
    eight = one("db = [82.6, 77.6, 72.7, 66.7, 58.9, 54.9, 50.8, 45.8]\nsd_db = 4")
    assert nine.shape_db == pytest.approx(eight.shape_db)
    assert (nine.shape_31_db, eight.shape_31_db) == (pytest.approx(69.4), None)
    assert (nine.sd_db[0], nine.sd_db[-1], eight.sd_db) == (9, 1, (4,) * 9)
    for slip, said in (
        ("db = [1, 2]\nsd_db = 4", "mine.db has 2 numbers; expected 9"),
        ("db = [1, 2, 3, 4, 5, 6, 7, 8]", "mine.sd_db is missing"),
        ("db = [1, 2, 3, 4, 5, 6, 7, 8]\nsd_db = -1", "mine.sd_db is -1"),
        ("db = [1, 2, 3, 4, 5, 6, 7, 8]\nsd_db = [1, 2]", "mine.sd_db has 2 numbers"),
    ):
        with pytest.raises(InputError, match=re.escape(said)):
            one(slip)


def test_gas_engine_template(write):
    unit = load_unit(write(UNIT.replace('"engine"', '"gas_engine"')))
    # A-weighted 87.7, 80.5 and 69.4 at 125 Hz, 1 kHz and 8 kHz, less the weighting of -16.1, 0 and -1.1
    assert [unit.sound.shape_db[band] for band in (1, 4, 7)] == pytest.approx([103.8, 80.5, 70.5])


DBA = [57.4, 62.5, 65.1, 64.5, 59.9, 57.1, 52.8, 45.7]  # 70 dB(A)
SLIPS = [
    ("mass_kg = 900", "", ["mass_kg is missing", "a number above 0"]),
    ("mass_kg = 900", "mas_kg = 900", ['mas_kg is not known (did you mean "mass_kg"?)']),
    ("width_m = 1.0", "with_m = 1.0", ['body.with_m is not known (did you mean "width_m"?)']),
    ("width_m = 1.0", "", ["body.width_m is missing", "a number above 0 and at most 100"]),
    ("width_m = 1.0", 'width_m = "1.0"', ["body.width_m is '1.0'", "expected a number"]),
    ("width_m = 1.0", "width_m = true", ["body.width_m is True", "expected a number"]),
    ("height_m = 1.5", "height_m = -1.5", ["body.height_m is -1.5", "above 0"]),
    ("height_m = 1.5", "height_m = 0", ["body.height_m is 0", "above 0"]),
    ("height_m = 1.5", "height_m = nan", ["body.height_m is nan", "expected a number"]),
    ("height_m = 1.5", "height_m = inf", ["body.height_m is inf", "expected a number"]),
    ("length_m = 2.0", "length_m = 1" + "0" * 400, ["body.length_m is 1000", "expected a number"]),
    ("length_m = 2.0", "length_m = 2000", ["body.length_m is 2000", "at most 100"]),
    ("kw = 100", "kw = -100", ["kw is -100", "above 0"]),
    ("kw = 100", "kw = nan", ["kw is nan"]),
    ("kw = 100", "kw = [100]", ["kw is a list", "expected a number"]),
    ("back_m = 0", "back_m = -0.1", ["clearance.back_m is -0.1", "of at least 0"]),
    ('fuels = ["propane"]', 'fuels = "propane"', ["fuels is 'propane'", "a list of texts"]),
    ('fuels = ["propane"]', "fuels = []", ["fuels is a list", "at least one"]),
    ('name = "Mine"', "name = 7", ["name is 7", "a text"]),
    ('name = "Mine"', 'name = " "', ["name is ' '", "not empty"]),
    ("level_dba = 70", "level_dba = -70", ["sound.level_dba is -70"]),
    ("level_dba = 70", 'level_dba = "70 dB"', ["sound.level_dba is '70 dB'"]),
    ('stated_at = "7m"', 'stated_at = "7 yards"', ["sound.stated_at", '"7 yards"', '"23ft"']),
    ('template = "engine"', 'template = "engin"', ['"engin" (did you mean "engine"?)', "engine, gas_engine"]),
    (
        'template = "engine"',
        'template = "rocket"',
        ["sound.template", '"rocket"', "expected one of engine, gas_engine, turbine, flat"],
    ),
    (
        'template = "engine"',
        'template = "engine"\nspectrum_31_db = 75',
        ["sound.spectrum_31_db stands beside a template"],
    ),
    (
        'template = "engine"',
        f"spectrum_dba = {DBA}\nspectrum_31_db = 75\nspectrum_31_dba = 36",
        ["both spectrum_31_db and spectrum_31_dba"],
    ),
    (
        'template = "engine"',
        f"spectrum_dba = {[30.0, *DBA]}",
        ["sound.spectrum_dba has 9 numbers", "63 Hz to 8 kHz", "spectrum_31_db"],
    ),
    (
        'template = "engine"',
        f"spectrum_dba = {DBA}\nspectrum_31_dba = true",
        ["sound.spectrum_31_dba is True"],
    ),
    ('template = "engine"', 'template = "engine"\ntolerance_db = 0', ["sound.tolerance_db is 0", "above 0"]),
    (
        'template = "engine"',
        'template = "engine"\ntolerance_db = 30',
        ["sound.tolerance_db is 30", "at most 10"],
    ),
    ('template = "engine"', 'template = "engine"\ntolerance_db = "2"', ["sound.tolerance_db is '2'"]),
    ('template = "engine"', "", ["none of template, spectrum_db, spectrum_dba", "exactly one"]),
    (
        'template = "engine"',
        'template = "engine"\nspectrum_db = [1,2,3,4,5,6,7,8]',
        ["template and spectrum_db", "exactly one"],
    ),
    ('template = "engine"', "spectrum_db = [80, 75, 70]", ["sound.spectrum_db has 3 numbers", "expected 8"]),
    (
        'template = "engine"',
        "spectrum_db = [80,75,70,65,60,55,50,nan]",
        ["entry 8 of sound.spectrum_db is nan"],
    ),
    ('template = "engine"', "spectrum_db = 80", ["sound.spectrum_db is 80", "a list of 8 numbers"]),
    (
        'template = "engine"',
        'template = "engine"\ndirectivity_db = [0, 0, 0]',
        ["sound.directivity_db has 3 numbers", "expected 8"],
    ),
    (
        'template = "engine"',
        'template = "engine"\ndirectivity_db = [[0, 0, 0, 0, 0, 0, 0, 0]]',
        ["sound.directivity_db has 1 directions", "every 45°"],
    ),
    (
        'template = "engine"',
        f'template = "engine"\ndirectivity_db = {[[0] * 8] * 7 + [[0] * 7]}',
        ["sound.directivity_db[8] has 7 numbers"],
    ),
    (
        'template = "engine"',
        'template = "engine"\ndirectivity_db = [70, 70, 70, 70, 70, 70, 70, 70]',
        ["sound.directivity_db has 70 dB", "not a level"],
    ),
    ('template = "engine"', 'template = "engine"\ndirectivity_db = 3', ["sound.directivity_db is 3"]),
    # the engine's bands sum to 69.0 dB(A), not 70
    (
        'template = "engine"',
        "spectrum_db = [82.6,77.6,72.7,66.7,58.9,54.9,50.8,45.8]",
        ["sums to 69.0 dB(A)", "is 70"],
    ),
    ("[body]", "[[body]]", ["body is a list", "a table, written [body]"]),
    ('text = "a sheet"', "", ["source.text is missing"]),
    (
        '"body.height_m" = "',
        '"body.hight_m" = "',
        ['[assumed] names "body.hight_m"', 'did you mean "body.height_m"?'],
    ),
    ('"body.height_m" = "', '"colour" = "', ['[assumed] names "colour"', "does not give"]),
    ('= "measured by eye"', "= 3", ["assumed.body.height_m is 3", "a text"]),
]


@pytest.mark.parametrize(("old", "new", "said"), SLIPS)
def test_unit_slips(write, old, new, said):
    assert UNIT.count(old) == 1
    message = refused(write(UNIT.replace(old, new)))
    assert [part for part in said if part not in message] == []


def test_toml_syntax_names_the_line(write):
    assert "line 5" in refused(write(UNIT.replace("kw = 100", "kw 100")))


def test_not_utf_8(tmp_path):
    file = tmp_path / "latin.toml"
    file.write_bytes(UNIT.replace('"Me"', '"Müller"').encode("latin-1"))
    assert "not UTF-8" in refused(file)
