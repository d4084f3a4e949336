"""`guidewright test DIR`: run the guideline's cases, and say which rules no case ever fired."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from guidewright.cli.common import Exit, faults_told, folder, format_option, printable
from guidewright.guideline.cases import (
    CaseResult,
    Coverage,
    coverage,
    read_cases,
    run_case,
    stale,
)
from guidewright.guideline.guide import load
from guidewright.guideline.wire import dumps


@click.command(name="test")
@folder
@format_option
@click.option("--case", "only", metavar="ID", multiple=True, help="Run only these cases.")
def command(folder: Path, format_: str, only: tuple[str, ...]) -> None:
    """Run the cases of DIR and compare the outcomes with what they expect.

    Fails (exit code 1) when an outcome differs, when there is no case, or when a rule is fired by
    no case and not listed under 'unfired' with a reason.
    """
    with faults_told():
        guideline = load(folder)
        file = read_cases(guideline)
        unknown = set(only) - {case.id for case in file.cases}
        if unknown:
            raise click.UsageError(f"there is no case {', '.join(sorted(unknown))}")
        results = [run_case(guideline, case) for case in file.cases if not only or case.id in only]
        covered = None if only else coverage(guideline, file, results)
        if format_ == "json":
            click.echo(dumps(_as_json(results, covered)))
        else:
            _write(results, covered)
        failed = any(not result.passed for result in results) or not results
        open_rules = covered is not None and bool(covered.unexplained or stale(covered))
        if failed or open_rules:
            sys.exit(Exit.FAULTS)


def _write(results: list[CaseResult], covered: Coverage | None) -> None:
    for result in results:
        if not result.passed:
            title = f" ({result.case.title})" if result.case.title else ""
            click.echo(printable(f"{result.case.span.place}: case {result.case.id}{title} failed"))
            for difference in result.differences:
                click.echo(printable(f"  {difference}"))
    passed = sum(result.passed for result in results)
    click.echo(f"{passed} of {len(results)} cases passed")
    if covered is None:
        return
    total = len(covered.fired) + len(covered.unfired)
    click.echo(f"{len(covered.fired)} of {total} rules were fired by some case")
    for rule in covered.unfired:
        reason = covered.explained.get(rule)
        click.echo(printable(f"  never fired: {rule}" + (f" ({reason})" if reason else "")))
    for note in stale(covered):
        click.echo(printable(f"  {note.text}"))


def _as_json(results: list[CaseResult], covered: Coverage | None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "cases": [
            {
                "id": result.case.id,
                "passed": result.passed,
                "differences": list(result.differences),
            }
            for result in results
        ]
    }
    if covered is not None:
        data["rules"] = {
            "fired": sorted(covered.fired),
            "unfired": [
                {"rule": rule, "reason": covered.explained.get(rule)} for rule in covered.unfired
            ],
        }
    return data
