"""The verb that searches what would make a lot pass."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from siting.cli.options import land_options, operation_options, place_of, question_options, read_options
from siting.cli.placing_options import placing_of, placing_options
from siting.cli.study_verbs import exit_code
from siting.cli.verb import FILE, Verb, progress_bar

if TYPE_CHECKING:
    from siting.mitigation.ask import Ask
    from siting.outcome import Study

A_GUESS = 24  # full runs: how long the bar is before they are done


@click.command(cls=Verb)
@land_options
@question_options
@operation_options
@placing_options
@click.option("--id", "lot_id", metavar="ID", help="The lot's id.")
@click.option("--at", metavar="LON,LAT", help="A place on the lot, in degrees.")
@click.option("--costs", type=FILE, help="TOML with what remedies cost; they are listed by it.")
@click.option(
    "--frontier", "points", type=click.IntRange(min=0), default=3, show_default=True, metavar="N",
    help="How many numbers of units the frontier has; 0: none.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=FILE, metavar="DIR",
    help="Folder for the study's files, mitigation.json, mitigation.svg and the walls as layers for --walls.",
)  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Write into a folder that is not empty.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def mitigate(
    lot_id: str | None,
    at: str | None,
    costs: Path | None,
    points: int,
    output: Path | None,
    overwrite: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Search what would make a lot pass, or with --max what would let more units in.

    Quieter enclosures, walls, fewer units, a cap in some periods, a yard that moves, a machine silenced: every one that is shown
    was confirmed by a full run. The exit code is that of `siting assess` for the lot as it is.
    """
    from siting.export import document, dumps, study_files
    from siting.geodata.parcels import find_lot
    from siting.mitigation.ask import Ask, Runs
    from siting.mitigation.costs import load_costs
    from siting.mitigation.search import mitigated
    from siting.output import check_folder, write_files

    if output is not None:
        check_folder(output, overwrite)
    rates = None if costs is None else load_costs(costs)
    land, unit, ordinance, question, sound_at, environment, operation = read_options(options)[:7]
    row = find_lot(land.parcels, id=lot_id, at=place_of(at))
    ask = Ask(
        land, row, unit, ordinance, question, sound_at, environment, operation, placing_of(options, unit)
    )
    with progress_bar("full runs") as progress:
        found = mitigated(
            ask, Runs().of(ask), rates, points, lambda count: progress(count, max(count, A_GUESS))
        )
    whole = document(found)
    data = _document(found, whole)
    if output is not None:
        from siting.maps import study_map
        from siting.scene.write import write_scene

        study = {**study_files(whole), "map.html": study_map(whole)}
        write_files({**study, **_files(ask, data)}, output, overwrite)
        write_scene(found.scene, output / "scene.geojson")
    if as_json:
        click.echo(dumps(data), nl=False)
    else:
        from rich.console import Console

        from siting.mitigation.text import print_mitigation

        console = Console(highlight=False)
        print_mitigation(
            data["mitigation"], console if console.is_terminal else Console(highlight=False, width=120)
        )
        if output is not None:
            click.echo(f"\nWritten to {output}: {', '.join(sorted(p.name for p in output.iterdir()))}")
    sys.exit(exit_code(data["verdict"]))


def _document(study: "Study", whole: dict[str, Any]) -> dict[str, Any]:
    """Which lot was asked what, how it stands, and what would make it pass."""
    from siting.mitigation.document import mitigation_document

    kept = {key: whole[key] for key in ("siting", "question", "verdict")}
    site = {key: whole["site"][key] for key in ("id", "crs", "crs_name")}
    return {**kept, "site": site, "mitigation": mitigation_document(study.mitigation)}


def _files(ask: "Ask", data: dict[str, Any]) -> dict[str, str]:
    """Names and texts of the folder's files: the walls of the smallest remedy as walls.geojson, of others by their number."""
    from siting.export import dumps
    from siting.mitigation.document import wall_document, walls_geojson
    from siting.mitigation.plot import frontier_svg

    found = data["mitigation"]
    known = [wall_document(wall) for wall in ask.land.standing_walls]
    files = {"mitigation.json": dumps(data)}
    if found["frontier"]:
        files["mitigation.svg"] = frontier_svg(
            found, f"Lot {data['site']['id']}: more units, and what they need"
        )
    for number, remedy in enumerate(found["remedies"], start=1):
        if remedy["walls"]:
            name = f"walls-{number}.geojson" if "walls.geojson" in files else "walls.geojson"
            files[name] = dumps(walls_geojson(remedy, data["site"]["crs"], known))
    return files
