"""The command line: one verb, one function. Imports that cost time stand inside the verbs, so that help is instant."""

import os
import sys

import click

from siting.cli.mitigation_verbs import mitigate
from siting.cli.ordinance_verbs import ordinance
from siting.cli.scene_verbs import contours, levels
from siting.cli.study_verbs import assess, batch, package, place


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="siting", prog_name="siting")
def main() -> None:
    """How many quiet generators fit on a lot, how loud each neighbour gets, and whether the noise ordinance allows it."""


for verb in (assess, place, mitigate, batch, package, ordinance, levels, contours):
    main.add_command(verb)


def program() -> None:
    """The command `siting`. What compiled libraries print, as HiGHS may, goes to stderr: stdout holds the answer."""
    try:
        answers = os.dup(1)
        os.dup2(2, 1)
    except OSError:  # one of them is closed
        return main()
    sys.stdout = open(answers, "w", encoding=sys.stdout.encoding, errors=sys.stdout.errors)  # noqa: SIM115
    return main()
