"""Folders that verbs write to: refused before any work where they hold something, made, and filled."""

from pathlib import Path

from siting.errors import InputError


def write_files(files: dict[str, str], folder: Path, overwrite: bool = False) -> None:
    """Write a study's files into a folder that is new or empty.

    Raises
    ------
    InputError
        Where the folder holds something and `overwrite` is not given, or it cannot be written.
    """
    check_folder(folder, overwrite)
    make_folder(folder)
    try:
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise _unwritable(folder, error) from error


def make_folder(folder: Path) -> None:
    """Make the folder to write to, if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> InputError:
    return InputError(f"{folder}: cannot be written ({error.strerror}); choose another folder with -o.")


def check_folder(folder: Path, overwrite: bool) -> None:
    """Refuse a folder to write to that is a file or holds something, before any work is done."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: this is a file; name a folder with -o.")
    if folder.is_dir() and any(folder.iterdir()) and not overwrite:
        raise InputError(
            f"{folder}: the folder is not empty; name another with -o, or allow it with --overwrite."
        )
