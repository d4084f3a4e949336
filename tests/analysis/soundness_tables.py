"""Random small tables: what the checks say against every combination of values, in the engine.

The values are read off the texts of the cells here (each number, what lies between, below and
above; each text and another one; null), not taken from the analysis. Every witness is replayed and
every certificate re-checked. Run by `soundness`.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise, product
from typing import Any

from analysis_tables import load_table

from guidewright.analysis.axes import Kind
from guidewright.analysis.certificate_checker import check as check_certificate
from guidewright.analysis.checks import Subject, checks_of
from guidewright.analysis.decision_trees import Ending, Leaf, NoTree, way_through
from guidewright.analysis.findings import Finding, Verdict
from guidewright.analysis.overlap import pairs
from guidewright.analysis.regions import share
from guidewright.analysis.table_coverage import uncovered
from guidewright.analysis.table_rules import merged_boxes
from guidewright.analysis.tables import TableSubject, table_subject
from guidewright.analysis.tree_proof import tree_of
from guidewright.feel import compile_unary_tests
from guidewright.feel.runtime import Runtime
from guidewright.feel.text import literal

SINGLE = ("U", "A", "F", "P")
GAPS = ("table.gap", "table.boundary", "table.sliver", "table.whole-numbers")
KINDS = {
    "number": ["1", "2", "5", "2.5"],
    "string": ['"a"', '"b"', '"c"'],
    "boolean": ["true", "false"],
}


INPUT_VALUES = {
    "number": ["[0..4]", ">= 2", "< 2, > 4", "1, 2.5, [4..5)"],
    "string": ['"a", "b"', '"b", "zz"', 'not("c")'],
    "boolean": ["true", "true, false"],
}


@dataclass(frozen=True)
class Point:
    """A combination of values, the rules that match and the rules that are chosen."""

    values: tuple[Any, ...]
    matched: frozenset[int]
    chosen: frozenset[int]
    answer: str

    @property
    def complete(self) -> bool:
        return None not in self.values


# random tables -----------------------------------------------------------------------------------


def random_table(chance: random.Random) -> str:
    """Return a small table as text."""
    policy = chance.choice("UUUAAFFFPC")
    columns = [chance.choice(list(KINDS)) for _ in range(chance.randint(1, 3))]
    heads = []
    for number, of in enumerate(columns):
        allowed = ""
        if of == "string" and chance.random() < 0.6:
            allowed = ' = "a", "b", "c"'
        if of == "number" and chance.random() < 0.3:
            allowed = chance.choice([" = [0..6]", " = >= 1"])
        own = f" ~ {chance.choice(INPUT_VALUES[of])}" if chance.random() < 0.2 else ""
        heads.append(f"x{number}: {of}{allowed}{own}")
    outputs = ' = "p", "q", "r"' if policy == "P" else ""
    default = ' ?? "r"' if chance.random() < 0.15 else ""
    lines = [f"{policy} | {' | '.join(heads)} || y: string{outputs}{default}"]
    for _ in range(chance.randint(1, 6)):
        cells = " | ".join(_cell(chance, of) for of in columns)
        lines.append(f'  | {cells} || "{chance.choice("pqr")}"')
    return "\n".join(lines)


def _cell(chance: random.Random, of: str) -> str:
    roll = chance.random()
    if roll < 0.25:
        return "-"
    tests = [_test(chance, of) for _ in range(1 if roll < 0.75 else 2)]
    if chance.random() < 0.1:
        tests.append("null")
    text = ", ".join(tests)
    return f"not({text})" if chance.random() < 0.15 else text


def _test(chance: random.Random, of: str) -> str:
    if of != "number":
        return chance.choice(KINDS[of])
    low, high = sorted(chance.choices(KINDS[of], k=2), key=Decimal)
    form = chance.randrange(4)
    if form == 0:
        return low
    if form == 1:
        return f"{chance.choice(['<', '<=', '>', '>='])} {low}"
    return f"{chance.choice('[(')}{low}..{high}{chance.choice(')]')}"


# every combination, in the engine ----------------------------------------------------------------


def points(subject: TableSubject) -> list[Point]:
    """Return every combination of values that cells can tell apart."""
    columns = [_values(clause, subject, place) for place, clause in enumerate(subject.table.inputs)]
    return [_point(subject, values) for values in product(*columns)]


def _values(clause: Any, subject: TableSubject, column: int) -> list[Any]:
    texts = [each.inputs[column].text for each in subject.table.rules]
    name = clause.expression.text
    step = subject.model.step_of("D").inputs[column]
    item = subject.model.steps[step].item
    of = str(subject.axes[subject.columns[column]].type)
    if of == "boolean":
        found: list[Any] = [True, False]
    elif of == "string":
        found = sorted({word for text in texts for word in re.findall(r'"([^"]*)"', text)})
        found = [*dict.fromkeys([*found, "a", "b", "c"]), "zz"]
    else:
        numbers = {
            Decimal(each)
            for text in [*texts, clause.values.text if clause.values else ""]
            for each in re.findall(r"[0-9]+(?:\.[0-9]+)?", text)
        }
        ends = sorted({*numbers, Decimal(0), Decimal(6), Decimal(1)})
        between = [(a + b) / 2 for a, b in pairwise(ends)]
        found = [*ends, *between, ends[0] - 1, ends[-1] + 1]
    assert name
    fits = [value for value in found if item is None or not _refused(subject, item, value)]
    if clause.values is not None:
        own = compile_unary_tests(clause.values.text, strict=False)
        fits = [value for value in fits if own.evaluate({"?": value}).value is True]
    return [*fits, None]


def _refused(subject: TableSubject, item: Any, value: Any) -> bool:
    return any(item.refusals(Runtime(), value))


def _point(subject: TableSubject, values: tuple[Any, ...]) -> Point:
    given = {source.name: None for source in subject.sources}
    for place, value in zip(subject.columns, values, strict=True):
        given[subject.axes[place].name] = value
    seen = subject.seen(subject.witness(given))
    assert seen is not None
    matched = frozenset(index for index, rule in enumerate(seen.rules) if rule.matched)
    chosen = frozenset(index for index, rule in enumerate(seen.rules) if rule.chosen)
    return Point(values, matched, chosen, literal(seen.value))


# what must agree ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """One table, what the checks found in it, and what the engine says at every point."""

    subject: TableSubject
    found: list[Finding]
    every: list[Point]

    @property
    def policy(self) -> str:
        return self.subject.table.hit_policy.letter

    @property
    def told(self) -> set[str]:
        return {each.check for each in self.found if each.verdict is Verdict.VIOLATED}

    @property
    def outputs(self) -> list[str]:
        return [each.outputs[0].text for each in self.subject.table.rules]


def disagreements(subject: TableSubject, found: list[Finding]) -> Iterator[str]:
    """Yield every way in which the checks of a table and the engine disagree."""
    tried = Run(subject, found, points(subject))
    if any(each.verdict in (Verdict.POSSIBLE, Verdict.UNKNOWN) for each in found):
        yield "a plain table has nothing that is not decided"
    yield from _completeness(tried)
    yield from _gaps(subject, tried.every)
    yield from _together(tried)
    if tried.policy in "FP":
        yield from _dead(found, tried.every, len(subject.rules))
    if tried.policy in "UA":
        yield from _columns(subject, found, tried.every)
        yield from _smaller(subject, tried.every)
    yield from tree_disagreements(subject, tried.every)
    for each in found:
        if each.certificate is not None:
            check_certificate({"kind": each.certificate.kind, **each.certificate.data})


def _completeness(tried: Run) -> Iterator[str]:
    if tried.policy not in SINGLE or tried.subject.code.default is not None:
        return
    gap = any(not each.matched for each in tried.every if each.complete)
    says = any(_is_gap(each) for each in tried.found)
    if gap != says:
        yield f"gap: engine {gap}, checks {says}"
    proved = any(f.verdict is Verdict.PROVED and f.check == "table.gap" for f in tried.found)
    if gap == proved:
        yield "a proof of completeness beside a gap, or none without"
    if _missing(tried.every) != ("table.gap-missing" in tried.told):
        yield "gaps for missing data"


def _together(tried: Run) -> Iterator[str]:
    subject, policy, outputs = tried.subject, tried.policy, tried.outputs
    together = {pair for each in tried.every for pair in combinations(sorted(each.matched), 2)}
    if together != set(pairs([rule.must for rule in subject.rules], subject.sizes)):
        yield "pairs of rules that match together"
    differ = {(a, b) for a, b in together if outputs[a] != outputs[b]}
    forbidden = together if policy == "U" else differ if policy == "A" else set()
    says = any("at once" in each.text for each in tried.found)
    if bool(forbidden) != says:
        yield f"overlap: engine {sorted(forbidden)}, checks {says}"
    if (policy == "F" and bool(differ)) != ("table.order-matters" in tried.told):
        yield "order of rules"
    apart = policy in "AFP" and not together and len(subject.rules) > 1
    if apart != ("table.hit-policy" in tried.told):
        yield "advice on the hit policy"


def _is_gap(finding: Finding) -> bool:
    return (
        finding.check in GAPS
        and finding.verdict is Verdict.VIOLATED
        and "gets no rule" in finding.text
    )


def _missing(every: list[Point]) -> bool:
    """Say whether some point has no rule only because values are missing: with some it has."""
    answered = [each for each in every if each.matched]
    return any(
        not each.complete
        and not each.matched
        and any(_completes(other, each) for other in answered)
        for each in every
    )


def _completes(whole: Point, part: Point) -> bool:
    return all(b is None or a == b for a, b in zip(whole.values, part.values, strict=True))


def _gaps(subject: TableSubject, every: list[Point]) -> Iterator[str]:
    """The gap boxes hold all points without a rule and no other; shares are exact."""
    cover = uncovered(subject, list(subject.rules), subject.known)
    assert cover is not None
    for each in every:
        if each.complete:
            place = [_part(subject, axis, value) for axis, value in _by_axis(subject, each)]
            if None in place:
                continue
            inside = any(
                all(mask >> at & 1 for mask, at in zip(box, place, strict=True) if at is not None)
                for box in cover.gaps
            )
            if inside != (not each.matched):
                yield f"gap boxes at {each.values}"
    leaves = [leaf for piece in cover.leaves for leaf in piece]
    if all(part.kind in (Kind.VALUE, Kind.NULL) for axis in subject.axes for part in axis.parts):
        complete = [each for each in every if each.complete]
        free = [each for each in complete if not each.matched]
        if share(subject.axes, leaves) != Fraction(len(free), len(complete)):
            yield "the share of the gaps"


def _by_axis(subject: TableSubject, point: Point) -> Iterator[tuple[int, Any]]:
    for axis in range(len(subject.axes)):
        yield axis, point.values[subject.columns.index(axis)]


def _part(subject: TableSubject, axis: int, value: Any) -> int | None:
    for place, part in enumerate(subject.axes[axis].parts):
        if part.kind is Kind.GAP:
            if (part.low is None or part.low < value) and (part.high is None or value < part.high):
                return place
        elif part.value == value or (part.kind is Kind.OTHER and value == "zz"):
            return place
    return None


def _dead(found: list[Finding], every: list[Point], rules: int) -> Iterator[str]:
    matched = {rule for each in every for rule in each.matched}
    chosen = {rule for each in every for rule in each.chosen}
    dead = {f"r{rule + 1}" for rule in matched - chosen}
    said = {each.about.rules[0] for each in found if each.check == "table.dead-rule"}
    if dead != said:
        yield f"dead rules: engine {sorted(dead)}, checks {sorted(said)} of {rules}"


def _columns(subject: TableSubject, found: list[Finding], every: list[Point]) -> Iterator[str]:
    """A column is irrelevant when no two points that differ in it only are answered differently.

    Rules that clash give null like no rule; only tables without a clash are compared.
    """
    outputs = [each.outputs[0].text for each in subject.table.rules]
    if any(len({outputs[rule] for rule in each.matched}) > 1 for each in every):
        return
    said = {
        each.text.split(" changes no answer")[0]
        for each in found
        if each.check == "table.irrelevant-column"
    }
    answers = {each.values: {outputs[rule] for rule in each.matched} for each in every}
    for column, clause in enumerate(subject.table.inputs):
        cells = {each.inputs[column].text.strip() for each in subject.table.rules}
        if cells <= {"-", ""} or len(subject.table.inputs) < 2:
            continue
        groups: dict[tuple[Any, ...], set[str]] = {}
        for values, answer in answers.items():
            rest = (*values[:column], *values[column + 1 :])
            groups.setdefault(rest, set()).add(literal(sorted(answer)))
        same = all(len(each) == 1 for each in groups.values())
        if same != (clause.expression.text in said):
            yield f"irrelevant column {clause.expression.text}: engine {same}"


def _smaller(subject: TableSubject, every: list[Point]) -> Iterator[str]:
    merged = merged_boxes(subject)
    if merged is None:
        yield "a plain table was not merged"
        return
    outputs = [each.outputs[0].text for each in subject.table.rules]
    for each in every:
        place = [
            _part(subject, axis, value)
            if value is not None
            else next(i for i, p in enumerate(subject.axes[axis].parts) if p.kind is Kind.NULL)
            for axis, value in _by_axis(subject, each)
        ]
        if None in place:
            continue
        given = {
            output
            for box, output in merged
            if all(mask >> at & 1 for mask, at in zip(box, place, strict=True) if at is not None)
        }
        if given != {outputs[rule] for rule in each.matched}:
            yield f"the merged table at {each.values}"


def tree_disagreements(subject: TableSubject, every: list[Point]) -> Iterator[str]:
    """The way of every combination of values through the tree ends with the rules of the engine."""
    tree = tree_of(subject)
    if isinstance(tree, NoTree):
        if "leaves" not in tree.reason:  # more than are drawn: that is said, and no fault
            yield f"a plain table has no tree: {tree.reason}"
        return
    for each in every:
        end = way_through(tree, each.values)[-1]
        assert isinstance(end, Leaf)
        clash = end.ending is Ending.CLASH
        if set(end.rules) != (each.matched if clash else each.chosen) or clash > (not each.chosen):
            yield f"the tree at {each.values}: {end.rules}, the engine: {sorted(each.chosen)}"
        if (end.ending in (Ending.GAP, Ending.MISSING, Ending.DEFAULT)) != (not each.matched):
            yield f"the tree at {each.values}: {end.ending}, the engine: {sorted(each.matched)}"
        if end.ending is Ending.MISSING and each.complete:
            yield f"the tree at {each.values} misses a value"


def compared(seed: int, number: int) -> Counter[str]:
    """Compare one table; raise when a verdict is wrong. Returns the verdicts and what was run."""
    text = random_table(random.Random(f"{seed}/{number}"))
    model = load_table(text)
    subject = table_subject(model, "D")
    found = [each for check in checks_of(Subject.TABLE) for each in check.find(subject)]
    faults = list(disagreements(subject, found))
    if faults:
        raise AssertionError(f"{text}\n" + "\n".join(faults))
    tally = Counter(str(each.verdict) for each in found)
    tally["witnesses"] = sum(each.witness is not None for each in found)  # replayed when made
    tally["certificates"] = sum(each.certificate is not None for each in found)
    return tally
