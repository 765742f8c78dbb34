"""The verbs of a study: one lot, its layout alone, a file of lots, the permit package."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from siting.cli.options import (
    LAND,
    environment_of,
    land_options,
    operation_of,
    operation_options,
    ordinance_of,
    place_of,
    question_of,
    question_options,
    read_options,
    unit_of,
)
from siting.cli.placing_options import placing_of, placing_options
from siting.cli.verb import FILE, Verb, progress_bar

if TYPE_CHECKING:
    from rich.console import Console

ALLOWED, NOT_ALLOWED, UNKNOWN = 0, 1, 3  # exit codes of `siting assess`


@click.command(cls=Verb)
@land_options
@question_options
@operation_options
@placing_options
@click.option("--id", "lot_id", metavar="ID", help="The lot's id.")
@click.option("--at", metavar="LON,LAT", help="A place on the lot, in degrees.")
@click.option("-o", "--output", type=FILE, metavar="DIR", help="Folder for the study's files and map.html.")
@click.option("--overwrite", is_flag=True, help="Write into a folder that is not empty.")
@click.option("--json", "as_json", is_flag=True, help="Print the study as JSON.")
def assess(
    lot_id: str | None, at: str | None, output: Path | None, overwrite: bool, as_json: bool, **options: Any
) -> None:
    """Assess one lot of a parcel file.

    Exit code 0: allowed at the wanted confidence, 1: not allowed, 2: wrong input, 3: cannot be known.
    """
    from siting.export import document, dumps, study_files
    from siting.geodata.parcels import find_lot
    from siting.output import check_folder, write_files
    from siting.study import assess as run

    if output is not None:
        check_folder(output, overwrite)
    land, unit, ordinance, question, sound_at, environment, operation, placing = read_options(options)
    row = find_lot(land.parcels, id=lot_id, at=place_of(at))
    study = run(land, row, unit, ordinance, question, sound_at, environment, operation, placing=placing)
    data = document(study)
    if output is not None:
        from siting.maps import study_map
        from siting.scene.write import write_scene

        write_files({**study_files(data), "map.html": study_map(data)}, output, overwrite)
        write_scene(study.scene, output / "scene.geojson")
    if as_json:
        click.echo(dumps(data), nl=False)
    else:
        from siting.console import print_study

        print_study(data, terminal(), study.search.seconds if study.search else None)
        if output is not None:
            click.echo(f"\nWritten to {output}: {', '.join(sorted(p.name for p in output.iterdir()))}")
    sys.exit(exit_code(data["verdict"]))


@click.command(cls=Verb)
@land_options
@question_options
@operation_options
@placing_options
@click.option("--id", "lot_id", metavar="ID", help="The lot's id.")
@click.option("--at", metavar="LON,LAT", help="A place on the lot, in degrees.")
@click.option("-o", "--output", type=FILE, metavar="DIR", help="Folder for poses.geojson and layout.geojson.")
@click.option("--overwrite", is_flag=True, help="Write into a folder that is not empty.")
@click.option("--json", "as_json", is_flag=True, help="Print the study of the layout as JSON.")
def place(
    lot_id: str | None, at: str | None, output: Path | None, overwrite: bool, as_json: bool, **options: Any
) -> None:
    """Place units on one lot of a parcel file. Every pose and the layout as GeoJSON, without other readings of the sound.

    Exit codes are those of assess.
    """
    from siting.export import document, dumps, layout_geojson
    from siting.geodata.parcels import find_lot
    from siting.output import check_folder, write_files
    from siting.study.steps import placed

    if output is not None:
        check_folder(output, overwrite)
    land, *asked = read_options(options)
    row = find_lot(land.parcels, id=lot_id, at=place_of(at))
    study, poses = placed(land, row, *asked)
    data = document(study)
    if output is not None:
        from siting.export.poses import write_poses

        write_files({"layout.geojson": dumps(layout_geojson(data))}, output, overwrite)
        write_poses(poses, study.site, study.placed, output / "poses.geojson")
    if as_json:
        click.echo(dumps(data), nl=False)
    else:
        from siting.console import print_place

        seconds = study.search.seconds if study.search else None
        print_place(data, terminal(), len(poses), seconds)
        if output is not None:
            click.echo(f"\nWritten to {output}: layout.geojson, poses.geojson")
    sys.exit(exit_code(data["verdict"]))


def terminal() -> "Console":
    """The terminal, or 120 columns where the text goes elsewhere."""
    from rich.console import Console

    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=120)


def exit_code(verdict: dict[str, Any]) -> int:
    """What `siting assess` ends with."""
    if verdict["state"] == "UNKNOWN":
        return UNKNOWN
    return ALLOWED if verdict["allowed"] else NOT_ALLOWED


@click.command(cls=Verb)
@land_options
@question_options
@operation_options
@placing_options
@click.option(
    "-o", "--output", type=FILE, metavar="DIR", required=True, help="Folder for lots.csv and lots.parquet."
)
@click.option("--overwrite", is_flag=True, help="Write into a folder that is not empty.")
@click.option(
    "--workers", type=click.IntRange(min=1), metavar="N", help="Processes; one a core where left out."
)
def batch(output: Path, overwrite: bool, workers: int | None, **options: Any) -> None:
    """Assess every lot of a parcel file. One row a lot as CSV and GeoParquet; the exit code is 0 whatever the verdicts."""
    from siting.batch import run_batch
    from siting.judgement import STATES

    unit, ordinance = unit_of(options), ordinance_of(options)
    with progress_bar("lots") as progress:
        counts = run_batch(
            {name: options[name] for name in LAND},
            unit,
            ordinance,
            question_of(options),
            options["sound_at"],
            output,
            environment=environment_of(options),
            operation=operation_of(options, ordinance),
            placing=placing_of(options, unit),
            overwrite=overwrite,
            workers=workers,
            progress=progress,
        )
    states = ", ".join(f"{counts[state]:,} {state}" for state in STATES)
    click.echo(
        f"{counts['lots']:,} lots in, {counts['rows']:,} rows out: {states}; {counts['allowed']:,} allowed"
    )
    click.echo(f"Written to {output}: lots.csv, lots.parquet")


@click.command(cls=Verb)
@click.argument("study_dir", type=FILE)
@click.option(
    "-o", "--output", type=FILE, metavar="DIR", required=True, help="Folder for the permit package."
)
@click.option("--overwrite", is_flag=True, help="Write into a folder that is not empty.")
def package(study_dir: Path, output: Path, overwrite: bool) -> None:
    """Make the permit package of a study. It holds report.pdf, the study's files and manifest.json."""
    from siting.package import write_package

    folder = write_package(study_dir, output, overwrite)
    click.echo(f"Written to {folder}: {', '.join(sorted(p.name for p in folder.iterdir()))}")
