"""The verbs of a scene: levels with every term, and the noise map."""

from pathlib import Path

import click

from siting.cli.verb import FILE, Verb, progress_bar


@click.command(cls=Verb)
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


@click.command(cls=Verb)
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
    from siting.output import check_folder
    from siting.scene.file import read_scene
    from siting.scene.prepared import prepare

    check_folder(output, overwrite)
    area = None if bounds is None else _box(bounds)
    parts, threads = read_scene(scene), threads or os.cpu_count() or 1
    if area is None:
        area, words = default_bounds(parts, step_m)
        click.echo(f"Bounds {','.join(f'{value:.10g}' for value in area)}: {words}.", err=True)
    with progress_bar("receivers") as progress:
        facts = write_contours(
            prepare(parts), area, step_m, height_m, output, threads=threads, progress=progress,
            announce=lambda grid, expected: click.echo(sentence(parts, grid, height_m, threads, expected), err=True),
        )  # fmt: skip
    click.echo(summary(facts))
    click.echo(f"Written to {output}: {', '.join(facts['files'])}")


def _box(bounds: str) -> tuple[float, float, float, float]:
    from siting.errors import InputError

    try:
        west, south, east, north = (float(part) for part in bounds.split(","))
    except ValueError:
        raise InputError(
            f'--bounds is "{bounds}"; an area is XMIN,YMIN,XMAX,YMAX in the scene\'s coordinates, like 0,0,500,300.'
        ) from None
    return west, south, east, north
