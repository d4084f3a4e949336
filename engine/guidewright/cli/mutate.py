"""`guidewright mutate DIR`: how many small faults the author's cases would notice.

In: a guideline folder with cases. Out: the score, and the faults that no case notices, each with
its place and a patient who would tell; text or JSON.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from guidewright.analysis.difference_report import change_words, patient_words
from guidewright.analysis.mutation import Fate, Score, Tried, mutate
from guidewright.cli.common import Exit, faults_told, folder, format_option, show
from guidewright.errors import did_you_mean
from guidewright.feel.conversion import to_json
from guidewright.guideline.cases import read_cases
from guidewright.guideline.guide import Guideline, load
from guidewright.guideline.wire import dumps, units_of


@click.command(name="mutate")
@folder
@click.option(
    "--decision", "only", metavar="NAME", multiple=True,
    help="Only the table of this decision; may be given several times.",
)  # fmt: skip
@click.option(
    "--fail-under", metavar="PERCENT", type=click.IntRange(0, 100), default=0, show_default=True,
    help="Fail when the score is lower.",
)  # fmt: skip
@format_option
def command(folder: Path, only: tuple[str, ...], fail_under: int, format_: str) -> None:
    """Make small faults in the tables of DIR, one at a time, and see whether a case fails.

    Faults are a threshold one unit off, `<` for `<=`, another word, an output of another rule, a
    rule less. Those that are proved to change nobody's advice are not counted. Each fault that no
    case notices is shown with its place and a patient who would tell it.

    Fails (exit code 1) when the score is under --fail-under, or when there is no case.
    """
    with faults_told():
        guide = load(folder)
        _check_names(guide, only)
        cases = read_cases(guide)
        tell = _progress if sys.stderr.isatty() else _silent
        score = mutate(guide, cases, only=only, progress=tell)
        if format_ == "json":
            click.echo(dumps(_as_json(score)))
        else:
            show("\n".join(_lines(score, units_of(guide.file))))
    if score.value * 100 < fail_under or not cases.cases:
        sys.exit(Exit.FAULTS)


def _check_names(guide: Guideline, names: tuple[str, ...]) -> None:
    known = [each.name for each in guide.model.definitions.decisions]
    for name in names:
        if name not in known:
            near = did_you_mean(name, known)
            raise click.UsageError(f"no decision is named {name!r}" + (f"; {near}" if near else ""))


def _progress(decision: str, count: int) -> None:
    click.echo(f"{decision}: {count} mutants", err=True)


def _silent(decision: str, count: int) -> None:
    """Say nothing to a file."""


def _lines(score: Score, units: Mapping[str, str]) -> list[str]:
    killed, survivors = len(score.of(Fate.KILLED)), score.survivors
    total = killed + len(survivors)
    lines = [f"{killed} of {total} faults are noticed by some case ({score.value:.0%})."]
    same, refused = len(score.of(Fate.EQUIVALENT)), len(score.of(Fate.REFUSED))
    if same:
        lines.append(f"{same} more change nobody's advice, which is proved; they do not count.")
    if refused:
        lines.append(f"{refused} more make a model that cannot be loaded; they do not count.")
    if survivors:
        lines += ["", "No case notices:"]
    for each in survivors:
        mutant = each.mutant
        where = f", column {mutant.column!r}" if mutant.column else ""
        lines.append(f"  {mutant.place.place}: rule {mutant.rule} of {mutant.decision!r}{where}")
        lines.append(f"    {mutant.edit.value}: {mutant.before} -> {mutant.after}")
        lines.append(f"    {_patient(each, units)}")
    return lines


def _patient(each: Tried, units: Mapping[str, str]) -> str:
    if each.patient is None:
        return "no patient was found who would tell; it may change nobody's advice"
    change = change_words(each.before, each.after)
    return f"a case would: {patient_words(each.patient, units)}: {each.decision}: {change}"


def _as_json(score: Score) -> dict[str, Any]:
    return {
        "score": f"{score.value:.4f}",
        "counts": {fate.value: len(score.of(fate)) for fate in Fate},
        "survivors": [
            {
                "decision": each.mutant.decision,
                "rule": each.mutant.rule,
                "column": each.mutant.column or None,
                "edit": each.mutant.edit.value,
                "before": each.mutant.before,
                "after": each.mutant.after,
                "place": str(each.mutant.place.place),
                "patient": to_json(dict(each.patient)) if each.patient is not None else None,
                "differs": each.decision,
                "was": to_json(each.before),
                "becomes": to_json(each.after),
            }
            for each in score.survivors
        ],
    }
