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
    shutil.copytree(ROOT / "kernels", tmp_path / "kernels", ignore=shutil.ignore_patterns("__pycache__"))
    caller = "from kernels.cache import kernel\nfrom kernels.ground import end_attenuation\n\n\n@kernel\ndef call():\n"
    (tmp_path / "kernels" / "caller.py").write_text(
        f"{caller}    return end_attenuation(0.0, 1.5)\n", encoding="utf-8"
    )
    call = "from kernels.caller import call\nprint(call())"
    assert run(call, tmp_path, XDG_CACHE_HOME=str(tmp_path)) == ["-1.5"]
    edited = tmp_path / "kernels" / "ground.py"
    text = edited.read_text(encoding="utf-8")
    assert text.count("return -1.5 + g * shape") == 1
    edited.write_text(text.replace("return -1.5 + g * shape", "return -2.5 + g * shape"), encoding="utf-8")
    assert run(call, tmp_path, XDG_CACHE_HOME=str(tmp_path)) == ["-2.5"]


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
