"""What every verb has: errors as one sentence, paths, and a progress bar."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

FILE = click.Path(path_type=Path)


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


@contextlib.contextmanager
def progress_bar(counted: str) -> Iterator[Callable[[int, int], None]]:
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
