"""`guidewright review DIR`: one document with everything a committee needs to sign."""

from __future__ import annotations

from pathlib import Path

import click

from guidewright.cli.common import (
    chosen_policies,
    faults_told,
    folder,
    needs_extra,
    policy_option,
    write,
)
from guidewright.guideline.guide import load


@click.command(name="review")
@folder
@click.option(
    "--format",
    "format_",
    type=click.Choice(["html", "pdf"]),
    default="html",
    show_default=True,
    help="One HTML file without scripts, or PDF for A4 (needs the extra 'pdf').",
)
@click.option(
    "--against",
    metavar="OLD",
    type=click.Path(path_type=Path),
    help="The folder of another version: say what changed since, and for which patients.",
)
@click.option(
    "--cohort",
    metavar="FILE",
    type=click.Path(exists=True, path_type=Path),
    help="Count how many patients of a Parquet or CSV file took each way (extra 'batch').",
)
@policy_option
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write it  [default: NAME-review.html in the present folder]",
)
def command(
    folder: Path,
    format_: str,
    against: Path | None,
    cohort: Path | None,
    policies: tuple[str, ...],
    output: Path | None,
) -> None:
    """Write the review pack of DIR: flowcharts, tables, sources, findings and cases.

    Everything in it is generated from the files that run. It is one file that can be mailed and
    archived: no script is needed to read it, and nothing is fetched from anywhere.
    """
    with needs_extra("verify"):  # a pack without the proofs would be silent about its gaps
        from guidewright.cli.marks import counted_cohort
        from guidewright_visualize.review.contents import pack_of
        from guidewright_visualize.review.html import pack_to_html
        from guidewright_visualize.review.pdf import pack_to_pdf

    with faults_told():
        guideline = load(folder)
        before = load(against) if against is not None else None
        chosen = chosen_policies(policies)
        counted = counted_cohort(guideline, cohort, chosen) if cohort is not None else None
        raster = format_ == "pdf"
        pack = pack_of(guideline, against=before, cohort=counted, raster=raster)
        content = pack_to_pdf(pack) if format_ == "pdf" else pack_to_html(pack).encode()
        path = output or Path(f"{guideline.file.id}-review.{format_}")
        write(path, content)
        click.echo(str(path))
