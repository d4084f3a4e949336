"""What the conformance suite does not see, and what specification and engines disagree on: models.

One test a line; `docs/conformance.md` lists them with the choice and the reason. Those that need an
expression only are in `tests/feel/test_blind_spots.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

import guidewright as gw
from guidewright.dmn.versions import VERSIONS
from guidewright.errors import Code, ModelError, Note, ResourceError
from guidewright.feel.temporal import parse_at_literal as at

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
INPUTS = {"n": "number", "s": "string", "b": "boolean"}


def file(body: str, namespace: str = NAMESPACE, name: str = "m") -> str:
    names = f'name="{name}" namespace="urn:{name}"'
    return f'<definitions xmlns="{namespace}" {names}>{body}</definitions>'


def inputs(types: Mapping[str, str]) -> str:
    return "".join(
        f'<inputData id="i-{name}" name="{name}"><variable name="{name}"{typed(of)}/></inputData>'
        for name, of in types.items()
    )


def typed(of: str) -> str:
    return f' typeRef="{escape(of)}"' if of else ""


def needs(names: Sequence[str], kind: str = "Input", prefix: str = "i-") -> str:
    element = "knowledgeRequirement" if kind == "Knowledge" else "informationRequirement"
    return "".join(
        f'<{element}><required{kind} href="#{prefix}{name}"/></{element}>' for name in names
    )


def decision(logic: str, of: str = "", types: Mapping[str, str] = INPUTS, name: str = "D") -> str:
    return (
        f'<decision id="d-{name}" name="{name}"><variable name="{name}"{typed(of)}/>'
        f"{needs(list(types))}{logic}</decision>"
    )


def literal(text: str, of: str = "") -> str:
    return f"<literalExpression{typed(of)}><text>{escape(text)}</text></literalExpression>"


def item(name: str, inner: str, attributes: str = "") -> str:
    return f'<itemDefinition name="{name}"{attributes}>{inner}</itemDefinition>'


def base(of: str) -> str:
    return f"<typeRef>{of}</typeRef>"


def values(element: str, text: str) -> str:
    return f"<{element}><text>{escape(text)}</text></{element}>" if text else ""


def table(
    rules: Sequence[Sequence[str]],
    *,
    columns: Sequence[str] = ("n",),
    policy: str = "",
    outputs: Sequence[str] = ("",),
    allowed: Mapping[str, str] | None = None,
    listed: Sequence[str] = ("",),
    defaults: Sequence[str] = ("",),
    types: Sequence[str] = ("",),
) -> str:
    """A table: rules are their cells, those of the inputs first."""
    allowed = allowed or {}
    heads = "".join(
        f"<input><inputExpression><text>{escape(column)}</text></inputExpression>"
        f"{values('inputValues', allowed.get(column, ''))}</input>"
        for column in columns
    )
    tails = ""
    for place, name in enumerate(outputs):
        attribute = f' name="{name}"' if name else ""
        default = defaults[place] if place < len(defaults) else ""
        ranks = listed[place] if place < len(listed) else ""
        of = types[place] if place < len(types) else ""
        tails += (
            f"<output{attribute}{typed(of)}>{values('outputValues', ranks)}"
            f"{values('defaultOutputEntry', default)}</output>"
        )
    rows = ""
    for rule in rules:
        cells = [values("inputEntry", cell) for cell in rule[: len(columns)]]
        ends = [values("outputEntry", cell) for cell in rule[len(columns) :]]
        rows += f"<rule>{''.join(cells + ends)}</rule>"
    return f"<decisionTable{policy}>{heads}{tails}{rows}</decisionTable>"


POLICY = ' hitPolicy="{}"'.format


@pytest.fixture
def load(tmp_path: Path) -> Any:
    """Load models; the last file is the main one."""

    def loaded(*texts: str, strict: bool = True) -> gw.Model:
        for number, text in enumerate(texts, start=1):
            path = tmp_path / f"{number}.dmn"
            path.write_text(text, encoding="utf-8")
        return gw.load_dmn(path, strict=strict)

    return loaded


def asked(model: gw.Model, data: Mapping[str, Any], name: str = "D") -> tuple[Any, list[Note]]:
    """Ask a decision so often that the quick way is taken, too; the answer is always the same."""
    first = model.evaluate(data, name)
    traced = model.evaluate(data, name, options=gw.DecisionOptions(trace=True))
    assert traced.value == first.value
    for _ in range(40):
        again = model.evaluate(data, name)
        assert again.value == first.value
        assert [str(note) for note in again.notes] == [str(note) for note in first.notes]
    return first.value, list(first.notes)


def codes(found: Sequence[Note]) -> set[Code]:
    return {note.code for note in found}


# hit policies -----------------------------------------------------------------------------------


def test_overlapping_rules_of_unique_are_null_and_named(load: Any) -> None:
    rules = [["<10", '"low"'], [">5", '"high"'], [">100", '"huge"']]
    model = load(file(inputs(INPUTS) + decision(table(rules))))
    assert asked(model, {"n": 3}) == ("low", [])
    found, said = asked(model, {"n": 7})
    assert found is None
    assert codes(said) == {Code.HIT_POLICY}
    assert "rows 1, 2 all match" in said[0].text
    assert "UNIQUE" in said[0].text


def test_different_outputs_of_any_are_null_and_named(load: Any) -> None:
    rules = [["<10", '"low"'], ["<5", '"low"'], [">7", '"high"']]
    model = load(file(inputs(INPUTS) + decision(table(rules, policy=POLICY("ANY")))))
    assert asked(model, {"n": 3}) == ("low", [])
    found, said = asked(model, {"n": 8})
    assert found is None
    assert "rows 1, 3 match with different outputs" in said[0].text
    assert codes(said) == {Code.HIT_POLICY}


@pytest.mark.parametrize(
    "policy",
    [
        POLICY("COLLECT"), POLICY("RULE ORDER"), POLICY("OUTPUT ORDER"),
        *(POLICY("COLLECT") + f' aggregation="{each}"' for each in ("SUM", "COUNT", "MIN", "MAX")),
    ],
)  # fmt: skip
def test_no_match_is_null_for_every_policy_of_many(load: Any, policy: str) -> None:
    model = load(
        file(inputs(INPUTS) + decision(table([["1", "10"]], policy=policy, listed=["10"])))
    )
    assert asked(model, {"n": 2})[0] is None
    assert asked(model, {"n": 1})[0] is not None


def test_count_counts_hits_not_different_outputs(load: Any) -> None:
    policy = POLICY("COLLECT") + ' aggregation="COUNT"'
    rules = [["<9", "1"], ["<8", "1"], ["<7", "2"]]
    model = load(file(inputs(INPUTS) + decision(table(rules, policy=policy))))
    assert asked(model, {"n": 3})[0] == 3
    assert asked(model, {"n": 7})[0] == 2


def test_priorities_are_ranked_by_number(load: Any) -> None:
    names = [f'"p{number}"' for number in range(1, 13)]
    rules = [["-", name] for name in reversed(names)]
    logic = table(rules[:-2], policy=POLICY("PRIORITY"), listed=[", ".join(names)])
    model = load(file(inputs(INPUTS) + decision(logic)))
    assert asked(model, {"n": 1})[0] == "p3"
    ordered = table(rules, policy=POLICY("OUTPUT ORDER"), listed=[", ".join(names)])
    model = load(file(inputs(INPUTS) + decision(ordered)))
    assert asked(model, {"n": 1})[0] == [name.strip('"') for name in names]


def test_missing_defaults_of_several_outputs_are_null(load: Any) -> None:
    logic = table([["1", "1", "2"]], outputs=["a", "b"], defaults=["7"])
    model = load(file(inputs(INPUTS) + decision(logic)))
    assert asked(model, {"n": 2})[0] == {"a": 7, "b": None}
    assert asked(model, {"n": 1})[0] == {"a": 1, "b": 2}


# cells ------------------------------------------------------------------------------------------


def test_cells_ask_with_a_question_mark(load: Any) -> None:
    rules = [["? > 5 and ? < 10", '"mid"'], ["string length(string(?)) = 3", '"long"']]
    model = load(file(inputs(INPUTS) + decision(table(rules))))
    assert asked(model, {"n": 7})[0] == "mid"
    assert asked(model, {"n": 100})[0] == "long"
    assert asked(model, {"n": 10})[0] is None
    assert asked(model, {"n": None})[0] is None


def test_a_dash_matches_a_missing_input(load: Any) -> None:
    model = load(file(inputs(INPUTS) + decision(table([["-", '"any"']]))))
    assert asked(model, {}) == ("any", [])


def test_a_condition_of_its_own_needs_a_value(load: Any) -> None:
    rules = [['s = "x"', '"yes"']]
    model = load(file(inputs(INPUTS) + decision(table(rules))))
    assert asked(model, {"n": 1, "s": "x"})[0] == "yes"
    assert asked(model, {"n": 1, "s": "y"})[0] is None
    assert asked(model, {"s": "x"})[0] is None


# values that are not allowed --------------------------------------------------------------------


def test_input_values_are_enforced(load: Any) -> None:
    logic = table([["-", '"ok"']], columns=["s"], allowed={"s": '"a", "b"'})
    model = load(file(inputs(INPUTS) + decision(logic)))
    assert asked(model, {"s": "a"}) == ("ok", [])
    found, said = asked(model, {"s": "c"})
    assert found is None
    assert said


def test_output_values_are_enforced(load: Any) -> None:
    constant = table([["1", '"c"']], listed=['"a", "b"'])
    with pytest.raises(ModelError) as fault:
        load(file(inputs(INPUTS) + decision(constant)))
    assert codes(fault.value.notes) == {Code.OUTPUT_VALUE}


def test_output_values_are_enforced_when_computed(load: Any) -> None:
    computed = table([["1", "s"]], listed=['"a", "b"'])
    model = load(file(inputs(INPUTS) + decision(computed)))
    assert asked(model, {"n": 1, "s": "a"}) == ("a", [])
    found, said = asked(model, {"n": 1, "s": "c"})
    assert found is None
    assert said


def test_allowed_values_of_inputs_are_enforced(load: Any) -> None:
    color = item("tColor", base("string") + values("allowedValues", '"red", "blue"'))
    types = {"c": "tColor"}
    model = load(file(color + inputs(types) + decision(literal("c"), types=types)))
    assert asked(model, {"c": "red"}) == ("red", [])
    found, said = asked(model, {"c": "green"})
    assert found is None
    assert Code.INPUT_DOMAIN in codes(said)


def test_allowed_values_of_results_are_enforced(load: Any) -> None:
    color = item("tColor", base("string") + values("allowedValues", '"red", "blue"'))
    model = load(file(color + inputs(INPUTS) + decision(literal("s"), "tColor")))
    assert asked(model, {"s": "red"}) == ("red", [])
    found, said = asked(model, {"s": "green"})
    assert found is None
    assert Code.CONSTRAINT in codes(said)


def test_allowed_values_of_lists_are_about_each_item(load: Any) -> None:
    many = item("tMany", base("number") + values("allowedValues", "[0..9]"), ' isCollection="true"')
    types = {"c": "tMany"}
    model = load(file(many + inputs(types) + decision(literal("c"), types=types)))
    assert asked(model, {"c": [1, 9]})[0] == [1, 9]
    assert asked(model, {"c": [1, 10]})[0] is None


def test_type_constraints_of_lists_are_about_the_list(load: Any) -> None:
    many = item(
        "tMany", base("number") + values("typeConstraint", "count(?) > 1"), ' isCollection="true"'
    )
    types = {"c": "tMany"}
    model = load(file(many + inputs(types) + decision(literal("c"), types=types)))
    assert asked(model, {"c": [1, 9]}) == ([1, 9], [])
    found, said = asked(model, {"c": [1]})
    assert found is None
    assert Code.INPUT_DOMAIN in codes(said)


def test_type_constraints_of_simple_values_hold_as_well(load: Any) -> None:
    both = values("allowedValues", "[0..100]") + values("typeConstraint", "? != 13")
    types = {"c": "tBoth"}
    model = load(
        file(
            item("tBoth", base("number") + both)
            + inputs(types)
            + decision(literal("c"), types=types)
        )
    )
    assert asked(model, {"c": 12})[0] == 12
    assert asked(model, {"c": 13})[0] is None
    assert asked(model, {"c": 101})[0] is None


# conversions ------------------------------------------------------------------------------------


def test_outputs_are_converted_to_the_type_of_their_clause(load: Any) -> None:
    logic = table([["-", "[n]"]], types=["number"])
    model = load(file(inputs(INPUTS) + decision(logic)))
    assert asked(model, {"n": 5})[0] == 5
    with pytest.raises(ModelError) as fault:
        load(file(inputs(INPUTS) + decision(table([["-", '"a"']], types=["number"]))))
    assert Code.WRONG_TYPE in codes(fault.value.notes)


def test_a_decision_of_a_list_type_makes_a_list_of_an_item(load: Any) -> None:
    many = item("tMany", base("number"), ' isCollection="true"')
    model = load(file(many + inputs(INPUTS) + decision(literal("n"), "tMany")))
    assert asked(model, {"n": 5})[0] == [5]


def test_a_decision_of_an_item_type_takes_it_out_of_a_list_of_one(load: Any) -> None:
    model = load(file(inputs(INPUTS) + decision(literal("[n]"), "number")))
    assert asked(model, {"n": 5})[0] == 5
    model = load(file(inputs(INPUTS) + decision(literal("[n, n]"), "number")), strict=False)
    found, said = asked(model, {"n": 5})
    assert found is None
    assert said


def test_a_decision_of_date_and_time_makes_midnight_utc_of_a_date(load: Any) -> None:
    model = load(file(inputs(INPUTS) + decision(literal('@"2021-01-01"'), "dateTime")))
    assert asked(model, {})[0] == at("2021-01-01T00:00:00Z")


# boxed expressions ------------------------------------------------------------------------------


def boxed(condition: str) -> str:
    parts = {"if": condition, "then": '"then"', "else": '"else"'}
    inner = "".join(f"<{each}>{literal(text)}</{each}>" for each, text in parts.items())
    return f"<conditional>{inner}</conditional>"


def test_a_boxed_if_of_something_else_is_null(load: Any) -> None:
    model = load(file(inputs(INPUTS) + decision(boxed("b"))))
    assert asked(model, {"b": True})[0] == "then"
    assert asked(model, {"b": False})[0] == "else"
    assert asked(model, {"b": None})[0] == "else"
    model = load(file(inputs(INPUTS) + decision(boxed("s"))), strict=False)
    found, said = asked(model, {"s": "x"})
    assert found is None
    assert Code.WRONG_TYPE in codes(said)


def test_a_boxed_filter_of_something_else_is_null(load: Any) -> None:
    def logic(match: str) -> str:
        return f"<filter><in>{literal('[1, 2, 3]')}</in><match>{literal(match)}</match></filter>"

    model = load(file(inputs(INPUTS) + decision(logic("item > 1"))))
    assert asked(model, {})[0] == [2, 3]
    model = load(file(inputs(INPUTS) + decision(logic('"a"'))), strict=False)
    found, said = asked(model, {})
    assert found is None
    assert Code.WRONG_TYPE in codes(said)


# functions --------------------------------------------------------------------------------------


def knowledge(name: str, body: str, *, requires: Sequence[str] = (), kind: str = "") -> str:
    return (
        f'<businessKnowledgeModel id="k-{name}" name="{name}"><encapsulatedLogic{kind}>'
        f'<formalParameter name="x"/>{body}</encapsulatedLogic>'
        f"{needs(requires, 'Knowledge', 'k-')}</businessKnowledgeModel>"
    )


def calling(text: str, name: str) -> str:
    return (
        f'<decision id="d-D" name="D"><variable name="D"/>{needs(["n"])}'
        f"{needs([name], 'Knowledge', 'k-')}{literal(text)}</decision>"
    )


def test_recursion_runs_to_a_limit(load: Any) -> None:
    body = literal("if x <= 0 then 0 else 1 + down(x - 1)")
    model = load(
        file(
            inputs({"n": "number"})
            + knowledge("down", body, requires=["down"])
            + calling("down(n)", "down")
        )
    )
    assert asked(model, {"n": 30})[0] == 30
    with pytest.raises(ResourceError) as stopped:
        model.evaluate({"n": 100_000}, "D")
    assert codes(stopped.value.notes) == {Code.LIMIT}


def test_recursion_through_two_runs_to_a_limit(load: Any) -> None:
    one = knowledge("one", literal("if x <= 0 then 0 else 1 + two(x - 1)"), requires=["two"])
    two = knowledge("two", literal("if x <= 0 then 0 else 1 + one(x - 1)"), requires=["one"])
    model = load(file(inputs({"n": "number"}) + one + two + calling("one(n)", "one")))
    assert asked(model, {"n": 20})[0] == 20
    with pytest.raises(ResourceError):
        model.evaluate({"n": 100_000}, "D")


def test_decisions_in_a_ring_are_refused(load: Any) -> None:
    def needing(name: str, other: str) -> str:
        requirement = needs([other], "Decision", "d-")
        return f'<decision id="d-{name}" name="{name}">{requirement}{literal(other)}</decision>'

    with pytest.raises(ModelError) as fault:
        load(file(needing("A", "B") + needing("B", "A")))
    assert Code.CYCLE in codes(fault.value.notes)


@pytest.mark.parametrize("kind", ["PMML", "Java"])
def test_external_code_is_refused(load: Any, kind: str) -> None:
    entries = {"class": '"java.lang.Runtime"', "method signature": '"exit(int)"'}
    if kind == "PMML":
        entries = {"document": '"m.pmml"', "model": '"m"'}
    body = "<context>"
    for key, text in entries.items():
        body += f'<contextEntry><variable name="{key}"/>{literal(text)}</contextEntry>'
    text = file(
        inputs({"n": "number"})
        + knowledge("f", body + "</context>", kind=f' kind="{kind}"')
        + calling("f(n)", "f")
    )
    with pytest.raises(ModelError) as fault:
        load(text)
    assert codes(fault.value.notes) & {Code.EXTERNAL, Code.UNSUPPORTED}
    found, said = asked(load(text, strict=False), {"n": 1})
    assert found is None
    assert said


def test_a_service_may_have_a_result_type_or_a_function_type(load: Any) -> None:
    function = item(
        "tFunction",
        '<functionItem outputTypeRef="number">'
        '<parameters name="n" typeRef="number"/></functionItem>',
    )
    for of in ("number", "tFunction"):
        service = (
            f'<decisionService id="S" name="S"><variable name="S" typeRef="{of}"/>'
            '<outputDecision href="#d-D"/><inputData href="#i-n"/></decisionService>'
        )
        types = {"n": "number"}
        model = load(
            file(function + inputs(types) + decision(literal("[n]"), types=types) + service)
        )
        assert model.evaluate_service("S", {"n": 5}).value == 5


# imports ----------------------------------------------------------------------------------------

TYPES = item("tAge", base("number") + values("allowedValues", "[0..150]"))
PERSON = item(
    "tPerson",
    f'<itemComponent name="Age in years">{base("tAge")}</itemComponent>'
    f'<itemComponent name="Last Name">{base("string")}</itemComponent>',
)


def imported(prefix: str, name: str) -> str:
    return f'<import name="{prefix}" namespace="urn:{name}" importType="{NAMESPACE}"/>'


def test_types_of_a_named_import_hold(load: Any) -> None:
    types = {"p": "people.tPerson"}
    main = file(
        imported("people", "types")
        + inputs(types)
        + decision(literal("p.Age in years"), types=types)
    )
    model = load(file(TYPES + PERSON, name="types"), main)
    ann = {"Age in years": 40, "Last Name": "A"}
    assert asked(model, {"p": ann}) == (40, [])
    found, said = asked(model, {"p": {**ann, "Age in years": 400}})
    assert found is None
    assert Code.INPUT_DOMAIN in codes(said)
    found, said = asked(model, {"p": {**ann, "Age in years": "x"}})
    assert found is None
    assert Code.INPUT_TYPE in codes(said)


def test_an_unknown_type_of_an_import_is_a_fault(load: Any) -> None:
    types = {"p": "people.tNobody"}
    main = file(imported("people", "types") + inputs(types) + decision(literal("p"), types=types))
    with pytest.raises(ModelError):
        load(file(TYPES + PERSON, name="types"), main)


def test_one_input_that_is_imported_on_two_ways_has_one_value(load: Any) -> None:
    def middle(name: str) -> str:
        requirement = (
            '<informationRequirement><requiredInput href="urn:base#i-n"/></informationRequirement>'
        )
        logic = f'<decision id="d" name="{name}">{requirement}{literal("base.n + 1")}</decision>'
        return file(imported("base", "base") + logic, name=name)

    requirements = "".join(
        f'<informationRequirement><requiredDecision href="urn:{each}#d"/></informationRequirement>'
        for each in ("left", "right")
    )
    main = file(
        imported("left", "left")
        + imported("right", "right")
        + imported("base", "base")
        + f'<decision id="d" name="D">{requirements}{literal("left.left + right.right")}</decision>'
    )
    model = load(file(inputs({"n": "number"}), name="base"), middle("left"), middle("right"), main)
    assert asked(model, {"base.n": 5})[0] == 12


def test_components_with_blanks_stand_behind_a_dot(load: Any) -> None:
    types = {"Next Passenger": "tPerson"}
    texts = {
        "Next Passenger.Age in years": 40,
        "Next Passenger.Last Name": "A",
        'if Next Passenger.Age in years > 18 then Next Passenger.Last Name else "child"': "A",
        "[Next Passenger][Age in years > 18].Last Name": ["A"],
    }
    for text, wanted in texts.items():
        model = load(file(TYPES + PERSON + inputs(types) + decision(literal(text), types=types)))
        data = {"Next Passenger": {"Age in years": 40, "Last Name": "A"}}
        assert asked(model, data) == (wanted, [])


# files ------------------------------------------------------------------------------------------

DMNDI = """<dmndi:DMNDI xmlns:dmndi="https://www.omg.org/spec/DMN/20230324/DMNDI/"
 xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/"
 xmlns:di="http://www.omg.org/spec/DMN/20180521/DI/">
 <dmndi:DMNDiagram id="g"><dmndi:Size height="10" width="10"/>
 <dmndi:DMNShape id="h" dmnElementRef="d-D"><dc:Bounds height="1" width="1" x="0" y="0"/>
 </dmndi:DMNShape>
 <dmndi:DMNEdge id="e" dmnElementRef="nobody"><di:waypoint x="1" y="1"/><di:waypoint x="2" y="2"/>
 </dmndi:DMNEdge></dmndi:DMNDiagram></dmndi:DMNDI>"""


def test_a_diagram_changes_nothing(load: Any) -> None:
    plain = inputs(INPUTS) + decision(table([["1", '"one"']]))
    for text in (plain, plain + DMNDI):
        assert asked(load(file(text)), {"n": 1}) == ("one", [])


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_every_version_is_read(load: Any, version: Any) -> None:
    types = {"n": "feel:number" if version.name == "1.1" else "number"}
    of = types["n"]
    body = inputs(types) + decision(table([["? > 1", '"more"'], ["1", '"one"']]), types=types)
    text = file(body + decision(literal("n + 1"), of, types, "E"), version.model)
    text = text.replace("<definitions ", f'<definitions xmlns:feel="{version.feel}" ', 1)
    model = load(text)
    assert asked(model, {"n": 5})[0] == "more"
    assert asked(model, {"n": Decimal("1.0")})[0] == "one"
    assert asked(model, {"n": 5}, "E")[0] == 6
    assert asked(model, {"n": "five"}, "E")[0] is None


def test_b_feel_is_refused(load: Any) -> None:
    language = ' expressionLanguage="https://www.omg.org/spec/DMN/20240513/B-FEEL/"'
    text = file(inputs(INPUTS) + decision(literal("n")))
    text = text.replace("<definitions", f"<definitions{language}")
    with pytest.raises(ModelError) as fault:
        load(text)
    assert codes(fault.value.notes) & {Code.LANGUAGE, Code.UNSUPPORTED}


def test_a_version_that_nobody_knows_is_refused(load: Any) -> None:
    with pytest.raises(ModelError) as fault:
        load(file("", "https://www.omg.org/spec/DMN/20990101/MODEL/"))
    assert codes(fault.value.notes) & {Code.VERSION, Code.NOT_DMN}


# nulls in the quick way -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "floor(n)", "abs(n)", "n + 1", "-n", "n > 1", "n between 1 and 2", "upper case(s)",
        "substring(s, 1)", 's + "a"', "contains(s, s)", "[n, 1][item > 1]", "[1, 2][n]", "not(b)",
        "b and b", "if b then 1 else 2", "string(n)", "{a: n}.a + 1", "sum([n])", "n in [1..2]",
        "some x in [n] satisfies x > 1", "string length(s)", "decimal(n, 1)", "null.a", "date(s)",
    ],
)  # fmt: skip
def test_missing_values_are_null_however_often_they_are_asked_for(load: Any, text: str) -> None:
    model = load(file(inputs(INPUTS) + decision(literal(text))), strict=False)
    asked(model, {})
