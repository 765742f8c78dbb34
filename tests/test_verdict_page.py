"""The page on verdicts: its example is run again, its sums are done by hand here, its numbers are those of the program."""

import math
import re
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from click.testing import CliRunner

from siting import uncertainty
from siting.catalog import load_spectra
from siting.cli import main
from siting.verdict import SEVERITY

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "verdict.md").read_text("utf-8")
WORDS = " ".join(PAGE.split())
((COMMAND, SHOWN),) = re.findall(r"```console\n\$ siting ((?:.*\\\n)*.*)\n([^`]*)```", PAGE)
ARGUMENTS = COMMAND.replace("\\\n", " ").split()


def lines(text):
    return [" ".join(line.split()) for line in text.splitlines()]


@pytest.fixture
def run(monkeypatch):
    monkeypatch.chdir(ROOT)
    return lambda *more: CliRunner().invoke(main, [*ARGUMENTS, *more])


def test_the_example_prints_what_the_page_quotes(run):
    found = run()
    printed = iter(lines(found.stdout))
    assert found.exit_code == 1
    for line in lines(SHOWN):  # in this order; the ellipsis stands for lines left out
        assert line == "…" or line in printed, line


def test_the_sums_of_the_example():
    a, b, c = 0.75 + 7, 0.465 + 7, 1.8 + 7
    power = 69 + 10 * math.log10(4 * (a * b + b * c + c * a))
    ground = 1.5 + 1.5 + 3 * (1 - 30 * (1.8 + 1.524) / 210.55)
    one = power - (20 * math.log10(210.55) + 11) + ground - 0.45
    three = 10 * math.log10(10**4.4513 + 10**4.4503 + 10**4.4386)
    sigma = math.hypot(1.5, 2.0, 1.7, 3.0, 1.4)
    p = NormalDist().cdf((three - 55) / sigma)
    assert [f"{x:.2f}" for x in (power, ground, one, three, sigma)] == [
        "97.85", "4.58", "44.51", "49.24", "4.48",
    ]  # fmt: skip
    assert f"{100 * p:.1f} %" == "9.9 %" and f"{55 - 1.645 * sigma:.1f}" == "47.6"
    for number in ("767 m²", "97.85 dB(A)", "44.51 dB(A)", "49.24 dB(A)", "4.48 dB", "47.6 dB(A)"):
        assert number in WORDS, number


def test_the_example_at_other_confidences(run):
    assert run("--confidence", "0.9").exit_code == 0
    most = [word if word != "--units" else "--max" for word in ARGUMENTS if word != "3"]
    found = CliRunner().invoke(main, most)  # in the folder that `run` went to
    assert found.exit_code == 0 and "2 placed, at most 2" in found.stdout


def test_the_deviations_are_the_programs():
    spectra = {spectrum.name: spectrum for spectrum in load_spectra()}
    engine = ", ".join(f"{sd:.1f}" for sd in spectra["engine"].sd_db)
    assert spectra["engine"].sd_db == spectra["gas_engine"].sd_db and engine in WORDS
    assert set(spectra["turbine"].sd_db) == set(spectra["flat"].sd_db) == {7.0}
    own = np.sqrt(np.square((8.0, 5.0, 3.0, 2.0, 1.5, 1.5, 1.5, 1.5, 2.5)) - 1.5**2)
    assert ", ".join(f"{sd:.1f}".replace("0.0", "0") for sd in own) in WORDS
    assert uncertainty.OWN_BANDS_DB == (8.0, 5.0, 3.0, 2.0, 1.5, 1.5, 1.5, 1.5, 2.5)
    assert (uncertainty.REPRODUCIBILITY_DB, uncertainty.BETWEEN_MACHINES_DB) == (1.5, 2.0)
    assert (uncertainty.DIRECTION_DB, uncertainty.SURFACE_DB) == (1.7, 1.4)
    at = uncertainty.method_db(np.array([50.0, 50, 99, 100, 1001, 50]), np.array([2.0, 5.1, 30, 10, 2, 31]))
    assert at.tolist() == [3, 1, 1, 3, 6, 6]


def test_the_states_are_the_programs():
    table = dict(re.findall(r"^\| ((?:MARGINAL )?(?:PASS|FAIL)) \| at most (\d+) % \|", PAGE, re.MULTILINE))
    for state, percent in table.items():
        assert uncertainty.state_of_probability(int(percent) / 100) == state
        assert uncertainty.state_of_probability(int(percent) / 100 + 1e-6) != state
    assert len(table) == 3 and f"in the order {', '.join(sorted(SEVERITY, key=SEVERITY.get))}:" in WORDS
    z = [f"{uncertainty.quantile(c):.3f}" for c in (0.95, 0.9)]
    assert f"z is {z[0]} at 0.95, {z[1]} at 0.9, and 0 at 0.5" in WORDS
