"""The solver's reading of FEEL is the engine's: random models, and cases where nulls matter."""

import random

import pytest
import z3
from agreement import compare
from hypothesis import given, settings
from hypothesis import strategies as st
from random_models import graph

from guidewright.analysis.encoded_model import EncodedModel
from guidewright.analysis.solver import Answered, Questions
from guidewright.dmn.reader import read_definitions
from guidewright.dmn.runnable import build


@given(st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_any_random_graph_agrees(seed):
    rng = random.Random(seed)
    assert compare(graph(rng, decisions=2), rng, 4).values == 8


def model_of(expression, of="Any", inputs=(("x", "number"), ("b", "boolean"), ("s", "string"))):
    data = "".join(
        f'<inputData id="{n}" name="{n}"><variable name="{n}" typeRef="{t}"/></inputData>'
        for n, t in inputs
    )
    needs = "".join(
        f'<informationRequirement><requiredInput href="#{n}"/></informationRequirement>'
        for n, _ in inputs
    )
    text = expression.replace("<", "&lt;")
    xml = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="u">'
        f'{data}<decision id="d" name="d"><variable name="d" typeRef="{of}"/>{needs}'
        f"<literalExpression><text>{text}</text></literalExpression></decision></definitions>"
    )
    return build([read_definitions(xml.encode(), "m.dmn")], strict=False)


# what is claimed of every x, b and s, and what the solver must say to it
CLAIMS = [
    ("x < 5 or x >= 5 or x = null", Answered.NO),
    ("x < 5 or x >= 5", Answered.YES),  # null
    ("x < 5 or x > 5 or x = null", Answered.YES),  # 5
    ("b or not(b) or b = null", Answered.NO),
    ("b or not(b)", Answered.YES),
    ("(if b then 1 else 2) = 1 or b != true", Answered.NO),
    ("x / 3 * 3 = x or x = null", Answered.YES),  # quotients are rounded
    ("x / 4 * 4 = x or x = null", Answered.NO),
    ('s = "a" or s != "a"', Answered.NO),
    ("1 / x != null or x = null", Answered.YES),  # division by zero
    ("string length(s) >= 0 or s = null", Answered.YES),  # an atom: nothing is known of it
    ("string length(s) = string length(s) or s = null", Answered.NO),  # but it is the same one
    ("x in [1..10] = (x >= 1 and x <= 10) or x = null", Answered.NO),
]


@pytest.mark.parametrize(("claim", "answer"), CLAIMS)
def test_what_is_true_of_every_value(claim, answer):
    encoded = EncodedModel(model_of(claim))
    truth = encoded.encoder.truth(encoded.decision("d").value, None)
    questions = Questions(encoded.encoder, encoded.inputs, encoded.domains)
    found = questions.ask(
        z3.Not(truth.true) if not isinstance(truth.true, bool) else not truth.true
    )
    assert found.answered is answer
    atoms = encoded.opaque([encoded.decision("d").step.key])
    if found.values is not None and not atoms and "/ 3" not in claim:
        assert encoded.model.evaluate(found.values, "d").value is not True
