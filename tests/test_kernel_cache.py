"""Where compiled kernels are kept: each test of a whole process runs one, with a copy of the kernels where it edits them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kernels
from kernels.cache import fingerprint, parent_folder

ROOT = Path(kernels.__file__).parents[1]
GROUND = """
from kernels.ground import ground_attenuation_db, region_attenuation_rows
print(ground_attenuation_db(50, 1, 1, 0, 0, 0)[0], sum(region_attenuation_rows.stats.cache_hits.values()))
"""


def run(code, root=ROOT, **settings):
    """What a new process prints whose numba settings are these alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "XDG_"))}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(
        command,
        cwd=root,
        env={**kept, "PYTHONPATH": str(root), **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def copied_kernels(folder):
    shutil.copytree(ROOT / "kernels", folder / "kernels", ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "kernels"


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(autouse=True)
def no_inherited_folder(monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)


def test_importing_the_package_does_not_import_numba(tmp_path):
    assert run(
        "import sys, kernels.bands, kernels.air; print('numba' in sys.modules)", XDG_CACHE_HOME=str(tmp_path)
    ) == ["False"]


def test_a_second_process_finds_what_the_first_compiled(tmp_path):
    assert run(GROUND, XDG_CACHE_HOME=str(tmp_path)) == ["-3.0", "0"]
    assert run(GROUND, XDG_CACHE_HOME=str(tmp_path)) == ["-3.0", "1"]
    (folder,) = (tmp_path / "siting").iterdir()
    assert folder.name.startswith("kernels-") and list(folder.rglob("*.nbi"))


def test_an_edited_callee_in_another_file_is_not_answered_from_the_cache(tmp_path):
    """The edit is in ground.py; the kernel that calls it is cached for another file, so numba itself would not notice."""
    sources = copied_kernels(tmp_path)
    caller = "from kernels.cache import kernel\nfrom kernels.ground import end_attenuation\n\n\n@kernel\ndef call():\n"
    (sources / "caller.py").write_text(f"{caller}    return end_attenuation(0.0, 1.5)\n", encoding="utf-8")
    call = "from kernels.caller import call\nprint(call())"
    assert run(call, tmp_path, XDG_CACHE_HOME=str(tmp_path)) == ["-1.5"]
    edit(sources / "ground.py", "return -1.5 + g * shape", "return -2.5 + g * shape")
    assert run(call, tmp_path, XDG_CACHE_HOME=str(tmp_path)) == ["-2.5"]


def test_callees_of_callees_constants_and_files_that_are_new_are_not_answered_from_the_cache(tmp_path):
    """A kernel, what it calls in a second file, and a number that this takes from a third; none of the edits is in its own."""
    sources = copied_kernels(tmp_path)
    (sources / "third.py").write_text("AMOUNT = 2.0\n", encoding="utf-8")
    (sources / "second.py").write_text(
        "from kernels.cache import inlined, kernel\nfrom kernels.third import AMOUNT\n\n\n"
        "@inlined\ndef inner(x):\n    return AMOUNT * x\n\n\n@kernel\ndef outer(x):\n    return inner(x) + 1.0\n",
        encoding="utf-8",
    )
    (sources / "caller.py").write_text(
        "from kernels.cache import kernel\nfrom kernels.second import outer\n\n\n@kernel\ndef call():\n    return outer(10.0)\n",
        encoding="utf-8",
    )
    call = "from kernels.caller import call\nprint(call(), sum(call.stats.cache_hits.values()))"
    settings = {"XDG_CACHE_HOME": str(tmp_path)}
    assert run(call, tmp_path, **settings) == ["21.0", "0"]
    assert run(call, tmp_path, **settings) == ["21.0", "1"]
    edit(sources / "third.py", "2.0", "3.0")
    assert run(call, tmp_path, **settings) == ["31.0", "0"]
    edit(sources / "second.py", "AMOUNT * x", "AMOUNT + x")
    assert run(call, tmp_path, **settings) == ["14.0", "0"]
    (sources / "fourth.py").write_text("AMOUNT = 5.0\n", encoding="utf-8")
    edit(sources / "second.py", "kernels.third", "kernels.fourth")
    assert run(call, tmp_path, **settings) == ["16.0", "0"]
    (sources / "third.py").unlink()
    (sources / "fourth.py").replace(sources / "third.py")  # the same bytes under another name
    edit(sources / "second.py", "kernels.fourth", "kernels.third")
    assert run(call, tmp_path, **settings) == ["16.0", "0"]
    edit(sources / "third.py", "5.0", "3.0")
    assert run(call, tmp_path, **settings) == ["14.0", "1"], (
        "sources that were there before find what was compiled then"
    )


def test_an_edit_of_the_way_kernels_are_compiled_is_seen_too(tmp_path):
    """cache.py itself: with numba's own division a kernel raises where it gave an infinite number."""
    sources = copied_kernels(tmp_path)
    (sources / "caller.py").write_text(
        "from kernels.cache import kernel\n\n\n@kernel\ndef call(x):\n    return 1.0 / x\n", encoding="utf-8"
    )
    call = """
from kernels.caller import call
try:
    print(call(0.0))
except ZeroDivisionError:
    print("refused")
"""
    assert run(call, tmp_path, XDG_CACHE_HOME=str(tmp_path)) == ["inf"]
    text = (sources / "cache.py").read_text(encoding="utf-8")
    (sources / "cache.py").write_text(
        text.replace('"error_model": "numpy"', '"error_model": "python"'), encoding="utf-8"
    )
    assert run(call, tmp_path, XDG_CACHE_HOME=str(tmp_path)) == ["refused"]


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "kernels").glob("*.py")))
def test_an_edit_of_any_source_is_another_folder(tmp_path, name):
    sources = copied_kernels(tmp_path)
    before = fingerprint(sources.glob("*.py"))
    with (sources / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert fingerprint(sources.glob("*.py")) != before


def test_every_source_of_a_kernel_is_in_the_fingerprint():
    """The folder is named by the files of `kernels` itself: none lies deeper, and nothing is compiled elsewhere."""
    assert set((ROOT / "kernels").rglob("*.py")) == set((ROOT / "kernels").glob("*.py"))
    for path in (ROOT / "siting").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "kernels.cache" not in text and "import numba" not in text and "from numba" not in text, path


def test_without_a_folder_that_can_be_written_kernels_still_run(tmp_path):
    no_folder = tmp_path / "file"
    no_folder.touch()
    code = f"import kernels; print(kernels.FOLDER){GROUND}"
    assert run(code, XDG_CACHE_HOME=str(no_folder)) == ["None", "-3.0", "0"]
    assert run(code, HOME=str(no_folder)) == ["None", "-3.0", "0"]


def test_checked_and_unchecked_code_are_kept_apart(tmp_path):
    assert run(GROUND, XDG_CACHE_HOME=str(tmp_path), NUMBA_BOUNDSCHECK="1") == ["-3.0", "0"]
    assert run(GROUND, XDG_CACHE_HOME=str(tmp_path)) == ["-3.0", "0"]
    assert len(list((tmp_path / "siting").iterdir())) == 2


def test_numba_imported_before_the_kernels_uses_the_folder_too(tmp_path):
    code = "import numba, kernels; print(numba.config.CACHE_DIR == str(kernels.FOLDER))"
    assert run(code, XDG_CACHE_HOME=str(tmp_path)) == ["True"]


def test_the_users_own_folder_is_used(tmp_path):
    code = "import kernels; print(kernels.FOLDER.parent)"
    assert run(code, NUMBA_CACHE_DIR=str(tmp_path)) == [str(tmp_path)]
    # a child inherits the parent's folder, which may be for other settings: it takes its own beside it
    inherited = tmp_path / "kernels-0123456789abcdef"
    assert run(code, NUMBA_CACHE_DIR=str(inherited)) == [str(tmp_path)]
    assert not inherited.exists()


def test_the_folder_for_all_is_in_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert parent_folder() == tmp_path / "siting"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert parent_folder() == Path.home() / ".cache" / "siting"


def test_the_fingerprint_sees_names_contents_and_settings(monkeypatch, tmp_path):
    files = [tmp_path / "a.py", tmp_path / "b.py"]
    for path in files:
        path.write_text("x = 1\n", encoding="utf-8")
    plain = fingerprint(files)
    assert plain == fingerprint(files[::-1]) and len(plain) == 16
    assert plain != fingerprint(files[:1])
    monkeypatch.setenv("NUMBA_OPT", "1")
    assert plain != fingerprint(files)
    monkeypatch.delenv("NUMBA_OPT")
    files[1].write_text("x = 2\n", encoding="utf-8")
    assert plain != fingerprint(files)
