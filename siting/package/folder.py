"""The permit package: the study's own files, `report.pdf` and `manifest.json` with their hashes."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import typst

from siting import __version__
from siting.errors import InputError
from siting.output import check_folder
from siting.package.report import contents, status
from siting.package.study_file import check_layers, read_study

STUDY_FILES = ("study.json", "layout.geojson", "receptors.geojson", "receptors.csv", "map.html")
SCENE_FILES = ("scene.geojson", "scene-terrain.tif")  # what the levels were computed from
TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
LEAST_PLAN_PT, PLAN_BOTTOM_PT = 250.0, 672.0  # below the plan stand its scale bars, its legend and a remark
MISSING_GLYPH = re.compile(r'the text `"(.+)"` could not be displayed')


def write_package(study_dir: Path, out_dir: Path, overwrite: bool = False) -> Path:
    """Write the permit package of a study; the same study gives the same bytes.

    Parameters
    ----------
    study_dir : Path
        The folder that an assessment wrote.
    out_dir : Path
        Where the package goes; made where it does not exist.
    overwrite : bool
        Replace the package's files in a folder that is not empty; other files there stay.

    Returns
    -------
    Path
        `out_dir`.

    Raises
    ------
    InputError
        `study_dir` is no study or its files contradict each other, or `out_dir` is not empty and `overwrite` is false.
        Nothing is written then.
    """
    document, raw = read_study(study_dir)
    files = {
        name: (study_dir / name).read_bytes()
        for name in (*STUDY_FILES, *SCENE_FILES)
        if (study_dir / name).is_file()
    }
    check_layers(document, files, study_dir)
    check_folder(out_dir, overwrite)
    files["report.pdf"] = report_pdf(document, hashlib.sha256(raw).hexdigest())
    files["manifest.json"] = _manifest(document, files)
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        for name in (*STUDY_FILES, *SCENE_FILES, "report.pdf", "manifest.json"):
            (out_dir / name).unlink(
                missing_ok=True
            )  # a map of an earlier study must not stay beside a newer report
        for name, data in files.items():
            (out_dir / name).write_bytes(data)
    except OSError as error:
        raise InputError(
            f"{out_dir}: cannot be written ({error.strerror}); choose another folder with -o."
        ) from error
    return out_dir


def report_pdf(document: dict[str, Any], study_sha256: str) -> bytes:
    """The report as an accessible PDF (PDF/UA-1) with the fonts inside typst: no clock and no system font has a part in it.

    The plan is drawn as tall as the first page allows. A character that the fonts lack is printed as its code, `[U+6F22]`,
    and a note says so.
    """
    report = contents(document, study_sha256, LEAST_PLAN_PT)
    top = json.loads(typst.query(TEMPLATE, "<plan-top>", field="value", one=True, **_settings(report)))
    report = contents(document, study_sha256, max(LEAST_PLAN_PT, round(PLAN_BOTTOM_PT - top)))
    while True:
        try:
            pdf: bytes = typst.compile(TEMPLATE, pdf_standards="ua-1", **_settings(report))
            return pdf
        except typst.TypstError as error:
            spelled = _spelled(report, "".join(MISSING_GLYPH.findall(error.diagnostic)))
            if spelled == report:
                raise
            report = spelled


def _settings(report: dict[str, Any]) -> dict[str, Any]:
    return {
        "sys_inputs": {"report": json.dumps(report, ensure_ascii=False, sort_keys=True)},
        "ignore_system_fonts": True,
    }


def _spelled(report: dict[str, Any], text: str) -> dict[str, Any]:
    """The report with those characters of typst's `text` that are not plain ASCII printed as codes."""
    text = re.sub(r"\\u\{(\w+)\}", lambda code: chr(int(code[1], 16)), text)
    odd = {ord(c): f"[U+{ord(c):04X}]" for c in text if not " " <= c <= "~"}
    note = "A character that the report's fonts lack is printed as its Unicode code in square brackets."
    spelled: dict[str, Any] = _translated(report, odd)
    return {**spelled, "notes": [*(n for n in spelled["notes"] if n != note), note]} if odd else report


def _translated(node: Any, odd: dict[int, str]) -> Any:
    if isinstance(node, dict):
        return {key: _translated(value, odd) for key, value in node.items()}
    if isinstance(node, list):
        return [_translated(item, odd) for item in node]
    return node.translate(odd) if isinstance(node, str) else node


def _manifest(document: dict[str, Any], files: dict[str, bytes]) -> bytes:
    listed = [
        {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        for name, data in sorted(files.items())
    ]
    manifest = {
        "siting": {"version": __version__},
        "status": status(document),
        "verdict": document["verdict"]["state"],
        "files": listed,
        "inputs": document["inputs"],
    }
    return (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()
