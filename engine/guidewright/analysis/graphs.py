"""Checks of the requirement graph: what feeds a table, what becomes of its values.

In: a guideline. Out: findings on rules that cannot fire, values nobody handles, nulls handed on and
answers that are missing, each with a patient from end to end. The engine is asked first: every
patient that the solver gives shows many rules at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from guidewright.analysis.checks import CHECKS, Subject, check
from guidewright.analysis.encoded_model import DecisionTerms
from guidewright.analysis.encoding import constant
from guidewright.analysis.encoding_operators import equal
from guidewright.analysis.encoding_tables import TableTerms
from guidewright.analysis.findings import About, Finding, excluded, unknown
from guidewright.analysis.proofs import Proofs, Values, proofs_of
from guidewright.analysis.settling import Fault, settled
from guidewright.analysis.solver import Answer, Answered, Questions, certain
from guidewright.analysis.terms import (
    Condition,
    Row,
    all_of,
    any_of,
    both,
    either,
    negation,
    null_of,
    present,
)
from guidewright.dmn.cells import read_box
from guidewright.dmn.model import Decision, InputData, Rule
from guidewright.dmn.table_quick import known_output
from guidewright.errors import Severity
from guidewright.feel.code import Const
from guidewright.feel.names import normal
from guidewright.feel.text import literal
from guidewright.feel.types import ANY, BOOLEAN, NUMBER, STRING
from guidewright.guideline.guide import Guideline
from guidewright.guideline.model import Role, SectionPlan

ENOUGH_RUNS = 15  # in a row that show nothing new; more where many rules are left to be seen
MOST_RUNS = 1000

# rules that cannot fire -------------------------------------------------------------------------


@check("graph.rule-unreachable", numbers=(43,), severity=Severity.WARNING, subject=Subject.GRAPH)
def unreachable_rules(guide: Guideline) -> Iterator[Finding]:
    """A rule can never be chosen, given what feeds the table.

    What it finds: a rule that could match if its inputs had any value of their types, but never
    does with the values that the decisions before it really give. Rules that are dead within their
    own table are found by the checks of tables.
    Why it matters: somebody wrote advice that no patient will ever get.
    Example: a row for "unlikely" where the decision before it never gives "unlikely".
    To repair: correct the decision before it, or remove the rule.
    """
    proofs = proofs_of(guide)
    mine = CHECKS["graph.rule-unreachable"]
    for decision, rule, conditions, answer in open_rules(proofs):
        about = About(decision.name, (rule.span,), (rule.name,))
        if answer.answered is Answered.UNDECIDED:
            text = f"whether rule {rule.name} can ever fire is not known: {answer.reason}"
            yield unknown(mine.claim(about, text))
            continue
        before = _feeders(proofs, decision)
        text = f"rule {rule.name} can never be chosen, given what {before} can be"
        hint = "correct what feeds the table, or remove the rule"
        proof = proofs.certificate(any_of(conditions))
        yield excluded(mine.claim(about, text, hint=hint), proof, "no patient fires it")


OpenRule = tuple[DecisionTerms, Rule, list[Condition], Answer]


def open_rules(proofs: Proofs) -> Iterator[OpenRule]:
    """Yield the rules that could fire if their requirements had any value, but are not seen to.

    First the engine is run with boundary patients, as long as they show rules that were not seen.
    Then the solver is asked for a patient for each rule that is left; every patient it gives is
    run, and all rules the engine chooses are seen.
    """
    seen: set[int] = set()
    idle = 0
    decisions = list(proofs.encoded.decisions())
    total = sum(len(table.code.rules) for each in decisions for table in each.tables)
    for values in proofs.sampled(MOST_RUNS):
        known = len(seen)
        _see(proofs, values, seen)
        idle = 0 if len(seen) > known else idle + 1
        if idle >= max(ENOUGH_RUNS, (total - len(seen)) // 2):
            break
    for decision in decisions:
        rules = [each for each in rules_of(decision.tables) if id(each[0]) not in seen]
        alone = _alone(proofs, decision, rules) if rules else set()
        left = [(rule, conditions) for rule, conditions in rules if rule.row in alone]
        for rule, conditions, answer in _never_seen(proofs, left, seen):
            yield decision, rule, conditions, answer


Rules = list[tuple[Rule, list[Condition]]]


def _never_seen(
    proofs: Proofs, rules: Rules, seen: set[int]
) -> Iterator[tuple[Rule, list[Condition], Answer]]:
    """Ask for a patient for any of the rules of one table, until none is left or none is found."""
    left = [each for each in rules if id(each[0]) not in seen]
    while left:
        answer = proofs.ask(any_of(c for _, conditions in left for c in conditions))
        if answer.answered is Answered.NO:
            yield from ((rule, conditions, answer) for rule, conditions in left)
            return
        before = len(left)
        if answer.values is not None:
            _see(proofs, answer.values, seen)
            left = [each for each in left if id(each[0]) not in seen]
        if len(left) == before:  # together they are too much: one by one
            for rule, conditions in left:
                alone = proofs.possible(any_of(conditions))
                if alone.answered is not Answered.YES:
                    yield rule, conditions, alone
            return


def _see(proofs: Proofs, values: Values, seen: set[int]) -> None:
    for decision in proofs.trace(values).decisions:
        for table in decision.tables:
            seen.update(id(each.rule) for each in table.chosen)


def rules_of(tables: Sequence[TableTerms]) -> Iterator[tuple[Rule, list[Condition]]]:
    """Yield each rule once, with when it is chosen at each place its table is used."""
    found: dict[int, tuple[Rule, list[Condition]]] = {}
    for table in tables:
        for each, chosen in zip(table.code.rules, table.chosen, strict=True):
            found.setdefault(id(each.rule), (each.rule, []))[1].append(chosen)
    yield from found.values()


def _alone(
    proofs: Proofs, decision: DecisionTerms, wanted: Sequence[tuple[Rule, list[Condition]]]
) -> set[int]:
    """Return the rows that can be chosen when the requirements may have any value."""
    free = proofs.encoded.freed(decision.step)
    questions = Questions(proofs.encoded.encoder, {}, proofs.questions.assumed)
    if free is None:
        rows = {rule.row for rule, _ in wanted}
        alone = rules_of(proofs.encoded.alone(decision.step.key).tables)
        asked = [(rule.row, any_of(c)) for rule, c in alone if rule.row in rows]
    else:
        questions.assume(*free.domains)
        asked = [(rule.row, free.of(any_of(c))) for rule, c in wanted]
    return {row for row, c in asked if questions.possible(c).answered is not Answered.NO}


def _feeders(proofs: Proofs, decision: DecisionTerms) -> str:
    names = [
        repr(normal(proofs.guide.model.steps[key].element.name))
        for key in decision.step.inputs
        if isinstance(proofs.guide.model.steps[key].element, Decision)
    ]
    return " and ".join(names) or "its inputs"


# values that are produced and handled -----------------------------------------------------------


@check("graph.value-unhandled", numbers=(44,), severity=Severity.INFO, subject=Subject.GRAPH)
def unhandled_values(guide: Guideline) -> Iterator[Finding]:
    """A decision gives a value for which the next table has no rule.

    What it finds: a value that some patient really gets, in a table with one answer, where no rule
    can fire for that value.
    Why it matters: the patient falls out of the guideline between two tables, each of which is
    complete when it is looked at alone.
    Example: the class "not classified", where the next table knows only three classes.
    To repair: add a rule for the value.
    """
    proofs = proofs_of(guide)
    mine = CHECKS["graph.value-unhandled"]
    for producer, table, column in _edges(proofs):
        if table.code.plan.table.hit_policy.multiple:
            continue
        consumer = table.code.plan.name
        for value in _produced(proofs, producer):
            here = _has_value(proofs, producer, value)
            if proofs.possible(here, table.some_fires).answered is not Answered.NO:
                continue
            clause = table.code.plan.table.inputs[column]
            words = literal(value)
            fault = Fault(
                About(consumer, (clause.span,)),
                _gives(proofs, producer.name, value),
                lambda patient, words=words, name=producer.name, to=consumer: (  # type: ignore[misc]
                    f"for {proofs.whom(patient)}, {name!r} is {words}, "
                    f"and no rule of {to!r} is for that value"
                ),
                f"{producer.name!r} is ever {words}, for which {consumer!r} has no rule",
                [producer.name],
                hint="add a rule for the value",
            )
            finding = settled(proofs, mine, fault, here)
            if finding is not None:
                yield finding


@check("graph.value-not-produced", numbers=(44,), severity=Severity.INFO, subject=Subject.GRAPH)
def values_not_produced(guide: Guideline) -> Iterator[Finding]:
    """A table asks for a value that the decision before it never gives.

    What it finds: a word or number in a cell of a column that shows a decision, where no patient
    gets that value from the decision.
    Why it matters: the rule looks as if it covered patients, and covers none.
    Example: a cell "borderline" in a column whose decision gives only "low" and "high".
    To repair: remove the value from the cell, or let the decision give it.
    """
    proofs = proofs_of(guide)
    mine = CHECKS["graph.value-not-produced"]
    for producer, table, column in _edges(proofs):
        consumer = table.code.plan.name
        for value, rules in _named_values(table, column).items():
            if literal(value) in proofs.observed().get(producer.name, ()):
                continue
            here = _has_value(proofs, producer, value)
            answer = proofs.possible(here)
            about = About(consumer, tuple(r.span for r in rules), tuple(r.name for r in rules))
            words = f"{producer.name!r} is never {literal(value)}"
            if answer.answered is Answered.NO:
                text = f"{words}, which rules of {consumer!r} ask for"
                hint = "remove the value from the cell, or let the decision give it"
                claim = mine.claim(about, text, hint=hint)
                yield excluded(claim, proofs.certificate(here), words)
            elif answer.answered is Answered.UNDECIDED:
                yield unknown(mine.claim(about, f"whether {words} is not known: {answer.reason}"))


def _edges(proofs: Proofs) -> Iterator[tuple[DecisionTerms, TableTerms, int]]:
    """Yield (decision, table, column) where a column shows a decision of one value."""
    by_name = {each.name: each for each in proofs.encoded.decisions()}
    for decision in by_name.values():
        for table in decision.tables:
            for column, clause in enumerate(table.code.inputs):
                text = clause.clause.expression
                producer = by_name.get(normal(text.text)) if text is not None else None
                if producer is None or producer.step.key not in decision.step.inputs:
                    continue
                if producer.step.type in (STRING, BOOLEAN, NUMBER):
                    yield producer, table, column


def _produced(proofs: Proofs, producer: DecisionTerms) -> list[Any]:
    """Return the values that a decision may give, as far as they are written down."""
    found: list[Any] = []
    for table in producer.tables:
        values = [certain(output, proofs.encoded.encoder) for output in table.outputs]
        if table.code.default is not None:
            values.append(known_output(table.code.default))
        for known in values:
            if known is not None and known[0] is not None and known[0] not in found:
                found.append(known[0])
    if producer.step.type == BOOLEAN:
        return [True, False]
    item = producer.step.item
    box = read_box(item.allowed.text, STRING) if item is not None and item.allowed else None
    if box is not None and not box.negated and producer.step.type == STRING:
        found.extend(point for point in box.points if point is not None and point not in found)
    return [value for value in found if isinstance(value, str | bool | int)]


def _named_values(table: TableTerms, column: int) -> dict[Any, list[Rule]]:
    """Return the values that cells of a column name, with the rules that name them."""
    found: dict[Any, list[Rule]] = {}
    of = table.code.inputs[column].binding.type
    for each in table.code.rules:
        text = each.rule.inputs[column]
        box = read_box(text.text, of) if text is not None else None
        for point in box.points if box is not None and not box.negated else ():
            if point is not None:
                found.setdefault(point, []).append(each.rule)
    return found


def _has_value(proofs: Proofs, decision: DecisionTerms, value: Any) -> Condition:
    encoder = proofs.encoded.encoder
    node = Const(None, ANY, None)
    return equal(encoder, decision.value, constant(encoder, value), node).true


def _gives(proofs: Proofs, name: str, value: Any) -> Any:
    return lambda values: literal(proofs.decided(values).get(name)) == literal(value)


# nulls handed on --------------------------------------------------------------------------------


@check("graph.null-handed-on", numbers=(45,), severity=Severity.WARNING, subject=Subject.GRAPH)
def nulls_handed_on(guide: Guideline) -> Iterator[Finding]:
    """A gap in one decision leaves the next one without an answer, though all data are there.

    What it finds: a patient with every value that the decisions look at, for whom one decision has
    no value, and because of that another decision that requires it has none.
    Why it matters: the end of the chain is silent, and the reason stands in a table far away.
    Example: the value 180 belongs to no class; the diagnosis is then empty, too.
    To repair: close the gap in the first decision, or add a rule for null in the second.
    """
    proofs = proofs_of(guide)
    mine = CHECKS["graph.null-handed-on"]
    decided = list(proofs.encoded.decisions())
    for decision in decided:
        if isinstance(decision.value, Row):
            continue  # of a list of hits, nobody expects one
        for consumer in decided:
            if decision.step.key not in consumer.step.inputs or isinstance(consumer.value, Row):
                continue
            yield from _handed_on(proofs, mine, decision, consumer)


def _handed_on(
    proofs: Proofs, mine: Any, decision: DecisionTerms, consumer: DecisionTerms
) -> Iterator[Finding]:
    steps = proofs.guide.model.steps
    others = [key for key in consumer.step.inputs if key != decision.step.key]
    known = [
        present(proofs.encoded.term(key))
        for key in (*decision.step.inputs, *others)
        if steps[key].value is None and not isinstance(proofs.encoded.term(key), Row)
    ]
    inputs = inputs_behind(proofs, [decision, consumer])
    names = (decision.name, consumer.name)

    def shows(values: Values) -> bool:
        got = proofs.decided(values)
        return all(got[n] is None for n in names) and all(got[n] is not None for n in inputs)

    fault = Fault(
        About(consumer.name, (consumer.step.element.name_span, decision.step.element.name_span)),
        shows,
        lambda patient: (
            f"for {proofs.whom(patient)}, {names[0]!r} has no value, and so {names[1]!r} has none"
        ),
        f"a gap of {names[0]!r} leaves {names[1]!r} without a value",
        names,
        hint=f"close the gap in {names[0]!r}, or add a rule for null to {names[1]!r}",
        keep=inputs,
    )
    there = (present(proofs.value(name)) for name in inputs)
    nulls = both(null_of(decision.value), null_of(consumer.value))
    finding = settled(proofs, mine, fault, nulls, *known, *there)
    if finding is not None:
        yield finding


def inputs_behind(proofs: Proofs, decisions: Sequence[DecisionTerms]) -> list[str]:
    """Return the names of all input data that decisions rest on."""
    steps = proofs.guide.model.steps
    keys = (key for each in decisions for key in proofs.encoded.cone(each.step.key))
    elements = (steps[key].element for key in dict.fromkeys(keys))
    return [normal(each.name) for each in elements if isinstance(each, InputData)]


# end to end -------------------------------------------------------------------------------------


@check("guideline.no-answer", numbers=(49,), severity=Severity.WARNING, subject=Subject.GUIDELINE)
def sections_without_answer(guide: Guideline) -> Iterator[Finding]:
    """A patient with all data gets no answer in a section of the outcome.

    What it finds: a section with the role `answer` or `options` for which some patient, of whom
    everything is known that its decisions look at, fires no rule, from the inputs to the end. When
    the model itself reports a known gap of the source for that patient, it is not counted.
    Why it matters: the guideline is silent, and silence looks like "nothing to do".
    Example: no regimen for a child.
    To repair: add the missing rule, or a rule in the section of gaps that says what is not known.
    """
    proofs = proofs_of(guide)
    mine = CHECKS["guideline.no-answer"]
    gaps = [p for p in guide.file.outcome if p.role is Role.GAPS]
    for plan in guide.file.outcome:
        if plan.role not in (Role.ANSWER, Role.OPTIONS):
            continue
        fault, conditions = _silence(proofs, plan, gaps)
        finding = settled(proofs, mine, fault, *conditions)
        if finding is not None:
            yield finding


def _silence(
    proofs: Proofs, plan: SectionPlan, gaps: Sequence[SectionPlan]
) -> tuple[Fault, list[Condition]]:
    decisions = [proofs.encoded.decision(name) for name in plan.decisions]
    known = [proofs.encoded.decision(name) for gap in gaps for name in gap.decisions]
    silent = [negation(_speaks(each)) for each in (*decisions, *known)]
    inputs = inputs_behind(proofs, decisions)
    there = [present(proofs.value(name)) for name in inputs]
    names = [each.name for each in (*decisions, *known)]

    def shows(values: Values) -> bool:
        got = proofs.decided(values)
        return all(got[n] is not None for n in inputs) and not _chosen(proofs, values, names)

    fault = Fault(
        About(plan.title, (plan.span,)),
        shows,
        lambda patient: f"nothing is said under {plan.title!r} for {proofs.whom(patient)}",
        f"a patient with all data gets nothing under {plan.title!r}",
        names,
        hint="add the missing rule, or one in the section of gaps that says what is not known",
        keep=inputs,
    )
    return fault, [all_of(silent), *there]


def _speaks(decision: DecisionTerms) -> Condition:
    """Say when a decision has a value from a rule that its table chose."""
    return both(
        present(decision.value),
        either(*(any_of(table.chosen) for table in decision.tables)),
    )


def _chosen(proofs: Proofs, values: Values, names: Sequence[str]) -> bool:
    trace = proofs.trace(values)
    by_name: Mapping[str, Any] = {normal(each.decision.name): each for each in trace.decisions}
    found = (by_name[name] for name in names if name in by_name)
    return any(
        each.value is not None and any(table.chosen for table in each.tables) for each in found
    )
