"""Compare `guideline.yaml` with the model it belongs to: names, readings, decisions of the outcome.

In: the file and the compiled model. Out: faults with places.
"""

from __future__ import annotations

from guidewright.dmn import Model
from guidewright.dmn.items import Item
from guidewright.dmn.model import DecisionTable, InputData
from guidewright.errors import Code, ModelError, Severity, did_you_mean
from guidewright.feel.api import BUILTIN_SCOPE, compile_expression
from guidewright.feel.names import normal
from guidewright.feel.parser import parse_unary_tests
from guidewright.guideline.model import GuidelineFile, Policy
from guidewright.guideline.provenance import tables_of
from guidewright.yaml_shape import Faults


def check_against_model(guideline: GuidelineFile, model: Model, faults: Faults) -> None:
    """Report every name of the file that the model does not have, and the other way round."""
    inputs = {
        normal(step.element.name): step
        for step in model.steps.values()
        if isinstance(step.element, InputData)
    }
    for meaning in guideline.inputs.values():
        if meaning.name not in inputs:
            text = f"the model has no input data {meaning.name!r}"
            faults.add(Code.INPUT_UNKNOWN, meaning.span, text, did_you_mean(meaning.name, inputs))
    carriers = guideline.policy_inputs
    for name, step in inputs.items():
        if name not in guideline.inputs and name not in carriers:
            text = f"guideline.yaml does not say what the input {name!r} means"
            hint = "add it under 'inputs', or under 'policies' as the carrier of a reading"
            faults.add(Code.INPUT_UNKNOWN, step.element.name_span, text, hint, Severity.WARNING)
    for policy in guideline.policies.values():
        if policy.input not in inputs:
            text = f"the model has no input data {policy.input!r}, which carries {policy.name}"
            faults.add(Code.POLICY, policy.span, text, did_you_mean(policy.input, inputs))
        else:
            _check_readings(policy, inputs[policy.input].item, faults)
    _check_statement_ids(guideline, faults)
    _check_outcome(guideline, model, faults)
    _check_handled_by(guideline, model, faults)
    _check_monotone(guideline, model, faults)


def _check_readings(policy: Policy, item: Item | None, faults: Faults) -> None:
    allowed = item.allowed if item is not None else None
    if allowed is None:
        text = f"the input data {policy.input!r} has no allowed values"
        hint = "give it an item definition that allows exactly the readings of the policy"
        faults.add(Code.POLICY, policy.span, text, hint)
        return
    try:
        tests = parse_unary_tests(allowed.span, BUILTIN_SCOPE)
        values = {compile_expression(test.span).evaluate().value for test in tests.tests}
    except ModelError:  # the model's own load reports the fault of this text
        return
    if values != set(policy.readings):
        listed = ", ".join(sorted(map(str, values)))
        text = f"the readings of {policy.name} are not the allowed values of {policy.input!r}"
        faults.add(Code.POLICY, policy.span, text, f"the model allows: {listed}")


def _check_statement_ids(guideline: GuidelineFile, faults: Faults) -> None:
    for owner, statements, span in (
        *((each.name, each.statements, each.span) for each in guideline.policies.values()),
        *((each.id, each.statements, each.span) for each in guideline.ambiguities.values()),
    ):
        for statement in statements:
            if statement not in guideline.statements:
                text = f"{owner} names the statement {statement!r}, which is not listed"
                hint = did_you_mean(statement, guideline.statements)
                faults.add(Code.STATEMENT, span, text, hint)
    for policy in guideline.policies.values():
        if policy.ambiguity is not None and policy.ambiguity not in guideline.ambiguities:
            text = f"{policy.name} names the ambiguity {policy.ambiguity!r}, which is not listed"
            faults.add(Code.STATEMENT, policy.span, text)


def _check_outcome(guideline: GuidelineFile, model: Model, faults: Faults) -> None:
    decisions = {normal(each.name): each for each in model.definitions.decisions}
    for section in guideline.outcome:
        for name in section.decisions:
            decision = decisions.get(name)
            if decision is None:
                text = f"the model has no decision {name!r}"
                span = section.places[name]
                faults.add(Code.DECISION, span, text, did_you_mean(name, decisions))
            elif not isinstance(decision.logic, DecisionTable):
                text = f"the decision {name!r} is no decision table, so it has no rules to cite"
                faults.add(Code.DECISION, section.places[name], text)


def _check_monotone(guideline: GuidelineFile, model: Model, faults: Faults) -> None:
    tables = {normal(decision.name): table for decision, table in tables_of(model.definitions)}
    for each in guideline.monotone:
        table = tables.get(normal(each.decision))
        if table is None:
            text = f"the model has no decision table {each.decision!r}"
            faults.add(Code.DECISION, each.span, text, did_you_mean(each.decision, tables))
            continue
        columns = [clause.expression.text for clause in table.inputs if clause.expression]
        if normal(each.input) not in map(normal, columns):
            text = f"the table {each.decision!r} has no column {each.input!r}"
            faults.add(Code.DECISION, each.span, text, did_you_mean(each.input, columns))
        outputs = [clause.name for clause in table.outputs if clause.name]
        if (each.output or "") not in ("", *outputs) or (not each.output and len(outputs) > 1):
            text = f"which output of {each.decision!r} is meant?"
            faults.add(Code.DECISION, each.span, text, "one of: " + ", ".join(outputs))


def _check_handled_by(guideline: GuidelineFile, model: Model, faults: Faults) -> None:
    known = set(guideline.policies) | {normal(each.name) for each in model.definitions.decisions}
    for _, table in tables_of(model.definitions):
        known.update(rule.id for rule in table.rules if rule.id)
    known.update(("check", "inputs", "workflow"))
    for ambiguity in guideline.ambiguities.values():
        for each in ambiguity.handled_by:
            if each not in known:
                text = f"{ambiguity.id} is said to be handled by {each!r}, which does not exist"
                hint = did_you_mean(each, known) or "name policies, decisions or rule ids"
                faults.add(Code.STATEMENT, ambiguity.places[each], text, hint)
