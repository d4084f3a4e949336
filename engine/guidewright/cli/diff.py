"""`guidewright diff BEFORE AFTER`: what changed, and for which patients.

In: two guideline folders or two DMN files, and perhaps a cohort. Out: text, Markdown or JSON. The
exit code is 0 only when it is proved that every patient gets the same advice.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from guidewright.analysis.difference import Difference, Options, diff
from guidewright.analysis.difference_report import SHOWN, as_json, markdown_lines, text_lines
from guidewright.analysis.findings import Verdict
from guidewright.cli.common import Exit, chosen_policies, faults_told, policy_option, show
from guidewright.dmn import Model, load_dmn
from guidewright.guideline.guide import Guideline, load
from guidewright.guideline.wire import dumps

if TYPE_CHECKING:
    from guidewright.batch.comparing import CohortDifference


@click.command(name="diff")
@click.argument("before", metavar="BEFORE", type=click.Path(exists=True, path_type=Path))
@click.argument("after", metavar="AFTER", type=click.Path(exists=True, path_type=Path))
@policy_option
@click.option("--all-readings", is_flag=True, help="Compare under every reading of every policy.")
@click.option(
    "--cohort", metavar="FILE", type=click.Path(exists=True, path_type=Path),
    help="Also run the patients of a Parquet or CSV file through both.",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help=f"Show all classes, not only {SHOWN}.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "markdown", "json"]), default="text",
    show_default=True, help="Text for people, Markdown for a review, or JSON for programs.",
)  # fmt: skip
def command(
    before: Path,
    after: Path,
    policies: tuple[str, ...],
    all_readings: bool,
    cohort: Path | None,
    everything: bool,
    format_: str,
) -> None:
    """Say what changed from BEFORE to AFTER, and for which patients.

    Both are folders of a guideline, or both are DMN files. Rules are compared by their ids,
    patients by proof: the classes that are listed are all there are, each with a patient who was
    run through both versions. Policies have their default readings, each version its own, unless
    --policy or --all-readings says otherwise.

    Fails (exit code 1) when the advice changes for somebody, or when it could not be decided.
    """
    if before.is_dir() != after.is_dir():
        raise click.UsageError("compare two folders, or two DMN files")
    with faults_told():
        one, other = _load(before), _load(after)
        readings = chosen_policies(policies)
        _check_policies(readings, one, other)
        found = diff(one, other, Options(readings, all_readings))
        counted = _cohort(one, other, cohort, readings) if cohort is not None else None
        shown = None if everything else SHOWN
        if format_ == "json":
            data = as_json(found)
            if counted is not None:
                data["cohort"] = _cohort_json(counted)
            click.echo(dumps(data))
        else:
            lines = markdown_lines if format_ == "markdown" else text_lines
            text = [*lines(found, shown), *(_cohort_lines(counted, shown) if counted else ())]
            if format_ == "markdown":
                click.echo("\n".join(text))
            else:
                show("\n".join(text))
    _leave(found)


def _load(path: Path) -> Guideline | Model:
    return load(path) if path.is_dir() else load_dmn(path)


def _leave(found: Difference) -> None:
    if found.verdict is not Verdict.PROVED:
        sys.exit(Exit.FAULTS)


def _check_policies(readings: Any, *subjects: Guideline | Model) -> None:
    """Every policy that is given must be one of either version."""
    known = {
        name for each in subjects if isinstance(each, Guideline) for name in each.file.policies
    }
    for name in readings:
        if name not in known:
            raise click.UsageError(f"neither version has a policy {name!r}")


def _cohort(
    before: Guideline | Model, after: Guideline | Model, path: Path, readings: Any
) -> CohortDifference:
    try:
        from guidewright.batch.comparing import compare
    except ImportError:
        raise click.UsageError("--cohort needs: pip install 'guidewright[batch]'") from None
    return compare(before, after, path, readings)


def _cohort_lines(of: CohortDifference, shown: int | None) -> list[str]:
    share = f"{of.changed / of.rows:.1%}" if of.rows else "none"
    lines = ["", f"Cohort: {of.changed} of {of.rows} patients ({share}) get another answer."]
    if of.rejected:
        lines.append(f"  {of.rejected} rows are refused by both versions")
    for decision, rows in of.decisions.items():
        if not rows:
            continue
        lines.append(f"  {decision}: {rows} patients")
        answers = [each for each in of.answers if each.decision == decision]
        for each in answers[:shown]:
            lines.append(
                f"    {each.before} -> {each.after}: {each.rows} patients, row {each.first} first"
            )
        if len(answers) > len(answers[:shown]):
            lines.append(f"    and {len(answers) - len(answers[:shown])} more changes")
    return lines


def _cohort_json(of: CohortDifference) -> dict[str, Any]:
    return {
        "rows": of.rows,
        "rejected": of.rejected,
        "changed": of.changed,
        "decisions": dict(of.decisions),
        "answers": [
            {
                "decision": each.decision,
                "before": each.before,
                "after": each.after,
                "rows": each.rows,
                "first": each.first,
            }
            for each in of.answers
        ],
    }
