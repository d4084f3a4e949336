"""`guidewright table FILE_OR_DIR`: DMN files as Markdown, for people and for `git diff`.

In: a DMN file, a folder of them, or standard input. Out: `dmn.markdown` of each model. How git is
told to compare models by this text is in docs/versions-and-diffs.md.
"""

from __future__ import annotations

import click

from guidewright.cli.common import faults_told, printable
from guidewright.cli.fmt import dmn_files, read_dmn
from guidewright.dmn.markdown import element_markdown, markdown
from guidewright.dmn.model import Definitions
from guidewright.dmn.reader import read_definitions
from guidewright.errors import did_you_mean


@click.command(name="table")
@click.argument("path", metavar="FILE_OR_DIR")
@click.option(
    "--decision",
    "names",
    metavar="NAME",
    multiple=True,
    help="Show only this decision, function or input; may be given several times.",
)
def command(path: str, names: tuple[str, ...]) -> None:
    """Show DMN files as Markdown: decision tables with their rules, expressions, types.

    A folder stands for the files *.dmn in it; - reads from standard input.
    """
    with faults_told():
        models = [read_definitions(*read_dmn(file)) for file in dmn_files(path)]
        pages = _chosen(models, names) if names else [markdown(model) for model in models]
        click.echo(printable("\n".join(pages)), nl=False)


def _chosen(models: list[Definitions], names: tuple[str, ...]) -> list[str]:
    """Return the sections of the elements with these names, in the order of the names."""
    known = [element.name for model in models for element in model.elements]
    for name in names:
        if name not in known:
            near = did_you_mean(name, known)
            hint = f"; {near}" if near else ""
            raise click.UsageError(f"no decision, function or input is named {name!r}{hint}")
    return [
        element_markdown(model, element)
        for name in names
        for model in models
        for element in model.elements
        if element.name == name
    ]
