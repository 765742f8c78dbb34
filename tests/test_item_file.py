"""Yard items as files. Oracles: the file's own figures, feet by hand, ISO 3744 by hand, and one slip a row."""

import math

import pytest

from siting.catalog import item_names, load_item
from siting.errors import InputError
from siting.model import Clearance
from siting.yard import Distances

ITEM = """
id = "mine"
name = "My cabinet"

[body]
length_ft = 10
width_m = 2.0
height_ft = 5

[clearance]
front_ft = 4
right_m = 0.5
back_ft = 0
left_ft = 1

[distances]
lot_line_ft = 25
opening_m = 3.0

[sound]
level_dba = 60
stated_at = "1m"
template = "engine"

[source]
text = "a sheet"

[assumed]
"body.height_ft" = "measured by eye"
"distances.opening_m" = "the town's fire chief said so"
"""


def refused(file):
    with pytest.raises(InputError) as caught:
        load_item(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: ") and message.endswith(".") and "\n" not in message
    return message


def test_feet_and_metres_side_by_side(write):
    item = load_item(write(ITEM))
    assert (item.id, item.name, item.holds) == ("mine", "My cabinet", None)
    assert (item.length_m, item.width_m, item.height_m) == pytest.approx((3.048, 2.0, 1.524), abs=1e-12)
    assert item.source_height_m == item.height_m
    assert item.clearance == Clearance(4 * 0.3048, 0.5, 0.0, 0.3048)
    assert item.distances == Distances(25 * 0.3048, 0.0, 3.0, 0.0)
    assert item.source["role"] == "item" and item.source["notes"] == ["Source: a sheet."]
    assert [(a.name, a.value, a.origin) for a in item.assumptions] == [
        ("item.mine.body.height_ft", 5, "assumed"),
        ("item.mine.distances.opening_m", 3.0, "assumed"),
        ("item.mine.sound.template", "engine", "template"),
    ]


def test_sound_power_over_the_measurement_surface(write):
    """60 dB(A) at 1 m: S = 4 (ab + bc + ca) with a = 2.524, b = 2.0, c = 2.524 m, so 42.08 + 4 x 6.3706 = 65.87 m²."""
    item = load_item(write(ITEM))
    a_weighting = (-39.4, -26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1)
    total = 10 * math.log10(
        sum(10 ** ((p + a) / 10) for p, a in zip(item.power_db[1:], a_weighting[1:], strict=True))
    )
    surface = 4 * (2.524 * 2.0 + 2.0 * 2.524 + 2.524 * 2.524)
    assert surface == pytest.approx(65.866, abs=0.001)
    assert total == pytest.approx(
        60 + 10 * math.log10(surface), abs=0.05
    )  # the kernel's A-weights have more digits
    # the template's own steps, 75.3 at 31.5 Hz and 82.6 at 63 Hz, stay as they are
    assert item.power_db[0] - item.power_db[1] == pytest.approx(75.3 - 82.6, abs=1e-9)


def test_own_bands_as_power_and_no_lowest(write):
    bands = [60.0, 60.0, 60.0, 60.0, 60.0, 60.0, 60.0, 60.0]
    text = ITEM.replace('stated_at = "1m"', 'stated_at = "power"').replace(
        "level_dba = 60", "level_dba = 67.0"
    )
    item = load_item(write(text.replace('template = "engine"', f"spectrum_db = {bands}")))
    # 8 bands of 60 dB weigh 67.0 dB(A)
    assert item.power_db[1:] == pytest.approx(bands, abs=0.05)
    assert math.isnan(item.power_db[0])


def test_without_a_sound_it_is_silent_and_says_so(write):
    sound = ITEM[ITEM.index("[sound]") : ITEM.index("[source]")]
    item = load_item(write(ITEM.replace(sound, "")))
    assert item.power_db is None
    assert item.assumptions[-1].name == "item.mine.sound" and "silent" in item.assumptions[-1].reason


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("length_ft = 10", "length = 10", ["line 6", "body.length has no unit", "length_ft", "length_m"]),
        ("length_ft = 10", "length_ft = 10\nlength_m = 3", ["length_m and length_ft", "one of them"]),
        ("length_ft = 10\n", "", ["line 5", "body.length_ft is missing", "length_m"]),
        ("length_ft = 10", 'length_ft = "10"', ["line 6", "without quotes"]),
        ("length_ft = 10", "length_ft = 0", ["line 6", "body.length_ft is 0", "above 0"]),
        ("front_ft = 4", "front_ft = -4", ["line 11", "clearance.front_ft is -4", "at least 0"]),
        ("front_ft = 4", "frnot_ft = 4", ["line 11", "clearance.frnot_ft is not known", 'did you mean "front_ft"']),
        ("lot_line_ft = 25", "lot_lines_ft = 25", ["line 17", "distances.lot_lines_ft", 'did you mean "lot_line_ft"']),
        ("lot_line_ft = 25", "lot_line_ft = 5000", ["line 17", "at most 984"]),
        ('stated_at = "1m"\n', "", ["sound.stated_at is missing", "where the level holds"]),
        ('template = "engine"', 'template = "engin"', ['"engin" (did you mean "engine"?)']),
        ('stated_at = "1m"', 'stated_at = "1m"\ndirectivity_db = [1]', ["sound.directivity_db is not known"]),
        ('id = "mine"\n', "", ["the key id is missing"]),
        ('name = "My cabinet"', 'name = "My cabinet"\nholds = "petrol"', ["holds is 'petrol'", '"propane", "hydrogen"']),
        ('"body.height_ft"', '"body.heigth_ft"', ["body.heigth_ft", 'did you mean "body.height_ft"']),
        ('[source]\ntext = "a sheet"\n', "", ["the key source is missing"]),
        ("[clearance]", "[clearances]", ["clearances is not known"]),
    ],
)  # fmt: skip
def test_a_slip_is_named_with_file_line_and_key(write, old, new, parts):
    assert ITEM.count(old) == 1
    message = refused(write(ITEM.replace(old, new)))
    for part in parts:
        assert part in message, message


def test_no_such_item():
    with pytest.raises(
        InputError, match=r'"transfomer" is not in the catalogue of items .*did you mean "transformer"'
    ):
        load_item("transfomer")
    with pytest.raises(InputError, match="there is no such item file"):
        load_item("there/is/none.toml")


def test_every_value_of_the_catalogue_has_a_source_or_a_reason():
    """Lengths that the source names are those of its text; every other one stands under [assumed]."""
    sourced = {"gas_meter": {f"clearance.{side}_ft" for side in ("front", "right", "back", "left")}}
    for name in item_names():
        item = load_item(name)
        assert item.id == name
        assumed = {a.name.removeprefix(f"item.{name}.") for a in item.assumptions}
        given = {f"body.{side}_ft" for side in ("length", "width", "height")}
        given |= {f"clearance.{side}_ft" for side in ("front", "right", "back", "left")}
        given |= {
            f"distances.{what}_ft"
            for what in ("lot_line", "building", "opening", "unit")
            if getattr(item.distances, f"{what}_m")
        }
        assert given - sourced.get(name, set()) <= assumed, name
