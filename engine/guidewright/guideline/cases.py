"""Patients with expected outcomes: read them, run them, say what differs and what never fired.

In: a guideline and its cases. Out: one `CaseResult` per case, and the rules no case ever chose.
The format is described in docs/guideline-format.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guidewright.errors import CallError, Code, Note, did_you_mean
from guidewright.feel.conversion import from_python
from guidewright.feel.names import normal
from guidewright.feel.operators import equal
from guidewright.feel.runtime import Refuse
from guidewright.feel.text import literal
from guidewright.guideline.evaluator import input_types
from guidewright.guideline.guide import Guideline
from guidewright.guideline.options import TEXT
from guidewright.guideline.outcome import Option, Outcome, Status
from guidewright.guideline.provenance import tables_of
from guidewright.source import Span
from guidewright.yaml_reader import (
    YamlEntry,
    YamlMap,
    plain,
    read_yaml_file,
)
from guidewright.yaml_shape import Faults, Fields, root_map


@dataclass(frozen=True, slots=True)
class SectionExpectation:
    """What one section must hold; None is not asked."""

    permitted: tuple[Mapping[str, Any], ...] | None
    includes: tuple[Mapping[str, Any], ...]
    excludes: tuple[Mapping[str, Any], ...]
    conflict: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a case expects; None is not asked."""

    status: Status | None
    decisions: Mapping[str, Any]
    sections: Mapping[str, SectionExpectation]
    gaps: tuple[str, ...]
    no_gaps: tuple[str, ...]
    missing: tuple[str, ...]
    policies: tuple[str, ...]
    error: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """One patient, readings of policies, and what is expected."""

    id: str
    title: str | None
    patient: Mapping[str, Any]
    places: Mapping[str, Span]
    policies: Mapping[str, str]
    expect: Expectation
    why: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All cases, and the rules that are known never to fire, each with the reason."""

    cases: tuple[Case, ...]
    unfired: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of a case: `differences` is empty when it passed."""

    case: Case
    differences: tuple[str, ...]
    outcome: Outcome | None

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which rules the cases chose, of all rules of all tables (`decision: rule id`)."""

    fired: frozenset[str]
    unfired: tuple[str, ...]
    explained: Mapping[str, str]

    @property
    def unexplained(self) -> tuple[str, ...]:
        """The rules that never fired and for which no reason is written."""
        return tuple(rule for rule in self.unfired if rule not in self.explained)


# reading ----------------------------------------------------------------------------------------


def read_cases(guideline: Guideline, path: Path | None = None) -> CaseFile:
    """Read the cases of a guideline; raises `ModelError` listing every fault of the file."""
    faults = Faults()
    file = path or guideline.folder / (guideline.file.cases or "cases.yaml")
    root = root_map(read_yaml_file(file), faults, "the file of cases")
    if root is None:
        faults.stop()
        return CaseFile((), {})
    fields = Fields(root, faults, "the file of cases")
    cases = tuple(_case(guideline, node, faults) for node in fields.maps("cases", root.span))
    listed = list(fields.entries("unfired"))
    unfired = {entry.key.text: str(plain(entry.value) or "") for entry in listed}
    fields.close()
    _check_unfired(guideline, listed, faults)
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            faults.add(Code.CASE, case.span, f"the case {case.id!r} stands here twice")
        seen.add(case.id)
    faults.stop()
    return CaseFile(cases, unfired)


def _check_unfired(guideline: Guideline, listed: Sequence[YamlEntry], faults: Faults) -> None:
    known = {
        rule.name for _, table in tables_of(guideline.model.definitions) for rule in table.rules
    }
    for entry in listed:
        name = entry.key.text
        if name not in known:
            text = f"'unfired' names the rule {name!r}, which the model does not have"
            faults.add(Code.CASE, entry.key.span, text, did_you_mean(name, known))


def _case(guideline: Guideline, node: YamlMap, faults: Faults) -> Case:
    fields = Fields(node, faults, "a case")
    identity = fields.text("id", node.span) or ""
    fields.what = f"the case {identity!r}"
    title, why = fields.text("title"), fields.text("why")
    patient = {entry.key.text: entry for entry in fields.entries("patient", node.span)}
    policies = {entry.key.text: str(plain(entry.value)) for entry in fields.entries("policies")}
    expected = fields.map_at("expect", node.span)
    fields.close()
    empty = Expectation(None, {}, {}, (), (), (), (), None)
    return Case(
        identity,
        title,
        {name: plain(entry.value) for name, entry in patient.items()},
        {name: entry.value.span for name, entry in patient.items()},
        policies,
        _expectation(guideline, expected, identity, faults) if expected is not None else empty,
        why,
        node.span,
    )


def _expectation(guideline: Guideline, node: YamlMap, identity: str, faults: Faults) -> Expectation:
    fields = Fields(node, faults, f"'expect' of the case {identity!r}")
    known = {normal(each.name) for each in guideline.model.definitions.decisions}
    decisions = {}
    for entry in fields.entries("decisions"):
        name = entry.key.text
        if name not in known:
            text = f"the model has no decision {name!r}"
            faults.add(Code.DECISION, entry.key.span, text, did_you_mean(name, known))
        decisions[name] = plain(entry.value)
    titles = [section.title for section in guideline.file.outcome]
    sections = {}
    for entry in fields.entries("sections"):
        name = entry.key.text
        if name not in titles:
            text = f"the outcome has no section {name!r}"
            faults.add(Code.CASE, entry.key.span, text, did_you_mean(name, titles))
        elif isinstance(entry.value, YamlMap):
            sections[name] = _section(guideline, entry.value, name, faults)
        else:
            faults.shape(entry.value.span, f"the section {name!r} must be a map")
    inputs = {normal(name) for name in input_types(guideline.model)}
    gaps = {*guideline.file.ambiguities, *inputs}
    expectation = Expectation(
        fields.word("status", Status),
        decisions,
        sections,
        _known(fields, "gaps", gaps, "the guideline has no ambiguity and no input"),
        _known(fields, "no gaps", gaps, "the guideline has no ambiguity and no input"),
        _known(fields, "missing", inputs, "the model has no input"),
        _known(fields, "policies", set(guideline.file.policies), "the guideline has no policy"),
        _error_code(fields),
    )
    fields.close()
    return expectation


def _known(fields: Fields, key: str, known: Collection[str], missing: str) -> tuple[str, ...]:
    """Return the names of a list, each of which must be known: else it could never be met."""
    names = fields.texts(key)
    for name in names:
        if name.text.strip() not in known:
            text = f"{missing} {name.text.strip()!r}"
            fields.faults.add(Code.CASE, name.span, text, did_you_mean(name.text.strip(), known))
    return tuple(name.text.strip() for name in names)


def _error_code(fields: Fields) -> str | None:
    node = fields.scalar("error")
    if node is None:
        return None
    name = node.text.strip()
    codes = [code.value for code in Code]
    if name not in codes:
        text = f"no message has the code {name!r}"
        fields.faults.add(Code.CASE, node.span, text, did_you_mean(name, codes))
    return name


def _outputs_of(guideline: Guideline, title: str) -> set[str]:
    """Return the attributes that options of a section can have."""
    plans = [plan for plan in guideline.file.outcome if plan.title == title]
    named = {name for plan in plans for name in plan.decisions}
    found = {TEXT}
    for decision, table in tables_of(guideline.model.definitions):
        if normal(decision.name) in named:
            found.update(clause.name or normal(decision.name) for clause in table.outputs)
    return found


def _section(guideline: Guideline, node: YamlMap, title: str, faults: Faults) -> SectionExpectation:
    outputs = _outputs_of(guideline, title)
    decisions = {normal(each.name) for each, _ in tables_of(guideline.model.definitions)}
    plans = [plan for plan in guideline.file.outcome if plan.title == title]
    certain = all(name in decisions for plan in plans for name in plan.decisions)

    def _attributes(option: YamlMap) -> Mapping[str, Any]:
        for entry in option.entries:
            if certain and entry.key.text not in outputs:
                text = f"no option of the section {title!r} has the attribute {entry.key.text!r}"
                hint = did_you_mean(entry.key.text, outputs)
                faults.add(Code.CASE, entry.key.span, text, hint)
        return dict(plain(option))

    fields = Fields(node, faults, f"the section {title!r}")
    permitted = (
        tuple(map(_attributes, fields.maps("permitted")))
        if node.get("permitted") is not None
        else None
    )
    if permitted is None:
        fields.take("permitted")
    conflict = (
        tuple(each.text for each in fields.texts("conflict"))
        if node.get("conflict") is not None
        else None
    )
    if conflict is None:
        fields.take("conflict")
    section = SectionExpectation(
        permitted,
        tuple(map(_attributes, fields.maps("includes"))),
        tuple(map(_attributes, fields.maps("excludes"))),
        conflict,
    )
    fields.close()
    return section


# running ----------------------------------------------------------------------------------------


def run_case(guideline: Guideline, case: Case) -> CaseResult:
    """Run one case and compare."""
    try:
        outcome = guideline.evaluate(case.patient, case.policies, places=case.places)
    except CallError as fault:
        codes = [note.code.value for note in fault.notes]
        if case.expect.error in codes:
            return CaseResult(case, (), None)
        wanted = f"the error {case.expect.error} was expected; " if case.expect.error else ""
        shown = "; ".join(map(str, fault.notes))
        return CaseResult(case, (f"{wanted}the call was refused: {shown}",), None)
    if case.expect.error is not None:
        text = f"the call should have been refused with {case.expect.error}"
        return CaseResult(case, (text,), outcome)
    return CaseResult(case, tuple(_differences(case.expect, outcome)), outcome)


def _differences(expect: Expectation, outcome: Outcome) -> Iterator[str]:
    if expect.status is not None and outcome.status is not expect.status:
        yield f"status: {expect.status} was expected, not {outcome.status}"
    for name, value in expect.decisions.items():
        if name not in outcome.decisions:
            yield f"{name}: the decision was not evaluated for this outcome"
        elif not _equal(outcome.decisions[name], value):
            got = literal(outcome.decisions[name])
            yield f"{name}: {literal(from_python(value))} was expected, not {got}"
    for title, section in expect.sections.items():
        yield from _section_differences(title, section, outcome)
    yield from _report_differences(expect, outcome)


def _report_differences(expect: Expectation, outcome: Outcome) -> Iterator[str]:
    """Compare what is reported beside the sections: gaps, missing inputs, policies."""
    reported = {each for gap in outcome.gaps for each in (*gap.ambiguities, *gap.inputs)}
    missing = {each.name for each in outcome.missing}
    used = {use.name for use in outcome.policies}
    for kind, wanted, found in (
        ("gap", expect.gaps, reported),
        ("missing input", expect.missing, missing),
        ("policy", expect.policies, used),
    ):
        for each in wanted:
            if each not in found:
                listed = ", ".join(sorted(found)) or "none"
                yield f"{kind}: {each} should be reported; reported are: {listed}"
    for each in expect.no_gaps:
        if each in reported:
            yield f"gap: {each} should not be reported"


def _section_differences(title: str, expect: SectionExpectation, outcome: Outcome) -> Iterator[str]:
    section = outcome.section(title)
    options = section.options if section is not None else ()
    shown = "; ".join(_shown(option) for option in options) or "nothing"
    yield from _permitted_differences(title, expect.permitted, options)
    for wanted in expect.includes:
        if not any(_matches(wanted, option) for option in options):
            yield f"{title}: {_plain(wanted)} is missing; there are: {shown}"
    for unwanted in expect.excludes:
        if any(_matches(unwanted, option) for option in options):
            yield f"{title}: {_plain(unwanted)} should not be there"
    if expect.conflict is not None:
        found = sorted(
            each
            for conflict in outcome.conflicts
            if conflict.section == title
            for each in conflict.statements
        )
        if found != sorted(expect.conflict):
            wanted_text = ", ".join(sorted(expect.conflict)) or "none"
            got = ", ".join(found) or "none"
            yield f"{title}: a conflict of {wanted_text} was expected, not of {got}"


def _permitted_differences(
    title: str, permitted: tuple[Mapping[str, Any], ...] | None, options: tuple[Option, ...]
) -> Iterator[str]:
    if permitted is None:
        return
    shown = "; ".join(_shown(option) for option in options) or "nothing"
    for wanted in permitted:
        if not any(_matches(wanted, option) for option in options):
            yield f"{title}: {_plain(wanted)} should be permitted; permitted are: {shown}"
    for option in options:
        if not _in(permitted, option):
            yield f"{title}: {_shown(option)} should not be permitted"


def _in(permitted: Sequence[Mapping[str, Any]], option: Option) -> bool:
    return any(_matches(wanted, option) for wanted in permitted)


def _matches(wanted: Mapping[str, Any], option: Option) -> bool:
    """Say whether an option has all the wanted attributes; its hits may give what it lacks."""
    for key, value in wanted.items():
        candidates = [option.attributes[key]] if key in option.attributes else []
        if key == TEXT:
            candidates = list(option.sentences)
        if not any(_equal(candidate, value) for candidate in candidates):
            return False
    return True


def _equal(value: Any, wanted: Any) -> bool:
    converted = from_python(wanted)
    try:
        if equal(value, converted) is True:
            return True
    except Refuse:  # values of different kinds; a date may still be written as text
        pass
    return (
        isinstance(converted, str)
        and value is not None
        and (literal(value) in (f'@"{converted}"', f'"{converted}"'))
    )


def _plain(attributes: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in attributes.items())


def _shown(option: Option) -> str:
    given = {key: value for key, value in option.attributes.items() if value is not None}
    return "{" + ", ".join(f"{key}: {literal(value)}" for key, value in given.items()) + "}"


def coverage(guideline: Guideline, file: CaseFile, results: Sequence[CaseResult]) -> Coverage:
    """Return which rules were chosen by some case, through whatever decision."""
    fired = {
        f"{decision.decision.name}: {rule.rule.name}"
        for result in results
        if result.outcome is not None
        for decision in result.outcome.trace.decisions
        for table in decision.tables
        for rule in table.chosen
    }
    every = [
        (f"{decision.name}: {rule.name}", rule.name)
        for decision, table in tables_of(guideline.model.definitions)
        for rule in table.rules
    ]
    unfired = tuple(full for full, _ in every if full not in fired)
    explained = {full: file.unfired[name] for full, name in every if name in file.unfired}
    return Coverage(frozenset(fired), unfired, explained)


def stale(coverage_: Coverage) -> tuple[Note, ...]:
    """Return a note for each rule that is listed as unfired although a case fires it."""
    return tuple(
        Note(Code.CASE, None, f"{rule} is listed under 'unfired', but a case fires it")
        for rule in coverage_.explained
        if rule in coverage_.fired
    )
