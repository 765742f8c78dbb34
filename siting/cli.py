"""The command line: one verb, one function. Imports that cost time stand inside the verbs, so that help is instant."""

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import click

EXIT = {"PASS": 0, "FAIL": 1, "UNKNOWN": 3}
FILE = click.Path(path_type=Path)
LAND = (
    "parcels", "layer", "id_field", "crs", "zoning", "zone_field", "buildings", "keep_out", "receptors", "terrain",
    "ground", "land_cover", "land_cover_table",
)  # fmt: skip


class Verb(click.Command):
    """A command whose bad input is one sentence on standard error and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; an InputError is a usage problem, not a crash."""
        from siting.errors import InputError

        try:
            return super().invoke(ctx)
        except InputError as error:
            click.echo(f"siting: {error}", err=True)
            ctx.exit(2)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="siting", prog_name="siting")
def main() -> None:
    """How many quiet generators fit on a lot, how loud each neighbour gets, and whether the noise ordinance allows it."""


def _land_options(command: Callable[..., Any]) -> Callable[..., Any]:
    options = [
        click.argument("parcels", type=FILE),
        click.option("--layer", help="Layer of the parcel file, where it has several."),
        click.option(
            "--id-field", metavar="NAME", help="Field that holds the lots' ids; guessed where left out."
        ),
        click.option(
            "--crs", metavar="EPSG:N", help="The parcel file's CRS, where the file does not say it."
        ),
        click.option("--zoning", type=FILE, help="Zoning polygons."),
        click.option(
            "--zone-field", metavar="NAME", help="Field with the zone's name, in --zoning or in the parcels."
        ),
        click.option(
            "--buildings",
            type=FILE,
            help="Buildings: kept a distance from; those with a height screen and reflect.",
        ),
        click.option("--keep-out", type=FILE, help="Polygons where no unit may stand."),
        click.option(
            "--receptors", type=FILE, help="Points where levels are wanted, beside the ordinance's own."
        ),
        click.option("--terrain", type=FILE, help="Elevation raster: ground heights, which screen too."),
        click.option("--ground", type=FILE, help="Ground polygons; field g: 0 hard to 1 porous."),
        click.option("--land-cover", type=FILE, help="Raster of land-cover classes, for the ground factor."),
        click.option(
            "--land-cover-table",
            metavar="NAME",
            help="What the classes are to sound: umep, nlcd, worldcover, or a TOML file.",
        ),
    ]
    return functools.reduce(lambda f, option: option(f), reversed(options), command)


def _question_options(command: Callable[..., Any]) -> Callable[..., Any]:
    options = [
        click.option(
            "--unit",
            metavar="NAME",
            default="gx230",
            show_default=True,
            help="Unit of the catalogue, or a TOML file.",
        ),
        click.option("--ordinance", metavar="NAME", help="Ordinance of the catalogue, or a TOML file."),
        click.option("--units", type=click.IntRange(min=1), metavar="N", help="Place N units."),
        click.option("--load-kw", type=float, metavar="KW", help="Place units for a load."),
        click.option(
            "--spare", type=click.IntRange(min=0), metavar="R", help="Units more than the load needs."
        ),
        click.option("--max", "most", is_flag=True, help="Place as many as are allowed."),
        click.option(
            "--sound-at",
            metavar="WHERE",
            help="Where the unit's stated level holds: 7m, 1m, 23ft, power. Assumed: 7m.",
        ),
        click.option(
            "--edges-below-sight/--no-edges-below-sight",
            default=True,
            show_default=True,
            help="Whether an edge below the line of sight screens too, as ISO 9613-2 has it.",
        ),
    ]
    return functools.reduce(lambda f, option: option(f), reversed(options), command)


@main.command(cls=Verb)
@_land_options
@_question_options
@click.option("--id", "lot_id", metavar="ID", help="The lot's id.")
@click.option("--at", metavar="LON,LAT", help="A place on the lot, in degrees.")
@click.option("-o", "--output", type=FILE, metavar="DIR", help="Folder for the study's files and map.html.")
@click.option("--overwrite", is_flag=True, help="Write into a folder that is not empty.")
@click.option("--json", "as_json", is_flag=True, help="Print the study as JSON.")
def assess(
    lot_id: str | None, at: str | None, output: Path | None, overwrite: bool, as_json: bool, **options: Any
) -> None:
    """Assess one lot of a parcel file. Exit code 0: allowed, 1: not allowed, 2: wrong input, 3: cannot be known."""
    from siting.export import check_folder, document, dumps, study_files, write_files
    from siting.geodata.parcels import find_lot
    from siting.study import assess as run

    if output is not None:
        check_folder(output, overwrite)
    land, unit, ordinance, question, sound_at, environment = _read(options)
    row = find_lot(land.parcels, id=lot_id, at=_place(at))
    study = run(land, row, unit, ordinance, question, sound_at, environment)
    data = document(study)
    if output is not None:
        from siting.maps import study_map
        from siting.scene.write import write_scene

        write_files({**study_files(data), "map.html": study_map(data)}, output, overwrite)
        write_scene(study.scene, output / "scene.geojson")
    if as_json:
        click.echo(dumps(data), nl=False)
    else:
        from rich.console import Console

        from siting.console import print_study

        console = Console(highlight=False)
        print_study(data, console if console.is_terminal else Console(highlight=False, width=120))
        if output is not None:
            click.echo(f"\nWritten to {output}: {', '.join(sorted(p.name for p in output.iterdir()))}")
    sys.exit(EXIT[data["verdict"]["state"]])


@main.command(cls=Verb)
@_land_options
@_question_options
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

    with _progress("lots") as progress:
        counts = run_batch(
            {name: options[name] for name in LAND},
            options["unit"],
            options["ordinance"],
            _check_question(options),
            options["sound_at"],
            output,
            environment=_environment(options),
            overwrite=overwrite,
            workers=workers,
            progress=progress,
        )
    states = ", ".join(f"{counts[state]:,} {state}" for state in EXIT)
    click.echo(f"{counts['lots']:,} lots in, {counts['rows']:,} rows out: {states}")
    click.echo(f"Written to {output}: lots.csv, lots.parquet")


@main.command(cls=Verb)
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


@main.command(cls=Verb)
@click.argument("scene", type=FILE)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the levels and terms as JSON, at full precision."
)
def levels(scene: Path, as_json: bool) -> None:
    """Compute levels from a plain scene. One line a source, receiver, path and band with every term of ISO 9613-2.

    SCENE is a GeoJSON FeatureCollection in metres, or a GeoPackage with the same columns.
    """
    from siting.levels import levels as run
    from siting.listing import levels_json, text_lines
    from siting.scene.file import read_scene

    parts = read_scene(scene)
    answer = run(parts)
    if as_json:
        click.echo(levels_json(parts, answer), nl=False)
    else:
        click.echo("\n".join(text_lines(parts, answer)))


@main.command(cls=Verb)
@click.argument("scene", type=FILE)
@click.option(
    "-o",
    "--output",
    type=FILE,
    metavar="DIR",
    required=True,
    help="Folder for levels.tif and isolines.geojson.",
)
@click.option("--step-m", type=float, default=5.0, show_default=True, help="Side of a cell.")
@click.option(
    "--height-m", type=float, default=1.5, show_default=True, help="Height of the receivers above ground."
)
@click.option(
    "--bounds",
    metavar="XMIN,YMIN,XMAX,YMAX",
    help="Area of the map. Where left out, the sources and as far around as they reach 35 dB(A).",
)
@click.option("--threads", type=click.IntRange(min=1), metavar="N", help="One a core where left out.")
@click.option("--overwrite", is_flag=True, help="Write into a folder that is not empty.")
def contours(
    scene: Path,
    output: Path,
    step_m: float,
    height_m: float,
    bounds: str | None,
    threads: int | None,
    overwrite: bool,
) -> None:
    """Map the levels of a plain scene. A grid as a cloud-optimised GeoTIFF, and isolines every 5 dB as GeoJSON.

    SCENE is a GeoJSON FeatureCollection in metres, or a GeoPackage with the same columns.
    """
    import os

    from siting.contours import default_bounds, sentence, summary, write_contours
    from siting.export import check_folder
    from siting.scene.file import read_scene
    from siting.scene.prepared import prepare

    check_folder(output, overwrite)
    area = None if bounds is None else _box(bounds)
    parts, threads = read_scene(scene), threads or os.cpu_count() or 1
    if area is None:
        area, words = default_bounds(parts, step_m)
        click.echo(f"Bounds {','.join(f'{value:.10g}' for value in area)}: {words}.", err=True)
    with _progress("receivers") as progress:
        facts = write_contours(
            prepare(parts), area, step_m, height_m, output, threads=threads, progress=progress,
            announce=lambda grid, expected: click.echo(sentence(parts, grid, height_m, threads, expected), err=True),
        )  # fmt: skip
    click.echo(summary(facts))
    click.echo(f"Written to {output}: {', '.join(facts['files'])}")


@contextlib.contextmanager
def _progress(counted: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, with the time left; on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn(counted), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:

        def update(done: int, total: int) -> None:
            if not bar.tasks:  # bad input is told before any bar is drawn
                bar.add_task(counted, total=total)
            bar.update(bar.task_ids[0], completed=done)

        yield update


def _read(options: dict[str, Any]) -> tuple[Any, ...]:
    """Options to land, unit, ordinance and question; catalogue errors come before any file is read."""
    from siting.catalog import load_ordinance, load_unit
    from siting.site import read_land
    from siting.sound import resolve_sound

    question = _check_question(options)
    unit = load_unit(options["unit"])
    resolve_sound(unit, options["sound_at"])
    ordinance = load_ordinance(options["ordinance"]) if options["ordinance"] else None
    land = read_land(**{name: options[name] for name in LAND})
    return land, unit, ordinance, question, options["sound_at"], _environment(options)


def _environment(options: dict[str, Any]) -> Any:
    from dataclasses import replace

    from siting.surroundings import ENVIRONMENT

    return replace(ENVIRONMENT, edges_below_sight=options["edges_below_sight"])


def _check_question(options: dict[str, Any]) -> Any:
    """The one question asked: --units, --load-kw or --max."""
    from siting.errors import InputError
    from siting.model import Question

    units, load_kw, spare, most = options["units"], options["load_kw"], options["spare"], options["most"]
    if (units is not None) + (load_kw is not None) + most != 1:
        raise InputError("Say how many units: one of --units N, --load-kw KW or --max.")
    if spare is not None and load_kw is None:
        raise InputError("--spare adds units to a load: give it with --load-kw.")
    if load_kw is not None and not 0 < load_kw < float("inf"):
        raise InputError(f"--load-kw is {load_kw:g}; a load is a number of kilowatts above 0.")
    mode: Literal["units", "load", "max"] = "max" if most else "units" if units is not None else "load"
    return Question(mode, units, load_kw, spare or 0)


def _place(at: str | None) -> tuple[float, float] | None:
    from siting.errors import InputError

    if at is None:
        return None
    try:
        lon, lat = (float(part) for part in at.split(","))
    except ValueError:
        raise InputError(f'--at is "{at}"; a place is LON,LAT in degrees, like -71.11,42.37.') from None
    return lon, lat


def _box(bounds: str) -> tuple[float, float, float, float]:
    from siting.errors import InputError

    try:
        west, south, east, north = (float(part) for part in bounds.split(","))
    except ValueError:
        raise InputError(
            f'--bounds is "{bounds}"; an area is XMIN,YMIN,XMAX,YMAX in the scene\'s coordinates, like 0,0,500,300.'
        ) from None
    return west, south, east, north
