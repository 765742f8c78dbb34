"""Errors of catalogue files. Oracles: sentences and lines written by a person."""

import pytest
from small_land import UNIT

from siting.catalog import load_unit
from siting.catalog.toml_table import read_toml
from siting.errors import InputError

TEXT = """name = "x"
[body]
length_m = 1.5
on = "yes"
bands = [
  1,
  "two",
]
[[part]]
a = 1
[[part]]
a = "one"
[empty]
"""


@pytest.fixture
def table(write):
    return read_toml(write(TEXT), "my.toml")[0]


CASES = [
    (lambda t: t.text("maker"), "my.toml: the key maker is missing; expected a text that is not empty."),
    (lambda t: t.table("body").number("width_m"), "my.toml: line 2: the key body.width_m is missing; expected a number."),
    (lambda t: t.table("body").number("length_m", above=2), "my.toml: line 3: the key body.length_m is 1.5; expected "
                                                            "a number above 2."),
    (lambda t: t.table("body").flag("on", default=False), "my.toml: line 4: the key body.on is 'yes'; expected true "
                                                          "or false, without quotes."),
    (lambda t: t.table("body").numbers("bands", 3), "my.toml: line 5: the key body.bands has 2 numbers; expected 3."),
    (lambda t: t.table("body").numbers("bands", 2), "my.toml: line 7: entry 2 of body.bands is 'two'; expected a number."),
    (lambda t: t.table("body").one_of("on", ("yep", "no")),
     "my.toml: line 4: the key body.on is 'yes'; expected one of \"yep\", \"no\" (did you mean \"yep\"?)."),
    (lambda t: t.table("body").only("length_m", "bands", "one"),
     'my.toml: line 4: the key body.on is not known (did you mean "one"?); expected length_m, bands, one.'),
    (lambda t: t.tables("part")[1].number("a"), "my.toml: line 12: the key part[2].a is 'one'; expected a number."),
    (lambda t: t.tables("part")[1].number("b"), "my.toml: line 11: the key part[2].b is missing; expected a number."),
    (lambda t: t.tables("body"), "my.toml: line 2: the key body is a table; expected tables, each written [[body]]."),
    (lambda t: t.table("part"), "my.toml: line 9: the key part is a list; expected a table, written [part]."),
    (lambda t: t.table("nothing"), "my.toml: the key nothing is missing; expected a table, written [nothing]."),
]  # fmt: skip


@pytest.mark.parametrize(("read", "said"), CASES)
def test_an_error_names_file_line_key_what_was_found_and_what_is_expected(table, read, said):
    with pytest.raises(InputError) as caught:
        read(table)
    assert str(caught.value) == said


def test_what_is_right_passes(table):
    assert (
        table.text("name") == "x"
        and table.one_of("name", ("x", "y")) == "x"
        and table.one_of("z", ("q",), "q") == "q"
    )
    assert (table.table("empty").flag("on", default=True), table.tables("nothing")) == (True, ())
    assert [part.values for part in table.tables("part")] == [{"a": 1}, {"a": "one"}]


WHOLE = (
    UNIT.replace('template = "engine"\n', 'template = "engine"\ndirectivity_db = [0, 0, 0, 0, 0, 0, 0, 0]\n')
    + '[assumed]\n"body.length_m" = "guessed"\n'
)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("width_m = 0.93", 'width_m = "3 ft"', 9),
        ("height_m = 1.8\nsource", "source", 7),  # the table that lacks the key
        ('stated_at = "7m"', 'stated_at = "far"', 19),
        ("0, 0, 0, 0, 0, 0]", "0, 0, 0, 0, 0, 60]", 21),
        ("[0, 0, 0, 0, 0, 0, 0, 0]", "[[0], [0]]", 21),
        (
            "[0, 0, 0, 0, 0, 0, 0, 0]",
            "[" + "\n[0, 0, 0, 0, 0, 0, 0, 0]," * 7 + "\n[0, 0, 0, 0, 0, 0, 0]]",
            29,
        ),
        ('"body.length_m"', '"body.lenght_m"', 25),
    ],
)
def test_slips_in_a_unit_name_their_line(write, old, new, line):
    file = write(WHOLE.replace(old, new))
    load_unit(write(WHOLE, "right.toml"))
    with pytest.raises(InputError) as caught:
        load_unit(file)
    assert str(caught.value).startswith(f"{file}: line {line}: ")
