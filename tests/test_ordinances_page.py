"""The pages on ordinances and units: their files load, and every row of the worked examples is computed again."""

import math
import re
from pathlib import Path

import pytest
from small_land import block, land_of
from small_ordinance import receptors

from siting import quantities
from siting.catalog import data_folder, load_distances, load_ordinance, load_unit
from siting.catalog.ordinance_file import KEYS, PLACES, TABLES
from siting.law import Operation
from siting.model import FOOT_M
from siting.ordinance import limits_at, tonal
from siting.site import make_site
from siting.uncertainty import p_exceed, state_of_probability

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "ordinances.md").read_text("utf-8")
SIGMA_DB = 4.5
ENGINE_DB = (75.3, 82.6, 77.6, 72.7, 66.7, 58.9, 54.9, 50.8, 45.8)  # at 69 dB(A), 31.5 Hz to 8 kHz
BLOCK = re.compile(r"```toml\n(.*?)```", re.DOTALL)
HEAD = "| heard at | from | said | compared | level | limit | P(exceed) | state |"
WHOLE, *_ = BLOCK.findall(PAGE)
START = next(block for block in BLOCK.findall(PAGE) if "[" not in block)
TITLES = re.findall(r"^### ([a-o])\. ", PAGE, re.MULTILINE)


def rows_of(section):
    """The rows of a section's table of comparisons, as lists of cells."""
    table = section[section.index(HEAD) :].split("\n\n")[0].split("\n")[2:]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in table]


def examples():
    """(title, the file, a row) of every comparison on the page."""
    for section in re.split(r"^#{2,3} ", PAGE, flags=re.MULTILINE):
        if HEAD in section:
            (block,) = BLOCK.findall(section)
            yield from ((section.split("\n")[0], START + block, row) for row in rows_of(section))


def operation_of(said):
    """What the options say; a test of the options themselves is elsewhere."""
    known, words = {}, iter(said.split())
    for word in words:
        match word:
            case "--minutes-per-hour":
                known["minutes_per_hour"] = float(next(words))
            case "--ambient":
                period, level = next(words).split("=")
                known["ambient_dba"] = ((period, float(level)),)
            case "--no-tone":
                known["tone"] = False
            case "--use":
                known["use"] = next(words)
            case "--accept-unverified":
                known["accept_unverified"] = True
            case _:
                raise AssertionError(word)
    return Operation(**known)


def place_of(heard):
    """One receptor: "R1", "R1 + B2" in two zones, "R1 across I1" on a line, "I1 150 ft from a home"."""
    home = re.search(r" (\d+) ft from a home$", heard)
    zones, _, across = heard[: home.start() if home else None].partition(" across ")
    home_m = [float(home[1]) * FOOT_M] if home else None
    return receptors([tuple(zones.split(" + "))], [(across,)] if across else None, home_m)


def rule_of(compared):
    """(period, metric, statistic or None, cap)."""
    period, what = compared.split(", ")
    quantity, *more = re.fullmatch(r"(dB\(A\)|dB\(C\)|[\d.]+ Hz) ?(.*)", what).groups()
    metric = {"dB(A)": "dba", "dB(C)": "dbc"}.get(quantity, quantity.removesuffix(" Hz"))
    cap = more == ["cap"]
    return period, metric, None if cap or more == [""] else more[0], cap


def chance(p):
    return "?" if math.isnan(p) else f"{100 * p:.1f} %"


@pytest.mark.parametrize(("title", "text", "row"), list(examples()))
def test_the_rows_of_the_worked_examples(tmp_path, title, text, row):
    heard, source, said, compared, level, most, p, state = row
    (tmp_path / "my-town.toml").write_text(text, "utf-8")
    code, operation = load_ordinance(tmp_path / "my-town.toml"), operation_of(said)
    tone, _ = tonal(code, operation, ENGINE_DB)
    found = limits_at(code, place_of(heard), (source,) if source else (), operation, tone)
    period, metric, statistic, cap = rule_of(compared)
    ((rule, limit),) = [
        (rule, float(found.limit_db[0, k]))
        for k, rule in enumerate(found.rules)
        if (rule.period, rule.metric, rule.cap) == (period, metric, cap) and statistic in (None, rule.statistic)
    ]  # fmt: skip
    written = "none" if limit == math.inf else "?" if math.isnan(limit) else quantities.limit(limit)
    exceeded = 0.0 if limit == math.inf else float(p_exceed(float(level) + rule.shift_db, limit, SIGMA_DB))
    assert [written, chance(exceeded), state_of_probability(exceeded)] == [most, p, state]


def test_every_structure_is_worked():
    assert list("abcdefghijklmno") == TITLES
    assert {title[0] for title, _, _ in examples()} >= set(TITLES)


def test_the_whole_file_means_what_the_page_says(tmp_path):
    (tmp_path / "my-town.toml").write_text(WHOLE, "utf-8")
    code = load_ordinance(tmp_path / "my-town.toml")
    assert code.setback.distance_m == pytest.approx(3.048) and code.measured.height_m == pytest.approx(1.524)
    table = {(x.zone, x.period, x.cap): (x.limit_db, x.cited.section, x.cited.read) for x in code.limits}
    assert table["residential", "night", False] == (50, "8-14(b)", True)
    assert table["*", "day", True] == (75, "8-14(f)", False)


def test_setbacks_by_side_and_distances_are_as_the_page_says(tmp_path):
    part = PAGE[PAGE.index("### `[setbacks]`") : PAGE.index("### `[periods]`")]
    setbacks, table = BLOCK.findall(part)
    rest = (
        START
        + '[measured]\nat = "lot line"\n[periods]\nany = "00:00-24:00"\n[[limits]]\nzone = "*"\nall = 60\n'
    )
    (tmp_path / "my-town.toml").write_text(rest + setbacks, "utf-8")
    code = load_ordinance(tmp_path / "my-town.toml")
    kept = {line: rule.distance_m for line, rule in code.side_setbacks}
    assert [rule.cited.section for _, rule in code.side_setbacks] == ["17.20.030", "17.20.040", "17.20.040"]
    across, deep = 40 - 2 * kept["side"], 30 - kept["front"] - kept["rear"]
    assert (
        f"= {across:.2f} m by 30 − 7.62 − 3.048 = {deep:.2f} m are left, {across * deep:.1f} m²"
        in " ".join(part.split())
    )
    land = land_of(tmp_path, block())
    assert make_site(land, 0, code)[0].buildable.area == pytest.approx(across * deep, abs=1e-6)
    (tmp_path / "my-table.toml").write_text(table, "utf-8")
    assert load_distances(tmp_path / "my-table.toml").openings.distance_m == pytest.approx(3.048)
    for name in (file.stem for file in (data_folder() / "distances").glob("*.toml")):
        assert f"| `{name}`" in part, name
        assert (
            f"| {load_distances(name).openings.distance_m / FOOT_M:g} ft |"
            in part.partition(f"| `{name}`")[2]
        )


def test_every_key_and_place_is_on_the_page():
    keys = PAGE[PAGE.index("## Every key") : PAGE.index("## What a verdict")]
    for name in KEYS:
        assert f"`{name}`" in keys, name
    for name in TABLES:
        assert f"`[{name}]`" in keys or f"`[[{name}]]`" in keys, name
    for name in PLACES:
        assert f'`"{name}"`' in keys, name


def test_the_sums_in_the_text():
    # c: the gas engine at 58 dB(A), 34.0 dB under its sheet's A-weighted bands of 92.0
    sheet = (50.2, 65.6, 87.7, 86.4, 84.5, 80.5, 80.3, 74.9, 69.4)
    weight = (-39.4, -26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1)
    assert 10 * math.log10(sum(10 ** (level / 10) for level in sheet[1:])) == pytest.approx(92.0, abs=0.05)
    bands = [level - w - 34.0 for level, w in zip(sheet, weight, strict=True)]
    assert ", ".join(f"{level:.1f}" for level in bands[:-1]) + f" and {bands[-1]:.1f}" in " ".join(
        PAGE.split()
    )
    # g: 20 lg of distances; m: dB(C) of the engine at 52 dB(A)
    assert [f"{69 - 20 * math.log10(d / 7):.1f}" for d in (50 - 25 * FOOT_M, 30)] == ["53.4", "56.4"]
    c_weight = (-3.0, -0.8, -0.2, 0.0, 0.0, 0.0, -0.2, -0.8, -3.0)
    # f: the units' part of 58 dB(A) with a background of 48
    assert f"{10 * math.log10(10**5.8 - 10**4.8):.2f}" == "57.54" and "10 lg(10^5.8 − 10^4.8) = 57.54" in PAGE
    energy = sum(10 ** ((level - 17 + w) / 10) for level, w in zip(ENGINE_DB, c_weight, strict=True))
    assert f"{10 * math.log10(energy):.1f}" == "66.9"
    assert math.hypot(2.5, 1.7, 3.0, 1.4) == pytest.approx(4.48, abs=0.005)


def test_the_unit_of_the_page_loads(tmp_path):
    (block,) = BLOCK.findall((DOCS / "units.md").read_text("utf-8"))
    (tmp_path / "my-set.toml").write_text(block, "utf-8")
    unit = load_unit(tmp_path / "my-set.toml")
    assert (unit.sound.level_dba, unit.sound.stated_at, unit.kw, unit.sound.tolerance_db) == (
        72,
        "7m",
        200,
        2,
    )
