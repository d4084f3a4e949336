"""`guidewright batch DIR_OR_DMN --input FILE --output FILE`: a cohort, as columns.

In: a guideline folder or a DMN file, and Parquet with a column for each input. Out: Parquet with
the outcomes, a file of rejected rows, and a summary; or the plan in words. numpy, pyarrow and
pyspark are imported only here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import click

from guidewright.cli.common import chosen_policies, faults_told, policy_option, printable

if TYPE_CHECKING:
    from guidewright.batch.explaining import PlanLine
    from guidewright.batch.local import Progress, Report
    from guidewright.batch.planning import Choices


@click.command(name="batch")
@click.argument("path", metavar="DIR_OR_DMN", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--input", "source", metavar="FILE", required=True, type=click.Path(path_type=Path),
    help="Parquet: a file, or a folder of files.",
)  # fmt: skip
@click.option(
    "--output", metavar="FILE", type=click.Path(path_type=Path),
    help="The Parquet file to write (with --engine spark: a folder).",
)  # fmt: skip
@click.option(
    "--decision", "decisions", metavar="NAME", multiple=True,
    help="Only this decision; may be given several times.",
)  # fmt: skip
@click.option("--rules", is_flag=True, help="Add the ids of the rules that were chosen.")
@click.option("--notes", is_flag=True, help="Add the notes: why a value is null.")
@click.option(
    "--numbers", type=click.Choice(["double", "text"]), default="double", show_default=True,
    help="Write numbers as doubles, or as text with every digit.",
)  # fmt: skip
@policy_option
@click.option(
    "--unit", "units", metavar="INPUT=UNIT", multiple=True,
    help="The unit a column is in, where it is not the declared one.",
)  # fmt: skip
@click.option(
    "--column", "columns", metavar="INPUT=COLUMN", multiple=True,
    help="The column of an input, where it has another name.",
)  # fmt: skip
@click.option(
    "--keep", metavar="COLUMN", multiple=True,
    help="Hand this column through; by default all that are no input.",
)  # fmt: skip
@click.option("--explain-plan", is_flag=True, help="Say how it would be done and why; do nothing.")
@click.option(
    "--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes to use."
)
@click.option(
    "--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True,
    help="Where to run.",
)  # fmt: skip
@click.option("--resume", is_flag=True, help="Go on with a run that was interrupted.")
@click.option(
    "--rejects", metavar="FILE", type=click.Path(path_type=Path),
    help="Where to list rejected rows: .csv or .parquet. [default: OUTPUT.rejects.csv]",
)  # fmt: skip
def command(
    path: Path,
    source: Path,
    output: Path | None,
    decisions: tuple[str, ...],
    rules: bool,
    notes: bool,
    numbers: str,
    policies: tuple[str, ...],
    units: tuple[str, ...],
    columns: tuple[str, ...],
    keep: tuple[str, ...],
    explain_plan: bool,
    workers: int,
    engine: str,
    resume: bool,
    rejects: Path | None,
) -> None:
    """Run the guideline in DIR, or a DMN model, over all rows of Parquet files.

    Every input is a column of its name, in the declared unit; outcomes are exactly those of one
    patient at a time. A row with a value that cannot be used has null outcomes, is counted, and is
    listed with the reason.
    """
    batch = _batch()
    if output is None and not explain_plan:
        raise click.UsageError("--output is missing")
    with faults_told():
        choices = batch.planning.Choices(
            decisions or None,
            chosen_policies(policies),
            _pairs("--unit", units),
            _pairs("--column", columns),
            keep or None,
            batch.outcomes.Extras(rules, notes, batch.Numbers(numbers)),
        )
        if explain_plan or output is None:
            _show_plan(*batch.plan(path, source, choices))
        elif engine == "spark":
            _run_on_spark(path, source, output, choices, rejects, resume=resume)
        else:
            subject = batch.subjects.load_subject(path)
            with _progress() as progress:
                report = batch.local.run_parquet(
                    subject, source, output, choices=choices, rejects=rejects, workers=workers,
                    resume=resume, progress=progress,
                )  # fmt: skip
            _show_report(report)


def _batch() -> ModuleType:
    """Import what needs numpy and pyarrow; say how to get them when they are not there."""
    try:
        import guidewright.batch as batch
        import guidewright.batch.subjects  # noqa: F401 - used through `batch`
    except ImportError as missing:
        raise click.ClickException(str(missing)) from None
    return batch


def _run_on_spark(
    path: Path, source: Path, output: Path, choices: Choices, rejects: Path | None, *, resume: bool
) -> None:
    if resume:
        raise click.UsageError("--resume is for --engine local; Spark repeats lost tasks itself")
    try:
        from guidewright.batch.spark import run_spark
    except ImportError as missing:
        raise click.ClickException(str(missing)) from None
    _show_report(run_spark(path, source, output, choices=choices, rejects=rejects))


def _pairs(option: str, pairs: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise click.UsageError(f"{option} is written NAME=VALUE, not {pair!r}")
        if name.strip() in found:
            raise click.UsageError(f"{option} is given twice for {name.strip()!r}")
        found[name.strip()] = value.strip()
    return found


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show a bar with the rate and the remaining time, where the error stream is a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("rows"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]} rows/s"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("rows", total=None, rate="?")

        def progress(done: int, total: int) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, completed=done, total=total, rate=f"{speed:,.0f}" if speed else "?")

        yield progress


def _show_plan(inputs: tuple[PlanLine, ...], decisions: tuple[PlanLine, ...]) -> None:
    for title, lines in (("inputs", inputs), ("decisions", decisions)):
        click.echo(f"{title}:")
        width = max((len(line.name) for line in lines), default=0)
        for line in lines:
            click.echo(printable(f"  {line.name:<{width}}  {line.way}: {line.why}"))


def _show_report(report: Report) -> None:
    rate = f", {report.rows / report.seconds:,.0f} rows/s" if report.seconds > 0 else ""
    click.echo(f"{report.rows:,} rows in {report.seconds:.1f} s{rate}: {report.output}")
    if report.resumed:
        click.echo(f"{report.resumed:,} rows were done before")
    if report.rejected:
        click.echo(f"{report.rejected:,} rows rejected, listed in {report.rejects}")
    if report.rounded:
        names = ", ".join(report.rounded)
        click.echo(
            f"numbers with more digits than a double holds were rounded: {names}; "
            "--numbers text keeps every digit"
        )
