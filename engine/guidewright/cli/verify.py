"""`guidewright verify DIR`: what the checks find, each with a patient who shows it.

In: a folder. Out: a report as text, JSON or SARIF; exit code 1 when a finding is as grave as
`--fail-on` says. `--certificates` writes the proofs for the independent checker.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

import click

from guidewright.cli.common import Exit, faults_told, folder, show
from guidewright.errors import Severity, did_you_mean
from guidewright.guideline.guide import load
from guidewright.guideline.wire import dumps


@click.command(name="verify")
@folder
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="Text for people, JSON for programs, SARIF for code review.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    default="error",
    show_default=True,
    help="Exit with 1 from this severity on.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 when something was not decided, too.")
@click.option(
    "--check", "codes", metavar="CODE", multiple=True, help="Only this check; repeatable."
)
@click.option("--notes", is_flag=True, help="Show findings of severity info, too.")
@click.option("--proofs", is_flag=True, help="Show what was proved, too.")
@click.option(
    "--certificates",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Write each certificate into this folder, one file a proof.",
)
def command(
    folder: Path,
    format_: str,
    fail_on: str,
    strict: bool,
    codes: tuple[str, ...],
    notes: bool,
    proofs: bool,
    certificates: Path | None,
) -> None:
    """Find gaps, overlaps, dead rules and unsafe ways in DIR, each with a patient who shows it.

    What is found was shown by running the engine; what is proved holds for every patient; what
    could be neither is listed as not decided. Every check has a page in docs/checks.
    """
    try:
        from guidewright.analysis.checks import CHECKS
        from guidewright.analysis.findings import Verdict
        from guidewright.analysis.report import json_report, sarif_report, text_report
        from guidewright.analysis.verify import load_checks, verify

        load_checks()
    except ModuleNotFoundError as missing:
        text = f"verify needs {missing.name}: pip install 'guidewright[verify]'"
        raise click.UsageError(text) from None
    for code in codes:
        if code not in CHECKS:
            near = did_you_mean(code, CHECKS)
            raise click.UsageError(f"there is no check {code!r}" + (f"; {near}" if near else ""))
    with faults_told():
        report = verify(load(folder), codes or None)
    if format_ == "text":
        show(text_report(report, str(folder), notes=notes or bool(codes), proofs=proofs))
    else:
        data = (
            json_report(report)
            if format_ == "json"
            else sarif_report(report, version("guidewright"))
        )
        click.echo(dumps(data))
    if certificates is not None:
        certificates.mkdir(parents=True, exist_ok=True)
        for number, finding in enumerate(report.findings, 1):
            if finding.certificate is not None:
                path = certificates / f"{number:03}-{finding.check}.json"
                data = {"kind": finding.certificate.kind, **finding.certificate.data}
                path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    grave = list(Severity)[: [*Severity, "never"].index(fail_on) + 1] if fail_on != "never" else []
    faults = any(
        each.severity in grave and each.verdict in (Verdict.VIOLATED, Verdict.POSSIBLE)
        for each in report.findings
    )
    undecided = strict and any(each.verdict is Verdict.UNKNOWN for each in report.findings)
    if faults or undecided:
        sys.exit(Exit.FAULTS)
