"""`guidewright generate DIR`: patients made from the tables, as a file of cases for review.

In: a guideline folder. Out: YAML in the form of `cases.yaml`, on standard output or in a file; what
was made and what was not on the error stream. Nothing that is there is overwritten unasked.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from guidewright.analysis.test_generation import Suite, generate
from guidewright.analysis.test_writing import case_lines
from guidewright.cli.common import faults_told, folder, printable
from guidewright.guideline.guide import load


@click.command(name="generate")
@folder
@click.option(
    "--output", metavar="FILE", type=click.Path(path_type=Path),
    help="The file to write; it must not exist. [default: standard output]",
)  # fmt: skip
def command(folder: Path, output: Path | None) -> None:
    """Make patients from the tables of DIR: one a rule, its boundaries, each cell, missing values.

    What a case expects is what the model says now. The cases are marked as generated and not
    clinically reviewed: read them, keep those that are right, and say why. There are as few as meet
    every purpose.
    """
    if output is not None and output.exists():
        raise click.UsageError(f"{str(output)!r} exists; name a new file")
    with faults_told():
        guide = load(folder)
        suite = generate(guide)
        text = "\n".join(case_lines(guide, suite)) + "\n"
        if output is None:
            click.echo(printable(text), nl=False)
        else:
            output.write_text(text, encoding="utf-8")
    _tell(suite)


def _tell(suite: Suite) -> None:
    met = Counter(each.purpose.value for case in suite.cases for each in case.objectives)
    counts = ", ".join(f"{count} {purpose}" for purpose, count in met.items())
    click.echo(f"{len(suite.cases)} patients ({counts})", err=True)
    for rule, reason in suite.unreached.items():
        click.echo(printable(f"  no patient for {rule}: {reason}"), err=True)
