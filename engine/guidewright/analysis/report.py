"""A report as text for people, as JSON, and as SARIF 2.1.0 for code review tools.

In: a `verify.Report`. Out: text or JSON data. Findings of one check stand together under what the
check is about; what was not decided and what was accepted is listed, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from guidewright.analysis.checks import CHECKS
from guidewright.analysis.findings import Finding, Pair, Path, Patient, Verdict, Witness
from guidewright.analysis.verify import Report
from guidewright.analysis.words import counted, percent
from guidewright.errors import Severity
from guidewright.feel.conversion import to_json
from guidewright.source import Span

OPEN = (Verdict.VIOLATED, Verdict.POSSIBLE)
SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


# text --------------------------------------------------------------------------------------------


def text_report(report: Report, name: str, *, notes: bool = True, proofs: bool = False) -> str:
    """Return the report for people; `notes` shows findings of severity info, `proofs` proofs."""
    lines: list[str] = []
    faults = [each for each in report.findings if each.verdict in OPEN]
    shown = [each for each in faults if notes or each.severity is not Severity.INFO]
    for severity in Severity:
        lines.extend(_groups([each for each in shown if each.severity is severity]))
    open_ones = [each for each in report.findings if each.verdict is Verdict.UNKNOWN]
    if open_ones:
        lines += ["NOT DECIDED", *_items(open_ones, with_check=True), ""]
    if report.suppressed:
        lines.append("ACCEPTED by guideline.yaml")
        for finding, suppression in report.suppressed:
            lines.append(f"  {finding.text}")
            lines.append(f"      {finding.check}; because: {suppression.reason}")
        lines.append("")
    proved = [each for each in report.findings if each.verdict is Verdict.PROVED]
    if proofs and proved:
        lines += ["PROVED", *_items(proved, with_check=True), ""]
    hidden = len(faults) - len(shown)
    return "\n".join([*lines, _total(report, name, hidden)])


def _groups(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield the findings of one severity, those of one check together."""
    for code, group in groupby(sorted(findings, key=lambda each: each.check), lambda f: f.check):
        check = CHECKS[code]
        same = list(group)
        yield f"{same[0].severity.upper()}  {check.title}  [{code}]"
        yield from _items(same)
        repair = check.section("To repair")
        if repair:
            yield f"  To repair: {repair}"
        yield ""


def _items(findings: Sequence[Finding], *, with_check: bool = False) -> Iterator[str]:
    for each in findings:
        only = " (if such a value can occur)" if each.verdict is Verdict.POSSIBLE else ""
        yield f"  {each.text}{only}"
        place = str(each.place) if each.place is not None else each.about.subject
        share = f"; {percent(each.share)} of the inputs" if each.share else ""
        code = f"{each.check}; " if with_check else ""
        yield f"      {code}{place}{share}"
        if each.hint and each.hint != CHECKS[each.check].section("To repair").rstrip("."):
            yield f"      {each.hint}"


def _total(report: Report, name: str, hidden: int) -> str:
    faults = [each for each in report.findings if each.verdict in OPEN]
    counts = [
        counted(sum(each.severity is severity for each in faults), word)
        for severity, word in zip(Severity, ("error", "warning", "note"), strict=True)
    ]
    verdicts = [each.verdict for each in report.findings]
    tail = [
        f"{verdicts.count(Verdict.PROVED)} proved",
        f"{verdicts.count(Verdict.UNKNOWN)} not decided",
        f"{len(report.suppressed)} accepted",
    ]
    more = f" ({counted(hidden, 'note')} not shown; --notes shows them)" if hidden else ""
    return f"{name}: {', '.join(counts)}{more}; {', '.join(tail)}"


# JSON --------------------------------------------------------------------------------------------


def json_report(report: Report) -> dict[str, Any]:
    """Return the report as JSON data."""
    return {
        "findings": [finding_to_json(each) for each in report.findings],
        "suppressed": [
            {**finding_to_json(each), "reason": suppression.reason}
            for each, suppression in report.suppressed
        ],
    }


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON data; shares are exact, `"1/5"`; certificates by their kind."""
    return {
        "check": finding.check,
        "severity": finding.severity.value,
        "verdict": finding.verdict.value,
        "subject": finding.about.subject,
        "rules": list(finding.about.rules),
        "places": [_place(span) for span in finding.about.places],
        "text": finding.text,
        "hint": finding.hint,
        "witness": _witness(finding.witness),
        "evidence": (
            {"kind": finding.evidence.kind.value, "said": finding.evidence.said}
            if finding.evidence is not None
            else None
        ),
        "certificate": finding.certificate.kind if finding.certificate is not None else None,
        "share": str(finding.share) if finding.share is not None else None,
    }


def _place(span: Span) -> dict[str, Any]:
    place, end = span.place, span.end_place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


def _witness(witness: Witness | None) -> dict[str, Any] | None:
    match witness:
        case Patient():
            return {"inputs": _values(witness.inputs), "assumed": _values(witness.assumed)}
        case Pair():
            return {"first": _witness(witness.first), "second": _witness(witness.second)}
        case Path():
            events = [_values(each) for each in witness.events]
            return {"patient": _witness(witness.patient), "events": events}
    return None


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: to_json(value) for name, value in values.items()}


# SARIF -------------------------------------------------------------------------------------------


def sarif_report(report: Report, version: str) -> dict[str, Any]:
    """Return the report as SARIF 2.1.0; proofs are left out, what is not decided is a note."""
    faults = [each for each in report.findings if each.verdict is not Verdict.PROVED]
    codes = sorted({each.check for each in (*faults, *(each for each, _ in report.suppressed))})
    results = [_result(each) for each in faults]
    for finding, suppression in report.suppressed:
        accepted = {"kind": "inSource", "justification": suppression.reason}
        results.append({**_result(finding), "suppressions": [accepted]})
    driver = {
        "name": "guidewright",
        "version": version,
        "rules": [_rule(code) for code in codes],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str) -> dict[str, Any]:
    check = CHECKS[code]
    return {
        "id": code,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.section("What it finds") or check.title},
        "help": {"text": check.section("To repair") or check.title},
        "defaultConfiguration": {"level": SARIF_LEVELS[check.severity]},
    }


def _result(finding: Finding) -> dict[str, Any]:
    decided = finding.verdict in OPEN
    return {
        "ruleId": finding.check,
        "level": SARIF_LEVELS[finding.severity] if decided else "note",
        "message": {"text": finding.text if decided else f"not decided: {finding.text}"},
        "locations": [_location(span) for span in finding.about.places[:1]],
        "relatedLocations": [_location(span) for span in finding.about.places[1:]],
        "properties": {
            "verdict": finding.verdict.value,
            "subject": finding.about.subject,
            "witness": _witness(finding.witness),
        },
    }


def _location(span: Span) -> dict[str, Any]:
    place = _place(span)
    region = {
        "startLine": place["line"],
        "startColumn": place["column"],
        "endLine": place["endLine"],
        "endColumn": place["endColumn"],
    }
    return {"physicalLocation": {"artifactLocation": {"uri": place["file"]}, "region": region}}
