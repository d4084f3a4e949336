"""From what the tables saw to the outcome: hits, options, conflicts, gaps, policies, missing data.

In: a loaded guideline, a patient and readings. Out: an `Outcome`. The decisions have been evaluated
already; this only reads their trace, so what is explained is what was computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guidewright.dmn.trace import DecisionTrace, RuleTrace, TableTrace, Trace
from guidewright.feel.names import normal
from guidewright.guideline.missing import MissingFinder, NameIndex
from guidewright.guideline.model import GuidelineFile, Role, SectionPlan
from guidewright.guideline.options import TEXT, combine_answer, combine_offers
from guidewright.guideline.outcome import (
    Conflict,
    Gap,
    Hit,
    MissingInput,
    Option,
    PolicyUse,
    Section,
    Status,
)
from guidewright.guideline.provenance import basis_of

MISSING = "missing"  # the output of a known gap that says what is missing
DATUM, STATEMENT, MODEL = "datum", "statement", "model"


@dataclass(slots=True)
class Answering:
    """The sections of one outcome while they are put together."""

    guideline: GuidelineFile
    index: NameIndex
    trace: Trace
    conflicts: list[Conflict] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def sections(self) -> tuple[Section, ...]:
        """Return the sections in the guideline's order; conflicts and gaps are collected."""
        return tuple(self._section(plan) for plan in self.guideline.outcome)

    def _section(self, plan: SectionPlan) -> Section:
        hits = list(self._hits(plan))
        conflict: Conflict | None = None
        if plan.role is Role.ANSWER:
            options, conflict = combine_answer(plan.title, hits)
        elif plan.role is Role.OPTIONS:
            options, conflict = combine_offers(plan, hits)
        else:
            options = tuple(Option(_attributes(hit), (hit,)) for hit in hits)
        if conflict is not None:
            self.conflicts.append(conflict)
        if plan.role is Role.GAPS:
            self.gaps.extend(_known_gap(plan.title, hit) for hit in hits)
            return Section(plan.title, plan.role, Status.GAP if hits else Status.CLEAR, options)
        if not hits and plan.role in (Role.ANSWER, Role.OPTIONS):
            self.gaps.append(self._nothing_applies(plan))
            return Section(plan.title, plan.role, Status.GAP, ())
        status = Status.CONFLICT if conflict is not None else Status.CLEAR
        return Section(plan.title, plan.role, status, options)

    def _hits(self, plan: SectionPlan) -> Iterator[Hit]:
        for name in plan.decisions:
            decision = self.trace.decision(name)
            if decision is None or decision.value is None:
                continue
            for table in decision.tables:
                for rule in table.chosen:
                    yield _hit(name, table, rule)

    def _nothing_applies(self, plan: SectionPlan) -> Gap:
        broken = list(self._broken(plan))
        if broken:
            return Gap(plan.title, MODEL, f"the model gives no answer: {'; '.join(broken)}")
        finder = MissingFinder(self.index, self.trace)
        inputs: set[str] = set()
        for name in plan.decisions:
            decision = self.trace.decision(name)
            if decision is not None:
                for _, waiting in finder.waiting_rules(decision):
                    inputs |= waiting
        if inputs:
            names = tuple(sorted(inputs))
            text = f"cannot be told without: {', '.join(names)}"
            return Gap(plan.title, DATUM, text, names)
        return Gap(plan.title, STATEMENT, "no statement of the source applies")

    def _broken(self, plan: SectionPlan) -> Iterator[str]:
        """Yield why rules that match give no answer: that is a fault, and no silence."""
        for name in plan.decisions:
            decision = self.trace.decision(name)
            if decision is None or decision.value is not None:
                continue
            for table in decision.tables:
                matched = [rule.rule.name for rule in table.rules if rule.matched]
                if matched and not table.chosen:
                    policy = table.table.hit_policy.value
                    yield f"in {name!r} the rules {', '.join(matched)} match against {policy}"
                elif matched:
                    yield f"in {name!r} the value of {', '.join(matched)} is refused"

    # policies and missing data ------------------------------------------------------------------

    def policies(self, readings: Mapping[str, str]) -> tuple[PolicyUse, ...]:
        """Return the policies that decided a rule, with the reading in force."""
        carriers = {normal(each.input): each for each in self.guideline.policies.values()}
        uses: dict[str, list[str]] = {}
        for decision in self.trace.decisions:
            columns = self.index.columns.get(normal(decision.decision.name), ())
            for table in decision.tables:
                for rule in table.rules:
                    for name in _deciding(table, rule, columns, carriers):
                        uses.setdefault(name, []).append(
                            f"{decision.decision.name}: {rule.rule.name}"
                        )
        return tuple(
            PolicyUse(
                name,
                readings[name],
                policy.readings.get(readings[name], ""),
                readings[name] == policy.default,
                policy.statements,
                tuple(dict.fromkeys(uses[name])),
            )
            for name, policy in self.guideline.policies.items()
            if name in uses
        )

    def missing(self) -> tuple[MissingInput, ...]:
        """Return the inputs that rules of the outcome's decisions wait for.

        Those that earlier sections wait for come first; of one section, those of more rules.
        """
        finder = MissingFinder(self.index, self.trace)
        waiting: dict[str, list[str]] = {}
        first: dict[str, int] = {}
        for place, plan in enumerate(self.guideline.outcome):
            if plan.role is Role.GAPS:
                continue
            for name in plan.decisions:
                decision = self.trace.decision(name)
                for rule, inputs in finder.waiting_rules(decision) if decision else ():
                    for each in inputs:
                        waiting.setdefault(each, []).append(f"{name}: {rule.rule.name}")
                        first.setdefault(each, place)
        known = self.guideline.inputs
        return tuple(
            MissingInput(name, known[name].ask if name in known else None, tuple(rules))
            for name, rules in sorted(
                waiting.items(), key=lambda each: (first[each[0]], -len(each[1]), each[0])
            )
        )


def _hit(decision: str, table: TableTrace, rule: RuleTrace) -> Hit:
    basis = basis_of(table.table, rule.rule)
    outputs = {key or decision: value for key, value in (rule.outputs or {}).items()}
    text = outputs.get(TEXT)
    return Hit(
        decision,
        rule.rule,
        outputs,
        text if isinstance(text, str) else None,
        basis.statements,
        basis.ambiguities,
    )


def _attributes(hit: Hit) -> dict[str, Any]:
    return {key: value for key, value in hit.outputs.items() if key != TEXT}


def _known_gap(title: str, hit: Hit) -> Gap:
    missing = hit.outputs.get(MISSING)
    return Gap(
        title,
        missing if missing in (DATUM, STATEMENT) else STATEMENT,
        hit.text or hit.rule.name,
        (),
        hit.statements,
        hit.ambiguities,
    )


def _deciding(
    table: TableTrace,
    rule: RuleTrace,
    columns: Sequence[frozenset[str]],
    carriers: Mapping[str, Any],
) -> Iterator[str]:
    """Yield the policies that let a rule be chosen, or that alone kept it out."""
    policy_columns = {
        column: carriers[name].name
        for column, names in enumerate(columns)
        for name in names
        if name in carriers
    }
    if rule.chosen:
        for column, name in policy_columns.items():
            if not _any_value(rule, column):
                yield name
        return
    failing = [column for column, cell in enumerate(rule.cells) if cell is not True]
    if failing and all(column in policy_columns for column in failing):
        for column in failing:
            yield policy_columns[column]


def _any_value(rule: RuleTrace, column: int) -> bool:
    text = rule.rule.inputs[column]
    return text is None or text.text.strip() in ("", "-")


def evaluated(trace: Trace) -> dict[str, Any]:
    """Return the values of the decisions that were evaluated, by name."""
    return {normal(each.decision.name): each.value for each in trace.decisions}


def chosen_rules(decision: DecisionTrace) -> Iterator[tuple[TableTrace, RuleTrace]]:
    """Yield the chosen rules of a decision with their tables."""
    for table in decision.tables:
        for rule in table.chosen:
            yield table, rule
