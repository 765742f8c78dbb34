"""The verbs of ordinances: what was understood of a file, the catalogue, and an ordinance with its sources."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from siting.cli.verb import FILE, Verb

if TYPE_CHECKING:
    from siting.law import Ordinance

WIDTH = 110


@click.group()
def ordinance() -> None:
    """Explain ordinances: check a file, list the catalogue, show one of it."""


@ordinance.command(cls=Verb)
@click.argument("file", type=FILE)
def check(file: Path) -> None:
    """Check an ordinance FILE and say in plain sentences what was understood. Exit code 2: wrong input."""
    from siting.catalog import load_ordinance

    _explain(load_ordinance(file), cited=False)


@ordinance.command(cls=Verb)
@click.argument("name")
def show(name: str) -> None:
    """Show the ordinance NAME of the catalogue. Section and source stand at each number."""
    from siting.catalog import load_ordinance

    _explain(load_ordinance(name), cited=True)


@ordinance.command("list", cls=Verb)
def list_all() -> None:
    """List the ordinances of the catalogue: place, code, kinds of rule, and how the numbers were read."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from siting.catalog import load_ordinance, ordinance_names
    from siting.explain import kinds, verified

    table = Table("name", "place", "code", "rules", "numbers", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ordinance_names():
        code = load_ordinance(name)
        table.add_row(code.id, code.place, code.code, ", ".join(kinds(code)), verified(code))
    console = Console(highlight=False)
    (console if console.is_terminal else Console(highlight=False, width=160)).print(table)


def _explain(code: "Ordinance", cited: bool) -> None:
    from siting.explain import explain, head

    click.echo(f"{code.id}: {head(code)}")
    for part in explain(code, cited):
        click.echo(f"\n{part.heading}")
        for sentence in part.sentences:
            click.echo(
                textwrap.fill(
                    sentence, WIDTH, initial_indent="  ", subsequent_indent="    ",
                    break_long_words=False, break_on_hyphens=False,
                )
            )  # fmt: skip
