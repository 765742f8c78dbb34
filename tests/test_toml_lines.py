"""Lines of the keys of a TOML text. Oracles: lines counted by hand, the keys that tomllib finds, and the text of each line."""

import tomllib
from pathlib import Path

import pytest

from siting.catalog.toml_lines import key_lines

TEXT = '''# 1
a = 1.5 # 2 = not.a.key
b.c = "x # not a comment" # 3
"d.e" = """ 4
[not.a.table] = 5
""""   # ends in a quote of its own
f = [ # 7
  1, "]", # 8
  { g = 9, h = ']' }, # 9
  [
    11,
  ],
]
[i.j] # 14
k = 1979-05-27 07:32:00
'l"' = {}
[[m]]
[[m]] # 18
n = \'\'\'
# no comment, and line 20

\'\'\'
[m.o] # 23
p = -inf
[[m.q]]
[[m.q]]
r = false # 27
'''
FOUND = {
    "a": 2, "b": 3, "b.c": 3, "d.e": 4, "f": 7, "f[1]": 8, "f[2]": 8, "f[3]": 9, "f[3].g": 9, "f[3].h": 9, "f[4]": 10,
    "f[4][1]": 11,
    "i": 14, "i.j": 14, "i.j.k": 15, 'i.j.l"': 16, "m": 17, "m[1]": 17, "m[2]": 18, "m[2].n": 19, "m[2].o": 23, "m[2].o.p": 24,
    "m[2].q": 25, "m[2].q[1]": 25, "m[2].q[2]": 26, "m[2].q[2].r": 27,
}  # fmt: skip


def names(value, name=""):
    """Every key and entry that tomllib reads, called as `key_lines` does."""
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value, 1) if isinstance(value, list) else ()
    )
    for key, inner in entries:
        full = f"{name}[{key}]" if isinstance(value, list) else f"{name}.{key}" if name else key
        yield full
        yield from names(inner, full)


def test_lines_counted_by_hand():
    assert key_lines(TEXT) == FOUND
    assert set(names(tomllib.loads(TEXT))) == set(FOUND)


def test_line_ends_of_windows():
    assert key_lines(TEXT.replace("\n", "\r\n")) == FOUND


@pytest.mark.parametrize("text", ["", "# nothing", "a = 1", "a = []", "\n\n[a]", 'a = ""\nb = """"""'])
def test_short_texts(text):
    assert set(names(tomllib.loads(text))) == set(key_lines(text))


ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "file", [*(ROOT / "data").rglob("*.toml"), ROOT / "pyproject.toml"], ids=lambda f: f.name
)
def test_every_key_of_a_real_file_stands_on_its_line(file):
    text = file.read_text(encoding="utf-8")
    found, rows = key_lines(text), text.split("\n")
    assert set(names(tomllib.loads(text))) == set(found)
    for name, line in found.items():
        key = name.rpartition(".")[2].partition("[")[0].strip('"')
        assert name.endswith("]") or key in rows[line - 1], (name, line)
